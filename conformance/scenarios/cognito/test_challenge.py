"""The NEW_PASSWORD_REQUIRED challenge that follows a temporary password."""

import json
from dataclasses import replace

import pytest

from conformance.errors import Blocked
from conformance.scenarios.preconditions import require
from conformance.scenarios.requests import ADA, ada, new_password_of, new_passwords_of
from conformance.target.pools import STARTS
from conformance.target.sign_in import FLOWS, RESPOND
from conformance.verdict.observed import MISSING, NEW_PASSWORD_REQUIRED, NOT_REFUSED, REFUSED, TOKENS, Form, OneOf
from conformance.verdict.verdicts import Kind

every_flow = pytest.mark.parametrize("flow", FLOWS)
both_operations = pytest.mark.parametrize("operation", RESPOND)
any_start = pytest.mark.parametrize("start", STARTS)


@pytest.mark.claim("temporary-password-is-challenged")
@any_start
@every_flow
def test_temporary_password_is_challenged(admin_set_user_password, pool, start, flow):
    """A user who signs in with a temporary password is asked for a new one."""
    user = pool.user(start)
    password = new_password_of(user)

    admin_set_user_password(user, Password=password, Permanent=False).requires_success()

    assert user.sign_in(password, flow) == NEW_PASSWORD_REQUIRED


@pytest.mark.claim("challenge-grants-no-tokens")
@every_flow
def test_challenge_grants_no_tokens(admin_set_user_password, user, flow):
    """The answer that carries the challenge carries no tokens."""
    password = new_password_of(user)
    admin_set_user_password(user, Password=password, Permanent=False).requires_success()

    challenge = user.challenged(password, flow)

    assert _part(challenge, "AuthenticationResult", ", ".join(sorted(challenge.tokens)), Kind.PERMISSIVE) == MISSING


@pytest.mark.claim("challenge-carries-a-session")
@every_flow
def test_challenge_carries_a_session(admin_set_user_password, user, flow):
    """The challenge carries a Session, with which it can be answered."""
    password, another = new_passwords_of(user)
    admin_set_user_password(user, Password=password, Permanent=False).requires_success()

    challenge = user.challenged(password, flow)

    assert _part(challenge, "Session", _length(challenge.session)) == "20 to 2048 characters"
    if user.answer(challenge, another) != TOKENS:
        raise Blocked("the challenge could not be answered with its Session", "challenge-answer-grants-tokens")


def _length(session):
    """How long a session is, in words: SessionType of the service model has from 20 to 2048 characters."""
    if 20 <= len(session) <= 2048:
        return "20 to 2048 characters"
    return session and f"{len(session)} characters"


@pytest.mark.claim("challenge-parameters-describe-the-user")
@every_flow
def test_challenge_parameters_describe_the_user(admin_set_user_password, pool, flow):
    """The challenge names the user and lists, as JSON, the attributes that are there and those that are missing."""
    user = ada(pool)
    password = new_password_of(user)

    admin_set_user_password(user, Password=password, Permanent=False).requires_success()
    challenge = user.challenged(password, flow)
    shown = user.attributes
    require("the attributes", (shown.get("name"), shown.get("email")), tuple(ADA.values()), by="attributes-are-kept")

    assert _part(challenge, "USER_ID_FOR_SRP", challenge.parameters.get("USER_ID_FOR_SRP")) == user.username
    assert _part(challenge, "requiredAttributes", challenge.parameters.get("requiredAttributes")) == "[]"
    assert _part(challenge, "userAttributes.name", _attributes(challenge).get("name")) == ADA["name"]
    assert _part(challenge, "userAttributes.email", _attributes(challenge).get("email")) == ADA["email"]


@pytest.mark.claim("challenge-omits-sub")
@every_flow
def test_challenge_omits_sub(admin_set_user_password, pool, flow):
    """The attributes in the challenge are without `sub`."""
    user = ada(pool)
    password = new_password_of(user)

    admin_set_user_password(user, Password=password, Permanent=False).requires_success()
    challenge = user.challenged(password, flow)

    if "name" not in _attributes(challenge):
        raise Blocked("the challenge shows no userAttributes", "challenge-parameters-describe-the-user")
    assert _part(challenge, "userAttributes.sub", "there" if "sub" in _attributes(challenge) else "") == MISSING


def _part(challenge, noun, text, kind=Kind.SHAPE):
    """A part of the answer that carries the challenge, for a comparison."""
    return Form(text or MISSING, noun=noun, kind=kind, operation=challenge.operation, flow=challenge.flow)


def _attributes(challenge):
    """The attributes in a challenge; none where they are missing or not a JSON object."""
    try:
        attributes = json.loads(challenge.parameters.get("userAttributes", "{}"))
    except ValueError:
        return {}
    return attributes if isinstance(attributes, dict) else {}


@pytest.mark.claim("challenge-answer-grants-tokens")
@every_flow
@both_operations
def test_challenge_answer_grants_tokens(admin_set_user_password, user, flow, operation):
    """A new password in answer to the challenge gives tokens, and signs in from then on."""
    password, another = new_passwords_of(user)
    admin_set_user_password(user, Password=password, Permanent=False).requires_success()

    assert user.answer(user.challenged(password, flow), another, operation) == TOKENS
    user.requires(another, TOKENS)


@pytest.mark.claim("challenge-answer-replaces-the-temporary-password")
@every_flow
@both_operations
def test_challenge_answer_replaces_the_temporary_password(admin_set_user_password, user, flow, operation):
    """The temporary password no longer signs in once the user has chosen another."""
    password, another = new_passwords_of(user)
    admin_set_user_password(user, Password=password, Permanent=False).requires_success()

    _requires_tokens(user.answer(user.challenged(password, flow), another, operation))

    assert user.sign_in(password, flow) == REFUSED
    user.requires(another, TOKENS, flow)


@pytest.mark.claim("challenge-answer-keeps-the-old-password-out")
@every_flow
@both_operations
def test_challenge_answer_keeps_the_old_password_out(admin_set_user_password, user, flow, operation):
    """The password from before the temporary one does not come back when the user chooses a new one."""
    password, another = new_passwords_of(user)
    admin_set_user_password(user, Password=password, Permanent=False).requires_success()

    _requires_tokens(user.answer(user.challenged(password, flow), another, operation))

    assert user.sign_in(user.password, flow) == REFUSED
    user.requires(another, TOKENS, flow)


def _requires_tokens(answer):
    """Block the scenario unless the challenge was answered."""
    if answer != TOKENS:
        raise Blocked(f"the answer to the challenge led to {answer}", "challenge-answer-grants-tokens")


@pytest.mark.claim("challenge-answer-is-held-to-the-policy")
@both_operations
@pytest.mark.parametrize("new_password", ["Short-1", "no-upper-1!", "NO-LOWER-1!", "No-Number!", "NoSymbol1"])
def test_challenge_answer_is_held_to_the_policy(admin_set_user_password, user, operation, new_password):
    """A new password that breaks one rule of the policy is refused with InvalidPasswordException, and is not set."""
    password, another = new_passwords_of(user)
    admin_set_user_password(user, Password=password, Permanent=False).requires_success()

    assert user.answer(user.challenged(password), new_password, operation) == "InvalidPasswordException"
    assert user.status == "FORCE_CHANGE_PASSWORD"
    _requires_tokens(user.answer(user.challenged(password), another, operation))


@pytest.mark.claim("challenge-answer-may-repeat-the-password")
@both_operations
def test_challenge_answer_may_repeat_the_password(admin_set_user_password, user, operation):
    """Without a password history, the user may choose the temporary password itself."""
    password = new_password_of(user)
    admin_set_user_password(user, Password=password, Permanent=False).requires_success()

    assert user.answer(user.challenged(password), password, operation) == NOT_REFUSED
    user.requires(password, TOKENS)


@pytest.mark.claim("challenge-session-must-be-valid")
@both_operations
def test_challenge_session_must_be_valid(admin_set_user_password, user, operation):
    """A session that the service did not give is refused by one of two errors, and no password is set."""
    password, another = new_passwords_of(user)
    admin_set_user_password(user, Password=password, Permanent=False).requires_success()
    challenge = user.challenged(password)
    forged = replace(challenge, session=challenge.session[::-1])

    answer = user.answer(forged, another, operation)

    assert answer.outcome == OneOf(("NotAuthorizedException", "InvalidParameterException"))
    assert user.status == "FORCE_CHANGE_PASSWORD"
    _requires_tokens(user.answer(user.challenged(password), another, operation))
