"""Faults in storage: a password not stored, stored early, changed on its way, or stored for another user."""

from __future__ import annotations

import re
import time
import unicodedata
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import unquote, unquote_plus

from conformance.contract.transitions import Row
from conformance.mutants.consequences import HISTORY, IN_FORCE, KEPT_OUT, STATUS, WEAK, of_rows, saying
from conformance.mutants.mutant import (
    SET,
    Call,
    Plant,
    also_signs_in,
    around,
    constant,
    mutant,
    setting,
    together,
)
from conformance.reference import password_policy as passwords
from conformance.reference.directory import Members
from conformance.reference.errors import Refusal
from conformance.reference.service import CognitoSpec
from conformance.reference.stored import StoredPool, StoredUser

EXACTLY, UNCHANGED, HARMLESS = (
    "password-is-stored-exactly",
    "refused-request-changes-nothing",
    "repeating-the-call-is-harmless",
)
BY_SRP = ("srp-answer-takes-the-name-of-the-challenge", *of_rows("InitiateAuth", "USER_SRP_AUTH"))
LAST, ANY_USER, FORCES = "last-call-wins", "works-on-any-user", "temporary-password-forces-change"
TEMPORARY_REPLACES, PERMANENT_REPLACES = "temporary-password-replaces-the-old", "permanent-password-replaces-the-old"
# A refusal that changes something is not a refusal: sentences that say which password fails.
REFUSALS = (*WEAK, *HISTORY, *saying("InvalidPasswordException", "PasswordHistoryPolicyViolation", anywhere=True))


def _without_marks(text: str) -> str:
    decomposed = unicodedata.normalize("NFD", text)
    return "".join(c for c in decomposed if not unicodedata.combining(c))


LOSSES: dict[str, tuple[str, Callable[[str], str]]] = {
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


def _stored(change: Callable[[str], str]) -> Plant:
    """Change the password on its way into the store; what is typed at sign-in is changed alike."""

    @around(CognitoSpec, "store")
    def store(real: Call, self: CognitoSpec, pool: StoredPool, user: StoredUser, password: str) -> None:
        real(self, pool, user, change(password))

    @around(CognitoSpec, "initiate_auth")
    def sign_in(real: Call, self: CognitoSpec, asked: Members, *rest: Any) -> Any:
        parameters = dict(asked.get("AuthParameters", {}))
        if parameters.get("PASSWORD"):
            parameters["PASSWORD"] = change(parameters["PASSWORD"])
        return real(self, {**asked, "AuthParameters": parameters}, *rest)

    @around(CognitoSpec, "change_password")
    def change_password(real: Call, self: CognitoSpec, asked: Members) -> Any:
        return real(self, {**asked, "PreviousPassword": change(asked.get("PreviousPassword", ""))})

    @around(passwords, "check_history")
    def check_history(real: Call, password: str, *rest: Any) -> None:
        real(change(password), *rest)

    return together(store, sign_in, change_password, check_history)


for _name, (_intent, _loss) in LOSSES.items():
    # SRP proves the password as it was typed.
    mutant(f"stored-{_name}", _intent, EXACTLY, also=(*IN_FORCE, *BY_SRP))(_stored(_loss))


def _not_stored(where: Callable[[StoredUser, str, Row], bool]) -> Plant:
    """Accept a password without storing it, where that holds of user, operation and row: only the status moves."""

    @setting
    def plant(
        real: Call, self: CognitoSpec, pool: StoredPool, user: StoredUser, operation: str, password: str, row: Row
    ) -> None:
        if where(user, operation, row):
            self.move(pool, user, row)
        else:
            real(self, pool, user, operation, password, row)

    return plant


def _leads_to(status: str) -> Callable[[StoredUser, str, Row], bool]:
    """Where AdminSetUserPassword leads to this status."""
    return lambda _user, operation, row: (operation, row.to) == (SET, status)


def _keeps_the_old(status: str) -> Plant:
    return also_signs_in(lambda user: user.passwords[-2:] if user.status == status else [])


for _word, _status, _claims, _replaces in (
    ("permanent", "CONFIRMED", ("permanent-password-signs-in", ANY_USER), PERMANENT_REPLACES),
    ("temporary", "FORCE_CHANGE_PASSWORD", ("temporary-password-is-challenged",), TEMPORARY_REPLACES),
):
    mutant(
        f"{_word}-not-stored",
        f"A {_word} password moves the status, but is not stored.",
        *_claims,
        also=(*IN_FORCE, *WEAK, *HISTORY),
    )(_not_stored(_leads_to(_status)))
    mutant(
        f"{_word}-keeps-the-old",
        f"With a {_word} password the one before still signs in.",
        _replaces,
        also=KEPT_OUT,
    )(_keeps_the_old(_status))

mutant(
    "nothing-stored",
    "The request is answered and nothing else happens.",
    FORCES,
    "permanent-password-confirms",
    ANY_USER,
    also=(
        *(*IN_FORCE, *STATUS, *WEAK, *HISTORY),
        *saying("UserNotFoundException", "ResourceNotFoundException", "does not reach the user", "reaches the user"),
        "last-modified-date-advances",
    ),
)(constant(CognitoSpec, "admin_set_user_password", lambda *_: {}))


@mutant(
    "stored-before-the-policy",
    "The password is stored before the policy is asked.",
    UNCHANGED,
    "uppercase-is-required",
    also=REFUSALS,
)
@setting
def stored_early(
    real: Call, self: CognitoSpec, pool: StoredPool, user: StoredUser, operation: str, password: str, row: Row
) -> None:
    self.store(pool, user, password)
    real(self, pool, user, operation, password, row)


@mutant("status-before-the-policy", "The status changes before the policy is asked.", UNCHANGED, also=REFUSALS)
@setting
def moved_early(
    real: Call, self: CognitoSpec, pool: StoredPool, user: StoredUser, operation: str, password: str, row: Row
) -> None:
    self.move(pool, user, row)
    real(self, pool, user, operation, password, row)


@mutant("refusal-disables", "A refused request disables the user.", UNCHANGED, also=REFUSALS)
@setting
def refusal_disables(real: Call, self: CognitoSpec, pool: StoredPool, user: StoredUser, *rest: Any) -> None:
    try:
        real(self, pool, user, *rest)
    except Refusal:
        user.enabled = False
        raise


def _also_stored_for(
    others: Callable[[CognitoSpec, StoredPool, StoredUser], Iterable[tuple[StoredPool, StoredUser]]],
) -> Plant:
    """Store a password for other users too."""

    @setting
    def plant(
        real: Call, self: CognitoSpec, pool: StoredPool, user: StoredUser, operation: str, password: str, row: Row
    ) -> None:
        real(self, pool, user, operation, password, row)
        for other_pool, other in others(self, pool, user):
            self.store(other_pool, other, password)

    return plant


@mutant("stored-for-the-whole-pool", "Every user of the pool gets the password.", "only-the-specified-user-changes")
@_also_stored_for
def whole_pool(_: CognitoSpec, pool: StoredPool, user: StoredUser) -> Iterable[tuple[StoredPool, StoredUser]]:
    return [(pool, other) for other in pool.users.values() if other is not user]


@mutant(
    "stored-for-namesakes",
    "Users of the same name in other pools get the password.",
    "only-the-specified-pool-changes",
)
@_also_stored_for
def namesakes(self: CognitoSpec, pool: StoredPool, user: StoredUser) -> Iterable[tuple[StoredPool, StoredUser]]:
    others = [other for other in self.pools.values() if other is not pool]
    return [(other, other.users[user.username]) for other in others if user.username in other.users]


def _also_moved(others: Callable[[CognitoSpec, StoredPool, StoredUser], Iterable[StoredUser]]) -> Plant:
    """Give the status that AdminSetUserPassword leads to to these users as well."""

    @setting
    def plant(real: Call, self: CognitoSpec, pool: StoredPool, user: StoredUser, operation: str, *rest: Any) -> None:
        real(self, pool, user, operation, *rest)
        for other in others(self, pool, user) if operation == SET else ():
            other.status = user.status

    return plant


mutant("status-of-the-whole-pool", "Every user of the pool gets the status.", "only-the-specified-user-changes")(
    _also_moved(lambda _, pool, __: pool.users.values())
)
mutant(
    "status-of-namesakes", "Users of the same name in other pools get the status.", "only-the-specified-pool-changes"
)(_also_moved(lambda self, _, user: [p.users[user.username] for p in self.pools.values() if user.username in p.users]))


@mutant(
    "first-call-wins",
    "A second password in a row by AdminSetUserPassword is accepted, but not stored.",
    LAST,
    also=(*IN_FORCE, *STATUS, *HISTORY, "older-passwords-may-return"),
)
def first_call_wins() -> None:
    given: set[str] = set()

    def again(user: StoredUser, operation: str, _: Row) -> bool:
        sub = user.attributes["sub"]
        if operation == SET and sub in given:
            return True
        (given.add if operation == SET else given.discard)(sub)
        return False

    _not_stored(again)()


@mutant(
    "temporary-does-not-follow-permanent",
    "After a permanent password a temporary one is not stored.",
    LAST,
    TEMPORARY_REPLACES,
    also=IN_FORCE,
)
def does_not_follow() -> None:
    permanent: set[str] = set()

    def follows(user: StoredUser, operation: str, row: Row) -> bool:
        sub = user.attributes["sub"]
        if user.status == "CONFIRMED":
            permanent.add(sub)
        if (operation, row.to) == (SET, "FORCE_CHANGE_PASSWORD") and sub in permanent:
            return True
        permanent.discard(sub)
        return False

    _not_stored(follows)()


@mutant("repeating-toggles", "The same call once more undoes the status.", HARMLESS, also=HISTORY)
@setting
def repeating_toggles(
    real: Call, self: CognitoSpec, pool: StoredPool, user: StoredUser, operation: str, password: str, row: Row
) -> None:
    if user.password == password:
        user.status = "RESET_REQUIRED"
    else:
        real(self, pool, user, operation, password, row)


@mutant(
    "parallel-calls-mix",
    "Calls at the same time leave a password that none of them brought.",
    "parallel-calls-leave-one-password",
)
def mix() -> None:
    @around(CognitoSpec, "admin_set_user_password")
    def slowly(real: Call, self: CognitoSpec, asked: Members) -> Any:
        time.sleep(0.02)
        return real(self, asked)

    @around(CognitoSpec, "call")
    def together_with_another(real: Call, self: CognitoSpec, operation: str, asked: Members) -> Any:
        if operation == SET and self._lock.locked():
            asked = {**asked, "Password": f"{asked['Password'][::-1]}Aa1!"}
        return real(self, operation, asked)

    together(slowly, together_with_another)()


mutant(
    "all-recent-passwords-count",
    "Every password that was ever set signs in.",
    PERMANENT_REPLACES,
    TEMPORARY_REPLACES,
    LAST,
    "parallel-calls-leave-one-password",
    "challenge-answer-keeps-the-old-password-out",
    also=KEPT_OUT,
)(also_signs_in(lambda user: user.passwords))
