"""What twice the results cost once they are judged: causes, baseline and page, side by side.

Usage: python -m benchmarks.growth REPORT.json
The results of the report are taken once and twice, the second time under ids of their own. More than twice the time
would mean that something is searched for each result.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from conformance.contract import ledger
from conformance.report import document, html
from conformance.verdict import baseline
from conformance.verdict.causes import causes, with_causes


def twice(report: Mapping[str, Any]) -> dict[str, Any]:
    """The report with every result a second time."""
    again = [{**result, "id": f"{result['id'][:-1]}-again]"} for result in report["results"]]
    return {**report, "results": [*report["results"], *again]}


def steps(report: Mapping[str, Any]) -> dict[str, Callable[[], object]]:
    """What is done with the results of a report, by name."""
    results = list(document.results_of(report).values())
    known = baseline.load(baseline.path_of("moto"), ledger.load_all())
    return {
        "causes": lambda: with_causes(results, causes(results)),
        "baseline": lambda: [replace(result, known=known.entry(result) is not None) for result in results],
        "page": lambda: html.render(report),
    }


def seconds(step: Callable[[], object]) -> float:
    """The CPU time of the fastest of three."""
    taken = []
    for _ in range(3):
        started = time.process_time()
        step()
        taken.append(time.process_time() - started)
    return min(taken)


def measure(file: Path) -> dict[str, tuple[float, float]]:
    """The seconds of each step with the results of a report, and with twice as many."""
    report = document.read(file)
    once, doubled = steps(report), steps(twice(report))
    return {name: (seconds(step), seconds(doubled[name])) for name, step in once.items()}


def main() -> None:
    """Print a line for each step."""
    for name, (once, doubled) in measure(Path(sys.argv[1])).items():
        print(f"{name:10} {once:7.3f} s  {doubled:7.3f} s  {doubled / once:.2f} times")


if __name__ == "__main__":
    main()
