"""Faults in the challenge: missing, malformed, not held to the rules, not clearing."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from conformance.contract.transitions import Row
from conformance.mutants.consequences import LET_IN, of_topic
from conformance.mutants.mutant import (
    Call,
    Plant,
    also_signs_in,
    around,
    low,
    refuse,
    renamed,
    setting,
    together,
)
from conformance.mutants.mutant import (
    mutant as fault,
)
from conformance.reference import http
from conformance.reference import password_policy as passwords
from conformance.reference.directory import Members
from conformance.reference.http import HttpAnswer
from conformance.reference.service import CognitoSpec
from conformance.reference.stored import StoredClient, StoredPool, StoredUser
from conformance.target.sign_in import RESPOND
from conformance.verdict.reply import HttpRequest

# All of these are about the challenge, or meet it.
mutant = partial(
    fault,
    also=(
        *of_topic("challenge"),
        *LET_IN,
        "answered-challenge-confirms",
        "challenge-answered-for-the-user-confirms",
        "new-password-confirms-the-user",
        "challenge-answer-is-held-to-the-history",
        "challenge-lists-the-missing-attributes",
    ),
)

DESCRIBED = "challenge-parameters-describe-the-user"

challenged = around(CognitoSpec, "challenged")


def _challenged_by_administrator(change: Callable[[Members, CognitoSpec, StoredClient, StoredUser], Members]) -> Plant:
    """Change the answer of AdminInitiateAuth that carries the challenge."""

    @around(CognitoSpec, "admin_initiate_auth")
    def plant(real: Call, self: CognitoSpec, asked: Members) -> Members:
        answer: Members = real(self, asked)
        user = self.find(self.pool(asked), asked.get("AuthParameters", {}).get("USERNAME", ""))
        if answer.get("ChallengeName") == "NEW_PASSWORD_REQUIRED" and user is not None:
            return change(answer, self, self.client(asked), user)
        return answer

    return plant


@mutant(
    "challenge-with-tokens",
    "The challenge comes with tokens.",
    "challenge-grants-no-tokens",
)
@challenged
def with_tokens(real: Call, self: CognitoSpec, client: StoredClient, user: StoredUser) -> Members:
    return {**real(self, client, user), **self.granted(client, user)}


@mutant(
    "administrators-challenge-with-tokens",
    "The challenge of AdminInitiateAuth comes with tokens.",
    "challenge-grants-no-tokens",
)
@_challenged_by_administrator
def administrators_with_tokens(answer: Members, self: CognitoSpec, client: StoredClient, user: StoredUser) -> Members:
    return {**answer, **self.granted(client, user)}


@mutant(
    "initiate-auth-crashes-at-the-challenge",
    "InitiateAuth answers a temporary password with a web page of status 500.",
    "temporary-password-is-challenged",
    "forced-change-is-a-challenge",
)
@around(http, "answer")
def crashes(real: Call, service: CognitoSpec, request: HttpRequest) -> HttpAnswer:
    answer: HttpAnswer = real(service, request)
    initiates = request.headers.get("x-amz-target", "").endswith(".InitiateAuth")
    if initiates and b"NEW_PASSWORD_REQUIRED" in answer.body:
        return HttpAnswer(500, b"<html>exception while calling cognito-idp</html>", {"Content-Type": "text/html"})
    return answer


@mutant(
    "challenge-of-another-name",
    "The challenge is SELECT_CHALLENGE.",
    "temporary-password-is-challenged",
)
@challenged
def of_another_name(real: Call, *rest: Any) -> Members:
    return {**real(*rest), "ChallengeName": "SELECT_CHALLENGE"}


@mutant("challenge-shows-sub", "userAttributes has the sub.", "challenge-omits-sub")
@challenged
def shows_sub(real: Call, self: CognitoSpec, client: StoredClient, user: StoredUser) -> Members:
    return _with_parameters(real(self, client, user), userAttributes=json.dumps(user.attributes))


@mutant("administrators-challenge-shows-sub", "userAttributes has the sub at AdminInitiateAuth.", "challenge-omits-sub")
@_challenged_by_administrator
def shows_administrators_the_sub(answer: Members, _: CognitoSpec, __: StoredClient, user: StoredUser) -> Members:
    return _with_parameters(answer, userAttributes=json.dumps(user.attributes))


@mutant("session-is-short", "The session has too few characters to be one.", "challenge-carries-a-session")
@challenged
def short_session(real: Call, *rest: Any) -> Members:
    answer = real(*rest)
    return {**answer, "Session": answer["Session"][:19]}


def _with_parameters(answer: Members, **changes: str | None) -> Members:
    """Change the parameters of a challenge; None takes one out."""
    shown = {**answer["ChallengeParameters"], **changes}
    return {**answer, "ChallengeParameters": {name: value for name, value in shown.items() if value is not None}}


def _parameters(**changes: str | None) -> Plant:
    @challenged
    def plant(real: Call, *rest: Any) -> Members:
        return _with_parameters(real(*rest), **changes)

    return plant


mutant("challenge-names-nobody", "No USER_ID_FOR_SRP.", DESCRIBED)(_parameters(USER_ID_FOR_SRP=None))
mutant("challenge-names-another", "A wrong USER_ID_FOR_SRP.", DESCRIBED)(_parameters(USER_ID_FOR_SRP="ada"))
mutant("challenge-requires-nothing", "No requiredAttributes.", DESCRIBED)(_parameters(requiredAttributes=None))
mutant("challenge-requires-null", "requiredAttributes is null.", DESCRIBED)(_parameters(requiredAttributes="null"))
mutant("challenge-without-attributes", "userAttributes is empty.", DESCRIBED)(_parameters(userAttributes="{}"))
mutant("challenge-has-no-attributes", "No userAttributes.", DESCRIBED)(_parameters(userAttributes=None))
mutant("challenge-attributes-no-json", "userAttributes is not JSON.", DESCRIBED)(_parameters(userAttributes="Ada"))


def _for_operation(operation: str, name: str) -> None:
    """The faults in one of the two operations that answer the challenge."""

    def answering(instead: Callable[..., Members]) -> Plant:
        @around(CognitoSpec, "answer_challenge")
        def plant(real: Call, self: CognitoSpec, asked: str, *rest: Any) -> Any:
            return instead(real, self, asked, *rest) if asked == operation else real(self, asked, *rest)

        return plant

    @mutant(
        f"{name}-grants-nothing",
        f"{operation} sets the password, but gives no tokens.",
        "challenge-answer-grants-tokens",
    )
    @answering
    def grants_nothing(real: Call, *rest: Any) -> Members:
        real(*rest)
        return {}

    @mutant(
        f"{name}-stores-nothing",
        f"{operation} gives tokens, but stores no password.",
        "challenge-answer-replaces-the-temporary-password",
    )
    @setting
    def stores_nothing(
        real: Call, self: CognitoSpec, pool: StoredPool, user: StoredUser, asked: str, password: str, row: Row
    ) -> None:
        if asked == operation:
            passwords.check_policy(asked, password, pool.policy)
        else:
            real(self, pool, user, asked, password, row)

    @mutant(
        f"{name}-takes-any-session",
        f"{operation} takes any session.",
        "challenge-session-must-be-valid",
        also=of_topic("sessions"),
    )
    @answering
    def takes_any_session(
        real: Call, self: CognitoSpec, asked: str, client: StoredClient, _: str, responses: Members
    ) -> Members:
        answer: Members = real(self, asked, client, _session_of(self, responses["USERNAME"]), responses)
        return answer

    @mutant(
        f"{name}-ignores-the-policy",
        f"{operation} does not ask the policy.",
        "challenge-answer-is-held-to-the-policy",
    )
    @around(passwords, "check_policy")
    def ignores_the_policy(real: Call, asked: str, *rest: Any) -> None:
        if asked != operation:
            real(asked, *rest)

    @mutant(
        f"{name}-names-another-error",
        f"{operation} refuses a weak password as InvalidParameterException.",
        "challenge-answer-is-held-to-the-policy",
    )
    @around(passwords, "check_policy")
    def names_another_error(real: Call, asked: str, *rest: Any) -> None:
        if asked == operation:
            renamed("InvalidParameterException")(real, asked, *rest)
        else:
            real(asked, *rest)

    @mutant(
        f"{name}-refuses-the-same-password",
        f"{operation} refuses the temporary password as the new one.",
        "challenge-answer-may-repeat-the-password",
    )
    @setting
    def refuses_the_same_password(
        real: Call, self: CognitoSpec, pool: StoredPool, user: StoredUser, asked: str, password: str, row: Row
    ) -> None:
        if asked == operation and password == user.password:
            refuse()
        real(self, pool, user, asked, password, row)

    mutant(
        f"{name}-brings-the-old-back",
        f"After {operation} the password from before the temporary one signs in again.",
        "challenge-answer-keeps-the-old-password-out",
    )(_brings_back(operation, lambda user: user.passwords[-3:-2]))
    mutant(
        f"{name}-keeps-the-temporary",
        f"After {operation} the temporary password signs in as well.",
        "challenge-answer-replaces-the-temporary-password",
    )(_brings_back(operation, lambda user: user.passwords[-2:]))


def _session_of(self: CognitoSpec, username: str) -> str:
    """The session of whoever answers."""
    waiting = self.sessions.waiting.items()
    return next(n for n, s in waiting if self.find(s.client.pool, username) is s.user and not s.used)


def _brings_back(operation: str, passwords_of: Callable[[StoredUser], Sequence[str]]) -> Plant:
    """Let other passwords sign in too, once the user's was set by this operation."""
    answered: set[str] = set()

    @setting
    def remember(
        real: Call, self: CognitoSpec, pool: StoredPool, user: StoredUser, asked: str, password: str, row: Row
    ) -> None:
        real(self, pool, user, asked, password, row)
        if asked == operation:
            answered.add(user.attributes["sub"])
        else:
            answered.discard(user.attributes["sub"])

    return together(
        remember, also_signs_in(lambda user: passwords_of(user) if user.attributes["sub"] in answered else ())
    )


for _operation in RESPOND:
    _for_operation(_operation, low(_operation.replace("RespondToAuthChallenge", "-respond")).strip("-"))
