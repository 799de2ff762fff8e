"""How fast requests are sent: token buckets by category, pool and user, well below the quotas."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import Protocol

from conformance.target.aws.operations import BY_POOL, QUOTAS

# Half of a quota is left to the account's own traffic; pools are made and deleted more slowly still.
SHARE = 0.5
POOLS_PER_SECOND = 5.0
PER_POOL, PER_USER = 4.0, 8.0
# After an answer that says "too fast", a category goes at this part of its speed for so long.
SLOWED, SLOWED_SECONDS = 0.5, 60.0


class Time(Protocol):
    """What tells the time in seconds and lets it pass."""

    def now(self) -> float:
        """Seconds from any start."""

    def sleep(self, seconds: float) -> None:
        """Let so many seconds pass."""


class RealTime:
    """The machine's own time; `pace` makes every wait so many times shorter, for a stand-in."""

    def __init__(self, pace: float = 1.0) -> None:
        self._pace = pace

    def now(self) -> float:
        """Seconds, as the waits count them."""
        return time.monotonic() * self._pace

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds / self._pace)


class CountedTime:
    """Time that passes only where somebody waits: a plan knows how long a run would take."""

    def __init__(self) -> None:
        self._now = 0.0
        self._lock = threading.Lock()

    def now(self) -> float:
        """Seconds that were waited so far."""
        return self._now

    def sleep(self, seconds: float) -> None:
        """Count the seconds."""
        with self._lock:
            self._now += seconds


@dataclass
class _Bucket:
    rate: float
    tokens: float
    seen: float
    slow_until: float = float("-inf")


class Limiter:
    """Token buckets, one for each thing that has a limit, shared by all clients; each holds a second's worth."""

    def __init__(self, time: Time) -> None:
        self._time = time
        self._buckets: dict[str, _Bucket] = {}
        self._lock = threading.Lock()

    def wait(self, category: str, pool_operation: str, user: str, *, writes: bool) -> None:
        """Wait until a request may be sent that counts against these; an empty name counts against nothing."""
        limits = {f"category {category}": _rate(category)}
        if category in BY_POOL and pool_operation:
            limits[f"pool {pool_operation}"] = PER_POOL
        if user:
            limits[f"{'writes' if writes else 'reads'} {user}"] = PER_USER
        with self._lock:
            delay = max(self._take(name, rate) for name, rate in limits.items())
        if delay > 0:
            self._time.sleep(delay)

    def slow(self, category: str) -> None:
        """Go more slowly for a while in a category: the service said that it is too fast."""
        with self._lock:
            self._bucket(f"category {category}", _rate(category)).slow_until = self._time.now() + SLOWED_SECONDS

    def _take(self, name: str, rate: float) -> float:
        """Take a token, which may be one of the future; the seconds until then."""
        bucket = self._bucket(name, rate)
        now = self._time.now()
        rate = bucket.rate * (SLOWED if now < bucket.slow_until else 1.0)
        bucket.tokens = min(bucket.rate, bucket.tokens + (now - bucket.seen) * rate) - 1
        bucket.seen = now
        return max(0.0, -bucket.tokens / rate)

    def _bucket(self, name: str, rate: float) -> _Bucket:
        if name not in self._buckets:
            self._buckets[name] = _Bucket(rate, rate, self._time.now())
        return self._buckets[name]


def _rate(category: str) -> float:
    return min(QUOTAS[category] * SHARE, POOLS_PER_SECOND if category == "UserPoolUpdate" else float("inf"))
