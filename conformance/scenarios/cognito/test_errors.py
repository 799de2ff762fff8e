"""What a refusal looks like: status, headers and body, and what must never be in them."""

import json

import pytest

from conformance.scenarios.refusals import refusal
from conformance.scenarios.requests import members_for

pytestmark = pytest.mark.bindings("sdk", "wire")


def _unknown_pool_id(user):
    """A well-formed id, in the Region of the user's pool, that no pool has."""
    return f"{user.pool.id.partition('_')[0]}_NoSuchOne"


# What is odd about a request that is refused, each time by another error.
ODD = {
    "unknown-user": lambda _: {"Username": "success+nobody@simulator.amazonses.com"},
    "unknown-pool": lambda user: {"UserPoolId": _unknown_pool_id(user)},
    "malformed-pool-id": lambda _: {"UserPoolId": "no-pool-id"},
    "password-against-the-policy": lambda _: {"Password": "no-upper-1!"},
}

every_refusal = pytest.mark.parametrize("odd", ODD.values(), ids=ODD)


@pytest.mark.claim("errors-are-http-400")
@every_refusal
def test_errors_are_http_400(refused, user, odd):
    """A refusal has HTTP status 400, whatever is wrong with the request."""
    reply = refused(user, **odd(user))

    reply.requires_refusal()
    assert reply.http_status == 400


@pytest.mark.claim("error-body-names-the-error")
@every_refusal
def test_error_body_names_the_error(refused, user, odd):
    """The body of a refusal has the error's name in `__type`, without a namespace."""
    reply = refused(user, **odd(user))

    reply.requires_refusal()
    assert reply.error_in_body == "the bare name of the error"


@pytest.mark.claim("error-body-has-a-message")
@every_refusal
def test_error_body_has_a_message(refused, user, odd):
    """The body of a refusal has a text in `message`, written in lower case."""
    reply = refused(user, **odd(user))

    reply.requires_refusal()
    assert reply.message_member == "a text"


@pytest.mark.claim("error-content-type-is-amz-json")
@every_refusal
def test_error_content_type_is_amz_json(refused, user, odd):
    """A refusal is of the content type application/x-amz-json-1.1; a charset may follow."""
    reply = refused(user, **odd(user))

    reply.requires_refusal()
    assert reply.media_type == "application/x-amz-json-1.1"


@pytest.mark.claim("error-header-names-the-error")
@every_refusal
def test_error_header_names_the_error(refused, user, odd):
    """A refusal has the error's name in an x-amzn-errortype header; what follows a colon is ignored."""
    reply = refused(user, **odd(user))

    reply.requires_refusal()
    assert reply.error_in_header == "the bare name of the error"


@pytest.mark.claim("error-has-a-request-id")
@every_refusal
def test_error_has_a_request_id(refused, user, odd):
    """A refusal has an x-amzn-requestid header, and in it a UUID."""
    reply = refused(user, **odd(user))

    reply.requires_refusal()
    assert reply.request_id == "a UUID"


# Each is refused for something else, and each holds the same sixteen characters, in one case or another.
REPEATING = {
    "unknown-user": lambda members: members | {"Username": "success+nobody@simulator.amazonses.com"},
    "unknown-pool": lambda members: members | {"UserPoolId": f"{members['UserPoolId'].partition('_')[0]}_NoSuchOne"},
    "malformed-pool-id": lambda members: members | {"UserPoolId": "no-pool-id"},
    "malformed-username": lambda members: members | {"Username": "no such user"},
    "missing-username": lambda members: {name: members[name] for name in members if name != "Username"},
    "wrongly-typed-permanent": lambda members: members | {"Permanent": {"value": True}},
    "truncated-body": lambda members: json.dumps(members).encode()[:-1],
    "password-against-the-policy": lambda members: members | {"Password": "hidden-passw0rd!"},
    "password-too-long": lambda members: members | {"Password": "Hidden-Passw0rd!" * 17},
    "password-after-a-space": lambda members: members | {"Password": " Hidden-Passw0rd!"},
    "password-before-a-space": lambda members: members | {"Password": "Hidden-Passw0rd! "},
    "password-in-an-array": lambda members: members | {"Password": ["Hidden-Passw0rd!"]},
}


@pytest.mark.claim("errors-never-repeat-the-password")
@pytest.mark.bindings("wire")
@pytest.mark.parametrize("odd", REPEATING.values(), ids=REPEATING)
def test_errors_never_repeat_the_password(wire, user, odd):
    """No header and no body of a refusal contains the password."""
    members = members_for(user, Password="Hidden-Passw0rd!")

    reply = refusal(user, lambda: wire.send(odd(members)), lambda: wire.send(members), "Hidden-Passw0rd!")

    if reply.ok:
        reply.requires_refusal()
    assert reply.mention_of("Hidden-Passw0rd!") == "nowhere"
    reply.requires_refusal()
