"""Permanent as other than true, false or nothing: written as text, and null."""

import pytest

from conformance.verdict.observed import TOKENS

pytestmark = pytest.mark.bindings("wire")

NEW = {"Password": "New-Passw0rd!"}


@pytest.mark.claim("permanent-may-be-a-string")
@pytest.mark.parametrize(("text", "outcome"), [("true", TOKENS), ("false", "NEW_PASSWORD_REQUIRED")])
def test_permanent_may_be_a_string(admin_set_user_password, user, text, outcome):
    """The text "true" sets a permanent password, the text "false" a temporary one."""
    reply = admin_set_user_password(user, **NEW, Permanent=text)

    assert reply.ok
    assert user.sign_in("New-Passw0rd!").outcome == outcome


@pytest.mark.claim("null-permanent-is-refused")
def test_null_permanent_is_refused(admin_set_user_password, user):
    """Null for Permanent is refused with SerializationException; with a value, the request succeeds."""
    before = user.state

    reply = admin_set_user_password(user, **NEW, Permanent=None)

    assert reply.error == "SerializationException"
    assert user.state == before
    assert admin_set_user_password(user, **NEW, Permanent=True).ok
