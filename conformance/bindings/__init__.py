"""The ways to call the operation under test, by the names that `--bindings` takes."""

from __future__ import annotations

from typing import Any, Protocol

from conformance.verdict.reply import Reply

NAMES = ("sdk", "wire", "cli", "cli2")


class Binding(Protocol):
    """A way to call AdminSetUserPassword."""

    name: str

    def admin_set_user_password(self, **members: Any) -> Reply:
        """The target's answer to a request with these members.

        Raises Inconclusive for a transport fault or lasting throttling."""
