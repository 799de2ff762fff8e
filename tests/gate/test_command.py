"""The gate as a user meets it: the command, exit codes, reports, and all that can be wrong with its input."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from conformance.contract.files import SCHEMAS
from conformance.gate import comparison, report
from conformance.gate.clients import Client
from conformance.gate.comparison import PairComparison
from conformance.gate.observation import Observation
from conformance.gate.rules import RULES, Fact, RuleHit
from tests.gate.conftest import Gate, Judged, alone, commits, judged
from tests.gate.index import Index, Release, fill, wheel

CRASHING = {"botocore/__init__.py": "__version__ = '0.0.3'\nraise RuntimeError('no such luck')\n"}


@pytest.fixture(scope="module")
def breaking(index: Index, cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Judged:
    """A pull request that bumps botocore to a release whose AdminSetUserPassword takes no Permanent.

    Nothing is stubbed: git, the index, the observers, the reports."""
    home = tmp_path_factory.mktemp("breaking")
    place = commits(home / "repository", *({"requirements.txt": f"botocore=={v}\n"} for v in ("1.0.0", "1.1.0")))
    words = ["--from-git", "HEAD~1", "--to-git", "HEAD", "--scenarios=none"]
    with alone(cache, "botocore"):
        return judged(home, *words, directory=place, **index.environment)


def test_a_removed_member_is_breaking_in_every_report(breaking: Judged) -> None:
    """Terminal, Markdown and JSON name the member; the JSON fits its schema."""
    assert breaking.report is not None, breaking.stderr
    [pair] = breaking.report["pairs"]
    schema = json.loads((SCHEMAS / "sdk-gate.schema.json").read_text("utf-8"))

    assert list(Draft202012Validator(schema).iter_errors(breaking.report)) == []
    assert (breaking.exit_code, breaking.report["exit_code"], pair["verdict"]["caller"]) == (1, 1, "breaking")
    assert (pair["from"]["version"], pair["to"]["version"]) == ("1.0.0", "1.1.0")
    assert breaking.stdout.splitlines()[-1].startswith("botocore 1.0.0 -> 1.1.0: breaking (")
    assert "AdminSetUserPassword/input/Permanent" in breaking.markdown
    assert "requirements.txt: botocore==1.0.0 -> botocore==1.1.0" in breaking.markdown
    named = {change["rule"]: change for change in pair["changes"] if change["scope"] == "operation"}
    assert named["input-member-removed"]["caller"] == "break"
    assert {change["clause"] for change in pair["changes"]} >= {"members", "request-body"}


def test_a_report_says_that_no_scenario_ran(breaking: Judged) -> None:
    """With --scenarios none the comment says so, and the JSON counts none."""
    assert breaking.report is not None
    assert "no scenarios" in breaking.markdown
    assert breaking.report["pairs"][0]["looked_at"]["scenarios"] == 0


def test_a_comment_can_be_found_again(breaking: Judged) -> None:
    """It begins with a marker that no other tool writes, which the terminal does not show."""
    assert breaking.markdown.startswith(report.MARKER)
    assert report.MARKER not in breaking.stdout


def test_the_gate_loads_no_client() -> None:
    """With every module of the gate imported, neither boto3 nor botocore nor awscli is in its process."""
    script = """
import pkgutil, sys, conformance.gate
for module in pkgutil.iter_modules(conformance.gate.__path__):
    if module.name not in ("__main__", "observers"):
        __import__(f"conformance.gate.{module.name}")
print("loaded", sorted({name.partition(".")[0] for name in sys.modules} & {"boto3", "botocore", "awscli", "moto"}))
"""
    done = subprocess.run([sys.executable, "-P", "-c", script], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "loaded []"


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        ([], "name a pair"),
        (["--from", "boto4==1", "--to", "installed"], "'boto4' is not a client that the gate knows"),
        (["--from", "boto3", "--to", "installed"], "'boto3' names no version"),
        (["--from", "boto3==one", "--to", "installed"], "'one' is not a version"),
        (["--from", "boto3==1.44.0,botocore", "--to", "installed"], "'botocore' is not NAME==VERSION"),
        (["--from", "boto3==installed,botocore==1", "--to", "installed"], "name an exact version"),
        (["--from", "botocore@/nonexistent", "--to", "installed"], "/nonexistent holds no package botocore"),
        (["--from", "botocore@/nonexistent.whl", "--to", "installed"], "/nonexistent.whl is not a wheel"),
        (["--from", "aws-cli-v2:/nonexistent", "--to", "installed"], "holds no package awscli"),
        (["--from", "installed", "--to", "installed", "--from", "installed"], "2 times --from and 1 times --to"),
        (["--from", "boto3==installed", "--to", "aws-cli-v2:CLI"], "not two versions of one client"),
        (["--from", "installed", "--to", "installed", "--waivers", "/nonexistent"], "cannot be read"),
        (["--from", "installed", "--to", "installed", "--json", "/nonexistent/x.json"], "cannot be written"),
        (["--to-git", "HEAD"], "--to-git needs --from-git"),
        (["--from-git", "HEAD"], "--from-git goes with --to-git"),
        (["--from-git", "HEAD", "--to-git", "HEAD", "--to", "latest"], "--from-git goes with --to-git"),
        (["--from-git", "HEAD", "--to", "latest"], "git"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(gate: Gate, tmp_path: Path, arguments: list[str], line: str) -> None:
    """Whatever is wrong on the command line is said in one line that says what to do, in the comment too."""
    (tmp_path / "CLI/awscli/botocore").mkdir(parents=True)
    (tmp_path / "CLI/awscli/botocore/__init__.py").touch()
    (tmp_path / "CLI/awscli/__init__.py").write_text("__version__ = '2.23.6'\n")
    done = gate(*arguments, GIT_CEILING_DIRECTORIES=str(tmp_path.parent))

    assert done.exit_code == 2
    assert line in done.stderr
    assert len(done.stderr.splitlines()) == 1
    if "--json" not in arguments:
        assert "**no verdict**" in done.markdown


def test_no_network_and_a_cold_cache_is_inconclusive(gate: Gate, tmp_path: Path) -> None:
    """Exit code 3, one line that names the release and the cache."""
    offline = {"PIP_INDEX_URL": "http://127.0.0.1:9/simple/", "PIP_CONFIG_FILE": os.devnull, "PIP_FIND_LINKS": ""}
    cold = {"COGNITO_CONFORMANCE_CACHE": str(tmp_path / "cold")}
    done = gate("--from", "boto3==1.44.0", "--to", "installed", **offline, **cold)

    assert done.exit_code == 3
    assert "the package index cannot be reached, and the cache has no boto3==1.44.0" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert "**no verdict**" in done.markdown


def test_a_client_that_crashes_on_import_is_inconclusive(gate: Gate, tmp_path: Path) -> None:
    """Exit code 3, and one line with the version and what it raised."""
    fill(tmp_path / "cache", Release("botocore", "0.0.3", wheel("botocore", "0.0.3", CRASHING)))
    own = {"COGNITO_CONFORMANCE_CACHE": str(tmp_path / "cache")}
    done = gate("--from", "botocore==0.0.3", "--to", "botocore==0.0.3", "--scenarios", "none", **own)

    assert done.exit_code == 3
    assert "botocore 0.0.3 cannot be observed" in done.stderr
    assert "no such luck" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_fault_of_the_gate_is_not_a_verdict(gate: Gate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An unexpected exception ends with 4, never with 1, and names itself in one line."""
    monkeypatch.setattr(comparison, "compare", lambda *_: 1 / 0)
    done = gate("--from", "installed", "--to", "installed", TMPDIR=str(tmp_path))

    assert done.exit_code == 4
    assert "ZeroDivisionError" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert "**no verdict**" in done.markdown


# --- reports


def test_a_safe_pair_with_a_warning_is_not_plainly_safe() -> None:
    """What may matter to some stands in the headline and in the JSON; the exit code stays that of safe."""
    provider = RuleHit("provider-added", Fact("credentials", "provider/login"), None, "login")
    source = [RuleHit("source-changed", Fact("source", f"botocore/{name}.py"), "a", "b") for name in ("auth", "args")]
    found = _found(provider, *source)
    [pair] = report.document([found], "caller", [], [], 0, {})["pairs"]

    assert pair["verdict"]["caller"] == "safe"
    assert [one["rule"] for one in pair["warnings"]["caller"]] == ["provider-added", "source-changed"]
    assert report.verdict_line(found, "caller") == (
        "boto3 1.0.0 -> 1.1.0: safe, 2 warnings "
        "(credentials can come from one more source (login); code on the path of a request is another (2 facts))"
    )
    assert "**safe, 2 warnings**" in report.markdown([found], "caller", [])


def _found(*findings: RuleHit, package: str = "boto3") -> PairComparison:
    sides = Client(package, "1.0.0"), Client(package, "1.1.0")
    return comparison.judge((sides[0], Observation()), (sides[1], Observation()), findings)


def _model(rule: str, part: str, operation: str, before: object = None, after: object = None) -> RuleHit:
    return RuleHit(rule, Fact("model", f"cognito-idp/{operation}/{part}", operation), before, after)


def test_what_follows_from_one_cause_is_told_once() -> None:
    """However many attempts a new retry mode changes, there is one thing to look at, and it leads."""
    attempts = [
        RuleHit("retry-attempts-changed", Fact("retries", f"{mode}/{fault}/attempts"), 5, 3)
        for mode in ("default", "standard")
        for fault in ("empty-500", "empty-503")
    ]
    found = _found(*attempts, RuleHit("retry-mode-changed", Fact("defaults", "retries"), {}, {"mode": "standard"}))

    [cause] = found.causes("caller")
    assert (cause[0].rule.id, len(cause)) == ("retry-mode-changed", 5)
    assert "1 change to look at: the default retry mode is another" in report.verdict_line(found, "caller")


def test_a_break_outside_the_lifecycle_asks_callers_only_on_request() -> None:
    """A higher minimum of RevokeToken breaks nobody who sets passwords; --service-wide asks for review."""
    finding = _model("input-min-raised", "input/ClientSecret/min", "RevokeToken", 1, 24)
    sides = (Client("boto3", "1"), Observation()), (Client("boto3", "2"), Observation())
    wide = comparison.Options(service_wide=True)

    assert comparison.judge(*sides, [finding]).verdict("caller") == "safe"
    assert comparison.judge(*sides, [finding], options=wide).verdict("caller") == "review"


def test_a_gap_on_the_operation_asks_authors_of_emulators() -> None:
    """A new member of AdminSetUserPassword is something to support; one of another operation is only listed."""
    own = _found(_model("input-member-added", "input/New", "AdminSetUserPassword", None, "New"))
    other = _found(_model("input-member-added", "input/New", "SignUp", None, "New"))

    assert (own.verdict("caller"), own.verdict("emulator")) == ("safe", "review")
    assert (other.verdict("caller"), other.verdict("emulator")) == ("safe", "safe")


def test_a_downgrade_is_named() -> None:
    """1.1.0 -> 1.0.0 says so in the comment and on the terminal."""
    found = comparison.judge((Client("boto3", "1.1.0"), Observation()), (Client("boto3", "1.0.0"), Observation()))

    assert "(downgrade)" in report.markdown([found], "caller", [])
    assert report.verdict_line(found, "caller").startswith("downgrade boto3 1.1.0 -> 1.0.0")


def test_an_example_is_code_for_the_client_that_is_judged() -> None:
    """A nested member stands where callers write it; a pair of AWS CLIs gets no Python."""
    finding = _model("input-min-raised", "input/SmsConfiguration/SnsCallerArn/min", "CreateUserPool", 0, 20)
    example = 'boto3.client("cognito-idp").create_user_pool(SmsConfiguration={"SnsCallerArn": ...})'

    assert example in report.markdown([_found(finding)], "caller", [])
    assert "boto3" not in report.markdown([_found(finding, package="awscli")], "caller", [])


@pytest.mark.parametrize("rule", [rule.id for rule in RULES.values() if rule.example])
def test_every_example_is_python(rule: str) -> None:
    """What stands in the comment can be pasted."""
    found = _found(_model(rule, "input/A/member/B/min", "AdminSetUserPassword", "Before", "After"))
    for block in re.findall(r"```python\n(.*?)```", report.markdown([found], "caller", []), re.S):
        ast.parse(block)


def test_a_difference_behind_a_long_beginning_is_shown() -> None:
    """Two texts that differ late are cut before the difference, not behind it."""
    before, after = (f"{'usage: aws ' * 20}{end}" for end in ("old", "new"))
    found = _found(RuleHit("validation-tightened", Fact("validation", "x"), before, after))
    text = report.markdown([found], "caller", [])

    assert "old`" in text
    assert "new`" in text


def test_a_report_is_the_same_whenever_it_is_written() -> None:
    """Nothing but the header of the JSON depends on when or where it is made."""
    findings = [_model("error-added", f"errors/{name}", "AdminSetUserPassword", None, name) for name in ("A", "B")]
    one, other = _found(*findings), _found(*reversed(findings))

    assert report.markdown([one], "caller", []) == report.markdown([other], "caller", [])
    written = [json.dumps(report.document([found], "caller", [], [], 0, {})) for found in (one, other)]
    assert written[0] == written[1]
