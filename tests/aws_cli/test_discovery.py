"""AWS CLI v2 is found wherever it lies, forked where it can be imported, and called plainly where it cannot."""

import os
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from conformance.aws_cli import baselines, discovery
from conformance.aws_cli.client import AwsCli, AwsCliMissing, clean_environment, run_subprocess
from conformance.aws_cli.discovery import PlainAws
from conformance.aws_cli.recorder import Recorder
from conformance.cli import main
from conformance.contract.ledger import load

OPERATION = ["cognito-idp", "admin-set-user-password"]
CALL = [*OPERATION, "--user-pool-id", "us-east-1_Example", "--username", "alice", "--password", "Perm4nent!"]

needs_v2 = pytest.mark.skipif(discovery.v2() is None, reason=discovery.remedy("cli2"))


@pytest.fixture(autouse=True)
def _forget():
    yield
    discovery.v2.cache_clear()


@pytest.fixture
def environment(tmp_path):
    """What a call is given, without a second attempt."""
    keys = {"access_key_id": "key", "secret_access_key": "secret"}
    return clean_environment(tmp_path, **keys, region="us-east-1") | {"AWS_MAX_ATTEMPTS": "1"}


def an_aws(folder: Path, version: str) -> Path:
    """An executable that calls itself the AWS CLI of that version, and otherwise prints its arguments."""
    folder.mkdir()
    path = folder / "aws"
    path.write_text(f'#!/bin/sh\n[ "$1" = --version ] && echo "aws-cli/{version} Python/3 Linux/6" || echo "$@"\n')
    path.chmod(0o755)
    return path


def test_a_v2_behind_a_v1_is_found(tmp_path, monkeypatch):
    """The first `aws` on PATH that is v2 is taken, also where a v1 comes before it."""
    first, second = an_aws(tmp_path / "one", "1.46.3"), an_aws(tmp_path / "two", "2.99.1")
    monkeypatch.setenv("PATH", f"{first.parent}:{second.parent}:/usr/bin:/bin")
    discovery.v2.cache_clear()

    assert discovery.v2() == str(second)
    assert discovery.version("cli2") == "2.99.1"


def test_a_program_that_is_no_python_is_called_plainly(tmp_path, monkeypatch, environment):
    """A v2 that cannot be imported, as the frozen one of AWS, is run as a process of its own for each call."""
    monkeypatch.setenv("PATH", f"{an_aws(tmp_path / 'two', '2.99.1').parent}:/usr/bin:/bin")
    discovery.v2.cache_clear()
    program = discovery.start("cli2")

    assert isinstance(program, PlainAws)
    assert program.run(["some", "words"], environment, 10).stdout == "some words\n"


def test_without_v2_the_reason_names_a_command(tmp_path, monkeypatch):
    """Where no v2 is on PATH the reason tells what installs it."""
    monkeypatch.setenv("PATH", str(tmp_path))
    discovery.v2.cache_clear()

    with pytest.raises(AwsCliMissing, match=r"no AWS CLI v2 on PATH.*apt-get install awscli"):
        discovery.start("cli2")


def test_without_v2_its_scenarios_are_skipped(run):
    """Without an AWS CLI v2 the results over cli2 are skipped, with the command that installs it."""
    done = run("--bindings", "cli2", "-k", "cli-permanent", environment={"PATH": "/nonexistent"})

    assert set(done.counts()) == {"skipped"}
    assert {"apt-get install awscli" in result["reason"] for result in done.report["results"]} == {True}
    assert done.exit_code == 3


@pytest.mark.parametrize(
    ("line", "python"),
    [
        ("#!/usr/bin/python3", "/usr/bin/python3"),
        ("#! /opt/aws/bin/python3.12 -I", "/opt/aws/bin/python3.12"),
        ("#!/usr/bin/env bash", None),
        ("#!/bin/sh", None),
        ("\x7fELF", None),
    ],
)
def test_the_interpreter_of_a_script(tmp_path, line, python):
    """The Python of a script is the one that its first line names."""
    script = tmp_path / "aws"
    script.write_bytes(f"{line}\nrest".encode())

    assert discovery.interpreter(script) == python


SAMPLE = {
    "success": (0, [*CALL, "--endpoint-url", "{url}"]),
    "success that prints": (0, [*CALL, "--endpoint-url", "{url}", "--query", '`"Zoë"`']),
    "missing option": (252, [*OPERATION, "--user-pool-id", "us-east-1_Example", "--username", "alice"]),
    "unknown option": (252, [*CALL, "--bogus", "1"]),
    "unknown profile": (255, [*CALL, "--profile", "nobody"]),
    "invalid parameter": (252, [*CALL, "--username", ""]),
    "input skeleton": (0, [*OPERATION, "--generate-cli-skeleton", "input"]),
    "yaml skeleton": (0, [*OPERATION, "--generate-cli-skeleton", "yaml-input"]),
    "output skeleton": (0, [*CALL, "--generate-cli-skeleton", "output"]),
    "refused connection": (255, [*CALL, "--endpoint-url", "http://127.0.0.1:1"]),
    "version": (0, ["--version"]),
    "nothing": (252, []),
}


@pytest.fixture(scope="module")
def recorder():
    """An endpoint that answers every call with success."""
    with Recorder() as made:
        yield made


@pytest.fixture(scope="module")
def forked():
    """AWS CLI v2, forked."""
    program = discovery.start("cli2")
    yield program
    program.close()


@needs_v2
@pytest.mark.parametrize(("exit_code", "arguments"), SAMPLE.values(), ids=SAMPLE)
def test_a_forked_v2_ends_as_the_true_one(exit_code, arguments, forked, recorder, environment):
    """Exit code, stdout, stderr and the request of a forked v2 are those of the executable."""
    if not isinstance(forked, AwsCli):
        pytest.skip("this v2 cannot be imported, so it is never forked")
    arguments = [argument.replace("{url}", recorder.url) for argument in arguments]
    recorder.begin()

    one = forked.run(arguments, environment, 60)
    sent = [(request.path, request.body) for request in recorder.requests]
    recorder.begin()
    two = run_subprocess(arguments, environment, 60, discovery.v2())

    assert (one.exit_code, one.stdout, one.stderr) == (exit_code, two.stdout, two.stderr)
    assert one.exit_code == two.exit_code
    assert sent == [(request.path, request.body) for request in recorder.requests]


@needs_v2
def test_the_suite_itself_imports_no_awscli(forked, environment):
    """Calls of either program load no awscli here: it would take botocore's place."""
    forked.run(["--version"], environment, 60)

    assert "awscli" not in sys.modules
    loaded = sys.modules.get("botocore")
    assert loaded is None or Path(loaded.__file__).parent.name == "botocore"


def test_a_version_takes_the_nearest_older_baseline():
    """A version without a baseline of its own takes the next older of its line, and never that of another line."""
    assert baselines.nearest("1.46.3").name == "aws-cli-1.46.3.toml"
    assert baselines.nearest("1.99.0").name == "aws-cli-1.46.3.toml"
    assert baselines.nearest("2.10.0").name == "aws-cli-2.9.19.toml"
    assert baselines.nearest("2.99.0").name == "aws-cli-2.23.6.toml"
    assert baselines.nearest("2.0.1") is None


def test_a_baseline_of_a_program_speaks_of_the_command_line_only():
    """Each shipped entry of a program is about a claim of the command line, and gives a reason."""
    book = load()
    entries = [
        entry
        for path in baselines.DIRECTORY.glob("aws-cli-*.toml")
        for entry in baselines.baseline.load(path, book).entries
    ]

    assert {book.claim(claim).topic for entry in entries for claim in entry.claims} == {baselines.TOPIC}
    assert [entry.title for entry in entries if len(entry.reason) < 40] == []


def test_the_baseline_of_the_program_holds_for_any_target(run, moto):
    """A known divergence of the program is known at an endpoint that has no baseline, and new with --baseline none."""
    chosen = ["--endpoint-url", moto, "--bindings", "cli", "-k", "test_cli_exit_code_of_syntax[cli-stray-word]"]
    known, unknown = run(*chosen), run(*chosen, "--baseline", "none")

    assert [result["known"] for result in known.report["results"]] == [True]
    assert (known.exit_code, unknown.exit_code) == (0, 1)


def test_the_default_run_collects_no_command_line(run):
    """Over sdk and wire no scenario of the command line is collected, and no AWS CLI is looked for."""
    done = run("-k", "temporary-password-is-challenged", environment={"PATH": os.environ["PATH"]})

    assert {result["binding"] for result in done.report["results"]} == {"sdk", "wire"}
    assert "cli2" not in done.report["clients"]


def test_the_options_are_shown_by_edition():
    """`options` prints which option the page and each installed program show, and none is outside the ledger."""
    done = CliRunner().invoke(main, ["options"])
    rows = {line.split()[0]: line.split()[1:] for line in done.stdout.splitlines() if line.lstrip().startswith("--")}

    assert done.exit_code == 0
    assert rows["--password"][:3] == ["cli-password", "yes", "yes"]
    assert rows["--v2-debug"][:3] == ["cli-v2-debug", "no", "yes"]
    assert "in no ledger" not in done.stdout
    assert {row[0] for row in rows.values()} <= set(load().claims)
