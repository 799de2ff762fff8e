"""Faults in the password history: off, off by one, or refused under another name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from conformance.mutants.mutant import Mutant, Plant, around, mutant, renamed, setting
from conformance.reference import password_policy as passwords


def history() -> Iterator[Mutant]:
    """The earlier passwords: off, off by one, or refused under another name."""
    enforced, current = "password-history-is-enforced", "history-includes-the-current-password"
    older, default = "older-passwords-may-return", "history-is-off-by-default"
    for name, intent, change, claims in (
        ("off", "PasswordHistorySize has no effect.", lambda before, size: (before, 0), (enforced, current)),
        ("one-less", "One password less than asked for counts.", lambda b, n: (b, max(0, n - 1)), (enforced, current)),
        ("one-more", "One password more than asked for counts.", lambda b, n: (b, n + 1 if n else 0), (older,)),
        ("without-the-current", "The password in force does not count.", lambda b, n: (b[:-1], n), (current,)),
        ("only-the-current", "Only the password in force counts.", lambda b, n: (b, min(n, 1)), (enforced,)),
        ("never-forgets", "Once there is a history, it has no end.", lambda b, n: (b, 99 if n else 0), (older,)),
        ("always-on", "The password in force counts in every pool.", lambda b, n: (b, max(1, n)), (default,)),
        ("zero-is-endless", "No size means all earlier passwords.", lambda b, n: (b, n or 99), (default,)),
    ):
        yield mutant(f"history-{name}", intent, _history(change), *claims)
    yield mutant(
        "history-is-a-weak-password",
        "An earlier password is InvalidPasswordException.",
        around(passwords, "check_history", renamed("InvalidPasswordException")),
        enforced,
        current,
    )
    yield mutant(
        "history-counts-calls",
        "Every call counts as a password, refused or not.",
        setting(
            lambda f, self, pool, user, o, password, row: (
                user.passwords.append("-"),
                f(self, pool, user, o, password, row),
            ),
        ),
        enforced,
        current,
    )


def _history(change: Any) -> Plant:
    """Change the earlier passwords, or how many of them count: `change(before, size)`."""
    return around(passwords, "check_history", lambda f, password, before, size: f(password, *change(before, size)))
