"""Who can sign in with what, by each flow that knows a password."""

import pytest

from conformance.scenarios.preconditions import unchallenged
from conformance.scenarios.requests import either_way, new_password_of, new_passwords_of
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
    user = pool.user(start)
    password = new_password_of(user)

    admin_set_user_password(user, Password=password, Permanent=True).requires_success()

    assert user.sign_in(password, flow) == TOKENS


@pytest.mark.claim("permanent-password-replaces-the-old")
@every_flow
def test_permanent_password_replaces_the_old(admin_set_user_password, user, flow):
    """The password before no longer signs in once a permanent one is set."""
    password = new_password_of(user)
    user.requires(user.password, TOKENS, flow)

    admin_set_user_password(user, Password=password, Permanent=True).requires_success()

    assert user.sign_in(user.password, flow) == REFUSED
    user.requires(password, TOKENS, flow)


@pytest.mark.claim("temporary-password-replaces-the-old")
@every_flow
def test_temporary_password_replaces_the_old(admin_set_user_password, user, flow):
    """The password before no longer signs in once a temporary one is set."""
    password = new_password_of(user)
    user.requires(user.password, TOKENS, flow)

    admin_set_user_password(user, Password=password, Permanent=False).requires_success()

    assert user.sign_in(user.password, flow) == REFUSED
    user.requires(password, NEW_PASSWORD_REQUIRED, flow)


@pytest.mark.claim("wrong-password-is-refused")
@every_flow
@either_way
def test_wrong_password_is_refused(admin_set_user_password, user, flow, permanent, outcome):
    """Any other password than the one that was set is refused with NotAuthorizedException."""
    password, another = new_passwords_of(user)
    admin_set_user_password(user, Password=password, Permanent=permanent).requires_success()

    assert user.sign_in(another, flow) == "NotAuthorizedException"
    user.requires(password, outcome, flow)


@pytest.mark.claim("disabled-user-stays-signed-out")
@every_flow
def test_disabled_user_stays_signed_out(admin_set_user_password, pool, flow):
    """A disabled user cannot sign in with the new password before an administrator enables the user."""
    user = pool.user(DISABLED)
    password = new_password_of(user)

    reply = admin_set_user_password(user, Password=password, Permanent=True)

    assert user.sign_in(password, flow) == REFUSED
    user.enable()
    # That the call takes effect for a disabled user is another claim.
    user.requires(user.password if reply.refused else password, TOKENS, flow)


@pytest.mark.claim("srp-answer-takes-the-name-of-the-challenge")
def test_srp_answer_takes_the_name_of_the_challenge(admin_set_user_password, user):
    """The answer to PASSWORD_VERIFIER that names the user by the challenge's USER_ID_FOR_SRP gives tokens."""
    password = new_password_of(user)
    admin_set_user_password(user, Password=password, Permanent=True).requires_success()
    user.requires(password, TOKENS)

    assert unchallenged(user.prove_password(password)) == TOKENS
