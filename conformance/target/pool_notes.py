"""The pools that a run makes, written down before each step, so that whoever ends the run knows what to delete.

The notes lie in the command's directory (workplace.POOLS), one small file for each pool that is not deleted yet.
Without such a directory, as under plain pytest, nothing is written down."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from conformance.errors import Inconclusive
from conformance.process import workplace
from conformance.target.client import Cognito, ServiceError
from conformance.target.definition import Endpoint

# Every pool of the suite has a name that starts so.
PREFIX = "cognito-conformance-"


@dataclass(frozen=True)
class NotedPool:
    """A pool that was to be made at an endpoint; without `id` nobody heard whether it was made."""

    url: str
    name: str
    id: str | None
    note: Path

    def gone(self) -> None:
        """It is deleted: forget it."""
        self.note.unlink(missing_ok=True)


class PoolNotes:
    """The notes of this run about the pools at one endpoint.

    There are none of an endpoint that ends with the run, nor of AWS, for which a ledger has them (aws/runledger.py)."""

    def __init__(self, endpoint: Endpoint) -> None:
        directory = None if endpoint.gate or endpoint.ends else workplace.current()
        self._place = directory / workplace.POOLS if directory else None
        self._url = endpoint.url

    def planned(self, name: str) -> None:
        """Note that a pool of this name is about to be made."""
        self._write(name, None)

    def made(self, name: str, pool_id: str) -> None:
        """Note that it was made."""
        self._write(name, pool_id)

    def forget(self, pool_id_or_name: str) -> None:
        """Note that a pool was deleted, was never made, or is to be left for a later run."""
        for pool in noted(self._place) if self._place else ():
            if pool_id_or_name in (pool.name, pool.id):
                pool.gone()

    def _write(self, name: str, pool_id: str | None) -> None:
        if self._place is None:
            return
        self._place.mkdir(exist_ok=True)
        new = self._place / f".{name}"
        new.write_text(json.dumps({"url": self._url, "id": pool_id}), encoding="utf-8")
        new.replace(self._place / name)  # in one piece: this process may be killed at any moment


def left_at(url: str) -> list[NotedPool]:
    """The pools that this command, or killed ones before it, made at an endpoint and did not delete."""
    own = workplace.current()
    places = [*([own] if own else []), *workplace.abandoned()]
    return [pool for place in places for pool in noted(place / workplace.POOLS) if pool.url == url]


def delete_left(service: Cognito) -> int:
    """Delete the pools that are noted at the service's endpoint; how many could not be deleted."""
    left = left_at(service.endpoint.url)
    try:
        names = {} if all(pool.id for pool in left) else _listed(service)
        for pool in left:
            if (pool_id := pool.id or names.get(pool.name)) is None or _deleted(service, pool_id):
                pool.gone()
    except Inconclusive:  # it does not answer any more
        pass
    return len(left_at(service.endpoint.url))


def _listed(service: Cognito) -> dict[str, str]:
    """The ids of the suite's pools at an endpoint, by name."""
    found: dict[str, str] = {}
    token: dict[str, str] = {}
    while True:
        answer = service.answer("ListUserPools", {"MaxResults": 60, **token})
        if isinstance(answer, ServiceError):
            raise Inconclusive(str(answer))
        pools = {str(pool.get("Name")): str(pool.get("Id")) for pool in answer.get("UserPools", [])}
        fresh = pools.keys() - found.keys()
        found |= pools
        if not fresh or not answer.get("NextToken"):  # a target that pages in circles is left
            return found
        token = {"NextToken": answer["NextToken"]}


def _deleted(service: Cognito, pool_id: str) -> bool:
    answer = service.answer("DeleteUserPool", {"UserPoolId": pool_id})
    return not isinstance(answer, ServiceError) or answer.code == "ResourceNotFoundException"


def noted(place: Path) -> list[NotedPool]:
    """The pools of which there are notes in a directory."""
    pools = []
    for path in sorted(place.glob(f"{PREFIX}*")):
        try:
            note = json.loads(path.read_text(encoding="utf-8"))
            pools.append(NotedPool(str(note["url"]), path.name, note["id"], path))
        except (OSError, ValueError, LookupError, TypeError):  # a worker has just deleted it, or it is not ours
            continue
    return pools
