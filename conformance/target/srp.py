"""The client's half of the Secure Remote Password protocol (SRP-6a), as Cognito speaks it.

The arithmetic is RFC 5054's; tests/target/test_srp.py holds it to that RFC's test vectors. Cognito's variant, as
amazon-cognito-identity-js has it (https://github.com/aws-amplify/amplify-js, packages/amazon-cognito-identity-js):
the 3072-bit group of RFC 3526 with SHA-256, numbers as hex with an even number of digits and no sign bit, the user
qualified by the part of the pool id behind the underscore, and a key that HKDF derives from the shared secret.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property

from gmpy2 import powmod

# RFC 3526, section 4: the 3072-bit MODP group; SRP's generator for it is 2.
N = int(
    "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DD"
    "EF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED"
    "EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF0598DA48361C55D39A69163FA8FD24CF5F"
    "83655D23DCA3AD961C62F356208552BB9ED529077096966D670C354E4ABC9804F1746C08CA18217C32905E462E36CE3B"
    "E39E772C180E86039B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF6955817183995497CEA956AE515D2261898FA0510"
    "15728E5A8AAAC42DAD33170D04507A33A85521ABDF1CBA64ECFB850458DBEF0A8AEA71575D060C7DB3970F85A6E1E4C7"
    "ABF5AE8CDB0933D71E8C94E04A25619DCEE3D2261AD2EE6BF12FFA06D98A0864D87602733EC86A64521F2B18177B200C"
    "BBE117577A615D6C770988C0BAD946E208E24FA074E5AB3143DB5BFCE0FD108E4B82D120A93AD2CAFFFFFFFFFFFFFFFF",
    16,
)
G = 2
# Twice the strength of SHA-256 is more than a synthetic password deserves; each power costs by its exponent's length.
_EXPONENT_BITS = 256
_INFO = b"Caldera Derived Key"
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def premaster_secret(n: int, g: int, k: int, x: int, a: int, u: int, b_public: int) -> int:
    """The secret that client and server share: (B - k * g^x) ^ (a + u * x) mod N (RFC 5054, section 2.6)."""
    return int(powmod(b_public - k * powmod(g, x, n), a + u * x, n))


def octets(number: int) -> bytes:
    """A number as Cognito hashes it: big-endian, with a zero octet before a first one of 128 or more."""
    return number.to_bytes(number.bit_length() // 8 + 1, "big")


def hashed(*parts: bytes) -> int:
    """SHA-256 over these parts, as a number."""
    return int.from_bytes(hashlib.sha256(b"".join(parts)).digest(), "big")


K = hashed(octets(N), octets(G))


@dataclass(frozen=True)
class SrpClient:
    """One sign-in by USER_SRP_AUTH. `username` is the name that was typed."""

    pool_id: str
    username: str
    password: str
    private: int

    @classmethod
    def begin(cls, pool_id: str, username: str, password: str) -> SrpClient:
        """A sign-in with a private value of its own."""
        return cls(pool_id, username, password, secrets.randbits(_EXPONENT_BITS))

    @cached_property
    def public(self) -> int:
        """The value A that the client sends."""
        return int(powmod(G, self.private, N))

    @property
    def auth_parameters(self) -> dict[str, str]:
        """AuthParameters of InitiateAuth."""
        return {"USERNAME": self.username, "SRP_A": f"{self.public:x}"}

    def challenge_responses(self, parameters: Mapping[str, str], username: str | None = None) -> dict[str, str]:
        """ChallengeResponses to PASSWORD_VERIFIER, which came with these ChallengeParameters.

        They name the user as the challenge does (USER_ID_FOR_SRP), or by `username`. Raises KeyError or ValueError for
        parameters that SRP cannot use."""
        user_id, secret_block = parameters["USER_ID_FOR_SRP"], parameters["SECRET_BLOCK"]
        b_public, salt = int(parameters["SRP_B"], 16), int(parameters["SALT"], 16)
        if b_public % N == 0:
            raise ValueError("SRP_B is a multiple of N")
        pool_key = self.pool_id.partition("_")[2]
        stamp = timestamp(datetime.now(UTC))
        key = self._key(pool_key, user_id, b_public, salt)
        message = pool_key.encode() + user_id.encode() + base64.b64decode(secret_block) + stamp.encode()
        return {
            "USERNAME": username or user_id,
            "TIMESTAMP": stamp,
            "PASSWORD_CLAIM_SECRET_BLOCK": secret_block,
            "PASSWORD_CLAIM_SIGNATURE": base64.b64encode(hmac.digest(key, message, "sha256")).decode(),
        }

    def _key(self, pool_key: str, user_id: str, b_public: int, salt: int) -> bytes:
        u = hashed(octets(self.public), octets(b_public))
        if u == 0:
            raise ValueError("u is zero")
        inner = hashlib.sha256(f"{pool_key}{user_id}:{self.password}".encode()).digest()
        shared = premaster_secret(N, G, K, hashed(octets(salt), inner), self.private, u, b_public)
        return derived_key(shared, u)


def derived_key(shared: int, u: int) -> bytes:
    """The 16 octets that HKDF (RFC 5869) makes of the shared secret, with u for salt."""
    extracted = hmac.digest(octets(u), octets(shared), "sha256")
    return hmac.digest(extracted, _INFO + b"\x01", "sha256")[:16]


def timestamp(moment: datetime) -> str:
    """A moment as the answer to PASSWORD_VERIFIER carries it: "Tue Nov 3 08:05:09 UTC 2026", whatever the locale."""
    day, month = _DAYS[moment.weekday()], _MONTHS[moment.month - 1]
    return f"{day} {month} {moment.day} {moment:%H:%M:%S} UTC {moment.year}"
