"""The lifecycle of one user, step by step at a target: each step is compared with the table of transitions."""

from __future__ import annotations

import json
import re
import shlex
import uuid
from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from conformance import transitions
from conformance.control import Control
from conformance.replies import ACCEPTED, TOKENS, UNIMPLEMENTED, Outcome, SignInOutcome, Status
from conformance.service import ServiceError
from conformance.sign_in import USER_SRP_AUTH, sign_in
from conformance.transitions import NONE, Row
from conformance.verdicts import Blocked
from conformance.world import Pool

# Five failures lock a user out for a while, and five changes an hour are all that a user has.
MOST_FAILURES = 4
MOST_CHANGES = 4
MOST_CODES = 4

# No requests: the shell's variables are kept under another name; a code arrives; a user comes from a provider.
_REMEMBER = "remember"
_RECEIVE = "receive"
_FEDERATE = "sign in through a provider"
_WRONG = "Wr0ng-passw0rd!"
_WRONG_CODE = "000000"
# What sends a code, and the variable that takes it.
_CODES = {"SignUp": "SIGN_UP_CODE", "AdminResetUserPassword": "CODE", "ForgotPassword": "CODE"}
# What counts towards MOST_CODES.
_CODE_OPERATIONS = ("AdminResetUserPassword", "ForgotPassword", "ConfirmForgotPassword", "ConfirmSignUp")


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


@dataclass(frozen=True)
class Visit:
    """A row of the table beside what the target did: the outcome, and the user's status afterwards.

    Where the password that an operation set is not in force, the visit is to that operation's row, and the outcome that
    of signing in."""

    row: Row
    outcome: Outcome
    status: Status
    calls: tuple[Call, ...]
    expected_outcome: str
    expected_status: str
    steps: tuple[Step, ...] = ()

    @property
    def agrees(self) -> bool:
        """Whether the target did what the row says."""
        return self.outcome == self.expected_outcome and self.status == self.expected_status


@dataclass
class User:
    """A user as the model has it; `password`, `code` and tokens are None where they are not known or not there."""

    pool: Pool
    name: str
    status: str = NONE
    enabled: bool = True
    password: str | None = None
    verified: bool = False
    code_sent: bool | None = False
    signed_in: bool = False
    revoked: bool = False  # there is an access token that was revoked
    signed_out: bool = False  # and a refresh token
    session: bool = False
    failures: int = 0
    changes: int = 0
    codes: int = 0
    passwords: int = 0
    variables: dict[str, str] = field(default_factory=dict)

    def new_password(self) -> str:
        """A password that this user never had."""
        self.passwords += 1
        return f"Passw0rd-{self.passwords}!"


_POOL = {"UserPoolId": "$POOL", "Username": "$NAME"}
_CLIENT = {"ClientId": "$CLIENT", "Username": "$NAME"}
_VERIFIED = [{"Name": "email", "Value": "nobody@example.com"}, {"Name": "email_verified", "Value": "true"}]
_SIGNED_IN = {
    "TOKEN": "AuthenticationResult.AccessToken",
    "REFRESH_TOKEN": "AuthenticationResult.RefreshToken",
    "SESSION": "Session",
}


def _create(user: User) -> Call:
    extra = {"TemporaryPassword": user.new_password(), "MessageAction": "SUPPRESS", "UserAttributes": _VERIFIED}
    return Call("AdminCreateUser", {**_POOL, **extra})


def _resend(_: User) -> Call:
    return Call("AdminCreateUser", {**_POOL, "MessageAction": "RESEND"})


def _sign_up(user: User) -> Call:
    return Call("SignUp", {**_CLIENT, "Password": user.new_password()})


def _admin(operation: str) -> Callable[[User], Call]:
    return lambda _: Call(operation, _POOL)


def _set(**permanent: bool) -> Callable[[User], Call]:
    return lambda user: Call("AdminSetUserPassword", {**_POOL, "Password": user.new_password(), **permanent})


def _forgot(_: User) -> Call:
    return Call("ForgotPassword", _CLIENT)


def _confirm(variable: str | None) -> Callable[[User], Call]:
    return lambda user: Call("ConfirmSignUp", {**_CLIENT, "ConfirmationCode": _code(user, variable)})


def _confirm_forgotten(variable: str | None) -> Callable[[User], Call]:
    def call(user: User) -> Call:
        extra = {"ConfirmationCode": _code(user, variable), "Password": user.new_password()}
        return Call("ConfirmForgotPassword", {**_CLIENT, **extra})

    return call


def _code(user: User, variable: str | None) -> str:
    """The code that was sent; a wrong one where none is asked for, and where there is nobody to send one to."""
    return f"${variable}" if variable in user.variables else _WRONG_CODE


def _link(_: User) -> Call:
    source = {"ProviderName": "$PROVIDER", "ProviderAttributeName": "Cognito_Subject"}
    return Call(
        "AdminLinkProviderForUser",
        {
            "UserPoolId": "$POOL",
            "DestinationUser": {"ProviderName": "Cognito", "ProviderAttributeValue": "$OTHER"},
            "SourceUser": {**source, "ProviderAttributeValue": "$SUBJECT"},
        },
    )


def _change(previous: str | None, token: str = "$TOKEN") -> Callable[[User], Call]:
    return lambda user: Call(
        "ChangePassword",
        {
            "AccessToken": token,
            "PreviousPassword": previous or user.password,
            "ProposedPassword": user.new_password(),
        },
    )


def _initiate(flow: str, password: str | None) -> Callable[[User], Call]:
    def call(user: User) -> Call:
        values = {"USERNAME": "$NAME", "PASSWORD": password or user.password or _WRONG}
        return _auth(flow, values)

    return call


def _refresh(token: str) -> Callable[[User], Call]:
    return lambda _: _auth("REFRESH_TOKEN_AUTH", {"REFRESH_TOKEN": token}, gives={})


def _auth(flow: str, values: Mapping[str, str], gives: Mapping[str, str] = _SIGNED_IN) -> Call:
    admin = flow.startswith("ADMIN_")
    pool = {"UserPoolId": "$POOL"} if admin else {}
    parameters = {**pool, "ClientId": "$CLIENT", "AuthFlow": flow, "AuthParameters": values}
    name = "AdminInitiateAuth" if admin else "InitiateAuth"
    return Call(name, parameters, gives, flow=flow if flow == USER_SRP_AUTH else None)


def _respond(operation: str, session: str = "$SESSION") -> Callable[[User], Call]:
    pool = {"UserPoolId": "$POOL"} if operation.startswith("Admin") else {}

    def call(user: User) -> Call:
        answer = {"USERNAME": "$NAME", "NEW_PASSWORD": user.new_password()}
        challenge = {"ChallengeName": "NEW_PASSWORD_REQUIRED", "ChallengeResponses": answer, "Session": session}
        return Call(operation, {**pool, "ClientId": "$CLIENT", **challenge}, _SIGNED_IN)

    return call


@dataclass(frozen=True)
class Step:
    """A row's operation and condition, how to call it, and for which users the condition holds."""

    operation: str
    when: str
    call: Callable[[User], Call]
    possible: Callable[[User], bool] = lambda _: True
    sets_password: bool = False


def _may_fail(user: User) -> bool:
    return user.failures < MOST_FAILURES


def _known(user: User) -> bool:
    return (user.password is not None or user.status == NONE) and user.failures < MOST_FAILURES


def _can_change(user: User) -> bool:
    return user.password is not None and user.changes < MOST_CHANGES


def _sends(verified: bool) -> Callable[[User], bool]:
    return lambda user: user.codes < MOST_CODES and (user.verified is verified or user.status == NONE)


def _asked_for_code(sent: bool) -> Callable[[User], bool]:
    return lambda user: user.codes < MOST_CODES and (user.code_sent is sent or user.status == NONE)


def _received(variable: str) -> Callable[[User], bool]:
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


class Walker:
    """Takes one new user through steps, and keeps the visits to rows of the table; `calls` is all that was sent.

    With a control path it can take CONTROLLED_STEPS as well."""

    def __init__(self, pool: Pool, control: Control | None = None) -> None:
        self.user = User(pool, f"walker-{uuid.uuid4().hex[:12]}@example.com")
        self.user.variables |= {"POOL": pool.id, "CLIENT": pool.client_id, "NAME": self.user.name}
        self.calls: list[Call] = []
        self.visits: list[Visit] = []
        self.steps: list[Step] = []
        self.unimplemented: set[tuple[str, str]] = set()
        self._control = control
        pool.service.journal.begin()

    def row(self, step: Step) -> Row:
        """The row that a step would visit."""
        return transitions.load().find(step.operation, step.when, self.user.status, self.user.enabled)

    def possible(self) -> list[Step]:
        """The steps that say something about the user as it is."""
        every = STEPS if self._control is None else (*STEPS, *CONTROLLED_STEPS)
        steps = (s for s in every if (s.operation, s.when) not in self.unimplemented and s.possible(self.user))
        return [s for s in steps if self.row(s).asserted]

    def take(self, step: Step) -> None:
        """Take a step, then look at the user's status and try the password in force.

        Raises Blocked where the target does not show the status."""
        self.steps.append(step)
        row = self.row(step)
        self._visit(step, step.call(self.user))
        if self.row(CHECK).asserted and _known(self.user) and self.user.status != NONE and step is not CHECK:
            check = replace(CHECK.call(self.user), check=True)
            self._visit(CHECK, check, cause=row if step.sets_password and row.asserted else None)

    def _visit(self, step: Step, call: Call, cause: Row | None = None) -> None:
        user, row = self.user, self.row(step)
        before, enabled = user.status, user.enabled
        outcome = self._send(call)
        if outcome in UNIMPLEMENTED:
            self.unimplemented.add((step.operation, step.when))
        status, user.enabled = self._look()
        user.status = str(status)
        expected_enabled = {"AdminDisableUser": False, "AdminEnableUser": True}.get(step.operation, enabled)
        if row.error:
            expected_enabled = enabled
        expected = row.to or user.status
        expected_outcome = row.also if row.also == outcome else row.outcome
        if cause is not None and outcome == "NotAuthorizedException" != expected_outcome:
            row = cause
        visit = Visit(
            row,
            outcome,
            Status(_shown(user.status, user.enabled)),
            tuple(self.calls),
            expected_outcome,
            _shown(expected, expected_enabled or expected == NONE),
            tuple(self.steps),
        )
        if row.asserted and outcome not in UNIMPLEMENTED:
            self.visits.append(visit)
        self._learn(step, call, visit, before)

    def _send(self, call: Call) -> Outcome:
        user = self.user
        self.calls.append(call)
        if call.operation == _FEDERATE:
            self._federate()
            return Outcome(ACCEPTED)
        sent = _filled(call.parameters, user.variables)
        service = user.pool.service
        if call.flow == USER_SRP_AUTH:
            password = sent["AuthParameters"]["PASSWORD"]
            done = sign_in(service, user.pool.id, user.pool.client_id, user.name, password, USER_SRP_AUTH)
            self._keep({"AuthenticationResult": dict(done.tokens), "Session": done.session}, call.gives)
            return done.outcome
        try:
            answer = service.call(call.operation, **sent)
        except ServiceError as error:
            return (SignInOutcome if "Auth" in call.operation else Outcome)(error.code)
        self._keep(answer, call.gives)
        if "Auth" in call.operation:
            tokens = (answer.get("AuthenticationResult") or {}).get("AccessToken")
            return SignInOutcome(TOKENS if tokens else answer.get("ChallengeName") or "neither tokens nor a challenge")
        return Outcome(ACCEPTED)

    def _federate(self) -> None:
        """Be a federated user from now on; another is made, to whom the identity could be tied if it were new."""
        assert self._control is not None
        user = self.user
        user.name = self._control.federated_user(user.pool, "nobody@example.com").username
        provider, _, subject = user.name.partition("_")
        user.variables |= {"NAME": user.name, "PROVIDER": provider, "SUBJECT": subject}
        names = {"UserPoolId": "$POOL", "Username": f"other-{subject}@example.com"}
        made = {**names, "TemporaryPassword": user.new_password(), "MessageAction": "SUPPRESS"}
        other = Call("AdminCreateUser", made, {"OTHER": "User.Username"}, check=True)
        self.calls.append(other)
        answer = user.pool.service.arrange(other.operation, "User.Username", **_filled(made, user.variables))
        self._keep(answer, other.gives)

    def _receive(self, variable: str) -> None:
        """Have the code that was sent, where the target can be asked for it."""
        sent = self._control.code(self.user.pool, self.user.name) if self._control else ""
        self.user.variables.pop(variable, None)
        if sent:
            self.user.variables[variable] = sent
            self.calls.append(Call(_RECEIVE, {}, {variable: ""}))

    def _keep(self, answer: Mapping[str, Any], gives: Mapping[str, str]) -> None:
        for variable, path in gives.items():
            value: Any = answer
            for name in path.split("."):
                value = value.get(name) if isinstance(value, Mapping) else None
            if value:
                self.user.variables[variable] = str(value)

    def _look(self) -> tuple[Status, bool]:
        try:
            seen = self.user.pool.service.call("AdminGetUser", UserPoolId=self.user.pool.id, Username=self.user.name)
        except ServiceError as error:
            if error.code == "UserNotFoundException":
                return Status(NONE), True
            raise Blocked(f"AdminGetUser answered {error.code}: {error.message}") from None
        if "UserStatus" not in seen or "Enabled" not in seen:
            raise Blocked("AdminGetUser answered without UserStatus or Enabled")
        return Status(seen["UserStatus"]), bool(seen["Enabled"])

    def _learn(self, step: Step, call: Call, visit: Visit, before: str) -> None:
        """What the step means for the user; after a disagreement only what was seen is known."""
        user, done = self.user, not visit.outcome.refused
        user.session = visit.outcome == "NEW_PASSWORD_REQUIRED"
        user.failures += visit.outcome == "NotAuthorizedException" and "Auth" in step.operation
        user.changes += step.operation == "ChangePassword"
        user.codes += step.operation in _CODE_OPERATIONS
        if visit.outcome == TOKENS and visit.agrees and "REFRESH" not in step.when:
            user.signed_in = True
        if step.sets_password and done:
            user.password = _sent_password(call)
            user.code_sent = user.code_sent and None
        elif done and step.operation == "ConfirmForgotPassword":
            user.password, user.code_sent = None, None
        elif done and step.when == "MessageAction=RESEND":
            user.password = None
        if done and step.operation in ("AdminResetUserPassword", "ForgotPassword"):
            user.code_sent = True
        if done and step.operation in ("AdminDisableUser", "AdminUserGlobalSignOut") and user.signed_in:
            # A disabled user's refresh token is only said to be refused while the user is disabled.
            user.signed_in, user.revoked = False, True
            user.signed_out = user.signed_out or step.operation == "AdminUserGlobalSignOut"
            revoked = ("TOKEN", "REFRESH_TOKEN") if step.operation == "AdminUserGlobalSignOut" else ("TOKEN",)
            user.variables |= {f"REVOKED_{name}": user.variables.get(name, "") for name in revoked}
            self.calls.append(Call(_REMEMBER, {}, {f"REVOKED_{name}": name for name in revoked}))
        if user.status == NONE or before == NONE:
            user.signed_in = user.revoked = user.signed_out = user.session = False
            user.code_sent = False if before != NONE else user.code_sent
            user.verified = user.status != NONE and (step.when == "MessageAction=SUPPRESS" or step is FEDERATED)
            for variable in _CODES.values():
                user.variables.pop(variable, None)
            user.password = user.password if user.status != NONE else None
        # Where a refusal was expected as well, an answer sends no code: it only does not tell.
        if done and step.operation in _CODES and user.status != NONE and visit.row.error is None:
            self._receive(_CODES[step.operation])
        if not visit.agrees:
            user.session = False
            if "InitiateAuth" not in visit.row.operation:
                user.password, user.signed_in = None, False


def _sent_password(call: Call) -> str:
    sent = {**call.parameters, **call.parameters.get("ChallengeResponses", {})}
    names = ("TemporaryPassword", "ProposedPassword", "NEW_PASSWORD", "Password")
    return str(next(sent[name] for name in names if name in sent))


def _shown(status: str, enabled: bool) -> str:
    return status if enabled else f"{status}, disabled"


def _filled(value: Any, variables: Mapping[str, str]) -> Any:
    if isinstance(value, Mapping):
        return {name: _filled(inner, variables) for name, inner in value.items()}
    if isinstance(value, str) and value.startswith("$"):
        return variables[value[1:]]
    return value


def script(calls: tuple[Call, ...], url: str) -> tuple[str, ...]:
    """AWS CLI commands, for a shell, that make a pool and these calls."""
    lines = [
        f"URL={shlex.quote(url)} NAME=walker@example.com",
        "POOL=$(aws cognito-idp create-user-pool --pool-name walk --query UserPool.Id --output text "
        '--endpoint-url "$URL")',
        'CLIENT=$(aws cognito-idp create-user-pool-client --user-pool-id "$POOL" --client-name walk '
        "--explicit-auth-flows ALLOW_USER_PASSWORD_AUTH ALLOW_ADMIN_USER_PASSWORD_AUTH ALLOW_USER_SRP_AUTH "
        'ALLOW_REFRESH_TOKEN_AUTH --query UserPoolClient.ClientId --output text --endpoint-url "$URL")',
    ]
    calls = _needed(calls)
    used = " ".join(json.dumps(dict(call.parameters)) for call in calls)
    for call in calls:
        if call.operation == _REMEMBER:
            lines += [f'{name}="${old}"' for name, old in call.gives.items() if f'"${name}"' in used]
        elif call.operation == _RECEIVE:
            lines += [f'read -rp "The code that was sent: " {name}' for name in call.gives if f'"${name}"' in used]
        elif call.operation == _FEDERATE:
            lines.append('read -rp "A user of $POOL who came from a provider: " NAME')
            lines.append('PROVIDER="${NAME%%_*}" SUBJECT="${NAME#*_}"')
        elif call.flow is not None:
            lines.append(
                f"# {call.flow} with {call.parameters['AuthParameters']['PASSWORD']}: no AWS CLI command does SRP"
            )
        else:
            lines.append(_command(call, used))
    lines.append(f"{_cli('AdminGetUser', _POOL)} --query '[UserStatus, Enabled]'")
    return tuple(lines)


def _needed(calls: tuple[Call, ...]) -> tuple[Call, ...]:
    """The calls without the checks that gave nothing to a later one."""
    kept: list[Call] = []
    wanted: set[str] = set()
    for number, call in enumerate(reversed(calls)):
        given = wanted & set(call.gives)
        if call.check and number and not given:
            continue
        kept.append(call)
        wanted -= given
        if call.operation == _REMEMBER:
            wanted |= {call.gives[name] for name in given}
        text = json.dumps(dict(call.parameters))
        wanted |= set(re.findall(r'"\$([A-Z_]+)"', text)) - {"POOL", "CLIENT", "NAME"}
    return tuple(reversed(kept))


def _command(call: Call, used: str) -> str:
    line = _cli(call.operation, call.parameters)
    wanted = [name for name in call.gives if f'"${name}"' in used or f'"$REVOKED_{name}"' in used]
    if not wanted:
        return line
    query = f"[{', '.join(call.gives[name] for name in wanted)}]"
    return f"read -r {' '.join(wanted)} < <({line} --query '{query}' --output text)"


def _cli(operation: str, parameters: Mapping[str, Any]) -> str:
    words = ["aws", "cognito-idp", _dashed(operation)]
    for name, value in parameters.items():
        if isinstance(value, bool):
            words.append(f"--{'' if value else 'no-'}{_dashed(name)}")
        else:
            words += [f"--{_dashed(name)}", _value(value)]
    return " ".join([*words, '--endpoint-url "$URL"'])


def _value(value: Any) -> str:
    if isinstance(value, str):
        return f'"{value}"' if value.startswith("$") else shlex.quote(value)
    if isinstance(value, Mapping):
        return " ".join([",".join(f"{name}={_value(inner)}" for name, inner in value.items())])
    return " ".join(_value(item) for item in value)


def _dashed(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", name).lower()
