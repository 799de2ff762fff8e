"""Results: the verdict on one scenario with one binding, and the counts over all of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from conformance.verdict.journal import Exchange
from conformance.verdict.verdicts import Kind, Verdict


@dataclass(frozen=True)
class Result:
    """One scenario over one binding.

    `id` is stable across runs and machines, and selects just this result with `-k`. `kind`, `expected` and `observed`
    are set for a divergence, `reason` for a verdict that says nothing about the target, `known` where the baseline has
    the divergence, `fault` where the suite itself failed, `script` where AWS CLI commands show the same by hand.
    `operation` and `flow` are those whose answer diverged, `blocked_by` the claim or operation that stands in the way,
    `cause` the id of the cause that explains it (verdict/causes.py), known once the run is over.
    """

    id: str
    claim: str
    scenario: str
    binding: str
    parameters: str
    provenance: str
    verdict: Verdict
    kind: Kind | None = None
    known: bool = False
    expected: str | None = None
    observed: str | None = None
    reason: str | None = None
    fault: bool = False
    operation: str | None = None
    flow: str | None = None
    blocked_by: str | None = None
    cause: str | None = None
    seconds: float = 0.0
    exchange: tuple[Exchange, ...] = ()
    script: tuple[str, ...] = ()

    @property
    def where(self) -> str:
        """Binding and parameters, as the id has them in brackets."""
        return self.id.partition("[")[2].removesuffix("]")

    def as_json(self) -> dict[str, Any]:
        """The result as the JSON report has it (schemas/results.schema.json)."""
        document = dict(vars(self))
        # Plain strings: execnet, which carries results between processes, knows no enums.
        document["verdict"], document["kind"] = str(self.verdict), str(self.kind) if self.kind else None
        document["script"] = list(self.script)
        document["exchange"] = [step.as_json() for step in self.exchange]
        return document

    @classmethod
    def of_json(cls, document: Mapping[str, Any]) -> Result:
        """The result that `as_json` wrote."""
        return cls(
            **{
                **document,
                "verdict": Verdict(document["verdict"]),
                "kind": Kind(document["kind"]) if document["kind"] else None,
                "script": tuple(document["script"]),
                "exchange": tuple(Exchange(**step) for step in document["exchange"]),
            }
        )


@dataclass(frozen=True)
class Tally:
    """How many results had which verdict."""

    counts: Mapping[Verdict, int]

    @classmethod
    def of(cls, results: Iterable[Result]) -> Tally:
        """The tally of these results."""
        return cls(Counter(result.verdict for result in results))

    def __getitem__(self, verdict: Verdict) -> int:
        return self.counts.get(verdict, 0)

    @property
    def total(self) -> int:
        """All results."""
        return sum(self.counts.values())

    @property
    def judged(self) -> int:
        """The results that say something about the target."""
        return self[Verdict.CONFORMS] + self[Verdict.DIVERGES]

    @property
    def conformity(self) -> float | None:
        """conforms / (conforms + diverges), None where nothing was judged."""
        return self[Verdict.CONFORMS] / self.judged if self.judged else None

    @property
    def coverage(self) -> float | None:
        """(conforms + diverges) / all, None where there is nothing."""
        return self.judged / self.total if self.total else None
