"""Takes one user through steps and compares each with the table of transitions."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from conformance.contract import transitions
from conformance.contract.transitions import NONE, Row
from conformance.errors import Blocked
from conformance.lifecycle.model import Belief
from conformance.lifecycle.steps import (
    CHECK,
    CODES,
    CONTROLLED_STEPS,
    FEDERATE,
    RECEIVE,
    REMEMBER,
    STEPS,
    Call,
    Step,
    knows_password,
)
from conformance.target.client import ServiceError
from conformance.target.control import Control
from conformance.target.mailbox import simulated
from conformance.target.pools import Pool
from conformance.target.sign_in import USER_SRP_AUTH, sign_in
from conformance.verdict.journal import Exchange
from conformance.verdict.observed import ACCEPTED, OPERATION, TOKENS, UNIMPLEMENTED, Outcome, SignInOutcome, Status

# The account may send no more messages, for today or at all: that says nothing of the operation.
EXHAUSTED = frozenset({"LimitExceededException", "CodeDeliveryFailureException"})
UNUSABLE = UNIMPLEMENTED | EXHAUSTED


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
    exchanges: tuple[Exchange, ...] = ()

    @property
    def agrees(self) -> bool:
        """Whether the target did what the row says."""
        return self.outcome == self.expected_outcome and self.status == self.expected_status


class Walker:
    """Takes one new user through steps, and keeps the visits to rows of the table; `calls` is all that was sent.

    With a control path it can take CONTROLLED_STEPS as well."""

    def __init__(self, pool: Pool, control: Control | None = None) -> None:
        self.user = Belief(pool, simulated(f"walker-{uuid.uuid4().hex[:12]}"))
        self.user.variables |= {"POOL": pool.id, "CLIENT": pool.client_id, "NAME": self.user.name}
        self.calls: list[Call] = []
        self.visits: list[Visit] = []
        self.steps: list[Step] = []
        self.unusable: dict[tuple[str, str], Outcome] = {}
        self._control = control
        self._first = len(pool.service.journal.exchanges)

    def row(self, step: Step) -> Row:
        """The row that a step would visit."""
        return transitions.load().find(step.operation, step.when, self.user.status, self.user.enabled)

    def possible(self) -> list[Step]:
        """The steps that say something about the user as it is."""
        every = STEPS if self._control is None else (*STEPS, *CONTROLLED_STEPS)
        steps = (s for s in every if (s.operation, s.when) not in self.unusable and s.possible(self.user))
        return [s for s in steps if self.row(s).asserted]

    def take(self, step: Step) -> None:
        """Take a step, then look at the user's status and try the password in force.

        Raises Blocked where the target does not show the status."""
        self.steps.append(step)
        row = self.row(step)
        self._visit(step, step.call(self.user))
        if self.row(CHECK).asserted and knows_password(self.user) and self.user.exists and step is not CHECK:
            check = replace(CHECK.call(self.user), check=True)
            self._visit(CHECK, check, cause=row if step.sets_password and row.asserted else None)

    def _visit(self, step: Step, call: Call, cause: Row | None = None) -> None:
        user, row = self.user, self.row(step)
        before, enabled = user.status, user.enabled
        outcome = self._send(call)
        if outcome in UNUSABLE:
            self.unusable[step.operation, step.when] = outcome
        status, user.enabled = self._look()
        user.status = str(status)
        expected_enabled = {"AdminDisableUser": False, "AdminEnableUser": True}.get(step.operation, enabled)
        if row.error:
            expected_enabled = enabled
        expected = row.to or user.status
        expected_outcome = row.also if row.also == outcome else row.outcome
        refused_unexpectedly = outcome == "NotAuthorizedException" and outcome != expected_outcome
        if cause is not None and refused_unexpectedly:
            row = cause
        visit = Visit(
            row,
            outcome,
            Status(_shown(user.status, user.enabled)),
            tuple(self.calls),
            expected_outcome,
            _shown(expected, expected_enabled or expected == NONE),
            tuple(self.steps),
            tuple(user.pool.service.journal.exchanges[self._first :]),
        )
        # The rows of AdminSetUserPassword are about the status: what the password opens is judged by other claims.
        elsewhere = cause is not None and cause.operation == OPERATION and refused_unexpectedly
        if row.asserted and outcome not in UNUSABLE and not elsewhere:
            self.visits.append(visit)
        self._learn(step, call, visit, before)

    def _send(self, call: Call) -> Outcome:
        user = self.user
        self.calls.append(call)
        if call.operation == FEDERATE:
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
        """Be a federated user from now on; another is made, which the identity could be linked to if it were new."""
        assert self._control is not None
        user = self.user
        user.name = self._control.federated_user(user.pool, simulated("nobody")).username
        provider, _, subject = user.name.partition("_")
        user.variables |= {"NAME": user.name, "PROVIDER": provider, "SUBJECT": subject}
        names = {"UserPoolId": "$POOL", "Username": simulated(f"other-{subject}")}
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
            self.calls.append(Call(RECEIVE, {}, {variable: ""}))

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
        """Tell the model what happened; after a disagreement only what was seen is known."""
        user = self.user
        user.session = visit.agrees and visit.outcome == "NEW_PASSWORD_REQUIRED"
        user.used.update([step.counts] if step.counts else [])
        user.used["failures"] += step.signs_in and visit.outcome == "NotAuthorizedException" and step.counts is None
        # ForgotPassword may answer 200 for a user it would refuse (it hides which users exist); no code is sent then.
        accepted = visit.agrees and not visit.outcome.refused and visit.row.error is None
        if accepted and (not step.signs_in or visit.outcome == TOKENS):
            self._happened(step, call)
        elif NONE in (user.status, before):
            user.deleted({})
        if not visit.agrees and "InitiateAuth" not in visit.row.operation:
            user.doubted()

    def _happened(self, step: Step, call: Call) -> None:
        """Tell the model of the event, and keep what belongs to it: tokens that are revoked, a code that arrives."""
        if step.operation == "AdminUserGlobalSignOut" and self.user.tokens:
            names = ("TOKEN", "REFRESH_TOKEN")
            self.user.variables |= {f"REVOKED_{name}": self.user.variables.get(name, "") for name in names}
            self.calls.append(Call(REMEMBER, {}, {f"REVOKED_{name}": name for name in names}))
        step.event(self.user, call.parameters)
        if step.operation in CODES and self.user.exists:
            self._receive(CODES[step.operation])


def _shown(status: str, enabled: bool) -> str:
    return status if enabled else f"{status}, disabled"


def _filled(value: Any, variables: Mapping[str, str]) -> Any:
    if isinstance(value, Mapping):
        return {name: _filled(inner, variables) for name, inner in value.items()}
    if isinstance(value, str) and value.startswith("$"):
        return variables[value[1:]]
    return value
