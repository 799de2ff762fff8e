"""`cognito-conformance run`, and how every command runs the scenarios."""

from __future__ import annotations

import ast
import os
import re
import signal
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

import click
import pytest
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskProgressColumn, TextColumn

from conformance.bindings import clients
from conformance.cli import aws
from conformance.console import Terminal, check_writable
from conformance.errors import BadInput, Inconclusive, SuiteFault
from conformance.plugin import RESULTS_ONLY, RUN
from conformance.process import signals, workplace
from conformance.report.findings import counted
from conformance.report.terminal import details, head, statements, summary, table
from conformance.run.catalogue import SCENARIOS
from conformance.run.options import AWS_OPTIONS, OPTIONS, Option, words
from conformance.run.run import Run
from conformance.run.settings import Settings, verify_aws_environment
from conformance.target import client, definition
from conformance.target.client import Cognito, unusable_because
from conformance.target.leftovers import delete_left, left
from conformance.target.notes import Noted

F = TypeVar("F", bound=Callable[..., Any])
# No plugin but ours, and nothing of a checkout that the command may stand in.
PYTEST = (
    str(SCENARIOS),
    f"--rootdir={SCENARIOS}",
    f"--config-file={SCENARIOS.parent / 'pytest-run.ini'}",
    "--disable-plugin-autoload",
    *("-p", "conformance.plugin", "-p", "xdist.plugin", "-p", "no:terminal", "-p", "no:cacheprovider"),
    # It collects garbage ten times at the end, to find exceptions that Python prints in any case.
    *("-p", "no:unraisableexception"),
)
# After how long the wait for a first answer is mentioned.
_SILENT_SECONDS = 3.0
_MENTION_SECONDS = 30.0
# How long the progress that a terminal shows stays as it is.
_SHOWN_SECONDS = 0.1
# What a -k expression consists of: words, and as a syntax tree.
_WORD = re.compile(r"[\w:+\-.\[\]\\/]+")
_EXPRESSION = (ast.Expression, ast.BoolOp, ast.UnaryOp, ast.Not, ast.And, ast.Or, ast.Name, ast.Load)


def judging(command: F) -> F:
    """The argument TARGET and every option that says what is judged, for each command that runs scenarios."""
    return with_options([option for option in OPTIONS if not option.file])(
        click.argument("target", required=False)(command)
    )


def with_options(options: Sequence[Option]) -> Callable[[F], F]:
    def decorate(command: F) -> F:
        for option in reversed(options):
            shown = option.default is not None and option.name != "-n"
            kind = click.Path(path_type=Path) if option.type is Path else option.type
            command = click.option(
                option.name,
                option.dest,
                type=kind,
                is_flag=option.type is bool,
                default=option.default,
                metavar=option.metavar,
                help=f"{option.help[0].upper()}{option.help[1:]}.",
                show_default=shown,
            )(command)
        return command

    return decorate


@click.command()
@judging
@with_options([option for option in OPTIONS if option.file])
@with_options(AWS_OPTIONS)
@click.option("-v", "--verbose", is_flag=True, help="Explain every cause; show every claim, statement by statement.")
@click.pass_context
def run(ctx: click.Context, /, verbose: bool, **options: Any) -> None:
    """Judge TARGET (default: moto, embedded), statement by statement.

    Exit code 0: nothing beyond the baseline; 1: a divergence beyond it, or an entry of it that no longer holds;
    2: bad input; 3: inconclusive; 4: a fault of the suite itself."""
    check_writable(*(options[option.dest] for option in OPTIONS if option.file))
    console = Terminal()
    if options["target"] == "aws":
        target = aws.prepared(options)
        done = judge(console, options, target, aws.plugins(target))
    else:
        aws.check_unused(options)
        target, done = None, judge(console, options)
    console.print(summary(done))
    console.print()
    console.print(table(done))
    console.print(details(done, None) if verbose else details(done), soft_wrap=True)
    if verbose:
        console.print(statements(done))
    ctx.exit(done.exit_code if target is None else aws.ended(console, target, done))


def judge(
    console: Console,
    options: Mapping[str, Any],
    target: definition.Target | None = None,
    plugins: Sequence[object] = (),
    notices: Console | None = None,
) -> Run:
    """Run the scenarios that these options choose (by `dest`, run/options.py).

    `console` shows what is judged, `notices` how far that is: standard error, apart from the report, by default.
    `target` is judged in place of the one that the options name.

    It may be called again in the same process. Raises BadInput, Inconclusive where the endpoint does not answer at
    all, SuiteFault where pytest itself failed."""
    verify_aws_environment()
    settings = Settings.of(options, target)
    _check_expression(options.get("expression"))
    workers = options.get("workers") or "0"
    _check_workers(workers)
    notices = notices or Terminal(stderr=True)
    if settings.target.url is not None:
        _reach(notices, settings.target)
    console.print(head(settings, clients(settings.bindings), options.get("expression")))
    watcher = _Watcher(notices, target)
    with _nothing_left(notices, settings.target), watcher.progress, without_pytest_variables():
        try:
            code = pytest.main([*PYTEST, *words(options)], [watcher, *plugins])
        except OSError as fault:  # of all that pytest does only its reports are written outside of a scenario
            raise BadInput(f"a report cannot be written: {fault}") from None
    if watcher.complaint is not None:
        raise BadInput(watcher.complaint)
    if watcher.ended is not None:
        raise watcher.ended
    signals.check()
    if watcher.run is not None and watcher.run.unusable is not None:
        raise Inconclusive(f"{settings.target.url or settings.target.name} cannot be judged: {watcher.run.unusable}")
    if code == pytest.ExitCode.INTERRUPTED:
        raise KeyboardInterrupt
    done = watcher.run
    if done is None or watcher.failures or code == pytest.ExitCode.INTERNAL_ERROR:
        raise SuiteFault("\n".join(watcher.failures) or f"pytest ended with {code!r}")
    if done.problem is not None:
        raise BadInput(done.problem)
    if not done.results:
        raise BadInput(
            f"-k {options.get('expression')!r} chooses no scenario of {','.join(settings.bindings)}; "
            "cognito-conformance claims lists what there is"
        )
    return done


@contextmanager
def _nothing_left(notices: Console, target: definition.Target) -> Iterator[None]:
    """Delete what killed runs left at an endpoint that lives on, and afterwards what this one did not get to delete."""
    if target.url is None:
        yield
        return
    with target.running() as endpoint:
        service = Cognito(endpoint)
        found, rest = left(endpoint), delete_left(service)
        if deleted := [one for one in found if one not in rest]:
            notices.print(f"deleted {_counted(deleted)} that an earlier run left at {target.url}", soft_wrap=True)
        try:
            yield
        finally:
            if rest := delete_left(service):
                notices.print(
                    f"{_counted(rest)} could not be deleted: "
                    f"cognito-conformance sweep --endpoint-url {target.url} --older-than 0",
                    soft_wrap=True,
                )


def _counted(notes: Sequence[Noted]) -> str:
    numbers = Counter("pool" if one.kind == workplace.POOLS else "IAM user" for one in notes)
    return " and ".join(counted(number, noun) for noun, number in numbers.items())


@contextmanager
def without_pytest_variables() -> Iterator[None]:
    """Leave out PYTEST_ADDOPTS, PYTEST_PLUGINS and their like: what is installed or set here has no say in a verdict.

    They are put back afterwards; xdist's workers are started without them too."""
    kept = {name: os.environ.pop(name) for name in list(os.environ) if name.startswith("PYTEST_")}
    try:
        yield
    finally:
        os.environ |= kept


def _check_workers(workers: str) -> None:
    if workers in ("auto", "logical"):
        return
    if not workers.isdecimal():
        raise BadInput(f"-n {workers!r}: give a number of processes, or auto")
    most = max(8, 4 * (os.cpu_count() or 1))
    if int(workers) > most:
        raise BadInput(f"-n {workers}: this machine has {os.cpu_count()} processors, give at most {most}, or auto")


def _check_expression(expression: str | None) -> None:
    """Raise BadInput where a -k expression is malformed: and, or, not, parentheses and words are all that it takes."""
    if expression is None:
        return
    plain = _WORD.sub(lambda word: word[0] if word[0] in ("and", "or", "not") else "word", expression)
    try:
        nodes = list(ast.walk(ast.parse(plain.strip(), mode="eval")))
    except SyntaxError:
        nodes = []
    if not nodes or not all(isinstance(node, _EXPRESSION) for node in nodes):
        raise BadInput(f"-k {expression!r} is malformed: write words with and, or, not and parentheses")


def _reach(notices: Console, target: definition.Target) -> None:
    """Wait for a first answer, which may be slow: some emulators load the service only then."""
    notice = threading.Timer(_SILENT_SECONDS, notices.print, [f"waiting for a first answer of {target.url}"])
    notice.daemon = True
    notice.start()
    try:
        with target.running() as endpoint:
            problem = unusable_because(endpoint, client.FIRST_ANSWER_SECONDS)
    finally:
        notice.cancel()
    if problem is not None:
        raise Inconclusive(f"{target.url} cannot be judged: {problem}; is a Cognito service listening there?")


class _Watcher:
    """Shows progress on a terminal, and takes the run out of pytest."""

    def __init__(self, notices: Console, target: definition.Target | None) -> None:
        self.conformance_target = target  # the plugin looks for it
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            TaskProgressColumn(),
            MofNCompleteColumn(separator=" of "),  # the total is known once the scenarios are collected
        )
        # Refreshed by hand: pytest captures the output of whatever runs while a scenario does.
        self.progress = Progress(
            *columns, console=notices, transient=True, auto_refresh=False, disable=not notices.is_terminal
        )
        self.run: Run | None = None
        self.failures: list[str] = []
        self.ended: Exception | None = None
        self.complaint: str | None = None
        self._notices = notices
        self._task = self.progress.add_task("judging", total=None)
        self._quarter = 0
        self._mentioned = self._shown = time.monotonic()
        self._throttled = False
        self._workers: list[subprocess.Popen[bytes]] = []

    def pytest_configure(self, config: pytest.Config) -> None:
        self.run = config.stash.get(RUN, None)
        if self.run is not None:
            self.run.results_only = True

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Between processes each report is a message."""
        node.workerinput[RESULTS_ONLY] = True

    @pytest.hookimpl(wrapper=True)
    def pytest_cmdline_main(self) -> Generator[None, int | None, int | None]:
        """Keep what pytest would print as a usage error."""
        try:
            return (yield)
        except pytest.UsageError as complaint:
            self.complaint = str(complaint)
            return pytest.ExitCode.USAGE_ERROR

    def pytest_keyboard_interrupt(self) -> None:
        """Interrupt xdist's workers at once, who would only be asked after five seconds; they delete their pools."""
        for process in self._workers:
            with suppress(OSError):
                process.send_signal(signal.SIGINT)

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_newgateway(self, gateway: Any) -> None:
        process = getattr(gateway._io, "popen", None)
        if process is not None:
            self._workers.append(process)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.failures.append(str(report.longrepr))

    def pytest_internalerror(self, excrepr: object, excinfo: pytest.ExceptionInfo[BaseException]) -> bool:
        if isinstance(excinfo.value, (BrokenPipeError, BadInput)):  # our own output cannot be written
            self.ended = excinfo.value
        self.failures.append(str(excrepr))
        return True

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        if session.items:
            self._begin(len(session.items))

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, ids: Sequence[str]) -> None:
        self._begin(len(ids))

    def _begin(self, total: int) -> None:
        if self.progress.disable and self.progress.tasks[0].total is None:
            self._notices.print(f"0 % judged (0 of {total})")
        self.progress.update(self._task, total=total, refresh=True)

    @pytest.hookimpl(trylast=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        assert self.run is not None
        signals.check()
        self._mention_throttling(getattr(report, "throttled", 0))
        done, total = len(self.run.results), self.progress.tasks[0].total
        now = time.monotonic()
        late = now - self._shown > _SHOWN_SECONDS
        if late:
            self._shown = now
        self.progress.update(self._task, completed=done, refresh=late)
        if self.progress.disable and total and done < total:
            self._mention_progress(done, int(total))

    def _mention_progress(self, done: int, total: int) -> None:
        """Say how far the run is, at each quarter, and where that takes long, twice a minute."""
        late = time.monotonic() - self._mentioned > _MENTION_SECONDS
        if done * 4 // total > self._quarter or late:
            self._quarter, self._mentioned = done * 4 // total, time.monotonic()
            self._notices.print(f"{done * 100 // total} % judged ({done} of {total})")

    def _mention_throttling(self, requests: int) -> None:
        """Say once why the run is slow."""
        if requests and not self._throttled:
            self._throttled = True
            self._notices.print("the endpoint throttles: each request that it turns away is made again, after a while")
