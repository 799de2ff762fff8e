"""The bindings `cli` and `cli2`: AWS CLI v1 and v2, never in this process (awscli and boto3 must not meet in one)."""

from __future__ import annotations

import os
import re
import shlex
import tempfile
from pathlib import Path
from typing import Any

from conformance.aws_cli import discovery
from conformance.aws_cli.client import AwsCliTimeout, Completed, clean_environment
from conformance.errors import ConnectionClosed, Inconclusive
from conformance.target.definition import INVENTED, Endpoint
from conformance.target.forwarder import Forwarder
from conformance.target.retries import CONNECT_SECONDS, READ_SECONDS, THROTTLED_ATTEMPTS, patiently, pauses
from conformance.verdict.journal import Journal
from conformance.verdict.observed import ACCEPTED, THROTTLED, UNPARSABLE, Outcome, Text
from conformance.verdict.reply import Reply

_SERVICE_ERROR = re.compile(
    r"An error occurred \((.+?)\) when calling the AdminSetUserPassword operation[^:]*: (.*)", re.DOTALL
)
# What the CLI prints when no answer came, or none that it could read: the texts of botocore.exceptions.
_CLOSED = "Connection was closed"
_TRANSPORT = (
    "Could not connect",
    "timeout on endpoint",
    _CLOSED,
    "SSL validation failed",
    "Connection broken",
)
_UNREADABLE = ("codec can't decode", "Unable to parse response")
_TIMEOUT_SECONDS = 120


class Cli:
    """AdminSetUserPassword as `aws cognito-idp admin-set-user-password`; seen are exit code and both streams."""

    def __init__(self, endpoint: Endpoint, journal: Journal, name: str = "cli") -> None:
        self.name = name
        self.journal = journal
        # Started first: whether the CLI is installed is known before the first call.
        self._cli = discovery.start(name)
        self._home = tempfile.TemporaryDirectory(prefix="cognito-conformance-")
        self._forwarder = Forwarder(endpoint, name) if endpoint.gate is not None else None
        self._options = [
            f"--endpoint-url={self._forwarder.url if self._forwarder else endpoint.url}",
            f"--cli-connect-timeout={CONNECT_SECONDS}",
            f"--cli-read-timeout={READ_SECONDS}",
        ]
        frozen = INVENTED if self._forwarder else endpoint.credentials
        self._environment = clean_environment(
            Path(self._home.name),
            access_key_id=frozen.access_key,
            secret_access_key=frozen.secret_key,
            session_token=frozen.token or "",
            region=endpoint.region,
        )
        if self._forwarder is not None:  # the gate knows what may be sent again
            self._environment["AWS_MAX_ATTEMPTS"] = "1"
        if bundle := endpoint.ca_bundle or os.environ.get("AWS_CA_BUNDLE"):
            self._environment["AWS_CA_BUNDLE"] = bundle

    def admin_set_user_password(self, **members: Any) -> Reply:
        """The answer, with name and text of an error as the CLI prints them.

        Raises ValueError for members that have no option; Inconclusive where the CLI got no answer."""
        arguments, sent = ["cognito-idp", "admin-set-user-password"], dict(members)
        for name, option in (("UserPoolId", "--user-pool-id"), ("Username", "--username"), ("Password", "--password")):
            arguments.append(f"{option}={members.pop(name)}")
        if "Permanent" in members:
            arguments.append("--permanent" if members.pop("Permanent") else "--no-permanent")
        if members:
            raise ValueError(f"the command has no option for {', '.join(members)}")
        if self._forwarder is not None:
            reply = self._ask(arguments)
            if self._forwarder.fault is not None:
                raise self._forwarder.fault
        else:
            reply = patiently(lambda: self._ask(arguments), lambda reply: pauses(reply.outcome))
        if reply.outcome in THROTTLED:
            raise Inconclusive(f"AdminSetUserPassword was throttled {THROTTLED_ATTEMPTS} times ({reply.outcome})")
        return self.journal.record_reply(shlex.join(["aws", *arguments]), reply, sent)

    def _ask(self, arguments: list[str]) -> Reply:
        try:
            return self._reply(self._cli.run([*arguments, *self._options], self._environment, _TIMEOUT_SECONDS))
        except AwsCliTimeout as fault:
            raise Inconclusive(f"AdminSetUserPassword: {fault}") from None

    def close(self) -> None:
        """End the CLI's process and remove its home directory."""
        self._cli.close()
        if self._forwarder is not None:
            self._forwarder.close()
        self._home.cleanup()

    def _reply(self, done: Completed) -> Reply:
        seen: dict[str, Any] = {"exit_code": done.exit_code, "stdout": done.stdout, "stderr": done.stderr}
        if done.exit_code == 0:
            return Reply(self.name, Outcome(ACCEPTED), **seen)
        named = _SERVICE_ERROR.search(done.stderr)
        if named is None and any(words in done.stderr for words in _UNREADABLE):
            return Reply(self.name, Outcome(UNPARSABLE), **seen)
        if named is None:
            if any(words in done.stderr for words in _TRANSPORT):
                kind = ConnectionClosed if _CLOSED in done.stderr else Inconclusive
                raise kind(f"AdminSetUserPassword: {done.stderr.strip()}")
            raise RuntimeError(
                f"aws ended with {done.exit_code} before it sent a request: {done.stderr.strip()[-300:]}"
            )
        return Reply(self.name, Outcome(named[1]), Text(named[2].strip()), **seen)
