"""Tokens: JSON Web Tokens for access and identity, an opaque one to refresh them; each is for one user, client and use.

Clients read the claims without a look at the signature, which is made with a key that nobody else has.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from conformance.reference.stored import VERIFIED, StoredClient, StoredUser

HOUR = 3600
REFRESH_SECONDS = 30 * 86400
ISSUER = "https://cognito-idp.us-east-1.amazonaws.com/"
SCOPE = "aws.cognito.signin.user.admin"


@dataclass(frozen=True)
class Grant:
    """What a token stands for: `use` is access, id or refresh, `origin` the sign-in that it comes from."""

    client: StoredClient
    user: StoredUser
    use: str
    origin: str
    expires: float


class Tokens:
    """The tokens that are in force."""

    def __init__(self) -> None:
        self._grants: dict[str, Grant] = {}
        self._key = secrets.token_bytes(32)

    def issue(self, client: StoredClient, user: StoredUser, origin: str = "") -> dict[str, Any]:
        """Issue tokens after a sign-in, or, with the `origin` of a refresh token, the ones that it gives."""
        tokens = {}
        started = origin or str(uuid.uuid4())
        for name, use in (("AccessToken", "access"), ("IdToken", "id")):
            tokens[name] = self._signed(claims(client, user, use, started))
            expires = client.pool.now + client.access_hours * HOUR
            self._grants[tokens[name]] = Grant(client, user, use, started, expires)
        if not origin:
            tokens["RefreshToken"] = secrets.token_urlsafe(96)
            expires = client.pool.now + REFRESH_SECONDS
            self._grants[tokens["RefreshToken"]] = Grant(client, user, "refresh", started, expires)
        return {**tokens, "ExpiresIn": client.access_hours * HOUR, "TokenType": "Bearer"}

    def find(self, token: str, use: str) -> Grant | None:
        """Find what a token of this use stands for; None for one that is revoked, expired, or none at all."""
        grant = self._grants.get(token)
        return grant if grant and grant.use == use and grant.client.pool.now < grant.expires else None

    def revoke(self, user: StoredUser) -> None:
        """End a user's tokens."""
        self._grants = {token: grant for token, grant in self._grants.items() if grant.user is not user}

    def revoke_origin(self, origin: str) -> None:
        """End the tokens that come from one sign-in."""
        self._grants = {token: grant for token, grant in self._grants.items() if grant.origin != origin}

    def _signed(self, content: Mapping[str, Any]) -> str:
        parts = [{"alg": "HS256", "typ": "JWT"}, content]
        text = b".".join(_encoded(json.dumps(part).encode()) for part in parts)
        return (text + b"." + _encoded(hmac.new(self._key, text, hashlib.sha256).digest())).decode()


def claims(client: StoredClient, user: StoredUser, use: str, origin: str) -> dict[str, Any]:
    """The claims of an access or identity token."""
    now = int(client.pool.now)
    common = {
        "sub": user.attributes["sub"],
        **({"cognito:groups": list(user.groups)} if user.groups else {}),
        "iss": f"{ISSUER}{client.pool.id}",
        "origin_jti": origin,
        "token_use": use,
        "auth_time": now,
        "iat": now,
        "exp": now + client.access_hours * HOUR,
        "jti": str(uuid.uuid4()),
    }
    if use == "access":
        return {**common, "client_id": client.id, "username": user.username, "scope": SCOPE}
    shown: dict[str, Any] = {**user.attributes, **{name: user.verified(name[:-9]) for name in VERIFIED}}
    shown = {name: value for name, value in shown.items() if name in user.attributes}
    return {**shown, **common, "aud": client.id, "cognito:username": user.username}


def _encoded(raw: bytes) -> bytes:
    return base64.urlsafe_b64encode(raw).rstrip(b"=")
