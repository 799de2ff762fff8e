"""Faults in the lifecycle: for each claim of the table of transitions, its rows not kept."""

from __future__ import annotations

from collections.abc import Collection

from conformance.lifecycle.steps import driven
from conformance.mutants.mutant import Call, Plant, around, mutant, refuse
from conformance.reference.directory import Members
from conformance.reference.errors import Refusal
from conformance.reference.service import CognitoSpec

# USER_SRP_AUTH begins with InitiateAuth and ends here.
SRP_ENDS = {"RespondToAuthChallenge": ("InitiateAuth",)}
# What the operations of the lifecycle never answer by themselves.
OTHERWISE = "AliasExistsException"


def _not_so(operation: str, error: str | None, starts: Collection[tuple[str, bool]]) -> Plant:
    """Answer an operation on a user in one of these statuses otherwise than with `error`, or than with success."""

    @around(CognitoSpec, "call")
    def plant(real: Call, self: CognitoSpec, asked: str, members: Members) -> Members:
        start = _start(self, members)
        mine = (asked == operation or operation in SRP_ENDS.get(asked, ())) and (start is None or start in starts)
        try:
            answer: Members = real(self, asked, members)
        except Refusal as problem:
            if mine and problem.code == error:
                raise Refusal(OTHERWISE) from None
            raise
        if mine and error is None and answer.get("ChallengeName") != "PASSWORD_VERIFIER":
            refuse(OTHERWISE)
        return answer

    return plant


def _start(self: CognitoSpec, members: Members) -> tuple[str, bool] | None:
    """Status and enabled flag of the user whom a request is about; None if only a token would tell."""
    client = self.clients.get(str(members.get("ClientId")))
    pool = client.pool if client else self.pools.get(str(members.get("UserPoolId")))
    given = members.get("AuthParameters") or members.get("ChallengeResponses") or {}
    name = members.get("Username") or given.get("USERNAME")
    if pool is None or name is None:
        return None
    user = self.find(pool, name)
    return (user.status, user.enabled) if user else ("none", True)


# What each claim of the table says, not done: refused where accepted, by another name where it is refused.
for _claim in dict.fromkeys(row.claim for row in driven()):
    _rows = [row for row in driven() if row.claim == _claim]
    _operation, _error = _rows[0].operation, _rows[0].error
    _starts = {(row.start, row.enabled) for row in _rows}
    _words = f"{'refused otherwise' if _error else 'refused'}: {', '.join(sorted({start for start, _ in _starts}))}"
    mutant(f"not-{_claim}", f"{_operation} is {_words}.", str(_claim))(_not_so(_operation, _error, _starts))
