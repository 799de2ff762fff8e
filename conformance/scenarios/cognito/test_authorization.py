"""Who may call: only someone who signs the request with IAM credentials, now, and as it is sent."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from botocore.credentials import ReadOnlyCredentials

from conformance.errors import Blocked
from conformance.scenarios.refusals import refusal
from conformance.scenarios.requests import members_for
from conformance.verdict.observed import REFUSED, TOKENS

pytestmark = pytest.mark.bindings("wire")

# The example of AWS's own documentation, which nobody has.
UNKNOWN = ReadOnlyCredentials("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", None)


@pytest.fixture
def authorized_by(wire, user):
    """Send the request in order, authorized by what this function does to it, and then signed as it should be."""

    def call(authorize, **others):
        return refusal(
            user,
            lambda: wire.send(members_for(user, **others), authorize=authorize),
            lambda: wire.send(members_for(user)),
        )

    return call


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
def test_unsigned_request_is_refused(authorized_by):
    """A request without a signature is refused."""
    reply = authorized_by(_unsigned)

    assert reply == REFUSED


@pytest.mark.claim("wrong-signature-is-refused")
@every_wrong_signature
def test_wrong_signature_is_refused(wire, authorized_by, sign):
    """A request with a wrong signature is refused."""
    reply = authorized_by(lambda request: sign(wire, request))

    assert reply == REFUSED


@pytest.mark.claim("wrong-signature-is-named")
@every_wrong_signature
def test_wrong_signature_is_named(wire, authorized_by, sign):
    """A wrong signature is refused with InvalidSignatureException."""
    reply = authorized_by(lambda request: sign(wire, request))

    assert reply.error == "InvalidSignatureException"


@pytest.mark.claim("unknown-access-key-is-refused")
def test_unknown_access_key_is_refused(wire, authorized_by):
    """A request signed with an access key that nobody has is refused."""
    reply = authorized_by(wire.sign_as(UNKNOWN))

    assert reply == REFUSED


@pytest.mark.claim("unknown-access-key-is-named")
def test_unknown_access_key_is_named(wire, authorized_by):
    """An access key that nobody has is refused with UnrecognizedClientException."""
    reply = authorized_by(wire.sign_as(UNKNOWN))

    assert reply.error == "UnrecognizedClientException"


@pytest.mark.claim("access-token-does-not-authorize")
@pytest.mark.parametrize("place", ["header", "body"])
def test_access_token_does_not_authorize(user, authorized_by, place):
    """The user's own access token, in the place of a signature, is refused."""
    session = user.sign_in(user.password)
    if session != TOKENS:
        raise Blocked(f"the user could not sign in: {session}", "permanent-password-signs-in")
    token = session.tokens["AccessToken"]

    def bear(request):
        request.headers["Authorization"] = f"Bearer {token}"

    reply = authorized_by(bear) if place == "header" else authorized_by(_unsigned, AccessToken=token)

    assert reply == REFUSED


@pytest.mark.claim("expired-date-is-refused")
def test_expired_date_is_refused(wire, authorized_by):
    """A request that was signed an hour ago is refused."""
    reply = authorized_by(wire.sign_at(datetime.now(UTC) - timedelta(hours=1)))

    assert reply == REFUSED


@pytest.mark.claim("altered-body-is-refused")
def test_altered_body_is_refused(wire, user, authorized_by):
    """A request with another password than was signed is refused."""
    signed = json.dumps(members_for(user, Password="Signed-0ne!")).encode()

    def sign_another_body(request):
        sent, request.data = request.data, signed
        wire.sign(request)
        request.data = sent

    reply = authorized_by(sign_another_body)

    assert reply == REFUSED
