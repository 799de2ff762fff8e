"""Baselines are strict: an entry that no longer describes the target fails the run, and mending loses no reason."""

import re

import pytest

from conformance.contract import ledger
from conformance.errors import BadInput
from conformance.run import catalogue
from conformance.verdict import baseline
from conformance.verdict.baseline import Baseline, Entry
from conformance.verdict.results import Result
from conformance.verdict.verdicts import Kind, Verdict

SCENARIO = "test_works_on_any_user"
WIRE = {(SCENARIO, "wire")}
BOTH = {(SCENARIO, "wire"), (SCENARIO, "sdk")}


def result(parameters="a", verdict=Verdict.DIVERGES, kind=Kind.STRICT, observed="reply: 500", binding="wire"):
    """A result of the scenario, diverging unless said otherwise."""
    diverges = verdict == Verdict.DIVERGES
    return Result(
        id=f"{SCENARIO}[{binding}-{parameters}]",
        claim="works-on-any-user",
        scenario=SCENARIO,
        binding=binding,
        parameters=parameters,
        provenance="page",
        verdict=verdict,
        kind=kind if diverges else None,
        observed=observed if diverges else None,
        reason=None if diverges else "because",
    )


def entry(**changed):
    """An entry that describes `result()`."""
    fields = {
        "claim": "works-on-any-user",
        "scenario": SCENARIO,
        "kind": Kind.STRICT,
        "observed": "reply: 500",
        "reason": "it has no such thing",
        "since": "1.0",
    }
    return Entry(**{**fields, **changed})


def states(entries, results, collected=WIRE):
    """The states of the stale entries."""
    return [stale.state for stale in Baseline(tuple(entries)).stale(results, collected)]


def test_an_entry_that_describes_the_divergence_is_not_stale():
    """A divergence with the entry's kind and observation is known."""
    assert states([entry()], [result()]) == []
    assert Baseline((entry(),)).entry(result()) == entry()


@pytest.mark.parametrize(
    ("after", "state"),
    [
        (result(verdict=Verdict.CONFORMS), "fixed"),
        (result(observed="reply: 404"), "changed"),
        (result(kind=Kind.CRASH), "changed"),
        (result(verdict=Verdict.BLOCKED), "changed"),
        (result(verdict=Verdict.UNSUPPORTED), "changed"),
    ],
    ids=["conforms", "other-observation", "other-kind", "blocked", "unsupported"],
)
def test_an_entry_that_no_longer_holds_is_stale(after, state):
    """A fixed divergence, another one in its place, and one that can no longer be reached each fail the run."""
    assert states([entry()], [after]) == [state]


@pytest.mark.parametrize("verdict", [Verdict.INCONCLUSIVE, Verdict.SKIPPED])
def test_what_was_not_judged_proves_nothing(verdict):
    """An entry is not stale because its scenario was skipped or inconclusive."""
    assert states([entry()], [result(verdict=verdict)]) == []


def test_one_of_many_results_that_conforms_makes_an_entry_stale():
    """An entry speaks of all the results that it covers."""
    assert states([entry()], [result("a"), result("b", verdict=Verdict.CONFORMS)]) == ["fixed"]
    assert states([entry(parameters=("a",))], [result("a"), result("b", verdict=Verdict.CONFORMS)]) == []


def test_an_entry_without_a_result_is_unmatched():
    """A parameter that the scenario does not have is an error in the baseline."""
    assert states([entry(parameters=("a", "gone"))], [result("a")]) == ["unmatched"]
    assert states([entry(bindings=("sdk",))], [result("a")], BOTH) == ["unmatched"]


def test_a_partial_run_says_nothing_of_the_rest():
    """What was deselected is not missed."""
    assert states([entry(parameters=("a", "b"))], [result("a")], collected=set()) == []


def test_update_groups_what_says_the_same():
    """Divergences of one kind and observation become one entry, without bindings and parameters where all are meant."""
    same = [result("a"), result("b"), result("a", binding="sdk"), result("b", binding="sdk")]
    (only,) = baseline.updated(Baseline(), same, "2.0").entries

    assert (only.bindings, only.parameters, only.since, only.reason) == ((), (), "2.0", baseline.UNEXPLAINED)


def test_update_names_the_parameters_that_diverge():
    """Where part of a scenario conforms, the entry names the other part."""
    (only,) = baseline.updated(Baseline(), [result("a"), result("b", verdict=Verdict.CONFORMS)], "2.0").entries

    assert only.parameters == ("a",)


def test_update_keeps_the_reason_of_what_moved():
    """A divergence that is observed otherwise keeps reason and version of the entry before; a fixed one goes."""
    old = Baseline((entry(), entry(scenario="test_another", claim="another")))
    (moved, kept) = sorted(
        baseline.updated(old, [result(observed="reply: 404")], "2.0").entries, key=lambda e: e.scenario
    )[::-1]

    assert (moved.observed, moved.reason, moved.since) == ("reply: 404", "it has no such thing", "1.0")
    assert kept.scenario == "test_another"
    assert baseline.updated(Baseline((entry(),)), [result(verdict=Verdict.CONFORMS)], "2.0").entries == ()


def test_update_gives_no_divergence_the_reason_of_another():
    """Where entries of one scenario differ in their parameters, each divergence keeps the reason of its own."""
    old = Baseline((entry(parameters=("a",)), entry(parameters=("b",), reason="b is otherwise")))
    mended = baseline.updated(old, [result("a"), result("b"), result("c", verdict=Verdict.CONFORMS)], "2.0").entries

    assert {e.parameters: e.reason for e in mended} == {("a",): "it has no such thing", ("b",): "b is otherwise"}


def test_an_updated_baseline_is_not_stale_and_leaves_nothing_unknown(tmp_path):
    """What update writes, load reads, and it describes the run that it was made from."""
    run = [result("a"), result("b", observed="x"), result("c", verdict=Verdict.CONFORMS), result("a", binding="sdk")]
    path = tmp_path / "b.toml"
    baseline.write(baseline.updated(Baseline(), run, "2.0"), path, "some target")
    read = baseline.load(path, ledger.load(), {SCENARIO})

    assert read.stale(run, BOTH) == []
    assert [r.id for r in run if r.verdict == Verdict.DIVERGES and read.entry(r) is None] == []


def test_writing_keeps_the_comments_at_the_head(tmp_path):
    """What a person wrote above the first entry stays."""
    path = tmp_path / "b.toml"
    path.write_text("# mine\n# all mine\n", encoding="utf-8")
    baseline.write(Baseline((entry(),)), path, "some target")

    assert path.read_text("utf-8").startswith("# mine\n# all mine\n\n[[divergence]]")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[divergence]", "is no TOML"),
        ("divergence = 3", "at divergence: 3 is not of type 'array'"),
        ("[[divergence]]\nclaim = 'works-on-any-user'", "'scenario' is a required property"),
        ("{valid}\nextra = 1", "Additional properties are not allowed"),
        ("{valid}\nbindings = ['telnet']", "'telnet' is not one of"),
    ],
    ids=["toml", "type", "missing", "extra", "binding"],
)
def test_a_malformed_baseline_is_one_line(tmp_path, text, said):
    """The message says which file, where in it, and what is wrong."""
    rows = [f"{name} = '{value}'" for name, value in vars(entry()).items() if isinstance(value, str)]
    path = tmp_path / "b.toml"
    path.write_text(text.replace("{valid}", "\n".join(["[[divergence]]", *rows])), encoding="utf-8")

    with pytest.raises(BadInput, match=re.escape(said)) as raised:
        baseline.load(path, ledger.load())
    assert str(path) in str(raised.value)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"claim": "works-on-any-usr"}, "did you mean 'works-on-any-user'?"),
        ({"scenario": "test_nothing"}, "there is no scenario 'test_nothing'"),
    ],
)
def test_an_unknown_id_in_a_baseline_is_one_line(tmp_path, changed, said):
    """An entry about nothing is an error, and the message says what to do."""
    path = tmp_path / "b.toml"
    baseline.write(Baseline((entry(**changed),)), path, "some target")

    with pytest.raises(BadInput, match=re.escape(said)):
        baseline.load(path, ledger.load(), {SCENARIO})


@pytest.mark.parametrize("path", sorted(baseline.DIRECTORY.glob("*.toml")), ids=lambda path: path.stem)
def test_shipped_baselines_give_reasons(path):
    """Every entry that is shipped names what exists, and explains itself in a sentence of its own."""
    entries = baseline.load(path, ledger.load_all(), {s.name for s in catalogue.scenarios()}).entries

    assert entries
    assert [e.title for e in entries if e.reason == baseline.UNEXPLAINED or len(e.reason) < 20] == []
