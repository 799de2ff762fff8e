"""The transitions: what each operation of the password lifecycle makes of a user, read from `schemas/`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import product
from typing import Any

from conformance.contract.files import SCHEMAS, toml

NONE = "none"  # the status of a user that does not exist


@dataclass(frozen=True)
class Row:
    """What `operation` makes of a user in the status `start`, enabled or not, `when` a condition holds ("": always).

    `error` is the named error, `to` the status afterwards (`start` after an error, None where no source tells),
    `answer` what a sign-in gives, and `also` an outcome that a source has against that and that is as good. Without a
    `claim` nothing is known of this cell.
    """

    operation: str
    when: str
    start: str
    to: str | None
    error: str | None
    claim: str | None
    provenance: str | None
    answer: str | None = None
    enabled: bool = True
    also: str | None = None

    @property
    def id(self) -> str:
        """The row in one word."""
        words = [self.operation, self.when, self.start, "" if self.enabled else "disabled"]
        return "-".join(re.sub(r"[^A-Za-z0-9_]+", "-", word) for word in words if word)

    @property
    def asserted(self) -> bool:
        """Whether a target can be judged by it: our own reasoning accuses nobody."""
        return self.claim is not None and self.provenance != "inferred"

    @property
    def outcome(self) -> str:
        """What the request ends in: the error, what a sign-in gives, or `accepted`."""
        return self.error or self.answer or "accepted"


@dataclass(frozen=True)
class Table:
    """Every row, in the order of the file, and the statuses it speaks of."""

    rows: tuple[Row, ...]
    statuses: tuple[str, ...]
    retired: tuple[str, ...]

    def find(self, operation: str, when: str, start: str, enabled: bool = True) -> Row:
        """The row for this cell; one of which nothing is known where the file has none."""
        unknown = Row(operation, when, start, None, None, None, None, enabled=enabled)
        return self._cells.get((operation, when, start, enabled), unknown)

    @cached_property
    def _cells(self) -> Mapping[tuple[str, str, str, bool], Row]:
        return {(row.operation, row.when, row.start, row.enabled): row for row in self.rows}


@cache
def load() -> Table:
    """The table."""
    document = toml("transitions", SCHEMAS / "transitions.toml")
    rows = tuple(row for entry in document["transition"] for row in _rows(entry))
    return Table(rows, tuple(document["statuses"]), tuple(document["retired"]))


def _rows(entry: Mapping[str, Any]) -> list[Row]:
    return [
        Row(
            operation=entry["operation"],
            when=when,
            start=start,
            to=start if "error" in entry else {"same": start, "unknown": None}.get(entry["to"], entry["to"]),
            error=entry.get("error"),
            claim=entry.get("claim"),
            provenance=entry.get("provenance"),
            answer=entry.get("answer"),
            enabled=entry.get("enabled", True),
            also=entry.get("also"),
        )
        for when, start in product(entry.get("when", [""]), entry["from"])
    ]
