"""What the service stores: pools, app clients and users."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

VERIFIED = ("email_verified", "phone_number_verified")


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
    sign_up_code_sent: float = 0.0
    code: str = ""
    code_sent: float = 0.0
    failures: int = 0
    failed: float = 0.0

    @property
    def listed(self) -> list[dict[str, str]]:
        """The attributes as the service lists them."""
        return [{"Name": name, "Value": value} for name, value in self.attributes.items()]

    def verified(self, attribute: str) -> bool:
        """Whether the user has this attribute, email or phone_number, and it is verified."""
        return attribute in self.attributes and self.attributes.get(f"{attribute}_verified", "").lower() == "true"


@dataclass
class StoredPool:
    """A user pool; `required` are the attributes that its schema requires, `ahead` how far its clock was put forward.

    `ahead` is in seconds."""

    id: str
    name: str
    policy: dict[str, Any]
    aliases: tuple[str, ...] = ()
    username_attributes: tuple[str, ...] = ()
    case_sensitive: bool = True
    required: tuple[str, ...] = ()
    auto_verified: tuple[str, ...] = ()
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
class StoredClient:
    """An app client of a pool; `secret` is empty if it has none.

    A session is good for `session_minutes`, an access token for `access_hours`."""

    id: str
    name: str
    pool: StoredPool
    flows: tuple[str, ...] = ()
    hides_users: bool = False
    secret: str = ""
    session_minutes: int = 3
    access_hours: int = 1
    revocable: bool = True

    @property
    def described(self) -> dict[str, Any]:
        """The client as the service describes it."""
        shown = {"ClientId": self.id, "ClientName": self.name, "UserPoolId": self.pool.id}
        return {**shown, **({"ClientSecret": self.secret} if self.secret else {})}
