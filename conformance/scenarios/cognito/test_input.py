"""What a request must hold: the three required members, each of its type, in one JSON object."""

import json

import pytest

from conformance.verdict.observed import TOKENS

pytestmark = pytest.mark.bindings("wire")

REQUIRED = ("UserPoolId", "Username", "Password")
NEW = {"Password": "New-Passw0rd!", "Permanent": True}
# No source shows which of the two it is for this operation.
BAD_INPUT = {"InvalidParameterException", "SerializationException"}

every_required_member = pytest.mark.parametrize("member", REQUIRED)


def _members(user):
    """The members of a request that is in order."""
    return {"UserPoolId": user.pool.id, "Username": user.username, **NEW}


@pytest.mark.claim("missing-member-is-refused")
@every_required_member
def test_missing_member_is_refused(wire, user, member):
    """A request that leaves a required member out is refused with InvalidParameterException; with it, it succeeds."""
    members = _members(user)
    before = user.state

    reply = wire.send({name: value for name, value in members.items() if name != member})

    assert reply.error == "InvalidParameterException"
    assert user.state == before
    assert wire.send(members).ok
    assert user.sign_in("New-Passw0rd!").outcome == TOKENS


@pytest.mark.claim("null-member-is-refused")
@every_required_member
def test_null_member_is_refused(admin_set_user_password, user, member):
    """A request with null for a required member is refused for it; with a value, it succeeds."""
    before = user.state

    reply = admin_set_user_password(user, **NEW | {member: None})

    assert reply.error in BAD_INPUT
    assert user.state == before
    assert admin_set_user_password(user, **NEW).ok
    assert user.sign_in("New-Passw0rd!").outcome == TOKENS


@pytest.mark.claim("empty-member-is-refused")
@pytest.mark.parametrize("member", ["UserPoolId", "Username"])
def test_empty_member_is_refused(admin_set_user_password, user, member):
    """An empty UserPoolId or Username is refused with InvalidParameterException; with a value, the request succeeds."""
    before = user.state

    reply = admin_set_user_password(user, **NEW | {member: ""})

    assert reply.error == "InvalidParameterException"
    assert user.state == before
    assert admin_set_user_password(user, **NEW).ok
    assert user.sign_in("New-Passw0rd!").outcome == TOKENS


@pytest.mark.claim("empty-password-is-refused")
@pytest.mark.bindings("sdk", "wire", "cli")
@pytest.mark.parametrize(
    ("permanent", "outcome"), [(True, TOKENS), (False, "NEW_PASSWORD_REQUIRED")], ids=["permanent", "temporary"]
)
def test_empty_password_is_refused(admin_set_user_password, user, permanent, outcome):
    """An empty password is refused with InvalidParameterException, and is not set; one that is not empty is."""
    before = user.state

    reply = admin_set_user_password(user, Password="", Permanent=permanent)

    assert reply.error == "InvalidParameterException"
    assert user.state == before
    assert admin_set_user_password(user, Password="New-Passw0rd!", Permanent=permanent).ok
    assert user.sign_in("New-Passw0rd!").outcome == outcome


# Where another type can carry the right value, it does: a service that unpacks it is found out.
OTHER_TYPE = {
    "number": lambda _: 1,
    "boolean": lambda _: True,
    "array": lambda right: [right],
    "object": lambda right: {"value": right},
}
WRONG_TYPES = [(member, kind) for member in REQUIRED for kind in ("number", "boolean", "array", "object")] + [
    ("Permanent", kind) for kind in ("number", "array", "object")
]


@pytest.mark.claim("wrongly-typed-member-is-refused")
@pytest.mark.parametrize(("member", "kind"), WRONG_TYPES, ids=[f"{member}-{kind}" for member, kind in WRONG_TYPES])
def test_wrongly_typed_member_is_refused(admin_set_user_password, user, member, kind):
    """A member of another JSON type is refused with SerializationException; of its own type, the request succeeds."""
    before = user.state

    reply = admin_set_user_password(user, **NEW | {member: OTHER_TYPE[kind](_members(user)[member])})

    assert reply.error == "SerializationException"
    assert user.state == before
    assert admin_set_user_password(user, **NEW).ok
    assert user.sign_in("New-Passw0rd!").outcome == TOKENS


MALFORMED = {
    "truncated": lambda body: body[:-1],
    "trailing-comma": lambda body: body[:-1] + b",}",
    "plain-text": lambda _: b"a new password, please",
    "empty": lambda _: b"",
}


@pytest.mark.claim("malformed-json-is-refused")
@pytest.mark.parametrize("malformed", MALFORMED.values(), ids=MALFORMED)
def test_malformed_json_is_refused(wire, user, malformed):
    """A body that is no JSON is refused with SerializationException; as JSON, the request succeeds."""
    body = json.dumps(_members(user)).encode()
    before = user.state

    reply = wire.send(malformed(body))

    assert reply.error == "SerializationException"
    assert user.state == before
    assert wire.send(body).ok
    assert user.sign_in("New-Passw0rd!").outcome == TOKENS


NO_OBJECT = {
    "empty-array": lambda _: [],
    "array-of-the-object": lambda members: [members],
    "string": lambda _: "text",
    "string-of-the-object": json.dumps,
    "number": lambda _: 1,
    "null": lambda _: None,
}


@pytest.mark.claim("non-object-body-is-refused")
@pytest.mark.parametrize("instead", NO_OBJECT.values(), ids=NO_OBJECT)
def test_non_object_body_is_refused(wire, user, instead):
    """A body that is JSON but no object is refused for it; as an object, the request succeeds."""
    members = _members(user)
    before = user.state

    reply = wire.send(json.dumps(instead(members)).encode())

    assert reply.error in BAD_INPUT
    assert user.state == before
    assert wire.send(members).ok
    assert user.sign_in("New-Passw0rd!").outcome == TOKENS
