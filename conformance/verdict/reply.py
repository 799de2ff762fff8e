"""What a target answered, as frozen values of the same shape for every binding."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Self

from conformance.errors import Blocked
from conformance.verdict.observed import (
    ACCEPTED,
    MISSING,
    NO_TEXT,
    NO_TOKENS,
    NOT_REFUSED,
    OPERATION,
    REFUSED,
    UNPARSABLE,
    Document,
    Form,
    HttpStatus,
    Observed,
    OneOf,
    Outcome,
    SignInOutcome,
    Text,
    is_crash,
    kind_of_outcome,
)
from conformance.verdict.verdicts import Kind

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


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


@dataclass(frozen=True, eq=False)
class SignIn(Observed):
    """What a sign-in, or the answer to a challenge, led to; compare it with TOKENS, a challenge or an error.

    `challenge` is the name of the challenge, also where tokens came beside it. `session` and `tokens` are the service's
    own, and in no representation: they never leave the process. `doubt` blocks whoever expected a refusal: by this flow
    every password leads here.
    """

    noun: ClassVar[str] = "sign-in"  # type: ignore[misc]

    outcome: SignInOutcome
    message: Text = NO_TEXT
    challenge: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)
    session: str = field(default="", repr=False)
    tokens: Mapping[str, Any] = field(default_factory=dict, repr=False)
    doubt: Blocked | None = None

    @property
    def operation(self) -> str:  # type: ignore[override]
        """The operation that answered."""
        return self.outcome.operation

    @property
    def flow(self) -> str | None:  # type: ignore[override]
        """The flow that was tried."""
        return self.outcome.flow

    @property
    def refused(self) -> bool:
        """Whether it was refused: no tokens, no challenge."""
        return self.outcome.refused

    def __eq__(self, other: object) -> bool:
        if self.doubt is not None and (other is REFUSED or Outcome(other).refused):
            raise self.doubt
        if other is REFUSED:
            return self.refused
        if other is NOT_REFUSED:
            return other == self.outcome
        if other is NO_TOKENS:
            return not self.tokens.get("AccessToken")
        if isinstance(other, str):
            return other in (self.outcome, self.challenge)
        return other is self

    def __hash__(self) -> int:
        return id(self)

    def __str__(self) -> str:
        return self.outcome

    def kind_beside(self, expected: object) -> Kind:
        """As that of its outcome."""
        return self.outcome.kind_beside(expected)


@dataclass(frozen=True, eq=False)
class Reply(Observed):
    """An answer to the operation under test; compare it with ACCEPTED or REFUSED, or its `error` with a name.

    `status` (HTTP), `headers` (names in lower case) and `body` are None or empty where the binding cannot see them;
    `exit_code`, `stdout` and `stderr` are set by the command-line bindings only. `changed` says what a request that was
    refused changed all the same; `unproven` blocks whoever takes this for the documented refusal, since nobody knows
    what it was refused for.
    """

    noun: ClassVar[str] = "reply"  # type: ignore[misc]

    binding: str
    outcome: Outcome
    message: Text = NO_TEXT
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    exit_code: int | None = None
    stdout: str = ""
    stderr: str = ""
    changed: str = ""
    unproven: Blocked | None = None

    @property
    def ok(self) -> bool:
        """Whether the target accepted the request: a 2xx with an empty body or a JSON object, or exit code 0."""
        return self.outcome == ACCEPTED

    @property
    def error(self) -> Outcome:
        """The error's name without namespace, as SDKs derive it from `__type`; `accepted` when there is none."""
        if self.changed:
            return Trespass(self)
        return self.outcome if self.unproven is None else Unproven(self.outcome, self.unproven)

    @property
    def crashed(self) -> bool:
        """Whether this is a server fault or no AWS answer at all."""
        return is_crash(self.outcome) or (self.status or 0) >= 500

    @property
    def refused(self) -> bool:
        """Whether the request was refused, in whatever format: not accepted, nothing changed, no server fault.

        An error of the service by its name is a refusal whatever HTTP status it has: that is a claim of its own."""
        if self.ok or self.changed:
            return False
        return not is_crash(self.outcome) or (self.status is not None and 300 <= self.status < 500)

    def __eq__(self, other: object) -> bool:
        if other is REFUSED and self.refused and self.unproven is not None:
            raise self.unproven
        if other is REFUSED:
            return self.refused
        return self.error == other if isinstance(other, str) else other is self

    def __hash__(self) -> int:
        return id(self)

    def __str__(self) -> str:
        return Trespass(self) if self.changed else self.outcome

    def kind_beside(self, expected: object) -> Kind:
        """As that of its outcome, or permissive if a refused request changed something."""
        if self.changed:
            return Kind.PERMISSIVE
        return kind_of_outcome(self.outcome, refused=self.refused, expected=expected)

    def requires_success(self, what: str = "the request") -> None:
        """Block the scenario unless the request was accepted. That it is accepted is another claim."""
        if not self.ok:
            raise Blocked(f"{what} was not accepted: AdminSetUserPassword answered {self.outcome}", OPERATION)

    def requires_refusal(self, error: str | None = None) -> None:
        """Block the scenario unless the request was refused, by this error if one is named; that is another claim."""
        if self.error != error if error else not self.refused:
            wanted = f"refused with {error}" if error else "refused"
            raise Blocked(f"the request was to be {wanted}: AdminSetUserPassword answered {self}", OPERATION)
        if self.unproven is not None:
            raise self.unproven

    @property
    def http_status(self) -> HttpStatus:
        """The HTTP status, 0 where the binding cannot see it."""
        return HttpStatus(self.status or 0)

    def header(self, name: str) -> Form:
        """The value of a header; its name in lower case."""
        return Form(self.headers.get(name, MISSING), noun=f"header {name}")

    @property
    def media_type(self) -> Form:
        """The content type without its parameters, in lower case."""
        value = self.headers.get("content-type", MISSING).partition(";")[0].strip().lower()
        return Form(value, noun="header content-type")

    @property
    def request_id(self) -> Form:
        """What the x-amzn-requestid header holds, in words: the value itself differs from call to call."""
        value = self.headers.get("x-amzn-requestid")
        words = MISSING if value is None else "a UUID" if _UUID.fullmatch(value) else "something else"
        return Form(words, noun="header x-amzn-requestid")

    @property
    def error_in_body(self) -> Form:
        """What `__type` in the body holds, in words, beside the error's name."""
        return _named(self.document.get("__type"), "__type in the body", self.outcome)

    @property
    def error_in_header(self) -> Form:
        """What the x-amzn-errortype header holds beside the error's name, in words; a colon ends the name."""
        value = self.headers.get("x-amzn-errortype")
        return _named(value and value.partition(":")[0], "header x-amzn-errortype", self.outcome)

    @property
    def message_member(self) -> Form:
        """What the member `message` of the body holds, in words: what the text says is not the point."""
        message = self.document.get("message")
        words = "a text" if isinstance(message, str) and message else MISSING if message is None else "no text"
        return Form(words, noun="message in the body")

    def mention_of(self, secret: str) -> Form:
        """Where the answer repeats a secret, in whatever case: "nowhere", or its body, its headers."""
        headers = "\n".join(f"{name}: {value}" for name, value in self.headers.items())
        places = {"headers": headers, "body": self.body.decode(errors="backslashreplace")}
        places |= {"stdout": self.stdout, "stderr": self.stderr}
        found = [place for place, text in places.items() if secret.lower() in text.lower()]
        return Form(" and ".join(found) or "nowhere", noun="the password is repeated")

    @property
    def document(self) -> Document:
        """The JSON object in the body; empty where there is none."""
        found = self.json
        return Document(found if isinstance(found, dict) else {})

    @property
    def json(self) -> Any:
        """The body, parsed; an empty object where it is not JSON."""
        try:
            return json.loads(self.body) if self.body else {}
        except (ValueError, RecursionError):
            return {}


def _named(value: object, noun: str, name: str) -> Form:
    if value is None:
        return Form(MISSING, noun=noun)
    if value == name:
        return Form("the bare name of the error", noun=noun)
    qualified = isinstance(value, str) and value.rpartition("#")[2] == name
    return Form("the name of the error, and more" if qualified else "another name", noun=noun)


class Unproven(Outcome):
    """The error of a refusal whose cause is not shown: another than the documented one diverges, that one blocks."""

    blocked: Blocked

    def __new__(cls, outcome: Outcome, blocked: Blocked) -> Self:
        made = super().__new__(cls, outcome)
        made.blocked = blocked
        return made

    def __eq__(self, other: object) -> bool:
        if isinstance(other, OneOf):
            return other == self
        if str.__eq__(self, other) is True:
            raise self.blocked
        return False

    __hash__ = Outcome.__hash__


class Trespass(Outcome):
    """The error with which a request was refused that changed something all the same."""

    def __new__(cls, reply: Reply) -> Self:
        return super().__new__(cls, f"{reply.outcome}, yet {reply.changed}")

    def kind_beside(self, expected: object) -> Kind:  # noqa: ARG002 - the signature is Observed's
        return Kind.PERMISSIVE


def of_http(binding: str, status: int, headers: Mapping[str, str], body: bytes) -> Reply:
    """The reply that an HTTP answer stands for, judged by its body: a 2xx that carries no AWS JSON is not a success.

    Any other 2xx without an error is accepted like 200. That it must be 200 is the claim success-is-http-200."""
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
    if 200 <= status < 300 and not name:
        return Reply(binding, Outcome(ACCEPTED), status=status, headers=headers, body=body)
    message = document.get("message", document.get("Message", ""))
    return Reply(binding, Outcome(name or str(status)), Text(message or ""), status, headers, body)
