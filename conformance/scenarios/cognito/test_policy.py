"""What the password policy of the pool lets through, over the passwords of fixtures/passwords.toml."""

import pytest

from conformance.scenarios.requests import either_way, user_before
from conformance.scenarios.tables import accepted_passwords, refused_passwords
from conformance.target.pools import OLD_PASSWORD, POLICY
from conformance.verdict.observed import ACCEPTED, OneOf

both_kinds = pytest.mark.parametrize("permanent", [True, False], ids=["permanent", "temporary"])


@pytest.fixture
def user(pools, policy, permanent):
    """A user of a pool with this policy, which the password before obeys as well."""
    minimum = {**POLICY, **(policy or {})}["MinimumLength"]
    return user_before(pools.get(policy=policy), permanent, password=OLD_PASSWORD.ljust(minimum, "x"))


@pytest.mark.claim("minimum-length-is-enforced")
@refused_passwords("minimum-length-is-enforced")
@both_kinds
def test_minimum_length_is_enforced(refused, user, password, put_right, permanent):
    """A password one character shorter than MinimumLength is refused with InvalidPasswordException."""
    reply = refused(user, Password=password, put_right=put_right, Permanent=permanent)

    # Below six characters the limit of an older model may answer first.
    errors = ("InvalidPasswordException", *(["InvalidParameterException"] if len(password) < 6 else []))
    assert reply.error == OneOf(errors)


@pytest.mark.claim("minimum-length-is-enough")
@accepted_passwords("minimum-length-is-enough")
@either_way
def test_minimum_length_is_enough(admin_set_user_password, user, password, permanent, outcome):
    """A password of exactly MinimumLength characters is accepted."""
    reply = admin_set_user_password(user, Password=password, Permanent=permanent)

    assert reply == ACCEPTED
    user.requires(password, outcome)


@pytest.mark.claim("uppercase-is-required")
@refused_passwords("uppercase-is-required")
@both_kinds
def test_uppercase_is_required(refused, user, password, put_right, permanent):
    """With RequireUppercase a password without an uppercase letter is refused with InvalidPasswordException."""
    reply = refused(user, Password=password, put_right=put_right, Permanent=permanent)

    assert reply.error == "InvalidPasswordException"


@pytest.mark.claim("lowercase-is-required")
@refused_passwords("lowercase-is-required")
@both_kinds
def test_lowercase_is_required(refused, user, password, put_right, permanent):
    """With RequireLowercase a password without a lowercase letter is refused with InvalidPasswordException."""
    reply = refused(user, Password=password, put_right=put_right, Permanent=permanent)

    assert reply.error == "InvalidPasswordException"


@pytest.mark.claim("numbers-are-required")
@refused_passwords("numbers-are-required")
@both_kinds
def test_numbers_are_required(refused, user, password, put_right, permanent):
    """With RequireNumbers a password without a digit is refused with InvalidPasswordException."""
    reply = refused(user, Password=password, put_right=put_right, Permanent=permanent)

    assert reply.error == "InvalidPasswordException"


@pytest.mark.claim("symbols-are-required")
@refused_passwords("symbols-are-required")
@both_kinds
def test_symbols_are_required(refused, user, password, put_right, permanent):
    """With RequireSymbols a password without a symbol is refused with InvalidPasswordException."""
    reply = refused(user, Password=password, put_right=put_right, Permanent=permanent)

    assert reply.error == "InvalidPasswordException"


@pytest.mark.claim("uppercase-may-be-unrequired")
@accepted_passwords("uppercase-may-be-unrequired")
@either_way
def test_uppercase_may_be_unrequired(admin_set_user_password, user, password, permanent, outcome):
    """Without RequireUppercase a password without an uppercase letter is accepted."""
    reply = admin_set_user_password(user, Password=password, Permanent=permanent)

    assert reply == ACCEPTED
    user.requires(password, outcome)


@pytest.mark.claim("lowercase-may-be-unrequired")
@accepted_passwords("lowercase-may-be-unrequired")
@either_way
def test_lowercase_may_be_unrequired(admin_set_user_password, user, password, permanent, outcome):
    """Without RequireLowercase a password without a lowercase letter is accepted."""
    reply = admin_set_user_password(user, Password=password, Permanent=permanent)

    assert reply == ACCEPTED
    user.requires(password, outcome)


@pytest.mark.claim("numbers-may-be-unrequired")
@accepted_passwords("numbers-may-be-unrequired")
@either_way
def test_numbers_may_be_unrequired(admin_set_user_password, user, password, permanent, outcome):
    """Without RequireNumbers a password without a digit is accepted."""
    reply = admin_set_user_password(user, Password=password, Permanent=permanent)

    assert reply == ACCEPTED
    user.requires(password, outcome)


@pytest.mark.claim("symbols-may-be-unrequired")
@accepted_passwords("symbols-may-be-unrequired")
@either_way
def test_symbols_may_be_unrequired(admin_set_user_password, user, password, permanent, outcome):
    """Without RequireSymbols a password without a symbol is accepted."""
    reply = admin_set_user_password(user, Password=password, Permanent=permanent)

    assert reply == ACCEPTED
    user.requires(password, outcome)


@pytest.mark.claim("every-listed-symbol-counts")
@accepted_passwords("every-listed-symbol-counts")
@either_way
def test_every_listed_symbol_counts(admin_set_user_password, user, password, permanent, outcome):
    """A password whose only symbol is one that the guide lists is accepted."""
    reply = admin_set_user_password(user, Password=password, Permanent=permanent)

    assert reply == ACCEPTED
    user.requires(password, outcome)


@pytest.mark.claim("inner-space-counts-as-a-symbol")
@accepted_passwords("inner-space-counts-as-a-symbol")
@either_way
def test_inner_space_counts_as_a_symbol(admin_set_user_password, user, password, permanent, outcome):
    """A password whose only symbols are spaces inside it is accepted."""
    reply = admin_set_user_password(user, Password=password, Permanent=permanent)

    assert reply == ACCEPTED
    user.requires(password, outcome)


@pytest.mark.claim("inner-spaces-are-allowed")
@accepted_passwords("inner-spaces-are-allowed")
@either_way
def test_inner_spaces_are_allowed(admin_set_user_password, user, password, permanent, outcome):
    """A password with spaces inside it is accepted."""
    reply = admin_set_user_password(user, Password=password, Permanent=permanent)

    assert reply == ACCEPTED
    user.requires(password, outcome)


@pytest.mark.claim("other-characters-are-allowed")
@accepted_passwords("other-characters-are-allowed")
@either_way
def test_other_characters_are_allowed(admin_set_user_password, user, password, permanent, outcome):
    """A password that also holds characters which no rule counts is accepted."""
    reply = admin_set_user_password(user, Password=password, Permanent=permanent)

    assert reply == ACCEPTED
    user.requires(password, outcome)


@pytest.mark.claim("other-characters-count-for-nothing")
@refused_passwords("other-characters-count-for-nothing")
@both_kinds
def test_other_characters_count_for_nothing(refused, user, password, put_right, permanent):
    """A password that has one class only by a character beyond Basic Latin is refused with InvalidPasswordException."""
    reply = refused(user, Password=password, put_right=put_right, Permanent=permanent)

    assert reply.error == "InvalidPasswordException"


@pytest.mark.claim("leading-space-is-refused")
@refused_passwords("leading-space-is-refused")
@both_kinds
def test_leading_space_is_refused(refused, user, password, put_right, permanent):
    """A password that begins with white space is refused with InvalidParameterException."""
    reply = refused(user, Password=password, put_right=put_right, Permanent=permanent)

    assert reply.error == "InvalidParameterException"


@pytest.mark.claim("trailing-space-is-refused")
@refused_passwords("trailing-space-is-refused")
@both_kinds
def test_trailing_space_is_refused(refused, user, password, put_right, permanent):
    """A password that ends with white space is refused with InvalidParameterException."""
    reply = refused(user, Password=password, put_right=put_right, Permanent=permanent)

    assert reply.error == "InvalidParameterException"


@pytest.mark.claim("one-character-password-is-refused")
@refused_passwords("one-character-password-is-refused")
@both_kinds
def test_one_character_password_is_refused(refused, user, password, put_right, permanent):
    """A password of a single character is refused with InvalidParameterException."""
    reply = refused(user, Password=password, put_right=put_right, Permanent=permanent)

    assert reply.error == "InvalidParameterException"


@pytest.mark.claim("password-may-have-256-characters")
@accepted_passwords("password-may-have-256-characters")
@either_way
def test_password_may_have_256_characters(admin_set_user_password, user, password, permanent, outcome):
    """A password of 256 characters is accepted and signs in."""
    reply = admin_set_user_password(user, Password=password, Permanent=permanent)

    assert reply == ACCEPTED
    assert user.sign_in(password) == outcome


@pytest.mark.claim("password-over-256-characters-is-refused")
@refused_passwords("password-over-256-characters-is-refused")
@both_kinds
def test_password_over_256_characters_is_refused(refused, user, password, put_right, permanent):
    """A password of 257 characters is refused with InvalidParameterException."""
    reply = refused(user, Password=password, put_right=put_right, Permanent=permanent)

    assert reply.error == "InvalidParameterException"


@pytest.mark.claim("default-policy-applies")
@refused_passwords("default-policy-applies")
@both_kinds
def test_default_policy_applies(refused, user, password, put_right, permanent):
    """A pool that was created without a policy asks for 8 characters and all four classes."""
    reply = refused(user, Password=password, put_right=put_right, Permanent=permanent)

    assert reply.error == "InvalidPasswordException"


@pytest.mark.claim("parameters-are-checked-before-the-policy")
@refused_passwords("parameters-are-checked-before-the-policy")
@both_kinds
def test_parameters_are_checked_before_the_policy(refused, user, password, put_right, permanent):
    """A password that no user may have is refused as InvalidParameterException even if it breaks the policy too."""
    reply = refused(user, Password=password, put_right=put_right, Permanent=permanent)

    assert reply.error == "InvalidParameterException"
