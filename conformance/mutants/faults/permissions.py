"""Faults in IAM policies: not evaluated, in part, or in another order."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

from conformance.mutants.consequences import saying
from conformance.mutants.mutant import Call, around, constant, renamed
from conformance.mutants.mutant import mutant as fault
from conformance.reference import http, iam, validation
from conformance.reference.errors import Refusal
from conformance.reference.iam import Caller, Statement
from conformance.reference.service import CognitoSpec
from conformance.verdict.reply import HttpRequest

# All of these are decided by a policy.
mutant = partial(fault, also=(*saying("polic", "permission"),))

REQUIRED, SUFFICES, NAMED = "permission-is-required", "permission-suffices", "access-denial-is-named"
ELSEWHERE, DENY = "permission-on-another-pool-does-not-count", "explicit-deny-wins"

mutant("policies-are-not-evaluated", "Whoever signs may do everything.", REQUIRED, ELSEWHERE, DENY, NAMED)(
    constant(iam, "authorize", lambda *_: None)
)


@mutant("pools-are-not-looked-at", "What is allowed on one pool is allowed on all.", ELSEWHERE)
@around(Statement, "covers")
def any_pool(real: Call, self: Statement, action: str, _: str) -> bool:
    return bool(real(self, action, self.resources[0]))


@mutant("actions-are-not-looked-at", "Whoever may do anything may do this.", REQUIRED, NAMED)
@around(Statement, "covers")
def any_action(real: Call, self: Statement, _: str, resource: str) -> bool:
    return bool(real(self, self.actions[0], resource))


mutant("wildcards-are-taken-literally", "A star in a policy is a star.", SUFFICES)(
    constant(iam, "_among", lambda name, patterns: name in patterns or "*" in patterns)
)
mutant("deny-is-ignored", "A denial has no effect where something allows.", DENY)(
    constant(iam, "allowed", lambda effects: "Allow" in effects)
)


@mutant("no-policy-suffices", "Only those who may do everything may do this.", SUFFICES)
@around(iam, "authorize")
def only_everything(real: Call, caller: Caller, *rest: Any) -> None:
    real(replace(caller, statements=[s for s in caller.statements if s.resources == ("*",)]), *rest)


mutant("denial-is-not-authorized", "A caller without permission meets NotAuthorizedException.", NAMED)(
    around(iam, "authorize")(renamed("NotAuthorizedException"))
)


@mutant(
    "denial-comes-too-late",
    "A caller without permission is refused after the request was carried out.",
    REQUIRED,
    ELSEWHERE,
)
@around(http, "execute")
def denied_late(real: Call, service: CognitoSpec, request: HttpRequest) -> Any:
    try:
        return real(service, request)
    except Refusal as problem:
        if problem.code == "AccessDeniedException":
            operation = http.dispatched(request)
            service.call(operation.name, validation.parse(operation, request.body))
        raise
