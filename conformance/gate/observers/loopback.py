"""A server on loopback that breaks connections in the ways that networks do: plain, over TLS, and as a proxy.

Each case has a server of its own. A handler waits for the other end, not for a time, except where a client that ignores
its time-out would wait for ever.
"""

import contextlib
import socket
import ssl
import struct
import threading
from dataclasses import dataclass

PATIENCE = 10.0  # seconds until a silent answer comes after all, to a client that ignores its own time-out


@dataclass
class Request:
    """A request as it was read from a socket; `connection` counts connections, `number` the requests."""

    line: str
    headers: dict
    body: bytes
    connection: int
    number: int


class Server:
    """Serves until closed. The handler gets (socket, request), answers, and returns True to keep the connection."""

    def __init__(self, handler, context=None):
        self.handler = handler
        self.context = context
        self.requests = []
        self._lock = threading.Lock()
        self._connections = 0
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = self._listener.getsockname()[1]
        self.url = f"http{'s' if context else ''}://127.0.0.1:{self.port}"
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        # A thread that waits in accept() is not woken by close().
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    @property
    def connections(self):
        """On how many connections requests came."""
        return len({request.connection for request in self.requests})

    def _accept(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self._connections += 1
            threading.Thread(target=self._serve, args=[connection, self._connections], daemon=True).start()

    def _serve(self, connection, number):
        with contextlib.suppress(OSError):
            connection.settimeout(60)
            if self.context is not None:
                connection = self.context.wrap_socket(connection, server_side=True)
            with connection:
                while self._answer(connection, number):
                    pass

    def _answer(self, connection, number):
        received = read(connection)
        if received is None:
            return False
        with self._lock:
            request = Request(*received, number, len(self.requests) + 1)
            self.requests.append(request)
        return bool(self.handler(connection, request))


def read(connection):
    """A request: its line, its headers (lower case) and its body; None if no other comes."""
    data = b""
    while b"\r\n\r\n" not in data:
        received = connection.recv(65536)
        if not received:
            return None
        data += received
        if data.startswith(b"\x16"):  # the client speaks TLS, and this server does not
            connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            return None
    head, _, body = data.partition(b"\r\n\r\n")
    line, *rest = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (entry.partition(":") for entry in rest)}
    if headers.get("expect", "").lower() == "100-continue":
        connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
    length = int(headers.get("content-length") or 0)
    while len(body) < length:
        received = connection.recv(65536)
        if not received:
            return None
        body += received
    return line, headers, body


def answer(body=b"{}", status="200 OK", length=None, **headers):
    """The bytes of an answer; `length` is what is announced, if it is not the truth."""
    lines = [f"HTTP/1.1 {status}", "Content-Type: application/x-amz-json-1.1", "x-amzn-RequestId: a1b2c3"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    if "Transfer_Encoding" not in headers:
        lines.append(f"Content-Length: {len(body) if length is None else length}")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def sends(*answers):
    """Send these answers in turn, the last one again and again, and keep the connection."""

    def handler(connection, request):
        connection.sendall(answers[min(request.number, len(answers)) - 1])
        return True

    return handler


def sends_and_closes(content):
    """Send these bytes and close."""

    def handler(connection, _):
        connection.sendall(content)
        return False

    return handler


def resets(connection, _):
    """Reset the connection."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    return False


def stalls(content=b""):
    """Send this much, then nothing until the client gives up."""

    def handler(connection, _):
        if content:
            connection.sendall(content)
        connection.settimeout(PATIENCE)
        try:
            connection.recv(1)
        except TimeoutError:
            connection.sendall(answer())
        return False

    return handler


def tunnels(content):
    """Be a proxy: connect as CONNECT says and pass bytes on; answer any other request with these bytes."""

    def handler(connection, request):
        if not request.line.startswith("CONNECT "):
            connection.sendall(content)
            return True
        host, _, port = request.line.split()[1].rpartition(":")
        with socket.create_connection((host, int(port))) as other:
            connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            threading.Thread(target=_pump, args=[other, connection], daemon=True).start()
            _pump(connection, other)
        return False

    return handler


def _pump(source, sink):
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)


def in_company(number):
    """Answer only when `number` requests are waiting at once, so that each has a connection of its own."""
    barrier = threading.Barrier(number)

    def handler(connection, _):
        with contextlib.suppress(threading.BrokenBarrierError):
            barrier.wait(6 * PATIENCE)
        connection.sendall(answer())
        return True

    return handler


def server_context(certificate):
    """A TLS server's context; the file holds key and certificates."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context
