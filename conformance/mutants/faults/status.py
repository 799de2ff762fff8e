"""Faults in the status: changed wrongly, not at all, late, or refused."""

from __future__ import annotations

from typing import Any

from conformance.contract.transitions import Row
from conformance.mutants.consequences import ACCEPTED, HISTORY, STATUS, WEAK, of_rows
from conformance.mutants.mutant import SET, Call, Plant, around, low, mutant, rows, together
from conformance.reference.directory import Members
from conformance.reference.service import CognitoSpec
from conformance.reference.stored import StoredClient, StoredPool, StoredUser
from conformance.target.sign_in import RESPOND

STARTS = ("UNCONFIRMED", "CONFIRMED", "FORCE_CHANGE_PASSWORD", "RESET_REQUIRED")
PERMANENT, TEMPORARY, OMITTED = "Permanent=true", "Permanent=false", "Permanent omitted"
CONFIRMS, FORCES = "permanent-password-confirms", "temporary-password-forces-change"
BY_DEFAULT, ANY_USER = "omitted-permanent-is-temporary", "works-on-any-user"

EFFECTS = (ANY_USER, "permanent-may-be-a-string", "last-call-wins", "repeating-the-call-is-harmless")
for _word, _when, _to, _claim, _also in (
    ("permanent", PERMANENT, "FORCE_CHANGE_PASSWORD", CONFIRMS, (*EFFECTS, "permanent-password-signs-in")),
    ("temporary", TEMPORARY, "CONFIRMED", FORCES, (*EFFECTS, "temporary-password-is-challenged")),
    ("omitted", OMITTED, "CONFIRMED", BY_DEFAULT, (ANY_USER,)),
):
    for _start in STARTS:
        mutant(
            f"status-wrong-{_word}-from-{low(_start)}",
            f"{_when} leads a user who was {_start} to {_to}.",
            _claim,
            also=_also,
        )(rows(SET, _when, _start, to=_to))
    for _start in STARTS:
        if _start != _to and (_when == PERMANENT) != (_start == "CONFIRMED"):
            mutant(
                f"status-stays-{_word}-from-{low(_start)}",
                f"{_when} leaves a user who was {_start} where they were.",
                _claim,
                also=_also,
            )(rows(SET, _when, _start, to=_start))

for _start in STARTS:
    mutant(
        f"refused-from-{low(_start)}",
        f"No password can be set for a user who is {_start}.",
        ANY_USER,
        also=(*ACCEPTED, *STATUS, *WEAK, *HISTORY),
    )(rows(SET, (PERMANENT, TEMPORARY, OMITTED), _start, error="NotAuthorizedException"))


mutant(
    "omitted-permanent-stays-permanent",
    "A request without Permanent sets a permanent password for whoever had one.",
    BY_DEFAULT,
)(rows(SET, OMITTED, "CONFIRMED", to="CONFIRMED"))


@mutant(
    "status-late",
    "The status changes when the user next signs in, not before.",
    FORCES,
    CONFIRMS,
    also=(*STATUS, *of_rows("InitiateAuth"), *of_rows("AdminInitiateAuth"), "last-modified-date-advances"),
)
def late() -> None:
    waiting: dict[str, Row] = {}

    @around(CognitoSpec, "move")
    def put_off(real: Call, self: CognitoSpec, pool: StoredPool, user: StoredUser, row: Row) -> None:
        if row.operation == SET:
            waiting[user.attributes["sub"]] = row
        else:
            real(self, pool, user, row)

    @around(CognitoSpec, "sign_in")
    def catch_up(
        real: Call,
        self: CognitoSpec,
        operation: str,
        flow: str,
        client: StoredClient,
        user: StoredUser | None,
        right: bool,
    ) -> Any:
        row = waiting.pop(user.attributes["sub"], None) if user else None
        if user is not None and row is not None and row.to is not None:
            user.status = row.to
        return real(self, operation, flow, client, user, right)

    together(put_off, catch_up)()


@mutant("list-users-stale", "ListUsers shows every user as CONFIRMED.", "list-users-shows-the-same-status")
@around(CognitoSpec, "list_users")
def list_users_stale(real: Call, self: CognitoSpec, asked: Members) -> Members:
    answer = real(self, asked)
    return {**answer, "Users": [{**user, "UserStatus": "CONFIRMED"} for user in answer["Users"]]}


@mutant(
    "list-users-hides-the-forced-change",
    "ListUsers shows whoever has a temporary password as UNCONFIRMED.",
    "list-users-shows-the-same-status",
)
@around(CognitoSpec, "list_users")
def hides_the_forced_change(real: Call, self: CognitoSpec, asked: Members) -> Members:
    answer = real(self, asked)
    shown = [
        {**u, "UserStatus": u["UserStatus"].replace("FORCE_CHANGE_PASSWORD", "UNCONFIRMED")} for u in answer["Users"]
    ]
    return {**answer, "Users": shown}


NEW_CONFIRMS = "new-password-confirms-the-user"
# What the claims of the lifecycle on each operation of RESPOND begin with.
ANSWERED = ("answered-challenge", "challenge-answered-for-the-user")
for _operation, _name in zip(RESPOND, ANSWERED, strict=True):
    mutant(
        f"{_name}-does-not-confirm",
        f"{_operation} leaves the user in FORCE_CHANGE_PASSWORD.",
        f"{_name}-confirms",
        also=(NEW_CONFIRMS, "challenge-answer-grants-tokens"),
    )(rows(_operation, "NEW_PASSWORD_REQUIRED", "FORCE_CHANGE_PASSWORD", to="FORCE_CHANGE_PASSWORD"))


def _shown_otherwise(operations: tuple[str, ...], status: str) -> Plant:
    """Have AdminGetUser show `status` for whoever has answered NEW_PASSWORD_REQUIRED by one of these operations."""
    answered: set[str] = set()

    @around(CognitoSpec, "set_password")
    def remember(real: Call, self: CognitoSpec, pool: StoredPool, user: StoredUser, operation: str, *rest: Any) -> None:
        real(self, pool, user, operation, *rest)
        (answered.add if operation in operations else answered.discard)(user.attributes["sub"])

    @around(CognitoSpec, "admin_get_user")
    def show(real: Call, self: CognitoSpec, asked: Members) -> Members:
        shown: Members = real(self, asked)
        user = self.user(self.pool(asked), asked["Username"])
        return {**shown, "UserStatus": status} if user.attributes["sub"] in answered else shown

    return together(remember, show)


mutant(
    "chosen-password-is-shown-as-a-forced-change",
    "AdminGetUser shows whoever chose a password at the challenge in FORCE_CHANGE_PASSWORD.",
    NEW_CONFIRMS,
    *(f"{_name}-confirms" for _name in ANSWERED),
)(_shown_otherwise(RESPOND, "FORCE_CHANGE_PASSWORD"))
for _operation, _name in zip(RESPOND, ANSWERED, strict=True):
    mutant(
        f"{_name}-is-shown-as-a-reset",
        f"AdminGetUser shows whoever chose a password by {_operation} in RESET_REQUIRED.",
        NEW_CONFIRMS,
        f"{_name}-confirms",
    )(_shown_otherwise((_operation,), "RESET_REQUIRED"))


@around(CognitoSpec, "sign_up")
def sign_up_confirms(real: Call, self: CognitoSpec, asked: Members) -> Members:
    answer: Members = real(self, asked)
    self.user(self.client(asked).pool, asked["Username"]).status = "CONFIRMED"
    return answer


mutant(
    "sign-up-confirms",
    "SignUp leaves the user CONFIRMED, and AdminConfirmSignUp takes that as well.",
    "signed-up-user-is-unconfirmed",
    "administrator-confirms-unconfirmed-users-only",
)(together(sign_up_confirms, rows("AdminConfirmSignUp", "", "CONFIRMED", to="CONFIRMED", error=None)))
