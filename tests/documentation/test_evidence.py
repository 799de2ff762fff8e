"""The page of evidence is the ledgers', and says of each audited row what became of it."""

import re

from conformance.contract import ledger
from tests.documentation import evidence


def test_the_page_is_what_the_ledgers_say():
    """The generated part of docs/evidence.md is what the ledgers give today."""
    generated = evidence.PAGE.read_text("utf-8").partition(f"{evidence.BEGIN}\n")[2]

    assert generated == evidence.page(), "run python -m tests.documentation.evidence"


def test_every_audited_row_has_an_answer():
    """The table of the audit has each row once, which names claims of the ledger or says why there is none."""
    head = evidence.PAGE.read_text("utf-8").partition(evidence.BEGIN)[0]
    rows = re.findall(r"^\| ([AC]\d+) \|", head, re.MULTILINE)
    named = set(re.findall(r"`([a-z][a-z0-9]*(?:-[a-z0-9]+)+)`", head))

    unanswered = re.findall(r"^\| ([AC]\d+) \|(?!.*(?:`[a-z][a-z0-9-]+`|No claim: )).*", head, re.MULTILINE)

    assert rows == [f"A{n}" for n in range(1, 26)] + [f"C{n}" for n in range(1, 28)]
    assert unanswered == [], "name a claim, or say why there is none"
    assert sorted(named - set(ledger.load_all().claims)) == []


def test_nothing_without_a_public_source_is_above_low():
    """A claim that nobody can look up has confidence low."""
    hidden = [c for c in ledger.load_all().claims.values() if not any(s.startswith("https") for s in c.sources)]

    assert [claim.id for claim in hidden if claim.confidence != "low"] == []
