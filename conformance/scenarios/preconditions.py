"""What must hold beside a claim for the verdict on it to mean something."""

from __future__ import annotations

from conformance.errors import Blocked


def require(step: str, observed: object, *documented: object, by: str | None = None) -> None:
    """Block the scenario unless `step` ended as documented; `by` names the claim or operation in the way."""
    if observed not in documented:
        raise Blocked(f"{step}: {observed} in place of {' or '.join(map(str, documented))}", by)
