"""What IAM policies allow; it takes a target that evaluates them and can be told of callers."""

import pytest

from conformance.verdict.observed import TOKENS

pytestmark = pytest.mark.bindings("wire")

ACTION = "cognito-idp:AdminSetUserPassword"


def _members(user):
    """The members of a request that is in order."""
    return {"UserPoolId": user.pool.id, "Username": user.username, "Password": "New-Passw0rd!", "Permanent": True}


def _place(pool):
    """The pool as a policy names it, in whatever account and Region."""
    return f"arn:aws:cognito-idp:*:*:userpool/{pool.id}"


def _turned_down(reply):
    """Whether the request was refused, by whatever error, and did not bring the service down."""
    return 400 <= reply.status < 500


NOT_ENOUGH = {"nothing": [], "another-action": [("Allow", "cognito-idp:AdminGetUser", "*")]}

without_permission = pytest.mark.parametrize("policy", NOT_ENOUGH.values(), ids=NOT_ENOUGH)


@pytest.mark.claim("permission-is-required")
@without_permission
def test_permission_is_required(wire, user, control, policy):
    """A caller whose policy does not allow the action sets no password; one whose policy does, does."""
    before = user.state

    reply = wire.send(_members(user), authorize=wire.sign_as(control.caller(policy)))

    assert _turned_down(reply)
    assert user.state == before
    assert wire.send(_members(user), authorize=wire.sign_as(control.caller([("Allow", ACTION, "*")]))).ok
    assert user.sign_in("New-Passw0rd!").outcome == TOKENS


@pytest.mark.claim("permission-suffices")
@pytest.mark.parametrize("action", [ACTION, "cognito-idp:Admin*", "*"], ids=["named", "by-prefix", "any"])
def test_permission_suffices(wire, user, control, action):
    """A caller whose policy allows the action on the pool, and nothing else, sets the password."""
    caller = control.caller([("Allow", action, _place(user.pool))])

    reply = wire.send(_members(user), authorize=wire.sign_as(caller))

    assert reply.ok
    assert user.sign_in("New-Passw0rd!").outcome == TOKENS


@pytest.mark.claim("permission-on-another-pool-does-not-count")
def test_permission_on_another_pool_does_not_count(wire, user, pools, control):
    """A caller who may set passwords in another pool sets none in this one; where this pool is named, it does."""
    another = pools.get(apart="another")
    before = user.state

    reply = wire.send(_members(user), authorize=wire.sign_as(control.caller([("Allow", ACTION, _place(another))])))

    assert _turned_down(reply)
    assert user.state == before
    assert wire.send(_members(user), authorize=wire.sign_as(control.caller([("Allow", ACTION, _place(user.pool))]))).ok
    assert user.sign_in("New-Passw0rd!").outcome == TOKENS


@pytest.mark.claim("explicit-deny-wins")
@pytest.mark.parametrize("first", ["Allow", "Deny"])
def test_explicit_deny_wins(wire, user, control, first):
    """A caller who is allowed the action and denied it sets no password, in whatever order it is said."""
    statements = [(effect, ACTION, "*") for effect in (first, "Deny" if first == "Allow" else "Allow")]
    before = user.state

    reply = wire.send(_members(user), authorize=wire.sign_as(control.caller(statements)))

    assert _turned_down(reply)
    assert user.state == before
    assert wire.send(_members(user), authorize=wire.sign_as(control.caller([("Allow", ACTION, "*")]))).ok
    assert user.sign_in("New-Passw0rd!").outcome == TOKENS


@pytest.mark.claim("access-denial-is-named")
@without_permission
def test_access_denial_is_named(wire, user, control, policy):
    """A caller whose policy does not allow the action is refused with AccessDeniedException."""
    before = user.state

    reply = wire.send(_members(user), authorize=wire.sign_as(control.caller(policy)))

    assert reply.error == "AccessDeniedException"
    assert user.state == before
    assert wire.send(_members(user), authorize=wire.sign_as(control.caller([("Allow", ACTION, "*")]))).ok
    assert user.sign_in("New-Passw0rd!").outcome == TOKENS
