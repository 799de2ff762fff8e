"""Two JSON reports compared, result by result, and grouped by cause; shares of one run put together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from pathlib import Path
from typing import Any

from conformance.errors import BadInput
from conformance.report.document import figures, read, results_of
from conformance.verdict.causes import causes, with_causes
from conformance.verdict.results import Result
from conformance.verdict.verdicts import Verdict


class Move(StrEnum):
    """What became of a result from one run to another, the worst first."""

    BROKE = "broke"
    CHANGED = "changed"
    APPEARED = "appeared"
    VANISHED = "vanished"
    FIXED = "fixed"


@dataclass(frozen=True)
class Moved:
    """Results that moved in the same way, for the same cause: a pair of before and after each."""

    move: Move
    cause: str
    results: tuple[tuple[Result | None, Result | None], ...]

    @property
    def shown(self) -> Result:
        """A result that stands for all, as it is now, or as it was where it vanished or was fixed."""
        before, after = self.results[0]
        found = before if self.move in (Move.FIXED, Move.VANISHED) else after
        assert found is not None
        return found


def differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Moved]:
    """What moved between two reports.

    Raises BadInput where they cannot be compared."""
    _comparable(old, new)
    before, after = results_of(old), results_of(new)
    groups: dict[tuple[Move, str], list[tuple[Result | None, Result | None]]] = {}
    for name in sorted(before.keys() | after.keys()):
        pair = before.get(name), after.get(name)
        move = _move(*pair)
        if move is not None:
            groups.setdefault((move, _cause(move, *pair)), []).append(pair)
    found = [Moved(move, cause, tuple(pairs)) for (move, cause), pairs in groups.items()]
    return sorted(found, key=lambda moved: (list(Move).index(moved.move), -len(moved.results), moved.cause))


def remarks(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """What differs between two runs besides their results, and may explain them."""
    before, after = _circumstances(old), _circumstances(new)
    return [f"{name}: {before[name]}, now {after[name]}" for name in before if before[name] != after[name]]


def _circumstances(report: Mapping[str, Any]) -> dict[str, str]:
    walks = report["summary"]["walks"]
    return {
        "target": f"{report['target']['name']} {report['target']['version'] or ''}".strip(),
        "suite": report["suite"]["version"],
        "ledger": report["suite"]["ledger"],
        "clients": ", ".join(f"{name} {client}" for name, client in sorted(report["clients"].items())),
        "clock": report["clock"],
        "walks": f"{walks['examples']} with seed {walks['seed']}",
        "bindings": ", ".join(report["summary"]["bindings"]),
    }


def _comparable(old: Mapping[str, Any], new: Mapping[str, Any]) -> None:
    for what, one, two in (
        ("operations", old["suite"]["operation"], new["suite"]["operation"]),
        ("tiers", old["summary"]["tier"], new["summary"]["tier"]),
        ("shares of a run", old["summary"]["shard"] or "all", new["summary"]["shard"] or "all"),
    ):
        if one != two:
            raise BadInput(f"the reports cannot be compared: they are of different {what}, {one} and {two}")


def _move(before: Result | None, after: Result | None) -> Move | None:
    if before is None:
        return Move.APPEARED
    if after is None:
        return Move.VANISHED
    looks = [(r.verdict, r.kind, r.observed, r.expected) for r in (before, after)]
    if looks[0] == looks[1]:
        return None
    if before.verdict == Verdict.CONFORMS and after.verdict in (Verdict.DIVERGES, Verdict.UNSUPPORTED):
        return Move.BROKE
    if before.verdict == Verdict.DIVERGES and after.verdict == Verdict.CONFORMS:
        return Move.FIXED
    return Move.CHANGED


def _cause(move: Move, before: Result | None, after: Result | None) -> str:
    result = before if move in (Move.FIXED, Move.VANISHED) else after
    assert result is not None
    return result.cause or str(result.verdict)


def merged(files: Sequence[Path]) -> dict[str, Any]:
    """The report of the whole run of which `files` are the shares.

    Raises BadInput where they are not the shares of one run, each once."""
    reports = [read(file) for file in files]
    for (file, one), (other, two) in pairwise(zip(files, reports, strict=True)):
        for what, a, b in _common(one, two):
            if a != b:
                raise BadInput(f"{file} and {other} are not of one run: their {what} differ, {a} and {b}")
    shares = sorted(report["summary"]["shard"] or "1/1" for report in reports)
    count = int(shares[0].partition("/")[2])
    wanted = sorted(f"{number}/{count}" for number in range(1, count + 1))
    if shares != wanted:
        raise BadInput(f"these are the shares {', '.join(shares)}: give each of {', '.join(wanted)} once")
    results = [result for report in reports for result in results_of(report).values()]
    return _whole(reports, results)


def _common(one: Mapping[str, Any], two: Mapping[str, Any]) -> Iterable[tuple[str, Any, Any]]:
    for name in ("suite", "target", "clients", "clock"):
        yield name, one[name], two[name]
    for name in ("tier", "bindings", "walks", "baseline", "fail_on"):
        yield name, one["summary"][name], two["summary"][name]


def _exit_code(results: Sequence[Result], stale: Sequence[Mapping[str, Any]], fail_on: Sequence[str]) -> int:
    """As a run of everything would have ended: a share in which nothing could be judged is part of the whole."""
    verdicts = {result.verdict for result in results}
    if any(result.fault for result in results):
        return 4
    if Verdict.INCONCLUSIVE in verdicts or verdicts.isdisjoint((Verdict.CONFORMS, Verdict.DIVERGES)):
        return 3
    failing = any(result.kind in fail_on and not result.known for result in results if result.kind)
    return 1 if failing or any(one["kind"] in fail_on for one in stale) else 0


def _whole(reports: Sequence[Mapping[str, Any]], results: Sequence[Result]) -> dict[str, Any]:
    found = causes(results)
    ordered = sorted(with_causes(results, found), key=lambda result: result.id)
    reasons: dict[str, set[str]] = {}
    for report in reports:
        for cause in report["causes"]:
            reasons.setdefault(cause["id"], set()).update(cause["reasons"])
    first, stale = reports[0], [one for report in reports for one in report["summary"]["stale"]]
    share = first["summary"]["shard"]
    return {
        **first,
        "started": min(report["started"] for report in reports),
        "seconds": round(sum(report["seconds"] for report in reports), 1),
        "command": first["command"].replace(f" --shard {share}", ""),
        "summary": {
            **first["summary"],
            "shard": None,
            **figures(ordered),
            "stale": stale,
            "exit_code": _exit_code(ordered, stale, first["summary"]["fail_on"]),
        },
        "causes": [{**cause.as_json(), "reasons": sorted(reasons.get(cause.id, ()))} for cause in found],
        "results": [result.as_json() for result in ordered],
    }
