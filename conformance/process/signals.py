"""The signals that ask a command to end: Control-C, SIGTERM and SIGHUP all let it clean up first."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

# Windows has no SIGHUP.
ENDING = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))

_received: int | None = None


def install() -> None:
    """Let each of these signals raise KeyboardInterrupt, once; a second Control-C gives up cleaning.

    A signal that is ignored, as nohup ignores SIGHUP, stays ignored."""
    global _received
    _received = None
    if threading.current_thread() is not threading.main_thread():
        return
    for number in ENDING:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _end)


def exit_code() -> int:
    """The exit code that tells a shell which signal came: 130, 143 or 129."""
    return 128 + (_received or signal.SIGINT)


def complaint() -> str:
    """How to report it, in a few words."""
    number = _received or signal.SIGINT
    return "interrupted" if number == signal.SIGINT else f"ended by {signal.Signals(number).name}"


def check() -> None:
    """Raise KeyboardInterrupt where a signal came and something swallowed the exception, as a destructor does."""
    if _received is not None:
        raise KeyboardInterrupt


@contextmanager
def held() -> Iterator[None]:
    """Let the block finish before a signal has its effect, so that what it makes is also written down."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[int] = []

    def hold(number: int, _frame: FrameType | None) -> None:
        if came:  # asked twice: whatever the block waits for has had its time
            raise KeyboardInterrupt
        came.append(number)

    before = {number: signal.getsignal(number) for number in ENDING}
    # A handler that Python did not install shows as None and cannot be put back; SIG_IGN stays as it is.
    before = {number: handler for number, handler in before.items() if handler not in (None, signal.SIG_IGN)}
    for number in before:
        signal.signal(number, hold)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        if came:
            signal.raise_signal(came[0])


def _end(number: int, _frame: FrameType | None) -> None:
    global _received
    first = _received is None
    _received = _received or number
    if first or number == signal.SIGINT:
        raise KeyboardInterrupt
