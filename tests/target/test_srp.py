"""The client's half of SRP computes what RFC 5054 and RFC 5869 print, and signs in at a server that shares no code."""

from datetime import UTC, datetime

import pytest

from conformance.reference import srp as server
from conformance.target import srp

# RFC 5054, appendix B: the 1024-bit group of its appendix A, with SHA-1.
RFC_N = int(
    "EEAF0AB9ADB38DD69C33F80AFA8FC5E86072618775FF3C0B9EA2314C9C256576D674DF7496EA81D3383B4813D692C6E0"
    "E0D5D8E250B98BE48E495C1D6089DAD15DC7D7B46154D6B6CE8EF4AD69B15D4982559B297BCF1885C529F566660E57EC"
    "68EDBC3C05726CC02FD4CBF4976EAA9AFD5138FE8376435B9FC61D2FC0EB06E3",
    16,
)
RFC_K = 0x7556AA045AEF2CDD07ABAF0F665C3E818913186F
RFC_X = 0x94B7555AABE9127CC58CCF4993DB6CF84D16C124
RFC_A_PRIVATE = 0x60975527035CF2AD1989806F0407210BC81EDC04E2762A56AFD529DDDA2D4393
RFC_U = 0xCE38B9593487DA98554ED47D70A7AE5F462EF019
RFC_A = int(
    "61D5E490F6F1B79547B0704C436F523DD0E560F0C64115BB72557EC44352E8903211C04692272D8B2D1A5358A2CF1B6E"
    "0BFCF99F921530EC8E39356179EAE45E42BA92AEACED825171E1E8B9AF6D9C03E1327F44BE087EF06530E69F66615261"
    "EEF54073CA11CF5858F0EDFDFE15EFEAB349EF5D76988A3672FAC47B0769447B",
    16,
)
RFC_B = int(
    "BD0C61512C692C0CB6D041FA01BB152D4916A1E77AF46AE105393011BAF38964DC46A0670DD125B95A981652236F99D9"
    "B681CBF87837EC996C6DA04453728610D0C6DDB58B318885D7D82C7F8DEB75CE7BD4FBAA37089E6F9C6059F388838E7A"
    "00030B331EB76840910440B1B27AAEAEEB4012B7D7665238A8E3FB004B117B58",
    16,
)
RFC_SECRET = int(
    "B0DC82BABCF30674AE450C0287745E7990A3381F63B387AAF271A10D233861E359B48220F7C4693C9AE12B0A6F67809F"
    "0876E2D013800D6C41BB59B6D5979B5C00A172B4A2A5903A0BDCAF8A709585EB2AFAFA8F3499B200210DCC1F10EB3394"
    "3CD67FC88A2F39A4BE5BEC4EC0A3212DC346D7E474B29EDE8A469FFECA686E5A",
    16,
)


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
