"""Policy and history at every other operation that takes a password; a changed policy; a renewed invitation."""

import uuid

import pytest

from conformance.scenarios.preconditions import require
from conformance.target.app_client import outcome
from conformance.target.mailbox import simulated
from conformance.target.sign_in import RESPOND
from conformance.verdict.observed import ACCEPTED, NOT_REFUSED, TOKENS
from conformance.verdict.observed import REFUSED as ANY_REFUSAL

pytestmark = pytest.mark.bindings("sdk")

REFUSED = "InvalidPasswordException"
USED_BEFORE = "PasswordHistoryPolicyViolationException"
both_operations = pytest.mark.parametrize("operation", RESPOND)
# Each breaks one rule of the pool's policy.
every_fault = pytest.mark.parametrize("password", ["Short-1", "no-upper-1!", "NO-LOWER-1!", "No-Number!", "NoSymbol1"])


@pytest.fixture(autouse=True)
def binding():
    """The plain client makes every call here."""


@pytest.fixture
def name():
    """A name that nobody has."""
    return simulated(f"user-{uuid.uuid4().hex[:12]}")


def _sign_up(pool, name, password):
    return pool.client.call("SignUp", Username=name, Password=password)


def _create(pool, name, password):
    members = {"TemporaryPassword": password, "MessageAction": "SUPPRESS"}
    return outcome(pool.service, "AdminCreateUser", UserPoolId=pool.id, Username=name, **members)


def _shown(pool, name):
    return outcome(pool.service, "AdminGetUser", UserPoolId=pool.id, Username=name)


def _change(user, password, previous=None):
    """What comes of ChangePassword by a user who has just signed in."""
    previous = previous or user.password
    session = user.sign_in(previous)
    require("the sign-in", session.outcome, TOKENS, by="confirmed-user-is-signed-in")
    return user.with_token("ChangePassword", session, PreviousPassword=previous, ProposedPassword=password)


def _confirm_forgotten(user, control, password):
    """What comes of ConfirmForgotPassword with the code that was sent for it."""
    return _confirm(user, _code(user, control), password)


def _code(user, control):
    """The code that ForgotPassword sends."""
    user.pool.service.arrange("ForgotPassword", ClientId=user.pool.client_id, Username=user.login)
    return control.code(user.pool, user.username)


def _confirm(user, code, password):
    members = {"Username": user.login, "ConfirmationCode": code, "Password": password}
    return user.pool.client.call("ConfirmForgotPassword", **members)


@pytest.mark.claim("sign-up-is-held-to-the-policy")
@every_fault
def test_sign_up_is_held_to_the_policy(pool, name, password):
    """SignUp with a password that breaks one rule of the policy is refused with InvalidPasswordException."""
    assert _sign_up(pool, name, password) == REFUSED
    require("a password that keeps every rule", _sign_up(pool, name, "Chosen-by-me-1!"), ACCEPTED, by="SignUp")


@pytest.mark.claim("temporary-password-is-held-to-the-policy")
@every_fault
def test_temporary_password_is_held_to_the_policy(pool, name, password):
    """AdminCreateUser with a TemporaryPassword that breaks one rule is refused with InvalidPasswordException."""
    assert _create(pool, name, password) == REFUSED
    require("a password that keeps every rule", _create(pool, name, "Temp0rary!"), ACCEPTED, by="AdminCreateUser")


@pytest.mark.claim("refused-sign-up-leaves-no-user")
def test_refused_sign_up_leaves_no_user(pool, name):
    """A SignUp that was refused for its password makes no user."""
    require("the SignUp", _sign_up(pool, name, "no-upper-1!"), REFUSED, by="sign-up-is-held-to-the-policy")

    assert _shown(pool, name) == ANY_REFUSAL
    require("the same put right", _sign_up(pool, name, "Chosen-by-me-1!"), ACCEPTED, by="SignUp")


@pytest.mark.claim("refused-creation-leaves-no-user")
def test_refused_creation_leaves_no_user(pool, name):
    """An AdminCreateUser that was refused for its TemporaryPassword makes no user."""
    created = _create(pool, name, "no-upper-1!")
    require("AdminCreateUser", created, REFUSED, by="temporary-password-is-held-to-the-policy")

    assert _shown(pool, name) == ANY_REFUSAL
    require("the same put right", _create(pool, name, "Temp0rary!"), ACCEPTED, by="AdminCreateUser")


@pytest.mark.claim("refused-creation-changes-nobody")
def test_refused_creation_changes_nobody(pool):
    """An AdminCreateUser that was refused for a name that is taken leaves the user of that name as it was."""
    user = pool.user()
    before, attributes = user.state, user.attributes
    other = {"UserAttributes": [{"Name": "name", "Value": "Somebody"}], "TemporaryPassword": "An0ther-one!"}

    created = user.call("AdminCreateUser", MessageAction="SUPPRESS", **other)

    require("AdminCreateUser", created, "UsernameExistsException", by="existing-username-is-not-created-again")
    assert user.attributes == attributes
    assert user.state == before


@pytest.mark.claim("changed-password-is-held-to-the-policy")
@every_fault
def test_changed_password_is_held_to_the_policy(user, password):
    """ChangePassword to a password that breaks one rule is refused with InvalidPasswordException, and changes none."""
    before = user.state

    assert _change(user, password) == REFUSED
    assert user.state == before
    require("the same put right", _change(user, "My-0wn-one!"), ACCEPTED, by="signed-in-user-changes-the-password")


@pytest.mark.claim("changed-password-is-held-to-the-history")
def test_changed_password_is_held_to_the_history(pools):
    """ChangePassword to one of the last PasswordHistorySize passwords is refused, and changes none."""
    user = pools.get(policy={"PasswordHistorySize": 2}).user()
    require("another password", _change(user, "My-0wn-one!"), ACCEPTED, by="signed-in-user-changes-the-password")

    assert _change(user, user.password, "My-0wn-one!") == USED_BEFORE
    user.requires("My-0wn-one!", TOKENS)
    require("the same put right", _change(user, "Never-had-1!", "My-0wn-one!"), ACCEPTED)


@pytest.mark.claim("forgotten-password-is-held-to-the-policy")
@every_fault
def test_forgotten_password_is_held_to_the_policy(user, control, password):
    """ConfirmForgotPassword with a password that breaks one rule is refused with InvalidPasswordException."""
    user.verify_email()
    code = _code(user, control)
    before = user.state

    assert _confirm(user, code, password) == REFUSED
    assert user.state == before
    put_right = _confirm_forgotten(user, control, "My-0wn-one!")
    require("the same put right", put_right, ACCEPTED, by="password-code-sets-the-password")


@pytest.mark.claim("forgotten-password-is-held-to-the-history")
def test_forgotten_password_is_held_to_the_history(pools, control):
    """ConfirmForgotPassword with one of the last PasswordHistorySize passwords is refused."""
    user = pools.get(policy={"PasswordHistorySize": 2}).user()
    user.verify_email()
    first = _confirm_forgotten(user, control, "My-0wn-one!")
    require("another password", first, ACCEPTED, by="password-code-sets-the-password")

    assert _confirm_forgotten(user, control, user.password) == USED_BEFORE
    user.requires("My-0wn-one!", TOKENS)
    require("the same put right", _confirm_forgotten(user, control, "Never-had-1!"), ACCEPTED)


@pytest.mark.claim("challenge-answer-is-held-to-the-history")
@both_operations
def test_challenge_answer_is_held_to_the_history(pools, operation):
    """An answer with one of the last PasswordHistorySize passwords is refused, and sets none."""
    user = pools.get(policy={"PasswordHistorySize": 3}).user()
    user.arrange("AdminSetUserPassword", Password="Temp0rary!", Permanent=False)

    answer = user.answer(user.sign_in("Temp0rary!"), user.password, operation)

    assert answer.outcome == USED_BEFORE
    assert user.status == "FORCE_CHANGE_PASSWORD"
    put_right = user.answer(user.sign_in("Temp0rary!"), "Never-had-1!", operation)
    require("the same put right", put_right.outcome, TOKENS, by="challenge-answer-grants-tokens")


def _set(pool, user, password):
    members = {"UserPoolId": pool.id, "Username": user.username, "Password": password}
    return outcome(pool.service, "AdminSetUserPassword", **members)


def _names(_):
    """Three names that nobody has: a refusal may have made a user, and another name is asked for."""
    return [simulated(f"user-{uuid.uuid4().hex[:12]}") for _ in range(3)]


def _users(pool):
    """Two users; the second is refused before the policy changes as well."""
    first, second = (pool.user(password="Long-enough-0ld!") for _ in range(2))
    return first, second, second


SETTING = {
    "SignUp": (_names, _sign_up),
    "AdminCreateUser": (_names, _create),
    "ChangePassword": (_users, lambda _, user, password: _change(user, password)),
    "AdminSetUserPassword": (lambda pool: 3 * [pool.user()], _set),
}


@pytest.mark.claim("changed-policy-holds-from-the-next-call")
@pytest.mark.parametrize("operation", SETTING)
def test_changed_policy_holds_from_the_next_call(pools, operation):
    """After UpdateUserPool with a longer MinimumLength, a password that was long enough before is refused."""
    pool = pools.get(apart="changed policy")
    pool.change_policy()
    whose, give = SETTING[operation]
    first, second, third = whose(pool)
    require("the password before", give(pool, first, "Temp0rary!"), ACCEPTED, by=operation)
    short = give(pool, second, "Short-1")
    require("a password that was too short before", short, REFUSED, by=operation)
    pool.change_policy(MinimumLength=12)

    assert give(pool, third, "Temp0rary!") == REFUSED
    require("a longer password", give(pool, third, "Temp0rary-and-long!"), ACCEPTED, by=operation)


@pytest.mark.claim("resend-renews-the-validity")
def test_resend_renews_the_validity(pools, clock):
    """RESEND gives the user a new temporary password that is good for as long as the first one was."""
    pool = pools.get(policy={"TemporaryPasswordValidityDays": 1})
    user = pool.user("FORCE_CHANGE_PASSWORD")
    user.verify_email()

    clock.after(pool, 0.7)
    renewed = {"TemporaryPassword": "Second-0ne!", "MessageAction": "RESEND", "DesiredDeliveryMediums": ["EMAIL"]}
    user.arrange("AdminCreateUser", **renewed)

    clock.after(pool, 1.4)
    assert user.sign_in("Second-0ne!") == NOT_REFUSED
    assert user.sign_in(user.password).outcome == ANY_REFUSAL
    clock.after(pool, 1.8)
    require("the end of its validity", user.sign_in("Second-0ne!").outcome, ANY_REFUSAL, by="pool-sets-the-validity")
