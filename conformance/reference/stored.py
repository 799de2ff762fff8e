"""What the service stores: pools, app clients and users."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any


@dataclass
class StoredUser:
    """A user of one pool; `since` is when the password was set, `passwords` are all that there were, in order."""

    username: str
    attributes: dict[str, str]
    status: str
    created: float
    modified: float
    enabled: bool = True
    password: str | None = None
    since: float = 0.0
    passwords: list[str] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)
    sign_up_code: str = ""
    code: str = ""
    failures: int = 0
    failed: float = 0.0

    @property
    def listed(self) -> list[dict[str, str]]:
        """The attributes as the service lists them."""
        return [{"Name": name, "Value": value} for name, value in self.attributes.items()]


@dataclass
class StoredPool:
    """A user pool; `ahead` is how far its clock was put forward, in seconds."""

    id: str
    name: str
    policy: dict[str, Any]
    aliases: tuple[str, ...]
    username_attributes: tuple[str, ...]
    case_sensitive: bool
    users: dict[str, StoredUser] = field(default_factory=dict)
    ahead: float = 0.0

    @property
    def now(self) -> float:
        """The time in this pool, in seconds since the epoch."""
        return time.time() + self.ahead

    @property
    def key(self) -> str:
        """The id behind the underscore, which SRP counts in."""
        return self.id.partition("_")[2]


@dataclass(frozen=True)
class AppClient:
    """An app client of a pool."""

    id: str
    pool: StoredPool
    hides_users: bool
