"""One pair of client versions: what changed, for whom, and may it merge."""

from __future__ import annotations

import tomllib
import zlib
from collections import Counter
from collections.abc import Mapping, Sequence, Set
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from pathlib import Path

from conformance.errors import BadInput
from conformance.gate import contract, facts, models, observation, suite
from conformance.gate.clients import Client
from conformance.gate.observation import SERVICE, Observation
from conformance.gate.rules import RULES, Finding, Rule, Severity
from conformance.gate.waivers import Waiver

AUDIENCES = ("caller", "emulator")
SCOPES = ("operation", "lifecycle", "service", "other")
_HELD_BACK = ("operation", "lifecycle")


class Verdict(StrEnum):
    """May it merge? `safe`: yes. `review`: something behaves otherwise. `breaking`: something that worked fails."""

    SAFE = "safe"
    REVIEW = "review"
    BREAKING = "breaking"

    @property
    def rank(self) -> int:
        """0 for safe."""
        return list(Verdict).index(self)


@dataclass(frozen=True)
class Change:
    """A finding, judged: its rule, how near it is to the operation under test, and what excuses it."""

    finding: Finding
    rule: Rule
    scope: str
    clause: str | None = None
    waiver: Waiver | None = None

    def severity(self, audience: str) -> Severity:
        """How it matters to `caller` or `emulator`, waived or not."""
        return self.rule.caller if audience == "caller" else self.rule.emulator

    def asks(self, audience: str) -> Verdict:
        """The verdict that this change alone would give.

        A break anywhere counts; another behaviour counts where AdminSetUserPassword or its lifecycle shows it."""
        severity = self.severity(audience)
        if self.waiver is not None:
            return Verdict.SAFE
        if severity == Severity.BREAK:
            return Verdict.BREAKING
        return Verdict.REVIEW if severity == Severity.BEHAVIOUR and self.scope in _HELD_BACK else Verdict.SAFE


@dataclass(frozen=True)
class Comparison:
    """All that was found between two clients."""

    old: Client
    new: Client
    changes: tuple[Change, ...]
    looked_at: Mapping[str, int] = field(default_factory=dict)
    ignored: Mapping[str, int] = field(default_factory=dict)

    def verdict(self, audience: str) -> Verdict:
        """May it merge, for this audience?"""
        return max((change.asks(audience) for change in self.changes), key=lambda v: v.rank, default=Verdict.SAFE)


@dataclass(frozen=True)
class Scope:
    """What to look at besides cognito-idp (services at the model layer), and what to run the scenarios against."""

    services: tuple[str, ...] = ()
    everything: bool = False
    scenarios: str | None = "moto"
    expression: str | None = None


def compare(old: Client, new: Client, scope: Scope, waivers: Sequence[Waiver] = ()) -> Comparison:
    """Observe both clients and judge what differs. Raises BadInput and Inconclusive."""
    if old.is_cli != new.is_cli:
        raise BadInput(
            f"{old.title} and {new.title} are not two versions of one client: compare SDK with SDK, CLI with CLI"
        )
    services = (SERVICE, *(name for name in scope.services if name != SERVICE))
    same = unchanged(old, new) - {SERVICE} if scope.everything else set()
    with ThreadPoolExecutor(1) as aside:
        running = aside.submit(_scenarios, old, new, scope)
        before, after = observation.observe((old, new), services, everything=scope.everything, unchanged=sorted(same))
        runs = running.result()
    missing = [name for name in scope.services if name not in before.models and name not in after.models]
    if missing:
        raise BadInput(f"--service {missing[0]!r}: neither {old.title} nor {new.title} has such a service")
    return judge((old, before), (new, after), runs, waivers, unread=same)


def judge(
    old: tuple[Client, Observation],
    new: tuple[Client, Observation],
    scenarios: Sequence[Finding] = (),
    waivers: Sequence[Waiver] = (),
    unread: Set[str] = frozenset(),
) -> Comparison:
    """Judge what was observed: by the contract first, then one side by the other.

    `scenarios` is what differed there; `unread` names the services that are known to be the same."""
    before, after = old[1], new[1]
    clauses = contract.load()
    changes = [_change(finding, waivers, clause.id) for clause, finding in contract.judge(clauses, before, after)]
    services = before.models.keys() | after.models.keys()
    found = [*scenarios]
    for name in sorted(services):
        found += models.compare(name, before.models.get(name), after.models.get(name))
    compared = facts.compare(before.facts, after.facts)
    changes += [_change(finding, waivers) for finding in (*found, *compared.findings)]
    looked_at = {
        "services": len(services | unread),
        "operations": sum(len(model["operations"]) for model in after.models.values()),
        "facts": len(after.facts),
        "contract clauses": len(clauses),
    }
    return Comparison(
        old[0], new[0], tuple(sorted(changes, key=_order)), looked_at, dict(sorted(compared.ignored.items()))
    )


def _scenarios(old: Client, new: Client, scope: Scope) -> list[Finding]:
    if scope.scenarios is None:
        return []
    return list(suite.compare(*suite.judge((old, new), scope.scenarios, scope.expression)))


def _change(finding: Finding, waivers: Sequence[Waiver], clause: str | None = None) -> Change:
    waiver = next((one for one in waivers if one.covers(finding)), None)
    return Change(finding, RULES[finding.rule], scope_of(finding.fact), clause, waiver)


# What a reader should see first of many facts: what is met without any setting, and the errors of the page.
_FIRST = ("/default/TooManyRequestsException/", "/default/InternalErrorException-500/", "/default/")


def _order(change: Change) -> tuple[int, int, int, str, int, str]:
    fact = change.finding.fact
    worst = min(change.rule.caller.rank, change.rule.emulator.rank)
    first = next((place for place, part in enumerate(_FIRST) if part in fact), len(_FIRST))
    return change.rule.caller.rank, worst, SCOPES.index(change.scope), change.rule.id, first, fact


def scope_of(fact: str) -> str:
    """How near a fact is to AdminSetUserPassword."""
    operation, lifecycle = nearness()
    layer, _, rest = fact.partition("/")
    if layer == "model":
        service, _, rest = rest.partition("/")
        if service != SERVICE:
            return "other"
        name = rest.partition("/")[0]
        if name in ("paginators", "waiters"):
            name = rest.split("/")[1]
        elif name in ("exceptions", "documentation", "endpoint-rules") or name[:1].islower():
            return "operation"
    elif layer in ("promise", "wire", "samples"):
        name = rest.partition("/")[0]
        if layer == "wire" and name[:1].islower():
            return "operation"
    elif layer in ("command", "skeleton"):  # skeleton/admin-get-user, command/cognito-idp/admin-get-user
        name = "".join(word.capitalize() for word in rest.split("/")[-1].split("-"))
    else:
        return "operation"
    if name == operation:
        return "operation"
    return "lifecycle" if name in lifecycle else "service"


@cache
def nearness() -> tuple[str, frozenset[str]]:
    """The operation under test and the operations of its lifecycle, as the contract names them."""
    document = tomllib.loads(contract.FILE.read_text(encoding="utf-8"))
    return document["operation"], frozenset(document["lifecycle"])


def unchanged(old: Client, new: Client) -> set[str]:
    """The services whose files say the same in both, to be read in neither."""
    marks = [_marks(client) for client in (old, new)]
    return {service for service in marks[0].keys() & marks[1].keys() if marks[0][service] == marks[1][service]}


def _marks(client: Client) -> dict[str, Counter[tuple[str, int]]]:
    """Per service, the checksum of each of its files."""
    found: dict[str, Counter[tuple[str, int]]] = {}
    for root in client.path:
        for data in (root / "botocore" / "data", root / "awscli" / "botocore" / "data"):
            for file in sorted(data.glob("*/*/*.json*")):
                if not file.name.startswith("examples"):
                    service = file.relative_to(data).parts[0]
                    found.setdefault(service, Counter())[
                        "/".join(file.relative_to(data).parts[1:]), _checksum(file)
                    ] += 1
    return found


def _checksum(file: Path) -> int:
    if file.suffix != ".gz":
        return zlib.crc32(file.read_bytes())
    with file.open("rb") as packed:
        # A gzip file ends with the checksum and the size of its content; its head has the time of packing.
        packed.seek(-8, 2)
        return int.from_bytes(packed.read(8), "little")
