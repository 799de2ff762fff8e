"""A package index on loopback that serves wheels made for the tests of the gate, good ones and bad ones."""

from __future__ import annotations

import base64
import hashlib
import io
import threading
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


def wheel(name: str, version: str, files: Mapping[str, str], *, requires: str = "", tampered: bool = False) -> bytes:
    """A wheel with these files; a tampered one has another file than its RECORD says."""
    info = f"{name}-{version}.dist-info"
    metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
    metadata += f"Requires-Dist: {requires}\n" if requires else ""
    tag = "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    contents = {**files, f"{info}/METADATA": metadata, f"{info}/WHEEL": tag}
    record = ""
    for path, text in contents.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
        record += f"{path},sha256={digest},{len(text)}\n"
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for path, text in contents.items():
            archive.writestr(path, text + ("# tampered\n" if tampered and path in files else ""))
        archive.writestr(f"{info}/RECORD", f"{record}{info}/RECORD,,\n")
    return made.getvalue()


@dataclass(frozen=True)
class Release:
    """A file of the index: its content, whether it was yanked and why, and whether its announced hash is a lie."""

    name: str
    version: str
    content: bytes
    yanked: str | None = None
    lies: bool = False

    @property
    def file(self) -> str:
        """Its name."""
        return f"{self.name}-{self.version}-py3-none-any.whl"


@dataclass
class Index:
    """A running index; `asked` is what it was asked for."""

    url: str
    asked: list[str] = field(default_factory=list)


@contextmanager
def indexing(*releases: Release) -> Iterator[Index]:
    """An index of these releases."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            kind, _, rest = self.path.strip("/").partition("/")
            body = _file(releases, rest) if kind == "files" else _page(releases, rest)
            self.send_response(404 if body is None else 200)
            self.send_header("Content-Type", "application/octet-stream" if kind == "files" else "text/html")
            self.send_header("Content-Length", str(len(body or b"")))
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield Index(f"http://127.0.0.1:{server.server_port}/simple/", asked)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _file(releases: Sequence[Release], name: str) -> bytes | None:
    return next((release.content for release in releases if release.file == name), None)


def _page(releases: Sequence[Release], name: str) -> bytes | None:
    lines = []
    for release in releases:
        if release.name == name:
            digest = hashlib.sha256(b"lie" if release.lies else release.content).hexdigest()
            yanked = "" if release.yanked is None else f' data-yanked="{release.yanked}"'
            lines.append(f'<a href="/files/{release.file}#sha256={digest}"{yanked}>{release.file}</a><br>')
    return f"<!DOCTYPE html><html><body>{''.join(lines)}</body></html>".encode() if lines else None
