"""The catalogue of faults: each one line of intent, how, and the claims that must catch it."""

# ruff: noqa: ARG005 - what replaces a function takes what the function took
from __future__ import annotations

import json
import re
import time
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import unquote, unquote_plus

import regex
from botocore import xform_name

from conformance.lifecycle import driven
from conformance.mutants.planting import Mutant, Plant, around, both, constant, entry, mutant, rows
from conformance.reference import callers, face, refusal, shapes, srp
from conformance.reference import password as passwords
from conformance.reference.callers import Caller
from conformance.reference.face import Answer
from conformance.reference.password import RULES
from conformance.reference.refusal import Refusal
from conformance.reference.service import Service

STARTS = ("UNCONFIRMED", "CONFIRMED", "FORCE_CHANGE_PASSWORD", "RESET_REQUIRED")
SET = "AdminSetUserPassword"
PERMANENT, TEMPORARY, OMITTED = "Permanent=true", "Permanent=false", "Permanent omitted"
FLOWS = ("USER_PASSWORD_AUTH", "ADMIN_USER_PASSWORD_AUTH", "USER_SRP_AUTH")
RESPOND = ("RespondToAuthChallenge", "AdminRespondToAuthChallenge")
REFUSED = Refusal("NotAuthorizedException", refusal.WRONG_PASSWORD)


def _low(name: str) -> str:
    return name.lower().replace("_", "-")


def _refuse(problem: Refusal = REFUSED) -> Any:
    raise problem


# Status


def statuses() -> Iterator[Mutant]:
    """A status change wrong, missing, late or refused, from each start."""
    wrong = {
        PERMANENT: ("FORCE_CHANGE_PASSWORD", "permanent-password-confirms"),
        TEMPORARY: ("CONFIRMED", "temporary-password-forces-change"),
        OMITTED: ("CONFIRMED", "omitted-permanent-is-temporary"),
    }
    for when, (to, claim) in wrong.items():
        word = {PERMANENT: "permanent", TEMPORARY: "temporary", OMITTED: "omitted"}[when]
        for start in STARTS:
            yield mutant(
                f"status-wrong-{word}-from-{_low(start)}",
                f"{when} leads a user who was {start} to {to}.",
                rows(SET, when, start, to=to),
                claim,
            )
        for start in STARTS:
            if start != to and (when == PERMANENT) != (start == "CONFIRMED"):
                yield mutant(
                    f"status-stays-{word}-from-{_low(start)}",
                    f"{when} leaves a user who was {start} where they were.",
                    rows(SET, when, start, to=start),
                    claim,
                )
    for start in STARTS:
        yield mutant(
            f"refused-from-{_low(start)}",
            f"No password can be set for a user who is {start}.",
            rows(SET, (PERMANENT, TEMPORARY, OMITTED), start, error="NotAuthorizedException"),
            "works-on-any-user",
        )
    yield mutant(
        "refused-while-disabled",
        "No password can be set for a user who is disabled.",
        around(
            Service,
            "set_password",
            lambda f: lambda self, pool, user, *rest: f(self, pool, user, *rest) if user.enabled else _refuse(),
        ),
        "works-on-any-user",
        "disabled-user-stays-signed-out",
        "enabled-flag-is-kept",
    )
    yield mutant(
        "omitted-permanent-stays-permanent",
        "A request without Permanent sets a permanent password for whoever had one.",
        rows(SET, OMITTED, "CONFIRMED", to="CONFIRMED"),
        "omitted-permanent-is-temporary",
    )
    yield mutant(
        "status-late",
        "The status changes when the user next signs in, not before.",
        both(
            around(
                Service,
                "move",
                lambda f: (
                    lambda self, pool, user, row: (
                        setattr(user, "late", (pool, row)) if row.operation == SET else f(self, pool, user, row)
                    )
                ),
            ),
            around(
                Service, "sign_in", lambda f: lambda self, o, flow, c, user, r: f(self, o, flow, c, _caught_up(user), r)
            ),
        ),
        "temporary-password-forces-change",
        "permanent-password-confirms",
    )
    yield mutant(
        "list-users-stale",
        "ListUsers shows every user as CONFIRMED.",
        around(
            Service,
            "list_users",
            lambda f: (
                lambda self, asked: {"Users": [{**user, "UserStatus": "CONFIRMED"} for user in f(self, asked)["Users"]]}
            ),
        ),
        "list-users-shows-the-same-status",
    )
    for operation, answer in zip(RESPOND, ("answered-challenge", "challenge-answered-for-the-user"), strict=True):
        yield mutant(
            f"{answer}-does-not-confirm",
            f"{operation} leaves the user in FORCE_CHANGE_PASSWORD.",
            rows(operation, "NEW_PASSWORD_REQUIRED", "FORCE_CHANGE_PASSWORD", to="FORCE_CHANGE_PASSWORD"),
            "new-password-confirms-the-user",
            "challenge-answer-grants-tokens",
        )


def _caught_up(user: Any) -> Any:
    late = getattr(user, "late", None)
    if late:
        user.status, user.late = late[1].to, None
    return user


# The table


def lifecycle() -> Iterator[Mutant]:
    """What each claim of the table says, not done: refused where accepted, by another name where it is refused."""
    for claim in dict.fromkeys(row.claim for row in driven()):
        meant = [row for row in driven() if row.claim == claim]
        operation, error = meant[0].operation, meant[0].error
        starts = {(row.start, row.enabled) for row in meant}
        words = f"{'refused otherwise' if error else 'refused'}: {', '.join(sorted({start for start, _ in starts}))}"
        yield mutant(
            f"not-{claim}",
            f"{operation} is {words}.",
            _not_so(operation, error, starts),
            str(claim),
        )


def _not_so(operation: str, error: str | None, starts: Any) -> Plant:
    """Answer an operation on a user in one of these statuses otherwise than with `error`, or than with success."""

    def make(f: Any) -> Any:
        def call(self: Service, asked: str, members: Any) -> Any:
            start = _start(self, members)
            mine = (asked == operation or operation in SRP_ENDS.get(asked, ())) and (start is None or start in starts)
            try:
                answer = f(self, asked, members)
            except Refusal as problem:
                raise Refusal("InternalErrorException") if mine and problem.code == error else problem from None
            if mine and error is None and answer.get("ChallengeName") != "PASSWORD_VERIFIER":
                raise Refusal("LimitExceededException")
            return answer

        return call

    return around(Service, "call", make)


# USER_SRP_AUTH begins with InitiateAuth and ends here.
SRP_ENDS = {"RespondToAuthChallenge": ("InitiateAuth",)}


def _start(self: Service, members: Any) -> tuple[str, bool] | None:
    """Status and enabled flag of the user whom a request is about; None where a token alone would tell."""
    place = {"UserPoolId": members.get("UserPoolId"), "ClientId": members.get("ClientId")}
    client = self.clients.get(str(place["ClientId"]))
    pool = client.pool if client else self.pools.get(str(place["UserPoolId"]))
    given = members.get("AuthParameters") or members.get("ChallengeResponses") or {}
    name = members.get("Username") or given.get("USERNAME")
    if pool is None or name is None:
        return None
    user = self.find(pool, name)
    return (user.status, user.enabled) if user else ("none", True)


# Storage


def _stored(change: Any) -> Plant:
    """Change the password on its way into the store; what is typed at sign-in is changed alike."""
    return both(
        around(Service, "store", lambda f: lambda self, pool, user, password: f(self, pool, user, change(password))),
        around(Service, "initiate_auth", lambda f: lambda self, asked, *rest: f(self, _typed(asked, change), *rest)),
    )


def _typed(asked: Any, change: Any) -> Any:
    parameters = dict(asked.get("AuthParameters", {}))
    if parameters.get("PASSWORD"):
        parameters["PASSWORD"] = change(parameters["PASSWORD"])
    return {**asked, "AuthParameters": parameters}


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
            around(
                Service,
                "set_password",
                lambda f, s=statuses_after: (
                    lambda self, pool, user, operation, password, row: (
                        self.move(pool, user, row)
                        if (operation, row.to) == (SET, s)
                        else f(self, pool, user, operation, password, row)
                    )
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
        around(Service, "admin_set_user_password", lambda _: lambda *_: {}),
        "temporary-password-forces-change",
        "permanent-password-confirms",
        "works-on-any-user",
    )
    yield mutant(
        "stored-before-the-policy",
        "The password is stored before the policy is asked.",
        around(
            Service,
            "set_password",
            lambda f: (
                lambda self, pool, user, o, password, row: (
                    self.store(pool, user, password),
                    f(self, pool, user, o, password, row),
                )
            ),
        ),
        "refused-request-changes-nothing",
        "uppercase-is-required",
    )
    yield mutant(
        "status-before-the-policy",
        "The status changes before the policy is asked.",
        around(
            Service,
            "set_password",
            lambda f: (
                lambda self, pool, user, o, password, row: (
                    self.move(pool, user, row),
                    f(self, pool, user, o, password, row),
                )
            ),
        ),
        "refused-request-changes-nothing",
    )
    yield mutant(
        "refusal-disables",
        "A refused request disables the user.",
        around(
            Service, "set_password", lambda f: lambda self, pool, user, *rest: _or_disable(f, self, pool, user, *rest)
        ),
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
            Service,
            "store",
            lambda f: (
                lambda self, pool, user, password: None if len(user.passwords) > 1 else f(self, pool, user, password)
            ),
        ),
        "last-call-wins",
    )
    yield mutant(
        "temporary-does-not-follow-permanent",
        "After a permanent password a temporary one is not stored.",
        around(
            Service,
            "store",
            lambda f: (
                lambda self, pool, user, password: None if user.status == "CONFIRMED" else f(self, pool, user, password)
            ),
        ),
        "last-call-wins",
        "temporary-password-replaces-the-old",
    )
    yield mutant(
        "repeating-is-refused",
        "The password that is in force cannot be set again.",
        around(passwords, "check_history", lambda f: lambda password, before, _size: f(password, before, 1)),
        "repeating-the-call-is-harmless",
        "challenge-answer-may-repeat-the-password",
    )
    yield mutant(
        "repeating-toggles",
        "The same call once more undoes the status.",
        around(
            Service,
            "set_password",
            lambda f: (
                lambda self, pool, user, o, password, row: (
                    setattr(user, "status", "RESET_REQUIRED")
                    if user.password == password
                    else f(self, pool, user, o, password, row)
                )
            ),
        ),
        "repeating-the-call-is-harmless",
    )
    yield mutant(
        "parallel-calls-collide",
        "Of calls at the same time one is served, the others fail.",
        both(
            around(
                Service, "admin_set_user_password", lambda f: lambda self, asked: (time.sleep(0.02), f(self, asked))[1]
            ),
            around(
                Service,
                "call",
                lambda f: (
                    lambda self, *rest: (
                        _refuse(Refusal("ConcurrentModificationException", "Try again."))
                        if self._lock.locked()
                        else f(self, *rest)
                    )
                ),
            ),
        ),
        "parallel-calls-leave-one-password",
    )
    yield mutant(
        "all-recent-passwords-count",
        "Every password that was ever set signs in.",
        _any_of(lambda user: user.passwords),
        "permanent-password-replaces-the-old",
        "temporary-password-replaces-the-old",
        "last-call-wins",
        "parallel-calls-leave-one-password",
        "challenge-answer-keeps-the-old-password-out",
    )


def _or_disable(f: Any, self: Any, pool: Any, user: Any, *rest: Any) -> None:
    try:
        f(self, pool, user, *rest)
    except Refusal:
        user.enabled = False
        raise


def _any_of(passwords_of: Any) -> Plant:
    """Let other passwords than the one in force sign in too, in every flow."""

    def initiate(f: Any) -> Any:
        def call(self: Service, asked: Any, *rest: Any) -> Any:
            typed = asked.get("AuthParameters", {})
            user = self.find(self.client(asked).pool, typed.get("USERNAME", ""))
            if user is not None and typed.get("PASSWORD") in passwords_of(user):
                asked = {**asked, "AuthParameters": {**typed, "PASSWORD": user.password}}
            return f(self, asked, *rest)

        return call

    return around(Service, "initiate_auth", initiate)


def _keeps_the_old(status: str) -> Plant:
    return _any_of(lambda user: user.passwords[-2:] if user.status == status else [])


def _set_for_others(pools: Any, namesakes: bool = False) -> Plant:
    def set_password(f: Any) -> Any:
        def call(self: Service, pool: Any, user: Any, operation: str, password: str, row: Any) -> None:
            f(self, pool, user, operation, password, row)
            for other_pool in pools(self, pool):
                for other in other_pool.users.values():
                    if other is not user and (not namesakes or other.username == user.username):
                        self.store(other_pool, other, password)

        return call

    return around(Service, "set_password", set_password)


# Signing in


def _sign_in(change: Any) -> Plant:
    """Give `change(flow, user, right)`, the real outcome after it, a say; it may return an answer or None."""

    def make(f: Any) -> Any:
        def call(self: Service, operation: str, flow: str, client: Any, user: Any, right: bool) -> Any:
            instead = change(self, flow, client, user, right) if user is not None else None
            return f(self, operation, flow, client, user, right) if instead is None else instead

        return call

    return around(Service, "sign_in", make)


def signing_in() -> Iterator[Mutant]:
    """Sign-in, each flow by itself."""
    for flow in FLOWS:
        name = _low(flow)
        yield mutant(
            f"{name}-takes-any-password",
            f"{flow} does not look at the password.",
            around(
                Service,
                "sign_in",
                lambda f, w=flow: lambda self, o, asked, c, u, r: f(self, o, asked, c, u, r or asked == w),
            ),
            "wrong-password-is-refused",
            "permanent-password-signs-in",
            "temporary-password-is-challenged",
            "permanent-password-replaces-the-old",
            "update-user-attributes-works-afterwards",
        )
        yield mutant(
            f"{name}-refuses",
            f"{flow} refuses what an administrator has set.",
            _sign_in(lambda self, f, c, u, r, w=flow: _refuse() if r and f == w and len(u.passwords) > 1 else None),
            "permanent-password-signs-in",
            "temporary-password-is-challenged",
            "wrong-password-is-refused",
        )
        yield mutant(
            f"{name}-lets-the-disabled-in",
            f"{flow} lets a disabled user in.",
            _sign_in(
                lambda self, f, c, u, r, w=flow: self.granted(c.pool, u) if r and f == w and not u.enabled else None
            ),
            "disabled-user-stays-signed-out",
        )
        yield mutant(
            f"{name}-challenges-the-permanent",
            f"{flow} answers a permanent password with the challenge.",
            _sign_in(
                lambda self, f, c, u, r, w=flow: (
                    self.challenged(c, u) if r and f == w and u.status == "CONFIRMED" and len(u.passwords) > 1 else None
                )
            ),
            "permanent-password-signs-in",
        )
        yield mutant(
            f"{name}-skips-the-challenge",
            f"{flow} answers a temporary password with tokens.",
            _sign_in(
                lambda self, f, c, u, r, w=flow: (
                    self.granted(c.pool, u)
                    if r and f == w and u.status == "FORCE_CHANGE_PASSWORD" and u.enabled
                    else None
                )
            ),
            "temporary-password-is-challenged",
            "challenge-grants-no-tokens",
        )
        yield mutant(
            f"{name}-keeps-the-old",
            f"{flow} still takes the password before.",
            _sign_in(
                lambda self, f, c, u, r, w=flow: (
                    self.granted(c.pool, u) if not r and f == w and len(u.passwords) > 1 else None
                )
            ),
            "permanent-password-replaces-the-old",
            "temporary-password-replaces-the-old",
        )
        yield mutant(
            f"{name}-challenge-without-session",
            f"The challenge of {flow} has no session.",
            _challenge_in(flow, lambda answer: {k: v for k, v in answer.items() if k != "Session"}),
            "challenge-carries-a-session",
        )
    yield mutant(
        "wrong-password-names-another-error",
        "A wrong password is UserNotFoundException.",
        both(
            *(
                rows(operation, f"{flow}, wrong password", "CONFIRMED", error="UserNotFoundException")
                for operation, flow in zip(("InitiateAuth", "AdminInitiateAuth", "InitiateAuth"), FLOWS, strict=True)
            )
        ),
        "wrong-password-is-refused",
    )
    yield mutant(
        "disabled-is-another-error",
        "A disabled user's sign-in is UserNotConfirmedException.",
        _sign_in(
            lambda self, f, c, u, r: (
                None if u.enabled else _refuse(Refusal("UserNotConfirmedException", refusal.DISABLED))
            )
        ),
        "disabled-user-stays-signed-out",
    )
    yield mutant(
        "setting-enables",
        "A new password enables a disabled user.",
        around(
            Service,
            "set_password",
            lambda f: lambda self, pool, user, *rest: (f(self, pool, user, *rest), setattr(user, "enabled", True)),
        ),
        "enabled-flag-is-kept",
        "disabled-user-stays-signed-out",
    )
    yield mutant(
        "srp-ignores-the-proof",
        "Any proof is taken in SRP.",
        constant(srp, "proven", lambda *_: True),
        "wrong-password-is-refused",
    )
    yield mutant(
        "change-password-is-refused",
        "A password that an administrator has set cannot be changed by the user.",
        around(Service, "change_password", lambda _: lambda *_: _refuse()),
        "change-password-works-afterwards",
    )
    yield mutant(
        "change-password-does-nothing",
        "ChangePassword is accepted and changes nothing.",
        around(Service, "change_password", lambda _: lambda *_: {}),
        "change-password-works-afterwards",
    )
    yield mutant(
        "attributes-cannot-be-changed",
        "The user's own attributes cannot be changed once an administrator has set the password.",
        around(Service, "update_user_attributes", lambda _: lambda *_: _refuse()),
        "update-user-attributes-works-afterwards",
    )
    yield mutant(
        "attributes-change-is-lost",
        "UpdateUserAttributes is accepted and changes nothing.",
        around(Service, "update_user_attributes", lambda _: lambda *_: {}),
        "update-user-attributes-works-afterwards",
    )


def _challenge_in(flow: str, change: Any) -> Plant:
    """Change the challenge of one flow."""

    def make(f: Any) -> Any:
        def call(self: Service, operation: str, asked_flow: str, *rest: Any) -> Any:
            answer = f(self, operation, asked_flow, *rest)
            return change(answer) if asked_flow == flow and "ChallengeName" in answer else answer

        return call

    return around(Service, "sign_in", make)


# The challenge


def _challenged(change: Any) -> Plant:
    return around(
        Service, "challenged", lambda f: lambda self, client, user: change(f(self, client, user), user, self, client)
    )


def _parameters(**changes: Any) -> Plant:
    """Change the parameters of the challenge; None takes one out."""

    def change(answer: Any, *_: Any) -> Any:
        shown = {**answer["ChallengeParameters"], **changes}
        return {**answer, "ChallengeParameters": {name: value for name, value in shown.items() if value is not None}}

    return _challenged(change)


def challenges() -> Iterator[Mutant]:
    """The challenge: missing, malformed, not held to the rules, not clearing."""
    described = "challenge-parameters-describe-the-user"
    yield mutant(
        "challenge-with-tokens",
        "The challenge comes with tokens.",
        _challenged(lambda answer, user, self, client: {**answer, **self.granted(client.pool, user)}),
        "challenge-grants-no-tokens",
        "temporary-password-is-challenged",
    )
    yield mutant(
        "challenge-of-another-name",
        "The challenge is SELECT_CHALLENGE.",
        _challenged(lambda answer, *_: {**answer, "ChallengeName": "SELECT_CHALLENGE"}),
        "temporary-password-is-challenged",
        described,
    )
    yield mutant("challenge-names-nobody", "No USER_ID_FOR_SRP.", _parameters(USER_ID_FOR_SRP=None), described)
    yield mutant("challenge-names-another", "A wrong USER_ID_FOR_SRP.", _parameters(USER_ID_FOR_SRP="ada"), described)
    yield mutant(
        "challenge-requires-nothing", "No requiredAttributes.", _parameters(requiredAttributes=None), described
    )
    yield mutant(
        "challenge-requires-null", "requiredAttributes is null.", _parameters(requiredAttributes="null"), described
    )
    yield mutant(
        "challenge-without-attributes", "userAttributes is empty.", _parameters(userAttributes="{}"), described
    )
    yield mutant(
        "challenge-attributes-no-json", "userAttributes is no JSON.", _parameters(userAttributes="Ada"), described
    )
    yield mutant(
        "challenge-shows-sub",
        "userAttributes has the sub.",
        _challenged(
            lambda answer, user, *_: {
                **answer,
                "ChallengeParameters": {**answer["ChallengeParameters"], "userAttributes": json.dumps(user.attributes)},
            }
        ),
        "challenge-omits-sub",
    )
    yield mutant(
        "session-is-short",
        "The session has too few characters to be one.",
        _challenged(lambda answer, *_: {**answer, "Session": answer["Session"][:19]}),
        "challenge-carries-a-session",
    )
    for operation in RESPOND:
        name = _low(operation.replace("RespondToAuthChallenge", "-respond")).strip("-")
        yield mutant(
            f"{name}-grants-nothing",
            f"{operation} sets the password, but gives no tokens.",
            _answer(operation, lambda f, self, *rest: (f(self, *rest), {})[1]),
            "challenge-answer-grants-tokens",
            "new-password-confirms-the-user",
        )
        yield mutant(
            f"{name}-stores-nothing",
            f"{operation} gives tokens, but stores no password.",
            _answer(
                operation,
                lambda f, self, o, client, session, responses: self.granted(client.pool, self.challenges[session][1]),
            ),
            "challenge-answer-replaces-the-temporary-password",
            "challenge-answer-grants-tokens",
        )
        yield mutant(
            f"{name}-takes-any-session",
            f"{operation} takes any session.",
            _answer(
                operation,
                lambda f, self, o, client, session, responses: f(self, o, client, self._any(responses), responses),
            ),
            "challenge-session-must-be-valid",
        )
        yield mutant(
            f"{name}-ignores-the-policy",
            f"{operation} does not ask the policy.",
            around(passwords, "check_policy", lambda f, w=operation: lambda o, *rest: None if o == w else f(o, *rest)),
            "challenge-answer-is-held-to-the-policy",
        )
        yield mutant(
            f"{name}-names-another-error",
            f"{operation} refuses a weak password as InvalidParameterException.",
            around(
                passwords,
                "check_policy",
                lambda f, w=operation: (
                    lambda o, *rest: _renamed(f, "InvalidParameterException")(o, *rest) if o == w else f(o, *rest)
                ),
            ),
            "challenge-answer-is-held-to-the-policy",
        )
        yield mutant(
            f"{name}-refuses-the-same-password",
            f"{operation} refuses the temporary password as the new one.",
            around(
                Service,
                "set_password",
                lambda f, w=operation: (
                    lambda self, pool, user, o, password, row: (
                        _refuse() if o == w and password == user.password else f(self, pool, user, o, password, row)
                    )
                ),
            ),
            "challenge-answer-may-repeat-the-password",
        )
        yield mutant(
            f"{name}-brings-the-old-back",
            f"After {operation} the password from before the temporary one signs in again.",
            both(
                around(
                    Service,
                    "set_password",
                    lambda f, w=operation: (
                        lambda self, pool, user, o, password, row: (
                            f(self, pool, user, o, password, row),
                            setattr(user, "answered", o == w),
                        )
                    ),
                ),
                _any_of(lambda user: user.passwords[:1] if getattr(user, "answered", False) else []),
            ),
            "challenge-answer-keeps-the-old-password-out",
        )
        yield mutant(
            f"{name}-keeps-the-temporary",
            f"After {operation} the temporary password signs in as well.",
            both(
                around(
                    Service,
                    "set_password",
                    lambda f, w=operation: (
                        lambda self, pool, user, o, password, row: (
                            f(self, pool, user, o, password, row),
                            setattr(user, "answered", o == w),
                        )
                    ),
                ),
                _any_of(lambda user: user.passwords[-2:] if getattr(user, "answered", False) else []),
            ),
            "challenge-answer-replaces-the-temporary-password",
        )


def _renamed(f: Any, code: str) -> Any:
    def call(*arguments: Any) -> Any:
        try:
            return f(*arguments)
        except Refusal as problem:
            raise Refusal(code, problem.message) from None

    return call


def _answer(operation: str, instead: Any) -> Plant:
    """Replace what one of the two operations does with an answer to the challenge."""

    def make(f: Any) -> Any:
        def call(self: Service, asked_operation: str, *rest: Any) -> Any:
            # The session of whoever answers, for the one mutant that does not look at it.
            self._any = lambda responses: next(  # type: ignore[attr-defined]
                s for s, (c, u) in self.challenges.items() if self.find(c.pool, responses["USERNAME"]) is u
            )
            if asked_operation != operation:
                return f(self, asked_operation, *rest)
            return instead(f, self, asked_operation, *rest)

        return call

    return around(Service, "answer_challenge", make)


# Isolation


def _afterwards(change: Any) -> Plant:
    """Do something more once a password is set."""
    return around(
        Service,
        "set_password",
        lambda f: lambda self, pool, user, *rest: (f(self, pool, user, *rest), change(user)),
    )


def isolation() -> Iterator[Mutant]:
    """What else about the user changes."""
    yield mutant(
        "name-is-lost", "The name is lost.", _afterwards(lambda u: u.attributes.pop("name", "")), "attributes-are-kept"
    )
    yield mutant(
        "address-becomes-verified",
        "The user's address becomes verified.",
        _afterwards(lambda u: u.attributes.update(email_verified="true")),
        "attributes-are-kept",
    )
    yield mutant(
        "sub-is-renewed",
        "The user gets another sub.",
        _afterwards(lambda u: u.attributes.update(sub="0ada")),
        "attributes-are-kept",
    )
    yield mutant(
        "groups-are-left", "The user leaves their groups.", _afterwards(lambda u: u.groups.clear()), "groups-are-kept"
    )
    yield mutant(
        "a-group-is-joined", "The user joins a group.", _afterwards(lambda u: u.groups.append("new")), "groups-are-kept"
    )
    yield mutant(
        "setting-disables",
        "The user is disabled.",
        _afterwards(lambda u: setattr(u, "enabled", False)),
        "enabled-flag-is-kept",
    )
    yield mutant(
        "creation-date-moves",
        "The user counts as created now.",
        _afterwards(lambda u: setattr(u, "created", u.created + 1)),
        "creation-date-is-kept",
    )


# Usernames


def _found(change: Any) -> Plant:
    """Change what `find` finds: `change(find, self, pool, name)`."""
    return around(Service, "find", lambda f: lambda self, pool, name: change(f, self, pool, name))


def _no_alias(attribute: str) -> Plant:
    return around(Service, "is_alias", lambda f: lambda self, user, name: name != attribute and f(self, user, name))


def _set_only(change: Any) -> Plant:
    """Change the members of AdminSetUserPassword, once they are checked."""
    return around(Service, "admin_set_user_password", lambda f: lambda self, asked: f(self, change(self, asked)))


def _pattern(shape: str, pattern: str | None) -> Plant:
    """Hold a shape to another pattern, or to none."""
    return around(
        shapes,
        "broken_constraints",
        lambda f: (
            lambda s, value: (
                (
                    b
                    for b in f(s, value)
                    if "pattern" not in b or (pattern is not None and not shapes.matches(pattern, value))
                )
                if s.name == shape
                else f(s, value)
            )
        ),
    )


def _stricter(member: str, holds: Any) -> Plant:
    """Ask more of a member of AdminSetUserPassword; other operations take what they took."""
    return around(
        shapes,
        "violated",
        lambda f: (
            lambda shape, value, path: [
                *f(shape, value, path),
                *(
                    [f"{member} must be otherwise"]
                    if shape.name == f"{SET}Request" and not holds(value.get(member, "x"))
                    else []
                ),
            ]
        ),
    )


def _laxer(shape: str, words: str) -> Plant:
    """Drop what a shape is asked with these words."""
    return around(
        shapes,
        "broken_constraints",
        lambda f: lambda s, value: [b for b in f(s, value) if s.name != shape or words not in b],
    )


def usernames() -> Iterator[Mutant]:
    """Aliases, sub, case and the characters of a name."""
    for attribute, claim in (
        ("email", "email-alias-names-the-user"),
        ("phone_number", "phone-alias-names-the-user"),
        ("preferred_username", "preferred-username-alias-names-the-user"),
    ):
        yield mutant(f"{_low(attribute)}-is-no-alias", f"{attribute} stands for nobody.", _no_alias(attribute), claim)
    yield mutant(
        "aliases-need-no-verification",
        "An alias counts before it is verified.",
        around(Service, "is_alias", lambda _: lambda self, user, name: name in user.attributes),
        "unverified-alias-names-nobody",
    )
    yield mutant(
        "aliases-are-case-sensitive",
        "Aliases are compared as they are written, whatever the pool says.",
        _found(
            lambda f, self, pool, name: (
                (u := f(self, pool, name))
                and (
                    u
                    if name.lower() == u.username.lower() or name in self.names(pool, u) or name == u.attributes["sub"]
                    else None
                )
            )
        ),
        "aliases-ignore-case-when-configured",
    )
    yield mutant(
        "sub-names-nobody",
        "The sub reaches nobody.",
        around(Service, "sub", lambda _: lambda *_: None),
        "sub-names-the-user",
    )
    yield mutant(
        "username-attributes-need-verification",
        "The address or number that a user signed up with counts once it is verified.",
        around(
            Service,
            "names",
            lambda f: (
                lambda self, pool, user: [
                    n
                    for n in f(self, pool, user)
                    if n == user.username
                    or not pool.username_attributes
                    or "true" in (user.attributes.get("email_verified"), user.attributes.get("phone_number_verified"))
                ]
            ),
        ),
        "email-username-attribute-names-the-user",
        "phone-username-attribute-names-the-user",
    )
    for attribute, claim in (
        ("email", "email-username-attribute-names-the-user"),
        ("phone_number", "phone-username-attribute-names-the-user"),
    ):
        yield mutant(
            f"{_low(attribute)}-is-no-username",
            f"In a pool that signs up by {attribute}, AdminSetUserPassword does not know it.",
            _set_only(
                lambda self, asked, a=attribute: (
                    {**asked, "Username": "-"}
                    if a in self.pool(asked).username_attributes and ("@" in asked["Username"]) == (a == "email")
                    else asked
                )
            ),
            claim,
        )
    yield mutant(
        "case-is-always-ignored",
        "Names are compared without case in every pool.",
        around(Service, "folded", lambda _: lambda self, pool, name: name.lower()),
        "usernames-are-case-sensitive",
    )
    yield mutant(
        "case-is-never-ignored",
        "CaseSensitive false has no effect.",
        around(Service, "folded", lambda _: lambda self, pool, name: name),
        "usernames-ignore-case-when-configured",
        "aliases-ignore-case-when-configured",
    )
    yield mutant(
        "first-letter-case-is-ignored",
        "The case of the first letter of a name does not count.",
        around(Service, "folded", lambda f: lambda self, pool, name: f(self, pool, name[:1].lower() + name[1:])),
        "usernames-are-case-sensitive",
    )
    for name, intent, holds in (
        ("ascii-names-only", "A name may have ASCII characters only.", lambda v: v.isascii()),
        (
            "names-within-16-bits",
            "A name may have no character beyond 16 bits.",
            lambda v: max(v, default="") < "\U00010000",
        ),
        (
            "names-of-word-characters",
            "A name may have letters, digits and -.@_+ only.",
            lambda v: bool(re.fullmatch(r"[\w.@+-]+", v)),
        ),
        ("names-without-marks", "A name may have no combining characters.", lambda v: not regex.search(r"\p{M}", v)),
        ("names-without-symbols", "A name may have no symbols.", lambda v: not regex.search(r"\p{S}", v)),
        (
            "names-without-numbers-beyond-digits",
            "A name may have no numbers but digits.",
            lambda v: not regex.search(r"[\p{Nl}\p{No}]", v),
        ),
    ):
        yield mutant(name, intent, _stricter("Username", holds), "username-within-the-pattern-is-accepted")
    yield mutant(
        "names-up-to-127",
        "A name may have 127 characters only.",
        _stricter("Username", lambda v: len(v) < 128),
        "username-may-have-128-characters",
    )
    yield mutant(
        "names-counted-in-bytes",
        "A name may have 128 bytes.",
        _stricter("Username", lambda v: len(v.encode("utf-8", "surrogatepass")) <= 128),
        "username-may-have-128-characters",
    )
    for name, intent, pattern in (
        ("name-pattern-unchecked", "A name may have any characters.", None),
        (
            "name-pattern-searched",
            "A name needs but one character of the pattern.",
            r"(?s).*[\p{L}\p{M}\p{S}\p{N}\p{P}]+.*",
        ),
        (
            "name-may-end-in-a-line-feed",
            "A line feed may end a name, as where $ is used.",
            r"[\p{L}\p{M}\p{S}\p{N}\p{P}]+\n?",
        ),
        (
            "name-may-have-format-characters",
            "Invisible characters may stand in a name.",
            r"[\p{L}\p{M}\p{S}\p{N}\p{P}\p{Cf}]+",
        ),
        ("name-may-have-spaces", "Spaces may stand in a name.", r"[\p{L}\p{M}\p{S}\p{N}\p{P} ]+"),
        ("name-is-trimmed", "Space around a name does not count.", r"\s*[\p{L}\p{M}\p{S}\p{N}\p{P}]+\s*"),
    ):
        yield mutant(name, intent, _pattern("UsernameType", pattern), "username-outside-the-pattern-is-refused")
    yield mutant(
        "name-length-unchecked",
        "A name may be as long as you like.",
        _laxer("UsernameType", "less than or equal"),
        "username-over-128-characters-is-refused",
    )
    unknown = "unknown-user-is-not-found"
    yield mutant(
        "unknown-user-is-hidden",
        "A name that nobody has is NotAuthorizedException, as clients may be told.",
        around(
            Service, "user", lambda f: lambda self, pool, name: _renamed(f, "NotAuthorizedException")(self, pool, name)
        ),
        unknown,
        "error-body-names-the-error",
        "usernames-are-case-sensitive",
    )
    yield mutant(
        "unknown-user-is-a-missing-resource",
        "A name that nobody has is ResourceNotFoundException.",
        around(
            Service,
            "user",
            lambda f: lambda self, pool, name: _renamed(f, "ResourceNotFoundException")(self, pool, name),
        ),
        unknown,
        "unverified-alias-names-nobody",
    )
    yield mutant(
        "unknown-user-is-accepted",
        "A name that nobody has is answered with success.",
        around(
            Service,
            "admin_set_user_password",
            lambda f: lambda self, asked: f(self, asked) if self.find(self.pool(asked), asked["Username"]) else {},
        ),
        unknown,
        "refused-request-changes-nothing",
    )
    yield mutant(
        "prefix-names-the-user",
        "The beginning of what is sent is enough of a name.",
        _found(
            lambda f, self, pool, name: (
                f(self, pool, name) or next((u for u in pool.users.values() if name.startswith(u.username)), None)
            )
        ),
        unknown,
    )
    yield mutant(
        "suffix-names-the-user",
        "The end of a name is enough of it.",
        _found(
            lambda f, self, pool, name: (
                f(self, pool, name) or next((u for u in pool.users.values() if u.username.endswith(name)), None)
            )
        ),
        unknown,
    )
    yield mutant(
        "address-is-always-an-alias",
        "An address reaches its user in any pool.",
        _found(
            lambda f, self, pool, name: (
                f(self, pool, name) or next((u for u in pool.users.values() if u.attributes.get("email") == name), None)
            )
        ),
        unknown,
        "unverified-alias-names-nobody",
    )
    for kind, pattern in (
        ("digits", r"\d+"),
        ("a-uuid", r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
        ("an-address", r".+@.+"),
    ):
        yield mutant(
            f"a-name-like-{kind}-is-none",
            f"A name that looks like {kind.replace('-', ' ')} is not looked up as a name.",
            _set_only(
                lambda self, asked, p=pattern: (
                    {**asked, "Username": "-"} if re.fullmatch(p, asked["Username"]) else asked
                )
            ),
            "username-names-the-user",
        )


# Pools


def pools() -> Iterator[Mutant]:
    """The pool that is named."""
    unknown, malformed = "unknown-pool-is-not-found", "malformed-pool-id-is-refused"
    for name, code in (
        ("a-missing-user", "UserNotFoundException"),
        ("a-bad-parameter", "InvalidParameterException"),
        ("a-missing-permission", "NotAuthorizedException"),
    ):
        yield mutant(
            f"unknown-pool-is-{name}",
            f"An id that no pool has is {code}.",
            around(Service, "pool", lambda f, c=code: _renamed(f, c)),
            unknown,
            "error-body-names-the-error",
        )
    yield mutant(
        "unknown-pool-is-any-pool",
        "Where no pool has the id, whichever pool has the user is taken.",
        around(
            Service,
            "pool",
            lambda f: (
                lambda self, asked: (
                    f(self, asked)
                    if asked["UserPoolId"] in self.pools
                    else next(
                        (p for p in self.pools.values() if "Username" in asked and self.find(p, asked["Username"])),
                        None,
                    )
                    or f(self, asked)
                )
            ),
        ),
        unknown,
        "refused-request-changes-nothing",
    )
    yield mutant(
        "pool-by-prefix",
        "An id that begins with a pool's reaches that pool.",
        around(
            Service,
            "pool",
            lambda f: (
                lambda self, asked: (
                    next((p for i, p in self.pools.items() if asked["UserPoolId"].startswith(i)), None)
                    or f(self, asked)
                )
            ),
        ),
        unknown,
    )
    for name, intent, pattern in (
        ("pool-pattern-unchecked", "A malformed id is one that no pool has.", None),
        ("pool-pattern-searched", "An id needs but to contain the pattern.", r"(?s).*[\w-]+_[0-9a-zA-Z]+.*"),
        ("pool-may-end-in-a-line-feed", "A line feed may end an id, as where $ is used.", r"[\w-]+_[0-9a-zA-Z]+\n?"),
        ("pool-pattern-of-unicode", "Any letter may stand in an id.", r"[\p{L}\p{N}_-]+_[\p{L}\p{N}]+"),
        ("pool-needs-no-key", "Nothing need follow the underscore.", r"[\w-]+_[0-9a-zA-Z]*"),
        ("pool-needs-no-region", "Nothing need precede the underscore.", r"[\w-]*_[0-9a-zA-Z]+"),
        ("pool-is-trimmed", "Space around an id does not count.", r"\s*[\w-]+_[0-9a-zA-Z]+\s*"),
    ):
        yield mutant(name, intent, _pattern("UserPoolIdType", pattern), malformed)
    yield mutant(
        "pool-length-unchecked",
        "An id may be as long as you like.",
        _laxer("UserPoolIdType", "less than or equal"),
        "pool-id-over-55-characters-is-refused",
    )


# Policy


CLASSES = {"uppercase": "Uppercase", "lowercase": "Lowercase", "numbers": "Numbers", "symbols": "Symbols"}
COUNTED = {
    "uppercase": lambda p: any(c.isupper() for c in p),
    "lowercase": lambda p: any(c.islower() for c in p),
    "symbols": lambda p: any(not c.isalnum() for c in p),
}


def _rule(name: str, holds: Any) -> Plant:
    return entry(RULES, name, (holds, RULES[name][1]))


def policies() -> Iterator[Mutant]:
    """Each rule off, always on, at a wrong boundary, or not for everybody."""
    for name, word in CLASSES.items():
        holds = RULES[name][0]
        yield mutant(
            f"{name}-rule-off",
            f"Require{word} has no effect.",
            _rule(name, lambda *_: True),
            f"{name}-{'are' if name.endswith('s') else 'is'}-required",
        )
        yield mutant(
            f"{name}-always-required",
            f"Require{word} counts as true, whatever the pool says.",
            _rule(name, lambda p, policy, h=holds, w=word: h(p, {**policy, f"Require{w}": True})),
            f"{name}-may-be-unrequired",
        )
        yield mutant(
            f"{name}-rule-by-default-off",
            f"A pool without a policy does not ask for {name}.",
            around(
                passwords,
                "policy_of",
                lambda f, w=word: lambda given: {**f(given), f"Require{w}": given.get(f"Require{w}", False)},
            ),
            "default-policy-applies",
        )
        if name in COUNTED:
            yield mutant(
                f"{name}-of-any-script",
                f"Characters beyond Basic Latin count as {name}.",
                _rule(name, lambda p, policy, c=COUNTED[name], w=word: not policy[f"Require{w}"] or c(p)),
                "other-characters-count-for-nothing",
            )
    for name, intent, holds in (
        (
            "minimum-one-less",
            "One character less than MinimumLength will do.",
            lambda p, q: len(p) >= q["MinimumLength"] - 1,
        ),
        (
            "minimum-never-above-12",
            "A MinimumLength above 12 counts as 12.",
            lambda p, q: len(p) >= min(q["MinimumLength"], 12),
        ),
        ("minimum-in-bytes", "MinimumLength counts bytes.", lambda p, q: len(p.encode()) >= q["MinimumLength"]),
        ("minimum-off", "MinimumLength has no effect.", lambda p, q: True),
        ("minimum-always-6", "MinimumLength counts as 6.", lambda p, q: len(p) >= 6),
    ):
        yield mutant(name, intent, _rule("length", holds), "minimum-length-is-enforced")
    for name, intent, holds in (
        ("minimum-one-more", "MinimumLength itself is too short.", lambda p, q: len(p) > q["MinimumLength"]),
        (
            "minimum-at-least-8",
            "A MinimumLength under 8 counts as 8.",
            lambda p, q: len(p) >= max(8, q["MinimumLength"]),
        ),
        (
            "minimum-in-ascii",
            "MinimumLength counts ASCII characters only.",
            lambda p, q: len(p.encode("ascii", "ignore")) >= q["MinimumLength"],
        ),
    ):
        yield mutant(name, intent, _rule("length", holds), "minimum-length-is-enough")
    yield mutant(
        "only-99-characters",
        "A password may have less than 99 characters only.",
        _stricter("Password", lambda v: len(v) < 99),
        "minimum-length-is-enough",
        "password-may-have-256-characters",
    )
    yield mutant(
        "no-default-length",
        "A pool without a policy asks for 6 characters.",
        around(
            passwords, "policy_of", lambda f: lambda given: {**f(given), "MinimumLength": given.get("MinimumLength", 6)}
        ),
        "default-policy-applies",
    )
    for exempt in (True, False):
        word = "temporary" if exempt else "permanent"
        yield mutant(
            f"policy-exempts-{word}",
            f"A {word} password is not held to the policy.",
            around(
                Service,
                "set_password",
                lambda f, to="FORCE_CHANGE_PASSWORD" if exempt else "CONFIRMED": (
                    lambda self, pool, user, o, password, row: (
                        (self.store(pool, user, password), self.move(pool, user, row))
                        if (o, row.to) == (SET, to)
                        else f(self, pool, user, o, password, row)
                    )
                ),
            ),
            "uppercase-is-required",
            "minimum-length-is-enforced",
            "symbols-are-required",
        )
    for name, missing in (
        ("equals-plus-hyphen", "=+-"),
        ("backslash", "\\"),
        ("backtick", "`"),
        ("hyphen", "-"),
        ("quotation-mark", '"'),
    ):
        yield mutant(
            f"symbol-{name}-does-not-count",
            f"Of the listed symbols {missing} does not count.",
            constant(passwords, "SYMBOLS", passwords.SYMBOLS - set(missing)),
            "every-listed-symbol-counts",
        )
    yield mutant(
        "space-is-no-symbol",
        "A space inside counts for nothing.",
        constant(passwords, "SYMBOLS", passwords.SYMBOLS - {" "}),
        "inner-space-counts-as-a-symbol",
    )
    yield mutant(
        "spaces-are-refused",
        "No space may stand in a password, as the model's pattern can be read.",
        entry(shapes.PATTERNS, "PasswordType", r"[\S]+"),
        "inner-spaces-are-allowed",
        "inner-space-counts-as-a-symbol",
    )
    for name, intent, bound in (
        ("passwords-of-ascii-only", "A password may have ASCII characters only.", "\x80"),
        ("passwords-of-latin-1-only", "A password may have Latin-1 characters only.", "\u0100"),
        ("passwords-within-16-bits", "A password may have no character beyond 16 bits.", "\U00010000"),
    ):
        yield mutant(
            name,
            intent,
            _stricter("Password", lambda v, b=bound: max(v, default="") < b),
            "other-characters-are-allowed",
        )
    for name, intent, pattern, claims in (
        (
            "edges-unchecked",
            "White space may stand at the edges.",
            r"(?s).+",
            ("leading-space-is-refused", "trailing-space-is-refused"),
        ),
        ("leading-space-allowed", "White space may stand in front.", r"(?s).*\S", ("leading-space-is-refused",)),
        ("trailing-space-allowed", "White space may stand at the end.", r"(?s)\S.+", ("trailing-space-is-refused",)),
        (
            "only-spaces-are-white",
            "A tab at the edge is no white space.",
            r"(?s)[^ ].*[^ ]",
            ("leading-space-is-refused", "trailing-space-is-refused"),
        ),
        (
            "one-character-allowed",
            "A single character gets as far as the policy.",
            r"(?s)\S(.*\S)?",
            ("one-character-password-is-refused",),
        ),
        (
            "empty-password-allowed",
            "An empty password is accepted by the pattern.",
            r"(?s)(\S.*\S)?",
            ("empty-password-is-refused",),
        ),
    ):
        yield mutant(name, intent, entry(shapes.PATTERNS, "PasswordType", pattern), *claims)
    yield mutant(
        "empty-password-clears",
        "An empty password takes the password away.",
        both(
            entry(shapes.PATTERNS, "PasswordType", r"(?s)(\S.*\S)?"),
            around(
                passwords,
                "check_policy",
                lambda f: lambda o, password, policy: f(o, password, policy) if password else None,
            ),
        ),
        "empty-password-is-refused",
    )
    yield mutant(
        "passwords-up-to-255",
        "A password may have 255 characters only.",
        _stricter("Password", lambda v: len(v) < 256),
        "password-may-have-256-characters",
    )
    yield mutant(
        "passwords-counted-in-bytes",
        "A password may have 256 bytes.",
        _stricter("Password", lambda v: len(v.encode("utf-8", "surrogatepass")) <= 256),
        "password-may-have-256-characters",
    )
    yield mutant(
        "password-length-unchecked",
        "A password may be as long as you like.",
        _laxer("PasswordType", "less than or equal"),
        "password-over-256-characters-is-refused",
        "refused-request-changes-nothing",
    )
    yield mutant(
        "password-too-long-is-policy",
        "A password of 257 characters is InvalidPasswordException.",
        both(
            _laxer("PasswordType", "less than or equal"),
            _rule("length", lambda p, q: q["MinimumLength"] <= len(p) <= 256),
        ),
        "password-over-256-characters-is-refused",
        "parameters-are-checked-before-the-policy",
    )
    yield mutant(
        "policy-before-parameters",
        "The policy is asked before the constraints of the request.",
        around(
            shapes,
            "violated",
            lambda f: (
                lambda shape, members, path: (
                    (_policy_first(members), f(shape, members, path))[1]
                    if shape.name == "AdminSetUserPasswordRequest"
                    else f(shape, members, path)
                )
            ),
        ),
        "parameters-are-checked-before-the-policy",
    )


def _policy_first(members: Any) -> None:
    if "Password" in members:
        passwords.check_policy(SET, members["Password"], passwords.DEFAULTS)


# History


def _history(change: Any) -> Plant:
    """Change the earlier passwords, or how many of them count: `change(before, size)`."""
    return around(
        passwords, "check_history", lambda f: lambda password, before, size: f(password, *change(before, size))
    )


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
        around(passwords, "check_history", lambda f: _renamed(f, "InvalidPasswordException")),
        enforced,
        current,
    )
    yield mutant(
        "history-counts-calls",
        "Every call counts as a password, refused or not.",
        around(
            Service,
            "set_password",
            lambda f: (
                lambda self, pool, user, o, password, row: (
                    user.passwords.append("-"),
                    f(self, pool, user, o, password, row),
                )
            ),
        ),
        enforced,
        current,
    )


# Time and permission


def expiry() -> Iterator[Mutant]:
    """The clock of temporary passwords: stopped, too fast, too slow, not restarted."""
    expired, sets = "expired-temporary-password-is-refused", "pool-sets-the-validity"
    default, zero = "validity-is-seven-days-by-default", "zero-days-mean-the-default"
    yield mutant(
        "temporary-passwords-never-expire",
        "A temporary password is good for ever.",
        around(Service, "check_expiry", lambda _: lambda *_: None),
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
            around(
                Service, "check_expiry", lambda f, p=policy: lambda self, pool, user: f(self, _valid(pool, p), user)
            ),
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
                lambda f, d=days: (
                    lambda given: {
                        **f(given),
                        **(
                            {"TemporaryPasswordValidityDays": d}
                            if given.get("TemporaryPasswordValidityDays") == 0
                            else {}
                        ),
                    }
                ),
            ),
            zero,
        )
    yield mutant(
        "clock-is-not-restarted",
        "The validity counts from the first password that the user had.",
        around(
            Service,
            "store",
            lambda f: (
                lambda self, pool, user, password: (
                    since := user.since,
                    f(self, pool, user, password),
                    setattr(user, "since", since or user.since),
                )
            ),
        ),
        "administrator-revives-an-expired-user",
    )
    yield mutant(
        "expired-users-stay-out",
        "Once expired, a user stays out, whatever is set.",
        both(
            around(Service, "check_expiry", lambda f: lambda self, pool, user: _remember(f, self, pool, user)),
            _sign_in(lambda self, f, c, u, r: _refuse() if getattr(u, "expired", False) else None),
        ),
        "administrator-revives-an-expired-user",
    )
    yield mutant(
        "used-accounts-expire",
        "A password that the user chose expires as well.",
        around(
            Service,
            "granted",
            lambda f: lambda self, pool, user: (self.check_expiry(pool, user), f(self, pool, user))[1],
        ),
        "used-account-does-not-expire",
    )
    yield mutant(
        "expired-text-of-2018",
        "The text is the one that was given in 2018.",
        constant(refusal, "EXPIRED_PASSWORD", "User account has expired, it must be reset by an administrator."),
        "expired-password-message",
    )
    yield mutant(
        "expired-is-another-error",
        "An expired password is PasswordResetRequiredException.",
        around(Service, "check_expiry", lambda f: _renamed(f, "PasswordResetRequiredException")),
        expired,
        "expired-password-message",
    )


def _valid(pool: Any, change: Any) -> Any:
    days = pool.policy["TemporaryPasswordValidityDays"] + change.get("add", 0)
    days = min(change.get("most", days), max(change.get("least", days), days))
    return replace(pool, policy={**pool.policy, "TemporaryPasswordValidityDays": days})


def _remember(f: Any, self: Service, pool: Any, user: Any) -> None:
    try:
        f(self, pool, user)
    except Refusal:
        user.expired = True
        raise


def permissions() -> Iterator[Mutant]:
    """IAM policies: not evaluated, in part, or in another order."""
    required, suffices, named = "permission-is-required", "permission-suffices", "access-denial-is-named"
    elsewhere, deny = "permission-on-another-pool-does-not-count", "explicit-deny-wins"
    yield mutant(
        "policies-are-not-evaluated",
        "Whoever signs may do everything.",
        constant(callers, "authorize", lambda *_: None),
        required,
        elsewhere,
        deny,
        named,
    )
    yield mutant(
        "pools-are-not-looked-at",
        "What is allowed on one pool is allowed on all.",
        around(callers.Statement, "covers", lambda f: lambda self, action, _: f(self, action, self.resources[0])),
        elsewhere,
    )
    yield mutant(
        "actions-are-not-looked-at",
        "Whoever may do anything may do this.",
        around(callers.Statement, "covers", lambda f: lambda self, _, place: f(self, self.actions[0], place)),
        required,
        named,
    )
    yield mutant(
        "wildcards-are-taken-literally",
        "A star in a policy is a star.",
        constant(callers, "_among", lambda name, patterns: name in patterns or "*" in patterns),
        suffices,
    )
    yield mutant(
        "deny-is-ignored",
        "A denial has no effect where something allows.",
        constant(callers, "allowed", lambda effects: "Allow" in effects),
        deny,
    )
    yield mutant(
        "no-policy-suffices",
        "Only those who may do everything may do this.",
        around(
            callers,
            "authorize",
            lambda f: (
                lambda caller, *rest: f(
                    replace(caller, statements=[s for s in caller.statements if s.resources == ("*",)]), *rest
                )
            ),
        ),
        suffices,
    )
    yield mutant(
        "denial-is-not-authorized",
        "A caller without permission meets NotAuthorizedException.",
        around(callers, "authorize", lambda f: _renamed(f, "NotAuthorizedException")),
        named,
    )
    yield mutant(
        "denial-comes-too-late",
        "A caller without permission is refused after the request was carried out.",
        around(face, "execute", lambda f: lambda service, request: _denied_late(f, service, request)),
        required,
        elsewhere,
    )


def _denied_late(f: Any, service: Service, request: Any) -> Any:
    try:
        return f(service, request)
    except Refusal as problem:
        if problem.code == "AccessDeniedException":
            operation = face.dispatched(request)
            service.call(operation.name, shapes.parse(operation, request.body))
        raise


# Input


def _lenient(change: Any) -> Plant:
    """Read the body in a way of one's own, before the types are looked at."""
    return around(shapes, "typed", lambda f: lambda shape, value: f(shape, change(shape, value)))


def _document(change: Any) -> Plant:
    return around(
        shapes, "parse", lambda f: lambda operation, body: f(operation, change(body) if operation.name == SET else body)
    )


def inputs() -> Iterator[Mutant]:
    """What a request must hold."""
    missing = "missing-member-is-refused"

    def renaming(old: str, new: str) -> Plant:
        return around(
            shapes,
            "parse",
            lambda f: lambda operation, body: _renaming(f, operation, body, old, new),
        )

    yield mutant(
        "missing-is-serialization",
        "A violated constraint is SerializationException.",
        renaming("InvalidParameterException", "SerializationException"),
        missing,
        "empty-member-is-refused",
        "malformed-pool-id-is-refused",
    )
    yield mutant(
        "constraints-are-validation",
        "A violated constraint is ValidationException.",
        renaming("InvalidParameterException", "ValidationException"),
        missing,
        "null-member-is-refused",
        "error-body-names-the-error",
    )
    yield mutant(
        "malformed-is-a-parameter",
        "A body that is no JSON is InvalidParameterException.",
        renaming("SerializationException", "InvalidParameterException"),
        "malformed-json-is-refused",
    )
    yield mutant(
        "malformed-is-a-fault",
        "A body that is no JSON is InternalErrorException.",
        renaming("SerializationException", "InternalErrorException"),
        "malformed-json-is-refused",
        "wrongly-typed-member-is-refused",
        "non-object-body-is-refused",
    )
    yield mutant(
        "empty-body-is-empty-object",
        "An empty body counts as {}.",
        _document(lambda body: body or b"{}"),
        "malformed-json-is-refused",
    )
    yield mutant(
        "trailing-comma-is-allowed",
        "A comma may end an object.",
        _document(lambda body: body.replace(b",}", b"}")),
        "malformed-json-is-refused",
    )
    yield mutant(
        "truncated-body-is-completed",
        "A missing brace is put in.",
        _document(lambda body: body if body.endswith(b"}") or not body.startswith(b"{") else body + b"}"),
        "malformed-json-is-refused",
        "errors-never-repeat-the-password",
    )
    yield mutant(
        "body-is-unpacked",
        "The first object of an array is taken.",
        _document(lambda body: body[1:-1] if body.startswith(b"[{") else body),
        "non-object-body-is-refused",
    )
    yield mutant(
        "body-is-parsed-twice",
        "JSON in a JSON string is taken.",
        _document(lambda body: json.loads(body) and json.loads(body).encode() if body.startswith(b'"{') else body),
        "non-object-body-is-refused",
    )
    yield mutant(
        "no-object-is-accepted",
        "A body that is no object is accepted and ignored.",
        around(
            face,
            "execute",
            lambda f: (
                lambda service, request: (
                    {}
                    if SET in request.headers.get("x-amz-target", "")
                    and request.body[:1] not in (b"{", b"")
                    and _is_json(request.body)
                    else f(service, request)
                )
            ),
        ),
        "non-object-body-is-refused",
    )
    for member, name in (("UserPoolId", "pool"), ("Username", "username"), ("Password", "password")):
        yield mutant(
            f"missing-{name}-is-accepted",
            f"A request without {member} is accepted and ignored.",
            around(
                face,
                "execute",
                lambda f, m=member: (
                    lambda service, request: (
                        {}
                        if SET in request.headers.get("x-amz-target", "") and _lacks(request.body, m)
                        else f(service, request)
                    )
                ),
            ),
            missing,
            "null-member-is-refused",
        )
    yield mutant(
        "null-is-a-text",
        "null for a required member is accepted and ignored.",
        around(
            face,
            "execute",
            lambda f: (
                lambda service, request: (
                    {}
                    if SET in request.headers.get("x-amz-target", "") and b": null" in request.body
                    else f(service, request)
                )
            ),
        ),
        "null-member-is-refused",
    )
    for shape, name in (("UserPoolIdType", "pool"), ("UsernameType", "username")):
        yield mutant(
            f"empty-{name}-is-looked-up",
            f"An empty {name} is looked up like any other.",
            around(
                shapes,
                "broken_constraints",
                lambda f, n=shape: lambda s, value: () if s.name == n and not value else f(s, value),
            ),
            "empty-member-is-refused",
        )
    for name, intent, change in (
        (
            "numbers-become-texts",
            "A number is taken as a text.",
            lambda s, v: str(v) if s.type_name == "string" and type(v) is int else v,
        ),
        (
            "booleans-become-texts",
            "A boolean is taken as a text.",
            lambda s, v: str(v).lower() if s.type_name == "string" and type(v) is bool else v,
        ),
        (
            "texts-become-booleans",
            "The text true is taken as a boolean.",
            lambda s, v: v == "true" if s.type_name == "boolean" and isinstance(v, str) else v,
        ),
        (
            "numbers-become-booleans",
            "1 is taken as true.",
            lambda s, v: bool(v) if s.type_name == "boolean" and type(v) is int else v,
        ),
        (
            "arrays-are-unpacked",
            "The one element of an array is taken.",
            lambda s, v: v[0] if s.type_name in ("string", "boolean") and isinstance(v, list) and v else v,
        ),
        (
            "objects-are-unpacked",
            "The value of an object is taken.",
            lambda s, v: v.get("value") if s.type_name in ("string", "boolean") and isinstance(v, dict) else v,
        ),
        (
            "wrong-permanent-is-ignored",
            "A Permanent of another type counts as left out.",
            lambda s, v: False if s.type_name == "boolean" and not isinstance(v, bool) else v,
        ),
    ):
        yield mutant(name, intent, _lenient(change), "wrongly-typed-member-is-refused")


def _renaming(f: Any, operation: Any, body: bytes, old: str, new: str) -> Any:
    try:
        return f(operation, body)
    except Refusal as problem:
        if operation.name == SET and problem.code == old:
            raise Refusal(new, problem.message) from None
        raise


def _is_json(body: bytes) -> bool:
    try:
        json.loads(body)
    except ValueError:
        return False
    return True


def _lacks(body: bytes, member: str) -> bool:
    return _is_json(body) and isinstance(json.loads(body), dict) and json.loads(body).get(member) is None


# Output and errors


def _output(change: Any) -> Plant:
    """Change the answer to AdminSetUserPassword where it was accepted: `change(answer)`."""

    def make(f: Any) -> Any:
        def call(service: Service, request: callers.Request) -> Answer:
            answer: Answer = f(service, request)
            mine = request.headers.get("x-amz-target", "").endswith(f".{SET}")
            return change(answer) if mine and answer.status == 200 else answer

        return call

    return around(face, "answer", make)


def _error(change: Any, only: str = "") -> Plant:
    """Change the answer to AdminSetUserPassword where it was refused: `change(answer, document, request)`."""

    def make(f: Any) -> Any:
        def call(service: Service, request: callers.Request) -> Answer:
            answer: Answer = f(service, request)
            mine = request.headers.get("x-amz-target", "").endswith(f".{SET}")
            if not mine or answer.status == 200:
                return answer
            document = json.loads(answer.body)
            return change(answer, document, request) if only in document["__type"] else answer

        return call

    return around(face, "answer", make)


def _with(answer: Answer, *, status: int | None = None, body: Any = None, headers: Any = None) -> Answer:
    given = body if isinstance(body, bytes) else None if body is None else json.dumps(body).encode()
    kept = {**answer.headers, **(headers or {})}
    return Answer(
        status or answer.status, answer.body if given is None else given, {k: v for k, v in kept.items() if v}
    )


def outputs() -> Iterator[Mutant]:
    """The answer to what was accepted."""
    # The AWS CLI prints what the model knows of an answer, which here is nothing.
    empty = "output-is-empty"
    yield mutant(
        "output-has-a-member",
        "The answer has a member.",
        _output(lambda a: _with(a, body={"UserStatus": "CONFIRMED"})),
        empty,
        hidden_by=("cli",),
    )
    yield mutant(
        "output-repeats-the-user",
        "The answer describes the user.",
        _output(lambda a: _with(a, body={"User": {"Username": "ada"}})),
        empty,
        hidden_by=("cli",),
    )
    for status in (201, 204):
        yield mutant(
            f"success-is-{status}",
            f"Success is HTTP {status}.",
            _output(lambda a, s=status: _with(a, status=s, body=b"" if s == 204 else None)),
            "success-is-http-200",
        )
    for name, kind in (
        ("json-1-0", "application/x-amz-json-1.0"),
        ("json", "application/json"),
        ("html", "text/html; charset=utf-8"),
        ("missing", ""),
    ):
        yield mutant(
            f"success-type-{name}",
            f"Success is of content type {kind or 'none'}.",
            _output(lambda a, k=kind: _with(a, headers={"Content-Type": k})),
            "success-content-type-is-amz-json",
        )
    for name, value in (("missing", ""), ("no-uuid", "1")):
        yield mutant(
            f"success-id-{name}",
            f"Success has the request id {value or 'none'}.",
            _output(lambda a, v=value: _with(a, headers={"x-amzn-requestid": v})),
            "success-has-a-request-id",
        )


ERRORS = {
    "unknown-user": ("UserNotFoundException", 404),
    "unknown-pool": ("ResourceNotFoundException", 404),
    "bad-parameter": ("InvalidParameterException", 422),
    "bad-password": ("InvalidPasswordException", 409),
}


def errors() -> Iterator[Mutant]:
    """Each error wrong in status, body or header, or leaking a value."""
    for name, (code, status) in ERRORS.items():
        yield mutant(
            f"{name}-is-{status}",
            f"{code} is HTTP {status}.",
            _error(lambda a, d, r, s=status: _with(a, status=s), code),
            "errors-are-http-400",
        )
        yield mutant(
            f"{name}-is-a-fault",
            f"{code} is answered with HTTP 500.",
            _error(lambda a, d, r: _with(a, status=500), code),
            "errors-are-http-400",
        )
        yield mutant(
            f"{name}-in-200",
            f"{code} is in an answer of status 200.",
            _error(lambda a, d, r: _with(a, status=200), code),
            "errors-are-http-400",
        )
        yield mutant(
            f"{name}-has-a-namespace",
            f"{code} has a namespace.",
            _error(lambda a, d, r: _with(a, body={**d, "__type": f"com.amazon#{d['__type']}"}), code),
            "error-body-names-the-error",
        )
        yield mutant(
            f"{name}-has-no-message",
            f"{code} has no text.",
            _error(lambda a, d, r: _with(a, body={"__type": d["__type"]}), code),
            "error-body-has-a-message",
        )
        yield mutant(
            f"{name}-has-no-header",
            f"{code} has no x-amzn-errortype.",
            _error(lambda a, d, r: _with(a, headers={"x-amzn-errortype": ""}), code),
            "error-header-names-the-error",
        )
        yield mutant(
            f"{name}-is-html",
            f"{code} is of content type text/html.",
            _error(lambda a, d, r: _with(a, headers={"Content-Type": "text/html"}), code),
            "error-content-type-is-amz-json",
        )
        yield mutant(
            f"{name}-has-no-id",
            f"{code} has no request id.",
            _error(lambda a, d, r: _with(a, headers={"x-amzn-requestid": ""}), code),
            "error-has-a-request-id",
        )
    yield mutant(
        "bad-password-is-a-parameter",
        "A password against the policy is InvalidParameterException.",
        around(passwords, "check_policy", lambda f: _renamed(f, "InvalidParameterException")),
        "uppercase-is-required",
        "error-body-names-the-error",
    )
    yield mutant(
        "type-only-in-the-header",
        "The body has the name in `code`, not in `__type`.",
        _error(lambda a, d, r: _with(a, body={"code": d["__type"], "message": d.get("message")})),
        "error-body-names-the-error",
    )
    yield mutant(
        "message-in-capitals",
        "The text is in `Message`.",
        _error(lambda a, d, r: _with(a, body={"__type": d["__type"], "Message": d.get("message")})),
        "error-body-has-a-message",
    )
    yield mutant(
        "message-is-empty",
        "The text is empty.",
        _error(lambda a, d, r: _with(a, body={**d, "message": ""})),
        "error-body-has-a-message",
    )
    yield mutant(
        "header-names-another-error",
        "x-amzn-errortype is always ValidationException.",
        _error(lambda a, d, r: _with(a, headers={"x-amzn-errortype": "ValidationException:"})),
        "error-header-names-the-error",
    )
    yield mutant(
        "error-id-is-no-uuid",
        "The request id of a refusal is a number.",
        _error(lambda a, d, r: _with(a, headers={"x-amzn-requestid": "1"})),
        "error-has-a-request-id",
    )
    leak = "errors-never-repeat-the-password"
    for name, (code, _) in ERRORS.items():
        yield mutant(
            f"{name}-leaks",
            f"{code} repeats the request.",
            _error(lambda a, d, r: _with(a, body={**d, "request": r.body.decode()}), code),
            leak,
        )
    yield mutant(
        "serialization-leaks",
        "A body that cannot be read is repeated.",
        _error(lambda a, d, r: _with(a, body={**d, "message": r.body.decode()}), "Serialization"),
        leak,
    )
    yield mutant(
        "header-leaks",
        "A header of a refusal has the password.",
        _error(lambda a, d, r: _with(a, headers={"x-debug": r.body.decode("ascii", "ignore")})),
        leak,
    )
    yield mutant(
        "leaks-in-lower-case",
        "The password is repeated in lower case.",
        _error(lambda a, d, r: _with(a, body={**d, "request": r.body.decode().lower()})),
        leak,
    )
    yield mutant(
        "constraint-quotes-the-password",
        "The text on a constraint quotes the password.",
        around(
            shapes,
            "violated",
            lambda f: (
                lambda shape, value, path: [c.replace("Value at", f"Value '{value}' at") for c in f(shape, value, path)]
            ),
        ),
        leak,
        "password-pattern-message",
        "constraint-messages-mask-the-username",
    )


# Dispatch and authorization


def _as_if(change: Any) -> Plant:
    """Dispatch by what `change` makes of X-Amz-Target and method."""

    def make(f: Any) -> Any:
        def call(r: callers.Request) -> Any:
            method, target = change(r.method, r.headers.get("x-amz-target", ""))
            return f(callers.Request(method, r.path, {**r.headers, "x-amz-target": target}, r.body))

        return call

    return around(face, "dispatched", make)


def dispatch() -> Iterator[Mutant]:
    """Which requests are carried out at all."""
    mine = f"{face.PREFIX}{SET}"
    other = "other-target-is-not-executed"
    yield mutant(
        "target-ignores-case",
        "The operation's case does not count.",
        _as_if(lambda m, t: (m, mine if t.lower() == mine.lower() else t)),
        other,
    )
    yield mutant(
        "target-ignores-the-service",
        "The service in X-Amz-Target does not count.",
        _as_if(lambda m, t: (m, face.PREFIX + t.rpartition(".")[2])),
        other,
    )
    yield mutant(
        "target-by-prefix",
        "The beginning of X-Amz-Target will do.",
        _as_if(lambda m, t: (m, mine if t.startswith(mine) else t)),
        other,
    )
    yield mutant(
        "target-by-default",
        "A request without X-Amz-Target sets a password.",
        _as_if(lambda m, t: (m, t or mine)),
        other,
    )
    yield mutant(
        "unknown-target-succeeds",
        "An unknown operation is answered with {}.",
        around(
            face,
            "execute",
            lambda f: lambda service, r: {} if "Passwords" in r.headers.get("x-amz-target", "") else f(service, r),
        ),
        other,
    )
    for method in ("GET", "PUT"):
        yield mutant(
            f"{method.lower()}-is-executed",
            f"{method} is as good as POST.",
            _as_if(lambda m, t, w=method: ("POST" if m == w else m, t)),
            "other-method-is-not-executed",
        )


def authorization() -> Iterator[Mutant]:
    """Who may call."""
    signed = "wrong-signature-is-refused"
    root = Caller("root", "root")
    yield mutant(
        "unsigned-is-allowed",
        "A request without a signature is anybody's.",
        around(
            callers, "authenticate", lambda f: lambda r, known: f(r, known) if "authorization" in r.headers else root
        ),
        "unsigned-request-is-refused",
        "access-token-does-not-authorize",
    )
    yield mutant(
        "bearer-is-allowed",
        "A bearer token is as good as a signature.",
        around(
            callers,
            "authenticate",
            lambda f: lambda r, known: root if r.headers.get("authorization", "").startswith("Bearer") else f(r, known),
        ),
        "access-token-does-not-authorize",
    )
    yield mutant(
        "access-token-is-allowed",
        "A member AccessToken is as good as a signature.",
        around(callers, "authenticate", lambda f: lambda r, known: root if b'"AccessToken"' in r.body else f(r, known)),
        "access-token-does-not-authorize",
    )
    yield mutant(
        "signature-is-not-compared",
        "The signature is not looked at.",
        _unsigned_check(lambda wanted, given: given),
        signed,
        "wrong-signature-is-named",
        "altered-body-is-refused",
    )
    yield mutant(
        "signature-is-compared-in-part",
        "The last digit of the signature is not looked at.",
        _unsigned_check(lambda wanted, given: given if wanted[:-1] == given[:-1] else wanted),
        signed,
        "wrong-signature-is-named",
    )
    yield mutant(
        "body-is-not-signed", "The signature does not cover the body.", _body_not_signed(), "altered-body-is-refused"
    )
    yield mutant(
        "unknown-key-is-allowed",
        "A key that nobody has is somebody's.",
        around(
            callers,
            "authenticate",
            lambda f: (
                lambda r, known: (
                    f(r, known)
                    if any(key in r.headers.get("authorization", "") for key in known)
                    or "AWS4" not in r.headers.get("authorization", "")
                    else root
                )
            ),
        ),
        "unknown-access-key-is-refused",
        "unknown-access-key-is-named",
    )
    yield mutant(
        "date-is-not-checked",
        "A signature never grows old.",
        constant(callers, "check_date", lambda _: None),
        "expired-date-is-refused",
    )
    yield mutant(
        "window-of-a-day",
        "A signature is good for a day.",
        constant(callers, "WINDOW", timedelta(days=1)),
        "expired-date-is-refused",
    )
    yield mutant(
        "wrong-signature-is-access-denied",
        "A wrong signature is AccessDeniedException.",
        around(callers, "authenticate", lambda f: _recoded(f, "InvalidSignatureException", "AccessDeniedException")),
        "wrong-signature-is-named",
    )
    yield mutant(
        "unknown-key-is-a-wrong-signature",
        "A key that nobody has is InvalidSignatureException.",
        around(
            callers, "authenticate", lambda f: _recoded(f, "UnrecognizedClientException", "InvalidSignatureException")
        ),
        "unknown-access-key-is-named",
    )
    for name, code, claim in (
        ("unsigned", "MissingAuthenticationTokenException", "unsigned-request-is-refused"),
        ("wrong-signature", "InvalidSignatureException", signed),
        ("unknown-key", "UnrecognizedClientException", "unknown-access-key-is-refused"),
    ):
        yield mutant(
            f"{name}-is-a-fault",
            f"{code} is answered with HTTP 500.",
            _error(lambda a, d, r: _with(a, status=500), code),
            claim,
        )
        yield mutant(
            f"{name}-is-refused-too-late",
            f"{code} is answered after the request was carried out.",
            around(
                face,
                "authenticated",
                lambda f, c=code: lambda service, r, operation: _too_late(f, service, r, operation, c),
            ),
            claim,
        )


def _too_late(f: Any, service: Service, request: Any, operation: Any, code: str) -> Any:
    try:
        return f(service, request, operation)
    except Refusal as problem:
        if problem.code == code and operation.name == SET:
            service.call(operation.name, shapes.parse(operation, request.body))
        raise


def _unsigned_check(change: Any) -> Plant:
    return around(
        callers,
        "signature_of",
        lambda f: (
            lambda r, caller, scope, names: change(
                f(r, caller, scope, names), r.headers["authorization"].rpartition("=")[2]
            )
        ),
    )


def _body_not_signed() -> Plant:
    """Take any body: those of this operation are looked up among what the signature could have covered."""

    def make(f: Any) -> Any:
        def call(r: Any, caller: Any, scope: str, names: str) -> Any:
            given = r.headers["authorization"].rpartition("=")[2]
            signed = re.sub(rb'("Password": ")[^"]*', rb"\1Signed-0ne!", r.body)
            other = f(callers.Request(r.method, r.path, r.headers, signed), caller, scope, names)
            return given if other == given else f(r, caller, scope, names)

        return call

    return around(callers, "signature_of", make)


def _recoded(f: Any, old: str, new: str) -> Any:
    def call(*arguments: Any) -> Any:
        try:
            return f(*arguments)
        except Refusal as problem:
            raise Refusal(new if problem.code == old else problem.code, problem.message) from None

    return call


# Wording


def _text(name: str, text: str) -> Plant:
    return entry(RULES, name, (RULES[name][0], text))


def _clause(old: str, new: str) -> Plant:
    return around(shapes, "violated", lambda f: lambda *given: (clause.replace(old, new) for clause in f(*given)))


def wording() -> Iterator[Mutant]:
    """Each text otherwise."""
    rule = "policy-message-names-the-rule"
    yield mutant(
        "policy-prefix-of-sign-up",
        "The prefix is that of SignUp.",
        constant(passwords, "PREFIX", passwords.PREFIXES["SignUp"]),
        rule,
    )
    for name in RULES:
        yield mutant(
            f"{name}-text-is-general", f"The text on {name} does not name it.", _text(name, "Password is weak"), rule
        )
    yield mutant(
        "length-is-reported-last",
        "Length is the last rule that is looked at.",
        around(passwords, "check_policy", lambda f: lambda *given: _length_last(f, *given)),
        "length-is-reported-first",
    )
    yield mutant(
        "no-user-without-a-full-stop",
        "No full stop ends the text on an unknown user.",
        constant(refusal, "NO_USER", "User does not exist"),
        "unknown-user-message",
    )
    yield mutant(
        "no-pool-without-its-id",
        "The text on an unknown pool does not name it.",
        around(Service, "pool", lambda f: lambda self, asked: _retold(f, self, asked)),
        "unknown-pool-message",
    )
    yield mutant(
        "constraint-names-in-capitals",
        "The text on a constraint spells members as requests do.",
        _clause("'userPoolId'", "'UserPoolId'"),
        "missing-member-message",
        "malformed-pool-id-message",
    )
    yield mutant(
        "constraint-must-not-be-empty",
        "The text on a missing member says empty.",
        _clause("not be null", "not be empty"),
        "missing-member-message",
    )
    yield mutant(
        "pool-id-is-masked",
        "The text on a malformed id does not quote it.",
        around(
            shapes,
            "violated",
            lambda f: (
                lambda *given: (
                    re.sub("Value '.*' at 'userPoolId'", "Value at 'userPoolId'", c, flags=re.DOTALL) for c in f(*given)
                )
            ),
        ),
        "malformed-pool-id-message",
    )
    yield mutant(
        "password-pattern-of-the-model",
        "The text states the pattern that the model publishes.",
        _clause(r"^[\S]+.*[\S]+$", r"[\S]+"),
        "password-pattern-message",
    )
    yield mutant(
        "username-constraint-is-general",
        "The text on a malformed name does not state the constraint.",
        _clause("Value at 'username' failed to satisfy constraint: Member must", "Value at 'username' must"),
        "constraint-messages-mask-the-username",
    )


def _length_last(f: Any, operation: str, password: str, policy: Any) -> None:
    f(operation, password + "\u0101" * 99, policy)
    f(operation, password, policy)


def _retold(f: Any, self: Service, asked: Any) -> Any:
    try:
        return f(self, asked)
    except Refusal as problem:
        raise Refusal(problem.code, "User pool does not exist.") from None


# Federated users


def _is_federated(user: Any) -> bool:
    """Whether a user came from a provider, whatever the status is by now."""
    return bool(user.username.startswith("provider_"))


def _by_token(operation: str, instead: Any) -> Plant:
    """Replace what a federated user's own token authorizes."""

    def make(f: Any) -> Any:
        def call(self: Service, asked: Any) -> Any:
            _, user = self.bearer(asked["AccessToken"])
            return instead(user) if _is_federated(user) else f(self, asked)

        return call

    return around(Service, operation, make)


def federated() -> Iterator[Mutant]:
    """What a federated user is not given, or cannot do with the password."""
    gets, confirmed = "federated-user-may-get-a-password", "federated-user-becomes-confirmed"
    signs_in, named = "federated-user-signs-in-with-the-password", "federated-username-names-the-user"
    changes, updates = "federated-user-changes-the-password", "federated-user-updates-attributes"
    external = "EXTERNAL_PROVIDER"
    yield mutant(
        "federated-users-get-no-password",
        "No password can be set for a federated user.",
        rows(SET, PERMANENT, external, error="NotAuthorizedException"),
        gets,
    )
    for to in (external, "FORCE_CHANGE_PASSWORD"):
        yield mutant(
            f"status-wrong-permanent-from-external-provider-{_low(to)}",
            f"A federated user who is given a permanent password is in status {to}.",
            rows(SET, PERMANENT, external, to=to),
            confirmed,
        )
    yield mutant(
        "federated-password-is-not-stored",
        "A federated user's status changes, and no password is stored.",
        around(
            Service,
            "set_password",
            lambda f: (
                lambda self, pool, user, operation, password, row: (
                    self.move(pool, user, row)
                    if user.status == external
                    else f(self, pool, user, operation, password, row)
                )
            ),
        ),
        gets,
        signs_in,
        changes,
        updates,
    )
    yield mutant(
        "federated-users-sign-in-at-the-provider-only",
        "InitiateAuth refuses whoever came from a provider.",
        _sign_in(lambda self, f, c, u, r: _refuse() if _is_federated(u) and f != "ADMIN_USER_PASSWORD_AUTH" else None),
        signs_in,
    )
    yield mutant(
        "federated-users-sign-in-with-any-password",
        "Any password signs a federated user in.",
        _sign_in(lambda self, f, c, u, r: self.granted(c.pool, u) if _is_federated(u) else None),
        gets,
        signs_in,
    )
    for name, intent, instead in (
        ("refused", "is refused for a federated user", lambda user: _refuse()),
        ("ignored", "does nothing for a federated user", lambda user: {}),
    ):
        for operation, claim in (("change_password", changes), ("update_user_attributes", updates)):
            yield mutant(
                f"federated-{_low(operation)}-{name}",
                f"{operation.title().replace('_', '')} {intent}.",
                _by_token(operation, instead),
                claim,
            )
    yield mutant(
        "federated-username-is-the-subject",
        "A federated user is reached by the subject, without the provider.",
        _set_only(lambda self, asked: {**asked, "Username": asked["Username"].removeprefix("provider_")}),
        named,
        gets,
    )
    yield mutant(
        "federated-users-go-by-their-address",
        "A federated user is reached by the address.",
        around(
            Service,
            "names",
            lambda f: (
                lambda self, pool, user: [*f(self, pool, user), *(user.attributes[n] for n in pool.username_attributes)]
            ),
        ),
        "email-does-not-name-a-federated-user",
    )
    yield mutant(
        "federated-identities-are-merged",
        "An identity that has signed in before is linked.",
        rows("AdminLinkProviderForUser", "as the source", external, error=None),
        "linked-source-must-be-new",
    )


# Codes


def codes() -> Iterator[Mutant]:
    """A code that is not looked at, or does not do what it is for."""
    for operation, claim in (
        ("ConfirmSignUp", "wrong-confirmation-code-is-refused"),
        ("ConfirmForgotPassword", "wrong-password-code-is-refused"),
    ):
        yield mutant(
            f"any-code-for-{_low(xform_name(operation))}",
            f"{operation} takes any code once one was sent.",
            around(
                Service,
                "row",
                lambda f, o=operation: (
                    lambda self, asked, when, user: f(
                        self, asked, "right code" if (asked, when) == (o, "wrong code") else when, user
                    )
                ),
            ),
            claim,
        )
    for to in ("UNCONFIRMED", "FORCE_CHANGE_PASSWORD"):
        yield mutant(
            f"confirmation-code-leads-to-{_low(to)}",
            f"Who sends back the code from the sign-up is in status {to}.",
            rows("ConfirmSignUp", "right code", "UNCONFIRMED", to=to),
            "confirmation-code-confirms",
        )
    for start in ("CONFIRMED", "FORCE_CHANGE_PASSWORD"):
        yield mutant(
            f"confirmation-code-is-good-again-from-{_low(start)}",
            f"The code from the sign-up confirms a user in {start}.",
            rows("ConfirmSignUp", "right code", start, error=None, to="CONFIRMED"),
            "confirmation-is-for-unconfirmed-users",
        )
    for start in ("CONFIRMED", "RESET_REQUIRED"):
        yield mutant(
            f"password-code-leads-to-a-forced-change-from-{_low(start)}",
            f"A user in {start} who sends back the code for a forgotten password has to change the new one.",
            rows("ConfirmForgotPassword", "right code", start, to="FORCE_CHANGE_PASSWORD"),
            "password-code-sets-the-password",
        )
    yield mutant(
        "password-code-sets-no-password",
        "Who sends back the code for a forgotten password is confirmed, and keeps the old one.",
        around(
            Service,
            "set_password",
            lambda f: (
                lambda self, pool, user, operation, password, row: (
                    self.move(pool, user, row)
                    if operation == "ConfirmForgotPassword"
                    else f(self, pool, user, operation, password, row)
                )
            ),
        ),
        "password-code-sets-the-password",
    )


# Several violations


def violations() -> Iterator[Mutant]:
    """Several violations in one message, counted or listed otherwise."""
    for name, intent, pattern, instead in (
        ("count-is-one", "The message counts one violation, however many it lists.", r"^\d+ v", "1 v"),
        ("count-in-the-singular", "Several violations are an error.", "errors detected", "error detected"),
        ("first-is-listed", "Of several violations the message lists the first.", r"; .*", ""),
        ("follow-a-comma", "A comma parts the violations.", "; ", ", "),
        ("are-listed-twice", "Each violation is listed twice.", r": (.*)", r": \1; \1"),
    ):
        yield mutant(
            f"violations-{name}",
            intent,
            around(shapes, "parse", lambda f, p=pattern, i=instead: lambda *given: _reworded(f, given, p, i)),
            "several-violations-are-counted",
        )


def _reworded(f: Any, given: Any, pattern: str, instead: str) -> Any:
    try:
        return f(*given)
    except Refusal as problem:
        raise Refusal(problem.code, problem.message and re.sub(pattern, instead, problem.message, count=1)) from None


GROUPS = (
    statuses, lifecycle, stored, signing_in, challenges, isolation, usernames, pools, policies, history, expiry,
    permissions, inputs, outputs, errors, dispatch, authorization, wording, federated, codes, violations,
)  # fmt: skip


def catalogue() -> dict[str, Mutant]:
    """Every mutant by its name.

    Raises ValueError where two have one name."""
    every = [one for group in GROUPS for one in group()]
    named = {one.name: one for one in every}
    if len(named) != len(every):
        raise ValueError("two mutants have one name")
    return named
