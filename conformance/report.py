"""What a person reads: the explanation of a divergence, the progress of a run, and its summary."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console, Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from conformance import catalogue, ledger
from conformance.baseline import Baseline, Stale
from conformance.bindings import NAMES
from conformance.ledger import Claim
from conformance.results import Result, Tally
from conformance.runs import Run
from conformance.settings import TIERS, Settings, within
from conformance.targets import libfaketime
from conformance.verdicts import Verdict

_MARKS = {
    Verdict.CONFORMS: ("✓", "green"),
    Verdict.DIVERGES: ("✗", "red"),
    Verdict.UNSUPPORTED: ("-", "yellow"),
    Verdict.BLOCKED: ("-", "yellow"),
    Verdict.INCONCLUSIVE: ("?", "magenta"),
    Verdict.SKIPPED: ("·", "dim"),
}
# What a statement is marked with where its results differ.
_GRAVEST = (
    Verdict.INCONCLUSIVE,
    Verdict.DIVERGES,
    Verdict.UNSUPPORTED,
    Verdict.BLOCKED,
    Verdict.CONFORMS,
    Verdict.SKIPPED,
)


class Terminal(Console):
    """A console as wide as the terminal, else 120, that raises BrokenPipeError where nobody reads it any more."""

    def __init__(self, *, stderr: bool = False) -> None:
        stream = sys.stderr if stderr else sys.stdout
        super().__init__(stderr=stderr, highlight=False, width=None if stream.isatty() else 120)

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError


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
    bindings = [] if result.binding in ("sdk", "wire") else ["--bindings", result.binding]
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
        *(["  by hand"] if result.script else []),
        *[f"    {line}" for line in result.script],
        f"  reproduce  {reproduce(result, settings)}",
    ]
    return "\n".join(lines)


def _exchange(result: Result) -> list[str]:
    """The call that was judged and, behind it, the observation that decided; `--json` has every step."""
    calls = [step for step in result.exchange if step[0].startswith(("AdminSetUserPassword ", "POST ", "GET ", "aws "))]
    steps = dict.fromkeys([*calls[-1:], *result.exchange[-1:]])
    return [
        line for sent, received in steps for line in (f"sent       {_short(sent)}", f"received   {_short(received)}")
    ]


def _short(text: str, most: int = 400) -> str:
    text = text.replace("\n", " ")
    return text if len(text) <= most else f"{text[:most]}…"


def head(settings: Settings, clients: dict[str, str]) -> Table:
    """What is judged, against what, with which clients."""
    target = settings.target
    judged = {s.claim for s in catalogue.scenarios() if not set(s.bindings).isdisjoint(settings.bindings)}
    claims = [c for c in ledger.load_all().claims.values() if c.id in judged and within(settings.tier, c.tier)]
    known = settings.baseline
    rows = {
        "target": f"{target.name} {target.version or ''}".strip() + f" ({target.where})",
        "claims": f"{len(claims)} of AdminSetUserPassword and the lifecycle around it, tier {settings.tier}",
        "bindings": ", ".join(f"{name} ({clients.get(name, 'not installed')})" for name in settings.bindings),
        "walks": f"{settings.examples} with seed {settings.seed} (--stateful-examples, --seed)",
        "clock": _clock(settings),
        "baseline": f"{_relative(known.path)}, {len(known.entries)} known divergences" if known.path else "none",
    }
    return named(rows)


def named(rows: Mapping[str, str]) -> Table:
    """Values beside their names, as at the head of a report."""
    table = Table.grid(padding=(0, 2))
    for name, value in rows.items():
        table.add_row(Text(name, "bold"), Text(value))
    return table


def _clock(settings: Settings) -> str:
    """Whether time passes at the target, which expiry takes."""
    target = settings.target
    if target.control:
        return "moved by the target's control path"
    if target.faketime and libfaketime():
        return "moved by libfaketime"
    if settings.state:
        return f"waited for: {_relative(settings.state.path)}"
    remedy = "--state FILE judges it in two runs" if target.url else "install faketime" if target.faketime else None
    return "stands still, so expiry is skipped" + (f": {remedy}" if remedy else "")


def _relative(path: Path) -> str:
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(path)


@dataclass(frozen=True)
class Statement:
    """A claim with the results over every binding and parameter."""

    claim: Claim
    results: tuple[Result, ...]

    @property
    def verdict(self) -> Verdict:
        """The gravest verdict among the results."""
        return next(verdict for verdict in _GRAVEST if any(result.verdict == verdict for result in self.results))

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


def by_topic(run: Run) -> dict[str, list[Statement]]:
    """The claims that were run, by topic, in the order of the ledger."""
    by_claim: dict[str, list[Result]] = {}
    for result in sorted(run.results.values(), key=lambda r: r.id):
        by_claim.setdefault(result.claim, []).append(result)
    topics: dict[str, list[Statement]] = {}
    for claim in ledger.load_all().claims.values():
        if claim.id in by_claim:
            topics.setdefault(claim.topic, []).append(Statement(claim, tuple(by_claim[claim.id])))
    return topics


def statements(run: Run) -> Group:
    """Statement by statement: each claim, and how the target does on it over every binding."""
    blocks: list[Text | Padding] = []
    for topic, statements in by_topic(run).items():
        blocks.append(Text(f"\n{topic}", "bold"))
        blocks += [Padding(_statement(statement, run.settings.baseline), (0, 0, 0, 2)) for statement in statements]
    return Group(*blocks)


def _statement(statement: Statement, baseline: Baseline) -> Table:
    claim, results, verdict, tally = statement.claim, statement.results, statement.verdict, statement.tally
    mark, colour = _MARKS[verdict]
    table = Table.grid(padding=(0, 1), expand=False)
    table.add_column(width=1)
    table.add_column()
    table.add_row(Text(mark, colour), Text(claim.text))
    if verdict == Verdict.DIVERGES:
        for finding in statement.findings:
            count = f"{len(finding.results)} of {tally.total}"
            entry = baseline.entry(finding.first)
            seen = f"{finding.first.kind}: {finding.first.observed} ({count})"
            table.add_row("", Text(f"{seen}, known: {entry.reason}", "yellow") if entry else Text(seen, "red"))
    elif verdict not in (Verdict.CONFORMS, Verdict.SKIPPED):
        reasons = {result.reason for result in results if result.verdict == verdict}
        for reason in sorted(filter(None, reasons)):
            table.add_row("", Text(f"{verdict}: {reason}", colour))
    return table


def table(run: Run) -> Table:
    """Topics by bindings, conforms of judged in each cell, with the two figures at the end of each row."""
    bindings = judged_bindings(run)
    grid = Table(box=None, padding=(0, 2, 0, 0), header_style="bold", show_footer=True, footer_style="bold")
    results = list(run.results.values())
    whole = Tally.of(results)
    grid.add_column("topic", footer="all")
    for name in bindings:
        grid.add_column(name, justify="right", footer=_cell(Tally.of(r for r in results if r.binding == name)))
    for heading, figure in (("conformity", whole.conformity), ("coverage", whole.coverage)):
        grid.add_column(heading, justify="right", footer=_percent(figure))
    for topic, statements in by_topic(run).items():
        mine = [result for statement in statements for result in statement.results]
        tally = Tally.of(mine)
        cells = [_cell(Tally.of(r for r in mine if r.binding == name)) for name in bindings]
        grid.add_row(topic, *cells, _percent(tally.conformity), _percent(tally.coverage))
    return grid


def judged_bindings(run: Run) -> list[str]:
    """The bindings that have results, in the order in which they were asked for."""
    return [name for name in run.settings.bindings if any(r.binding == name for r in run.results.values())]


def _cell(tally: Tally) -> str:
    return f"{tally[Verdict.CONFORMS]} of {tally.total}" if tally.total else ""


def _percent(figure: float | None) -> str:
    # Rounded down: 100 % is said of nothing that has a single exception.
    return "-" if figure is None else f"{int(figure * 1000) / 10:.1f} %"


def summary(run: Run) -> Group:
    """What the table leaves out, the divergences beyond the baseline, and the entries that no longer hold."""
    tally = Tally.of(run.results.values())
    parts = [Text()]
    counts = [f"{tally[verdict]} {verdict}" for verdict in Verdict if tally[verdict]]
    known = sum(result.known for result in run.results.values())
    parts.append(Text(f"{tally.total} results: {', '.join(counts)}" + (f" ({known} of them known)" if known else "")))
    parts.append(Text("conformity = conforms / (conforms + diverges); coverage = (conforms + diverges) / all", "dim"))
    more = sum(run.left_out.values())
    if more:
        wider = TIERS[-1] if run.left_out[TIERS[-1]] else TIERS[1]
        parts.append(Text(f"{more} more results with --tier {wider}", "dim"))
    state = run.settings.state
    waiting = state.waiting().values() if state else ()
    if state and waiting:
        last = max(waiting, key=lambda user: user.due)
        parts.append(Text(f"{len(waiting)} results wait in {_relative(state.path)}: give it again from {last.day} on"))
    pending = [claim for claim in ledger.load_all().claims.values() if claim.state == "pending"]
    if pending:
        parts.append(
            Text(f"{len(pending)} claims of the ledger are pending: cognito-conformance claims --state pending", "dim")
        )
    new = findings(run.new)
    if new:
        parts.append(Text(f"\n{len(new)} divergences beyond the baseline, most serious first", "bold red"))
        parts += [Text(f"\n{_numbered(number, finding, run.settings)}") for number, finding in enumerate(new, 1)]
    if run.stale:
        parts.append(Text(f"\n{len(run.stale)} entries of the baseline no longer describe the target", "bold red"))
        parts += [Text(f"  {_stale(stale)}") for stale in run.stale]
        parts.append(Text("  mend them with cognito-conformance baseline update"))
    undecided = [r for r in run.results.values() if r.verdict == Verdict.INCONCLUSIVE]
    reasons: dict[str, list[Result]] = {}
    for result in undecided:
        reasons.setdefault(result.reason or "", []).append(result)
    for reason, results in reasons.items():
        what = "a fault of the suite, please report it" if results[0].fault else "inconclusive"
        parts.append(Text(f"\n{len(results)} results: {what}: {reason}\n  first: {results[0].id}", "magenta"))
    parts.append(Text())
    return Group(*parts)


def _numbered(number: int, finding: Finding, settings: Settings) -> str:
    text = explanation(finding.first, settings)
    others = finding.results[1:]
    also = ", ".join(result.where for result in others[:6])
    more = f" and {len(others) - 6} more" if len(others) > 6 else ""
    return f"{number}. {text}" + (f"\n  also in    {also}{more}" if others else "")


def _stale(stale: Stale) -> str:
    return f"{stale.state}: {stale.entry.title}: {stale.detail}"


def verdict_line(run: Run) -> Text:
    """The last line: the exit code in words."""
    tally = Tally.of(run.results.values())
    code = run.exit_code
    if code == 3 and not tally[Verdict.INCONCLUSIVE]:
        reasons = sorted({r.reason for r in run.results.values() if r.reason})
        return Text(f"nothing could be judged: {reasons[0] if reasons else 'no scenario ran'}", "bold magenta")
    return {
        0: Text("nothing beyond the baseline", "bold green"),
        1: Text(
            f"{len(findings(run.new))} divergences beyond the baseline, {len(run.stale)} stale entries", "bold red"
        ),
        3: Text("inconclusive: the run says nothing about part of the target", "bold magenta"),
        4: Text("the suite itself failed: please report it", "bold magenta"),
    }[code]


def text_of(renderable: object, width: int = 120) -> str:
    """A renderable as plain text."""
    console = Console(width=width, no_color=True, highlight=False, force_terminal=False)
    with console.capture() as capture:
        console.print(renderable)
    return capture.get()


def scenarios_of(claim: Claim) -> list[str]:
    """The scenarios that judge a claim, with file and line."""
    return [
        f"{s.name} (conformance/scenarios/{s.file}:{s.line}; {', '.join(s.bindings)})"
        for s in catalogue.of_claim(claim.id)
    ]
