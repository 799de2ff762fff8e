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
import tomllib
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from jsonschema import Draft202012Validator

from conformance.contract.files import SCHEMAS
from conformance.errors import BadInput
from conformance.gate.rules import RULES, Finding


@dataclass(frozen=True)
class Waiver:
    """An accepted change."""

    fact: str
    rule: str | None
    reason: str
    date: datetime.date
    expires: datetime.date

    def covers(self, finding: Finding) -> bool:
        """Whether it was written for this change."""
        return fnmatchcase(finding.fact, self.fact) and self.rule in (None, finding.rule)

    @property
    def title(self) -> str:
        """As it stands in a report."""
        return f"{self.fact} ({self.rule})" if self.rule else self.fact


def load(path: Path) -> list[Waiver]:
    """Read waivers. Raises BadInput for a file that is not one."""
    try:
        text = path.read_text(encoding="utf-8")
        document = tomllib.loads(text)
    except OSError as problem:
        raise BadInput(f"waivers {path} cannot be read: {problem.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise BadInput(f"waivers {path}: {problem}") from None
    schema = json.loads((SCHEMAS / "waivers.schema.json").read_text(encoding="utf-8"))
    # TOML has dates, JSON Schema has not: they are checked as what TOML makes of them.
    for broken in Draft202012Validator(schema).iter_errors(json.loads(json.dumps(document, default=_date))):
        raise BadInput(f"waivers {path}: {broken.json_path}: {broken.message}")
    waivers = []
    for entry in document.get("waiver", []):
        if not isinstance(entry["date"], datetime.date) or not isinstance(entry["expires"], datetime.date):
            raise BadInput(f"waivers {path}: {entry['fact']}: write date and expires as TOML dates, 2026-11-12")
        if entry["expires"] <= entry["date"]:
            raise BadInput(f"waivers {path}: {entry['fact']} expires before it begins")
        if entry.get("rule") is not None and entry["rule"] not in RULES:
            raise BadInput(f"waivers {path}: {entry['rule']!r} is no rule of the gate")
        waivers.append(Waiver(entry["fact"], entry.get("rule"), entry["reason"], entry["date"], entry["expires"]))
    return waivers


def _date(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime.date) else str(value)
