"""What a target without a control path can do by other means; what it cannot do skips the scenario."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pytest
from botocore.credentials import ReadOnlyCredentials

from conformance.target.callers import Callers
from conformance.target.definition import Target
from conformance.target.hosted_ui import HostedUi
from conformance.target.pools import Pool, User


@dataclass(frozen=True)
class WithoutControlPath:
    """How a target without a control path makes callers and federated users, where it can."""

    target: Target
    callers: Callers | None
    pages: HostedUi | None

    def caller(self, statements: Sequence[tuple[str, str, str]]) -> ReadOnlyCredentials:
        """A new caller: an IAM user, or a session of a role."""
        if self.callers is None:
            pytest.skip(self._reason("callers", "neither a control path nor IAM to add callers with"))
        return self.callers.caller(statements)

    def federated_user(self, pool: Pool, email: str) -> User:
        """A new user who signed in through a provider that the suite serves."""
        if self.pages is None:
            missing = "neither a control path nor sign-in pages to add federated users with"
            pytest.skip(self._reason("federated-users", missing))
        return self.pages.federated_user(pool, email)

    def code(self, pool: Pool, username: str) -> str:  # noqa: ARG002 - as the control path has it
        """Nothing that is sent can be read."""
        pytest.skip("needs a control path (to read codes), which the target does not have")

    def undo(self) -> None:
        """Nothing was moved."""

    def _reason(self, capability: str, missing: str) -> str:
        return self.target.without.get(capability, f"the target has {missing}")
