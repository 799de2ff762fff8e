"""A client that owes nothing to the suite: JSON by hand, a signature by hand, http.client."""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.client
import json
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

PREFIX = "AWSCognitoIdentityProviderService"
REGION = "us-east-1"
OLD, NEW = "Old-Passw0rd!", "New-Passw0rd!"
FLOWS = ("USER_PASSWORD_AUTH", "ADMIN_USER_PASSWORD_AUTH", "USER_SRP_AUTH")
EVERY_FLOW = ("ALLOW_USER_PASSWORD_AUTH", "ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_USER_SRP_AUTH")
STRICT = {
    "MinimumLength": 8,
    "RequireUppercase": True,
    "RequireLowercase": True,
    "RequireNumbers": True,
    "RequireSymbols": True,
}

# What stands for a secret: tokens and sessions.
TOKEN = re.compile(r'("(?:\w*Token|REFRESH_TOKEN|Session|\w*SECRET\w*)": ?")[^"]*')


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    request: str

    @property
    def json(self) -> dict[str, Any]:
        """The body, if it is a JSON object; otherwise an empty one."""
        try:
            found = json.loads(self.body)
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}

    @property
    def error(self) -> str | None:
        """The name of the error in the body."""
        named = self.json.get("__type") or self.json.get("code")
        return str(named).rpartition("#")[2].partition(":")[0] if named else None

    @property
    def seen(self) -> str:
        """What came, in the word that baselines have for it."""
        if self.error:
            return self.error
        if self.status == 200 and self.body.startswith(b"{"):
            return "accepted"
        if self.status >= 500:
            return str(self.status)
        return "an answer that is not AWS JSON"

    @property
    def signed_in(self) -> str:
        """What a sign-in led to: tokens, the name of a challenge, or an error."""
        if "AccessToken" in (self.json.get("AuthenticationResult") or {}):
            return "tokens"
        return str(self.json.get("ChallengeName") or self.seen)

    @property
    def tokens(self) -> dict[str, str]:
        """AuthenticationResult."""
        return dict(self.json["AuthenticationResult"])

    def __str__(self) -> str:
        text = f"{self.request} -> HTTP {self.status} {self.body.decode(errors='replace')}"
        return " ".join(TOKEN.sub(r"\1<hidden>", text).split())[:400]


@dataclass(frozen=True)
class App:
    """An app client."""

    pool: str
    id: str
    secret: str | None = None

    def hash(self, name: str, secret: str | None = None) -> str:
        """SECRET_HASH of a name."""
        key = secret or self.secret or ""
        return base64.b64encode(hmac.digest(key.encode(), f"{name}{self.id}".encode(), "sha256")).decode()


@dataclass
class Raw:
    """Requests to one endpoint."""

    url: str
    key: str = "AKIAEXAMPLE"
    secret: str = "secret"
    token: str | None = None
    sent: list[str] = field(default_factory=list)

    def post(
        self,
        operation: str,
        members: Mapping[str, Any] | bytes,
        *,
        method: str = "POST",
        target: str | None = None,
        headers: Mapping[str, str] | None = None,
        key: str | None = None,
        secret: str | None = None,
        ago: timedelta = timedelta(),
        signed_body: bytes | None = None,
    ) -> Answer:
        """One request; `headers` replace the signature, `signed_body` is signed in place of what is sent."""
        body = members if isinstance(members, bytes) else json.dumps(members).encode()
        place = urlsplit(self.url)
        own = {
            "Host": place.netloc,
            "Content-Type": "application/x-amz-json-1.1",
            "X-Amz-Target": target or f"{PREFIX}.{operation}",
        }
        if headers is None:
            own = self._signed(own, body if signed_body is None else signed_body, key, secret, ago, method)
        else:
            own |= headers
        return self._sent(method, own, body, own["X-Amz-Target"].rpartition(".")[2])

    def _sent(self, method: str, own: Mapping[str, str], body: bytes, operation: str) -> Answer:
        place = urlsplit(self.url)
        connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=30)
        try:
            connection.request(method, "/", body, own)
            answer = connection.getresponse()
            received = {name.lower(): value for name, value in answer.getheaders()}
            shown = f"{method} {operation} {body.decode(errors='replace')}"
            return Answer(answer.status, received, answer.read(), shown)
        finally:
            connection.close()

    def iam(self, action: str, **members: str) -> str:
        """What IAM, which has a protocol of its own, answers to a signed request that has to be accepted: XML."""
        body = urlencode({"Action": action, "Version": "2010-05-08", **members}).encode()
        own = {"Host": urlsplit(self.url).netloc, "Content-Type": "application/x-www-form-urlencoded"}
        signed = self._signed(own, body, None, None, timedelta(), "POST", "iam")
        answer = self._sent("POST", signed, body, action)
        if answer.status != 200:
            raise AssertionError(f"a request that had to be accepted: {answer}")
        return answer.body.decode()

    def _signed(
        self,
        headers: dict[str, str],
        body: bytes,
        key: str | None,
        secret: str | None,
        ago: timedelta,
        method: str,
        service: str = "cognito-idp",
    ) -> dict[str, str]:
        """The headers with a signature of version 4."""
        stamp = (datetime.now(UTC) - ago).strftime("%Y%m%dT%H%M%SZ")
        headers = {**headers, "X-Amz-Date": stamp}
        if self.token:
            headers["X-Amz-Security-Token"] = self.token
        lower = {name.lower(): value for name, value in headers.items()}
        names = ";".join(sorted(lower))
        canonical = "\n".join(
            [method, "/", "", *(f"{n}:{lower[n]}" for n in sorted(lower)), "", names, hashlib.sha256(body).hexdigest()]
        )
        scope = f"{stamp[:8]}/{REGION}/{service}/aws4_request"
        text = f"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
        derived = f"AWS4{secret or self.secret}".encode()
        for part in scope.split("/"):
            derived = hmac.digest(derived, part.encode(), "sha256")
        signature = hmac.new(derived, text.encode(), "sha256").hexdigest()
        credential = f"{key or self.key}/{scope}"
        headers["Authorization"] = (
            f"AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders={names}, Signature={signature}"
        )
        return headers

    def call(self, operation: str, **members: Any) -> Answer:
        """One signed request."""
        return self.post(operation, members)

    def must(self, operation: str, **members: Any) -> dict[str, Any]:
        """What a request answers that has to be accepted, or nothing is proved."""
        answer = self.call(operation, **members)
        if answer.seen != "accepted":
            raise AssertionError(f"a request that had to be accepted: {answer}")
        return answer.json

    def pool(self, policy: Mapping[str, Any] | None = None, **members: Any) -> str:
        """A new pool's id; its policy asks for eight characters of all classes."""
        policies = {"PasswordPolicy": {**STRICT, **(policy or {})}}
        made = self.must("CreateUserPool", PoolName="by-hand", **{"Policies": policies, **members})
        return str(made["UserPool"]["Id"])

    def app(self, pool: str, flows: tuple[str, ...] | None = EVERY_FLOW, **members: Any) -> App:
        """A new app client that allows these flows, or that names none."""
        allowed = {} if flows is None else {"ExplicitAuthFlows": [*flows, "ALLOW_REFRESH_TOKEN_AUTH"]}
        made = self.must("CreateUserPoolClient", UserPoolId=pool, ClientName="by-hand", **allowed, **members)
        client = made["UserPoolClient"]
        return App(pool, client["ClientId"], client.get("ClientSecret"))

    def invited(self, pool: str, name: str | None = None, password: str = OLD, /, **attributes: str) -> str:
        """A user in FORCE_CHANGE_PASSWORD with this password."""
        name = name or f"user-{uuid.uuid4().hex[:12]}"
        listed = [{"Name": key, "Value": value} for key, value in attributes.items()]
        self.must(
            "AdminCreateUser",
            UserPoolId=pool,
            Username=name,
            TemporaryPassword=password,
            MessageAction="SUPPRESS",
            UserAttributes=listed,
        )
        return name

    def confirmed(self, pool: str, name: str | None = None, /, **attributes: str) -> str:
        """A user in CONFIRMED with the password OLD."""
        name = self.invited(pool, name, "Temp0rary-1!", **attributes)
        self.must("AdminSetUserPassword", UserPoolId=pool, Username=name, Password=OLD, Permanent=True)
        return name

    def signed_up(self, app: App, name: str | None = None) -> str:
        """A user in UNCONFIRMED with the password OLD."""
        name = name or f"user-{uuid.uuid4().hex[:12]}"
        self.must("SignUp", ClientId=app.id, Username=name, Password=OLD)
        return name

    def set(self, pool: str, name: str, password: str = NEW, **members: Any) -> Answer:
        """AdminSetUserPassword, with a permanent password unless `members` say otherwise."""
        sent = {"UserPoolId": pool, "Username": name, "Password": password, "Permanent": True}
        return self.call("AdminSetUserPassword", **{**sent, **members})

    def initiate(self, app: App, flow: str, administrator: bool | None = None, **parameters: str) -> Answer:
        """InitiateAuth, or AdminInitiateAuth where the flow is an administrator's."""
        admin = flow.startswith("ADMIN_") if administrator is None else administrator
        pool = {"UserPoolId": app.pool} if admin else {}
        operation = "AdminInitiateAuth" if admin else "InitiateAuth"
        return self.call(operation, **pool, ClientId=app.id, AuthFlow=flow, AuthParameters=parameters)

    def sign_in(
        self, app: App, name: str, password: str = OLD, flow: str = "USER_PASSWORD_AUTH", **more: str
    ) -> Answer:
        """A sign-in with a password; by USER_SRP_AUTH with a proof that no password gives."""
        if app.secret and "SECRET_HASH" not in more:
            more["SECRET_HASH"] = app.hash(name)
        if flow == "USER_SRP_AUTH":
            return self.unproved(app, name, **more)
        return self.initiate(app, flow, USERNAME=name, PASSWORD=password, **more)

    def unproved(self, app: App, name: str, **answer: str) -> Answer:
        """USER_SRP_AUTH with a signature of zeros, which no password gives."""
        begun = self.initiate(app, "USER_SRP_AUTH", USERNAME=name, SRP_A="2" * 64)
        if begun.signed_in != "PASSWORD_VERIFIER":
            return begun
        given = {
            "USERNAME": name,
            "TIMESTAMP": datetime.now(UTC).strftime("%a %b %-d %H:%M:%S UTC %Y"),
            "PASSWORD_CLAIM_SECRET_BLOCK": begun.json["ChallengeParameters"]["SECRET_BLOCK"],
            "PASSWORD_CLAIM_SIGNATURE": base64.b64encode(bytes(32)).decode(),
            **answer,
        }
        return self.respond(app, begun, "PASSWORD_VERIFIER", **given)

    def respond(self, app: App, challenge: Answer, name: str, admin: bool = False, **given: str) -> Answer:
        """The answer to a challenge."""
        pool = {"UserPoolId": app.pool} if admin else {}
        return self.call(
            "AdminRespondToAuthChallenge" if admin else "RespondToAuthChallenge",
            **pool,
            ClientId=app.id,
            ChallengeName=name,
            Session=challenge.json.get("Session"),
            ChallengeResponses=given,
        )

    def choose(
        self, app: App, challenge: Answer, name: str, password: str = NEW, admin: bool = False, **more: str
    ) -> Answer:
        """The answer to NEW_PASSWORD_REQUIRED."""
        if app.secret and "SECRET_HASH" not in more:
            more["SECRET_HASH"] = app.hash(name)
        return self.respond(
            app, challenge, "NEW_PASSWORD_REQUIRED", admin, USERNAME=name, NEW_PASSWORD=password, **more
        )

    def challenged(self, app: App, name: str, password: str = OLD) -> Answer:
        """A sign-in by InitiateAuth that has to lead to NEW_PASSWORD_REQUIRED."""
        answer = self.sign_in(app, name, password)
        if answer.signed_in != "NEW_PASSWORD_REQUIRED":
            raise AssertionError(f"a sign-in that had to be challenged: {answer}")
        return answer

    def admitted(self, app: App, name: str, password: str = OLD) -> dict[str, str]:
        """The tokens of a sign-in by InitiateAuth that has to grant some."""
        answer = self.sign_in(app, name, password)
        if answer.signed_in != "tokens":
            raise AssertionError(f"a sign-in that had to grant tokens: {answer}")
        return answer.tokens

    def user(self, pool: str, name: str) -> dict[str, Any]:
        """AdminGetUser."""
        return self.must("AdminGetUser", UserPoolId=pool, Username=name)

    def sub(self, pool: str, name: str) -> str:
        """A user's sub."""
        return next(str(one["Value"]) for one in self.user(pool, name)["UserAttributes"] if one["Name"] == "sub")
