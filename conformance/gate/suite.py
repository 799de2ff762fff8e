"""The scenarios under both client versions, against one moto that runs on neither: which verdicts differ.

Scenarios that do not run are never taken for scenarios that found nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from conformance.errors import BadInput, Inconclusive
from conformance.gate.clients import Client
from conformance.gate.observation import environment
from conformance.gate.rules import Fact, RuleHit
from conformance.target import starting

_ROOT = Path(__file__).resolve().parents[2]
# The scenarios in which the client has a hand, by what it sends and what it makes of answers.
WITH_THE_CLIENTS_HAND = (
    "test_status or test_sign_in or test_challenge.py or test_storage or test_output or test_errors or test_flag"
)
_SECONDS = 1800
_DECIDED = ("conforms", "diverges")
_BAD_INPUT = 2  # the exit code of `run` for it


# The verdict of each result, by its id.
Verdicts = Mapping[str, str]


def judge(clients: Sequence[Client], target: str, expression: str | None) -> list[Verdicts]:
    """Run the scenarios with each client, all at once, against one `target`.

    Raises BadInput for a target that does not exist or an expression that matches nothing, Inconclusive if the
    scenarios do not run under one of the clients."""
    with _serving(target) as arguments, ThreadPoolExecutor(os.cpu_count() or 2) as pool:
        return list(pool.map(lambda client: _run(client, arguments, expression), clients))


def compare(old: Verdicts, new: Verdicts) -> Iterator[RuleHit]:
    """Yield the results whose verdict differs."""
    for name in sorted(old.keys() | new.keys()):
        before, after = old.get(name), new.get(name)
        if before == after:
            continue
        decided = before in _DECIDED and after in _DECIDED
        flipped = "scenario-flipped" if before == "conforms" else "scenario-healed"
        yield RuleHit(flipped if decided else "scenario-undecided", Fact("scenarios", name), before, after)


def compared(old: Verdicts, new: Verdicts) -> int:
    """How many results were judged under both clients."""
    return sum(old.get(name) in _DECIDED and new.get(name) in _DECIDED for name in old)


@contextmanager
def _serving(target: str) -> Iterator[list[str]]:
    """The arguments of `run` that name the target, while it is there."""
    if target != "moto":
        # The scenarios run in another directory.
        yield [str(Path(target).resolve()) if Path(target).is_file() else target]
        return
    with (
        tempfile.TemporaryDirectory(prefix="cognito-conformance-") as home,
        starting.serving("moto", ["-P", "-m", "conformance.target.moto"], _environment(None, home), Path(home)) as moto,
    ):
        yield ["--endpoint-url", moto["url"]]


def _run(client: Client, target: Sequence[str], expression: str | None) -> Verdicts:
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
        complaint = (done.stderr.strip() or done.stdout.strip()).splitlines()[-1:] or [f"exit code {done.returncode}"]
        if done.returncode == _BAD_INPUT:
            raise BadInput(f"the scenarios do not run: {complaint[0].removeprefix('cognito-conformance: ')[:300]}")
        if not file.exists():
            raise Inconclusive(f"{client.title}: the scenarios do not run: {complaint[0][:300]}")
        results = json.loads(file.read_text(encoding="utf-8"))["results"]
    return {result["id"]: result["verdict"] for result in results}


def _environment(client: Client | None, home: str) -> dict[str, str]:
    chosen = environment(client or Client("none", "0"), home)
    # Last, so that the client's own path is in front: the suite itself, where it is not installed.
    # Most of what the scenarios import is installed, and compiled; an unpacked wheel is left as it is.
    del chosen["PYTHONPYCACHEPREFIX"]
    chosen["PYTHONDONTWRITEBYTECODE"] = "1"
    chosen["PYTHONPATH"] = os.pathsep.join(filter(None, (chosen["PYTHONPATH"], str(_ROOT))))
    return chosen
