"""The command `cognito-conformance mutants`: try every mutant, print who caught it."""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from collections.abc import Collection, Sequence
from itertools import groupby
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from conformance import bindings
from conformance.aws_cli import discovery
from conformance.console import Terminal, check_writable, named
from conformance.contract import ledger
from conformance.errors import BadInput
from conformance.mutants import faults, hostile
from conformance.mutants.hostile import HostileResult
from conformance.mutants.matrix import Cell, Matrix, matrix
from conformance.mutants.trials import CAUGHT, TrialResult, digest, remembered, try_hostile, try_out


@click.command()
@click.option("--json", "json_file", type=click.Path(path_type=Path), metavar="FILE", help="Write the matrix as JSON.")
@click.option("-n", "workers", type=click.IntRange(1), default=2, show_default=True, help="Try so many at once.")
@click.option("-k", "expression", metavar="EXPR", help="Only those with such a word in name or claims; a or b.")
@click.option(
    "--bindings",
    "chosen",
    metavar="NAMES",
    help="Each must catch each mutant that it can see (default: sdk,wire, and cli where it is installed).",
)
@click.pass_context
def mutants(
    ctx: click.Context, json_file: Path | None, workers: int, expression: str | None, chosen: str | None
) -> None:
    """Break the reference in one way at a time: does the suite notice?

    An interrupted run is taken up where it ended. Exit code 0: every mutant was caught by the claims that must, and
    every testable claim is broken by one; 1: not so; 2: bad input."""
    check_writable(json_file)
    asked = chosen_bindings(chosen)
    names = chosen_names(expression)
    enemies = [name for name in hostile.catalogue() if expression is None or _matches(expression, name, ())]
    console = Terminal()
    state = Path(tempfile.gettempdir()) / f"cognito-conformance-mutants-{digest(expression or '', *asked)}.jsonl"
    console.print(_head(names, enemies, asked, len(remembered(state))))
    outcomes, findings = _tried(console, names, enemies, workers, asked, state)
    found = matrix(outcomes, findings, complete=expression is None)
    state.unlink(missing_ok=True)
    if json_file is not None:
        json_file.write_text(f"{json.dumps(found.document(), indent=1)}\n", encoding="utf-8")
    show(console, found)
    ctx.exit(1 if found.failures else 0)


def chosen_bindings(names: str | None) -> tuple[str, ...]:
    """The bindings that `--bindings` means.

    Raises BadInput for one that there is not, or that is not installed."""
    if names is None:
        return ("sdk", "wire", "cli") if discovery.version("cli") else ("sdk", "wire")
    asked = tuple(dict.fromkeys(names.split(",")))
    if set(asked) - set(bindings.NAMES):
        raise BadInput(f"--bindings {names!r}: choose some of {','.join(bindings.NAMES)}")
    for name in asked:
        if name in discovery.NAMES and discovery.version(name) is None:
            raise BadInput(f"--bindings {names!r}: {name} is not installed: {discovery.remedy(name)}")
    return asked


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


def _tried(
    console: Console, names: Sequence[str], enemies: Sequence[str], workers: int, asked: tuple[str, ...], state: Path
) -> tuple[list[TrialResult], list[HostileResult]]:
    columns = (BarColumn(), MofNCompleteColumn(), TextColumn("in"), TimeElapsedColumn(), TimeRemainingColumn())
    outcomes: list[TrialResult] = []
    findings: list[HostileResult] = []
    # Refreshed by hand: a thread that draws must not be there when processes are forked.
    with Progress(
        *columns,
        TextColumn("left"),
        console=console,
        transient=True,
        auto_refresh=False,
        disable=not console.is_terminal,
    ) as bar:
        task = bar.add_task("", total=len(names) + len(enemies))
        bar.refresh()
        for outcome in try_out(names, workers, asked, state):
            outcomes.append(outcome)
            bar.update(task, advance=1, refresh=True)
        for finding in try_hostile(enemies, workers):
            findings.append(finding)
            bar.update(task, advance=1, refresh=True)
    return outcomes, findings


def _head(names: Sequence[str], enemies: Sequence[str], asked: Sequence[str], known: int) -> Table:
    clients = bindings.clients(asked)
    rows = {
        "target": f"the reference with one fault at a time, {len(names)} in all; {len(enemies)} hostile services",
        "bindings": ", ".join(f"{name} ({clients[name]})" for name in asked),
    }
    rows |= {"taken up": f"{known} mutants were tried by a run that was interrupted"} if known else {}
    return named(rows)


def show(console: Console, found: Matrix) -> None:
    """Print the matrix: mutants caught by each claim over each binding, what is not as meant, and the sums."""
    if found.outcomes:
        console.print()
        console.print(_table(found))
    counts = Counter(outcome.caught for outcome in found.outcomes)
    sums = ", ".join(f"{counts[how]} {how}" for how in CAUGHT if counts[how])
    console.print()
    if found.outcomes:
        console.print(f"{len(found.outcomes)} mutants: {sums}")
    if found.findings:
        fine = sum(finding.as_meant for finding in found.findings)
        console.print(f"{len(found.findings)} hostile services: {fine} judged as meant")
    if not found.failures:
        console.print("\nnothing is missed", style="bold green")
        return
    console.print(f"\n{len(found.failures)} failures", style="bold red")
    for line in found.failures:
        console.print(f"  {line}", soft_wrap=True)


def _table(found: Matrix) -> Table:
    every = ledger.load_all().claims
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    table.add_column("mutants caught by", no_wrap=True)
    for binding in found.bindings:
        table.add_column(binding, justify="right")
    for topic, claims in groupby(found.rows, key=lambda claim: every[claim].topic):
        table.add_row(Text(f"\n{topic}", "bold"))
        for claim in claims:
            cells = found.rows[claim]
            missed = any(cell.missed for cell in cells.values())
            mark = Text.assemble("  ", ("✗", "red") if missed else ("✓", "green"), f" {claim}")
            table.add_row(mark, *(_shown(cells.get(binding)) for binding in found.bindings))
    return table


def _shown(cell: Cell | None) -> Text:
    if cell is None:
        return Text()
    caught = len(cell.mutants) - len(cell.missed)
    return Text(f"{caught} of {len(cell.mutants)}", "red" if cell.missed else "")
