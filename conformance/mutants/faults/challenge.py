"""Faults in the challenge: missing, malformed, not held to the rules, not clearing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from conformance.mutants.mutant import (
    RESPOND,
    Mutant,
    Plant,
    also_signs_in,
    around,
    both,
    low,
    mutant,
    refuse,
    renamed,
    setting,
)
from conformance.reference import password_policy as passwords
from conformance.reference.service import CognitoSpec


def challenges() -> Iterator[Mutant]:
    """The challenge: missing, malformed, not held to the rules, not clearing."""
    described = "challenge-parameters-describe-the-user"
    yield mutant(
        "challenge-with-tokens",
        "The challenge comes with tokens.",
        _challenged(lambda answer, user, self, client: {**answer, **self.granted(client, user)}),
        "challenge-grants-no-tokens",
        "temporary-password-is-challenged",
    )
    yield mutant(
        "challenge-of-another-name",
        "The challenge is SELECT_CHALLENGE.",
        _challenged(lambda answer, *_: {**answer, "ChallengeName": "SELECT_CHALLENGE"}),
        "temporary-password-is-challenged",
        described,
    )
    yield mutant("challenge-names-nobody", "No USER_ID_FOR_SRP.", _parameters(USER_ID_FOR_SRP=None), described)
    yield mutant("challenge-names-another", "A wrong USER_ID_FOR_SRP.", _parameters(USER_ID_FOR_SRP="ada"), described)
    yield mutant(
        "challenge-requires-nothing", "No requiredAttributes.", _parameters(requiredAttributes=None), described
    )
    yield mutant(
        "challenge-requires-null", "requiredAttributes is null.", _parameters(requiredAttributes="null"), described
    )
    yield mutant(
        "challenge-without-attributes", "userAttributes is empty.", _parameters(userAttributes="{}"), described
    )
    yield mutant(
        "challenge-attributes-no-json", "userAttributes is no JSON.", _parameters(userAttributes="Ada"), described
    )
    yield mutant(
        "challenge-shows-sub",
        "userAttributes has the sub.",
        _challenged(
            lambda answer, user, *_: {
                **answer,
                "ChallengeParameters": {**answer["ChallengeParameters"], "userAttributes": json.dumps(user.attributes)},
            }
        ),
        "challenge-omits-sub",
    )
    yield mutant(
        "session-is-short",
        "The session has too few characters to be one.",
        _challenged(lambda answer, *_: {**answer, "Session": answer["Session"][:19]}),
        "challenge-carries-a-session",
    )
    for operation in RESPOND:
        name = low(operation.replace("RespondToAuthChallenge", "-respond")).strip("-")
        yield mutant(
            f"{name}-grants-nothing",
            f"{operation} sets the password, but gives no tokens.",
            _answer(operation, lambda f, self, *rest: (f(self, *rest), {})[1]),
            "challenge-answer-grants-tokens",
            "new-password-confirms-the-user",
        )
        yield mutant(
            f"{name}-stores-nothing",
            f"{operation} gives tokens, but stores no password.",
            _answer(
                operation,
                lambda f, self, o, client, session, responses: self.granted(
                    client, self.sessions.waiting[session].user
                ),
            ),
            "challenge-answer-replaces-the-temporary-password",
            "challenge-answer-grants-tokens",
        )
        yield mutant(
            f"{name}-takes-any-session",
            f"{operation} takes any session.",
            _answer(
                operation,
                lambda f, self, o, client, session, responses: f(self, o, client, _session(self, responses), responses),
            ),
            "challenge-session-must-be-valid",
        )
        yield mutant(
            f"{name}-ignores-the-policy",
            f"{operation} does not ask the policy.",
            around(passwords, "check_policy", lambda f, o, *rest, w=operation: None if o == w else f(o, *rest)),
            "challenge-answer-is-held-to-the-policy",
        )
        yield mutant(
            f"{name}-names-another-error",
            f"{operation} refuses a weak password as InvalidParameterException.",
            around(
                passwords,
                "check_policy",
                lambda f, o, *rest, w=operation: (
                    renamed("InvalidParameterException")(f, o, *rest) if o == w else f(o, *rest)
                ),
            ),
            "challenge-answer-is-held-to-the-policy",
        )
        yield mutant(
            f"{name}-refuses-the-same-password",
            f"{operation} refuses the temporary password as the new one.",
            setting(
                lambda f, self, pool, user, o, password, row, w=operation: (
                    refuse() if o == w and password == user.password else f(self, pool, user, o, password, row)
                ),
            ),
            "challenge-answer-may-repeat-the-password",
        )
        for which, intent, passwords_of, claim in (
            (
                "brings-the-old-back",
                "the password from before the temporary one signs in again",
                lambda user: user.passwords[:1],
                "challenge-answer-keeps-the-old-password-out",
            ),
            (
                "keeps-the-temporary",
                "the temporary password signs in as well",
                lambda user: user.passwords[-2:],
                "challenge-answer-replaces-the-temporary-password",
            ),
        ):
            plant = _brings_back(operation, passwords_of)
            yield mutant(f"{name}-{which}", f"After {operation} {intent}.", plant, claim)


def _brings_back(operation: str, passwords_of: Any) -> Plant:
    """Let other passwords sign in too, once the user's was set by this operation."""
    return both(
        setting(
            lambda f, self, pool, user, o, *rest: (
                f(self, pool, user, o, *rest),
                setattr(user, "answered", o == operation),
            )
        ),
        also_signs_in(lambda user: passwords_of(user) if getattr(user, "answered", False) else []),
    )


def _challenged(change: Any) -> Plant:
    return around(
        CognitoSpec, "challenged", lambda f, self, client, user: change(f(self, client, user), user, self, client)
    )


def _parameters(**changes: Any) -> Plant:
    """Change the parameters of the challenge; None takes one out."""

    def change(answer: Any, *_: Any) -> Any:
        shown = {**answer["ChallengeParameters"], **changes}
        return {**answer, "ChallengeParameters": {name: value for name, value in shown.items() if value is not None}}

    return _challenged(change)


def _answer(operation: str, instead: Any) -> Plant:
    """Replace what one of the two operations does with an answer to the challenge."""

    def answer_challenge(f: Any, self: CognitoSpec, asked: str, *rest: Any) -> Any:
        return instead(f, self, asked, *rest) if asked == operation else f(self, asked, *rest)

    return around(CognitoSpec, "answer_challenge", answer_challenge)


def _session(self: CognitoSpec, responses: Any) -> str:
    """The session of whoever answers."""
    waiting = self.sessions.waiting.items()
    return next(n for n, s in waiting if self.find(s.client.pool, responses["USERNAME"]) is s.user and not s.used)
