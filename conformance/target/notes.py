"""What a run makes, written down before each step, so that whoever ends the run knows what to delete.

The notes lie in the command's directory, in one directory for each kind (workplace.POOLS, workplace.USERS), one small
file for each pool or IAM user that is not deleted yet. They have its name and no key. Without a command's directory, as
under plain pytest, nothing is written down."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from conformance.process import workplace

# Every pool and every IAM user of the suite has a name that starts so.
PREFIX = "cognito-conformance-"


@dataclass(frozen=True)
class Noted:
    """A pool or user that was to be made at an endpoint; without `id` nobody heard whether it was made."""

    url: str
    name: str
    id: str | None
    note: Path

    @property
    def kind(self) -> str:
        """POOLS or USERS."""
        return self.note.parent.name

    def gone(self) -> None:
        """It is deleted: forget it."""
        self.note.unlink(missing_ok=True)


class Notes:
    """The notes of this run about what it makes of one kind at one endpoint.

    Without a `url` none are written, as for what ends with the run."""

    def __init__(self, kind: str, url: str | None) -> None:
        directory = None if url is None else workplace.current()
        self._place = directory / kind if directory else None
        self._url = url

    def planned(self, name: str) -> None:
        """Note that one of this name is about to be made."""
        self._write(name, None)

    def made(self, name: str, pool_id: str) -> None:
        """Note that it was made."""
        self._write(name, pool_id)

    def forget(self, id_or_name: str) -> None:
        """Note that one was deleted, was never made, or is to be left for a later run."""
        for one in noted(self._place) if self._place else ():
            if id_or_name in (one.name, one.id):
                one.gone()

    def _write(self, name: str, pool_id: str | None) -> None:
        if self._place is None:
            return
        self._place.mkdir(exist_ok=True)
        new = self._place / f".{name}"
        new.write_text(json.dumps({"url": self._url, "id": pool_id}), encoding="utf-8")
        new.replace(self._place / name)  # in one piece: this process may be killed at any moment


def left_at(kind: str, url: str) -> list[Noted]:
    """What this command, or killed ones before it, made of a kind at an endpoint and did not delete."""
    own = workplace.current()
    places = [*([own] if own else []), *workplace.abandoned()]
    return [one for place in places for one in noted(place / kind) if one.url == url]


def noted(place: Path) -> list[Noted]:
    """What there are notes of in a directory."""
    found = []
    for path in sorted(place.glob(f"{PREFIX}*")):
        try:
            note = json.loads(path.read_text(encoding="utf-8"))
            found.append(Noted(str(note["url"]), path.name, note["id"], path))
        except (OSError, ValueError, LookupError, TypeError):  # a worker has just deleted it, or it is not ours
            continue
    return found
