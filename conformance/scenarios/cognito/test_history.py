"""Which of a user's earlier passwords may come back."""

import pytest

from conformance.verdict.observed import TOKENS

every_size = pytest.mark.parametrize("size", [1, 2, 3], ids=["one", "two", "three"])


def _numbered(count):
    """So many passwords, which differ by more than their number."""
    return [f"{word}-Passw0rd!" for word in ("First", "Second", "Third")[:count]]


@pytest.mark.claim("password-history-is-enforced")
@every_size
def test_password_history_is_enforced(admin_set_user_password, pools, size):
    """The oldest of the last PasswordHistorySize passwords is refused; one that the user never had is not."""
    user = pools.get(policy={"PasswordHistorySize": size}).user()
    passwords = _numbered(size)
    for password in passwords:
        assert admin_set_user_password(user, Password=password, Permanent=True).ok

    reply = admin_set_user_password(user, Password=passwords[0], Permanent=True)

    assert reply.error == "PasswordHistoryPolicyViolationException"
    assert user.sign_in(passwords[-1]).outcome == TOKENS
    assert admin_set_user_password(user, Password="Never-had-1!", Permanent=True).ok
    assert user.sign_in("Never-had-1!").outcome == TOKENS


@pytest.mark.claim("history-includes-the-current-password")
def test_history_includes_the_current_password(admin_set_user_password, pools):
    """With PasswordHistorySize 1 the password in force is refused, and stays in force."""
    user = pools.get(policy={"PasswordHistorySize": 1}).user()
    assert admin_set_user_password(user, Password="Current-0ne!", Permanent=True).ok

    reply = admin_set_user_password(user, Password="Current-0ne!", Permanent=True)

    assert reply.error == "PasswordHistoryPolicyViolationException"
    assert user.sign_in("Current-0ne!").outcome == TOKENS
    assert admin_set_user_password(user, Password="An0ther-one!", Permanent=True).ok
    assert user.sign_in("An0ther-one!").outcome == TOKENS


@pytest.mark.claim("older-passwords-may-return")
@every_size
def test_older_passwords_may_return(admin_set_user_password, pools, size):
    """A password is accepted again once PasswordHistorySize others have followed it."""
    user = pools.get(policy={"PasswordHistorySize": size}).user()
    assert admin_set_user_password(user, Password="Returning-1!", Permanent=True).ok
    for password in _numbered(size):
        assert admin_set_user_password(user, Password=password, Permanent=True).ok

    reply = admin_set_user_password(user, Password="Returning-1!", Permanent=True)

    assert reply.ok
    assert user.sign_in("Returning-1!").outcome == TOKENS


@pytest.mark.claim("history-is-off-by-default")
@pytest.mark.parametrize("policy", [{}, {"PasswordHistorySize": 0}], ids=["not-sent", "zero"])
def test_history_is_off_by_default(admin_set_user_password, pools, policy):
    """Without PasswordHistorySize, or with 0, the password in force and the one before are accepted again."""
    user = pools.get(policy=policy).user()
    first, second = _numbered(2)
    for password in (first, second, second):
        assert admin_set_user_password(user, Password=password, Permanent=True).ok

    reply = admin_set_user_password(user, Password=first, Permanent=True)

    assert reply.ok
    assert user.sign_in(first).outcome == TOKENS
