"""The help page of an AWS CLI program, read without a terminal and without groff: what groff would be given."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from conformance.data import SCHEMAS

_GROFF = "#!/bin/sh\nexec cat\n"


@dataclass(frozen=True)
class Option:
    """An option of the command: `claim` judges it, `shown` are the editions and programs whose synopsis must have it,
    `newer` the programs of which only later versions do."""

    name: str
    claim: str
    shown: tuple[str, ...]
    newer: tuple[str, ...] = ()


@cache
def options(operation: str = "admin-set-user-password") -> tuple[Option, ...]:
    """Every option of the command, in the order of its synopsis, from schemas/."""
    rows = tomllib.loads((SCHEMAS / f"{operation}.options.toml").read_text("utf-8"))["option"]
    return tuple(Option(**{name: _frozen(value) for name, value in row.items()}) for row in rows)


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def environment(folder: Path) -> Mapping[str, str]:
    """The variables with which `aws ... help` prints its page's source; `folder` takes a groff that does nothing."""
    stand_in = folder / "groff"
    stand_in.write_text(_GROFF, encoding="utf-8")
    stand_in.chmod(0o755)
    return {"PATH": f"{folder}:/usr/bin:/bin", "PAGER": "cat", "MANPAGER": "cat", "AWS_PAGER": "cat"}


def synopsis(page: str) -> tuple[str, ...]:
    """The options that the synopsis of a page's source shows, in order; none where there is no synopsis."""
    plain = page.replace(r"\-", "-")
    found = re.search(r"(?ms)^\.SH SYNOPSIS$(.*?)^\.SH ", plain)
    return tuple(dict.fromkeys(re.findall(r"--[a-z0-9][\w-]*", found[1]))) if found else ()
