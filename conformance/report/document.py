"""The JSON report (schemas/results.schema.json): written after a run, and read again."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Mapping
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

from conformance.bindings import clients
from conformance.contract import files
from conformance.contract.files import SCHEMAS
from conformance.errors import BadInput
from conformance.report.findings import clock, relative
from conformance.run.run import Run
from conformance.verdict.causes import with_causes
from conformance.verdict.results import Result, Tally
from conformance.verdict.verdicts import Verdict

FORMAT = 2


def document(done: Run) -> dict[str, Any]:
    """The JSON report (schemas/results.schema.json)."""
    settings, target = done.settings, done.settings.target
    found = done.causes
    results = sorted(with_causes(done.results.values(), found), key=lambda result: result.id)
    return {
        "format": FORMAT,
        "suite": {
            "name": "cognito-conformance",
            "version": version("cognito-conformance"),
            "operation": "AdminSetUserPassword",
            "python": platform.python_version(),
            "ledger": ledger_hash(),
        },
        "target": {"name": target.name, "version": done.version, "url": target.url},
        "clients": clients(settings.bindings),
        "started": done.started.isoformat(timespec="seconds"),
        "seconds": done.seconds,
        "clock": clock(settings),
        "command": done.command,
        "instruments": [asdict(instrument) for instrument in getattr(done, "instruments", ())],
        "summary": {
            "tier": settings.tier,
            "bindings": list(settings.bindings),
            "walks": {"examples": settings.examples, "seed": settings.seed},
            "shard": str(settings.shard) if settings.shard else None,
            "baseline": relative(settings.baseline.path) if settings.baseline.path else None,
            "fail_on": [str(kind) for kind in sorted(settings.fail_on, key=lambda kind: kind.severity)],
            **figures(results),
            "stale": [
                {
                    "state": str(stale.state),
                    "claim": stale.claim,
                    "kind": str(stale.symptom.kind),
                    "observed": stale.symptom.observed,
                    "detail": stale.detail,
                }
                for stale in done.stale
            ],
            "exit_code": done.exit_code,
        },
        "causes": [
            {**cause.as_json(), "reasons": sorted({r for one in cause.divergences if (r := _reason(done, one))})}
            for cause in found
        ],
        "results": [result.as_json() for result in results],
    }


def figures(results: list[Result]) -> dict[str, Any]:
    """How many results have which verdict, the two shares, and how many divergences are known."""
    tally = Tally.of(results)
    return {
        "verdicts": {str(verdict): tally[verdict] for verdict in Verdict},
        "conformity": tally.conformity,
        "coverage": tally.coverage,
        "known": sum(result.known for result in results),
    }


def _reason(done: Run, result: Result) -> str | None:
    entry = done.settings.baseline.entry(result)
    return entry.reason if entry else None


def ledger_hash() -> str:
    """A short fingerprint of all that is held to be documented."""
    files_of_it = sorted(path for path in SCHEMAS.glob("*.toml"))
    return hashlib.sha256(b"".join(path.read_bytes() for path in files_of_it)).hexdigest()[:12]


def write(done: Run, file: Path) -> None:
    """Write the report to `file`."""
    save(document(done), file)


def save(report: Mapping[str, Any], file: Path) -> None:
    """Write a report to `file`. Raises BadInput where that cannot be done."""
    try:
        file.write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    except OSError as error:
        raise BadInput(f"{file} cannot be written: {error.strerror}") from None


def read(file: Path) -> dict[str, Any]:
    """A report that `write` wrote.

    Raises BadInput where it cannot be read, is another format, or says something that the schema does not allow."""
    try:
        report = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadInput(f"{file} cannot be read: {error.strerror}") from None
    except (ValueError, RecursionError) as error:
        raise BadInput(f"{file} is not JSON: {error}") from None
    found = report.get("format") if isinstance(report, dict) else None
    if found != FORMAT:
        what = f"has format {found!r}" if found is not None else "has no format"
        raise BadInput(
            f"{file} {what}, and this version reads format {FORMAT}: write it anew with cognito-conformance run --json"
        )
    problem = files.fault(report, "results")
    if problem is not None:
        where = ".".join(str(part) for part in problem.absolute_path) or "the report"
        raise BadInput(f"{file}, {where}: {problem.message[:200]}")
    return dict(report)


def results_of(report: Mapping[str, Any]) -> dict[str, Result]:
    """The results of a report by their id."""
    return {row["id"]: Result.of_json(row) for row in report["results"]}
