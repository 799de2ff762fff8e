"""Faults in the lifecycle: for each claim of the table of transitions, its rows not kept."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Collection
from typing import Any

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
from conformance.mutants.mutant import SET, Call, Plant, around, mutant, refuse, renamed, rows
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
# Sentences that say that a name reaches nobody.
NOBODYS = ("unverified-alias-names-nobody", "usernames-are-case-sensitive")
# Sentences that say that somebody is not let in, by whichever operation.
LET_IN_ANYWAY = (
    "disabled-user-stays-signed-out",
    "required-reset-shows-where-users-are-hidden",
    "hidden-user-is-refused-like-a-wrong-password",
    "sign-in-requires-the-secret-hash",
    "expired-temporary-password-is-refused",
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


def _signing_in(members: Members) -> Members:
    """The parameters of a sign-in, or of the answer to a challenge."""
    return members.get("AuthParameters") or members.get("ChallengeResponses") or {}


def _start(self: CognitoSpec, members: Members) -> tuple[str, bool] | None:
    """Status and enabled flag of the user that a request is about; None if only a token would tell."""
    pool = self.pools.get(_pool(self, members))
    name = members.get("Username") or _signing_in(members).get("USERNAME")
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


def _let_through(operation: str, error: str, starts: Collection[tuple[str, bool]]) -> Plant:
    """Answer what is to be refused with `error` for a user in one of these statuses as if it had been carried out."""

    @around(CognitoSpec, "call")
    def plant(real: Call, self: CognitoSpec, asked: str, members: Members) -> Members:
        start = _start(self, members)
        try:
            answer: Members = real(self, asked, members)
        except Refusal as problem:
            mine = asked == operation or operation in SRP_ENDS.get(asked, ())
            if not mine or problem.code != error or (start is not None and start not in starts):
                raise
            return _as_if(self, asked, members)
        return answer

    return plant


def _broken_by_letting_through(operation: str, error: str) -> tuple[str, ...]:
    """The other claims that say of some user, or of somebody, that this operation refuses with this error."""
    nobodys = NOBODYS if error == "UserNotFoundException" else ()
    return (*nobodys, *(LET_IN_ANYWAY if operation in SIGN_IN else ()), *KEPT_OUT)


def _as_if(self: CognitoSpec, operation: str, members: Members) -> Members:
    """What an operation answers when it has worked, with tokens for the user who is named."""
    client = self.clients.get(str(members.get("ClientId")))
    user = self.find(client.pool, _signing_in(members).get("USERNAME", "")) if client else None
    if operation == "SignUp":
        return {"UserConfirmed": False, "UserSub": str(uuid.uuid4())}
    return self.granted(client, user) if client and user else {}


# What each claim of the table says, not done: refused where accepted; by another name, or not at all, where refused.
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
        hidden_by=("wire", "cli") if _operation == SET and _error is None else (),
    )(_not_so(_operation, _error, _starts))
    if _error and _rows[0].also != "accepted":
        mutant(
            f"let-through-{_claim}",
            f"{_operation} is answered as if it had worked: {', '.join(sorted({start for start, _ in _starts}))}.",
            str(_claim),
            also=(*_consequences(_operation, _error), *_broken_by_letting_through(_operation, _error)),
        )(_let_through(_operation, _error, _starts))


def _does_nothing(operation: str) -> Plant:
    """Accept an operation and leave the user as it was, but for the first calls, which the instruments need."""
    spared = itertools.count()

    @around(CognitoSpec, xform_name(operation))
    def plant(real: Call, self: CognitoSpec, asked: Members) -> Members:
        user = self.find(self.pool(asked), asked["Username"])
        mine = user is not None and next(spared) >= SPARED.get(operation, 0)
        answer: Members = {} if mine else real(self, asked)
        return answer

    return plant


for _operation, _claim in (
    ("AdminConfirmSignUp", "administrator-confirms-a-sign-up"),
    ("AdminDeleteUser", "administrator-deletes-a-user"),
    ("AdminDisableUser", "administrator-disables-a-user"),
    ("AdminEnableUser", "administrator-enables-a-user"),
    ("AdminResetUserPassword", "reset-makes-a-new-password-required"),
):
    _name = xform_name(_operation).replace("_", "-")
    mutant(
        f"{_name}-does-nothing",
        f"{_operation} is accepted and does nothing.",
        _claim,
        # Where it confirms nobody, users are asked for codes in a status of which the table knows nothing.
        also=of_topic("codes") if _operation == "AdminConfirmSignUp" else (),
    )(_does_nothing(_operation))


def _right(*flows: str) -> list[str]:
    return [f"{flow}, right password" for flow in flows]


BY_USERS = _right("USER_PASSWORD_AUTH", "USER_SRP_AUTH")
BY_ADMINISTRATORS = _right("ADMIN_USER_PASSWORD_AUTH")
FORCED, CONFIRMED = "FORCE_CHANGE_PASSWORD", "CONFIRMED"
for _name, _intent, _claim, _also, _plant in (
    (
        "resend-confirms",
        "RESEND leaves the user CONFIRMED.",
        "resend-renews-the-invitation",
        (),
        rows("AdminCreateUser", "MessageAction=RESEND", FORCED, to=CONFIRMED),
    ),
    (
        "changed-password-has-to-be-changed",
        "ChangePassword leaves the user in FORCE_CHANGE_PASSWORD.",
        "signed-in-user-changes-the-password",
        ("change-password-works-afterwards", "federated-user-changes-the-password"),
        rows("ChangePassword", "right previous password", CONFIRMED, to=FORCED),
    ),
    (
        "confirmed-user-is-challenged-by-administrators",
        "AdminInitiateAuth asks a CONFIRMED user for a new password.",
        "confirmed-user-is-signed-in",
        LET_IN,
        rows("AdminInitiateAuth", BY_ADMINISTRATORS, CONFIRMED, answer="NEW_PASSWORD_REQUIRED"),
    ),
    (
        "confirmed-user-is-challenged",
        "InitiateAuth asks a CONFIRMED user for a new password.",
        "confirmed-user-signs-in",
        LET_IN,
        rows("InitiateAuth", BY_USERS, CONFIRMED, answer="NEW_PASSWORD_REQUIRED"),
    ),
    (
        "forced-change-is-forgotten-for-administrators",
        "AdminInitiateAuth gives tokens where a change is forced.",
        "forced-change-is-a-challenge-for-administrators",
        (*LET_IN, *of_topic("challenge")),
        rows("AdminInitiateAuth", BY_ADMINISTRATORS, FORCED, answer="tokens"),
    ),
):
    mutant(_name, _intent, _claim, also=_also)(_plant)


@mutant(
    "forgotten-password-forces-a-reset",
    "ForgotPassword leaves the user in RESET_REQUIRED.",
    "forgotten-password-sends-a-code",
)
@around(CognitoSpec, "forgot_password")
def forces_a_reset(real: Call, self: CognitoSpec, asked: Members) -> Members:
    answer: Members = real(self, asked)
    user = self.find(self.client(asked).pool, asked["Username"])
    if user is not None:
        user.status = "RESET_REQUIRED"
    return answer


@mutant(
    "refreshing-gives-nothing",
    "A refresh token is accepted and gives no tokens.",
    "refresh-token-signs-in",
    also=("client-without-flows-signs-in-by-srp", "revocation-leaves-other-sign-ins"),
)
@around(CognitoSpec, "refresh")
def refreshes_nothing(real: Call, *given: Any) -> Members:
    real(*given)
    return {"ChallengeParameters": {}}


def _created_confirmed() -> Plant:
    """Let AdminCreateUser confirm each user but the first ones, which the instruments need."""
    spared = itertools.count()

    @around(CognitoSpec, "admin_create_user")
    def plant(real: Call, self: CognitoSpec, asked: Members) -> Members:
        answer: Members = real(self, asked)
        if next(spared) >= SPARED["AdminCreateUser"]:
            self.user(self.pool(asked), asked["Username"]).status = CONFIRMED
        return answer

    return plant


mutant(
    "created-user-is-confirmed",
    f"Whoever an administrator creates is CONFIRMED, but for the first {SPARED['AdminCreateUser']}.",
    "created-user-must-change-the-password",
)(_created_confirmed())


@mutant("disabling-confirms", "AdminDisableUser leaves an UNCONFIRMED user CONFIRMED.", "disabling-keeps-the-status")
@around(CognitoSpec, "admin_disable_user")
def disabling_confirms(real: Call, self: CognitoSpec, asked: Members) -> Members:
    answer: Members = real(self, asked)
    user = self.user(self.pool(asked), asked["Username"])
    user.status = CONFIRMED if user.status == "UNCONFIRMED" else user.status
    return answer


@mutant("sign-out-crashes", "AdminUserGlobalSignOut fails with a fault.", "administrator-signs-a-user-out")
@around(CognitoSpec, "admin_user_global_sign_out")
def sign_out_crashes(real: Call, self: CognitoSpec, asked: Members) -> Members:
    real(self, asked)
    refuse("InternalErrorException", "Internal error.")


for _code, _claim in (
    ("UserNotFoundException", "forgotten-password-needs-a-user"),
    ("InvalidParameterException", "forgotten-password-needs-a-verified-contact"),
):
    mutant(
        f"forgot-password-crashes-for-{_code.removesuffix('Exception').lower()}",
        f"ForgotPassword fails with a fault where {_code} is due.",
        _claim,
    )(around(CognitoSpec, "forgot_password")(renamed("InternalErrorException", _code)))
