"""The service over HTTP: AWS JSON 1.1, signed requests, and the control path beside it."""

from __future__ import annotations

import json
import socket
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from botocore.model import OperationModel

from conformance.reference import iam, validation
from conformance.reference.errors import Refusal
from conformance.reference.iam import Caller
from conformance.reference.service import REGION, CognitoSpec
from conformance.target.definition import INVENTED
from conformance.verdict.reply import HttpRequest

CONTENT_TYPE = "application/x-amz-json-1.1"
PREFIX = "AWSCognitoIdentityProviderService."
CONTROL = "/-/"


@dataclass(frozen=True)
class HttpAnswer:
    """An HTTP answer."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


def answer(service: CognitoSpec, request: HttpRequest) -> HttpAnswer:
    """What comes of a request."""
    if request.path.startswith(CONTROL):
        return HttpAnswer(
            200, json.dumps(service.control(request.path[len(CONTROL) :], json.loads(request.body))).encode()
        )
    try:
        return accepted(execute(service, request))
    except Refusal as refusal:
        return refused(refusal)


def execute(service: CognitoSpec, request: HttpRequest) -> dict[str, Any]:
    """Dispatch, check who calls, check what is asked, carry it out.

    Raises Refusal."""
    operation = dispatched(request)
    caller = authenticated(service, request, operation)
    members = validation.parse(operation, request.body)
    if caller is not None:
        iam.authorize(caller, operation.name, REGION, members.get("UserPoolId", "*"))
    return service.call(operation.name, members)


def dispatched(request: HttpRequest) -> OperationModel:
    """The operation that the request names.

    Raises Refusal (UnknownOperationException)."""
    name = request.headers.get("x-amz-target", "").removeprefix(PREFIX)
    named = request.headers.get("x-amz-target") == f"{PREFIX}{name}"
    if request.method != "POST" or request.path != "/" or not named or name not in validation.model().operation_names:
        raise Refusal("UnknownOperationException")
    return validation.model().operation_model(name)


def authenticated(service: CognitoSpec, request: HttpRequest, operation: OperationModel) -> iam.Caller | None:
    """Who signed; None where the operation takes anybody.

    Raises Refusal."""
    return None if operation.auth_type == "none" else iam.authenticate(request, service.callers)


def accepted(members: dict[str, Any]) -> HttpAnswer:
    """The answer to a request that was carried out."""
    return HttpAnswer(200, json.dumps(members).encode(), common_headers())


def refused(refusal: Refusal) -> HttpAnswer:
    """The answer to a request that was not."""
    headers = {**common_headers(), **error_headers(refusal)}
    return HttpAnswer(refusal.status, json.dumps(error_body(refusal)).encode(), headers)


def common_headers() -> dict[str, str]:
    """What every answer carries."""
    return {"Content-Type": CONTENT_TYPE, "x-amzn-requestid": str(uuid.uuid4())}


def error_body(refusal: Refusal) -> dict[str, str]:
    """The name of the error, and its text where it has one."""
    key = "Message" if refusal.code == "SerializationException" else "message"
    return {"__type": refusal.code} | ({} if refusal.message is None else {key: refusal.message})


def error_headers(refusal: Refusal) -> dict[str, str]:
    """The same as headers, the name with a colon behind it, the text as far as a header can hold it."""
    text = "".join(c if " " <= c <= "~" else "?" for c in refusal.message or "")
    return {"x-amzn-errortype": f"{refusal.code}:"} | ({"x-amzn-errormessage": text} if text else {})


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1  # headers and body in one packet
    service: CognitoSpec

    def respond(self) -> None:
        """Read a request, answer it."""
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.send(answer(self.service, HttpRequest(self.command, self.path, headers, body)))

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = do_HEAD = do_OPTIONS = respond

    def send(self, reply: HttpAnswer) -> None:
        """Send an answer."""
        self.send_response(reply.status)
        for name, value in {**reply.headers, "Content-Length": str(len(reply.body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(reply.body)

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


class Server(ThreadingHTTPServer):
    """A reference on a free loopback port."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, service: CognitoSpec) -> None:
        super().__init__(("127.0.0.1", 0), type("Bound", (Handler,), {"service": service}))

    @property
    def url(self) -> str:
        """Where it serves."""
        return f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, *_: object) -> None:
        """Ignore a caller who hangs up."""

    def server_bind(self) -> None:
        """Bind without asking the name service for our own name."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = str(self.server_address[0]), self.server_address[1]


def server() -> Server:
    """A reference that knows one caller, who may do everything."""
    validation.model()
    caller = Caller(str(INVENTED.access_key), str(INVENTED.secret_key))
    return Server(CognitoSpec({caller.access_key: caller}))
