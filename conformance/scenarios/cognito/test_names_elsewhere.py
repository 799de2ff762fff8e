"""Which user a name reaches at every other operation of the lifecycle: its case, an alias, the sub."""

import uuid

import pytest

from conformance.scenarios.preconditions import require
from conformance.scenarios.requests import IGNORING_CASE, WITH_ALIASES
from conformance.target.app_client import outcome
from conformance.target.mailbox import simulated
from conformance.verdict.observed import ACCEPTED, NOT_REFUSED, REFUSED, TOKENS, OneOf

pytestmark = pytest.mark.bindings("sdk")


@pytest.fixture(autouse=True)
def binding():
    """The plain client makes every call here."""


def _by_administrator(operation, **members):
    return lambda user, name: user.call(operation, Username=name, **members)


def _sign_in(flow):
    return lambda user, name: user.pool.client.sign_in(name, user.password, flow).outcome


def _forgot(user, name):
    return user.pool.client.call("ForgotPassword", Username=name)


# Each by the status that it needs.
ADMINISTRATORS = {
    "AdminConfirmSignUp": ("UNCONFIRMED", _by_administrator("AdminConfirmSignUp")),
    "AdminDeleteUser": ("CONFIRMED", _by_administrator("AdminDeleteUser")),
    "AdminDisableUser": ("CONFIRMED", _by_administrator("AdminDisableUser")),
    "AdminEnableUser": ("CONFIRMED", _by_administrator("AdminEnableUser")),
    "AdminGetUser": ("CONFIRMED", _by_administrator("AdminGetUser")),
    "AdminResetUserPassword": ("CONFIRMED", _by_administrator("AdminResetUserPassword")),
    "AdminUpdateUserAttributes": (
        "CONFIRMED",
        _by_administrator("AdminUpdateUserAttributes", UserAttributes=[{"Name": "nickname", "Value": "Countess"}]),
    ),
    "AdminUserGlobalSignOut": ("CONFIRMED", _by_administrator("AdminUserGlobalSignOut")),
}
USERS = {
    "AdminInitiateAuth": ("CONFIRMED", _sign_in("ADMIN_USER_PASSWORD_AUTH")),
    "ForgotPassword": ("CONFIRMED", _forgot),
    "InitiateAuth": ("CONFIRMED", _sign_in("USER_PASSWORD_AUTH")),
}
EVERY = ADMINISTRATORS | USERS
every_operation = pytest.mark.parametrize("operation", EVERY)
every_operation_of_administrators = pytest.mark.parametrize("operation", ADMINISTRATORS)


def _user(pool, operation):
    """A user in the status that the operation needs, with a verified address of their own, or any other made so."""
    own = uuid.uuid4().hex[:12]
    named = {"username": f"ada-{own}", "attributes": {"email": _address(own), "email_verified": "true"}}
    user = pool.user(EVERY[operation][0], alike="with an address of their own", **named)
    return user, _address(user.login.removeprefix("ada-"))


def _address(own):
    return simulated(f"contact-{own}")


def _call(operation, user, name):
    return EVERY[operation][1](user, name)


def _called(operation, user, name):
    """The outcome of the operation by this name; if it failed, it must succeed by the username."""
    seen = _call(operation, user, name)
    if seen != _right(operation):
        require(f"{operation} by the username", _call(operation, user, user.login), ACCEPTED, TOKENS, by=operation)
    return seen


def _right(operation):
    return TOKENS if operation.endswith("InitiateAuth") else ACCEPTED


@pytest.mark.claim("names-ignore-case-at-every-operation")
@every_operation
def test_names_ignore_case_at_every_operation(pools, operation):
    """With CaseSensitive false, a username in another case reaches the user, whatever the operation."""
    user, _ = _user(pools.get(**IGNORING_CASE), operation)

    assert _called(operation, user, user.login.upper()) == _right(operation)


@pytest.mark.claim("names-mind-case-at-every-operation")
@pytest.mark.parametrize("operation", sorted(EVERY.keys() - {"ForgotPassword"}))
def test_names_mind_case_at_every_operation(pool, operation):
    """Without CaseSensitive false, a username in another case fails with UserNotFoundException, at any operation."""
    user, _ = _user(pool, operation)

    assert _call(operation, user, user.login.upper()) == "UserNotFoundException"
    require(f"{operation} by the username", _call(operation, user, user.login), ACCEPTED, TOKENS, by=operation)


@pytest.mark.claim("alias-reaches-the-user-at-every-operation")
@pytest.mark.parametrize("operation", sorted(EVERY.keys() - {"AdminConfirmSignUp"}))
def test_alias_reaches_the_user_at_every_operation(pools, operation):
    """In a pool where email is an alias, a verified address reaches the user, whatever the operation."""
    user, email = _user(pools.get(**WITH_ALIASES), operation)

    assert _called(operation, user, email) == _right(operation)


@pytest.mark.claim("sub-reaches-the-user-at-every-operation")
@every_operation_of_administrators
def test_sub_reaches_the_user_at_every_operation(pool, operation):
    """In a pool without aliases, the sub reaches the user at every operation of an administrator."""
    user, _ = _user(pool, operation)

    assert _called(operation, user, user.sub) == ACCEPTED


@pytest.mark.claim("sub-does-not-sign-in")
@pytest.mark.parametrize("operation", ["InitiateAuth"])
def test_sub_does_not_sign_in(pool, operation):
    """A sign-in by the sub fails with UserNotFoundException."""
    user, _ = _user(pool, operation)

    assert _call(operation, user, user.sub) == "UserNotFoundException"
    require("the sign-in by the username", _call(operation, user, user.login), TOKENS, by="confirmed-user-signs-in")


def _create(pool, name, **members):
    made = {"UserPoolId": pool.id, "Username": name, "TemporaryPassword": "Temp0rary!", "MessageAction": "SUPPRESS"}
    return outcome(pool.service, "AdminCreateUser", **made, **members)


def _sign_up(pool, name):
    return pool.client.call("SignUp", Username=name, Password="Chosen-by-me-1!")


MAKING = {"AdminCreateUser": _create, "SignUp": _sign_up}


@pytest.mark.claim("username-in-another-case-is-taken")
@pytest.mark.parametrize("operation", MAKING)
def test_username_in_another_case_is_taken(pools, operation):
    """With CaseSensitive false, making a user of a taken name in another case fails with UsernameExistsException."""
    pool = pools.get(**IGNORING_CASE)
    name = f"ada-{uuid.uuid4().hex[:12]}"
    require("the first user", MAKING[operation](pool, name), ACCEPTED, by=operation)

    assert MAKING[operation](pool, name.upper()) == "UsernameExistsException"


@pytest.mark.claim("username-in-another-case-is-another")
@pytest.mark.parametrize("operation", MAKING)
def test_username_in_another_case_is_another(pool, operation):
    """Without CaseSensitive false, a name in another case makes another user."""
    name = f"ada-{uuid.uuid4().hex[:12]}"
    require("the first user", MAKING[operation](pool, name), ACCEPTED, by=operation)

    assert MAKING[operation](pool, name.upper()) == ACCEPTED


def _with_email(email):
    attributes = {"email": email, "email_verified": "true"}
    return [{"Name": name, "Value": value} for name, value in attributes.items()]


@pytest.mark.claim("address-may-be-shared-where-it-is-no-alias")
def test_address_may_be_shared_where_it_is_no_alias(pool):
    """In a pool without aliases, two users may have one e-mail address."""
    email = simulated(f"shared-{uuid.uuid4().hex[:12]}")
    names = [f"ada-{uuid.uuid4().hex[:12]}" for _ in range(2)]
    first = _create(pool, names[0], UserAttributes=_with_email(email))
    require("the first user", first, ACCEPTED, by="AdminCreateUser")

    assert _create(pool, names[1], UserAttributes=_with_email(email)) == ACCEPTED


@pytest.mark.claim("taken-alias-is-refused")
def test_taken_alias_is_refused(pools):
    """AdminCreateUser with a verified address that is another user's alias is refused."""
    pool = pools.get(**WITH_ALIASES)
    owner, email = _user(pool, "AdminInitiateAuth")
    name = f"bob-{uuid.uuid4().hex[:12]}"

    refused = _create(pool, name, UserAttributes=_with_email(email))

    assert refused == OneOf(("AliasExistsException", "UsernameExistsException"))
    signed_in = _call("AdminInitiateAuth", owner, email)
    require("the alias", signed_in, TOKENS, by="alias-reaches-the-user-at-every-operation")
    own = _with_email(simulated(name))
    require("an address of their own", _create(pool, name, UserAttributes=own), ACCEPTED, by="AdminCreateUser")


@pytest.mark.claim("forced-alias-moves-to-the-new-user")
def test_forced_alias_moves_to_the_new_user(pools):
    """With ForceAliasCreation, the alias reaches the new user and no longer the one who had it."""
    pool = pools.get(**WITH_ALIASES)
    owner, email = _user(pool, "AdminInitiateAuth")
    require(
        "the alias", _call("AdminInitiateAuth", owner, email), TOKENS, by="alias-reaches-the-user-at-every-operation"
    )
    name = f"bob-{uuid.uuid4().hex[:12]}"

    created = _create(pool, name, UserAttributes=_with_email(email), ForceAliasCreation=True)

    assert created == ACCEPTED
    client = pool.client
    by_name = client.sign_in(name, "Temp0rary!", "USER_PASSWORD_AUTH")
    require("the new user by name", by_name, NOT_REFUSED, by="forced-change-is-a-challenge")
    wrong = client.sign_in(name, owner.password, "USER_PASSWORD_AUTH")
    require("the other's password by name", wrong, REFUSED, by="wrong-password-does-not-sign-in")
    assert client.sign_in(email, "Temp0rary!", "USER_PASSWORD_AUTH") == NOT_REFUSED
    assert client.sign_in(email, owner.password, "USER_PASSWORD_AUTH") == REFUSED
