"""The trials: each mutant against the scenarios that must kill it, each hostile service against a run."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any, TypeVar

from conformance.contract import ledger
from conformance.contract.files import FIXTURES, SCHEMAS
from conformance.lifecycle.walks import Walks
from conformance.mutants import hostile
from conformance.mutants.faults import catalogue as faults
from conformance.mutants.hostile import Hostile, HostileResult
from conformance.mutants.mutant import FORK, Mutant, serving
from conformance.mutants.runner import Batch, Routes, Trial, received, run_batch, send_result
from conformance.reference import validation
from conformance.reference.http import CONTROL
from conformance.run import catalogue
from conformance.run.catalogue import SCENARIOS, Scenario
from conformance.run.options import EXAMPLES, SEED
from conformance.target.client import Cognito, client
from conformance.target.control import Control
from conformance.target.definition import INVENTED, REGION, Endpoint
from conformance.target.pools import Pools

T = TypeVar("T")

OUTCOMES = ("killed", "killed in part", "killed by others", "survived")


@dataclass(frozen=True)
class TrialResult:
    """What became of a mutant: the claims that diverge, and those that must and do not, each as `claim|binding`.

    A lifecycle claim counts as broken if replaying the recorded route to one of its rows gives another result. The
    routes are those of a default run against the reference; test_mutants.py checks a sample against real runs."""

    mutant: str
    killed_by: tuple[str, ...]
    missed_by: tuple[str, ...]
    seconds: float

    @property
    def outcome(self) -> str:
        """One of OUTCOMES."""
        if not self.killed_by:
            return "survived"
        if not self.missed_by:
            return "killed"
        return "killed in part" if set(faults()[self.mutant].claims) & self.claims else "killed by others"

    @property
    def claims(self) -> set[str]:
        """The claims that diverge, with whichever binding."""
        return {pair.partition("|")[0] for pair in self.killed_by}


def try_mutants(
    names: Sequence[str], workers: int, bindings: Sequence[str], state: Path | None
) -> Iterator[TrialResult]:
    """Yield the result of each mutant as it comes; what `state` has from an interrupted run is not tried again."""
    names = [name for name in names if faults()[name].claims]
    known = remembered(state)
    yield from (known[name] for name in names if name in known)
    left = [name for name in names if name not in known]
    for result in _trials(left, workers, bindings) if left else ():
        if state is not None:
            with state.open("a", encoding="utf-8") as file:
                file.write(json.dumps(asdict(result)) + "\n")
        yield result


def _trials(names: Sequence[str], workers: int, bindings: Sequence[str]) -> Iterator[TrialResult]:
    """Run the scenarios of each mutant's own claims first, and all others only if none of those diverges."""
    warm()
    needed = {name: _needed(faults()[name], bindings) for name in names}
    must = {name: {f"{claim}|{binding}" for claim, _, binding in triples} for name, triples in needed.items()}
    every = [triple for triples in needed.values() for triple in triples]
    own = Batch(
        {name: Trial(faults()[name].plant, must[name]) for name in names},
        sorted({f"{SCENARIOS / scenario.file}::{scenario.name}" for _, scenario, _ in every}),
        {binding for _, _, binding in every},
        _routes() if any(not scenario.claim for _, scenario, _ in every) else None,
    )
    unnoticed = []
    for name, accusations, seconds in run_batch(own, workers):
        if accusations:
            yield _result(name, {a.pair for a in accusations}, must[name], seconds)
        else:
            unnoticed.append(name)
    anything = {f"{claim}|{binding}" for claim in ledger.load_all().claims for binding in ("sdk", "wire")}
    others = {name: Trial(faults()[name].plant, anything, enough=must[name]) for name in unnoticed}
    for name, accusations, seconds in run_batch(Batch(others, [str(SCENARIOS)], ("sdk", "wire")), workers):
        yield _result(name, {a.pair for a in accusations}, must[name], seconds)


def _result(name: str, killed_by: set[str], must: set[str], seconds: float) -> TrialResult:
    return TrialResult(name, tuple(sorted(killed_by)), tuple(sorted(must - killed_by)), round(seconds, 1))


def _needed(mutant: Mutant, bindings: Sequence[str]) -> list[tuple[str, Scenario, str]]:
    """The claims that must kill a mutant, each with its scenarios and bindings.

    A claim that none of these bindings can express is judged by one that can."""
    found = []
    for claim in mutant.claims:
        able = [(claim, s, b) for s in catalogue.of_claim(claim) for b in s.bindings if b not in mutant.hidden_by]
        found += [triple for triple in able if triple[2] in bindings] or able[:1]
    return found


def _routes() -> Routes:
    """The steps that first lead the walks of a default run to each row, at the reference without a fault."""
    with serving(lambda: None) as url:
        endpoint = Endpoint(url, REGION, INVENTED)
        pool = Pools(Cognito(endpoint)).get(apart="walks")
        return Walks(pool, EXAMPLES, SEED, Control(endpoint, CONTROL)).walk().routes


def try_hostile(names: Sequence[str], workers: int) -> Iterator[HostileResult]:
    """Yield what a run reports about each hostile service, as it comes. Most of the time is spent waiting."""
    warm()
    every = hostile.catalogue()
    yield from _at_once([partial(_meet, every[name]) for name in names], 4 * workers)


def _meet(one: Hostile) -> HostileResult:
    with serving(one.plant) as url:
        return hostile.judged(one, url)


def digest(*asked: str) -> str:
    """A name for this state of the suite and these options: results of another state are worth nothing."""
    files = [*SCENARIOS.parent.rglob("*.py"), *SCHEMAS.glob("*.toml"), *FIXTURES.rglob("*.toml")]
    text = "\n".join(asked).encode()
    return hashlib.sha256(b"".join([*(path.read_bytes() for path in sorted(files)), text])).hexdigest()[:16]


def remembered(state: Path | None) -> dict[str, TrialResult]:
    """The results that an interrupted run left, by mutant; a line that was cut off is passed over."""
    if state is None or not state.exists():
        return {}
    lines = [line for line in state.read_text("utf-8").splitlines() if line.endswith("}")]
    found = [json.loads(line) for line in lines]
    pairs = [{**row, "killed_by": tuple(row["killed_by"]), "missed_by": tuple(row["missed_by"])} for row in found]
    return {row["mutant"]: TrialResult(**row) for row in pairs}


def warm() -> None:
    """Load once, before anything forks, what every trial needs: the service's model, in the reference and in boto3."""
    validation.model()
    client(Endpoint("http://127.0.0.1", REGION, INVENTED))


def _at_once(jobs: Iterable[Callable[[], T]], workers: int) -> Iterator[T]:
    """The results of `jobs`, each in a process of its own, so many at once."""
    waiting = iter(jobs)
    running: dict[Connection, Any] = {}
    while True:
        while len(running) < workers and (job := next(waiting, None)) is not None:
            ours, theirs = FORK.Pipe(duplex=False)
            process = FORK.Process(target=send_result, args=(job, theirs))
            process.start()
            theirs.close()
            running[ours] = process
        if not running:
            return
        for ready in wait(list(running)):
            assert isinstance(ready, Connection)
            process = running.pop(ready)
            outcome = received(ready)
            process.join()
            yield outcome
