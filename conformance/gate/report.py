"""What was found, as Markdown for a pull request, as JSON, as JUnit XML and as lines for a terminal.

Everything but the JSON's `header` is the same whenever the same pair is compared."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any
from xml.etree import ElementTree

from conformance.gate.comparison import AUDIENCES, Change, Comparison, Verdict
from conformance.gate.rules import Finding, Severity

_EXAMPLES = 6
_LONG = 90
_WORTH_KNOWING = (Severity.BREAK, Severity.BEHAVIOUR, Severity.GAP, Severity.WARN)
_MEANS = {
    Verdict.SAFE: "nothing that a {audience} of AdminSetUserPassword relies on changed",
    Verdict.REVIEW: "something behaves otherwise: look before it merges",
    Verdict.BREAKING: "something that worked fails",
}


def verdict_line(found: Comparison, audience: str) -> str:
    """One line: "boto3 1.43.125 -> 1.44.0: review (…)"."""
    verdict = found.verdict(audience)
    asking = [change for change in found.changes if change.asks(audience) == verdict != Verdict.SAFE]
    waived = sum(change.waiver is not None for change in found.changes)
    why = f"{len(asking)} changes ask for it" if asking else _MEANS[verdict].format(audience=audience)
    notes = f", {waived} waived" if waived else ""
    return f"{found.old.title} -> {_new_title(found)}: {verdict} ({why}{notes})"


def _new_title(found: Comparison) -> str:
    return found.new.version if found.new.package == found.old.package else found.new.title


def markdown(comparisons: Sequence[Comparison], audience: str, complaints: Sequence[str]) -> str:
    """A comment for a pull request."""
    lines: list[str] = []
    for found in comparisons:
        lines += [*_pair(found, audience), ""]
    if complaints:
        lines += ["### Waivers that no longer hold", "", *(f"- {line}" for line in complaints), ""]
    return "\n".join(lines).rstrip() + "\n"


def _pair(found: Comparison, audience: str) -> Iterator[str]:
    verdict = found.verdict(audience)
    yield f"## SDK gate: {found.old.title} → {_new_title(found)}: **{verdict}**"
    yield ""
    for name in AUDIENCES:
        counts = ", ".join(f"{number} {severity}" for severity, number in _counts(found, name).items() if number)
        yield f"- for the {name}: **{found.verdict(name)}** ({counts or 'nothing changed'})"
    looked_at = ", ".join(f"{number} {what}" for what, number in found.looked_at.items())
    ignored = ", ".join(f"{name} ({number})" for name, number in found.ignored.items())
    yield f"- looked at: {looked_at}" + (f"; ignored as noise: {ignored}" if ignored else "")
    for note in filter(None, (found.old.note, found.new.note)):
        yield f"- note: {note}"
    asking = [change for change in found.changes if change.asks(audience) != Verdict.SAFE]
    if asking:
        yield ""
        yield "### What changed"
        for group in _groups(asking):
            yield from _section(found, group, audience)
    others = [change for change in found.changes if change.asks(audience) == Verdict.SAFE and change.waiver is None]
    known = [c for c in others if c.scope == "operation" and c.severity(audience) in _WORTH_KNOWING]
    if known:
        yield ""
        yield "### Worth knowing"
        for group in _groups(known):
            yield from _section(found, group, audience)
    quiet = [change for change in others if change not in known]
    if quiet:
        yield ""
        yield f"<details><summary>{len(quiet)} changes that do not hold the merge</summary>"
        yield ""
        for group in _groups(quiet):
            first = group[0]
            names = ", ".join(f"`{_short(change.finding.fact)}`" for change in group[:_EXAMPLES])
            more = f" and {len(group) - _EXAMPLES} more" if len(group) > _EXAMPLES else ""
            yield f"- {first.rule.id} ({first.severity(audience)}, {first.rule.layer}): {names}{more}"
        yield ""
        yield "</details>"
    waived = [change for change in found.changes if change.waiver is not None]
    if waived:
        yield ""
        yield "### Waived"
        yield ""
        for group in _groups(waived):
            waiver = group[0].waiver
            assert waiver is not None
            yield f"- {group[0].rule.id}: {len(group)} (`{waiver.fact}`: {waiver.reason} Until {waiver.expires}.)"


def _section(found: Comparison, group: list[Change], audience: str) -> Iterator[str]:
    first = group[0]
    yield ""
    yield f"**{first.severity(audience)}: {first.rule.says}** ({first.rule.id}, {first.rule.layer}, {len(group)})"
    yield ""
    for change in group[:_EXAMPLES]:
        clause = f" (contract: {change.clause})" if change.clause else ""
        before, after = _differing(change.finding)
        yield f"- `{_short(change.finding.fact)}`: {shown(before)} → {shown(after)}{clause}"
    if len(group) > _EXAMPLES:
        yield f"- and {len(group) - _EXAMPLES} more"
    if first.rule.bite:
        before, after = _differing(first.finding)
        values = {"before": _plain(before), "after": _plain(after), **_called(first.finding.fact)}
        yield ""
        yield "```python" if not first.rule.bite.startswith("aws ") else "```sh"
        yield first.rule.bite.format(**values) + ("" if "#" in first.rule.bite else f"  # {_short(first.finding.fact)}")
        yield f"# {found.old.title}: {values['before']}; {found.new.title}: {values['after']}"
        yield "```"


def _groups(changes: Sequence[Change]) -> Iterator[list[Change]]:
    for _, group in groupby(changes, key=lambda change: (change.rule.id, change.waiver)):
        yield list(group)


def _called(fact: str) -> dict[str, str]:
    """How code names the operation and the member that a fact of the model layer is about."""
    service, name, *rest = [*fact.split("/")[1:], "…", "…"] if fact.startswith("model/") else ["…", "…"]
    method = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()
    members = [member for member in rest[1:] if member != "member"]
    path = "".join(f'["{member}"]' for member in members if member not in ("…", "required"))
    return {"call": f'boto3.client("{service}").{method}', "member": next(iter(members), "…"), "path": path}


def _differing(finding: Finding) -> tuple[Any, Any]:
    """Both values; of two objects only the members that differ."""
    before, after = finding.before, finding.after
    if isinstance(before, dict) and isinstance(after, dict):
        names = [name for name in sorted(before.keys() | after.keys()) if before.get(name) != after.get(name)]
        before, after = ({name: side[name] for name in names if name in side} for side in (before, after))
    return before, after


def _short(fact: str) -> str:
    return fact.removeprefix("model/cognito-idp/")


def _plain(value: Any) -> str:
    if value is None:
        return "not there"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)
    return text if len(text) <= _LONG else f"{text[: _LONG - 1]}…"


def shown(value: Any) -> str:
    """A value in a line of Markdown."""
    return "not there" if value is None else f"`{_plain(value).replace('`', chr(39)).replace(chr(10), ' ')}`"


def _counts(found: Comparison, audience: str) -> dict[Severity, int]:
    counts = dict.fromkeys(Severity, 0)
    for change in found.changes:
        counts[change.severity(audience)] += 1
    return counts


def document(
    comparisons: Sequence[Comparison],
    audience: str,
    complaints: Sequence[str],
    exit_code: int,
    header: Mapping[str, Any],
) -> dict[str, Any]:
    """The JSON report (schemas/sdk-gate.schema.json)."""
    return {
        "format": 1,
        "header": dict(header),
        "audience": audience,
        "exit_code": exit_code,
        "waivers": list(complaints),
        "pairs": [
            {
                "from": _side(found.old),
                "to": _side(found.new),
                "verdict": {name: found.verdict(name).value for name in AUDIENCES},
                "severities": {
                    name: {severity.value: number for severity, number in _counts(found, name).items()}
                    for name in AUDIENCES
                },
                "looked_at": dict(found.looked_at),
                "ignored": dict(found.ignored),
                "changes": [_entry(change) for change in found.changes],
            }
            for found in comparisons
        ],
    }


def _side(client: Any) -> dict[str, Any]:
    return {"package": client.package, "version": client.version, "parts": dict(client.parts), "note": client.note}


def _entry(change: Change) -> dict[str, Any]:
    return {
        "fact": change.finding.fact,
        "rule": change.rule.id,
        "layer": change.rule.layer,
        "scope": change.scope,
        "caller": change.rule.caller.value,
        "emulator": change.rule.emulator.value,
        "before": change.finding.before,
        "after": change.finding.after,
        "clause": change.clause,
        "waiver": None
        if change.waiver is None
        else {"reason": change.waiver.reason, "expires": str(change.waiver.expires)},
    }


def junit(comparisons: Sequence[Comparison], audience: str, complaints: Sequence[str]) -> str:
    """A test case for each rule under which something changed; it fails where that holds the merge."""
    root = ElementTree.Element("testsuites", name="sdk-gate")
    for found in comparisons:
        pair = f"{found.old.title} -> {_new_title(found)}"
        suite = ElementTree.SubElement(root, "testsuite", name=pair)
        verdict = ElementTree.SubElement(suite, "testcase", classname=pair, name="verdict")
        failures = 0
        if found.verdict(audience) != Verdict.SAFE:
            failures += 1
            ElementTree.SubElement(verdict, "failure", message=verdict_line(found, audience))
        rules = sorted({change.rule.id for change in found.changes})
        for rule in rules:
            changes = [change for change in found.changes if change.rule.id == rule]
            holding = [change for change in changes if change.asks(audience) != Verdict.SAFE]
            case = ElementTree.SubElement(suite, "testcase", classname=pair, name=rule)
            if holding:
                failures += 1
                lines = "\n".join(
                    f"{c.finding.fact}: {_plain(c.finding.before)} -> {_plain(c.finding.after)}" for c in holding
                )
                failure = ElementTree.SubElement(case, "failure", message=holding[0].rule.says)
                failure.text = _printable(lines)
        suite.set("tests", str(len(rules) + 1))
        suite.set("failures", str(failures))
    if complaints:
        suite = ElementTree.SubElement(root, "testsuite", name="waivers", tests="1", failures="1")
        case = ElementTree.SubElement(suite, "testcase", classname="waivers", name="hold")
        ElementTree.SubElement(case, "failure", message=_printable("; ".join(complaints)))
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() or c == "\n" else "?" for c in text)
