"""The main job, end to end."""

import json
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import jsonschema
import pytest

from conformance.aws_cli import discovery
from conformance.contract.files import SCHEMAS
from tests.conftest import Finished
from tests.secrets import SECRETS

ROOT = Path(__file__).parents[2]
# A part of the suite that is quick, and in which moto both conforms and diverges.
SOME = ("-k", "test_status or test_wrong_password_is_refused", "--tier", "wording")


@pytest.fixture(scope="module")
def some(moto):
    """That part, at a moto that serves already; without a baseline, unless one is named after it."""
    return ("--endpoint-url", moto, *SOME)


@dataclass(frozen=True)
class Judged:
    """A run, and the files that it wrote."""

    done: Finished
    junit: Path
    page: Path


@pytest.fixture(scope="module")
def judged(run, some, tmp_path_factory):
    """That part, judged once for every test that only reads what came of it."""
    files = [tmp_path_factory.mktemp("judged") / name for name in ("junit.xml", "page.html")]
    return Judged(run(*some, "--junit", str(files[0]), "--html", str(files[1])), *files)


@pytest.mark.slow
def test_moto_has_no_divergence_beyond_its_baseline(run):
    """The README's first command exits with 0: what plain pytest says of the scenarios, said by `run`."""
    done = run("-n", "2")

    assert done.exit_code == 0, done.stdout[-3000:]
    assert "nothing beyond the baseline" in done.stdout
    assert done.report["summary"]["known"] == done.counts()["diverges"] > 0
    assert done.report["summary"]["stale"] == []
    assert len(done.report["results"]) >= 1500


@pytest.mark.slow
def test_the_installed_cli_has_no_divergence_beyond_its_baseline(run):
    """What the AWS CLI itself is known to do differently is in the file of its version, and holds."""
    if discovery.version("cli") is None:
        pytest.skip("the AWS CLI is not installed")
    done = run("--bindings", "cli", "-k", "command-line")

    assert done.exit_code == 0, done.stdout[-3000:]
    assert done.report["summary"]["stale"] == []
    assert done.counts()["conforms"] > 0


def test_the_baseline_of_moto_is_looked_up_by_its_name(run):
    """A run that names no target starts moto, and what its baseline knows turns no exit code."""
    done = run(*SOME)

    assert done.exit_code == 0, done.stdout[-3000:]
    assert "nothing beyond the baseline" in done.stdout
    assert done.report["summary"]["known"] == done.counts()["diverges"] > 0
    assert done.report["summary"]["stale"] == []


def test_without_a_baseline_every_divergence_is_new(judged):
    """Exit code 1, and each is explained."""
    assert judged.done.exit_code == 1
    assert "permissive: Sign-in with any password but the one that was set fails" in judged.done.stdout
    for word in ("claim", "source", "expected", "observed", "sent", "received", "reproduce"):
        assert re.search(rf"^  {word} +\S", judged.done.stdout, re.MULTILINE), word


def test_the_printed_command_reproduces_the_divergence(run, judged):
    """The command under `reproduce` judges just that result, with the same verdict."""
    line = re.search(r"reproduce +cognito-conformance run (.+)", judged.done.stdout)[1]
    again = run(*[word.strip("'") for word in re.findall(r"'[^']*'|\S+", line)])
    (result,) = again.report["results"]
    (same,) = [r for r in judged.done.report["results"] if r["id"] == result["id"]]

    assert result["verdict"] == "diverges"
    assert [result[name] for name in ("kind", "expected", "observed")] == [
        same[name] for name in ("kind", "expected", "observed")
    ]


def test_the_report_is_valid_by_its_schema(judged):
    """What --json writes is what schemas/results.schema.json says."""
    schema = json.loads((SCHEMAS / "results.schema.json").read_text("utf-8"))

    jsonschema.Draft202012Validator(schema).validate(judged.done.report)
    assert judged.done.counts().keys() == {"conforms", "diverges"}


def test_junit_has_every_result_by_claim(judged):
    """--junit writes a suite for each claim, a case for each result, and a failure for each new divergence."""
    done = judged.done
    suites = ElementTree.parse(judged.junit).findall("testsuite")
    cases = [(suite.get("name"), case) for suite in suites for case in suite.findall("testcase")]
    verdicts = {c.get("name"): c.find("properties/property[@name='verdict']").get("value") for _, c in cases}

    assert verdicts == done.verdicts()
    assert {case.get("name"): claim for claim, case in cases} == {r["id"]: r["claim"] for r in done.report["results"]}
    assert len([case for _, case in cases if case.find("failure") is not None]) == done.counts()["diverges"]


def test_causes_come_first_and_claims_on_demand(run, some, judged):
    """The verdict, the counts and the causes stand above the table; the claims are shown with -v."""
    short, long = judged.done, run(*some, "-v")
    lines = [line.rstrip() for line in short.stdout.splitlines()]
    order = [next(number for number, line in enumerate(lines) if re.match(start, line)) for start in ORDER]

    assert order == sorted(order)
    assert "✗ Sign-in with any password" not in short.stdout
    assert "✗ Sign-in with any password" in long.stdout
    assert {cause["id"] for cause in short.report["causes"]} == {
        result["cause"] for result in short.report["results"] if result["cause"]
    }


ORDER = (r"\d+ divergences beyond .*, \d cause", r"\d+ results:", r"\d+ divergences:", r"\d causes? ", "topic")


@pytest.mark.parametrize(("kinds", "code"), [("crash,leak", 0), ("permissive", 1)])
def test_fail_on_chooses_what_turns_the_exit_code(run, moto, kinds, code):
    """A new divergence of a kind that --fail-on does not name is shown, and the run exits with 0."""
    done = run("--endpoint-url", moto, "--fail-on", kinds, *SOME[2:], "-k", "test_wrong_password_is_refused")

    assert done.exit_code == code
    assert f"{done.counts()['diverges']} divergences beyond the baseline" in done.stdout


def test_the_hint_counts_what_was_chosen(run, moto):
    """What another tier would add is counted among the scenarios that -k chooses."""
    chosen = ("--endpoint-url", moto, "--bindings", "sdk", "-k", "test_status or test_output")
    fewer, more = run(*chosen), run(*chosen, "--tier", "wording")
    hint = re.search(r"(\d+) more results? with --tier \w+", fewer.stdout)

    assert int(hint[1] if hint else 0) == len(more.report["results"]) - len(fewer.report["results"])


def test_shares_put_together_are_the_whole(run, moto):
    """Each result of a run is in exactly one of its shares, with the same verdict."""
    chosen = ("--endpoint-url", moto, "--bindings", "sdk", "-k", "test_status or test_output")
    whole, *shares = run(*chosen), run(*chosen, "--shard", "1/2"), run(*chosen, "--shard", "2/2")
    found = [share.verdicts() for share in shares]

    assert found[0].keys().isdisjoint(found[1])
    assert found[0] | found[1] == whole.verdicts()


def test_the_page_stands_alone(judged):
    """--html writes one page with every claim and cause, and the commands, which loads nothing from anywhere."""
    done, page = judged.done, judged.page.read_text("utf-8")

    assert {f'id="{result["claim"]}"' in page for result in done.report["results"]} == {True}
    assert {f'id="{cause["id"]}"' in page for cause in done.report["causes"]} == {True}
    assert "cognito-conformance run --endpoint-url http://127.0.0.1:" in page
    assert re.search(r"<script src|<link|<img|@import|url\((?!#)", page) is None


def test_workers_change_no_verdict(run, moto):
    """Two workers give the same ids, verdicts and observations as one."""

    def said(done):
        return {(r["id"], r["verdict"], r["kind"], r["expected"], r["observed"]) for r in done.report["results"]}

    chosen = ["--endpoint-url", moto, "-k", "test_status or test_output", "--tier", "wording"]
    alone = said(run(*chosen))

    assert alone == said(run(*chosen, "-n", "2"))


def test_an_installed_copy_works_from_any_directory(installed, tmp_path):
    """The wheel carries schemas, fixtures and scenarios: it judges from an empty directory, away from the checkout."""
    probe = "import sys; sys.path.insert(0, sys.argv.pop(1)); from conformance.cli import main; main()"
    command = [sys.executable, "-c", probe, str(installed), "run", "-k", "test_list_users_shows_the_same_status"]
    command += ["--html", str(tmp_path / "page.html")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)

    assert done.returncode == 0, done.stdout + done.stderr
    assert (installed / "conformance" / "fixtures" / "baselines" / "moto.toml").is_file()
    assert "conforms" in done.stdout
    assert list(tmp_path.iterdir()) == [tmp_path / "page.html"]


@pytest.mark.parametrize("bindings", ["sdk", "wire", "cli"])
def test_no_artefact_carries_a_secret(run, moto, tmp_path, bindings):
    """JSON, JUnit, HTML and terminal show no token, signature or credential, whatever credentials are in use."""
    keys = {
        "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI-K7MDENG",
        "AWS_SESSION_TOKEN": "S3ss10nT0k3n",
    }
    file, page = tmp_path / "junit.xml", tmp_path / "page.html"
    done = run(
        "--html",
        str(page),
        "--endpoint-url",
        moto,
        "--bindings",
        bindings,
        "--junit",
        str(file),
        "--tier",
        "wording",
        "-k",
        "test_wrong_password_is_refused or test_authorization or test_error_body or test_challenge_session",
        environment=keys,
    )
    artefacts = [done.stdout, done.stderr, json.dumps(done.report), file.read_text("utf-8"), page.read_text("utf-8")]

    assert done.counts()["diverges"] > 0
    for text in artefacts:
        assert SECRETS.search(text) is None, SECRETS.search(text)
        assert [value for value in keys.values() if value in text] == []


def test_plain_pytest_judges_the_same(tmp_path):
    """`pytest` on the scenarios takes the options of `run`, and gives its verdicts and its reports."""
    file = tmp_path / "report.json"
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-p",
        "no:cacheprovider",
        "conformance/scenarios",
        "-q",
        *SOME,
        "--bindings=wire",
        f"--json={file}",
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout
    assert re.search(r"\d+ passed, .*\d+ xfailed", done.stdout)
    assert "conformity" in done.stdout
    assert json.loads(file.read_text("utf-8"))["summary"]["bindings"] == ["wire"]


@pytest.mark.parametrize(("line", "code"), [("--bindings=soap", 4), ("--baseline=/no/such/file", 4)])
def test_plain_pytest_refuses_bad_input_too(line, code):
    """Under pytest a bad option is pytest's usage error, in one line."""
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "conformance/scenarios", line]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == code
    assert len(done.stderr.strip().splitlines()) == 1
