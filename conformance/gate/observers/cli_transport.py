"""What an AWS CLI does when the network, a proxy or a certificate is not as it should be; cli.py makes the calls."""

from __future__ import annotations

import contextlib
import re
import socket
from dataclasses import dataclass, field

from conformance.gate.observers import loopback
from conformance.gate.observers.loopback import Server, answer, sends, sends_and_closes, stalls

ONCE = {"AWS_MAX_ATTEMPTS": "1"}
WHOLE = sends(answer(b"{}"))
QUICK = ("--cli-read-timeout", "1")


@dataclass(frozen=True)
class Connection:
    """What the other end does, and what the call adds; {ca}, {missing} and {proxy} stand for what the test makes.

    `certificate` is the file of the server's own, for TLS; without a `handler` nobody listens."""

    handler: object = WHOLE
    arguments: tuple = ()
    environment: dict = field(default_factory=dict)
    certificate: str | None = None


def _tls(*arguments, certificate="good.pem", **environment):
    return Connection(WHOLE, arguments, {**ONCE, **environment}, certificate)


def _by_proxy(certificate=None, *arguments, **environment):
    return Connection(WHOLE, arguments, {**ONCE, **environment}, certificate)


# Those that begin with fault/ should fail.
CONNECTIONS = {
    "ok/whole": Connection(environment=ONCE),
    "ok/second-attempt": Connection(sends(answer(b"", "500 Internal Server Error"), answer(b"{}"))),
    "fault/closed": Connection(sends_and_closes(b"")),
    "fault/cut": Connection(sends_and_closes(answer(b"{}", length=50))),
    "fault/reset": Connection(loopback.resets),
    "fault/silent": Connection(stalls(), QUICK, ONCE),
    "fault/silent-midway": Connection(stalls(answer(b"{", length=2)), QUICK, ONCE),
    "fault/refused": Connection(None),
    "fault/redirect-302": Connection(sends(answer(b"", "302 Found", Location="/elsewhere"), answer(b"{}"))),
    "fault/redirect-307": Connection(
        sends(answer(b"", "307 Temporary Redirect", Location="/elsewhere"), answer(b"{}"))
    ),
    "ok/proxy": _by_proxy(HTTP_PROXY="{proxy}"),
    "ok/proxy-for-https": _by_proxy("good.pem", "--ca-bundle", "{ca}", HTTPS_PROXY="{proxy}"),
    "ok/no-proxy": _by_proxy(HTTP_PROXY="{proxy}", NO_PROXY="127.0.0.1"),
    "fault/proxy-refused": _by_proxy(HTTP_PROXY="http://127.0.0.1:9"),
    "fault/tls/untrusted": _tls(),
    "fault/tls/another-name": _tls("--ca-bundle", "{ca}", certificate="other-name.pem"),
    "fault/tls/expired": _tls("--ca-bundle", "{ca}", certificate="expired.pem"),
    "ok/tls/no-verify-ssl": _tls("--no-verify-ssl"),
    "ok/tls/ca-bundle": _tls("--ca-bundle", "{ca}"),
    "fault/tls/ca-bundle-is-missing": _tls("--ca-bundle", "{missing}"),
    "ok/tls/AWS_CA_BUNDLE": _tls(AWS_CA_BUNDLE="{ca}"),
    "ok/tls/AWS_CA_BUNDLE-is-empty": _tls(AWS_CA_BUNDLE=""),
    "fault/tls/AWS_CA_BUNDLE-is-missing": _tls(AWS_CA_BUNDLE="{missing}"),
    "ok/tls/REQUESTS_CA_BUNDLE": _tls(REQUESTS_CA_BUNDLE="{ca}"),
    "ok/tls/REQUESTS_CA_BUNDLE-is-empty": _tls(REQUESTS_CA_BUNDLE=""),
}


def observe(name, call, certificates):
    """The facts of one connection; `call` makes it: arguments and environment to exit code, stdout and stderr."""
    case = CONNECTIONS[name]
    made = {"ca": certificates / "ca.pem", "missing": certificates / "missing.pem"}
    context = loopback.server_context(certificates / case.certificate) if case.certificate else None
    with contextlib.ExitStack() as stack:
        proxy = stack.enter_context(Server(loopback.tunnels(answer(b"{}"))))
        server = stack.enter_context(Server(case.handler, context) if case.handler else _Nobody())
        values = {**made, "proxy": proxy.url}
        environment = {key: value.format(**values) for key, value in case.environment.items()}
        arguments = [argument.format(**values) for argument in case.arguments]
        done = call([*arguments, "--endpoint-url", f"{server.url}/"], environment)
        hidden = {server.url.partition("//")[2]: "HOST", proxy.url: "PROXY", str(certificates): "CERTIFICATES"}
        lines = [request.line.replace(str(server.port), "PORT") for request in proxy.requests]
        sent = {"attempts": len(server.requests), "by-proxy": lines}
    stderr = _plain(done.stderr, hidden)
    return {"exit_code": done.exit_code, "stdout": done.stdout, "stderr": stderr, "requests": sent}


class _Nobody:
    """The address of a port on which nobody listens, and nobody else can while this lasts."""

    requests = ()

    def __enter__(self):
        self._bound = socket.socket()
        self._bound.bind(("127.0.0.1", 0))
        self.port = self._bound.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        return self

    def __exit__(self, *_):
        self._bound.close()


def _plain(text, hidden):
    """Standard error without what differs from run to run: addresses, and where modules lie."""
    for found, shown in hidden.items():
        text = text.replace(found, shown)
    text = re.sub(r"\S*/(urllib3/\S+?):\d+:", r"\1:", text)
    return re.sub(r"0x[0-9a-f]+", "ADDRESS", text)
