"""What the password policy of the pool lets through, over the passwords of fixtures/passwords.toml."""

import pytest

from conformance.scenarios.tables import accepted_passwords, refused_passwords
from conformance.target.pools import OLD_PASSWORD, POLICY
from conformance.verdict.observed import TOKENS

either_way = pytest.mark.parametrize(
    ("permanent", "outcome"), [(True, TOKENS), (False, "NEW_PASSWORD_REQUIRED")], ids=["permanent", "temporary"]
)


@pytest.fixture
def user(pools, policy):
    """A user of a pool with this policy, which the password before obeys as well."""
    minimum = {**POLICY, **(policy or {})}["MinimumLength"]
    return pools.get(policy=policy).user("FORCE_CHANGE_PASSWORD", password=OLD_PASSWORD.ljust(minimum, "x"))


@pytest.mark.claim("minimum-length-is-enforced")
@refused_passwords("minimum-length-is-enforced")
@either_way
def test_minimum_length_is_enforced(admin_set_user_password, user, password, put_right, permanent, outcome):
    """A password that is one character shorter than MinimumLength is refused with InvalidPasswordException."""
    before = user.state

    reply = admin_set_user_password(user, Password=password, Permanent=permanent)

    assert reply.error == "InvalidPasswordException"
    assert user.state == before
    assert admin_set_user_password(user, Password=put_right, Permanent=permanent).ok
    assert user.sign_in(put_right).outcome == outcome


@pytest.mark.claim("minimum-length-is-enough")
@accepted_passwords("minimum-length-is-enough")
@either_way
def test_minimum_length_is_enough(admin_set_user_password, user, password, permanent, outcome):
    """A password of exactly MinimumLength characters is accepted and signs in."""
    reply = admin_set_user_password(user, Password=password, Permanent=permanent)

    assert reply.ok
    assert user.sign_in(password).outcome == outcome


@pytest.mark.claim("uppercase-is-required")
@refused_passwords("uppercase-is-required")
@either_way
def test_uppercase_is_required(admin_set_user_password, user, password, put_right, permanent, outcome):
    """With RequireUppercase a password without an uppercase letter is refused with InvalidPasswordException."""
    before = user.state

    reply = admin_set_user_password(user, Password=password, Permanent=permanent)

    assert reply.error == "InvalidPasswordException"
    assert user.state == before
    assert admin_set_user_password(user, Password=put_right, Permanent=permanent).ok
    assert user.sign_in(put_right).outcome == outcome


@pytest.mark.claim("lowercase-is-required")
@refused_passwords("lowercase-is-required")
@either_way
def test_lowercase_is_required(admin_set_user_password, user, password, put_right, permanent, outcome):
    """With RequireLowercase a password without a lowercase letter is refused with InvalidPasswordException."""
    before = user.state

    reply = admin_set_user_password(user, Password=password, Permanent=permanent)

    assert reply.error == "InvalidPasswordException"
    assert user.state == before
    assert admin_set_user_password(user, Password=put_right, Permanent=permanent).ok
    assert user.sign_in(put_right).outcome == outcome


@pytest.mark.claim("numbers-are-required")
@refused_passwords("numbers-are-required")
@either_way
def test_numbers_are_required(admin_set_user_password, user, password, put_right, permanent, outcome):
    """With RequireNumbers a password without a digit is refused with InvalidPasswordException."""
    before = user.state

    reply = admin_set_user_password(user, Password=password, Permanent=permanent)

    assert reply.error == "InvalidPasswordException"
    assert user.state == before
    assert admin_set_user_password(user, Password=put_right, Permanent=permanent).ok
    assert user.sign_in(put_right).outcome == outcome


@pytest.mark.claim("symbols-are-required")
@refused_passwords("symbols-are-required")
@either_way
def test_symbols_are_required(admin_set_user_password, user, password, put_right, permanent, outcome):
    """With RequireSymbols a password without a symbol is refused with InvalidPasswordException."""
    before = user.state

    reply = admin_set_user_password(user, Password=password, Permanent=permanent)

    assert reply.error == "InvalidPasswordException"
    assert user.state == before
    assert admin_set_user_password(user, Password=put_right, Permanent=permanent).ok
    assert user.sign_in(put_right).outcome == outcome


@pytest.mark.claim("uppercase-may-be-unrequired")
@accepted_passwords("uppercase-may-be-unrequired")
@either_way
def test_uppercase_may_be_unrequired(admin_set_user_password, user, password, permanent, outcome):
    """Without RequireUppercase a password without an uppercase letter is accepted and signs in."""
    reply = admin_set_user_password(user, Password=password, Permanent=permanent)

    assert reply.ok
    assert user.sign_in(password).outcome == outcome


@pytest.mark.claim("lowercase-may-be-unrequired")
@accepted_passwords("lowercase-may-be-unrequired")
@either_way
def test_lowercase_may_be_unrequired(admin_set_user_password, user, password, permanent, outcome):
    """Without RequireLowercase a password without a lowercase letter is accepted and signs in."""
    reply = admin_set_user_password(user, Password=password, Permanent=permanent)

    assert reply.ok
    assert user.sign_in(password).outcome == outcome


@pytest.mark.claim("numbers-may-be-unrequired")
@accepted_passwords("numbers-may-be-unrequired")
@either_way
def test_numbers_may_be_unrequired(admin_set_user_password, user, password, permanent, outcome):
    """Without RequireNumbers a password without a digit is accepted and signs in."""
    reply = admin_set_user_password(user, Password=password, Permanent=permanent)

    assert reply.ok
    assert user.sign_in(password).outcome == outcome


@pytest.mark.claim("symbols-may-be-unrequired")
@accepted_passwords("symbols-may-be-unrequired")
@either_way
def test_symbols_may_be_unrequired(admin_set_user_password, user, password, permanent, outcome):
    """Without RequireSymbols a password without a symbol is accepted and signs in."""
    reply = admin_set_user_password(user, Password=password, Permanent=permanent)

    assert reply.ok
    assert user.sign_in(password).outcome == outcome


@pytest.mark.claim("every-listed-symbol-counts")
@accepted_passwords("every-listed-symbol-counts")
@either_way
def test_every_listed_symbol_counts(admin_set_user_password, user, password, permanent, outcome):
    """A password whose only symbol is one that the guide lists is accepted and signs in."""
    reply = admin_set_user_password(user, Password=password, Permanent=permanent)

    assert reply.ok
    assert user.sign_in(password).outcome == outcome


@pytest.mark.claim("inner-space-counts-as-a-symbol")
@accepted_passwords("inner-space-counts-as-a-symbol")
@either_way
def test_inner_space_counts_as_a_symbol(admin_set_user_password, user, password, permanent, outcome):
    """A password whose only symbols are spaces inside it is accepted and signs in."""
    reply = admin_set_user_password(user, Password=password, Permanent=permanent)

    assert reply.ok
    assert user.sign_in(password).outcome == outcome


@pytest.mark.claim("inner-spaces-are-allowed")
@accepted_passwords("inner-spaces-are-allowed")
@either_way
def test_inner_spaces_are_allowed(admin_set_user_password, user, password, permanent, outcome):
    """A password with spaces inside it is accepted and signs in."""
    reply = admin_set_user_password(user, Password=password, Permanent=permanent)

    assert reply.ok
    assert user.sign_in(password).outcome == outcome


@pytest.mark.claim("other-characters-are-allowed")
@accepted_passwords("other-characters-are-allowed")
@either_way
def test_other_characters_are_allowed(admin_set_user_password, user, password, permanent, outcome):
    """A password that also holds characters which no rule counts is accepted and signs in."""
    reply = admin_set_user_password(user, Password=password, Permanent=permanent)

    assert reply.ok
    assert user.sign_in(password).outcome == outcome


@pytest.mark.claim("other-characters-count-for-nothing")
@refused_passwords("other-characters-count-for-nothing")
@either_way
def test_other_characters_count_for_nothing(admin_set_user_password, user, password, put_right, permanent, outcome):
    """A password that has one class only by a character beyond Basic Latin is refused with InvalidPasswordException."""
    before = user.state

    reply = admin_set_user_password(user, Password=password, Permanent=permanent)

    assert reply.error == "InvalidPasswordException"
    assert user.state == before
    assert admin_set_user_password(user, Password=put_right, Permanent=permanent).ok
    assert user.sign_in(put_right).outcome == outcome


@pytest.mark.claim("leading-space-is-refused")
@refused_passwords("leading-space-is-refused")
@either_way
def test_leading_space_is_refused(admin_set_user_password, user, password, put_right, permanent, outcome):
    """A password that begins with white space is refused with InvalidParameterException."""
    before = user.state

    reply = admin_set_user_password(user, Password=password, Permanent=permanent)

    assert reply.error == "InvalidParameterException"
    assert user.state == before
    assert admin_set_user_password(user, Password=put_right, Permanent=permanent).ok
    assert user.sign_in(put_right).outcome == outcome


@pytest.mark.claim("trailing-space-is-refused")
@refused_passwords("trailing-space-is-refused")
@either_way
def test_trailing_space_is_refused(admin_set_user_password, user, password, put_right, permanent, outcome):
    """A password that ends with white space is refused with InvalidParameterException."""
    before = user.state

    reply = admin_set_user_password(user, Password=password, Permanent=permanent)

    assert reply.error == "InvalidParameterException"
    assert user.state == before
    assert admin_set_user_password(user, Password=put_right, Permanent=permanent).ok
    assert user.sign_in(put_right).outcome == outcome


@pytest.mark.claim("one-character-password-is-refused")
@refused_passwords("one-character-password-is-refused")
@either_way
def test_one_character_password_is_refused(admin_set_user_password, user, password, put_right, permanent, outcome):
    """A password of a single character is refused with InvalidParameterException."""
    before = user.state

    reply = admin_set_user_password(user, Password=password, Permanent=permanent)

    assert reply.error == "InvalidParameterException"
    assert user.state == before
    assert admin_set_user_password(user, Password=put_right, Permanent=permanent).ok
    assert user.sign_in(put_right).outcome == outcome


@pytest.mark.claim("password-may-have-256-characters")
@accepted_passwords("password-may-have-256-characters")
@either_way
def test_password_may_have_256_characters(admin_set_user_password, user, password, permanent, outcome):
    """A password of 256 characters is accepted and signs in."""
    reply = admin_set_user_password(user, Password=password, Permanent=permanent)

    assert reply.ok
    assert user.sign_in(password).outcome == outcome


@pytest.mark.claim("password-over-256-characters-is-refused")
@refused_passwords("password-over-256-characters-is-refused")
@either_way
def test_password_over_256_characters_is_refused(
    admin_set_user_password, user, password, put_right, permanent, outcome
):
    """A password of 257 characters is refused with InvalidParameterException."""
    before = user.state

    reply = admin_set_user_password(user, Password=password, Permanent=permanent)

    assert reply.error == "InvalidParameterException"
    assert user.state == before
    assert admin_set_user_password(user, Password=put_right, Permanent=permanent).ok
    assert user.sign_in(put_right).outcome == outcome


@pytest.mark.claim("default-policy-applies")
@refused_passwords("default-policy-applies")
@either_way
def test_default_policy_applies(admin_set_user_password, user, password, put_right, permanent, outcome):
    """A pool that was created without a policy asks for 8 characters and all four classes."""
    before = user.state

    reply = admin_set_user_password(user, Password=password, Permanent=permanent)

    assert reply.error == "InvalidPasswordException"
    assert user.state == before
    assert admin_set_user_password(user, Password=put_right, Permanent=permanent).ok
    assert user.sign_in(put_right).outcome == outcome


@pytest.mark.claim("parameters-are-checked-before-the-policy")
@refused_passwords("parameters-are-checked-before-the-policy")
@either_way
def test_parameters_are_checked_before_the_policy(
    admin_set_user_password, user, password, put_right, permanent, outcome
):
    """A password that no user may have is refused as InvalidParameterException even if it breaks the policy too."""
    before = user.state

    reply = admin_set_user_password(user, Password=password, Permanent=permanent)

    assert reply.error == "InvalidParameterException"
    assert user.state == before
    assert admin_set_user_password(user, Password=put_right, Permanent=permanent).ok
    assert user.sign_in(put_right).outcome == outcome
