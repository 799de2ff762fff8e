"""Faults in what a federated user gets."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from conformance.mutants.mutant import SET, Mutant, Plant, around, at_sign_in, low, mutant, refuse, rows, setting
from conformance.reference.service import CognitoSpec

PERMANENT, EXTERNAL = "Permanent=true", "EXTERNAL_PROVIDER"


def federated() -> Iterator[Mutant]:
    """What a federated user is not given, or cannot do with the password."""
    gets, confirmed = "federated-user-may-get-a-password", "federated-user-becomes-confirmed"
    signs_in, named = "federated-user-signs-in-with-the-password", "federated-username-names-the-user"
    changes, updates = "federated-user-changes-the-password", "federated-user-updates-attributes"
    yield mutant(
        "federated-users-get-no-password",
        "No password can be set for a federated user.",
        rows(SET, PERMANENT, EXTERNAL, error="NotAuthorizedException"),
        gets,
    )
    for to in (EXTERNAL, "FORCE_CHANGE_PASSWORD"):
        yield mutant(
            f"status-wrong-permanent-from-external-provider-{low(to)}",
            f"A federated user who is given a permanent password is in status {to}.",
            rows(SET, PERMANENT, EXTERNAL, to=to),
            confirmed,
        )
    yield mutant(
        "federated-password-is-not-stored",
        "A federated user's status changes, and no password is stored.",
        setting(_not_stored),
        gets,
        signs_in,
        changes,
        updates,
    )
    yield mutant(
        "federated-users-sign-in-at-the-provider-only",
        "InitiateAuth refuses whoever came from a provider.",
        at_sign_in(
            lambda _, flow, c, user, r: refuse() if _came(user) and flow != "ADMIN_USER_PASSWORD_AUTH" else None
        ),
        signs_in,
    )
    yield mutant(
        "federated-users-sign-in-with-any-password",
        "Any password signs a federated user in.",
        at_sign_in(lambda self, f, client, user, r: self.granted(client, user) if _came(user) else None),
        gets,
        signs_in,
    )
    for name, intent, instead in (
        ("refused", "is refused for a federated user", refuse),
        ("ignored", "does nothing for a federated user", dict),
    ):
        for operation, claim in (("change_password", changes), ("update_user_attributes", updates)):
            yield mutant(
                f"federated-{low(operation)}-{name}",
                f"{operation.title().replace('_', '')} {intent}.",
                _by_token(operation, instead),
                claim,
            )
    yield mutant(
        "federated-username-is-the-subject",
        "A federated user is reached by the subject, without the provider.",
        around(
            CognitoSpec,
            "admin_set_user_password",
            lambda f, self, asked: f(self, {**asked, "Username": asked["Username"].removeprefix("provider_")}),
        ),
        named,
        gets,
    )
    yield mutant(
        "federated-users-go-by-their-address",
        "A federated user is reached by the address.",
        around(
            CognitoSpec,
            "names",
            lambda f, self, pool, user: [
                *f(self, pool, user),
                *(user.attributes[name] for name in pool.username_attributes),
            ],
        ),
        "email-does-not-name-a-federated-user",
    )
    yield mutant(
        "federated-identities-are-merged",
        "An identity that has signed in before is linked.",
        rows("AdminLinkProviderForUser", "as the source", EXTERNAL, error=None),
        "linked-source-must-be-new",
    )


def _came(user: Any) -> bool:
    """Whether a user came from a provider, whatever the status is by now."""
    return bool(user.username.startswith("provider_"))


def _not_stored(f: Any, self: CognitoSpec, pool: Any, user: Any, operation: str, password: str, row: Any) -> None:
    if user.status == EXTERNAL:
        self.move(pool, user, row)
    else:
        f(self, pool, user, operation, password, row)


def _by_token(operation: str, instead: Any) -> Plant:
    """Replace what a federated user's own token authorizes."""

    def call(f: Any, self: CognitoSpec, asked: Any) -> Any:
        user = self.bearer(asked["AccessToken"]).user
        return instead() if _came(user) else f(self, asked)

    return around(CognitoSpec, operation, call)
