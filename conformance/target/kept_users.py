"""Users that a scenario left in a known state: they are kept, and lent to the scenarios that follow."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from conformance.console import printable
from conformance.verdict.journal import Exchange
from conformance.verdict.observed import NEW_PASSWORD_REQUIRED, TOKENS

if TYPE_CHECKING:
    from conformance.target.pools import User

# What a user can be asked who is kept. What gives a user another password is among it, and what enables one: a sign-in
# must follow.
_LOOKING = frozenset(
    {
        "AdminGetUser",
        "AdminListGroupsForUser",
        "GetUser",
        "ListUsers",
        "AdminInitiateAuth",
        "InitiateAuth",
        "RevokeToken",
    }
)
_MAKING_USERS = frozenset({"SignUp", "AdminCreateUser"})
_MAKING = _MAKING_USERS | {"CreateUserPool", "CreateUserPoolClient", "AdminConfirmSignUp"}
_SETTING = frozenset(
    {
        "AdminSetUserPassword",
        "ChangePassword",
        "RespondToAuthChallenge",
        "AdminRespondToAuthChallenge",
        "AdminEnableUser",
    }
)
_HARMLESS = _LOOKING | _MAKING | _SETTING
# What a user can have been brought to a status by, before the scenario began.
_ARRANGING = _HARMLESS | {
    "AdminAddUserToGroup",
    "AdminDisableUser",
    "AdminResetUserPassword",
    "AdminUpdateUserAttributes",
    "CreateGroup",
}

# The status of a user that a password lets in so far. That it is so is another claim: see KeptUsers.
_STATUSES = {TOKENS: "CONFIRMED", NEW_PASSWORD_REQUIRED: "FORCE_CHANGE_PASSWORD"}

# That of a user whose last scenario did not show the password in force: it is tried before the user is lent.
_UNKNOWN = ""

# The pool and the name of a user.
_Who = tuple[str, str]

# The scenario, what it expected of the answer to the request under test, and the answer; or what blocks it, and why.
Accusation = tuple[str, str, str]

# Cognito locks a user out after five failed sign-ins in a row; a scenario has two or three of its own.
_MOST_FAILURES = 2


@dataclass
class _Known:
    """What is known of a user in use: the password that opened last, what it led to, and after which exchange."""

    user: User
    alike: str
    since: int
    password: str = ""
    outcome: str = ""
    shown_at: int = 0


@dataclass
class KeptUsers:
    """The users that are kept, by pool, status and whatever else is special about them.

    The invariant: **nobody is accused on the evidence of a kept user, and nobody is cleared by what another scenario
    did.** A user is kept only by a scenario that is believed and sent nothing but what is harmless: one that accuses
    the target of more than a wrong answer has users that may have changed for good. The password in force is known by a
    sign-in after all that sets one; else a sign-in is made before the user is lent, and another password is set where
    that leads elsewhere. A user is lent only to a scenario that does not spell that password, and so cannot find in
    force already what it is about to set. A scenario that accuses the target with a lent user is judged again with new
    ones, and only that judgement counts (`distrusted`), unless a request for a new user was answered in the same way
    before, and broke the same claim. The lent user is kept only if the new one gave cause to say the same. So a verdict
    does not depend on what ran before."""

    lending: bool = False
    times_lent: int = 0
    # Set where a scenario is blocked whoever its user is: by a flow that cannot be trusted.
    blameless: bool = False
    _shelves: dict[tuple[str, str, str], list[User]] = field(default_factory=dict)
    _in_use: list[_Known] = field(default_factory=list)
    # How many sign-ins of each user failed since one gave tokens.
    _failures: Counter[_Who] = field(default_factory=Counter)
    _spelled: frozenset[str] = frozenset()
    # Of each user who is lent: the password, and after how many exchanges.
    _lent: dict[_Who, tuple[str, int]] = field(default_factory=dict)
    # Those of a scenario that is judged again, those of them who were lent, what was sent, and all that was said.
    _set_aside: tuple[list[_Known], set[_Who], Sequence[Exchange], object] | None = None
    _new_only: set[str] = field(default_factory=set)
    _confirmed: set[Accusation] = field(default_factory=set)

    def begin(self, spelled: Collection[str], *, lending: bool) -> None:
        """Begin a scenario whose source and parameters spell these words; without `lending` all its users are new."""
        self.lending, self._spelled, self.blameless = lending, frozenset(spelled), False
        self._in_use, self._lent = [], {}

    def forget(self) -> None:
        """Keep none of the users that are in use or were set aside."""
        self._in_use, self._set_aside = [], None

    def lend(self, pool_id: str, status: str, alike: str = "") -> User | None:
        """A kept user of this pool in this status; None if there is none.

        `alike` says what is special about the name, or the attributes, that the user must have."""
        shelf = self._shelves.get((pool_id, status, alike), []) if self.lending else []
        return self._taken(shelf, [user for user in shelf if user.password not in self._spelled])

    def spare(self, pool_id: str, alike: str = "") -> tuple[User | None, bool]:
        """A kept user who is to be brought to another status, if there is one, and whether to try the password.

        It was in force last, but nobody knows whether it is; one that the scenario spells is to be another anyway."""
        if not self.lending:
            return None, False
        shelves = [self._shelves.get((pool_id, status, alike), []) for status in (_UNKNOWN, *_STATUSES.values())]
        shelf = shelves[0] or max(shelves, key=len)
        user = self._taken(shelf, shelf)
        return user, user is not None and shelf is shelves[0] and user.password not in self._spelled

    def _taken(self, shelf: list[User], fitting: Sequence[User]) -> User | None:
        if not fitting:
            return None
        user = fitting[0]
        shelf.remove(user)
        self._lent[_who(user)] = user.password, 0
        self.times_lent += 1
        return user

    def in_use(self, user: User, exchanges: int, alike: str = "", opens: str = "") -> None:
        """Note that a scenario has this user, new or lent, after so many exchanges.

        Nothing but password, status and what `alike` says may be special about the user. What the password of one who
        is lent `opens` was shown before."""
        known = _Known(user, alike, exchanges)
        if _who(user) in self._lent:
            self._lent[_who(user)] = user.password, exchanges
            known.password, known.outcome, known.shown_at = user.password, opens, exchanges
        self._in_use.append(known)

    def signed_in(self, user: User, password: str, outcome: str, exchanges: int) -> None:
        """Note what came of a sign-in, or of answering its challenge, after so many exchanges of the scenario."""
        if outcome not in _STATUSES:
            self._failures[_who(user)] += 1
            return
        if outcome == TOKENS:
            self._failures[_who(user)] = 0
        for known in self._in_use:
            if _who(known.user) == _who(user):
                known.password, known.outcome, known.shown_at = password, outcome, exchanges

    def distrusted(self, accused: bool, exchanges: Sequence[Exchange], said: Collection[Accusation] = ()) -> bool:
        """Whether a scenario is to be judged again, with new users.

        So it is if it set the very password that the lent user had, or if it accused the target; but not if it was
        blocked whoever the user is, nor if a new user gave it cause before to say all that it `said`. What it says of
        new users is remembered."""
        if not self._lent:
            self._confirmed.update(said)
            return False
        if any(printable(had) in _passwords_set(exchanges[since:]) for had, since in self._lent.values()):
            return True
        return accused and not self.blameless and not (said and self._confirmed.issuperset(said))

    def never_again(self, scenario: str) -> None:
        """Spare a scenario that was judged twice the detour until it conforms; its verdicts are the same either way."""
        self._new_only.add(scenario)

    def lend_again(self, scenario: str) -> None:
        """Take back `never_again`: the scenario has conformed since."""
        self._new_only.discard(scenario)

    def may_borrow(self, scenario: str) -> bool:
        """Whether a scenario was not judged twice yet."""
        return scenario not in self._new_only

    def set_aside(self, exchanges: Sequence[Exchange], said: object) -> None:
        """The scenario is to be judged again; its users are kept once it has ended with the same being said."""
        self._set_aside = self._in_use, set(self._lent), exchanges, said

    def end(self, exchanges: Sequence[Exchange], said: object = None) -> None:
        """Keep the users of a scenario that is believed, if only passwords and what follows from them can have changed.

        All that it made must be in use: nobody knows what became of another. Those that were set aside are kept too,
        if this scenario said the same; which password they have is to be tried."""
        aside, self._set_aside = self._set_aside, None
        self._keep_all(self._in_use, set(self._lent), exchanges, shown=True)
        if aside and aside[-1] == said:
            self._keep_all(*aside[:-1], shown=False)

    def _keep_all(
        self, in_use: Sequence[_Known], lent: Collection[_Who], exchanges: Sequence[Exchange], *, shown: bool
    ) -> None:
        made = sum(exchange.operation in _MAKING_USERS for exchange in exchanges)
        new = [known for known in in_use if _who(known.user) not in lent]
        early = min((known.since for known in in_use), default=0)
        if made != len(new) or not all(_harmless(one, early=at < early) for at, one in enumerate(exchanges)):
            return
        for known in in_use:
            if self._failures[_who(known.user)] <= _MOST_FAILURES:
                unchanged = not any(map(_sets, exchanges[known.shown_at :]))
                self._keep(known, shown=shown and unchanged and bool(known.outcome))

    def _keep(self, known: _Known, *, shown: bool) -> None:
        """Put a user on the shelf of the status that a sign-in has `shown`, else with those who need a password."""
        status = _STATUSES[known.outcome] if shown else _UNKNOWN
        user = known.user.with_password(known.password or known.user.password)
        self._shelves.setdefault((known.user.pool.id, status, known.alike), []).append(user)


def _who(user: User) -> _Who:
    return user.pool.id, user.login


def _harmless(exchange: Exchange, *, early: bool) -> bool:
    """Whether nothing moved but a password; a note of the sign-in by SRP has no operation, and no answer.

    What is `early` brought the user to where the scenario has them."""
    noted = exchange.operation is None and not exchange.judged and not exchange.received
    return exchange.later == 0 and (
        noted or _raw(exchange) or exchange.operation in (_ARRANGING if early else _HARMLESS)
    )


def _sets(exchange: Exchange) -> bool:
    """Whether a password may be another after this."""
    return _raw(exchange) or (
        exchange.operation in _SETTING and exchange.members.get("ChallengeName") != "PASSWORD_VERIFIER"
    )


def _raw(exchange: Exchange) -> bool:
    """Whether the request under test was sent as bytes that no SDK would send."""
    return str(exchange.request.get("headers", {}).get("X-Amz-Target", "")).endswith(".AdminSetUserPassword")


def _passwords_set(exchanges: Sequence[Exchange]) -> str:
    """The new passwords in requests, one a line; of a request that was sent as bytes, the bytes."""
    found = []
    for exchange in exchanges:
        members = {**exchange.members, **exchange.members.get("ChallengeResponses", {})}
        names = ("NEW_PASSWORD", "ProposedPassword", *([] if exchange.operation in _MAKING_USERS else ["Password"]))
        found += [str(members[name]) for name in names if name in members]
        found += [str(exchange.request["body"])] if "body" in exchange.request else []
    return "\n".join(found)
