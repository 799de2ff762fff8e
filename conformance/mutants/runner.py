"""Runs scenarios against many services, each broken in its own way, without starting pytest for each.

A run of pytest costs seconds before the first scenario: the clients are loaded, the scenarios imported, parametrized
and collected. A mutant is decided by two or three scenarios, in milliseconds, and there are hundreds of mutants. So
pytest starts once a worker, and six things differ from an ordinary run:

Fork. Each mutant is judged in a fork of a worker that has collected the scenarios and judged nothing. What a mutant
leaves behind (patched classes, pools, clients) ends with the fork, and mutants cannot meet. The faulty reference is a
fork of that fork, since it has to serve while the scenarios run.

The run loop. `_Worker` implements pytest's hook `pytest_runtestloop`: instead of running the items that were collected
it waits for the name of a trial, forks, and runs the items of that trial in the fork.

`nextitem`. pytest tears down what belongs to the session when no item follows. For every item `nextitem` is
the last one, so pools are not deleted and clients not closed: the service that has them is killed anyway.

What is slow to start is started ahead, in the worker. Each AWS CLI is loaded once (`discovery.start_ahead`); it has
made no call yet and has no thread, so each fork can use it. The garbage collector is frozen: a collection in a fork
would write to, and so copy, every page that it shares with the worker.

SRP. Both halves compute in a group of 1024 bits: in Cognito's, of 3072, sign-ins by SRP would take a third of all the
time, and no fault has to do with the group.

Waits. ListUsers is not asked again until it shows what it should: the reference's lists never trail.

Nothing else of pytest or of the suite is replaced. The walks of the lifecycle may be taken another way (`Run.walk`):
along recorded routes, straight to the rows that the mutant breaks.
"""

from __future__ import annotations

import gc
import os
import tempfile
import time
import zlib
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from multiprocessing.connection import Connection, wait
from typing import Any

import pytest

from conformance.aws_cli import discovery
from conformance.aws_cli.client import AwsCliMissing
from conformance.contract.transitions import Row
from conformance.lifecycle.steps import Step
from conformance.lifecycle.walks import Walks
from conformance.mutants.mutant import FORK, Plant, constant, serving
from conformance.plugin import RUN, binding_of, claim_of
from conformance.reference import srp as server_srp
from conformance.run.catalogue import SCENARIOS
from conformance.target import pools
from conformance.target import srp as client_srp
from conformance.target.definition import INVENTED, REGION, Target, resolve
from conformance.verdict.verdicts import Verdict

# A trial that runs everything takes few walks, and judges the rows that they come by: over all trials every row is
# visited, and each takes seconds, not a minute. For the same reason only every so many trials sign in by SRP.
FEW = 2
RARELY = 4
SLOW = "USER_SRP_AUTH"
ROWS = "test_transition["
# Plugins of pytest that nobody here looks at, and that cost time at every scenario.
UNUSED = ("terminal", "cacheprovider", "logging", "warnings", "threadexception", "unraisableexception")

Routes = Mapping[Row, Sequence[Step]]

# RFC 5054, appendix A: the 1024-bit group, whose generator is 2 too.
_SMALL_GROUP = int(
    "EEAF0AB9ADB38DD69C33F80AFA8FC5E86072618775FF3C0B9EA2314C9C256576D674DF7496EA81D3383B4813D692C6E0"
    "E0D5D8E250B98BE48E495C1D6089DAD15DC7D7B46154D6B6CE8EF4AD69B15D4982559B297BCF1885C529F566660E57EC"
    "68EDBC3C05726CC02FD4CBF4976EAA9AFD5138FE8376435B9FC61D2FC0EB06E3",
    16,
)


@dataclass(frozen=True)
class Accusation:
    """A result that diverges: its id, claim and binding, what was expected and what observed."""

    result: str
    claim: str
    binding: str
    expected: str
    observed: str

    @property
    def pair(self) -> str:
        """Claim and binding, as `claim|binding`."""
        return f"{self.claim}|{self.binding}"


@dataclass(frozen=True)
class Trial:
    """A fault, and the pairs `claim|binding` whose scenarios are run against it, until one of `enough` diverges."""

    plant: Plant
    pairs: Collection[str]
    enough: Collection[str] = ()


@dataclass(frozen=True)
class Batch:
    """Trials by name, and what they need loaded: scenarios (files, or `file::name`) and bindings.

    With `routes` the walks go straight to their rows; without, they are those of a run. Each pair is run until one
    of its scenarios diverges. With `one_row` a single scenario of each pair is run, another one and other, fewer walks
    for each trial."""

    trials: Mapping[str, Trial]
    places: Sequence[str]
    bindings: Collection[str]
    routes: Routes | None = None
    one_row: bool = False


def run_batch(batch: Batch, workers: int) -> Iterator[tuple[str, list[Accusation], float]]:
    """Yield the name of each trial as it is decided, what diverged, and the seconds it took."""
    waiting = iter(batch.trials)
    busy: dict[Connection, tuple[str, float]] = {}
    with _started(batch, min(workers, len(batch.trials))) as idle:
        while True:
            while idle and (name := next(waiting, None)) is not None:
                worker = idle.pop()
                worker.send(name)
                busy[worker] = name, time.monotonic()
            if not busy:
                return
            for ready in wait(list(busy)):
                assert isinstance(ready, Connection)
                name, started = busy.pop(ready)
                yield name, received(ready), time.monotonic() - started
                idle.append(ready)


def received(pipe: Connection) -> Any:
    """Receive what a process sent.

    Raises what it raised; RuntimeError where it ended without an answer."""
    try:
        answer = pipe.recv()
    except EOFError:
        raise RuntimeError("a process of the trials ended without an answer") from None
    if isinstance(answer, Exception):
        raise answer
    return answer


def send_result(job: Callable[[], object], pipe: Connection) -> None:
    """Do a job without printing; send its result, or what it raised."""
    with open(os.devnull, "w") as nothing:  # noqa: PTH123 - the descriptor is what counts
        os.dup2(nothing.fileno(), 1)
        os.dup2(nothing.fileno(), 2)
    try:
        pipe.send(job())
    except Exception as fault:  # whatever it is, the parent raises it
        pipe.send(RuntimeError(repr(fault)))


@contextmanager
def _started(batch: Batch, number: int) -> Iterator[list[Connection]]:
    workers: list[tuple[Connection, Any]] = []
    for _ in range(number):
        ours, theirs = FORK.Pipe()
        # A worker ends with its parent, once nobody else holds the parent's end of its connection.
        parents = [ours, *(end for end, _ in workers)]
        process = FORK.Process(target=send_result, args=(partial(_work, batch, theirs, parents), theirs))
        process.start()
        theirs.close()
        workers.append((ours, process))
    try:
        yield [ours for ours, _ in workers]
    finally:
        for ours, process in workers:
            with suppress(BrokenPipeError):
                ours.send(None)
            process.join()
            ours.close()


def _work(batch: Batch, pipe: Connection, parents: Sequence[Connection]) -> None:
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
    _take_small_group()
    constant(pools, "LISTED_SECONDS", 0.0)()
    with _own_temporary_directory():
        code = pytest.main(
            [
                *batch.places,
                f"--rootdir={SCENARIOS}",
                f"--config-file={SCENARIOS.parent / 'pytest-run.ini'}",
                *("-p", "conformance.plugin"),
                *(part for name in UNUSED for part in ("-p", f"no:{name}")),
                f"--bindings={','.join(sorted(batch.bindings))}",
                "--tier=wording",
            ],
            plugins=[_Worker(batch, pipe)],
        )
    if code != pytest.ExitCode.OK:
        raise RuntimeError(f"the scenarios could not be loaded: pytest ended with {code!r}")


def _take_small_group() -> None:
    """Have both halves of SRP compute in the small group, in this process and its forks."""
    n, g = _SMALL_GROUP, client_srp.G
    constant(client_srp, "N", n)()
    constant(client_srp, "K", client_srp.hashed(client_srp.octets(n), client_srp.octets(g)))()
    constant(server_srp, "N", n)()
    constant(server_srp, "K", server_srp.number(server_srp.padded(f"{n:x}") + server_srp.padded(f"{g:x}")))()


@contextmanager
def _own_temporary_directory() -> Iterator[None]:
    """Make a directory for all temporary files of this process and its forks, and remove it with what they left."""
    with tempfile.TemporaryDirectory(prefix="cognito-conformance-") as place, pytest.MonkeyPatch.context() as patch:
        patch.setattr(tempfile, "tempdir", place)
        yield


class _Worker:
    """The run loop of a worker: forks for each trial that is named, until None is."""

    def __init__(self, batch: Batch, pipe: Connection) -> None:
        # The plugin looks for it; each trial puts the URL of its own there.
        self.conformance_target = _at(resolve("reference", None), "http://127.0.0.1:9")
        self._batch = batch
        self._pipe = pipe

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Have each trial run in a process that has run none before."""
        for name in set(discovery.NAMES) & set(self._batch.bindings):
            with suppress(AwsCliMissing):
                discovery.start_ahead(name)
        by_pair: dict[str, list[pytest.Item]] = defaultdict(list)
        for item in session.items:
            by_pair[_pair(item)].append(item)
        gc.freeze()
        while (name := self._pipe.recv()) is not None:
            job = partial(_try, session, by_pair, self._batch, name)
            process = FORK.Process(target=send_result, args=(job, self._pipe))
            process.start()
            process.join()
            if process.exitcode:
                self._pipe.send(RuntimeError(f"the trial of {name} ended with exit code {process.exitcode}"))
        return True


def _try(
    session: pytest.Session, by_pair: Mapping[str, Sequence[pytest.Item]], batch: Batch, name: str
) -> list[Accusation]:
    """Run the scenarios of a trial against its service; return what diverges."""
    run, trial = session.config.stash[RUN], batch.trials[name]
    divergences = _Divergences()
    session.config.pluginmanager.register(divergences)
    items = [item for pair, rows in by_pair.items() if pair in trial.pairs for item in rows]
    if batch.one_row:
        items = _one_row(items, name)
        run.walk = partial(_few_walks, seed=zlib.crc32(name.encode()))
    if batch.routes is not None:
        routes = {row: steps for row, steps in batch.routes.items() if f"{row.claim}|sdk" in trial.pairs}
        run.walk = partial(Walks.follow, routes=routes)
    with serving(trial.plant) as url:
        run.settings = replace(run.settings, target=_at(run.settings.target, url))
        last = items[-1] if items else None
        # `shouldfail` says that nothing more can be judged: nobody signs in, say.
        while items and not session.shouldfail and divergences.pairs.isdisjoint(trial.enough):
            item = items.pop(0)
            if _pair(item) in divergences.pairs:
                continue
            item.ihook.pytest_runtest_protocol(item=item, nextitem=last)
            if _pair(item) in divergences.pairs:
                # The fault is the service's: over another binding the same row is likely to show it.
                items.sort(key=lambda other: _row(other) != _row(item))
    return divergences.accusations


def _at(target: Target, url: str) -> Target:
    """The target at this URL, called with the invented key: the chain of credentials is not asked for one."""
    key = {"access_key_id": INVENTED.access_key, "secret_access_key": INVENTED.secret_key}
    return replace(target, url=url, region=REGION, credentials=key)


def _one_row(items: Sequence[pytest.Item], name: str) -> list[pytest.Item]:
    """Choose one scenario of each pair, by the names of trial and pair: always the same, and over all trials all.

    Of the table of transitions every row stays: the walks decide which of them are judged."""
    by_pair: dict[str, list[pytest.Item]] = defaultdict(list)
    chosen = [item for item in items if item.name.startswith(ROWS)]
    for item in items:
        if not item.name.startswith(ROWS):
            by_pair[_pair(item)].append(item)
    for pair, every in by_pair.items():
        number = zlib.crc32(f"{name}|{pair}".encode())
        quick = [item for item in every if SLOW not in item.name]
        rows = every if number % RARELY == 0 or not quick else quick
        chosen.append(rows[number // RARELY % len(rows)])
    return chosen


def _few_walks(walks: Walks, seed: int) -> Walks:
    walks.examples, walks.seed = FEW, seed
    return walks.by_chance()


def _pair(item: pytest.Item) -> str:
    return f"{claim_of(item)}|{binding_of(item)}"


def _row(item: pytest.Item) -> str:
    """The scenario and its parameters, whatever the binding."""
    return item.name.replace(f"[{binding_of(item)}", "[", 1)


class _Divergences:
    """A plugin that keeps the results that diverge."""

    def __init__(self) -> None:
        self.accusations: list[Accusation] = []

    @property
    def pairs(self) -> set[str]:
        """The pairs that have one."""
        return {accusation.pair for accusation in self.accusations}

    def pytest_runtest_logreport(self, report: Any) -> None:
        """Keep a result that diverges."""
        found: Mapping[str, Any] | None = getattr(report, "conformance", None)
        if found and found["verdict"] == str(Verdict.DIVERGES):
            self.accusations.append(
                Accusation(
                    found["id"], found["claim"], found["binding"], str(found["expected"]), str(found["observed"])
                )
            )
