"""Mending a baseline: what a run showed goes in, reasons and hand-written comments stay."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.items import AoT, Table

from conformance.contract.files import INSTALLED
from conformance.errors import BadInput
from conformance.verdict import causes
from conformance.verdict.baseline import ALL, UNEXPLAINED, Baseline, Entry, Symptom, entry_of
from conformance.verdict.results import Result
from conformance.verdict.verdicts import Kind, Verdict

_HEADER = re.compile(r"^\[\[\s*cause\s*\]\]", re.MULTILINE)
Where = tuple[Kind, str]


@dataclass
class _Draft:
    """An entry that is being made: the one before, if there was one, and the divergences that belong to it now."""

    before: Entry | None
    results: list[Result] = field(default_factory=list)


def updated(
    baseline: Baseline, results: Sequence[Result], since: str, complete: Iterable[tuple[str, str]] = ()
) -> Baseline:
    """A baseline that explains exactly the divergences among `results`.

    A divergence joins the entry that explains it, else the one that spoke of its place, else the one of its cause;
    what belongs to none becomes an entry of its own, for each cause one. What was not run is kept; `complete` are the
    (claim, binding) pairs of which everything was."""
    drafts = [_Draft(entry) for entry in baseline.entries]
    fresh: dict[causes.Key, _Draft] = {}
    diverging = [result for result in results if result.verdict == Verdict.DIVERGES]
    homes = _homes(baseline, diverging)
    for result in sorted(diverging, key=lambda result: result.id):
        home = homes(result)
        draft = drafts[home] if home is not None else fresh.setdefault(causes.key(result), _Draft(None))
        draft.results.append(result)
    return _made(baseline, [*drafts, *sorted(fresh.values(), key=_severity)], results, since, complete)


def pruned(baseline: Baseline, results: Sequence[Result], complete: Iterable[tuple[str, str]] = ()) -> Baseline:
    """The baseline without what no longer holds. Nothing is added."""
    drafts = [
        _Draft(entry, [result for result in results if baseline.entry(result) is entry]) for entry in baseline.entries
    ]
    return _made(baseline, drafts, results, "", complete)


def _homes(baseline: Baseline, diverging: Sequence[Result]) -> Callable[[Result], int | None]:
    """A function that finds the number of the entry to which a divergence belongs."""
    entries = baseline.entries
    by_cause = {
        causes.key(result): number
        for number, entry in reversed(list(enumerate(entries)))
        for result in diverging
        if entry.explains(result)
    }

    def home(result: Result) -> int | None:
        nearness: tuple[Callable[[Entry], bool], ...] = (
            lambda entry: entry.explains(result),
            lambda entry: entry.covers(result),
        )
        for near in nearness:
            found = next((number for number, entry in enumerate(entries) if near(entry)), None)
            if found is not None:
                return found
        return by_cause.get(causes.key(result))

    return home


def _severity(draft: _Draft) -> tuple[int, int, str]:
    first = draft.results[0]
    return first.kind.severity if first.kind else 0, -len(draft.results), first.id


def _made(
    baseline: Baseline,
    drafts: Iterable[_Draft],
    results: Sequence[Result],
    since: str,
    complete: Iterable[tuple[str, str]],
) -> Baseline:
    by_claim: dict[str, list[Result]] = {}
    for result in results:
        by_claim.setdefault(result.claim, []).append(result)
    whole = set(complete)
    entries = []
    for draft in drafts:
        shows = tuple(_shows(draft, by_claim, whole))
        if shows and draft.before:
            entries.append(replace(draft.before, shows=shows))
        elif shows:
            entries.append(Entry(UNEXPLAINED, since, shows))
    return Baseline(tuple(entries), baseline.path)


def _shows(
    draft: _Draft, by_claim: Mapping[str, Sequence[Result]], complete: Set[tuple[str, str]]
) -> Iterator[Symptom]:
    """The symptoms of an entry: what it said about results that were not run, and what was seen."""
    before = draft.before.shows if draft.before else ()
    found: dict[tuple[Kind, str, tuple[str, ...]], dict[str, set[str]]] = {}
    for symptom in before:
        for claim, parameters in symptom.claims.items():
            kept = _unrun(symptom, claim, parameters, by_claim.get(claim, ()), complete)
            if kept is not None:
                found.setdefault((symptom.kind, symptom.observed, symptom.bindings), {})[claim] = set(kept)
    groups: dict[tuple[Kind, str, str], list[Result]] = {}
    for result in draft.results:
        assert result.kind is not None
        groups.setdefault((result.kind, result.observed or "", result.claim), []).append(result)
    for (kind, observed, claim), group in groups.items():
        for bindings, parameters in _regions(group, by_claim[claim]):
            claims = found.setdefault((kind, observed, bindings), {})
            # An empty set is everything that was run; with what was not run and named, it has to be named too.
            rest = claims.get(claim)
            claims[claim] = set(parameters) | rest if rest and parameters else set(parameters)
    order = {(symptom.kind, symptom.observed, symptom.bindings): number for number, symptom in enumerate(before)}
    for place in sorted(found, key=lambda place: (order.get(place, len(order)), place[0].severity, place[1:])):
        kind, observed, bindings = place
        shown = {claim: tuple(sorted(parameters)) for claim, parameters in sorted(found[place].items())}
        yield Symptom(kind, observed, shown, bindings, _note(before, place, shown))


def _note(before: Sequence[Symptom], place: tuple[Kind, str, tuple[str, ...]], claims: Iterable[str]) -> str | None:
    """The note of the symptom that was in this place, else of one about the same claims."""
    same = [symptom for symptom in before if (symptom.kind, symptom.observed, symptom.bindings) == place]
    near = [symptom for symptom in before if not symptom.claims.keys().isdisjoint(claims)]
    return next((symptom.note for symptom in [*same, *near]), None)


def _unrun(
    symptom: Symptom,
    claim: str,
    parameters: tuple[str, ...],
    results: Sequence[Result],
    complete: Set[tuple[str, str]],
) -> tuple[str, ...] | None:
    """The parameters of which nothing was run, empty for all of the claim; None where everything was run."""
    relevant = [result for result in results if not symptom.bindings or result.binding in symptom.bindings]
    judged = {r.parameters for r in relevant if r.verdict not in (Verdict.SKIPPED, Verdict.INCONCLUSIVE)}
    if not parameters:
        return () if not judged and not _whole(claim, symptom, complete, relevant) else None
    if _whole(claim, symptom, complete, relevant):
        judged |= set(parameters) - {r.parameters for r in relevant}
    return tuple(one for one in parameters if one not in judged) or None


def _whole(claim: str, symptom: Symptom, complete: Set[tuple[str, str]], relevant: Sequence[Result]) -> bool:
    """Whether all of a claim was run, so that what is missing is no longer there."""
    if any(result.verdict in (Verdict.SKIPPED, Verdict.INCONCLUSIVE) for result in relevant):
        return False
    ran = {binding for one, binding in complete if one == claim}
    return bool(ran) and (not symptom.bindings or set(symptom.bindings) <= ran)


def _regions(group: Sequence[Result], claim: Sequence[Result]) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    """The bindings and parameters of a group among all results of its claim; empty where all of them are meant."""
    by_parameters: dict[tuple[str, ...], list[str]] = {}
    for binding in sorted({result.binding for result in group}):
        parameters = tuple(sorted({result.parameters for result in group if result.binding == binding}))
        everything = {result.parameters for result in claim if result.binding == binding}
        by_parameters.setdefault(() if set(parameters) == everything else parameters, []).append(binding)
    named = {result.parameters for result in group}
    able = {result.binding for result in claim if result.parameters in named}
    if len(by_parameters) > 1 and {result.binding for result in group} == able:
        # Parameters that not every binding has: named, they hold for all.
        union = {result.id for result in claim if result.parameters in named}
        if union == {result.id for result in group}:
            everything = {result.parameters for result in claim}
            return [((), () if named == everything else tuple(sorted(named)))]
    return [
        (() if set(bindings) == able else tuple(bindings), parameters) for parameters, bindings in by_parameters.items()
    ]


def verify_place(path: Path) -> None:
    """Raise BadInput where a baseline is part of an installed copy, which is not to be changed."""
    if INSTALLED is not None and path.resolve().is_relative_to(INSTALLED):
        raise BadInput(f"{path} belongs to the installed package: name a file of your own with --baseline FILE")


def write(baseline: Baseline, path: Path, target: str) -> bool:
    """Write the baseline where it says something else than the file does; tells whether it did.

    Entries that stay keep their text, comments included. Raises BadInput where the file cannot be written."""
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    if not baseline.entries and not before:
        return False
    text = _mended(before, baseline.entries) if before else _new(baseline.entries, target)
    if text == before:
        return False
    verify_place(path)
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise BadInput(f"baseline {path} cannot be written: {error.strerror}") from None
    return True


def _new(entries: Iterable[Entry], target: str) -> str:
    head = (
        f"# What {target} is known to do differently, a cause with a reason each. Reasons are written by hand.\n"
        "# Mended by `cognito-conformance baseline update`.\n"
    )
    return "\n".join([head, *(_text(entry) for entry in entries)])


def _mended(before: str, entries: Sequence[Entry]) -> str:
    """The text of a file with these entries in place of its own."""
    head, blocks = _blocks(before)
    by_reason: dict[tuple[str, str], list[str]] = {}
    for block in blocks:
        row = tomlkit.parse(block).unwrap()["cause"][0]
        by_reason.setdefault((row["reason"], row["since"]), []).append(block)
    texts = [head] if head else []
    for entry in entries:
        same = by_reason.get((entry.reason, entry.since))
        texts.append(_edited(same.pop(0), entry) if same else "\n" + _text(entry))
    return "".join(texts).rstrip("\n") + "\n"


def _blocks(text: str) -> tuple[str, list[str]]:
    """The head of a file, and its causes, each with the comment lines above it."""
    starts = []
    for match in _HEADER.finditer(text):
        start = match.start()
        while (line := text[:start].rpartition("\n")[0].rpartition("\n")[2]).startswith("#") and start:
            start -= len(line) + 1
        starts.append(start)
    # A comment right above the first cause and at the top of the file is about the file.
    if starts and starts[0] == 0:
        starts[0] = next(_HEADER.finditer(text)).start()
    ends = [*starts[1:], len(text)]
    return text[: starts[0]] if starts else text, [text[a:b] for a, b in zip(starts, ends, strict=True)]


def _edited(block: str, entry: Entry) -> str:
    """The text of a cause, changed only where the entry says something else."""
    document = tomlkit.parse(block)
    table = document["cause"][0]
    if entry_of(table.unwrap()) == entry:
        return block
    rows = {_place(row): row for row in table["shows"]}
    shows = tomlkit.aot()
    for symptom in entry.shows:
        row = rows.get((str(symptom.kind), symptom.observed, symptom.bindings))
        shows.append(_row(symptom) if row is None else _same(row, symptom))
    table["shows"] = shows
    return tomlkit.dumps(document).rstrip("\n") + "\n\n"


def _place(row: Mapping[str, Any]) -> tuple[str, str, tuple[str, ...]]:
    return str(row["kind"]), str(row["observed"]), tuple(row.get("bindings", ()))


def _same(row: Table, symptom: Symptom) -> Table:
    """The table of a symptom with its claims brought up to date."""
    claims: Any = row["claims"]
    for name in [name for name in claims if name not in symptom.claims]:
        del claims[name]
    for name, parameters in symptom.claims.items():
        value = list(parameters) or ALL
        if name not in claims or claims[name] != value:
            claims[name] = _value(parameters)
    return row


def _text(entry: Entry) -> str:
    document = tomlkit.document()
    rows: AoT = tomlkit.aot()
    table = tomlkit.table()
    table["reason"], table["since"] = entry.reason, entry.since
    table.add(tomlkit.nl())
    shows = tomlkit.aot()
    for symptom in entry.shows:
        shows.append(_row(symptom))
    table["shows"] = shows
    rows.append(table)
    document["cause"] = rows
    return tomlkit.dumps(document).rstrip("\n") + "\n"


def _row(symptom: Symptom) -> Table:
    row = tomlkit.table()
    row["kind"], row["observed"] = str(symptom.kind), symptom.observed
    if symptom.note:
        row["note"] = symptom.note
    if symptom.bindings:
        row["bindings"] = list(symptom.bindings)
    row.add(tomlkit.nl())
    claims = tomlkit.table()
    for claim, parameters in symptom.claims.items():
        claims[claim] = _value(parameters)
    row["claims"] = claims
    return row


def _value(parameters: Sequence[str]) -> Any:
    if not parameters:
        return ALL
    value = tomlkit.array()
    value.extend(parameters)
    return value.multiline(len(repr(list(parameters))) > 90)
