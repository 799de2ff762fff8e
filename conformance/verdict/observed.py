"""Values seen at a target. Each type knows which kind of divergence an unexpected value is."""

from __future__ import annotations

from dataclasses import dataclass

from conformance.verdict.verdicts import Kind

ACCEPTED = "accepted"
TOKENS = "tokens"
UNPARSABLE = "an answer that is not AWS JSON"
THROTTLED = frozenset(
    {"TooManyRequestsException", "ThrottlingException", "Throttling", "RequestLimitExceeded", "SlowDown", "429"}
)

# How a target says by itself that it does not implement what it was asked for; Cognito has no error of these names.
UNIMPLEMENTED = frozenset(
    {"UnknownOperationException", "UnknownOperation", "NotImplemented", "NotImplementedError", "Unsupported", "501"}
)


class Observed:
    """A value seen at the target. Its `kind` is the divergence that an unexpected one means, `noun` what to call it."""

    kind: Kind
    noun: str

    def kind_beside(self, expected: object) -> Kind:  # noqa: ARG002 - Outcome needs it
        """The kind of divergence where `expected` was documented and this was seen."""
        return self.kind


class Status(Observed, str):
    """A UserStatus, such as CONFIRMED."""

    kind = Kind.WRONG_STATUS
    noun = "status"


class Outcome(Observed, str):
    """What a request or a sign-in ended in: `accepted`, `tokens`, the name of a challenge, or the name of an error."""

    noun = "reply"

    @property
    def refused(self) -> bool:
        """Whether this is an error: neither accepted, nor tokens, nor a challenge (those are in capitals)."""
        return self not in (ACCEPTED, TOKENS) and not self.isupper()

    def kind_beside(self, expected: object) -> Kind:
        if is_crash(self):
            return Kind.CRASH
        wanted = Outcome(expected) if isinstance(expected, str) else Outcome(next(iter(expected)))  # type: ignore[call-overload]
        if wanted.refused:
            return Kind.WRONG_ERROR if self.refused else Kind.PERMISSIVE
        return Kind.PERMISSIVE if self in (ACCEPTED, TOKENS) else Kind.STRICT


class SignInOutcome(Outcome):
    """What a sign-in, or the answer to a challenge, ended in."""

    noun = "sign-in"


class Text(Observed, str):
    """A message to the caller."""

    kind = Kind.WORDING
    noun = "message"


NO_TEXT = Text()


@dataclass(frozen=True)
class State(Observed):
    """What a refused request must leave as it was: status, enabled flag, and what the password in force opens."""

    kind = Kind.PERMISSIVE
    noun = "user"

    status: str
    enabled: bool
    sign_in: str

    def __str__(self) -> str:
        return f"{self.status}, {'enabled' if self.enabled else 'disabled'}, the password before gives {self.sign_in}"


class Facts(dict[str, str], Observed):
    """Attributes, groups or dates of a user that nothing should have moved."""

    kind = Kind.PERMISSIVE
    noun = "facts"


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

    def kind_beside(self, expected: object) -> Kind:
        if expected == 0:
            return Kind.STRICT
        return Kind.PERMISSIVE if self == 0 else Kind.WRONG_ERROR
