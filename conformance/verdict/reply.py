"""What a target answered, as frozen values of the same shape whichever way it was asked."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from conformance.errors import Blocked
from conformance.verdict.observed import ACCEPTED, NO_TEXT, UNPARSABLE, Outcome, SignInOutcome, Text, is_crash


@dataclass(frozen=True)
class HttpRequest:
    """A request as it arrived: header names in lower case, `tls` whether it came encrypted."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    tls: bool = False

    @property
    def operation(self) -> str:
        """The operation that it asks for, "AdminSetUserPassword"."""
        return self.headers.get("x-amz-target", "").rpartition(".")[2]

    @property
    def members(self) -> Any:
        """The JSON of its body. Raises ValueError where it is none."""
        return json.loads(self.body)

    @property
    def scope(self) -> tuple[str, str, str] | None:
        """Access key id, Region and service of the signature, None for an unsigned request."""
        credential = self.headers.get("authorization", "").partition("Credential=")[2].partition(",")[0]
        parts = credential.split("/")
        return (parts[0], parts[2], parts[3]) if len(parts) == 5 else None


@dataclass(frozen=True)
class SignIn:
    """What an attempt to sign in, or the answer to a challenge, led to.

    `session` and `tokens` are the service's own, and in no representation: they never leave the process.
    """

    outcome: SignInOutcome
    message: Text = NO_TEXT
    parameters: Mapping[str, str] = field(default_factory=dict)
    session: str = field(default="", repr=False)
    tokens: Mapping[str, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class Reply:
    """An answer to the operation under test.

    `status` (HTTP), `headers` (names in lower case) and `body` are None or empty where the binding cannot see them;
    `exit_code`, `stdout` and `stderr` are set by the command-line bindings only.
    """

    binding: str
    outcome: Outcome
    message: Text = NO_TEXT
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    exit_code: int | None = None
    stdout: str = ""
    stderr: str = ""

    @property
    def ok(self) -> bool:
        """Whether the target accepted the request: HTTP 200 with an empty body or a JSON object, or exit code 0."""
        return self.outcome == ACCEPTED

    @property
    def error(self) -> Outcome:
        """The error's name without namespace, as SDKs derive it from `__type`; `accepted` when there is none."""
        return self.outcome

    @property
    def crashed(self) -> bool:
        """Whether this is a server fault or no AWS answer at all."""
        return is_crash(self.outcome) or (self.status or 0) >= 500

    def presume_refused(self) -> None:
        """For a scenario about what a refusal does, where that this request is refused is another claim's concern.

        Raises Blocked where it was not."""
        if self.ok or self.crashed:
            raise Blocked(f"the request was to be refused, but it was {self.outcome}")

    @property
    def json(self) -> Any:
        """The body, parsed.

        Raises ValueError where it is not JSON."""
        return json.loads(self.body) if self.body else {}

    @property
    def text(self) -> str:
        """Everything that the caller can read: headers, body, both streams."""
        headers = "\n".join(f"{name}: {value}" for name, value in self.headers.items())
        return "\n".join([headers, self.body.decode(errors="backslashreplace"), self.stdout, self.stderr])


def of_http(binding: str, status: int, headers: Mapping[str, str], body: bytes) -> Reply:
    """The reply that an HTTP answer stands for, judged by its body: a 200 that carries no AWS JSON is not a success."""
    headers = {name.lower(): value for name, value in headers.items()}
    try:
        document = json.loads(body) if body else {}
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict):
        outcome = str(status) if status >= 500 else UNPARSABLE
        return Reply(binding, Outcome(outcome), status=status, headers=headers, body=body)
    name = str(document.get("__type") or headers.get("x-amzn-errortype") or document.get("code") or "")
    name = name.split(":")[0].rpartition("#")[2]
    if status == 200 and not name:
        return Reply(binding, Outcome(ACCEPTED), status=status, headers=headers, body=body)
    message = document.get("message", document.get("Message", ""))
    return Reply(binding, Outcome(name or str(status)), Text(message or ""), status, headers, body)
