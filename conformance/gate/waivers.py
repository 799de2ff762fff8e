"""Waivers: changes that somebody looked at and accepted, with a reason, for a time.

[[waiver]]
fact = "retries/default/*"        # shell wildcards; the fact as the gate names it
rule = "retry-attempts-changed"   # optional: only changes under this rule
reason = "Our imports run below the quota; three attempts are wanted."
date = 2026-11-12
expires = 2027-02-12
"""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from conformance.contract import files
from conformance.errors import BadInput
from conformance.gate.rules import RULES, RuleHit

_AT_MOST = datetime.timedelta(days=366)


@dataclass(frozen=True)
class Waiver:
    """An accepted change. It covers nothing from the day on which it expires."""

    fact: str
    rule: str | None
    reason: str
    date: datetime.date
    expires: datetime.date

    def covers(self, finding: RuleHit, today: datetime.date) -> bool:
        """Whether it was written for this change, and still holds."""
        return today < self.expires and self.is_about(finding)

    def is_about(self, finding: RuleHit) -> bool:
        """Whether it was written for this change."""
        return fnmatchcase(str(finding.fact), self.fact) and self.rule in (None, finding.rule)

    @property
    def title(self) -> str:
        """As it stands in a report."""
        return f"{self.fact} ({self.rule})" if self.rule else self.fact


def load(path: Path) -> list[Waiver]:
    """Read waivers. Raises BadInput for a file that is not one."""
    document = files.toml("waivers", path)
    # JSON Schema has no dates: they are checked below.
    broken = files.fault(json.loads(json.dumps(document, default=str)), "waivers")
    if broken is not None:
        raise BadInput(f"waivers {path}: {broken.json_path}: {broken.message}")
    return [_waiver(path, entry) for entry in document.get("waiver", [])]


def _waiver(path: Path, entry: dict[str, Any]) -> Waiver:
    fact, rule, date, expires = entry["fact"], entry.get("rule"), entry["date"], entry["expires"]
    # A datetime is a date to Python, and cannot be compared with one.
    if type(date) is not datetime.date or type(expires) is not datetime.date:
        raise BadInput(f"waivers {path}: {fact}: write date and expires as TOML dates, 2026-11-12")
    if expires <= date:
        raise BadInput(f"waivers {path}: {fact} expires before it begins")
    if expires - date > _AT_MOST:
        raise BadInput(f"waivers {path}: {fact} holds for more than a year: look again before that")
    if rule is not None and rule not in RULES:
        raise BadInput(f"waivers {path}: {rule!r} is not a rule of the gate")
    if not re.fullmatch(r"[\w-]+(/.*)?", fact) and rule is None:
        raise BadInput(
            f"waivers {path}: {fact!r} accepts too much: begin with a layer, retries/default/*, or add a rule"
        )
    return Waiver(fact, rule, entry["reason"], date, expires)


def notes(accepted: Sequence[Waiver], used: Set[Waiver], today: datetime.date) -> Iterator[str]:
    """Lines on the waivers that have expired, and on those that no change needs."""
    for waiver in accepted:
        if waiver.expires <= today:
            yield f"{waiver.title}: expired on {waiver.expires} and covers nothing: look again, or remove it"
        elif waiver not in used:
            yield f"{waiver.title}: no change in this run needs it (until {waiver.expires})"
