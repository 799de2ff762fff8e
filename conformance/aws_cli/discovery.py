"""The AWS CLI programs that can be judged, v1 and v2: where each is found, and how it is run."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed
from pathlib import Path
from typing import Protocol

from conformance.aws_cli.client import AwsCli, AwsCliEnded, AwsCliMissing, Completed, run_subprocess

NAMES = ("cli", "cli2")
REMEDIES = {
    "cli": "pip install 'cognito-conformance[cli]'",
    "cli2": "apt-get install awscli (Debian 12 or later), or brew install awscli, or the installer of AWS",
}
_VERSION_SECONDS = 30
_READY: dict[str, Program] = {}


class Program(Protocol):
    """An AWS CLI: `run` it with arguments in exactly an environment, for at most so many seconds."""

    def run(self, arguments: Sequence[str], environment: Mapping[str, str], timeout: float) -> Completed:
        """What the call left. Raises AwsCliTimeout."""

    def close(self) -> None:
        """End what was started for it."""


class PlainAws:
    """An AWS CLI that cannot be imported, such as the frozen one of AWS's installer: a process for each call."""

    def __init__(self, path: str) -> None:
        self.path = path

    def run(self, arguments: Sequence[str], environment: Mapping[str, str], timeout: float) -> Completed:
        """What the call left. Raises AwsCliTimeout."""
        return run_subprocess(arguments, environment, timeout, self.path)

    def close(self) -> None:
        """Nothing runs between calls."""


def start(name: str) -> Program:
    """The program, ready to be called: forked from a process that has it loaded where it can be imported.

    Raises AwsCliMissing where it is not installed."""
    return _READY.pop(name) if name in _READY else _start(name)


def start_ahead(name: str) -> None:
    """Start the program now; the next `start` returns it, in this process or in each process that forks from it.

    Raises AwsCliMissing where it is not installed."""
    _READY[name] = _start(name)


def _start(name: str) -> Program:
    if name == "cli":
        return _loaded(None)
    path = v2()
    if path is None:
        raise AwsCliMissing("no AWS CLI v2 on PATH", REMEDIES["cli2"])
    python = interpreter(Path(path))
    if python is not None:
        try:
            return _loaded(python)
        except (AwsCliMissing, AwsCliEnded):
            pass  # the script's interpreter finds awscli in a way of the script's own
    return PlainAws(path)


def _loaded(python: str | None) -> AwsCli:
    program = AwsCli(python)
    try:
        _ = program.version
    except BaseException:
        program.close()
        raise
    return program


def version(name: str) -> str | None:
    """The version of a program, None where it is not installed. v2 is started to ask it."""
    if name == "cli":
        try:
            return installed("awscli")
        except PackageNotFoundError:
            return None
    path = v2()
    return _version(path) if path else None


def remedy(name: str) -> str:
    """The command that installs a program."""
    return REMEDIES[name]


@cache
def v2() -> str | None:
    """The path of the first `aws` on PATH that is AWS CLI v2, or None. There may be a v1 before it."""
    return next((path for path in _on_path() if (_version(path) or "").startswith("2.")), None)


def _on_path() -> Iterator[str]:
    for folder in os.environ.get("PATH", os.defpath).split(os.pathsep):
        for name in ("aws", "aws2"):
            path = shutil.which(name, path=folder) if folder else None
            if path:
                yield path


@cache
def _version(path: str) -> str | None:
    try:
        done = subprocess.run(
            [path, "--version"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_VERSION_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = re.match(r"aws-cli/(\S+)", done.stdout or done.stderr)
    return found[1] if found else None


def interpreter(script: Path) -> str | None:
    """The Python that a script names in its first line, None for any other program."""
    with script.open("rb") as file:
        line = file.readline(500)
    found = re.fullmatch(rb"#!\s*(/\S*python[\d.]*)\s*(?:-\w+\s*)*", line)
    return found[1].decode() if found else None
