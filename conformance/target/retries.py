"""Time limits and repeats: throttling is waited out, a server fault is tried once more."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from queue import SimpleQueue
from typing import TypeVar

import urllib3

from conformance.errors import ConnectionClosed, Inconclusive
from conformance.verdict.observed import THROTTLED, is_crash

T = TypeVar("T")

CONNECT_SECONDS = 5
READ_SECONDS = 15

# For one request and its whole answer: the timeout of a read starts anew with every byte.
EXCHANGE_SECONDS = 30.0

# Throttling is given time to pass (4 s in all); a server fault is tried once more, to see whether it is deterministic.
THROTTLED_ATTEMPTS = 5
FAULT_ATTEMPTS = 2


def timeout() -> urllib3.Timeout:
    """The time limits of a request that urllib3 makes."""
    return urllib3.Timeout(connect=CONNECT_SECONDS, read=READ_SECONDS)


# Threads that wait for an exchange each, to be used again; none of them outlives a fork.
_idle: list[SimpleQueue[Callable[[], None] | None]] = []
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_idle.clear)


def in_time(operation: str, exchange: Callable[[], T], seconds: float | None = None) -> T:
    """The answer of `exchange`, which is a request and all that comes back.

    Raises Inconclusive where it is not complete after `seconds` (EXCHANGE_SECONDS). The thread that still reads ends
    with the exchange, or with the process."""
    limit = EXCHANGE_SECONDS if seconds is None else seconds
    answer: Future[T] = Future()

    def wait() -> None:
        try:
            answer.set_result(exchange())
        except Exception as fault:  # whatever it is, the caller is to raise it
            answer.set_exception(fault)

    try:
        thread = _idle.pop()
    except IndexError:
        thread = SimpleQueue()
        threading.Thread(target=_exchange_by_exchange, args=(thread,), daemon=True).start()
    thread.put(wait)
    try:
        return answer.result(limit)
    except TimeoutError:
        raise Inconclusive(f"{operation}: no complete answer within {limit:g} s") from None
    finally:
        if answer.done():
            _idle.append(thread)
        else:
            thread.put(None)


def _exchange_by_exchange(jobs: SimpleQueue[Callable[[], None] | None]) -> None:
    while (job := jobs.get()) is not None:
        job()


def patiently(call: Callable[[], T], patience: Callable[[T], int]) -> T:
    """The answer of `call`, made as often as `patience` says that its answer is worth, 50, 200, 800… ms apart.

    Where the connection was closed on us it is made once more in any case."""
    attempt = 1
    while True:
        try:
            answer = call()
        except ConnectionClosed:
            if attempt > 1:
                raise
        else:
            if attempt >= patience(answer):
                return answer
        time.sleep(0.05 * 4 ** (attempt - 1))
        attempt += 1


# How many answers said that the caller is to wait.
_throttled = 0


def throttled() -> int:
    """How many requests of this process the endpoint has throttled so far."""
    return _throttled


def attempts(outcome: str) -> int:
    """How often a request with this outcome is worth making."""
    global _throttled
    if outcome in THROTTLED:
        _throttled += 1
        return THROTTLED_ATTEMPTS
    return FAULT_ATTEMPTS if is_crash(outcome) else 1
