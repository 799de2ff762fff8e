"""What a person reads: the explanation of a divergence, the progress of a run, and its summary."""

from __future__ import annotations

from rich.console import Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from conformance.console import named
from conformance.contract import ledger
from conformance.report.findings import MARKS, ClaimResults, by_topic, findings, numbered, percent, relative
from conformance.run import catalogue
from conformance.run.options import TIERS
from conformance.run.run import Run
from conformance.run.settings import Settings, within
from conformance.target.clock import libfaketime
from conformance.verdict.baseline import Baseline, Stale
from conformance.verdict.results import Result, Tally
from conformance.verdict.verdicts import Verdict


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
        "baseline": f"{relative(known.path)}, {len(known.entries)} known divergences" if known.path else "none",
    }
    return named(rows)


def _clock(settings: Settings) -> str:
    """Whether time passes at the target, which expiry takes."""
    target = settings.target
    if target.control:
        return "moved by the target's control path"
    if target.faketime and libfaketime():
        return "moved by libfaketime"
    if settings.state:
        return f"waited for: {relative(settings.state.path)}"
    remedy = "--state FILE judges it in two runs" if target.url else "install faketime" if target.faketime else None
    return "stands still, so expiry is skipped" + (f": {remedy}" if remedy else "")


def statements(run: Run) -> Group:
    """Statement by statement: each claim, and how the target does on it over every binding."""
    blocks: list[Text | Padding] = []
    for topic, statements in by_topic(run).items():
        blocks.append(Text(f"\n{topic}", "bold"))
        blocks += [Padding(_statement(statement, run.settings.baseline), (0, 0, 0, 2)) for statement in statements]
    return Group(*blocks)


def _statement(statement: ClaimResults, baseline: Baseline) -> Table:
    claim, results, verdict, tally = statement.claim, statement.results, statement.verdict, statement.tally
    mark, colour = MARKS[verdict]
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
        grid.add_column(heading, justify="right", footer=percent(figure))
    for topic, statements in by_topic(run).items():
        mine = [result for statement in statements for result in statement.results]
        tally = Tally.of(mine)
        cells = [_cell(Tally.of(r for r in mine if r.binding == name)) for name in bindings]
        grid.add_row(topic, *cells, percent(tally.conformity), percent(tally.coverage))
    return grid


def judged_bindings(run: Run) -> list[str]:
    """The bindings that have results, in the order in which they were asked for."""
    return [name for name in run.settings.bindings if any(r.binding == name for r in run.results.values())]


def _cell(tally: Tally) -> str:
    return f"{tally[Verdict.CONFORMS]} of {tally.total}" if tally.total else ""


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
        parts.append(Text(f"{len(waiting)} results wait in {relative(state.path)}: give it again from {last.day} on"))
    pending = [claim for claim in ledger.load_all().claims.values() if claim.state == "pending"]
    if pending:
        parts.append(
            Text(f"{len(pending)} claims of the ledger are pending: cognito-conformance claims --state pending", "dim")
        )
    new = findings(run.new)
    if new:
        parts.append(Text(f"\n{len(new)} divergences beyond the baseline, most serious first", "bold red"))
        parts += [Text(f"\n{numbered(number, finding, run.settings)}") for number, finding in enumerate(new, 1)]
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
