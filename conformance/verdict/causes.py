"""Causes: the results that one behaviour of a target explains."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from conformance.verdict.results import Result
from conformance.verdict.verdicts import Kind, Verdict

# What a cause may consist of, in the order in which causes are shown.
EXPLAINED = (Verdict.DIVERGES, Verdict.BLOCKED, Verdict.UNSUPPORTED)

Key = tuple[Kind | Verdict, str | None, str | None, str | None, str | None]


@dataclass(frozen=True)
class Cause:
    """Results that share operation, flow, expectation and observation, whichever binding sent the request.

    `kind` is None where nothing diverges: the results are blocked, or the operation under test is not there.
    A blocked result belongs to the cause of the claim that stands in its way, if that claim diverges."""

    id: str
    kind: Kind | None
    operation: str | None
    flow: str | None
    expected: str | None
    observed: str | None
    results: tuple[Result, ...]

    @property
    def claims(self) -> tuple[str, ...]:
        """The claims of its results, each once."""
        return tuple(sorted({result.claim for result in self.results}))

    @property
    def verdict(self) -> Verdict:
        """The gravest verdict among its results."""
        return next(verdict for verdict in EXPLAINED if any(r.verdict == verdict for r in self.results))

    @property
    def divergences(self) -> tuple[Result, ...]:
        """The results that diverge."""
        return tuple(result for result in self.results if result.verdict == Verdict.DIVERGES)

    @property
    def new(self) -> tuple[Result, ...]:
        """The divergences that the baseline does not have."""
        return tuple(result for result in self.divergences if not result.known)

    @property
    def known(self) -> bool:
        """Whether something diverges, and the baseline has all of it."""
        return bool(self.divergences) and not self.new

    def as_json(self) -> dict[str, Any]:
        """The cause as the JSON report has it (schemas/results.schema.json)."""
        return {
            "id": self.id,
            "verdict": str(self.verdict),
            "kind": str(self.kind) if self.kind else None,
            "operation": self.operation,
            "flow": self.flow,
            "expected": self.expected,
            "observed": self.observed,
            "results": len(self.results),
            "claims": list(self.claims),
            "known": self.known,
            "new": len(self.new),
        }


def causes(results: Iterable[Result]) -> list[Cause]:
    """The causes behind these results: the most serious kind first, the largest first within a kind."""
    ordered = sorted(results, key=lambda result: result.id)
    groups: dict[Key, list[Result]] = {}
    for result in ordered:
        if result.verdict == Verdict.DIVERGES:
            groups.setdefault(key(result), []).append(result)
    obstacles = _by_claim(groups)
    for result in ordered:
        if result.verdict in (Verdict.BLOCKED, Verdict.UNSUPPORTED):
            groups.setdefault(_obstacle(result, obstacles) or key(result), []).append(result)
    return sorted((_cause(one, group) for one, group in groups.items()), key=_order)


def key(result: Result) -> Key:
    """What a result shares with the others of its cause."""
    if result.verdict == Verdict.DIVERGES:
        assert result.kind is not None
        return result.kind, result.operation, result.flow, result.expected, result.observed
    return result.verdict, result.blocked_by, result.flow, None, result.reason


def with_causes(results: Iterable[Result], found: Iterable[Cause]) -> list[Result]:
    """The results, each with the id of its cause."""
    of = {result.id: cause.id for cause in found for result in cause.results}
    return [replace(result, cause=of.get(result.id)) for result in results]


def _by_claim(groups: Mapping[Key, Sequence[Result]]) -> dict[str, list[Key]]:
    """The causes of each claim that diverges, the one with most results of the claim first."""
    counts: dict[str, dict[Key, int]] = {}
    for one, group in groups.items():
        for result in group:
            of_claim = counts.setdefault(result.claim, {})
            of_claim[one] = of_claim.get(one, 0) + 1
    return {claim: sorted(of_claim, key=lambda one: (-of_claim[one], _id(one))) for claim, of_claim in counts.items()}


def _obstacle(result: Result, obstacles: Mapping[str, list[Key]]) -> Key | None:
    """The cause that blocks a result: one of the claim in its way, of the same flow if there is one."""
    found = obstacles.get(result.blocked_by or "", [])
    return next((one for one in found if one[2] == result.flow), found[0] if found else None)


def _cause(one: Key, group: Sequence[Result]) -> Cause:
    kind, operation, flow, expected, observed = one
    shown = kind if isinstance(kind, Kind) else None
    return Cause(_id(one), shown, operation, flow, expected, observed, tuple(group))


def _id(one: Key) -> str:
    """An id that is the same in every run and on every machine."""
    return f"{one[0]}-{hashlib.sha256(json.dumps(one).encode()).hexdigest()[:8]}"


def _order(cause: Cause) -> tuple[int, int, int, str]:
    severity = cause.kind.severity if cause.kind else len(Kind)
    return EXPLAINED.index(cause.verdict), severity, -len(cause.results), cause.id
