"""`cognito-conformance baseline update|prune|check`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from conformance.aws_cli import baselines as program_baselines
from conformance.bindings import clients
from conformance.cli.run import judge, judging
from conformance.console import Terminal
from conformance.contract import ledger
from conformance.errors import BadInput, Inconclusive
from conformance.run import catalogue
from conformance.run.options import TIERS
from conformance.run.run import Run
from conformance.verdict.baseline import DIRECTORY, UNEXPLAINED, Baseline, load, path_of, updated, write


@click.group()
def baseline() -> None:
    """Keep a target's known divergences true."""


@baseline.command()
@judging
@click.pass_context
def update(ctx: click.Context, /, **options: Any) -> None:
    """Run the target and rewrite its baseline: reasons are kept, fixed entries go, new ones ask for a reason."""
    path, done = _run_for_baseline(ctx, options)
    mended = updated(done.settings.baseline, list(done.results.values()), done.version or "unknown")
    _write(mended, path, done)
    unexplained = [entry for entry in mended.entries if entry.reason == UNEXPLAINED]
    click.echo(f"{path}: {len(mended.entries)} divergences, {len(unexplained)} without a reason")
    for entry in unexplained:
        click.echo(f"  write a reason for {entry.title}: {entry.observed}")


@baseline.command()
@judging
@click.pass_context
def prune(ctx: click.Context, /, **options: Any) -> None:
    """Run the target and take out the entries that no longer hold, adding none."""
    path, done = _run_for_baseline(ctx, options)
    gone = [stale.entry for stale in done.stale]
    kept = tuple(entry for entry in done.settings.baseline.entries if entry not in gone)
    _write(Baseline(kept), path, done)
    click.echo(f"{path}: {len(kept)} divergences kept, {len(gone)} taken out")
    for stale in done.stale:
        click.echo(f"  {stale.state}: {stale.entry.title}: {stale.detail}")


def _write(mended: Baseline, path: Path, done: Run) -> None:
    """The target's part goes to its file, that of the programs to theirs."""
    book = ledger.load_all()
    write(program_baselines.without(mended, book), path, done.settings.target.name)
    for file in program_baselines.write(mended, book, done.settings.bindings):
        click.echo(f"{file}: what is known of the program")


def _run_for_baseline(ctx: click.Context, options: Mapping[str, Any]) -> tuple[Path, Run]:
    """Run with every binding that is installed and every tier, unless the caller said otherwise.

    Writes nothing. Raises BadInput where no baseline is named, Inconclusive where the run was not conclusive."""
    usual = {"bindings": ",".join(clients()), "tier": TIERS[-1]}
    chosen = {
        name: value
        for name, value in usual.items()
        if ctx.get_parameter_source(name) == click.core.ParameterSource.DEFAULT
    }
    name, target = options["baseline"], options["target"] or "moto"
    if name == "none" or (name is None and options["endpoint_url"]):
        raise BadInput("name the baseline to mend with --baseline FILE")
    path = Path(name) if name else path_of(target)
    if name and not path.exists():
        if not path.parent.is_dir():
            raise BadInput(f"--baseline {name}: there is no directory {path.parent}")
        chosen["baseline"] = "none"
    done = judge(Terminal(stderr=True), {**options, **chosen})
    if done.exit_code > 1:
        raise Inconclusive("the run was not conclusive: the baseline is left as it is")
    return path, done


@baseline.command()
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
def check(files: Sequence[Path]) -> None:
    """Check baselines without running anything: form, claims, scenarios, reasons. Default: all that are shipped."""
    names = {scenario.name for scenario in catalogue.scenarios()}
    for path in files or sorted(DIRECTORY.glob("*.toml")):
        entries = load(path, ledger.load_all(), names).entries
        unexplained = [entry.title for entry in entries if entry.reason == UNEXPLAINED]
        if unexplained:
            raise BadInput(f"baseline {path}: write a reason for {'; '.join(unexplained)}")
        click.echo(f"{path}: {len(entries)} divergences, each with a reason")
