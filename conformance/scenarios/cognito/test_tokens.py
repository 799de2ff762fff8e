"""What a token is good for: one user, one purpose, one client, and a limited time."""

import base64
import json
import uuid

import pytest

from conformance.scenarios.preconditions import require
from conformance.target.app_client import INITIATE, outcome
from conformance.target.sign_in import FLOWS, RESPOND
from conformance.verdict.observed import ACCEPTED, MISSING, NO_TOKENS, REFUSED, TOKENS, Facts, Form, Parts

pytestmark = pytest.mark.bindings("sdk")

HOUR = 1 / 24
every_flow = pytest.mark.parametrize("flow", FLOWS)
not_an_access_token = pytest.mark.parametrize("kind", ["IdToken", "RefreshToken"])
ALL_FLOWS = ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]


@pytest.fixture(autouse=True)
def binding():
    """The plain client makes every call here."""


@pytest.fixture
def session(user):
    """The user's sign-in, with its three tokens."""
    session = user.sign_in(user.password)
    require("the sign-in", session.outcome, TOKENS, by="confirmed-user-is-signed-in")
    require("its tokens", sorted(session.tokens.keys() & KINDS), sorted(KINDS), by="AdminInitiateAuth")
    return session


KINDS = {"AccessToken", "IdToken", "RefreshToken"}


def _refresh(client, token, operation="InitiateAuth"):
    return client.initiate("REFRESH_TOKEN_AUTH", {"REFRESH_TOKEN": token}, operation)


def _bearer(pool, token):
    """The user that GetUser shows for an access token."""
    shown = pool.service.arrange("GetUser", "Username", AccessToken=token)
    return Facts({"Username": shown["Username"]}, noun="whose token", operation="GetUser")


def _claims(token):
    """The claims of a JSON web token; none where it is not one."""
    try:
        payload = token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (IndexError, ValueError):
        return {}
    return claims if isinstance(claims, dict) else {}


def _claim(claims, name):
    """A claim of a token, for a comparison."""
    return Form(claims.get(name, MISSING), noun=f"claim {name}", operation="InitiateAuth")


def _owner(claims, user):
    """The claim sub in words where it is not the user's: of two ids no reader sees that they differ."""
    sub = claims.get("sub", MISSING)
    words = sub if sub in (user.sub, MISSING) else f"{sub}, which is not the user's"
    return Form(words, noun="claim sub", operation="InitiateAuth")


def _seconds(claims):
    """For how long a token says that it is valid."""
    try:
        seconds = int(claims["exp"]) - int(claims["iat"])
    except (LookupError, TypeError, ValueError):
        seconds = MISSING
    return Form(seconds, noun="exp - iat", operation="InitiateAuth")


@pytest.mark.claim("only-an-access-token-changes-the-password")
@not_an_access_token
def test_only_an_access_token_changes_the_password(user, session, kind):
    """An ID token or a refresh token in the place of the access token changes no password."""
    before = user.state
    passwords = {"PreviousPassword": user.password, "ProposedPassword": "My-0wn-one!"}

    outcome(user.pool.service, "ChangePassword", AccessToken=session.tokens[kind], **passwords)

    assert user.state == before
    put_right = outcome(user.pool.service, "ChangePassword", AccessToken=session.tokens["AccessToken"], **passwords)
    require("the access token", put_right, ACCEPTED, by="signed-in-user-changes-the-password")


@pytest.mark.claim("only-an-access-token-shows-the-user")
@not_an_access_token
def test_only_an_access_token_shows_the_user(user, session, kind):
    """An ID token or a refresh token in the place of the access token shows no user."""
    shown = outcome(user.pool.service, "GetUser", AccessToken=session.tokens[kind])

    assert shown == REFUSED
    put_right = outcome(user.pool.service, "GetUser", AccessToken=session.tokens["AccessToken"])
    require("the access token", put_right, ACCEPTED, by="GetUser")


@pytest.mark.claim("only-a-refresh-token-refreshes")
@pytest.mark.parametrize("operation", INITIATE)
@pytest.mark.parametrize("kind", ["AccessToken", "IdToken"])
def test_only_a_refresh_token_refreshes(user, session, kind, operation):
    """An access token or an ID token in the place of the refresh token grants no tokens."""
    refreshed = _refresh(user.pool.client, session.tokens[kind], operation)

    assert refreshed == NO_TOKENS
    put_right = _refresh(user.pool.client, session.tokens["RefreshToken"], operation)
    require("the refresh token", put_right.outcome, TOKENS, by="refresh-token-signs-in")


@pytest.mark.claim("refresh-token-is-of-one-client")
@pytest.mark.parametrize("place", ["another-client", "client-of-another-pool"])
def test_refresh_token_is_of_one_client(pools, user, session, place):
    """A refresh token that another client was given is refused with NotAuthorizedException."""
    pool = user.pool if place == "another-client" else pools.get(policy=None)
    other = pool.new_client(ExplicitAuthFlows=ALL_FLOWS)

    refreshed = _refresh(other, session.tokens["RefreshToken"])

    assert refreshed.outcome == "NotAuthorizedException"
    put_right = _refresh(user.pool.client, session.tokens["RefreshToken"])
    require("the client's own token", put_right.outcome, TOKENS, by="refresh-token-signs-in")


@pytest.mark.claim("tokens-are-of-the-user-who-signed-in")
@every_flow
def test_tokens_are_of_the_user_who_signed_in(pool, user, flow):
    """The access token of a sign-in shows the user who signed in, and so does that of its refreshing."""
    pool.user()
    signed_in = user.sign_in(user.password, flow)
    require("the sign-in", signed_in.outcome, TOKENS, by="confirmed-user-signs-in")

    refreshed = _refresh(pool.client, signed_in.tokens["RefreshToken"])

    assert _bearer(pool, signed_in.tokens["AccessToken"]) == {"Username": user.username}
    require("the refreshing", refreshed.outcome, TOKENS, by="refresh-token-signs-in")
    assert _bearer(pool, refreshed.tokens["AccessToken"]) == {"Username": user.username}


@pytest.mark.claim("challenge-grants-tokens-of-its-user")
@pytest.mark.parametrize("operation", RESPOND)
def test_challenge_grants_tokens_of_its_user(pool, operation):
    """The access token for an answered challenge shows the user who answered it."""
    users = [pool.user("FORCE_CHANGE_PASSWORD") for _ in range(2)]
    challenges = [user.sign_in(user.password) for user in users]

    answers = [user.answer(c, "Chosen-by-me-1!", operation) for user, c in zip(users, challenges, strict=True)]

    for user, answer in zip(users, answers, strict=True):
        require("the answer", answer.outcome, TOKENS, by="challenge-answer-grants-tokens")
        assert _bearer(pool, answer.tokens["AccessToken"]) == {"Username": user.username}


@pytest.mark.claim("access-token-names-user-and-client")
@every_flow
def test_access_token_names_user_and_client(user, flow):
    """The access token is a JSON web token with the user's sub and username, the client's id and its own use."""
    signed_in = user.sign_in(user.password, flow)
    require("the sign-in", signed_in.outcome, TOKENS, by="confirmed-user-signs-in")

    claims = _claims(signed_in.tokens["AccessToken"])

    assert _claim(claims, "token_use") == "access"
    assert _owner(claims, user) == user.sub
    assert _claim(claims, "username") == user.username
    assert _claim(claims, "client_id") == user.pool.client_id


@pytest.mark.claim("id-token-names-user-and-client")
@every_flow
def test_id_token_names_user_and_client(user, flow):
    """The ID token is a JSON web token with the user's sub and username, the client's id and its own use."""
    signed_in = user.sign_in(user.password, flow)
    require("the sign-in", signed_in.outcome, TOKENS, by="confirmed-user-signs-in")

    claims = _claims(signed_in.tokens.get("IdToken", ""))

    assert _claim(claims, "token_use") == "id"
    assert _owner(claims, user) == user.sub
    assert _claim(claims, "cognito:username") == user.username
    assert _claim(claims, "aud") == user.pool.client_id


@pytest.mark.claim("tokens-list-the-groups")
@pytest.mark.parametrize("kind", ["AccessToken", "IdToken"])
def test_tokens_list_the_groups(user, kind):
    """The group that the user is in is in cognito:groups of the token."""
    group = f"group-{uuid.uuid4().hex[:12]}"
    user.pool.service.arrange("CreateGroup", UserPoolId=user.pool.id, GroupName=group)
    user.arrange("AdminAddUserToGroup", GroupName=group)
    signed_in = user.sign_in(user.password)
    require("the sign-in", signed_in.outcome, TOKENS, by="confirmed-user-is-signed-in")

    groups = _claims(signed_in.tokens.get(kind, "")).get("cognito:groups", [])

    assert Parts(groups, "cognito:groups", "AdminInitiateAuth") == [group]


@pytest.mark.claim("access-token-is-valid-for-an-hour")
def test_access_token_is_valid_for_an_hour(pool, session, clock):
    """The access token of a client that says nothing else shows the user for an hour, and no longer."""
    token = session.tokens["AccessToken"]

    clock.after(pool, 0.9 * HOUR)

    assert outcome(pool.service, "GetUser", AccessToken=token) == ACCEPTED
    clock.after(pool, 1.1 * HOUR)
    assert outcome(pool.service, "GetUser", AccessToken=token) == REFUSED


@pytest.mark.claim("client-sets-the-validity-of-tokens")
@pytest.mark.parametrize("hours", [1, 2, 24])
def test_client_sets_the_validity_of_tokens(user, hours):
    """ExpiresIn and the access token itself say that it ends after as many hours as AccessTokenValidity has."""
    client = user.pool.new_client(ExplicitAuthFlows=ALL_FLOWS, AccessTokenValidity=hours)
    signed_in = client.sign_in(user.login, user.password, "USER_PASSWORD_AUTH")
    require("the sign-in", signed_in.outcome, TOKENS, by="confirmed-user-signs-in")

    claims = _claims(signed_in.tokens["AccessToken"])

    seconds = f"{hours * 3600}"
    assert Form(signed_in.tokens.get("ExpiresIn", MISSING), noun="ExpiresIn", operation="InitiateAuth") == seconds
    assert _seconds(claims) == seconds


@pytest.mark.claim("refreshing-gives-no-refresh-token")
@pytest.mark.parametrize("operation", INITIATE)
def test_refreshing_gives_no_refresh_token(user, session, operation):
    """Without rotation, refreshing grants an access token and an ID token, and no refresh token."""
    refreshed = _refresh(user.pool.client, session.tokens["RefreshToken"], operation)

    require("the refreshing", refreshed.outcome, TOKENS, by="refresh-token-signs-in")
    members = Parts(sorted(refreshed.tokens.keys() & KINDS), "tokens", operation=operation)
    assert members == ["AccessToken", "IdToken"]
