"""Faults in the clock of temporary passwords: stopped, too fast, too slow, not restarted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from conformance.mutants.mutant import Mutant, around, at_sign_in, both, constant, entry, mutant, refuse, renamed
from conformance.reference import errors
from conformance.reference import password_policy as passwords
from conformance.reference.errors import Refusal
from conformance.reference.service import CognitoSpec


def expiry() -> Iterator[Mutant]:
    """The clock of temporary passwords: stopped, too fast, too slow, not restarted."""
    expired, sets = "expired-temporary-password-is-refused", "pool-sets-the-validity"
    default, zero = "validity-is-seven-days-by-default", "zero-days-mean-the-default"
    yield mutant(
        "temporary-passwords-never-expire",
        "A temporary password is good for ever.",
        around(CognitoSpec, "check_expiry", lambda *_: None),
        expired,
        sets,
        default,
    )
    for name, intent, policy, claims in (
        ("a-day-too-long", "A temporary password is good for a day more.", {"add": 1}, (sets, default)),
        ("a-day-too-short", "A temporary password is good for a day less.", {"add": -1}, (sets, default)),
        ("never-above-90", "More than 90 days count as 90.", {"most": 90}, (sets,)),
        ("always-7", "Every pool's validity is seven days.", {"least": 7, "most": 7}, (sets, expired)),
    ):
        yield mutant(
            f"validity-{name}",
            intent,
            around(CognitoSpec, "check_expiry", lambda f, self, pool, user, p=policy: f(self, _valid(pool, p), user)),
            *claims,
        )
    yield mutant(
        "validity-by-default-90",
        "A pool that says nothing gives ninety days.",
        entry(passwords.DEFAULTS, "TemporaryPasswordValidityDays", 90),
        default,
        zero,
    )
    for name, days in (("expires-at-once", 0), ("never-expires", 9999)):
        yield mutant(
            f"validity-zero-{name}",
            f"Zero days are {days}.",
            around(
                passwords,
                "policy_of",
                lambda f, given, d=days: {
                    **f(given),
                    **({"TemporaryPasswordValidityDays": d} if given.get("TemporaryPasswordValidityDays") == 0 else {}),
                },
            ),
            zero,
        )
    yield mutant(
        "clock-is-not-restarted",
        "The validity counts from the first password that the user had.",
        around(
            CognitoSpec,
            "store",
            lambda f, self, pool, user, password: (
                since := user.since,
                f(self, pool, user, password),
                setattr(user, "since", since or user.since),
            ),
        ),
        "administrator-revives-an-expired-user",
    )
    yield mutant(
        "expired-users-stay-out",
        "Once expired, a user stays out, whatever is set.",
        both(
            around(CognitoSpec, "check_expiry", _remember),
            at_sign_in(lambda self, f, c, u, r: refuse() if getattr(u, "expired", False) else None),
        ),
        "administrator-revives-an-expired-user",
    )
    yield mutant(
        "used-accounts-expire",
        "A password that the user chose expires as well.",
        around(
            CognitoSpec,
            "granted",
            lambda f, self, client, user: (self.check_expiry(client.pool, user), f(self, client, user))[1],
        ),
        "used-account-does-not-expire",
    )
    yield mutant(
        "expired-text-of-2018",
        "The text is the one that was given in 2018.",
        constant(errors, "EXPIRED_PASSWORD", "User account has expired, it must be reset by an administrator."),
        "expired-password-message",
    )
    yield mutant(
        "expired-is-another-error",
        "An expired password is PasswordResetRequiredException.",
        around(CognitoSpec, "check_expiry", renamed("PasswordResetRequiredException")),
        expired,
        "expired-password-message",
    )


def _valid(pool: Any, change: Any) -> Any:
    days = pool.policy["TemporaryPasswordValidityDays"] + change.get("add", 0)
    days = min(change.get("most", days), max(change.get("least", days), days))
    return replace(pool, policy={**pool.policy, "TemporaryPasswordValidityDays": days})


def _remember(f: Any, self: CognitoSpec, pool: Any, user: Any) -> None:
    try:
        f(self, pool, user)
    except Refusal:
        user.expired = True
        raise
