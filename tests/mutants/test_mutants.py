"""The suite has teeth: what is broken on purpose is noticed."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from dataclasses import replace

import pytest
from jsonschema import Draft202012Validator

from conformance.aws_cli import discovery
from conformance.contract import ledger
from conformance.contract.files import SCHEMAS
from conformance.errors import BadInput
from conformance.mutants import faults, hostile, trials
from conformance.mutants.command import chosen_bindings, chosen_names
from conformance.mutants.matrix import breakable, matrix
from conformance.mutants.mutant import serving
from conformance.mutants.trials import TrialResult, try_hostile, try_mutants
from tests.forked import inherited

needs_aws_cli = pytest.mark.skipif(discovery.version("cli") is None, reason="awscli is not installed")

OF_A_ROW = "not-refresh-token-signs-in"
# One of each kind, quick to kill.
SOME = (
    "status-wrong-permanent-from-unconfirmed",
    "stored-truncated-to-72",
    "admin-user-password-auth-skips-the-challenge",
    "name-may-end-in-a-line-feed",
    "minimum-one-less",
    "numbers-become-booleans",
    "output-has-a-member",
    "bad-password-leaks",
    "signature-is-compared-in-part",
    "policy-prefix-of-sign-up",
    # What was done to a user once is done again without a trace: a kept user would hide it.
    "name-is-lost",
    "creation-date-is-lost",
    OF_A_ROW,
)


@pytest.fixture
def mutants(tmp_path):
    """`cognito-conformance mutants` with these arguments: exit code, output, and the matrix as JSON."""

    def call(*arguments):
        file = tmp_path / "matrix.json"
        command = [sys.executable, "-m", "conformance", "mutants", f"--json={file}", *arguments]
        own = {**inherited(), "TMPDIR": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "cache")}
        done = subprocess.run(command, cwd=tmp_path, env=own, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout + done.stderr, json.loads(file.read_text()) if file.exists() else None

    return call


def test_a_mutant_says_what_is_wrong_and_names_claims_that_are_judged():
    """Every mutant is a sentence, and the claims that must kill it, or may diverge, are testable; none is both."""
    every = faults.catalogue().values()
    testable = {claim.id for claim in ledger.load_all().claims.values() if claim.state == "testable"}

    assert [one.name for one in every if not one.intent.endswith(".")] == []
    assert sorted({claim for one in every for claim in (*one.claims, *one.also)} - testable) == []
    assert [one.name for one in every if set(one.claims) & set(one.also)] == []


def test_every_testable_claim_has_two_mutants():
    """A claim about a target that is judged is one that at least two mutants must be killed by."""
    needed = Counter(claim for one in faults.catalogue().values() for claim in one.claims)

    assert sorted(claim for claim in breakable() if needed[claim] < 2) == []


@needs_aws_cli
def test_mutants_are_killed_by_the_claims_that_must(mutants, tmp_path):
    """A sample of all kinds is killed, with each binding that can express it; nothing is left behind."""
    code, output, document = mutants("-n", "2", "-k", " or ".join(SOME))

    assert code == 0, output
    assert {row["mutant"]: row["outcome"] for row in document["mutants"]} == dict.fromkeys(SOME, "killed")
    assert document["failures"] == []
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["matrix.json"]
    killers = {row["mutant"]: row["killed_by"] for row in document["mutants"]}
    assert killers[OF_A_ROW] == ["refresh-token-signs-in|sdk"]  # a trial goes straight to a row of the table
    cells = {row["claim"]: row["bindings"] for row in document["claims"]}
    assert set(cells["permanent-password-confirms"]) == {"sdk", "wire", "cli"}
    assert set(cells["wrong-signature-is-refused"]) == {"wire"}
    assert _violations(document) == []


def _violations(document):
    schema = json.loads((SCHEMAS / "mutants.schema.json").read_text("utf-8"))
    return list(Draft202012Validator(schema).iter_errors(document))


@pytest.mark.parametrize(
    "claim",
    [
        "refresh-token-signs-in",
        pytest.param("required-reset-comes-before-a-change", marks=pytest.mark.slow),
        pytest.param("password-code-must-have-been-sent", marks=pytest.mark.slow),
    ],
)
def test_the_walks_of_a_run_find_what_the_trials_do(run, claim):
    """The walks of a default run, which nobody leads anywhere, visit the rows to which a trial goes straight."""
    with serving(faults.catalogue()[f"not-{claim}"].plant) as url:
        done = run("reference", "--endpoint-url", url, "-k", "test_lifecycle", "--tier", "wording")

    assert claim in {r["claim"] for r in done.report["results"] if r["verdict"] == "diverges"}


def test_a_hostile_service_is_judged_as_what_it_is():
    """No conforming result by accident, no divergence by throttling, and the right exit code."""
    names = ("always-nothing", "mine-html", "mine-throttled", "throttled-twice")

    assert [finding for finding in try_hostile(names, 2) if not finding.as_meant] == []


def test_an_interrupted_run_is_taken_up(tmp_path, monkeypatch):
    """What the state file has is not tried again, half a line at its end is."""
    monkeypatch.setattr(trials, "warm", lambda: pytest.fail("something was tried"))
    state = tmp_path / "state.jsonl"
    known = TrialResult(SOME[0], ("permanent-password-confirms|wire",), (), 1.0)
    state.write_text(json.dumps(vars(known)) + "\n" + '{"mutant": "half')
    results = try_mutants([SOME[0]], 1, ("wire",), state)

    assert next(results) == known


def test_what_is_missed_fails():
    """A mutant that nothing kills, or not all that must, and a claim that kills nothing, are each a failure."""
    fine = TrialResult(SOME[0], ("permanent-password-confirms|wire",), (), 1.0)
    survivor = replace(fine, killed_by=(), missed_by=("permanent-password-confirms|wire",))
    unseen = replace(fine, missed_by=("permanent-password-confirms|cli",))

    assert matrix([fine], [], complete=False).failures == []
    assert matrix([survivor], [], complete=False).failures == [f"{SOME[0]} survived"]
    assert matrix([unseen], [], complete=False).failures == [f"{SOME[0]} is missed by permanent-password-confirms|cli"]
    idle = matrix([fine], [], complete=True).failures
    assert "success-is-http-200 kills no mutant" in idle
    assert "permanent-password-confirms kills no mutant" not in idle


@pytest.mark.parametrize("names", ["wire,soap", "cli2"])
def test_a_binding_that_is_not_there_is_bad_input(monkeypatch, names):
    """A binding that does not exist, or is not installed, is refused: nothing could be killed with it."""
    monkeypatch.setattr(discovery, "version", lambda _: None)

    with pytest.raises(BadInput, match=names):
        chosen_bindings(names)


@needs_aws_cli
def test_all_that_is_installed_is_asked(monkeypatch):
    """Without `--bindings` the AWS CLI is asked where it is installed."""
    assert chosen_bindings(None) == ("sdk", "wire", "cli")
    monkeypatch.setattr(discovery, "version", lambda _: None)
    assert chosen_bindings(None) == ("sdk", "wire")


def test_an_unknown_word_is_bad_input():
    """`-k` with a word that is nowhere says so."""
    with pytest.raises(BadInput, match="nosuchthing"):
        chosen_names("nosuchthing")


def test_hostile_services_have_names_of_their_own():
    """A hostile service and a mutant never have the same name."""
    assert set(hostile.catalogue()) & set(faults.catalogue()) == set()
