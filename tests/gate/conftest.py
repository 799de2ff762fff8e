"""What the tests of the gate are given: a cache of their own, the command, and observations that workers share."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from conformance.gate import clients, observation, releases
from conformance.gate.clients import Client
from conformance.gate.observation import Observation


@pytest.fixture(scope="session", autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The gate's cache, which all workers of this test run share; the last one out removes it."""
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))
    shared = Path(tempfile.gettempdir()) / f"cognito-conformance-cache-{run}"
    mine = shared / "users" / tmp_path_factory.getbasetemp().name
    mine.mkdir(parents=True, exist_ok=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(releases.VARIABLE, str(shared))
        yield shared
    mine.rmdir()
    try:
        (shared / "users").rmdir()
    except OSError:
        return
    shutil.rmtree(shared)


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

    def causes(self, pair: int = 0, audience: str = "caller") -> list[str]:
        """The rules of what holds the merge."""
        assert self.report is not None, self.stderr
        return [cause["rule"] for cause in self.report["pairs"][pair]["causes"][audience]]


Gate = Callable[..., Judged]


@pytest.fixture
def gate(tmp_path: Path) -> Gate:
    """`cognito-conformance sdk-gate` with these arguments, in a process of its own, from a directory of its own."""

    def call(*arguments: str, directory: Path = tmp_path, **environment: str) -> Judged:
        reports = tmp_path / "report.json", tmp_path / "report.md"
        for file in reports:
            file.unlink(missing_ok=True)
        words = [sys.executable, "-P", "-m", "conformance.gate", f"--json={reports[0]}", f"--markdown={reports[1]}"]
        done = subprocess.run(
            [*words, *arguments],
            cwd=directory,
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
        report, markdown = (file.read_text("utf-8") if file.exists() else "" for file in reports)
        return Judged(done.returncode, done.stdout, done.stderr, json.loads(report) if report else None, markdown)

    return call


def _installed(package: str) -> tuple[Client, Observation]:
    # Nobody changes what is installed while the tests run: one worker observes it, the others read that.
    client = replace(clients.resolve(f"{package}==installed", ""), released=True)
    [seen] = observation.observe([client])
    return client, seen


@pytest.fixture(scope="session")
def installed() -> tuple[Client, Observation]:
    """The installed botocore, observed."""
    return _installed("botocore")


@pytest.fixture(scope="session")
def installed_cli() -> tuple[Client, Observation]:
    """The installed AWS CLI v1, observed."""
    pytest.importorskip("awscli", reason="no AWS CLI v1 here: pip install awscli")
    return _installed("awscli")
