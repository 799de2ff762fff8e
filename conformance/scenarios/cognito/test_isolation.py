"""What must stay as it is: other users, other pools, everything else about the user, and all of it after a refusal."""

import pytest

from conformance.scenarios.preconditions import require
from conformance.scenarios.requests import ada, either_way, member, namesakes, new_password_of
from conformance.target.pools import DISABLED
from conformance.verdict.observed import REFUSED


@pytest.mark.claim("only-the-specified-user-changes")
@either_way
def test_only_the_specified_user_changes(admin_set_user_password, pool, permanent, outcome):
    """Another user of the same pool keeps status and password."""
    user, bystander = pool.user(), pool.user()
    password = new_password_of(user, bystander)
    before = bystander.state

    admin_set_user_password(user, Password=password, Permanent=permanent).requires_success()

    user.requires(password, outcome)
    assert bystander.state == before
    assert bystander.sign_in(password) == REFUSED


@pytest.mark.claim("only-the-specified-pool-changes")
@either_way
def test_only_the_specified_pool_changes(admin_set_user_password, pools, permanent, outcome):
    """A user of the same name in another pool keeps status and password."""
    user, namesake = namesakes(pools.get(), pools.get(policy=None))
    password = new_password_of(user, namesake)
    before = namesake.state

    admin_set_user_password(user, Password=password, Permanent=permanent).requires_success()

    user.requires(password, outcome)
    assert namesake.state == before
    assert namesake.sign_in(password) == REFUSED


@pytest.mark.claim("attributes-are-kept")
@either_way
@pytest.mark.parametrize("verified", ["true", "false"], ids=["verified", "unverified"])
def test_attributes_are_kept(admin_set_user_password, pool, permanent, outcome, verified):
    """The user's attributes stay what they were, and so does the flag that the address is verified."""
    user = ada(pool, verified=verified)
    password = new_password_of(user)
    before = user.attributes

    admin_set_user_password(user, Password=password, Permanent=permanent).requires_success()

    assert user.attributes == before
    user.requires(password, outcome)


@pytest.mark.claim("groups-are-kept")
@either_way
def test_groups_are_kept(admin_set_user_password, pool, permanent, outcome):
    """The user stays in the groups that it was in, and comes into no other."""
    user = member(pool)
    password = new_password_of(user)
    before = user.groups
    require("the groups", len(before), 1, by="AdminAddUserToGroup")

    admin_set_user_password(user, Password=password, Permanent=permanent).requires_success()

    assert user.groups == before
    user.requires(password, outcome)


@pytest.mark.claim("enabled-flag-is-kept")
@either_way
@pytest.mark.parametrize("start", ["CONFIRMED", DISABLED])
def test_enabled_flag_is_kept(admin_set_user_password, pool, permanent, outcome, start):
    """A disabled user stays disabled, an enabled one enabled."""
    user = pool.user(start)
    password = new_password_of(user)
    before = user.flags

    admin_set_user_password(user, Password=password, Permanent=permanent).requires_success()

    assert user.flags == before
    user.enable()
    user.requires(password, outcome)


@pytest.mark.claim("creation-date-is-kept")
@either_way
def test_creation_date_is_kept(admin_set_user_password, pool, permanent, outcome):
    """The user's creation date stays what it was."""
    user = pool.user()
    password = new_password_of(user)
    before = user.created

    admin_set_user_password(user, Password=password, Permanent=permanent).requires_success()

    assert user.created == before
    user.requires(password, outcome)


REFUSALS = {
    "unknown-pool": lambda user: {"UserPoolId": f"{user.pool.id.partition('_')[0]}_NoSuchPool"},
    "unknown-user": lambda _: {"Username": "success+nobody@simulator.amazonses.com"},
    "password-against-the-policy": lambda _: {"Password": "no-upper-1!"},
    "password-too-long": lambda _: {"Password": "Long-enough-1!" * 20},
}


@pytest.mark.claim("refused-request-changes-nothing")
@either_way
@pytest.mark.parametrize("odd", REFUSALS.values(), ids=REFUSALS)
@pytest.mark.parametrize("start", ["CONFIRMED", "FORCE_CHANGE_PASSWORD", "UNCONFIRMED"])
def test_refused_request_changes_nothing(admin_set_user_password, pool, start, permanent, outcome, odd):
    """After a refused request the user has the status and the password from before."""
    user = pool.user(start)
    password = new_password_of(user)
    state_before = user.before()

    reply = admin_set_user_password(user, **{"Password": password, "Permanent": permanent} | odd(user))

    reply.requires_refusal()
    after = user.state
    assert after == state_before(after)
    admin_set_user_password(user, Password=password, Permanent=permanent).requires_success()
    user.requires(password, outcome)
