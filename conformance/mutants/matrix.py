"""The kill matrix: which claims kill which mutants with which bindings, and what is missed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from importlib.metadata import version
from typing import Any

from conformance import bindings
from conformance.aws_cli.baselines import TOPIC
from conformance.bindings import clients
from conformance.contract import ledger
from conformance.mutants import faults, hostile
from conformance.mutants.hostile import HostileResult
from conformance.mutants.trials import OUTCOMES, TrialResult


@dataclass(frozen=True)
class Cell:
    """The mutants that a claim must kill with a binding, and those of them that it missed."""

    mutants: tuple[str, ...]
    missed: tuple[str, ...]


@dataclass(frozen=True)
class Matrix:
    """What became of the mutants and hostile services; `idle` are the testable claims that kill no mutant."""

    outcomes: Sequence[TrialResult]
    findings: Sequence[HostileResult]
    idle: Sequence[str]

    @property
    def failures(self) -> list[str]:
        """What keeps the suite from being proved, a line each."""
        survivors = [f"{o.mutant} survived" for o in self.outcomes if not o.killed_by]
        missed = [
            f"{o.mutant} is missed by {', '.join(o.missed_by)}" for o in self.outcomes if o.killed_by and o.missed_by
        ]
        idle = [f"{claim} kills no mutant" for claim in self.idle]
        odd = [f"{f.hostile}: exit code {f.exit_code}, {f.verdicts}" for f in self.findings if not f.as_meant]
        return [*survivors, *missed, *idle, *odd]

    @cached_property
    def rows(self) -> dict[str, dict[str, Cell]]:
        """The cells by claim and binding, in the order of the ledger; without claims that need kill no mutant here."""
        every = faults.catalogue()
        found: dict[str, dict[str, list[tuple[str, bool]]]] = {}
        for outcome in self.outcomes:
            for pair in (*outcome.killed_by, *outcome.missed_by):
                claim, _, binding = pair.partition("|")
                if claim in every[outcome.mutant].claims:
                    cells = found.setdefault(claim, {}).setdefault(binding, [])
                    cells.append((outcome.mutant, pair in outcome.missed_by))
        return {
            claim: {binding: _cell(found[claim][binding]) for binding in bindings.NAMES if binding in found[claim]}
            for claim in ledger.load_all().claims
            if claim in found
        }

    @property
    def bindings(self) -> list[str]:
        """The bindings that have a cell."""
        return [name for name in bindings.NAMES if any(name in cells for cells in self.rows.values())]

    def document(self, precision: dict[str, Any] | None = None) -> dict[str, Any]:
        """The matrix as JSON (schemas/mutants.schema.json), with the precision where it was measured."""
        every, enemies = faults.catalogue(), hostile.catalogue()
        counts = Counter(result.outcome for result in self.outcomes)
        return {
            "format": 2,
            "suite": {"name": "cognito-conformance", "version": version("cognito-conformance")},
            "clients": clients(self.bindings),
            "summary": {
                "mutants": {how: counts[how] for how in OUTCOMES},
                "hostile": {
                    "as meant": sum(f.as_meant for f in self.findings),
                    "otherwise": sum(not f.as_meant for f in self.findings),
                },
                "claims": {"killing": len({c for o in self.outcomes for c in o.claims}), "idle": len(self.idle)},
            },
            "mutants": [
                {
                    **asdict(o),
                    "intent": every[o.mutant].intent,
                    "claims": every[o.mutant].claims,
                    "also": every[o.mutant].also,
                    "hidden_by": every[o.mutant].hidden_by,
                    "outcome": o.outcome,
                }
                for o in self.outcomes
            ],
            "claims": [
                {"claim": claim, "bindings": {binding: asdict(cell) for binding, cell in cells.items()}}
                for claim, cells in self.rows.items()
            ],
            "hostile": [
                {
                    **asdict(f),
                    "intent": enemies[f.hostile].intent,
                    "meant": {
                        "exit_code": enemies[f.hostile].exit_code,
                        "verdicts": sorted(enemies[f.hostile].verdicts),
                    },
                }
                for f in self.findings
            ],
            "idle": list(self.idle),
            "failures": self.failures,
            "precision": precision,
        }


def matrix(outcomes: Iterable[TrialResult], findings: Iterable[HostileResult], *, complete: bool) -> Matrix:
    """The matrix of these outcomes; only a complete run can tell which claims kill nothing."""
    order = {name: number for number, name in enumerate(faults.catalogue())}
    ordered = sorted(outcomes, key=lambda outcome: order[outcome.mutant])
    killing = {claim for outcome in ordered for claim in outcome.claims}
    idle = [claim for claim in breakable() if complete and claim not in killing]
    return Matrix(ordered, sorted(findings, key=lambda finding: finding.hostile), idle)


def breakable() -> list[str]:
    """The testable claims about a target; those about a command-line program are broken by tests/cli_mutants.py."""
    claims = ledger.load_all().claims.values()
    return [claim.id for claim in claims if claim.state == "testable" and claim.topic != TOPIC]


def _cell(tried: Sequence[tuple[str, bool]]) -> Cell:
    return Cell(tuple(name for name, _ in tried), tuple(name for name, missed in tried if missed))
