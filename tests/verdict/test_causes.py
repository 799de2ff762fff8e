"""What one behaviour of a target explains is reported once."""

import random

from conformance.verdict.causes import causes, with_causes
from conformance.verdict.results import Result
from conformance.verdict.verdicts import Kind, Verdict


def diverging(claim="a", binding="sdk", observed="reply: accepted", kind=Kind.PERMISSIVE, **more):
    """A result that diverges."""
    return _result(
        claim,
        binding,
        Verdict.DIVERGES,
        kind=kind,
        expected="reply: X",
        observed=observed,
        **{"operation": "Op", **more},
    )


def blocked(claim="b", by="a", reason="something is in the way", **more):
    """A result that is blocked."""
    return _result(claim, "sdk", Verdict.BLOCKED, blocked_by=by, reason=reason, **more)


def _result(claim, binding, verdict, **more):
    return Result(f"test_{claim}[{binding}]", claim, f"test_{claim}", binding, "", "page", verdict, **more)


def test_bindings_and_claims_that_agree_are_one_cause():
    """Results of one operation, flow, expectation and observation are together, whatever the claim and binding."""
    (one,) = causes([diverging(), diverging(binding="wire"), diverging("c")])

    assert (len(one.results), one.claims, one.known) == (3, ("a", "c"), False)


def test_another_observation_or_flow_is_another_cause():
    """What differs in operation, flow, expectation or observation is not the same behaviour."""
    found = causes([diverging(), diverging(observed="x"), diverging(flow="SRP"), diverging(operation="Other")])

    assert len({cause.id for cause in found}) == 4


def test_the_most_serious_kind_comes_first_and_the_largest_within_it():
    """Crashes stand above what is too permissive; of one kind the cause with most results is first; blocks are last."""
    found = causes(
        [
            blocked(by="CreateUserPool"),
            diverging(),
            diverging("c", observed="y"),
            diverging("d", observed="y"),
            diverging("e", kind=Kind.CRASH),
        ]
    )

    assert [(cause.kind, len(cause.results)) for cause in found] == [
        (Kind.CRASH, 1),
        (Kind.PERMISSIVE, 2),
        (Kind.PERMISSIVE, 1),
        (None, 1),
    ]


def test_ids_do_not_depend_on_the_order_or_the_company():
    """A cause has the same id in every run, whatever else was judged."""
    results = [diverging(), diverging("c", observed="y"), blocked(by="CreateUserPool")]
    shuffled = random.Random(1).sample(results, len(results))

    assert [cause.id for cause in causes(results)] == [cause.id for cause in causes(shuffled)]
    assert causes([diverging()])[0].id in {cause.id for cause in causes(results)}


def test_what_a_diverging_claim_blocks_belongs_to_its_cause():
    """A block by a claim that diverges in the same run is reported with it; one by an operation stands by itself."""
    joined, alone = causes([diverging(), blocked(by="a"), blocked("c", by="CreateUserPool")])

    assert (joined.claims, len(joined.divergences)) == (("a", "b"), 1)
    assert (alone.verdict, alone.operation, alone.known) == (Verdict.BLOCKED, "CreateUserPool", False)


def test_a_cause_is_known_where_the_baseline_has_all_of_it():
    """One new result among known ones makes the cause new, by that result alone."""
    (cause,) = causes([diverging(known=True), diverging("c")])

    assert not cause.known
    assert [result.claim for result in cause.new] == ["c"]
    assert causes([diverging(known=True)])[0].known


def test_results_name_their_cause():
    """Each result that diverges or is blocked carries the id of its cause, and one that conforms carries none."""
    fine = _result("f", "sdk", Verdict.CONFORMS)
    results = [diverging(), fine]
    (cause,) = causes(results)

    assert [result.cause for result in with_causes(results, [cause])] == [cause.id, None]
