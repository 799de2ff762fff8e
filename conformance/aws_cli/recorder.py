"""An endpoint on the loopback that keeps every request it is sent, gives the answer that was set, and can speak TLS."""

from __future__ import annotations

import json
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from conformance.verdict.observed import Arrived
from conformance.verdict.reply import HttpRequest

DEFAULT_HOST = "cognito-idp.us-east-1.amazonaws.com"


@dataclass(frozen=True)
class CannedAnswer:
    """What the recorder answers, after `delay` seconds."""

    status: int = 200
    body: bytes = b"{}"
    delay: float = 0.0

    @classmethod
    def error(cls, name: str, message: str = "No.", status: int = 400) -> CannedAnswer:
        """An error as AWS writes it."""
        return cls(status, json.dumps({"__type": name, "message": message}).encode())


class Recorder:
    """The endpoint. `requests` are those of the scenario that runs; `answer` is what each gets.

    While it is entered it listens at `url`, and at `tls_url` with a certificate that only `authority`, a PEM file,
    vouches for. As a proxy it answers CONNECT by being the host that was asked for."""

    url: str
    tls_url: str
    authority: Path

    def __init__(self) -> None:
        self.requests: list[HttpRequest] = []
        self.answer = CannedAnswer()
        self._stack = ExitStack()
        self._released = threading.Event()

    def __enter__(self) -> Self:
        import trustme  # only who judges a command line needs it

        authority = trustme.CA()
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("127.0.0.1", "localhost", DEFAULT_HOST).configure_cert(self._tls)
        self.authority = Path(self._stack.enter_context(authority.cert_pem.tempfile()))
        self.url = f"http://127.0.0.1:{self._listen(None)}"
        self.tls_url = f"https://127.0.0.1:{self._listen(self._tls)}"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._released.set()
        self._stack.close()

    def begin(self) -> None:
        """Forget the scenario before: its requests, its answer, and whoever still waits for one."""
        self._released.set()
        self._released = threading.Event()
        self.requests, self.answer = [], CannedAnswer()

    @property
    def bodies(self) -> Arrived:
        """The JSON of each request, in order."""
        return Arrived([request.members for request in self.requests], "requests")

    def sent(self, noun: str, look: Callable[[HttpRequest], object]) -> Arrived:
        """What `look` finds in each request, in order; `noun` says what that is."""
        return Arrived([look(request) for request in self.requests], noun)

    def headers(self, name: str) -> Arrived:
        """One header of each request; its name in lower case."""
        return self.sent(f"header {name}", lambda request: request.headers.get(name))

    @property
    def scopes(self) -> Arrived:
        """Access key id, Region and service of each signature."""
        return self.sent("signed for", lambda request: request.scope)

    @property
    def operations(self) -> Arrived:
        """The operations that were asked for, in order: nothing where no request arrived."""
        return self.sent("operations sent", lambda request: request.operation)

    def _listen(self, context: ssl.SSLContext | None) -> int:
        server = _Server(("127.0.0.1", 0), _Handler)
        server.recorder, server.context = self, context
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()

        def stop() -> None:
            server.shutdown()
            server.server_close()
            thread.join()

        self._stack.callback(stop)
        return int(server.server_port)


@contextmanager
def unreachable(seconds: float | None = None) -> Iterator[str]:
    """A URL to which no connection comes about, or only after `seconds`; then it answers `200 {}`.

    The queue of a listening socket is filled, so that Linux drops what else asks to connect."""
    late: list[threading.Thread] = []
    with ExitStack() as stack:
        stack.callback(_join, late)
        listener = stack.enter_context(socket.socket())
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(4):
            filler = stack.enter_context(socket.socket())
            filler.setblocking(False)
            with suppress(BlockingIOError):
                filler.connect(listener.getsockname())
        if seconds is not None:
            late.append(threading.Thread(target=_accept_late, args=[listener, seconds]))
            late[0].start()
            stack.callback(listener.shutdown, socket.SHUT_RDWR)  # wakes the thread, which `close` would not
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


def _join(threads: list[threading.Thread]) -> None:
    for thread in threads:
        thread.join()


def _accept_late(listener: socket.socket, seconds: float) -> None:
    time.sleep(seconds)
    with suppress(OSError):
        while True:
            connection, _ = listener.accept()
            with connection:
                # Those that filled the queue have nothing to say.
                connection.settimeout(0.3)
                with suppress(TimeoutError, ConnectionError):
                    if connection.recv(65536):
                        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}")
                        return


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    recorder: Recorder
    context: ssl.SSLContext | None

    def finish_request(self, request: Any, client_address: Any) -> None:
        if self.context is None:
            super().finish_request(request, client_address)
            return
        request.settimeout(10)
        with self.context.wrap_socket(request, server_side=True) as secure:
            super().finish_request(secure, client_address)

    def handle_error(self, *_: object) -> None:
        """A client that refuses the certificate, or is gone before the answer: both are meant to happen."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def setup(self) -> None:
        self.tls = self.server.context is not None
        super().setup()

    def finish(self) -> None:
        super().finish()
        self.connection.close()

    def answer(self) -> None:
        recorder = self.server.recorder
        released = recorder._released
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        recorder.requests.append(HttpRequest(self.command, self.path, headers, body, self.tls))
        answer = recorder.answer
        if answer.delay and released.wait(answer.delay):
            self.close_connection = True
            return
        self.send_response(answer.status)
        self.send_header("Content-Type", "application/x-amz-json-1.1")
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)

    do_POST = do_GET = do_PUT = answer

    def do_CONNECT(self) -> None:
        """Be the host behind the proxy."""
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.recorder.requests.append(HttpRequest("CONNECT", self.path, headers, b"", self.tls))
        self.send_response(200)
        self.end_headers()
        self.wfile.flush()
        self.connection = self.server.recorder._tls.wrap_socket(self.connection, server_side=True)
        self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb", 0)
        self.tls, self.close_connection = True, False

    def log_message(self, *_: object) -> None:
        """Keep the terminal for the verdicts."""
