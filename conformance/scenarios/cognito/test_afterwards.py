"""What the user can do with the password once it is set."""

import pytest

from conformance.target.sign_in import FLOWS
from conformance.verdict.observed import TOKENS


@pytest.mark.claim("change-password-works-afterwards")
@pytest.mark.parametrize("flow", FLOWS)
def test_change_password_works_afterwards(admin_set_user_password, user, flow):
    """The user can change the password that was set to one of their own."""
    reply = admin_set_user_password(user, Password="Permanent-1!", Permanent=True)
    session = user.sign_in("Permanent-1!", flow)

    assert reply.ok
    assert session.outcome == TOKENS
    changed = {"PreviousPassword": "Permanent-1!", "ProposedPassword": "My-0wn-one!"}
    assert user.with_token("ChangePassword", session, **changed) == "accepted"
    assert user.sign_in("Permanent-1!", flow).outcome == "NotAuthorizedException"
    assert user.sign_in("My-0wn-one!", flow).outcome == TOKENS


@pytest.mark.claim("update-user-attributes-works-afterwards")
@pytest.mark.parametrize("flow", FLOWS)
def test_update_user_attributes_works_afterwards(admin_set_user_password, user, flow):
    """The user who has signed in with the password that was set can change their own attributes."""
    reply = admin_set_user_password(user, Password="Permanent-1!", Permanent=True)
    session = user.sign_in("Permanent-1!", flow)

    assert reply.ok
    assert session.outcome == TOKENS
    assert user.sign_in("Permanent-2!", flow).outcome == "NotAuthorizedException"
    changed = [{"Name": "name", "Value": "Ada"}]
    assert user.with_token("UpdateUserAttributes", session, UserAttributes=changed) == "accepted"
    assert user.attributes.get("name") == "Ada"
