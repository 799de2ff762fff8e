"""Verdicts, and the kinds of divergence."""

from __future__ import annotations

from enum import StrEnum

from conformance.errors import Blocked, Inconclusive, Undecided, Unsupported, WouldSend


class Verdict(StrEnum):
    """The outcome of one scenario over one binding (README, "What a verdict means")."""

    CONFORMS = "conforms"
    DIVERGES = "diverges"
    UNSUPPORTED = "unsupported"
    BLOCKED = "blocked"
    INCONCLUSIVE = "inconclusive"
    SKIPPED = "skipped"


# What ends a scenario without a judgement, and how that and what is derived from it is counted.
_UNDECIDED: dict[type[Undecided], Verdict] = {
    Blocked: Verdict.BLOCKED,
    Unsupported: Verdict.UNSUPPORTED,
    Inconclusive: Verdict.INCONCLUSIVE,
    WouldSend: Verdict.SKIPPED,
}


def verdict_without_judgement(error: Undecided) -> Verdict:
    """The verdict on a scenario that this ended."""
    return next(verdict for kind, verdict in _UNDECIDED.items() if isinstance(error, kind))


class Kind(StrEnum):
    """In which way a target diverges, the most serious first."""

    LEAK = "leak"  # a value came back that must stay hidden
    CRASH = "crash"  # a 5xx or an answer that cannot be parsed
    PERMISSIVE = "permissive"  # more was allowed, or more was changed, than documented
    WRONG_STATUS = "wrong-status"  # the user ended in another status
    STRICT = "strict"  # something documented to work was refused
    WRONG_ERROR = "wrong-error"  # refused, but with another error
    SHAPE = "shape"  # members, headers or bodies of another form
    WORDING = "wording"  # another text

    @property
    def severity(self) -> int:
        """0 for the most serious."""
        return list(Kind).index(self)
