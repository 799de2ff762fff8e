"""Which user Username reaches, and which names there can be (fixtures/usernames.toml)."""

import itertools
import re

import pytest

from conformance.scenarios.preconditions import require
from conformance.scenarios.refusals import refusal
from conformance.scenarios.requests import (
    BY_CONTACT,
    IGNORING_CASE,
    MINDING_CASE,
    WITH_ALIASES,
    either_way,
    new_password_of,
    user_before,
)
from conformance.scenarios.tables import names, names_sent_otherwise, spelled
from conformance.verdict.observed import ACCEPTED, NOT_REFUSED, REFUSED, TOKENS

both_kinds = pytest.mark.parametrize("permanent", [True, False], ids=["permanent", "temporary"])
verified_or_not = pytest.mark.parametrize("verified", ["true", "false"], ids=["verified", "unverified"])

ADDRESS = "success+ada-NNN@simulator.amazonses.com"
NUMBER = "+1555NNN"

# Seven digits, so that +1555NNN is a telephone number; 555 is not an area code.
_NUMBERS = itertools.count(1)


@pytest.fixture
def spell():
    """What a name is once NNN has become a number that no other scenario has."""
    number = f"{next(_NUMBERS):07d}"
    return lambda written: spelled(written, number)


@pytest.fixture
def called():
    """A user of a pool, called as is written, and what other names are with the digits that stand for this user's NNN.

    The user is a new one, or was kept under the same written name and with the same written attributes. Without
    `start` it is one for a request whose outcome does not depend on the status."""

    def call(pool, name, permanent=True, attributes=None, start=None):
        number = f"{next(_NUMBERS):07d}"
        own = {attribute: spelled(value, number) for attribute, value in (attributes or {}).items()}
        like = {"username": spelled(name, number), "attributes": own, "alike": f"{name} {attributes}"}
        user = pool.user(start, **like) if start else user_before(pool, permanent, **like)
        digits = re.search("[0-9]{7}(?![0-9])", user.login)[0]
        return user, lambda written: spelled(written, digits)

    return call


@pytest.fixture
def effect(admin_set_user_password):
    """What a sign-in shows of a call by another name; blocks if the same call by the username has none either."""

    def call(user, permanent):
        password = new_password_of(user)
        seen = user.sign_in(password)
        if seen.refused:
            again = admin_set_user_password(user, Password=password, Permanent=permanent)
            again.requires_success("the same call by the username")
            by_username = user.sign_in(password)
            require("the password set by the username", by_username.refused, False, by="works-on-any-user")
        return seen

    return call


@pytest.mark.claim("username-names-the-user")
@names("username-names-the-user")
@either_way
def test_username_names_the_user(admin_set_user_password, pool, called, name, permanent, outcome):
    """The name that the user was created with reaches the user."""
    user, _ = called(pool, name, permanent)

    reply = admin_set_user_password(user, Username=user.login, Password=new_password_of(user), Permanent=permanent)

    assert reply == ACCEPTED
    user.requires(new_password_of(user), outcome)


@pytest.mark.claim("email-alias-names-the-user")
@both_kinds
def test_email_alias_names_the_user(admin_set_user_password, effect, pools, called, permanent):
    """In a pool where email is an alias, a verified address reaches the user who has it."""
    verified = {"email": ADDRESS, "email_verified": "true"}
    user, spell = called(pools.get(**WITH_ALIASES), "ada-NNN", permanent, verified)
    password = new_password_of(user)

    reply = admin_set_user_password(user, Username=spell(ADDRESS), Password=password, Permanent=permanent)

    assert reply == ACCEPTED
    assert effect(user, permanent) == NOT_REFUSED


@pytest.mark.claim("phone-alias-names-the-user")
@both_kinds
def test_phone_alias_names_the_user(admin_set_user_password, effect, pools, called, permanent):
    """In a pool where phone_number is an alias, a verified number reaches the user who has it."""
    verified = {"phone_number": NUMBER, "phone_number_verified": "true"}
    user, spell = called(pools.get(**WITH_ALIASES), "ada-NNN", permanent, verified)
    password = new_password_of(user)

    reply = admin_set_user_password(user, Username=spell(NUMBER), Password=password, Permanent=permanent)

    assert reply == ACCEPTED
    assert effect(user, permanent) == NOT_REFUSED


@pytest.mark.claim("preferred-username-alias-names-the-user")
@both_kinds
def test_preferred_username_alias_names_the_user(admin_set_user_password, effect, pools, called, permanent):
    """In a pool where preferred_username is an alias, it reaches the user who has it."""
    preferred = {"preferred_username": "countess-NNN"}
    user, spell = called(pools.get(**WITH_ALIASES), "ada-NNN", permanent, preferred, "CONFIRMED")
    password = new_password_of(user)

    reply = admin_set_user_password(user, Username=spell("countess-NNN"), Password=password, Permanent=permanent)

    assert reply == ACCEPTED
    assert effect(user, permanent) == NOT_REFUSED


@pytest.mark.claim("sub-names-the-user")
@both_kinds
def test_sub_names_the_user(admin_set_user_password, effect, user, permanent):
    """In a pool without aliases, the `sub` reaches the user who has it."""
    password = new_password_of(user)
    reply = admin_set_user_password(user, Username=user.sub, Password=password, Permanent=permanent)

    assert reply == ACCEPTED
    assert effect(user, permanent) == NOT_REFUSED


@pytest.mark.claim("unverified-alias-names-nobody")
@pytest.mark.parametrize(
    ("attribute", "written"),
    [("email", ADDRESS), ("phone_number", NUMBER)],
    ids=["email", "phone_number"],
)
@either_way
def test_unverified_alias_names_nobody(admin_set_user_password, pools, spell, attribute, written, permanent, outcome):
    """An alias that is not verified does not reach the user; once it is verified, it does."""
    alias = spell(written)
    user = pools.get(**WITH_ALIASES).user(
        "FORCE_CHANGE_PASSWORD", username=spell("ada-NNN"), attributes={attribute: alias}
    )
    password = new_password_of(user)

    def call():
        return admin_set_user_password(user, Username=alias, Password=password, Permanent=permanent)

    def verify_and_call():
        verified = [{"Name": attribute, "Value": alias}, {"Name": f"{attribute}_verified", "Value": "true"}]
        user.arrange("AdminUpdateUserAttributes", UserAttributes=verified)
        return call()

    reply = refusal(user, call, verify_and_call, password, outcome)

    assert reply == REFUSED


@pytest.mark.claim("email-username-attribute-names-the-user")
@verified_or_not
@both_kinds
def test_email_username_attribute_names_the_user(admin_set_user_password, effect, pools, called, verified, permanent):
    """In a pool whose users sign up with an address, it reaches the user, verified or not."""
    attributes = {"email": ADDRESS, "email_verified": verified}
    user, spell = called(pools.get(**BY_CONTACT), ADDRESS, permanent, attributes)
    password = new_password_of(user)

    reply = admin_set_user_password(user, Username=spell(ADDRESS), Password=password, Permanent=permanent)

    assert reply == ACCEPTED
    assert effect(user, permanent) == NOT_REFUSED


@pytest.mark.claim("phone-username-attribute-names-the-user")
@verified_or_not
@both_kinds
def test_phone_username_attribute_names_the_user(admin_set_user_password, effect, pools, called, verified, permanent):
    """In a pool whose users sign up with a number, it reaches the user, verified or not."""
    attributes = {"phone_number": NUMBER, "phone_number_verified": verified}
    user, spell = called(pools.get(**BY_CONTACT), NUMBER, permanent, attributes)
    password = new_password_of(user)

    reply = admin_set_user_password(user, Username=spell(NUMBER), Password=password, Permanent=permanent)

    assert reply == ACCEPTED
    assert effect(user, permanent) == NOT_REFUSED


@pytest.mark.claim("usernames-are-case-sensitive")
@pytest.mark.parametrize("configuration", [{}, MINDING_CASE], ids=["by-default", "configured"])
@names_sent_otherwise("usernames-are-case-sensitive")
def test_usernames_are_case_sensitive(refused, pools, called, configuration, name, sent):
    """In a pool without CaseSensitive false, a name in another case does not reach the user."""
    user, spell = called(pools.get(**configuration), name)

    reply = refused(user, Username=spell(sent), right={"Username": spell(name)})

    assert reply == REFUSED


@pytest.mark.claim("usernames-ignore-case-when-configured")
@names_sent_otherwise("usernames-ignore-case-when-configured")
@both_kinds
def test_usernames_ignore_case_when_configured(admin_set_user_password, effect, pools, called, name, sent, permanent):
    """In a pool with CaseSensitive false, a name in another case reaches the user."""
    user, spell = called(pools.get(**IGNORING_CASE), name, permanent)

    reply = admin_set_user_password(user, Username=spell(sent), Password=new_password_of(user), Permanent=permanent)

    assert reply == ACCEPTED
    assert effect(user, permanent) == NOT_REFUSED


@pytest.mark.claim("aliases-ignore-case-when-configured")
@pytest.mark.parametrize(
    ("attributes", "sent"),
    [
        (
            {"email": "success+ada-NNN@simulator.amazonses.com", "email_verified": "true"},
            "SUCCESS+ADA-NNN@SIMULATOR.AMAZONSES.COM",
        ),
        (
            {"email": "Success+Ada-NNN@Simulator.AmazonSES.com", "email_verified": "true"},
            "success+ada-NNN@simulator.amazonses.com",
        ),
        ({"preferred_username": "countess-NNN"}, "COUNTESS-NNN"),
        ({"preferred_username": "Countess-NNN"}, "countess-NNN"),
    ],
    ids=["email-upper", "email-lower", "preferred_username-upper", "preferred_username-lower"],
)
@both_kinds
def test_aliases_ignore_case_when_configured(
    admin_set_user_password, effect, pools, called, attributes, sent, permanent
):
    """In a pool with CaseSensitive false, an alias of email or preferred_username in another case reaches the user."""
    user, spell = called(pools.get(**IGNORING_CASE), "ada-NNN", permanent, attributes, "CONFIRMED")
    password = new_password_of(user)

    reply = admin_set_user_password(user, Username=spell(sent), Password=password, Permanent=permanent)

    assert reply == ACCEPTED
    assert effect(user, permanent) == NOT_REFUSED


@pytest.mark.claim("username-within-the-pattern-is-accepted")
@names("username-within-the-pattern-is-accepted")
def test_username_within_the_pattern_is_accepted(admin_set_user_password, pool, called, name):
    """A name of characters that the model's pattern allows reaches the user who was created with it."""
    user, spell = called(pool, name)

    reply = admin_set_user_password(user, Username=spell(name), Password=new_password_of(user), Permanent=True)

    assert reply == ACCEPTED
    user.requires(new_password_of(user), TOKENS)


@pytest.mark.claim("username-outside-the-pattern-is-refused")
@names_sent_otherwise("username-outside-the-pattern-is-refused")
def test_username_outside_the_pattern_is_refused(refused, pool, called, name, sent):
    """A name with a character that the model's pattern does not allow is refused with InvalidParameterException."""
    user, spell = called(pool, name)

    reply = refused(user, Username=spell(sent), right={"Username": spell(name)})

    assert reply.error == "InvalidParameterException"


@pytest.mark.claim("username-may-have-128-characters")
@names("username-may-have-128-characters")
def test_username_may_have_128_characters(admin_set_user_password, pool, called, name):
    """A name of 128 characters reaches the user who was created with it."""
    user, spell = called(pool, name)

    reply = admin_set_user_password(user, Username=spell(name), Password=new_password_of(user), Permanent=True)

    assert reply == ACCEPTED
    user.requires(new_password_of(user), TOKENS)


@pytest.mark.claim("username-over-128-characters-is-refused")
@names_sent_otherwise("username-over-128-characters-is-refused")
def test_username_over_128_characters_is_refused(refused, pool, called, name, sent):
    """A name of 129 characters is refused with InvalidParameterException."""
    user, spell = called(pool, name)

    reply = refused(user, Username=spell(sent), right={"Username": spell(name)})

    assert reply.error == "InvalidParameterException"


@pytest.mark.claim("unknown-user-is-not-found")
@names_sent_otherwise("unknown-user-is-not-found")
@pytest.mark.parametrize("permanent", [True, False], ids=["permanent", "temporary"])
def test_unknown_user_is_not_found(refused, pool, called, name, sent, permanent):
    """A name that nobody in the pool has is refused with UserNotFoundException."""
    user, spell = called(pool, name, permanent, attributes={"email": ADDRESS})

    reply = refused(user, Username=spell(sent), Permanent=permanent, right={"Username": spell(name)})

    assert reply.error == "UserNotFoundException"
