"""What becomes of the user's status."""

import pytest

from conformance.scenarios.requests import either_way, new_password_of, new_passwords_of
from conformance.target.pools import STARTS
from conformance.target.sign_in import RESPOND
from conformance.verdict.observed import ACCEPTED, NEW_PASSWORD_REQUIRED, TOKENS

any_start = pytest.mark.parametrize("start", STARTS)


@pytest.mark.claim("temporary-password-forces-change")
@any_start
def test_temporary_password_forces_change(admin_set_user_password, pool, start):
    """A user who is given a temporary password is in status FORCE_CHANGE_PASSWORD, whatever the status was before."""
    user = pool.user(start)
    password = new_password_of(user)

    admin_set_user_password(user, Password=password, Permanent=False).requires_success()

    assert user.status == "FORCE_CHANGE_PASSWORD"
    user.requires(password, NEW_PASSWORD_REQUIRED)


@pytest.mark.claim("permanent-password-confirms")
@any_start
def test_permanent_password_confirms(admin_set_user_password, pool, start):
    """A user who is given a permanent password is in status CONFIRMED, whatever the status was before."""
    user = pool.user(start)
    password = new_password_of(user)

    admin_set_user_password(user, Password=password, Permanent=True).requires_success()

    assert user.status == "CONFIRMED"
    user.requires(password, TOKENS)


@pytest.mark.claim("omitted-permanent-is-temporary")
@any_start
def test_omitted_permanent_is_temporary(admin_set_user_password, pool, start):
    """A request without Permanent sets a temporary password."""
    user = pool.user(start)
    password = new_password_of(user)

    reply = admin_set_user_password(user, Password=password)

    assert reply == ACCEPTED
    assert user.status == "FORCE_CHANGE_PASSWORD"
    user.requires(password, NEW_PASSWORD_REQUIRED)


@pytest.mark.claim("new-password-confirms-the-user")
@pytest.mark.parametrize("operation", RESPOND)
def test_new_password_confirms_the_user(admin_set_user_password, user, operation):
    """A user who has answered the temporary password with a new one is in status CONFIRMED."""
    password, another = new_passwords_of(user)
    admin_set_user_password(user, Password=password, Permanent=False).requires_success()

    user.answer(user.challenged(password), another, operation)

    user.requires(another, TOKENS)
    assert user.status == "CONFIRMED"


@pytest.mark.claim("works-on-any-user")
@either_way
@any_start
def test_works_on_any_user(admin_set_user_password, pool, start, permanent, outcome):
    """A password can be set for a user in any status."""
    user = pool.user(start)
    password = new_password_of(user)

    reply = admin_set_user_password(user, Password=password, Permanent=permanent)

    assert reply == ACCEPTED
    assert user.sign_in(password) == outcome


@pytest.mark.claim("list-users-shows-the-same-status")
@pytest.mark.parametrize(
    ("start", "permanent", "outcome"),
    [("FORCE_CHANGE_PASSWORD", True, TOKENS), ("CONFIRMED", False, NEW_PASSWORD_REQUIRED)],
    ids=["permanent", "temporary"],
)
def test_list_users_shows_the_same_status(admin_set_user_password, pool, start, permanent, outcome):
    """ListUsers shows the status after the call just as AdminGetUser does, at the latest after some seconds."""
    user = pool.user(start)
    password = new_password_of(user)

    admin_set_user_password(user, Password=password, Permanent=permanent).requires_success()

    assert user.listed_as(user.status) == str(user.status)
    user.requires(password, outcome)
