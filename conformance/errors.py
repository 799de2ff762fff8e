"""What ends a scenario or a command.

Undecided           a scenario that cannot judge the target
  Blocked           a precondition failed; counted as blocked
  Unsupported       the target does not implement the operation under test; counted as unsupported
  Inconclusive      a transport fault or lasting throttling; exit code 3
    ConnectionClosed  the connection was closed in place of an answer; worth another try
  WouldSend         a message would be sent to a user; counted as skipped
BadInput            the command cannot do what was asked for; exit code 2
SuiteFault          the suite itself failed; exit code 4, as for anything else that is raised
"""

from __future__ import annotations


class Undecided(Exception):
    """Ends a scenario that cannot judge the target."""


class Blocked(Undecided):
    """The target cannot reach the state that the claim is about, or show it.

    `by` names what stands in the way: the id of a claim, or an operation."""

    def __init__(self, reason: str, by: str | None = None) -> None:
        super().__init__(reason)
        self.by = by


class Unsupported(Undecided):
    """The target itself says that it does not implement the operation under test."""


class Inconclusive(Undecided):
    """A transport fault, or throttling that outlasted the retries: nothing is known about the target."""


class ConnectionClosed(Inconclusive):
    """The endpoint closed the connection before it had answered."""


class WouldSend(Undecided):
    """The scenario needs a request that sends a message or must not be sent to this endpoint; it was not sent."""


class BadInput(Exception):
    """What the user asked for cannot be done; the message says what was wrong and what to do. Exit code 2."""


class SuiteFault(Exception):
    """pytest itself, or the collection of the scenarios, failed. Exit code 4."""
