"""A stand-in for AWS on the loopback: Cognito, STS and IAM behind TLS, with faults on demand.

`python -m conformance.reference.stand_in --file FILE` serves until its standard input closes. FILE tells a run where it
is (`run aws --stand-in FILE`). Nothing of it is AWS: it is the reference, with an account around it.
"""

from __future__ import annotations

import json
import os
import random
import socket
import ssl
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import click
import trustme

from conformance.reference import iam, sts
from conformance.reference.account import AccountSpec, foreign_pool
from conformance.reference.errors import Refusal
from conformance.reference.http import HttpAnswer, Server, accepted, answer, refused
from conformance.reference.iam import Caller, Statement
from conformance.verdict.reply import HttpRequest

ACCOUNT = "000000000000"
KEY, SECRET = "STANDINKEY0000000000", "stand-in-secret-key-of-nobody"
# The role whose sessions are callers with other policies, and all that it may do.
SECOND_ROLE = "arn:aws:iam::{account}:role/ConformanceSecond"
SECOND_ROLE_MAY = ("cognito-idp:AdminSetUserPassword",)
FAULTS = ("throttling", "delays", "lost-answers", "resets", "server-errors", "limit-exceeded", "late-lists", "expiry")
# The credentials expire once, after so many requests.
EXPIRED_AFTER = 150


@dataclass
class StandInConfig:
    """What the stand-in plays; `faults` are some of FAULTS, `seed` decides when they come."""

    account: str = ACCOUNT
    region: str = "us-east-1"
    aliases: tuple[str, ...] = ("conformance-sandbox",)
    arn: str = "arn:aws:sts::{account}:assumed-role/Conformance/somebody"
    faults: tuple[str, ...] = ()
    seed: int = 1
    skew: float = 0.0
    pace: float = 1.0
    alias_denied: bool = False
    second_role: str = SECOND_ROLE
    second_role_may: tuple[str, ...] = SECOND_ROLE_MAY
    hang_after_create: bool = False


@dataclass
class StandInLog:
    """What the stand-in was asked and said, for tests: requests by operation, messages that it would have sent."""

    operations: list[str] = field(default_factory=list)
    messages: int = 0
    sessions: int = 0
    faults: dict[str, int] = field(default_factory=dict)
    bodies: list[bytes] = field(default_factory=list)
    answers: list[bytes] = field(default_factory=list)


class Dropped(Exception):
    """The connection is to be closed without an answer."""


class StandInService:
    """Cognito, STS and IAM of one account."""

    def __init__(self, config: StandInConfig) -> None:
        self.config = config
        self.log = StandInLog()
        self.keys = {KEY: SECRET}
        self.account = AccountSpec({KEY: Caller(KEY, SECRET)}, config.region)
        self._random = random.Random(config.seed)
        self._lock = threading.Lock()
        self._burst = 0
        self._issued = 0
        self._expired: set[str] = set()
        self._listed: dict[tuple[str, str], tuple[float, dict[str, Any]]] = {}

    def answer(self, request: HttpRequest) -> HttpAnswer:
        """What comes of a request.

        Raises Dropped."""
        service = request.scope[2] if request.scope else "cognito-idp"
        if service == "sts":
            return self._session(request) if sts.action(request) == "AssumeRole" else self._identity(request)
        if service == "iam":
            return self._aliases(request)
        with self._lock:
            self.log.operations.append(request.operation)
            self.log.bodies.append(request.body)
        given = self._faulty(request)
        self.log.answers.append(given.body)
        return given

    def credentials(self) -> dict[str, str]:
        """New credentials, as the endpoint for containers gives them."""
        with self._lock:
            self._issued += 1
            key, secret = f"STANDINKEY{self._issued:010d}", f"{SECRET}-{self._issued}"
            self.keys[key] = secret
            self.account.callers[key] = Caller(key, secret)
        until = datetime.now(UTC) + timedelta(hours=1)
        return {
            "AccessKeyId": key,
            "SecretAccessKey": secret,
            "Token": f"stand-in-token-{self._issued}",
            "Expiration": f"{until:%Y-%m-%dT%H:%M:%SZ}",
        }

    def _faulty(self, request: HttpRequest) -> HttpAnswer:
        operation, fault = request.operation, self._fault(request)
        match fault:
            case "throttling":
                return refused(Refusal("TooManyRequestsException", "Rate exceeded"))
            case "resets":
                raise Dropped
            case "server-errors":
                return HttpAnswer(500, b'{"__type":"InternalErrorException","message":"Internal error."}')
            case "limit-exceeded":
                return refused(Refusal("LimitExceededException", "Attempt limit exceeded, please try after some time."))
            case "expiry":
                return refused(
                    Refusal("ExpiredTokenException", "The security token included in the request is expired")
                )
            case "delays":
                time.sleep(2 / self.config.pace)
        given = answer(self.account, request)
        self._note_messages(request, given)
        if operation == "ListUsers" and "late-lists" in self.config.faults:
            given = self._late(request, given)
        if operation == "CreateUserPool" and self.config.hang_after_create:
            time.sleep(60)
        if fault == "lost-answers":
            raise Dropped
        return given

    def _fault(self, request: HttpRequest) -> str:
        """The fault that befalls a request; throttling comes in bursts."""
        operation, faults = request.operation, self.config.faults
        with self._lock:
            if "expiry" in faults and request.scope and self._expires(request.scope[0]):
                return self._happened("expiry")
            if self._burst > 0:
                self._burst -= 1
                if self._random.random() < 0.3:
                    return self._happened("throttling")
            draw = self._random.random()
            if "throttling" in faults and draw < 0.01:
                self._burst = 15
            elif "delays" in faults and draw < 0.014:
                return self._happened("delays")
            elif "lost-answers" in faults and (draw < 0.018 or (operation == "CreateUserPool" and draw < 0.15)):
                return self._happened("lost-answers")
            elif "resets" in faults and draw < 0.022:
                return self._happened("resets")
            elif "server-errors" in faults and draw < 0.026:
                return self._happened("server-errors")
            elif (
                "limit-exceeded" in faults and operation == "ChangePassword" and "limit-exceeded" not in self.log.faults
            ):
                return self._happened("limit-exceeded")
        return ""

    def _happened(self, fault: str) -> str:
        self.log.faults[fault] = self.log.faults.get(fault, 0) + 1
        return fault

    def _expires(self, key: str) -> bool:
        """Whether the key that signed is out: after so many requests all are that were had until then."""
        if len(self.log.operations) > EXPIRED_AFTER and not self._expired:
            self._expired = set(self.keys)
        return key in self._expired

    def _late(self, request: HttpRequest, given: HttpAnswer) -> HttpAnswer:
        """A list as it was some seconds before, as the service documents it."""
        place = (str(request.members.get("UserPoolId")), str(request.members.get("Filter")))
        now = time.monotonic()
        first, _ = self._listed.setdefault(place, (now, {}))
        if now - first > 3 / self.config.pace:
            return given
        with self._lock:
            self._happened("late-lists")
        return accepted({"Users": []})

    def _note_messages(self, request: HttpRequest, given: HttpAnswer) -> None:
        members = request.members if given.status == 200 else {}
        sends = request.operation in ("ForgotPassword", "AdminResetUserPassword", "ResendConfirmationCode")
        invites = request.operation == "AdminCreateUser" and members.get("MessageAction") != "SUPPRESS"
        if given.status == 200 and (sends or invites) and self._exists(members):
            self.log.messages += 1

    def _exists(self, members: Mapping[str, Any]) -> bool:
        """Whether there is somebody to send to: a client that hides users answers the same for a name of nobody."""
        client = self.account.clients.get(str(members.get("ClientId")))
        pool = client.pool if client else self.account.pools.get(str(members.get("UserPoolId")))
        return pool is not None and self.account.find(pool, str(members.get("Username"))) is not None

    def _identity(self, request: HttpRequest) -> HttpAnswer:
        try:
            iam.authenticate(request, self.account.callers)
        except Refusal as refusal:
            return sts.error(403, refusal.code)
        account = self.config.account
        arn = self.config.arn.format(account=account)
        return sts.document(
            "<GetCallerIdentityResponse xmlns='https://sts.amazonaws.com/doc/2011-06-15/'><GetCallerIdentityResult>"
            f"<Arn>{arn}</Arn><UserId>AROAEXAMPLE:somebody</UserId><Account>{account}</Account>"
            "</GetCallerIdentityResult></GetCallerIdentityResponse>"
        )

    def _session(self, request: HttpRequest) -> HttpAnswer:
        """A session of the one role that there is."""
        role = self.config.second_role.format(account=self.config.account)
        policy = (Statement("Allow", self.config.second_role_may, ("*",)),)
        with self._lock:
            self.log.sessions += 1
            return sts.assume_role(self.account, request, lambda arn: policy if arn == role else None)

    def _aliases(self, request: HttpRequest) -> HttpAnswer:
        try:
            iam.authenticate(request, self.account.callers)
        except Refusal as refusal:
            return sts.error(403, refusal.code)
        if self.config.alias_denied:
            return sts.error(403, "AccessDenied")
        members = "".join(f"<member>{alias}</member>" for alias in self.config.aliases)
        return sts.document(
            "<ListAccountAliasesResponse xmlns='https://iam.amazonaws.com/doc/2010-05-08/'><ListAccountAliasesResult>"
            f"<IsTruncated>false</IsTruncated><AccountAliases>{members}</AccountAliases>"
            "</ListAccountAliasesResult></ListAccountAliasesResponse>"
        )


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    service: StandInService

    def respond(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        try:
            reply = self.service.answer(HttpRequest(self.command, self.path, headers, body, tls=True))
        except Dropped:
            self.close_connection = True
            with_linger(self.connection)
            return
        self.send_response(reply.status)
        for name, value in {**reply.headers, "Content-Length": str(len(reply.body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(reply.body)

    do_GET = do_POST = do_PUT = respond

    def date_time_string(self, timestamp: float | None = None) -> str:
        moment = datetime.fromtimestamp((timestamp or time.time()) + self.service.config.skew, UTC)
        return format_datetime(moment, usegmt=True)

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


def with_linger(connection: socket.socket) -> None:
    """Have a connection end by a reset."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    server_bind = Server.server_bind

    def handle_error(self, *_: object) -> None:
        """Ignore a caller who hangs up."""


class _Credentials(BaseHTTPRequestHandler):
    service: StandInService

    def do_GET(self) -> None:
        body = json.dumps(self.service.credentials()).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


@contextmanager
def standing_in(config: StandInConfig, file: Path) -> Iterator[StandInService]:
    """A stand-in that serves until the block ends; `file` tells a run where, and `ENVIRONMENT` of it who calls."""
    service = StandInService(config)
    authority = trustme.CA()
    pem = file.with_suffix(".pem")
    authority.cert_pem.write_to_path(str(pem))
    hosts = (f"cognito-idp.{config.region}.amazonaws.com", f"sts.{config.region}.amazonaws.com", "iam.amazonaws.com")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*hosts).configure_cert(context)
    server = _Server(("127.0.0.1", 0), type("Bound", (_Handler,), {"service": service}), bind_and_activate=True)
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    keys = _Server(("127.0.0.1", 0), type("BoundKeys", (_Credentials,), {"service": service}))
    threads = [threading.Thread(target=each.serve_forever, kwargs={"poll_interval": 0.05}) for each in (server, keys)]
    for thread in threads:
        thread.start()
    notes = {
        "port": server.server_port,
        "authority": pem.name,
        "pace": config.pace,
        "environment": environment(keys.server_port),
    }
    file.write_text(json.dumps(notes, indent=2) + "\n", encoding="utf-8")
    try:
        yield service
    finally:
        for each in (server, keys):
            each.shutdown()
            each.server_close()
        for thread in threads:
            thread.join()
        file.unlink(missing_ok=True)
        pem.unlink(missing_ok=True)


def environment(port: int) -> dict[str, str]:
    """The variables with which the AWS chain finds the stand-in's credentials, and no others."""
    return {
        "AWS_CONTAINER_CREDENTIALS_FULL_URI": f"http://127.0.0.1:{port}/",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }


def strangers(service: StandInService, names: Mapping[str, Mapping[str, str]]) -> list[str]:
    """The ids of pools that somebody else made, by name and tags."""
    return [foreign_pool(service.account, name, tags) for name, tags in names.items()]


@click.command()
@click.option("--file", type=click.Path(path_type=Path), required=True, help="Where to tell a run how to find it.")
@click.option("--faults", default="", help=f"Some of {','.join(FAULTS)}, or all.")
@click.option("--account", default=ACCOUNT, show_default=True)
@click.option("--region", default="us-east-1", show_default=True)
@click.option("--alias", "aliases", multiple=True, default=("conformance-sandbox",), show_default=True)
@click.option("--seed", type=int, default=1, show_default=True, help="When the faults come.")
@click.option("--pace", type=float, default=1.0, show_default=True, help="Have a run wait so many times less.")
def main(file: Path, faults: str, account: str, region: str, aliases: tuple[str, ...], seed: int, pace: float) -> None:
    """Play AWS on the loopback, until standard input closes."""
    chosen = FAULTS if faults == "all" else tuple(filter(None, faults.split(",")))
    if unknown := set(chosen) - set(FAULTS):
        raise click.UsageError(f"no such fault: {', '.join(sorted(unknown))}")
    config = StandInConfig(account, region, aliases, faults=chosen, seed=seed, pace=pace)
    with standing_in(config, file) as service:
        notes = json.loads(file.read_text(encoding="utf-8"))
        for name, value in notes["environment"].items():
            print(f"export {name}={value}", flush=True)
        print(
            f"cognito-conformance run aws --account {account} --region {region} --plan FILE --stand-in {file}",
            flush=True,
        )
        sys.stdin.read()
        log = service.log
        print(
            json.dumps(
                {
                    "requests": len(log.operations),
                    "messages": log.messages,
                    "faults": log.faults,
                    "pools_left": len(service.account.pools),
                }
            ),
            flush=True,
        )


if __name__ == "__main__":
    main()
