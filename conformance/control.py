"""What takes more than Cognito's own operations: time, IAM callers, federated users, where a target can be told."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Sequence
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, Protocol

import urllib3
from botocore.credentials import ReadOnlyCredentials

from conformance.service import CONNECT_SECONDS, READ_SECONDS
from conformance.targets import Endpoint
from conformance.verdicts import Blocked, Inconclusive
from conformance.world import Pool, User

_DAY = 86400
_TOLERANCE = 300.0
# Some servers write the same Date for a second.
_FOLLOWS_SECONDS = 5.0


class Clock(Protocol):
    """A way to let time pass at a target."""

    def after(self, pool: Pool, days: float) -> None:
        """Let it be `days` later in a pool than it is."""

    def undo(self) -> None:
        """Let it be now again, everywhere."""


class Faketime:
    """The clock of a process under libfaketime, which reads `clock`, a file, at each look at the time.

    Its time goes forward only, since its monotonic clock goes along: a scenario starts where the last one ended."""

    def __init__(self, url: str, clock: Path) -> None:
        self._url = url
        self._clock = clock
        self._start = int(clock.read_text(encoding="ascii"))

    def after(self, pool: Pool, days: float) -> None:
        """Let it be `days` later than when the scenario started, in all pools.

        Raises Blocked where the process goes on to show another time in its answers, and where it refuses requests of
        now: their signatures have the wrong date."""
        ahead = self._start + round(days * _DAY)
        self._put(ahead)
        try:
            self._await(ahead)
            pool.service.arrange("ListUserPools", "UserPools", MaxResults=1)
        except Blocked:
            self._put(self._start)
            raise

    def undo(self) -> None:
        """Nothing: the time is never put back."""

    def _put(self, ahead: int) -> None:
        new = self._clock.with_suffix(".new")
        new.write_text(f"{ahead:+}", encoding="ascii")
        new.replace(self._clock)  # in one piece: the process may look at any moment

    def _await(self, ahead: int) -> None:
        deadline = time.monotonic() + _FOLLOWS_SECONDS
        while not self._shows(time.time() + ahead):
            if time.monotonic() > deadline:
                raise Blocked("libfaketime does not move the target's clock: its Date header shows another time")
            time.sleep(0.05)

    def _shows(self, now: float) -> bool:
        """Whether an answer carries this time, in seconds since the epoch."""
        try:
            answer = urllib3.request("GET", self._url, retries=False, timeout=_timeout())
        except urllib3.exceptions.HTTPError:  # to a server whose time jumps, a connection may seem old
            return False
        sent = answer.headers.get("Date")
        return sent is not None and abs(parsedate_to_datetime(sent).timestamp() - now) < _TOLERANCE


class Control:
    """The control path of a target; `undo` gives every pool its own time back."""

    def __init__(self, endpoint: Endpoint, path: str) -> None:
        self._url = f"{endpoint.url}{path}"
        self._http = urllib3.PoolManager(retries=False)
        self._moved: set[str] = set()

    def after(self, pool: Pool, days: float) -> None:
        """Let it be `days` later in a pool than it is."""
        self._moved.add(pool.id)
        self._tell("clock", {"UserPoolId": pool.id, "AheadSeconds": days * _DAY})

    def undo(self) -> None:
        """Let it be now again, everywhere."""
        for pool_id in self._moved:
            self._tell("clock", {"UserPoolId": pool_id, "AheadSeconds": 0})
        self._moved.clear()

    def caller(self, statements: Sequence[tuple[str, str, str]]) -> ReadOnlyCredentials:
        """A new IAM user whose policy has these statements: effect, action, resource."""
        key, secret = f"caller-{uuid.uuid4().hex[:12]}", uuid.uuid4().hex
        policy = [{"Effect": effect, "Action": [action], "Resource": [place]} for effect, action, place in statements]
        self._tell("caller", {"AccessKeyId": key, "SecretAccessKey": secret, "Statement": policy})
        return ReadOnlyCredentials(key, secret, None)

    def federated_user(self, pool: Pool, email: str) -> User:
        """A new user who signed in through a provider, with this address, which is verified."""
        username = f"provider_{uuid.uuid4().hex[:12]}"
        attributes = [{"Name": "email", "Value": email}, {"Name": "email_verified", "Value": "true"}]
        told = {"UserPoolId": pool.id, "Username": username, "UserAttributes": attributes}
        self._tell("federated-user", told)
        pool.service.journal.names[username] = "<user>"
        return pool.find(username, username, "")

    def _tell(self, verb: str, told: dict[str, Any]) -> None:
        try:
            answer = self._http.request(
                "POST", f"{self._url}{verb}", body=json.dumps(told).encode(), timeout=_timeout()
            )
        except urllib3.exceptions.HTTPError as fault:
            raise Inconclusive(f"the control path does not answer: {fault}") from None
        if answer.status != 200:
            raise Inconclusive(f"the control path answered {answer.status}")


def _timeout() -> urllib3.Timeout:
    return urllib3.Timeout(connect=CONNECT_SECONDS, read=READ_SECONDS)
