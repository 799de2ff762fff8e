"""Prepares `run aws`: whatever it refuses, it refuses before the first request to Cognito."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from rich.console import Console

from conformance.cli.aws_run import JudgedAgain, KeptResults, Recording
from conformance.console import check_writable
from conformance.errors import BadInput
from conformance.report.findings import counted
from conformance.run.options import AWS_OPTIONS
from conformance.run.run import Run
from conformance.target import definition
from conformance.target.aws import plan, roles, runledger, waiting
from conformance.target.aws.evidence import Evidence
from conformance.target.aws.service import AwsPlace, AwsTarget, stand_in
from conformance.verdict.verdicts import Verdict


def place(options: Mapping[str, Any]) -> AwsPlace:
    """Account, Region and stand-in.

    Raises BadInput where one is missing or cannot be right; nothing is sent."""
    for name in ("account", "region"):
        if not options.get(name):
            raise BadInput(f"--{name} is missing: AWS is judged only where it is named")
    account, region = options["account"], options["region"]
    found = AwsPlace(account, region, stand_in(options.get("stand_in")), bool(options.get("no_alias_check")))
    found.check()
    if options.get("second_role") is None:
        return found
    return replace(found, second_role=roles.second_role(options["second_role"], account, region))


def prepared(options: Mapping[str, Any]) -> AwsTarget:
    """The target, once everything that can be checked before the first request to Cognito has been.

    Raises BadInput."""
    if options.get("endpoint_url") is not None:
        raise BadInput("the target aws is found by --region: leave --endpoint-url out")
    if options.get("workers") not in (None, "0"):
        raise BadInput("AWS is judged by one process at a time: leave -n out")
    where = place(options)
    if options.get("plan") is None:
        raise BadInput("--plan is missing: make one with plan aws --json FILE, read it, and give the file")
    if options["messages"] < 0:
        raise BadInput(f"--messages {options['messages']}: give the number of messages that may go out")
    if options.get("state") is not None and options.get("record") is not None:
        raise BadInput("--record writes what one run sees, and --state takes two: leave one of them out")
    check_writable(options.get("state"))
    adopted = waiting.adopted(where, options.get("state"))
    planned = plan.read(options["plan"])
    plan.check_fits(planned, where.account, where.region, options, waiting.stage(where, options.get("state")))
    run_id = options.get("resume") or runledger.new_run_id()
    if options.get("resume"):
        _check_resumed(where, run_id)
    recorder = _evidence(options) if options.get("record") is not None else None
    target = AwsTarget(
        "aws",
        "Amazon Cognito",
        "aws",
        place=where,
        ceilings=planned.ceilings,
        run_id=run_id,
        alongside=bool(options.get("alongside")),
        adopted=adopted,
        without=where.without,
        recorder=recorder,
    )
    target.preflight()
    return target


def _evidence(options: Mapping[str, Any]) -> Evidence:
    directory: Path = options["record"]
    if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
        raise BadInput(f"--record {directory} is there already: name a directory that is new or empty")
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadInput(f"--record {directory} cannot be made ({error.strerror})") from None
    about = {
        "suite": version("cognito-conformance"),
        "recorded": f"{datetime.now(UTC):%Y-%m-%dT%H:%M}Z",
        "region": options["region"],
        "partition": "aws",
        "stand_in": options.get("stand_in") is not None,
        "clients": {name: version(name) for name in ("boto3", "botocore")} | {"python": platform.python_version()},
        "selection": {name: options[name] for name in plan.SELECTION},
        "second_role": options.get("second_role") is not None,
    }
    return Evidence(directory, about)


def _check_resumed(where: AwsPlace, run_id: str) -> None:
    if runledger.RUN_ID.fullmatch(run_id) is None:
        raise BadInput(f"--resume {run_id!r} is not the id of a run, such as {runledger.new_run_id()}")
    if not (runledger.directory(where.account, where.region) / f"{run_id}.jsonl").exists():
        raise BadInput(f"--resume {run_id}: this machine has no ledger of that run")


def plugins(target: AwsTarget) -> list[object]:
    """What goes along with a run at AWS."""
    place = runledger.directory(target.place.account, target.place.region)
    again = JudgedAgain()
    recording = [Recording(target.recorder, again)] if isinstance(target.recorder, Evidence) else []
    return [again, KeptResults(place / f"{target.run_id}.results"), *recording]


def check_unused(options: Mapping[str, Any]) -> None:
    """Raise BadInput where an option of AWS is given for another target."""
    for option in AWS_OPTIONS:
        if options.get(option.dest) not in (None, option.default):
            raise BadInput(f"{option.name} is for the target aws: write `run aws {option.name} …`, or leave it out")


def ended(console: Console, target: definition.Target, done: Run) -> int:
    """The exit code, which is 3 where something could not be deleted; says how to delete it by hand."""
    assert isinstance(target, AwsTarget)
    exit_code = done.exit_code
    for pool in target.left:
        console.print(f"NOT DELETED: {pool}", style="bold red", soft_wrap=True)
        command = f"aws cognito-idp delete-user-pool --region {target.place.region} --user-pool-id {pool}"
        console.print(f"  delete it by hand: {command}", soft_wrap=True)
    if any(result.verdict == Verdict.INCONCLUSIVE for result in done.results.values()):
        console.print(f"what got no answer is judged with --resume {target.run_id}", soft_wrap=True)
    if target.left:
        return exit_code if exit_code not in (0, 1) else 3
    if target.kept:
        kept = counted(len(target.kept), "user pool")
        console.print(f"{kept} kept, in which users wait for a second run; every other was deleted, and is gone")
    else:
        console.print("every user pool of this run was deleted, and is gone", soft_wrap=True)
    return exit_code
