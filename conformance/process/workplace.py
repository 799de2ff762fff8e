"""The directory that holds everything temporary of a command, and the removal of what a killed one left behind.

Everything that a command starts carries the directory's name in its environment (VARIABLE) and has its temporary files
in it. The command that made it holds a lock on it: whoever can take the lock knows that the command is dead."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

if sys.platform != "win32":
    import fcntl

VARIABLE = "COGNITO_CONFORMANCE_RUN"
# Notes on the pools and IAM users that a run made (target/notes.py) outlive it until those are deleted.
POOLS, USERS = "pools", "users"
NOTES_SECONDS = 14 * 86_400
_PREFIX = "cognito-conformance-"
_LOCK = "lock"
_NOTES = "notes"

# Where temporary files go outside of a command's directory.
_outside: str | None = None


@contextmanager
def workplace() -> Iterator[Path]:
    """A new directory that every temporary file goes to, also of what is started; it is removed at the end.

    Ends what was started in it and still runs, and removes what killed commands left."""
    global _outside
    before_it, _outside = _outside, tempfile.gettempdir()
    _clear_abandoned()
    before = {name: os.environ.get(name) for name in ("TMPDIR", VARIABLE)}
    default = tempfile.tempdir
    directory, lock = _made()
    os.environ |= {"TMPDIR": str(directory), VARIABLE: str(directory)}
    tempfile.tempdir = str(directory)
    try:
        yield directory
    finally:
        tempfile.tempdir = default
        for name, value in before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value
        with lock:
            _clear([directory])
        _clear_abandoned()  # by now what they made may be deleted
        _outside = before_it


def current() -> Path | None:
    """The directory of the command that this process belongs to."""
    directory = os.environ.get(VARIABLE)
    return Path(directory) if directory else None


def forget_made() -> None:
    """Forget the pools and users that this command noted: the services that had them were its own, and are gone."""
    directory = current()
    if directory is not None:
        for kind in (POOLS, USERS):
            shutil.rmtree(directory / kind, ignore_errors=True)


def lock_alone(file: IO[Any]) -> None:
    """Wait until no other process has locked the file, and lock it until it is closed; Windows has no such locks."""
    if sys.platform != "win32":
        fcntl.flock(file, fcntl.LOCK_EX)


def note(line: str) -> None:
    """Leave a line for the end of the command, from whichever of its processes."""
    directory = current()
    if directory is not None:
        with (directory / _NOTES).open("a", encoding="utf-8") as file:
            file.write(f"{' '.join(line.split())}\n")


def notes() -> list[str]:
    """The lines that were left for the end of this command, each once."""
    path = (current() or outside()) / _NOTES
    return list(dict.fromkeys(path.read_text(encoding="utf-8").splitlines())) if path.exists() else []


def _clear_abandoned() -> None:
    _clear(abandoned())


def outside() -> Path:
    """Where temporary files go that are to outlive the command."""
    return Path(_outside or tempfile.gettempdir())


def abandoned() -> list[Path]:
    """The directories of commands that were killed."""
    places = outside().glob(f"{_PREFIX}*/{_LOCK}")
    return [lock.parent for lock in sorted(places) if _is_free(lock)]


def _made() -> tuple[Path, IO[bytes]]:
    # It gets its name once it is locked: nobody may take it for one that was left behind.
    hidden = Path(tempfile.mkdtemp(prefix=f".{_PREFIX}"))
    lock = (hidden / _LOCK).open("wb")
    lock_alone(lock)
    return hidden.rename(hidden.with_name(hidden.name.removeprefix("."))), lock


def _is_free(lock: Path) -> bool:
    if sys.platform == "win32":
        return False
    try:
        with lock.open("rb") as file:
            if os.fstat(file.fileno()).st_uid != os.getuid():
                return False
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:  # locked, or gone in the meantime
        return False
    return True


def _clear(directories: Sequence[Path]) -> None:
    """End what was started in these directories and remove them, except for notes on what may still be there."""
    if directories:
        _end_processes(directories)
    for directory in directories:
        if not any(_has_notes(directory / kind) for kind in (POOLS, USERS)):
            shutil.rmtree(directory, ignore_errors=True)
            continue
        with suppress(FileNotFoundError):  # another command was quicker
            for entry in directory.iterdir():
                if entry.name in (POOLS, USERS, _LOCK):
                    continue
                if entry.is_dir() and not entry.is_symlink():
                    shutil.rmtree(entry, ignore_errors=True)
                else:
                    entry.unlink(missing_ok=True)


def _has_notes(place: Path) -> bool:
    """Whether something is noted that an endpoint may still have; an emulator that is gone never says."""
    with suppress(OSError):
        return any(place.iterdir()) and time.time() - place.stat().st_mtime < NOTES_SECONDS
    return False


def _end_processes(directories: Iterable[Path]) -> None:
    """Kill every process that was started with one of these directories in its environment (where there is a /proc)."""
    marks = {f"{VARIABLE}={directory}".encode() for directory in directories}
    for environment in Path("/proc").glob("[0-9]*/environ"):
        pid = int(environment.parent.name)
        with suppress(OSError):
            if pid != os.getpid() and not marks.isdisjoint(environment.read_bytes().split(b"\0")):
                os.kill(pid, signal.SIGKILL)
