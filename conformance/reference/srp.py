"""The server's half of SRP-6a as Cognito speaks it.

It shares the group of RFC 3526 with the client's half in conformance/target, and no code: both are held to RFC 5054."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass

from gmpy2 import powmod

from conformance.target.srp import G, N


def padded(digits: str) -> bytes:
    """Hex digits as Cognito hashes a number: an even number of them, and 00 before what would be a sign."""
    if len(digits) % 2:
        return bytes.fromhex(f"0{digits}")
    return bytes.fromhex(f"00{digits}" if digits[0] in "89abcdefABCDEF" else digits)


def number(data: bytes) -> int:
    """The SHA-256 of some bytes, as a number."""
    return int(hashlib.sha256(data).hexdigest(), 16)


K = number(padded(f"{N:x}") + padded(f"{G:x}"))


@dataclass(frozen=True)
class SrpExchange:
    """A sign-in that has begun: what the client sent (`big_a`) and what it was given."""

    big_a: int
    small_b: int
    big_b: int
    verifier: int
    salt: str
    secret_block: str


def public_value(n: int, g: int, k: int, verifier: int, small_b: int) -> int:
    """What the server sends, B of RFC 5054."""
    return int(k * verifier + powmod(g, small_b, n)) % n


def premaster_secret(n: int, big_a: int, verifier: int, u: int, small_b: int) -> int:
    """What the server computes alone and shares with a client who knows the password (RFC 5054, 2.6)."""
    return int(powmod(big_a * powmod(verifier, u, n), small_b, n))


def begin(pool_key: str, username: str, password: str, srp_a: str) -> SrpExchange:
    """Answer the client's public value.

    `pool_key` is the pool's id behind the underscore. Raises ValueError for a value that is none."""
    big_a = int(srp_a, 16)
    if big_a % N == 0:
        raise ValueError("A must not be a multiple of N")
    salt = f"{secrets.randbits(128):x}"  # a number: clients hash it as one, without zeros in front
    known_by = hashlib.sha256(f"{pool_key}{username}:{password}".encode()).digest()
    verifier = int(powmod(G, number(padded(salt) + known_by), N))
    small_b = secrets.randbits(256)
    big_b = public_value(N, G, K, verifier, small_b)
    return SrpExchange(big_a, small_b, big_b, verifier, salt, base64.b64encode(secrets.token_bytes(48)).decode())


def proven(exchange: SrpExchange, pool_key: str, username: str, timestamp: str, signature: str) -> bool:
    """Whether the client's signature shows that it knows the password."""
    u = number(padded(f"{exchange.big_a:x}") + padded(f"{exchange.big_b:x}"))
    shared = premaster_secret(N, exchange.big_a, exchange.verifier, u, exchange.small_b)
    # HKDF (RFC 5869), of which one block is enough.
    extracted = hmac.new(padded(f"{u:x}"), padded(f"{shared:x}"), hashlib.sha256).digest()
    key = hmac.new(extracted, b"Caldera Derived Key\x01", hashlib.sha256).digest()[:16]
    message = pool_key.encode() + username.encode() + base64.b64decode(exchange.secret_block) + timestamp.encode()
    wanted = base64.b64encode(hmac.new(key, message, hashlib.sha256).digest()).decode()
    return hmac.compare_digest(wanted.encode(), signature.encode())
