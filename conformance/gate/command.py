"""`cognito-conformance sdk-gate`: compare client versions, say what changed, and whether it may merge."""

from __future__ import annotations

import datetime
import json
import platform
import time
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

import click

from conformance.console import check_writable, ending
from conformance.errors import BadInput
from conformance.gate import clients, comparison, report, waivers
from conformance.gate.comparison import AUDIENCES, Comparison, Scope, Verdict

_FILE = click.Path(path_type=Path, dir_okay=False)


class _Gate(click.Command):
    """Ends as `ending` says."""

    def invoke(self, ctx: click.Context) -> None:
        with ending(ctx):
            super().invoke(ctx)


@click.command(cls=_Gate, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--from", "old", metavar="SPEC", multiple=True, required=True, help="The client that is trusted now.")
@click.option("--to", "new", metavar="SPEC", multiple=True, required=True, help="The client that would replace it.")
@click.option("--service", "services", metavar="NAME", multiple=True, help="Compare this service's model too.")
@click.option("--all-services", "everything", is_flag=True, help="Compare the models of all services.")
@click.option(
    "--audience", type=click.Choice(AUDIENCES), default=AUDIENCES[0], show_default=True, help="Whose verdict decides."
)
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
    # Over a table of values a client does the same in each row: one scenario of each kind is enough to see it change.
    default="not test_policy and not test_usernames and not test_pools and not test_lifecycle",
    show_default=True,
    help="Only scenarios that match, as in `run`.",
)
@click.option(
    "--waivers", "waivers_file", type=_FILE, metavar="FILE", help="Changes that were accepted, with reason and expiry."
)
@click.option("--json", "json_file", type=_FILE, metavar="FILE", help="Write the result as JSON.")
@click.option("--markdown", "markdown_file", type=_FILE, metavar="FILE", help="Write a comment for the pull request.")
@click.option("--junit", "junit_file", type=_FILE, metavar="FILE", help="Write the result as JUnit XML.")
@click.pass_context
def main(
    ctx: click.Context,
    old: Sequence[str],
    new: Sequence[str],
    services: tuple[str, ...],
    everything: bool,
    audience: str,
    scenarios: str,
    expression: str,
    waivers_file: Path | None,
    json_file: Path | None,
    markdown_file: Path | None,
    junit_file: Path | None,
) -> None:
    """Compare two versions of boto3, botocore or the AWS CLI, and say whether the upgrade may merge.

    SPEC is boto3==1.44.0, botocore==…, awscli==…, aws-cli-v2:/path, botocore@/path, installed or latest; repeat --from
    and --to for several pairs.

    Exit code 0: safe; 1: review or breaking, or a waiver that is stale or expired; 2: bad input; 3: inconclusive."""
    started = time.monotonic()
    if len(old) != len(new):
        raise BadInput(f"{len(old)} times --from and {len(new)} times --to: give as many of the one as of the other")
    check_writable(json_file, markdown_file, junit_file)
    accepted = waivers.load(waivers_file) if waivers_file else []
    target = None if scenarios == "none" else scenarios
    scope = Scope(services, everything, target, expression)
    found = []
    for before, after in zip(old, new, strict=True):
        pair = clients.resolve(before, after), clients.resolve(after, before)
        found.append(comparison.compare(*pair, scope, accepted))
    told = complaints(accepted, found)
    worst = max((one.verdict(audience) for one in found), key=lambda verdict: verdict.rank)
    code = 1 if worst != Verdict.SAFE or told else 0
    text = report.markdown(found, audience, told)
    if markdown_file is not None:
        markdown_file.write_text(text, encoding="utf-8")
    if junit_file is not None:
        junit_file.write_text(report.junit(found, audience, told), encoding="utf-8")
    if json_file is not None:
        header = {
            "generated": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
            "gate": version("cognito-conformance"),
            "python": platform.python_version(),
            "seconds": round(time.monotonic() - started, 1),
        }
        written = json.dumps(report.document(found, audience, told, code, header), indent=1, ensure_ascii=False)
        json_file.write_text(f"{written}\n", encoding="utf-8")
    click.echo(text)
    for one in found:
        click.echo(report.verdict_line(one, audience))
    ctx.exit(code)


def complaints(accepted: Sequence[waivers.Waiver], found: Sequence[Comparison]) -> list[str]:
    """Why waivers do not hold: expired ones, and stale ones that no change needs."""
    today = datetime.datetime.now(datetime.UTC).date()
    used = {change.waiver for one in found for change in one.changes}
    lines = []
    for waiver in accepted:
        if waiver.expires <= today:
            lines.append(f"{waiver.title}: expired on {waiver.expires}: look again, or take it out")
        elif waiver not in used:
            lines.append(f"{waiver.title}: no change needs it any more: take it out")
    return lines
