"""Faults in the lifecycle: for each claim of the table of transitions, its rows not kept."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from conformance.lifecycle.steps import driven
from conformance.mutants.mutant import Mutant, Plant, around, mutant
from conformance.reference.errors import Refusal
from conformance.reference.service import CognitoSpec

# USER_SRP_AUTH begins with InitiateAuth and ends here.
SRP_ENDS = {"RespondToAuthChallenge": ("InitiateAuth",)}


def lifecycle() -> Iterator[Mutant]:
    """What each claim of the table says, not done: refused where accepted, by another name where it is refused."""
    for claim in dict.fromkeys(row.claim for row in driven()):
        meant = [row for row in driven() if row.claim == claim]
        operation, error = meant[0].operation, meant[0].error
        starts = {(row.start, row.enabled) for row in meant}
        words = f"{'refused otherwise' if error else 'refused'}: {', '.join(sorted({start for start, _ in starts}))}"
        yield mutant(
            f"not-{claim}",
            f"{operation} is {words}.",
            _not_so(operation, error, starts),
            str(claim),
        )


def _not_so(operation: str, error: str | None, starts: Any) -> Plant:
    """Answer an operation on a user in one of these statuses otherwise than with `error`, or than with success."""

    otherwise = Refusal("LimitExceededException")

    def call(f: Any, self: CognitoSpec, asked: str, members: Any) -> Any:
        start = _start(self, members)
        mine = (asked == operation or operation in SRP_ENDS.get(asked, ())) and (start is None or start in starts)
        try:
            answer = f(self, asked, members)
        except Refusal as problem:
            raise otherwise if mine and problem.code == error else problem from None
        if mine and error is None and answer.get("ChallengeName") != "PASSWORD_VERIFIER":
            raise otherwise
        return answer

    return around(CognitoSpec, "call", call)


def _start(self: CognitoSpec, members: Any) -> tuple[str, bool] | None:
    """Status and enabled flag of the user whom a request is about; None where a token alone would tell."""
    place = {"UserPoolId": members.get("UserPoolId"), "ClientId": members.get("ClientId")}
    client = self.clients.get(str(place["ClientId"]))
    pool = client.pool if client else self.pools.get(str(place["UserPoolId"]))
    given = members.get("AuthParameters") or members.get("ChallengeResponses") or {}
    name = members.get("Username") or given.get("USERNAME")
    if pool is None or name is None:
        return None
    user = self.find(pool, name)
    return (user.status, user.enabled) if user else ("none", True)
