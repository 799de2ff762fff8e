"""Who calls, and whether they may: signatures (SigV4) and IAM policies."""

from __future__ import annotations

import fnmatch
import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from conformance.reference.errors import Refusal
from conformance.verdict.reply import HttpRequest

ACCOUNT = "123456789012"
SERVICE = "cognito-idp"
WINDOW = timedelta(minutes=5)
AUTHORIZATION = re.compile(r"AWS4-HMAC-SHA256 Credential=([^/,]+)/([^,]+),\s*SignedHeaders=([^,]+),\s*Signature=(\w+)")

UNKNOWN_KEY = "The security token included in the request is invalid."
WRONG_SIGNATURE = (
    "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key "
    "and signing method. Consult the service documentation for details."
)


@dataclass(frozen=True)
class Statement:
    """One statement of an identity-based policy; names may have wildcards."""

    effect: str
    actions: tuple[str, ...]
    resources: tuple[str, ...]

    def covers(self, action: str, resource: str) -> bool:
        """Whether it speaks of this action on this resource."""
        return _among(action, self.actions) and _among(resource, self.resources)


@dataclass(frozen=True)
class Caller:
    """An IAM user: key, secret and policy. A session has a `token`, and a `role` whose policy has to allow the same."""

    access_key: str
    secret_key: str
    statements: Sequence[Statement] = (Statement("Allow", ("*",), ("*",)),)
    role: Sequence[Statement] | None = None
    token: str | None = None


def authenticate(request: HttpRequest, callers: Mapping[str, Caller]) -> Caller:
    """The caller who signed the request.

    Raises Refusal where none did, or the signature is another's, of another time or over another request."""
    signed = AUTHORIZATION.fullmatch(request.headers.get("authorization", ""))
    if signed is None:
        raise Refusal("MissingAuthenticationTokenException", "Missing Authentication Token")
    access_key, scope, names, signature = signed.groups()
    caller = known(access_key, callers)
    if caller.token is not None and caller.token != request.headers.get("x-amz-security-token"):
        raise Refusal("UnrecognizedClientException", UNKNOWN_KEY)
    check_date(request)
    if not hmac.compare_digest(signature_of(request, caller, scope, names), signature):
        raise Refusal("InvalidSignatureException", WRONG_SIGNATURE)
    return caller


def known(access_key: str, callers: Mapping[str, Caller]) -> Caller:
    """The caller who has this key.

    Raises Refusal (UnrecognizedClientException) where nobody has."""
    if access_key not in callers:
        raise Refusal("UnrecognizedClientException", UNKNOWN_KEY)
    return callers[access_key]


def check_date(request: HttpRequest) -> None:
    """Raise Refusal where the request was not signed within five minutes of now."""
    try:
        moment = datetime.strptime(request.headers.get("x-amz-date", ""), "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        raise Refusal("IncompleteSignatureException", "Date must be in ISO-8601 'basic format'.") from None
    if abs(datetime.now(UTC) - moment) > WINDOW:
        raise Refusal("InvalidSignatureException", "Signature expired.")


def signature_of(request: HttpRequest, caller: Caller, scope: str, names: str) -> str:
    """The signature (version 4) that the request has to carry."""
    headers = "".join(f"{name}:{' '.join(request.headers.get(name, '').split())}\n" for name in names.split(";"))
    canonical = "\n".join([request.method, request.path, "", headers, names, payload_hash(request.body)])
    key = f"AWS4{caller.secret_key}".encode()
    for part in scope.split("/"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    hashed = hashlib.sha256(canonical.encode()).hexdigest()
    signed = "\n".join(["AWS4-HMAC-SHA256", request.headers.get("x-amz-date", ""), scope, hashed])
    return hmac.new(key, signed.encode(), hashlib.sha256).hexdigest()


def payload_hash(body: bytes) -> str:
    """The body as the signature covers it."""
    return hashlib.sha256(body).hexdigest()


def authorize(caller: Caller, operation: str, region: str, pool_id: str) -> None:
    """Raise Refusal (AccessDeniedException) where the policy does not allow the call: a Deny outweighs any Allow."""
    action, resource = f"{SERVICE}:{operation}", f"arn:aws:{SERVICE}:{region}:{ACCOUNT}:userpool/{pool_id}"
    policies = (caller.statements,) if caller.role is None else (caller.statements, caller.role)
    found = [{each.effect for each in policy if each.covers(action, resource)} for policy in policies]
    if not all(allowed(effects) for effects in found):
        effects = set().union(*found)
        name = (
            f"iam::{ACCOUNT}:user/{caller.access_key}" if caller.role is None else f"sts::{ACCOUNT}:assumed-role/role"
        )
        who = f"User: arn:aws:{name} is not authorized to perform: {action}"
        why = "with an explicit deny in" if "Deny" in effects else "because no identity-based policy allows"
        tail = "an identity-based policy" if "Deny" in effects else f"the {action} action"
        raise Refusal("AccessDeniedException", f"{who} on resource: {resource} {why} {tail}")


def allowed(effects: set[str]) -> bool:
    """Whether these effects of a policy, together, allow."""
    return effects == {"Allow"}


def _among(name: str, patterns: Sequence[str]) -> bool:
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)
