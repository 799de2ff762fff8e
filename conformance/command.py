"""The command line: `cognito-conformance run`, `claims`, `targets`, `baseline`, `mutants`."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import redirect_stderr
from pathlib import Path
from typing import Any, TypeVar

import click
import pytest
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn
from rich.table import Table

from conformance import (
    baseline,
    catalogue,
    command_line,
    help_page,
    ledger,
    program_baselines,
    programs,
    settings,
    targets,
)
from conformance.bindings import NAMES
from conformance.cli_client import AwsCliMissing
from conformance.data import SCENARIOS
from conformance.document import clients
from conformance.ledger import UnknownClaim
from conformance.mutants import faults
from conformance.mutants.program import mutants
from conformance.plugin import RUN
from conformance.report import head, scenarios_of, statements, summary, table, verdict_line
from conformance.runs import Run
from conformance.service import silence
from conformance.verdicts import BadInput, Inconclusive

F = TypeVar("F", bound=Callable[..., Any])


class SuiteFault(Exception):
    """pytest itself, or the collection of the scenarios, failed. Exit code 4."""


class Program(click.Group):
    """Bad input is one line and exit code 2, an endpoint that does not answer one line and exit code 3."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (BadInput, UnknownClaim) as problem:
            _complain(str(problem))
            ctx.exit(2)
        except Inconclusive as problem:
            _complain(str(problem))
            ctx.exit(3)
        except SuiteFault as fault:
            click.echo(f"{fault}\ncognito-conformance: the suite itself failed: please report this", err=True)
            ctx.exit(4)


def _complain(line: str) -> None:
    click.echo(f"cognito-conformance: {' '.join(line.split())}", err=True)


@click.group(cls=Program, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="cognito-conformance")
def main() -> None:
    """Judge any endpoint against what Amazon Cognito documents for AdminSetUserPassword."""


main.add_command(mutants)


def _judging(command: F) -> F:
    """The options that say what is judged, shared by every command that runs scenarios."""
    for option in reversed(
        [
            click.argument("target", required=False),
            click.option("--endpoint-url", metavar="URL", help="Judge the endpoint at this URL."),
            click.option(
                "--bindings", default=settings.DEFAULT_BINDINGS, show_default=True, help=f"Some of {','.join(NAMES)}."
            ),
            click.option("--tier", default=settings.TIERS[0], show_default=True, help=" | ".join(settings.TIERS)),
            click.option(
                "--baseline",
                "baseline_name",
                metavar="FILE|none",
                help="Known divergences [default: the target's own].",
            ),
            click.option(
                "--stateful-examples",
                "examples",
                type=int,
                default=settings.EXAMPLES,
                show_default=True,
                metavar="N",
                help="Take so many random walks through the lifecycle.",
            ),
            click.option("--seed", type=int, default=settings.SEED, show_default=True, help="Which walks those are."),
            click.option(
                "--state",
                type=click.Path(path_type=Path),
                metavar="FILE",
                help="Set up now what expires, keep it in FILE, and judge it when FILE is given again.",
            ),
            click.option("-n", "workers", metavar="WORKERS", default="0", help="Run in so many processes at once."),
            click.option(
                "-k", "expression", metavar="EXPR", help="Only what matches: claim, topic, scenario, id; and, or, not."
            ),
        ]
    ):
        command = option(command)
    return command


@main.command()
@_judging
@click.option("--json", "json_file", type=click.Path(path_type=Path), metavar="FILE", help="Write the results as JSON.")
@click.option(
    "--junit", "junit_file", type=click.Path(path_type=Path), metavar="FILE", help="Write the results as JUnit XML."
)
@click.option(
    "--html", "html_file", type=click.Path(path_type=Path), metavar="FILE", help="Write the report as one HTML page."
)
@click.pass_context
def run(
    ctx: click.Context, /, json_file: Path | None, junit_file: Path | None, html_file: Path | None, **asked: Any
) -> None:
    """Judge TARGET (default: moto, embedded), statement by statement.

    Exit code 0: nothing beyond the baseline; 1: a divergence beyond it, or an entry of it that no longer holds;
    2: bad input; 3: inconclusive; 4: a fault of the suite itself."""
    files = {"json": json_file, "junit": junit_file, "html": html_file}
    settings.check_writable(*files.values())
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 120)
    done = judge(console, **asked, extra=[f"--{name}={file.absolute()}" for name, file in files.items() if file])
    console.print(statements(done))
    console.print()
    console.print(table(done))
    console.print(summary(done), soft_wrap=True)
    console.print(verdict_line(done), soft_wrap=True)
    ctx.exit(done.exit_code)


def judge(
    console: Console,
    *,
    target: str | None = None,
    endpoint_url: str | None = None,
    bindings: str = settings.DEFAULT_BINDINGS,
    tier: str = settings.TIERS[0],
    baseline_name: str | None = None,
    examples: int = settings.EXAMPLES,
    seed: int = settings.SEED,
    state: Path | None = None,
    workers: str = "0",
    expression: str | None = None,
    extra: Sequence[str] = (),
) -> Run:
    """Run the scenarios that these options choose, and show how far they are.

    Raises BadInput, and Inconclusive where the endpoint does not answer at all."""
    checked = settings.check(target, endpoint_url, bindings, tier, baseline_name, examples, seed, state)
    if not (workers.isdigit() or workers in ("auto", "logical")):
        raise BadInput(f"-n {workers!r}: give a number of processes, or auto")
    if checked.target.url is not None:
        _reach(checked.target)
    console.print(head(checked, clients(checked.bindings)))
    arguments = [
        str(SCENARIOS),
        f"--rootdir={SCENARIOS}",
        f"--config-file={SCENARIOS / 'pytest.ini'}",
        "-p",
        "conformance.plugin",
        "-p",
        "no:terminal",
        "-p",
        "no:cacheprovider",
        f"--bindings={bindings}",
        f"--tier={tier}",
        f"--stateful-examples={examples}",
        f"--seed={seed}",
        *([f"--target={target}"] if target else []),
        *([f"--endpoint-url={endpoint_url}"] if endpoint_url else []),
        *([f"--baseline={baseline_name}"] if baseline_name else []),
        *([f"--state={state.absolute()}"] if state else []),
        *(["-k", expression] if expression else []),
        *(["-p", "xdist.plugin", f"-n{workers}"] if workers != "0" else []),
        *extra,
    ]
    # Another plugin that happens to be installed has no say in a verdict, and neither has PYTEST_ADDOPTS.
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    os.environ.pop("PYTEST_ADDOPTS", None)
    watcher = _Watcher(console)
    with watcher.progress, redirect_stderr(io.StringIO()) as complaints:
        code = pytest.main(arguments, plugins=[watcher])
    if code == pytest.ExitCode.USAGE_ERROR and complaints.getvalue():
        raise BadInput(complaints.getvalue().strip().removeprefix("ERROR: "))
    done = watcher.run
    if done is None or watcher.failures or code == pytest.ExitCode.INTERNAL_ERROR:
        raise SuiteFault("\n".join(watcher.failures) or f"pytest ended with {code!r}")
    if code == pytest.ExitCode.INTERRUPTED:
        raise click.Abort
    if done.problem is not None:
        raise BadInput(done.problem)
    if not done.results:
        raise BadInput(
            f"-k {expression!r} chooses no scenario of {bindings}; cognito-conformance claims lists what there is"
        )
    return done


def _reach(target: targets.Target) -> None:
    with target.running() as endpoint:
        problem = silence(endpoint)
    if problem is not None:
        raise Inconclusive(f"{target.url} cannot be judged: {problem}; is a Cognito service listening there?")


class _Watcher:
    """Shows progress on a terminal, and takes the run out of pytest."""

    def __init__(self, console: Console) -> None:
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            TaskProgressColumn(),
            TextColumn("{task.completed} of {task.total}"),
        )
        # Refreshed by hand: pytest captures the output of whatever runs while a scenario does.
        self.progress = Progress(
            *columns, console=console, transient=True, auto_refresh=False, disable=not console.is_terminal
        )
        self.run: Run | None = None
        self.failures: list[str] = []
        self._console = console
        self._task = self.progress.add_task("judging", total=None)
        self._quarter = 0

    def pytest_configure(self, config: pytest.Config) -> None:
        self.run = config.stash.get(RUN, None)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.failures.append(str(report.longrepr))

    def pytest_internalerror(self, excrepr: object) -> bool:
        self.failures.append(str(excrepr))
        return True

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        if session.items:
            self.progress.update(self._task, total=len(session.items))

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, ids: Sequence[str]) -> None:
        self.progress.update(self._task, total=len(ids))

    @pytest.hookimpl(trylast=True)
    def pytest_runtest_logreport(self) -> None:
        assert self.run is not None
        done, total = len(self.run.results), self.progress.tasks[0].total
        self.progress.update(self._task, completed=done, refresh=True)
        if self.progress.disable and total and done * 4 // int(total) > self._quarter:
            self._quarter = done * 4 // int(total)
            if self._quarter < 4:
                self._console.print(f"{self._quarter * 25} % judged ({done} of {int(total)})")


@main.command()
@click.argument("claim_id", metavar="[ID]", required=False)
@click.option(
    "--state", type=click.Choice(["testable", "pending", "untestable"]), help="Only the claims in this state."
)
def claims(claim_id: str | None, state: str | None) -> None:
    """Print the ledger; with ID: wording, provenance, source, scenarios and mutants of one claim."""
    book = ledger.load_all()
    if claim_id is None:
        topic = ""
        for claim in book.claims.values():
            if state in (None, claim.state):
                if claim.topic != topic:
                    topic = claim.topic
                    click.secho(f"\n{topic}", bold=True)
                note = "" if claim.state == "testable" else f" [{claim.state}]"
                click.echo(f"  {claim.id}{note}\n      {claim.text}")
        return
    claim = book.claim(claim_id)
    rows = {
        "claim": claim.id,
        "says": claim.text,
        "topic": claim.topic,
        "state": f"{claim.state}" + (f": {claim.reason}" if claim.reason else ""),
        "tier": claim.tier if claim.state == "testable" else "none: it is not asserted",
        "provenance": f"{claim.provenance}, confidence {claim.confidence}",
        "reading": claim.reading,
        "contradicted by": claim.contradicted_by,
        "source": "\n".join(claim.sources),
        "note": claim.source_note,
        "scenarios": "\n".join(scenarios_of(claim)),
        "mutants": "\n".join(one.name for one in faults.catalogue().values() if claim.id in one.claims),
        "judge it": f"cognito-conformance run -k {claim.id}" if claim.state == "testable" else None,
    }
    for name, value in rows.items():
        for number, line in enumerate((value or "").splitlines()):
            click.echo(f"{name if number == 0 else '':<16}{line}")


@main.command()
def options() -> None:
    """Print the options of the command by edition: the page of 2023-12, and the help of each AWS CLI installed here."""
    columns: dict[str, set[str]] = {}
    for name in programs.NAMES:
        try:
            columns[name] = set(command_line.help_options(name))
        except AwsCliMissing as missing:
            click.echo(missing)
    page, listed = "2023-12", help_page.options()
    grid = Table("option", "claim", page, *(f"{name} {programs.version(name)}" for name in columns), box=None)
    unlisted = sorted(set().union(*columns.values()) - {option.name for option in listed})
    for option in [*listed, *(help_page.Option(name, "in no ledger", ()) for name in unlisted)]:
        shown = [page in option.shown, *(option.name in names for names in columns.values())]
        style = "" if all(shown) else "yellow"
        grid.add_row(option.name, option.claim, *("yes" if there else "no" for there in shown), style=style)
    Console(highlight=False, width=None if sys.stdout.isatty() else 120).print(grid)


@main.command("targets")
def list_targets() -> None:
    """Print what can be judged here, and what is missing."""
    for name, title in targets.known_targets().items():
        try:
            version = targets.resolve(name, None).version
            state = f"ready, version {version}" if version else "ready"
        except BadInput as problem:
            state = str(problem)
        path = baseline.path_of(name)
        entries = (
            f"{len(baseline.load(path, ledger.load_all()).entries)} known divergences"
            if path.exists()
            else "no baseline"
        )
        click.echo(f"{name}\n  {title}\n  {state}; {entries}")
    click.echo("any other\n  cognito-conformance run --endpoint-url URL")
    found = clients()
    for name in NAMES:
        click.echo(f"binding {name}: {found.get(name) or f'not installed: {programs.remedy(name)}'}")


@main.group("baseline")
def baselines() -> None:
    """Keep a target's known divergences true."""


@baselines.command()
@_judging
@click.pass_context
def update(ctx: click.Context, /, **asked: Any) -> None:
    """Run the target and rewrite its baseline: reasons are kept, fixed entries go, new ones ask for a reason."""
    path, done = _run_for_baseline(ctx, asked)
    mended = baseline.updated(done.settings.baseline, list(done.results.values()), done.version or "unknown")
    _write(mended, path, done)
    unexplained = [entry for entry in mended.entries if entry.reason == baseline.UNEXPLAINED]
    click.echo(f"{path}: {len(mended.entries)} divergences, {len(unexplained)} without a reason")
    for entry in unexplained:
        click.echo(f"  write a reason for {entry.title}: {entry.observed}")


@baselines.command()
@_judging
@click.pass_context
def prune(ctx: click.Context, /, **asked: Any) -> None:
    """Run the target and take out the entries that no longer hold, adding none."""
    path, done = _run_for_baseline(ctx, asked)
    gone = [stale.entry for stale in done.stale]
    kept = tuple(entry for entry in done.settings.baseline.entries if entry not in gone)
    _write(baseline.Baseline(kept), path, done)
    click.echo(f"{path}: {len(kept)} divergences kept, {len(gone)} taken out")
    for stale in done.stale:
        click.echo(f"  {stale.state}: {stale.entry.title}: {stale.detail}")


def _write(mended: baseline.Baseline, path: Path, done: Run) -> None:
    """The target's part goes to its file, that of the programs to theirs."""
    book = ledger.load_all()
    baseline.write(program_baselines.without(mended, book), path, done.settings.target.name)
    for file in program_baselines.write(mended, book, done.settings.bindings):
        click.echo(f"{file}: what is known of the program")


def _run_for_baseline(ctx: click.Context, asked: dict[str, Any]) -> tuple[Path, Run]:
    """Run with every binding that is installed and every tier, unless the caller said otherwise."""
    given = ctx.get_parameter_source
    if given("bindings") == click.core.ParameterSource.DEFAULT:
        found = clients()
        asked["bindings"] = ",".join(name for name in NAMES if name in found)
    if given("tier") == click.core.ParameterSource.DEFAULT:
        asked["tier"] = settings.TIERS[-1]
    name = asked["baseline_name"]
    if name == "none" or (name is None and asked["endpoint_url"]):
        raise BadInput("name the baseline to mend with --baseline FILE")
    path = Path(name) if name else baseline.path_of(asked["target"] or "moto")
    if name and not path.exists():
        baseline.write(baseline.Baseline(), path, asked["target"] or "the endpoint")
    done = judge(Console(highlight=False, stderr=True), **asked)
    if done.exit_code > 1:
        raise Inconclusive("the run was not conclusive: the baseline is left as it is")
    return path, done


@baselines.command()
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
def check(files: Sequence[Path]) -> None:
    """Check baselines without running anything: form, claims, scenarios, reasons. Default: all that are shipped."""
    names = {scenario.name for scenario in catalogue.scenarios()}
    for path in files or sorted(baseline.DIRECTORY.glob("*.toml")):
        entries = baseline.load(path, ledger.load_all(), names).entries
        unexplained = [entry.title for entry in entries if entry.reason == baseline.UNEXPLAINED]
        if unexplained:
            raise BadInput(f"baseline {path}: write a reason for {'; '.join(unexplained)}")
        click.echo(f"{path}: {len(entries)} divergences, each with a reason")


@main.command("sdk-gate", add_help_option=False, context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def sdk_gate(arguments: Sequence[str]) -> None:
    """Compare two versions of boto3 or the AWS CLI: what changed, for whom, and may it merge."""
    # This process has loaded boto3; the gate, which compares others, is one that has not.
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, "-P", "-m", "conformance.gate", *arguments])
