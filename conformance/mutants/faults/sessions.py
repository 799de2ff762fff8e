"""Faults in sessions and codes: another user's, used again, never ending."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from conformance.contract.transitions import Row
from conformance.mutants.mutant import Call, around, constant, mutant
from conformance.reference import errors, service
from conformance.reference.authentication import Authentication
from conformance.reference.directory import Members
from conformance.reference.errors import Refusal
from conformance.reference.service import CognitoSpec
from conformance.reference.sessions import Session, Sessions
from conformance.reference.stored import StoredClient, StoredPool, StoredUser


def _answered_for(
    sessions: Sessions,
    name: str,
    client: StoredClient,
    user: StoredUser | None,
    taken: Callable[[Session], bool],
    real: Call,
) -> Session:
    """Find a session that is `taken` for this user, whoever it was opened for; used or expired it is refused."""
    session = sessions.waiting.get(name)
    if session is not None and user is not None and taken(session):
        session.client, session.user = client, user
    found: Session = real(sessions, name, client, user)
    return found


@mutant(
    "session-is-anybodys",
    "A session answers for whichever user is named.",
    "session-is-of-one-user",
    also=("session-is-of-one-pool",),
)
@around(Sessions, "find")
def anybodys(real: Call, self: Sessions, name: str, client: StoredClient, user: StoredUser | None) -> Session:
    return _answered_for(self, name, client, user, lambda session: session.client.pool is client.pool, real)


@mutant(
    "session-is-of-every-pool",
    "A session answers for a user of the same name in another pool.",
    "session-is-of-one-pool",
)
@around(Sessions, "find")
def of_every_pool(real: Call, self: Sessions, name: str, client: StoredClient, user: StoredUser | None) -> Session:
    def of_the_name(session: Session) -> bool:
        return user is not None and session.user.username == user.username

    return _answered_for(self, name, client, user, of_the_name, real)


@mutant(
    "session-is-anybodys-anywhere",
    "A session answers for whichever user is named, in whichever pool.",
    "session-is-of-one-user",
    "session-is-of-one-pool",
)
@around(Sessions, "find")
def anybodys_anywhere(real: Call, self: Sessions, name: str, client: StoredClient, user: StoredUser | None) -> Session:
    return _answered_for(self, name, client, user, lambda _: True, real)


@mutant("session-works-twice", "A session can be answered again.", "session-works-once")
@around(Sessions, "find")
def twice(real: Call, self: Sessions, name: str, *rest: Any) -> Session:
    session = self.waiting.get(name)
    if session is not None:
        session.used = False
    found: Session = real(self, name, *rest)
    if found.used is False and found.user.status != "FORCE_CHANGE_PASSWORD":
        found.user.status = "FORCE_CHANGE_PASSWORD"
    return found


@mutant("used-session-is-another-error", "A session that was answered is CodeMismatchException.", "session-works-once")
@around(Sessions, "find")
def another_error(real: Call, self: Sessions, name: str, *rest: Any) -> Session:
    session = self.waiting.get(name)
    if session is not None and session.used:
        raise Refusal("CodeMismatchException", "Invalid session.")
    found: Session = real(self, name, *rest)
    return found


@mutant("session-may-be-left-out", "Without a session the last one of the user is taken.", "session-is-required")
@around(Sessions, "find")
def left_out(real: Call, self: Sessions, name: str, client: StoredClient, user: StoredUser | None) -> Session:
    open_ones = [known for known, session in self.waiting.items() if session.user is user and not session.used]
    found: Session = real(self, name or (open_ones or [""])[-1], client, user)
    return found


@mutant(
    "missing-session-signs-in",
    "Without a session an answer grants tokens, and sets no password.",
    "session-is-required",
)
@around(Authentication, "answer_challenge")
def missing_signs_in(
    real: Call, self: CognitoSpec, operation: str, client: StoredClient, session: str, given: Any
) -> Any:
    user = self.find(client.pool, given["USERNAME"])
    return self.granted(client, user) if not session and user else real(self, operation, client, session, given)


@mutant(
    "disabled-user-answers",
    "A user who was disabled meanwhile answers the challenge.",
    "disabled-user-answers-no-challenge",
)
@around(Authentication, "answer_challenge")
def disabled_answers(
    real: Call, self: CognitoSpec, operation: str, client: StoredClient, session: str, given: Any
) -> Any:
    user = self.find(client.pool, given["USERNAME"])
    before = user.enabled if user else True
    if user:
        user.enabled = True
    try:
        return real(self, operation, client, session, given)
    finally:
        if user:
            user.enabled = before


@mutant(
    "disabled-user-is-answered-for",
    "An administrator answers the challenge of a user who was disabled meanwhile.",
    "disabled-user-answers-no-challenge",
)
@around(CognitoSpec, "admin_respond_to_auth_challenge")
def disabled_is_answered_for(real: Call, self: CognitoSpec, asked: Members) -> Members:
    user = self.find(self.pool(asked), asked["ChallengeResponses"]["USERNAME"])
    before = user.enabled if user else True
    if user:
        user.enabled = True
    try:
        answer: Members = real(self, asked)
    finally:
        if user:
            user.enabled = before
    return answer


@mutant("sessions-never-end", "A session can be answered at any time.", "session-expires", "expired-session-is-named")
@around(Sessions, "find")
def never_end(real: Call, self: Sessions, name: str, client: StoredClient, user: StoredUser | None) -> Session:
    session = self.waiting.get(name)
    if session is not None:
        session.opened = client.pool.now
    found: Session = real(self, name, client, user)
    return found


@mutant("session-validity-is-fixed", "Every session ends after three minutes.", "session-expires")
@around(Sessions, "open")
def fixed_validity(real: Call, self: Sessions, client: StoredClient, user: StoredUser) -> str:
    name: str = real(self, client, user)
    self.waiting[name].opened -= (client.session_minutes - 3) * 60
    return name


@mutant("expired-session-is-an-expired-code", "An expired session is ExpiredCodeException.", "expired-session-is-named")
@around(Sessions, "find")
def expired_code(real: Call, self: Sessions, name: str, client: StoredClient, user: StoredUser | None) -> Session:
    session = self.waiting.get(name)
    if session is not None and client.pool.now - session.opened > client.session_minutes * 60:
        raise Refusal("ExpiredCodeException", "Invalid code provided, please request a code again.")
    found: Session = real(self, name, client, user)
    return found


USED_TEXT, EXPIRED_TEXT = "used-session-message", "expired-session-message"
for _text, _name, _claim in (("USED_SESSION", "used", USED_TEXT), ("NO_SESSION", "expired", EXPIRED_TEXT)):
    mutant(f"{_name}-session-is-just-invalid", f"A session that is {_name} is called invalid.", _claim)(
        constant(errors, _text, "Invalid session for the user.")
    )
mutant("used-session-is-called-expired", "A session that was answered is called expired.", USED_TEXT)(
    constant(errors, "USED_SESSION", errors.NO_SESSION)
)
mutant("expired-session-is-called-used", "A session that has expired is called used.", EXPIRED_TEXT)(
    constant(errors, "NO_SESSION", errors.USED_SESSION)
)


def _confirming(self: CognitoSpec, asked: Members) -> tuple[StoredPool, StoredUser]:
    pool = self.client(asked).pool
    return pool, self.user(pool, asked["Username"])


@mutant(
    "any-users-code-sets-the-password",
    "A code that was sent to any user of the pool sets the password of the one who is named.",
    "password-code-is-of-one-user",
)
@around(CognitoSpec, "confirm_forgot_password")
def any_users_code(real: Call, self: CognitoSpec, asked: Members) -> Members:
    pool, user = _confirming(self, asked)
    sent = {other.code for other in pool.users.values() if other.code}
    answer: Members = real(
        self, {**asked, "ConfirmationCode": user.code} if asked["ConfirmationCode"] in sent else asked
    )
    return answer


@mutant(
    "foreign-code-is-an-expired-one",
    "A code that was sent to another user is ExpiredCodeException.",
    "password-code-is-of-one-user",
    also=("wrong-password-code-is-refused",),
)
@around(CognitoSpec, "confirm_forgot_password")
def foreign_is_expired(real: Call, self: CognitoSpec, asked: Members) -> Members:
    try:
        answer: Members = real(self, asked)
    except Refusal as problem:
        raise Refusal(problem.code.replace("CodeMismatch", "ExpiredCode"), problem.message) from None
    return answer


@mutant("password-code-is-kept", "A code that has set a password sets others.", "password-code-works-once")
@around(CognitoSpec, "confirm_forgot_password")
def code_is_kept(real: Call, self: CognitoSpec, asked: Members) -> Members:
    _, user = _confirming(self, asked)
    kept = user.code
    answer: Members = real(self, asked)
    user.code = kept
    return answer


@mutant("codes-outlive-every-change", "A code is good until it expires, whatever was done.", "password-code-works-once")
@around(CognitoSpec, "move")
def codes_outlive(real: Call, self: CognitoSpec, pool: StoredPool, user: StoredUser, row: Row) -> None:
    kept = user.code
    real(self, pool, user, row)
    user.code = kept


mutant("password-codes-never-expire", "The code for a forgotten password has no end.", "password-code-expires")(
    constant(service, "CODE_HOURS", 10**6)
)
mutant("password-codes-end-at-once", "The code for a forgotten password ends at once.", "password-code-expires")(
    constant(service, "CODE_HOURS", 0.5)
)
mutant("sign-up-codes-never-expire", "The code for a sign-up has no end.", "confirmation-code-expires")(
    constant(service, "SIGN_UP_CODE_HOURS", 10**6)
)
mutant("sign-up-codes-end-after-an-hour", "The code for a sign-up ends after an hour.", "confirmation-code-expires")(
    constant(service, "SIGN_UP_CODE_HOURS", 1)
)


ENDS_AS_BEGUN = "srp-signs-in-nobody-else"


@mutant("srp-ends-as-whoever-is-named", "The answer to PASSWORD_VERIFIER signs in the user it names.", ENDS_AS_BEGUN)
@around(Authentication, "finish_srp")
def ends_as_named(real: Call, self: CognitoSpec, client: StoredClient, given: Any, *rest: Any) -> Any:
    named = self.find(client.pool, given["USERNAME"])
    begun = self.sessions._exchanges.get(given["PASSWORD_CLAIM_SECRET_BLOCK"])
    own = {**given, "USERNAME": begun[1].username} if begun else given
    answer = real(self, client, own, *rest)
    return self.granted(client, named) if named and "AuthenticationResult" in answer else answer


@mutant("srp-ends-as-the-newest", "A proof in another's name signs in the newest user of the pool.", ENDS_AS_BEGUN)
@around(Authentication, "finish_srp")
def ends_as_the_newest(real: Call, self: CognitoSpec, client: StoredClient, given: Any, *rest: Any) -> Any:
    begun = self.sessions._exchanges.get(given["PASSWORD_CLAIM_SECRET_BLOCK"])
    if begun and given["USERNAME"] != begun[1].username:
        return self.granted(client, list(client.pool.users.values())[-1])
    return real(self, client, given, *rest)
