"""Which requests are calls of AdminSetUserPassword at all."""

import pytest

from conformance.bindings.wire import TARGET, TARGET_PREFIX
from conformance.replies import TOKENS

pytestmark = pytest.mark.bindings("wire")

OTHER_TARGETS = {
    "lower-case-operation": TARGET.replace("AdminSetUserPassword", "adminsetuserpassword"),
    "prefix-of-another-service": TARGET.replace(TARGET_PREFIX, "AWSCognitoIdentityService"),
    "unknown-operation": TARGET.replace("AdminSetUserPassword", "AdminSetUserPasswords"),
    "none": None,
}


def _members(user):
    """The members of a request that is in order."""
    return {"UserPoolId": user.pool.id, "Username": user.username, "Password": "New-Passw0rd!", "Permanent": True}


def _accepted(reply):
    """Whether the answer is the empty one of a success.

    Cognito was seen to put UnknownOperationException into a document of status 200; others have a page there for browsers.
    """
    return reply.ok and reply.json == {}


@pytest.mark.claim("other-target-is-not-executed")
@pytest.mark.parametrize("target", OTHER_TARGETS.values(), ids=OTHER_TARGETS)
def test_other_target_is_not_executed(wire, user, target):
    """A request with another X-Amz-Target, or none, sets no password; with the right one it does."""
    before = user.state

    reply = wire.send(_members(user), target=target)

    assert not _accepted(reply)
    assert (reply.status < 500) is True
    assert user.state == before
    assert wire.send(_members(user)).ok
    assert user.sign_in("New-Passw0rd!").outcome == TOKENS


# The front end of AWS hangs up on others than these, and answers OPTIONS to any browser that asks (mhart/kinesalite, test/connection.js).
@pytest.mark.claim("other-method-is-not-executed")
@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_other_method_is_not_executed(wire, user, method):
    """A request with another method than POST sets no password; with POST it does."""
    before = user.state

    reply = wire.send(_members(user), method=method)

    assert not _accepted(reply)
    assert user.state == before
    assert wire.send(_members(user)).ok
    assert user.sign_in("New-Passw0rd!").outcome == TOKENS
