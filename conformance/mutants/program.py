"""The command `cognito-conformance mutants`: try every mutant, print who caught it."""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn
from rich.table import Table

from conformance import bindings, ledger, output
from conformance.mutants import faults, hostile
from conformance.mutants.hostile import Finding
from conformance.mutants.trial import Outcome, digest, try_hostile, try_out
from conformance.program_baselines import TOPIC
from conformance.report import Terminal
from conformance.verdicts import BadInput

CAUGHT = ("as meant", "in part", "by others", "survived")


@dataclass(frozen=True)
class Matrix:
    """What became of the mutants and hostile services; `unbroken` are the testable claims that no mutant broke."""

    outcomes: Sequence[Outcome]
    findings: Sequence[Finding]
    unbroken: Sequence[str]
    every_binding: bool

    @property
    def failures(self) -> list[str]:
        """What keeps the suite from being proved, a line each."""
        survivors = [f"{o.mutant} survived" for o in self.outcomes if o.caught == "survived"]
        unseen = [
            f"{o.mutant} is not seen through {', '.join(sorted(o.unseen))}"
            for o in self.outcomes
            if self.every_binding and o.unseen and o.caught != "survived"
        ]
        unbroken = [f"{claim} is broken by no mutant" for claim in self.unbroken]
        odd = [f"{f.hostile}: exit code {f.exit_code}, {f.verdicts}" for f in self.findings if not f.as_meant]
        return [*survivors, *unseen, *unbroken, *odd]


@click.command()
@click.option("--json", "json_file", type=click.Path(path_type=Path), metavar="FILE", help="Write the matrix as JSON.")
@click.option("-n", "workers", type=click.IntRange(1), default=2, show_default=True, help="Try so many at once.")
@click.option("-k", "expression", metavar="EXPR", help="Only those with such a word in name or claims; a or b.")
@click.option(
    "--bindings",
    "chosen",
    default="wire",
    show_default=True,
    help="With several, each must catch each mutant that it can see.",
)
@click.pass_context
def mutants(ctx: click.Context, json_file: Path | None, workers: int, expression: str | None, chosen: str) -> None:
    """Break the reference in one way at a time: does the suite notice?

    An interrupted run is taken up where it ended. Exit code 0: every mutant was caught, and every testable claim is
    broken by one; 1: not so; 2: bad input."""
    output.check(json_file)
    asked = tuple(chosen.split(","))
    if set(asked) - set(bindings.NAMES):
        raise BadInput(f"--bindings {chosen!r}: choose some of {','.join(bindings.NAMES)}")
    names = chosen_names(expression)
    enemies = [name for name in hostile.catalogue() if expression is None or _matches(expression, name, ())]
    console = Terminal()
    state = Path(tempfile.gettempdir()) / f"cognito-conformance-mutants-{digest(expression or '', *asked)}.jsonl"
    outcomes, findings = _tried(console, names, enemies, workers, asked, state)
    found = matrix(outcomes, findings, complete=expression is None, every_binding=len(asked) > 1)
    state.unlink(missing_ok=True)
    if json_file is not None:
        json_file.write_text(f"{json.dumps(document(found), indent=1)}\n", encoding="utf-8")
    show(console, found)
    ctx.exit(1 if found.failures else 0)


def chosen_names(expression: str | None) -> list[str]:
    """The mutants that `-k` means.

    Raises BadInput where it means none."""
    every = faults.catalogue()
    names = [name for name, one in every.items() if expression is None or _matches(expression, name, one.claims)]
    enemies = [name for name in hostile.catalogue() if expression is not None and _matches(expression, name, ())]
    if not names and not enemies:
        raise BadInput(f"-k {expression!r} is in no mutant's name and in no claim that one must be caught by")
    return names


def _matches(expression: str, name: str, claims: Collection[str]) -> bool:
    return any(word.strip() in text for word in expression.split(" or ") for text in (name, *claims))


def breakable() -> list[str]:
    """The testable claims about a target; those about a command-line program are broken by tests/cli_mutants.py."""
    claims = ledger.load_all().claims.values()
    return [claim.id for claim in claims if claim.state == "testable" and claim.topic != TOPIC]


def matrix(outcomes: Sequence[Outcome], findings: Sequence[Finding], *, complete: bool, every_binding: bool) -> Matrix:
    """The matrix of these outcomes; only a complete one can tell which claims nothing breaks."""
    broken = {claim for outcome in outcomes for claim in outcome.claims}
    unbroken = [claim for claim in breakable() if complete and claim not in broken]
    order = {name: number for number, name in enumerate(faults.catalogue())}
    ordered = sorted(outcomes, key=lambda outcome: order[outcome.mutant])
    return Matrix(ordered, sorted(findings, key=lambda finding: finding.hostile), unbroken, every_binding)


def document(found: Matrix) -> dict[str, object]:
    """The matrix as JSON."""
    every = faults.catalogue()
    return {
        "format": 1,
        "summary": Counter(outcome.caught for outcome in found.outcomes),
        "mutants": [
            {"intent": every[o.mutant].intent, "claims": every[o.mutant].claims, "caught": o.caught, **asdict(o)}
            for o in found.outcomes
        ],
        "hostile": [asdict(finding) for finding in found.findings],
        "unbroken": list(found.unbroken),
        "failures": found.failures,
    }


def _tried(
    console: Console, names: Sequence[str], enemies: Sequence[str], workers: int, asked: tuple[str, ...], state: Path
) -> tuple[list[Outcome], list[Finding]]:
    # Refreshed by hand: a thread that draws must not be there when processes are forked.
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TextColumn("{task.completed}"))
    outcomes: list[Outcome] = []
    findings: list[Finding] = []
    with Progress(
        *columns, console=console, transient=True, auto_refresh=False, disable=not console.is_terminal
    ) as bar:
        task = bar.add_task("mutants", total=len(names) + len(enemies))
        for outcome in try_out(names, workers, asked, state):
            outcomes.append(outcome)
            bar.update(task, advance=1, refresh=True)
        for finding in try_hostile(enemies, workers):
            findings.append(finding)
            bar.update(task, advance=1, refresh=True)
    return outcomes, findings


def show(console: Console, found: Matrix) -> None:
    """Print the matrix: a row for each claim that mutants are meant to break, then all that is not as meant."""
    every = faults.catalogue()
    table = Table(box=None, pad_edge=False, header_style="")
    for title in ("claim", "its mutants", "it caught"):
        table.add_column(title, justify="left" if title == "claim" else "right")
    meant: Counter[str] = Counter()
    caught: Counter[str] = Counter()
    for outcome in found.outcomes:
        meant.update(every[outcome.mutant].claims)
        caught.update(outcome.claims & set(every[outcome.mutant].claims))
    for claim in ledger.load_all().claims:
        if claim in meant:
            table.add_row(claim, str(meant[claim]), str(caught[claim]))
    if found.outcomes:
        console.print(table)
    counts = Counter(outcome.caught for outcome in found.outcomes)
    for outcome in found.outcomes:
        if outcome.caught in ("in part", "by others"):
            console.print(
                f"caught {outcome.caught}: {outcome.mutant}; missed by {', '.join(outcome.missed)}", soft_wrap=True
            )
    if found.findings:
        fine = sum(finding.as_meant for finding in found.findings)
        console.print(f"\n{len(found.findings)} hostile services: {fine} judged as meant")
    total = ", ".join(f"{counts[how]} {how}" for how in CAUGHT)
    console.print(f"\n{len(found.outcomes)} mutants: {total}")
    for line in found.failures:
        console.print(line, style="red", soft_wrap=True)
