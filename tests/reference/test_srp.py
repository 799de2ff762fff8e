"""The server's half of SRP computes what RFC 5054 prints."""

from conformance.reference import srp
from tests.rfc5054 import RFC_A, RFC_B, RFC_K, RFC_N, RFC_SECRET, RFC_U, RFC_X

RFC_B_PRIVATE = 0xE487CB59D31AC550471E81F00F6928E01DDA08E974A004F49E61F5D105284D20
RFC_V = int(
    "7E273DE8696FFC4F4E337D05B4B375BEB0DDE1569E8FA00A9886D8129BADA1F1822223CA1A605B530E379BA4729FDC59"
    "F105B4787E5186F5C671085A1447B52A48CF1970B4FB6F8400BBF4CEBFBB168152E08AB5EA53D15C1AFF87B2B9DA6E04"
    "E058AD51CC72BFC9033B564E26480D78E955A5E29E7AB245DB2BE315E2099AFB",
    16,
)


def test_the_verifier_is_the_rfcs():
    """The RFC's verifier is the group's generator to the power of the RFC's x."""
    assert pow(2, RFC_X, RFC_N) == RFC_V


def test_the_public_value_is_the_rfcs():
    """With the RFC's verifier and private value the server sends the RFC's B."""
    assert srp.public_value(RFC_N, 2, RFC_K, RFC_V, RFC_B_PRIVATE) == RFC_B


def test_the_shared_secret_is_the_rfcs():
    """With the RFC's numbers the server comes to the RFC's premaster secret."""
    assert srp.premaster_secret(RFC_N, RFC_A, RFC_V, RFC_U, RFC_B_PRIVATE) == RFC_SECRET
