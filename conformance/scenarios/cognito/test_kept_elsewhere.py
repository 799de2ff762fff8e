"""What the other operations of the lifecycle leave as it was: attributes, groups and the date of creation."""

import pytest

from conformance.scenarios.preconditions import require
from conformance.scenarios.requests import ada, member
from conformance.target.pools import DISABLED
from conformance.verdict.observed import ACCEPTED, TOKENS

pytestmark = pytest.mark.bindings("sdk")

FORCED = "FORCE_CHANGE_PASSWORD"


@pytest.fixture(autouse=True)
def binding():
    """The plain client makes every call here."""


def _by_administrator(operation):
    return lambda user: require(operation, user.call(operation), ACCEPTED, by=operation)


def _signed_in(flow, operation):
    return lambda user: require(operation, user.sign_in(user.password, flow).outcome, TOKENS, by=operation)


def _answered(operation):
    return lambda user: require(
        operation, user.answer(user.sign_in(user.password), "Chosen-by-me-1!", operation).outcome, TOKENS, by=operation
    )


def _forgot(user):
    sent = user.pool.client.call("ForgotPassword", Username=user.login)
    require("ForgotPassword", sent, ACCEPTED, by="ForgotPassword")


def _change(user):
    session = user.sign_in(user.password)
    require("the sign-in", session.outcome, TOKENS, by="AdminInitiateAuth")
    passwords = {"PreviousPassword": user.password, "ProposedPassword": "My-0wn-one!"}
    require("ChangePassword", user.with_token("ChangePassword", session, **passwords), ACCEPTED, by="ChangePassword")


# Each with the status that it starts from.
OPERATIONS = {
    "AdminConfirmSignUp": ("UNCONFIRMED", _by_administrator("AdminConfirmSignUp")),
    "AdminDisableUser": ("CONFIRMED", _by_administrator("AdminDisableUser")),
    "AdminEnableUser": (DISABLED, _by_administrator("AdminEnableUser")),
    "AdminInitiateAuth": ("CONFIRMED", _signed_in("ADMIN_USER_PASSWORD_AUTH", "AdminInitiateAuth")),
    "AdminResetUserPassword": ("CONFIRMED", _by_administrator("AdminResetUserPassword")),
    "AdminRespondToAuthChallenge": (FORCED, _answered("AdminRespondToAuthChallenge")),
    "AdminUserGlobalSignOut": ("CONFIRMED", _by_administrator("AdminUserGlobalSignOut")),
    "ChangePassword": ("CONFIRMED", _change),
    "ForgotPassword": ("CONFIRMED", _forgot),
    "InitiateAuth": ("CONFIRMED", _signed_in("USER_PASSWORD_AUTH", "InitiateAuth")),
    "RespondToAuthChallenge": (FORCED, _answered("RespondToAuthChallenge")),
}
every_operation = pytest.mark.parametrize("operation", OPERATIONS)


@pytest.fixture
def user(pool, operation):
    """A user in the status that the operation starts from, with a name and a verified address."""
    return ada(pool, OPERATIONS[operation][0])


@pytest.mark.claim("every-operation-keeps-the-attributes")
@every_operation
def test_every_operation_keeps_the_attributes(user, operation):
    """An operation that is not about attributes leaves them what they were."""
    before = user.attributes

    OPERATIONS[operation][1](user)

    assert user.attributes == before


@pytest.mark.claim("every-operation-keeps-the-groups")
@every_operation
def test_every_operation_keeps_the_groups(pool, operation):
    """An operation that is not about groups leaves the user in the same groups."""
    user = member(pool, OPERATIONS[operation][0])
    before = user.groups
    require("the groups", len(before), 1, by="AdminAddUserToGroup")

    OPERATIONS[operation][1](user)

    assert user.groups == before


@pytest.mark.claim("every-operation-keeps-the-creation-date")
@every_operation
def test_every_operation_keeps_the_creation_date(user, operation):
    """An operation leaves the date of the user's creation what it was."""
    before = user.created

    OPERATIONS[operation][1](user)

    assert user.created == before
