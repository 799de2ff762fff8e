"""The trials: each mutant before the scenarios that must catch it, each hostile service before a run."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache, partial
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any, TypeVar

import botocore.session

from conformance.contract import ledger
from conformance.contract.files import FIXTURES, SCHEMAS
from conformance.contract.transitions import Row
from conformance.lifecycle.steps import Step
from conformance.lifecycle.walks import Walks
from conformance.mutants import hostile
from conformance.mutants.faults import catalogue as faults
from conformance.mutants.hostile import Hostile, HostileResult
from conformance.mutants.mutant import FORK, Mutant, serving
from conformance.mutants.runner import Case, Docket, judged, report, said
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

CAUGHT = ("as meant", "in part", "by others", "survived")


@dataclass(frozen=True)
class TrialResult:
    """What became of a mutant: the claims that it broke, those of its own that it did not, each as `claim|binding`.

    A claim of the walks is broken where the target disagrees on the way by which a default run first comes to one of
    its rows at the reference. A run goes that way wherever the target agreed with the table up to there; that its walks
    find what the trials do is tested by sample."""

    mutant: str
    broken: tuple[str, ...]
    missed: tuple[str, ...]
    seconds: float

    @property
    def caught(self) -> str:
        """By whom, one of CAUGHT."""
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


def try_out(names: Sequence[str], workers: int, bindings: Sequence[str], state: Path | None) -> Iterator[TrialResult]:
    """The outcome of each mutant, as it comes; what `state` knows from an interrupted run is not tried again."""
    known = remembered(state)
    yield from (known[name] for name in names if name in known)
    left = [name for name in names if name not in known]
    for outcome in _trials(left, workers, bindings) if left else ():
        if state is not None:
            with state.open("a", encoding="utf-8") as file:
                file.write(json.dumps(asdict(outcome)) + "\n")
        yield outcome


def _trials(names: Sequence[str], workers: int, bindings: Sequence[str]) -> Iterator[TrialResult]:
    """Ask the scenarios of each mutant's own claims first, and the others only where none of those noticed."""
    _warm()
    asked = {name: _meant(faults()[name], bindings) for name in names}
    wanted = {name: {f"{claim}|{binding}" for claim, _, binding in triples} for name, triples in asked.items()}
    every = [triple for triples in asked.values() for triple in triples]
    own = Docket(
        {name: Case(faults()[name].plant, wanted[name]) for name in names},
        sorted({f"{SCENARIOS / scenario.file}::{scenario.name}" for _, scenario, _ in every}),
        {binding for _, _, binding in every},
        _routes() if any(not scenario.claim for _, scenario, _ in every) else None,
    )
    unnoticed = []
    for name, broken, seconds in judged(own, workers):
        if broken:
            yield _outcome(name, broken, wanted[name], seconds)
        else:
            unnoticed.append(name)
    anything = {f"{claim}|{binding}" for claim in ledger.load_all().claims for binding in ("sdk", "wire")}
    others = {name: Case(faults()[name].plant, anything) for name in unnoticed}
    for name, broken, seconds in judged(Docket(others, [str(SCENARIOS)], ("sdk", "wire")), workers):
        yield _outcome(name, broken, wanted[name], seconds)


def _outcome(name: str, broken: set[str], wanted: set[str], seconds: float) -> TrialResult:
    return TrialResult(name, tuple(sorted(broken)), tuple(sorted(wanted - broken)), round(seconds, 1))


def _meant(mutant: Mutant, bindings: Sequence[str]) -> list[tuple[str, Scenario, str]]:
    """The claims that must catch it, each with its scenarios and bindings.

    A claim that none of the bindings can express is judged by one that can."""
    found = []
    for claim in mutant.claims:
        able = [(claim, s, b) for s in catalogue.of_claim(claim) for b in s.bindings if b not in mutant.hidden_by]
        found += [triple for triple in able if triple[2] in bindings] or able[:1]
    return found


def _routes() -> Mapping[Row, Sequence[Step]]:
    """The steps by which the walks of a default run first come to each row, at the reference without a fault."""
    with serving(lambda: None) as url:
        endpoint = Endpoint(url, REGION, INVENTED)
        pool = Pools(Cognito(endpoint)).get(apart="walks")
        return Walks(pool, EXAMPLES, SEED, Control(endpoint, CONTROL)).walk().routes


def try_hostile(names: Sequence[str], workers: int) -> Iterator[HostileResult]:
    """What a run says of each hostile service, as it comes."""
    _warm()
    every = hostile.catalogue()
    yield from _at_once([partial(_meeting, every[name]) for name in names], workers)


def _meeting(one: Hostile) -> HostileResult:
    with serving(one.plant) as url:
        return hostile.judged(one, url)


def digest(*asked: str) -> str:
    """A name for this state of the suite and what is asked of it: outcomes of another are worth nothing."""
    files = [*SCENARIOS.parent.rglob("*.py"), *SCHEMAS.glob("*.toml"), *FIXTURES.rglob("*.toml")]
    text = "\n".join(asked).encode()
    return hashlib.sha256(b"".join([*(path.read_bytes() for path in sorted(files)), text])).hexdigest()[:16]


def remembered(state: Path | None) -> dict[str, TrialResult]:
    """The outcomes that an interrupted run left, by mutant; of a line that was cut off nothing is known."""
    if state is None or not state.exists():
        return {}
    lines = [line for line in state.read_text("utf-8").splitlines() if line.endswith("}")]
    found = [json.loads(line) for line in lines]
    pairs = [{**row, "broken": tuple(row["broken"]), "missed": tuple(row["missed"])} for row in found]
    return {row["mutant"]: TrialResult(**row) for row in pairs}


def _warm() -> None:
    """Load once what every trial needs."""
    validation.model()
    # A loader keeps the models that it has read.
    botocore.session.create_loader = cache(botocore.session.create_loader)
    client(Endpoint("http://127.0.0.1", REGION, INVENTED))


def _at_once(jobs: Iterable[Callable[[], T]], workers: int) -> Iterator[T]:
    """The results of `jobs`, each in a process of its own, so many at once."""
    waiting = iter(jobs)
    running: dict[Connection, Any] = {}
    while True:
        while len(running) < workers and (job := next(waiting, None)) is not None:
            ours, theirs = FORK.Pipe(duplex=False)
            process = FORK.Process(target=report, args=(job, theirs))
            process.start()
            theirs.close()
            running[ours] = process
        if not running:
            return
        for ready in wait(list(running)):
            assert isinstance(ready, Connection)
            process = running.pop(ready)
            outcome = said(ready)
            process.join()
            yield outcome
