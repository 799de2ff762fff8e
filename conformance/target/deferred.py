"""Users that one run sets up and a later run judges, kept in a file."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from conformance.errors import BadInput
from conformance.process.workplace import lock_alone


@dataclass(frozen=True)
class Waiting:
    """A user set up for one result, and from when on it can be judged (`due`, UTC, ISO 8601 with minutes)."""

    result: str
    due: str
    pool: str
    client: str
    username: str
    login: str

    @property
    def ready(self) -> bool:
        """Whether it can be judged now."""
        return datetime.now(UTC) >= datetime.fromisoformat(self.due)

    @property
    def day(self) -> str:
        """When that is, for a reader."""
        return f"{datetime.fromisoformat(self.due):%Y-%m-%d %H:%M} UTC"


class StateFile:
    """The users who wait at one endpoint, as a journal: a line for each that is set up, judged, or whose pool is gone.

    Several processes append to it; a line is written in one piece."""

    def __init__(self, path: Path, url: str) -> None:
        self.path = path
        self._url = url

    def check(self) -> None:
        """Raise BadInput where the file is of another endpoint or format, or is something else."""
        if not self.path.exists():
            return
        try:
            first, *rest = self._lines()
            format_, url = first["format"], first["url"]
        except (OSError, ValueError, LookupError, TypeError):
            raise self._damaged("line 1") from None
        if format_ != 1:
            raise BadInput(f"--state {self.path} has format {format_}: this version reads format 1")
        if url != self._url:
            raise BadInput(f"--state {self.path} is of {url}, not of {self._url}: name another file, or a new one")
        for number, line in enumerate(rest, 2):
            if not _is_step(line):
                raise self._damaged(f"line {number}")

    def _damaged(self, where: str) -> BadInput:
        return BadInput(
            f"--state {self.path}, {where}: this is not a file of users who wait, or it is damaged; name another, "
            "or a new one"
        )

    def waiting(self) -> dict[str, Waiting]:
        """Who waits, by result id."""
        users: dict[str, Waiting] = {}
        for line in self._lines():
            if "armed" in line:
                user = Waiting(**line["armed"])
                users[user.result] = user
            users.pop(line.get("judged", ""), None)
        return users

    def finished(self) -> set[str]:
        """The pools in which nobody waits any more."""
        lines = self._lines()
        made = {line["armed"]["pool"] for line in lines if "armed" in line}
        gone = {line["deleted"] for line in lines if "deleted" in line}
        return made - gone - {user.pool for user in self.waiting().values()}

    def arm(self, user: Waiting) -> None:
        """Let a user wait."""
        self._append({"armed": asdict(user)})

    def judged(self, result: str) -> None:
        """A result is in: its user waits no more."""
        self._append({"judged": result})

    def deleted(self, pool: str) -> None:
        """A pool is gone."""
        self._append({"deleted": pool})

    def close(self) -> None:
        """Remove the file where nobody waits and no pool is left."""
        if self.path.exists() and not self.waiting() and not self.finished():
            self.path.unlink()

    def _append(self, line: dict[str, Any]) -> None:
        with self.path.open("a", encoding="utf-8") as file:
            lock_alone(file)  # two workers may both find that there is none yet
            header = "" if os.fstat(file.fileno()).st_size else json.dumps({"format": 1, "url": self._url}) + "\n"
            file.write(f"{header}{json.dumps(line)}\n")

    def _lines(self) -> list[dict[str, Any]]:
        if not self.path.exists():
            return []
        return [json.loads(line) for line in self.path.read_text(encoding="utf-8").splitlines()]


def _is_step(line: Any) -> bool:
    """Whether this is a line as `arm`, `judged` or `deleted` writes it."""
    match line:
        case {"armed": dict(user)} if user.keys() == {field.name for field in fields(Waiting)}:
            return all(isinstance(value, str) for value in user.values()) and _is_moment(user["due"])
        case {"judged": str()} | {"deleted": str()}:
            return True
    return False


def _is_moment(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False
