"""The tables under fixtures/ that scenarios are run over: under each claim its rows, one value in each."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

from conformance.contract.files import FIXTURES, toml

# In fixtures/passwords.toml: the policy of a pool that is created without one.
NOT_SENT = "not sent"


def accepted_passwords(claim: str) -> pytest.MarkDecorator:
    """Run a scenario over the passwords that `claim` accepts, each with the `policy` of its pool."""
    rows = _table("passwords.toml")["passwords"][claim]
    values = [(_policy(row), spelled(row["password"])) for row in rows]
    return pytest.mark.parametrize(("policy", "password"), values, ids=[row["id"] for row in rows])


def refused_passwords(claim: str) -> pytest.MarkDecorator:
    """Run a scenario over the passwords that `claim` refuses, each beside the one that is `put_right`."""
    rows = _table("passwords.toml")["passwords"][claim]
    values = [(_policy(row), spelled(row["password"]), spelled(row["put_right"])) for row in rows]
    return pytest.mark.parametrize(("policy", "password", "put_right"), values, ids=[row["id"] for row in rows])


def names(claim: str) -> pytest.MarkDecorator:
    """Run a scenario over the names of `claim`, as they are written: `spelled` makes them a user's own."""
    rows = _table("usernames.toml")["names"][claim]
    return pytest.mark.parametrize("name", [row["name"] for row in rows], ids=[row["id"] for row in rows])


def names_sent_otherwise(claim: str) -> pytest.MarkDecorator:
    """Run a scenario over the names of `claim`, each beside what is `sent` for it."""
    rows = _table("usernames.toml")["names"][claim]
    values = [(row["name"], row["sent"]) for row in rows]
    return pytest.mark.parametrize(("name", "sent"), values, ids=[row["id"] for row in rows])


def spelled(written: str | list[Any], number: str = "") -> str:
    """The value that a table writes, `number` in place of NNN; a long one is written as start, filler and length."""
    if isinstance(written, str):
        return written.replace("NNN", number)
    start, filler, length = written
    start = start.replace("NNN", number)
    return start + filler * (length - len(start))


def _policy(row: dict[str, Any]) -> dict[str, Any] | None:
    name = row.get("policy")
    if name == NOT_SENT:
        return None
    return _table("passwords.toml")["policies"][name] if name else {}


@cache
def _table(name: str) -> dict[str, Any]:
    return toml("fixture", FIXTURES / name)
