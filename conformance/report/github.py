"""A JSON report as a GitHub Actions job shows it: `python -m conformance.report.github REPORT.json`.

Writes a summary to $GITHUB_STEP_SUMMARY, outputs to $GITHUB_OUTPUT, and at most nine annotations to standard output:
GitHub shows ten of a step, and 1 MB of a summary
(https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands).
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from conformance.report.findings import percent

MOST_ANNOTATIONS = 9
MOST_BYTES = 900_000
_SIGNS = str.maketrans({"|": "\\|", "<": "&lt;", ">": "&gt;", "`": "'", "\n": " ", "\r": " "})


def summary(report: Mapping[str, Any]) -> str:
    """The report as Markdown, below MOST_BYTES: both figures, then the causes that the baseline does not know."""
    target, figures = report["target"], report["summary"]
    lines = [
        f"## Cognito conformance of {_cell(target['name'])} {_cell(target['version'] or '')}".rstrip(),
        "",
        "| conformity | coverage | new | known | blocked | inconclusive |",
        "|---|---|---|---|---|---|",
        f"| {percent(figures['conformity'])} | {percent(figures['coverage'])} | {new_divergences(report)} "
        f"| {figures['known']} | {figures['verdicts'].get('blocked', 0)} "
        f"| {figures['verdicts'].get('inconclusive', 0)} |",
        "",
    ]
    causes = [cause for cause in report["causes"] if cause["new"]]
    if causes:
        lines += ["| kind | operation | expected | observed | results | claims |", "|---|---|---|---|---|---|"]
        lines += [_row(cause) for cause in causes]
    if figures["stale"]:
        lines += ["", f"{len(figures['stale'])} entries of the baseline no longer describe the target."]
    return _cut(lines)


def error_lines(report: Mapping[str, Any]) -> list[str]:
    """Workflow commands, one for each of the most serious new causes, and one for what is left out."""
    causes = [cause for cause in report["causes"] if cause["new"]]
    shown = causes if len(causes) <= MOST_ANNOTATIONS else causes[: MOST_ANNOTATIONS - 1]
    lines = [
        f"::error title={_property(str(cause['kind']) + ': ' + str(cause['operation']))}::"
        + _data(f"expected {cause['expected']}, observed {cause['observed']} ({', '.join(cause['claims'][:3])})")
        for cause in shown
    ]
    if len(shown) < len(causes):
        lines.append(f"::error::{len(causes) - len(shown)} more causes: see the job's summary")
    return lines


def outputs(report: Mapping[str, Any], file: Path) -> dict[str, str]:
    """The outputs of the action, by name."""
    figures = report["summary"]
    return {
        "conformity": "" if figures["conformity"] is None else f"{figures['conformity']:.4f}",
        "coverage": "" if figures["coverage"] is None else f"{figures['coverage']:.4f}",
        "new-divergences": str(new_divergences(report)),
        "json": str(file),
    }


def new_divergences(report: Mapping[str, Any]) -> int:
    """How many results diverge beyond the baseline."""
    return sum(cause["new"] for cause in report["causes"])


def _row(cause: Mapping[str, Any]) -> str:
    where = " ".join(filter(None, (cause["operation"], cause["flow"])))
    claims = ", ".join(cause["claims"][:5]) + (" …" if len(cause["claims"]) > 5 else "")
    cells = (cause["kind"], where, cause["expected"], cause["observed"], cause["new"], claims)
    return f"| {' | '.join(_cell(str(cell)) for cell in cells)} |"


def _cell(text: str) -> str:
    """Foreign text as a table may hold it: no markup, no line break, no control character."""
    return "".join(sign for sign in text.translate(_SIGNS) if sign.isprintable())[:300]


def _data(text: str) -> str:
    """Text as the data of a workflow command, whose lines it must not leave."""
    return "".join(sign if sign.isprintable() else " " for sign in text).replace("%", "%25")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _cut(lines: Iterable[str]) -> str:
    kept, size = [], 0
    for line in lines:
        size += len(line.encode()) + 1
        if size > MOST_BYTES:
            kept.append("… cut; the JSON report has all of it")
            break
        kept.append(line)
    return "\n".join(kept) + "\n"


def main() -> None:
    """Write what the job shows for the report that is named."""
    file = Path(sys.argv[1])
    report = json.loads(file.read_text(encoding="utf-8"))
    places = {"GITHUB_STEP_SUMMARY": summary(report)}
    places["GITHUB_OUTPUT"] = "".join(f"{name}={value}\n" for name, value in outputs(report, file).items())
    for variable, text in places.items():
        if place := os.environ.get(variable):
            with Path(place).open("a", encoding="utf-8") as stream:
                stream.write(text)
    print(*error_lines(report), sep="\n")


if __name__ == "__main__":
    main()
