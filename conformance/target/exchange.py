"""One HTTP exchange, and the gate that may stand between every client and the socket."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar
from urllib.parse import urlsplit

T = TypeVar("T")

# Who sends what arranges and observes; a binding sends under its own name.
ARRANGING = "arrange"


@dataclass(frozen=True)
class Sent:
    """A request as it is about to be sent, signed; `sender` is ARRANGING or the name of a binding."""

    sender: str
    method: str
    url: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)

    @property
    def operation(self) -> str:
        """The operation that X-Amz-Target names, without the service's prefix; empty without the header."""
        lowered = {name.lower(): value for name, value in self.headers.items()}
        return lowered.get("x-amz-target", "").rpartition(".")[2]

    @property
    def members(self) -> dict[str, Any] | None:
        """The members of the body, None where it is not a JSON object."""
        try:
            document = json.loads(self.body)
        except (ValueError, RecursionError):
            return None
        return document if isinstance(document, dict) else None

    @property
    def host(self) -> str:
        """The host of its URL."""
        return urlsplit(self.url).hostname or ""


@dataclass(frozen=True)
class Received:
    """An answer; header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)

    @property
    def members(self) -> dict[str, Any]:
        """The members of the body, none where it is not a JSON object."""
        try:
            document = json.loads(self.body) if self.body else {}
        except (ValueError, RecursionError):
            return {}
        return document if isinstance(document, dict) else {}

    @property
    def error(self) -> str:
        """The error's name without namespace, empty where there is none."""
        name = str(self.members.get("__type") or self.headers.get("x-amzn-errortype") or "")
        return name.split(":")[0].rpartition("#")[2]


def sent_by(sender: str, prepared: Any) -> Sent:
    """A request that botocore has prepared."""
    headers = {name: _text(value) for name, value in prepared.headers.items()}
    body = prepared.body or b""
    return Sent(sender, prepared.method, prepared.url, headers, body.encode() if isinstance(body, str) else bytes(body))


def _text(value: Any) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


class Gate(Protocol):
    """What stands between every client of an endpoint and the socket: it sends, or refuses to."""

    @property
    def lends(self) -> bool:
        """Whether a scenario may have a user that another one made; what is recorded stands by itself."""

    def send(self, sent: Sent) -> Received:
        """The answer to a request, after as many attempts as are safe.

        Raises WouldSend for what would send a message, Inconclusive where there is no answer, and whatever it likes
        for what must not be sent."""

    def marks(self, configuration: Mapping[str, Any], days: int = 0) -> dict[str, Any]:
        """The parameters of CreateUserPool that mark a new pool with this configuration as the run's own.

        A pool that is kept for a later run is to be there for so many `days`."""

    def settled(self, look: Callable[[], T], wanted: object) -> T:
        """What there is to be seen, once it is `wanted` or enough time has passed."""

    def keep(self, pool_id: str) -> None:
        """Leave a pool for a later run."""
