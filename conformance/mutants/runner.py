"""The bench: pytest with the scenarios loaded, in a process that forks for each service that it is to judge."""

from __future__ import annotations

import gc
import os
import tempfile
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import cache, partial
from multiprocessing.connection import Connection, wait
from typing import Any

import pytest

from conformance.aws_cli import discovery
from conformance.aws_cli.client import AwsCliMissing
from conformance.contract.transitions import Row
from conformance.lifecycle.steps import Step
from conformance.mutants.mutant import FORK, Plant, serving
from conformance.plugin import RUN, binding_of, claim_of
from conformance.run.catalogue import SCENARIOS
from conformance.target.definition import INVENTED, REGION
from conformance.verdict.verdicts import Verdict


@dataclass(frozen=True)
class Case:
    """A faulty reference, and the pairs `claim|binding` that are asked of it."""

    plant: Plant
    wanted: Collection[str]


@dataclass(frozen=True)
class Docket:
    """What a bench has before it: cases by name, scenarios (files, or `file::name`), bindings, and routes to rows.

    Without routes the walks are those of a run."""

    cases: Mapping[str, Case]
    places: Sequence[str]
    bindings: Collection[str]
    routes: Mapping[Row, Sequence[Step]] | None = None


def judged(docket: Docket, workers: int) -> Iterator[tuple[str, set[str], float]]:
    """Each case by its name, as it is decided, with the pairs that diverge and the seconds it took; so many at once."""
    waiting = iter(docket.cases)
    busy: dict[Connection, tuple[str, float]] = {}
    with _sitting(docket, min(workers, len(docket.cases))) as idle:
        while True:
            while idle and (name := next(waiting, None)) is not None:
                bench = idle.pop()
                bench.send(name)
                busy[bench] = name, time.monotonic()
            if not busy:
                return
            for ready in wait(list(busy)):
                assert isinstance(ready, Connection)
                name, started = busy.pop(ready)
                yield name, said(ready), time.monotonic() - started
                idle.append(ready)


def said(pipe: Connection) -> Any:
    """What a process sent.

    Raises what it raised; RuntimeError where it ended without a word."""
    try:
        answer = pipe.recv()
    except EOFError:
        raise RuntimeError("a process of the trials ended without an answer") from None
    if isinstance(answer, Exception):
        raise answer
    return answer


def report(job: Callable[[], object], pipe: Connection) -> None:
    """Do a job in silence; send what comes of it, or what it raises."""
    with open(os.devnull, "w") as nothing:  # noqa: PTH123 - the descriptor is what counts
        os.dup2(nothing.fileno(), 1)
        os.dup2(nothing.fileno(), 2)
    try:
        pipe.send(job())
    except Exception as fault:  # whatever it is, the parent is to raise it
        pipe.send(RuntimeError(repr(fault)))


@contextmanager
def _sitting(docket: Docket, number: int) -> Iterator[list[Connection]]:
    benches: list[tuple[Connection, Any]] = []
    for _ in range(number):
        ours, theirs = FORK.Pipe()
        # A bench ends with its parent, once nobody else holds the parent's end of its connection.
        parents = [ours, *(end for end, _ in benches)]
        process = FORK.Process(target=report, args=(partial(_sit, docket, theirs, parents), theirs))
        process.start()
        theirs.close()
        benches.append((ours, process))
    try:
        yield [ours for ours, _ in benches]
    finally:
        for ours, process in benches:
            with suppress(BrokenPipeError):
                ours.send(None)
            process.join()
            ours.close()


def _sit(docket: Docket, pipe: Connection, parents: Sequence[Connection]) -> None:
    for end in parents:
        end.close()
    for name in [name for name in os.environ if name.startswith(("AWS_", "PYTEST_"))]:
        del os.environ[name]
    os.environ |= {
        "AWS_ACCESS_KEY_ID": str(INVENTED.access_key),
        "AWS_SECRET_ACCESS_KEY": str(INVENTED.secret_key),
        "AWS_DEFAULT_REGION": REGION,
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    }
    # What a trial leaves, since nothing is torn down in it, goes with the bench.
    with tempfile.TemporaryDirectory(prefix="cognito-conformance-") as tempfile.tempdir:
        code = pytest.main(
            [
                *docket.places,
                f"--rootdir={SCENARIOS}",
                f"--config-file={SCENARIOS.parent / 'pytest-run.ini'}",
                *("-p", "conformance.plugin", "-p", "no:terminal", "-p", "no:cacheprovider"),
                "--target=reference",
                f"--bindings={','.join(sorted(docket.bindings))}",
                "--tier=wording",
            ],
            plugins=[_Bench(docket, pipe)],
        )
    if code != pytest.ExitCode.OK:
        raise RuntimeError(f"the scenarios could not be loaded: pytest ended with {code!r}")


class _Bench:
    """Takes the place of pytest's loop: forks for each case that is called, until None is."""

    def __init__(self, docket: Docket, pipe: Connection) -> None:
        self._docket = docket
        self._pipe = pipe

    def pytest_configure(self, config: pytest.Config) -> None:
        """Ask for short tracebacks: nobody reads them, and a long one costs more than most scenarios."""
        config.option.tbstyle = "native"

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Have each case judged in a process that nothing was judged in before."""
        # Each AWS CLI is started once: one that has made no call can be used by forks.
        setattr(discovery, "start", cache(discovery.start))  # noqa: B010 - mypy takes no function for another
        for name in set(discovery.NAMES) & set(self._docket.bindings):
            with suppress(AwsCliMissing):
                discovery.start(name)
        gc.freeze()  # else a collection in a fork would touch, and so copy, every page that it shares with us
        while (name := self._pipe.recv()) is not None:
            job = partial(_decide, session, self._docket.cases[name], self._docket.routes)
            process = FORK.Process(target=report, args=(job, self._pipe))
            process.start()
            process.join()
            if process.exitcode:
                self._pipe.send(RuntimeError(f"the trial of {name} ended with exit code {process.exitcode}"))
        return True


def _decide(session: pytest.Session, case: Case, routes: Mapping[Row, Sequence[Step]] | None) -> set[str]:
    run = session.config.stash[RUN]
    divergences = _Divergences()
    session.config.pluginmanager.register(divergences)
    items = [item for item in session.items if _pair(item) in case.wanted]
    if routes is not None:
        routes = {row: steps for row, steps in routes.items() if f"{row.claim}|sdk" in case.wanted}
    with serving(case.plant) as url:
        run.settings = replace(run.settings, target=replace(run.settings.target, url=url), routes=routes)
        for item in items:
            if _pair(item) not in divergences.pairs:
                # What belongs to the session is never torn down: the service ends with this process.
                item.ihook.pytest_runtest_protocol(item=item, nextitem=items[-1])
    return divergences.pairs


def _pair(item: pytest.Item) -> str:
    return f"{claim_of(item)}|{binding_of(item)}"


class _Divergences:
    """Which pairs diverge."""

    def __init__(self) -> None:
        self.pairs: set[str] = set()

    def pytest_runtest_logreport(self, report: Any) -> None:
        """Note a divergence."""
        found: Mapping[str, Any] | None = getattr(report, "conformance", None)
        if found and found["verdict"] == str(Verdict.DIVERGES):
            self.pairs.add(f"{found['claim']}|{found['binding']}")
