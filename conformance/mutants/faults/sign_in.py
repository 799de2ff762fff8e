"""Faults in signing in, each flow by itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from conformance.mutants.mutant import (
    FLOWS,
    Mutant,
    Plant,
    around,
    at_sign_in,
    both,
    constant,
    low,
    mutant,
    refuse,
    rows,
    setting,
)
from conformance.reference import errors, srp
from conformance.reference.errors import Refusal
from conformance.reference.service import CognitoSpec


def signing_in() -> Iterator[Mutant]:
    """Sign-in, each flow by itself."""
    for flow in FLOWS:
        name = low(flow)
        yield mutant(
            f"{name}-takes-any-password",
            f"{flow} does not look at the password.",
            around(
                CognitoSpec,
                "sign_in",
                lambda f, self, o, asked, c, u, r, w=flow: f(self, o, asked, c, u, r or asked == w),
            ),
            "wrong-password-is-refused",
            "permanent-password-signs-in",
            "temporary-password-is-challenged",
            "permanent-password-replaces-the-old",
            "update-user-attributes-works-afterwards",
        )
        yield mutant(
            f"{name}-refuses",
            f"{flow} refuses what an administrator has set.",
            at_sign_in(lambda self, f, c, u, r, w=flow: refuse() if r and f == w and len(u.passwords) > 1 else None),
            "permanent-password-signs-in",
            "temporary-password-is-challenged",
            "wrong-password-is-refused",
        )
        yield mutant(
            f"{name}-lets-the-disabled-in",
            f"{flow} lets a disabled user in.",
            at_sign_in(lambda self, f, c, u, r, w=flow: self.granted(c, u) if r and f == w and not u.enabled else None),
            "disabled-user-stays-signed-out",
        )
        yield mutant(
            f"{name}-challenges-the-permanent",
            f"{flow} answers a permanent password with the challenge.",
            at_sign_in(
                lambda self, f, c, u, r, w=flow: (
                    self.challenged(c, u) if r and f == w and u.status == "CONFIRMED" and len(u.passwords) > 1 else None
                )
            ),
            "permanent-password-signs-in",
        )
        yield mutant(
            f"{name}-skips-the-challenge",
            f"{flow} answers a temporary password with tokens.",
            at_sign_in(
                lambda self, f, c, u, r, w=flow: (
                    self.granted(c, u) if r and f == w and u.status == "FORCE_CHANGE_PASSWORD" and u.enabled else None
                )
            ),
            "temporary-password-is-challenged",
            "challenge-grants-no-tokens",
        )
        yield mutant(
            f"{name}-keeps-the-old",
            f"{flow} still takes the password before.",
            at_sign_in(
                lambda self, f, c, u, r, w=flow: (
                    self.granted(c, u) if not r and f == w and len(u.passwords) > 1 else None
                )
            ),
            "permanent-password-replaces-the-old",
            "temporary-password-replaces-the-old",
        )
        yield mutant(
            f"{name}-challenge-without-session",
            f"The challenge of {flow} has no session.",
            _challenge_in(flow, lambda answer: {k: v for k, v in answer.items() if k != "Session"}),
            "challenge-carries-a-session",
        )
    yield mutant(
        "wrong-password-names-another-error",
        "A wrong password is UserNotFoundException.",
        both(
            *(
                rows(operation, f"{flow}, wrong password", "CONFIRMED", error="UserNotFoundException")
                for operation, flow in zip(("InitiateAuth", "AdminInitiateAuth", "InitiateAuth"), FLOWS, strict=True)
            )
        ),
        "wrong-password-is-refused",
    )
    yield mutant(
        "disabled-is-another-error",
        "A disabled user's sign-in is UserNotConfirmedException.",
        at_sign_in(
            lambda self, f, c, u, r: (
                None if u.enabled else refuse(Refusal("UserNotConfirmedException", errors.DISABLED))
            )
        ),
        "disabled-user-stays-signed-out",
    )
    yield mutant(
        "setting-enables",
        "A new password enables a disabled user.",
        setting(
            lambda f, self, pool, user, *rest: (f(self, pool, user, *rest), setattr(user, "enabled", True)),
        ),
        "enabled-flag-is-kept",
        "disabled-user-stays-signed-out",
    )
    yield mutant(
        "srp-ignores-the-proof",
        "Any proof is taken in SRP.",
        constant(srp, "proven", lambda *_: True),
        "wrong-password-is-refused",
    )
    change, update = "change_password", "update_user_attributes"
    for name, intent, operation, instead in (
        (
            "change-password-is-refused",
            "A password that an administrator has set cannot be changed by the user.",
            change,
            refuse,
        ),
        ("change-password-does-nothing", "ChangePassword is accepted and changes nothing.", change, dict),
        (
            "attributes-cannot-be-changed",
            "The user's own attributes cannot be changed once an administrator has set the password.",
            update,
            refuse,
        ),
        ("attributes-change-is-lost", "UpdateUserAttributes is accepted and changes nothing.", update, dict),
    ):
        yield mutant(
            name,
            intent,
            around(CognitoSpec, operation, lambda *_, i=instead: i()),
            f"{low(operation)}-works-afterwards",
        )


def _challenge_in(flow: str, change: Any) -> Plant:
    """Change the challenge of one flow."""

    def sign_in(f: Any, self: CognitoSpec, operation: str, asked_flow: str, *rest: Any) -> Any:
        answer = f(self, operation, asked_flow, *rest)
        return change(answer) if asked_flow == flow and "ChallengeName" in answer else answer

    return around(CognitoSpec, "sign_in", sign_in)
