"""Baselines: the divergences that a target is known to have, each with what was observed and a reason."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from typing import Any

import tomli_w

from conformance.contract import files
from conformance.contract.files import FIXTURES
from conformance.contract.ledger import Ledger, UnknownClaim
from conformance.errors import BadInput
from conformance.verdict.results import Result
from conformance.verdict.verdicts import Kind, Verdict

DIRECTORY = FIXTURES / "baselines"
UNEXPLAINED = "not explained yet"
_KEYS = ("claim", "scenario", "bindings", "parameters", "kind", "observed", "reason", "since")


@dataclass(frozen=True)
class Entry:
    """A known divergence. `bindings` and `parameters` empty: all of them."""

    claim: str
    scenario: str
    kind: Kind
    observed: str
    reason: str
    since: str
    bindings: tuple[str, ...] = ()
    parameters: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """The entry in a few words."""
        where = ", ".join(self.bindings) or "every binding"
        return f"{self.claim} ({self.scenario}, {where}): {self.kind}"

    def covers(self, result: Result) -> bool:
        """Whether the entry speaks of this result."""
        return (
            self.scenario == result.scenario
            and (not self.bindings or result.binding in self.bindings)
            and (not self.parameters or result.parameters in self.parameters)
        )

    def explains(self, result: Result) -> bool:
        """Whether the result is the very divergence that the entry describes."""
        return self.covers(result) and (self.kind, self.observed) == (result.kind, result.observed)


@dataclass(frozen=True)
class Stale:
    """An entry that no longer describes the target, and why: `fixed`, `changed` or `unmatched`."""

    entry: Entry
    state: str
    detail: str


@dataclass(frozen=True)
class Baseline:
    """The entries of a file, or none."""

    entries: tuple[Entry, ...] = ()
    path: Path | None = None

    def entry(self, result: Result) -> Entry | None:
        """The entry that describes a divergence, if it is known."""
        return next((entry for entry in self.entries if entry.explains(result)), None)

    def names(self, scenario: str, parameters: str) -> bool:
        """Whether an entry is about just these parameters of a scenario."""
        return any(entry.scenario == scenario and parameters in entry.parameters for entry in self.entries)

    def stale(self, results: Sequence[Result], collected: Iterable[tuple[str, str]]) -> list[Stale]:
        """The entries that `results` prove wrong.

        `collected` are the (scenario, binding) pairs of which every parameter was run: an entry that names
        anything else is not judged, so that a run of a part of the suite says nothing about the rest."""
        complete = set(collected)
        by_scenario: dict[str, list[Result]] = {}
        for result in results:
            by_scenario.setdefault(result.scenario, []).append(result)
        found = (_stale(entry, by_scenario.get(entry.scenario, ()), complete) for entry in self.entries)
        return [stale for stale in found if stale]


def _stale(entry: Entry, results: Sequence[Result], complete: set[tuple[str, str]]) -> Stale | None:
    covered = [result for result in results if entry.covers(result)]
    for result in covered:
        if result.verdict == Verdict.CONFORMS:
            return Stale(entry, "fixed", f"{result.id} conforms")
        if result.verdict == Verdict.DIVERGES and not entry.explains(result):
            return Stale(entry, "changed", f"{result.id} is now {result.kind}: {result.observed}")
        if result.verdict in (Verdict.BLOCKED, Verdict.UNSUPPORTED):
            return Stale(entry, "changed", f"{result.id} is now {result.verdict}: {result.reason}")
    bindings = entry.bindings or tuple({binding for scenario, binding in complete if scenario == entry.scenario})
    for binding in bindings:
        if (entry.scenario, binding) not in complete:
            continue
        seen = {result.parameters for result in covered if result.binding == binding}
        for parameters in entry.parameters or ([] if seen else [""]):
            if parameters not in seen:
                return Stale(
                    entry, "unmatched", f"{entry.scenario} has no result [{binding}-{parameters}]".replace("-]", "]")
                )
    return None


def path_of(target: str) -> Path:
    """Where a target's shipped baseline lies, whether there is one or not."""
    return DIRECTORY / f"{target}.toml"


def load(path: Path, ledger: Ledger, scenarios: Iterable[str] | None = None) -> Baseline:
    """The baseline in a file; `scenarios` are the names that exist, None where they are not known yet.

    Raises BadInput where it cannot be read, is malformed, or names a claim or scenario that does not exist."""
    document = read(path)
    entries = []
    for number, row in enumerate(document.get("divergence", []), 1):
        where = f"baseline {path}, divergence {number}"
        try:
            ledger.claim(row["claim"])
        except UnknownClaim as error:
            raise BadInput(f"{where}: {error}") from None
        if scenarios is not None and row["scenario"] not in scenarios:
            raise BadInput(
                f"{where}: there is no scenario {row['scenario']!r}; mend it with cognito-conformance baseline prune"
            )
        entries.append(entry_of(row))
    return Baseline(tuple(entries), path)


def entry_of(row: dict[str, Any]) -> Entry:
    """The entry that a table of the file describes."""
    return Entry(
        **{
            **row,
            "kind": Kind(row["kind"]),
            "bindings": tuple(row.get("bindings", ())),
            "parameters": tuple(row.get("parameters", ())),
        }
    )


def read(path: Path) -> dict[str, Any]:
    """The file as a document that the schema of baselines accepts.

    Raises BadInput where it cannot be read or is malformed."""
    document = files.toml("baseline", path)
    problem = files.fault(document, "baseline")
    if problem is not None:
        place = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in problem.absolute_path)
        raise BadInput(f"baseline {path}{place and ' at ' + place.lstrip('.')}: {problem.message}")
    return document


def updated(baseline: Baseline, results: Sequence[Result], since: str) -> Baseline:
    """A baseline that explains exactly the divergences among `results`.

    A divergence that an old entry of the same claim, scenario and kind spoke of keeps its reason; entries about what
    was not run are kept."""
    ran = {(result.scenario, result.binding) for result in results}
    groups: dict[tuple[str, str, Kind, str, str, str], list[Result]] = {}
    for result in results:
        if result.verdict == Verdict.DIVERGES:
            assert result.kind is not None
            old = _former(baseline.entries, result)
            said = (old.reason, old.since) if old else (UNEXPLAINED, since)
            key = (result.claim, result.scenario, result.kind, result.observed or "", *said)
            groups.setdefault(key, []).append(result)
    entries = [kept for entry in baseline.entries if (kept := _unrun(entry, ran))]
    for key, group in groups.items():
        entries += [Entry(*key, bindings, parameters) for bindings, parameters in _regions(group, results)]
    return Baseline(tuple(sorted(entries, key=_order)), baseline.path)


def _order(entry: Entry) -> tuple[int, str, str, tuple[str, ...], tuple[str, ...]]:
    return entry.kind.severity, entry.claim, entry.observed, entry.bindings, entry.parameters


def _unrun(entry: Entry, ran: set[tuple[str, str]]) -> Entry | None:
    """What an entry says of bindings that were not run. One without bindings is about those that were, if any was."""
    if not any(scenario == entry.scenario for scenario, _ in ran):
        return entry
    rest = tuple(binding for binding in entry.bindings if (entry.scenario, binding) not in ran)
    return Entry(**{**entry.__dict__, "bindings": rest}) if rest else None


def _former(entries: Iterable[Entry], result: Result) -> Entry | None:
    """The entry that spoke of a divergence before: the very one, else what was said of the same place, else nearby."""
    same = [e for e in entries if (e.claim, e.scenario, e.kind) == (result.claim, result.scenario, result.kind)]
    nearness = (lambda e: e.explains(result), lambda e: e.covers(result), lambda e: e.observed == result.observed)
    for near in nearness:
        found = next(filter(near, same), None)
        if found:
            return found
    return same[0] if same else None


def _regions(group: Sequence[Result], results: Sequence[Result]) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    """The bindings and parameters of a group, as few entries as say it: empty where all of the scenario's are in it."""
    scenario = [result for result in results if result.scenario == group[0].scenario]
    by_parameters: dict[tuple[str, ...], list[str]] = {}
    for binding in sorted({result.binding for result in group}):
        parameters = tuple(sorted({result.parameters for result in group if result.binding == binding}))
        everything = {result.parameters for result in scenario if result.binding == binding}
        by_parameters.setdefault(() if set(parameters) == everything else parameters, []).append(binding)
    every_binding = {result.binding for result in scenario}
    return [
        (() if set(bindings) == every_binding else tuple(bindings), parameters)
        for parameters, bindings in by_parameters.items()
    ]


def write(baseline: Baseline, path: Path, target: str) -> None:
    """Write the baseline, keeping the comments at the head of a file that is there already.

    Raises BadInput where the file cannot be written."""
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    comments = list(takewhile(lambda line: line.startswith("#"), lines)) or [
        f"# The divergences that {target} is known to have; the reasons are written by hand.",
        "# Mended by `cognito-conformance baseline update`.",
    ]
    head = "\n".join(comments) + "\n"
    rows = [
        {name: _plain(value) for name in _KEYS if (value := getattr(entry, name)) != ()} for entry in baseline.entries
    ]
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{head}\n{tomli_w.dumps({'divergence': rows})}" if rows else head, encoding="utf-8")
    except OSError as error:
        raise BadInput(f"baseline {path} cannot be written: {error.strerror}") from None


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else str(value)
