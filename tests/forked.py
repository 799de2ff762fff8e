"""`cognito-conformance` for tests, forked from a process that has loaded everything: `python -m tests.forked`.

A command spends most of its first two seconds on imports; here it is a fork, with streams, directory and
environment of its own. The process reads one JSON object a line and answers with one, when the command has ended:

    {"arguments": ["claims"], "directory": "/tmp", "environment": {"PATH": "..."}, "stdout": "/tmp/1", "stderr": "2"}
    {"exit_code": 0}

What depends on how Python starts (PYTHONIOENCODING, closed streams) takes a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path


def inherited() -> dict[str, str]:
    """The environment of the tests without a configuration of AWS, and without what this pytest tells one below it."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "PYTEST_"))}


class Commands:
    """Runs `cognito-conformance`, one command after another."""

    def __init__(self, process: subprocess.Popen[str], place: Path) -> None:
        self._process = process
        self._place = place

    def run(
        self, arguments: Sequence[str], directory: Path, environment: Mapping[str, str]
    ) -> subprocess.CompletedProcess[str]:
        """What came of a command, as subprocess.run has it."""
        streams = {name: self._place / name for name in ("stdout", "stderr")}
        command = {"arguments": list(arguments), "directory": str(directory), "environment": dict(environment)}
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(command | {name: str(path) for name, path in streams.items()}) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        texts = [path.read_text("utf-8") for path in streams.values()]
        return subprocess.CompletedProcess(list(arguments), answer["exit_code"], *texts)


def complaints(stderr: str) -> str:
    """What a command wrote to standard error besides its progress."""
    return "".join(line for line in stderr.splitlines(keepends=True) if "% judged" not in line)


@contextmanager
def commands(place: Path) -> Iterator[Commands]:
    """A process that forks commands, whose output is kept in the directory `place`."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.forked"],
        cwd=Path(__file__).parents[1],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        yield Commands(process, place)


def _serve() -> None:
    from click.testing import CliRunner

    from conformance.__main__ import main
    from conformance.cli import main as command_line

    # A run that collects every scenario and chooses none: whatever a run loads is loaded now.
    done = CliRunner().invoke(command_line, ["run", "-k", "works-on-any-user and not works-on-any-user"])
    assert done.exit_code == 2, done.output
    answers = os.fdopen(os.dup(1), "w")
    for line in sys.stdin:
        command = json.loads(line)
        child = os.fork()
        if child == 0:
            _become(command)
            main()
            return
        _, status = os.waitpid(child, 0)
        print(json.dumps({"exit_code": os.waitstatus_to_exitcode(status)}), file=answers, flush=True)


def _become(command: Mapping[str, object]) -> None:
    """Take on the arguments, directory, environment and streams of a command."""
    os.chdir(str(command["directory"]))
    os.environ.clear()
    os.environ.update(command["environment"])  # type: ignore[call-overload]
    tempfile.tempdir = None  # TMPDIR is looked up anew
    for number, path in ((0, os.devnull), (1, command["stdout"]), (2, command["stderr"])):
        opened = os.open(str(path), os.O_RDWR if number == 0 else os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(opened, number)
        os.close(opened)
    sys.argv = ["cognito-conformance", *command["arguments"]]  # type: ignore[misc]


if __name__ == "__main__":
    _serve()
