"""Whether run after run says the same, in whatever order and however many processes, and how long each takes.

Usage: python -m benchmarks.same_verdicts [TIMES | alone] [options of run, as pytest takes them: --target=reference]
Every second run is in the order of the suite, the others in one that is drawn; one, two and three processes take turns.
`alone` runs the suite once, and then each scenario in a process of its own, with all its parameters.
Ends with 1 where a verdict, a kind or an observation differs from those of the first run.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
WORKERS = ("0", "2", "1", "3")


def verdicts_of(arguments: list[str], order: int | None, workers: str) -> dict[str, tuple[str, ...]]:
    """What a run says of each result."""
    own = {"ORDER": str(order)} if order else {}
    with tempfile.TemporaryDirectory() as directory:
        file = Path(directory, "report.json")
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "tests.shuffling"]
        command += ["conformance/scenarios", f"--json={file}", "-n", workers, *arguments]
        subprocess.run(command, cwd=ROOT, env={**os.environ, **own}, check=False, stdout=subprocess.DEVNULL)
        results = json.loads(file.read_text("utf-8"))["results"]
    return {r["id"]: tuple(str(r[name]) for name in ("verdict", "kind", "observed", "known")) for r in results}


def alone(arguments: list[str]) -> None:
    """Run each scenario by itself, and compare what it says with a run of all."""
    together = verdicts_of(arguments, None, "0")
    scenarios: dict[str, set[str]] = {}
    for name in together:
        scenarios.setdefault(name.partition("[")[0], set()).add(name)
    different = []
    for number, (scenario, names) in enumerate(sorted(scenarios.items()), 1):
        results = verdicts_of([*arguments, "-k", scenario], None, "0")
        changed = sorted(name for name in names if together[name] != results.get(name))
        different += changed
        print(f"{number:4} of {len(scenarios)}  {scenario}  {len(names)} results", flush=True)
        for name in changed:
            print(f"     {name}: {together[name]} -> {results.get(name)}", flush=True)
    print(f"{len(scenarios)} scenarios alone: {len(different)} of {len(together)} results are others than in company")
    sys.exit(1 if different else 0)


def main() -> None:
    """Run, compare, and print a line for each run."""
    if sys.argv[1:2] == ["alone"]:
        alone(sys.argv[2:])
    times, arguments = (int(sys.argv[1]) if len(sys.argv) > 1 else 20), sys.argv[2:]
    first: dict[str, tuple[str, ...]] = {}
    different = 0
    for number in range(times):
        order, workers = (number if number % 2 else None), WORKERS[number // 2 % len(WORKERS)]
        started = time.perf_counter()
        results = verdicts_of(arguments, order, workers)
        seconds = time.perf_counter() - started
        first = first or results
        changed = sorted(name for name in first.keys() | results.keys() if first.get(name) != results.get(name))
        different += bool(changed)
        how = f"order {order}" if order else "own order"
        print(f"{number + 1:3}  {how:10}  -n {workers}  {seconds:6.1f} s  {len(results)} results", flush=True)
        for name in changed[:10]:
            print(f"     {name}: {first.get(name)} -> {results.get(name)}", flush=True)
    print(f"{times} runs, {different} of them different from the first")
    sys.exit(1 if different else 0)


if __name__ == "__main__":
    main()
