"""Baselines are strict: what no longer describes the target fails the run, and mending loses no reason."""

import re

import pytest

from conformance.contract import files, ledger
from conformance.errors import BadInput
from conformance.verdict import baseline, baseline_update
from conformance.verdict.baseline import UNEXPLAINED, Baseline, Entry, Symptom
from conformance.verdict.baseline_update import pruned, updated, write
from conformance.verdict.results import Result
from conformance.verdict.verdicts import Kind, Verdict

CLAIM = "works-on-any-user"
OTHER = "unknown-user-is-not-found"
WIRE = {(CLAIM, "wire")}
BOTH = {(CLAIM, "wire"), (CLAIM, "sdk")}


def result(
    parameters="a",
    verdict=Verdict.DIVERGES,
    kind=Kind.STRICT,
    observed="reply: 500",
    binding="wire",
    claim=CLAIM,
    expected="reply: accepted",
):
    """A result of the claim, diverging by default."""
    diverges = verdict == Verdict.DIVERGES
    scenario = f"test_{claim.replace('-', '_')}"
    return Result(
        id=f"{scenario}[{binding}-{parameters}]",
        claim=claim,
        scenario=scenario,
        binding=binding,
        parameters=parameters,
        provenance="page",
        verdict=verdict,
        kind=kind if diverges else None,
        expected=expected if diverges else None,
        observed=observed if diverges else None,
        reason=None if diverges else "because",
        operation="AdminSetUserPassword",
    )


def symptom(parameters=(), claim=CLAIM, kind=Kind.STRICT, observed="reply: 500", **more):
    """A symptom that describes `result()`."""
    return Symptom(kind, observed, {claim: tuple(parameters)}, **more)


def entry(*shows, reason="it has no such thing", since="1.0"):
    """A known cause that describes `result()` where nothing else is named."""
    return Entry(reason, since, shows or (symptom(),))


def states(entries, results, complete=WIRE):
    """The states of what is stale."""
    return [stale.state for stale in Baseline(tuple(entries)).stale(results, complete)]


def test_an_entry_that_describes_the_divergence_is_not_stale():
    """A divergence with the kind and observation of a symptom is known."""
    assert states([entry()], [result()]) == []
    assert Baseline((entry(),)).entry(result()) == entry()


def test_a_result_that_joins_a_known_cause_is_new():
    """The same observation at a claim, or with parameters, that the entry does not name is not known."""
    known = Baseline((entry(symptom(["a"])),))

    assert known.entry(result("a"))
    assert known.entry(result("b")) is None
    assert known.entry(result("a", claim=OTHER)) is None


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
    """A symptom is not stale because its scenario was skipped or inconclusive."""
    assert states([entry()], [result(verdict=verdict)]) == []


def test_one_of_many_results_that_conforms_makes_a_symptom_stale():
    """A symptom speaks of all the results that it covers."""
    assert states([entry()], [result("a"), result("b", verdict=Verdict.CONFORMS)]) == ["fixed"]
    assert states([entry(symptom(["a"]))], [result("a"), result("b", verdict=Verdict.CONFORMS)]) == []


def test_a_symptom_without_a_result_is_unmatched():
    """A parameter that the claim does not have is an error in the baseline."""
    assert states([entry(symptom(["a", "gone"]))], [result("a")]) == ["unmatched"]
    assert states([entry(symptom(bindings=("sdk",)))], [result("a")], BOTH) == ["unmatched"]


def test_a_partial_run_says_nothing_of_the_rest():
    """What was deselected is not missed."""
    assert states([entry(symptom(["a", "b"]))], [result("a")], complete=set()) == []


def test_a_cause_is_stale_claim_by_claim():
    """Where one claim of a cause is fixed, the others still hold."""
    cause = entry(symptom(), symptom(claim=OTHER))
    run = [result(), result(claim=OTHER, verdict=Verdict.CONFORMS)]
    (stale,) = Baseline((cause,)).stale(run, WIRE)

    assert (stale.claim, stale.state) == (OTHER, "fixed")


def test_update_makes_one_entry_of_a_cause():
    """Divergences of one operation, expectation and observation become one entry, whatever claim and binding."""
    same = [result("a"), result("b"), result("a", binding="sdk"), result("b", binding="sdk"), result(claim=OTHER)]
    (only,) = updated(Baseline(), same, "2.0").entries

    assert (only.since, only.reason) == ("2.0", UNEXPLAINED)
    assert only.shows == (Symptom(Kind.STRICT, "reply: 500", {OTHER: (), CLAIM: ()}),)


def test_update_names_the_parameters_that_diverge():
    """Where part of a claim's results conform, the entry names the other part."""
    (only,) = updated(Baseline(), [result("a"), result("b", verdict=Verdict.CONFORMS)], "2.0").entries

    assert only.shows[0].claims == {CLAIM: ("a",)}


def test_update_names_the_bindings_where_they_differ():
    """What only one binding shows is noted for that binding."""
    run = [result("a"), result("a", binding="sdk", verdict=Verdict.CONFORMS)]
    (only,) = updated(Baseline(), run, "2.0").entries

    assert only.shows[0].bindings == ("wire",)


def test_update_adds_what_joins_a_known_cause_to_it():
    """A new result with the operation, expectation and observation of a known cause takes that cause's reason."""
    mended = updated(Baseline((entry(),)), [result(), result(claim=OTHER)], "2.0")

    assert [(e.reason, e.claims) for e in mended.entries] == [("it has no such thing", {CLAIM, OTHER})]


def test_update_keeps_the_reason_of_what_moved():
    """A divergence with another observation keeps reason and version; a fixed one goes; what was not run stays."""
    old = Baseline((entry(), entry(symptom(claim=OTHER), reason="of another")))
    moved, kept = updated(old, [result(observed="reply: 404")], "2.0").entries

    assert (moved.shows[0].observed, moved.reason, moved.since) == ("reply: 404", "it has no such thing", "1.0")
    assert kept == old.entries[1]
    assert updated(Baseline((entry(),)), [result(verdict=Verdict.CONFORMS)], "2.0", WIRE).entries == ()


def test_update_gives_no_divergence_the_reason_of_another():
    """Where entries about one claim differ in their parameters, each divergence keeps the reason of its own."""
    old = Baseline((entry(symptom(["a"])), entry(symptom(["b"]), reason="b is different")))
    mended = updated(old, [result("a"), result("b"), result("c", verdict=Verdict.CONFORMS)], "2.0").entries

    assert {e.shows[0].claims[CLAIM]: e.reason for e in mended} == {
        ("a",): "it has no such thing",
        ("b",): "b is different",
    }


def test_prune_adds_nothing():
    """What no longer holds goes, what is new stays out, what was not run stays in."""
    old = Baseline((entry(symptom(["a", "b", "c"])),))
    run = [result("a"), result("b", verdict=Verdict.CONFORMS), result("new")]

    assert pruned(old, run).entries == (entry(symptom(["a", "c"])),)
    assert pruned(old, run, WIRE).entries == (entry(symptom(["a"])),)


def test_an_updated_baseline_is_not_stale_and_leaves_nothing_unknown(tmp_path):
    """What update writes, load reads, and it describes the run that it was made from."""
    run = [result("a"), result("b", observed="x"), result("c", verdict=Verdict.CONFORMS), result("a", binding="sdk")]
    path = tmp_path / "b.toml"
    write(updated(Baseline(), run, "2.0", BOTH), path, "some target")
    read = baseline.load(path, ledger.load())

    assert read.stale(run, BOTH) == []
    assert [r.id for r in run if r.verdict == Verdict.DIVERGES and read.entry(r) is None] == []


WRITTEN = """# mine
# all mine

# why this is so
[[cause]]
reason = "it has no such thing"
since = "1.0"

[[cause.shows]]
kind = "strict"
observed = "reply: 500"

[cause.shows.claims]
works-on-any-user = ["a"]  # only this one
# to be looked at
unknown-user-is-not-found = "all"

# the other
[[cause]]
reason = "of another"
since = "1.0"

[[cause.shows]]
kind = "crash"
observed = "reply: 502"

[cause.shows.claims]
last-call-wins = "all"
"""


def test_a_file_that_says_the_same_is_not_touched(tmp_path):
    """Writing what a file says already leaves its bytes and its time as they are."""
    path = tmp_path / "b.toml"
    path.write_text(WRITTEN, encoding="utf-8")

    assert not write(baseline.load(path, ledger.load()), path, "some target")
    assert path.read_text("utf-8") == WRITTEN


def test_writing_keeps_comments(tmp_path):
    """What a person wrote above the file, above a cause and beside a claim stays; a cause that goes takes its own."""
    path = tmp_path / "b.toml"
    path.write_text(WRITTEN, encoding="utf-8")
    first, _ = baseline.load(path, ledger.load()).entries
    changed = Entry(first.reason, first.since, (Symptom(Kind.STRICT, "reply: 500", {CLAIM: ("a",)}),))

    assert write(Baseline((changed,)), path, "some target")
    text = path.read_text("utf-8")
    assert text.startswith("# mine\n# all mine\n\n# why this is so\n[[cause]]")
    assert 'works-on-any-user = ["a"]  # only this one' in text
    assert "the other" not in text
    assert baseline.load(path, ledger.load()).entries == (changed,)


def test_a_new_cause_is_appended(tmp_path):
    """What was written before stays as it is, above what is new."""
    path = tmp_path / "b.toml"
    path.write_text(WRITTEN, encoding="utf-8")
    entries = (*baseline.load(path, ledger.load()).entries, entry(reason="new here"))
    write(Baseline(entries), path, "some target")

    assert path.read_text("utf-8").startswith(WRITTEN)
    assert baseline.load(path, ledger.load()).entries == entries


def test_nothing_is_written_where_there_is_nothing(tmp_path):
    """No divergence and no file: none is made."""
    assert not write(Baseline(), tmp_path / "b.toml", "some target")
    assert list(tmp_path.iterdir()) == []


def test_an_installed_copy_is_not_written(tmp_path, monkeypatch):
    """A baseline that is part of the installed package is refused, with the option that names another."""
    monkeypatch.setattr(baseline_update, "INSTALLED", tmp_path)

    with pytest.raises(BadInput, match="--baseline FILE"):
        write(Baseline((entry(),)), tmp_path / "fixtures" / "b.toml", "some target")
    assert list(tmp_path.iterdir()) == []


VALID = '[[cause]]\nreason = "because"\nsince = "1"\n[[cause.shows]]\nkind = "strict"\nobserved = "x"\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[cause]", "is not TOML"),
        ("cause = 3", "at cause: 3 is not of type 'array'"),
        ("[[cause]]\nreason = 'because'", "'since' is a required property"),
        (f"{VALID}extra = 1\nclaims.works-on-any-user = 'all'", "Additional properties are not allowed"),
        (f"{VALID}bindings = ['telnet']\nclaims.works-on-any-user = 'all'", "'telnet' is not one of"),
        (f"{VALID}claims.works-on-any-user = 'some'", "'some' is not"),
        (f"{VALID}claims.works-on-any-usr = 'all'", "did you mean 'works-on-any-user'?"),
        ("[[divergence]]\nclaim = 'works-on-any-user'", "is of an older form"),
    ],
    ids=["toml", "type", "missing", "extra", "binding", "parameters", "unknown-claim", "older"],
)
def test_a_malformed_baseline_is_one_line(tmp_path, text, said):
    """The message says which file, where in it, and what is wrong."""
    path = tmp_path / "b.toml"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(BadInput, match=re.escape(said)) as raised:
        baseline.load(path, ledger.load())
    assert str(path) in str(raised.value)


@pytest.mark.parametrize("path", sorted(baseline.DIRECTORY.glob("*.toml")), ids=lambda path: path.stem)
def test_shipped_baselines_give_reasons(path):
    """Every cause that is shipped names claims that exist, and explains itself in a sentence of its own."""
    entries = baseline.load(path, ledger.load_all()).entries

    assert entries
    assert [e.title for e in entries if e.reason == UNEXPLAINED or len(e.reason) < 20] == []
    assert files.fault(baseline.read(path), "baseline") is None
