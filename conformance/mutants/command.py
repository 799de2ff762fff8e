"""The command `cognito-conformance mutants`: try every mutant, print which claims killed it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from typing import Any

import click
import platformdirs
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
from conformance.mutants.precision import Precision, in_order, measure
from conformance.mutants.trials import OUTCOMES, TrialResult, digest, remembered, try_hostile, try_mutants
from conformance.process.workplace import forget_made


@click.command()
@click.option("--json", "json_file", type=click.Path(path_type=Path), metavar="FILE", help="Write the matrix as JSON.")
@click.option("-n", "workers", type=click.IntRange(1), default=2, show_default=True, help="Try so many at once.")
@click.option("-k", "expression", metavar="EXPR", help="Only those with such a word in name or claims; a or b.")
@click.option(
    "--bindings",
    "chosen",
    metavar="NAMES",
    help="Each must kill each mutant that it can see (default: sdk,wire, and cli where it is installed).",
)
@click.option(
    "--precision",
    "precisely",
    is_flag=True,
    help="Run every claim against every mutant instead: which claims accuse what they should not?",
)
@click.pass_context
def mutants(
    ctx: click.Context,
    json_file: Path | None,
    workers: int,
    expression: str | None,
    chosen: str | None,
    precisely: bool,
) -> None:
    """Break the reference in one way at a time: does the suite notice?

    Prints the kill matrix. Exit code 0: every mutant was killed by every claim listed for it, with every binding that
    can see it, and every testable claim killed at least one mutant; 1: not so; 2: bad input. An interrupted run is
    taken up where it ended.

    With --precision one scenario of every claim is run against every mutant. Exit code 0: at least 98 % of the claims
    that diverged are declared by the mutant, as its killers or its true consequences; 1: not so."""
    check_writable(json_file)
    ctx.call_on_close(forget_made)
    asked = chosen_bindings(chosen)
    names = chosen_names(expression)
    console = Terminal()
    if precisely:
        found = _measured(console, names, workers)
        _write(json_file, matrix([], [], complete=False).document(found.document()))
        show_precision(console, found)
        ctx.exit(0 if found.enough else 1)
    enemies = [name for name in hostile.catalogue() if expression is None or _matches(expression, name, ())]
    cache = platformdirs.user_cache_path("cognito-conformance", ensure_exists=True)
    state = cache / f"mutants-{digest(expression or '', *asked)}.jsonl"
    console.print(_head(names, enemies, asked, len(remembered(state))))
    kills = matrix(*_tried(console, names, enemies, workers, asked, state), complete=expression is None)
    state.unlink(missing_ok=True)
    _write(json_file, kills.document())
    show(console, kills)
    ctx.exit(1 if kills.failures else 0)


def _write(file: Path | None, document: Mapping[str, Any]) -> None:
    if file is not None:
        file.write_text(f"{json.dumps(document, indent=1)}\n", encoding="utf-8")


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
        raise BadInput(f"-k {expression!r} is in no mutant's name and in no claim that must kill one")
    return names


def _matches(expression: str, name: str, claims: Collection[str]) -> bool:
    return any(word.strip() in text for word in expression.split(" or ") for text in (name, *claims))


@contextmanager
def _progress(console: Console, total: int) -> Iterator[Callable[[], None]]:
    """Show a bar, and yield what moves it on; it draws by itself never, since a thread must not be there at a fork."""
    columns = (BarColumn(), MofNCompleteColumn(), TextColumn("in"), TimeElapsedColumn(), TimeRemainingColumn())
    with Progress(
        *columns,
        TextColumn("left"),
        console=console,
        transient=True,
        auto_refresh=False,
        disable=not console.is_terminal,
    ) as bar:
        task = bar.add_task("", total=total)
        bar.refresh()
        yield lambda: bar.update(task, advance=1, refresh=True)


def _tried(
    console: Console, names: Sequence[str], enemies: Sequence[str], workers: int, asked: tuple[str, ...], state: Path
) -> tuple[list[TrialResult], list[HostileResult]]:
    outcomes: list[TrialResult] = []
    findings: list[HostileResult] = []
    with _progress(console, len(names) + len(enemies)) as advance:
        for outcome in try_mutants(names, workers, asked, state):
            outcomes.append(outcome)
            advance()
        for finding in try_hostile(enemies, workers):
            findings.append(finding)
            advance()
    return outcomes, findings


def _measured(console: Console, names: Sequence[str], workers: int) -> Precision:
    console.print(named({"target": f"the reference with one fault at a time, {len(names)} in all"}))
    results = []
    with _progress(console, len(names)) as advance:
        for result in measure(names, workers):
            results.append(result)
            advance()
    return in_order(results)


def show_precision(console: Console, found: Precision) -> None:
    """Print, for each mutant, the claims that diverged: how many it declares, and each that it does not."""
    console.print()
    for result in found.results:
        if result.false:
            killers = ", ".join(sorted({accusation.claim for accusation in result.declared})) or "nobody"
            console.print(f"[bold]{result.mutant}[/] (declared: {killers})", soft_wrap=True)
        for accusation in result.false:
            text = f"  {accusation.claim}: expected {accusation.expected}, observed {accusation.observed}"
            console.print(text, markup=False, soft_wrap=True)
    style = "bold green" if found.enough else "bold red"
    console.print(f"{found.declared} of {found.accused} accused claims are declared ({found.share:.1%})", style=style)


def _head(names: Sequence[str], enemies: Sequence[str], asked: Sequence[str], known: int) -> Table:
    clients = bindings.clients(asked)
    rows = {
        "target": f"the reference with one fault at a time, {len(names)} in all; {len(enemies)} hostile services",
        "bindings": ", ".join(f"{name} ({clients[name]})" for name in asked),
    }
    rows |= {"taken up": f"{known} mutants were tried by a run that was interrupted"} if known else {}
    return named(rows)


def show(console: Console, found: Matrix) -> None:
    """Print the matrix: how many mutants each claim killed with each binding, what differs from it, and the sums."""
    if found.outcomes:
        console.print()
        console.print(_table(found))
    counts = Counter(result.outcome for result in found.outcomes)
    sums = ", ".join(f"{counts[how]} {how}" for how in OUTCOMES if counts[how])
    console.print()
    if found.outcomes:
        console.print(f"{len(found.outcomes)} mutants: {sums}")
    if found.findings:
        fine = sum(finding.as_meant for finding in found.findings)
        console.print(f"{len(found.findings)} hostile services: {fine} judged as they must be")
    if not found.failures:
        console.print("\nnothing is missed", style="bold green")
        return
    console.print(f"\n{len(found.failures)} failures", style="bold red")
    for line in found.failures:
        console.print(f"  {line}", soft_wrap=True)


def _table(found: Matrix) -> Table:
    every = ledger.load_all().claims
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    table.add_column("mutants killed by", no_wrap=True)
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
    killed = len(cell.mutants) - len(cell.missed)
    return Text(f"{killed} of {len(cell.mutants)}", "red" if cell.missed else "")
