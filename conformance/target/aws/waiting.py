"""Users who wait at AWS for a second run (--state): in whose pools, and how many of them are due."""

from __future__ import annotations

from pathlib import Path

from conformance.errors import BadInput
from conformance.target.aws import runledger
from conformance.target.aws.runledger import KeptPool
from conformance.target.aws.service import AwsPlace
from conformance.target.deferred import StateFile


def file_of(place: AwsPlace, path: Path) -> StateFile:
    """The file of users who wait in an account and Region.

    Raises BadInput where it is of another, or is something else."""
    state = StateFile(path, place.lasting)
    state.check()
    return state


def adopted(place: AwsPlace, path: Path | None) -> tuple[KeptPool, ...]:
    """The pools of earlier runs that a run with this file may use: those that such a run kept, as its ledger says.

    Raises BadInput where the file names any other pool or app client."""
    if path is None:
        return ()
    state = file_of(place, path)
    ledgers = runledger.known(place.account, place.region).values()
    kept = {pool.id: pool for ledger in ledgers for pool in ledger.waiting}
    wanted = {(user.pool, user.client) for user in state.waiting().values()}
    wanted |= {(pool, client) for pool in state.finished() if pool in kept for client in kept[pool].clients}
    for pool, client in sorted(wanted):
        if pool not in kept or client not in kept[pool].clients:
            raise BadInput(
                f"--state {path} names the user pool {pool}, which no run of this machine kept: use the file on the "
                "machine that wrote it, or name a new one"
            )
    return tuple(kept[pool] for pool in sorted({pool for pool, _ in wanted}))


def stage(place: AwsPlace, path: Path | None) -> dict[str, int] | None:
    """How many users wait, and how many of them are due; None without a file."""
    if path is None:
        return None
    users = file_of(place, path).waiting().values()
    return {"waiting": len(users), "due": sum(user.ready for user in users)}
