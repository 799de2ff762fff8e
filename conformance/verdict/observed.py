"""Values seen at a target, or at a program. Each knows which kind of divergence it is if another was documented."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

from conformance.verdict.verdicts import Kind

OPERATION = "AdminSetUserPassword"

ACCEPTED = "accepted"
TOKENS = "tokens"
NEW_PASSWORD_REQUIRED = "NEW_PASSWORD_REQUIRED"
UNPARSABLE = "an answer that is not AWS JSON"
NEITHER = "neither tokens nor a challenge"
MISSING = "missing"
THROTTLED = frozenset(
    {"TooManyRequestsException", "ThrottlingException", "Throttling", "RequestLimitExceeded", "SlowDown", "429"}
)

# How a target says by itself that it does not implement what it was asked for; Cognito has no error of these names.
UNIMPLEMENTED = frozenset(
    {"UnknownOperationException", "UnknownOperation", "NotImplemented", "NotImplementedError", "Unsupported", "501"}
)

# ChallengeNameType of the service model.
CHALLENGES = frozenset(
    {
        "SMS_MFA",
        "EMAIL_OTP",
        "SOFTWARE_TOKEN_MFA",
        "SELECT_MFA_TYPE",
        "MFA_SETUP",
        "PASSWORD_VERIFIER",
        "CUSTOM_CHALLENGE",
        "SELECT_CHALLENGE",
        "DEVICE_SRP_AUTH",
        "DEVICE_PASSWORD_VERIFIER",
        "ADMIN_NO_SRP_AUTH",
        NEW_PASSWORD_REQUIRED,
        "SMS_OTP",
        "PASSWORD",
        "WEB_AUTHN",
        "PASSWORD_SRP",
    }
)


class Observed:
    """A value seen at the target.

    `kind` is the divergence that an unexpected value means, `noun` what to call it; `operation` is the one that
    answered with it, or changed it, and `flow` the sign-in flow where there was one."""

    kind: Kind = Kind.SHAPE
    noun: str = "value"
    operation: str = OPERATION
    flow: str | None = None

    def kind_beside(self, expected: object) -> Kind:  # noqa: ARG002 - Outcome needs it
        """The kind of divergence where `expected` was documented and this was seen."""
        return self.kind

    def beside(self, expected: object) -> tuple[str, str]:
        """What was documented and what was seen, in words."""
        return f"{self.noun}: {_shown(expected)}", f"{self.noun}: {_shown(self)}"


class _Text(Observed, str):
    """A string with the operation and the flow that it was seen at."""

    def __new__(cls, value: object = "", *, operation: str = OPERATION, flow: str | None = None) -> Self:
        made = super().__new__(cls, value)
        made.operation, made.flow = operation, flow
        return made


class AnyRefusal:
    """Any refusal: compare with it where the claim says that something is refused, and does not name the error."""

    def __eq__(self, other: object) -> bool:
        return bool(getattr(other, "refused", False))

    def __hash__(self) -> int:
        return hash(AnyRefusal)

    def __str__(self) -> str:
        return "a refusal"


REFUSED = AnyRefusal()


class NotRefused:
    """Any answer but a refusal: compare with it where the claim says that a request is taken, not what it gives."""

    def __eq__(self, other: object) -> bool:
        outcome = getattr(other, "outcome", other)
        return not (getattr(other, "refused", False) or is_crash(str(outcome)))

    def __hash__(self) -> int:
        return hash(NotRefused)

    def __str__(self) -> str:
        return "no refusal"


NOT_REFUSED = NotRefused()


class NoTokens:
    """Any answer but tokens: compare with it where the claim says that something grants none."""

    def __eq__(self, other: object) -> bool:
        return TOKENS not in str(other)

    def __hash__(self) -> int:
        return hash(NoTokens)

    def __str__(self) -> str:
        return "no tokens"


NO_TOKENS = NoTokens()


@dataclass(frozen=True, eq=False)
class OneOf:
    """Several documented values, each as good as another."""

    values: tuple[object, ...]

    def __eq__(self, other: object) -> bool:
        return other in self.values

    def __hash__(self) -> int:
        return hash(self.values)

    def __str__(self) -> str:
        return " or ".join(str(value) for value in self.values)


class Status(_Text):
    """A UserStatus, such as CONFIRMED."""

    kind = Kind.WRONG_STATUS
    noun = "status"


class Outcome(_Text):
    """What a request or a sign-in ended in: `accepted`, `tokens`, the name of a challenge, or the name of an error."""

    noun = "reply"

    @property
    def refused(self) -> bool:
        """Whether this is an error of the service: neither accepted, nor tokens or a challenge, nor a server fault."""
        plain = self.removesuffix(f" with {TOKENS}")
        return not is_crash(self) and plain not in (ACCEPTED, TOKENS, NEITHER) and plain not in CHALLENGES

    def kind_beside(self, expected: object) -> Kind:
        return kind_of_outcome(self, refused=self.refused, expected=expected)


class SignInOutcome(Outcome):
    """What a sign-in, or the answer to a challenge, ended in."""

    noun = "sign-in"


def kind_of_outcome(outcome: str, *, refused: bool, expected: object) -> Kind:
    """More than documented is permissive, less is strict, another refusal a wrong error, a server fault a crash."""
    if is_crash(outcome) and not refused:
        return Kind.CRASH
    if isinstance(expected, OneOf):
        expected = expected.values[0]
    if expected is NOT_REFUSED:
        return Kind.STRICT
    if expected is REFUSED or expected is NO_TOKENS or Outcome(expected).refused:
        return Kind.WRONG_ERROR if refused else Kind.PERMISSIVE
    return Kind.PERMISSIVE if not refused and outcome.startswith((ACCEPTED, TOKENS)) else Kind.STRICT


class Text(_Text):
    """A message to the caller."""

    kind = Kind.WORDING
    noun = "message"


NO_TEXT = Text()


class Form(_Text):
    """What a part of an answer looks like, in words, so that it reads the same in every run; `noun` names the part."""

    def __new__(
        cls, value: object, *, noun: str, kind: Kind = Kind.SHAPE, operation: str = OPERATION, flow: str | None = None
    ) -> Self:
        made = super().__new__(cls, value, operation=operation, flow=flow)
        made.noun, made.kind = noun, kind
        return made

    def __getnewargs_ex__(self) -> tuple[tuple[str], dict[str, Any]]:
        return (str(self),), {"noun": self.noun, "kind": self.kind}


class HttpStatus(Observed, int):
    """An HTTP status."""

    noun = "HTTP status"

    def kind_beside(self, expected: object) -> Kind:  # noqa: ARG002 - the signature is Observed's
        return Kind.CRASH if self >= 500 else Kind.SHAPE


class Document(Observed, dict[str, Any]):
    """The JSON object in a body."""

    noun = "body"


class Count(Observed, int):
    """How many there are of what there should be a certain number of; `noun` says of what."""

    def __new__(cls, value: int, *, noun: str) -> Self:
        made = super().__new__(cls, value)
        made.noun = noun
        return made

    def kind_beside(self, expected: object) -> Kind:
        return Kind.PERMISSIVE if isinstance(expected, int) and self > expected else Kind.STRICT


@dataclass(frozen=True)
class State(Observed):
    """What a refused request must leave as it was: status, enabled flag, and what the password in force opens."""

    kind = Kind.PERMISSIVE
    noun = "user"

    status: str
    enabled: bool
    sign_in: str

    def beside(self, expected: object) -> tuple[str, str]:
        """Only what differs."""
        if not isinstance(expected, State):
            return super().beside(expected)
        pairs = [pair for pair in zip(expected.words, self.words, strict=True) if pair[0] != pair[1]]
        return f"user: {', '.join(before for before, _ in pairs)}", f"user: {', '.join(after for _, after in pairs)}"

    @property
    def words(self) -> tuple[str, str, str]:
        """Each part in words."""
        return self.status, "enabled" if self.enabled else "disabled", f"the password before gives {self.sign_in}"

    def __str__(self) -> str:
        return ", ".join(self.words)


class Facts(Observed, dict[str, str]):
    """Attributes, groups, flags or dates of a user, by name."""

    kind = Kind.PERMISSIVE
    noun = "facts"

    def __init__(self, *arguments: Any, noun: str = "facts", operation: str = "AdminGetUser") -> None:
        super().__init__(*arguments)
        self.noun, self.operation = noun, operation

    def beside(self, expected: object) -> tuple[str, str]:
        """Only what differs."""
        if not isinstance(expected, dict):
            return super().beside(expected)
        names = [name for name in sorted({*self, *expected}) if self.get(name) != expected.get(name)]
        return f"{self.noun}: {_pairs(expected, names)}", f"{self.noun}: {_pairs(self, names)}"


def _pairs(found: dict[str, str], names: Sequence[str]) -> str:
    return ", ".join(f"{name}={found.get(name, MISSING)}" for name in names)


def is_crash(outcome: str) -> bool:
    """Whether an outcome is the mark of a server fault: `500`, InternalError…, ServiceUnavailable, or no AWS JSON."""
    return (
        (outcome.isdigit() and int(outcome) >= 500)
        or outcome.startswith(("InternalError", "InternalFailure", "InternalServer", "ServiceUnavailable"))
        or outcome == UNPARSABLE
    )


class ExitCode(Observed, int):
    """An exit code of the program."""

    noun = "exit code"
    operation = "aws"

    def kind_beside(self, expected: object) -> Kind:
        if expected == 0:
            return Kind.STRICT
        return Kind.PERMISSIVE if self == 0 else Kind.WRONG_ERROR


class Stream(_Text):
    """What the program wrote to a stream."""

    def __new__(cls, value: object = "", *, noun: str = "stdout", operation: str = "aws") -> Self:
        made = super().__new__(cls, value, operation=operation)
        made.noun = noun
        return made


class Parts(Observed, list[Any]):
    """Several things seen, in order; `noun` says what they are."""

    def __init__(self, values: Sequence[Any], noun: str, operation: str = OPERATION) -> None:
        super().__init__(values)
        self.noun, self.operation = noun, operation

    def beside(self, expected: object) -> tuple[str, str]:
        """Item by item, so that a list in which nothing is reads as such."""
        return f"{self.noun}: {_shown(list(expected) if isinstance(expected, list) else expected)}", (
            f"{self.noun}: {_shown(list(self))}"
        )


class Arrived(Parts):
    """What of each request of the program arrived, in order."""

    def __init__(self, values: Sequence[Any], noun: str = "requests") -> None:
        super().__init__(values, noun, "aws")


def _shown(value: object) -> str:
    """A value as a reader wants it."""
    match value:
        case None:
            text = MISSING
        case set() | frozenset():
            text = " or ".join(sorted(str(item) for item in value))
        case list() | tuple():
            text = ", ".join(str(item) for item in value)
        case _:
            text = str(value)
    return text or "nothing"
