"""What can be said of a target: verdicts, kinds of divergence, and what ends a scenario that cannot judge."""

from __future__ import annotations

from enum import StrEnum


class Verdict(StrEnum):
    """The outcome of one scenario over one binding (README, "What a verdict means")."""

    CONFORMS = "conforms"
    DIVERGES = "diverges"
    UNSUPPORTED = "unsupported"
    BLOCKED = "blocked"
    INCONCLUSIVE = "inconclusive"
    SKIPPED = "skipped"


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


class Undecided(Exception):
    """Ends a scenario that cannot judge the target; `verdict` says how it is counted."""

    verdict: Verdict


class Blocked(Undecided):
    """The target cannot reach the state that the claim is about, or show it."""

    verdict = Verdict.BLOCKED


class Unsupported(Undecided):
    """The target itself says that it does not implement the operation under test."""

    verdict = Verdict.UNSUPPORTED


class Inconclusive(Undecided):
    """A transport fault, or throttling that outlasted the retries: nothing is said about the target."""

    verdict = Verdict.INCONCLUSIVE


class BadInput(Exception):
    """What the user asked for cannot be done; the message says what was wrong and what to do. Exit code 2."""
