"""A client with a secret: SECRET_HASH at each step."""

import uuid
from dataclasses import replace

import pytest

from conformance.scenarios.preconditions import require
from conformance.scenarios.requests import WITH_ALIASES
from conformance.target.mailbox import simulated
from conformance.target.sign_in import FLOWS, RESPOND
from conformance.verdict.observed import ACCEPTED, NOT_REFUSED, TOKENS, Parts
from conformance.verdict.observed import REFUSED as ANY_REFUSAL

pytestmark = pytest.mark.bindings("sdk")

REFUSED = "NotAuthorizedException"
ALL_FLOWS = [f"ALLOW_{flow}" for flow in (*FLOWS, "REFRESH_TOKEN_AUTH")]
every_flow = pytest.mark.parametrize("flow", FLOWS)
both_operations = pytest.mark.parametrize("operation", RESPOND)
absent_or_wrong = pytest.mark.parametrize("secret", ["", "not-the-secret-of-this-client"], ids=["absent", "wrong"])


@pytest.fixture(autouse=True)
def binding():
    """The plain client makes every call here."""


@pytest.fixture
def confidential(pool):
    """A client that has a secret."""
    return pool.new_client(GenerateSecret=True, ExplicitAuthFlows=ALL_FLOWS)


@pytest.mark.claim("generated-secret-is-told")
def test_generated_secret_is_told(pool):
    """CreateUserPoolClient with GenerateSecret answers with a ClientSecret."""
    made = pool.service.arrange(
        "CreateUserPoolClient", "UserPoolClient", UserPoolId=pool.id, ClientName="secret", GenerateSecret=True
    )["UserPoolClient"]

    members = sorted(made.keys() & {"ClientId", "ClientSecret"})
    assert Parts(members, "members", operation="CreateUserPoolClient") == ["ClientId", "ClientSecret"]


@pytest.mark.claim("secret-hash-signs-in")
@every_flow
def test_secret_hash_signs_in(user, confidential, flow):
    """At a client with a secret, a sign-in with the right SECRET_HASH at each step grants tokens."""
    require("the sign-in without a secret", user.sign_in(user.password, flow).outcome, TOKENS)

    answer = confidential.sign_in(user.login, user.password, flow)

    assert answer.outcome == TOKENS


@pytest.mark.claim("sign-in-requires-the-secret-hash")
@every_flow
@absent_or_wrong
def test_sign_in_requires_the_secret_hash(user, confidential, flow, secret):
    """At a client with a secret, a sign-in without the right SECRET_HASH is refused with NotAuthorizedException."""
    answer = replace(confidential, secret=secret).sign_in(user.login, user.password, flow)

    assert answer.outcome == REFUSED
    put_right = confidential.sign_in(user.login, user.password, flow)
    require("the right SECRET_HASH", put_right.outcome, TOKENS, by="secret-hash-signs-in")


@pytest.mark.claim("challenge-requires-the-secret-hash")
@both_operations
@absent_or_wrong
def test_challenge_requires_the_secret_hash(pool, confidential, operation, secret):
    """At a client with a secret, an answer without the right SECRET_HASH is refused with NotAuthorizedException."""
    user = pool.user("FORCE_CHANGE_PASSWORD")
    challenge = confidential.sign_in(user.login, user.password, "USER_PASSWORD_AUTH")

    answer = replace(confidential, secret=secret).choose(challenge, user.username, "Chosen-by-me-1!", operation)

    assert answer.outcome == REFUSED
    assert user.status == "FORCE_CHANGE_PASSWORD"
    challenge = confidential.sign_in(user.login, user.password, "USER_PASSWORD_AUTH")
    put_right = confidential.choose(challenge, user.username, "Chosen-by-me-1!", operation)
    require("the right SECRET_HASH", put_right.outcome, TOKENS, by="challenge-takes-the-hash-of-the-internal-name")


@pytest.mark.claim("challenge-takes-the-hash-of-the-internal-name")
@pytest.mark.parametrize("flow", ["USER_PASSWORD_AUTH", "USER_SRP_AUTH"])
@both_operations
def test_challenge_takes_the_hash_of_the_internal_name(pools, operation, flow):
    """The user who signs in by an alias answers with the SECRET_HASH of the name in USER_ID_FOR_SRP."""
    pool = pools.get(**WITH_ALIASES)
    alias = simulated(f"alias-{uuid.uuid4().hex[:12]}")
    attributes = {"email": alias, "email_verified": "true"}
    user = pool.user("FORCE_CHANGE_PASSWORD", username=f"ada-{uuid.uuid4().hex[:12]}", attributes=attributes)
    confidential = pool.new_client(GenerateSecret=True, ExplicitAuthFlows=ALL_FLOWS)
    challenge = confidential.sign_in(alias, user.password, flow)
    require("the sign-in by the alias", challenge.outcome, "NEW_PASSWORD_REQUIRED", by="secret-hash-signs-in")

    answer = confidential.choose(challenge, user.username, "Chosen-by-me-1!", operation)

    assert answer == NOT_REFUSED


@pytest.mark.claim("sign-up-requires-the-secret-hash")
@absent_or_wrong
def test_sign_up_requires_the_secret_hash(confidential, secret):
    """At a client with a secret, SignUp without the right SecretHash is refused with NotAuthorizedException."""
    members = {"Username": simulated(f"user-{uuid.uuid4().hex[:12]}"), "Password": "My-0wn-one!"}
    wrong = replace(confidential, secret=secret)

    assert wrong.call("SignUp", **members, **_member(wrong, members)) == REFUSED
    put_right = confidential.call("SignUp", **members, **_member(confidential, members))
    require("the right SecretHash", put_right, ACCEPTED, by="SignUp")


@pytest.mark.claim("forgotten-password-requires-the-secret-hash")
@absent_or_wrong
def test_forgotten_password_requires_the_secret_hash(user, confidential, secret):
    """At a client with a secret, ForgotPassword without the right SecretHash is refused with NotAuthorizedException."""
    user.verify_email()
    members = {"Username": user.login}
    wrong = replace(confidential, secret=secret)

    assert wrong.call("ForgotPassword", **members, **_member(wrong, members)) == REFUSED
    put_right = confidential.call("ForgotPassword", **members, **_member(confidential, members))
    require("the right SecretHash", put_right, ACCEPTED, by="forgotten-password-sends-a-code")


@pytest.mark.claim("codes-require-the-secret-hash")
@pytest.mark.parametrize("operation", ["ConfirmForgotPassword", "ConfirmSignUp"])
@absent_or_wrong
def test_codes_require_the_secret_hash(pool, confidential, control, operation, secret):
    """At a client with a secret, the right code without the right SecretHash does nothing."""
    user = pool.user("UNCONFIRMED" if operation == "ConfirmSignUp" else "CONFIRMED")
    members = {"Username": user.login}
    if operation == "ConfirmForgotPassword":
        user.verify_email()
        sent = confidential.call("ForgotPassword", **members, **_member(confidential, members))
        require("ForgotPassword", sent, ACCEPTED, by="forgotten-password-sends-a-code")
        members["Password"] = "My-0wn-one!"
    members["ConfirmationCode"] = control.code(pool, user.username)
    wrong = replace(confidential, secret=secret)
    before = user.state

    assert wrong.call(operation, **members, **_member(wrong, members)) == ANY_REFUSAL
    assert user.state == before
    put_right = confidential.call(operation, **members, **_member(confidential, members))
    require("the right SecretHash", put_right, ACCEPTED, by=operation)


def _member(client, members):
    """The member SecretHash; none for a client that has no secret."""
    computed = client.secret_hash(members["Username"])
    return {"SecretHash": computed["SECRET_HASH"]} if computed else {}
