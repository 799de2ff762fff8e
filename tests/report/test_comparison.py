"""Reports of two runs are compared result by result; shares make the whole; a finding becomes the text of an issue."""

import copy
import json
import re
import subprocess
import sys
from dataclasses import replace

import pytest

from conformance.contract import files
from conformance.errors import BadInput
from conformance.report import issue
from conformance.report.comparison import differences, merged, remarks
from conformance.report.document import read, results_of
from conformance.verdict.results import Result
from conformance.verdict.verdicts import Kind, Verdict
from tests.report.reports import report

CLAIM = "works-on-any-user"


def result(name, verdict=Verdict.CONFORMS, observed="reply: 500", **more):
    """A result of the claim."""
    diverges = verdict == Verdict.DIVERGES
    fields = {"kind": Kind.CRASH, "expected": "reply: accepted", "observed": observed} if diverges else {}
    operation = "AdminSetUserPassword" if diverges else None
    return Result(
        f"test_x[sdk-{name}]",
        CLAIM,
        "test_x",
        "sdk",
        name,
        "page",
        verdict,
        operation=operation,
        **{**fields, **more},
    )


FINE, BAD = result("a"), result("a", Verdict.DIVERGES)


@pytest.mark.parametrize(
    ("before", "after", "move"),
    [
        ([FINE], [BAD], "broke"),
        ([FINE], [replace(FINE, verdict=Verdict.UNSUPPORTED, reason="gone")], "broke"),
        ([BAD], [FINE], "fixed"),
        ([BAD], [result("a", Verdict.DIVERGES, "reply: 404")], "changed"),
        ([FINE], [replace(FINE, verdict=Verdict.BLOCKED, reason="in the way")], "changed"),
        ([], [BAD], "appeared"),
        ([BAD], [], "vanished"),
    ],
)
def test_each_move_has_its_name(before, after, move):
    """What conformed and diverges broke, the reverse was fixed, and so on."""
    (moved,) = differences(report(*before, result("z")), report(*after, result("z")))

    assert moved.move == move


def test_equal_runs_differ_in_nothing():
    """A report compared with itself has no difference, whatever its causes."""
    same = report(BAD, result("b"))

    assert differences(same, copy.deepcopy(same)) == []
    assert remarks(same, same) == []


def test_results_that_moved_for_one_cause_are_told_once():
    """Ten results that one behaviour broke are one difference."""
    names = [str(number) for number in range(10)]
    before = report(*(result(name) for name in names))
    (moved,) = differences(before, report(*(result(name, Verdict.DIVERGES) for name in names)))

    assert len(moved.results) == 10
    assert moved.cause.startswith("crash-")


@pytest.mark.parametrize(
    ("changed", "said"),
    [({"tier": "wording"}, "different tiers, documented and wording"), ({"shard": "1/2"}, "different shares")],
)
def test_what_cannot_be_compared_is_refused(changed, said):
    """Runs that judged different things are not compared, and the reason is given."""
    with pytest.raises(BadInput, match=said):
        differences(report(FINE), report(FINE, **changed))


def test_what_may_explain_a_difference_is_said():
    """A target, a client or a ledger of another version is named."""
    after = report(FINE)
    after["suite"]["ledger"], after["target"]["version"] = "def", "6"

    assert remarks(report(FINE), after) == ["target: moto 5, now moto 6", "ledger: abc, now def"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"format": 1, "results": []}', "has format 1, and this version reads format 2"),
        ("{}", "has no format"),
        ("[]", "has no format"),
        ("nothing", "is not JSON"),
        ('{"format": 2}', "is a required property"),
    ],
)
def test_another_format_is_refused(tmp_path, text, said):
    """A report of an earlier version, or none at all, is one line that says so."""
    file = tmp_path / "old.json"
    file.write_text(text, encoding="utf-8")

    with pytest.raises(BadInput, match=re.escape(said)):
        read(file)


def written(tmp_path, *reports):
    """The reports as files."""
    paths = [tmp_path / f"{number}.json" for number, _ in enumerate(reports)]
    for path, one in zip(paths, reports, strict=True):
        path.write_text(json.dumps(one), encoding="utf-8")
    return paths


def test_shares_make_the_whole(tmp_path):
    """Merged shares have the results, causes, figures and exit code of the whole."""
    everything = [BAD, result("b"), result("c", Verdict.DIVERGES), result("d")]
    shares = [report(*everything[:2], shard="1/2"), report(*everything[2:], shard="2/2")]
    whole, found = report(*everything, exit_code=1), merged(written(tmp_path, *shares))

    assert {**found, "seconds": 1.5} == whole
    assert files.fault(found, "results") is None


@pytest.mark.parametrize(
    ("shares", "said"),
    [
        (["1/2", "1/2"], "give each of 1/2, 2/2 once"),
        (["1/3", "2/3"], "give each of 1/3, 2/3, 3/3 once"),
        ([None, None], "give each of 1/1 once"),
    ],
)
def test_shares_are_merged_only_complete(tmp_path, shares, said):
    """A share that is missing, or there twice, is refused."""
    reports = [report(result(str(number)), shard=share) for number, share in enumerate(shares)]

    with pytest.raises(BadInput, match=re.escape(said)):
        merged(written(tmp_path, *reports))


def test_shares_of_different_runs_are_not_merged(tmp_path):
    """Shares of two targets do not make a whole."""
    other = report(result("b"), shard="2/2")
    other["target"]["version"] = "6"

    with pytest.raises(BadInput, match="their target differ"):
        merged(written(tmp_path, report(FINE, shard="1/2"), other))


def test_an_issue_can_be_pasted():
    """It has a title, the documented statement with its source, expected, observed and versions."""
    text = issue.text(report(BAD, result("b", Verdict.DIVERGES)), BAD.id)

    assert text.startswith("# AdminSetUserPassword: 500 in place of accepted\n")
    for part in ("https://", "**Expected**", "**Observed**", "- moto 5", "- sdk: boto3 1", "in 1 more result."):
        assert part in text, part


def test_an_issue_by_cause_is_about_its_plainest_result():
    """A cause's id does as well as a result's."""
    whole = report(BAD)
    (cause,) = whole["causes"]

    assert issue.text(whole, cause["id"]) == issue.text(whole, BAD.id)


@pytest.mark.parametrize(
    ("name", "said"), [("test_x[sdk-b]", "conforms: there is nothing"), ("test_x[sdk-z]", "did you mean")]
)
def test_there_is_no_issue_without_a_divergence(name, said):
    """A result that conforms, or that the report does not have, is refused in one line."""
    with pytest.raises(BadInput, match=re.escape(said)):
        issue.text(report(BAD, result("b")), name)


def test_foreign_text_stays_inside_its_block():
    """Backticks and line breaks in an observation end no block and make no heading."""
    text = issue.text(report(result("a", Verdict.DIVERGES, "x\n```\n# not a title `<b>`")), BAD.id)

    assert "````\nx\n```\n# not a title `<b>`\n````" in text
    assert "<b>" not in text.splitlines()[0]


def test_the_commands_end_as_they_say(tmp_path):
    """diff ends with 1 where something broke, 0 where nothing did, 2 where it cannot compare."""
    fine, bad = written(tmp_path, report(FINE), report(BAD))
    old = tmp_path / "old.json"
    old.write_text('{"format": 1}', encoding="utf-8")

    def ends(*words):
        command = [sys.executable, "-m", "conformance", *map(str, words)]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    broke, same, refused = ends("diff", fine, bad), ends("diff", fine, fine), ends("diff", old, bad)
    assert (broke.returncode, same.returncode, refused.returncode) == (1, 0, 2)
    assert "1 result broke" in broke.stdout
    assert len(refused.stderr.strip().splitlines()) == 1


def test_real_shares_equal_the_real_whole(run, tmp_path):
    """Two shares of a run on moto, merged, have every result that the run without shares has."""
    chosen = ("--bindings", "sdk", "-k", "test_status or test_sign_in")
    documents = [run(*chosen, "--shard", share).report for share in ("1/2", "2/2")]
    whole, found = run(*chosen).report, merged(written(tmp_path, *documents))

    def said(document):
        results = results_of(document).values()
        return {(r.id, r.verdict, r.kind, r.expected, r.observed, r.known, r.cause) for r in results}

    assert said(found) == said(whole)
    assert [cause["id"] for cause in found["causes"]] == [cause["id"] for cause in whole["causes"]]
    assert found["command"] == whole["command"]
