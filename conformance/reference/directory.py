"""Where pools and users are looked up, and how a user changes; which status leads where is in transitions.toml."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Mapping
from typing import Any

from conformance.contract import transitions
from conformance.contract.transitions import NONE, Row
from conformance.reference import errors
from conformance.reference import password_policy as passwords
from conformance.reference.attributes import given
from conformance.reference.clients import check_secret_hash
from conformance.reference.errors import Refusal, by_status
from conformance.reference.iam import Caller
from conformance.reference.stored import StoredClient, StoredPool, StoredUser
from conformance.reference.tokens import Grant, Tokens

Members = dict[str, Any]


class Directory:
    """Pools, clients and users, by the names that a request may use for them."""

    def __init__(self, callers: Mapping[str, Caller]) -> None:
        self.callers = dict(callers)
        self.pools: dict[str, StoredPool] = {}
        self.clients: dict[str, StoredClient] = {}
        self.tokens = Tokens()
        self.table = transitions.load()
        self._lock = threading.Lock()

    def pool(self, request: Members) -> StoredPool:
        """The pool that is named."""
        if request["UserPoolId"] not in self.pools:
            raise Refusal("ResourceNotFoundException", f"User pool {request['UserPoolId']} does not exist.")
        return self.pools[request["UserPoolId"]]

    def client(self, request: Members) -> StoredClient:
        """The client that is named."""
        if request["ClientId"] not in self.clients:
            raise Refusal("ResourceNotFoundException", f"User pool client {request['ClientId']} does not exist.")
        return self.clients[request["ClientId"]]

    def client_of(self, pool: StoredPool, request: Members) -> StoredClient:
        """The client that is named, which must be one of this pool's."""
        client = self.client(request)
        if client.pool is not pool:
            raise Refusal("ResourceNotFoundException", f"User pool client {client.id} does not exist.")
        return client

    def client_proven(self, request: Members) -> StoredClient:
        """The client that is named; if it has a secret, the request proves that it comes from there."""
        client = self.client(request)
        check_secret_hash(client, request.get("SecretHash"), request["Username"])
        return client

    def user(self, pool: StoredPool, name: str) -> StoredUser:
        """The user that a name reaches."""
        user = self.find(pool, name)
        if user is None:
            raise Refusal("UserNotFoundException", errors.NO_USER)
        return user

    def find(self, pool: StoredPool, name: str) -> StoredUser | None:
        """The user that a name reaches: by username, by what the pool lets stand for it, or by sub."""
        wanted = self.folded(pool, name)
        for user in pool.users.values():
            if wanted in {self.folded(pool, other) for other in self.names(pool, user)} or name == self.sub(user):
                return user
        return None

    def find_by_login(self, pool: StoredPool, name: str) -> StoredUser | None:
        """The user who signs in by a name: any that reaches the user but the `sub`."""
        user = self.find(pool, name)
        named = user is not None and self.folded(pool, name) in {self.folded(pool, n) for n in self.names(pool, user)}
        return user if named else None

    def names(self, pool: StoredPool, user: StoredUser) -> list[str]:
        """The names that a user goes by in a pool; a federated user has one only."""
        if user.status == "EXTERNAL_PROVIDER":
            return [user.username]
        by_attribute = [name for name in pool.username_attributes if name in user.attributes]
        by_alias = [name for name in pool.aliases if self.is_alias(user, name)]
        return [user.username, *(user.attributes[name] for name in (*by_attribute, *by_alias))]

    def is_alias(self, user: StoredUser, attribute: str) -> bool:
        """Whether an attribute stands for the user: an address or a number only once it is verified."""
        return attribute in user.attributes and (attribute == "preferred_username" or user.verified(attribute))

    def claim_aliases(self, pool: StoredPool, user: StoredUser, force: bool) -> None:
        """Give a new user the aliases that it brings: a verified one is of one user, and is taken away by `force`.

        Raises Refusal (AliasExistsException) where another has it."""
        for name in pool.aliases:
            holder = self.find(pool, user.attributes[name]) if self.is_alias(user, name) else None
            if holder is None:
                continue
            if not force:
                raise Refusal("AliasExistsException", f"An account with the {name} already exists.")
            holder.attributes[f"{name}_verified"] = "false"

    def sub(self, user: StoredUser) -> str:
        """The `sub`, which reaches every user."""
        return user.attributes["sub"]

    def folded(self, pool: StoredPool, name: str) -> str:
        """A name as it is compared."""
        return name if pool.case_sensitive else name.lower()

    def made(self, pool: StoredPool, name: str, request: Members, status: str = NONE) -> StoredUser:
        """A new user; where an attribute is the username, its value is not a name but an attribute."""
        sub, now = str(uuid.uuid4()), pool.now
        attributes = {"sub": sub, **given(request)}
        username = name
        if pool.username_attributes and status != "EXTERNAL_PROVIDER":
            email = "@" in name and "email" in pool.username_attributes
            attributes.setdefault("email" if email else "phone_number", name)
            username = sub
        return StoredUser(username, attributes, status, now, now)

    def shown(self, user: StoredUser) -> Members:
        """A user as administrators see one, without the attributes."""
        return {
            "Username": user.username,
            "UserStatus": user.status,
            "Enabled": user.enabled,
            "UserCreateDate": user.created,
            "UserLastModifiedDate": user.modified,
        }

    def row(self, operation: str, when: str, user: StoredUser | None) -> Row:
        """What the table says of this operation for a user of this status, or for nobody.

        Raises Refusal where it says an error. Of what it does not know, a disabled user is as an enabled one."""
        start = user.status if user else NONE
        row = self.table.find(operation, when, start, user.enabled if user else True)
        if row.claim is None:
            row = self.table.find(operation, when, start)
        if row.error and user and not row.enabled:
            raise Refusal(row.error, errors.DISABLED)
        if row.error:
            raise by_status(operation, row.error, user.username if user else "", start)
        return row

    def move(self, pool: StoredPool, user: StoredUser, row: Row) -> None:
        """Give a user the status that the table says; where it says none, the user keeps theirs. A code is used up."""
        user.status = row.to or user.status
        user.modified, user.code = pool.now, ""

    def set_password(self, pool: StoredPool, user: StoredUser, operation: str, password: str, row: Row) -> None:
        """Check a new password, store it, and move the user on; nothing has changed where a check refuses."""
        passwords.check_policy(operation, password, pool.policy)
        passwords.check_history(password, user.passwords, pool.policy["PasswordHistorySize"])
        self.store(pool, user, password)
        self.move(pool, user, row)

    def store(self, pool: StoredPool, user: StoredUser, password: str) -> None:
        """Make it the user's password, as it is; from now on the clock of a temporary one runs."""
        user.password, user.since = password, pool.now
        user.passwords.append(password)
        user.failures = 0

    def bearer(self, token: str, use: str = "access") -> Grant:
        """What a token stands for.

        Raises Refusal where it is of another use, revoked or expired, or its user has to choose another password."""
        grant = self.tokens.find(token, use)
        if grant is None:
            raise Refusal("NotAuthorizedException", errors.REFRESH_REVOKED if use == "refresh" else errors.REVOKED)
        if grant.user.status == "RESET_REQUIRED":
            raise by_status("GetUser", "PasswordResetRequiredException", grant.user.username, grant.user.status)
        return grant

    def revoke(self, user: StoredUser) -> None:
        """End a user's tokens."""
        self.tokens.revoke(user)
