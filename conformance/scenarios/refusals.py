"""A refusal with its cause: nothing changed, and the same request put right is accepted and takes effect."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from conformance.errors import Blocked
from conformance.scenarios.requests import new_password_of
from conformance.target.pools import User
from conformance.verdict.observed import NEW_PASSWORD_REQUIRED, TOKENS
from conformance.verdict.reply import Reply


def refusal(
    user: User,
    odd: Callable[[], Reply],
    put_right: Callable[[], Reply],
    password: str = "",
    outcome: str = TOKENS,
) -> Reply:
    """The reply to the `odd` request, which says by itself whether it was refused, by what, and what changed.

    After a refusal that changed nothing the request is `put_right`, which must set `password` (if none is given, the
    `new_password_of` the user). Where it does not, nobody knows what the odd request was refused for: the reply is
    `unproven`."""
    state_before_and_after = user.watched()
    reply = odd()
    if not reply.refused:
        return reply
    before, after = state_before_and_after()
    if after != before:
        _, changed = after.beside(before)
        return replace(reply, changed=changed)
    try:
        put_right().requires_success("the same request put right")
        user.requires(password or new_password_of(user), outcome)
    except Blocked as blocked:
        return replace(reply, unproven=blocked)
    return reply


@dataclass(frozen=True)
class Refused:
    """The call of AdminSetUserPassword with something odd about it, and then put right."""

    call: Callable[..., Reply]

    def __call__(
        self, user: User, /, *, put_right: str | None = None, right: Mapping[str, Any] | None = None, **odd: Any
    ) -> Reply:
        """The reply to a request with these `odd` members; what is not among them is in order.

        Put right, it has the password `put_right` (one that the user does not have, unless given) and the members
        `right` (the user's own names)."""
        password = put_right or new_password_of(user)
        sound = {"Password": password, "Permanent": True}
        if "Permanent" in odd and isinstance(odd["Permanent"], bool):
            sound["Permanent"] = odd["Permanent"]
        return refusal(
            user,
            lambda: self.call(user, **{"Password": new_password_of(user), "Permanent": True, **odd}),
            lambda: self.call(user, **sound, **(right or {})),
            password,
            TOKENS if sound["Permanent"] else NEW_PASSWORD_REQUIRED,
        )
