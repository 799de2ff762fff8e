"""A package index on loopback that serves wheels made for the tests, and fails in the ways that indexes do."""

from __future__ import annotations

import base64
import hashlib
import io
import threading
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


def wheel(
    name: str,
    version: str,
    files: Mapping[str, str | bytes],
    *,
    metadata: str = "",
    tampered: bool = False,
    unlisted: str | None = None,
    entry_points: str = "",
) -> bytes:
    """A wheel with these files; a tampered one has another file than its RECORD says, or one that it does not list."""
    info = f"{name}-{version}.dist-info"
    head = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{metadata}"
    tag = "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    contents: dict[str, str | bytes] = {**files, f"{info}/METADATA": head, f"{info}/WHEEL": tag}
    if entry_points:
        contents[f"{info}/entry_points.txt"] = entry_points
    encoded = {path: text.encode() if isinstance(text, str) else text for path, text in contents.items()}
    record = ""
    for path, content in encoded.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
        record += f"{path},sha256={digest},{len(content)}\n"
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        # ZipInfo has a date of its own: the same files are the same wheel.
        for path, content in encoded.items():
            archive.writestr(zipfile.ZipInfo(path), content + (b"# tampered\n" if tampered and path in files else b""))
        if unlisted:
            archive.writestr(zipfile.ZipInfo(unlisted), "raise SystemExit('this must not run')\n")
        archive.writestr(zipfile.ZipInfo(f"{info}/RECORD"), f"{record}{info}/RECORD,,\n")
    return made.getvalue()


@dataclass(frozen=True)
class Release:
    """A file of the index: its content, why it was yanked, which Python it needs, and what is wrong with it.

    `lies`: its announced hash is another; `cut`: the download ends in the middle."""

    name: str
    version: str
    content: bytes
    yanked: str | None = None
    python: str | None = None
    lies: bool = False
    cut: bool = False

    @property
    def file(self) -> str:
        """Its name."""
        return f"{self.name}-{self.version}-py3-none-any.whl"


def fill(cache: Path, *releases: Release) -> None:
    """Put releases into a cache of the gate, as if they had been fetched."""
    (cache / "wheels").mkdir(parents=True, exist_ok=True)
    for release in releases:
        wheel = cache / "wheels" / release.file
        wheel.write_bytes(release.content)
        wheel.with_suffix(".sha256").write_text(hashlib.sha256(release.content).hexdigest())


@dataclass
class Index:
    """A running index; `asked` is what it was asked for. With a `failure` (status, body) it answers nothing else."""

    url: str
    asked: list[str] = field(default_factory=list)
    failure: tuple[int, bytes] | None = None

    @property
    def environment(self) -> dict[str, str]:
        """What makes pip ask this index and no other."""
        return {"PIP_INDEX_URL": self.url, "PIP_CONFIG_FILE": "/dev/null", "PIP_FIND_LINKS": ""}


@contextmanager
def indexing(*releases: Release) -> Iterator[Index]:
    """An index of these releases."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            index.asked.append(self.path)
            kind, _, rest = self.path.strip("/").partition("/")
            release = next((one for one in releases if one.file == rest), None) if kind == "files" else None
            body = release.content if release else b"" if kind == "files" else _page(releases, rest)
            status = 200 if body else 404
            if index.failure is not None:
                status, body = index.failure
            self.send_response(status)
            self.send_header("Content-Type", "application/octet-stream" if kind == "files" else "text/html")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[: len(body) // 2] if release and release.cut else body)
            self.close_connection = True

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    index = Index(f"http://127.0.0.1:{server.server_port}/simple/")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield index
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _page(releases: tuple[Release, ...], name: str) -> bytes:
    lines = []
    for release in releases:
        if release.name == name:
            digest = hashlib.sha256(b"lie" if release.lies else release.content).hexdigest()
            yanked = "" if release.yanked is None else f' data-yanked="{release.yanked}"'
            python = "" if release.python is None else f' data-requires-python="{release.python}"'
            lines.append(f'<a href="/files/{release.file}#sha256={digest}"{yanked}{python}>{release.file}</a><br>')
    return f"<!DOCTYPE html><html><body>{''.join(lines)}</body></html>".encode() if lines else b""
