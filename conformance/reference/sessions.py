"""Sessions of unfinished sign-ins. Each belongs to one client and one user, and works once, for a limited time."""

from __future__ import annotations

import base64
import secrets
from dataclasses import dataclass

from conformance.reference import errors
from conformance.reference.errors import Refusal
from conformance.reference.srp import SrpExchange
from conformance.reference.stored import StoredClient, StoredUser


@dataclass
class Session:
    """A challenge that waits for its answer."""

    client: StoredClient
    user: StoredUser
    opened: float
    used: bool = False


class Sessions:
    """The challenges that were made, and the exchanges of SRP that have begun."""

    def __init__(self) -> None:
        self.waiting: dict[str, Session] = {}
        self._exchanges: dict[str, tuple[StoredClient, StoredUser, SrpExchange]] = {}

    def open(self, client: StoredClient, user: StoredUser) -> str:
        """Open a session for a challenge; returns its name."""
        name = base64.urlsafe_b64encode(secrets.token_bytes(48)).decode()
        self.waiting[name] = Session(client, user, client.pool.now)
        return name

    def find(self, name: str, client: StoredClient, user: StoredUser | None) -> Session:
        """Find the session of this client and user.

        Raises Refusal for one that is another's, over, used, or was never opened."""
        session = self.waiting.get(name)
        if session is None or session.client is not client or session.user is not user:
            raise Refusal("NotAuthorizedException", errors.NO_SESSION)
        if session.used:
            raise Refusal("NotAuthorizedException", errors.USED_SESSION)
        if client.pool.now - session.opened > client.session_minutes * 60:
            raise Refusal("NotAuthorizedException", errors.NO_SESSION)
        return session

    def begin(self, client: StoredClient, user: StoredUser, exchange: SrpExchange) -> None:
        """Keep an exchange of SRP until its proof comes."""
        self._exchanges[exchange.secret_block] = (client, user, exchange)

    def finish(self, secret_block: str, client: StoredClient, user: StoredUser | None) -> SrpExchange:
        """Take the exchange that this client and user began.

        Raises Refusal where there is none."""
        holder, owner, exchange = self._exchanges.pop(secret_block, (None, None, None))
        if exchange is None or holder is not client or owner is not user:
            raise Refusal("NotAuthorizedException", errors.WRONG_PASSWORD)
        return exchange
