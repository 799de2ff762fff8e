"""The JSON report (schemas/results.schema.json)."""

from __future__ import annotations

import json
import platform
from importlib.metadata import version
from pathlib import Path
from typing import Any

from conformance.bindings import clients
from conformance.run.run import Run
from conformance.verdict.results import Tally
from conformance.verdict.verdicts import Verdict


def document(done: Run) -> dict[str, Any]:
    """The JSON report (schemas/results.schema.json)."""
    target, results = done.settings.target, sorted(done.results.values(), key=lambda r: r.id)
    tally = Tally.of(results)
    return {
        "format": 1,
        "suite": {
            "name": "cognito-conformance",
            "version": version("cognito-conformance"),
            "operation": "AdminSetUserPassword",
            "python": platform.python_version(),
        },
        "target": {"name": target.name, "version": done.version, "url": target.url},
        "clients": clients(done.settings.bindings),
        "summary": {
            "tier": done.settings.tier,
            "bindings": list(done.settings.bindings),
            "walks": {"examples": done.settings.examples, "seed": done.settings.seed},
            "verdicts": {str(verdict): tally[verdict] for verdict in Verdict},
            "conformity": tally.conformity,
            "coverage": tally.coverage,
            "known": sum(result.known for result in results),
            "stale": [
                {"state": s.state, "claim": s.entry.claim, "scenario": s.entry.scenario, "detail": s.detail}
                for s in done.stale
            ],
            "exit_code": done.exit_code,
        },
        "results": [result.as_json() for result in results],
    }


def write(done: Run, file: Path) -> None:
    """Write the report to `file`."""
    file.write_text(json.dumps(document(done), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
