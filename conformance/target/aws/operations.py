"""Every operation that may be sent to AWS: its quota, whether it is signed, whose quota it counts against.

Sources: https://docs.aws.amazon.com/cognito/latest/developerguide/quotas.html (requests per second, per account and
Region, the defaults), the service authorization reference (signature), both read in November 2026.
"""

from __future__ import annotations

from dataclasses import dataclass

# Requests per second of each category, for all pools of an account in a Region together.
QUOTAS = {
    "UserAuthentication": 120,
    "UserToken": 120,
    "UserCreation": 50,
    "UserAccountRecovery": 30,
    "UserRead": 120,
    "UserUpdate": 25,
    "UserResourceRead": 50,
    "UserList": 30,
    "UserPoolRead": 15,
    "UserPoolUpdate": 15,
    "UserPoolResourceRead": 20,
    "UserPoolResourceUpdate": 15,
    "UserPoolClientUpdate": 15,
    # Of STS, not of Cognito: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
    "SecurityTokens": 600,
}
# These have a quota of 5 per second for each pool and operation besides.
BY_POOL = ("UserPoolResourceRead", "UserPoolResourceUpdate", "UserPoolClientUpdate")


@dataclass(frozen=True)
class OperationFacts:
    """An operation: its category of quota, and whether it changes a user (`writes`); None where no user is meant.

    `signed` says that IAM decides who may call it."""

    category: str
    writes: bool | None = None
    signed: bool = True


_READ, _WRITE = False, True
OPERATIONS = {
    "CreateUserPool": OperationFacts("UserPoolUpdate"),
    "DeleteUserPool": OperationFacts("UserPoolUpdate"),
    "UpdateUserPool": OperationFacts("UserPoolUpdate"),
    "DescribeUserPool": OperationFacts("UserPoolRead"),
    "ListUserPools": OperationFacts("UserPoolRead"),
    "CreateUserPoolClient": OperationFacts("UserPoolClientUpdate"),
    "CreateGroup": OperationFacts("UserPoolResourceUpdate"),
    "AdminCreateUser": OperationFacts("UserCreation", _WRITE),
    "AdminConfirmSignUp": OperationFacts("UserCreation", _WRITE),
    "SignUp": OperationFacts("UserCreation", _WRITE, signed=False),
    "ConfirmSignUp": OperationFacts("UserCreation", _WRITE, signed=False),
    "AdminSetUserPassword": OperationFacts("UserAccountRecovery", _WRITE),
    "AdminResetUserPassword": OperationFacts("UserAccountRecovery", _WRITE),
    "ChangePassword": OperationFacts("UserAccountRecovery", _WRITE, signed=False),
    "ForgotPassword": OperationFacts("UserAccountRecovery", _WRITE, signed=False),
    "ConfirmForgotPassword": OperationFacts("UserAccountRecovery", _WRITE, signed=False),
    "AdminGetUser": OperationFacts("UserRead", _READ),
    "GetUser": OperationFacts("UserRead", _READ, signed=False),
    "ListUsers": OperationFacts("UserList"),
    "AdminListGroupsForUser": OperationFacts("UserResourceRead", _READ),
    "AdminInitiateAuth": OperationFacts("UserAuthentication", _READ),
    "InitiateAuth": OperationFacts("UserAuthentication", _READ, signed=False),
    "RevokeToken": OperationFacts("UserToken", signed=False),
    "AdminRespondToAuthChallenge": OperationFacts("UserAuthentication", _READ),
    "RespondToAuthChallenge": OperationFacts("UserAuthentication", _READ, signed=False),
    "AdminUpdateUserAttributes": OperationFacts("UserUpdate", _WRITE),
    "UpdateUserAttributes": OperationFacts("UserUpdate", _WRITE, signed=False),
    "AdminEnableUser": OperationFacts("UserUpdate", _WRITE),
    "AdminDisableUser": OperationFacts("UserUpdate", _WRITE),
    "AdminDeleteUser": OperationFacts("UserUpdate", _WRITE),
    "AdminUserGlobalSignOut": OperationFacts("UserUpdate", _WRITE),
    "AdminAddUserToGroup": OperationFacts("UserUpdate", _WRITE),
}
UNDER_TEST = "AdminSetUserPassword"
# Of STS: a caller with another policy (roles.py).
ASSUME_ROLE = "AssumeRole"
# What cleans up: sent whatever else has been used up.
CLEANING = ("DeleteUserPool", "DescribeUserPool", "ListUserPools")


def category(operation: str, challenge: str = "") -> str:
    """The category of quota that a request counts against; a new password counts as recovery of the account."""
    if operation == ASSUME_ROLE:
        return "SecurityTokens"
    if challenge == "NEW_PASSWORD_REQUIRED":
        return "UserAccountRecovery"
    return OPERATIONS[operation].category if operation in OPERATIONS else OPERATIONS[UNDER_TEST].category
