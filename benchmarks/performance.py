"""How fast the suite is, in one run, side by side: `python -m benchmarks.performance [--write]`.

Ratios are of things measured one after the other on the same machine; seconds are this machine's. With --write the
figures go to docs/performance.md, with the machine and the date. Run it on a machine that does nothing else.
"""

from __future__ import annotations

import json
import os
import platform
import re
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from benchmarks import endpoint_share, growth
from benchmarks.endpoint_share import ROOT, against, seconds
from conformance.target.definition import resolve

SUITE = [sys.executable, "-m", "conformance"]
PAGE = """\
# How fast it is

Written by `python -m benchmarks.performance --write` on {today}: {machine}; {clients}.
Everything was measured in one run, one thing after the other. What is compared was measured side by side, most of it
twice, since a machine is not as fast at one time as at another. Ratios carry over to other machines, seconds do not.

| what | measured |
|---|---|
{table}

`python -m benchmarks.same_verdicts` runs the scenarios again and again, in drawn orders and over one, two and three
processes, and compares every result; `python -m benchmarks.same_verdicts alone` runs each scenario by itself.
"""


# What the endpoints of endpoint_share.Share are called in the table.
ENDPOINTS = {
    "moto": "",
    "moto-server": " at moto's own server (`moto-server`)",
    "distant": " at a moto that answers 5 ms later",
}


def run() -> Iterator[tuple[str, str]]:
    """One process against two, and both against the bare requests."""
    with tempfile.TemporaryDirectory() as directory:
        file = Path(directory, "report.json")
        share = endpoint_share.measure(file)
        grown = [doubled / once for once, doubled in growth.measure(file).values()]
    yield "results of `run`, tier documented, sdk and wire", f"{share.results} from {share.requests} requests"
    yield "requests a result", f"{share.requests / share.results:.2f}"
    yield "users and pools made", f"{share.users} and {share.pools}"
    best = min(share.one["moto"])
    yield "one process", f"{best:.1f} s, {share.results / best:.0f} results a second"
    for what, others in (("the same requests, bare", share.bare), ("two workers (`-n 2`)", share.two)):
        for name, where in ENDPOINTS.items():
            yield f"against {what}{where}", against(share.one[name], others[name])
    yield "first request after", f"{share.start_up:.2f} s"
    yield "causes, baseline and page of twice the results", ", ".join(f"{ratio:.1f}" for ratio in grown) + " times"


def peer() -> Iterator[tuple[str, str]]:
    """Tests as users write them today, against the same kind of server."""
    with resolve("moto", None).running() as endpoint:
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "benchmarks/by_hand"]
        spent, printed = seconds([*command, "-o", "addopts="], ENDPOINT=endpoint.url)
    passed = int(printed.rpartition("\n")[0].rpartition("\n")[2].split(" passed")[0].split()[-1] or 0)
    yield "boto3 tests by hand, a pool each", f"{spent:.1f} s for {passed}, {passed / spent:.1f} results a second"


def aws_cli() -> Iterator[tuple[str, str]]:
    """A call of the AWS CLI, forked and true."""
    _, printed = seconds([sys.executable, "benchmarks/cli_driver.py", "20"])
    for line in printed.splitlines():
        if line.startswith("one at a time"):
            forked, true, ratio = re.findall(r"[\d.]+", line)
            yield "AWS CLI v1, calls one at a time", f"{forked} a second forked, {true} as commands: {ratio} times"


def mutants() -> Iterator[tuple[str, str]]:
    """Mutants a minute, over a part of the catalogue."""
    with tempfile.TemporaryDirectory() as directory:
        file = Path(directory, "mutants.json")
        spent, _ = seconds([*SUITE, "mutants", "-k", "policy", f"--json={file}"])
        found = len(json.loads(file.read_text("utf-8"))["mutants"]) if file.exists() else 0
    yield "mutants of the topic policy", f"{found} in {spent:.1f} s, {found * 60 / spent:.0f} a minute"


def gate() -> Iterator[tuple[str, str]]:
    """The pull-request lane of the SDK gate, with a warm cache."""
    pair = ["sdk-gate", "--from", "boto3==1.44.4", "--to", "boto3==1.44.5", "--scenarios", "none"]
    seconds([*SUITE, *pair])
    spent, _ = seconds([*SUITE, *pair])
    yield "SDK gate, one pair, warm cache, without scenarios", f"{spent:.1f} s"


def main() -> None:
    """Measure, print, and write where that is asked for."""
    rows = [row for part in (run, peer, aws_cli, mutants, gate) for row in part()]
    for name, value in rows:
        print(f"{name:<52} {value}", flush=True)
    if "--write" in sys.argv[1:]:
        (ROOT / "docs" / "performance.md").write_text(page(rows), encoding="utf-8")


def page(rows: list[tuple[str, str]]) -> str:
    """docs/performance.md."""
    today = datetime.now(UTC).date().isoformat()
    machine = f"{os.cpu_count()} processors, {platform.system()}, Python {platform.python_version()}"
    clients = ", ".join(f"{name} {version(name)}" for name in ("boto3", "moto", "awscli"))
    table = "\n".join(f"| {name} | {value} |" for name, value in rows)
    return PAGE.format(today=today, machine=machine, clients=clients, table=table)


if __name__ == "__main__":
    main()
