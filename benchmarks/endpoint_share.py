"""How fast the suite is, and how much of its time is the endpoint's: the same requests, replayed bare, side by side.

Usage: python -m benchmarks.endpoint_share [--bindings sdk,wire] [-k EXPR]
One run is recorded (benchmarks/recorded_moto.py); then every request is sent again, one after the other over plain
HTTP, to a new moto, with the identifiers of the first time replaced by those of the second.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import urllib3

from conformance.target.definition import resolve
from tests import servers

ROOT = Path(__file__).resolve().parents[1]
# How often each endpoint is measured: a machine is not as fast at one time as at another.
ROUNDS = {"moto": 2, "moto-server": 2, "distant": 1}
# A target file for a moto of the benchmarks' own.
MOTO = """\
title = "moto, {how}"
distribution = "moto"
install = "pip install moto"
faketime = true
[start]
module = "benchmarks.{how}_moto"
"""


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """The strings in a JSON document, by where they are."""
    if isinstance(value, dict):
        for name, item in value.items():
            yield from leaves(item, f"{path}.{name}")
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from leaves(item, f"{path}[{number}]")
    elif isinstance(value, str) and len(value) > 8:
        yield path, value


def parsed(body: str | bytes) -> Any:
    """A body as JSON, or nothing."""
    try:
        return json.loads(body)
    except ValueError:
        return {}


@dataclass(frozen=True)
class Share:
    """What a run takes in `one` process and in `two`, and its requests `bare`: seconds by the endpoint, round by round.

    `moto` is served by the suite, in half the time; `moto-server` by moto's own command, whose clock is not moved;
    `distant` is the first again, each answer of which comes 5 ms later (benchmarks/distant_moto.py).

    `users` are those that were made: each SignUp and AdminCreateUser that the endpoint answered with HTTP 200. One that
    it refused made nobody, nor did an invitation that was sent again (RESEND); both are among the `requests`. `pools`
    are counted in the same way."""

    results: int
    requests: int
    users: int
    pools: int
    one: Mapping[str, list[float]]
    two: Mapping[str, list[float]]
    bare: Mapping[str, list[float]]
    start_up: float


def measure(report: Path, arguments: Sequence[str] = ()) -> Share:
    """Run with these arguments, then replay every request bare; `report` gets the JSON report of a run."""
    with tempfile.TemporaryDirectory() as directory:
        record = Path(directory, "requests.jsonl")
        recorded_moto, distant_moto = (Path(directory, f"{how}.toml") for how in ("recorded", "distant"))
        for file in (recorded_moto, distant_moto):
            file.write_text(MOTO.format(how=file.stem), encoding="utf-8")
        command = [sys.executable, "-m", "conformance", "run", "--baseline=none", f"--json={report}", *arguments]
        targets = {"distant": str(distant_moto), "moto-server": "moto-server", "moto": "moto"}
        seconds([*command, str(recorded_moto)], RECORDED=str(record))
        recorded = [json.loads(line) for line in record.read_text("ascii").splitlines()]
        results = len(json.loads(report.read_text("utf-8"))["results"])

        one, two, bare = (defaultdict[str, list[float]](list) for _ in range(3))
        for name, rounds in ROUNDS.items():
            for _ in range(rounds):
                one[name].append(seconds([*command, targets[name]])[0])
                with resolve(targets[name], None).running() as endpoint:
                    bare[name].append(replayed(endpoint.url, recorded))
                two[name].append(seconds([*command, targets[name], "-n", "2"])[0])

        with resolve("moto", None).running() as endpoint:
            asked: list[float] = []

            def note(_: str, __: bytes) -> None:
                asked.append(time.perf_counter())

            with servers.before(endpoint.url, note) as url:
                began = time.perf_counter()
                seconds([*command, "-k", "smoke", f"--endpoint-url={url}", f"--json={directory}/smoke.json"])

    made = Counter(one["target"].rpartition(".")[2] for one in recorded if _makes(one))
    users = made["SignUp"] + made["AdminCreateUser"]
    return Share(results, len(recorded), users, made["CreateUserPool"], one, two, bare, asked[0] - began)


def against(some: Sequence[float], others: Sequence[float]) -> str:
    """The seconds of the one and of the other, round by round, and how many times as many these are."""
    rounds = list(zip(some, others, strict=True))
    ratios = sorted({f"{one / other:.2f}" for one, other in rounds})
    return f"{', '.join(f'{one:.1f} s and {other:.1f} s' for one, other in rounds)}: {' and '.join(ratios)} times"


def seconds(command: Sequence[str], **environment: str) -> tuple[float, str]:
    """How long a command takes, and what it prints."""
    started = time.perf_counter()
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )
    return time.perf_counter() - started, done.stdout


def _makes(exchange: dict[str, Any]) -> bool:
    return exchange["status"] == 200 and parsed(exchange["body"]).get("MessageAction") != "RESEND"


def replayed(url: str, recorded: Sequence[dict[str, Any]]) -> float:
    """Send the requests again, with the identifiers of this time; return the seconds that waiting for answers took."""
    http = urllib3.PoolManager(retries=False)
    renamed: dict[str, str] = {}
    bare = 0.0
    for one in recorded:
        text = one["body"]
        for old in [old for old in renamed if old in text]:
            text = text.replace(old, renamed[old])
        again = text.encode(errors="surrogateescape")
        started = time.perf_counter()
        reply = http.request("POST", url, body=again, headers=headers(one["target"]))
        bare += time.perf_counter() - started
        before = dict(leaves(parsed(one["answer"])))
        renamed |= {old: new for path, new in leaves(parsed(reply.data)) if (old := before.get(path, new)) != new}
    return bare


def headers(target: str) -> dict[str, str]:
    """What a request needs: moto finds the service by the credential scope; it checks no signature."""
    scope = "Credential=x/20260101/us-east-1/cognito-idp/aws4_request, SignedHeaders=host, Signature=x"
    given = {"X-Amz-Target": target, "Content-Type": "application/x-amz-json-1.1"}
    return {**given, "Authorization": f"AWS4-HMAC-SHA256 {scope}"}


def main() -> None:
    """Print what was measured."""
    with tempfile.TemporaryDirectory() as directory:
        seen = measure(Path(directory, "report.json"), sys.argv[1:])
    print(f"{seen.results} results from {seen.requests} requests: {seen.requests / seen.results:.2f} a result")
    print(f"{seen.users} users, {seen.pools} pools")
    for name, bare in seen.bare.items():
        print(f"{name:<12} against its requests alone: {against(seen.one[name], bare)}")
        print(f"{'':<12} against two workers: {against(seen.one[name], seen.two[name])}")
    print(f"first request after {seen.start_up:.2f} s")


if __name__ == "__main__":
    main()
