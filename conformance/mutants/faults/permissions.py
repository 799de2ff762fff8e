"""Faults in IAM policies: not evaluated, in part, or in another order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from conformance.mutants.mutant import Mutant, around, constant, mutant, renamed
from conformance.reference import http, iam, validation
from conformance.reference.errors import Refusal
from conformance.reference.service import CognitoSpec


def permissions() -> Iterator[Mutant]:
    """IAM policies: not evaluated, in part, or in another order."""
    required, suffices, named = "permission-is-required", "permission-suffices", "access-denial-is-named"
    elsewhere, deny = "permission-on-another-pool-does-not-count", "explicit-deny-wins"
    yield mutant(
        "policies-are-not-evaluated",
        "Whoever signs may do everything.",
        constant(iam, "authorize", lambda *_: None),
        required,
        elsewhere,
        deny,
        named,
    )
    yield mutant(
        "pools-are-not-looked-at",
        "What is allowed on one pool is allowed on all.",
        around(iam.Statement, "covers", lambda f, self, action, _: f(self, action, self.resources[0])),
        elsewhere,
    )
    yield mutant(
        "actions-are-not-looked-at",
        "Whoever may do anything may do this.",
        around(iam.Statement, "covers", lambda f, self, _, place: f(self, self.actions[0], place)),
        required,
        named,
    )
    yield mutant(
        "wildcards-are-taken-literally",
        "A star in a policy is a star.",
        constant(iam, "_among", lambda name, patterns: name in patterns or "*" in patterns),
        suffices,
    )
    yield mutant(
        "deny-is-ignored",
        "A denial has no effect where something allows.",
        constant(iam, "allowed", lambda effects: "Allow" in effects),
        deny,
    )
    yield mutant(
        "no-policy-suffices",
        "Only those who may do everything may do this.",
        around(
            iam,
            "authorize",
            lambda f, caller, *rest: f(
                replace(caller, statements=[s for s in caller.statements if s.resources == ("*",)]), *rest
            ),
        ),
        suffices,
    )
    yield mutant(
        "denial-is-not-authorized",
        "A caller without permission meets NotAuthorizedException.",
        around(iam, "authorize", renamed("NotAuthorizedException")),
        named,
    )
    yield mutant(
        "denial-comes-too-late",
        "A caller without permission is refused after the request was carried out.",
        around(http, "execute", lambda f, service, request: _denied_late(f, service, request)),
        required,
        elsewhere,
    )


def _denied_late(f: Any, service: CognitoSpec, request: Any) -> Any:
    try:
        return f(service, request)
    except Refusal as problem:
        if problem.code == "AccessDeniedException":
            operation = http.dispatched(request)
            service.call(operation.name, validation.parse(operation, request.body))
        raise
