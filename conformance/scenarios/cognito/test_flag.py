"""Permanent with a value that is neither true nor false: text, and null."""

import pytest

from conformance.scenarios.requests import new_password_of
from conformance.verdict.observed import ACCEPTED, NEW_PASSWORD_REQUIRED, TOKENS

pytestmark = pytest.mark.bindings("wire")


@pytest.mark.claim("permanent-may-be-a-string")
@pytest.mark.parametrize(
    ("text", "outcome"), [("true", TOKENS), ("false", NEW_PASSWORD_REQUIRED)], ids=["text-true", "text-false"]
)
def test_permanent_may_be_a_string(admin_set_user_password, user, text, outcome):
    """The text "true" sets a permanent password, the text "false" a temporary one."""
    password = new_password_of(user)
    reply = admin_set_user_password(user, Password=password, Permanent=text)

    assert reply == ACCEPTED
    assert user.sign_in(password) == outcome


@pytest.mark.claim("null-permanent-is-refused")
def test_null_permanent_is_refused(refused, user):
    """Null for Permanent is refused with SerializationException."""
    reply = refused(user, Permanent=None)

    assert reply.error == "SerializationException"
