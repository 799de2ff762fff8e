"""What a run will ask for at AWS, counted by running it at the reference: requests, users, pools, messages, money."""

from __future__ import annotations

import hashlib
import json
import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from conformance.contract import files
from conformance.errors import BadInput
from conformance.target.aws.guard import NOBODYS_KEYS, RUN_TAG, TAG, UNTIL_TAG, Ceilings, Counts
from conformance.target.aws.operations import ASSUME_ROLE, OPERATIONS, QUOTAS, category

FORMAT = 1
# US dollars for each user who is active in a month beyond the free allowance; read on 2026-09-20.
PRICES = {"LITE": 0.0055, "ESSENTIALS": 0.015}
PRICE_OF_MESSAGE = 0.0001
PRICES_AS_OF = "2026-09-20"
# No plan of the whole suite, at the default tier and walks, asks for more.
MOST_USERS = 400
# A run may need a fifth more than was counted: what is throttled or lost is sent again.
SPARE = 1.2
FEWEST_THROTTLES = 50
# SignUp, AdminConfirmSignUp, AdminGetUser.
CALLS_FOR_A_USER = 3
# Before the first scenario and after the last: looking for other runs, and for what is left.
LISTS = 2
# The options that decide what is sent.
SELECTION = ("bindings", "tier", "stateful_examples", "seed", "expression", "messages")


@dataclass(frozen=True)
class Plan:
    """A plan, as its file has it (schemas/plan.schema.json)."""

    document: Mapping[str, Any]

    @property
    def ceilings(self) -> Ceilings:
        """What the run may use up."""
        return Ceilings(**self.document["ceilings"])

    @property
    def region(self) -> str:
        """The Region it is for."""
        return str(self.document["region"])

    @property
    def hash(self) -> str:
        """What vouches for the rest."""
        return str(self.document["hash"])


def made(
    account: str,
    region: str,
    options: Mapping[str, Any],
    counts: Counts,
    moments: Mapping[str, list[float]],
    refusals: Mapping[str, int],
    seconds: float,
    lent: int = 0,
    *,
    stage: Mapping[str, int] | None = None,
    adopted: int = 0,
    kept: int = 0,
) -> Plan:
    """The plan of a run that asked for so much; `moments` are when each category was asked, in seconds.

    So many times a scenario was `lent` a user of an earlier one. It is given a new one where the service turns out to
    differ from the documentation, or where the run is recorded: ceilings and cost allow for that.

    `stage` is that of users who wait for a second run (waiting.py), in `adopted` pools before and in `kept` ones
    afterwards."""
    calls = Counter(counts.calls)
    calls["ListUserPools"] += LISTS
    calls["DescribeUserPool"] += counts.pools + 2 * adopted
    if role := options.get("second_role"):
        calls[ASSUME_ROLE] += 1
    total = sum(calls.values())
    users = sum(counts.users.values())
    groups: Counter[str] = Counter()
    for operation, number in calls.items():
        groups[category(operation)] += number
    peaks = {name: _peak(times) for name, times in moments.items()}
    messages = int(options["messages"])
    minutes = math.ceil(seconds / 60 * 10) / 10
    document: dict[str, Any] = {
        "format": FORMAT,
        "suite": version("cognito-conformance"),
        "fingerprint": fingerprint(),
        "account": account,
        "region": region,
        "selection": {**{name: options[name] for name in SELECTION}, "second_role": role, "state": stage},
        "calls": total,
        "by_operation": dict(sorted(calls.items())),
        "by_category": {
            name: {
                "calls": groups.get(name, 0) or len(moments.get(name, ())),
                "peak": peaks.get(name, 0),
                "quota": quota,
            }
            for name, quota in QUOTAS.items()
            if groups.get(name) or moments.get(name)
        },
        "users": users,
        "users_by_tier": dict(sorted(counts.users.items())),
        "pools": counts.pools,
        "pools_kept": kept,
        "messages": min(counts.messages, messages),
        "minutes": minutes,
        "cost_usd": round(
            sum(PRICES[tier] * number for tier, number in counts.users.items())
            + PRICES["LITE"] * lent
            + messages * PRICE_OF_MESSAGE,
            2,
        ),
        "prices_as_of": PRICES_AS_OF,
        "refusals": dict(sorted(refusals.items())),
        "policy": policy(account, region, set(calls), role),
        "ceilings": {
            "calls": math.ceil((total + CALLS_FOR_A_USER * lent) * SPARE) + max(FEWEST_THROTTLES, total // 10),
            "users": math.ceil((users + lent) * SPARE) + 5,
            "pools": math.ceil(counts.pools * SPARE) + 3,
            "messages": messages,
            "minutes": round(max(10.0, minutes * 4), 1),
            "throttles": max(FEWEST_THROTTLES, total // 10),
        },
    }
    return Plan({**document, "hash": _hash(document)})


def read(path: Path) -> Plan:
    """The plan in a file.

    Raises BadInput where it is none, or was changed after it was made."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadInput(
            f"--plan {path} cannot be read ({error.strerror}): make one with plan aws --json {path}"
        ) from None
    except ValueError:
        raise BadInput(f"--plan {path} is not JSON: make one with plan aws --json {path}") from None
    problem = files.fault(document, "plan")
    if problem is not None:
        where = ".".join(str(part) for part in problem.absolute_path) or "the file"
        raise BadInput(f"--plan {path}, {where}: {problem.message[:200]}")
    without = {name: value for name, value in document.items() if name != "hash"}
    if document["hash"] != _hash(without):
        raise BadInput(f"--plan {path} was changed after it was made: its hash does not fit; make it anew")
    return Plan(document)


def check_fits(
    plan: Plan, account: str, region: str, options: Mapping[str, Any], stage: Mapping[str, int] | None = None
) -> None:
    """Raise BadInput where a run with these options is not the one that was planned."""
    document = plan.document
    if document["account"] != account:
        raise BadInput("the plan is of another account: make one for this account")
    if document["region"] != region:
        raise BadInput(f"the plan is of {document['region']}, not of {region}: make one for this Region")
    if document["fingerprint"] != fingerprint():
        raise BadInput("the plan is of another version of the suite: make it anew")
    for name in (*SELECTION, "second_role"):
        if document["selection"][name] != options.get(name):
            option = {"expression": "-k"}.get(name, "--" + name.replace("_", "-"))
            raise BadInput(
                f"the plan was made with {option} {document['selection'][name]}, this run has {options.get(name)}: "
                "plan and run take the same options"
            )
    planned = document["selection"]["state"]
    # A run that goes on has set users up already, or judged them; it may not have more to do than was planned.
    goes_on = options.get("resume") and stage and planned and stage["due"] <= planned["due"]
    if planned != stage and not goes_on:
        raise BadInput(f"the plan was made {_staged(planned)}, this run is {_staged(stage)}: make it anew")


def _staged(stage: Mapping[str, int] | None) -> str:
    if stage is None:
        return "without --state"
    return f"with --state while {stage['waiting']} users wait, {stage['due']} of them due"


def policy(account: str, region: str, operations: set[str], role: str | None = None) -> dict[str, Any]:
    """The least IAM policy with which these operations can be called: on pools with the run's tag, in one Region.

    With a second `role` its sessions can be asked for."""
    signed = {name for name in operations if name in OPERATIONS and OPERATIONS[name].signed}
    here = {"aws:RequestedRegion": region}
    pools = f"arn:aws:cognito-idp:{region}:{account}:userpool"
    used = sorted(signed - {"CreateUserPool", "ListUserPools"} | {"DeleteUserPool", "DescribeUserPool"})
    second = {"Sid": "SecondRole", "Effect": "Allow", "Action": ["sts:AssumeRole"], "Resource": role}
    return {
        "Version": "2012-10-17",
        "Statement": [
            {"Sid": "Identify", "Effect": "Allow", "Action": ["iam:ListAccountAliases"], "Resource": "*"},
            {
                "Sid": "List",
                "Effect": "Allow",
                "Action": ["cognito-idp:ListUserPools"],
                "Resource": "*",
                "Condition": {"StringEquals": here},
            },
            {
                "Sid": "CreateMarked",
                "Effect": "Allow",
                "Action": ["cognito-idp:CreateUserPool"],
                "Resource": "*",
                "Condition": {
                    "StringEquals": {**here, f"aws:RequestTag/{TAG}": "1"},
                    "ForAllValues:StringEquals": {"aws:TagKeys": [TAG, RUN_TAG, UNTIL_TAG]},
                },
            },
            {
                "Sid": "UseMarkedOnly",
                "Effect": "Allow",
                "Action": [f"cognito-idp:{name}" for name in used],
                "Resource": f"{pools}/*",
                "Condition": {"StringEquals": {f"aws:ResourceTag/{TAG}": "1"}},
            },
            {
                # A pool that does not exist has no tag; without this its name would be AccessDeniedException.
                "Sid": "AskForNobodysPool",
                "Effect": "Allow",
                "Action": ["cognito-idp:AdminSetUserPassword"],
                "Resource": [f"{pools}/{region}_{key}" for key in NOBODYS_KEYS],
            },
            *([second] if role else []),
        ],
    }


@cache
def fingerprint() -> str:
    """What the suite would send is decided by these files: a digest of them all."""
    package = Path(files.__file__).resolve().parents[1]
    digest = hashlib.sha256()
    for place in (package, files.SCHEMAS, files.FIXTURES):
        for path in sorted(place.rglob("*")):
            if path.suffix in (".py", ".toml") and "__pycache__" not in path.parts:
                digest.update(path.relative_to(place).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


def _peak(times: list[float]) -> int:
    """The most that fell into one second."""
    times, first, most = sorted(times), 0, 0
    for last, moment in enumerate(times):
        while times[first] <= moment - 1:
            first += 1
        most = max(most, last - first + 1)
    return most


def _hash(document: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(document, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
