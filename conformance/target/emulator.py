"""An emulator on a free loopback port; prints its URL as one JSON line and serves until standard input closes.

The one argument is the table `start` of a target's file (schemas/target.schema.json) as JSON."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import urllib3

_READY_SECONDS = 60.0
_END_SECONDS = 5.0


def main() -> None:
    """Serve until the parent closes our standard input or dies, which is the same to us."""
    recipe = json.loads(sys.argv[1])
    with tempfile.TemporaryDirectory(prefix="cognito-conformance-", ignore_cleanup_errors=True) as directory:
        values = {"port": str(_free_port()), "directory": directory}
        for name, text in recipe.get("files", {}).items():
            file = Path(directory, name)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        with tempfile.TemporaryFile() as log, _started(recipe, values, directory, log) as emulator:
            try:
                url = f"http://127.0.0.1:{values['port']}"
                told = _ready(emulator, f"{url}{recipe['ready']}")
                if told is None:
                    log.seek(0)
                    lines = log.read().decode(errors="replace").strip().splitlines()
                    sys.exit(lines[-1] if lines else f"{recipe['command'][0]} does not answer")
                print(json.dumps({"url": url, **told}), flush=True)
                sys.stdin.read()
            finally:
                _end(emulator)


def _started(recipe: Mapping[str, Any], values: Mapping[str, str], directory: str, log: Any) -> subprocess.Popen[bytes]:
    """The emulator as the head of a process group of its own; nothing of the caller's AWS configuration reaches it."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    own = {name: _filled(value, values) for name, value in recipe.get("environment", {}).items()}
    return subprocess.Popen(
        [_filled(word, values) for word in recipe["command"]],
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=subprocess.STDOUT,
        env={**inherited, **own},
        cwd=directory,
        start_new_session=True,
    )


def _filled(text: str, values: Mapping[str, str]) -> str:
    for name, value in values.items():
        text = text.replace(f"{{{name}}}", value)
    return text


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def _ready(emulator: subprocess.Popen[bytes], url: str) -> dict[str, str] | None:
    """The version, where the emulator tells it, once it answers; None where it ended or takes too long."""
    http = urllib3.PoolManager(retries=False, timeout=1.0)
    deadline = time.monotonic() + _READY_SECONDS
    while emulator.poll() is None and time.monotonic() < deadline:
        try:
            answer = http.request("GET", url)
        except urllib3.exceptions.HTTPError:
            time.sleep(0.05)
            continue
        if answer.status == 200:
            return _version(answer.data)
        time.sleep(0.05)
    return None


def _version(body: bytes) -> dict[str, str]:
    try:
        told = json.loads(body)
    except ValueError:
        return {}
    version = told.get("version") if isinstance(told, dict) else None
    return {"version": version} if isinstance(version, str) else {}


def _end(emulator: subprocess.Popen[bytes]) -> None:
    """End the emulator and whatever it started."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(emulator.pid, number)
        except ProcessLookupError:
            return
        try:
            emulator.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            continue


if __name__ == "__main__":
    main()
