"""`cognito-conformance baseline update|prune|check`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from conformance.aws_cli import baselines as programs
from conformance.aws_cli import discovery
from conformance.bindings import clients
from conformance.cli.run import judge, judging
from conformance.console import Terminal
from conformance.contract import ledger
from conformance.contract.files import INSTALLED
from conformance.errors import BadInput, Inconclusive
from conformance.report.findings import counted
from conformance.run.options import TIERS
from conformance.run.run import Run
from conformance.target.definition import baseline_of
from conformance.verdict.baseline import DIRECTORY, UNEXPLAINED, Baseline, load
from conformance.verdict.baseline_update import pruned, updated, verify_place, write
from conformance.verdict.results import Result


@dataclass(frozen=True)
class Share:
    """The part of a run that one file is about: its baseline, its results, and the version that they are of."""

    path: Path
    title: str
    version: str
    before: Baseline
    results: Sequence[Result]


@click.group()
def baseline() -> None:
    """Keep a target's known divergences true."""


@baseline.command()
@judging
@click.pass_context
def update(ctx: click.Context, /, **options: Any) -> None:
    """Run the target and mend its baseline: reasons and comments stay, fixed entries go, new ones ask for a reason."""
    path, done = _run_for_baseline(ctx, options)
    for share in _shares(path, done):
        mended = updated(share.before, share.results, share.version, done.complete)
        _write(share, mended)
        unexplained = [entry for entry in mended.entries if entry.reason == UNEXPLAINED]
        for entry in unexplained:
            click.echo(f"  write a reason for {entry.title}")


@baseline.command()
@judging
@click.pass_context
def prune(ctx: click.Context, /, **options: Any) -> None:
    """Run the target and take out of its baseline what no longer holds, adding nothing."""
    if options["baseline"] not in (None, "none") and not Path(options["baseline"]).exists():
        raise BadInput(f"--baseline {options['baseline']}: there is no such file to prune")
    path, done = _run_for_baseline(ctx, options)
    for share in _shares(path, done):
        _write(share, pruned(share.before, share.results, done.complete))
    for stale in done.stale:
        click.echo(f"  {stale.text}")


def _write(share: Share, mended: Baseline) -> None:
    if mended.entries == share.before.entries and (share.path == share.before.path or not mended.entries):
        if share.before.entries:
            click.echo(f"{share.path}: nothing to change")
        return
    if write(mended, share.path, share.title):
        claims = {claim for entry in mended.entries for claim in entry.claims}
        click.echo(f"{share.path}: {counted(len(mended.entries), 'cause')}, {counted(len(claims), 'claim')}")
    else:
        click.echo(f"{share.path}: nothing to change")


def _shares(path: Path, done: Run) -> Iterator[Share]:
    """The target's part of a run, and that of each program, which has a file of its own.

    In an installed copy nothing can be added to the files of the programs: what is new there is not kept."""
    book = ledger.load_all()
    results = list(done.results.values())
    of_program = [result for result in results if book.claim(result.claim).topic == programs.TOPIC]
    names = {result.id for result in of_program}
    before = load(path, book) if path.exists() else Baseline(path=path)
    yield Share(
        path,
        done.settings.target.name,
        done.version or "unknown",
        before,
        [result for result in results if result.id not in names],
    )
    for name in done.settings.bindings:
        version = discovery.version(name) if name in discovery.NAMES else None
        if version is not None and INSTALLED is None:
            mine = [result for result in of_program if result.binding == name]
            yield Share(programs.path_of(version), f"AWS CLI {version}", version, programs.of_program(name, book), mine)


def _run_for_baseline(ctx: click.Context, options: Mapping[str, Any]) -> tuple[Path, Run]:
    """Run with every binding that is installed and every tier, unless the caller chose others.

    Writes nothing. Raises BadInput where no baseline is named, Inconclusive where the run was not conclusive."""
    usual = {"bindings": ",".join(clients()), "tier": TIERS[-1]}
    chosen = {
        name: value
        for name, value in usual.items()
        if ctx.get_parameter_source(name) == click.core.ParameterSource.DEFAULT
    }
    name, target = options["baseline"], options["target"] or "moto"
    if name == "none" or (name is None and (options["endpoint_url"] or target.endswith(".toml"))):
        raise BadInput("name the baseline to mend with --baseline FILE")
    path = Path(name) if name else baseline_of(target)
    verify_place(path)
    if not path.exists():
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
    """Check baselines without running anything: form, claims, reasons. Default: all that are shipped."""
    for path in files or sorted(DIRECTORY.glob("*.toml")):
        entries = load(path, ledger.load_all()).entries
        unexplained = [entry.title for entry in entries if entry.reason == UNEXPLAINED]
        if unexplained:
            raise BadInput(f"baseline {path}: write a reason for {'; '.join(unexplained)}")
        click.echo(f"{path}: {counted(len(entries), 'cause')}, each with a reason")
