"""The scenarios under both client versions, against one moto that runs on neither: which verdicts differ."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from conformance.errors import Inconclusive
from conformance.gate.clients import Client
from conformance.gate.observation import environment
from conformance.gate.rules import Finding
from conformance.target import starting

_ROOT = Path(__file__).resolve().parents[2]
_SECONDS = 1800
_DECIDED = ("conforms", "diverges")


@dataclass(frozen=True)
class Judged:
    """The verdict of each result by its id, or why there is none."""

    verdicts: dict[str, str]
    problem: str | None = None


def judge(clients: Sequence[Client], target: str, expression: str | None) -> list[Judged]:
    """Run the scenarios with each client, all at once, against one `target`."""
    with _serving(target) as arguments, ThreadPoolExecutor(os.cpu_count() or 2) as pool:
        return list(pool.map(lambda client: _run(client, arguments, expression), clients))


def compare(old: Judged, new: Judged) -> Iterator[Finding]:
    """The results whose verdict differs."""
    if old.problem != new.problem:
        rule = "scenario-undecided" if old.problem else "scenario-flipped"
        yield Finding(rule, "scenarios", old.problem or "run", new.problem or "run")
        return
    for name in sorted(old.verdicts.keys() | new.verdicts.keys()):
        before, after = old.verdicts.get(name), new.verdicts.get(name)
        if before == after:
            continue
        decided = before in _DECIDED and after in _DECIDED
        flipped = "scenario-flipped" if before == "conforms" else "scenario-healed"
        yield Finding(flipped if decided else "scenario-undecided", f"scenarios/{name}", before, after)


@contextmanager
def _serving(target: str) -> Iterator[list[str]]:
    """The arguments of `run` that name the target, while it is there."""
    if target != "moto":
        yield [target]
        return
    with (
        tempfile.TemporaryDirectory(prefix="cognito-conformance-") as home,
        starting.serving("moto", ["-P", "-m", "conformance.target.moto"], _environment(None, home), Path(home)) as moto,
    ):
        yield ["--endpoint-url", moto["url"]]


def _run(client: Client, target: Sequence[str], expression: str | None) -> Judged:
    with tempfile.TemporaryDirectory(prefix="cognito-conformance-") as home:
        file = Path(home) / "results.json"
        command = [sys.executable, "-P", "-m", "conformance", "run", *target, "--baseline=none", "--tier=wording"]
        command += [f"--bindings={'cli' if client.is_cli else 'sdk'}", f"--json={file}"]
        command += ["-k", expression] if expression else []
        try:
            done = subprocess.run(
                command,
                env=_environment(client, home),
                cwd=home,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise Inconclusive(f"{client.title}: the scenarios did not end in {_SECONDS} s") from None
        if not file.exists():
            said = (done.stderr.strip() or done.stdout.strip()).splitlines()[-1:] or [f"exit code {done.returncode}"]
            return Judged({}, f"the scenarios do not run: {said[0][:300]}")
        results = json.loads(file.read_text(encoding="utf-8"))["results"]
    return Judged({result["id"]: result["verdict"] for result in results})


def _environment(client: Client | None, home: str) -> dict[str, str]:
    chosen = environment(client or Client("none", "0"), home)
    # Last, so that the client's own path is in front: the suite itself, where it is not installed.
    chosen["PYTHONPATH"] = os.pathsep.join(filter(None, (chosen["PYTHONPATH"], str(_ROOT))))
    return chosen
