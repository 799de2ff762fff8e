"""The gate as a user meets it: releases, exit codes, reports, waivers, and all that can be wrong with its input."""

from __future__ import annotations

import ast
import datetime
import json
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from jsonschema import Draft202012Validator

from conformance.contract.files import SCHEMAS
from conformance.errors import BadInput, Inconclusive
from conformance.gate import clients, command, comparison, contract, facts, report, waivers, wheels
from conformance.gate.clients import Client
from conformance.gate.observation import Observation
from conformance.gate.rules import RULES
from tests import index, sites
from tests.index import Release, indexing, wheel

ROOT = Path(__file__).resolve().parents[1]
WAIVER = """[[waiver]]
fact = "{fact}"
reason = "We looked at it, and it is wanted."
date = 2026-01-01
expires = {expires}
"""
LATER = datetime.date.today() + datetime.timedelta(days=30)


@dataclass(frozen=True)
class Judged:
    """A run of the gate that has ended."""

    exit_code: int
    stdout: str
    stderr: str
    report: dict[str, Any] | None
    markdown: str

    def changes(self, pair: int = 0, **wanted: str) -> list[dict[str, Any]]:
        """The changes of a pair that have these properties."""
        assert self.report is not None, self.stderr
        found = self.report["pairs"][pair]["changes"]
        return [change for change in found if all(change[name] == value for name, value in wanted.items())]

    def verdict(self, pair: int = 0, audience: str = "caller") -> str:
        """The verdict on a pair."""
        assert self.report is not None, self.stderr
        return str(self.report["pairs"][pair]["verdict"][audience])


Gate = Callable[..., Judged]


@pytest.fixture
def gate(tmp_path: Path) -> Gate:
    """`cognito-conformance sdk-gate` with these arguments, in a process of its own, from an empty directory."""

    def call(*arguments: str, **environment: str) -> Judged:
        reports = tmp_path / "report.json", tmp_path / "report.md"
        for file in reports:
            file.unlink(missing_ok=True)
        words = [sys.executable, "-P", "-m", "conformance.gate", f"--json={reports[0]}", f"--markdown={reports[1]}"]
        done = subprocess.run(
            [*words, *arguments],
            cwd=tmp_path,
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        found = json.loads(reports[0].read_text("utf-8")) if reports[0].exists() else None
        return Judged(done.returncode, done.stdout, done.stderr, found, reports[1].read_text("utf-8") if found else "")

    return call


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A cache of releases that all workers of this test run share; the last one out takes it away."""
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))
    shared = Path(tempfile.gettempdir()) / f"cognito-conformance-wheels-{run}"
    mine = shared / "users" / tmp_path_factory.getbasetemp().name
    mine.mkdir(parents=True, exist_ok=True)
    yield shared
    mine.rmdir()
    try:
        (shared / "users").rmdir()
    except OSError:
        return
    shutil.rmtree(shared)


@pytest.fixture
def releases(cache: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Have these releases in the cache; skips where the package index cannot be reached."""
    monkeypatch.setenv(wheels.VARIABLE, str(cache))

    def fetch(*specs: str) -> None:
        try:
            for spec in specs:
                clients.resolve(spec, spec)
        except Inconclusive as reason:
            pytest.skip(str(reason))

    return fetch


def test_the_new_default_retry_mode_is_named_with_its_attempts(gate: Gate, releases: Callable[..., None]) -> None:
    """boto3 1.44.0 sends a throttled call three times, 1.43.125 once: review, with the same model."""
    pair = "boto3==1.43.125", "boto3==1.44.0"
    releases(*pair)
    done = gate("--from", pair[0], "--to", pair[1], "--scenarios", "none")

    assert (done.exit_code, done.verdict()) == (1, "review")
    [throttled] = done.changes(fact="retries/default/TooManyRequestsException/attempts")
    assert (throttled["before"], throttled["after"], throttled["caller"]) == (1, 3, "behaviour")
    assert "`retries/default/TooManyRequestsException/attempts`: `1` → `3`" in done.markdown
    assert done.changes(rule="retry-mode-changed")[0]["after"] == {"mode": "standard"}
    assert not [change for change in done.changes(layer="model") if change["rule"] != "documentation-changed"]
    assert not done.changes(caller="break")


def test_half_a_year_without_consequences_is_safe(gate: Gate, releases: Callable[..., None]) -> None:
    """botocore 1.31.6 -> 1.34.0 is safe; 1.34.154 -> 1.34.155 names the new error. Both in one run, exit code 0."""
    specs = "botocore==1.31.6", "botocore==1.34.0", "botocore==1.34.154", "botocore==1.34.155"
    releases(*specs)
    pairs = ["--from", specs[0], "--to", specs[1], "--from", specs[2], "--to", specs[3]]
    done = gate(*pairs, "--scenarios", "none")

    assert (done.exit_code, done.verdict(0), done.verdict(1)) == (0, "safe", "safe")
    fact = "model/cognito-idp/AdminSetUserPassword/errors/PasswordHistoryPolicyViolationException"
    [added] = done.changes(1, fact=fact)
    assert (added["rule"], added["caller"], added["emulator"]) == ("error-added", "warn", "gap")
    [typed] = done.changes(1, fact="answers/code/PasswordHistoryPolicyViolationException")
    assert (typed["before"], typed["after"]) == ("ClientError", "PasswordHistoryPolicyViolationException")
    assert "PasswordHistoryPolicyViolationException" in done.markdown
    assert not done.changes(0, scope="operation", caller="behaviour")


def test_a_warm_cache_needs_no_network(releases: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> None:
    """What was fetched once is found again, the newest release of those in the cache included, with a note."""
    releases("boto3==1.44.0")
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple/")
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_FIND_LINKS", "")

    assert clients.resolve("boto3==1.44.0", "").version == "1.44.0"
    assert "is the newest in the cache" in str(clients.resolve("latest", "boto3==1.44.0").note)


@pytest.fixture(scope="module")
def breaking(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The reports of two runs of one pair, where the new botocore's AdminSetUserPassword takes no Permanent."""
    home = tmp_path_factory.mktemp("breaking")
    change = sites.changed(lambda m: m["shapes"]["AdminSetUserPasswordRequest"]["members"].pop("Permanent"))
    services = {"cognito-idp": change, "second": sites.changed(lambda m: m["operations"].pop("SignUp"))}
    old = sites.site(home / "old", {"second": sites.changed(lambda _: None)})
    new = sites.site(home / "new", services)
    file = home / "waivers.toml"
    file.write_text(WAIVER.format(fact="nothing/like/this", expires=LATER))
    for run in ("first", "second"):
        (home / run).mkdir()
        words = [sys.executable, "-P", "-m", "conformance.gate", "--from", f"botocore@{old}", "--to", f"botocore@{new}"]
        words += ["--scenarios=none", "--service=second", f"--waivers={file}"]
        words += ["--json=gate.json", "--markdown=gate.md", "--junit=gate.xml"]
        done = subprocess.run(words, cwd=home / run, capture_output=True, text=True, timeout=300, check=False)
        (home / run / "stdout").write_text(done.stdout)
        assert done.returncode == 1, done.stderr
    return home / "first", home / "second"


def test_a_removed_member_is_breaking_in_every_report(breaking: tuple[Path, Path]) -> None:
    """Terminal, Markdown, JSON and JUnit name the member; the JSON fits its schema."""
    found = json.loads((breaking[0] / "gate.json").read_text("utf-8"))
    [pair] = found["pairs"]
    schema = json.loads((SCHEMAS / "sdk-gate.schema.json").read_text("utf-8"))

    assert list(Draft202012Validator(schema).iter_errors(found)) == []
    assert (found["exit_code"], pair["verdict"]["caller"]) == (1, "breaking")
    assert "breaking" in (breaking[0] / "stdout").read_text().splitlines()[-1]
    assert "AdminSetUserPassword/input/Permanent" in (breaking[0] / "gate.md").read_text("utf-8")
    named = {change["rule"]: change for change in pair["changes"] if change["scope"] == "operation"}
    assert named["input-member-removed"]["caller"] == "break"
    assert {change["clause"] for change in pair["changes"]} >= {"members", "request-body"}
    suites = ElementTree.parse(breaking[0] / "gate.xml").getroot()
    assert {case.get("name") for case in suites.iter("testcase") if case.find("failure") is not None} >= {
        "verdict",
        "input-member-removed",
        "hold",
    }


def test_another_service_is_compared_on_request(breaking: tuple[Path, Path]) -> None:
    """--service adds a service at the model layer; what breaks there counts."""
    [pair] = json.loads((breaking[0] / "gate.json").read_text("utf-8"))["pairs"]
    found = {change["fact"]: change for change in pair["changes"]}

    assert (found["model/second/SignUp"]["caller"], found["model/second/SignUp"]["scope"]) == ("break", "other")
    assert pair["looked_at"]["services"] == 2


def test_a_stale_waiver_is_told_in_every_report(breaking: tuple[Path, Path]) -> None:
    """A waiver that no change needs any more is named, and asks to be taken out."""
    complaint = "nothing/like/this: no change needs it any more: take it out"

    assert complaint in (breaking[0] / "gate.md").read_text("utf-8")
    assert json.loads((breaking[0] / "gate.json").read_text("utf-8"))["waivers"] == [complaint]


def test_two_runs_of_a_pair_differ_in_their_header_only(breaking: tuple[Path, Path]) -> None:
    """The same pair gives the same bytes, but for the header of the JSON."""
    for name in ("gate.md", "gate.xml", "stdout"):
        assert (breaking[0] / name).read_bytes() == (breaking[1] / name).read_bytes()
    reports = [json.loads((run / "gate.json").read_text("utf-8")) for run in breaking]
    assert [one.pop("header").keys() for one in reports] == [{"generated", "gate", "python", "seconds"}] * 2
    assert json.dumps(reports[0]) == json.dumps(reports[1])


def test_the_gate_loads_no_client(tmp_path: Path) -> None:
    """After a comparison neither boto3 nor botocore nor awscli is in the gate's own process."""
    script = """
import sys
from conformance.gate.command import main
try:
    main(["--from", "botocore==installed", "--to", "installed", "--scenarios", "none"])
except SystemExit as end:
    print("ended", end.code)
print("loaded", sorted({name.partition(".")[0] for name in sys.modules} & {"boto3", "botocore", "awscli", "moto"}))
"""
    done = subprocess.run(
        [sys.executable, "-P", "-c", script], cwd=tmp_path, capture_output=True, text=True, timeout=300, check=False
    )

    assert "safe" in done.stdout, done.stderr
    assert done.stdout.splitlines()[-2:] == ["ended 0", "loaded []"]


def test_the_command_hands_over_to_a_process_without_clients(tmp_path: Path) -> None:
    """`cognito-conformance sdk-gate` is the gate: same options, same complaints, same exit codes."""
    words = [sys.executable, "-P", "-m", "conformance", "sdk-gate"]
    asked = subprocess.run([*words, "--help"], cwd=tmp_path, capture_output=True, text=True, check=False)
    refused = subprocess.run(
        [*words, "--from", "x", "--to", "y"], cwd=tmp_path, capture_output=True, text=True, check=False
    )

    assert (asked.returncode, refused.returncode) == (0, 2)
    assert "--all-services" in asked.stdout
    assert refused.stderr.startswith("cognito-conformance: 'x' is no client")


def test_services_that_are_the_same_are_not_read(tmp_path: Path) -> None:
    """Of the whole of botocore only what differs is read: the checksums of its files tell."""
    first = sites.site(tmp_path / "first", {})
    second = sites.site(tmp_path / "second", {"iam": sites.changed(lambda _: None)})
    pair = Client("botocore", "1", (first,)), Client("botocore", "2", (second,))
    same = comparison.unchanged(*pair)

    assert "iam" not in same
    assert len(same) > 300


# --- waivers


def _retried(accepted: list[waivers.Waiver]) -> comparison.Comparison:
    sides = [Observation(facts={"retries/default/throttled/attempts": attempts}) for attempts in (1, 3)]
    clients_ = Client("botocore", "1"), Client("botocore", "2")
    return comparison.judge((clients_[0], sides[0]), (clients_[1], sides[1]), waivers=accepted)


def test_a_waiver_excuses_a_change_for_a_time(tmp_path: Path) -> None:
    """A waived change does not hold the merge, and is shown with the reason and the day on which that ends."""
    file = tmp_path / "waivers.toml"
    file.write_text(WAIVER.format(fact="retries/default/*", expires=LATER))
    accepted = waivers.load(file)

    assert (_retried([]).verdict("caller"), _retried(accepted).verdict("caller")) == ("review", "safe")
    shown = report.markdown([_retried(accepted)], "caller", [])
    assert f"We looked at it, and it is wanted. Until {LATER}." in shown
    assert command.complaints(accepted, [_retried(accepted)]) == []


def test_a_waiver_for_one_rule_excuses_no_other(tmp_path: Path) -> None:
    """A waiver that names a rule leaves the same fact under another rule as it is."""
    file = tmp_path / "waivers.toml"
    file.write_text(WAIVER.format(fact="*", expires=LATER) + 'rule = "endpoint-changed"\n')

    assert _retried(waivers.load(file)).verdict("caller") == "review"


@pytest.mark.parametrize(
    ("fact", "expires", "complaint"),
    [("nothing/like/this", LATER, "no change needs it any more"), ("*", "2026-01-02", "expired on 2026-01-02")],
    ids=["stale", "expired"],
)
def test_a_waiver_that_no_longer_holds_is_told(tmp_path: Path, fact: str, expires: object, complaint: str) -> None:
    """A stale or expired waiver is named with what is wrong with it."""
    file = tmp_path / "waivers.toml"
    file.write_text(WAIVER.format(fact=fact, expires=expires))
    accepted = waivers.load(file)
    [line] = command.complaints(accepted, [_retried(accepted)])

    assert complaint in line


@pytest.mark.parametrize(
    "text",
    [
        "[[waiver]]\nfact = 'x'",
        "waiver = [",
        WAIVER.format(fact="x", expires="2025-01-01"),
        WAIVER.format(fact="x", expires="2027-01-01") + "rule = 'no-such-rule'\n",
        WAIVER.format(fact="x", expires="2027-01-01").replace("2026-01-01", '"2026-01-01"'),
        "[[waivers]]\n",
    ],
    ids=["no-reason", "no-toml", "expires-first", "unknown-rule", "date-as-text", "misspelt"],
)
def test_a_file_that_is_no_list_of_waivers_is_bad_input(tmp_path: Path, text: str) -> None:
    """Whatever is wrong with it, one line says so."""
    file = tmp_path / "waivers.toml"
    file.write_text(text)

    with pytest.raises(BadInput, match=r"waivers\.toml"):
        waivers.load(file)


# --- the contract


def test_the_contract_fits_its_schema_and_names_rules_once() -> None:
    """Each clause has an id of its own, and every schema that it cites is there."""
    clauses = contract.load()

    assert len({clause.id for clause in clauses}) == len(clauses)
    assert all((SCHEMAS / clause.value).exists() for clause in clauses if clause.holds == "fits")


def test_the_lifecycle_of_the_contract_is_what_the_observers_send() -> None:
    """One list of lifecycle operations, in the contract and in the observer."""
    _, lifecycle = comparison.nearness()
    source = (ROOT / "conformance" / "gate" / "observers" / "client.py").read_text("utf-8")
    [table] = [
        node.value
        for node in ast.parse(source).body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "LIFECYCLE"
    ]
    assert isinstance(table, ast.Dict)

    assert {ast.literal_eval(key) for key in table.keys if key} == lifecycle | {"AdminSetUserPassword"}


def test_a_promise_that_neither_side_keeps_does_not_hold_the_merge() -> None:
    """An upgrade is not blamed for what was so before; it is told all the same."""
    side = Observation(facts={"validation/long-Password": {"raised": "ParamValidationError"}})
    broken = [
        (c.id, f.rule) for c, f in contract.judge(contract.load(), side, side) if c.fact == "validation/long-Password"
    ]

    assert broken == [("password-reaches-the-service", "contract-broken-before")]
    assert RULES["contract-broken-before"].caller == "warn"


# --- bad input


@pytest.fixture
def own_index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[index.Index]:
    """pip asks an index of ours and nothing else, and the cache is empty."""
    crash = {"botocore/__init__.py": "__version__ = '0.0.3'\nraise RuntimeError('no such luck')\n"}
    fine = {"botocore/__init__.py": "__version__ = '0.0.1'\n"}
    served = (
        Release("botocore", "0.0.1", wheel("botocore", "0.0.1", fine)),
        Release("botocore", "0.0.2", wheel("botocore", "0.0.2", fine), yanked="it ate passwords"),
        Release("botocore", "0.0.3", wheel("botocore", "0.0.3", crash)),
        Release("botocore", "0.0.4", b"this is no zip file"),
        Release("botocore", "0.0.5", wheel("botocore", "0.0.5", fine, tampered=True)),
        Release("botocore", "0.0.6", wheel("botocore", "0.0.6", fine), lies=True),
    )
    with indexing(*served) as running:
        monkeypatch.setenv("PIP_INDEX_URL", running.url)
        monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
        monkeypatch.setenv("PIP_FIND_LINKS", "")
        monkeypatch.setenv(wheels.VARIABLE, str(tmp_path / "cache"))
        yield running


@pytest.mark.parametrize(
    ("spec", "line"),
    [
        ("botocore==9.9.9", "botocore==9.9.9 is no release: the newest in the package index is 0.0.6"),
        ("botocore==0.0.2", "botocore==0.0.2 was yanked from the package index: it ate passwords"),
        ("botocore==0.0.4", "botocore==0.0.4 cannot be fetched|broken"),
        ("botocore==0.0.5", "botocore-0.0.5.* is broken: botocore/__init__.py is not what its RECORD says"),
        ("botocore==0.0.6", "does not have the hash that it announced"),
    ],
)
@pytest.mark.usefixtures("own_index")
def test_a_release_that_cannot_be_used_is_bad_input(spec: str, line: str) -> None:
    """A version that does not exist, a yanked, broken, tampered or swapped wheel: one line says which."""
    with pytest.raises(BadInput, match=line):
        clients.resolve(spec, spec)


@pytest.mark.usefixtures("own_index")
def test_a_client_that_crashes_on_import_is_inconclusive(gate: Gate) -> None:
    """Exit code 3, and one line with the version and what it raised."""
    done = gate("--from", "botocore==0.0.3", "--to", "botocore==0.0.3", "--scenarios", "none")

    assert done.exit_code == 3
    assert "botocore 0.0.3 cannot be observed" in done.stderr
    assert "no such luck" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_damaged_cache_heals_itself(own_index: index.Index, tmp_path: Path) -> None:
    """A cached wheel that was cut short is fetched again; an unpacked file that was changed is unpacked again."""
    first = clients.resolve("botocore==0.0.1", "")
    module = first.path[0] / "botocore" / "__init__.py"
    module.write_text("__version__ = 'changed'\n")
    assert "0.0.1" in (clients.resolve("botocore==0.0.1", "").path[0] / "botocore" / "__init__.py").read_text()
    fetched = sum(path.endswith(".whl") for path in own_index.asked)
    [kept] = (tmp_path / "cache" / "wheels").glob("*.whl")
    kept.write_bytes(kept.read_bytes()[:100])

    assert clients.resolve("botocore==0.0.1", "") == first
    assert sum(path.endswith(".whl") for path in own_index.asked) == fetched + 1


def test_no_network_and_a_cold_cache_is_inconclusive(gate: Gate, tmp_path: Path) -> None:
    """Exit code 3, one line that names the release and the cache."""
    offline = {"PIP_INDEX_URL": "http://127.0.0.1:9/simple/", "PIP_CONFIG_FILE": os.devnull, "PIP_FIND_LINKS": ""}
    done = gate(
        "--from", "boto3==1.44.0", "--to", "installed", COGNITO_CONFORMANCE_CACHE=str(tmp_path / "c"), **offline
    )

    assert done.exit_code == 3
    assert "the package index cannot be reached, and the cache has no boto3==1.44.0" in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["--from", "boto4==1", "--to", "installed"], "'boto4' is no client that the gate knows"),
        (["--from", "boto3", "--to", "installed"], "'boto3' names no version"),
        (["--from", "boto3==one", "--to", "installed"], "'one' is no version"),
        (["--from", "botocore@/nonexistent", "--to", "installed"], "/nonexistent holds no package botocore"),
        (["--from", "botocore@/nonexistent.whl", "--to", "installed"], "/nonexistent.whl is no wheel"),
        (["--from", "aws-cli-v2:/nonexistent", "--to", "installed"], "holds no package awscli"),
        (["--from", "installed", "--to", "installed", "--from", "installed"], "2 times --from and 1 times --to"),
        (["--from", "boto3==installed", "--to", "aws-cli-v2:CLI"], "not two versions of one client"),
        (["--from", "installed", "--to", "installed", "--waivers", "/nonexistent"], "cannot be read"),
        (["--from", "installed", "--to", "installed", "--junit", "/nonexistent/x.xml"], "cannot be written"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(gate: Gate, tmp_path: Path, arguments: list[str], line: str) -> None:
    """Whatever is wrong on the command line is said in one line that says what to do."""
    (tmp_path / "CLI/awscli/botocore").mkdir(parents=True)
    (tmp_path / "CLI/awscli/botocore/__init__.py").touch()
    (tmp_path / "CLI/awscli/__init__.py").write_text("__version__ = '2.23.6'\n")
    done = gate(*arguments)

    assert done.exit_code == 2
    assert line in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_local_wheel_is_a_client_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """botocore@/path/to/wheel names a build that no index has."""
    monkeypatch.setenv(wheels.VARIABLE, str(tmp_path / "cache"))
    file = tmp_path / "botocore-0.0.7-py3-none-any.whl"
    file.write_bytes(wheel("botocore", "0.0.7", {"botocore/__init__.py": "__version__ = '0.0.7'\n"}))

    assert clients.resolve(f"botocore@{file}", "").title == "botocore 0.0.7"


def test_an_aws_cli_v2_is_found_in_a_distributions_tree(tmp_path: Path) -> None:
    """aws-cli-v2:PATH takes an unpacked package of a distribution, and refuses version 1."""
    home = tmp_path / "usr/lib/python3/dist-packages/awscli"
    (home / "botocore").mkdir(parents=True)
    (home / "botocore" / "__init__.py").touch()
    (home / "__init__.py").write_text("__version__ = '2.23.6'\n")

    assert clients.resolve(f"aws-cli-v2:{tmp_path}", "").title == "aws-cli-v2 2.23.6"
    (home / "__init__.py").write_text("__version__ = '1.46.3'\n")
    with pytest.raises(BadInput, match=r"name it awscli==1\.46\.3"):
        clients.resolve(f"aws-cli-v2:{tmp_path}", "")


def test_the_workflow_is_ready_to_copy() -> None:
    """It runs the command that exists, with options that exist, and asks for no more than the right to comment."""
    text = (ROOT / ".github" / "workflows" / "sdk-gate.yml").read_text("utf-8")

    assert (
        "cognito-conformance sdk-gate $arguments $waivers --markdown gate.md --json gate.json --junit gate.xml" in text
    )
    assert "contents: read" in text
    # What a pull request writes reaches a shell through the environment only.
    assert "${{ steps" not in "".join(line for line in text.splitlines() if not line.strip().startswith("arguments:"))


def test_what_a_module_of_the_gate_imports_is_no_client() -> None:
    """Not by accident either: no module of the gate but the observers names boto3, botocore or awscli in an import."""
    for path in (ROOT / "conformance" / "gate").glob("*.py"):
        lines = [line.split() for line in path.read_text("utf-8").splitlines() if line.startswith(("import ", "from "))]
        assert not {words[1].partition(".")[0] for words in lines} & {"boto3", "botocore", "awscli"}, path


def test_noise_is_a_short_list_of_names() -> None:
    """What is ignored is ignored by name, and there is little of it."""
    assert set(facts.NOISE) == {"user-agent", "invocation-id"}
    assert tomllib.loads((SCHEMAS / "contract.toml").read_text("utf-8"))["operation"] == "AdminSetUserPassword"
