"""The Signature Version 4 that a request should carry, computed from what arrived."""

from __future__ import annotations

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import ReadOnlyCredentials

from conformance.recorder import Request


def signature_of(request: Request, credentials: ReadOnlyCredentials) -> str:
    """The hex digits for its method, path, body and the headers that it says are signed; "" where it is not signed."""
    if request.scope is None:
        return ""
    signed = request.headers["authorization"].partition("SignedHeaders=")[2].partition(",")[0].split(";")
    headers = {name: request.headers.get(name, "") for name in signed}
    scheme = "https" if request.tls else "http"
    url = f"{scheme}://{request.headers['host']}{request.path}"
    again = AWSRequest(method=request.method, url=url, data=request.body, headers=headers)
    again.context["timestamp"] = request.headers["x-amz-date"]
    _, region, service = request.scope
    signer = SigV4Auth(credentials, service, region)
    return str(signer.signature(signer.string_to_sign(again, signer.canonical_request(again)), again))
