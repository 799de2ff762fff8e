"""What the session of a challenge is bound to: one user, one answer, a time."""

from dataclasses import replace

import pytest

from conformance.scenarios.preconditions import require
from conformance.scenarios.requests import namesakes
from conformance.target.sign_in import RESPOND
from conformance.verdict.observed import NO_TOKENS, TOKENS, Form, OneOf
from conformance.verdict.verdicts import Kind

pytestmark = pytest.mark.bindings("sdk")

FORCED = "FORCE_CHANGE_PASSWORD"
MINUTE = 1 / 1440
both_operations = pytest.mark.parametrize("operation", RESPOND)


@pytest.fixture(autouse=True)
def binding():
    """The plain client makes every call here."""


@pytest.fixture
def invited(pool):
    """A user who has a temporary password."""
    return pool.user(FORCED)


def _signs_in_afresh(user, operation):
    """Require that the user can answer a challenge of their own, so that a refusal means something."""
    answer = user.answer(user.sign_in(user.password), "Chosen-by-me-2!", operation)
    require("the answer to a new challenge", answer.outcome, TOKENS, by="challenge-answer-grants-tokens")


@pytest.mark.claim("session-is-of-one-user")
@both_operations
def test_session_is_of_one_user(pool, invited, operation):
    """A session changes nothing for a user whose challenge it does not belong to."""
    another = pool.user(FORCED)
    before = another.state

    challenge, named = invited.sign_in(invited.password), {"USERNAME": another.username}
    pool.client.choose(challenge, invited.username, "Chosen-by-me-1!", operation, **named)

    assert another.state == before
    _signs_in_afresh(another, operation)


@pytest.mark.claim("session-is-of-one-pool")
@both_operations
def test_session_is_of_one_pool(pools, pool, operation):
    """A session changes nothing for a user of the same name in another pool."""
    elsewhere = pools.get(policy=None)
    invited, namesake = namesakes(pool, elsewhere, FORCED)
    before = namesake.state

    challenge, named = invited.sign_in(invited.password), {"USERNAME": namesake.username}
    elsewhere.client.choose(challenge, invited.username, "Chosen-by-me-1!", operation, **named)

    assert namesake.state == before
    _signs_in_afresh(namesake, operation)


@pytest.mark.claim("srp-signs-in-nobody-else")
@both_operations
def test_srp_signs_in_nobody_else(pool, operation):
    """A proof of SRP that names another user signs in nobody but the user who began."""
    user, another = pool.user(), pool.user()
    own = pool.client.sign_in_by_srp(user.login, user.password, operation)
    require("the user's own name", own.outcome, TOKENS, by=BY_SRP[operation])

    answer = pool.client.sign_in_by_srp(user.login, user.password, operation, USERNAME=another.username)

    words = {user.username: BEGAN, another.username: "the user who was named"}
    assert _owner(pool, answer, words, operation) == OneOf((NOBODY, BEGAN))


BEGAN, NOBODY = "the user who began", "nobody"
BY_SRP = {RESPOND[0]: "confirmed-user-signs-in", RESPOND[1]: "administrator-signs-in-by-srp"}


def _owner(pool, answer, words, operation):
    """Whose tokens came, in words: the user that GetUser shows."""
    owner = NOBODY
    if answer.outcome == TOKENS:
        shown = pool.service.arrange("GetUser", "Username", AccessToken=answer.tokens["AccessToken"])
        owner = words.get(shown["Username"], "somebody else")
    return Form(owner, noun="whose tokens", kind=Kind.PERMISSIVE, operation=operation)


def _answered_twice(invited, operation):
    """What comes of answering a session that was answered, with another password."""
    challenge = invited.sign_in(invited.password)
    first = invited.answer(challenge, "Chosen-by-me-1!", operation)
    require("the first answer", first.outcome, TOKENS, by="challenge-answer-grants-tokens")
    return invited.answer(challenge, "Chosen-by-me-2!", operation)


@pytest.mark.claim("session-works-once")
@both_operations
def test_session_works_once(invited, operation):
    """A session that was answered is refused with NotAuthorizedException when it is answered again."""
    again = _answered_twice(invited, operation)

    assert again.outcome == "NotAuthorizedException"
    invited.requires("Chosen-by-me-1!", TOKENS)


@pytest.mark.claim("session-is-required")
@both_operations
def test_session_is_required(invited, operation):
    """An answer without a session grants no tokens and sets no password."""
    before = invited.state
    challenge = invited.sign_in(invited.password)

    without = replace(challenge, session="")
    responses = {"USERNAME": invited.username, "NEW_PASSWORD": "Chosen-by-me-1!"}
    answer = invited.pool.client.respond(without, responses, operation)

    assert answer == NO_TOKENS
    assert invited.state == before
    _signs_in_afresh(invited, operation)


@pytest.mark.claim("disabled-user-answers-no-challenge")
@both_operations
def test_disabled_user_answers_no_challenge(invited, operation):
    """A user who is disabled before answering the challenge is granted no tokens."""
    challenge = invited.sign_in(invited.password)
    require("the sign-in", challenge.outcome, "NEW_PASSWORD_REQUIRED", by="temporary-password-is-challenged")
    invited.arrange("AdminDisableUser")
    require("AdminDisableUser", invited.flags, {"Enabled": "False"}, by="administrator-disables-a-user")

    answer = invited.answer(challenge, "Chosen-by-me-1!", operation)

    assert answer == NO_TOKENS
    invited.arrange("AdminEnableUser")
    _signs_in_afresh(invited, operation)


@pytest.mark.claim("session-expires")
@both_operations
def test_session_expires(pool, clock, operation):
    """A challenge can be answered for AuthSessionValidity minutes, and not afterwards."""
    client = pool.new_client(
        ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"], AuthSessionValidity=5
    )
    users = [pool.user(FORCED) for _ in range(3)]
    at_once, in_time, late = [client.sign_in(user.login, user.password, "USER_PASSWORD_AUTH") for user in users]
    answer = client.choose(at_once, users[0].username, "Chosen-by-me-1!", operation)
    require("the answer at once", answer.outcome, TOKENS, by="challenge-answer-grants-tokens")

    clock.after(pool, 4 * MINUTE)

    assert client.choose(in_time, users[1].username, "Chosen-by-me-1!", operation).outcome == TOKENS
    clock.after(pool, 6 * MINUTE)
    assert client.choose(late, users[2].username, "Chosen-by-me-1!", operation) == NO_TOKENS


@pytest.mark.claim("expired-session-is-named")
@both_operations
def test_expired_session_is_named(pool, invited, clock, operation):
    """A challenge that is answered after its session has expired is refused with NotAuthorizedException."""
    challenge = invited.sign_in(invited.password)

    clock.after(pool, 20 * MINUTE)

    assert invited.answer(challenge, "Chosen-by-me-1!", operation).outcome == "NotAuthorizedException"
    _signs_in_afresh(invited, operation)


@pytest.mark.claim("used-session-message")
@both_operations
def test_used_session_message(invited, operation):
    """The message says that a session can be used once only, in the service's exact words."""
    again = _answered_twice(invited, operation)

    require("the second answer", again.outcome, "NotAuthorizedException", by="session-works-once")
    assert again.message == "Invalid session for the user, session can only be used once."


@pytest.mark.claim("expired-session-message")
@both_operations
def test_expired_session_message(pool, invited, clock, operation):
    """The message says that the session is expired, in the service's exact words."""
    challenge = invited.sign_in(invited.password)

    clock.after(pool, 20 * MINUTE)

    late = invited.answer(challenge, "Chosen-by-me-1!", operation)
    require("the late answer", late.outcome, "NotAuthorizedException", by="expired-session-is-named")
    assert late.message == "Invalid session for the user, session is expired."
