"""Precision: every claim against every mutant. A claim that diverges is declared by the mutant, or accuses falsely."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from conformance.mutants.faults import catalogue as faults
from conformance.mutants.matrix import breakable
from conformance.mutants.runner import Accusation, Batch, Trial, run_batch
from conformance.mutants.trials import warm
from conformance.run import catalogue
from conformance.run.catalogue import SCENARIOS

BINDINGS = ("sdk", "wire")
# The share of all accusations that has to be declared.
ENOUGH = 0.98


@dataclass(frozen=True)
class PrecisionResult:
    """A mutant and the claims that diverge: `declared` ones must kill it or are its true consequences."""

    mutant: str
    declared: tuple[Accusation, ...]
    false: tuple[Accusation, ...]
    seconds: float


@dataclass(frozen=True)
class Precision:
    """The results of all mutants that were tried, and what they add up to."""

    results: Sequence[PrecisionResult]

    @property
    def accused(self) -> int:
        """How many claims diverged, counted once a mutant."""
        return sum(len(result.declared) + len(result.false) for result in self.results)

    @property
    def declared(self) -> int:
        """How many of these the mutants declare."""
        return sum(len(result.declared) for result in self.results)

    @property
    def share(self) -> float:
        """The share that is declared, 1.0 where nothing was accused."""
        return self.declared / self.accused if self.accused else 1.0

    @property
    def enough(self) -> bool:
        """Whether the share is what it has to be."""
        return self.share >= ENOUGH

    def document(self) -> dict[str, Any]:
        """The precision as JSON (schemas/mutants.schema.json)."""
        return {
            "accused": self.accused,
            "declared": self.declared,
            "share": round(self.share, 4),
            "enough": ENOUGH,
            "mutants": [asdict(result) for result in self.results],
        }


def measure(names: Sequence[str], workers: int, parts: int = 1) -> Iterator[PrecisionResult]:
    """Yield, for each of these mutants, every claim that diverges when one scenario of each claim is run.

    With `parts` a mutant meets one part of the claims, and the next mutant the next part."""
    warm()
    pairs = _pairs()
    trials = {name: Trial(faults()[name].plant, pairs[number % parts :: parts]) for number, name in enumerate(names)}
    batch = Batch(trials, [str(SCENARIOS / "cognito")], BINDINGS, one_row=True)
    for name, accusations, seconds in run_batch(batch, workers):
        one = faults()[name]
        meant = {*one.claims, *one.also}
        yield PrecisionResult(
            name,
            tuple(accusation for accusation in accusations if accusation.claim in meant),
            tuple(accusation for accusation in accusations if accusation.claim not in meant),
            round(seconds, 1),
        )


def in_order(results: Sequence[PrecisionResult]) -> Precision:
    """The precision of these results, in the order of the catalogue."""
    order = {name: number for number, name in enumerate(faults())}
    return Precision(sorted(results, key=lambda result: order[result.mutant]))


def _pairs() -> list[str]:
    """Each claim about a target once, with the first binding that can express it."""
    pairs = []
    for claim in breakable():
        able = {binding for scenario in catalogue.of_claim(claim) for binding in scenario.bindings}
        pairs += [f"{claim}|{binding}" for binding in BINDINGS if binding in able][:1]
    return pairs
