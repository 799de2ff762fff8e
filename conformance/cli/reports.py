"""`cognito-conformance diff`, `merge` and `issue`: what can be done with JSON reports."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import click
from rich.text import Text

from conformance.console import Terminal, check_writable
from conformance.report import issue as issues
from conformance.report.comparison import Move, Moved, differences, merged, remarks
from conformance.report.document import read, save
from conformance.report.findings import counted

_FILE = click.Path(path_type=Path)
_COLOURS = {Move.BROKE: "red", Move.CHANGED: "yellow", Move.FIXED: "green"}


@click.command()
@click.argument("old", type=_FILE)
@click.argument("new", type=_FILE)
@click.pass_context
def diff(ctx: click.Context, old: Path, new: Path) -> None:
    """Compare two JSON reports: what broke, changed, appeared, vanished and was fixed, by cause.

    Exit code 1: something broke; 2: the reports cannot be compared."""
    before, after = read(old), read(new)
    found = differences(before, after)
    console = Terminal()
    for remark in remarks(before, after):
        console.print(Text(remark, "dim"))
    for move in Move:
        moved = [one for one in found if one.move == move]
        if moved:
            number = sum(len(one.results) for one in moved)
            console.print(Text(f"\n{counted(number, 'result')} {move}", _COLOURS.get(move, "bold")))
            for one in moved:
                console.print(_line(one), soft_wrap=True)
    broke = [one for one in found if one.move == Move.BROKE]
    console.print(Text("" if found else "no result moved"))
    ctx.exit(1 if broke else 0)


def _line(moved: Moved) -> Text:
    result = moved.shown
    claims = len({(after or before).claim for before, after in moved.results if after or before})  # type: ignore[union-attr]
    line = f"{result.observed}; documented: {result.expected}" if result.kind else result.reason or ""
    if moved.move == Move.CHANGED:
        verdicts = Counter(str(before.verdict) for before, _ in moved.results if before)
        line += f" (was {', '.join(f'{count} {name}' for name, count in verdicts.items())})"
    where = f"{result.operation}{f' by {result.flow}' if result.flow else ''}: " if result.operation else ""
    counts = f"{counted(len(moved.results), 'result'):>11} {counted(claims, 'claim'):>10}"
    text = f"  {result.kind or result.verdict:<12} {counts}"
    first = moved.results[0][1] or moved.results[0][0]
    return Text(f"{text}  {where}{line}\n{'':27}first: {first.id if first else ''}")


@click.command()
@click.argument("files", nargs=-1, required=True, type=_FILE)
@click.option("--json", "file", type=_FILE, required=True, metavar="FILE", help="Where the whole report is written.")
def merge(files: Sequence[Path], file: Path) -> None:
    """Put the JSON reports of the shares of one run (run --shard I/N) together."""
    check_writable(file)
    report = merged(files)
    save(report, file)
    click.echo(f"{file}: {counted(len(report['results']), 'result')}, {counted(len(report['causes']), 'cause')}")


@click.command()
@click.argument("result", metavar="RESULT-ID")
@click.option("--json", "file", type=_FILE, required=True, metavar="FILE", help="The report that has the result.")
def issue(result: str, file: Path) -> None:
    """Print the text of an issue about a divergence, or about a cause by its id, for the target's tracker."""
    click.echo(issues.text(read(file), result), nl=False)
