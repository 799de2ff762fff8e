"""Which of a user's earlier passwords may come back."""

import pytest

from conformance.verdict.observed import ACCEPTED, TOKENS

every_size = pytest.mark.parametrize("size", [1, 2, 3], ids=["one", "two", "three"])


@pytest.fixture
def give(admin_set_user_password):
    """Give a user these permanent passwords, one after the other; blocks the scenario unless each is accepted."""

    def call(user, *passwords):
        for password in passwords:
            admin_set_user_password(user, Password=password, Permanent=True).requires_success("a password before")

    return call


def _numbered(count):
    """So many passwords, which differ by more than their number."""
    return [f"{word}-Passw0rd!" for word in ("First", "Second", "Third", "Fourth")[:count]]


@pytest.mark.claim("password-history-is-enforced")
@every_size
def test_password_history_is_enforced(refused, give, pools, size):
    """The oldest of the last PasswordHistorySize passwords is refused; one that the user never had is not."""
    passwords = _numbered(size)
    user = pools.get(policy={"PasswordHistorySize": size}).user()
    give(user, *passwords)

    reply = refused(user.with_password(passwords[-1]), Password=passwords[0], put_right="Never-had-1!")

    assert reply.error == "PasswordHistoryPolicyViolationException"


@pytest.mark.claim("history-includes-the-current-password")
def test_history_includes_the_current_password(refused, give, pools):
    """With PasswordHistorySize 1 the password in force is refused, and stays in force."""
    user = pools.get(policy={"PasswordHistorySize": 1}).user()
    give(user, "Current-0ne!")

    reply = refused(user.with_password("Current-0ne!"), Password="Current-0ne!", put_right="An0ther-one!")

    assert reply.error == "PasswordHistoryPolicyViolationException"


@pytest.mark.claim("older-passwords-may-return")
@every_size
def test_older_passwords_may_return(admin_set_user_password, give, pools, size):
    """A password is accepted again once PasswordHistorySize others have followed it, and the one in force."""
    user = pools.get(policy={"PasswordHistorySize": size}).user()
    give(user, "Returning-1!", *_numbered(size + 1))

    reply = admin_set_user_password(user, Password="Returning-1!", Permanent=True)

    assert reply == ACCEPTED
    user.requires("Returning-1!", TOKENS)


@pytest.mark.claim("history-is-off-by-default")
@pytest.mark.parametrize("policy", [{}, {"PasswordHistorySize": 0}], ids=["not-sent", "zero"])
def test_history_is_off_by_default(admin_set_user_password, give, pools, policy):
    """Without PasswordHistorySize, or with 0, the password in force and the one before are accepted again."""
    user = pools.get(policy=policy).user()
    first, second = _numbered(2)
    give(user, first, second)

    assert admin_set_user_password(user, Password=second, Permanent=True) == ACCEPTED
    assert admin_set_user_password(user, Password=first, Permanent=True) == ACCEPTED
    user.requires(first, TOKENS)
