"""No secret is written down."""

import json

import pytest

from conformance.verdict.journal import HIDDEN, Journal, describe
from conformance.verdict.observed import ACCEPTED, Outcome
from conformance.verdict.reply import Reply

TOKEN = "eyJraWQiOiJ4In0.eyJzdWIiOiJ5In0.c2lnbmF0dXJl"


@pytest.mark.parametrize(
    "name",
    [
        "AccessToken",
        "IdToken",
        "RefreshToken",
        "Session",
        "SECRET_HASH",
        "PASSWORD_CLAIM_SIGNATURE",
        "PASSWORD_CLAIM_SECRET_BLOCK",
        "SRP_A",
        "SRP_B",
        "ClientSecret",
        "Authorization",
        "X-Amz-Security-Token",
        "ConfirmationCode",
    ],
)
def test_a_secret_member_is_hidden_at_any_depth(name):
    """The value of a member that holds a credential, a token or a session is not written."""
    text = describe("Operation", {"Outer": [{name: "very-secret"}]})

    assert "very-secret" not in text
    assert HIDDEN in text


@pytest.mark.parametrize(
    "secret",
    [TOKEN, "AKIAIOSFODNN7EXAMPLE", "Signature=0123456789abcdef", "Credential=AKIAIOSFODNN7EXAMPLE/20260101/us-east-1"],
)
def test_a_secret_is_hidden_in_any_text(secret):
    """Tokens, access key ids and signatures are hidden wherever they turn up."""
    journal = Journal()
    journal.record(f"sent {secret} off", f"got {secret} back")

    (exchange,) = journal.exchanges
    assert [HIDDEN in text and secret not in text for text in (exchange.sent, exchange.received)] == [True, True]


def test_the_credentials_in_use_are_hidden():
    """The access key, its secret and the session token of the run appear nowhere."""
    journal = Journal(["my-access-key", "my-secret-key", ""])
    body = json.dumps({"message": "my-access-key my-secret-key"}).encode()
    journal.record_reply("sent with my-secret-key", Reply("wire", Outcome(ACCEPTED), status=200, body=body))

    assert "my-" not in repr(journal.exchanges)


def test_a_short_word_is_no_secret():
    """What somebody who talks to an emulator writes for a key leaves the words of an answer as they are."""
    assert Journal(["x", "test"]).anonymous("UserNotFoundException at test") == "UserNotFoundException at test"


def test_half_a_character_is_written_as_an_escape():
    """A lone surrogate, which JSON may hold and no file, does not keep a report from being written."""
    assert Journal().anonymous("\ud800") == r"\ud800"


def test_synthetic_passwords_are_shown():
    """The passwords of the scenarios are made up, and what was sent has to be readable."""
    assert "Temp0rary!" in describe("AdminSetUserPassword", {"Password": "Temp0rary!"})


def test_what_differs_from_run_to_run_is_named():
    """Names of pools and users, and UUIDs, are replaced in an observation, so that two runs agree."""
    journal = Journal()
    journal.names = {"us-east-1_abc": "<pool>", "user-1@example.com": "<user>"}
    text = "user-1@example.com in us-east-1_abc, request 123e4567-e89b-12d3-a456-426614174000"

    assert journal.anonymous(text) == "<user> in <pool>, request <uuid>"
