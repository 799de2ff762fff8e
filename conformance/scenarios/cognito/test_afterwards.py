"""What the user can do with the password once it is set."""

import pytest

from conformance.scenarios.requests import new_password_of, new_passwords_of
from conformance.target.sign_in import FLOWS
from conformance.verdict.observed import ACCEPTED, REFUSED, TOKENS

every_flow = pytest.mark.parametrize("flow", FLOWS)


@pytest.mark.claim("change-password-works-afterwards")
@every_flow
def test_change_password_works_afterwards(admin_set_user_password, user, flow):
    """The user can change the password that was set to one of their own, and signs in with that."""
    password, another = new_passwords_of(user)
    admin_set_user_password(user, Password=password, Permanent=True).requires_success()
    session = user.sign_in(password, flow)

    changed = {"PreviousPassword": password, "ProposedPassword": another}
    assert user.with_token("ChangePassword", session, **changed) == ACCEPTED
    assert user.sign_in(another, flow) == TOKENS
    user.requires(password, REFUSED, flow)


@pytest.mark.claim("update-user-attributes-works-afterwards")
@every_flow
def test_update_user_attributes_works_afterwards(admin_set_user_password, user, flow):
    """The user who has signed in with the password that was set can change their own attributes."""
    password = new_password_of(user)
    admin_set_user_password(user, Password=password, Permanent=True).requires_success()
    session = user.sign_in(password, flow)

    changed = [{"Name": "name", "Value": "Ada"}]
    assert user.with_token("UpdateUserAttributes", session, UserAttributes=changed) == ACCEPTED
    assert user.attribute("name") == "Ada"
