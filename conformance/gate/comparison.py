"""One pair of client versions: what changed, who is affected, and may it merge."""

from __future__ import annotations

import datetime
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from enum import StrEnum

from conformance.errors import BadInput, Inconclusive
from conformance.gate import contract, facts, installation, models, observation, suite
from conformance.gate.clients import Client
from conformance.gate.observation import SERVICE, Observation
from conformance.gate.rules import MODEL, RULES, SOURCE, Fact, Rule, RuleHit, Severity
from conformance.gate.waivers import Waiver

AUDIENCES = ("caller", "emulator")
SCOPES = ("operation", "lifecycle", "service")


class Advice(StrEnum):
    """May it merge? `safe`: yes. `review`: look first. `breaking`: something that worked fails."""

    SAFE = "safe"
    REVIEW = "review"
    BREAKING = "breaking"

    @property
    def rank(self) -> int:
        """0 for safe."""
        return list(Advice).index(self)


@dataclass(frozen=True)
class Change:
    """A finding, judged: its rule, how near it is to the operation under test, and what excuses it.

    `service_wide`: callers of the service's other operations are asked too."""

    finding: RuleHit
    rule: Rule
    scope: str
    clause: str | None = None
    waiver: Waiver | None = None
    service_wide: bool = False

    def severity(self, audience: str) -> Severity:
        """How it matters to `caller` or `emulator`, waived or not."""
        return self.rule.caller if audience == "caller" else self.rule.emulator

    def asks(self, audience: str) -> Advice:
        """The verdict that this change alone would give."""
        severity = self.severity(audience)
        if self.waiver is not None:
            return Advice.SAFE
        if self.scope == "service":
            doubtful = severity == Severity.BREAK and self.service_wide
            return Advice.REVIEW if doubtful else Advice.SAFE
        if severity == Severity.BREAK:
            return Advice.BREAKING
        if severity == Severity.BEHAVIOUR:
            return Advice.REVIEW
        new_to_support = audience == "emulator" and severity == Severity.GAP and self.scope == "operation"
        return Advice.REVIEW if new_to_support else Advice.SAFE

    @property
    def cause(self) -> Hashable:
        """Changes of one cause are one thing to look at, however many facts show it."""
        if self.rule.topic is not None:
            return self.rule.topic
        if self.rule.layer == MODEL and self.finding.fact.operation:
            # A shape that many operations use.
            member = self.finding.fact.part.rpartition(f"/{self.finding.fact.operation}/")[2].split("/")[-2:]
            return self.rule.id, *member, str(self.finding.before), str(self.finding.after)
        return self.rule.id


@dataclass(frozen=True)
class PairComparison:
    """All that was found between two clients."""

    old: Client
    new: Client
    changes: tuple[Change, ...]
    looked_at: Mapping[str, int] = field(default_factory=dict)
    ignored: Mapping[str, int] = field(default_factory=dict)
    links: tuple[str, ...] = ()

    def verdict(self, audience: str) -> Advice:
        """May it merge, for this audience?"""
        return max((change.asks(audience) for change in self.changes), key=lambda v: v.rank, default=Advice.SAFE)

    def causes(self, audience: str) -> list[list[Change]]:
        """The changes that hold the merge, those of one cause together, the most serious first."""
        groups = _by_cause(change for change in self.changes if change.asks(audience) != Advice.SAFE)
        return sorted(groups.values(), key=lambda group: -max(change.asks(audience).rank for change in group))

    def warnings(self, audience: str) -> list[list[Change]]:
        """The changes that hold nothing and may matter to some, those of one cause together.

        Only what AdminSetUserPassword meets, and no cause that holds the merge anyway."""
        holding = {change.cause for group in self.causes(audience) for change in group}
        warned = (
            change
            for change in self.changes
            if change.severity(audience) == Severity.WARN and change.scope == "operation" and change.waiver is None
        )
        groups = _by_cause(change for change in warned if change.cause not in holding)
        # Changed source comes last: it says where to look, the others say what is different.
        return sorted(groups.values(), key=lambda group: group[0].rule.layer == SOURCE)

    @property
    def is_downgrade(self) -> bool:
        """Whether the new version is lower than the old one."""
        return self.new.is_older_than(self.old)


def _by_cause(changes: Iterable[Change]) -> dict[Hashable, list[Change]]:
    groups: dict[Hashable, list[Change]] = {}
    for change in changes:
        groups.setdefault(change.cause, []).append(change)
    return groups


@dataclass(frozen=True)
class Options:
    """What the scenarios are run against, and who is asked."""

    scenarios: str | None = "moto"
    expression: str | None = None
    service_wide: bool = False


def compare(old: Client, new: Client, options: Options, waivers: Sequence[Waiver] = ()) -> PairComparison:
    """Observe both clients and judge what differs. Raises BadInput and Inconclusive."""
    if old.is_cli != new.is_cli:
        raise BadInput(
            f"{old.title} and {new.title} are not two versions of one client: compare SDK with SDK, CLI with CLI"
        )
    with ThreadPoolExecutor(1) as aside:
        running = aside.submit(_scenarios, old, new, options)
        before, after = observation.observe((old, new))
        found, number = running.result()
    for fact, value in before.facts.items():
        if fact.part == "observer":
            raise Inconclusive(f"{old.title} cannot be observed: {fact.layer}: {value['crashed']}: {value['text']}")
    return judge((old, before), (new, after), found, waivers, options=options, scenarios=number)


def judge(
    old: tuple[Client, Observation],
    new: tuple[Client, Observation],
    found: Iterable[RuleHit] = (),
    waivers: Sequence[Waiver] = (),
    options: Options | None = None,
    scenarios: int = 0,
) -> PairComparison:
    """Judge what was observed: by the contract first, then one side by the other.

    `found` is what differs in the scenarios, of which so many were compared."""
    before, after = old[1], new[1]
    options = options or Options(scenarios=None)
    today = datetime.datetime.now(datetime.UTC).date()

    def change(finding: RuleHit, clause: str | None = None) -> Change:
        waiver = next((one for one in waivers if one.covers(finding, today)), None)
        return Change(
            finding, RULES[finding.rule], scope_of(finding.fact), clause, waiver, service_wide=options.service_wide
        )

    clauses = contract.load()
    changes = [change(finding, clause.id) for clause, finding in contract.judge(clauses, before, after)]
    compared = facts.compare(before.facts, after.facts)
    modelled = models.compare(SERVICE, before.models.get(SERVICE), after.models.get(SERVICE))
    installed = installation.compare(old[0], new[0])
    changes += [change(finding) for finding in (*found, *modelled, *compared.findings, *installed)]
    looked_at = {
        "operations": sum(len(model["operations"]) for model in after.models.values()),
        "facts": len(before.facts.keys() | after.facts.keys()),
        "modules": installation.looked_at(old[0], new[0]),
        "contract clauses": len(clauses),
        "scenarios": scenarios,
    }
    return PairComparison(
        old[0],
        new[0],
        tuple(sorted(changes, key=_order)),
        looked_at,
        dict(sorted(compared.ignored.items())),
        tuple(installation.links(old[0], new[0])),
    )


def _scenarios(old: Client, new: Client, options: Options) -> tuple[list[RuleHit], int]:
    if options.scenarios is None:
        return [], 0
    before, after = suite.judge((old, new), options.scenarios, options.expression)
    number = suite.compared(before, after)
    if not number:
        raise Inconclusive(
            f"no scenario was judged under both {old.title} and {new.title} against {options.scenarios}: "
            "see `cognito-conformance run`, or choose --scenarios none"
        )
    return list(suite.compare(before, after)), number


# What a reader should see first of many facts: the setting itself, what is met without any, and the errors of the page.
_FIRST = (
    "/defaults/",
    "/install/vendored/awscli",
    "/default/TooManyRequestsException/",
    "/default/InternalErrorException-500/",
    "/default/",
)


def _order(change: Change) -> tuple[int, int, int, str, int, str, str]:
    fact = f"/{change.finding.fact}"
    worst = min(change.rule.caller.rank, change.rule.emulator.rank)
    first = next((place for place, part in enumerate(_FIRST) if part in fact), len(_FIRST))
    topic = change.rule.topic or change.rule.id
    # Rules of one topic are reported together, the most telling fact first.
    return change.rule.caller.rank, worst, SCOPES.index(change.scope), topic, first, change.rule.id, fact


def scope_of(fact: Fact) -> str:
    """How near a fact is to AdminSetUserPassword."""
    if fact.operation in ("", contract.operation()):
        return "operation"
    return "lifecycle" if fact.operation in contract.lifecycle() else "service"


def waivers_used(comparisons: Iterable[PairComparison]) -> Iterator[Waiver]:
    """The waivers that excuse a change."""
    for comparison in comparisons:
        for change in comparison.changes:
            if change.waiver is not None:
                yield change.waiver
