"""Faults in the password history: off, off by one, or refused under another name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from conformance.mutants.consequences import of_topic, saying
from conformance.mutants.mutant import Call, Plant, around, renamed, setting
from conformance.mutants.mutant import mutant as fault
from conformance.reference import password_policy as passwords
from conformance.reference.service import CognitoSpec
from conformance.reference.stored import StoredPool, StoredUser

REPEATING = ("repeating-the-call-is-harmless", "challenge-answer-may-repeat-the-password")
# Whether an earlier password is taken is asked by all of these.
mutant = partial(
    fault,
    also=(
        *of_topic("history"),
        *saying("PasswordHistoryPolicyViolationException", anywhere=True),
        *REPEATING,
    ),
)

ENFORCED, CURRENT = "password-history-is-enforced", "history-includes-the-current-password"
OLDER, DEFAULT = "older-passwords-may-return", "history-is-off-by-default"

Change = Callable[[Sequence[str], int], tuple[Sequence[str], int]]


def _history(change: Change) -> Plant:
    """Change the earlier passwords, or how many of them count: `change(before, size)`."""

    @around(passwords, "check_history")
    def plant(real: Call, password: str, before: Sequence[str], size: int) -> None:
        real(password, *change(before, size))

    return plant


CHANGES: dict[str, tuple[str, Change, tuple[str, ...]]] = {
    "off": ("PasswordHistorySize has no effect.", lambda before, size: (before, 0), (ENFORCED, CURRENT)),
    "one-less": ("One password less than asked for counts.", lambda b, n: (b, max(0, n - 1)), (ENFORCED, CURRENT)),
    "two-more": ("Two passwords more than asked for count.", lambda b, n: (b, n + 2 if n else 0), (OLDER,)),
    "without-the-current": ("The password in force does not count.", lambda b, n: (b[:-1], n), (CURRENT,)),
    "only-the-current": ("Only the password in force counts.", lambda b, n: (b, min(n, 1)), (ENFORCED,)),
    "never-forgets": ("Once there is a history, it has no end.", lambda b, n: (b, 99 if n else 0), (OLDER,)),
    "always-on": ("The password in force counts in every pool.", lambda b, n: (b, max(1, n)), (DEFAULT, *REPEATING)),
    "zero-is-endless": ("No size means all earlier passwords.", lambda b, n: (b, n or 99), (DEFAULT,)),
}
for _name, (_intent, _change, _claims) in CHANGES.items():
    mutant(f"history-{_name}", _intent, *_claims)(_history(_change))

mutant("history-is-a-weak-password", "An earlier password is InvalidPasswordException.", ENFORCED, CURRENT)(
    around(passwords, "check_history")(renamed("InvalidPasswordException"))
)


@mutant("history-counts-calls", "Every call counts as a password, refused or not.", ENFORCED, CURRENT)
@setting
def counts_calls(real: Call, self: CognitoSpec, pool: StoredPool, user: StoredUser, *rest: Any) -> None:
    user.passwords.append("-")
    real(self, pool, user, *rest)
