"""Targets side by side: figures, shared faults, where all disagree, and what moved."""

import copy
import json
import re
import subprocess
import sys

import pytest

from conformance.errors import BadInput
from conformance.report import matrix
from conformance.verdict.verdicts import Verdict
from tests.report.reports import report, result

FINE, BAD, OTHER = "permanent-password-signs-in", "works-on-any-user", "last-call-wins"


def of(name, *results):
    """A report of a target."""
    made = report(*results)
    made["target"] = {"name": name, "version": "1", "url": None}
    return made


def diverging(claim, **more):
    """A result that diverges."""
    return result(claim, verdict=Verdict.DIVERGES, **more)


@pytest.fixture
def reports():
    """Three emulators and the reference."""
    return [
        of("moto", result(FINE), diverging(BAD), diverging(OTHER)),
        of("ministack", result(FINE), diverging(BAD), diverging(OTHER, observed="reply: 500")),
        of("other", diverging(FINE), diverging(BAD)),
        of("reference", result(FINE), result(BAD), result(OTHER)),
    ]


def test_each_claim_has_a_cell_for_each_target(reports):
    """What conforms, diverges and was not judged stands in the target's own column."""
    found = matrix.build(reports)
    cells = {claim["id"]: [cell["verdict"] for cell in claim["cells"]] for claim in found["claims"]}

    assert cells == {
        FINE: ["conforms", "conforms", "diverges", "conforms"],
        BAD: ["diverges", "diverges", "diverges", "conforms"],
        OTHER: ["diverges", "diverges", "none", "conforms"],
    }
    assert [target["conformity"] for target in found["targets"]] == [1 / 3, 1 / 3, 0, 1]


def test_who_shares_a_fault_is_said(reports):
    """Targets share a fault where they show the same in place of the same."""
    assert matrix.build(reports)["shared"] == [{"targets": ["moto", "ministack", "other"], "claims": [BAD]}]


def test_where_all_emulators_disagree_is_said(reports):
    """The reference, which is documentation, has no say in that; a claim that one emulator keeps is not among them."""
    assert sorted(matrix.build(reports)["unanimous"]) == sorted([BAD, OTHER])


def test_what_moved_since_an_earlier_matrix_is_said(reports):
    """Claims that broke and were fixed are named by target; a target that is new has moved nowhere."""
    before = matrix.build(reports[:2])
    now = [of("moto", diverging(FINE), result(BAD), diverging(OTHER)), *reports[1:]]
    (moto, ministack) = matrix.build(now, before)["since"]["targets"]

    assert (moto["broke"], moto["fixed"]) == ([FINE], [BAD])
    assert (ministack["broke"], ministack["fixed"]) == ([], [])


def test_what_cannot_stand_side_by_side_is_refused(reports):
    """Another tier or ledger, or the same target twice, makes no matrix."""
    other = copy.deepcopy(reports[1])
    other["suite"]["ledger"] = "def"

    with pytest.raises(BadInput, match="of different ledgers, abc and def"):
        matrix.build([reports[0], other])
    with pytest.raises(BadInput, match="moto: each target can be in the matrix once"):
        matrix.build([reports[0], reports[0]])


def test_the_markdown_is_a_table(reports):
    """Every row has a cell for each target, and foreign names are not read as markup."""
    reports[0]["target"]["version"] = "5|<b>`"
    lines = matrix.markdown(matrix.build(reports)).splitlines()
    rows = [line for line in lines if line.startswith("|")]

    assert {len(re.findall(r"(?<!\\)\|", row)) for row in rows} == {6}
    assert "<b>" not in "".join(rows).replace("\\<b\\>", "")


def test_the_page_is_one_file_without_script(reports):
    """It names each target and claim, loads nothing, and shows hostile text as text."""
    reports[0]["target"]["version"] = "<script>alert(1)</script>"
    page = matrix.html(matrix.build(reports, matrix.build(reports[:2])))

    assert "<script" not in page
    assert [name for name in ("moto", "ministack", "other", "reference", f'id="{BAD}"') if name not in page] == []
    assert re.search(r"<link|<img|@import|url\(", page) is None


def test_the_badge_rounds_down(reports):
    """The message is the conformity of the first target, as the report shows it."""
    assert matrix.badge(matrix.build(reports)) == {
        "schemaVersion": 1,
        "label": "AdminSetUserPassword conformity",
        "message": "33.3 %",
        "color": "red",
    }


def test_the_command_reads_reports_and_runs_targets(tmp_path):
    """Files and names of targets make one matrix; each format is written; the same again is the same."""
    chosen = ["-k", "test_history", "--bindings", "sdk"]
    outputs = {name: tmp_path / name for name in ("m.html", "m.json", "m.md", "b.json")}

    def call(*words):
        command = [sys.executable, "-m", "conformance", *map(str, words)]
        return subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)

    call("run", "reference", *chosen, "--json", tmp_path / "r.json")
    words = ["--html", outputs["m.html"], "--json", outputs["m.json"], "--markdown", outputs["m.md"]]
    done = call("matrix", "moto", tmp_path / "r.json", *chosen, *words, "--badge", outputs["b.json"])

    assert done.returncode == 0, done.stderr
    found = json.loads(outputs["m.json"].read_text("utf-8"))
    assert [target["name"] for target in found["targets"]] == ["moto", "reference"]
    assert found["targets"][1]["conformity"] == 1
    assert all(file.stat().st_size for file in outputs.values())


@pytest.mark.parametrize(("words", "code"), [(["nosuch"], 2), (["no.json"], 2), (["moto", "--tier", "x"], 2)])
def test_what_cannot_be_judged_is_one_line(tmp_path, words, code):
    """An unknown target, a missing file and a bad option end with one line and their code."""
    command = [sys.executable, "-m", "conformance", "matrix", *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)

    assert done.returncode == code
    assert len([line for line in done.stderr.strip().splitlines() if "is judged" not in line]) == 1


def test_markdown_lists_the_causes_of_each_target():
    """Reasons of the baseline stand once for targets that share them; what is new is marked."""
    known = {"known": True, "observed": "reply: 500"}
    reports = [of(name, diverging(BAD, **known)) for name in ("one", "two")]
    for one in reports:
        one["causes"][0]["reasons"] = ["it looks at nothing"]
    found = matrix.build([*reports, of("three", diverging(OTHER))])
    text = matrix.markdown(found)

    assert [target["causes"] for target in found["targets"]] == [1, 1, 1]
    assert "<summary>one, two: 1 cause</summary>\n\n- *permissive*: it looks at nothing\n" in text
    assert "- *permissive*: new: AdminSetUserPassword: accepted in place of X\n" in text


def test_markdown_goes_between_the_markers_of_a_readme(tmp_path):
    """What stands around the markers stays; a file without them is the matrix alone."""
    readme = tmp_path / "README.md"
    readme.write_text(f"# Mine\n\n{matrix.BEGIN}\nold\n{matrix.END}\n\nmore\n", "utf-8")

    assert matrix.put_between_markers("new\n", readme) == f"# Mine\n\n{matrix.BEGIN}\nnew\n{matrix.END}\n\nmore\n"
    assert matrix.put_between_markers("new\n", tmp_path / "none.md") == "new\n"
