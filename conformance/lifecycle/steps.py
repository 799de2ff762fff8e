"""The lifecycle of one user, step by step at a target: each step is compared with the table of transitions."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from conformance.contract import transitions
from conformance.contract.transitions import NONE, Row
from conformance.lifecycle.model import MOST_CHANGES, MOST_CODES, MOST_FAILURES, Belief
from conformance.target.mailbox import simulated
from conformance.target.sign_in import USER_SRP_AUTH

# No requests: the shell's variables are kept under another name; a code arrives; a user comes from a provider.
_REMEMBER = "remember"
_RECEIVE = "receive"
_FEDERATE = "sign in through a provider"
_WRONG = "Wr0ng-passw0rd!"
_WRONG_CODE = "000000"

# What sends a code, and the variable that takes it.
_CODES = {"SignUp": "SIGN_UP_CODE", "AdminResetUserPassword": "CODE", "ForgotPassword": "CODE"}


@dataclass(frozen=True)
class Call:
    """A request, its parameters with $VARIABLES in place of what only the target knows.

    `gives` says which variable takes which member of the answer. `flow` is set where no single request does it, `check`
    where the walk only looked whether the password in force still does what it should."""

    operation: str
    parameters: Mapping[str, Any]
    gives: Mapping[str, str] = field(default_factory=dict)
    flow: str | None = None
    check: bool = False


_POOL = {"UserPoolId": "$POOL", "Username": "$NAME"}
_CLIENT = {"ClientId": "$CLIENT", "Username": "$NAME"}
_VERIFIED = [{"Name": "email", "Value": simulated("nobody")}, {"Name": "email_verified", "Value": "true"}]
_SIGNED_IN = {
    "TOKEN": "AuthenticationResult.AccessToken",
    "REFRESH_TOKEN": "AuthenticationResult.RefreshToken",
    "SESSION": "Session",
}


def _create(user: Belief) -> Call:
    extra = {"TemporaryPassword": user.new_password(), "MessageAction": "SUPPRESS", "UserAttributes": _VERIFIED}
    return Call("AdminCreateUser", {**_POOL, **extra})


def _resend(_: Belief) -> Call:
    return Call("AdminCreateUser", {**_POOL, "MessageAction": "RESEND"})


def _sign_up(user: Belief) -> Call:
    return Call("SignUp", {**_CLIENT, "Password": user.new_password()})


def _admin(operation: str) -> Callable[[Belief], Call]:
    return lambda _: Call(operation, _POOL)


def _set(**permanent: bool) -> Callable[[Belief], Call]:
    return lambda user: Call("AdminSetUserPassword", {**_POOL, "Password": user.new_password(), **permanent})


def _forgot(_: Belief) -> Call:
    return Call("ForgotPassword", _CLIENT)


def _confirm(variable: str | None) -> Callable[[Belief], Call]:
    return lambda user: Call("ConfirmSignUp", {**_CLIENT, "ConfirmationCode": _code(user, variable)})


def _confirm_forgotten(variable: str | None) -> Callable[[Belief], Call]:
    def call(user: Belief) -> Call:
        extra = {"ConfirmationCode": _code(user, variable), "Password": user.new_password()}
        return Call("ConfirmForgotPassword", {**_CLIENT, **extra})

    return call


def _code(user: Belief, variable: str | None) -> str:
    """The code that was sent; a wrong one where none is asked for, and where there is nobody to send one to."""
    return f"${variable}" if variable in user.variables else _WRONG_CODE


def _link(_: Belief) -> Call:
    source = {"ProviderName": "$PROVIDER", "ProviderAttributeName": "Cognito_Subject"}
    return Call(
        "AdminLinkProviderForUser",
        {
            "UserPoolId": "$POOL",
            "DestinationUser": {"ProviderName": "Cognito", "ProviderAttributeValue": "$OTHER"},
            "SourceUser": {**source, "ProviderAttributeValue": "$SUBJECT"},
        },
    )


def _change(previous: str | None, token: str = "$TOKEN") -> Callable[[Belief], Call]:
    return lambda user: Call(
        "ChangePassword",
        {
            "AccessToken": token,
            "PreviousPassword": previous or user.password,
            "ProposedPassword": user.new_password(),
        },
    )


def _initiate(flow: str, password: str | None) -> Callable[[Belief], Call]:
    def call(user: Belief) -> Call:
        values = {"USERNAME": "$NAME", "PASSWORD": password or user.password or _WRONG}
        return _auth(flow, values)

    return call


def _refresh(token: str) -> Callable[[Belief], Call]:
    return lambda _: _auth("REFRESH_TOKEN_AUTH", {"REFRESH_TOKEN": token}, gives={})


def _auth(flow: str, values: Mapping[str, str], gives: Mapping[str, str] = _SIGNED_IN) -> Call:
    admin = flow.startswith("ADMIN_")
    pool = {"UserPoolId": "$POOL"} if admin else {}
    parameters = {**pool, "ClientId": "$CLIENT", "AuthFlow": flow, "AuthParameters": values}
    name = "AdminInitiateAuth" if admin else "InitiateAuth"
    return Call(name, parameters, gives, flow=flow if flow == USER_SRP_AUTH else None)


def _respond(operation: str, session: str = "$SESSION") -> Callable[[Belief], Call]:
    pool = {"UserPoolId": "$POOL"} if operation.startswith("Admin") else {}

    def call(user: Belief) -> Call:
        answer = {"USERNAME": "$NAME", "NEW_PASSWORD": user.new_password()}
        challenge = {"ChallengeName": "NEW_PASSWORD_REQUIRED", "ChallengeResponses": answer, "Session": session}
        return Call(operation, {**pool, "ClientId": "$CLIENT", **challenge}, _SIGNED_IN)

    return call


@dataclass(frozen=True)
class Step:
    """A row's operation and condition, how to call it, and for which users the condition holds."""

    operation: str
    when: str
    call: Callable[[Belief], Call]
    possible: Callable[[Belief], bool] = lambda _: True
    sets_password: bool = False


def _may_fail(user: Belief) -> bool:
    return user.failures < MOST_FAILURES


def _known(user: Belief) -> bool:
    return (user.password is not None or user.status == NONE) and user.failures < MOST_FAILURES


def _can_change(user: Belief) -> bool:
    return user.password is not None and user.changes < MOST_CHANGES


def _sends(verified: bool) -> Callable[[Belief], bool]:
    return lambda user: user.codes < MOST_CODES and (user.verified is verified or user.status == NONE)


def _asked_for_code(sent: bool) -> Callable[[Belief], bool]:
    return lambda user: user.codes < MOST_CODES and (user.code_sent is sent or user.status == NONE)


def _received(variable: str) -> Callable[[Belief], bool]:
    return lambda user: user.codes < MOST_CODES and (variable in user.variables or user.status == NONE)


# What anybody can do who calls the operations.
STEPS = (
    Step("AdminCreateUser", "MessageAction=SUPPRESS", _create, sets_password=True),
    Step("SignUp", "", _sign_up, sets_password=True),
    Step("AdminConfirmSignUp", "", _admin("AdminConfirmSignUp")),
    Step("AdminSetUserPassword", "Permanent=true", _set(Permanent=True), sets_password=True),
    Step("AdminSetUserPassword", "Permanent=false", _set(Permanent=False), sets_password=True),
    Step("AdminSetUserPassword", "Permanent omitted", _set(), sets_password=True),
    Step("AdminDisableUser", "", _admin("AdminDisableUser")),
    Step("AdminEnableUser", "", _admin("AdminEnableUser")),
    Step("AdminDeleteUser", "", _admin("AdminDeleteUser")),
    Step("AdminResetUserPassword", "verified contact", _admin("AdminResetUserPassword"), _sends(True)),
    Step("AdminResetUserPassword", "no verified contact", _admin("AdminResetUserPassword"), _sends(False)),
    Step(
        "AdminInitiateAuth",
        "ADMIN_USER_PASSWORD_AUTH, right password",
        _initiate("ADMIN_USER_PASSWORD_AUTH", None),
        _known,
    ),
    Step("InitiateAuth", "USER_PASSWORD_AUTH, right password", _initiate("USER_PASSWORD_AUTH", None), _known),
    Step("InitiateAuth", "USER_SRP_AUTH, right password", _initiate(USER_SRP_AUTH, None), _known),
    Step(
        "AdminInitiateAuth",
        "ADMIN_USER_PASSWORD_AUTH, wrong password",
        _initiate("ADMIN_USER_PASSWORD_AUTH", _WRONG),
        _may_fail,
    ),
    Step("InitiateAuth", "USER_PASSWORD_AUTH, wrong password", _initiate("USER_PASSWORD_AUTH", _WRONG), _may_fail),
    Step("InitiateAuth", "USER_SRP_AUTH, wrong password", _initiate(USER_SRP_AUTH, _WRONG), _may_fail),
    Step(
        "RespondToAuthChallenge", "NEW_PASSWORD_REQUIRED", _respond("RespondToAuthChallenge"), lambda u: u.session, True
    ),
    Step(
        "AdminRespondToAuthChallenge",
        "NEW_PASSWORD_REQUIRED",
        _respond("AdminRespondToAuthChallenge"),
        lambda u: u.session,
        True,
    ),
    Step(
        "RespondToAuthChallenge",
        "NEW_PASSWORD_REQUIRED, session never issued",
        _respond("RespondToAuthChallenge", "a-session-that-was-never-issued"),
        lambda u: u.session,
    ),
    Step("ChangePassword", "right previous password", _change(None), lambda u: u.signed_in and _can_change(u), True),
    Step(
        "ChangePassword",
        "wrong previous password",
        _change(_WRONG),
        lambda u: u.signed_in and _can_change(u) and _may_fail(u),
    ),
    Step("ChangePassword", "revoked token", _change(None, "$REVOKED_TOKEN"), lambda u: u.revoked and _can_change(u)),
    Step(
        "InitiateAuth",
        "REFRESH_TOKEN_AUTH",
        _refresh("$REFRESH_TOKEN"),
        lambda u: u.signed_in or (u.revoked and not u.enabled),
    ),
    Step(
        "InitiateAuth", "REFRESH_TOKEN_AUTH, revoked token", _refresh("$REVOKED_REFRESH_TOKEN"), lambda u: u.signed_out
    ),
    Step("AdminUserGlobalSignOut", "", _admin("AdminUserGlobalSignOut"), lambda u: u.signed_in or u.status == NONE),
    Step("ForgotPassword", "verified contact", _forgot, _sends(True)),
    Step("ForgotPassword", "no verified contact", _forgot, _sends(False)),
    Step("ConfirmForgotPassword", "wrong code", _confirm_forgotten(None), _asked_for_code(True)),
    Step("ConfirmForgotPassword", "no code was sent", _confirm_forgotten(None), _asked_for_code(False)),
    Step("AdminCreateUser", "MessageAction=RESEND", _resend),
)

# What takes a control path besides: the code that was sent, and a federated user.
CONTROLLED_STEPS = (
    Step("ConfirmSignUp", "right code", _confirm("SIGN_UP_CODE"), _received("SIGN_UP_CODE")),
    Step("ConfirmSignUp", "wrong code", _confirm(None), _received("SIGN_UP_CODE")),
    Step(
        "ConfirmForgotPassword",
        "right code",
        _confirm_forgotten("CODE"),
        lambda u: _asked_for_code(True)(u) and _received("CODE")(u),
        True,
    ),
    Step("AdminLinkProviderForUser", "as the source", _link, lambda u: "SUBJECT" in u.variables),
)

# No operation of the table: it is how a walk begins with a federated user.
FEDERATED = Step(_FEDERATE, "", lambda _: Call(_FEDERATE, {}), lambda u: u.status == NONE)
CHECK = next(step for step in STEPS if step.when == "ADMIN_USER_PASSWORD_AUTH, right password")
_MADE = (("AdminCreateUser", "MessageAction=SUPPRESS"),)
_CONFIRMED = (*_MADE, ("AdminSetUserPassword", "Permanent=true"))
_DISABLED = (("AdminDisableUser", ""),)

# How a user gets from nothing to each status, enabled and disabled, in steps of the table.
PATHS: Mapping[tuple[str, bool], tuple[tuple[str, str], ...]] = {
    (NONE, True): (),
    ("FORCE_CHANGE_PASSWORD", True): _MADE,
    ("UNCONFIRMED", True): (("SignUp", ""),),
    ("CONFIRMED", True): _CONFIRMED,
    ("RESET_REQUIRED", True): (*_CONFIRMED, ("AdminResetUserPassword", "verified contact")),
    ("FORCE_CHANGE_PASSWORD", False): (*_MADE, *_DISABLED),
    ("UNCONFIRMED", False): (("SignUp", ""), *_DISABLED),
    ("CONFIRMED", False): (*_CONFIRMED, *_DISABLED),
    ("RESET_REQUIRED", False): (*_CONFIRMED, ("AdminResetUserPassword", "verified contact"), *_DISABLED),
}

# And how with a control path, where it is another: to be a federated user, or to have a code at hand.
CONTROLLED_PATHS: Mapping[tuple[str, bool], tuple[tuple[str, str], ...]] = {
    ("EXTERNAL_PROVIDER", True): ((_FEDERATE, ""),),
    ("CONFIRMED", True): (*_CONFIRMED, ("ForgotPassword", "verified contact")),
    ("FORCE_CHANGE_PASSWORD", True): (("SignUp", ""), ("AdminSetUserPassword", "Permanent=false")),
}


def step(operation: str, when: str) -> Step:
    """The step for a condition of the table, or of a path."""
    every = (*STEPS, *CONTROLLED_STEPS, FEDERATED)
    return next(s for s in every if (s.operation, s.when) == (operation, when))


@cache
def driven() -> tuple[Row, ...]:
    """The rows of the table that a walk can judge, where the target has a control path."""
    return _within((*STEPS, *CONTROLLED_STEPS), {*PATHS, *CONTROLLED_PATHS})


@cache
def driven_by_requests() -> tuple[Row, ...]:
    """Those of them that a walk can judge at any target."""
    return _within(STEPS, PATHS)


def _within(steps: Iterable[Step], starts: Container[tuple[str, bool]]) -> tuple[Row, ...]:
    conditions = {(s.operation, s.when) for s in steps}
    return tuple(
        row
        for row in transitions.load().rows
        if row.asserted and (row.operation, row.when) in conditions and (row.start, row.enabled) in starts
    )
