"""Random walks through the lifecycle, drawn by Hypothesis, and the shortest walk to each disagreement.

Hypothesis draws, and does not shrink: it stops at the first failure, while here a walk goes on after a disagreement so
that every row is judged. What was found is shortened afterwards, by leaving steps out as long as the same is seen.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence

import hypothesis
from hypothesis import HealthCheck, Phase, Verbosity
from hypothesis import strategies as st
from hypothesis.configuration import set_hypothesis_home_dir

from conformance.contract.transitions import Row
from conformance.errors import Blocked, Inconclusive, Unsupported, WouldSend
from conformance.lifecycle.steps import CONTROLLED_PATHS, PATHS, Step, approaches, driven, driven_by_requests, step
from conformance.lifecycle.walker import EXHAUSTED, Visit, Walker
from conformance.target.control import Control
from conformance.target.pools import Pool
from conformance.verdict.observed import Outcome

Paths = Mapping[tuple[str, bool], tuple[tuple[str, str], ...]]

STEPS_EACH = 5
ATTEMPTS = 5

# By single bits: into an integer that it draws Hypothesis mixes constants from the source of all modules, which takes a
# second to read, and makes the walks depend on how the suite was installed. (Its state machines draw integers.)
_NUMBERS = st.tuples(*[st.booleans()] * 10).map(lambda bits: sum(bit << place for place, bit in enumerate(bits)))
# One choice in eight is made from all that is possible, the others from what was not seen yet.
_ANYTHING = st.tuples(*[st.booleans()] * 3).map(all)
_Choice = tuple[bool, int]
_CHOICE = st.tuples(_ANYTHING, _NUMBERS)
# A start is as good as the one with the most unseen rows if it has two thirds as many: else every walk begins alike.
_NOT_MUCH_LESS = 2 / 3


class Unvisited(LookupError):
    """No walk can reach a row at this target."""


class Walks:
    """What the walks of a run saw of each row of the table; with a control path they go further."""

    def __init__(self, pool: Pool, examples: int, seed: int, control: Control | None = None) -> None:
        self.examples = examples
        self.seed = seed
        self.steps = 0
        self._pool = pool
        self._control = control
        self._agreements: dict[Row, Visit] = {}
        self._disagreements: dict[Row, Visit] = {}
        self._unreached: set[tuple[str, bool]] = set()
        self._unusable: dict[tuple[str, str], Outcome] = {}
        self._in_the_way: dict[Row, Blocked | WouldSend] = {}
        self._only: Row | None = None
        self._led = False
        self._blocked: str | None = None
        self._fault: Inconclusive | None = None
        self._unsent: dict[tuple[str, str], str] = {}

    def walk(self) -> Walks:
        """Take the walks, the same ones for a seed and a target that answers the same.

        With a control path as many again follow, which use it; the others are what they are without one.

        Raises Inconclusive for a transport fault."""
        self._draw(None, PATHS, driven_by_requests())
        if self._control is not None:
            self._draw(self._control, {**PATHS, **CONTROLLED_PATHS}, driven())
        if self._fault is not None:
            raise self._fault
        return self

    def by_chance(self) -> Walks:
        """Take the walks, and go straight to no row that they do not come by: those are Unvisited.

        Raises Inconclusive for a transport fault."""
        self._led = True
        return self.walk()

    def _draw(self, control: Control | None, paths: Paths, rows: Sequence[Row]) -> None:
        settings = hypothesis.settings(
            max_examples=self.examples,
            phases=[Phase.generate],
            database=None,
            deadline=None,
            verbosity=Verbosity.quiet,
            suppress_health_check=list(HealthCheck),
        )

        @hypothesis.seed(self.seed)
        @settings
        @hypothesis.given(st.tuples(_CHOICE, st.tuples(*[_CHOICE] * STEPS_EACH)))
        def drawn(choices: tuple[_Choice, tuple[_Choice, ...]]) -> None:
            self._begin_and_go_on(*choices, control, paths, rows)

        with tempfile.TemporaryDirectory() as directory:
            set_hypothesis_home_dir(directory)
            try:
                drawn()
            finally:
                set_hypothesis_home_dir(None)

    def _begin_and_go_on(
        self, first: _Choice, further: Sequence[_Choice], control: Control | None, paths: Paths, rows: Sequence[Row]
    ) -> None:
        """Walk with one user of a new name: to a start, and on from there step by step."""
        walker = Walker(self._pool, control)
        walker.unusable = self._unusable
        start = self._start(*first, paths, rows)
        for operation, when in paths[start]:
            walker = self._take(walker, step(operation, when))
        if (walker.user.status, walker.user.enabled) != start:
            self._unreached.add(start)
        for choice in further:
            chosen = self._choose(walker, *choice)
            if chosen is not None:
                walker = self._take(walker, chosen)

    def _go_straight(self, row: Row) -> None:
        """Go to a row that chance did not come by, on each way there until it is seen; note what stands in the way.

        Other rows on the way are not looked at: their results must not depend on which rows are asked for."""
        self._only = row
        for steps in approaches(row, controlled=self._control is not None):
            if self._saw(row) or (row.operation, row.when) in self._unusable:
                return
            if any(self._hinders(taken, row) for taken in steps[:-1]):
                continue
            walker = Walker(self._pool, self._control)
            walker.unusable = self._unusable
            arrived = self._arrived(walker, steps[:-1], row)
            if arrived is not None and steps[-1].possible(arrived.user):
                self._take(arrived, steps[-1])

    def _arrived(self, walker: Walker, steps: Sequence[Step], row: Row) -> Walker | None:
        """Take the steps on the way to a row; the walker whose user came to where it begins, if one did."""
        for taken in steps:
            if not taken.possible(walker.user):
                return None
            walker = self._take(walker, taken)
            if self._hinders(taken, row):
                return None
        arrived = (walker.user.status, walker.user.enabled) == (row.start, row.enabled)
        if steps and not arrived:
            reason = f"a user could not be brought to {row.start}: {steps[-1].operation} led to {walker.user.status}"
            self._in_the_way.setdefault(row, Blocked(reason, steps[-1].operation))
        return walker if arrived else None

    def _hinders(self, taken: Step, row: Row) -> bool:
        """Whether a step on the way to a row is known to lead nowhere: then that is noted."""
        name = taken.operation, taken.when
        if name in self._unsent:
            self._in_the_way.setdefault(row, WouldSend(self._unsent[name]))
        elif name in self._unusable:
            reason = f"{taken.operation}, on the way to {row.start}, answers {self._unusable[name]}"
            self._in_the_way.setdefault(row, Blocked(reason, taken.operation))
        return name in self._unsent or name in self._unusable

    def follow(self, routes: Mapping[Row, Sequence[Step]]) -> Walks:
        """Take the steps that lead to each of these rows, until one of its claim disagreed.

        Raises Inconclusive for a transport fault."""
        self._led = True
        for row, steps in routes.items():
            walker = Walker(self._pool, self._control)
            for taken in steps:
                if any(seen.claim == row.claim for seen in self._disagreements) or not taken.possible(walker.user):
                    break
                walker = self._take(walker, taken)
        if self._fault is not None:
            raise self._fault
        return self

    @property
    def routes(self) -> dict[Row, tuple[Step, ...]]:
        """The steps that first led to each row at which the target agreed."""
        return {row: visit.steps for row, visit in self._agreements.items()}

    def of(self, row: Row) -> Visit:
        """A visit to a row: the first that disagreed, else one that agreed.

        Raises Blocked, Unsupported or Inconclusive where the target let none come by, Unvisited where none can."""
        if self._control is None and row not in driven_by_requests():
            raise Unvisited(
                "needs a control path (to create federated users and read codes), which the target does not have"
            )
        if not self._saw(row) and self._blocked is None and not self._led:
            self._go_straight(row)
        seen = self._disagreements.get(row) or self._agreements.get(row)
        if seen is not None:
            return seen
        raise self._unseen(row)

    def _unseen(self, row: Row) -> Exception:
        """Why a row was not seen: no message may be sent, no such operation, or something stands in the way."""
        if (row.operation, row.when) in self._unsent:
            return Unvisited(self._unsent[row.operation, row.when])
        answer = self._unusable.get((row.operation, row.when))
        if answer in EXHAUSTED:
            return Inconclusive(f"{row.operation} answers {answer}: no more messages may be sent")
        if answer is not None:
            call = f"{row.operation}{f' ({row.when})' if row.when else ''}"
            return Unsupported(f"{call} is not implemented: it answers {answer}")
        if self._blocked is not None:
            return Blocked(self._blocked)
        if self._unsent and row.start == "RESET_REQUIRED":
            return Unvisited(next(iter(self._unsent.values())))
        if self._led:
            return Unvisited(f"no route led to {row.id}")
        if self._fault is not None:
            return self._fault
        ended = Blocked(f"no walk came by {row.id}: the steps that lead there ended elsewhere")
        return self._in_the_way.get(row, ended)

    def shortest(self, visit: Visit) -> Visit:
        """The same disagreement after as few steps as do, each of them needed."""
        last = visit.steps[-1]
        paths = {**CONTROLLED_PATHS, **PATHS}
        direct = [step(*name) for name in paths.get((visit.row.start, visit.row.enabled), ())]
        again = self._replay([*direct, last], visit)
        if again is not None:
            return again
        best = visit
        number = len(best.steps) - 2
        while number >= 0:
            shorter = self._replay([*best.steps[:number], *best.steps[number + 1 :]], visit)
            best = shorter or best
            number -= 1
        return best

    def _replay(self, steps: Sequence[Step], wanted: Visit) -> Visit | None:
        walker = Walker(self._pool, self._control)
        for taken in steps:
            if not taken.possible(walker.user):
                return None
            try:
                walker.take(taken)
            except Blocked:
                return None
        found = (
            v for v in walker.visits if (v.row, v.outcome, v.status) == (wanted.row, wanted.outcome, wanted.status)
        )
        return next(found, None)

    def _take(self, walker: Walker, chosen: Step) -> Walker:
        """Take a step, and return the walker who took it.

        Behind a gate, where no request is simply repeated, another walker goes the whole way if there was no answer."""
        taken = list(walker.steps)
        self._attempt(walker, chosen)
        for _ in range(ATTEMPTS - 1):
            if self._fault is None or self._pool.service.endpoint.gate is None:
                break
            self._fault = None
            walker = Walker(self._pool, self._control)
            walker.unusable = self._unusable
            for again in (*taken, chosen):
                self._attempt(walker, again)
        return walker

    def _attempt(self, walker: Walker, chosen: Step) -> None:
        if self._fault is not None or self._blocked is not None:
            return
        before = len(walker.visits)
        try:
            walker.take(chosen)
        except Blocked as blocked:
            self._blocked = str(blocked)
        except WouldSend as message:  # nothing was sent, and the user is what it was
            self._unsent[chosen.operation, chosen.when] = str(message)
            walker.unusable[chosen.operation, chosen.when] = Outcome("not sent")
            walker.steps.pop()
        except Inconclusive as fault:  # kept for the end: Hypothesis would take it for a failure, and try again
            self._fault = fault
        self.steps += 1
        for visit in (v for v in walker.visits[before:] if self._only in (None, v.row)):
            (self._agreements if visit.agrees else self._disagreements).setdefault(visit.row, visit)

    def _start(self, anything: bool, number: int, paths: Paths, rows: Sequence[Row]) -> tuple[str, bool]:
        """A status of which much was not seen yet, unless its path led elsewhere before."""
        unseen = Counter((row.start, row.enabled) for row in rows if not self._saw(row))
        for start in self._unreached:
            unseen[start] = 0
        most = max(unseen.values(), default=0)
        starts = [start for start in paths if anything or unseen[start] >= most * _NOT_MUCH_LESS]
        return starts[number % len(starts)]

    def _choose(self, walker: Walker, anything: bool, number: int) -> Step | None:
        """A step that can be taken, by preference to a row that was not seen yet, best without leaving the status."""
        possible = walker.possible() if self._fault is None and self._blocked is None else []
        if possible and not anything:
            urgency = {s: self._urgency(walker, s) for s in possible}
            possible = [s for s in possible if urgency[s] == max(urgency.values())]
        return possible[number % len(possible)] if possible else None

    def _urgency(self, walker: Walker, chosen: Step) -> tuple[bool, bool]:
        row = walker.row(chosen)
        stays = row.to in (row.start, None) and chosen.operation not in ("AdminDisableUser", "AdminEnableUser")
        return not self._saw(row), stays

    def _saw(self, row: Row) -> bool:
        return row in self._agreements or row in self._disagreements
