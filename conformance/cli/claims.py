"""`cognito-conformance claims` and `options`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import click
from rich.table import Table

from conformance.aws_cli import command_line, discovery
from conformance.aws_cli.client import AwsCliMissing
from conformance.console import Terminal
from conformance.contract import ledger
from conformance.contract import options as listed_options
from conformance.contract.ledger import Claim, Ledger
from conformance.errors import BadInput
from conformance.mutants import faults
from conformance.report.findings import scenarios_of
from conformance.run import catalogue


@click.command()
@click.argument("claim_id", metavar="[ID]", required=False)
@click.option(
    "--state", type=click.Choice(["testable", "pending", "untestable"]), help="Only the claims in this state."
)
@click.option("--topic", metavar="TOPIC", help="Only the claims of this topic.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def claims(claim_id: str | None, state: str | None, topic: str | None, as_json: bool) -> None:
    """Print the ledger; with ID: wording, provenance, source, scenarios and mutants of one claim."""
    book = ledger.load_all()
    if claim_id is not None and (state or topic):
        raise BadInput("--state and --topic choose among all claims: leave the ID out")
    chosen = [book.claim(claim_id)] if claim_id is not None else _chosen(book, state, topic)
    if as_json:
        click.echo(json.dumps([_document(claim) for claim in chosen], indent=1, ensure_ascii=False))
    elif claim_id is not None:
        _print_one(chosen[0])
    else:
        _print_all(chosen)


def _chosen(book: Ledger, state: str | None, topic: str | None) -> list[Claim]:
    topics = list(dict.fromkeys(claim.topic for claim in book.claims.values()))
    if topic is not None and topic not in topics:
        raise BadInput(f"--topic {topic!r}: choose one of {', '.join(topics)}")
    return [claim for claim in book.claims.values() if state in (None, claim.state) and topic in (None, claim.topic)]


def _document(claim: Claim) -> dict[str, Any]:
    return {
        "id": claim.id,
        "topic": claim.topic,
        "text": claim.text,
        "state": claim.state,
        "reason": claim.reason,
        "tier": claim.tier,
        "provenance": claim.provenance,
        "confidence": claim.confidence,
        "sources": list(claim.sources),
        "reading": claim.reading,
        "contradicted_by": claim.contradicted_by,
        "scenarios": [scenario.name for scenario in catalogue.of_claim(claim.id)],
        "mutants": [one.name for one in faults.catalogue().values() if claim.id in one.claims],
    }


def _print_all(chosen: Sequence[Claim]) -> None:
    topic = ""
    for claim in chosen:
        if claim.topic != topic:
            topic = claim.topic
            click.secho(f"\n{topic}", bold=True)
        note = "" if claim.state == "testable" else f" [{claim.state}]"
        click.echo(f"  {claim.id}{note}\n      {claim.text}")


def _print_one(claim: Claim) -> None:
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
            click.echo(f"{name}: {missing}")
    page, listed = "2023-12", listed_options.options()
    grid = Table("option", "claim", page, *(f"{name} {discovery.version(name)}" for name in columns), box=None)
    unlisted = sorted(set().union(*columns.values()) - {option.name for option in listed})
    for option in [*listed, *(listed_options.CommandOption(name, "in no ledger", ()) for name in unlisted)]:
        shown = [page in option.shown, *(option.name in names for names in columns.values())]
        style = "" if all(shown) else "yellow"
        grid.add_row(option.name, option.claim, *("yes" if there else "no" for there in shown), style=style)
    Terminal().print(grid)
