"""What takes a control path, for lack of an operation of Cognito: time, callers, federated users, codes."""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from typing import Any, Protocol

import urllib3
from botocore.credentials import ReadOnlyCredentials

from conformance.errors import Blocked, Inconclusive
from conformance.target.clock import DAY
from conformance.target.definition import Endpoint
from conformance.target.pools import Pool, User
from conformance.target.retries import in_time, timeout, watched


class Privileges(Protocol):
    """What a target can do that Cognito has no operation for. A part that it cannot do skips the scenario."""

    def caller(self, statements: Sequence[tuple[str, str, str]]) -> ReadOnlyCredentials:
        """A new IAM user whose policy has these statements: effect, action, resource."""

    def federated_user(self, pool: Pool, email: str) -> User:
        """A new user who signed in through a provider, with this address, which is verified."""

    def code(self, pool: Pool, username: str) -> str:
        """The code that a user was sent last; empty where none was."""

    def undo(self) -> None:
        """Let it be now again, everywhere."""


class Control:
    """The control path of a target; `undo` gives every pool its own time back."""

    def __init__(self, endpoint: Endpoint, path: str) -> None:
        self._url = f"{endpoint.url}{path}"
        self._http = watched(urllib3.PoolManager(retries=False))
        self._moved: set[str] = set()

    def after(self, pool: Pool, days: float) -> None:
        """Let it be `days` later in a pool than it is."""
        self._moved.add(pool.id)
        self._tell("clock", {"UserPoolId": pool.id, "AheadSeconds": days * DAY})
        pool.service.journal.days_pass(days, "the control path moved the clock of the pool")

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
        members = {"UserPoolId": pool.id, "Username": username, "UserAttributes": attributes}
        self._tell("federated-user", members)
        pool.service.journal.names[username] = "<user>"
        return pool.find(username, username, "")

    def code(self, pool: Pool, username: str) -> str:
        """The code that a user was sent last; empty where none was."""
        return str(self._tell("code", {"UserPoolId": pool.id, "Username": username}).get("Code", ""))

    def _tell(self, verb: str, members: dict[str, Any]) -> dict[str, Any]:
        body = json.dumps(members).encode()
        try:
            answer = in_time(
                "the control path",
                lambda: self._http.request("POST", f"{self._url}{verb}", body=body, timeout=timeout()),
            )
        except urllib3.exceptions.HTTPError as fault:
            raise Inconclusive(f"the control path does not answer: {fault}") from None
        if answer.status == 404:
            raise Blocked(f"the control path knows no {verb}")
        if answer.status != 200:
            raise Inconclusive(f"the control path answered {answer.status}")
        try:
            answered: dict[str, Any] = json.loads(answer.data or b"{}")
        except ValueError:
            raise Inconclusive("the control path answered something that is not JSON") from None
        return answered
