"""Faults in codes that are sent to users: not looked at, or not doing what they are for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from botocore import xform_name

from conformance.mutants.mutant import Mutant, Plant, around, low, mutant, rows, setting
from conformance.reference.service import CognitoSpec


def codes() -> Iterator[Mutant]:
    """A code that is not looked at, or does not do what it is for."""
    for operation, claim in (
        ("ConfirmSignUp", "wrong-confirmation-code-is-refused"),
        ("ConfirmForgotPassword", "wrong-password-code-is-refused"),
    ):
        yield mutant(
            f"any-code-for-{low(xform_name(operation))}",
            f"{operation} takes any code once one was sent.",
            _any_code(operation),
            claim,
        )
    for to in ("UNCONFIRMED", "FORCE_CHANGE_PASSWORD"):
        yield mutant(
            f"confirmation-code-leads-to-{low(to)}",
            f"Who sends back the code from the sign-up is in status {to}.",
            rows("ConfirmSignUp", "right code", "UNCONFIRMED", to=to),
            "confirmation-code-confirms",
        )
    for start in ("CONFIRMED", "FORCE_CHANGE_PASSWORD"):
        yield mutant(
            f"confirmation-code-is-good-again-from-{low(start)}",
            f"The code from the sign-up confirms a user in {start}.",
            rows("ConfirmSignUp", "right code", start, error=None, to="CONFIRMED"),
            "confirmation-is-for-unconfirmed-users",
        )
    for start in ("CONFIRMED", "RESET_REQUIRED"):
        yield mutant(
            f"password-code-leads-to-a-forced-change-from-{low(start)}",
            f"A user in {start} who sends back the code for a forgotten password has to change the new one.",
            rows("ConfirmForgotPassword", "right code", start, to="FORCE_CHANGE_PASSWORD"),
            "password-code-sets-the-password",
        )
    yield mutant(
        "password-code-sets-no-password",
        "Who sends back the code for a forgotten password is confirmed, and keeps the old one.",
        setting(_kept),
        "password-code-sets-the-password",
    )


def _any_code(operation: str) -> Plant:
    def row(f: Any, self: CognitoSpec, asked: str, when: str, user: Any) -> Any:
        return f(self, asked, "right code" if (asked, when) == (operation, "wrong code") else when, user)

    return around(CognitoSpec, "row", row)


def _kept(f: Any, self: CognitoSpec, pool: Any, user: Any, operation: str, password: str, row: Any) -> None:
    if operation == "ConfirmForgotPassword":
        self.move(pool, user, row)
    else:
        f(self, pool, user, operation, password, row)
