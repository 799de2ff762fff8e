"""Faults in the status: changed wrongly, not at all, late, or refused."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from conformance.mutants.mutant import RESPOND, SET, Mutant, around, both, low, mutant, refuse, rows, setting
from conformance.reference.service import CognitoSpec

STARTS = ("UNCONFIRMED", "CONFIRMED", "FORCE_CHANGE_PASSWORD", "RESET_REQUIRED")
PERMANENT, TEMPORARY, OMITTED = "Permanent=true", "Permanent=false", "Permanent omitted"


def statuses() -> Iterator[Mutant]:
    """A status change wrong, missing, late or refused, from each start."""
    wrong = {
        PERMANENT: ("FORCE_CHANGE_PASSWORD", "permanent-password-confirms"),
        TEMPORARY: ("CONFIRMED", "temporary-password-forces-change"),
        OMITTED: ("CONFIRMED", "omitted-permanent-is-temporary"),
    }
    for when, (to, claim) in wrong.items():
        word = {PERMANENT: "permanent", TEMPORARY: "temporary", OMITTED: "omitted"}[when]
        for start in STARTS:
            yield mutant(
                f"status-wrong-{word}-from-{low(start)}",
                f"{when} leads a user who was {start} to {to}.",
                rows(SET, when, start, to=to),
                claim,
            )
        for start in STARTS:
            if start != to and (when == PERMANENT) != (start == "CONFIRMED"):
                yield mutant(
                    f"status-stays-{word}-from-{low(start)}",
                    f"{when} leaves a user who was {start} where they were.",
                    rows(SET, when, start, to=start),
                    claim,
                )
    for start in STARTS:
        yield mutant(
            f"refused-from-{low(start)}",
            f"No password can be set for a user who is {start}.",
            rows(SET, (PERMANENT, TEMPORARY, OMITTED), start, error="NotAuthorizedException"),
            "works-on-any-user",
        )
    yield mutant(
        "refused-while-disabled",
        "No password can be set for a user who is disabled.",
        setting(
            lambda f, self, pool, user, *rest: f(self, pool, user, *rest) if user.enabled else refuse(),
        ),
        "works-on-any-user",
        "disabled-user-stays-signed-out",
        "enabled-flag-is-kept",
    )
    yield mutant(
        "omitted-permanent-stays-permanent",
        "A request without Permanent sets a permanent password for whoever had one.",
        rows(SET, OMITTED, "CONFIRMED", to="CONFIRMED"),
        "omitted-permanent-is-temporary",
    )
    yield mutant(
        "status-late",
        "The status changes when the user next signs in, not before.",
        both(
            around(
                CognitoSpec,
                "move",
                lambda f, self, pool, user, row: (
                    setattr(user, "late", (pool, row)) if row.operation == SET else f(self, pool, user, row)
                ),
            ),
            around(
                CognitoSpec, "sign_in", lambda f, self, o, flow, c, user, r: f(self, o, flow, c, _caught_up(user), r)
            ),
        ),
        "temporary-password-forces-change",
        "permanent-password-confirms",
    )
    yield mutant(
        "list-users-stale",
        "ListUsers shows every user as CONFIRMED.",
        around(
            CognitoSpec,
            "list_users",
            lambda f, self, asked: {"Users": [{**user, "UserStatus": "CONFIRMED"} for user in f(self, asked)["Users"]]},
        ),
        "list-users-shows-the-same-status",
    )
    for operation, answer in zip(RESPOND, ("answered-challenge", "challenge-answered-for-the-user"), strict=True):
        yield mutant(
            f"{answer}-does-not-confirm",
            f"{operation} leaves the user in FORCE_CHANGE_PASSWORD.",
            rows(operation, "NEW_PASSWORD_REQUIRED", "FORCE_CHANGE_PASSWORD", to="FORCE_CHANGE_PASSWORD"),
            "new-password-confirms-the-user",
            "challenge-answer-grants-tokens",
        )


def _caught_up(user: Any) -> Any:
    late = getattr(user, "late", None)
    if late:
        user.status, user.late = late[1].to, None
    return user
