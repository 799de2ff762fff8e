"""`cognito-conformance matrix`: several targets side by side."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
from rich.table import Table
from rich.text import Text

from conformance.cli.run import with_options
from conformance.console import Terminal, check_writable
from conformance.errors import BadInput, Inconclusive
from conformance.report import document
from conformance.report import matrix as matrices
from conformance.report.findings import counted, percent
from conformance.run.options import OPTIONS

_FILE = click.Path(path_type=Path)
_PASSED_ON = [option for option in OPTIONS if option.name in ("--bindings", "--tier", "-n", "-k")]


@click.command()
@click.argument("sources", nargs=-1, required=True, metavar="TARGET|FILE.json...")
@with_options(_PASSED_ON)
@click.option("--html", "html", type=_FILE, metavar="FILE", help="Write the matrix as one HTML page.")
@click.option("--json", "json_file", type=_FILE, metavar="FILE", help="Write the matrix as JSON.")
@click.option(
    "--markdown",
    "markdown",
    type=_FILE,
    metavar="FILE",
    help="Write the matrix as Markdown: the file, or between its markers.",
)
@click.option("--badge", type=_FILE, metavar="FILE", help="Write the first target's badge, as shields.io reads it.")
@click.option("--since", type=_FILE, metavar="FILE", help="An earlier matrix, as --json wrote it: tell what moved.")
def matrix(
    sources: Sequence[str],
    html: Path | None,
    json_file: Path | None,
    markdown: Path | None,
    badge: Path | None,
    since: Path | None,
    **options: Any,
) -> None:
    """Judge several targets, or read the JSON reports of runs, and show them side by side.

    Exit code 3: a target could not be judged."""
    check_writable(html, json_file, markdown, badge)
    earlier = matrices.read(since) if since else None
    reports = [_report(source, options) for source in sources]
    found = matrices.build(reports, earlier)
    for file, text in (
        (html, matrices.html(found)),
        (json_file, json.dumps(found, indent=1, ensure_ascii=False) + "\n"),
        (markdown, matrices.put_between_markers(matrices.markdown(found), markdown) if markdown else ""),
        (badge, json.dumps(matrices.badge(found)) + "\n"),
    ):
        if file is not None:
            _write(file, text)
    _print(found)


def _write(file: Path, text: str) -> None:
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise BadInput(f"{file} cannot be written: {error.strerror}") from None


def _report(source: str, options: dict[str, Any]) -> dict[str, Any]:
    """The report in a file, or of a run of a target, in a process of its own."""
    if source.endswith(".json"):
        return document.read(Path(source))
    with tempfile.TemporaryDirectory(prefix="cognito-conformance-") as directory:
        file = Path(directory, "report.json")
        words = [f"{option.name}={options[option.dest]}" for option in _PASSED_ON if option.name.startswith("--")]
        words += [word for name in ("-n", "-k") if (value := options[_dest(name)]) for word in (name, str(value))]
        click.echo(f"{source} is judged", err=True)
        command = [sys.executable, "-P", "-m", "conformance", "run", *words, f"--json={file}", "--", source]
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        if not file.exists():
            lines = (done.stderr.strip() or done.stdout.strip()).splitlines()[-1:]
            problem = (lines or [f"exit code {done.returncode}"])[0].removeprefix("cognito-conformance: ")
            raise (BadInput if done.returncode == 2 else Inconclusive)(f"{source} could not be judged: {problem}")
        return document.read(file)


def _dest(name: str) -> str:
    return next(option.dest for option in _PASSED_ON if option.name == name)


def _print(found: dict[str, Any]) -> None:
    console = Terminal()
    grid = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    grid.add_column("target")
    for heading in ("conformity", "coverage", "causes", "judged on"):
        grid.add_column(heading, justify="right")
    for target in found["targets"]:
        name = f"{target['name']} {target['version'] or ''}".strip()
        figures = (percent(target["conformity"]), percent(target["coverage"]), str(target["causes"]))
        grid.add_row(Text(name), *figures, target["started"][:10])
    console.print(grid)
    for group in found["shared"][:5]:
        console.print(
            Text(f"{' and '.join(group['targets'])} share faults at {counted(len(group['claims']), 'claim')}")
        )
    if found["unanimous"]:
        console.print(Text(f"every emulator disagrees with the documentation about {', '.join(found['unanimous'])}"))
    for target in found.get("since", {"targets": []})["targets"]:
        broke, fixed = (", ".join(target[name]) or "nothing" for name in ("broke", "fixed"))
        console.print(Text(f"{target['name']} since: broke {broke}; fixed {fixed}"))
