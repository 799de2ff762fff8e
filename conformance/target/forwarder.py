"""A loopback server that hands what a program sends to an endpoint's gate, signed anew for the endpoint's host."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest

from conformance.target.definition import Endpoint
from conformance.target.exchange import Received, sent_by

# What of a program's headers goes on; the rest is of its connection to us.
_PASSED = ("content-type", "x-amz-target", "user-agent")


class Forwarder:
    """Between a program, such as the AWS CLI, and a gate. The program needs no credentials of value: it signs for us.

    `fault` is what the gate raised at the last request, None where it answered."""

    def __init__(self, endpoint: Endpoint, sender: str) -> None:
        self.fault: Exception | None = None
        self._endpoint = endpoint
        self._sender = sender
        forwarder = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                passed = {name: value for name, value in self.headers.items() if name.lower() in _PASSED}
                received = forwarder._forward(passed, body)
                self.send_response(received.status)
                for name, value in received.headers.items():
                    if name not in ("content-length", "transfer-encoding", "connection", "date", "server"):
                        self.send_header(name, value)
                self.send_header("Content-Length", str(len(received.body)))
                self.end_headers()
                self.wfile.write(received.body)

            def log_message(self, *_: object) -> None:
                """Keep quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """Where the program is to send."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def close(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _forward(self, headers: dict[str, str], body: bytes) -> Received:
        assert self._endpoint.gate is not None
        request = AWSRequest(method="POST", url=f"{self._endpoint.url}/", data=body, headers=headers)
        SigV4Auth(self._endpoint.credentials, "cognito-idp", self._endpoint.region).add_auth(request)
        self.fault = None
        try:
            return self._endpoint.gate.send(sent_by(self._sender, request.prepare()))
        except Exception as fault:  # whatever it is, the binding is to raise it
            self.fault = fault
            return Received(400, {"content-type": "application/x-amz-json-1.1"}, b'{"__type": "NotSentException"}')
