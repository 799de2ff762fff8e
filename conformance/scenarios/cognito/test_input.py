"""What a request must hold: the three required members, each of its type, in one JSON object."""

import json

import pytest

from conformance.scenarios.refusals import refusal
from conformance.scenarios.requests import members_for
from conformance.verdict.observed import REFUSED, OneOf

pytestmark = pytest.mark.bindings("wire")

MEMBERS = ("UserPoolId", "Username", "Password")

every_required_member = pytest.mark.parametrize("member", MEMBERS)


@pytest.mark.claim("missing-member-is-refused")
@every_required_member
def test_missing_member_is_refused(wire, user, member):
    """A request that leaves a required member out is refused with InvalidParameterException."""
    members = members_for(user)
    odd = {name: value for name, value in members.items() if name != member}

    reply = refusal(user, lambda: wire.send(odd), lambda: wire.send(members))

    assert reply.error == "InvalidParameterException"


@pytest.mark.claim("null-member-is-refused")
@every_required_member
def test_null_member_is_refused(refused, user, member):
    """A request with null for a required member is refused."""
    reply = refused(user, **{member: None})

    assert reply == REFUSED


@pytest.mark.claim("empty-member-is-refused")
@pytest.mark.parametrize("member", ["UserPoolId", "Username"])
def test_empty_member_is_refused(refused, user, member):
    """An empty UserPoolId or Username is refused with InvalidParameterException."""
    reply = refused(user, **{member: ""})

    assert reply.error == "InvalidParameterException"


@pytest.mark.claim("empty-password-is-refused")
@pytest.mark.bindings("sdk", "wire", "cli")
@pytest.mark.parametrize("permanent", [True, False], ids=["permanent", "temporary"])
def test_empty_password_is_refused(refused, user, permanent):
    """An empty password is refused with InvalidParameterException, and is not set."""
    reply = refused(user, Password="", Permanent=permanent)

    assert reply.error == "InvalidParameterException"


# Where another type can carry the right value, it does: a service that unpacks it is found out.
OTHER_TYPE = {
    "number": lambda _: 1,
    "boolean": lambda _: True,
    "array": lambda right: [right],
    "object": lambda right: {"value": right},
}
WRONG_TYPES = [(member, kind) for member in MEMBERS for kind in ("number", "boolean", "array", "object")] + [
    ("Permanent", kind) for kind in ("number", "array", "object")
]


@pytest.mark.claim("wrongly-typed-member-is-refused")
@pytest.mark.parametrize(("member", "kind"), WRONG_TYPES, ids=[f"{member}-{kind}" for member, kind in WRONG_TYPES])
def test_wrongly_typed_member_is_refused(refused, user, member, kind):
    """A member of another JSON type is refused with SerializationException."""
    reply = refused(user, **{member: OTHER_TYPE[kind](members_for(user)[member])})

    assert reply.error == "SerializationException"


MALFORMED = {
    "truncated": lambda body: body[:-1],
    "trailing-comma": lambda body: body[:-1] + b",}",
    "plain-text": lambda _: b"a new password, please",
}


@pytest.mark.claim("malformed-json-is-refused")
@pytest.mark.parametrize(
    ("malformed", "error"),
    [
        *(pytest.param(change, "SerializationException", id=name) for name, change in MALFORMED.items()),
        pytest.param(lambda _: b"", OneOf(("SerializationException", "InvalidParameterException")), id="empty"),
    ],
)
def test_malformed_json_is_refused(wire, user, malformed, error):
    """A body that is not JSON is refused with SerializationException, an empty one by that or for its members."""
    body = json.dumps(members_for(user)).encode()

    reply = refusal(user, lambda: wire.send(malformed(body)), lambda: wire.send(body))

    assert reply.error == error


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
    """A body that is JSON but not an object is refused."""
    members = members_for(user)
    body = json.dumps(instead(members)).encode()

    reply = refusal(user, lambda: wire.send(body), lambda: wire.send(members))

    assert reply == REFUSED
