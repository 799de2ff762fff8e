"""What a refusal looks like: status, headers and body, and what must never be in them."""

import json
import re

import pytest

from conformance.verdict.observed import TOKENS

pytestmark = pytest.mark.bindings("sdk", "wire")

UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
NEW = {"Password": "New-Passw0rd!", "Permanent": True}


def _unknown_pool_id(user):
    """A well-formed id, in the Region of the user's pool, that no pool has."""
    return f"{user.pool.id.partition('_')[0]}_NoSuchOne"


# Each error that a request can bring about, and what is odd about a request that does.
CAUSES = {
    "unknown-user": ("UserNotFoundException", lambda _: {"Username": "success+nobody@simulator.amazonses.com"}),
    "unknown-pool": ("ResourceNotFoundException", lambda user: {"UserPoolId": _unknown_pool_id(user)}),
    "malformed-pool-id": ("InvalidParameterException", lambda _: {"UserPoolId": "no-pool-id"}),
    "password-against-the-policy": ("InvalidPasswordException", lambda _: {"Password": "no-upper-1!"}),
}

every_cause = pytest.mark.parametrize("odd", [odd for _, odd in CAUSES.values()], ids=CAUSES)
every_error = pytest.mark.parametrize(("error", "odd"), CAUSES.values(), ids=CAUSES)


@pytest.mark.claim("errors-are-http-400")
@every_cause
def test_errors_are_http_400(admin_set_user_password, user, odd):
    """A refusal has HTTP status 400, whatever is wrong with the request."""
    before = user.state

    reply = admin_set_user_password(user, **NEW | odd(user))

    assert not reply.ok
    assert not reply.crashed
    assert reply.status == 400
    assert user.state == before
    assert admin_set_user_password(user, **NEW).ok
    assert user.sign_in("New-Passw0rd!").outcome == TOKENS


@pytest.mark.claim("error-body-names-the-error")
@every_error
def test_error_body_names_the_error(admin_set_user_password, user, error, odd):
    """The body of a refusal has the error's name in `__type`, without a namespace."""
    before = user.state

    reply = admin_set_user_password(user, **NEW | odd(user))

    assert reply.error == error
    assert reply.json.get("__type") == error
    assert user.state == before
    assert admin_set_user_password(user, **NEW).ok
    assert user.sign_in("New-Passw0rd!").outcome == TOKENS


@pytest.mark.claim("error-body-has-a-message")
@every_cause
def test_error_body_has_a_message(admin_set_user_password, user, odd):
    """The body of a refusal has a text in `message`, written in lower case."""
    before = user.state

    reply = admin_set_user_password(user, **NEW | odd(user))

    assert not reply.ok
    assert not reply.crashed
    assert _message(reply) == "a text"
    assert user.state == before
    assert admin_set_user_password(user, **NEW).ok
    assert user.sign_in("New-Passw0rd!").outcome == TOKENS


def _message(reply):
    """What the member `message` of the body holds, in words: what the text says is not the point."""
    if "message" not in reply.json:
        return "no member message"
    message = reply.json["message"]
    return "a text" if isinstance(message, str) and message else "no text"


@pytest.mark.claim("error-content-type-is-amz-json")
@every_cause
def test_error_content_type_is_amz_json(admin_set_user_password, user, odd):
    """A refusal is of the content type application/x-amz-json-1.1; a charset may follow."""
    before = user.state

    reply = admin_set_user_password(user, **NEW | odd(user))

    assert not reply.ok
    assert not reply.crashed
    assert reply.headers.get("content-type", "").partition(";")[0].strip().lower() == "application/x-amz-json-1.1"
    assert user.state == before
    assert admin_set_user_password(user, **NEW).ok
    assert user.sign_in("New-Passw0rd!").outcome == TOKENS


@pytest.mark.claim("error-header-names-the-error")
@every_error
def test_error_header_names_the_error(admin_set_user_password, user, error, odd):
    """A refusal has the error's name in an x-amzn-errortype header; what follows a colon is ignored."""
    before = user.state

    reply = admin_set_user_password(user, **NEW | odd(user))

    assert reply.error == error
    assert reply.headers.get("x-amzn-errortype", "").partition(":")[0] == error
    assert user.state == before
    assert admin_set_user_password(user, **NEW).ok
    assert user.sign_in("New-Passw0rd!").outcome == TOKENS


@pytest.mark.claim("error-has-a-request-id")
@every_cause
def test_error_has_a_request_id(admin_set_user_password, user, odd):
    """A refusal has an x-amzn-requestid header, and in it a UUID."""
    before = user.state

    reply = admin_set_user_password(user, **NEW | odd(user))

    assert not reply.ok
    assert not reply.crashed
    assert _request_id(reply) == "a UUID"
    assert user.state == before
    assert admin_set_user_password(user, **NEW).ok
    assert user.sign_in("New-Passw0rd!").outcome == TOKENS


def _request_id(reply):
    """What the x-amzn-requestid header holds, in words: the value itself differs from call to call."""
    value = reply.headers.get("x-amzn-requestid")
    if value is None:
        return "no x-amzn-requestid header"
    return "a UUID" if UUID.fullmatch(value) else "no UUID"


# Each is refused for something else, and each holds the same sixteen characters, in one case or another.
REFUSED = {
    "unknown-user": lambda members, _: members | {"Username": "success+nobody@simulator.amazonses.com"},
    "unknown-pool": lambda members, user: members | {"UserPoolId": _unknown_pool_id(user)},
    "malformed-pool-id": lambda members, _: members | {"UserPoolId": "no-pool-id"},
    "malformed-username": lambda members, _: members | {"Username": "no such user"},
    "missing-username": lambda members, _: {name: members[name] for name in members if name != "Username"},
    "wrongly-typed-permanent": lambda members, _: members | {"Permanent": {"value": True}},
    "truncated-body": lambda members, _: json.dumps(members).encode()[:-1],
    "password-against-the-policy": lambda members, _: members | {"Password": "hidden-passw0rd!"},
    "password-too-long": lambda members, _: members | {"Password": "Hidden-Passw0rd!" * 17},
    "password-after-a-space": lambda members, _: members | {"Password": " Hidden-Passw0rd!"},
    "password-before-a-space": lambda members, _: members | {"Password": "Hidden-Passw0rd! "},
    "password-in-an-array": lambda members, _: members | {"Password": ["Hidden-Passw0rd!"]},
}


@pytest.mark.claim("errors-never-repeat-the-password")
@pytest.mark.bindings("wire")
@pytest.mark.parametrize("refused", REFUSED.values(), ids=REFUSED)
def test_errors_never_repeat_the_password(wire, user, refused):
    """No header and no body of a refusal contains the password; the same request put right sets it."""
    members = {"UserPoolId": user.pool.id, "Username": user.username, "Password": "Hidden-Passw0rd!", "Permanent": True}
    before = user.state

    reply = wire.send(refused(members, user))

    assert "hidden-passw0rd!" not in reply.text.lower()
    reply.presume_refused()
    assert user.state == before
    assert wire.send(members).ok
    assert user.sign_in("Hidden-Passw0rd!").outcome == TOKENS
