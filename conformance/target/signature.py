"""Signature Version 4 of the one kind of request that the plain client makes: a POST, its members in the body.

The steps are those of https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html. The
signer of botocore signs whatever there is, and takes five times as long; a test compares the two.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from urllib.parse import quote, urlsplit

from botocore.credentials import ReadOnlyCredentials
from botocore.utils import normalize_url_path

SERVICE = "cognito-idp"
_ALGORITHM = "AWS4-HMAC-SHA256"
_PORTS = {"http": 80, "https": 443}


def signed(
    credentials: ReadOnlyCredentials, region: str, url: str, headers: Mapping[str, str], body: bytes
) -> dict[str, str]:
    """The headers of a request with these, signed as of now."""
    moment = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    dated = {**headers, "X-Amz-Date": moment}
    if credentials.token:
        dated["X-Amz-Security-Token"] = credentials.token
    host, path = _place(url)
    canonical = sorted({"host": host, **{name.lower(): value.strip() for name, value in dated.items()}}.items())
    names = ";".join(name for name, _ in canonical)
    lines = "".join(f"{name}:{value}\n" for name, value in canonical)
    request = f"POST\n{path}\n\n{lines}\n{names}\n{hashlib.sha256(body).hexdigest()}"
    scope = f"{moment[:8]}/{region}/{SERVICE}/aws4_request"
    digest = hashlib.sha256(request.encode()).hexdigest()
    key = _key(credentials.secret_key, moment[:8], region)
    signature = hmac.digest(key, f"{_ALGORITHM}\n{moment}\n{scope}\n{digest}".encode(), "sha256").hex()
    dated["Authorization"] = (
        f"{_ALGORITHM} Credential={credentials.access_key}/{scope}, SignedHeaders={names}, Signature={signature}"
    )
    return dated


@lru_cache(maxsize=8)
def _key(secret: str, day: str, region: str) -> bytes:
    key = f"AWS4{secret}".encode()
    for step in (day, region, SERVICE, "aws4_request"):
        key = hmac.digest(key, step.encode(), "sha256")
    return key


@lru_cache(maxsize=8)
def _place(url: str) -> tuple[str, str]:
    """The header Host, as it will be sent, without a port that goes without saying; and the path."""
    parts = urlsplit(url)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else str(parts.hostname)
    if parts.port not in (None, _PORTS.get(parts.scheme)):
        host = f"{host}:{parts.port}"
    return host, quote(normalize_url_path(parts.path), safe="/~")
