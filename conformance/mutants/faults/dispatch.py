"""Faults in dispatch: which requests are carried out at all."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from conformance.mutants.mutant import SET, Mutant, Plant, around, mutant
from conformance.reference import http
from conformance.verdict.reply import HttpRequest


def dispatch() -> Iterator[Mutant]:
    """Which requests are carried out at all."""
    mine = f"{http.PREFIX}{SET}"
    other = "other-target-is-not-executed"
    yield mutant(
        "target-ignores-case",
        "The operation's case does not count.",
        _as_if(lambda m, t: (m, mine if t.lower() == mine.lower() else t)),
        other,
    )
    yield mutant(
        "target-ignores-the-service",
        "The service in X-Amz-Target does not count.",
        _as_if(lambda m, t: (m, http.PREFIX + t.rpartition(".")[2])),
        other,
    )
    yield mutant(
        "target-by-prefix",
        "The beginning of X-Amz-Target will do.",
        _as_if(lambda m, t: (m, mine if t.startswith(mine) else t)),
        other,
    )
    yield mutant(
        "target-by-default",
        "A request without X-Amz-Target sets a password.",
        _as_if(lambda m, t: (m, t or mine)),
        other,
    )
    yield mutant(
        "unknown-target-succeeds",
        "An unknown operation is answered with {}.",
        around(
            http,
            "execute",
            lambda f, service, r: {} if "Passwords" in r.headers.get("x-amz-target", "") else f(service, r),
        ),
        other,
    )
    for method in ("GET", "PUT"):
        yield mutant(
            f"{method.lower()}-is-executed",
            f"{method} is as good as POST.",
            _as_if(lambda m, t, w=method: ("POST" if m == w else m, t)),
            "other-method-is-not-executed",
        )


def _as_if(change: Any) -> Plant:
    """Dispatch by what `change` makes of X-Amz-Target and method."""

    def dispatched(f: Any, r: HttpRequest) -> Any:
        method, target = change(r.method, r.headers.get("x-amz-target", ""))
        return f(HttpRequest(method, r.path, {**r.headers, "x-amz-target": target}, r.body))

    return around(http, "dispatched", dispatched)
