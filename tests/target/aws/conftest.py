"""A stand-in for AWS of each test's own, and the commands at it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from conformance.reference.stand_in import StandInConfig, StandInService, standing_in

ACCOUNT, REGION = "123456789012", "eu-west-1"
# A run at a stand-in waits so many times less than it would at AWS.
PACE = 40.0


@dataclass(frozen=True)
class Stage:
    """A stand-in that serves, the environment in which a run finds it, and the place where it keeps its ledger."""

    service: StandInService
    file: Path
    environment: Mapping[str, str]
    place: Path

    def command(self, *arguments: str, account: str = ACCOUNT, region: str = REGION) -> list[str]:
        """The command line of a command at this stand-in."""
        where = ["--account", account, "--region", region, "--stand-in", str(self.file)]
        return [sys.executable, "-m", "conformance", *arguments, *where]

    def call(self, *arguments: str, **where: str) -> subprocess.CompletedProcess[str]:
        """A command at this stand-in, ended."""
        return subprocess.run(
            self.command(*arguments, **where),
            env=dict(self.environment),
            cwd=self.place,
            capture_output=True,
            text=True,
            timeout=400,
            check=False,
        )

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """A command at this stand-in, running."""
        return subprocess.Popen(
            self.command(*arguments),
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
        told = json.loads(file.read_text("utf-8"))
        left_out = ("AWS_", "PYTEST_", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
        ours = {name: value for name, value in os.environ.items() if not name.upper().startswith(left_out)}
        home = {"XDG_STATE_HOME": str(place / "state"), "XDG_CONFIG_HOME": str(place / "config")}
        yield Stage(service, file, {**ours, **told["environment"], **home}, place)


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """A stand-in without faults."""
    with staged(tmp_path) as made:
        yield made


@pytest.fixture(scope="session")
def planned(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """The file of a plan with these options, made once for each."""
    place = tmp_path_factory.mktemp("plans")

    @cache
    def make(*options: str) -> Path:
        file = place / f"{len(list(place.iterdir()))}.json"
        command = [sys.executable, "-m", "conformance", "plan", "aws", "--account", ACCOUNT, "--region", REGION]
        done = subprocess.run(
            [*command, *options, "--json", str(file)], capture_output=True, text=True, timeout=400, check=False
        )
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
