"""An emulator on a free loopback port; prints its URL as one JSON line and serves until standard input closes.

The one argument is the table `start` of a target's file (schemas/target.schema.json) as JSON."""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import urllib3

from conformance.process import workplace

READY_SECONDS = 60.0
_END_SECONDS = 5.0
_LOOK_SECONDS = 0.05
# A port that was free may be taken by another when the emulator gets to it.
_PORTS = 3


def main() -> None:
    """Serve until the parent closes our standard input or dies, which is the same to us."""
    recipe = json.loads(sys.argv[1])
    name = Path(recipe["command"][0]).name
    with (
        tempfile.TemporaryDirectory(prefix="cognito-conformance-", ignore_cleanup_errors=True) as directory,
        tempfile.TemporaryFile() as log,
    ):
        for name_of_file, text in recipe.get("files", {}).items():
            file = Path(directory, name_of_file)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        for attempt in range(_PORTS):
            with _started(recipe, directory, log) as (emulator, values):
                report = _ready(emulator, recipe, values)
                if report is not None:
                    print(json.dumps({**values, **report}), flush=True)
                    _watch(emulator, name, log)
                    return
                last = _last_line(log) or f"{name} does not answer"
                if "in use" not in last or attempt == _PORTS - 1:
                    sys.exit(last)


@contextmanager
def _started(
    recipe: Mapping[str, Any], directory: str, log: IO[bytes]
) -> Iterator[tuple[subprocess.Popen[bytes], dict[str, str]]]:
    """The emulator as the head of a process group of its own; nothing of the caller's AWS configuration reaches it."""
    port = str(_free_port())
    values = {"url": f"{recipe.get('scheme', 'http')}://127.0.0.1:{port}", "port": port, "directory": directory}
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    own = {name: filled(value, values) for name, value in recipe.get("environment", {}).items()}
    with subprocess.Popen(
        [filled(word, values) for word in recipe["command"]],
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=subprocess.STDOUT,
        env={**inherited, **own},
        cwd=directory,
        start_new_session=True,
    ) as emulator:
        try:
            yield emulator, values
        finally:
            _end(emulator, Path(recipe["command"][0]).name)


def filled(text: str, values: Mapping[str, str]) -> str:
    """A text of the recipe with {port}, {directory} and {url} filled in."""
    for name, value in values.items():
        text = text.replace(f"{{{name}}}", value)
    return text


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _ready(
    emulator: subprocess.Popen[bytes], recipe: Mapping[str, Any], values: Mapping[str, str]
) -> dict[str, str] | None:
    """What it says of itself once it serves; None where it ends, or does not serve in time.

    Raises SystemExit where nobody waits for it any more."""
    deadline = time.monotonic() + recipe.get("seconds", READY_SECONDS)
    while emulator.poll() is None and time.monotonic() < deadline:
        report = _reported(recipe, values)
        if report is not None:
            return report
        if select.select([sys.stdin], [], [], _LOOK_SECONDS)[0]:  # our standard input was closed
            sys.exit()
    return None


def _reported(recipe: Mapping[str, Any], values: Mapping[str, str]) -> dict[str, str] | None:
    if "ready" not in recipe:
        with socket.socket() as probe:
            return {} if probe.connect_ex(("127.0.0.1", int(values["port"]))) == 0 else None
    # A certificate that it has just made is trusted by nobody yet, and no secret is sent here.
    with urllib3.PoolManager(retries=False, timeout=1.0, cert_reqs="CERT_NONE") as http:
        try:
            answer = http.request("GET", f"{values['url']}{recipe['ready']}")
        except urllib3.exceptions.HTTPError:
            return None
    return _version(answer.data) if answer.status == 200 else None


def _version(body: bytes) -> dict[str, str]:
    try:
        report = json.loads(body)
    except ValueError:
        return {}
    version = report.get("version") if isinstance(report, dict) else None
    return {"version": version} if isinstance(version, str) else {}


def _watch(emulator: subprocess.Popen[bytes], name: str, log: IO[bytes]) -> None:
    """Wait for the end of our standard input, and make a note where the emulator ends before it."""
    closed = threading.Event()

    def wait() -> None:
        sys.stdin.read()
        closed.set()

    threading.Thread(target=wait, daemon=True).start()
    while not closed.wait(_LOOK_SECONDS * 4):
        if emulator.poll() is not None:
            said = f": {last}" if (last := _last_line(log)) else ""
            workplace.note(f"{name} died during the run (exit code {emulator.returncode}){said}")
            closed.wait()


def _last_line(log: IO[bytes]) -> str:
    log.seek(0)
    lines = log.read().decode(errors="replace").strip().splitlines()
    return lines[-1] if lines else ""


def _end(emulator: subprocess.Popen[bytes], name: str) -> None:
    """End the emulator and whatever it started."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        deaf = number == signal.SIGKILL and emulator.poll() is None  # asked before it is killed, which may be at once
        try:
            os.killpg(emulator.pid, number)
        except ProcessLookupError:
            return
        if deaf:
            workplace.note(f"{name} did not end within {_END_SECONDS:g} s of SIGTERM and was killed")
        try:
            emulator.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            continue


if __name__ == "__main__":
    main()
