"""What a run makes at AWS, written down before and after: a line is on the disk before the request is sent."""

from __future__ import annotations

import json
import os
import re
import secrets
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from conformance.errors import BadInput

if sys.platform != "win32":
    import fcntl

PREFIX = "cognito-conformance-"
RUN_ID = re.compile(r"(\d{8}T\d{4}Z)-[0-9a-f]{6}")
POOL_NAME = re.compile(rf"{PREFIX}({RUN_ID.pattern})-\d{{2,3}}")
# Longer than the longest run and the longest session of credentials: nothing younger is swept.
LIFETIME_HOURS = 7


def new_run_id() -> str:
    """The name of a run: when it started (UTC), and six digits that no other has."""
    return f"{datetime.now(UTC):%Y%m%dT%H%MZ}-{secrets.token_hex(3)}"


def started_at(run_id: str) -> datetime:
    """When a run started."""
    return datetime.strptime(run_id.partition("-")[0], "%Y%m%dT%H%MZ").replace(tzinfo=UTC)


def directory(account: str, region: str) -> Path:
    """Where the ledgers of an account and Region are kept on this machine."""
    home = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(home, "cognito-conformance", f"{account}-{region}")


@dataclass(frozen=True)
class KeptPool:
    """A pool in which users wait for a second run, and its app clients."""

    id: str
    name: str
    clients: tuple[str, ...]


class RunLedger:
    """The pools and app clients of one run, in memory and, with a `path`, as a journal that survives the process."""

    def __init__(self, run_id: str, path: Path | None = None) -> None:
        self.run_id = run_id
        self.pools: dict[str, str] = {}
        self.clients: dict[str, str] = {}
        self.unanswered: set[str] = set()
        self.kept: set[str] = set()
        self.gone: set[str] = set()
        self.numbers = 0
        self.used: dict[str, Any] = {}
        self._path = path
        if path is not None and path.exists():
            for line in path.read_text(encoding="utf-8").splitlines():
                # The last line may be torn: the process died while it wrote it, before anything was sent.
                if line.endswith("}"):
                    self._learn(json.loads(line))

    @property
    def waiting(self) -> list[KeptPool]:
        """The pools that this run left for a later one."""
        return [KeptPool(pool, self.pools[pool], tuple(self._clients_of(pool))) for pool in sorted(self.kept)]

    @property
    def left(self) -> list[str]:
        """The pools that were made and are neither gone nor kept."""
        return [pool for pool in self.pools if pool not in self.gone | self.kept]

    def name(self) -> str:
        """The name of the next pool."""
        self.numbers += 1
        return f"{PREFIX}{self.run_id}-{self.numbers:02d}"

    def keep(self, pool: str) -> None:
        """Leave a pool for a later run: neither the end of this one nor `sweep` deletes it before its day."""
        self.write("kept", pool=pool, clients=self._clients_of(pool))

    def adopt(self, earlier: KeptPool) -> None:
        """Make a pool that an earlier run kept one of this run's own; it stays until it is deleted by name."""
        if earlier.id not in self.pools:
            self.write("adopted", pool=earlier.id, name=earlier.name, clients=list(earlier.clients))

    def _clients_of(self, pool: str) -> list[str]:
        return [client for client, its in self.clients.items() if its == pool]

    def write(self, event: str, **facts: Any) -> None:
        """Write a line and wait until it is on the disk."""
        line = {"event": event, "at": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}", **facts}
        if self._path is not None:
            with self._path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(line) + "\n")
                file.flush()
                os.fsync(file.fileno())
        self._learn(line)

    def _learn(self, line: Mapping[str, Any]) -> None:
        match line["event"]:
            case "intent":
                self.unanswered.add(line["name"])
                self.numbers = max(self.numbers, int(line["name"].rpartition("-")[2]))
            case "refused" | "settled":
                self.unanswered.discard(line["name"])
            case "created":
                self.unanswered.discard(line["name"])
                self.pools[line["pool"]] = line["name"]
            case "deleting":
                self.kept.discard(line["pool"])
            case "deleted":
                self.gone.add(line["pool"])
            case "used":
                self.used = {name: value for name, value in line.items() if name not in ("event", "at")}
            case "kept":
                self.kept.add(line["pool"])
                self.clients.update(dict.fromkeys(line.get("clients", ()), line["pool"]))
            case "adopted":
                self.kept.add(line["pool"])
                self.pools[line["pool"]] = line["name"]
                self.clients.update(dict.fromkeys(line["clients"], line["pool"]))


@contextmanager
def opened(account: str, region: str, run_id: str) -> Iterator[RunLedger]:
    """The ledger of a run, locked while the run lasts: the kernel lets go of a lock when its process ends.

    Raises BadInput where another run of this machine has the account and Region."""
    place = directory(account, region)
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = place / f"{run_id}.jsonl"
    with (place / "lock").open("a") as alone:
        if not _lock(alone.fileno()):
            raise BadInput(f"another run has account {hidden(account)} in {region} on this machine: wait until it ends")
        path.touch(mode=0o600)
        yield RunLedger(run_id, path)


def known(account: str, region: str) -> dict[str, RunLedger]:
    """The ledgers that this machine has of an account and Region, by run; none while a run is going on."""
    place = directory(account, region)
    if not place.exists():
        return {}
    with (place / "lock").open("a") as alone:
        if not _lock(alone.fileno()):
            return {}
        return {path.stem: RunLedger(path.stem, path) for path in sorted(place.glob("*.jsonl"))}


def hidden(account: str) -> str:
    """An account number as it may be shown: its last four digits."""
    return f"…{account[-4:]}"


def _lock(descriptor: int) -> bool:
    if sys.platform == "win32":  # which has no such locks: two runs differ by their pools
        return True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
