"""A server in a process of its own, which ends with this one: it lives as long as its standard input."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from conformance.errors import Inconclusive

_END_SECONDS = 10


@contextmanager
def serving(
    name: str, arguments: Sequence[str], environment: Mapping[str, str], directory: Path
) -> Iterator[dict[str, str]]:
    """What the server reported about itself, its `url` above all; `arguments` are Python's, such as `-m` and a module.

    Raises Inconclusive, with the last thing that it wrote, where it does not start."""
    with begun(name, arguments, environment, directory) as report:
        yield report()


@contextmanager
def begun(
    name: str, arguments: Sequence[str], environment: Mapping[str, str], directory: Path
) -> Iterator[Callable[[], dict[str, str]]]:
    """As `serving`, and wait only when that is asked for: what is yielded returns what the server reported."""
    with (
        tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as complaints,
        subprocess.Popen(
            [sys.executable, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=complaints,
            text=True,
            env=environment,
            cwd=directory,
            start_new_session=True,  # it is still needed when a signal has come to the group: to delete pools
        ) as process,
    ):
        assert process.stdin is not None
        assert process.stdout is not None
        report = process.stdout.readline

        def wait() -> dict[str, str]:
            line = report()
            if not line:
                ended = process.wait(_END_SECONDS)
                complaints.seek(0)
                lines = complaints.read().strip().splitlines() or [f"it ended with {ended}"]
                raise Inconclusive(f"{name} did not start: {lines[-1]}")
            answer: dict[str, str] = json.loads(line)
            return answer

        try:
            yield wait
        finally:
            process.stdin.close()
            try:
                process.wait(_END_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
