"""The texts that Cognito was seen to answer with, word for word."""

import re

import pytest

from conformance.scenarios.refusals import refusal
from conformance.scenarios.requests import members_for
from conformance.verdict.observed import OneOf, Parts, Text

CONSTRAINT = "failed to satisfy constraint: Member must"
POLICY = "Password does not conform to policy: "

# Each breaks one rule only.
RULES = {
    "length": ("Short-1", "Password not long enough"),
    "uppercase": ("no-upper-1!", "Password must have uppercase characters"),
    "lowercase": ("NO-LOWER-1!", "Password must have lowercase characters"),
    "numbers": ("No-Number!", "Password must have numeric characters"),
    "symbols": ("NoSymbol1", "Password must have symbol characters"),
}


@pytest.mark.claim("policy-message-names-the-rule")
@pytest.mark.parametrize(("password", "rule"), RULES.values(), ids=RULES)
def test_policy_message_names_the_rule(refused, user, password, rule):
    """The message of InvalidPasswordException names the rule of the policy that the password breaks."""
    reply = refused(user, Password=password)

    reply.requires_refusal("InvalidPasswordException")
    assert reply.message == f"{POLICY}{rule}"


@pytest.mark.claim("length-is-reported-first")
@pytest.mark.parametrize("password", ["p@word", "Pass", "C@1"], ids=["no-uppercase", "no-symbol", "no-lowercase"])
def test_length_is_reported_first(refused, user, password):
    """The message on a password that is too short names that alone, whichever other rules it breaks."""
    reply = refused(user, Password=password)

    reply.requires_refusal("InvalidPasswordException")
    assert Text(reply.message.rpartition(": ")[2]) == "Password not long enough"


@pytest.mark.claim("unknown-user-message")
def test_unknown_user_message(refused, user):
    """The message of UserNotFoundException is that the user does not exist."""
    reply = refused(user, Username="success+nobody@simulator.amazonses.com")

    reply.requires_refusal("UserNotFoundException")
    assert reply.message == "User does not exist."


@pytest.mark.claim("unknown-pool-message")
def test_unknown_pool_message(refused, user):
    """The message of ResourceNotFoundException is that the pool of this id does not exist."""
    pool_id = f"{user.pool.id.partition('_')[0]}_NoSuchOne"
    reply = refused(user, UserPoolId=pool_id)

    reply.requires_refusal("ResourceNotFoundException")
    assert reply.message == f"User pool {pool_id} does not exist."


# The value, null, was seen hidden, too, at members that the model calls sensitive.
MISSING = {
    "UserPoolId": ["Value null at 'userPoolId'"],
    "Username": ["Value null at 'username'", "Value at 'username'"],
    "Password": ["Value null at 'password'", "Value at 'password'"],
}


@pytest.mark.claim("missing-member-message")
@pytest.mark.bindings("wire")
@pytest.mark.parametrize(("member", "subjects"), MISSING.items(), ids=MISSING)
def test_missing_member_message(wire, user, member, subjects):
    """The message on a missing member counts one violation and names the member."""
    members = members_for(user)
    odd = {name: value for name, value in members.items() if name != member}

    reply = refusal(user, lambda: wire.send(odd), lambda: wire.send(members))

    reply.requires_refusal("InvalidParameterException")
    assert reply.message == OneOf(
        tuple(f"1 validation error detected: {subject} {CONSTRAINT} not be null" for subject in subjects)
    )


@pytest.mark.claim("malformed-pool-id-message")
def test_malformed_pool_id_message(refused, user):
    """The message on a malformed UserPoolId quotes it, names the member and states the pattern."""
    reply = refused(user, UserPoolId="no-pool-id")

    pattern = r"[\w-]+_[0-9a-zA-Z]+"
    subject = "1 validation error detected: Value 'no-pool-id' at 'userPoolId'"
    reply.requires_refusal("InvalidParameterException")
    assert reply.message == f"{subject} {CONSTRAINT} satisfy regular expression pattern: {pattern}"


@pytest.mark.claim("password-pattern-message")
@pytest.mark.parametrize(
    "password", [" Leading-1!", "Trailing-1! ", "!"], ids=["leading-space", "trailing-space", "one-character"]
)
def test_password_pattern_message(refused, user, password):
    """The message on a password outside the pattern names the member and states the pattern, and shows no value."""
    reply = refused(user, Password=password)

    pattern = r"^[\S]+.*[\S]+$"
    subject = "1 validation error detected: Value at 'password'"
    reply.requires_refusal("InvalidParameterException")
    assert reply.message == f"{subject} {CONSTRAINT} satisfy regular expression pattern: {pattern}"


USERNAMES = {
    "space": ("no such user", r"satisfy regular expression pattern: [\p{L}\p{M}\p{S}\p{N}\p{P}]+"),
    "129-characters": ("u" * 129, "have length less than or equal to 128"),
}


@pytest.mark.claim("constraint-messages-mask-the-username")
@pytest.mark.parametrize(("username", "constraint"), USERNAMES.values(), ids=USERNAMES)
def test_constraint_messages_mask_the_username(refused, user, username, constraint):
    """The message on a Username outside a constraint names the member and the constraint, and shows no value."""
    reply = refused(user, Username=username)

    reply.requires_refusal("InvalidParameterException")
    assert reply.message == f"1 validation error detected: Value at 'username' {CONSTRAINT} {constraint}"


# Each breaks one constraint.
VIOLATIONS = {"UserPoolId": "no-pool-id", "Username": "no such user", "Password": " Leading-1!"}


@pytest.mark.claim("several-violations-are-counted")
@pytest.mark.parametrize(
    "members",
    [("Username", "Password"), ("UserPoolId", "Password"), ("UserPoolId", "Username", "Password")],
    ids=["two-masked", "one-masked", "three"],
)
def test_several_violations_are_counted(refused, user, members):
    """The message on several violations counts them and lists each once, in whatever order."""
    reply = refused(user, **{member: VIOLATIONS[member] for member in members})

    count, _, clauses = reply.message.partition(": ")
    reply.requires_refusal("InvalidParameterException")
    assert Text(count) == f"{len(members)} validation errors detected"
    assert Parts(sorted(map(_member, clauses.split("; "))), "violations of") == sorted(m.lower() for m in members)


def _member(clause):
    """The member that a clause names, in lower case."""
    named = re.search(r"at '(\w+)'", clause)
    return named[1].lower() if named else "no member"
