"""What a person reads: the explanation of a divergence, the progress of a run, and its summary."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from rich.console import Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from conformance.console import named
from conformance.contract import ledger
from conformance.report.findings import (
    MARKS,
    ClaimResults,
    by_topic,
    clock,
    counted,
    difference,
    known_causes,
    numbered,
    percent,
    plainest,
    relative,
)
from conformance.run import catalogue
from conformance.run.options import TIERS
from conformance.run.run import Run
from conformance.run.settings import Settings, within
from conformance.verdict.baseline import Baseline
from conformance.verdict.causes import Cause
from conformance.verdict.results import Result, Tally
from conformance.verdict.verdicts import Kind, Verdict

# So many new causes are listed, and so many of them explained below the list, where nobody asks for all.
LISTED, EXPLAINED = 20, 5


def head(settings: Settings, clients: dict[str, str], expression: str | None = None) -> Table:
    """What is judged, against what, with which clients; `expression` is the -k that chooses among the claims."""
    target = settings.target
    judged = {s.claim for s in catalogue.scenarios() if not set(s.bindings).isdisjoint(settings.bindings)}
    claims = [c for c in ledger.load_all().claims.values() if c.id in judged and within(settings.tier, c.tier)]
    known = settings.baseline
    rows = {
        "target": f"{target.name} {target.version or ''}".strip() + f" ({target.where})",
        **({"unverified": target.unverified} if target.unverified else {}),
        "claims": f"{len(claims)} of AdminSetUserPassword and the lifecycle around it, tier {settings.tier}"
        + (f"; -k {expression} chooses among them" if expression else ""),
        "bindings": ", ".join(f"{name} ({clients.get(name, 'not installed')})" for name in settings.bindings),
        "walks": f"{settings.examples} with seed {settings.seed} (--stateful-examples, --seed)",
        "clock": clock(settings),
        "baseline": f"{relative(known.path)}, {counted(len(known.entries), 'known cause')}" if known.path else "none",
    }
    return named(rows)


def statements(run: Run) -> Group:
    """Statement by statement: each claim, and how the target does on it over every binding."""
    blocks: list[Text | Padding] = []
    for topic, statements in by_topic(run.results.values()).items():
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
    for topic, statements in by_topic(run.results.values()).items():
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
    """The verdict in a line, the counts by verdict and kind, the causes, and what of the baseline no longer holds."""
    tally = Tally.of(run.results.values())
    diverging = Counter(result.kind for result in run.results.values() if result.kind)
    known = sum(result.known for result in run.results.values())
    parts = [Text(), verdict_line(run), Text()]
    counts = ", ".join(f"{tally[verdict]} {verdict}" for verdict in Verdict if tally[verdict])
    parts.append(Text(f"{counted(tally.total, 'result')}: {counts}"))
    if diverging:
        kinds = ", ".join(f"{diverging[kind]} {kind}" for kind in Kind if diverging[kind])
        parts.append(Text(f"{counted(sum(diverging.values()), 'divergence')}: {kinds}; {known} known"))
    parts.append(
        Text(
            f"conformity {percent(tally.conformity)} = conforms / (conforms + diverges); "
            f"coverage {percent(tally.coverage)} = (conforms + diverges) / all",
            "dim",
        )
    )
    parts += _causes(run)
    if run.stale:
        parts.append(Text(f"\nThe baseline no longer describes {counted(len(run.stale), 'claim')}:", "bold red"))
        parts += [Text(f"  {stale.text}") for stale in run.stale]
        parts.append(Text("  mend it with cognito-conformance baseline update"))
    return Group(*parts)


def _causes(run: Run) -> Iterator[Text]:
    """A line for each cause: first the new ones, then the known ones, then what keeps results from being judged."""
    found = run.causes
    new = [cause for cause in found if cause.new]
    if new:
        yield Text(f"\n{counted(len(new), 'cause')} beyond the baseline, most serious first", "bold red")
        yield from _lines((cause.kind, cause.new, _telling(cause), "red") for cause in new[:LISTED])
        if len(new) > LISTED:
            yield Text(f"  … and {len(new) - LISTED} more")
    known = _known(run)
    if known:
        kinds = known_causes((reason, one.kind) for reason, group in known.items() for one in group if one.kind)
        ordered = sorted(kinds.items(), key=lambda item: (item[1].severity, -len(known[item[0]])))
        yield Text(f"\n{counted(len(kinds), 'known cause')}", "bold yellow")
        yield from _lines((kind, known[reason], reason, "yellow") for reason, kind in ordered)
    unjudged = [cause for cause in found if cause.kind is None]
    if unjudged:
        yield Text("\nNot judged", "bold")
        yield from _lines((cause.verdict, cause.results, cause.observed or "", "dim") for cause in unjudged)
    for reason, results in _undecided(run).items():
        what = "a fault of the suite, please report it" if results[0].fault else "inconclusive"
        yield Text(f"\n{counted(len(results), 'result')}: {what}: {reason}\n  first: {results[0].id}", style="magenta")


def _known(run: Run) -> dict[str, list[Result]]:
    """The known divergences, by what the baseline says of them."""
    groups: dict[str, list[Result]] = {}
    for result in run.results.values():
        if result.known and (entry := run.settings.baseline.entry(result)):
            groups.setdefault(entry.reason, []).append(result)
    return groups


def _lines(rows: Iterable[tuple[object, Sequence[Result], str, str]]) -> Iterator[Text]:
    for kind, results, text, colour in rows:
        claims = counted(len({result.claim for result in results}), "claim")
        line = Text(f"  {kind!s:<12}", colour, no_wrap=True, overflow="ellipsis")
        yield line.append(f"{counted(len(results), 'result'):>11} {claims:>10}  {text}", "default")


def _telling(cause: Cause) -> str:
    """What a new cause is, in a line: the claims that it breaks, and how."""
    first = plainest(cause.new)[0]
    more = len({result.claim for result in cause.new}) - 1
    by = f" by {cause.flow}" if cause.flow else ""
    return f"{first.claim}{f' +{more}' if more else ''}{by}: {difference(cause.expected, cause.observed)}"


def _undecided(run: Run) -> dict[str, list[Result]]:
    reasons: dict[str, list[Result]] = {}
    for result in run.results.values():
        if result.verdict == Verdict.INCONCLUSIVE:
            reasons.setdefault(result.reason or "", []).append(result)
    return reasons


def details(run: Run, most: int | None = EXPLAINED) -> Group:
    """The first new causes explained (None: all), and what the run leaves out."""
    parts: list[Text] = []
    new = [cause for cause in run.causes if cause.new]
    parts += [Text(f"\n{numbered(number, cause, run.settings)}") for number, cause in enumerate(new[:most], 1)]
    if most is not None and len(new) > most:
        rest = counted(len(new) - most, "more cause")
        parts.append(Text(f"\n{rest}: -v explains each here, --html FILE in a page", "bold"))
    more = sum(run.left_out.values())
    if more:
        wider = TIERS[-1] if run.left_out[TIERS[-1]] else TIERS[1]
        parts.append(Text(f"\n{counted(more, 'more result')} with --tier {wider}", "dim"))
    state = run.settings.state
    waiting = state.waiting().values() if state else ()
    if state and waiting:
        last = max(waiting, key=lambda user: user.due)
        wait = "waits" if len(waiting) == 1 else "wait"
        parts.append(
            Text(
                f"{counted(len(waiting), 'result')} {wait} in {relative(state.path)}: give it again from {last.day} on"
            )
        )
    return Group(*parts)


def verdict_line(run: Run) -> Text:
    """The exit code in words."""
    tally = Tally.of(run.results.values())
    code = run.exit_code
    if code == 3 and not tally[Verdict.INCONCLUSIVE]:
        reasons = sorted({r.reason for r in run.results.values() if r.reason})
        return Text(f"nothing could be judged: {reasons[0] if reasons else 'no scenario ran'}", "bold magenta")
    new = len(run.new)
    beyond = f"{counted(new, 'divergence')} beyond the baseline" if new else "nothing beyond the baseline"
    if code == 1 or new:
        stale = f", {counted(len(run.stale), 'stale claim')} in it" if run.stale else ""
        causes = f", {counted(len([cause for cause in run.causes if cause.new]), 'cause')}" if new else ""
        allowed = "; none of a kind that --fail-on names" if code == 0 else ""
        text = f"{beyond}{causes}{stale}{allowed}"
    else:
        text = beyond
    return {
        0: Text(text, "bold yellow" if new else "bold green"),
        1: Text(text, "bold red"),
        3: Text("inconclusive: the run says nothing about part of the target", "bold magenta"),
        4: Text("the suite itself failed: please report it", "bold magenta"),
    }[code]
