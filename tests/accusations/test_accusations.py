"""Whether everything that the shipped baselines accuse is true, by requests that owe nothing to the suite."""

from __future__ import annotations

import pytest

from conformance.errors import BadInput
from conformance.target.definition import resolve
from tests.accusations.proofs import PROOFS
from tests.accusations.sweep import TARGETS, Accusation, accusations, sweep

every_target = pytest.mark.parametrize("target", TARGETS)


@every_target
def test_every_accused_claim_has_a_proof(target):
    """No claim is in a shipped baseline without a function that shows its sentence broken."""
    assert {one.claim for one in accusations(target)} - PROOFS.keys() == set()


@pytest.mark.parametrize("proof", sorted(set(PROOFS.values()), key=lambda proof: proof.__name__))
def test_every_proof_says_what_it_shows(proof):
    """Each proof states the fact that its requests show."""
    assert proof.__doc__


@pytest.mark.slow
@every_target
def test_what_baselines_accuse_is_true(target):
    """Each accusation of a shipped baseline is seen again by requests written by hand, with the same observation."""
    try:
        resolve(target, None)
    except BadInput as absent:
        pytest.skip(str(absent))
    accused = accusations(target)

    found = sweep(target, accused)

    assert [one for one in accused if found.proof(one) is None] == []
    assert found.faults == []


@pytest.mark.slow
def test_proofs_show_nothing_where_every_claim_is_met():
    """The reference, which meets all claims at once, breaks no sentence in the eyes of any proof."""
    found = sweep("reference", [Accusation(claim, None, "") for claim in PROOFS])

    assert found.breaches == []
    assert found.faults == []
