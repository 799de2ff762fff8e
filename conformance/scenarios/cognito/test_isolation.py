"""What must stay as it is: other users, other pools, everything else about the user, and all of it after a refusal."""

import pytest

from conformance.target.pools import DISABLED
from conformance.verdict.observed import TOKENS

either_way = pytest.mark.parametrize("permanent", [True, False], ids=["permanent", "temporary"])


@pytest.mark.claim("only-the-specified-user-changes")
@either_way
def test_only_the_specified_user_changes(admin_set_user_password, pool, permanent):
    """Another user of the same pool keeps status and password."""
    user, bystander = pool.user(), pool.user()
    before = bystander.state

    reply = admin_set_user_password(user, Password="New-Passw0rd!", Permanent=permanent)

    assert reply.ok
    assert user.sign_in("New-Passw0rd!").outcome == (TOKENS if permanent else "NEW_PASSWORD_REQUIRED")
    assert bystander.state == before
    assert bystander.sign_in("New-Passw0rd!").outcome == "NotAuthorizedException"


@pytest.mark.claim("only-the-specified-pool-changes")
@either_way
def test_only_the_specified_pool_changes(admin_set_user_password, pools, permanent):
    """A user of the same name in another pool keeps status and password."""
    user = pools.get().user()
    namesake = pools.get(apart="another").user(username=user.login)
    before = namesake.state

    reply = admin_set_user_password(user, Password="New-Passw0rd!", Permanent=permanent)

    assert reply.ok
    assert user.sign_in("New-Passw0rd!").outcome == (TOKENS if permanent else "NEW_PASSWORD_REQUIRED")
    assert namesake.state == before
    assert namesake.sign_in("New-Passw0rd!").outcome == "NotAuthorizedException"


@pytest.mark.claim("attributes-are-kept")
@either_way
def test_attributes_are_kept(admin_set_user_password, pool, permanent):
    """The user's attributes stay what they were."""
    user = pool.user(attributes={"name": "Ada", "email": "success+ada@simulator.amazonses.com"})
    before = user.attributes

    reply = admin_set_user_password(user, Password="New-Passw0rd!", Permanent=permanent)

    assert reply.ok
    assert user.attributes == before
    assert user.sign_in("New-Passw0rd!").outcome == (TOKENS if permanent else "NEW_PASSWORD_REQUIRED")


@pytest.mark.claim("groups-are-kept")
@either_way
def test_groups_are_kept(admin_set_user_password, pool, permanent):
    """The user stays in the groups that it was in, and comes into no other."""
    user = pool.user()
    group = f"group-of-{user.username.partition('@')[0]}"
    pool.service.arrange("CreateGroup", UserPoolId=pool.id, GroupName=group)
    user.arrange("AdminAddUserToGroup", GroupName=group)

    reply = admin_set_user_password(user, Password="New-Passw0rd!", Permanent=permanent)

    assert reply.ok
    assert user.groups == {group: "member"}
    assert user.sign_in("New-Passw0rd!").outcome == (TOKENS if permanent else "NEW_PASSWORD_REQUIRED")


@pytest.mark.claim("enabled-flag-is-kept")
@either_way
@pytest.mark.parametrize("start", ["CONFIRMED", DISABLED])
def test_enabled_flag_is_kept(admin_set_user_password, pool, permanent, start):
    """A disabled user stays disabled, an enabled one enabled."""
    user = pool.user(start)
    before = user.flags

    reply = admin_set_user_password(user, Password="New-Passw0rd!", Permanent=permanent)

    assert reply.ok
    assert user.flags == before
    user.arrange("AdminEnableUser")
    assert user.sign_in("New-Passw0rd!").outcome == (TOKENS if permanent else "NEW_PASSWORD_REQUIRED")


@pytest.mark.claim("creation-date-is-kept")
@either_way
def test_creation_date_is_kept(admin_set_user_password, pool, permanent):
    """The user's creation date stays what it was."""
    user = pool.user()
    before = user.created

    reply = admin_set_user_password(user, Password="New-Passw0rd!", Permanent=permanent)

    assert reply.ok
    assert user.created == before
    assert user.sign_in("New-Passw0rd!").outcome == (TOKENS if permanent else "NEW_PASSWORD_REQUIRED")


REFUSALS = {
    "unknown-pool": {"UserPoolId": "us-east-1_NoSuchPool"},
    "unknown-user": {"Username": "success+nobody@simulator.amazonses.com"},
    "password-against-the-policy": {"Password": "no-upper-1!"},
    "password-too-long": {"Password": "Long-enough-1!" * 20},
}


@pytest.mark.claim("refused-request-changes-nothing")
@either_way
@pytest.mark.parametrize("odd", REFUSALS.values(), ids=REFUSALS)
@pytest.mark.parametrize("start", ["CONFIRMED", "FORCE_CHANGE_PASSWORD", "UNCONFIRMED"])
def test_refused_request_changes_nothing(admin_set_user_password, pool, start, permanent, odd):
    """After a refused request the user has the status and the password from before."""
    user = pool.user(start)
    before = user.state

    reply = admin_set_user_password(user, **{"Password": "New-Passw0rd!", "Permanent": permanent} | odd)

    reply.presume_refused()
    assert user.state == before
    assert admin_set_user_password(user, Password="New-Passw0rd!", Permanent=permanent).ok
    assert user.sign_in("New-Passw0rd!").outcome == (TOKENS if permanent else "NEW_PASSWORD_REQUIRED")
