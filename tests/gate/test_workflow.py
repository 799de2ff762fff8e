"""The workflow in examples/ does what it says: its shell parts run, with stand-ins for the programs that they call."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
import yaml

JOBS = yaml.safe_load((Path(__file__).parents[2] / "examples" / "sdk-gate.yml").read_text("utf-8"))["jobs"]


@pytest.fixture
def step(tmp_path: Path):
    """The exit code and the lines of a step, run as GitHub runs it; a program prints its words, one a line."""
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in ("pip", "cognito-conformance"):
        (programs / name).write_text(f"#!/bin/sh\nprintf '%s\\n' {name} \"$@\"\n")
        (programs / name).chmod(0o755)

    def run(job: str, name: str, **environment: str) -> tuple[int, list[str]]:
        (script,) = [one["run"] for one in JOBS[job]["steps"] if one.get("name") == name]
        command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script]
        path = {"PATH": f"{programs}:/usr/bin:/bin"}
        done = subprocess.run(
            command, cwd=tmp_path, env=path | environment, capture_output=True, text=True, check=False
        )
        assert done.stderr == ""
        return done.returncode, done.stdout.splitlines()

    return run


@pytest.mark.parametrize("job", JOBS)
def test_a_gate_that_nobody_chose_is_one_line(step, job: str) -> None:
    """Without GATE nothing is installed, and the line says where to set it."""
    code, lines = step(job, "Install", GATE="")

    assert code == 1
    assert len(lines) == 1
    assert lines[0].startswith("::error::set GATE")


@pytest.mark.parametrize("job", JOBS)
def test_the_chosen_commit_is_installed(step, job: str) -> None:
    """With moto and the AWS CLI, by its address."""
    assert step(job, "Install", GATE="git+https://example.com/x@1") == (
        0,
        ["pip", "install", "cognito-conformance[moto,cli] @ git+https://example.com/x@1"],
    )


@pytest.mark.parametrize(
    ("job", "compared"),
    [
        ("pull-request", ["--from-git", "HEAD^1", "--to-git", "HEAD"]),
        ("newest", ["--from-git", "HEAD", "--to", "latest"]),
    ],
)
def test_the_gate_reads_the_pins_of_the_repository(step, tmp_path: Path, job: str, compared: list[str]) -> None:
    """A pull request is compared with its base, the repository with the newest; waivers only where it has some."""
    reports = ["--markdown", "gate.md", "--json", "gate.json"]
    without = step(job, "Judge")
    (tmp_path / "sdk-waivers.toml").touch()

    assert without == (0, ["cognito-conformance", "sdk-gate", *compared, *reports])
    assert step(job, "Judge") == (
        0,
        ["cognito-conformance", "sdk-gate", *compared, "--waivers", "sdk-waivers.toml", *reports],
    )
