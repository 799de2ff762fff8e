"""What the tests of the suite are given."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from conformance.process import signals
from conformance.target.definition import resolve
from tests.forked import Commands, commands, inherited
from tests.loopback import sitecustomize

# Nothing that a test starts can reach another machine either: Python imports sitecustomize where it is on PYTHONPATH.
os.environ["PYTHONPATH"] = os.pathsep.join(
    filter(None, [str(Path(sitecustomize.__file__).parent), os.environ.get("PYTHONPATH")])
)

# What a release of somebody else can turn red, or what needs the package index, is asked by name: `pytest -m nightly`.
ASKED_BY_NAME = {
    "nightly": "asks whether the newest clients still say the same",
    "network": "asks the package index",
    "slow": "takes minutes",
}


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marks of the tests that run only when they are asked for."""
    for name, why in ASKED_BY_NAME.items():
        config.addinivalue_line("markers", f"{name}: {why}; runs with -m {name}")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip, with the reason, what runs only when its mark is named with -m."""
    for item in items:
        for name, why in ASKED_BY_NAME.items():
            if item.get_closest_marker(name) and name not in config.option.markexpr:
                item.add_marker(pytest.mark.skip(reason=f"{why}: pytest -m {name}"))


@dataclass(frozen=True)
class Finished:
    """A `cognito-conformance run` that has ended."""

    exit_code: int
    stdout: str
    stderr: str
    report: dict[str, Any] | None

    def verdicts(self) -> dict[str, str]:
        """The verdict by result id."""
        assert self.report is not None, self.stderr
        return {result["id"]: result["verdict"] for result in self.report["results"]}

    def counts(self) -> dict[str, int]:
        """How many results had which verdict, without the zeros."""
        assert self.report is not None, self.stderr
        return {verdict: count for verdict, count in self.report["summary"]["verdicts"].items() if count}


@pytest.fixture(scope="session")
def forked_commands(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Commands]:
    """`cognito-conformance` with everything loaded, to be forked."""
    with commands(tmp_path_factory.mktemp("streams")) as process:
        yield process


@pytest.fixture(scope="session")
def run(forked_commands: Commands, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Finished]:
    """`cognito-conformance run` with these arguments, in a process of its own, from an empty directory."""

    def call(*arguments: str, environment: dict[str, str] | None = None) -> Finished:
        directory = tmp_path_factory.mktemp("run")
        file = directory / "report.json"
        words = ["run", f"--json={file}", *arguments]
        done = forked_commands.run(words, directory, {**inherited(), **(environment or {})})
        report = json.loads(file.read_text("utf-8")) if file.exists() else None
        return Finished(done.returncode, done.stdout, done.stderr, report)

    return call


@pytest.fixture
def heard() -> Iterator[None]:
    """What is started here hears every signal, also where nohup or the & of a shell has these tests ignore some."""
    ignored = [number for number in signals.ENDING if signal.getsignal(number) is signal.SIG_IGN]
    for number in ignored:
        signal.signal(number, signal.SIG_DFL)
    yield
    for number in ignored:
        signal.signal(number, signal.SIG_IGN)


@pytest.fixture(scope="session")
def moto() -> Iterator[str]:
    """The URL of a moto of this worker's own."""
    with resolve("moto", None).running() as endpoint:
        yield endpoint.url


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, unpacked where nothing of the checkout is."""
    place = tmp_path_factory.mktemp("wheel")
    build = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--quiet",
        "--no-deps",
        "--no-build-isolation",
        "--wheel-dir",
        str(place),
        str(Path(__file__).parents[1]),
    ]
    done = subprocess.run(build, capture_output=True, text=True, check=False, cwd=place)
    if done.returncode:
        pytest.skip(f"the wheel cannot be built here: {done.stderr.strip().splitlines()[-1]}")
    (wheel,) = place.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(place / "site")
    return place / "site"
