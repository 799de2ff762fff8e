"""The HTML report: one file that needs nothing else, not even a script."""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from conformance.report.findings import by_topic, reproduce
from conformance.report.terminal import judged_bindings
from conformance.run.run import Run
from conformance.verdict.results import Tally
from conformance.verdict.verdicts import Verdict


def render(run: Run, clients: dict[str, str]) -> str:
    """The report as HTML."""
    environment = Environment(
        loader=PackageLoader("conformance", "report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("page.html.jinja").render(
        run=run,
        settings=run.settings,
        clients=clients,
        tally=Tally.of(run.results.values()),
        topics=by_topic(run),
        bindings=judged_bindings(run),
        tally_of=Tally.of,
        reproduce=lambda result: reproduce(result, run.settings),
        Verdict=Verdict,
    )


def write(run: Run, clients: dict[str, str], file: Path) -> None:
    """Write the report to `file`."""
    file.write_text(render(run, clients), encoding="utf-8")
