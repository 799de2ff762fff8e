"""Which requests are calls of AdminSetUserPassword at all."""

import pytest

from conformance.bindings.wire import TARGET, TARGET_PREFIX
from conformance.scenarios.requests import members_for, new_password_of
from conformance.verdict.observed import REFUSED, TOKENS

pytestmark = pytest.mark.bindings("wire")

OTHER_TARGETS = {
    "lower-case-operation": TARGET.replace("AdminSetUserPassword", "adminsetuserpassword"),
    "prefix-of-another-service": TARGET.replace(TARGET_PREFIX, "AWSCognitoIdentityService"),
    "unknown-operation": TARGET.replace("AdminSetUserPassword", "AdminSetUserPasswords"),
    "none": None,
}


# Any answer will do, in any format, as long as no password is set: Cognito was seen to answer status 200 with
# UnknownOperationException inside, others have a page for browsers there, or say 500 that they implement no such thing.
@pytest.mark.claim("other-target-is-not-executed")
@pytest.mark.parametrize("target", OTHER_TARGETS.values(), ids=OTHER_TARGETS)
def test_other_target_is_not_executed(wire, user, target):
    """A request with another X-Amz-Target, or none, sets no password."""
    password = new_password_of(user)
    before = user.state

    wire.send(members_for(user), target=target)

    assert user.state == before
    assert user.sign_in(password) == REFUSED
    wire.send(members_for(user)).requires_success("the request put right")
    user.requires(password, TOKENS)


# The front end of AWS was seen to hang up on DELETE, and it answers OPTIONS to any browser that asks
# (https://github.com/mhart/kinesalite/blob/master/test/connection.js); an answer to HEAD would have no body to judge.
@pytest.mark.claim("other-method-is-not-executed")
@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_other_method_is_not_executed(wire, user, method):
    """A request with another method than POST sets no password."""
    password = new_password_of(user)
    before = user.state

    wire.send(members_for(user), method=method)

    assert user.state == before
    assert user.sign_in(password) == REFUSED
    wire.send(members_for(user)).requires_success("the request put right")
    user.requires(password, TOKENS)
