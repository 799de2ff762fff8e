"""`cognito-conformance run`, and how every command runs the scenarios."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Sequence
from contextlib import redirect_stderr
from pathlib import Path
from typing import Any, TypeVar

import click
import pytest
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskProgressColumn, TextColumn

from conformance.bindings import NAMES
from conformance.console import Terminal, check_writable
from conformance.errors import BadInput, Inconclusive
from conformance.plugin import RUN
from conformance.report.document import clients
from conformance.report.terminal import head, statements, summary, table, verdict_line
from conformance.run import settings
from conformance.run.catalogue import SCENARIOS
from conformance.run.run import Run
from conformance.target import definition
from conformance.target.client import silence

F = TypeVar("F", bound=Callable[..., Any])


class SuiteFault(Exception):
    """pytest itself, or the collection of the scenarios, failed. Exit code 4."""


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


@click.command()
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
    check_writable(*files.values())
    console = Terminal()
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
        f"--config-file={SCENARIOS.parent / 'pytest.ini'}",
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
        try:
            code = pytest.main(arguments, plugins=[watcher])
        except OSError as fault:  # of all that pytest does only its reports are written outside of a scenario
            raise BadInput(f"a report cannot be written: {fault}") from None
    if code == pytest.ExitCode.USAGE_ERROR and complaints.getvalue():
        raise BadInput(complaints.getvalue().strip().removeprefix("ERROR: "))
    if watcher.unheard:
        raise BrokenPipeError
    done = watcher.run
    if done is None or watcher.failures or code == pytest.ExitCode.INTERNAL_ERROR:
        raise SuiteFault("\n".join(watcher.failures) or f"pytest ended with {code!r}")
    if code == pytest.ExitCode.INTERRUPTED:
        raise KeyboardInterrupt
    if done.problem is not None:
        raise BadInput(done.problem)
    if not done.results:
        raise BadInput(
            f"-k {expression!r} chooses no scenario of {bindings}; cognito-conformance claims lists what there is"
        )
    return done


def _reach(target: definition.Target) -> None:
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
            MofNCompleteColumn(separator=" of "),  # the total is known once the scenarios are collected
        )
        # Refreshed by hand: pytest captures the output of whatever runs while a scenario does.
        self.progress = Progress(
            *columns, console=console, transient=True, auto_refresh=False, disable=not console.is_terminal
        )
        self.run: Run | None = None
        self.failures: list[str] = []
        self.unheard = False
        self._console = console
        self._task = self.progress.add_task("judging", total=None)
        self._quarter = 0

    def pytest_configure(self, config: pytest.Config) -> None:
        self.run = config.stash.get(RUN, None)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.failures.append(str(report.longrepr))

    def pytest_internalerror(self, excrepr: object, excinfo: pytest.ExceptionInfo[BaseException]) -> bool:
        self.unheard = excinfo.errisinstance(BrokenPipeError)
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
