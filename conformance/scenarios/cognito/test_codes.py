"""What a code that was sent is bound to: one user, one use, a time; needs a target that shows its codes."""

import pytest

from conformance.errors import Inconclusive
from conformance.scenarios.preconditions import require
from conformance.verdict.observed import ACCEPTED, REFUSED, TOKENS

pytestmark = pytest.mark.bindings("sdk")

HOUR = 1 / 24


@pytest.fixture(autouse=True)
def binding():
    """The plain client makes every call here."""


@pytest.fixture
def forgetful(pool, control):
    """Makes users who have asked for a code: the user and the code."""

    def make():
        user = pool.user()
        user.verify_email()
        pool.service.arrange("ForgotPassword", ClientId=pool.client_id, Username=user.login)
        return user, control.code(pool, user.username)

    return make


def _confirm(user, code, password="New-Passw0rd!"):
    members = {"Username": user.login, "ConfirmationCode": code, "Password": password}
    return user.pool.client.call("ConfirmForgotPassword", **members)


@pytest.mark.claim("password-code-is-of-one-user")
def test_password_code_is_of_one_user(forgetful):
    """The code that was sent to another user fails with CodeMismatchException."""
    user, own = forgetful()
    _, foreign = forgetful()
    if own == foreign:
        raise Inconclusive("both users were sent the same code")
    before = user.state

    assert _confirm(user, foreign) == "CodeMismatchException"
    assert user.state == before
    require("the user's own code", _confirm(user, own), ACCEPTED, by="password-code-sets-the-password")


@pytest.mark.claim("password-code-works-once")
def test_password_code_works_once(forgetful):
    """A code that has set a password sets no other."""
    user, code = forgetful()
    require("the first use", _confirm(user, code), ACCEPTED, by="password-code-sets-the-password")

    assert _confirm(user, code, "An0ther-one!") == REFUSED
    user.requires("New-Passw0rd!", TOKENS)


@pytest.mark.claim("password-code-expires")
def test_password_code_expires(forgetful, clock):
    """The code for a forgotten password is good for an hour, and fails with ExpiredCodeException afterwards."""
    (in_time, code), (late, expired) = forgetful(), forgetful()

    clock.after(in_time.pool, 0.9 * HOUR)

    assert _confirm(in_time, code) == ACCEPTED
    clock.after(late.pool, 1.1 * HOUR)
    assert _confirm(late, expired) == "ExpiredCodeException"


@pytest.mark.claim("confirmation-code-expires")
def test_confirmation_code_expires(pool, control, clock):
    """The code for a sign-up is good for a day, and fails with ExpiredCodeException afterwards."""
    users = [pool.user("UNCONFIRMED") for _ in range(2)]
    codes = [control.code(pool, user.username) for user in users]

    def confirm(place):
        return pool.client.call("ConfirmSignUp", Username=users[place].login, ConfirmationCode=codes[place])

    clock.after(pool, 23 * HOUR)

    assert confirm(0) == ACCEPTED
    clock.after(pool, 25 * HOUR)
    assert confirm(1) == "ExpiredCodeException"
