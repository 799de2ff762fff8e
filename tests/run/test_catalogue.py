"""Scenarios and ledger belong together, and the package is what its map says."""

import re
from collections import Counter

from conformance.contract import ledger, transitions
from conformance.run import catalogue
from conformance.run.catalogue import SCENARIOS

PACKAGE = SCENARIOS.parent
TESTABLE = {claim.id for claim in ledger.load_all().claims.values() if claim.state == "testable"}
WALKED = {row.claim for row in transitions.load().rows}


def test_scenarios_cite_exactly_the_testable_claims():
    """Every testable claim has a scenario, and no scenario cites anything else."""
    cited = {scenario.claim for scenario in catalogue.scenarios() if scenario.claim}
    book = ledger.load_all()

    assert sorted(cited - set(book.claims)) == [], "no claims of the ledger"
    assert sorted(cited - TESTABLE) == [], "cited, but the ledger says that they are not judged"
    assert sorted(TESTABLE - cited - WALKED) == [], "no scenario judges them"


def test_a_scenario_is_named_for_its_claim():
    """The scenario's name is the claim's id, so that either leads to the other."""
    cited = [(s.name, s.claim) for s in catalogue.scenarios() if s.claim]
    odd = {name: claim for name, claim in cited if name != f"test_{claim.replace('-', '_')}"}

    assert odd == {}


def test_one_scenario_takes_its_claims_from_the_table():
    """Only the walks cite no claim of their own: they judge the rows of the table of transitions."""
    assert [scenario.name for scenario in catalogue.scenarios() if not scenario.claim] == ["test_transition"]


def test_scenario_names_are_unique():
    """A name alone says which scenario is meant: ids and baselines rely on it."""
    repeated = [name for name, count in Counter(s.name for s in catalogue.scenarios()).items() if count > 1]

    assert repeated == []


def test_a_scenario_says_what_can_be_observed():
    """Each scenario has a docstring of one sentence."""
    silent = [s.name for s in catalogue.scenarios() if not re.fullmatch(r"[A-Z`].*\.", s.docstring.partition("\n")[0])]

    assert silent == []


def test_no_scenario_knows_its_target_or_sleeps():
    """No scenario names a target or waits."""
    for path in SCENARIOS.glob("*/test_*.py"):
        source = path.read_text("utf-8")
        assert re.search(r"\b(moto|localstack|ministack|floci|fakecloud)\b", source, re.IGNORECASE) is None, path.name
        assert "sleep" not in source, path.name
