"""The HTML report: one file that needs nothing else; without its script everything can still be read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from jinja2 import Environment
from markupsafe import Markup

from conformance.contract import ledger
from conformance.contract import options as listed_options
from conformance.errors import BadInput
from conformance.report import diagram, help_page
from conformance.report.document import document, results_of
from conformance.report.findings import MARKS, by_topic, counted, known_causes_of, plainest, tone
from conformance.report.pages import asset, environment
from conformance.report.replay import again, ways
from conformance.run.run import Run
from conformance.verdict.results import Result, Tally
from conformance.verdict.verdicts import Kind, Verdict

# So many steps of an exchange are shown; the JSON report has all of them.
_STEPS, _FEW = 12, 4
_WAYS = {"sdk": "boto3", "aws": "AWS CLI", "curl": "curl"}


@dataclass(frozen=True)
class CauseSection:
    """A cause as the page shows it: what the JSON report says of it, and the result that stands for all."""

    entry: Mapping[str, Any]
    results: Sequence[Result]

    @property
    def shown(self) -> Result:
        """The plainest of the results that the baseline does not have, else of all that diverge, else of all."""
        diverging = [result for result in self.results if result.kind]
        return plainest([result for result in diverging if not result.known] or diverging or self.results)[0]

    @property
    def tone(self) -> str:
        """How it is coloured."""
        return "known" if self.entry["known"] else str(self.entry["verdict"])


def render(report: Mapping[str, Any]) -> str:
    """A JSON report (schemas/results.schema.json) as HTML."""
    results = results_of(report)
    topics = by_topic(results.values())
    by_claim = {one.claim.id: one for claims in topics.values() for one in claims}
    causes = _causes(report, results.values())
    return (
        _environment()
        .get_template("page.html.jinja")
        .render(
            report=report,
            target=report["target"],
            summary=report["summary"],
            tally=Tally.of(results.values()),
            results=list(results.values()),
            new=[cause for cause in causes if cause.entry["new"]],
            known=_known(causes),
            known_causes=len(known_causes_of(report)),
            unjudged=[cause for cause in causes if cause.entry["kind"] is None],
            examples={cause.shown.id for cause in causes},
            topics=topics,
            by_claim=by_claim,
            help=list(help_page.parts(ledger.load_all())),
            options=listed_options.options(),
            nodes=diagram.nodes(),
            edges=diagram.edges(results.values()),
            unproved=_unproved(report, results.values()),
            kinds=Counter(result.kind for result in results.values() if result.kind),
            clients={name: report["clients"].get(name, "not installed") for name in report["summary"]["bindings"]},
        )
    )


def _environment() -> Environment:
    made = environment()
    made.filters["text"] = _text
    made.globals |= {
        "again": again,
        "js": asset("page.js"),
        "book": ledger.load_all(),
        "counted": counted,
        "diagram": diagram,
        "marks": {**{str(verdict): mark for verdict, (mark, _) in MARKS.items()}, "known": "✗", "none": "·"},
        "short": _short,
        "steps": lambda result, whole: result.exchange[-_STEPS if whole else -_FEW :],
        "tally_of": Tally.of,
        "tone": tone,
        "tone_of": lambda claim: tone(claim.results),
        "ways": ways,
        "way_names": _WAYS,
        "Kind": Kind,
        "Verdict": Verdict,
    }
    return made


def _causes(report: Mapping[str, Any], results: Iterable[Result]) -> list[CauseSection]:
    groups: dict[str, list[Result]] = {}
    for result in results:
        if result.cause:
            groups.setdefault(result.cause, []).append(result)
    return [CauseSection(entry, groups[entry["id"]]) for entry in report["causes"]]


def _known(causes: Iterable[CauseSection]) -> dict[str, list[CauseSection]]:
    """The known causes by what the baseline says of them."""
    groups: dict[str, list[CauseSection]] = {}
    for cause in causes:
        if cause.entry["known"]:
            groups.setdefault("; ".join(cause.entry["reasons"]), []).append(cause)
    return groups


def _unproved(report: Mapping[str, Any], results: Iterable[Result]) -> list[tuple[str, str]]:
    """What a reader might take for proved, and why it is not: a count or a noun, and the reason."""
    lines: list[tuple[str, str]] = []
    groups: dict[tuple[Verdict, str], int] = {}
    for result in results:
        if result.verdict not in (Verdict.CONFORMS, Verdict.DIVERGES):
            place = (result.verdict, result.reason or "")
            groups[place] = groups.get(place, 0) + 1
    for (verdict, reason), number in sorted(groups.items(), key=lambda item: -item[1]):
        lines.append((f"{counted(number, 'result')} {verdict}", reason))
    states = Counter(claim.state for claim in ledger.load_all().claims.values())
    for state in ("pending", "untestable"):
        if states[state]:
            lines.append((f"{counted(states[state], 'claim')} {state}", "listed in the ledger, and not judged"))
    if report["clock"].startswith("stands still"):
        lines.append(("Expiry", f"the target's clock {report['clock']}"))
    if report["summary"]["shard"]:
        lines.append(("A share", f"only {report['summary']['shard']} of the claims were judged"))
    return lines


def _text(value: str) -> Markup:
    """A value for the inside of an element, where quotation marks need no escape: a page has 50,000 of them."""
    return Markup(escape(value, quote=False))


def _short(text: str, most: int = 1000) -> str:
    return text if len(text) <= most else f"{text[:most]}…"


def write(run: Run, file: Path) -> None:
    """Write the report to `file`. Raises BadInput where that cannot be done."""
    try:
        file.write_text(render(document(run)), encoding="utf-8")
    except OSError as error:
        raise BadInput(f"{file} cannot be written: {error.strerror}") from None
