"""The lifecycle of one user, step by step at a target: each step is compared with the table of transitions."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import product
from typing import Any

from conformance.contract import transitions
from conformance.contract.transitions import NONE, Row
from conformance.lifecycle.model import Belief, Code
from conformance.target.mailbox import simulated
from conformance.target.sign_in import USER_SRP_AUTH

# No requests: the shell's variables are kept under another name; a code arrives; a user comes from a provider.
REMEMBER = "remember"
RECEIVE = "receive"
FEDERATE = "sign in through a provider"
_WRONG = "Wr0ng-passw0rd!"
_WRONG_CODE = "000000"

# What sends a code, and the variable that takes it.
CODES = {"SignUp": "SIGN_UP_CODE", "AdminResetUserPassword": "CODE", "ForgotPassword": "CODE"}


@dataclass(frozen=True)
class Call:
    """A request, its parameters with $VARIABLES in place of what only the target knows.

    `gives` says which variable takes which member of the answer. `flow`: set for SRP, which takes two requests.
    `check`: the walk only verified the current password."""

    operation: str
    parameters: Mapping[str, Any]
    gives: Mapping[str, str] = field(default_factory=dict)
    flow: str | None = None
    check: bool = False


POOL = {"UserPoolId": "$POOL", "Username": "$NAME"}
_CLIENT = {"ClientId": "$CLIENT", "Username": "$NAME"}
_VERIFIED = [{"Name": "email", "Value": simulated("nobody")}, {"Name": "email_verified", "Value": "true"}]
_SIGNED_IN = {
    "TOKEN": "AuthenticationResult.AccessToken",
    "REFRESH_TOKEN": "AuthenticationResult.RefreshToken",
    "SESSION": "Session",
}


def _create(user: Belief) -> Call:
    extra = {"TemporaryPassword": user.new_password(), "MessageAction": "SUPPRESS", "UserAttributes": _VERIFIED}
    return Call("AdminCreateUser", {**POOL, **extra})


def _resend(_: Belief) -> Call:
    return Call("AdminCreateUser", {**POOL, "MessageAction": "RESEND", "DesiredDeliveryMediums": ["EMAIL"]})


def _sign_up(user: Belief) -> Call:
    return Call("SignUp", {**_CLIENT, "Password": user.new_password()})


def _admin(operation: str) -> Callable[[Belief], Call]:
    return lambda _: Call(operation, POOL)


def _set(**permanent: bool) -> Callable[[Belief], Call]:
    return lambda user: Call("AdminSetUserPassword", {**POOL, "Password": user.new_password(), **permanent})


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
    """The code that was sent; a wrong one if none is asked for, or if there is nobody to send one to."""
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
    """A row's operation and condition, how to call it, for which users the condition holds, and what success means.

    `event` is the event of the model that has happened if the request was accepted; for a sign-in, if tokens came.
    `counts` names the allowance that the request uses up."""

    operation: str
    when: str
    call: Callable[[Belief], Call]
    possible: Callable[[Belief], bool] = lambda _: True
    event: Callable[[Belief, Mapping[str, Any]], None] = Belief.nothing_else
    counts: str | None = None

    @property
    def signs_in(self) -> bool:
        """Whether the answer is tokens or a challenge."""
        return "Auth" in self.operation

    @property
    def sets_password(self) -> bool:
        """Whether the user has the password afterwards that the request brings."""
        return self.event in _SETTING


_SETTING = (Belief.created, Belief.signed_up, Belief.password_set, Belief.signed_in_anew)


def knows_password(user: Belief) -> bool:
    """Whether a sign-in with the right password means something."""
    return (user.password is not None or not user.exists) and user.may("failures")


def _may_fail(user: Belief) -> bool:
    return user.may("failures")


def _can_change(user: Belief) -> bool:
    return user.password is not None and user.may("changes")


def _has_tokens(user: Belief) -> bool:
    return user.tokens


def _challenged(user: Belief) -> bool:
    return user.session


def _reached(verified: bool) -> Callable[[Belief], bool]:
    return lambda user: user.may("codes") and (user.verified is verified or not user.exists)


def _asked_for_code(user: Belief) -> bool:
    return user.may("codes") and (user.code is Code.SENT or not user.exists)


def _asked_for_none(user: Belief) -> bool:
    return user.may("codes") and (not user.exists or (user.code is Code.NONE and user.verified))


def _received(variable: str) -> Callable[[Belief], bool]:
    return lambda user: user.may("codes") and (variable in user.variables or not user.exists)


def _sign_in(flow: str, right: bool) -> Step:
    """A sign-in by a flow, with the right or with a wrong password."""
    operation = "AdminInitiateAuth" if flow.startswith("ADMIN_") else "InitiateAuth"
    when = f"{flow}, {'right' if right else 'wrong'} password"
    call = _initiate(flow, None if right else _WRONG)
    return Step(operation, when, call, knows_password if right else _may_fail, Belief.signed_in)


def _answer(operation: str) -> Step:
    return Step(operation, "NEW_PASSWORD_REQUIRED", _respond(operation), _challenged, Belief.signed_in_anew)


# What anybody can do who calls the operations.
STEPS = (
    Step("AdminCreateUser", "MessageAction=SUPPRESS", _create, event=Belief.created),
    Step("SignUp", "", _sign_up, event=Belief.signed_up),
    Step("AdminConfirmSignUp", "", _admin("AdminConfirmSignUp")),
    Step("AdminSetUserPassword", "Permanent=true", _set(Permanent=True), event=Belief.password_set),
    Step("AdminSetUserPassword", "Permanent=false", _set(Permanent=False), event=Belief.password_set),
    Step("AdminSetUserPassword", "Permanent omitted", _set(), event=Belief.password_set),
    Step("AdminDisableUser", "", _admin("AdminDisableUser")),
    Step("AdminEnableUser", "", _admin("AdminEnableUser"), event=Belief.let_in_again),
    Step("AdminDeleteUser", "", _admin("AdminDeleteUser"), event=Belief.deleted),
    Step(
        "AdminResetUserPassword",
        "verified contact",
        _admin("AdminResetUserPassword"),
        _reached(True),
        Belief.code_sent,
        "codes",
    ),
    Step(
        "AdminResetUserPassword",
        "no verified contact",
        _admin("AdminResetUserPassword"),
        _reached(False),
        Belief.code_sent,
        "codes",
    ),
    _sign_in("ADMIN_USER_PASSWORD_AUTH", right=True),
    _sign_in("USER_PASSWORD_AUTH", right=True),
    _sign_in(USER_SRP_AUTH, right=True),
    _sign_in("ADMIN_USER_PASSWORD_AUTH", right=False),
    _sign_in("USER_PASSWORD_AUTH", right=False),
    _sign_in(USER_SRP_AUTH, right=False),
    _answer("RespondToAuthChallenge"),
    _answer("AdminRespondToAuthChallenge"),
    Step(
        "RespondToAuthChallenge",
        "NEW_PASSWORD_REQUIRED, session never issued",
        _respond("RespondToAuthChallenge", "a-session-that-was-never-issued"),
        _challenged,
        Belief.signed_in_anew,
    ),
    Step(
        "ChangePassword",
        "right previous password",
        _change(None),
        lambda user: user.tokens and _can_change(user),
        Belief.password_set,
        "changes",
    ),
    Step(
        "ChangePassword",
        "wrong previous password",
        _change(_WRONG),
        lambda user: user.tokens and _can_change(user) and _may_fail(user),
        counts="changes",
    ),
    Step(
        "ChangePassword",
        "revoked token",
        _change(None, "$REVOKED_TOKEN"),
        lambda user: user.revoked and _can_change(user),
        counts="changes",
    ),
    Step("InitiateAuth", "REFRESH_TOKEN_AUTH", _refresh("$REFRESH_TOKEN"), _has_tokens),
    Step(
        "InitiateAuth",
        "REFRESH_TOKEN_AUTH, revoked token",
        _refresh("$REVOKED_REFRESH_TOKEN"),
        lambda user: user.revoked,
    ),
    Step(
        "AdminUserGlobalSignOut",
        "",
        _admin("AdminUserGlobalSignOut"),
        lambda user: user.tokens or not user.exists,
        Belief.signed_out,
    ),
    Step("ForgotPassword", "verified contact", _forgot, _reached(True), Belief.code_sent, "codes"),
    Step("ForgotPassword", "no verified contact", _forgot, _reached(False), Belief.code_sent, "codes"),
    Step("ConfirmForgotPassword", "wrong code", _confirm_forgotten(None), _asked_for_code, Belief.code_taken, "codes"),
    Step(
        "ConfirmForgotPassword",
        "no code was sent",
        _confirm_forgotten(None),
        _asked_for_none,
        Belief.code_taken,
        "codes",
    ),
    Step(
        "AdminCreateUser",
        "MessageAction=RESEND",
        _resend,
        lambda user: user.verified or user.status != "FORCE_CHANGE_PASSWORD",
        Belief.password_lost,
    ),
)

# What takes a control path besides: the code that was sent, and a federated user.
CONTROLLED_STEPS = (
    Step("ConfirmSignUp", "right code", _confirm("SIGN_UP_CODE"), _received("SIGN_UP_CODE"), counts="codes"),
    Step("ConfirmSignUp", "wrong code", _confirm(None), _received("SIGN_UP_CODE"), counts="codes"),
    Step(
        "ConfirmForgotPassword",
        "right code",
        _confirm_forgotten("CODE"),
        lambda user: _asked_for_code(user) and _received("CODE")(user),
        Belief.password_set,
        "codes",
    ),
    Step("AdminLinkProviderForUser", "as the source", _link, lambda user: "SUBJECT" in user.variables),
)

# No operation of the table: it is how a walk begins with a federated user.
FEDERATED = Step(FEDERATE, "", lambda _: Call(FEDERATE, {}), lambda user: not user.exists, Belief.created)
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
    ("EXTERNAL_PROVIDER", True): ((FEDERATE, ""),),
    ("CONFIRMED", True): (*_CONFIRMED, ("ForgotPassword", "verified contact")),
    ("FORCE_CHANGE_PASSWORD", True): (("SignUp", ""), ("AdminSetUserPassword", "Permanent=false")),
}


# Other ways, to users who are otherwise in the same status: without a contact, or with the code from the sign-up.
OTHER_PATHS: Mapping[tuple[str, bool], tuple[tuple[str, str], ...]] = {
    ("CONFIRMED", True): (("SignUp", ""), ("AdminConfirmSignUp", "")),
}

# What some steps need besides a status: a code that was sent, or tokens that are revoked.
PREPARATIONS: tuple[tuple[tuple[str, str], ...], ...] = (
    (),
    (("ForgotPassword", "verified contact"),),
    (("AdminUserGlobalSignOut", ""),),
)


def step(operation: str, when: str) -> Step:
    """The step for a condition of the table, or of a path."""
    every = (*STEPS, *CONTROLLED_STEPS, FEDERATED)
    return next(s for s in every if (s.operation, s.when) == (operation, when))


def approaches(row: Row, *, controlled: bool) -> Iterator[tuple[Step, ...]]:
    """The steps that may lead a new user to a row, the last one visiting it; the plainest first."""
    start = (row.start, row.enabled)
    ways = [PATHS, OTHER_PATHS, *([CONTROLLED_PATHS] if controlled else [])]
    for way, preparation in product([paths[start] for paths in ways if start in paths], PREPARATIONS):
        reached, disabled = (way, ()) if row.enabled else (way[:-1], way[-1:])
        yield tuple(step(*name) for name in (*reached, *preparation, *disabled, (row.operation, row.when)))


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
