"""What must hold beside a claim for the verdict on it to mean something."""

from __future__ import annotations

from conformance.errors import Blocked
from conformance.verdict.reply import SignIn


def require(step: str, observed: object, *documented: object, by: str | None = None) -> None:
    """Block the scenario unless `step` ended as documented; `by` names the claim or operation in the way."""
    if observed not in documented:
        raise Blocked(f"{step}: {observed} in place of {' or '.join(map(str, documented))}", by)


def unchallenged(seen: SignIn) -> SignIn:
    """A sign-in with a permanent password; blocks the scenario if it leads to a challenge, which is another claim."""
    if seen.challenge:
        raise Blocked(f"a sign-in with a permanent password led to {seen}", "permanent-password-signs-in")
    return seen
