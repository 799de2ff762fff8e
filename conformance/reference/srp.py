"""The server's half of SRP-6a as Cognito speaks it; it shares no code with the client's half in conformance/target.

Group, padding and key derivation are pycognito's."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass

from pycognito.aws_srp import G_HEX, N_HEX, calculate_u, compute_hkdf, hash_sha256, hex_hash, pad_hex

N = int(N_HEX, 16)
G = int(G_HEX, 16)
K = int(hex_hash("00" + N_HEX + "0" + G_HEX), 16)


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
    return (k * verifier + pow(g, small_b, n)) % n


def premaster_secret(n: int, big_a: int, verifier: int, u: int, small_b: int) -> int:
    """What the server computes alone and shares with a client who knows the password (RFC 5054, 2.6)."""
    return pow(big_a * pow(verifier, u, n), small_b, n)


def begin(pool_key: str, username: str, password: str, srp_a: str) -> SrpExchange:
    """Answer the client's public value.

    `pool_key` is the pool's id behind the underscore. Raises ValueError for a value that is none."""
    big_a = int(srp_a, 16)
    if big_a % N == 0:
        raise ValueError("A must not be a multiple of N")
    salt = secrets.token_hex(16)
    known_by = hash_sha256(f"{pool_key}{username}:{password}".encode())
    verifier = pow(G, int(hex_hash(pad_hex(salt) + known_by), 16), N)
    small_b = secrets.randbits(256)
    big_b = public_value(N, G, K, verifier, small_b)
    return SrpExchange(big_a, small_b, big_b, verifier, salt, base64.b64encode(secrets.token_bytes(48)).decode())


def proven(exchange: SrpExchange, pool_key: str, username: str, timestamp: str, signature: str) -> bool:
    """Whether the client's signature shows that it knows the password."""
    u = calculate_u(exchange.big_a, exchange.big_b)
    shared = premaster_secret(N, exchange.big_a, exchange.verifier, u, exchange.small_b)
    key = compute_hkdf(bytes.fromhex(pad_hex(shared)), bytes.fromhex(pad_hex(u)))
    said = pool_key.encode() + username.encode() + base64.b64decode(exchange.secret_block) + timestamp.encode()
    wanted = base64.b64encode(hmac.new(key, said, hashlib.sha256).digest()).decode()
    return hmac.compare_digest(wanted.encode(), signature.encode())
