"""Several targets side by side: how each does on every claim, what they share, and what has changed since."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

from conformance.contract import ledger
from conformance.errors import BadInput
from conformance.report.document import results_of
from conformance.report.findings import MARKS, by_topic, counted, difference, known_causes_of, percent
from conformance.report.pages import environment
from conformance.verdict.results import Result, Tally
from conformance.verdict.verdicts import Kind, Verdict

FORMAT = 1
# What a README has around the place where the matrix goes.
BEGIN, END = "<!-- cognito-conformance matrix -->", "<!-- /cognito-conformance matrix -->"
# Not an emulator: what it does is what is documented, or what is compared with that.
_ARBITERS = ("reference", "aws")
_MARKS = {**{str(verdict): mark for verdict, (mark, _) in MARKS.items()}, "none": ""}


def build(reports: Sequence[Mapping[str, Any]], since: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The matrix of these JSON reports, one target each, as JSON.

    Raises BadInput where they judge different things, or one target is there twice."""
    _check(reports)
    by_claim = [_claims(report) for report in reports]
    names = [report["target"]["name"] for report in reports]
    claims = [
        {
            "id": claim.id,
            "topic": claim.topic,
            "text": claim.text,
            "cells": [_cell(found.get(claim.id, ())) for found in by_claim],
        }
        for claim in ledger.load_all().claims.values()
        if any(claim.id in found for found in by_claim)
    ]
    first = reports[0]
    matrix: dict[str, Any] = {
        "format": FORMAT,
        "suite": {name: first["suite"][name] for name in ("name", "version", "operation", "ledger")},
        "tier": first["summary"]["tier"],
        "targets": [_target(report) for report in reports],
        "topics": _topics(claims, len(reports)),
        "claims": claims,
        "shared": _shared(names, by_claim),
        "unanimous": _unanimous(names, claims),
    }
    if since is not None:
        matrix["since"] = _since(since, matrix)
    return matrix


def _check(reports: Sequence[Mapping[str, Any]]) -> None:
    names = [report["target"]["name"] for report in reports]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise BadInput(f"{', '.join(twice)}: each target can be in the matrix once")
    for one, two in combinations(reports, 2):
        for what, a, b in (
            ("tiers", one["summary"]["tier"], two["summary"]["tier"]),
            ("ledgers", one["suite"]["ledger"], two["suite"]["ledger"]),
            ("shares of a run", one["summary"]["shard"] or "all", two["summary"]["shard"] or "all"),
        ):
            if a != b:
                where = f"{one['target']['name']} and {two['target']['name']}"
                raise BadInput(f"{where} cannot stand side by side: their reports are of different {what}, {a} and {b}")


def _claims(report: Mapping[str, Any]) -> dict[str, tuple[Result, ...]]:
    topics = by_topic(results_of(report).values())
    return {one.claim.id: one.results for claims in topics.values() for one in claims}


def _target(report: Mapping[str, Any]) -> dict[str, Any]:
    summary, new = report["summary"], _new(report)
    known = [{"kind": str(kind), "reason": reason} for reason, kind in known_causes_of(report).items()]
    return {
        "name": report["target"]["name"],
        "version": report["target"]["version"],
        "url": report["target"]["url"],
        "started": report["started"],
        "clock": report["clock"],
        "conformity": summary["conformity"],
        "coverage": summary["coverage"],
        "verdicts": summary["verdicts"],
        "causes": len(known) + len(new),
        "known": known,
        "new": new,
        "kinds": _kinds(report),
    }


def _new(report: Mapping[str, Any]) -> list[dict[str, str]]:
    """What it does beyond its baseline, by cause."""
    return [
        {
            "kind": cause["kind"],
            "cause": cause["id"],
            "text": f"{cause['operation']}: {difference(cause['expected'], cause['observed'])}",
        }
        for cause in report["causes"]
        if cause["new"]
    ]


def _kinds(report: Mapping[str, Any]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for result in report["results"]:
        if result["kind"]:
            counts[result["kind"]] = counts.get(result["kind"], 0) + 1
    return counts


def _cell(results: Sequence[Result]) -> dict[str, Any]:
    """How a target does on a claim: the verdict that says most, and of how many results how many conform."""
    tally = Tally.of(results)
    order = (Verdict.DIVERGES, Verdict.CONFORMS, Verdict.INCONCLUSIVE, Verdict.UNSUPPORTED, Verdict.BLOCKED)
    verdict = next((one for one in order if tally[one]), Verdict.SKIPPED if results else None)
    return {"verdict": str(verdict or "none"), "conforms": tally[Verdict.CONFORMS], "total": tally.total}


def _topics(claims: Iterable[Mapping[str, Any]], width: int) -> list[dict[str, Any]]:
    topics: dict[str, list[list[int]]] = {}
    for claim in claims:
        cells = topics.setdefault(claim["topic"], [[0, 0] for _ in range(width)])
        for cell, total in zip(claim["cells"], cells, strict=True):
            judged = cell["verdict"] in ("conforms", "diverges")
            total[0] += cell["verdict"] == "conforms"
            total[1] += judged
    return [
        {"topic": topic, "cells": [{"conforms": conforms, "judged": judged} for conforms, judged in cells]}
        for topic, cells in topics.items()
    ]


def _shared(names: Sequence[str], by_claim: Sequence[Mapping[str, Sequence[Result]]]) -> list[dict[str, Any]]:
    """Who shares a fault: claims at which the same was observed in place of the same, by the targets that do it."""
    seen: dict[tuple[str, str, str], list[str]] = {}
    for name, found in zip(names, by_claim, strict=True):
        for claim, results in found.items():
            for expected, observed in {(r.expected or "", r.observed or "") for r in results if r.kind}:
                seen.setdefault((claim, expected, observed), []).append(name)
    groups: dict[tuple[str, ...], set[str]] = {}
    for (claim, _, _), targets in seen.items():
        if len(targets) > 1:
            groups.setdefault(tuple(targets), set()).add(claim)
    found_groups = sorted(groups.items(), key=lambda item: (-len(item[1]), item[0]))
    return [{"targets": list(targets), "claims": sorted(claims)} for targets, claims in found_groups]


def _unanimous(names: Sequence[str], claims: Iterable[Mapping[str, Any]]) -> list[str]:
    """Where every emulator that was judged, and at least two were, disagrees with the documentation."""
    emulators = [number for number, name in enumerate(names) if name not in _ARBITERS]
    found = []
    for claim in claims:
        verdicts = [claim["cells"][number]["verdict"] for number in emulators]
        judged = [verdict for verdict in verdicts if verdict in ("conforms", "diverges")]
        if len(judged) > 1 and set(judged) == {"diverges"}:
            found.append(claim["id"])
    return found


def _since(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """What moved since an earlier matrix, by target."""
    before = {target["name"]: number for number, target in enumerate(old["targets"])}
    old_claims = {claim["id"]: claim["cells"] for claim in old["claims"]}
    moved = []
    for number, target in enumerate(new["targets"]):
        if target["name"] not in before:
            continue
        place = before[target["name"]]
        pairs = {
            claim["id"]: (old_claims[claim["id"]][place]["verdict"], claim["cells"][number]["verdict"])
            for claim in new["claims"]
            if claim["id"] in old_claims
        }
        moved.append(
            {
                "name": target["name"],
                "conformity": [old["targets"][place]["conformity"], target["conformity"]],
                "broke": [claim for claim, pair in pairs.items() if pair == ("conforms", "diverges")],
                "fixed": [claim for claim, pair in pairs.items() if pair == ("diverges", "conforms")],
            }
        )
    return {"started": min(target["started"] for target in old["targets"]), "targets": moved}


def read(file: Path) -> dict[str, Any]:
    """A matrix that was written before.

    Raises BadInput where it cannot be read or is not a matrix."""
    try:
        matrix = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadInput(f"{file} cannot be read: {error.strerror}") from None
    except (ValueError, RecursionError) as error:
        raise BadInput(f"{file} is not JSON: {error}") from None
    if not isinstance(matrix, dict) or matrix.get("format") != FORMAT or not {"targets", "claims"} <= matrix.keys():
        raise BadInput(f"{file} is not a matrix of format {FORMAT}, which matrix --json writes")
    return matrix


def markdown(matrix: Mapping[str, Any]) -> str:
    """The matrix for a README or a page of its own."""
    targets = matrix["targets"]
    names = [_escaped(target["name"]) for target in targets]
    rows = {
        "version": [_escaped(target["version"] or "") for target in targets],
        "judged on": [target["started"][:10] for target in targets],
        "**conformity**": [f"**{percent(target['conformity'])}**" for target in targets],
        "coverage": [percent(target["coverage"]) for target in targets],
        "causes": [str(target["causes"]) for target in targets],
    }
    for kind in Kind:
        if any(str(kind) in target["kinds"] for target in targets):
            rows[f"*{kind}*"] = [str(target["kinds"].get(str(kind), 0)) for target in targets]
    for topic in matrix["topics"]:
        rows[topic["topic"]] = [
            f"{cell['conforms']} of {cell['judged']}" if cell["judged"] else "" for cell in topic["cells"]
        ]
    lines = [
        f"| | {' | '.join(names)} |",
        f"|---|{'---:|' * len(names)}",
        *(f"| {name} | {' | '.join(cells)} |" for name, cells in rows.items()),
        "",
        "In the row of a kind: results that diverge in this way. In the row of a topic: claims of which every result "
        "that was judged conforms, of those that were judged. "
        f"Tier {matrix['tier']}, cognito-conformance {matrix['suite']['version']}, ledger {matrix['suite']['ledger']}.",
        *_shared_lines(matrix),
        *_unanimous_lines(matrix),
        *_cause_lines(targets),
    ]
    return "\n".join(lines) + "\n"


def put_between_markers(text: str, file: Path) -> str:
    """The text of a file with `text` in place of what stands between the two markers; `text` alone without them.

    Raises BadInput where the file is there and cannot be read."""
    try:
        before = file.read_text(encoding="utf-8") if file.is_file() else ""
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"{file} cannot be read: {error}") from None
    head, begin, rest = before.partition(BEGIN)
    _, end, tail = rest.partition(END)
    return f"{head}{begin}\n{text}{end}{tail}" if end else text


def _shared_lines(matrix: Mapping[str, Any]) -> list[str]:
    lines = [
        f"- {', '.join(map(_escaped, group['targets']))}: {counted(len(group['claims']), 'claim')}"
        for group in matrix["shared"][:8]
    ]
    return ["", "Who shares a fault, the same observed in place of the same:", "", *lines] if lines else []


def _unanimous_lines(matrix: Mapping[str, Any]) -> list[str]:
    lines = [f"- {claim['text']} (`{claim['id']}`)" for claim in matrix["claims"] if claim["id"] in matrix["unanimous"]]
    head = "Every one of these emulators that could be judged disagrees with the documentation about:"
    return ["", head, "", *lines] if lines else []


def _cause_lines(targets: Sequence[Mapping[str, Any]]) -> list[str]:
    """The causes behind what diverges; targets that have the same ones are together."""
    groups: dict[tuple[tuple[str, str], ...], list[str]] = {}
    for target in targets:
        found = [(cause["kind"], cause["reason"]) for cause in target["known"]]
        found += [(cause["kind"], f"new: {cause['text']}") for cause in target["new"]]
        groups.setdefault(tuple(found), []).append(target["name"])
    lines: list[str] = []
    for causes, names in groups.items():
        if causes:
            title = f"{', '.join(map(_escaped, names))}: {counted(len(causes), 'cause')}"
            lines += ["", f"<details><summary>{title}</summary>", ""]
            lines += [f"- *{kind}*: {_escaped(text)}" for kind, text in causes]
            lines += ["", "</details>"]
    return ["", "What lies behind it, the most serious kind first:", *lines] if lines else []


def _escaped(text: str) -> str:
    return re.sub(r"([\\`*_|<>\[\]])", r"\\\1", text)


def badge(matrix: Mapping[str, Any]) -> dict[str, Any]:
    """The first target's conformity as shields.io reads it (https://shields.io/badges/endpoint-badge)."""
    figure = matrix["targets"][0]["conformity"]
    bounds = ((1.0, "brightgreen"), (0.95, "green"), (0.8, "yellow"), (0.5, "orange"))
    colour = next((name for bound, name in bounds if figure is not None and figure >= bound), "red")
    return {
        "schemaVersion": 1,
        "label": "AdminSetUserPassword conformity",
        "message": percent(figure),
        "color": colour if figure is not None else "lightgrey",
    }


def html(matrix: Mapping[str, Any]) -> str:
    """The matrix as one page that needs nothing else."""
    return (
        environment()
        .get_template("matrix.html.jinja")
        .render(matrix=matrix, marks=_MARKS, texts={c["id"]: c["text"] for c in matrix["claims"]})
    )
