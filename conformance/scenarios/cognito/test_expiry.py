"""How long a temporary password can be used; needs a target whose clock can be moved, or two runs (--state)."""

import pytest

from conformance.errors import Blocked
from conformance.scenarios.preconditions import require
from conformance.target.sign_in import FLOWS
from conformance.verdict.observed import ACCEPTED, NEW_PASSWORD_REQUIRED, NOT_REFUSED, REFUSED, TOKENS

ONE_DAY = {"TemporaryPasswordValidityDays": 1}
AN_HOUR = 1 / 24  # in days: nobody documents how exactly the validity is kept


@pytest.fixture
def give_temporary(admin_set_user_password):
    """Give a user the temporary password Temp0rary!; blocks the scenario unless it is accepted and challenged."""

    def call(user, flow=None):
        admin_set_user_password(user, Password="Temp0rary!", Permanent=False).requires_success()
        user.challenged("Temp0rary!", flow)

    return call


# The password is the right one, and what is asked is its age: `outcome` leaves out whether the flow refuses wrong ones.
def _requires_expired(user, by="expired-temporary-password-is-refused"):
    """Block the scenario unless the temporary password has expired. That it has is another claim."""
    seen = user.sign_in("Temp0rary!")
    if seen.outcome != REFUSED:
        raise Blocked(f"the temporary password was to have expired, and the sign-in led to {seen}", by)
    return seen


@pytest.mark.claim("expired-temporary-password-is-refused")
@pytest.mark.parametrize("flow", FLOWS)
def test_expired_temporary_password_is_refused(give_temporary, later, flow):
    """The user who waited longer than the password was valid for is refused."""
    user = later(2, lambda user: give_temporary(user, flow), policy=ONE_DAY)

    assert user.sign_in("Temp0rary!", flow).outcome == REFUSED


@pytest.mark.claim("administrator-revives-an-expired-user")
@pytest.mark.parametrize("permanent", [True, False], ids=["permanent", "temporary"])
def test_administrator_revives_an_expired_user(admin_set_user_password, give_temporary, later, permanent):
    """Another password, permanent or temporary, lets the user in whose temporary password had expired."""
    user = later(2, give_temporary, policy=ONE_DAY)
    _requires_expired(user)

    reply = admin_set_user_password(user, Password="Second-0ne!", Permanent=permanent)

    assert reply == ACCEPTED
    assert user.sign_in("Second-0ne!") == NOT_REFUSED


@pytest.mark.claim("pool-sets-the-validity")
@pytest.mark.parametrize("days", [1, 30, 365])
def test_pool_sets_the_validity(give_temporary, pools, clock, days):
    """The password is good for as many days as TemporaryPasswordValidityDays says, and no longer."""
    user = pools.get(policy={"TemporaryPasswordValidityDays": days}).user()
    give_temporary(user)

    clock.after(user.pool, days - AN_HOUR)
    assert user.sign_in("Temp0rary!") == NEW_PASSWORD_REQUIRED
    clock.after(user.pool, days + AN_HOUR)
    assert user.sign_in("Temp0rary!").outcome == REFUSED


@pytest.mark.claim("validity-is-seven-days-by-default")
@pytest.mark.parametrize("policy", [{}, None], ids=["not-in-the-policy", "no-policy"])
def test_validity_is_seven_days_by_default(give_temporary, pools, clock, policy):
    """In a pool that does not say for how long, the password is good for seven days."""
    user = pools.get(policy=policy).user()
    give_temporary(user)

    clock.after(user.pool, 7 - AN_HOUR)
    assert user.sign_in("Temp0rary!") == NEW_PASSWORD_REQUIRED
    clock.after(user.pool, 7 + AN_HOUR)
    assert user.sign_in("Temp0rary!").outcome == REFUSED


@pytest.mark.claim("zero-days-mean-the-default")
def test_zero_days_mean_the_default(give_temporary, pools, clock):
    """With TemporaryPasswordValidityDays 0 the password is good for as long as in a pool that leaves it out."""
    left_out, zero = pools.get().user(), pools.get(policy={"TemporaryPasswordValidityDays": 0}).user()
    give_temporary(left_out)
    give_temporary(zero)

    for user in (left_out, zero):
        clock.after(user.pool, 7 - AN_HOUR)
    wanted = left_out.sign_in("Temp0rary!")
    assert zero.sign_in("Temp0rary!").outcome == wanted.outcome
    for user in (left_out, zero):
        clock.after(user.pool, 7 + AN_HOUR)
    _requires_expired(left_out, "validity-is-seven-days-by-default")
    assert zero.sign_in("Temp0rary!").outcome == REFUSED


@pytest.mark.claim("used-account-does-not-expire")
def test_used_account_does_not_expire(give_temporary, later):
    """A user who has answered the challenge signs in after the temporary password would have expired."""

    def prepare(user):
        give_temporary(user)
        user.answer(user.challenged("Temp0rary!"), "Chosen-by-me-1!")
        user.requires("Chosen-by-me-1!", TOKENS)

    user = later(2, prepare, policy=ONE_DAY)

    assert user.sign_in("Chosen-by-me-1!") == TOKENS


@pytest.mark.claim("expired-password-message")
def test_expired_password_message(give_temporary, later):
    """The message says that the password has expired and that an administrator must reset it."""
    refused = _requires_expired(later(2, give_temporary, policy=ONE_DAY))
    require("the refusal", refused.outcome, "NotAuthorizedException", by="expired-temporary-password-is-refused")

    assert refused.message == "Temporary password has expired and must be reset by an administrator."
