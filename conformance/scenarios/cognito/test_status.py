"""What becomes of the user's status."""

import pytest

from conformance.target.pools import DISABLED, STARTS
from conformance.target.sign_in import RESPOND
from conformance.verdict.observed import TOKENS

any_start = pytest.mark.parametrize("start", STARTS)


@pytest.mark.claim("temporary-password-forces-change")
@any_start
def test_temporary_password_forces_change(admin_set_user_password, pool, start):
    """A user who is given a temporary password is in status FORCE_CHANGE_PASSWORD, whatever the status was before."""
    user = pool.user(start)

    reply = admin_set_user_password(user, Password="Temp0rary!", Permanent=False)

    assert reply.ok
    assert user.status == "FORCE_CHANGE_PASSWORD"
    assert user.sign_in("Temp0rary!").outcome == "NEW_PASSWORD_REQUIRED"


@pytest.mark.claim("permanent-password-confirms")
@any_start
def test_permanent_password_confirms(admin_set_user_password, pool, start):
    """A user who is given a permanent password is in status CONFIRMED, whatever the status was before."""
    user = pool.user(start)

    reply = admin_set_user_password(user, Password="Permanent-1!", Permanent=True)

    assert reply.ok
    assert user.status == "CONFIRMED"
    assert user.sign_in("Permanent-1!").outcome == TOKENS


@pytest.mark.claim("omitted-permanent-is-temporary")
@any_start
def test_omitted_permanent_is_temporary(admin_set_user_password, pool, start):
    """A request without Permanent sets a temporary password."""
    user = pool.user(start)

    reply = admin_set_user_password(user, Password="Temp0rary!")

    assert reply.ok
    assert user.status == "FORCE_CHANGE_PASSWORD"
    assert user.sign_in("Temp0rary!").outcome == "NEW_PASSWORD_REQUIRED"


@pytest.mark.claim("new-password-confirms-the-user")
@pytest.mark.parametrize("operation", RESPOND)
def test_new_password_confirms_the_user(admin_set_user_password, user, operation):
    """A user who has answered the temporary password with a new one is in status CONFIRMED."""
    reply = admin_set_user_password(user, Password="Temp0rary!", Permanent=False)

    assert reply.ok
    assert user.answer(user.sign_in("Temp0rary!"), "Chosen-by-me-1", operation).outcome == TOKENS
    assert user.status == "CONFIRMED"


@pytest.mark.claim("works-on-any-user")
@pytest.mark.parametrize("start", [*STARTS, DISABLED])
def test_works_on_any_user(admin_set_user_password, pool, start):
    """A password can be set for a user in any status; for one who is disabled it counts once enabled."""
    user = pool.user(start)

    reply = admin_set_user_password(user, Password="Permanent-1!", Permanent=True)

    assert reply.ok
    if start == DISABLED:
        user.arrange("AdminEnableUser")
    assert user.sign_in("Permanent-1!").outcome == TOKENS


@pytest.mark.claim("list-users-shows-the-same-status")
@pytest.mark.parametrize(("permanent", "status"), [(True, "CONFIRMED"), (False, "FORCE_CHANGE_PASSWORD")])
def test_list_users_shows_the_same_status(admin_set_user_password, pool, permanent, status):
    """ListUsers shows the new status just as AdminGetUser does."""
    user = pool.user("CONFIRMED" if not permanent else "FORCE_CHANGE_PASSWORD")

    reply = admin_set_user_password(user, Password="New-Passw0rd!", Permanent=permanent)

    assert reply.ok
    assert user.listed_status == status
