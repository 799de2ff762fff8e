"""The pools and IAM users that killed runs noted at an endpoint that lives on, and their removal."""

from __future__ import annotations

from conformance.errors import Inconclusive
from conformance.process import workplace
from conformance.target.callers import IamCallers
from conformance.target.client import Cognito, ServiceError
from conformance.target.definition import Endpoint
from conformance.target.notes import Noted, left_at


def left(endpoint: Endpoint) -> list[Noted]:
    """What is noted at an endpoint, without the users that its own callers still need."""
    users = left_at(workplace.USERS, endpoint.url)
    if isinstance(endpoint.callers, IamCallers):
        users = [user for user in users if user.name not in endpoint.callers.made]
    return left_at(workplace.POOLS, endpoint.url) + users


def delete_left(service: Cognito) -> list[Noted]:
    """Delete what is noted at the service's endpoint; tells what could not be deleted.

    Users are deleted where IAM makes the target's callers."""
    found, callers = left(service.endpoint), service.endpoint.callers
    pools = [one for one in found if one.kind == workplace.POOLS]
    try:
        names = {} if all(pool.id for pool in pools) else _listed(service)
        for pool in pools:
            if (pool_id := pool.id or names.get(pool.name)) is None or _deleted(service, pool_id):
                pool.gone()
    except Inconclusive:  # it does not answer any more
        pass
    for user in found:
        if user.kind == workplace.USERS and isinstance(callers, IamCallers) and callers.delete(user.name):
            user.gone()
    return left(service.endpoint)


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
