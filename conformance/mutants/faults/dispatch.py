"""Faults in dispatch: which requests are carried out at all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from conformance.mutants.mutant import SET, Call, Plant, around, mutant
from conformance.reference import http
from conformance.verdict.reply import HttpRequest

MINE = f"{http.PREFIX}{SET}"
OTHER = "other-target-is-not-executed"


def _as_if(*, method: str = "POST", target: Callable[[str], str] = str) -> Plant:
    """Dispatch a request of this method too, and by what `target` makes of X-Amz-Target."""

    @around(http, "dispatched")
    def plant(real: Call, request: HttpRequest) -> Any:
        taken = "POST" if request.method == method else request.method
        headers = {**request.headers, "x-amz-target": target(request.headers.get("x-amz-target", ""))}
        return real(HttpRequest(taken, request.path, headers, request.body))

    return plant


TARGETS: dict[str, tuple[str, Callable[[str], str]]] = {
    "target-ignores-case": (
        "The operation's case does not count.",
        lambda target: MINE if target.lower() == MINE.lower() else target,
    ),
    "target-ignores-the-service": (
        "The service in X-Amz-Target does not count.",
        lambda target: http.PREFIX + target.rpartition(".")[2],
    ),
    "target-by-prefix": (
        "The beginning of X-Amz-Target will do.",
        lambda target: MINE if target.startswith(MINE) else target,
    ),
    "target-by-default": ("A request without X-Amz-Target sets a password.", lambda target: target or MINE),
}
for _name, (_intent, _target) in TARGETS.items():
    mutant(_name, _intent, OTHER)(_as_if(target=_target))


for _method in ("GET", "PUT"):
    mutant(f"{_method.lower()}-is-executed", f"{_method} is as good as POST.", "other-method-is-not-executed")(
        _as_if(method=_method)
    )
