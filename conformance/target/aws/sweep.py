"""Deletes the pools of a run and verifies that they are gone: at its end, or by `sweep` after it was killed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from conformance.errors import BadInput, Inconclusive
from conformance.target.aws.guard import RUN_TAG, TAG, UNTIL_TAG
from conformance.target.aws.runledger import LIFETIME_HOURS, POOL_NAME, KeptPool, RunLedger, started_at
from conformance.target.callers import IAM_FAULTS
from conformance.target.client import Cognito, ServiceError

GONE = "ResourceNotFoundException"
# How the suite names pools and IAM users where there is no gate: at an emulator.
_PLAIN_NAME = re.compile(r"cognito-conformance-[0-9a-f]{12}")
_ROUNDS = 5


@dataclass(frozen=True)
class Leftover:
    """A pool or, at an emulator, an IAM user that a run left, and why it is taken for one."""

    id: str
    name: str
    why: str


def clean(service: Cognito, ledger: RunLedger) -> list[str]:
    """Delete every pool of a run, those that no answer confirmed included; the ids of those that are still there."""
    for _ in range(_ROUNDS):
        try:
            _settle(service, ledger)
            for pool in ledger.left:
                delete(service, pool)
            if not ledger.unanswered:
                break
        except (Inconclusive, ServiceError):
            continue
    return [
        *(pool for pool in ledger.pools if pool not in ledger.kept and not is_gone(service, pool)),
        *ledger.unanswered,
    ]


def _settle(service: Cognito, ledger: RunLedger) -> None:
    """Find the pools whose creation was never answered, by the one name that each would have."""
    if not ledger.unanswered:
        return
    found = {(pool["Name"], pool["Id"]) for pool in listed(service)}
    for name in sorted(ledger.unanswered):
        for _, pool in sorted(pair for pair in found if pair[0] == name):
            ledger.write("created", name=name, pool=pool)
        ledger.write("settled", name=name)


def delete(service: Cognito, pool: str) -> None:
    """Delete a pool; one that is gone already is as well."""
    try:
        service.call("DeleteUserPool", UserPoolId=pool)
    except ServiceError as error:
        if error.code != GONE:
            raise


def is_gone(service: Cognito, pool: str) -> bool:
    """Whether the service says that there is no such pool."""
    try:
        service.call("DescribeUserPool", UserPoolId=pool)
    except ServiceError as error:
        return error.code == GONE
    except Inconclusive:
        return False
    return False


def listed(service: Cognito) -> Iterator[dict[str, Any]]:
    """Every pool of the account in its Region: id, name and dates."""
    more: dict[str, str] = {}
    while True:
        page = service.call("ListUserPools", MaxResults=60, **more)
        yield from page["UserPools"]
        if not page.get("NextToken"):
            return
        more = {"NextToken": page["NextToken"]}


def fresh(service: Cognito, run_id: str, kept: set[str]) -> list[str]:
    """The runs that may still be going on: those whose pools are there, not `kept`, and younger than a run can last."""
    names = (POOL_NAME.fullmatch(pool.get("Name", "")) for pool in listed(service) if pool["Id"] not in kept)
    runs = {found[1] for found in names if found} - {run_id}
    return sorted(run for run in runs if datetime.now(UTC) - started_at(run) < timedelta(hours=LIFETIME_HOURS))


def check_marks(service: Cognito, pools: Iterable[KeptPool]) -> None:
    """Raise BadInput where one of these is there and does not look as the run that kept it left it."""
    for pool in pools:
        shown = _described(service, pool.id)
        if shown is not None and _run_of(shown, pool.name) is None:
            raise BadInput(f"the user pool {pool.id} has another name or other tags than the run gave it that kept it")


def _described(service: Cognito, pool: str) -> dict[str, Any] | None:
    """A pool as it is; None where it is gone, or may not be looked at."""
    try:
        found: dict[str, Any] = service.call("DescribeUserPool", UserPoolId=pool)["UserPool"]
    except ServiceError:
        return None
    return found


def _run_of(shown: Mapping[str, Any], name: str) -> str | None:
    """The run that made a pool, by its name and its tags together; None where they do not say the same."""
    found, tags = POOL_NAME.fullmatch(name), shown.get("UserPoolTags") or {}
    if found is None or shown.get("Name") != name or tags.get(TAG) != "1" or tags.get(RUN_TAG) != found[1]:
        return None
    return str(found[1])


def candidates(service: Cognito) -> list[tuple[str, str]]:
    """The pools that a run's name has, id and name; what else they are must be looked at."""
    return [(p["Id"], p["Name"]) for p in listed(service) if POOL_NAME.fullmatch(p.get("Name", ""))]


def leftover(service: Cognito, pool: str, name: str, ended: set[str], kept: set[str]) -> Leftover | None:
    """The pool as a leftover, where its tags say that it is one as well: its day is over, or its run has `ended`.

    In those that are `kept` users wait for a second run, until their day is over."""
    shown = _described(service, pool)
    run = _run_of(shown, name) if shown is not None else None
    if shown is None or run is None:
        return None
    tags = shown["UserPoolTags"]
    if run in ended and pool not in kept:
        return Leftover(pool, name, "its run was of this machine and has ended")
    try:
        until = datetime.strptime(tags.get(UNTIL_TAG, ""), "%Y-%m-%dT%H:%MZ").replace(tzinfo=UTC)
    except ValueError:
        return None
    if datetime.now(UTC) > until:
        return Leftover(pool, name, f"it was to be gone by {until:%Y-%m-%d %H:%M} UTC")
    return None


def leftovers_by_name(service: Cognito, hours: float) -> list[Leftover]:
    """At an emulator: pools of the suite's names that were made so many hours ago or earlier."""
    named = [(pool["Id"], str(pool.get("Name", "")), pool.get("CreationDate")) for pool in listed(service)]
    return _old([pool for pool in named if POOL_NAME.fullmatch(pool[1]) or _PLAIN_NAME.fullmatch(pool[1])], hours)


def leftover_users(iam: Any, hours: float) -> list[Leftover]:
    """At an emulator: IAM users of the suite's names that are so old; none where it has no IAM."""
    try:
        users = [user for page in iam.get_paginator("list_users").paginate() for user in page["Users"]]
        named = [(f"user/{user['UserName']}", user["UserName"], user["CreateDate"]) for user in users]
    except IAM_FAULTS:
        return []
    return _old([user for user in named if _PLAIN_NAME.fullmatch(user[1])], hours)


def _old(named: Iterable[tuple[str, str, object]], hours: float) -> list[Leftover]:
    """Those of these ids, names and dates that are so many hours old."""
    found = []
    for one, name, made in named:
        age = (datetime.now(UTC) - made).total_seconds() / 3600 if isinstance(made, datetime) else -1
        if age >= hours:
            found.append(Leftover(one, name, f"it was made {age:.1f} hours ago"))
    return found
