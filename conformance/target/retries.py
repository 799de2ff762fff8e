"""Time limits and repeats: throttling is waited out, a server fault is tried once more."""

from __future__ import annotations

import math
import os
import socket
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

import urllib3

from conformance.errors import ConnectionClosed, Inconclusive
from conformance.verdict.observed import THROTTLED, is_crash

T = TypeVar("T")
Pool = TypeVar("Pool", bound=urllib3.HTTPConnectionPool)
Manager = TypeVar("Manager", bound=urllib3.PoolManager)

CONNECT_SECONDS = 5
READ_SECONDS = 15

# For one request and its whole answer: the timeout of a read starts anew with every byte.
EXCHANGE_SECONDS = 30.0
# After which time an exchange that was too long already is looked at again.
_AGAIN_SECONDS = 0.05

# How many seconds are waited before each further attempt. Throttling is given time to pass; a server fault is tried
# once more, to see whether it is deterministic, and so is a request in place of whose answer the connection was closed.
THROTTLED_PAUSES = (0.05, 0.2, 0.8, 3.2)
FAULT_PAUSES = (0.01,)
CLOSED_PAUSES = (0.05,)
THROTTLED_ATTEMPTS = 1 + len(THROTTLED_PAUSES)


def timeout(read_seconds: float = READ_SECONDS) -> urllib3.Timeout:
    """The time limits of a request that urllib3 makes."""
    return urllib3.Timeout(connect=CONNECT_SECONDS, read=read_seconds)


@dataclass(eq=False)
class _Exchange:
    """A request under way, and the socket that its answer comes through; `overdue` once the socket was shut down."""

    until: float
    socket: socket.socket | None = None
    overdue: bool = False


class _Watchman:
    """A thread that shuts down the socket of each exchange that takes too long: whoever reads there finds an end.

    The reader itself waits for nothing but the socket, since a thread for each exchange costs more than all else that
    is done for one."""

    def __init__(self) -> None:
        self._under_way: set[_Exchange] = set()
        self._wakes = 0.0
        self._earlier = threading.Condition()
        self._thread: threading.Thread | None = None

    def watch(self, exchange: _Exchange) -> None:
        """Watch an exchange, until it is `done`."""
        self._under_way.add(exchange)
        if self._thread is None or exchange.until < self._wakes:
            with self._earlier:
                if self._thread is None:
                    self._thread = threading.Thread(target=self._look, daemon=True)
                    self._thread.start()
                self._earlier.notify()

    def done(self, exchange: _Exchange) -> None:
        """Watch it no more."""
        self._under_way.discard(exchange)

    def _look(self) -> None:
        with self._earlier:
            while True:
                self._wakes = math.inf  # whoever begins meanwhile is to wait for the lock, and to say so
                now = time.monotonic()
                for exchange in [one for one in tuple(self._under_way) if one.until <= now]:
                    _shut_down(exchange)
                soonest = min((one.until for one in tuple(self._under_way)), default=now + EXCHANGE_SECONDS)
                self._wakes = max(soonest, now + _AGAIN_SECONDS)  # one that still connects has no socket yet
                self._earlier.wait(self._wakes - now)


def _shut_down(exchange: _Exchange) -> None:
    exchange.overdue = True
    if exchange.socket is not None:
        with suppress(OSError):  # it is closed
            socket.socket.shutdown(exchange.socket, socket.SHUT_RDWR)  # TLS's own would change what the reader holds


_watchman = _Watchman()
_now = threading.local()


def _another_watchman() -> None:
    """No thread outlives a fork."""
    global _watchman
    _watchman = _Watchman()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_another_watchman)


def in_time(operation: str, exchange: Callable[[], T], seconds: float | None = None) -> T:
    """The answer of `exchange`, which is a request, by a client that is `watched`, and all that comes back.

    Raises Inconclusive where it is not complete after `seconds` (EXCHANGE_SECONDS)."""
    limit = EXCHANGE_SECONDS if seconds is None else seconds
    this = _now.exchange = _Exchange(time.monotonic() + limit)
    _watchman.watch(this)
    try:
        answer = exchange()
    except Exception:
        if not this.overdue:
            raise
    else:
        if not this.overdue:
            return answer
    finally:
        _watchman.done(this)
        _now.exchange = None
    raise Inconclusive(f"{operation}: no complete answer within {limit:g} s")


class _Watched:
    """A connection of urllib3, or of botocore, that says where it reads."""

    sock: socket.socket | None

    def getresponse(self) -> Any:
        """The answer, its head read."""
        exchange = getattr(_now, "exchange", None)
        if exchange is not None:
            exchange.socket = self.sock
        return super().getresponse()  # type: ignore[misc]


@cache
def watched_pool(pool: type[Pool]) -> type[Pool]:
    """A class of pools like this one, whose connections are watched."""
    connection: Any = type(pool.ConnectionCls.__name__, (_Watched, pool.ConnectionCls), {})
    return type(pool.__name__, (pool,), {"ConnectionCls": connection})


def watched(http: Manager) -> Manager:
    """A manager of urllib3's pools, with the time limit of `in_time` on what is sent from now on."""
    http.pool_classes_by_scheme = {scheme: watched_pool(pool) for scheme, pool in http.pool_classes_by_scheme.items()}
    return http


def patiently(call: Callable[[], T], pauses: Callable[[T], Sequence[float]]) -> T:
    """The answer of `call`, made once more after each of the pauses that its answer is worth."""
    made = 0
    while True:
        try:
            answer = call()
        except ConnectionClosed:
            if made >= len(CLOSED_PAUSES):
                raise
            pause = CLOSED_PAUSES[made]
        else:
            worth = pauses(answer)
            if made >= len(worth):
                return answer
            pause = worth[made]
        time.sleep(pause)
        made += 1


# How many answers said that the caller is to wait.
_throttled = 0


def throttled() -> int:
    """How many requests of this process the endpoint has throttled so far."""
    return _throttled


def pauses(outcome: str) -> Sequence[float]:
    """How long to wait before each further attempt at a request with this outcome."""
    global _throttled
    if outcome in THROTTLED:
        _throttled += 1
        return THROTTLED_PAUSES
    return FAULT_PAUSES if is_crash(outcome) else ()
