"""The binding `wire`: raw HTTP signed by botocore's signer; it can send what an SDK refuses to."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable, Mapping
from typing import Any

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import ReadOnlyCredentials

from conformance.errors import Inconclusive
from conformance.target.definition import Endpoint
from conformance.target.exchange import sent_by
from conformance.target.retries import THROTTLED_ATTEMPTS, patiently, pauses
from conformance.target.transport import Transport
from conformance.verdict.journal import Journal, describe, hide_members
from conformance.verdict.observed import THROTTLED
from conformance.verdict.reply import Reply, of_http

TARGET_PREFIX = "AWSCognitoIdentityProviderService"
TARGET = f"{TARGET_PREFIX}.AdminSetUserPassword"
CONTENT_TYPE = "application/x-amz-json-1.1"

Authorize = Callable[[AWSRequest], None]


class Wire:
    """AdminSetUserPassword as bytes: method, headers, body and signature are the caller's to choose."""

    name = "wire"

    def close(self) -> None:
        """Nothing was started."""

    def __init__(self, endpoint: Endpoint, journal: Journal) -> None:
        self.endpoint = endpoint
        self.journal = journal
        self._transport = Transport(endpoint)

    def admin_set_user_password(self, **members: Any) -> Reply:
        """The answer to a well-formed request with exactly these members, whatever their values."""
        return self.send(members)

    def send(
        self,
        body: Mapping[str, Any] | bytes,
        *,
        method: str = "POST",
        target: str | None = TARGET,
        headers: Mapping[str, str] | None = None,
        authorize: Authorize | None = None,
    ) -> Reply:
        """The answer to these bytes (a mapping is sent as JSON).

        `target` None leaves X-Amz-Target out; `authorize` replaces the signature by whatever it does to the request.
        Throttling and server faults are tried again, so that only a deterministic one is reported."""
        payload = body if isinstance(body, bytes) else json.dumps(body).encode()
        sent = {"Content-Type": CONTENT_TYPE, **({"X-Amz-Target": target} if target else {}), **(headers or {})}
        described = describe(f"{method} {target}", body) if isinstance(body, Mapping) else f"{method} {target} {body!r}"

        last: list[AWSRequest] = []

        def ask() -> Reply:
            request = AWSRequest(method=method, url=f"{self.endpoint.url}/", data=payload, headers=sent)
            (authorize or self.sign)(request)
            last[:] = [request]
            return self._exchange(request)

        reply = patiently(ask, lambda reply: pauses(reply.outcome)) if self.endpoint.gate is None else ask()
        if reply.outcome in THROTTLED:
            raise Inconclusive(f"{target} was throttled {THROTTLED_ATTEMPTS} times ({reply.outcome})")
        if isinstance(body, Mapping) and (method, target, headers, authorize) == ("POST", TARGET, None, None):
            return self.journal.record_reply(described, reply, dict(body))
        request = {
            "method": method,
            "headers": {str(name): str(value) for name, value in last[0].headers.items()},
            "body": _text(last[0].data),
            "signed": authorize is None,
        }
        altered = f", sent with the body {request['body']}" if last[0].data != payload else ""
        return self.journal.record_reply(described + altered, reply, request=request)

    def sign(self, request: AWSRequest) -> None:
        """Sign with the target's credentials, as an SDK does."""
        self.sign_as(self.endpoint.credentials)(request)

    def sign_as(self, credentials: ReadOnlyCredentials) -> Authorize:
        """A signature by other credentials, which are hidden from whatever is written down."""
        self.journal.hide(credentials)
        authorize: Authorize = SigV4Auth(credentials, "cognito-idp", self.endpoint.region).add_auth
        return authorize

    def sign_at(self, moment: datetime.datetime) -> Authorize:
        """A correct signature of another time."""
        signer = _SignedAt(moment, self.endpoint.credentials, "cognito-idp", self.endpoint.region)
        authorize: Authorize = signer.add_auth
        return authorize

    def _exchange(self, request: AWSRequest) -> Reply:
        received = self._transport.send("AdminSetUserPassword", sent_by(self.name, request.prepare()))
        return of_http(self.name, received.status, received.headers, received.body)


def _text(body: object) -> str:
    return hide_members(body.decode("utf-8", "backslashreplace") if isinstance(body, bytes) else str(body or ""))


class _SignedAt(SigV4Auth):  # type: ignore[misc]  # botocore is untyped
    def __init__(self, moment: datetime.datetime, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._moment = moment

    def _modify_request_before_signing(self, request: AWSRequest) -> None:
        request.context["timestamp"] = self._moment.strftime("%Y%m%dT%H%M%SZ")
        super()._modify_request_before_signing(request)
