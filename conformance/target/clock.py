"""The clock of a target: libfaketime, and how a scenario lets days pass."""

from __future__ import annotations

import sys
import time
from email.utils import parsedate_to_datetime
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import urllib3

from conformance.errors import Blocked
from conformance.target.retries import timeout

if TYPE_CHECKING:
    from conformance.target.pools import Pool

DAY = 86400

# Where packages of faketime put the library (Debian, Fedora, from source).
_FAKETIME = ("usr/lib/*/faketime", "usr/lib64/faketime", "usr/lib/faketime", "usr/local/lib/faketime")


def moved_by(clock: Path, library: Path) -> dict[str, str]:
    """The environment in which a program's time is what the file `clock` says."""
    clock.write_text("+0", encoding="ascii")
    # The monotonic clock moves along: left alone (FAKETIME_DONT_FAKE_MONOTONIC) it makes each wait of a thread slow.
    return {"LD_PRELOAD": str(library), "FAKETIME_TIMESTAMP_FILE": str(clock), "FAKETIME_NO_CACHE": "1"}


@cache
def libfaketime() -> Path | None:
    """The library that moves the clock of what the suite starts: of the package faketime, else of PyPI's libfaketime.

    The first is better: its threads take turns. In the wheel, of 160,000 looks of eight threads that compete up to
    eight saw the real time; a server that answers one request at a time has no such threads."""
    installed = (file for place in _FAKETIME for file in sorted(Path("/").glob(f"{place}/libfaketimeMT.so.1")))
    return next(installed, None) or _of_the_wheel()


def _of_the_wheel() -> Path | None:
    """The library in PyPI's wheel, which is not imported: it would load a calendar, and move our own time."""
    found = find_spec("libfaketime")
    if found is None or found.origin is None or sys.platform != "linux":
        return None
    library = Path(found.origin).parent / "vendor" / "libfaketime" / "src" / "libfaketime.so.1"
    return library if library.exists() else None


_TOLERANCE = 300.0

# Some servers write the same Date for a second.
_FOLLOWS_SECONDS = 5.0


class Clock(Protocol):
    """A way to let time pass at a target."""

    def after(self, pool: Pool, days: float) -> None:
        """Let it be `days` later in a pool than it is."""

    def undo(self) -> None:
        """Let it be now again, everywhere."""


class Faketime:
    """The clock of a process under libfaketime, which reads `clock`, a file, at each look at the time.

    Its time goes forward only, since its monotonic clock goes along: a scenario starts where the last one ended."""

    def __init__(self, url: str, clock: Path) -> None:
        self._url = url
        self._clock = clock
        self._start = int(clock.read_text(encoding="ascii"))

    def after(self, pool: Pool, days: float) -> None:
        """Let it be `days` later than when the scenario started, in all pools.

        Raises Blocked where the process goes on to show another time in its answers, and where it refuses requests of
        now: their signatures have the wrong date."""
        ahead = self._start + round(days * DAY)
        self._put(ahead)
        try:
            self._await(ahead)
            pool.service.journal.days_pass(days, "libfaketime moved the clock of the process")
            pool.service.arrange("ListUserPools", "UserPools", MaxResults=1)
        except Blocked:
            self._put(self._start)
            raise

    def undo(self) -> None:
        """Nothing: the time is never put back."""

    def _put(self, ahead: int) -> None:
        new = self._clock.with_suffix(".new")
        new.write_text(f"{ahead:+}", encoding="ascii")
        new.replace(self._clock)  # in one piece: the process may look at any moment

    def _await(self, ahead: int) -> None:
        deadline = time.monotonic() + _FOLLOWS_SECONDS
        while not self._shows(time.time() + ahead):
            if time.monotonic() > deadline:
                raise Blocked("libfaketime does not move the target's clock: its Date header shows another time")
            time.sleep(0.05)

    def _shows(self, now: float) -> bool:
        """Whether an answer carries this time, in seconds since the epoch."""
        try:
            answer = urllib3.request("GET", self._url, retries=False, timeout=timeout())
        except urllib3.exceptions.HTTPError:  # to a server whose time jumps, a connection may seem old
            return False
        sent = answer.headers.get("Date")
        return sent is not None and abs(parsedate_to_datetime(sent).timestamp() - now) < _TOLERANCE
