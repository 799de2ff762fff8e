"""What an app client allows and asks: the flows that it names, and the hash of its secret at each step."""

from __future__ import annotations

import base64
import hashlib
import hmac

from conformance.reference import errors
from conformance.reference.errors import Refusal
from conformance.reference.stored import StoredClient

# What each operation takes, and the older names of the same flows.
FLOWS = {
    "InitiateAuth": ("USER_PASSWORD_AUTH", "USER_SRP_AUTH", "REFRESH_TOKEN_AUTH"),
    "AdminInitiateAuth": ("ADMIN_USER_PASSWORD_AUTH", "USER_SRP_AUTH", "REFRESH_TOKEN_AUTH"),
}
OLDER_NAMES = {"ADMIN_NO_SRP_AUTH": "ADMIN_USER_PASSWORD_AUTH", "REFRESH_TOKEN": "REFRESH_TOKEN_AUTH"}
# What a client allows besides if it names no flow by a name that begins with ALLOW_.
ALWAYS = ("USER_SRP_AUTH", "REFRESH_TOKEN_AUTH")


def flow_named(name: str) -> str:
    """A flow by the name that it has today."""
    return OLDER_NAMES.get(name, name)


def allowed_flows(client: StoredClient) -> tuple[str, ...]:
    """The flows that a client allows."""
    named = tuple(flow_named(flow.removeprefix("ALLOW_")) for flow in client.flows)
    return named if any(flow.startswith("ALLOW_") for flow in client.flows) else (*named, *ALWAYS)


def check_flow(operation: str, client: StoredClient, flow: str) -> None:
    """Raise Refusal where the operation does not know the flow, or the client does not allow it."""
    if flow not in FLOWS[operation]:
        raise Refusal("InvalidParameterException", "Initiate Auth method not supported.")
    if flow not in allowed_flows(client):
        raise Refusal("InvalidParameterException", f"{flow} flow not enabled for this client")


def check_secret_hash(client: StoredClient, proof: str | None, *names: str) -> None:
    """Raise Refusal where the client has a secret, and the hash for one of these names did not come."""
    if not client.secret:
        return
    if not proof:
        raise Refusal("NotAuthorizedException", errors.NO_SECRET_HASH.format(client.id))
    if not any(hmac.compare_digest(proof.encode(), secret_hash(client, name).encode()) for name in names):
        raise Refusal("NotAuthorizedException", errors.WRONG_SECRET_HASH.format(client.id))


def secret_hash(client: StoredClient, name: str) -> str:
    """The hash for a name."""
    digest = hmac.new(client.secret.encode(), f"{name}{client.id}".encode(), hashlib.sha256).digest()
    return base64.b64encode(digest).decode()
