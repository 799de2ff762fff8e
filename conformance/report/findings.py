"""Results grouped and explained."""

from __future__ import annotations

import math
import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from conformance.bindings import NAMES
from conformance.contract import ledger
from conformance.contract.ledger import Claim
from conformance.report.replay import ways
from conformance.run import catalogue
from conformance.run.options import BINDINGS
from conformance.run.settings import Settings
from conformance.target.clock import libfaketime
from conformance.verdict.causes import Cause
from conformance.verdict.journal import Exchange
from conformance.verdict.results import Result, Tally
from conformance.verdict.verdicts import Kind, Verdict

MARKS = {
    Verdict.CONFORMS: ("✓", "green"),
    Verdict.DIVERGES: ("✗", "red"),
    Verdict.UNSUPPORTED: ("-", "yellow"),
    Verdict.BLOCKED: ("-", "yellow"),
    Verdict.INCONCLUSIVE: ("?", "magenta"),
    Verdict.SKIPPED: ("·", "dim"),
}

# What a statement is marked with where its results differ.
GRAVEST = (
    Verdict.INCONCLUSIVE,
    Verdict.DIVERGES,
    Verdict.UNSUPPORTED,
    Verdict.BLOCKED,
    Verdict.CONFORMS,
    Verdict.SKIPPED,
)


@dataclass(frozen=True)
class Finding:
    """Results that say the same: one claim, one scenario, one kind, one observation."""

    results: tuple[Result, ...]

    @property
    def first(self) -> Result:
        """The result that stands for all."""
        return self.results[0]


def findings(results: Iterable[Result]) -> list[Finding]:
    """The divergences among `results`, those that say the same together, most serious first."""
    groups: dict[tuple[object, ...], list[Result]] = {}
    for result in results:
        if result.verdict == Verdict.DIVERGES:
            groups.setdefault((result.kind, result.claim, result.scenario, result.observed, result.known), []).append(
                result
            )
    ordered = sorted(groups.values(), key=lambda g: (g[0].kind.severity if g[0].kind else 0, g[0].claim, g[0].id))
    # The plainest binding stands for the others.
    return [Finding(tuple(sorted(group, key=lambda r: (NAMES.index(r.binding), r.id)))) for group in ordered]


def reproduce(result: Result, settings: Settings) -> str:
    """The command that judges just this result again."""
    bindings = [] if result.binding in BINDINGS.split(",") else ["--bindings", result.binding]
    words = ["cognito-conformance", "run", *shlex.split(settings.arguments), *bindings, "-k", result.id]
    return shlex.join(words)


def explanation(result: Result, settings: Settings) -> str:
    """A divergence as text: claim, source, expected and observed, the exchange, how to see it again."""
    claim = ledger.load_all().claims[result.claim]
    lines = [
        f"{result.kind}: {claim.text}",
        f"  claim      {claim.id} ({claim.provenance}, confidence {claim.confidence})",
        f"  source     {claim.sources[0]}",
        *([f"  reading    {claim.reading}"] if claim.reading else []),
        f"  expected   {result.expected}",
        f"  observed   {result.observed}",
        *[f"  {line}" for line in _exchange(result)],
        f"  reproduce  {reproduce(result, settings)}",
    ]
    found = ways(result, settings.target.url)
    for name, title in (("aws", "by the AWS CLI"), ("curl", "by curl and jq")):
        lines += [f"  {title}", *[f"    {line}" for line in found.get(name, ())]] if found.get(name) else []
    return "\n".join(lines)


def _exchange(result: Result) -> list[str]:
    """The call that was judged and, behind it, the observation that decided; `--json` has every step."""
    judged = [number for number, step in enumerate(result.exchange) if step.judged]
    shown = sorted({*judged[-1:], len(result.exchange) - 1}) if result.exchange else []
    return [line for step in (result.exchange[number] for number in shown) for line in _step(step, result)]


def _step(step: Exchange, result: Result) -> list[str]:
    """A step as lines: with its headers where they may be what is accused, with the days that passed before it."""
    when = f" ({step.later:g} days later)" if step.later else ""
    shown = step.headers if result.kind in (Kind.SHAPE, Kind.LEAK) else {}
    sent = ", ".join(f"{name}: {value}" for name, value in step.request.get("headers", {}).items())
    return [
        f"sent       {_short(step.sent)}{when}",
        *([f"headers    {_short(sent)}"] if sent else []),
        *([f"received   {_short(step.received)}"] if step.received else []),
        *([f"headers    {_short(', '.join(f'{name}: {value}' for name, value in shown.items()))}"] if shown else []),
    ]


def _short(text: str, most: int = 400) -> str:
    text = text.replace("\n", " ")
    return text if len(text) <= most else f"{text[:most]}…"


def clock(settings: Settings) -> str:
    """Whether time passes at the target, which expiry takes, and what moves it."""
    target = settings.target
    if target.control:
        return "moved by the target's control path"
    if target.faketime and libfaketime():
        return "moved by libfaketime"
    if settings.state:
        return f"waited for: {relative(settings.state.path)}"
    missing = "pip install libfaketime" if target.faketime else None
    remedy = "--state FILE judges it in two runs" if target.url else missing
    return "stands still, so expiry is skipped" + (f": {remedy}" if remedy else "")


def relative(path: Path) -> str:
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(path)


@dataclass(frozen=True)
class ClaimResults:
    """A claim with the results over every binding and parameter."""

    claim: Claim
    results: tuple[Result, ...]

    @property
    def verdict(self) -> Verdict:
        """The gravest verdict among the results."""
        return next(verdict for verdict in GRAVEST if any(result.verdict == verdict for result in self.results))

    @property
    def tally(self) -> Tally:
        """How many results had which verdict."""
        return Tally.of(self.results)

    @property
    def findings(self) -> list[Finding]:
        """The divergences, those that say the same together."""
        return findings(self.results)

    @property
    def known(self) -> bool:
        """Whether the baseline has every divergence of this claim."""
        return all(finding.first.known for finding in self.findings)


def tone(results: Iterable[Result]) -> str:
    """How results look together: their gravest verdict, `known` if every divergence is, `none` without results."""
    found = list(results)
    verdict = next((one for one in GRAVEST if any(result.verdict == one for result in found)), None)
    if verdict == Verdict.DIVERGES and all(result.known for result in found if result.verdict == verdict):
        return "known"
    return str(verdict or "none")


def by_topic(results: Iterable[Result]) -> dict[str, list[ClaimResults]]:
    """The claims that were run, by topic, in the order of the ledger."""
    by_claim: dict[str, list[Result]] = {}
    for result in sorted(results, key=lambda r: r.id):
        by_claim.setdefault(result.claim, []).append(result)
    topics: dict[str, list[ClaimResults]] = {}
    for claim in ledger.load_all().claims.values():
        if claim.id in by_claim:
            topics.setdefault(claim.topic, []).append(ClaimResults(claim, tuple(by_claim[claim.id])))
    return topics


def difference(expected: str | None, observed: str | None) -> str:
    """What was observed in place of what is documented; what was looked at is named once."""
    noun, _, documented = (expected or "").partition(": ")
    seen = (observed or "").removeprefix(f"{noun}: ") if documented else observed
    return f"{seen} in place of {documented or noun}"


def percent(figure: float | None) -> str:
    """A share as every report shows it: rounded down, so that nothing with a single exception shows 100 %."""
    return "-" if figure is None else f"{math.floor(figure * 1000 + 1e-9) / 10:.1f} %"


def counted(number: int, noun: str) -> str:
    """A number with its noun: 1 claim, 2 claims."""
    return f"{number} {noun if number == 1 else noun + 's'}"


def numbered(number: int, cause: Cause, settings: Settings) -> str:
    """A cause as text: the plainest of its new results explained, and where else it shows."""
    first, *others = plainest(cause.new)
    ids = [result.id for result in others[:5]] + ([f"{len(others) - 5} more"] if len(others) > 5 else [])
    also = [f"  also in    {one}" for one in ids]
    return "\n".join([f"{number}. {explanation(first, settings)}", f"  cause      {cause.id}", *also])


def plainest(results: Iterable[Result]) -> list[Result]:
    """The results, the plainest binding first."""
    return sorted(results, key=lambda result: (NAMES.index(result.binding), result.id))


def known_causes(explained: Iterable[tuple[str, Kind]]) -> dict[str, Kind]:
    """The known causes among divergences: what the baseline says, each once with its most serious kind, that one first.

    `explained` has, for whatever the baseline knows, its reason and the kind of the divergence."""
    kinds: dict[str, Kind] = {}
    for reason, kind in explained:
        kinds[reason] = min(kind, kinds.get(reason, kind), key=lambda one: one.severity)
    return dict(sorted(kinds.items(), key=lambda item: (item[1].severity, item[0])))


def known_causes_of(report: Mapping[str, Any]) -> dict[str, Kind]:
    """The known causes of a JSON report."""
    return known_causes((reason, Kind(cause["kind"])) for cause in report["causes"] for reason in cause["reasons"])


def scenarios_of(claim: Claim) -> list[str]:
    """The scenarios that judge a claim, with file and line."""
    return [
        f"{s.name} (conformance/scenarios/{s.file}:{s.line}; {', '.join(s.bindings)})"
        for s in catalogue.of_claim(claim.id)
    ]
