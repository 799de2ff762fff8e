"""Faults in tokens: of another kind, another client, another user, for another time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from conformance.mutants.mutant import Call, Plant, around, mutant
from conformance.reference import tokens
from conformance.reference.authentication import Authentication
from conformance.reference.directory import Members
from conformance.reference.errors import Refusal
from conformance.reference.service import CognitoSpec
from conformance.reference.stored import StoredClient, StoredUser
from conformance.reference.tokens import Grant, Tokens

CHANGES, SHOWS = "only-an-access-token-changes-the-password", "only-an-access-token-shows-the-user"
REFRESHES, CLIENT = "only-a-refresh-token-refreshes", "refresh-token-is-of-one-client"
OWNER, ANSWERER = "tokens-are-of-the-user-who-signed-in", "challenge-grants-tokens-of-its-user"


def _accepting(*uses: str) -> Plant:
    """Take tokens of these uses wherever a token is asked for."""

    @around(Tokens, "find")
    def plant(real: Call, self: Tokens, token: str, use: str) -> Grant | None:
        found: Grant | None = real(self, token, use)
        return found or next(filter(None, (real(self, token, other) for other in uses)), None)

    return plant


mutant("any-token-will-do", "Only whether the service issued a token is looked at.", CHANGES, SHOWS, REFRESHES)(
    _accepting("access", "id", "refresh")
)
mutant("id-token-is-an-access-token", "An ID token does as an access token.", CHANGES, SHOWS, also=(REFRESHES,))(
    _accepting("id")
)
mutant("access-token-refreshes", "An access token does as a refresh token.", REFRESHES)(_accepting("access"))


@mutant("refresh-token-is-of-every-client", "A refresh token works at any client.", CLIENT)
@around(Authentication, "refresh")
def of_every_client(real: Call, self: CognitoSpec, _: StoredClient, parameters: Members) -> Any:
    return real(self, self.bearer(parameters["REFRESH_TOKEN"], "refresh").client, parameters)


@mutant("refresh-token-is-of-the-pool", "A refresh token works at any client of its pool.", CLIENT)
@around(Authentication, "refresh")
def of_the_pool(real: Call, self: CognitoSpec, client: StoredClient, parameters: Members) -> Any:
    grant = self.bearer(parameters["REFRESH_TOKEN"], "refresh")
    return real(self, grant.client if grant.client.pool is client.pool else client, parameters)


def _first(client: StoredClient, user: StoredUser) -> StoredUser:
    """The first user of the pool who is not this one, if there are two others: a run begins by signing two users in."""
    others = [other for other in client.pool.users.values() if other is not user]
    return others[0] if len(others) > 1 else user


@mutant(
    "tokens-are-of-another-user",
    "A sign-in gives the tokens of another user of the pool.",
    OWNER,
    ANSWERER,
    also=(
        "access-token-names-user-and-client",
        "id-token-names-user-and-client",
        "tokens-list-the-groups",
        # Whoever signs in holds a token that changes somebody else.
        "change-password-works-afterwards",
        "update-user-attributes-works-afterwards",
        "federated-user-changes-the-password",
        "federated-user-updates-attributes",
    ),
)
@around(Tokens, "issue")
def of_another(real: Call, self: Tokens, client: StoredClient, user: StoredUser, *rest: Any) -> Any:
    return real(self, client, _first(client, user), *rest)


@mutant("refreshing-gives-anothers-tokens", "A refresh token gives the tokens of another user of the pool.", OWNER)
@around(Tokens, "issue")
def refreshed_for_another(
    real: Call, self: Tokens, client: StoredClient, user: StoredUser, origin: str = ""
) -> dict[str, Any]:
    issued: dict[str, Any] = real(self, client, _first(client, user) if origin else user, origin)
    return issued


@mutant("last-answer-gives-the-tokens", "An answered challenge gives the tokens of the newest user.", ANSWERER)
@around(Authentication, "answer_challenge")
def of_the_newest(real: Call, self: CognitoSpec, operation: str, client: StoredClient, *rest: Any) -> Members:
    real(self, operation, client, *rest)
    return self.granted(client, list(client.pool.users.values())[-1])


def _claiming(use: str, **changes: Any) -> Plant:
    """Issue tokens of a use with other claims; None leaves one out."""

    @around(tokens, "claims")
    def plant(real: Call, client: StoredClient, user: StoredUser, asked: str, origin: str) -> dict[str, Any]:
        said: dict[str, Any] = real(client, user, asked, origin)
        changed = {**said, **changes} if asked == use else said
        return {name: value for name, value in changed.items() if value is not None}

    return plant


for _use, _name, _client in (("access", "username", "client_id"), ("id", "cognito:username", "aud")):
    _claim = f"{_use}-token-names-user-and-client"
    for _fault, _intent, _changes in (
        ("names-no-user", "does not say whose it is", {_name: None}),
        ("names-another-sub", "has another sub", {"sub": "nobody"}),
        ("names-no-client", "does not say for which client it is", {_client: None}),
        ("has-another-use", "says that it is for something else", {"token_use": "other"}),
    ):
        mutant(f"{_use}-token-{_fault}", f"The {_use} token {_intent}.", _claim)(_claiming(_use, **_changes))

    mutant(f"{_use}-token-names-no-groups", f"The {_use} token has no cognito:groups.", "tokens-list-the-groups")(
        _claiming(_use, **{"cognito:groups": None})
    )


@mutant("tokens-list-every-group", "Tokens have a group that the user is not in.", "tokens-list-the-groups")
@around(tokens, "claims")
def every_group(real: Call, client: StoredClient, user: StoredUser, use: str, origin: str) -> dict[str, Any]:
    said: dict[str, Any] = real(client, user, use, origin)
    return {**said, "cognito:groups": [*said.get("cognito:groups", []), "administrators"]}


def _issued(change: Callable[[dict[str, Any]], dict[str, Any]]) -> Plant:
    """Change what a sign-in gives."""

    @around(Tokens, "issue")
    def plant(real: Call, *given: Any) -> dict[str, Any]:
        return change(real(*given))

    return plant


def _without_dots(member: str) -> Plant:
    """Write a token without dots; it is good all the same."""

    @around(Tokens, "issue")
    def plant(real: Call, self: Tokens, *rest: Any) -> dict[str, Any]:
        issued: dict[str, Any] = real(self, *rest)
        token = issued[member].replace(".", "-")
        self._grants[token] = self._grants.pop(issued[member])
        return {**issued, member: token}

    return plant


for _use, _member in (("access", "AccessToken"), ("id", "IdToken")):
    mutant(
        f"{_use}-token-is-no-jwt",
        f"The {_use} token is not a JSON web token.",
        f"{_use}-token-names-user-and-client",
        also=("client-sets-the-validity-of-tokens",) if _use == "access" else (),
    )(_without_dots(_member))


@mutant(
    "access-token-never-expires",
    "An access token is good until it is revoked.",
    "access-token-is-valid-for-an-hour",
)
@around(Tokens, "find")
def never_expires(real: Call, self: Tokens, token: str, use: str) -> Grant | None:
    grant = self._grants.get(token)
    if grant is not None:
        self._grants[token] = replace(grant, expires=grant.client.pool.now + 1)
    found: Grant | None = real(self, token, use)
    return found


@mutant(
    "access-token-ends-at-once",
    "An access token is good for half an hour.",
    "access-token-is-valid-for-an-hour",
)
@around(Tokens, "find")
def ends_early(real: Call, self: Tokens, token: str, use: str) -> Grant | None:
    found: Grant | None = real(self, token, use)
    early = found is not None and found.use == "access" and found.client.pool.now > found.expires - 1800
    return None if early else found


mutant(
    "access-token-validity-is-fixed",
    "Every answer says that the access token is good for an hour.",
    "client-sets-the-validity-of-tokens",
)(_issued(lambda issued: {**issued, "ExpiresIn": 3600}))
mutant(
    "access-token-says-another-end",
    "The access token says that it ends after an hour, whatever the client asks for.",
    "client-sets-the-validity-of-tokens",
)(_claiming("access", exp=3600))


@mutant(
    "refreshing-gives-a-refresh-token",
    "A refresh token gives another refresh token, too.",
    "refreshing-gives-no-refresh-token",
)
@around(Tokens, "issue")
def rotates(real: Call, self: Tokens, client: StoredClient, user: StoredUser, origin: str = "") -> dict[str, Any]:
    issued: dict[str, Any] = real(self, client, user, origin)
    return {**real(self, client, user), **issued}


@mutant(
    "refreshing-gives-no-id-token", "A refresh token gives an access token alone.", "refreshing-gives-no-refresh-token"
)
@around(Tokens, "issue")
def gives_no_id(real: Call, self: Tokens, client: StoredClient, user: StoredUser, origin: str = "") -> dict[str, Any]:
    issued: dict[str, Any] = real(self, client, user, origin)
    return {name: value for name, value in issued.items() if not origin or name != "IdToken"}


# Revocation

ENDED, ACCESS, OTHERS = (
    "revoked-token-refreshes-nothing",
    "revocation-ends-the-access-tokens-of-the-sign-in",
    "revocation-leaves-other-sign-ins",
)
ENABLED = "revocation-must-be-enabled"


@mutant("revocation-does-nothing", "RevokeToken is accepted and ends nothing.", ENDED, ACCESS)
@around(Tokens, "revoke_origin")
def ends_nothing(*_: Any) -> None:
    """End nothing."""


def _ending(use: str) -> Plant:
    """End the tokens of one use alone."""

    @around(Tokens, "revoke_origin")
    def plant(_: Call, self: Tokens, origin: str) -> None:
        self._grants = {t: grant for t, grant in self._grants.items() if (grant.origin, grant.use) != (origin, use)}

    return plant


mutant("revocation-spares-access-tokens", "RevokeToken ends the refresh token alone.", ACCESS)(_ending("refresh"))
mutant("revocation-spares-the-refresh-token", "RevokeToken ends the access tokens alone.", ENDED)(_ending("access"))


@mutant("revocation-signs-the-user-out", "RevokeToken ends every sign-in of the user.", OTHERS)
@around(CognitoSpec, "revoke_token")
def signs_out(real: Call, self: CognitoSpec, asked: Members) -> Any:
    grant = self.tokens.find(asked["Token"], "refresh")
    if grant is not None:
        self.tokens.revoke(grant.user)
    return real(self, asked)


@mutant("revocation-ends-refresh-tokens-of-the-user", "RevokeToken ends all refresh tokens of the user.", OTHERS)
@around(CognitoSpec, "revoke_token")
def ends_all_refresh_tokens(real: Call, self: CognitoSpec, asked: Members) -> Any:
    held = self.tokens.find(asked["Token"], "refresh")
    answer = real(self, asked)
    self.tokens._grants = {
        token: grant
        for token, grant in self.tokens._grants.items()
        if held is None or grant.user is not held.user or grant.use != "refresh"
    }
    return answer


@mutant("revocation-is-always-enabled", "EnableTokenRevocation has no effect.", ENABLED)
@around(CognitoSpec, "create_user_pool_client")
def always_enabled(real: Call, self: CognitoSpec, asked: Members) -> Any:
    return real(self, {**asked, "EnableTokenRevocation": True})


@mutant("revocation-disabled-is-unauthorized", "A client without revocation is UnauthorizedException.", ENABLED)
@around(CognitoSpec, "revoke_token")
def is_unauthorized(real: Call, self: CognitoSpec, asked: Members) -> Any:
    try:
        return real(self, asked)
    except Refusal as problem:
        raise Refusal("UnauthorizedException", problem.message) from None
