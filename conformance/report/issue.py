"""A divergence as the text of an issue for the target's tracker."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from typing import Any

from conformance.contract import ledger
from conformance.errors import BadInput
from conformance.report.document import results_of
from conformance.report.findings import counted, difference, plainest
from conformance.report.replay import again, ways
from conformance.verdict.results import Result
from conformance.verdict.verdicts import Verdict


def text(report: Mapping[str, Any], name: str) -> str:
    """The issue, in Markdown, about a result or a cause of a report.

    Raises BadInput where there is no such divergence."""
    results = results_of(report)
    result = _find(results, name)
    claim = ledger.load_all().claim(result.claim)
    others = [one for one in results.values() if one.cause == result.cause and one.id != result.id]
    target = report["target"]
    found = ways(result, target["url"])
    sources = [f"<{source}>" if source.startswith("https://") else source for source in claim.sources]
    claims = sorted({one.claim for one in others} - {claim.id})
    lines = [
        f"# {_title(result)}",
        "",
        "**What Amazon Cognito documents**",
        "",
        claim.text,
        *(["", f"How we read it: {claim.reading}"] if claim.reading else []),
        "",
        *[f"- {source}" for source in sources],
        "",
        "**Expected**",
        "",
        _fenced(result.expected or ""),
        "",
        "**Observed**",
        "",
        _fenced(result.observed or ""),
        "",
        "**To see it again**",
        "",
        *_reproduction(found),
        "**Versions**",
        "",
        f"- {target['name']} {target['version'] or '(version unknown)'}",
        *[f"- {name}: {client}" for name, client in sorted(report["clients"].items())],
        f"- cognito-conformance {report['suite']['version']}, `{again(report['command'], result.id)}`, "
        f"{report['started'][:10]}",
        *(["", f"The same cause shows in {counted(len(others), 'more result')}"] if others else []),
    ]
    if others:
        lines[-1] += f" of the claims {', '.join(claims)}." if claims else "."
    return "\n".join(lines) + "\n"


def _find(results: Mapping[str, Result], name: str) -> Result:
    of_cause = [one for one in results.values() if one.cause == name and one.verdict == Verdict.DIVERGES]
    if of_cause:
        return plainest(of_cause)[0]
    if name not in results:
        nearest = next(iter(difflib.get_close_matches(name, results, n=1)), None)
        raise BadInput(
            f"{name!r} is not in the report"
            + (f"; did you mean {nearest!r}?" if nearest else ": it has no such result")
        )
    result = results[name]
    if result.verdict != Verdict.DIVERGES:
        raise BadInput(f"{name} {result.verdict}: there is nothing to report")
    return result


def _reproduction(found: Mapping[str, tuple[str, ...]]) -> list[str]:
    lines: list[str] = []
    for name, title in (("aws", "With the AWS CLI"), ("curl", "With curl and jq")):
        if found.get(name):
            lines += [f"{title}:", "", _fenced("\n".join(found[name]), "bash"), ""]
    return lines


def _fenced(content: str, language: str = "") -> str:
    """A block of code that nothing inside can end."""
    longest = max((len(run) for run in re.findall(r"`+", content)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{content}\n{fence}"


def _title(result: Result) -> str:
    """The divergence in a line."""
    by = f" by {result.flow}" if result.flow else ""
    return f"{result.operation}{by}: {_plain(difference(result.expected, result.observed))}"


def _plain(content: str) -> str:
    """A few words in a title."""
    return re.sub(r"[`\s<>|*\[\]]+", " ", content).strip()[:160]
