"""A mutant accuses only the claims that it breaks: samples of what `mutants --precision` measures."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from click.testing import CliRunner
from jsonschema import Draft202012Validator

from conformance.contract.files import SCHEMAS
from conformance.mutants import command, faults, precision
from conformance.mutants.precision import PrecisionResult, in_order, measure
from conformance.mutants.runner import Accusation

# Faulty instruments, and what is odd and breaks no claim: these would accuse most if scenarios looked through them.
INSTRUMENTS = (
    "user-srp-auth-skips-the-challenge",
    "admin-user-password-auth-takes-any-password",
    "user-password-auth-names-another-error",
    "temporary-passwords-never-expire",
    "list-users-filters-after-paging",
    "admin-get-user-shows-no-attributes",
)
QUICK = (*INSTRUMENTS, "success-is-201", "not-signed-up-user-is-unconfirmed")
# And one or more of each module of faults.
SAMPLE = (
    *QUICK,
    "status-wrong-permanent-from-unconfirmed",
    "status-late",
    "list-users-stale",
    "chosen-password-is-shown-as-a-forced-change",
    "sign-up-confirms",
    "not-password-code-sets-the-password",
    "stored-truncated-to-72",
    "stored-before-the-policy",
    "temporary-does-not-follow-permanent",
    "user-srp-auth-lets-the-disabled-in",
    "admin-user-password-auth-refuses",
    "challenge-names-another",
    "respond-grants-nothing",
    "name-is-lost",
    "case-is-always-ignored",
    "name-pattern-unchecked",
    "unknown-pool-is-a-bad-parameter",
    "minimum-off",
    "symbol-hyphen-does-not-count",
    "history-is-a-weak-password",
    "used-accounts-expire",
    "denial-comes-too-late",
    "constraints-are-validation",
    "output-has-a-member",
    "unknown-user-is-404",
    "target-by-prefix",
    "signature-is-compared-in-part",
    "pool-id-is-masked",
    "federated-users-get-no-password",
    "any-code-whether-sent-or-not",
    "session-is-anybodys",
    "tokens-are-of-another-user",
    "flows-are-not-looked-at",
    "lock-out-is-for-ever",
    "given-attributes-are-lost",
    "code-survives-a-new-password",
)
RELABELLED = "output-has-a-member"


def _false(found):
    """The accusations that no mutant declares, each with its mutant."""
    return {result.mutant: [accusation.claim for accusation in result.false] for result in found if result.false}


def test_the_samples_are_in_the_catalogue():
    """Forty mutants and more are there to be measured, each once."""
    assert len(SAMPLE) == len(set(SAMPLE)) >= 40
    assert set(SAMPLE) <= set(faults.catalogue())


@pytest.mark.slow
def test_a_sample_accuses_only_what_it_breaks():
    """Over forty mutants and all claims, whatever diverges is declared."""
    assert _false(measure(SAMPLE, 2)) == {}


@pytest.fixture(scope="module")
def measured():
    """Eight mutants against a quarter of the claims each, one of them with its own claim taken away."""
    every = dict(faults.catalogue())
    every[RELABELLED] = replace(every[RELABELLED], claims=("success-is-http-200",))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(precision, "faults", lambda: every)
        place = next(n for n in range(4) if "output-is-empty|sdk" in precision._pairs()[n::4])
        names = [*QUICK[:place], RELABELLED, *QUICK[place:]]
        return in_order(list(measure(names, 1, parts=4)))


def test_faulty_instruments_accuse_only_what_they_break(measured):
    """A flow that skips the challenge, takes any password or refuses by another name, and the like, accuse nobody else.

    The mutant whose claim was taken away is the one that accuses falsely, and the share says so."""
    assert _false(measured.results) == {RELABELLED: ["output-is-empty"]}
    assert measured.accused == measured.declared + 1
    assert not measured.enough


def test_the_command_prints_and_writes_what_was_measured(monkeypatch, tmp_path):
    """`--precision` prints the share and each false accusation, writes both as the schema has them, and ends with 1."""
    accusation = Accusation("test_x[sdk]", "output-is-empty", "sdk", "body: {}", "body: {'a': 1}")
    false = replace(accusation, claim="success-is-http-200")
    result = PrecisionResult(RELABELLED, (accusation,), (false,), 1.0)
    monkeypatch.setattr(command, "measure", lambda *_: iter([result]))
    monkeypatch.setattr(command, "forget_made", lambda: None)
    file = tmp_path / "precision.json"
    done = CliRunner().invoke(command.mutants, ["--precision", "-k", RELABELLED, f"--json={file}"])

    assert done.exit_code == 1
    assert "1 of 2 accused claims are declared (50.0%)" in done.output
    assert "success-is-http-200: expected body: {}" in done.output
    document = json.loads(file.read_text("utf-8"))
    schema = json.loads((SCHEMAS / "mutants.schema.json").read_text("utf-8"))
    assert list(Draft202012Validator(schema).iter_errors(document)) == []
    assert (document["precision"]["accused"], document["precision"]["share"]) == (2, 0.5)
