"""Whether run after run says the same, in whatever order and however many processes, and how long each takes.

Usage: python -m benchmarks.same_verdicts [TIMES] [options of run, as pytest takes them, such as --target=reference]
Every second run is in the order of the suite, the others in one that is drawn; one, two and three processes take turns.
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


def main() -> None:
    """Run, compare, and print a line for each run."""
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
