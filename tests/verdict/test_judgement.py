"""A failed assertion becomes a divergence, or, where it compares nothing typed, a fault of the suite."""

import ast

import pytest

from conformance.run.catalogue import SCENARIOS
from conformance.verdict.journal import Journal
from conformance.verdict.judgement import FailedComparison, Untyped, judge
from conformance.verdict.observed import (
    NOT_REFUSED,
    REFUSED,
    TOKENS,
    Arrived,
    Count,
    Facts,
    Form,
    HttpStatus,
    OneOf,
    Outcome,
    SignInOutcome,
    State,
    Status,
    Text,
)
from conformance.verdict.reply import Reply, SignIn
from conformance.verdict.verdicts import Kind

STATE = State("CONFIRMED", True, "tokens")


def _judged(seen, documented, declared=None):
    found = judge([FailedComparison("==", seen, documented)], Journal(), declared)
    return found.kind, found.expected, found.observed


def _reply(outcome, **fields):
    return Reply("wire", Outcome(outcome), **{"status": 400} | fields)


@pytest.mark.parametrize(
    ("seen", "wanted", "divergence"),
    [
        (Status("CONFIRMED"), "UNCONFIRMED", ("wrong-status", "status: UNCONFIRMED", "status: CONFIRMED")),
        (SignIn(SignInOutcome("tokens")), "AError", ("permissive", "sign-in: AError", "sign-in: tokens")),
        (SignIn(SignInOutcome("AError")), TOKENS, ("strict", "sign-in: tokens", "sign-in: AError")),
        (SignIn(SignInOutcome("tokens")), REFUSED, ("permissive", "sign-in: a refusal", "sign-in: tokens")),
        (Outcome("AError"), OneOf(("BError", "CError")), ("wrong-error", "reply: BError or CError", "reply: AError")),
        (SignIn(SignInOutcome("AError")), NOT_REFUSED, ("strict", "sign-in: no refusal", "sign-in: AError")),
        (SignIn(SignInOutcome("500")), NOT_REFUSED, ("crash", "sign-in: no refusal", "sign-in: 500")),
        (_reply("accepted", status=200), REFUSED, ("permissive", "reply: a refusal", "reply: accepted")),
        (_reply("500", status=500), REFUSED, ("crash", "reply: a refusal", "reply: 500")),
        (_reply("AError"), "accepted", ("strict", "reply: accepted", "reply: AError")),
        (_reply("AError", changed="status"), REFUSED, ("permissive", "reply: a refusal", "reply: AError, yet status")),
        (_reply("AError", changed="x").error, "AError", ("permissive", "reply: AError", "reply: AError, yet x")),
        (Text("no"), "yes", ("wording", "message: yes", "message: no")),
        (Facts({"a": "b", "c": "d"}), {"c": "d"}, ("permissive", "facts: a=missing", "facts: a=b")),
        (Form("missing", noun="Session"), "there", ("shape", "Session: there", "Session: missing")),
        (HttpStatus(204), 200, ("shape", "HTTP status: 200", "HTTP status: 204")),
        (Count(2, noun="passwords"), 1, ("permissive", "passwords: 1", "passwords: 2")),
        (Arrived([]), ["one"], ("shape", "requests: one", "requests: nothing")),
    ],
)
def test_the_kind_is_that_of_the_compared_value(seen, wanted, divergence):
    """The observed value says what kind of divergence an unexpected one is, and what to call it."""
    assert _judged(seen, wanted) == divergence


def test_of_a_state_only_what_differs_is_shown():
    """A refused request that moved something did what it should not, and the reader sees what moved."""
    found = _judged(STATE, State("RESET_REQUIRED", True, "tokens"))

    assert found == ("permissive", "user: RESET_REQUIRED", "user: CONFIRMED")


def test_a_claim_may_declare_the_kind():
    """A claim about a text or a secret fixes the kind; a server fault is a crash all the same."""
    assert _judged(Form("body", noun="the password is repeated"), "nowhere", Kind.LEAK)[0] == "leak"
    assert _judged(_reply("500", status=500), REFUSED, Kind.LEAK)[0] == "crash"


def test_a_divergence_names_operation_and_flow():
    """The operation that answered, and the flow, come from the observed value."""
    seen = SignIn(SignInOutcome("AError", operation="InitiateAuth", flow="USER_SRP_AUTH"))
    found = judge([FailedComparison("==", seen, TOKENS)], Journal())

    assert (found.operation, found.flow) == ("InitiateAuth", "USER_SRP_AUTH")


@pytest.mark.parametrize(
    "comparisons",
    [
        [],
        [FailedComparison("==", "UNCONFIRMED", Status("CONFIRMED"))],
        [FailedComparison("==", REFUSED, _reply("accepted"))],
        [FailedComparison("in", "sub", Facts({}))],
        [FailedComparison("not in", "sub", Facts({"sub": "1"}))],
        [FailedComparison("!=", Status("CONFIRMED"), "CONFIRMED")],
        [FailedComparison("==", 1, 2)],
        [FailedComparison("==", Status("A"), Text("B"))],
        [FailedComparison("==", Status("A"), "B"), FailedComparison("==", Status("A"), "C")],
    ],
    ids=["truth", "swapped", "swapped-refusal", "in", "not-in", "unequal", "untyped", "mixed", "two"],
)
def test_an_assertion_of_another_form_is_no_verdict(comparisons):
    """Nothing is guessed from a truth value, an operator, swapped operands or values without a type."""
    with pytest.raises(Untyped):
        judge(comparisons, Journal())


def _scenarios():
    for path in sorted(SCENARIOS.glob("*/test_*.py")):
        for function in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(function, ast.FunctionDef):
                yield path.name, function


def test_every_assertion_of_a_scenario_compares_observed_with_documented():
    """Each assertion of a scenario is `observed == documented`: one comparison, and its left side no literal."""
    odd = []
    for name, function in _scenarios():
        for statement in ast.walk(function):
            if not isinstance(statement, ast.Assert):
                continue
            test = statement.test
            compared = isinstance(test, ast.Compare) and [type(o) for o in test.ops] == [ast.Eq]
            root = test.left if compared else None
            while isinstance(root, (ast.Attribute, ast.Call, ast.Subscript)):
                root = root.func if isinstance(root, ast.Call) else root.value
            if not (compared and isinstance(root, ast.Name) and root.id != "before" and statement.msg is None):
                odd.append(f"{name}:{statement.lineno} {ast.unparse(test)}")

    assert odd == []


def test_only_scenarios_assert():
    """Fixtures, helpers and set-up block; an assertion there would be a fault of the suite, so there is none."""
    odd = [
        f"{name}:{function.lineno} {function.name}"
        for name, function in _scenarios()
        if not function.name.startswith("test_") and any(isinstance(node, ast.Assert) for node in ast.walk(function))
    ]

    assert odd == []
