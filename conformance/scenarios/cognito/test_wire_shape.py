"""The form of every answer that the suite meets, of every operation that it calls, held to the service model."""

import uuid

import pytest

from conformance.scenarios.preconditions import require
from conformance.scenarios.requests import ada
from conformance.target.app_client import outcome
from conformance.verdict.observed import ACCEPTED, TOKENS, Parts

pytestmark = pytest.mark.bindings("sdk")

FORCED = "FORCE_CHANGE_PASSWORD"


@pytest.fixture(autouse=True)
def binding():
    """The plain client makes every call here."""


def _on_user(operation, start="CONFIRMED", **members):
    def call(pool):
        user = ada(pool, start)
        require(operation, user.call(operation, Username=user.username, **members), ACCEPTED, by=operation)

    return call


def _on_client(operation, **members):
    def call(pool):
        user = ada(pool)
        require(operation, pool.client.call(operation, Username=user.login, **members), ACCEPTED, by=operation)

    return call


def _by_token(operation, **members):
    def call(pool):
        user = pool.user()
        session = user.sign_in(user.password)
        require("the sign-in", session.outcome, TOKENS, by="confirmed-user-is-signed-in")
        require(operation, user.with_token(operation, session, **members), ACCEPTED, by=operation)

    return call


def _on_pool(operation, **members):
    def call(pool):
        named = {} if operation == "ListUserPools" else {"UserPoolId": pool.id}
        require(operation, outcome(pool.service, operation, **named, **members), ACCEPTED, by=operation)

    return call


def _sign_in(pool):
    """A confirmed user by each flow of InitiateAuth, a refreshing, and one who has a temporary password."""
    user, invited = pool.user(), pool.user(FORCED)
    session = pool.client.sign_in(user.login, user.password, "USER_PASSWORD_AUTH")
    pool.client.sign_in_by_srp(user.login, user.password)
    pool.client.sign_in(invited.login, invited.password, "USER_PASSWORD_AUTH")
    require("the sign-in", session.outcome, TOKENS, by="confirmed-user-signs-in")
    pool.client.initiate("REFRESH_TOKEN_AUTH", {"REFRESH_TOKEN": session.tokens["RefreshToken"]})


def _sign_in_as_administrator(pool):
    user, invited = pool.user(), pool.user(FORCED)
    session = user.sign_in(user.password)
    invited.sign_in(invited.password)
    require("the sign-in", session.outcome, TOKENS, by="confirmed-user-is-signed-in")


def _answer(operation):
    def call(pool):
        user = pool.user(FORCED)
        answer = user.answer(user.sign_in(user.password), "Chosen-by-me-1!", operation)
        require(operation, answer.outcome, TOKENS, by="challenge-answer-grants-tokens")

    return call


def _sign_up(pool):
    pool.user("UNCONFIRMED")


def _create(pool):
    pool.user(FORCED, attributes={"name": "Ada"})


def _client(pool):
    pool.new_client(ExplicitAuthFlows=["ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"])
    pool.new_client(GenerateSecret=True)


def _group(pool):
    require("CreateGroup", _create_group(pool)[0], ACCEPTED, by="CreateGroup")


def _create_group(pool):
    group = f"group-{uuid.uuid4().hex[:12]}"
    return outcome(pool.service, "CreateGroup", UserPoolId=pool.id, GroupName=group), group


def _add_to_group(pool):
    user, (_, group) = pool.user(), _create_group(pool)
    added = user.call("AdminAddUserToGroup", Username=user.username, GroupName=group)
    require("AdminAddUserToGroup", added, ACCEPTED, by="AdminAddUserToGroup")
    require("AdminListGroupsForUser", user.groups, {group: "member"}, by="AdminListGroupsForUser")


def _same_policy(pool):
    pool.change_policy()


def _nothing_more(_):
    """The pool itself was made by the operation."""


def _revoke(pool):
    user = pool.user()
    session = user.sign_in(user.password)
    require("the sign-in", session.outcome, TOKENS, by="confirmed-user-is-signed-in")
    revoked = pool.client.call("RevokeToken", Token=session.tokens["RefreshToken"])
    require("RevokeToken", revoked, ACCEPTED, by="RevokeToken")


def _confirm_sign_up(pool, control):
    user = pool.user("UNCONFIRMED")
    code = control.code(pool, user.username)
    confirmed = pool.client.call("ConfirmSignUp", Username=user.login, ConfirmationCode=code)
    require("ConfirmSignUp", confirmed, ACCEPTED, by="confirmation-code-confirms")


def _confirm_forgotten(pool, control):
    user = pool.user()
    user.verify_email()
    pool.service.arrange("ForgotPassword", ClientId=pool.client_id, Username=user.login)
    members = {"ConfirmationCode": control.code(pool, user.username), "Password": "My-0wn-one!"}
    confirmed = pool.client.call("ConfirmForgotPassword", Username=user.login, **members)
    require("ConfirmForgotPassword", confirmed, ACCEPTED, by="password-code-sets-the-password")


PASSWORDS = {"PreviousPassword": "Old-Passw0rd!", "ProposedPassword": "My-0wn-one!"}
NAMED = [{"Name": "name", "Value": "Ada"}]
# The operations that the suite calls, and how each is made to answer at least once.
OPERATIONS = {
    "AdminAddUserToGroup": _add_to_group,
    "AdminConfirmSignUp": _on_user("AdminConfirmSignUp", "UNCONFIRMED"),
    "AdminCreateUser": _create,
    "AdminDeleteUser": _on_user("AdminDeleteUser"),
    "AdminDisableUser": _on_user("AdminDisableUser"),
    "AdminEnableUser": _on_user("AdminEnableUser"),
    "AdminGetUser": _on_user("AdminGetUser"),
    "AdminInitiateAuth": _sign_in_as_administrator,
    "AdminListGroupsForUser": _add_to_group,
    "AdminResetUserPassword": _on_user("AdminResetUserPassword"),
    "AdminRespondToAuthChallenge": _answer("AdminRespondToAuthChallenge"),
    "AdminSetUserPassword": _on_user("AdminSetUserPassword", Password="New-Passw0rd!", Permanent=True),
    "AdminUpdateUserAttributes": _on_user("AdminUpdateUserAttributes", UserAttributes=NAMED),
    "AdminUserGlobalSignOut": _on_user("AdminUserGlobalSignOut"),
    "ChangePassword": _by_token("ChangePassword", **PASSWORDS),
    "CreateGroup": _group,
    "CreateUserPool": _nothing_more,
    "CreateUserPoolClient": _client,
    "ForgotPassword": _on_client("ForgotPassword"),
    "GetUser": _by_token("GetUser"),
    "InitiateAuth": _sign_in,
    "ListUserPools": _on_pool("ListUserPools", MaxResults=5),
    "ListUsers": _on_pool("ListUsers", Limit=5),
    "RespondToAuthChallenge": _answer("RespondToAuthChallenge"),
    "RevokeToken": _revoke,
    "SignUp": _sign_up,
    "UpdateUserPool": _same_policy,
    "UpdateUserAttributes": _by_token("UpdateUserAttributes", UserAttributes=NAMED),
}

# And those that take the code that was sent.
WITH_CODES = {"ConfirmForgotPassword": _confirm_forgotten, "ConfirmSignUp": _confirm_sign_up}


@pytest.mark.claim("answers-keep-their-shape")
@pytest.mark.parametrize("operation", sorted(OPERATIONS | WITH_CODES))
def test_answers_keep_their_shape(request, pool, operation):
    """Every answer of the operation that was met has the types of its model, and the members that it requires."""
    if operation in WITH_CODES:
        WITH_CODES[operation](pool, request.getfixturevalue("control"))
    else:
        OPERATIONS[operation](pool)

    assert Parts(pool.service.answers.of(operation), "faults of the answer", operation=operation) == []
