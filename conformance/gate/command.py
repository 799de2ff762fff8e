"""`cognito-conformance sdk-gate`: compare client versions, say what changed, and whether it may merge."""

from __future__ import annotations

import datetime
import json
import platform
import time
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import click

from conformance.console import Command, check_writable, ending
from conformance.errors import BadInput, Inconclusive
from conformance.gate import clients, comparison, pins, report, suite, waivers
from conformance.gate.comparison import AUDIENCES, Advice, Options

_FILE = click.Path(path_type=Path, dir_okay=False)


class _Gate(Command):
    """Ends as `ending` says; where there is no verdict, the comment for the pull request says why."""

    def invoke(self, ctx: click.Context) -> None:
        with ending(ctx):
            try:
                super().invoke(ctx)
            except (BadInput, Inconclusive) as problem:
                _no_verdict(ctx, str(problem))
                raise
            except (click.ClickException, click.exceptions.Exit, BrokenPipeError):
                raise
            except Exception as fault:
                _no_verdict(ctx, f"the gate itself failed, please report this: {type(fault).__name__}: {fault}")
                raise


def _no_verdict(ctx: click.Context, reason: str) -> None:
    file = ctx.params.get("markdown_file")
    if file is not None and file.parent.is_dir():
        file.write_text(report.failure(reason), encoding="utf-8")


@click.command(cls=_Gate, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--from", "old", metavar="SPEC", multiple=True, help="The client that is trusted now.")
@click.option("--to", "new", metavar="SPEC", multiple=True, help="The client that would replace it.")
@click.option("--from-git", metavar="REV", help="The clients that the repository pins at this revision.")
@click.option("--to-git", metavar="REV", help="Those that it pins at this one; or --to latest.")
@click.option(
    "--audience", type=click.Choice(AUDIENCES), default=AUDIENCES[0], show_default=True, help="Whose verdict decides."
)
@click.option("--service-wide", is_flag=True, help="A break of any operation of the service asks for review.")
@click.option(
    "--scenarios",
    metavar="TARGET|none",
    default="moto",
    show_default=True,
    help="Run the scenarios under both clients against this target.",
)
@click.option(
    "-k",
    "expression",
    metavar="EXPR",
    default=suite.WITH_THE_CLIENTS_HAND,
    show_default=True,
    help="Only scenarios that match, as in `run`.",
)
@click.option(
    "--waivers", "waivers_file", type=_FILE, metavar="FILE", help="Changes that were accepted, with reason and expiry."
)
@click.option("--json", "json_file", type=_FILE, metavar="FILE", help="Write the result as JSON.")
@click.option("--markdown", "markdown_file", type=_FILE, metavar="FILE", help="Write a comment for the pull request.")
@click.pass_context
def main(
    ctx: click.Context,
    old: Sequence[str],
    new: Sequence[str],
    from_git: str | None,
    to_git: str | None,
    audience: str,
    service_wide: bool,
    scenarios: str,
    expression: str,
    waivers_file: Path | None,
    json_file: Path | None,
    markdown_file: Path | None,
) -> None:
    """Compare two versions of boto3, botocore or the AWS CLI, and say whether the upgrade may merge.

    SPEC is boto3==1.44.0, botocore==…, awscli==…, aws-cli-v2:/path, botocore@/path, installed or latest; repeat --from
    and --to for several pairs. With --from-git and --to-git the pairs are what the repository in this directory pins.

    Exit code 0: safe; 1: review or breaking; 2: bad input; 3: inconclusive;
    4: a fault of the gate."""
    started = time.monotonic()
    check_writable(json_file, markdown_file)
    accepted = waivers.load(waivers_file) if waivers_file else []
    pairs, read = _pairs(old, new, from_git, to_git)
    options = Options(None if scenarios == "none" else scenarios, expression, service_wide)
    found = [comparison.compare(before, after, options, accepted) for before, after in pairs]
    today = datetime.datetime.now(datetime.UTC).date()
    notes = list(waivers.notes(accepted, set(comparison.waivers_used(found)), today)) if found else []
    verdicts = [one.verdict(audience) for one in found]
    code = 0 if all(verdict == Advice.SAFE for verdict in verdicts) else 1
    text = report.markdown(found, audience, notes, read)
    if markdown_file is not None:
        markdown_file.write_text(text, encoding="utf-8")
    if json_file is not None:
        document = report.document(found, audience, notes, read, code, _header(started))
        json_file.write_text(f"{json.dumps(document, indent=1, ensure_ascii=False)}\n", encoding="utf-8")
    click.echo(text.removeprefix(f"{report.MARKER}\n"))
    for one in found:
        click.echo(report.verdict_line(one, audience))
    if not found:
        click.echo("no client changes its version")
    ctx.exit(code)


def _header(started: float) -> dict[str, Any]:
    return {
        "generated": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "gate": version("cognito-conformance"),
        "python": platform.python_version(),
        "seconds": round(time.monotonic() - started, 1),
    }


def _pairs(
    old: Sequence[str], new: Sequence[str], from_git: str | None, to_git: str | None
) -> tuple[list[tuple[clients.Client, clients.Client]], list[str]]:
    """The pairs to compare, and what was read of the repository to find them."""
    if from_git is None:
        if to_git is not None:
            raise BadInput("--to-git needs --from-git: the revision to compare with")
        if not old:
            raise BadInput("name a pair: --from boto3==1.43.125 --to boto3==1.44.0, or --from-git BASE --to-git HEAD")
        if len(old) != len(new):
            raise BadInput(f"{len(old)} times --from and {len(new)} times --to: give each --from its --to")
        specs, read = list(zip(old, new, strict=True)), list[str]()
    elif old or (to_git is None and list(new) != ["latest"]) or (to_git is not None and new):
        raise BadInput("--from-git goes with --to-git REV, or with --to latest, and with nothing else")
    elif to_git is None:
        specs, read = pins.against_latest(Path(), from_git)
    else:
        specs, read = pins.changes(Path(), from_git, to_git)
    return [(clients.resolve(before, after), clients.resolve(after, before)) for before, after in specs], read
