"""Who can sign in with what, by each flow that knows a password."""

import pytest

from conformance.scenarios.preconditions import unchallenged
from conformance.scenarios.requests import either_way
from conformance.target.pools import DISABLED, STARTS
from conformance.target.sign_in import FLOWS
from conformance.verdict.observed import NEW_PASSWORD_REQUIRED, REFUSED, TOKENS

every_flow = pytest.mark.parametrize("flow", FLOWS)
any_start = pytest.mark.parametrize("start", STARTS)


@pytest.mark.claim("permanent-password-signs-in")
@any_start
@every_flow
def test_permanent_password_signs_in(admin_set_user_password, pool, start, flow):
    """A permanent password gives tokens at once."""
    user = pool.user(start, fresh=True)

    admin_set_user_password(user, Password="Permanent-1!", Permanent=True).requires_success()

    assert user.sign_in("Permanent-1!", flow) == TOKENS
    user.requires("Permanent-2!", REFUSED, flow)


@pytest.mark.claim("permanent-password-replaces-the-old")
@every_flow
def test_permanent_password_replaces_the_old(admin_set_user_password, user, flow):
    """The password before no longer signs in once a permanent one is set."""
    user.requires(user.password, TOKENS, flow)

    admin_set_user_password(user, Password="Permanent-1!", Permanent=True).requires_success()

    assert user.sign_in(user.password, flow) == REFUSED
    user.requires("Permanent-1!", TOKENS, flow)


@pytest.mark.claim("temporary-password-replaces-the-old")
@every_flow
def test_temporary_password_replaces_the_old(admin_set_user_password, user, flow):
    """The password before no longer signs in once a temporary one is set."""
    user.requires(user.password, TOKENS, flow)

    admin_set_user_password(user, Password="Temp0rary!", Permanent=False).requires_success()

    assert user.sign_in(user.password, flow) == REFUSED
    user.requires("Temp0rary!", NEW_PASSWORD_REQUIRED, flow)


@pytest.mark.claim("wrong-password-is-refused")
@every_flow
@either_way
def test_wrong_password_is_refused(admin_set_user_password, user, flow, permanent, outcome):
    """Any other password than the one that was set is refused with NotAuthorizedException."""
    admin_set_user_password(user, Password="Right-0ne!", Permanent=permanent).requires_success()

    assert user.sign_in("Wrong-0ne!", flow) == "NotAuthorizedException"
    user.requires("Right-0ne!", outcome, flow)


@pytest.mark.claim("disabled-user-stays-signed-out")
@every_flow
def test_disabled_user_stays_signed_out(admin_set_user_password, pool, flow):
    """A disabled user cannot sign in with the new password before an administrator enables the user."""
    user = pool.user(DISABLED)

    reply = admin_set_user_password(user, Password="Permanent-1!", Permanent=True)

    assert user.sign_in("Permanent-1!", flow) == REFUSED
    user.enable()
    # That the call takes effect for a disabled user is another claim.
    user.requires(user.password if reply.refused else "Permanent-1!", TOKENS, flow)
    user.requires("Permanent-2!", REFUSED, flow)


@pytest.mark.claim("srp-answer-takes-the-name-of-the-challenge")
def test_srp_answer_takes_the_name_of_the_challenge(admin_set_user_password, user):
    """The answer to PASSWORD_VERIFIER that names the user by the challenge's USER_ID_FOR_SRP gives tokens."""
    admin_set_user_password(user, Password="Permanent-1!", Permanent=True).requires_success()
    user.requires("Permanent-1!", TOKENS)

    assert unchallenged(user.prove_password("Permanent-1!")) == TOKENS
