"""The attributes at NEW_PASSWORD_REQUIRED, in a pool whose Schema requires some."""

import json

import pytest

from conformance.scenarios.preconditions import require
from conformance.target.mailbox import simulated
from conformance.target.sign_in import RESPOND
from conformance.verdict.observed import NOT_REFUSED, TOKENS, Parts

pytestmark = pytest.mark.bindings("sdk")

FORCED = "FORCE_CHANGE_PASSWORD"
EMAIL = simulated("contact")
both_operations = pytest.mark.parametrize("operation", RESPOND)


@pytest.fixture(autouse=True)
def binding():
    """The plain client makes every call here."""


@pytest.fixture
def pool(pools):
    """A pool that requires a name and an e-mail address."""
    required = {"AttributeDataType": "String", "Required": True, "Mutable": True}
    return pools.get(Schema=[{"Name": "name", **required}, {"Name": "email", **required}])


@pytest.fixture
def nameless(pool):
    """A user with a temporary password, who has an address and no name."""
    return pool.user(FORCED, attributes={"email": EMAIL})


def _challenge(user):
    challenge = user.sign_in(user.password)
    require("the sign-in", challenge.outcome, "NEW_PASSWORD_REQUIRED", by="temporary-password-is-challenged")
    return challenge


def _required(challenge):
    """The attributes that a challenge requires; none where it has no such list."""
    try:
        listed = json.loads(challenge.parameters.get("requiredAttributes", "[]"))
    except ValueError:
        listed = []
    found = sorted(map(str, listed)) if isinstance(listed, list) else []
    return Parts(found, "requiredAttributes", operation=challenge.operation)


@pytest.mark.claim("challenge-lists-the-missing-attributes")
def test_challenge_lists_the_missing_attributes(nameless):
    """The challenge requires each attribute that the pool's Schema requires and the user lacks, and no other."""
    assert _required(_challenge(nameless)) == ["userAttributes.name"]


@pytest.mark.claim("missing-attributes-must-be-given")
@both_operations
def test_missing_attributes_must_be_given(pool, nameless, operation):
    """An answer without an attribute that the challenge requires is refused with InvalidParameterException."""
    answer = pool.client.choose(_challenge(nameless), nameless.username, "Chosen-by-me-1!", operation)

    assert answer.outcome == "InvalidParameterException"
    assert nameless.status == FORCED
    responses = {"userAttributes.name": "Ada"}
    put_right = pool.client.choose(_challenge(nameless), nameless.username, "Chosen-by-me-1!", operation, **responses)
    require("the same with the name", put_right.outcome, TOKENS, by="answer-stores-the-given-attributes")


@pytest.mark.claim("answer-stores-the-given-attributes")
@both_operations
@pytest.mark.parametrize("attribute", ["name", "nickname"], ids=["required", "not-required"])
def test_answer_stores_the_given_attributes(pool, nameless, operation, attribute):
    """The attributes that the answer gives are the user's from then on, required ones and others."""
    responses = {"userAttributes.name": "Ada", f"userAttributes.{attribute}": "Ada"}

    answer = pool.client.choose(_challenge(nameless), nameless.username, "Chosen-by-me-1!", operation, **responses)

    assert answer == NOT_REFUSED
    assert nameless.attribute(attribute) == "Ada"


@pytest.mark.claim("given-attribute-cannot-be-given-again")
@both_operations
def test_given_attribute_cannot_be_given_again(pool, operation):
    """An answer with a required attribute that the user has is refused with NotAuthorizedException."""
    user = pool.user(FORCED, attributes={"email": EMAIL, "name": "Ada"})
    changed = {"userAttributes.email": simulated("another")}

    answer = pool.client.choose(_challenge(user), user.username, "Chosen-by-me-1!", operation, **changed)

    assert answer.outcome == "NotAuthorizedException"
    assert user.attribute("email") == EMAIL
    put_right = pool.client.choose(_challenge(user), user.username, "Chosen-by-me-1!", operation)
    require("the same without the attribute", put_right.outcome, TOKENS, by="challenge-answer-grants-tokens")
