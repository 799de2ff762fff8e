"""The options of the CLI command that the ledger lists."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from conformance.contract.files import SCHEMAS, toml


@dataclass(frozen=True)
class CommandOption:
    """An option of the command: `claim` judges it, `shown` are the editions and programs whose synopsis must have it,
    `newer` the programs of which only later versions do."""

    name: str
    claim: str
    shown: tuple[str, ...]
    newer: tuple[str, ...] = ()


@cache
def options(operation: str = "admin-set-user-password") -> tuple[CommandOption, ...]:
    """Every option of the command, in the order of its synopsis, from schemas/."""
    rows = toml("options", SCHEMAS / f"{operation}.options.toml")["option"]
    return tuple(CommandOption(**{name: _frozen(value) for name, value in row.items()}) for row in rows)


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
