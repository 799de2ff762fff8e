"""What a request that was accepted is answered with."""

import re

import pytest

from conformance.verdict.observed import TOKENS

UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)

either_way = pytest.mark.parametrize(
    ("permanent", "outcome"), [(True, TOKENS), (False, "NEW_PASSWORD_REQUIRED")], ids=["permanent", "temporary"]
)


# What the AWS CLI prints is a claim about the program: cli-prints-nothing.
@pytest.mark.claim("output-is-empty")
@pytest.mark.bindings("sdk", "wire")
@either_way
def test_output_is_empty(admin_set_user_password, user, permanent, outcome):
    """The answer holds nothing but an empty JSON object."""
    reply = admin_set_user_password(user, Password="New-Passw0rd!", Permanent=permanent)

    assert reply.ok
    assert reply.json == {}
    assert user.sign_in("New-Passw0rd!").outcome == outcome


@pytest.mark.claim("success-is-http-200")
@pytest.mark.bindings("sdk", "wire")
@either_way
def test_success_is_http_200(admin_set_user_password, user, permanent, outcome):
    """The answer has HTTP status 200, and the password is set."""
    reply = admin_set_user_password(user, Password="New-Passw0rd!", Permanent=permanent)

    assert not reply.crashed
    assert reply.status == 200
    assert reply.ok
    assert user.sign_in("New-Passw0rd!").outcome == outcome


@pytest.mark.claim("success-content-type-is-amz-json")
@pytest.mark.bindings("sdk", "wire")
@either_way
def test_success_content_type_is_amz_json(admin_set_user_password, user, permanent, outcome):
    """The answer is of the content type application/x-amz-json-1.1; a charset may follow."""
    reply = admin_set_user_password(user, Password="New-Passw0rd!", Permanent=permanent)

    assert reply.ok
    assert _media_type(reply) == "application/x-amz-json-1.1"
    assert user.sign_in("New-Passw0rd!").outcome == outcome


@pytest.mark.claim("success-has-a-request-id")
@pytest.mark.bindings("sdk", "wire")
@either_way
def test_success_has_a_request_id(admin_set_user_password, user, permanent, outcome):
    """The answer has an x-amzn-requestid header, and in it a UUID."""
    reply = admin_set_user_password(user, Password="New-Passw0rd!", Permanent=permanent)

    assert reply.ok
    assert _request_id(reply) == "a UUID"
    assert user.sign_in("New-Passw0rd!").outcome == outcome


def _media_type(reply):
    """The content type without its parameters."""
    return reply.headers.get("content-type", "").partition(";")[0].strip().lower()


def _request_id(reply):
    """What the x-amzn-requestid header holds, in words: the value itself differs from call to call."""
    value = reply.headers.get("x-amzn-requestid")
    if value is None:
        return "no x-amzn-requestid header"
    return "a UUID" if UUID.fullmatch(value) else "no UUID"
