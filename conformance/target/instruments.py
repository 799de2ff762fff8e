"""The ways to look at a user, checked before they are trusted: each sign-in flow, AdminGetUser, ListUsers."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from conformance.errors import Blocked, Inconclusive
from conformance.target.client import ServiceError
from conformance.target.pools import SUBJECTS, Pools, User
from conformance.target.sign_in import (
    ADMIN_USER_PASSWORD_AUTH,
    FLOWS,
    OPERATIONS,
    USER_PASSWORD_AUTH,
    USER_SRP_AUTH,
    sign_in,
)
from conformance.verdict.journal import Journal
from conformance.verdict.observed import NEW_PASSWORD_REQUIRED, REFUSED, TOKENS, UNIMPLEMENTED
from conformance.verdict.reply import SignIn

# The order in which a flow is taken to look through: one request each, the last one takes two.
_PREFERRED = (ADMIN_USER_PASSWORD_AUTH, USER_PASSWORD_AUTH, USER_SRP_AUTH)

# What no flow lets in. Not the password of anybody, and within every policy.
_WRONG = "Wr0ng-for-all!"


@dataclass(frozen=True)
class Instrument:
    """One check of a way to look: what was expected and observed, and the claim that a fault breaks.

    `exchange` is what was sent and what came back. A check that could not be made has the reason as `observed`."""

    name: str
    operation: str
    flow: str | None
    passed: bool
    expected: str
    observed: str
    claim: str
    exchange: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of_json(cls, document: Mapping[str, Any]) -> Instrument:
        """The instrument that dataclasses.asdict made a document of."""
        return cls(**{**document, "exchange": tuple((sent, received) for sent, received in document["exchange"])})


class Unusable(Exception):
    """The endpoint cannot be judged at all: no pool can be made, or no flow signs anybody in."""


def check(pools: Pools, journal: Journal) -> tuple[Instrument, ...]:
    """Check every instrument with two users, and tell `pools.flows` which can be trusted.

    Raises Unusable where no pool or user can be made, or no flow gives the right password tokens."""
    try:
        pool = pools.get()
        confirmed, invited = pool.user(), pool.user("FORCE_CHANGE_PASSWORD")
    except Blocked as blocked:
        raise Unusable(str(blocked)) from None
    checks = _Checks(pools, journal)
    checks.profile(confirmed)
    for flow in FLOWS:
        checks.flow(flow, confirmed, invited)
    checks.answers(confirmed, invited)
    checks.disabled(confirmed)
    able = [flow for flow in _PREFERRED if flow in checks.able]
    if not able:
        raise Unusable(f"no flow signs a user in: {checks.summary()}")
    pools.flows.looking = min(able, key=lambda flow: (flow in pools.flows.faults, flow in pools.flows.doubts))
    return tuple(checks.made)


class _Checks:
    """The checks that were made, and the flows that let somebody in."""

    def __init__(self, pools: Pools, journal: Journal) -> None:
        self.made: list[Instrument] = []
        self.able: set[str] = set()
        self._flows = pools.flows
        self._journal = journal

    def summary(self) -> str:
        """What each flow gave for the right password."""
        return ", ".join(
            f"{check.flow} gives {check.observed}" for check in self.made if check.flow and check.expected == TOKENS
        )

    def profile(self, user: User) -> None:
        """AdminGetUser and ListUsers show the user and the status."""
        self._note("AdminGetUser", "AdminGetUser", None, "works-on-any-user", "CONFIRMED", lambda: user.status)
        claim = "list-users-shows-the-same-status"
        self._note("ListUsers", "ListUsers", None, claim, "CONFIRMED", lambda: user.listed_status)

    def flow(self, flow: str, confirmed: User, invited: User) -> None:
        """A flow gives the right password tokens, the temporary one its challenge, and refuses a wrong one."""
        questions: tuple[tuple[str, User, str, object], ...] = (
            ("a right password", confirmed, confirmed.password, TOKENS),
            ("a wrong password", confirmed, _WRONG, REFUSED),
            ("a wrong password, where a change is forced", invited, _WRONG, REFUSED),
            ("a temporary password", invited, invited.password, NEW_PASSWORD_REQUIRED),
        )
        for name, user, password, documented in questions:
            claim = SUBJECTS[documented]  # type: ignore[index]
            check = self._note(
                f"{flow}, {name}", OPERATIONS[flow], flow, claim, documented, partial(_seen, user, password, flow)
            )
            if check.passed and documented == TOKENS:
                self.able.add(flow)
            if not check.passed:
                by = claim if check.observed not in UNIMPLEMENTED else OPERATIONS[flow]
                reason = f"{name} leads to {check.observed}"
                every = documented is REFUSED and check.observed == NEW_PASSWORD_REQUIRED
                (self._flows.doubts if every else self._flows.faults).setdefault(flow, (by, reason))
                if documented is TOKENS:
                    return  # a flow that lets nobody in says nothing of who is kept out

    def answers(self, confirmed: User, invited: User) -> None:
        """Both challenges are answered with the name that they give, as real clients do."""
        if USER_SRP_AUTH in self.able:
            claim, expected = "srp-answer-takes-the-name-of-the-challenge", TOKENS
            look = partial(confirmed.prove_password, confirmed.password)
            self._note("PASSWORD_VERIFIER", "RespondToAuthChallenge", USER_SRP_AUTH, claim, expected, look)
        for flow in _PREFERRED:
            if flow in self.able and flow not in self._flows.faults:
                claim, expected = "challenge-answer-grants-tokens", TOKENS
                look = partial(_answered, invited, flow)
                self._note(NEW_PASSWORD_REQUIRED, "RespondToAuthChallenge", flow, claim, expected, look)
                return

    def disabled(self, user: User) -> None:
        """A flow lets no disabled user in. It can be trusted all the same: only scenarios about such users see it.

        Where the user cannot be disabled, the scenarios about such users will say so."""
        try:
            user.arrange("AdminDisableUser")
            if user.flags["Enabled"] == "True":
                return
        except Blocked:
            return
        for flow in self.able:
            self._note(
                f"{flow}, a disabled user",
                OPERATIONS[flow],
                flow,
                "disabled-user-stays-signed-out",
                REFUSED,
                partial(_seen, user, user.password, flow),
            )

    def _note(
        self, name: str, operation: str, flow: str | None, claim: str, documented: object, look: Callable[[], object]
    ) -> Instrument:
        first = len(self._journal.exchanges)
        try:
            seen = look()
        except Blocked as blocked:
            seen = str(blocked)
        passed = seen == documented
        if isinstance(seen, SignIn):
            operation = seen.operation
        exchange = tuple((made.sent, made.received) for made in self._journal.exchanges[first:])
        observed = self._journal.anonymous(str(seen))
        made = Instrument(name, operation, flow, passed, str(documented), observed, claim, exchange)
        self.made.append(made)
        return made


def _seen(user: User, password: str, flow: str) -> SignIn | str:
    pool = user.pool
    done = sign_in(pool.service, pool.id, pool.client_id, user.login, password, flow)
    if done == TOKENS and (stranger := owner(user, done)):
        return f"{TOKENS} of {stranger}"
    return done


def _answered(user: User, flow: str) -> SignIn:
    return user.answer(user.challenged(user.password, flow), "Chosen-by-me-1!")


def owner(user: User, done: SignIn) -> str:
    """Whose tokens came back, if they are not the user's; empty if they are, or if nobody can tell.

    A token that is a JWT says it; of any other GetUser is asked."""
    token = str(done.tokens.get("AccessToken", ""))
    name = _claimed(token)
    if name in (user.username, user.login):
        return ""
    try:
        name = str(user.pool.service.call("GetUser", AccessToken=token).get("Username", ""))
    except (ServiceError, Inconclusive):
        return ""
    return "" if name in ("", user.username, user.login) else "another user"


def _claimed(token: str) -> str:
    """The username in the payload of a JWT; empty where there is none."""
    payload = token.split(".")[1] if token.count(".") == 2 else ""
    try:
        return str(json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))["username"])
    except (ValueError, LookupError, TypeError):
        return ""
