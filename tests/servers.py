"""Services that misbehave in one named way, for the tests of the suite."""

from __future__ import annotations

import json
import re
import socket
import ssl
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import urllib3


class _Server(ThreadingHTTPServer):
    """Says nothing of a client that hangs up in the middle of an answer, as one does that has had enough of it."""

    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


@dataclass(frozen=True)
class Answer:
    """What a service answers with."""

    status: int
    body: bytes
    content_type: str = "application/x-amz-json-1.1"
    headers: tuple[tuple[str, str], ...] = ()


def error(name: str, status: int = 400) -> Answer:
    """An error as AWS writes it."""
    return Answer(status, json.dumps({"__type": name, "message": "no"}).encode())


DROPPED = Answer(0, b"")  # the connection is closed instead
NOTHING = Answer(200, b"{}")
HTML = Answer(200, b"<html><body>Welcome to the hotel network</body></html>", "text/html")
GARBAGE = Answer(200, b"\x00\xff garbage", "application/octet-stream")
REDIRECT = Answer(302, b"", headers=(("Location", "http://127.0.0.1:9/"),))
FAULT = Answer(500, b"Internal Server Error", "text/plain")

Responder = Callable[[str, bytes, dict[str, str]], Answer]


@contextmanager
def serving(respond: Responder) -> Iterator[str]:
    """The URL of a loopback service that answers by `respond(target, body, headers)`, in threads of this process."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            answer = respond(
                self.headers.get("X-Amz-Target", ""), body, {"method": self.command, **dict(self.headers.items())}
            )
            if answer == DROPPED:
                self.close_connection = True
                return
            self.send_response(answer.status)
            for name, value in (("Content-Type", answer.content_type), *answer.headers):
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.body)))
            with suppress(ConnectionError):  # the client may have had enough
                self.end_headers()
                self.wfile.write(answer.body)

        do_POST = do_GET = do_PUT = do_DELETE = do_HEAD = do_PATCH = do_OPTIONS = answer

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    server = _Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def always(answer: Answer) -> Iterator[str]:
    """A service with one answer to everything."""
    with serving(lambda *_: answer) as url:
        yield url


@contextmanager
def closing() -> Iterator[str]:
    """A listener that closes every connection at once."""
    with _listening(lambda connection: connection.close()) as url:
        yield url


@contextmanager
def cutting_off(head: bytes = b"Content-Length: 5000", body: bytes = b'{"UserPools": [') -> Iterator[str]:
    """A listener that closes every connection in the middle of a body that `head` says is longer."""

    def cut_off(connection: socket.socket) -> None:
        with connection, suppress(OSError):
            _take_in(connection)
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/x-amz-json-1.1\r\n")
            connection.sendall(head + b"\r\n\r\n" + body)

    with _listening(cut_off) as url:
        yield url


@contextmanager
def hanging() -> Iterator[str]:
    """A listener that takes every connection and never answers."""
    kept: list[socket.socket] = []
    try:
        with _listening(kept.append) as url:
            yield url
    finally:
        for connection in kept:
            connection.close()


@contextmanager
def trickling(tls: ssl.SSLContext | None = None, head: bytes = b"\r\n\r\n") -> Iterator[str]:
    """A listener that answers every connection with a head and then byte after byte, without an end.

    Without the end of the `head` the bytes go on in its last line."""
    stop = threading.Event()
    started = []

    def feed(connection: socket.socket) -> None:
        with suppress(OSError), connection if tls is None else tls.wrap_socket(connection, server_side=True) as sending:
            _take_in(sending)
            sending.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/x-amz-json-1.1" + head)
            while not stop.wait(0.05):
                sending.sendall(b" ")

    def take(connection: socket.socket) -> None:
        started.append(threading.Thread(target=feed, args=(connection,)))
        started[-1].start()

    try:
        with _listening(take) as url:
            yield url if tls is None else url.replace("http:", "https:")
    finally:
        stop.set()
        for thread in started:
            thread.join()


def _take_in(connection: socket.socket) -> None:
    """Read a request to its end: who closes a connection with bytes unread resets it, and what was sent is lost."""
    request = b""
    while not _is_whole(request) and (more := connection.recv(65536)):
        request += more


def _is_whole(request: bytes) -> bool:
    head, end, body = request.partition(b"\r\n\r\n")
    length = re.search(rb"content-length: *(\d+)", head.lower())
    return bool(end) and len(body) >= (int(length[1]) if length else 0)


@contextmanager
def _listening(take: Callable[[socket.socket], object]) -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.05)
        stop = threading.Event()

        def accept() -> None:
            while not stop.is_set():
                try:
                    take(listener.accept()[0])
                except TimeoutError:
                    continue

        thread = threading.Thread(target=accept)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            stop.set()
            thread.join()


def unused_url() -> str:
    """A loopback URL where nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return f"http://127.0.0.1:{listener.getsockname()[1]}"


@contextmanager
def before(url: str, tamper: Callable[[str, bytes], Answer | None]) -> Iterator[str]:
    """A service in front of the one at `url`: `tamper(target, body)` answers for it, or None to let it."""
    pool = urllib3.PoolManager(retries=False, maxsize=32)

    def respond(target: str, body: bytes, headers: dict[str, str]) -> Answer:
        method = headers.pop("method")
        instead = tamper(target, body)
        if instead is not None:
            return instead
        sent = {
            name: value
            for name, value in headers.items()
            if name.lower() not in ("content-length", "connection")  # the signature covers the host
        }
        reply = pool.request(method, url, body=body, headers=sent)
        passed = ((n, v) for n, v in reply.headers.items() if n.lower().startswith("x-amz"))
        return Answer(reply.status, reply.data, reply.headers.get("Content-Type", ""), tuple(passed))

    try:
        with serving(respond) as own:
            yield own
    finally:
        pool.clear()


def throttled_twice() -> Callable[[str, bytes], Answer | None]:
    """Refuses each request twice with TooManyRequestsException, then lets it through."""
    seen: dict[tuple[str, bytes], int] = {}
    lock = threading.Lock()

    def tamper(target: str, body: bytes) -> Answer | None:
        with lock:
            count = seen[target, body] = seen.get((target, body), 0) + 1
        return error("TooManyRequestsException") if count % 3 else None

    return tamper


def wait_for(condition: Callable[[], bool], seconds: float = 10) -> bool:
    """Whether `condition` comes true within `seconds`."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True
