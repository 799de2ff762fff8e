"""Running the observers: one process each, one client version each, nothing of the caller's AWS configuration in it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from conformance.errors import Inconclusive
from conformance.gate.clients import Client

SERVICE = "cognito-idp"
_OBSERVERS = Path(__file__).resolve().parent / "observers"
_SECONDS = 600
# What an interpreter may need; all else, AWS_* and proxies above all, stays outside.
_KEPT = ("PATH", "TMPDIR", "LD_LIBRARY_PATH", "SYSTEMROOT", "COVERAGE_PROCESS_START")


@dataclass(frozen=True)
class Observation:
    """What a client version is (`models`: service -> model) and does (`facts`: name -> value)."""

    versions: Mapping[str, str] = field(default_factory=dict)
    models: Mapping[str, Any] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)


def observe(
    clients: Sequence[Client], services: Sequence[str], *, everything: bool, unchanged: Sequence[str] = ()
) -> list[Observation]:
    """Observe these clients at once, so many processes at a time as there are processors.

    `services` are read at the model layer; with `everything` all that there are but the `unchanged`.

    Raises Inconclusive where a client crashes."""
    asked = [
        (client, script, words)
        for client in clients
        for script, words in _scripts(client, services, everything, unchanged)
    ]
    with ThreadPoolExecutor(os.cpu_count() or 2) as pool:
        printed = list(pool.map(lambda one: run(*one), asked))
    found = []
    for client in clients:
        mine = [output for (observed, _, _), output in zip(asked, printed, strict=True) if observed is client]
        merged: dict[str, dict[str, Any]] = {"versions": {}, "services": {}, "facts": {}}
        for output in mine:
            for part in merged:
                merged[part].update(output.get(part, {}))
        found.append(Observation(merged["versions"], merged["services"], merged["facts"]))
    return found


def _scripts(
    client: Client, services: Sequence[str], everything: bool, unchanged: Sequence[str]
) -> list[tuple[str, list[str]]]:
    of = ["--of-awscli"] if client.is_cli else []
    names = ["--all", *(["--except", ",".join(unchanged)] if unchanged else [])] if everything else list(services)
    scripts = [("model.py", [*names, *of])]
    if client.is_cli:
        return [*scripts, ("cli.py", ["subprocess"] if client.package == "aws-cli-v2" else []), ("surface.py", [])]
    return [*scripts, ("client.py", ["boto3"] if client.package == "boto3" else [])]


def run(client: Client, script: str, words: Sequence[str]) -> dict[str, Any]:
    """What an observer prints for a client. Raises Inconclusive where it does not."""
    with tempfile.TemporaryDirectory(prefix="cognito-conformance-") as home:
        command = [sys.executable, "-P", "-s", str(_OBSERVERS / script), *words]
        try:
            done = subprocess.run(
                command,
                env=environment(client, home),
                cwd=home,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise Inconclusive(f"{client.title}: the observer {script} did not end in {_SECONDS} s") from None
    if done.returncode:
        last = done.stderr.decode("utf-8", "backslashreplace").strip().splitlines()[-1:] or ["nothing was said"]
        raise Inconclusive(f"{client.title} cannot be observed: {script} ended with {done.returncode}: {last[0][:300]}")
    try:
        printed: dict[str, Any] = json.loads(done.stdout)
    except ValueError:
        raise Inconclusive(f"{client.title} cannot be observed: {script} printed no JSON") from None
    return printed


def environment(client: Client, home: str) -> dict[str, str]:
    """The whole environment of a process in which `client` is the one that is imported."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return kept | {
        "HOME": home,
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "PYTHONHASHSEED": "0",
        "PYTHONPATH": os.pathsep.join(map(str, client.path)),
    }
