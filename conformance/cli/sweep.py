"""`cognito-conformance sweep`: what a killed run left. Lists it; deletes only what was counted."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from conformance.cli import aws
from conformance.cli.run import with_options
from conformance.console import Terminal
from conformance.errors import BadInput, Inconclusive
from conformance.run.options import AWS_OPTIONS
from conformance.target.aws import runledger, sweep
from conformance.target.aws.runledger import RunLedger
from conformance.target.aws.service import AwsPlace
from conformance.target.aws.sweep import Leftover
from conformance.target.aws.transport import Network
from conformance.target.callers import delete_user, iam_client
from conformance.target.client import Cognito, ServiceError
from conformance.target.definition import resolve

HOURS = 1.0


@click.command("sweep")
@with_options([o for o in AWS_OPTIONS if o.dest in ("account", "region", "no_alias_check", "stand_in")])
@click.option("--endpoint-url", metavar="URL", help="Sweep this endpoint, by names, instead of AWS.")
@click.option(
    "--older-than",
    type=float,
    default=HOURS,
    show_default=True,
    metavar="HOURS",
    help="With --endpoint-url: what was made so long ago.",
)
@click.option("--yes-delete", type=int, metavar="N", help="Delete them, if they are N.")
@click.pass_context
def command(
    ctx: click.Context, /, endpoint_url: str | None, older_than: float, yes_delete: int | None, **options: Any
) -> None:
    """List the user pools that a killed run left, and at an endpoint its IAM users; with --yes-delete N delete them.

    At AWS a pool is taken for one by its name and its tags, and once its day is over or its run was of this machine and
    has ended. Exit code 3: something could not be deleted."""
    console = Terminal()
    if endpoint_url is not None:
        if options["account"] or options["region"]:
            raise BadInput("--endpoint-url and --account are for different places: give one of them")
        ctx.exit(_sweep_endpoint(console, endpoint_url, older_than, yes_delete))
    network = Network(aws.place(options).stand_in)
    try:
        ctx.exit(_sweep_aws(console, aws.place(options), network, yes_delete))
    finally:
        network.close()


def _sweep_endpoint(console: Console, url: str, hours: float, number: int | None) -> int:
    with resolve(None, url).running() as endpoint:
        service = Cognito(endpoint)
        iam = iam_client(endpoint.url, endpoint.region, endpoint.credentials)

        def leftovers(hours: float) -> tuple[list[Leftover], list[Leftover]]:
            return sweep.leftovers_by_name(service, hours), sweep.leftover_users(iam, hours)

        try:
            pools, users = leftovers(hours)
            newer = 0 if pools or users else sum(len(found) for found in leftovers(0))
        except ServiceError as error:
            raise Inconclusive(f"{url}: {error}") from None
        if newer:
            made = f"{newer} made less than {hours:g} h ago, by a run that may still go on"
            console.print(f"no user pool or IAM user was left, but {made}: --older-than 0 lists them", soft_wrap=True)
            return 0

        def delete(left: Leftover) -> bool:
            return delete_user(iam, left.name) if left in users else _delete(console, service, left)

        return _finish(console, pools + users, number, delete)


def _sweep_aws(console: Console, place: AwsPlace, network: Network, number: int | None) -> int:
    given = place.identify(network)
    ledgers = runledger.known(place.account, place.region)
    # Two ledgers, so that the gate lets only what was verified be deleted.
    looked_at, verified = RunLedger("sweep"), RunLedger("sweep")
    looking = place.service(given, network, looked_at)
    found, kept = [], _kept(ledgers.values())
    for pool, name in sweep.candidates(looking):
        looked_at.pools[pool] = name
        if (left := sweep.leftover(looking, pool, name, set(ledgers), kept)) is not None:
            verified.pools[pool] = name
            found.append(left)
        elif pool in kept:
            console.print(f"{pool}: users wait in it for a second run (run aws --state FILE)", soft_wrap=True)
    deleting = place.service(given, network, verified)
    return _finish(console, found, number, lambda left: _delete(console, deleting, left))


def _kept(ledgers: Iterable[RunLedger]) -> set[str]:
    """The pools in which users wait for a second run."""
    return {pool for ledger in ledgers for pool in ledger.kept}


def _delete(console: Console, service: Cognito, left: Leftover) -> bool:
    """Delete a pool; tells whether it is gone."""
    try:
        sweep.delete(service, left.id)
    except (Inconclusive, ServiceError) as error:
        console.print(f"{left.id}: {error}", soft_wrap=True)
    return sweep.is_gone(service, left.id)


def _finish(console: Console, found: list[Leftover], number: int | None, delete: Callable[[Leftover], bool]) -> int:
    """List what was found and, where the number fits, delete it."""
    if not found:
        console.print("no user pool was left")
        return 0
    table = Table("left", "name", "why", box=None, pad_edge=False)
    for left in found:
        table.add_row(left.id, left.name, left.why)
    console.print(table)
    if number is None:
        console.print(f"nothing was deleted: give --yes-delete {len(found)} to delete these", soft_wrap=True)
        return 0
    if number != len(found):
        raise BadInput(f"--yes-delete {number}: there are {len(found)}, so nothing was deleted; look at the list again")
    rest = [left.id for left in found if not delete(left)]
    console.print(f"{len(found) - len(rest)} deleted" + (f", NOT DELETED: {', '.join(rest)}" if rest else ""))
    return 3 if rest else 0
