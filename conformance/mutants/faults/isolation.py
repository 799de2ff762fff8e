"""Faults in isolation: what else about the user changes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from conformance.mutants.mutant import Mutant, Plant, mutant, setting


def isolation() -> Iterator[Mutant]:
    """What else about the user changes."""
    yield mutant(
        "name-is-lost", "The name is lost.", _afterwards(lambda u: u.attributes.pop("name", "")), "attributes-are-kept"
    )
    yield mutant(
        "address-becomes-verified",
        "The user's address becomes verified.",
        _afterwards(lambda u: u.attributes.update(email_verified="true")),
        "attributes-are-kept",
    )
    yield mutant(
        "sub-is-renewed",
        "The user gets another sub.",
        _afterwards(lambda u: u.attributes.update(sub="0ada")),
        "attributes-are-kept",
    )
    yield mutant(
        "groups-are-left", "The user leaves their groups.", _afterwards(lambda u: u.groups.clear()), "groups-are-kept"
    )
    yield mutant(
        "a-group-is-joined", "The user joins a group.", _afterwards(lambda u: u.groups.append("new")), "groups-are-kept"
    )
    yield mutant(
        "setting-disables",
        "The user is disabled.",
        _afterwards(lambda u: setattr(u, "enabled", False)),
        "enabled-flag-is-kept",
    )
    yield mutant(
        "creation-date-moves",
        "The user counts as created now.",
        _afterwards(lambda u: setattr(u, "created", u.created + 1)),
        "creation-date-is-kept",
    )


def _afterwards(change: Any) -> Plant:
    """Do something more once a password is set."""
    return setting(
        lambda f, self, pool, user, *rest: (f(self, pool, user, *rest), change(user)),
    )
