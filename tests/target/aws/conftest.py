"""A stand-in for AWS of each test's own, and the commands at it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import chdir, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from conformance.cli import main
from conformance.reference.stand_in import StandInConfig, StandInService, standing_in

ACCOUNT, REGION = "123456789012", "eu-west-1"
# A run at a stand-in waits so many times less than it would at AWS.
PACE = 40.0


@dataclass(frozen=True)
class Ended:
    """A command that has ended."""

    returncode: int
    stdout: str
    stderr: str


def called(words: Sequence[str], environment: Mapping[str, str], place: Path) -> Ended:
    """A command of the suite in this process, with this environment and working directory, which are put back."""
    ours = dict(os.environ)
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    os.environ.clear()
    os.environ.update(environment)
    try:
        with chdir(place):
            done = CliRunner().invoke(main, list(words), prog_name="cognito-conformance")
    finally:
        os.environ.clear()
        os.environ.update(ours)
        for number, handler in handlers.items():
            signal.signal(number, handler)
    return Ended(done.exit_code, done.stdout, done.stderr)


@dataclass(frozen=True)
class Stage:
    """A stand-in that serves, the environment in which a run finds it, and the place where it keeps its ledger."""

    service: StandInService
    file: Path
    environment: Mapping[str, str]
    place: Path

    def words(self, *arguments: str, account: str = ACCOUNT, region: str = REGION) -> list[str]:
        """A command at this stand-in."""
        return [*arguments, "--account", account, "--region", region, "--stand-in", str(self.file)]

    def call(self, *arguments: str, **where: str) -> Ended:
        """A command at this stand-in, ended."""
        return called(self.words(*arguments, **where), self.environment, self.place)

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """A command at this stand-in, running in a process of its own."""
        return subprocess.Popen(
            [sys.executable, "-m", "conformance", *self.words(*arguments)],
            env=dict(self.environment),
            cwd=self.place,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    @property
    def ledgers(self) -> Path:
        """Where the runs of this stage keep their ledgers."""
        return self.place / "state" / "cognito-conformance" / f"{ACCOUNT}-{REGION}"


@contextmanager
def staged(place: Path, **config: Any) -> Iterator[Stage]:
    """A stage with a stand-in of this configuration."""
    file = place / "stand-in.json"
    with standing_in(StandInConfig(account=ACCOUNT, region=REGION, pace=PACE, **config), file) as service:
        stand_in = json.loads(file.read_text("utf-8"))
        home = {"XDG_STATE_HOME": str(place / "state"), "XDG_CONFIG_HOME": str(place / "config")}
        yield Stage(service, file, {**without_aws(), **stand_in["environment"], **home}, place)


def without_aws() -> dict[str, str]:
    """The environment, without what has a say in where requests go or in what pytest does."""
    left_out = ("AWS_", "PYTEST_", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
    return {name: value for name, value in os.environ.items() if not name.upper().startswith(left_out)}


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """A stand-in without faults."""
    with staged(tmp_path) as made:
        yield made


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A stand-in without faults of this worker's, for runs that are refused."""
    with staged(tmp_path_factory.mktemp("shared")) as made:
        yield made


@pytest.fixture(scope="session")
def planned(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """The file of a plan with these options, made once for each."""
    place = tmp_path_factory.mktemp("plans")

    @cache
    def make(*options: str) -> Path:
        file = place / f"{len(list(place.iterdir()))}.json"
        command = ["plan", "aws", "--account", ACCOUNT, "--region", REGION, *options, "--json", str(file)]
        done = called(command, without_aws(), place)
        assert done.returncode == 0, done.stdout + done.stderr
        return file

    return make


def verdicts(file: Path) -> dict[str, str]:
    """The verdicts in a report, by result."""
    return {result["id"]: result["verdict"] for result in json.loads(file.read_text("utf-8"))["results"]}


def kill(process: subprocess.Popen[str]) -> None:
    """End a process at once, as nothing can be done about."""
    process.send_signal(signal.SIGKILL)
    process.communicate()


def names(pools: Sequence[Any]) -> list[str]:
    """The names of pools."""
    return sorted(pool.name for pool in pools)
