"""Who can sign in with what, by each flow that knows a password."""

import pytest

from conformance.target.pools import DISABLED, STARTS
from conformance.target.sign_in import FLOWS
from conformance.verdict.observed import TOKENS

every_flow = pytest.mark.parametrize("flow", FLOWS)
any_start = pytest.mark.parametrize("start", STARTS)


@pytest.mark.claim("permanent-password-signs-in")
@any_start
@every_flow
def test_permanent_password_signs_in(admin_set_user_password, pool, start, flow):
    """A permanent password, and no other, gives tokens at once."""
    user = pool.user(start)

    reply = admin_set_user_password(user, Password="Permanent-1!", Permanent=True)

    assert reply.ok
    assert user.sign_in("Permanent-1!", flow).outcome == TOKENS
    assert user.sign_in("Permanent-2!", flow).outcome == "NotAuthorizedException"


@pytest.mark.claim("permanent-password-replaces-the-old")
@every_flow
def test_permanent_password_replaces_the_old(admin_set_user_password, user, flow):
    """The password before no longer signs in once a permanent one is set."""
    user.prove(flow)

    reply = admin_set_user_password(user, Password="Permanent-1!", Permanent=True)

    assert reply.ok
    assert user.sign_in(user.password, flow).outcome == "NotAuthorizedException"
    assert user.sign_in("Permanent-1!", flow).outcome == TOKENS


@pytest.mark.claim("temporary-password-replaces-the-old")
@every_flow
def test_temporary_password_replaces_the_old(admin_set_user_password, user, flow):
    """The password before no longer signs in once a temporary one is set."""
    user.prove(flow)

    reply = admin_set_user_password(user, Password="Temp0rary!", Permanent=False)

    assert reply.ok
    assert user.sign_in(user.password, flow).outcome == "NotAuthorizedException"
    assert user.sign_in("Temp0rary!", flow).outcome == "NEW_PASSWORD_REQUIRED"


@pytest.mark.claim("wrong-password-is-refused")
@every_flow
@pytest.mark.parametrize(("permanent", "right"), [(True, TOKENS), (False, "NEW_PASSWORD_REQUIRED")])
def test_wrong_password_is_refused(admin_set_user_password, user, flow, permanent, right):
    """Any other password than the one that was set is refused with NotAuthorizedException."""
    reply = admin_set_user_password(user, Password="Right-0ne!", Permanent=permanent)

    assert reply.ok
    assert user.sign_in("Wrong-0ne!", flow).outcome == "NotAuthorizedException"
    assert user.sign_in("Right-0ne!", flow).outcome == right


@pytest.mark.claim("disabled-user-stays-signed-out")
@every_flow
def test_disabled_user_stays_signed_out(admin_set_user_password, pool, flow):
    """A disabled user cannot sign in with the new password before an administrator enables the user."""
    user = pool.user(DISABLED)

    reply = admin_set_user_password(user, Password="Permanent-1!", Permanent=True)

    assert reply.ok
    assert user.sign_in("Permanent-1!", flow).outcome == "NotAuthorizedException"
    user.arrange("AdminEnableUser")
    assert user.sign_in("Permanent-1!", flow).outcome == TOKENS
    assert user.sign_in("Permanent-2!", flow).outcome == "NotAuthorizedException"
