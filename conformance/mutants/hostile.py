"""Services that are not Cognito at all, or hardly answer: the verdict and exit code of a run at each."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from conformance.mutants.mutant import Call, Plant, around
from conformance.reference import http
from conformance.reference.http import Handler, HttpAnswer
from conformance.reference.service import CognitoSpec
from conformance.verdict.reply import HttpRequest

MINE = f"{http.PREFIX}AdminSetUserPassword"
JSON = {"Content-Type": http.CONTENT_TYPE}
# Quick, and without a scenario that a refusal of everything could satisfy.
FEW = "list-users-shows-the-same-status or wrong-password-is-refused"
ONE = "test_new_password_confirms_the_user"
# What an answer of the operation alone is judged by: elsewhere a call that must succeed is a precondition.
EFFECT = "works-on-any-user"


@dataclass(frozen=True)
class Hostile:
    """A service, and what a run over `chosen` may say of it."""

    name: str
    intent: str
    plant: Plant
    verdicts: frozenset[str]
    exit_code: int
    chosen: str = FEW


@dataclass(frozen=True)
class HostileResult:
    """What a run said: how it ended, and its verdicts (none where it found no service)."""

    hostile: str
    exit_code: int
    verdicts: dict[str, int]
    as_meant: bool


Respond = Callable[[HttpRequest], HttpAnswer | None]


def _answers(instead: HttpAnswer | Callable[[HttpRequest], HttpAnswer | None], only_mine: bool = False) -> Plant:
    """Answer everything, or the operation under test alone, in another way; None leaves it to the service."""

    @around(http, "answer")
    def plant(real: Call, service: CognitoSpec, request: HttpRequest) -> Any:
        if only_mine and request.headers.get("x-amz-target") != MINE:
            return real(service, request)
        given = instead if isinstance(instead, HttpAnswer) else instead(request)
        return real(service, request) if given is None else given

    return plant


def _sends(send: Callable[[Handler, HttpAnswer], None], only_mine: bool = False) -> Plant:
    """Send what the service answers in another manner."""

    @around(Handler, "send")
    def plant(real: Call, self: Handler, answer: HttpAnswer) -> None:
        if only_mine and self.headers.get("X-Amz-Target") != MINE:
            real(self, answer)
        else:
            send(self, answer)

    return plant


def _hang(_: Handler, __: HttpAnswer) -> None:
    time.sleep(3600)


def _reset(handler: Handler, _: HttpAnswer) -> None:
    handler.close_connection = True
    handler.connection.close()


def _trickle(handler: Handler, answer: HttpAnswer) -> None:
    handler.send_response(answer.status)
    for name, value in {**answer.headers, "Content-Length": str(len(answer.body))}.items():
        handler.send_header(name, value)
    handler.end_headers()
    for byte in answer.body:
        handler.wfile.write(bytes([byte]))
        handler.wfile.flush()
        time.sleep(0.0005)


def _trickle_on(handler: Handler, answer: HttpAnswer) -> None:
    handler.send_response(answer.status)
    handler.end_headers()
    while True:
        handler.wfile.write(b" ")
        handler.wfile.flush()
        time.sleep(1)


def _at_first(times: int, instead: HttpAnswer) -> Respond:
    """Answer each request in another way so many times before it is let through."""
    seen: Counter[tuple[str, bytes]] = Counter()
    lock = threading.Lock()

    def respond(request: HttpRequest) -> HttpAnswer | None:
        with lock:
            key = request.headers.get("x-amz-target", ""), request.body
            seen[key] += 1
            return instead if seen[key] % (times + 1) else None

    return respond


def _error(code: str, status: int = 400) -> HttpAnswer:
    return HttpAnswer(status, json.dumps({"__type": code, "message": "no"}).encode(), JSON)


NOTHING = HttpAnswer(200, b"{}", JSON)
ANSWERS = {
    "nothing": (NOTHING, "200 {}"),
    "one-error": (_error("UserNotFoundException"), "UserNotFoundException"),
    "500": (HttpAnswer(500, b"Internal Server Error", {"Content-Type": "text/plain"}), "a plain 500"),
    "html": (
        HttpAnswer(200, b"<html>Welcome to the hotel network</html>", {"Content-Type": "text/html"}),
        "a web page",
    ),
    "redirect": (HttpAnswer(302, b"", {"Location": "http://127.0.0.1:9/"}), "a redirect to nowhere"),
    "random-json": (HttpAnswer(200, b'{"a": [1, {"b": null}], "c": "d"}', JSON), "some JSON"),
}
HUGE = HttpAnswer(200, b'{"a": "' + b"x" * 20_000_000 + b'"}', JSON)
THROTTLED = _error("TooManyRequestsException")

BLOCKED, DIVERGES, INCONCLUSIVE, CONFORMS = (
    frozenset({v}) for v in ("blocked", "diverges", "inconclusive", "conforms")
)


def catalogue() -> dict[str, Hostile]:
    """Every hostile service by its name."""
    every = []
    for name, (answer, words) in ANSWERS.items():
        every.append(Hostile(f"always-{name}", f"Everything is answered with {words}.", _answers(answer), BLOCKED, 3))
        plant = _answers(answer, only_mine=True)
        every.append(Hostile(f"mine-{name}", f"The operation is answered with {words}.", plant, DIVERGES, 1, EFFECT))
    every += [
        Hostile("always-huge", "Everything is answered with 20 MB.", _answers(HUGE), BLOCKED, 3),
        Hostile(
            "mine-huge",
            "The operation's answer has 20 MB: not all is read.",
            _answers(HUGE, True),
            INCONCLUSIVE,
            3,
            ONE,
        ),
        Hostile("always-reset", "Every connection is closed without an answer.", _sends(_reset), INCONCLUSIVE, 3),
        Hostile("mine-reset", "The operation ends the connection.", _sends(_reset, True), INCONCLUSIVE, 3, ONE),
        Hostile("always-hanging", "Nothing is ever answered.", _sends(_hang), INCONCLUSIVE, 3),
        Hostile("always-trickling", "No answer ever ends.", _sends(_trickle_on), INCONCLUSIVE, 3),
        Hostile(
            "mine-trickling", "The operation's answer never ends.", _sends(_trickle_on, True), INCONCLUSIVE, 3, ONE
        ),
        Hostile("slow", "Everything is right, but comes byte by byte.", _sends(_trickle), CONFORMS, 0),
        Hostile("throttled", "Everything is throttled for ever.", _answers(THROTTLED), INCONCLUSIVE, 3, ONE),
        Hostile("mine-throttled", "The operation is throttled.", _answers(THROTTLED, True), INCONCLUSIVE, 3, ONE),
        Hostile(
            "throttled-twice",
            "Each request is throttled twice, then served.",
            lambda: _answers(_at_first(2, THROTTLED))(),
            CONFORMS,
            0,
            ONE,
        ),
        Hostile(
            "mine-faulty-once",
            "The operation fails with 500 once, then is served.",
            lambda: _answers(_at_first(1, ANSWERS["500"][0]), True)(),
            CONFORMS,
            0,
            ONE,
        ),
    ]
    return {one.name: one for one in every}


def judged(hostile: Hostile, url: str) -> HostileResult:
    """What `cognito-conformance run` says of the hostile service at `url`."""
    with tempfile.TemporaryDirectory(prefix="cognito-conformance-") as place:
        file = Path(place) / "report.json"
        command = [sys.executable, "-m", "conformance", "run", "--endpoint-url", url, f"--json={file}"]
        done = subprocess.run([*command, "--tier=wording", "-k", hostile.chosen], check=False, capture_output=True)
        report = json.loads(file.read_text("utf-8")) if file.exists() else {"summary": {"verdicts": {}}}
    verdicts = {name: count for name, count in report["summary"]["verdicts"].items() if count}
    fine = done.returncode == hostile.exit_code and set(verdicts) <= hostile.verdicts
    return HostileResult(hostile.name, done.returncode, verdicts, fine)
