"""What the tests of the gate are given: a cache and an index of their own, the command, and what workers share."""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from conformance.gate import clients, command, observation, releases
from conformance.gate.clients import Client
from conformance.gate.observation import SERVICE, Observation
from tests.gate import sites
from tests.gate.index import Index, indexing


@pytest.fixture(scope="session", autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The gate's cache, which all workers of this test run share."""
    base = tmp_path_factory.getbasetemp()
    shared = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "gate-cache"
    shared.mkdir(exist_ok=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(releases.VARIABLE, str(shared))
        yield shared


@contextmanager
def alone(cache: Path, name: str) -> Iterator[None]:
    """What one worker does here, the others wait for."""
    with (cache / f"{name}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


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

    def warnings(self, pair: int = 0, audience: str = "caller") -> list[str]:
        """The rules of what holds nothing and may matter to some."""
        assert self.report is not None, self.stderr
        return [cause["rule"] for cause in self.report["pairs"][pair]["warnings"][audience]]


Gate = Callable[..., Judged]


def judged(place: Path, *arguments: str, directory: Path | None = None, **environment: str) -> Judged:
    """Run `cognito-conformance sdk-gate` with these arguments; its reports go to `place`."""
    reports = place / "report.json", place / "report.md"
    for file in reports:
        file.unlink(missing_ok=True)
    words = [f"--json={reports[0]}", f"--markdown={reports[1]}", *arguments]
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(directory or place)
        done = CliRunner().invoke(command.main, words, env=environment, catch_exceptions=False)
    report, markdown = (file.read_text("utf-8") if file.exists() else "" for file in reports)
    return Judged(done.exit_code, done.stdout, done.stderr, json.loads(report) if report else None, markdown)


@pytest.fixture
def gate(tmp_path: Path) -> Gate:
    """The command, from a directory of its own."""

    def call(*arguments: str, **options: Any) -> Judged:
        return judged(tmp_path, *arguments, **options)

    return call


@pytest.fixture(scope="session")
def index() -> Iterator[Index]:
    """An index with botocore 1.0.0, which is the installed one, and 1.1.0, whose operation takes no Permanent."""
    change = sites.changed(lambda m: m["shapes"]["AdminSetUserPasswordRequest"]["members"].pop("Permanent"))
    with indexing(sites.release("1.0.0", {}), sites.release("1.1.0", {SERVICE: change})) as running:
        yield running


@pytest.fixture(scope="session")
def installed(index: Index, cache: Path) -> tuple[Client, Observation]:
    """The installed botocore as a release of the index, observed once for all workers."""
    with pytest.MonkeyPatch.context() as patch, alone(cache, "botocore"):
        for name, value in index.environment.items():
            patch.setenv(name, value)
        client = clients.resolve("botocore==1.0.0", "")
        [seen] = observation.observe([client])
    return client, seen


@pytest.fixture(scope="session")
def installed_cli() -> Client:
    """The installed AWS CLI v1."""
    pytest.importorskip("awscli", reason="no AWS CLI v1 here: pip install awscli")
    return replace(clients.resolve("awscli==installed", ""), released=True)


Patched = Callable[..., tuple[Client, Observation]]
MODEL = "model.py"
CLIENT = "client/__main__.py"
TRANSPORT = "transport/__main__.py"


@pytest.fixture(scope="session")
def patched(cache: Path) -> Patched:
    """Observe the installed botocore with other models or code, once for all workers: a name, and which observers."""

    def observed(
        name: str, observers: Sequence[str], models: Mapping[str, Any], code: Mapping[str, str] | None = None
    ) -> tuple[Client, Observation]:
        place = cache / "patched" / name
        client = Client("botocore", name, (place,), ((name, "patched"),), released=True)
        with alone(cache, name), observation.certificates() as certificates:
            if not place.is_dir():
                sites.site(place, models, code)
            words = {MODEL: [*models] or [SERVICE], TRANSPORT: [str(certificates)], CLIENT: []}
            return client, observation.merged([observation.remembered(client, one, words[one]) for one in observers])

    return observed


def alike(whole: Observation, part: Observation) -> Observation:
    """Of an observation with all observers, what the observers of another one see."""
    layers = {fact.layer for fact in part.facts}
    facts = {
        fact: value
        for fact, value in whole.facts.items()
        if fact.layer in layers and not fact.part.startswith(("importing/", "warnings/import"))
    }
    return replace(whole, facts=facts, models=whole.models if part.models else {})


def commits(place: Path, *states: Mapping[str, str]) -> Path:
    """Make a git repository with a commit for each of these states; a state is path -> text."""
    place.mkdir(parents=True)
    who = ["-c", "user.name=tester", "-c", "user.email=tester@example.com", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", "init", "--quiet", str(place)], check=True)
    for state in states:
        for path in place.rglob("*"):
            if path.is_file() and ".git" not in path.parts:
                path.unlink()
        for name, text in state.items():
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            (place / name).write_text(text)
        for words in (["add", "--all"], [*who, "commit", "--quiet", "--allow-empty", "-m", "state"]):
            subprocess.run(["git", *words], cwd=place, check=True)
    return place


Repository = Callable[..., Path]


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """A git repository with a commit for each of these states."""
    return lambda *states: commits(tmp_path / "repository", *states)
