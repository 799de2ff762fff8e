"""Federated users at an emulator that has Cognito's sign-in pages: a provider of our own vouches for them."""

from __future__ import annotations

import base64
import json
import threading
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import urllib3

from conformance.errors import Blocked, Inconclusive
from conformance.target.pools import Pool, User
from conformance.target.retries import timeout

_PROVIDER = "Provider"
_CALLBACK = "http://127.0.0.1/callback"


class HostedUi:
    """Signs users in through an OpenID Connect provider, which is served here on a loopback port."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._http = urllib3.PoolManager(retries=False, timeout=timeout())
        self._clients: dict[str, str] = {}
        self._provider = _Provider()
        threading.Thread(target=self._provider.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def close(self) -> None:
        """End the provider."""
        self._provider.shutdown()
        self._provider.server_close()

    def federated_user(self, pool: Pool, email: str) -> User:
        """A new user who signed in through the provider, with this address, which is verified.

        Raises Blocked where the target does not let anybody in that way."""
        subject = uuid.uuid4().hex[:12]
        code = f"code-{subject}"
        self._provider.claims[code] = {"sub": subject, "email": email, "email_verified": True}
        if pool.id not in self._clients:
            self._clients[pool.id] = self._client(pool)
        query = {
            "client_id": self._clients[pool.id],
            "response_type": "code",
            "scope": "openid email",
            "redirect_uri": _CALLBACK,
            "identity_provider": _PROVIDER,
        }
        state = self._redirected(f"/oauth2/authorize?{urlencode(query)}").get("state", [""])[0]
        self._redirected(f"/oauth2/idpresponse?{urlencode({'code': code, 'state': state})}")
        username = f"{_PROVIDER}_{subject}"
        pool.service.journal.names[username] = "<user>"
        pool.service.arrange("AdminGetUser", "Username", UserPoolId=pool.id, Username=username)
        return pool.find(username, username, "")

    def _client(self, pool: Pool) -> str:
        place = self._provider.url
        details = {
            "client_id": "conformance",
            "client_secret": "conformance-secret",
            "attributes_request_method": "GET",
            "authorize_scopes": "openid email",
            "oidc_issuer": place,
            **{name: f"{place}/{name}" for name in ("authorize_url", "token_url", "attributes_url", "jwks_uri")},
        }
        arrange = pool.service.arrange
        arrange(
            "CreateIdentityProvider",
            UserPoolId=pool.id,
            ProviderName=_PROVIDER,
            ProviderType="OIDC",
            ProviderDetails=details,
            AttributeMapping={"email": "email", "email_verified": "email_verified"},
        )
        made = arrange(
            "CreateUserPoolClient",
            "UserPoolClient.ClientId",
            UserPoolId=pool.id,
            ClientName="federated",
            CallbackURLs=[_CALLBACK],
            AllowedOAuthFlows=["code"],
            AllowedOAuthFlowsUserPoolClient=True,
            AllowedOAuthScopes=["openid", "email"],
            SupportedIdentityProviders=[_PROVIDER],
        )
        return str(made["UserPoolClient"]["ClientId"])

    def _redirected(self, path: str) -> dict[str, list[str]]:
        """The parameters of the address to which a browser is sent on."""
        try:
            answer = self._http.request("GET", f"{self._url}{path}", redirect=False)
        except urllib3.exceptions.HTTPError as fault:
            raise Inconclusive(f"{urlsplit(path).path} does not answer: {fault}") from None
        if not 300 <= answer.status < 400:
            raise Blocked(f"{urlsplit(path).path} answered HTTP {answer.status} to a user who signs in by a provider")
        return parse_qs(urlsplit(answer.headers.get("Location", "")).query)


class _Provider(ThreadingHTTPServer):
    """An OpenID Connect provider that vouches for whoever has one of its codes."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Tokens)
        self.claims: dict[str, dict[str, Any]] = {}

    @property
    def url(self) -> str:
        """Where it serves."""
        return f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, *_: object) -> None:
        """Say nothing of a caller who hangs up."""


class _Tokens(BaseHTTPRequestHandler):
    server: _Provider

    def do_POST(self) -> None:
        """Answer the token request with the claims of its code; the token is unsigned."""
        sent = parse_qs(self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode(errors="replace"))
        claims = self.server.claims.get(sent.get("code", [""])[0], {})
        token = ".".join(_encoded(part) for part in ({"alg": "none"}, {"iss": self.server.url, **claims})) + "."
        body = json.dumps({"access_token": "a", "id_token": token, "token_type": "Bearer", "expires_in": 60}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


def _encoded(part: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")
