"""One run: its settings, its results, and what they add up to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from conformance.lifecycle.walks import Walks
from conformance.run.settings import Settings
from conformance.target.definition import Endpoint
from conformance.target.instruments import Instrument
from conformance.target.kept_users import KeptUsers
from conformance.verdict import causes
from conformance.verdict.baseline import Stale
from conformance.verdict.causes import Cause
from conformance.verdict.journal import Journal
from conformance.verdict.results import Result, Tally
from conformance.verdict.verdicts import Verdict


@dataclass
class Run:
    """What this process knows of the run: in an xdist worker its own share, in the controller everything.

    `walk` takes the walks; the mutants, which know where they want to go, put another way here. `begun` waits for a
    target that is already starting (Target.begun). With `results_only` nobody listens to what pytest reports of a
    scenario besides its result."""

    settings: Settings
    results: dict[str, Result] = field(default_factory=dict)
    # "claim|binding" -> how many results there are to be; a pair in `partial` was run in part.
    planned: Counter[str] = field(default_factory=Counter)
    partial: set[str] = field(default_factory=set)
    left_out: Counter[str] = field(default_factory=Counter)
    problem: str | None = None
    journal: Journal | None = None
    broken: str | None = None
    # Why nothing can be judged at all: no pool can be made, or no flow signs anybody in.
    unusable: str | None = None
    instruments: tuple[Instrument, ...] = ()
    unanswered: int = 0
    reported_version: str | None = None
    started: datetime = field(default_factory=lambda: datetime.now(UTC))
    seconds: float = 0.0
    command: str = ""
    walk: Callable[[Walks], Walks] = Walks.walk
    begun: Callable[[], AbstractContextManager[Endpoint]] | None = None
    results_only: bool = False
    kept_users: KeptUsers = field(default_factory=KeptUsers)

    @property
    def version(self) -> str | None:
        """The target's version, as it is installed or as it says."""
        return self.reported_version or self.settings.target.version

    @property
    def stale(self) -> list[Stale]:
        """The entries of the baseline that this run proved wrong."""
        return self.settings.baseline.stale(list(self.results.values()), self.complete)

    @property
    def complete(self) -> list[tuple[str, str]]:
        """The claims and bindings of which every result is there."""
        done = Counter(f"{result.claim}|{result.binding}" for result in self.results.values())
        pairs = [pair for pair, count in self.planned.items() if pair not in self.partial and done[pair] == count]
        return [(pair.split("|")[0], pair.split("|")[1]) for pair in pairs]

    @property
    def causes(self) -> list[Cause]:
        """What the target does that explains its results, most serious first."""
        return causes.causes(self.results.values())

    @property
    def new(self) -> list[Result]:
        """The divergences that the baseline does not know, most serious first."""
        found = [r for r in self.results.values() if r.verdict == Verdict.DIVERGES and not r.known]
        return sorted(found, key=lambda r: (r.kind.severity if r.kind else 0, r.claim, r.id))

    @property
    def exit_code(self) -> int:
        """0 nothing beyond the baseline; 1 something beyond it, or stale; 2 usage; 3 inconclusive; 4 the suite."""
        tally = Tally.of(self.results.values())
        if self.problem is not None:
            return 2
        if any(result.fault for result in self.results.values()):
            return 4
        if tally[Verdict.INCONCLUSIVE] or not tally.judged:
            return 3
        counted = self.settings.fail_on
        failing = any(result.kind in counted for result in self.new)
        return 1 if failing or any(stale.symptom.kind in counted for stale in self.stale) else 0
