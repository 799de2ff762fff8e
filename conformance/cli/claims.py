"""`cognito-conformance claims` and `options`."""

from __future__ import annotations

import click
from rich.table import Table

from conformance.aws_cli import command_line, discovery
from conformance.aws_cli.client import AwsCliMissing
from conformance.console import Terminal
from conformance.contract import ledger
from conformance.contract import options as listed_options
from conformance.mutants import faults
from conformance.report.findings import scenarios_of


@click.command()
@click.argument("claim_id", metavar="[ID]", required=False)
@click.option(
    "--state", type=click.Choice(["testable", "pending", "untestable"]), help="Only the claims in this state."
)
def claims(claim_id: str | None, state: str | None) -> None:
    """Print the ledger; with ID: wording, provenance, source, scenarios and mutants of one claim."""
    book = ledger.load_all()
    if claim_id is None:
        topic = ""
        for claim in book.claims.values():
            if state in (None, claim.state):
                if claim.topic != topic:
                    topic = claim.topic
                    click.secho(f"\n{topic}", bold=True)
                note = "" if claim.state == "testable" else f" [{claim.state}]"
                click.echo(f"  {claim.id}{note}\n      {claim.text}")
        return
    claim = book.claim(claim_id)
    rows = {
        "claim": claim.id,
        "says": claim.text,
        "topic": claim.topic,
        "state": f"{claim.state}" + (f": {claim.reason}" if claim.reason else ""),
        "tier": claim.tier if claim.state == "testable" else "none: it is not asserted",
        "provenance": f"{claim.provenance}, confidence {claim.confidence}",
        "reading": claim.reading,
        "contradicted by": claim.contradicted_by,
        "source": "\n".join(claim.sources),
        "note": claim.source_note,
        "scenarios": "\n".join(scenarios_of(claim)),
        "mutants": "\n".join(one.name for one in faults.catalogue().values() if claim.id in one.claims),
        "judge it": f"cognito-conformance run -k {claim.id}" if claim.state == "testable" else None,
    }
    for name, value in rows.items():
        for number, line in enumerate((value or "").splitlines()):
            click.echo(f"{name if number == 0 else '':<16}{line}")


@click.command()
def options() -> None:
    """Print the options of the command by edition: the page of 2023-12, and the help of each AWS CLI installed here."""
    columns: dict[str, set[str]] = {}
    for name in discovery.NAMES:
        try:
            columns[name] = set(command_line.help_options(name))
        except AwsCliMissing as missing:
            click.echo(missing)
    page, listed = "2023-12", listed_options.options()
    grid = Table("option", "claim", page, *(f"{name} {discovery.version(name)}" for name in columns), box=None)
    unlisted = sorted(set().union(*columns.values()) - {option.name for option in listed})
    for option in [*listed, *(listed_options.CommandOption(name, "in no ledger", ()) for name in unlisted)]:
        shown = [page in option.shown, *(option.name in names for names in columns.values())]
        style = "" if all(shown) else "yellow"
        grid.add_row(option.name, option.claim, *("yes" if there else "no" for there in shown), style=style)
    Terminal().print(grid)
