"""The one function between every client and the socket: asks the guard, keeps the pace, writes down, sends."""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Any, Protocol

from conformance.errors import Inconclusive, WouldSend
from conformance.target.aws.guard import RUN_TAG, TAG, UNTIL_TAG, Guard, Permit
from conformance.target.aws.limiter import Limiter, Time
from conformance.target.aws.operations import ASSUME_ROLE, CLEANING, OPERATIONS, UNDER_TEST, category
from conformance.target.aws.runledger import LIFETIME_HOURS, RunLedger
from conformance.target.exchange import ARRANGING, Received, Sent, T
from conformance.target.retries import in_time
from conformance.verdict.observed import THROTTLED

# What a Transport raises where no answer came is Inconclusive; whether the request was carried out is not known then.
Transport = Callable[[Sent], Received]

THROTTLED_ATTEMPTS = 6
# https://docs.aws.amazon.com/cognito/latest/developerguide/authentication.html#authentication-flow-lockout-behavior
LOCKING_FAILURES = 5
FAULT_ATTEMPTS = 4
# Nothing changes where these are carried out twice. Of the operation under test this holds too, but only where it
# arranges: a binding's own request is never repeated after a fault.
REPEATABLE = (
    *CLEANING,
    ASSUME_ROLE,
    "UpdateUserPool",
    "ListUsers",
    "AdminGetUser",
    "GetUser",
    "AdminListGroupsForUser",
    "AdminInitiateAuth",
    "InitiateAuth",
    "AdminSetUserPassword",
    "AdminDisableUser",
    "AdminEnableUser",
    "AdminUpdateUserAttributes",
    "AdminAddUserToGroup",
)
# After so many requests the run writes down in its ledger what it has used up, for a run that resumes it.
USED_EVERY = 100
# How long a list is given to follow, in seconds.
SETTLING = (0.5, 1.0, 2.0, 4.0, 8.0)
USED_UP = "an allowance is used up"
EXPIRED = ("ExpiredTokenException", "ExpiredToken")
# A pool that is kept for a second run (--state) is not swept until so many days after its users are due.
KEPT_DAYS = 2


class ExchangeRecorder(Protocol):
    """What writes exchanges down."""

    def exchange(self, sent: Sent, received: Received, attempt: int) -> None:
        """Write down the answer to a request that was sent for the `attempt`-th time."""

    def unsent(self, sent: Sent, reason: str) -> None:
        """Write down that a request was not sent, since it would have sent a message."""


def marked(ledger: RunLedger, configuration: Mapping[str, Any], days: int = 0) -> dict[str, Any]:
    """The name, the tags and the tier of a new pool of a run: the cheapest that can do what the configuration asks.

    In one that is kept, users are due after so many `days`."""
    lifetime = timedelta(days=days + KEPT_DAYS) if days else timedelta(hours=LIFETIME_HOURS)
    until = datetime.now(UTC) + lifetime
    policy = configuration.get("Policies", {}).get("PasswordPolicy", {})
    return {
        "PoolName": ledger.name(),
        "UserPoolTags": {TAG: "1", RUN_TAG: ledger.run_id, UNTIL_TAG: f"{until:%Y-%m-%dT%H:%MZ}"},
        # Only from Essentials on do pools remember passwords.
        "UserPoolTier": "ESSENTIALS" if "PasswordHistorySize" in policy else "LITE",
    }


class AwsGate:
    """Sends what the guard lets through, at the limiter's pace, and repeats what may be repeated."""

    def __init__(
        self,
        guard: Guard,
        ledger: RunLedger,
        transport: Transport,
        time: Time,
        *,
        minutes: float = float("inf"),
        renew: Callable[[], bool] = lambda: False,
        recorder: ExchangeRecorder | None = None,
    ) -> None:
        self.guard = guard
        self.ledger = ledger
        self.recorder = recorder
        self.watch: Callable[[Permit, Received], None] = lambda *_: None
        self._transport = transport
        self._time = time
        self._limiter = Limiter(time)
        self._end = monotonic() + minutes * 60
        self.renew = renew
        self._making = threading.Lock()
        self._failures: Counter[tuple[str, str]] = Counter()

    @property
    def lends(self) -> bool:
        """As long as nothing is recorded."""
        return self.recorder is None

    def marks(self, configuration: Mapping[str, Any], days: int = 0) -> dict[str, Any]:
        """The name, the tags and the tier of a new pool: the cheapest that can do what the configuration asks for."""
        return marked(self.ledger, configuration, days)

    def keep(self, pool_id: str) -> None:
        """Leave a pool for a later run."""
        self.ledger.keep(pool_id)

    def settled(self, look: Callable[[], T], wanted: object) -> T:
        """What there is to be seen, once it is `wanted` or the pauses are used up."""
        seen = look()
        for pause in SETTLING:
            if seen == wanted:
                break
            self._time.sleep(pause)
            seen = look()
        return seen

    def send(self, sent: Sent) -> Received:
        """The answer to a request, after as many attempts as are safe.

        Raises Tripped, WouldSend, or Inconclusive if no answer says anything."""
        try:
            return self._send(sent)
        except WouldSend as message:
            if self.recorder is not None:
                self.recorder.unsent(sent, str(message))
            raise

    def _send(self, sent: Sent) -> Received:
        if sent.operation != "CreateUserPool" or sent.sender != ARRANGING:
            permit = self.guard.admit(sent)
            if permit.operation == "DeleteUserPool":
                self.ledger.write("deleting", pool=permit.pool)
            received = self._deliver(sent, permit)
            if permit.operation == "DeleteUserPool" and received.error in ("", "ResourceNotFoundException"):
                self.ledger.write("deleted", pool=permit.pool)
            return received
        with self._making:
            return self._make_pool(sent)

    def _make_pool(self, sent: Sent) -> Received:
        permit = self.guard.admit(sent)
        name = str((sent.members or {})["PoolName"])
        self.ledger.write("intent", name=name)
        received = self._deliver(sent, permit)
        if received.status == 200 and (pool := received.members.get("UserPool", {}).get("Id")):
            self.ledger.write("created", name=name, pool=pool)
            self.guard.learn(sent, received)
        else:
            self.ledger.write("refused", name=name, error=received.error)
        return received

    def _deliver(self, sent: Sent, permit: Permit) -> Received:
        """Send until an answer says something."""
        for attempt in range(1, THROTTLED_ATTEMPTS + 1):
            received = self._attempt(sent, permit, attempt)
            if received is not None:
                self.guard.learn(sent, received)
                self._check_allowance(sent, received, permit)
                return received
        raise Inconclusive(f"{permit.operation} was throttled {THROTTLED_ATTEMPTS} times")

    def _attempt(self, sent: Sent, permit: Permit, attempt: int) -> Received | None:
        """One answer; None where the request is to be sent again, after the pause that it takes."""
        group = category(permit.operation, permit.challenge)
        if permit.operation not in CLEANING and monotonic() > self._end:
            self.guard.stop("it took longer than its plan allows")
        writes = bool(OPERATIONS[permit.operation].writes) if permit.operation in OPERATIONS else True
        self._limiter.wait(group, f"{permit.operation} {permit.pool}", permit.user, writes=writes)
        if attempt > 1:
            self.guard.again(permit)
        if self.guard.counts.total % USED_EVERY == 0:
            self.ledger.write("used", **asdict(self.guard.counts))
        try:
            received = in_time(permit.operation, lambda: self._transport(sent))
        except Inconclusive:
            if not _repeatable(sent, permit) or attempt >= FAULT_ATTEMPTS:
                raise
            self._pause(attempt)
            return None
        self.watch(permit, received)
        if self.recorder is not None and permit.operation != ASSUME_ROLE:  # whose answer is credentials
            self.recorder.exchange(sent, received, attempt)
        if received.error in THROTTLED or received.status == 429:
            self._limiter.slow(group)
            self.guard.throttled()
            self._pause(attempt)
            return None
        if received.status >= 500:
            if _repeatable(sent, permit) and attempt < FAULT_ATTEMPTS:
                self._pause(attempt)
                return None
            raise Inconclusive(f"{permit.operation} answered {received.error or received.status}")
        return received

    def _check_allowance(self, sent: Sent, received: Received, permit: Permit) -> None:
        """Raise Inconclusive for an answer that speaks of the caller or the account, and not of the request."""
        user = permit.pool, permit.user
        operation, error = sent.operation, received.error
        if error in EXPIRED:
            if not self.renew():
                with suppress(Inconclusive):
                    self.guard.stop("the credentials have expired, and the AWS chain has no others: sign in again")
            raise Inconclusive(f"{operation}: the credentials expired")
        if error in ("LimitExceededException", "TooManyFailedAttemptsException"):
            raise Inconclusive(f"{operation} answered {error}: {USED_UP}")
        if error == "NotAuthorizedException" and "attempts exceeded" in str(received.members.get("message", "")):
            # A scenario about the lock-out brings it about by as many wrong passwords as it takes.
            if self._failures[user] < LOCKING_FAILURES:
                raise Inconclusive(f"{operation}: the user is locked after too many failed attempts")
        elif error == "NotAuthorizedException" and category(operation) == "UserAuthentication":
            self._failures[user] += 1
        if error in ("OperationNotEnabledException", "ForbiddenException", "OptInRequired"):
            self.guard.stop(f"{operation} answered {error}")

    def _pause(self, attempt: int) -> None:
        self._time.sleep(2.0 ** (attempt - 1) + random.random())


def _repeatable(sent: Sent, permit: Permit) -> bool:
    return permit.operation in REPEATABLE and (sent.sender == ARRANGING or permit.operation != UNDER_TEST)
