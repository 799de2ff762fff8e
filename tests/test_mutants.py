"""The suite has teeth: what is broken on purpose is noticed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace

import pytest

from conformance import ledger
from conformance.mutants import faults, hostile, trial
from conformance.mutants.program import breakable, chosen_names, matrix
from conformance.mutants.trial import Outcome, try_out
from conformance.verdicts import BadInput

# One of each kind, quick to catch.
SOME = (
    "status-wrong-permanent-from-unconfirmed",
    "stored-truncated-to-72",
    "stored-before-the-policy",
    "admin-user-password-auth-skips-the-challenge",
    "aliases-need-no-verification",
    "name-may-end-in-a-line-feed",
    "minimum-one-less",
    "symbol-hyphen-does-not-count",
    "texts-become-booleans",
    "output-has-a-member",
    "bad-password-leaks",
    "target-by-prefix",
    "body-is-not-signed",
    "policy-prefix-of-sign-up",
)


@pytest.fixture
def mutants(tmp_path):
    """`cognito-conformance mutants` with these arguments: exit code, output, and the matrix as JSON."""

    def call(*arguments):
        file = tmp_path / "matrix.json"
        command = [sys.executable, "-m", "conformance", "mutants", f"--json={file}", *arguments]
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "PYTEST_"))}
        own = {**inherited, "TMPDIR": str(tmp_path)}
        done = subprocess.run(command, cwd=tmp_path, env=own, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout + done.stderr, json.loads(file.read_text()) if file.exists() else None

    return call


def test_there_are_mutants_enough():
    """At least 120 mutants, each of which says in a sentence what is wrong, and names claims that are judged."""
    every = faults.catalogue().values()
    testable = {claim.id for claim in ledger.load_all().claims.values() if claim.state == "testable"}

    assert len(every) >= 120
    assert [one.name for one in every if not one.intent.endswith(".") or not one.claims] == []
    assert sorted({claim for one in every for claim in one.claims} - testable) == []


def test_every_testable_claim_has_a_mutant():
    """A claim about AdminSetUserPassword at a target that is judged is one that some mutant must be caught by."""
    meant = {claim for one in faults.catalogue().values() for claim in one.claims}

    assert sorted((set(breakable()) & ledger.load().claims.keys()) - meant) == []


def test_mutants_are_caught_by_the_claims_that_must(mutants):
    """A sample of all kinds is caught as meant, and nothing is left behind but what an interrupted run would need."""
    code, output, document = mutants("-n", "2", "-k", " or ".join(SOME))

    assert code == 0, output
    assert {row["mutant"]: row["caught"] for row in document["mutants"]} == dict.fromkeys(SOME, "as meant")
    assert document["failures"] == []


def test_a_mutant_is_caught_through_every_binding(mutants):
    """What boto3, raw HTTP and the AWS CLI can see, each of them sees."""
    chosen = "status-wrong-permanent-from-unconfirmed or unknown-pool-is-a-missing-user"
    code, output, document = mutants("-n", "2", "-k", chosen, "--bindings", "sdk,wire,cli")

    assert code == 0, output
    assert [row["missed"] for row in document["mutants"]] == [[], []]
    seen = {pair.partition("|")[2] for row in document["mutants"] for pair in row["broken"]}
    assert seen == {"sdk", "wire", "cli"}


@pytest.mark.parametrize("name", ["always-nothing", "mine-html", "mine-throttled", "throttled-twice"])
def test_a_hostile_service_is_judged_as_what_it_is(mutants, name):
    """No conforming result by accident, no divergence by throttling, and the right exit code."""
    code, output, document = mutants("-k", name)

    assert code == 0, output
    assert [finding["as_meant"] for finding in document["hostile"] if finding["hostile"] == name] == [True]


def test_an_interrupted_run_is_taken_up(tmp_path, monkeypatch):
    """What the state file knows is not tried again, half a line at its end is."""
    monkeypatch.setattr(trial, "_warm", lambda: pytest.fail("something was tried"))
    state = tmp_path / "state.jsonl"
    known = Outcome(SOME[0], ("permanent-password-confirms|wire",), (), 1.0)
    state.write_text(json.dumps(vars(known)) + "\n" + '{"mutant": "half')
    outcomes = try_out([SOME[0]], 1, ("wire",), state)

    assert next(outcomes) == known


def test_survivors_and_unbroken_claims_fail():
    """A mutant that nothing catches, and a claim that nothing breaks, are each a failure."""
    fine = Outcome(SOME[0], ("permanent-password-confirms|wire",), (), 1.0)
    survivor = replace(fine, broken=(), missed=("permanent-password-confirms|wire",))
    unseen = replace(fine, missed=("permanent-password-confirms|cli",))

    assert matrix([fine], [], complete=False, every_binding=True).failures == []
    assert matrix([survivor], [], complete=False, every_binding=False).failures == [f"{SOME[0]} survived"]
    assert matrix([unseen], [], complete=False, every_binding=True).failures == [f"{SOME[0]} is not seen through cli"]
    unbroken = matrix([fine], [], complete=True, every_binding=False).failures
    assert "success-is-http-200 is broken by no mutant" in unbroken
    assert "permanent-password-confirms is broken by no mutant" not in unbroken


def test_an_unknown_word_is_bad_input():
    """`-k` with a word that is nowhere says so."""
    with pytest.raises(BadInput, match="nosuchthing"):
        chosen_names("nosuchthing")


def test_hostile_services_have_names_of_their_own():
    """A hostile service and a mutant are never called alike."""
    assert set(hostile.catalogue()) & set(faults.catalogue()) == set()
