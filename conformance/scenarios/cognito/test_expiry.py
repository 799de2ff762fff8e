"""How long a temporary password can be used; it takes a target whose clock can be moved, or two runs (--state)."""

import pytest

from conformance.target.sign_in import FLOWS
from conformance.verdict.observed import TOKENS

CHALLENGE, REFUSED = "NEW_PASSWORD_REQUIRED", "NotAuthorizedException"
ONE_DAY = {"TemporaryPasswordValidityDays": 1}


@pytest.mark.claim("expired-temporary-password-is-refused")
@pytest.mark.parametrize("flow", FLOWS)
def test_expired_temporary_password_is_refused(admin_set_user_password, later, flow):
    """The user who waited longer than the password was valid for is refused with NotAuthorizedException."""

    def prepare(user):
        assert admin_set_user_password(user, Password="Temp0rary!", Permanent=False).ok
        assert user.sign_in("Temp0rary!", flow).outcome == CHALLENGE

    user = later(2, prepare, policy=ONE_DAY)

    assert user.sign_in("Temp0rary!", flow).outcome == REFUSED


@pytest.mark.claim("administrator-revives-an-expired-user")
@pytest.mark.parametrize(("permanent", "outcome"), [(True, TOKENS), (False, CHALLENGE)], ids=["permanent", "temporary"])
def test_administrator_revives_an_expired_user(admin_set_user_password, later, permanent, outcome):
    """Another password, permanent or temporary, lets the user in whose temporary password had expired."""

    def prepare(user):
        assert admin_set_user_password(user, Password="Temp0rary!", Permanent=False).ok

    user = later(2, prepare, policy=ONE_DAY)
    assert user.sign_in("Temp0rary!").outcome == REFUSED

    reply = admin_set_user_password(user, Password="Second-0ne!", Permanent=permanent)

    assert reply.ok
    assert user.sign_in("Second-0ne!").outcome == outcome


@pytest.mark.claim("pool-sets-the-validity")
@pytest.mark.parametrize("days", [1, 30, 365])
def test_pool_sets_the_validity(admin_set_user_password, pools, clock, days):
    """The password is good for as many days as TemporaryPasswordValidityDays says, and no longer."""
    user = pools.get(policy={"TemporaryPasswordValidityDays": days}).user()

    reply = admin_set_user_password(user, Password="Temp0rary!", Permanent=False)

    assert reply.ok
    clock.after(user.pool, days - 0.01)
    assert user.sign_in("Temp0rary!").outcome == CHALLENGE
    clock.after(user.pool, days + 0.01)
    assert user.sign_in("Temp0rary!").outcome == REFUSED


@pytest.mark.claim("validity-is-seven-days-by-default")
@pytest.mark.parametrize("policy", [{}, None], ids=["not-in-the-policy", "no-policy"])
def test_validity_is_seven_days_by_default(admin_set_user_password, pools, clock, policy):
    """In a pool that does not say for how long, the password is good for seven days."""
    user = pools.get(policy=policy).user()

    reply = admin_set_user_password(user, Password="Temp0rary!", Permanent=False)

    assert reply.ok
    clock.after(user.pool, 7 - 0.01)
    assert user.sign_in("Temp0rary!").outcome == CHALLENGE
    clock.after(user.pool, 7 + 0.01)
    assert user.sign_in("Temp0rary!").outcome == REFUSED


@pytest.mark.claim("zero-days-mean-the-default")
def test_zero_days_mean_the_default(admin_set_user_password, pools, clock):
    """TemporaryPasswordValidityDays 0 is seven days, too."""
    user = pools.get(policy={"TemporaryPasswordValidityDays": 0}).user()

    reply = admin_set_user_password(user, Password="Temp0rary!", Permanent=False)

    assert reply.ok
    clock.after(user.pool, 7 - 0.01)
    assert user.sign_in("Temp0rary!").outcome == CHALLENGE
    clock.after(user.pool, 7 + 0.01)
    assert user.sign_in("Temp0rary!").outcome == REFUSED


@pytest.mark.claim("used-account-does-not-expire")
def test_used_account_does_not_expire(admin_set_user_password, later):
    """Who has answered the challenge signs in after the temporary password would have expired."""

    def prepare(user):
        assert admin_set_user_password(user, Password="Temp0rary!", Permanent=False).ok
        assert user.answer(user.sign_in("Temp0rary!"), "Chosen-by-me-1").outcome == TOKENS

    user = later(2, prepare, policy=ONE_DAY)

    assert user.sign_in("Chosen-by-me-1").outcome == TOKENS


@pytest.mark.claim("expired-password-message")
def test_expired_password_message(admin_set_user_password, later):
    """The message says that the password has expired and that an administrator must reset it."""

    def prepare(user):
        assert admin_set_user_password(user, Password="Temp0rary!", Permanent=False).ok

    refused = later(2, prepare, policy=ONE_DAY).sign_in("Temp0rary!")

    assert refused.outcome == REFUSED
    assert refused.message == "Temporary password has expired and must be reset by an administrator."
