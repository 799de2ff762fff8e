"""From a failed assertion to a divergence: its kind, what was documented and what was seen."""

from __future__ import annotations

from dataclasses import dataclass

from conformance.verdict.journal import Journal
from conformance.verdict.observed import OPERATION, Observed
from conformance.verdict.verdicts import Kind


@dataclass(frozen=True)
class FailedComparison:
    """A comparison that failed, as pytest's assertion rewriting hands it over."""

    operator: str
    left: object
    right: object


@dataclass(frozen=True)
class Divergence:
    """What a failed assertion says about the target.

    `operation` is the one whose answer broke the claim, `flow` the sign-in flow where there was one."""

    kind: Kind
    expected: str
    observed: str
    operation: str = OPERATION
    flow: str | None = None


class Untyped(Exception):
    """A failed assertion that does not compare an observed value with a documented one: a fault of the suite."""


def judge(comparisons: list[FailedComparison], journal: Journal, declared: Kind | None = None) -> Divergence:
    """The divergence behind a failed assertion, which is one comparison: `assert observed == documented`.

    Its kind is the one that the claim declares, else the one of the observed value; a server fault is a crash
    whatever the claim is about. Nothing is guessed: raises Untyped for an assertion of any other form."""
    if len(comparisons) != 1:
        raise Untyped("the assertion is not one comparison")
    (comparison,) = comparisons
    seen, documented = comparison.left, comparison.right
    if comparison.operator != "==":
        raise Untyped(f"the assertion compares by `{comparison.operator}`")
    if not isinstance(seen, Observed):
        raise Untyped(f"the left side of the assertion is a {type(seen).__name__}, which is not an observed value")
    if isinstance(documented, Observed) and type(documented) is not type(seen):
        raise Untyped("both sides of the assertion are observed values, of different types")
    expected, observed = seen.beside(documented)
    kind = seen.kind_beside(documented)
    if declared is not None and kind is not Kind.CRASH:
        kind = declared
    return Divergence(kind, journal.anonymous(expected), journal.anonymous(observed), seen.operation, seen.flow)
