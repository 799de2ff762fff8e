"""Baselines: what a target is known to do differently, a cause with a reason each, and the claims that it covers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from conformance.contract import files
from conformance.contract.files import FIXTURES
from conformance.contract.ledger import Ledger, UnknownClaim
from conformance.errors import BadInput
from conformance.verdict.results import Result
from conformance.verdict.verdicts import Kind, Verdict

DIRECTORY = FIXTURES / "baselines"
UNEXPLAINED = "not explained yet"
# What a file has in place of the parameters where every result of a claim is meant.
ALL = "all"


class Staleness(StrEnum):
    """Why a part of a baseline no longer describes the target."""

    FIXED = "fixed"
    CHANGED = "changed"
    UNMATCHED = "unmatched"


@dataclass(frozen=True)
class Symptom:
    """One observation of a known cause, and where it is made: claim -> parameters, empty for all of the claim.

    `bindings` empty: all of them. `note` says more than the reason of the cause."""

    kind: Kind
    observed: str
    claims: Mapping[str, tuple[str, ...]]
    bindings: tuple[str, ...] = ()
    note: str | None = None

    def covers(self, result: Result) -> bool:
        """Whether the symptom speaks of this result."""
        parameters = self.claims.get(result.claim)
        return (
            parameters is not None
            and (not parameters or result.parameters in parameters)
            and (not self.bindings or result.binding in self.bindings)
        )

    def explains(self, result: Result) -> bool:
        """Whether the result is the very divergence that the symptom describes."""
        return (self.kind, self.observed) == (result.kind, result.observed) and self.covers(result)


@dataclass(frozen=True)
class Entry:
    """A known cause: why the target does it, since which version, and what it shows."""

    reason: str
    since: str
    shows: tuple[Symptom, ...]

    @property
    def title(self) -> str:
        """The entry in a few words."""
        first = self.shows[0]
        more = sum(len(symptom.claims) for symptom in self.shows) - 1
        return f"{next(iter(first.claims))}{f' and {more} more' if more else ''} ({first.kind}: {first.observed})"

    @property
    def claims(self) -> set[str]:
        """The claims that it covers."""
        return {claim for symptom in self.shows for claim in symptom.claims}

    def explains(self, result: Result) -> bool:
        """Whether one of the symptoms is this divergence."""
        return any(symptom.explains(result) for symptom in self.shows)

    def covers(self, result: Result) -> bool:
        """Whether one of the symptoms speaks of this result."""
        return any(symptom.covers(result) for symptom in self.shows)


@dataclass(frozen=True)
class Stale:
    """What an entry says of a claim, which no longer describes the target, and why."""

    entry: Entry
    symptom: Symptom
    claim: str
    state: Staleness
    detail: str

    @property
    def text(self) -> str:
        """The state in a line."""
        return f"{self.state}: {self.claim} ({self.symptom.kind}: {self.symptom.observed}): {self.detail}"


@dataclass(frozen=True)
class Baseline:
    """The entries of a file, or none."""

    entries: tuple[Entry, ...] = ()
    path: Path | None = None

    def entry(self, result: Result) -> Entry | None:
        """The entry that describes a divergence, if it is known."""
        return next((entry for entry in self.entries if entry.explains(result)), None)

    def names(self, claim: str, parameters: str) -> bool:
        """Whether an entry is about just these parameters of a claim."""
        return any(parameters in symptom.claims.get(claim, ()) for entry in self.entries for symptom in entry.shows)

    def stale(self, results: Sequence[Result], complete: Iterable[tuple[str, str]]) -> list[Stale]:
        """What `results` prove wrong, at most one finding for each claim of a symptom.

        `complete` are the (claim, binding) pairs of which every parameter was run: what is missing of anything else
        is not judged, so that a run of a part of the suite says nothing about the rest."""
        whole = set(complete)
        by_claim: dict[str, list[Result]] = {}
        for result in results:
            by_claim.setdefault(result.claim, []).append(result)
        return [
            stale
            for entry in self.entries
            for symptom in entry.shows
            for claim in symptom.claims
            if (stale := _stale(entry, symptom, claim, by_claim.get(claim, ()), whole))
        ]


def _stale(
    entry: Entry, symptom: Symptom, claim: str, results: Sequence[Result], complete: Set[tuple[str, str]]
) -> Stale | None:
    covered = [result for result in results if symptom.covers(result)]
    states: tuple[tuple[Staleness, Callable[[], str | None]], ...] = (
        (Staleness.FIXED, lambda: _fixed(covered)),
        (Staleness.CHANGED, lambda: _changed(symptom, covered)),
        (Staleness.UNMATCHED, lambda: _unmatched(symptom, claim, covered, complete)),
    )
    found = ((state, detail()) for state, detail in states)
    return next((Stale(entry, symptom, claim, state, detail) for state, detail in found if detail), None)


def _fixed(covered: Iterable[Result]) -> str | None:
    """Tell which covered result conforms."""
    return next((f"{result.id} conforms" for result in covered if result.verdict == Verdict.CONFORMS), None)


def _changed(symptom: Symptom, covered: Iterable[Result]) -> str | None:
    """Tell which covered result diverges in another way, or can no longer be judged."""
    for result in covered:
        if result.verdict == Verdict.DIVERGES and not symptom.explains(result):
            return f"{result.id} is now {result.kind}: {result.observed}"
        if result.verdict in (Verdict.BLOCKED, Verdict.UNSUPPORTED):
            return f"{result.id} is now {result.verdict}: {result.reason}"
    return None


def _unmatched(symptom: Symptom, claim: str, covered: Sequence[Result], complete: Set[tuple[str, str]]) -> str | None:
    """Tell which parameters have no result, though all of the claim was run."""
    for binding in symptom.bindings or tuple(sorted({name for one, name in complete if one == claim})):
        if (claim, binding) not in complete:
            continue
        seen = {result.parameters for result in covered if result.binding == binding}
        if not symptom.claims[claim] and not seen:
            return f"the claim has no result over {binding}"
        for parameters in symptom.claims[claim]:
            # A scenario that only one binding can express has its parameters there.
            elsewhere = {result.parameters for result in covered} if not symptom.bindings else set()
            if parameters not in seen | elsewhere:
                return f"there is no result {binding}{parameters and '-' + parameters}"
    return None


def path_of(target: str) -> Path:
    """Where a target's shipped baseline lies, whether there is one or not."""
    return DIRECTORY / f"{target}.toml"


def load(path: Path, ledger: Ledger) -> Baseline:
    """The baseline in a file.

    Raises BadInput where it cannot be read, is malformed, or names a claim that does not exist."""
    entries = tuple(entry_of(row) for row in read(path).get("cause", []))
    for number, entry in enumerate(entries, 1):
        for claim in entry.claims:
            try:
                ledger.claim(claim)
            except UnknownClaim as error:
                raise BadInput(f"baseline {path}, cause {number}: {error}") from None
    return Baseline(entries, path)


def entry_of(row: Mapping[str, Any]) -> Entry:
    """The entry that a table of the file describes."""
    return Entry(row["reason"], row["since"], tuple(_symptoms(row["shows"])))


def _symptoms(rows: Iterable[Mapping[str, Any]]) -> Iterator[Symptom]:
    for row in rows:
        claims = {claim: () if where == ALL else tuple(where) for claim, where in row["claims"].items()}
        yield Symptom(Kind(row["kind"]), row["observed"], claims, tuple(row.get("bindings", ())), row.get("note"))


def read(path: Path) -> dict[str, Any]:
    """The file as a document that the schema of baselines accepts.

    Raises BadInput where it cannot be read or is malformed."""
    document = files.toml("baseline", path)
    if "divergence" in document:
        raise BadInput(f"baseline {path} is of an older form: write it anew with cognito-conformance baseline update")
    problem = files.fault(document, "baseline")
    if problem is not None:
        place = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in problem.absolute_path)
        raise BadInput(f"baseline {path}{place and ' at ' + place.lstrip('.')}: {problem.message}")
    return document
