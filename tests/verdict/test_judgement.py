"""A failed assertion becomes a divergence with a kind, an expectation and an observation."""

import pytest

from conformance.verdict.journal import Journal
from conformance.verdict.judgement import Comparison, Divergence, judge
from conformance.verdict.observed import ACCEPTED, Facts, Outcome, SignInOutcome, State, Status, Text
from conformance.verdict.reply import Reply

STATE = State("CONFIRMED", True, "tokens")


@pytest.mark.parametrize(
    ("operator", "seen", "wanted", "divergence"),
    [
        ("==", Status("CONFIRMED"), "UNCONFIRMED", ("wrong-status", "status: UNCONFIRMED", "status: CONFIRMED")),
        ("==", SignInOutcome("tokens"), "X", ("permissive", "sign-in: X", "sign-in: tokens")),
        (
            "in",
            Outcome("AError"),
            {"BError", "CError"},
            ("wrong-error", "reply: one of BError or CError", "reply: AError"),
        ),
        ("==", Text("no"), "yes", ("wording", "message: yes", "message: no")),
        ("==", Facts({"a": "b"}), {}, ("permissive", "facts: {}", "facts: {'a': 'b'}")),
        ("==", {"x": 1}, {}, ("shape", "{}", "{'x': 1}")),
        ("==", None, "text/html", ("shape", "text/html", "missing")),
        ("not in", "Geheim-1!", "...", ("leak", "an answer without it", "the answer contains Geheim-1!")),
    ],
)
def test_a_comparison_is_judged_by_the_type_of_what_was_seen(operator, seen, wanted, divergence):
    """The left side says what kind of thing was seen, and so what kind of divergence an unexpected one is."""
    found = judge(Comparison(operator, seen, wanted), Journal())

    assert (found.kind, found.expected, found.observed) == divergence


def test_a_changed_user_is_a_permissive_divergence():
    """A refused request that moved something did what it should not."""
    found = judge(Comparison("==", STATE, State("RESET_REQUIRED", True, "tokens")), Journal())

    assert found.kind == "permissive"
    assert found.observed == "user: CONFIRMED, enabled, the password before gives tokens"


def test_an_untyped_value_of_a_wording_claim_is_wording():
    """Where the claim is about a text, so is the divergence."""
    assert judge(Comparison("==", "a", "b"), Journal(), wording=True).kind == "wording"


@pytest.mark.parametrize(
    ("outcome", "divergence"),
    [
        (ACCEPTED, Divergence("permissive", "reply: a refusal", "reply: accepted")),
        ("UserNotFoundException", Divergence("strict", "reply: accepted", "reply: UserNotFoundException")),
        ("500", Divergence("crash", "an answer of the service", "reply: 500")),
    ],
)
def test_without_a_comparison_the_last_reply_decides(outcome, divergence):
    """`assert reply.ok` and `assert not reply.ok` are told apart by the reply itself."""
    journal = Journal()
    journal.record_reply("", Reply("wire", Outcome(outcome), status=200))

    assert judge(None, journal) == divergence
