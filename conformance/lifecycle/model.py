"""What is known of one user during a walk: one method for each event that changes it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from conformance.contract.transitions import NONE
from conformance.target.pools import Pool

# Five failures lock a user out for a while, and five changes or codes an hour are all that a user has.
MOST = 4


class Code(Enum):
    """What is known of the code for a forgotten password."""

    NONE = "none was sent"
    SENT = "one was sent, and is in force"
    UNKNOWN = "one was sent, and may be used up"


@dataclass
class Belief:
    """A user as the model has it; `password` is None where it is not known, or there is none.

    `tokens` are in force, `revoked` were ended by a global sign-out. `session` belongs to the challenge that the last
    step met. `used` counts what the service allows only so often: failures, changes, codes. `variables` are what a
    request needs and only the target knows, under the names of the printed commands."""

    pool: Pool
    name: str
    status: str = NONE
    enabled: bool = True
    password: str | None = None
    verified: bool = False
    code: Code = Code.NONE
    tokens: bool = False
    revoked: bool = False
    session: bool = False
    used: Counter[str] = field(default_factory=Counter)
    passwords: int = 0
    variables: dict[str, str] = field(default_factory=dict)

    @property
    def exists(self) -> bool:
        """Whether there is a user of this name."""
        return self.status != NONE

    def may(self, what: str) -> bool:
        """Whether the service allows another failure, change or code."""
        return self.used[what] < MOST

    def new_password(self) -> str:
        """A password that this user never had."""
        self.passwords += 1
        return f"Passw0rd-{self.passwords}!"

    # Events. Each is given what was sent, in which the new password is found.

    def nothing_else(self, _: Mapping[str, Any]) -> None:
        """The status says it all."""

    def created(self, sent: Mapping[str, Any]) -> None:
        """An administrator or a provider made the user, with a verified address."""
        self._begin_anew()
        self.verified, self.password = True, password_in(sent)

    def signed_up(self, sent: Mapping[str, Any]) -> None:
        """The user signed up, without any address."""
        self._begin_anew()
        self.verified, self.password = False, password_in(sent)

    def deleted(self, _: Mapping[str, Any]) -> None:
        """The user is gone, and with the user what belonged to it."""
        self._begin_anew()

    def password_set(self, sent: Mapping[str, Any]) -> None:
        """The user has another password; whether a code that was sent is still good is not known."""
        self.password = password_in(sent)
        if self.code is Code.SENT:
            self.code = Code.UNKNOWN

    def password_lost(self, _: Mapping[str, Any]) -> None:
        """The user has another password, which only a message tells."""
        self.password = None

    def code_taken(self, sent: Mapping[str, Any]) -> None:
        """A code that should be refused was accepted: password and code are unknown from now on."""
        self.password_lost(sent)
        self.code = Code.UNKNOWN

    def code_sent(self, _: Mapping[str, Any]) -> None:
        """A code for a new password is on its way."""
        self.code = Code.SENT

    def signed_in(self, _: Mapping[str, Any]) -> None:
        """The user has tokens."""
        self.tokens = True

    def signed_in_anew(self, sent: Mapping[str, Any]) -> None:
        """The user answered the challenge: another password, and tokens."""
        self.password_set(sent)
        self.signed_in(sent)

    def signed_out(self, _: Mapping[str, Any]) -> None:
        """Every token is revoked."""
        self.revoked = self.revoked or self.tokens
        self.tokens = False

    def let_in_again(self, _: Mapping[str, Any]) -> None:
        """The user is enabled: whether tokens from before are good again is not known."""
        self.tokens = False

    def doubted(self) -> None:
        """The target did not do what was expected: of the password and the tokens nothing is known."""
        self.password, self.tokens = None, False

    def _begin_anew(self) -> None:
        self.password, self.verified, self.code = None, False, Code.NONE
        self.tokens = self.revoked = self.session = False
        for variable in ("SIGN_UP_CODE", "CODE"):
            self.variables.pop(variable, None)


def password_in(sent: Mapping[str, Any]) -> str | None:
    """The new password that a request brings; None if it brings none."""
    members = {**sent, **sent.get("ChallengeResponses", {})}
    names = ("TemporaryPassword", "ProposedPassword", "NEW_PASSWORD", "Password")
    return next((str(members[name]) for name in names if name in members), None)
