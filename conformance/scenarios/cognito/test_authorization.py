"""Who may call: only someone who signs the request with IAM credentials, now, and as it is sent."""

import json
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from botocore.credentials import ReadOnlyCredentials

from conformance.verdict.observed import TOKENS

pytestmark = pytest.mark.bindings("wire")

# The example of AWS's own documentation, which nobody has.
UNKNOWN = ReadOnlyCredentials("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", None)


def _members(user):
    """The members of a request that is in order."""
    return {"UserPoolId": user.pool.id, "Username": user.username, "Password": "New-Passw0rd!", "Permanent": True}


def _turned_down(reply):
    """Whether the request was refused, by whatever error and in whatever format, and did not bring the service down."""
    return 400 <= reply.status < 500


def _unsigned(_):
    """Leave the request as it is."""


def _sign_with_another_secret(wire, request):
    """Sign with a secret that is not the access key's."""
    known = wire.endpoint.credentials
    wire.sign_as(ReadOnlyCredentials(known.access_key, "not-the-secret-of-this-key", known.token))(request)


def _sign_and_change_a_digit(wire, request):
    """Sign, then put another digit in the last place of the signature."""
    wire.sign(request)
    signed = request.headers["Authorization"]
    request.headers.replace_header("Authorization", signed[:-1] + ("1" if signed.endswith("0") else "0"))


WRONG_SIGNATURES = {"another-secret": _sign_with_another_secret, "another-digit": _sign_and_change_a_digit}

every_wrong_signature = pytest.mark.parametrize("sign", WRONG_SIGNATURES.values(), ids=WRONG_SIGNATURES)


@pytest.mark.claim("unsigned-request-is-refused")
def test_unsigned_request_is_refused(wire, user):
    """A request without a signature sets no password; with one it does."""
    before = user.state

    reply = wire.send(_members(user), authorize=_unsigned)

    assert _turned_down(reply)
    assert user.state == before
    assert wire.send(_members(user)).ok
    assert user.sign_in("New-Passw0rd!").outcome == TOKENS


@pytest.mark.claim("wrong-signature-is-refused")
@every_wrong_signature
def test_wrong_signature_is_refused(wire, user, sign):
    """A request with a wrong signature sets no password; with the right one it does."""
    before = user.state

    reply = wire.send(_members(user), authorize=partial(sign, wire))

    assert _turned_down(reply)
    assert user.state == before
    assert wire.send(_members(user)).ok
    assert user.sign_in("New-Passw0rd!").outcome == TOKENS


@pytest.mark.claim("wrong-signature-is-named")
@every_wrong_signature
def test_wrong_signature_is_named(wire, user, sign):
    """A wrong signature is refused with InvalidSignatureException; the right one is accepted."""
    before = user.state

    reply = wire.send(_members(user), authorize=partial(sign, wire))

    assert reply.error == "InvalidSignatureException"
    assert user.state == before
    assert wire.send(_members(user)).ok
    assert user.sign_in("New-Passw0rd!").outcome == TOKENS


@pytest.mark.claim("unknown-access-key-is-refused")
def test_unknown_access_key_is_refused(wire, user):
    """A request signed with an access key that nobody has sets no password; with the caller's own it does."""
    before = user.state

    reply = wire.send(_members(user), authorize=wire.sign_as(UNKNOWN))

    assert _turned_down(reply)
    assert user.state == before
    assert wire.send(_members(user)).ok
    assert user.sign_in("New-Passw0rd!").outcome == TOKENS


@pytest.mark.claim("unknown-access-key-is-named")
def test_unknown_access_key_is_named(wire, user):
    """An access key that nobody has is refused with UnrecognizedClientException; the caller's own is accepted."""
    before = user.state

    reply = wire.send(_members(user), authorize=wire.sign_as(UNKNOWN))

    assert reply.error == "UnrecognizedClientException"
    assert user.state == before
    assert wire.send(_members(user)).ok
    assert user.sign_in("New-Passw0rd!").outcome == TOKENS


@pytest.mark.claim("access-token-does-not-authorize")
@pytest.mark.parametrize("place", ["header", "body"])
def test_access_token_does_not_authorize(wire, user, place):
    """The user's own access token, in the place of a signature, sets no password; a signature does."""
    session = user.sign_in(user.password)
    assert session.outcome == TOKENS
    token = session.tokens["AccessToken"]
    before = user.state

    def bear(request):
        request.headers["Authorization"] = f"Bearer {token}"

    if place == "header":
        reply = wire.send(_members(user), authorize=bear)
    else:
        reply = wire.send(_members(user) | {"AccessToken": token}, authorize=_unsigned)

    assert _turned_down(reply)
    assert user.state == before
    assert wire.send(_members(user)).ok
    assert user.sign_in("New-Passw0rd!").outcome == TOKENS


@pytest.mark.claim("expired-date-is-refused")
def test_expired_date_is_refused(wire, user):
    """A request that was signed an hour ago sets no password; one signed now does."""
    before = user.state

    reply = wire.send(_members(user), authorize=wire.sign_at(datetime.now(UTC) - timedelta(hours=1)))

    assert _turned_down(reply)
    assert user.state == before
    assert wire.send(_members(user)).ok
    assert user.sign_in("New-Passw0rd!").outcome == TOKENS


@pytest.mark.claim("altered-body-is-refused")
def test_altered_body_is_refused(wire, user):
    """A request with another password than was signed sets neither; signed as it is sent, it sets its own."""
    signed = json.dumps(_members(user) | {"Password": "Signed-0ne!"}).encode()
    before = user.state

    def sign_another_body(request):
        sent, request.data = request.data, signed
        wire.sign(request)
        request.data = sent

    reply = wire.send(_members(user), authorize=sign_another_body)

    assert _turned_down(reply)
    assert user.state == before
    assert wire.send(_members(user)).ok
    assert user.sign_in("New-Passw0rd!").outcome == TOKENS
