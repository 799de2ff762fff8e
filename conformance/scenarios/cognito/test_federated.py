"""Users of an identity provider, once they are given a password."""

import uuid

import pytest

from conformance.scenarios.preconditions import unchallenged
from conformance.scenarios.requests import BY_CONTACT
from conformance.target.mailbox import simulated
from conformance.target.sign_in import USER_PASSWORD_AUTH, USER_SRP_AUTH
from conformance.verdict.observed import ACCEPTED, REFUSED, TOKENS

SET = {"Password": "Permanent-1!", "Permanent": True}


@pytest.mark.claim("federated-user-may-get-a-password")
def test_federated_user_may_get_a_password(admin_set_user_password, federated_user):
    """The call succeeds for a federated user."""
    reply = admin_set_user_password(federated_user, **SET)

    assert reply == ACCEPTED
    federated_user.requires("Permanent-1!", TOKENS)
    federated_user.requires("Permanent-2!", REFUSED)


@pytest.mark.claim("federated-user-becomes-confirmed")
def test_federated_user_becomes_confirmed(admin_set_user_password, federated_user):
    """A federated user who is given a permanent password is in status CONFIRMED."""
    admin_set_user_password(federated_user, **SET).requires_success()

    assert federated_user.status == "CONFIRMED"


@pytest.mark.claim("federated-user-signs-in-with-the-password")
@pytest.mark.parametrize("flow", [USER_PASSWORD_AUTH, USER_SRP_AUTH])
def test_federated_user_signs_in_with_the_password(admin_set_user_password, federated_user, flow):
    """A federated user signs in by InitiateAuth with the password that was set."""
    admin_set_user_password(federated_user, **SET).requires_success()

    federated_user.requires("Permanent-2!", REFUSED, flow)
    assert federated_user.sign_in("Permanent-1!", flow) == TOKENS


@pytest.mark.claim("federated-user-changes-the-password")
def test_federated_user_changes_the_password(admin_set_user_password, federated_user):
    """A federated user changes the password that was set to one of their own by ChangePassword."""
    admin_set_user_password(federated_user, **SET).requires_success()
    session = federated_user.sign_in("Permanent-1!")

    changed = {"PreviousPassword": "Permanent-1!", "ProposedPassword": "My-0wn-one!"}
    assert federated_user.with_token("ChangePassword", session, **changed) == ACCEPTED
    assert unchallenged(federated_user.sign_in("My-0wn-one!")) == TOKENS
    federated_user.requires("Permanent-1!", REFUSED)


@pytest.mark.claim("federated-user-updates-attributes")
def test_federated_user_updates_attributes(admin_set_user_password, federated_user):
    """A federated user who signed in with the password changes an attribute by UpdateUserAttributes."""
    admin_set_user_password(federated_user, **SET).requires_success()
    session = federated_user.sign_in("Permanent-1!")

    changed = [{"Name": "nickname", "Value": "Ada"}]
    assert federated_user.with_token("UpdateUserAttributes", session, UserAttributes=changed) == ACCEPTED
    assert federated_user.attribute("nickname") == "Ada"


@pytest.mark.claim("federated-username-names-the-user")
def test_federated_username_names_the_user(admin_set_user_password, federated_user):
    """The name of a federated user, provider and subject, reaches that user as Username."""
    reply = admin_set_user_password(federated_user, **SET, Username=federated_user.username)

    assert reply == ACCEPTED
    federated_user.requires("Permanent-1!", TOKENS)


@pytest.mark.claim("email-does-not-name-a-federated-user")
def test_email_does_not_name_a_federated_user(refused, pools, control):
    """In a pool whose users sign up with an address, that of a federated user reaches nobody."""
    address = simulated(f"ada-{uuid.uuid4().hex[:8]}")
    user = control.federated_user(pools.get(**BY_CONTACT), address)

    reply = refused(user, Username=address)

    assert reply.error == "UserNotFoundException"
