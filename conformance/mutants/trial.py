"""One mutant on trial: served by a forked process, judged by pytest in another, so that nothing is loaded twice."""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import os
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any, TypeVar

import boto3
import pytest

from conformance import catalogue
from conformance.data import FIXTURES, SCENARIOS, SCHEMAS
from conformance.mutants import hostile
from conformance.mutants.faults import catalogue as faults
from conformance.mutants.hostile import Finding, Hostile
from conformance.mutants.planting import Mutant, Plant
from conformance.reference import shapes
from conformance.reference.process import server
from conformance.targets import INVENTED, REGION
from conformance.verdicts import Verdict

T = TypeVar("T")

_FORK = multiprocessing.get_context("fork")


@dataclass(frozen=True)
class Outcome:
    """What became of a mutant: the claims that it broke, those of its own that it did not, each as `claim|binding`."""

    mutant: str
    broken: tuple[str, ...]
    missed: tuple[str, ...]
    seconds: float

    @property
    def caught(self) -> str:
        """By whom: `as meant`, `in part`, `by others`, or `survived`."""
        if not self.broken:
            return "survived"
        if not self.missed:
            return "as meant"
        meant = set(faults()[self.mutant].claims)
        return "in part" if meant & {pair.partition("|")[0] for pair in self.broken} else "by others"

    @property
    def claims(self) -> set[str]:
        """The claims that it broke, over whichever binding."""
        return {pair.partition("|")[0] for pair in self.broken}

    @property
    def unseen(self) -> set[str]:
        """The bindings that could have seen it, and did not, over any claim of its own."""
        return {pair.partition("|")[2] for pair in self.missed} - {pair.partition("|")[2] for pair in self.broken}


def try_out(names: Sequence[str], workers: int, bindings: Sequence[str], state: Path | None) -> Iterator[Outcome]:
    """The outcome of each mutant, as it comes; what `state` knows from an interrupted run is not tried again."""
    known = _remembered(state)
    yield from (known[name] for name in names if name in known)
    left = [name for name in names if name not in known]
    _warm()
    for outcome in _at_once([partial(_trial, faults()[name], bindings) for name in left], workers):
        if state is not None:
            with state.open("a", encoding="utf-8") as file:
                file.write(json.dumps(asdict(outcome)) + "\n")
        yield outcome


def try_hostile(names: Sequence[str], workers: int) -> Iterator[Finding]:
    """What a run says of each hostile service, as it comes."""
    _warm()
    every = hostile.catalogue()
    yield from _at_once([partial(_meeting, every[name]) for name in names], workers)


def _meeting(one: Hostile) -> Finding:
    with _serving(one.plant) as url:
        return hostile.judged(one, url)


def digest(*asked: str) -> str:
    """A name for this state of the suite and what is asked of it: outcomes of another are worth nothing."""
    files = [*SCENARIOS.parent.rglob("*.py"), *SCHEMAS.glob("*.toml"), *FIXTURES.rglob("*.toml")]
    said = "\n".join(asked).encode()
    return hashlib.sha256(b"".join([*(path.read_bytes() for path in sorted(files)), said])).hexdigest()[:16]


def _remembered(state: Path | None) -> dict[str, Outcome]:
    if state is None or not state.exists():
        return {}
    lines = [line for line in state.read_text("utf-8").splitlines() if line.endswith("}")]
    found = [json.loads(line) for line in lines]
    pairs = [{**row, "broken": tuple(row["broken"]), "missed": tuple(row["missed"])} for row in found]
    return {row["mutant"]: Outcome(**row) for row in pairs}


def _warm() -> None:
    """Load once what every trial needs."""
    shapes.model()
    boto3.session.Session().client("cognito-idp", region_name=REGION, aws_access_key_id="x", aws_secret_access_key="x")


def _at_once(jobs: Iterable[Callable[[], T]], workers: int) -> Iterator[T]:
    """The results of `jobs`, each in a process of its own, so many at once."""
    waiting = iter(jobs)
    running: dict[Connection, Any] = {}
    while True:
        while len(running) < workers and (job := next(waiting, None)) is not None:
            ours, theirs = _FORK.Pipe(duplex=False)
            process = _FORK.Process(target=_report, args=(job, theirs))
            process.start()
            theirs.close()
            running[ours] = process
        if not running:
            return
        for ready in wait(list(running)):
            assert isinstance(ready, Connection)
            process = running.pop(ready)
            try:
                outcome = ready.recv()
            except EOFError:
                raise RuntimeError(f"a trial ended with exit code {process.exitcode} and no outcome") from None
            process.join()
            if isinstance(outcome, Exception):
                raise outcome
            yield outcome


def _report(job: Callable[[], object], pipe: Connection) -> None:
    with open(os.devnull, "w") as nothing:  # noqa: PTH123 - the descriptor is what counts
        os.dup2(nothing.fileno(), 1)
        os.dup2(nothing.fileno(), 2)
    try:
        pipe.send(job())
    except Exception as fault:  # whatever it is, the parent is to raise it
        pipe.send(RuntimeError(repr(fault)))


def _trial(mutant: Mutant, bindings: Sequence[str]) -> Outcome:
    """Ask the scenarios of the mutant's own claims first, and the others only where none of those noticed."""
    started = time.monotonic()
    with _serving(mutant.plant) as url:
        wanted, places = _meant(mutant, bindings)
        broken = _judge(url, places, wanted)
        if not broken:
            broken = _judge(url, [str(SCENARIOS)], None)
    missed = sorted(wanted - set(broken))
    return Outcome(mutant.name, tuple(sorted(broken)), tuple(missed), round(time.monotonic() - started, 1))


def _meant(mutant: Mutant, bindings: Sequence[str]) -> tuple[set[str], list[str]]:
    """The claims that must catch it, as `claim|binding`, and where their scenarios are.

    A claim that none of the bindings can express is judged by one that can."""
    wanted, places = set(), []
    for claim in mutant.claims:
        able = [(s, b) for s in catalogue.of_claim(claim) for b in s.bindings if b not in mutant.hidden_by]
        asked = [pair for pair in able if pair[1] in bindings] or able[:1]
        wanted |= {f"{claim}|{binding}" for _, binding in asked}
        places += [f"{SCENARIOS / scenario.file}::{scenario.name}" for scenario, _ in asked]
    return wanted, list(dict.fromkeys(places))


@contextmanager
def _serving(plant: Plant) -> Iterator[str]:
    ours, theirs = _FORK.Pipe(duplex=False)
    process = _FORK.Process(target=_serve, args=(plant, theirs), daemon=True)
    process.start()
    theirs.close()
    try:
        yield ours.recv()
    finally:
        process.kill()
        process.join()


def _serve(plant: Plant, pipe: Connection) -> None:
    plant()
    serving = server()
    pipe.send(serving.url)
    serving.serve_forever()


def _judge(url: str, places: Sequence[str], wanted: Collection[str] | None) -> set[str]:
    """Which of the `wanted` diverge at `url`, as `claim|binding`; where all claims are (None), the first that does."""
    bindings = {pair.partition("|")[2] for pair in wanted} if wanted else {"wire", "sdk"}
    identity = {
        "AWS_ACCESS_KEY_ID": str(INVENTED.access_key),
        "AWS_SECRET_ACCESS_KEY": str(INVENTED.secret_key),
        "AWS_DEFAULT_REGION": REGION,
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    }
    for name in [name for name in os.environ if name.startswith(("AWS_", "PYTEST_"))]:
        del os.environ[name]
    os.environ.update(identity)
    watcher = _Watcher(wanted)
    code = pytest.main(
        [
            *places,
            f"--rootdir={SCENARIOS}",
            f"--config-file={SCENARIOS / 'pytest.ini'}",
            *("-p", "conformance.plugin", "-p", "no:terminal", "-p", "no:cacheprovider"),
            "--target=reference",
            f"--endpoint-url={url}",
            f"--bindings={','.join(sorted(bindings))}",
            "--tier=wording",
        ],
        plugins=[watcher],
    )
    if code not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
        raise RuntimeError(f"the scenarios could not be run: pytest ended with {code!r}")
    return watcher.broken


class _Watcher:
    """Notes which claims diverge, and passes over what more there is to ask about them."""

    def __init__(self, wanted: Collection[str] | None) -> None:
        self.broken: set[str] = set()
        self._wanted = wanted

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: Any) -> None:
        """Pass over a scenario whose claim was not asked for, or is known to be broken over this binding."""
        pair = f"{item.get_closest_marker('claim').args[0]}|{item.callspec.params['binding']}"
        needless = self.broken if self._wanted is None else pair in self.broken or pair not in self._wanted
        if needless:
            pytest.skip("needless")

    def pytest_runtest_logreport(self, report: Any) -> None:
        """Note a divergence."""
        found: Mapping[str, Any] | None = getattr(report, "conformance", None)
        if found and found["verdict"] == str(Verdict.DIVERGES):
            self.broken.add(f"{found['claim']}|{found['binding']}")
