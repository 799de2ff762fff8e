"""Faults in the order in which the faults of a request are found."""

from __future__ import annotations

import json
from typing import Any

from conformance.mutants.mutant import Call, around, asks_to_set, mutant
from conformance.reference import http
from conformance.reference.service import CognitoSpec
from conformance.verdict.reply import HttpRequest

CLAIM = "constraints-come-before-lookups"


def _names(request: HttpRequest) -> dict[str, Any]:
    """The names in a request, in so far as it can be read."""
    try:
        members = json.loads(request.body)
    except ValueError:
        return {}
    return members if isinstance(members, dict) else {}


@mutant("the-pool-comes-before-constraints", "A pool that does not exist is found before anything else.", CLAIM)
@around(http, "execute")
def pool_first(real: Call, service: CognitoSpec, request: HttpRequest) -> Any:
    members = _names(request)
    if asks_to_set(request) and isinstance(members.get("UserPoolId"), str):
        service.pool(members)
    return real(service, request)


@mutant("the-user-comes-before-constraints", "A user who does not exist is found before any broken constraint.", CLAIM)
@around(http, "execute")
def user_first(real: Call, service: CognitoSpec, request: HttpRequest) -> Any:
    members = _names(request)
    pool = service.pools.get(str(members.get("UserPoolId")))
    if asks_to_set(request) and pool and isinstance(members.get("Username"), str):
        service.user(pool, members["Username"])
    return real(service, request)
