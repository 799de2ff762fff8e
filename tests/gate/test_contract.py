"""The pinned contract: its file, and what a version is blamed for."""

from __future__ import annotations

from pathlib import Path

from conformance.contract.files import SCHEMAS
from conformance.gate import contract, facts, observation
from conformance.gate.observation import Observation
from conformance.gate.observers.client.cases import LIFECYCLE
from conformance.gate.rules import RULES, Fact


def test_the_contract_fits_its_schema_and_names_rules_once() -> None:
    """Each clause has an id of its own, and every schema that it cites is there."""
    clauses = contract.load()

    assert len({clause.id for clause in clauses}) == len(clauses)
    assert all((SCHEMAS / clause.value).exists() for clause in clauses if clause.holds == "fits")


def test_the_lifecycle_of_the_contract_is_what_the_observers_send() -> None:
    """One list of lifecycle operations, in the contract and in the observer."""
    assert contract.operation() == "AdminSetUserPassword"
    assert set(LIFECYCLE) == contract.lifecycle() | {"AdminSetUserPassword"}


def test_a_promise_that_neither_side_keeps_does_not_hold_the_merge() -> None:
    """An upgrade is not blamed for what was so before; it is named all the same."""
    side = Observation(facts={Fact("validation", "long-Password"): {"raised": "ParamValidationError"}})
    broken = [
        (clause.id, finding.rule)
        for clause, finding in contract.judge(contract.load(), side, side)
        if clause.fact == "validation/long-Password"
    ]

    assert broken == [("password-reaches-the-service", "contract-broken-before")]
    assert RULES["contract-broken-before"].caller == "warn"


def test_noise_is_a_short_list_of_names() -> None:
    """What is ignored is ignored by name, and there is little of it."""
    assert set(facts.NOISE) == {"user-agent", "invocation-id"}


def test_what_a_module_of_the_gate_imports_is_not_a_client() -> None:
    """No module of the gate but the observers names boto3, botocore or awscli in an import."""
    for path in Path(observation.__file__).parent.glob("*.py"):
        lines = [line.split() for line in path.read_text("utf-8").splitlines() if line.startswith(("import ", "from "))]
        assert not {words[1].partition(".")[0] for words in lines} & {"boto3", "botocore", "awscli"}, path
