"""Faults in isolation: what else about the user changes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from conformance.mutants.consequences import ACCEPTED, IN_FORCE, LET_IN, STATUS
from conformance.mutants.mutant import Call, Plant, mutant, setting
from conformance.reference.service import CognitoSpec
from conformance.reference.stored import StoredPool, StoredUser

# Every operation that sets a password does what these do.
ELSEWHERE = (
    "every-operation-keeps-the-attributes",
    "every-operation-keeps-the-groups",
    "every-operation-keeps-the-creation-date",
)
MODIFIED = "last-modified-date-advances"


def _afterwards(change: Callable[[StoredUser], object]) -> Plant:
    """Do something more once a password is set."""

    @setting
    def plant(real: Call, self: CognitoSpec, pool: StoredPool, user: StoredUser, *rest: Any) -> None:
        real(self, pool, user, *rest)
        change(user)

    return plant


@mutant(
    "setting-disables", "The user is disabled.", "enabled-flag-is-kept", also=(*STATUS, *IN_FORCE, *LET_IN, *ACCEPTED)
)
@_afterwards
def disable(user: StoredUser) -> None:
    user.enabled = False


@mutant("creation-date-moves", "The user counts as created now.", "creation-date-is-kept", also=ELSEWHERE)
@_afterwards
def count_as_new(user: StoredUser) -> None:
    user.created += 1


@mutant("creation-date-is-lost", "The user counts as created in 1970.", "creation-date-is-kept", also=ELSEWHERE)
@_afterwards
def forget_the_creation(user: StoredUser) -> None:
    user.created = 0.0


CHANGES: dict[str, tuple[str, Callable[[StoredUser], object], str]] = {
    "name-is-lost": ("The name is lost.", lambda u: u.attributes.pop("name", ""), "attributes-are-kept"),
    "address-becomes-verified": (
        "The user's address becomes verified.",
        lambda u: u.attributes.update(email_verified="true"),
        "attributes-are-kept",
    ),
    "verified-flag-is-lost": (
        "The user's address is no longer verified.",
        lambda u: u.attributes.pop("email_verified", ""),
        "attributes-are-kept",
    ),
    "sub-is-renewed": ("The user gets another sub.", lambda u: u.attributes.update(sub="0ada"), "attributes-are-kept"),
    "groups-are-left": ("The user leaves their groups.", lambda u: u.groups.clear(), "groups-are-kept"),
    "modification-date-stands-still": (
        "The user counts as never modified.",
        lambda u: setattr(u, "modified", u.created),
        "last-modified-date-advances",
    ),
    "modification-date-goes-back": (
        "The user counts as modified an hour before.",
        lambda u: setattr(u, "modified", u.created - 3600),
        "last-modified-date-advances",
    ),
    "a-group-is-joined": ("The user joins a group.", lambda u: u.groups.append("new"), "groups-are-kept"),
}
# Whose address is not verified any more is not reset.
FURTHER = {"verified-flag-is-lost": ("reset-makes-a-new-password-required",)}
for _name, (_intent, _change, _claim) in CHANGES.items():
    mutant(_name, _intent, _claim, also=(*ELSEWHERE, *FURTHER.get(_name, ())))(_afterwards(_change))


@mutant("date-of-the-last-change-stays", "The call leaves UserLastModifiedDate as it was.", MODIFIED)
@setting
def modified_stays(real: Call, self: CognitoSpec, pool: StoredPool, user: StoredUser, *rest: Any) -> None:
    modified = user.modified
    real(self, pool, user, *rest)
    user.modified = modified


@mutant("date-of-the-last-change-is-the-creation", "The call counts as no change since the creation.", MODIFIED)
@_afterwards
def modified_at_creation(user: StoredUser) -> None:
    user.modified = user.created
