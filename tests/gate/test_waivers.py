"""Waivers excuse a change for a time, and nothing after it."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from conformance.errors import BadInput
from conformance.gate import comparison, report, waivers
from conformance.gate.clients import Client
from conformance.gate.observation import Observation
from conformance.gate.rules import Fact

TODAY = datetime.datetime.now(datetime.UTC).date()
EARLIER, LATER = TODAY - datetime.timedelta(days=30), TODAY + datetime.timedelta(days=30)
WAIVER = """[[waiver]]
fact = "{fact}"
reason = "We looked at it, and it is wanted."
date = {date}
expires = {expires}
"""


def _load(
    tmp_path: Path, fact: str, expires: object = LATER, date: object = EARLIER, more: str = ""
) -> list[waivers.Waiver]:
    file = tmp_path / "waivers.toml"
    file.write_text(WAIVER.format(fact=fact, date=date, expires=expires) + more)
    return waivers.load(file)


def _retried(accepted: list[waivers.Waiver]) -> comparison.PairComparison:
    sides = [Observation(facts={Fact("retries", "default/throttled/attempts"): attempts}) for attempts in (1, 3)]
    old, new = Client("botocore", "1"), Client("botocore", "2")
    return comparison.judge((old, sides[0]), (new, sides[1]), waivers=accepted)


def test_a_waiver_excuses_a_change_for_a_time(tmp_path: Path) -> None:
    """A waived change does not hold the merge, and is shown with the reason and the day on which that ends."""
    accepted = _load(tmp_path, "retries/default/*")
    found = _retried(accepted)

    assert (_retried([]).verdict("caller"), found.verdict("caller")) == ("review", "safe")
    assert f"We looked at it, and it is wanted. Until {LATER}." in report.markdown([found], "caller", [])
    assert list(waivers.notes(accepted, set(comparison.waivers_used([found])), TODAY)) == []


def test_a_waiver_for_one_rule_excuses_no_other(tmp_path: Path) -> None:
    """A waiver that names a rule leaves the same fact under another rule as it is."""
    assert _retried(_load(tmp_path, "*", more='rule = "endpoint-changed"\n')).verdict("caller") == "review"


def test_an_expired_waiver_covers_nothing(tmp_path: Path) -> None:
    """On the day on which it expires the change asks for review again, and a note says why."""
    accepted = _load(tmp_path, "retries/default/*", expires=TODAY)
    [note] = waivers.notes(accepted, set(), TODAY)

    assert _retried(accepted).verdict("caller") == "review"
    assert f"expired on {TODAY}" in note


def test_a_waiver_that_no_change_needs_is_a_note(tmp_path: Path) -> None:
    """It is named, and holds no merge: the next release may need it."""
    accepted = _load(tmp_path, "nothing/like/this")
    [note] = waivers.notes(accepted, set(), TODAY)

    assert "no change in this run needs it" in note


@pytest.mark.parametrize(
    ("fact", "date", "expires", "more", "line"),
    [
        ("x/*", "2026-01-01", "2025-01-01", "", "expires before it begins"),
        ("x/*", "2026-01-01", "9999-12-31", "", "more than a year"),
        ("x/*", "2026-01-01", "2026-06-01", "rule = 'no-such-rule'\n", "no-such-rule"),
        ("x/*", '"2026-01-01"', "2026-06-01", "", "TOML dates"),
        ("x/*", "2026-01-01T10:00:00Z", "2026-06-01", "", "TOML dates"),
        ("x/*", "2026-01-01", "2026-06-01T10:00:00", "", "TOML dates"),
        ("*", "2026-01-01", "2026-06-01", "", "accepts too much"),
        ("?*/*", "2026-01-01", "2026-06-01", "", "accepts too much"),
        ("[a-z]*", "2026-01-01", "2026-06-01", "", "accepts too much"),
    ],
)
def test_a_waiver_that_cannot_hold_is_bad_input(
    tmp_path: Path, fact: str, date: str, expires: str, more: str, line: str
) -> None:
    """Dates that are not dates, a year or more, an unknown rule, a pattern that names no layer: one line says which."""
    with pytest.raises(BadInput, match=line):
        _load(tmp_path, fact, expires, date, more)


@pytest.mark.parametrize(
    "content",
    [b"[[waiver]]\nfact = 'x/y'", b"waiver = [", b"[[waivers]]\n", b"\xff\xfe"],
    ids=["no-reason", "not-toml", "misspelt", "not-utf-8"],
)
def test_a_file_that_is_not_a_list_of_waivers_is_bad_input(tmp_path: Path, content: bytes) -> None:
    """Whatever is wrong with it, one line says so."""
    file = tmp_path / "waivers.toml"
    file.write_bytes(content)

    with pytest.raises(BadInput, match=r"waivers\.toml"):
        waivers.load(file)
