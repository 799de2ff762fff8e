"""Faults in the lifecycle: for each claim of the table of transitions, its rows not kept."""

from __future__ import annotations

import itertools
from collections.abc import Collection

from botocore import xform_name

from conformance.lifecycle.steps import driven
from conformance.mutants.consequences import (
    ACCEPTED,
    HISTORY,
    KEPT_OUT,
    LET_IN,
    STATUS,
    WEAK,
    of_operation,
    of_topic,
    saying,
)
from conformance.mutants.mutant import SET, Call, Plant, around, mutant, refuse
from conformance.reference.directory import Members
from conformance.reference.errors import Refusal
from conformance.reference.service import CognitoSpec

# USER_SRP_AUTH begins with InitiateAuth and ends here.
SRP_ENDS = {"RespondToAuthChallenge": ("InitiateAuth",)}
SIGN_IN = ("InitiateAuth", "AdminInitiateAuth", "RespondToAuthChallenge", "AdminRespondToAuthChallenge")
SENDS_CODES = ("ForgotPassword", "AdminResetUserPassword")
AT_EVERY_OPERATION = (
    "names-ignore-case-at-every-operation",
    "names-mind-case-at-every-operation",
    "alias-reaches-the-user-at-every-operation",
    "sub-reaches-the-user-at-every-operation",
)
# What the operations of the lifecycle never answer by themselves.
ANOTHER_ERROR = "AliasExistsException"
# What makes users is refused before it has an effect, after so many times: without two users to check the instruments
# with, a run ends before it has judged anything.
SPARED = {"AdminConfirmSignUp": 1, "AdminCreateUser": 2, "SignUp": 1}


def _not_so(operation: str, error: str | None, starts: Collection[tuple[str, bool]]) -> Plant:
    """Answer an operation on a user in one of these statuses with another outcome than `error` or success."""
    spared = itertools.count()

    @around(CognitoSpec, "call")
    def plant(real: Call, self: CognitoSpec, asked: str, members: Members) -> Members:
        start = _start(self, members)
        mine = (asked == operation or operation in SRP_ENDS.get(asked, ())) and (start is None or start in starts)
        if mine and error is None and operation in SPARED:
            if next(spared) >= SPARED[operation]:
                refuse(ANOTHER_ERROR)
            mine = False
        try:
            answer: Members = real(self, asked, members)
        except Refusal as problem:
            if mine and problem.code == error:
                raise Refusal(ANOTHER_ERROR) from None
            raise
        if mine and error is None and answer.get("ChallengeName") != "PASSWORD_VERIFIER":
            refuse(ANOTHER_ERROR)
        return answer

    return plant


def _start(self: CognitoSpec, members: Members) -> tuple[str, bool] | None:
    """Status and enabled flag of the user that a request is about; None if only a token would tell."""
    pool = self.pools.get(_pool(self, members))
    given = members.get("AuthParameters") or members.get("ChallengeResponses") or {}
    name = members.get("Username") or given.get("USERNAME")
    if pool is None or name is None:
        return None
    user = self.find(pool, name)
    return (user.status, user.enabled) if user else ("none", True)


def _pool(self: CognitoSpec, members: Members) -> str:
    """The id of the pool that a request is about."""
    client = self.clients.get(str(members.get("ClientId")))
    return client.pool.id if client else str(members.get("UserPoolId"))


def _consequences(operation: str, error: str | None) -> set[str]:
    """The claims that such a fault breaks: those on the operation, and what the operation is needed for."""
    rows = {str(row.claim) for row in driven() if row.operation == operation and row.error == error}
    if operation == SET:
        return {*rows, *ACCEPTED, *STATUS, *WEAK, *HISTORY, *(saying(error) if error else ())}
    found = rows | set(AT_EVERY_OPERATION)
    ends = {other for other, begins in SRP_ENDS.items() if operation in begins}
    for name in (operation, *SRP_ENDS.get(operation, ()), *ends):
        found |= set(of_operation(xform_name(name).replace("_", "-")))
    if operation in SIGN_IN:
        found |= {*(KEPT_OUT if error else LET_IN), *of_topic("tokens", "challenge", "sessions", "attributes")}
    if operation in ("AdminCreateUser", "SignUp"):
        found.add("username-in-another-case-is-taken")
    if operation == "ChangePassword":
        found |= {"change-password-works-afterwards", "federated-user-changes-the-password"}
    if operation in SENDS_CODES:
        found.add("password-code-must-have-been-sent")
    return found


# What each claim of the table says, not done: refused where accepted, by another name where it is refused.
for _claim in dict.fromkeys(row.claim for row in driven()):
    _rows = [row for row in driven() if row.claim == _claim]
    _operation, _error = _rows[0].operation, _rows[0].error
    _starts = {(row.start, row.enabled) for row in _rows}
    _where = f" but for the first {SPARED[_operation]}" if _error is None and SPARED.get(_operation) else ""
    _how = "refused with another error" if _error else f"refused{_where}"
    _words = f"{_how}: {', '.join(sorted({start for start, _ in _starts}))}"
    mutant(
        f"not-{_claim}",
        f"{_operation} is {_words}.",
        str(_claim),
        also=_consequences(_operation, _error),
        # The scenarios of a status want the call accepted first: only the walks, with one binding, judge a refusal.
        hidden_by=("wire",) if _operation == SET and _error is None else (),
    )(_not_so(_operation, _error, _starts))
