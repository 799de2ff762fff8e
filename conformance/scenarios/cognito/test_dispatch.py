"""Which requests are calls of AdminSetUserPassword at all."""

import pytest

from conformance.bindings.wire import TARGET, TARGET_PREFIX
from conformance.verdict.observed import TOKENS

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


def _turned_down(reply):
    """Whether the request was neither accepted, which is an empty answer of status 200, nor brought the service down.

    Any other answer will do, in any format: Cognito was seen to answer status 200 with UnknownOperationException
    inside, others have a page for browsers there. 501 is HTTP's own answer to what is not known.
    """
    return not (reply.ok and reply.json == {}) and (reply.status < 500 or reply.status == 501)


@pytest.mark.claim("other-target-is-not-executed")
@pytest.mark.parametrize("target", OTHER_TARGETS.values(), ids=OTHER_TARGETS)
def test_other_target_is_not_executed(wire, user, target):
    """A request with another X-Amz-Target, or none, sets no password; with the right one it does."""
    before = user.state

    reply = wire.send(_members(user), target=target)

    assert _turned_down(reply)
    assert user.state == before
    assert wire.send(_members(user)).ok
    assert user.sign_in("New-Passw0rd!").outcome == TOKENS


# The front end of AWS was seen to hang up on DELETE, and it answers OPTIONS to any browser that asks
# (https://github.com/mhart/kinesalite/blob/master/test/connection.js); an answer to HEAD would have no body to judge.
@pytest.mark.claim("other-method-is-not-executed")
@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_other_method_is_not_executed(wire, user, method):
    """A request with another method than POST sets no password; with POST it does."""
    before = user.state

    reply = wire.send(_members(user), method=method)

    assert _turned_down(reply)
    assert user.state == before
    assert wire.send(_members(user)).ok
    assert user.sign_in("New-Passw0rd!").outcome == TOKENS
