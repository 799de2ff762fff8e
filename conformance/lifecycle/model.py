"""What is known of one user during a walk."""

from __future__ import annotations

from dataclasses import dataclass, field

from conformance.contract.transitions import NONE
from conformance.target.pools import Pool

# Five failures lock a user out for a while, and five changes an hour are all that a user has.
MOST_FAILURES = 4
MOST_CHANGES = 4
MOST_CODES = 4


@dataclass
class Belief:
    """A user as the model has it; `password`, `code` and tokens are None where they are not known or not there."""

    pool: Pool
    name: str
    status: str = NONE
    enabled: bool = True
    password: str | None = None
    verified: bool = False
    code_sent: bool | None = False
    signed_in: bool = False
    revoked: bool = False  # there is an access token that was revoked
    signed_out: bool = False  # and a refresh token
    session: bool = False
    failures: int = 0
    changes: int = 0
    codes: int = 0
    passwords: int = 0
    variables: dict[str, str] = field(default_factory=dict)

    def new_password(self) -> str:
        """A password that this user never had."""
        self.passwords += 1
        return f"Passw0rd-{self.passwords}!"
