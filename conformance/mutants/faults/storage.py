"""Faults in storage: a password not stored, stored early, changed on its way, or stored for another user."""

from __future__ import annotations

import re
import time
import unicodedata
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote, unquote_plus

from conformance.mutants.mutant import SET, Mutant, Plant, also_signs_in, around, both, mutant, refuse, setting
from conformance.reference import password_policy as passwords
from conformance.reference.errors import Refusal
from conformance.reference.service import CognitoSpec


def _without_marks(text: str) -> str:
    decomposed = unicodedata.normalize("NFD", text)
    return "".join(c for c in decomposed if not unicodedata.combining(c))


LOSSES = {
    "truncated-to-72": ("Only the first 72 characters count, as bcrypt has it.", lambda p: p[:72]),
    "truncated-to-128": ("Only the first 128 characters count.", lambda p: p[:128]),
    "truncated-to-255": ("Only the first 255 characters count.", lambda p: p[:255]),
    "folded": ("Upper and lower case are the same.", str.lower),
    "first-letter-folded": ("The first letter's case does not count.", lambda p: p[:1].lower() + p[1:]),
    "full-stop-trimmed": ("A full stop at the end is trimmed.", lambda p: p.rstrip(".")),
    "slash-trimmed": ("A slash at the end is trimmed.", lambda p: p.rstrip("/")),
    "spaces-collapsed": ("Several spaces count as one.", lambda p: re.sub(" +", " ", p)),
    "marks-dropped": ("Accents are dropped.", _without_marks),
    "sharp-s-folded": ("A sharp s is the same as two s.", lambda p: p.replace("ß", "ss")),
    "look-alikes-folded": ("A Cyrillic a is a Latin one.", lambda p: p.replace("\u0430", "a")),
    "beyond-16-bits-dropped": (
        "Characters beyond 16 bits are dropped.",
        lambda p: re.sub("[\U00010000-\U0010ffff]", "", p),
    ),
    "percent-decoded": ("A percent sign with two digits is decoded.", unquote),
    "plus-decoded": ("A plus sign is a space.", lambda p: unquote_plus(p.replace("%", "%25"))),
    "backslash-dropped": ("A backslash is dropped.", lambda p: p.replace("\\", "")),
    "quotes-dropped": ("A quotation mark is dropped.", lambda p: p.replace('"', "")),
    "last-character-ignored": ("Whatever follows the 15th character is ignored.", lambda p: p[:15]),
}


def stored() -> Iterator[Mutant]:
    """A password not stored, stored early, changed on its way, or stored for another user."""
    for name, (intent, change) in LOSSES.items():
        yield mutant(f"stored-{name}", intent, _stored(change), "password-is-stored-exactly")
    for word, statuses_after, claim in (
        ("permanent", "CONFIRMED", "permanent-password-signs-in"),
        ("temporary", "FORCE_CHANGE_PASSWORD", "temporary-password-is-challenged"),
    ):
        yield mutant(
            f"{word}-not-stored",
            f"A {word} password moves the status, but is not stored.",
            setting(
                lambda f, self, pool, user, operation, password, row, s=statuses_after: (
                    self.move(pool, user, row)
                    if (operation, row.to) == (SET, s)
                    else f(self, pool, user, operation, password, row)
                ),
            ),
            claim,
            "works-on-any-user" if word == "permanent" else "temporary-password-forces-change",
        )
        yield mutant(
            f"{word}-keeps-the-old",
            f"With a {word} password the one before still signs in.",
            _keeps_the_old(statuses_after),
            f"{word}-password-replaces-the-old",
        )
    yield mutant(
        "nothing-stored",
        "The request is answered and nothing else happens.",
        around(CognitoSpec, "admin_set_user_password", lambda *_: {}),
        "temporary-password-forces-change",
        "permanent-password-confirms",
        "works-on-any-user",
    )
    yield mutant(
        "stored-before-the-policy",
        "The password is stored before the policy is asked.",
        setting(
            lambda f, self, pool, user, o, password, row: (
                self.store(pool, user, password),
                f(self, pool, user, o, password, row),
            ),
        ),
        "refused-request-changes-nothing",
        "uppercase-is-required",
    )
    yield mutant(
        "status-before-the-policy",
        "The status changes before the policy is asked.",
        setting(
            lambda f, self, pool, user, o, password, row: (
                self.move(pool, user, row),
                f(self, pool, user, o, password, row),
            ),
        ),
        "refused-request-changes-nothing",
    )
    yield mutant(
        "refusal-disables",
        "A refused request disables the user.",
        setting(_or_disable),
        "refused-request-changes-nothing",
    )
    yield mutant(
        "stored-for-the-whole-pool",
        "Every user of the pool gets the password.",
        _set_for_others(lambda self, pool: [pool]),
        "only-the-specified-user-changes",
    )
    yield mutant(
        "stored-for-namesakes",
        "Users of the same name in other pools get the password.",
        _set_for_others(lambda self, pool: [p for p in self.pools.values() if p is not pool], namesakes=True),
        "only-the-specified-pool-changes",
    )
    yield mutant(
        "first-call-wins",
        "A second password in a row is accepted, but not stored.",
        around(
            CognitoSpec,
            "store",
            lambda f, self, pool, user, password: None if len(user.passwords) > 1 else f(self, pool, user, password),
        ),
        "last-call-wins",
    )
    yield mutant(
        "temporary-does-not-follow-permanent",
        "After a permanent password a temporary one is not stored.",
        around(
            CognitoSpec,
            "store",
            lambda f, self, pool, user, password: None if user.status == "CONFIRMED" else f(self, pool, user, password),
        ),
        "last-call-wins",
        "temporary-password-replaces-the-old",
    )
    yield mutant(
        "repeating-is-refused",
        "The password that is in force cannot be set again.",
        around(passwords, "check_history", lambda f, password, before, _size: f(password, before, 1)),
        "repeating-the-call-is-harmless",
        "challenge-answer-may-repeat-the-password",
    )
    yield mutant(
        "repeating-toggles",
        "The same call once more undoes the status.",
        setting(
            lambda f, self, pool, user, o, password, row: (
                setattr(user, "status", "RESET_REQUIRED")
                if user.password == password
                else f(self, pool, user, o, password, row)
            ),
        ),
        "repeating-the-call-is-harmless",
    )
    yield mutant(
        "parallel-calls-collide",
        "Of calls at the same time one is served, the others fail.",
        both(
            around(
                CognitoSpec, "admin_set_user_password", lambda f, self, asked: (time.sleep(0.02), f(self, asked))[1]
            ),
            around(
                CognitoSpec,
                "call",
                lambda f, self, *rest: (
                    refuse(Refusal("ConcurrentModificationException", "Try again."))
                    if self._lock.locked()
                    else f(self, *rest)
                ),
            ),
        ),
        "parallel-calls-leave-one-password",
    )
    yield mutant(
        "all-recent-passwords-count",
        "Every password that was ever set signs in.",
        also_signs_in(lambda user: user.passwords),
        "permanent-password-replaces-the-old",
        "temporary-password-replaces-the-old",
        "last-call-wins",
        "parallel-calls-leave-one-password",
        "challenge-answer-keeps-the-old-password-out",
    )


def _stored(change: Any) -> Plant:
    """Change the password on its way into the store; what is typed at sign-in is changed alike."""
    return both(
        around(CognitoSpec, "store", lambda f, self, pool, user, password: f(self, pool, user, change(password))),
        around(CognitoSpec, "initiate_auth", lambda f, self, asked, *rest: f(self, _typed(asked, change), *rest)),
    )


def _typed(asked: Any, change: Any) -> Any:
    parameters = dict(asked.get("AuthParameters", {}))
    if parameters.get("PASSWORD"):
        parameters["PASSWORD"] = change(parameters["PASSWORD"])
    return {**asked, "AuthParameters": parameters}


def _or_disable(f: Any, self: Any, pool: Any, user: Any, *rest: Any) -> None:
    try:
        f(self, pool, user, *rest)
    except Refusal:
        user.enabled = False
        raise


def _keeps_the_old(status: str) -> Plant:
    return also_signs_in(lambda user: user.passwords[-2:] if user.status == status else [])


def _set_for_others(pools: Any, namesakes: bool = False) -> Plant:
    def set_password(f: Any, self: CognitoSpec, pool: Any, user: Any, operation: str, password: str, row: Any) -> None:
        f(self, pool, user, operation, password, row)
        for other_pool in pools(self, pool):
            for other in other_pool.users.values():
                if other is not user and (not namesakes or other.username == user.username):
                    self.store(other_pool, other, password)

    return setting(set_password)
