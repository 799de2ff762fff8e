"""`cognito-conformance plan aws`: what a run would ask for, counted at the reference; nothing is sent."""

from __future__ import annotations

import io
import json
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from conformance.cli import aws
from conformance.cli.run import judge, judging, with_options
from conformance.console import Terminal, check_writable, named
from conformance.errors import BadInput, SuiteFault
from conformance.reference.account import AccountSpec, answered
from conformance.reference.iam import Caller
from conformance.run.options import AWS_OPTIONS
from conformance.run.run import Run
from conformance.target.aws import plan as planning
from conformance.target.aws import waiting
from conformance.target.aws.gate import AwsGate
from conformance.target.aws.guard import Ceilings, Counts, Guard, Permit
from conformance.target.aws.limiter import CountedTime
from conformance.target.aws.operations import category
from conformance.target.aws.runledger import RunLedger, hidden, new_run_id
from conformance.target.aws.service import AwsPlace, OfflineTarget
from conformance.target.deferred import StateFile
from conformance.target.definition import INVENTED
from conformance.target.exchange import Received, Sent
from conformance.verdict.verdicts import Verdict

# How long an exchange with AWS takes, at a guess that is rather short: the peaks come out rather high.
EXCHANGE_SECONDS = 0.06
_CALLER = Caller(str(INVENTED.access_key), str(INVENTED.secret_key))
# Refusals that show up in CloudTrail under the caller's name, as an attack would.
_SUSPICIOUS = (
    "InvalidSignatureException",
    "MissingAuthenticationTokenException",
    "IncompleteSignatureException",
    "UnrecognizedClientException",
    "AccessDeniedException",
    "SerializationException",
    "UnknownOperationException",
)
_USED = ("account", "region", "messages", "second_role")


class Counted:
    """A run at the reference, behind the gate of a run at AWS: what it asks for, by the clock that it would have.

    `earlier` is the run that set up the users who are judged now."""

    def __init__(self, place: AwsPlace, messages: int, earlier: Counted | None = None) -> None:
        self.time = CountedTime()
        self.moments: dict[str, list[float]] = defaultdict(list)
        self.refusals: Counter[str] = Counter()
        self.ledger = RunLedger(new_run_id())
        for pool in earlier.ledger.waiting if earlier else ():
            self.ledger.adopt(pool)
        anything = 10**9
        ceilings = Ceilings(anything, anything, anything, messages, anything, anything)
        self.guard = Guard(place.host, self.ledger, ceilings, place.second_role)
        new = AccountSpec({_CALLER.access_key: _CALLER}, place.region)
        self.account: AccountSpec = earlier.account if earlier else new
        gate = AwsGate(self.guard, self.ledger, self._answer, self.time)
        gate.watch = self._watch
        self._place = place
        self._endpoint = place.endpoint(INVENTED, gate)

    @property
    def target(self) -> OfflineTarget:
        """The reference, in the place of AWS."""
        title = "Amazon Cognito, planned at the reference"
        place = self._place
        return OfflineTarget(
            "aws", title, "aws", opens=lambda: self._endpoint, named=place.lasting, without=place.without
        )

    @property
    def counts(self) -> Counts:
        """What was asked for."""
        return self.guard.counts

    def _answer(self, sent: Sent) -> Received:
        self.time.sleep(EXCHANGE_SECONDS)
        return answered(self.account, sent)

    def _watch(self, permit: Permit, received: Received) -> None:
        self.moments[category(permit.operation, permit.challenge)].append(self.time.now())
        if received.error in _SUSPICIOUS:
            self.refusals[received.error] += 1


@click.command()
@judging
@with_options([option for option in AWS_OPTIONS if option.dest in _USED])
@click.option(
    "--json", "json_file", type=click.Path(path_type=Path), metavar="FILE", help="Write the plan, for --plan."
)
@click.option("--policy", is_flag=True, help="Print the least IAM policy that a run needs, and nothing else.")
def plan(json_file: Path | None, policy: bool, **options: Any) -> None:
    """Say what a run at AWS would ask for: requests, users, messages, minutes, money. Calls nothing.

    Takes TARGET aws and the options of the run; the file of --json is for `run aws --plan`."""
    if options["target"] != "aws":
        raise BadInput("only AWS takes a plan: write `plan aws --account ID --region R`")
    check_writable(json_file)
    found = counted(options)
    if json_file is not None:
        json_file.write_text(json.dumps(found.document, indent=2) + "\n", encoding="utf-8")
    if policy:
        click.echo(json.dumps(found.document["policy"], indent=2))
        return
    show(Terminal(), found.document, json_file)


def counted(options: Mapping[str, Any]) -> planning.Plan:
    """The plan of a run with these options.

    Raises BadInput where the run would be refused as well."""
    place = aws.place(options)
    stage = waiting.stage(place, options["state"])
    with TemporaryDirectory(prefix="cognito-conformance-") as directory:
        file = Path(directory, "state.jsonl")
        earlier = None
        if stage is not None and stage["waiting"]:
            earlier = _set_up(place, options, waiting.file_of(place, options["state"]), file)
        run = Counted(place, options["messages"], earlier)
        done = _judged(run, {**options, "state": file if stage is not None else None})
    undecided = [result for result in done.results.values() if result.verdict == Verdict.INCONCLUSIVE]
    if undecided:  # among them whatever the gate did not let through
        raise SuiteFault(f"{len(undecided)} results cannot be planned: {undecided[0].id}: {undecided[0].reason}")
    lent = done.kept_users.times_lent
    return planning.made(
        place.account,
        place.region,
        options,
        run.counts,
        run.moments,
        run.refusals,
        run.time.now(),
        lent,
        stage=stage,
        adopted=len(earlier.ledger.waiting) if earlier else 0,
        kept=len(run.ledger.waiting),
    )


def _judged(run: Counted, options: Mapping[str, Any]) -> Run:
    silent = Console(file=io.StringIO())
    return judge(silent, {**options, "target": "aws"}, run.target, notices=silent)


def _set_up(place: AwsPlace, options: Mapping[str, Any], state: StateFile, file: Path) -> Counted:
    """The run that set up those who wait, as it would have been at the reference, and its file; there they are due as
    they are in `state`."""
    users = state.waiting()
    earlier = Counted(place, options["messages"])
    _judged(earlier, {**options, "state": file, "expression": " or ".join(users)})
    planned = StateFile(file, place.lasting)
    for result, user in planned.waiting().items():
        planned.judged(result)
        planned.arm(replace(user, due=users[result].due))
        if users[result].ready:
            ahead = datetime.fromisoformat(user.due) - datetime.now(UTC) + timedelta(hours=1)
            earlier.account.control("clock", {"UserPoolId": user.pool, "AheadSeconds": ahead.total_seconds()})
    return earlier


def show(console: Console, document: Mapping[str, Any], file: Path | None) -> None:
    """Print a plan for the owner of the account."""
    kept = document["pools_kept"]
    users = ", ".join(f"{number} {tier}" for tier, number in document["users_by_tier"].items())
    facts = {
        "account": f"{hidden(document['account'])}, {document['region']}",
        "calls": f"{document['calls']} (the run stops at {document['ceilings']['calls']})",
        "pools": f"{document['pools']}, "
        + (f"deleted at the end, but for {kept} in which users wait" if kept else "all deleted at the end"),
        "users": f"{document['users']} ({users}), deleted with their pools",
        "messages": f"{document['messages']}" + (", to AWS's mailbox simulator" if document["messages"] else ""),
        "minutes": f"about {document['minutes']}",
        "cost": f"at most ${document['cost_usd']:.2f}, if this month's free users are used up (prices of "
        f"{document['prices_as_of']})",
    }
    console.print(named(facts))
    table = Table("operations of", "calls", "most in a second", "quota a second", box=None, pad_edge=False)
    for name, row in document["by_category"].items():
        table.add_row(name, str(row["calls"]), str(row["peak"]), str(row["quota"]))
    console.print(table)
    refused = sum(document["refusals"].values())
    console.print(
        f"{refused} requests are refused on purpose (bad signatures, no permission, malformed bodies); CloudTrail "
        "shows them under your name.",
        soft_wrap=True,
    )
    if file is None:
        console.print("Nothing was sent. Write the plan with --json FILE, then: run aws … --plan FILE", soft_wrap=True)
    else:
        console.print(f"Nothing was sent. The plan is in {file}: run aws … --plan {file}", soft_wrap=True)
