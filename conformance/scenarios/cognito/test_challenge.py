"""The NEW_PASSWORD_REQUIRED challenge that follows a temporary password."""

import json
from dataclasses import replace

import pytest

from conformance.target.pools import STARTS
from conformance.target.sign_in import FLOWS, RESPOND
from conformance.verdict.observed import TOKENS

every_flow = pytest.mark.parametrize("flow", FLOWS)
both_operations = pytest.mark.parametrize("operation", RESPOND)
any_start = pytest.mark.parametrize("start", STARTS)


@pytest.mark.claim("temporary-password-is-challenged")
@any_start
@every_flow
def test_temporary_password_is_challenged(admin_set_user_password, pool, start, flow):
    """A user who signs in with a temporary password, and with no other, is asked for a new one."""
    user = pool.user(start)

    reply = admin_set_user_password(user, Password="Temp0rary!", Permanent=False)

    assert reply.ok
    assert user.sign_in("Temp0rary!", flow).outcome == "NEW_PASSWORD_REQUIRED"
    assert user.sign_in("Temp0rary?", flow).outcome == "NotAuthorizedException"


@pytest.mark.claim("challenge-grants-no-tokens")
@every_flow
def test_challenge_grants_no_tokens(admin_set_user_password, user, flow):
    """The answer that carries the challenge carries no tokens; they come once it is answered."""
    reply = admin_set_user_password(user, Password="Temp0rary!", Permanent=False)
    challenge = user.sign_in("Temp0rary!", flow)

    assert reply.ok
    assert challenge.outcome == "NEW_PASSWORD_REQUIRED"
    assert sorted(challenge.tokens) == []
    assert sorted(user.answer(challenge, "Chosen-by-me-1").tokens) != []


@pytest.mark.claim("challenge-carries-a-session")
@every_flow
def test_challenge_carries_a_session(admin_set_user_password, user, flow):
    """The challenge carries a session, without which it could not be answered."""
    reply = admin_set_user_password(user, Password="Temp0rary!", Permanent=False)
    challenge = user.sign_in("Temp0rary!", flow)

    assert reply.ok
    assert challenge.outcome == "NEW_PASSWORD_REQUIRED"
    assert len(challenge.session) >= 20


@pytest.mark.claim("challenge-parameters-describe-the-user")
@every_flow
def test_challenge_parameters_describe_the_user(admin_set_user_password, pool, flow):
    """The challenge names the user and lists, as JSON, the attributes that are there and those that are missing."""
    user = pool.user(attributes={"name": "Ada", "email": "success+ada@simulator.amazonses.com"})

    reply = admin_set_user_password(user, Password="Temp0rary!", Permanent=False)
    challenge = user.sign_in("Temp0rary!", flow)

    assert reply.ok
    assert challenge.outcome == "NEW_PASSWORD_REQUIRED"
    assert challenge.parameters.get("USER_ID_FOR_SRP") == user.username
    assert challenge.parameters.get("requiredAttributes") == "[]"
    assert _attributes(challenge).get("name") == "Ada"
    assert _attributes(challenge).get("email") == "success+ada@simulator.amazonses.com"


@pytest.mark.claim("challenge-omits-sub")
@every_flow
def test_challenge_omits_sub(admin_set_user_password, pool, flow):
    """The attributes in the challenge are without `sub`."""
    user = pool.user(attributes={"name": "Ada"})

    reply = admin_set_user_password(user, Password="Temp0rary!", Permanent=False)
    challenge = user.sign_in("Temp0rary!", flow)

    assert reply.ok
    assert challenge.outcome == "NEW_PASSWORD_REQUIRED"
    assert sorted(_attributes(challenge)) == ["name"]


def _attributes(challenge):
    """The attributes in a challenge; none where they are missing or are no JSON object."""
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
    reply = admin_set_user_password(user, Password="Temp0rary!", Permanent=False)

    assert reply.ok
    assert user.answer(user.sign_in("Temp0rary!", flow), "Chosen-by-me-1", operation).outcome == TOKENS
    assert user.sign_in("Chosen-by-me-1").outcome == TOKENS


@pytest.mark.claim("challenge-answer-replaces-the-temporary-password")
@every_flow
@both_operations
def test_challenge_answer_replaces_the_temporary_password(admin_set_user_password, user, flow, operation):
    """The temporary password no longer signs in once the user has chosen another."""
    reply = admin_set_user_password(user, Password="Temp0rary!", Permanent=False)
    answer = user.answer(user.sign_in("Temp0rary!", flow), "Chosen-by-me-1", operation)

    assert reply.ok
    assert answer.outcome == TOKENS
    assert user.sign_in("Temp0rary!", flow).outcome == "NotAuthorizedException"


@pytest.mark.claim("challenge-answer-keeps-the-old-password-out")
@every_flow
@both_operations
def test_challenge_answer_keeps_the_old_password_out(admin_set_user_password, user, flow, operation):
    """The password from before the temporary one does not come back when the user chooses a new one."""
    reply = admin_set_user_password(user, Password="Temp0rary!", Permanent=False)
    answer = user.answer(user.sign_in("Temp0rary!", flow), "Chosen-by-me-1", operation)

    assert reply.ok
    assert answer.outcome == TOKENS
    assert user.sign_in(user.password, flow).outcome == "NotAuthorizedException"


@pytest.mark.claim("challenge-answer-is-held-to-the-policy")
@both_operations
@pytest.mark.parametrize("new_password", ["Short-1", "no-upper-1!", "NO-LOWER-1!", "No-Number!", "NoSymbol1"])
def test_challenge_answer_is_held_to_the_policy(admin_set_user_password, user, operation, new_password):
    """A new password that breaks one rule of the policy is refused with InvalidPasswordException, and is not set."""
    reply = admin_set_user_password(user, Password="Temp0rary!", Permanent=False)

    assert reply.ok
    assert user.answer(user.sign_in("Temp0rary!"), new_password, operation).outcome == "InvalidPasswordException"
    assert user.status == "FORCE_CHANGE_PASSWORD"
    assert user.answer(user.sign_in("Temp0rary!"), "Chosen-by-me-1", operation).outcome == TOKENS


@pytest.mark.claim("challenge-answer-may-repeat-the-password")
@both_operations
def test_challenge_answer_may_repeat_the_password(admin_set_user_password, user, operation):
    """Without a password history, the user may choose the temporary password itself."""
    reply = admin_set_user_password(user, Password="Temp0rary!", Permanent=False)

    assert reply.ok
    assert user.answer(user.sign_in("Temp0rary!"), "Temp0rary!", operation).outcome == TOKENS
    assert user.status == "CONFIRMED"
    assert user.sign_in("Temp0rary!").outcome == TOKENS


@pytest.mark.claim("challenge-session-must-be-valid")
@both_operations
def test_challenge_session_must_be_valid(admin_set_user_password, user, operation):
    """A session that the service did not give is refused with NotAuthorizedException, and no password is set."""
    reply = admin_set_user_password(user, Password="Temp0rary!", Permanent=False)
    challenge = user.sign_in("Temp0rary!")
    forged = replace(challenge, session=challenge.session[::-1])

    assert reply.ok
    assert user.answer(forged, "Chosen-by-me-1", operation).outcome == "NotAuthorizedException"
    assert user.status == "FORCE_CHANGE_PASSWORD"
    assert user.answer(user.sign_in("Temp0rary!"), "Chosen-by-me-1", operation).outcome == TOKENS
