"""What IAM policies allow; needs a target that evaluates them and can be given callers."""

import pytest

from conformance.scenarios.refusals import refusal
from conformance.scenarios.requests import members_for, new_password_of
from conformance.verdict.observed import ACCEPTED, REFUSED, TOKENS

pytestmark = pytest.mark.bindings("wire")

ACTION = "cognito-idp:AdminSetUserPassword"
ALLOWED = [("Allow", ACTION, "*")]


def _on(pool, action=ACTION):
    """A policy that allows the action on this pool, in whatever account and Region."""
    return [("Allow", action, f"arn:aws:cognito-idp:*:*:userpool/{pool.id}")]


@pytest.fixture
def called_by(wire, user, control):
    """Send the request in order as a caller with this policy."""

    def call(policy):
        return wire.send(members_for(user), authorize=wire.sign_as(control.caller(policy)))

    return call


NOT_ENOUGH = {"nothing": [], "another-action": [("Allow", "cognito-idp:AdminGetUser", "*")]}

without_permission = pytest.mark.parametrize("policy", NOT_ENOUGH.values(), ids=NOT_ENOUGH)


@pytest.mark.claim("permission-is-required")
@without_permission
def test_permission_is_required(user, called_by, policy):
    """A caller whose policy does not allow the action is refused."""
    reply = refusal(user, lambda: called_by(policy), lambda: called_by(ALLOWED))

    assert reply == REFUSED


@pytest.mark.claim("permission-suffices")
@pytest.mark.parametrize("action", [ACTION, "cognito-idp:Admin*", "*"], ids=["named", "by-prefix", "any"])
def test_permission_suffices(user, called_by, action):
    """A caller whose policy allows the action on the pool, and nothing else, is served."""
    password = new_password_of(user)
    reply = called_by(_on(user.pool, action))

    assert reply == ACCEPTED
    user.requires(password, TOKENS)


@pytest.mark.claim("permission-on-another-pool-does-not-count")
def test_permission_on_another_pool_does_not_count(user, called_by, pools):
    """A caller who may set passwords in another pool only is refused."""
    another = pools.get(policy=None)

    reply = refusal(user, lambda: called_by(_on(another)), lambda: called_by(_on(user.pool)))

    assert reply == REFUSED


@pytest.mark.claim("explicit-deny-wins")
@pytest.mark.parametrize("first", ["Allow", "Deny"])
def test_explicit_deny_wins(user, called_by, first):
    """A caller who is allowed the action and denied it is refused, in whatever order the policy has them."""
    statements = [(effect, ACTION, "*") for effect in (first, "Deny" if first == "Allow" else "Allow")]

    reply = refusal(user, lambda: called_by(statements), lambda: called_by(ALLOWED))

    assert reply == REFUSED


@pytest.mark.claim("access-denial-is-named")
@without_permission
def test_access_denial_is_named(user, called_by, policy):
    """A caller whose policy does not allow the action is refused with AccessDeniedException."""
    reply = refusal(user, lambda: called_by(policy), lambda: called_by(ALLOWED))

    assert reply.error == "AccessDeniedException"
