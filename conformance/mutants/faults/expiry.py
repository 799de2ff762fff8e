"""Faults in the clock of temporary passwords: stopped, too fast, too slow, not restarted."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

from conformance.mutants.consequences import of_topic
from conformance.mutants.mutant import (
    Call,
    Plant,
    around,
    at_sign_in,
    constant,
    entry,
    refuse,
    together,
)
from conformance.mutants.mutant import (
    mutant as fault,
)
from conformance.reference import errors
from conformance.reference import password_policy as passwords
from conformance.reference.directory import Members
from conformance.reference.errors import Refusal
from conformance.reference.service import CognitoSpec
from conformance.reference.stored import StoredClient, StoredPool, StoredUser

# All of these look at the same clock.
mutant = partial(fault, also=(*of_topic("expiry"), "resend-renews-the-validity"))

EXPIRED, SETS = "expired-temporary-password-is-refused", "pool-sets-the-validity"
DEFAULT, ZERO = "validity-is-seven-days-by-default", "zero-days-mean-the-default"
REVIVES = "administrator-revives-an-expired-user"
DAYS = "TemporaryPasswordValidityDays"

mutant("temporary-passwords-never-expire", "A temporary password is good for ever.", EXPIRED, SETS, DEFAULT)(
    constant(CognitoSpec, "check_expiry", lambda *_: None)
)


def _valid(add: int = 0, least: int = 0, most: int = 9999) -> Plant:
    """Count other days of validity than the pool has."""

    @around(CognitoSpec, "check_expiry")
    def plant(real: Call, self: CognitoSpec, pool: StoredPool, user: StoredUser) -> None:
        days = min(most, max(least, pool.policy[DAYS] + add))
        real(self, replace(pool, policy={**pool.policy, DAYS: days}), user)

    return plant


mutant("validity-a-day-too-long", "A temporary password is good for a day more.", SETS, DEFAULT)(_valid(add=1))
mutant("validity-a-day-too-short", "A temporary password is good for a day less.", SETS, DEFAULT)(_valid(add=-1))
mutant("validity-never-above-90", "More than 90 days count as 90.", SETS)(_valid(most=90))
mutant("validity-always-7", "Every pool's validity is seven days.", SETS, EXPIRED)(_valid(least=7, most=7))
mutant("validity-by-default-90", "A pool that says nothing gives ninety days.", DEFAULT, also=(ZERO,))(
    entry(passwords.DEFAULTS, DAYS, 90)
)


def _zero_is(days: float) -> Plant:
    @around(passwords, "policy_of")
    def plant(real: Call, configured: Any) -> Any:
        policy = real(configured)
        return {**policy, DAYS: days} if configured.get(DAYS) == 0 else policy

    return plant


mutant("validity-zero-is-half-a-day", "Zero days are twelve hours.", ZERO)(_zero_is(0.5))
mutant("validity-zero-never-expires", "Zero days are 9999.", ZERO)(_zero_is(9999))


@mutant("clock-is-not-restarted", "The validity counts from the first password that the user had.", REVIVES)
@around(CognitoSpec, "store")
def not_restarted(real: Call, self: CognitoSpec, pool: StoredPool, user: StoredUser, password: str) -> None:
    since = user.since
    real(self, pool, user, password)
    user.since = since or user.since


@mutant("expired-users-stay-out", "Once expired, a user stays out, whatever is set.", REVIVES)
def stay_out() -> None:
    expired: set[str] = set()

    @around(CognitoSpec, "check_expiry")
    def remember(real: Call, self: CognitoSpec, pool: StoredPool, user: StoredUser) -> None:
        try:
            real(self, pool, user)
        except Refusal:
            expired.add(user.attributes["sub"])
            raise

    @at_sign_in
    def keep_out(_: CognitoSpec, __: str, ___: StoredClient, user: StoredUser, right: bool) -> Members | None:
        return refuse() if right and user.attributes["sub"] in expired else None

    together(remember, keep_out)()


@mutant("used-accounts-expire", "A password that the user chose expires as well.", "used-account-does-not-expire")
@around(CognitoSpec, "granted")
def used_expire(real: Call, self: CognitoSpec, client: StoredClient, user: StoredUser) -> Any:
    self.check_expiry(client.pool, user)
    return real(self, client, user)


@mutant(
    "used-accounts-are-challenged-again",
    "Once the validity has passed, a password that the user chose meets the challenge for a new one.",
    "used-account-does-not-expire",
)
@around(CognitoSpec, "granted")
def challenged_again(real: Call, self: CognitoSpec, client: StoredClient, user: StoredUser) -> Any:
    try:
        self.check_expiry(client.pool, user)
    except Refusal:
        return self.challenged(client, user)
    return real(self, client, user)


mutant("expired-text-of-a-wrong-password", "An expired password reads like a wrong one.", "expired-password-message")(
    constant(errors, "EXPIRED_PASSWORD", errors.WRONG_PASSWORD)
)
mutant("expired-text-of-2018", "The text is the one that was given in 2018.", "expired-password-message")(
    constant(errors, "EXPIRED_PASSWORD", "User account has expired, it must be reset by an administrator.")
)
