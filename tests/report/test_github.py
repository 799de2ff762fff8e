"""What a GitHub Actions job shows of a report, whatever a target answered."""

import json
import subprocess
import sys
from pathlib import Path

from conformance.report import github

ROOT = Path(__file__).parents[2]


def _report(causes: int = 1, observed: str = "reply: accepted") -> dict:
    """A report with so many new causes, each of one result."""
    cause = {
        "kind": "permissive",
        "operation": "AdminSetUserPassword",
        "flow": None,
        "expected": "reply: a refusal",
        "observed": observed,
        "results": 1,
        "claims": ["password-is-required"],
        "known": False,
        "new": 1,
    }
    verdicts = {"conforms": 3, "diverges": causes, "blocked": 2}
    figures = {"conformity": 0.7999, "coverage": None, "known": 4, "verdicts": verdicts, "stale": []}
    return {"target": {"name": "moto", "version": "5.2.5"}, "summary": figures, "causes": [cause] * causes}


def test_figures_are_rounded_down_and_never_invented():
    """79.99 % is shown as 79.9 %, and a share of nothing as a dash."""
    assert "| 79.9 % | - | 1 | 4 | 2 | 0 |" in github.summary(_report())


def test_at_most_nine_annotations():
    """Of twenty causes eight are annotated, and one line says how many there are besides."""
    lines = github.error_lines(_report(20))

    assert len(lines) == 9
    assert lines[-1] == "::error::12 more causes: see the job's summary"


def test_foreign_text_stays_in_its_place():
    """What a target answers neither leaves its table cell nor becomes a workflow command."""
    report = _report(observed="x\n::set-output name=a::b\n| <img> | \x1b[31m\u202e 100%")

    (row,) = [line for line in github.summary(report).splitlines() if "img" in line]

    assert row.split(" | ")[3:5] == ["x ::set-output name=a::b \\| &lt;img&gt; \\| [31m 100%", "1"]
    assert len("\n".join(github.error_lines(report)).splitlines()) == 1
    assert "100%25" in github.error_lines(report)[0]


def test_a_summary_stays_below_its_limit():
    """A summary of very many causes is cut below 900 KB, and says so."""
    text = github.summary(_report(20_000))

    assert len(text.encode()) < github.MOST_BYTES + 100
    assert text.endswith("cut; the JSON report has all of it\n")


def test_the_command_writes_summary_and_outputs(tmp_path):
    """The module writes to the files that GitHub names."""
    report = tmp_path / "report.json"
    report.write_text(json.dumps(_report()), encoding="utf-8")
    places = {"GITHUB_STEP_SUMMARY": str(tmp_path / "summary"), "GITHUB_OUTPUT": str(tmp_path / "output")}
    command = [sys.executable, "-m", "conformance.report.github", str(report)]
    done = subprocess.run(command, env=places, capture_output=True, text=True, check=True)

    assert done.stdout.startswith("::error title=permissive%3A AdminSetUserPassword::expected reply: a refusal")
    assert (tmp_path / "summary").read_text("utf-8").startswith("## Cognito conformance of moto 5.2.5\n")
    assert (tmp_path / "output").read_text("utf-8").splitlines() == [
        "conformity=0.7999",
        "coverage=",
        "new-divergences=1",
        f"json={report}",
    ]


def test_no_input_is_part_of_a_script():
    """action.yml gives inputs to its scripts as variables: none is interpolated into the text of a shell."""
    import yaml

    action = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
    scripts = [step["run"] for step in action["runs"]["steps"] if "run" in step]

    assert len(scripts) == 2
    assert [script for script in scripts if "${{" in script] == []
    assert set(action["outputs"]) == {"exit-code", *github.outputs(_report(), ROOT)}
