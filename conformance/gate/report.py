"""What was found, as Markdown for a pull request, as JSON and as lines for a terminal.

Everything but the JSON's `header` is the same whenever the same pair is compared."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from conformance.gate.clients import Client
from conformance.gate.comparison import AUDIENCES, Advice, Change, PairComparison
from conformance.gate.rules import SOURCE, RuleHit, Severity

# A workflow finds the comment that it wrote before by this.
MARKER = "<!-- cognito-conformance sdk-gate -->"
_EXAMPLES = 6
_LONG = 90
_MOST = 60_000  # characters; GitHub takes 65,536 in a comment
_WORTH_KNOWING = (Severity.BREAK, Severity.BEHAVIOUR, Severity.GAP, Severity.WARN)
_MEANS = {
    Advice.SAFE: "nothing changed that a {audience} of AdminSetUserPassword relies on",
    Advice.REVIEW: "look before it merges",
    Advice.BREAKING: "something that worked fails",
}
_WHO = {"caller": "caller", "emulator": "author of an emulator"}


def verdict_line(found: PairComparison, audience: str) -> str:
    """One line: "boto3 1.43.125 -> 1.44.0: review (1 change to look at: the default retry mode is another)"."""
    causes, warnings = found.causes(audience), found.warnings(audience)
    waived = sum(change.waiver is not None for change in found.changes)
    if causes:
        more = f" and {_number(len(causes) - 1, 'more')}" if len(causes) > 1 else ""
        why = f"{_number(len(causes), 'change')} to look at: {causes[0][0].rule.says}{more}"
    elif warnings:
        why = "; ".join(_warning(group) for group in warnings)
    else:
        why = _MEANS[found.verdict(audience)].format(audience=_WHO[audience])
    notes = f"; {waived} waived" if waived else ""
    downgrade = "downgrade " if found.is_downgrade else ""
    return f"{downgrade}{found.old.title} -> {_new_title(found)}: {_headline(found, audience)} ({why}{notes})"


def _headline(found: PairComparison, audience: str) -> str:
    """The verdict, and how many warnings a safe one has: "safe, 1 warning"."""
    verdict, warnings = found.verdict(audience), found.warnings(audience)
    return f"{verdict}, {_number(len(warnings), 'warning')}" if verdict == Advice.SAFE and warnings else verdict


def _warning(group: list[Change]) -> str:
    lead = group[0]
    facts = f" ({len(group)} facts)" if len(group) > 1 else f" ({_short(lead).rpartition('/')[2]})"
    return f"{lead.rule.says}{facts}"


def _number(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 or noun == "more" else f"{count} {noun}s"


def _new_title(found: PairComparison) -> str:
    return found.new.version if found.new.package == found.old.package else found.new.title


def markdown(
    comparisons: Sequence[PairComparison], audience: str, notes: Sequence[str], read: Sequence[str] = ()
) -> str:
    """A comment for a pull request. `notes` are about waivers, `read` about the pins that were read."""
    lines = [MARKER]
    for found in comparisons:
        lines += [*_pair(found, audience), ""]
    if not comparisons:
        lines += ["## SDK gate: no client changes its version", ""]
    for title, texts in (("Waivers", notes), ("Pins", read)):
        if texts:
            lines += [f"### {title}", "", *(f"- {line}" for line in texts), ""]
    text = "\n".join(lines).rstrip() + "\n"
    if len(text) > _MOST:
        text = text[:_MOST].rpartition("\n")[0] + "\n\n(cut here: the JSON report has all)\n"
    return text


def failure(reason: str) -> str:
    """A comment for a pull request that could not be judged."""
    return f"{MARKER}\n## SDK gate: **no verdict**\n\n{' '.join(reason.split())}\n"


def _pair(found: PairComparison, audience: str) -> Iterator[str]:
    kind = " (downgrade)" if found.is_downgrade else ""
    yield f"## SDK gate: {found.old.title} → {_new_title(found)}{kind}: **{_headline(found, audience)}**"
    yield ""
    for name in AUDIENCES:
        counts = ", ".join(f"{number} {severity}" for severity, number in _counts(found, name).items() if number)
        yield f"- for the {_WHO[name]}: **{_headline(found, name)}** ({counts or 'nothing changed'})"
    looked_at = ", ".join(
        "no scenarios" if (what, number) == ("scenarios", 0) else f"{number} {what}"
        for what, number in found.looked_at.items()
    )
    ignored = ", ".join(f"{name} ({number})" for name, number in found.ignored.items())
    yield f"- compared: {looked_at}" + (f"; ignored as noise: {ignored}" if ignored else "")
    if found.links:
        yield f"- source: {', '.join(f'[{_label(link)}]({link})' for link in found.links)}"
    for group in found.causes(audience):
        yield from _cause(found, group, audience)
    others = [change for change in found.changes if change.asks(audience) == Advice.SAFE and change.waiver is None]
    known = [change for change in others if change.scope == "operation" and change.severity(audience) in _WORTH_KNOWING]
    # Warnings only show what is not reported anyway.
    held = {change.cause for group in found.causes(audience) for change in group}
    known = [change for change in known if change.cause not in held]
    if known:
        yield ""
        yield "### Worth knowing"
        yield ""
        for group in _groups(known):
            yield _folded(group, audience)
    quiet = [change for change in others if change not in known]
    if quiet:
        yield ""
        yield f"<details><summary>{_number(len(quiet), 'change')} that do not hold the merge</summary>"
        yield ""
        for group in _groups(sorted(quiet, key=lambda change: (change.severity(audience).rank, change.rule.id))):
            yield _folded(group, audience)
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


def _label(link: str) -> str:
    return link.removeprefix("https://github.com/").replace("/compare/", " ")


def _cause(found: PairComparison, group: list[Change], audience: str) -> Iterator[str]:
    lead = group[0]
    yield ""
    yield f"### {lead.rule.says[0].upper()}{lead.rule.says[1:]}"
    yield ""
    facts = f", {_number(len(group), 'fact')}" if len(group) > 1 else ""
    yield f"{lead.severity(audience)}, {lead.rule.layer}{facts}"
    yield ""
    shown = group[:_EXAMPLES]
    for change in shown:
        clause = f" (contract: {change.clause})" if change.clause else ""
        before, after = _differing(change.finding)
        yield f"- `{_short(change)}`: {_values(before, after)}{clause}"
    rest = [change.rule.id for change in group[_EXAMPLES:]]
    if rest:
        yield f"- and {len(rest)} more ({', '.join(sorted(set(rest)))})"
    example = _example(found.new, lead)
    if example:
        yield ""
        yield "```sh" if example.startswith("aws ") else "```python"
        yield example
        yield "```"


def _folded(group: list[Change], audience: str) -> str:
    first = group[0]
    names = ", ".join(f"`{_short(change)}`" for change in group[:_EXAMPLES])
    more = f" and {len(group) - _EXAMPLES} more" if len(group) > _EXAMPLES else ""
    scope = {"lifecycle": ", lifecycle", "service": ", other operations"}.get(first.scope, "")
    values = ""
    if len(group) == 1 and first.rule.layer != SOURCE:
        values = f": {_values(*_differing(first.finding))}"
    return f"- {first.rule.says} ({first.severity(audience)}, {first.rule.layer}{scope}): {names}{more}{values}"


def _groups(changes: Sequence[Change]) -> Iterator[list[Change]]:
    """The changes of one rule, scope and waiver together, in the order of the first of each."""
    groups: dict[tuple[str, str, Any], list[Change]] = {}
    for change in changes:
        groups.setdefault((change.rule.id, change.scope, change.waiver), []).append(change)
    yield from groups.values()


def _example(client: Client, change: Change) -> str | None:
    """Code that meets a change, in the language of the client that is judged, or None."""
    template = change.rule.example
    if template is None or template.startswith("aws ") != client.is_cli:
        return None
    finding = change.finding
    service, name, *rest = [*finding.fact.part.split("/"), "", ""]
    if change.rule.layer != "model":
        service, name, rest = "cognito-idp", "", []
    method = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()
    members = [part for part in rest[1:] if part not in ("", "required", "min", "max", "type", "pattern")]
    path = "".join("[0]" if member == "member" else f'["{member}"]' for member in members)
    return template.format(
        before=_plain(finding.before),
        after=_plain(finding.after),
        call=f'boto3.client("{service}").{method}',
        arguments=_arguments(members),
        path=path,
    )


def _arguments(members: Sequence[str]) -> str:
    """Code that gives one member, however deep it lies: `SmsConfiguration={"SnsCallerArn": ...}`."""
    if not members:
        return "..."
    value = "..."
    for member in reversed(members[1:]):
        value = f"[{value}]" if member == "member" else f'{{"{member}": {value}}}'
    return f"{members[0]}={value}"


def _differing(finding: RuleHit) -> tuple[Any, Any]:
    """Both values; of two objects only the members that differ."""
    before, after = finding.before, finding.after
    if isinstance(before, dict) and isinstance(after, dict):
        names = [name for name in sorted(before.keys() | after.keys()) if before.get(name) != after.get(name)]
        before, after = ({name: side[name] for name in names if name in side} for side in (before, after))
    return before, after


def _short(change: Change) -> str:
    name = str(change.finding.fact)
    return name.removeprefix("source/") if change.rule.layer == SOURCE else name.removeprefix("model/cognito-idp/")


def _plain(value: Any) -> str:
    if value is None:
        return "not there"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)


def _values(before: Any, after: Any) -> str:
    """Both values in a line of Markdown, each cut so that the difference stays visible."""
    if before is None or after is None:
        return f"{_quoted(before, 0)} → {_quoted(after, 0)}"
    was, is_ = _plain(before), _plain(after)
    same = next((place for place, (a, b) in enumerate(zip(was, is_, strict=False)) if a != b), min(len(was), len(is_)))
    start = 0 if max(len(was), len(is_)) <= _LONG else max(0, same - 20)
    return f"{_quoted(before, start)} → {_quoted(after, start)}"


def _quoted(value: Any, start: int) -> str:
    if value is None:
        return "not there"
    text = _plain(value)[start:]
    text = ("…" if start else "") + (text if len(text) <= _LONG else f"{text[: _LONG - 1]}…")
    return f"`{text.replace('`', chr(39)).replace(chr(10), ' ') or ' '}`"


def _counts(found: PairComparison, audience: str) -> dict[Severity, int]:
    counts = dict.fromkeys(Severity, 0)
    for change in found.changes:
        counts[change.severity(audience)] += 1
    return counts


def document(
    comparisons: Sequence[PairComparison],
    audience: str,
    notes: Sequence[str],
    read: Sequence[str],
    exit_code: int,
    header: Mapping[str, Any],
) -> dict[str, Any]:
    """The JSON report (schemas/sdk-gate.schema.json)."""
    return {
        "format": 2,
        "header": dict(header),
        "audience": audience,
        "exit_code": exit_code,
        "waivers": list(notes),
        "pins": list(read),
        "pairs": [
            {
                "from": _side(found.old),
                "to": _side(found.new),
                "downgrade": found.is_downgrade,
                "verdict": {name: found.verdict(name).value for name in AUDIENCES},
                "causes": {name: [_cause_entry(group, name) for group in found.causes(name)] for name in AUDIENCES},
                "warnings": {name: [_cause_entry(group, name) for group in found.warnings(name)] for name in AUDIENCES},
                "severities": {
                    name: {severity.value: number for severity, number in _counts(found, name).items()}
                    for name in AUDIENCES
                },
                "looked_at": dict(found.looked_at),
                "ignored": dict(found.ignored),
                "links": list(found.links),
                "changes": [_entry(change) for change in found.changes],
            }
            for found in comparisons
        ],
    }


def _side(client: Client) -> dict[str, Any]:
    return {"package": client.package, "version": client.version, "parts": dict(client.parts)}


def _cause_entry(group: list[Change], audience: str) -> dict[str, Any]:
    lead = group[0]
    return {
        "rule": lead.rule.id,
        "says": lead.rule.says,
        "fact": str(lead.finding.fact),
        "verdict": max((change.asks(audience) for change in group), key=lambda verdict: verdict.rank).value,
        "facts": len(group),
    }


def _entry(change: Change) -> dict[str, Any]:
    return {
        "fact": str(change.finding.fact),
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
