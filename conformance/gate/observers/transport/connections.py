"""What comes back, what is raised, how often and on which connections, when the network or the other end misbehaves.

A case that begins with fault/ should raise: if it returns, a fault is taken for an answer. In a case that begins with
odd/ the other end does what the service never does.
"""

import contextlib
import gzip
import os
import socket
import ssl
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from botocore.config import Config

from conformance.gate.observers import loopback
from conformance.gate.observers.client import observed
from conformance.gate.observers.client.cases import POOL
from conformance.gate.observers.client.observed import call, make
from conformance.gate.observers.loopback import Server, answer, sends, sends_and_closes, stalls

USER = {"UserPoolId": POOL, "Username": "alice"}
WHOLE = b'{"Username": "alice", "UserStatus": "CONFIRMED"}'
ONCE = {"mode": "standard", "total_max_attempts": 1}
ERROR = answer(b'{"__type": "UserNotFoundException", "message": "no"}', "400 Bad Request")


@dataclass(frozen=True)
class Case:
    """What the server does, and how the client is made; `calls` are made with it one after the other."""

    handler: object
    options: dict = field(default_factory=dict)
    environment: dict = field(default_factory=dict)
    calls: int = 1


def _once(**settings):
    return {"config": Config(retries=ONCE, **settings)}


def _chunks(*chunks, whole=True):
    body = b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks) + (b"0\r\n\r\n" if whole else b"")
    return answer(body, Transfer_Encoding="chunked")


PLAIN = {
    "ok/whole": Case(sends(answer(WHOLE))),
    "ok/chunked": Case(sends(_chunks(WHOLE[:20], WHOLE[20:]))),
    "odd/gzip": Case(sends(answer(gzip.compress(WHOLE, mtime=0), Content_Encoding="gzip"))),
    "ok/connection-close": Case(sends_and_closes(answer(WHOLE, Connection="close")), calls=2),
    "odd/until-closed": Case(sends_and_closes(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + WHOLE)),
    "ok/kept-alive": Case(sends(answer(WHOLE)), calls=2),
    "ok/kept-alive-after-an-error": Case(sends(ERROR, answer(WHOLE)), calls=2),
    "ok/closed-while-kept-alive": Case(sends_and_closes(answer(WHOLE)), calls=2),
    "ok/second-attempt": Case(sends(answer(b"", "500 Internal Server Error"), answer(WHOLE))),
    "fault/cut-object": Case(sends_and_closes(answer(b"{}", length=50))),
    "fault/cut-json": Case(sends_and_closes(answer(b'{"Username": "al', length=50))),
    "fault/cut-before-the-body": Case(sends_and_closes(answer(b"", length=50))),
    "fault/cut-chunk": Case(sends_and_closes(_chunks(WHOLE[:20], whole=False))),
    "odd/cut-headers": Case(sends_and_closes(b"HTTP/1.1 200 OK\r\nContent-")),
    "fault/closed-before-the-answer": Case(sends_and_closes(b"")),
    "fault/reset": Case(loopback.resets),
    "fault/not-http": Case(sends_and_closes(b"220 mail.example.com ESMTP\r\n")),
    "odd/not-gzip": Case(sends(answer(WHOLE, Content_Encoding="gzip"))),
    "fault/redirect-302": Case(sends(answer(b"", "302 Found", Location="/elsewhere"), answer(WHOLE))),
    "fault/redirect-307": Case(sends(answer(b"", "307 Temporary Redirect", Location="/elsewhere"), answer(WHOLE))),
    # The client waits a short while; the server waits for it to give up.
    "fault/silent": Case(stalls(), _once(read_timeout=0.3)),
    "fault/silent-midway": Case(stalls(answer(WHOLE[:20], length=len(WHOLE))), _once(read_timeout=0.3)),
}


def connections(certificates):
    """Each fact, as (part, value)."""
    for name, case in PLAIN.items():
        yield from _observed(name, case)
    yield from _refused()
    yield from _at_once()
    yield from _tls(certificates)
    yield from _proxies(certificates)


def _outcome(made, url, options, environment, calls):
    """What came of the last of some calls; the text of an error may hold a port or a path, and is left out."""
    with observed.surroundings(environment):
        seen = observed.outcome(lambda: made.append(make(endpoint_url=url, environment=environment, **options)) or {})
        for _ in range(calls if made else 0):
            seen = observed.outcome(call(made[0], "AdminGetUser", USER))
    return {name: value for name, value in seen.items() if name not in ("text", "message")}


def _observed(name, case, context=None):
    with Server(case.handler, context) as server:
        outcome = _outcome([], f"{server.url}/", case.options, case.environment, case.calls)
        seen = {"outcome": outcome, "attempts": len(server.requests)}
        if not name.startswith("fault/"):  # there they follow the attempts
            seen["connections"] = server.connections
        if name == "ok/whole":
            sent = server.requests[0]
            seen["sent"] = [sent.line, sorted(sent.headers), sent.body.decode("utf-8", "backslashreplace")]
        yield name, seen


@contextlib.contextmanager
def _closed():
    """The address of a port on which nobody listens, and nobody else can while this lasts."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{bound.getsockname()[1]}"


def _refused():
    with _closed() as url:
        yield "fault/refused", {"outcome": _outcome([], url, {}, {}, 1)}
        made = _outcome([], "http://127.0.0.1:9/", {}, {"HTTP_PROXY": url}, 1)
        yield "fault/refused-proxy", {"outcome": made}


def _at_once():
    """Three calls at once, twice: connections are kept for the second time."""
    with Server(loopback.in_company(3)) as server:
        client = make(endpoint_url=server.url, config=Config(retries=ONCE))
        operation = call(client, "AdminGetUser", USER)
        with ThreadPoolExecutor(3) as pool:
            outcomes = [done for _ in range(2) for done in pool.map(lambda _: observed.outcome(operation), range(3))]
        returned = {"returned": {"calls": sum("returned" in one for one in outcomes)}}
        yield "ok/three-at-once", {"outcome": returned, "connections": server.connections}


def _tls(certificates):
    ca, good = str(certificates / "ca.pem"), loopback.server_context(certificates / "good.pem")
    other_name = loopback.server_context(certificates / "other-name.pem")
    expired = loopback.server_context(certificates / "expired.pem")
    missing = str(certificates / "missing.pem")
    whole = sends(answer(WHOLE))
    trusted = {**_once(), "verify": ca}
    cases = {
        "fault/tls/untrusted": (good, _once(), {}),
        "fault/tls/another-name": (other_name, trusted, {}),
        "fault/tls/expired": (expired, trusted, {}),
        "fault/tls/verify-is-missing": (good, {**_once(), "verify": missing}, {}),
        "ok/tls/verify-is-a-bundle": (good, trusted, {}),
        "ok/tls/verify-is-false": (good, {**_once(), "verify": False}, {}),
        "ok/tls/verify-wins": (good, trusted, {"AWS_CA_BUNDLE": missing}),
    }
    for variable in ("AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE"):
        cases[f"ok/tls/{variable}"] = (good, _once(), {variable: ca})
        cases[f"ok/tls/{variable}-is-empty"] = (good, _once(), {variable: ""})
        cases[f"fault/tls/{variable}-is-missing"] = (good, _once(), {variable: missing})
    for name, (context, options, environment) in cases.items():
        yield from _observed(name, Case(whole, options, environment), context)
    with Server(sends(answer(WHOLE))) as plain:
        made = _outcome([], plain.url.replace("http:", "https:"), _once(), {}, 1)
        yield "fault/tls/the-server-speaks-plain-http", {"outcome": made}
    yield "ok/tls/versions", {"outcome": {"returned": {}}, "versions": _spoken(good)}


def _spoken(context):
    """The versions of TLS that the client speaks with a server that speaks nothing newer."""
    spoken = []

    def keep(connection, _):
        spoken.append(connection.version())
        connection.sendall(answer(WHOLE))
        return True

    with Server(keep, context) as server:
        before = context.maximum_version
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            context.maximum_version = version
            _outcome([], server.url, {**_once(), "verify": False}, {}, 1)
        context.maximum_version = before
    return spoken


def _proxies(certificates):
    secure, ca = loopback.server_context(certificates / "good.pem"), str(certificates / "ca.pem")
    trusted = {"verify": ca}
    for name, context, environment, options in (
        ("HTTP_PROXY", None, {"HTTP_PROXY": "{proxy}"}, {}),
        ("http_proxy", None, {"http_proxy": "{proxy}"}, {}),
        ("HTTPS_PROXY", secure, {"HTTPS_PROXY": "{proxy}"}, trusted),
        ("https_proxy", secure, {"https_proxy": "{proxy}"}, trusted),
        ("HTTPS_PROXY-for-http", None, {"HTTPS_PROXY": "{proxy}"}, {}),
        ("NO_PROXY", None, {"HTTP_PROXY": "{proxy}", "NO_PROXY": "127.0.0.1"}, {}),
        ("NO_PROXY-is-a-star", secure, {"HTTPS_PROXY": "{proxy}", "NO_PROXY": "*"}, trusted),
        ("NO_PROXY-for-others", None, {"HTTP_PROXY": "{proxy}", "NO_PROXY": "example.com"}, {}),
        ("Config", secure, {}, {**trusted, "proxies": True}),
        ("Config-beside-the-environment", None, {"HTTP_PROXY": "http://127.0.0.1:9"}, {"proxies": True}),
    ):
        with Server(sends(answer(WHOLE)), context) as server, Server(loopback.tunnels(answer(WHOLE))) as proxy:
            chosen = {key: value.format(proxy=proxy.url) for key, value in environment.items()}
            settings = {"http": proxy.url, "https": proxy.url} if options.get("proxies") else None
            made = {key: value for key, value in options.items() if key != "proxies"}
            made["config"] = Config(retries=ONCE, proxies=settings)
            outcome = _outcome([], server.url, made, chosen, 1)
            lines = [request.line.replace(str(server.port), "PORT") for request in proxy.requests]
            directly = len(server.requests) if not lines else 0
            yield f"ok/proxy/{name}", {"outcome": outcome, "by-proxy": lines, "directly": directly}
    denied = sends(answer(b"", "407 Proxy Authentication Required"))
    with Server(denied) as proxy, Server(sends(answer(WHOLE)), secure) as server:
        made = {**_once(), "verify": ca}
        outcome = _outcome([], server.url, made, {"HTTPS_PROXY": proxy.url}, 1)
        yield "fault/proxy-refuses", {"outcome": outcome, "directly": len(server.requests)}
    assert "HTTPS_PROXY" not in os.environ
