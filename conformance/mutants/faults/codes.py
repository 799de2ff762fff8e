"""Faults in codes that are sent to users: not looked at, or not doing what they are for."""

from __future__ import annotations

from botocore import xform_name

from conformance.contract.transitions import Row
from conformance.mutants.mutant import Call, Plant, around, constant, low, mutant, rows, setting, together
from conformance.reference import service
from conformance.reference.service import CognitoSpec
from conformance.reference.stored import StoredPool, StoredUser


def _any_code(operation: str) -> Plant:
    @around(CognitoSpec, "row")
    def plant(real: Call, self: CognitoSpec, asked: str, when: str, user: StoredUser | None) -> Row:
        found: Row = real(self, asked, "right code" if (asked, when) == (operation, "wrong code") else when, user)
        return found

    return plant


for _operation, _claim in (
    ("ConfirmSignUp", "wrong-confirmation-code-is-refused"),
    ("ConfirmForgotPassword", "wrong-password-code-is-refused"),
):
    mutant(
        f"any-code-for-{low(xform_name(_operation))}",
        f"{_operation} takes any code once one was sent.",
        _claim,
        also=("password-code-is-of-one-user",),
    )(_any_code(_operation))

for _to in ("UNCONFIRMED", "FORCE_CHANGE_PASSWORD"):
    mutant(
        f"confirmation-code-leads-to-{low(_to)}",
        f"Who sends back the code from the sign-up is in status {_to}.",
        "confirmation-code-confirms",
    )(rows("ConfirmSignUp", "right code", "UNCONFIRMED", to=_to))

for _start in ("CONFIRMED", "FORCE_CHANGE_PASSWORD"):
    mutant(
        f"confirmation-code-is-good-again-from-{low(_start)}",
        f"The code from the sign-up confirms a user in {_start}.",
        "confirmation-is-for-unconfirmed-users",
    )(rows("ConfirmSignUp", "right code", _start, error=None, to="CONFIRMED"))

for _start in ("CONFIRMED", "RESET_REQUIRED"):
    mutant(
        f"password-code-leads-to-a-forced-change-from-{low(_start)}",
        f"A user in {_start} who sends back the code for a forgotten password has to change the new one.",
        "password-code-sets-the-password",
        also=("password-code-works-once",),
    )(rows("ConfirmForgotPassword", "right code", _start, to="FORCE_CHANGE_PASSWORD"))


@mutant(
    "password-code-sets-no-password",
    "Who sends back the code for a forgotten password is confirmed, and keeps the old one.",
    "password-code-sets-the-password",
    also=("forgotten-password-is-held-to-the-policy", "forgotten-password-is-held-to-the-history"),
)
@setting
def keeps_the_old(
    real: Call, self: CognitoSpec, pool: StoredPool, user: StoredUser, operation: str, password: str, row: Row
) -> None:
    if operation == "ConfirmForgotPassword":
        self.move(pool, user, row)
    else:
        real(self, pool, user, operation, password, row)


mutant(
    "any-code-whether-sent-or-not",
    "Every code is right, also where none was sent.",
    "wrong-password-code-is-refused",
    "password-code-must-have-been-sent",
    "wrong-confirmation-code-is-refused",
    "password-code-is-of-one-user",
    also=("password-code-works-once", "password-code-expires", "confirmation-code-expires"),
)(together(constant(service, "code", lambda *_: "right code"), constant(service, "check_age", lambda *_: None)))
