"""Faults in signing in, each flow by itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from conformance.mutants.consequences import IN_FORCE, KEPT_OUT, LET_IN, STATUS, of_operation, of_rows
from conformance.mutants.mutant import (
    Call,
    Plant,
    around,
    at_sign_in,
    constant,
    low,
    mutant,
    refuse,
    renamed,
    rows,
    setting,
    together,
)
from conformance.reference import errors, srp
from conformance.reference.directory import Members
from conformance.reference.service import CognitoSpec
from conformance.reference.stored import StoredClient, StoredPool, StoredUser
from conformance.target.sign_in import FLOWS

SIGNS_IN, CHALLENGED = "permanent-password-signs-in", "temporary-password-is-challenged"
NOT_DISABLED = (
    "disabled-user-does-not-sign-in",
    "disabled-user-is-not-signed-in",
    "disabled-user-answers-no-challenge",
)
WRONG, DISABLED = "wrong-password-is-refused", "disabled-user-stays-signed-out"


def _for_flow(flow: str) -> None:
    """The faults in one flow."""
    name = low(flow)

    @mutant(
        f"{name}-takes-any-password",
        f"{flow} does not look at the password.",
        WRONG,
        also=(SIGNS_IN, CHALLENGED, "permanent-password-replaces-the-old", *KEPT_OUT),
    )
    @around(CognitoSpec, "sign_in")
    def takes_any_password(
        real: Call, self: CognitoSpec, operation: str, asked: str, client: StoredClient, user: StoredUser, right: bool
    ) -> Any:
        return real(self, operation, asked, client, user, right or asked == flow)

    @mutant(
        f"{name}-refuses",
        f"{flow} refuses what an administrator has set.",
        SIGNS_IN,
        CHALLENGED,
        also=(WRONG, *LET_IN, *IN_FORCE),
    )
    @at_sign_in
    def refuses(_: CognitoSpec, asked: str, __: StoredClient, user: StoredUser, right: bool) -> Members | None:
        return refuse() if right and asked == flow and len(user.passwords) > 1 else None

    @mutant(f"{name}-lets-the-disabled-in", f"{flow} lets a disabled user in.", DISABLED, also=NOT_DISABLED)
    @at_sign_in
    def lets_the_disabled_in(
        self: CognitoSpec, asked: str, client: StoredClient, user: StoredUser, right: bool
    ) -> Members | None:
        return self.granted(client, user) if right and asked == flow and not user.enabled else None

    @mutant(
        f"{name}-challenges-the-permanent",
        f"{flow} answers a permanent password with the challenge.",
        SIGNS_IN,
        also=LET_IN,
    )
    @at_sign_in
    def challenges_the_permanent(
        self: CognitoSpec, asked: str, client: StoredClient, user: StoredUser, right: bool
    ) -> Members | None:
        permanent = right and user.enabled and user.status == "CONFIRMED" and len(user.passwords) > 1
        return self.challenged(client, user) if permanent and asked == flow else None

    @mutant(
        f"{name}-skips-the-challenge",
        f"{flow} answers a temporary password with tokens.",
        CHALLENGED,
        also=("challenge-grants-no-tokens", *LET_IN),
    )
    @at_sign_in
    def skips_the_challenge(
        self: CognitoSpec, asked: str, client: StoredClient, user: StoredUser, right: bool
    ) -> Members | None:
        temporary = right and user.status == "FORCE_CHANGE_PASSWORD" and user.enabled
        return self.granted(client, user) if temporary and asked == flow else None

    @mutant(
        f"{name}-keeps-the-old",
        f"{flow} still takes the password before.",
        "permanent-password-replaces-the-old",
        "temporary-password-replaces-the-old",
        also=KEPT_OUT,
    )
    @at_sign_in
    def keeps_the_old(
        self: CognitoSpec, asked: str, client: StoredClient, user: StoredUser, right: bool
    ) -> Members | None:
        known = user.enabled and len(user.passwords) > 1
        return self.granted(client, user) if not right and asked == flow and known else None

    @mutant(
        f"{name}-names-another-error",
        f"{flow} refuses a wrong password as InvalidPasswordException.",
        WRONG,
        also=KEPT_OUT,
    )
    @around(CognitoSpec, "sign_in")
    def names_another_error(
        real: Call, self: CognitoSpec, operation: str, asked: str, client: StoredClient, user: StoredUser, right: bool
    ) -> Any:
        call = renamed("InvalidPasswordException", "NotAuthorizedException") if asked == flow and not right else None
        given = (self, operation, asked, client, user, right)
        return call(real, *given) if call else real(*given)

    mutant(
        f"{name}-challenge-without-session",
        f"The challenge of {flow} has no session.",
        "challenge-carries-a-session",
    )(_challenge_in(flow, lambda answer: {name: value for name, value in answer.items() if name != "Session"}))


def _challenge_in(flow: str, change: Callable[[Members], Members]) -> Plant:
    """Change the challenge of one flow."""

    @around(CognitoSpec, "sign_in")
    def plant(real: Call, self: CognitoSpec, operation: str, asked: str, *rest: Any) -> Members:
        answer: Members = real(self, operation, asked, *rest)
        return change(answer) if asked == flow and "ChallengeName" in answer else answer

    return plant


for _flow in FLOWS:
    _for_flow(_flow)

mutant("wrong-password-names-another-error", "A wrong password is UserNotFoundException.", WRONG, also=KEPT_OUT)(
    together(
        *(
            rows(operation, f"{flow}, wrong password", "CONFIRMED", error="UserNotFoundException")
            for operation, flow in zip(("InitiateAuth", "AdminInitiateAuth", "InitiateAuth"), FLOWS, strict=True)
        )
    )
)


@mutant(
    "disabled-is-another-error",
    "A disabled user's sign-in is UserNotConfirmedException.",
    *NOT_DISABLED[:2],
    also=NOT_DISABLED,
)
@at_sign_in
def disabled_is_another_error(
    _: CognitoSpec, __: str, ___: StoredClient, user: StoredUser, ____: bool
) -> Members | None:
    return None if user.enabled else refuse("UserNotConfirmedException", errors.DISABLED)


@mutant("setting-enables", "A new password enables a disabled user.", "enabled-flag-is-kept", DISABLED, also=STATUS)
@setting
def setting_enables(real: Call, self: CognitoSpec, pool: StoredPool, user: StoredUser, *rest: Any) -> None:
    real(self, pool, user, *rest)
    user.enabled = True


mutant("srp-ignores-the-proof", "Any proof is taken in SRP.", WRONG, also=KEPT_OUT)(
    constant(srp, "proven", lambda *_: True)
)


# The other sentences on what the user's own token authorizes.
OF_TOKENS = {
    "change_password": (*of_operation("change-password"), "federated-user-changes-the-password"),
    "update_user_attributes": ("federated-user-updates-attributes",),
}


def _instead(operation: str, answer: Callable[[], Members]) -> Plant:
    """Answer an operation without doing it."""
    return constant(CognitoSpec, operation, lambda *_: answer())


for _name, _intent, _operation, _answer in (
    (
        "change-password-is-refused",
        "A password that an administrator has set cannot be changed by the user.",
        "change_password",
        refuse,
    ),
    (
        "change-password-does-nothing",
        "ChangePassword is accepted and changes nothing.",
        "change_password",
        dict[str, Any],
    ),
    (
        "attributes-cannot-be-changed",
        "The user's own attributes cannot be changed once an administrator has set the password.",
        "update_user_attributes",
        refuse,
    ),
    (
        "attributes-change-is-lost",
        "UpdateUserAttributes is accepted and changes nothing.",
        "update_user_attributes",
        dict[str, Any],
    ),
):
    mutant(_name, _intent, f"{low(_operation)}-works-afterwards", also=OF_TOKENS[_operation])(
        _instead(_operation, _answer)
    )


@mutant(
    "srp-tokens-are-no-good",
    "The tokens of USER_SRP_AUTH authorize nothing.",
    "change-password-works-afterwards",
    "update-user-attributes-works-afterwards",
    also=("client-without-flows-signs-in-by-srp", "tokens-are-of-the-user-who-signed-in"),
)
@around(CognitoSpec, "finish_srp")
def srp_tokens_are_no_good(real: Call, self: CognitoSpec, *rest: Any) -> Any:
    before = dict(self.tokens._grants)
    answer = real(self, *rest)
    self.tokens._grants = before
    return answer


@mutant(
    "any-password-until-one-is-set",
    "InitiateAuth gives tokens for any password of a user who has the one of the invitation.",
    "wrong-password-does-not-sign-in",
    also=("forced-change-is-a-challenge",),
)
@at_sign_in
def any_password_at_first(
    self: CognitoSpec, flow: str, client: StoredClient, user: StoredUser, _: bool
) -> Members | None:
    invited = user.status == "FORCE_CHANGE_PASSWORD" and len(user.passwords) == 1
    return self.granted(client, user) if invited and flow == "USER_PASSWORD_AUTH" else None


def _known_by_another_name(code: str) -> Plant:
    """Name the user in USER_ID_FOR_SRP by the sub, count with it, and refuse an answer that names the user so."""
    by_sub: dict[str, str] = {}

    @around(CognitoSpec, "begin_srp")
    def begin_srp(real: Call, self: CognitoSpec, client: StoredClient, user: StoredUser | None, *rest: Any) -> Any:
        if user is None:
            return real(self, client, user, *rest)
        by_sub[user.username] = sub = user.attributes["sub"]
        answer = real(self, client, user, *rest)
        parameters = {**answer["ChallengeParameters"], "USER_ID_FOR_SRP": sub}
        return {**answer, "ChallengeParameters": parameters}

    @around(srp, "begin")
    def begin(real: Call, pool_key: str, username: str, *rest: Any) -> Any:
        return real(pool_key, by_sub.get(username, username), *rest)

    @around(srp, "proven")
    def proven(real: Call, exchange: Any, pool_key: str, username: str, *rest: Any) -> Any:
        return real(exchange, pool_key, by_sub.get(username, username), *rest)

    @around(CognitoSpec, "finish_srp")
    def finish_srp(real: Call, self: CognitoSpec, client: StoredClient, responses: Members) -> Any:
        if responses["USERNAME"] in by_sub.values():
            refuse(code)
        return real(self, client, responses)

    return together(begin_srp, begin, proven, finish_srp)


for _name, _code in (("unknown", "UserNotFoundException"), ("refused", "NotAuthorizedException")):
    mutant(
        f"name-in-the-challenge-is-{_name}",
        f"An answer to PASSWORD_VERIFIER by the USER_ID_FOR_SRP that it gave is {_code}.",
        "srp-answer-takes-the-name-of-the-challenge",
        also=of_rows("InitiateAuth", "USER_SRP_AUTH"),
    )(_known_by_another_name(_code))
