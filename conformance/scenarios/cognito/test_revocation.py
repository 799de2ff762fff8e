"""What RevokeToken ends, and what it leaves."""

import pytest

from conformance.scenarios.preconditions import require
from conformance.target.app_client import outcome
from conformance.verdict.observed import ACCEPTED, TOKENS

pytestmark = pytest.mark.bindings("sdk")

REFUSED = "NotAuthorizedException"
ALLOWED = ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]


@pytest.fixture(autouse=True)
def binding():
    """The plain client makes every call here."""


def _sign_in(user):
    session = user.sign_in(user.password)
    require("the sign-in", session.outcome, TOKENS, by="confirmed-user-is-signed-in")
    return session.tokens


def _revoke(user, tokens):
    revoked = user.pool.client.call("RevokeToken", Token=tokens["RefreshToken"])
    require("RevokeToken", revoked, ACCEPTED, by="RevokeToken")


def _refresh(user, tokens):
    return user.pool.client.initiate("REFRESH_TOKEN_AUTH", {"REFRESH_TOKEN": tokens["RefreshToken"]}).outcome


def _shown(user, tokens):
    return outcome(user.pool.service, "GetUser", AccessToken=tokens["AccessToken"])


@pytest.mark.claim("revoked-token-refreshes-nothing")
def test_revoked_token_refreshes_nothing(user):
    """A refresh token that was revoked is refused with NotAuthorizedException."""
    tokens = _sign_in(user)
    require("the token before", _refresh(user, tokens), TOKENS, by="refresh-token-signs-in")

    _revoke(user, tokens)

    assert _refresh(user, tokens) == REFUSED


@pytest.mark.claim("revocation-ends-the-access-tokens-of-the-sign-in")
def test_revocation_ends_the_access_tokens_of_the_sign_in(user):
    """The access token that came with a revoked refresh token shows the user no more."""
    tokens = _sign_in(user)
    require("the token before", _shown(user, tokens), ACCEPTED, by="GetUser")

    _revoke(user, tokens)

    assert _shown(user, tokens) == REFUSED


@pytest.mark.claim("revocation-leaves-other-sign-ins")
def test_revocation_leaves_other_sign_ins(user):
    """The tokens of another sign-in of the same user are good after a revocation."""
    tokens, others = _sign_in(user), _sign_in(user)

    _revoke(user, tokens)

    assert _shown(user, others) == ACCEPTED
    assert _refresh(user, others) == TOKENS


@pytest.mark.claim("revocation-must-be-enabled")
def test_revocation_must_be_enabled(user):
    """With EnableTokenRevocation false, RevokeToken fails with UnsupportedOperationException."""
    client = user.pool.new_client(ExplicitAuthFlows=ALLOWED, EnableTokenRevocation=False)
    session = client.sign_in(user.login, user.password, "USER_PASSWORD_AUTH")
    require("the sign-in", session.outcome, TOKENS, by="confirmed-user-signs-in")
    _revoke(user, _sign_in(user))

    assert client.call("RevokeToken", Token=session.tokens["RefreshToken"]) == "UnsupportedOperationException"
