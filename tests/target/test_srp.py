"""The client's half of SRP computes what RFC 5054 and RFC 5869 print, and signs in at a server that shares no code."""

from datetime import UTC, datetime

import pytest

from conformance.reference import srp as server
from conformance.target import srp
from tests.rfc5054 import RFC_A, RFC_A_PRIVATE, RFC_B, RFC_K, RFC_N, RFC_SECRET, RFC_U, RFC_X


def test_the_shared_secret_is_the_rfcs():
    """With the RFC's numbers the client comes to the RFC's premaster secret."""
    found = srp.premaster_secret(RFC_N, 2, RFC_K, RFC_X, RFC_A_PRIVATE, RFC_U, RFC_B)

    assert found == RFC_SECRET
    assert pow(2, RFC_A_PRIVATE, RFC_N) == RFC_A


def test_the_group_is_the_rfcs():
    """N has 3,072 bits, begins and ends with 64 ones, and is a safe prime by Fermat's test."""
    assert srp.N.bit_length() == 3072
    assert (srp.N >> 3008, srp.N % 2**64) == (2**64 - 1, 2**64 - 1)
    assert pow(3, srp.N - 1, srp.N) == 1
    assert pow(3, (srp.N - 1) // 2 - 1, (srp.N - 1) // 2) == 1


@pytest.mark.parametrize(
    ("number", "octets"), [(0x7F, b"\x7f"), (0x80, b"\x00\x80"), (0x1FF, b"\x01\xff"), (0xFFFF, b"\x00\xff\xff")]
)
def test_a_number_has_no_sign_bit(number, octets):
    """A number is hashed as unsigned: a zero octet stands before one of 128 or more."""
    assert srp.octets(number) == octets


def test_the_derived_key_is_hkdf():
    """The first 16 octets of HKDF-SHA256, computed by RFC 5869's own two steps with another library's HMAC."""
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    wanted = HKDF(SHA256(), 16, salt=srp.octets(0xABCDEF), info=b"Caldera Derived Key").derive(srp.octets(0x123456))

    assert srp.derived_key(0x123456, 0xABCDEF) == wanted


def test_the_timestamp_is_english_without_a_leading_zero():
    """The day of the month has no leading zero, the clock has."""
    assert srp.timestamp(datetime(2026, 11, 3, 8, 5, 9, tzinfo=UTC)) == "Tue Nov 3 08:05:09 UTC 2026"


@pytest.mark.parametrize("password", ["Passw0rd!", "pässwörd-Ω1!"])
def test_the_reference_takes_the_proof(password):
    """A server that shares no code with the client takes its proof, and no other password's."""
    pool, key = "us-east-1_Abc123", "Abc123"
    for typed, right in ((password, True), ("Wr0ng-one!", False)):
        client = srp.SrpClient.begin(pool, "ada", typed)
        begun = server.begin(key, "ada", password, client.auth_parameters["SRP_A"])
        challenge = {
            "USER_ID_FOR_SRP": "ada",
            "SRP_B": f"{begun.big_b:x}",
            "SALT": begun.salt,
            "SECRET_BLOCK": begun.secret_block,
        }
        answer = client.challenge_responses(challenge)
        proof = answer["TIMESTAMP"], answer["PASSWORD_CLAIM_SIGNATURE"]
        assert server.proven(begun, key, "ada", *proof) is right


@pytest.mark.parametrize("bits", [0x00AB_CDEF, 0x1, 0x8F, 0x7F00])
def test_a_salt_is_a_number(bits, monkeypatch):
    """A salt of few digits is hashed as a number by both halves, whatever zeros could stand in front of it."""
    monkeypatch.setattr(server.secrets, "randbits", lambda size: bits if size == 128 else 0xABCDEF)
    client = srp.SrpClient.begin("us-east-1_Abc123", "ada", "Passw0rd!")
    begun = server.begin("Abc123", "ada", "Passw0rd!", client.auth_parameters["SRP_A"])
    challenge = {"USER_ID_FOR_SRP": "ada", "SRP_B": f"{begun.big_b:x}", "SALT": begun.salt}
    answer = client.challenge_responses(challenge | {"SECRET_BLOCK": begun.secret_block})

    assert server.proven(begun, "Abc123", "ada", answer["TIMESTAMP"], answer["PASSWORD_CLAIM_SIGNATURE"])


def test_a_challenge_that_cannot_be_used_is_refused():
    """A public value that is a multiple of N is refused, as RFC 5054 asks."""
    client = srp.SrpClient.begin("us-east-1_Abc123", "ada", "Passw0rd!")
    with pytest.raises(ValueError, match="multiple of N"):
        client.challenge_responses({"USER_ID_FOR_SRP": "ada", "SRP_B": "0", "SALT": "00", "SECRET_BLOCK": "c2VjcmV0"})
