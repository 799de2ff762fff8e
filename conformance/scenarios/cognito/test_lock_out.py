"""After too many wrong passwords a user has to wait."""

import time

import pytest

from conformance.errors import Blocked
from conformance.scenarios.preconditions import require
from conformance.target.sign_in import FLOWS
from conformance.verdict.observed import TOKENS

pytestmark = pytest.mark.bindings("sdk")

REFUSED = "NotAuthorizedException"
FAILURES = 5
# The first lock-out lasts a second: an attempt that took longer shows nothing, and another user is tried.
LOCKED_SECONDS = 0.9
TRIES = 10
HOUR = 1 / 24
BY_PASSWORD = ("USER_PASSWORD_AUTH", "ADMIN_USER_PASSWORD_AUTH")


@pytest.fixture(autouse=True)
def binding():
    """The plain client makes every call here."""


def _locked_out(pool, wrong_flow, right_flow):
    """A user, and what the right password gives within a second after five wrong ones, four of them by `wrong_flow`.

    Raises Blocked where the target is too slow for it."""
    for _ in range(TRIES):
        user = pool.user()
        require("the right password", user.sign_in(user.password, right_flow).outcome, TOKENS)
        for _ in range(FAILURES - 1):
            _fail(user, wrong_flow)
        began = time.monotonic()
        # USER_SRP_AUTH takes two requests: the fifth goes by a flow that takes one.
        _fail(user, wrong_flow if wrong_flow in BY_PASSWORD else right_flow)
        right = user.sign_in(user.password, right_flow)
        if right.outcome == REFUSED or time.monotonic() - began < LOCKED_SECONDS:
            return user, right
    raise Blocked(f"two sign-ins took longer than {LOCKED_SECONDS} seconds, {TRIES} times", "InitiateAuth")


def _fail(user, flow):
    require("a wrong password", user.sign_in("Wrong-0ne!", flow).outcome, REFUSED, by="wrong-password-does-not-sign-in")


@pytest.mark.claim("five-wrong-passwords-lock-out")
@pytest.mark.parametrize("flow", FLOWS)
def test_five_wrong_passwords_lock_out(pool, flow):
    """Within a second after five wrong passwords in a row, the right one is refused with NotAuthorizedException."""
    _, right = _locked_out(pool, flow, flow if flow in BY_PASSWORD else BY_PASSWORD[0])

    assert right.outcome == REFUSED


@pytest.mark.claim("lock-out-holds-for-both-operations")
@pytest.mark.parametrize(("wrong", "right"), [BY_PASSWORD, BY_PASSWORD[::-1]], ids=["wrong-by-user", "wrong-by-admin"])
def test_lock_out_holds_for_both_operations(pool, wrong, right):
    """Five wrong passwords by InitiateAuth keep the user out of AdminInitiateAuth too, and the other way round."""
    _, answer = _locked_out(pool, wrong, right)

    assert answer.outcome == REFUSED


@pytest.mark.claim("lock-out-ends")
def test_lock_out_ends(pool, clock):
    """The user who was locked out signs in with the right password once time has passed."""
    user, right = _locked_out(pool, *BY_PASSWORD)
    require("the lock-out", right.outcome, REFUSED, by="five-wrong-passwords-lock-out")

    clock.after(pool, HOUR)

    assert user.sign_in(user.password).outcome == TOKENS


@pytest.mark.claim("lock-out-message")
def test_lock_out_message(pool):
    """The message says that there were too many attempts, in the service's exact words."""
    _, right = _locked_out(pool, *BY_PASSWORD)
    require("the lock-out", right.outcome, REFUSED, by="five-wrong-passwords-lock-out")

    assert right.message == "Password attempts exceeded"
