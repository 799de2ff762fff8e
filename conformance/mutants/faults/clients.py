"""Faults in app clients: flows that are not looked at, secrets that are not asked for, names that are revealed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from conformance.mutants.mutant import Call, Plant, around, constant, entry, laxer, mutant, refuse, together
from conformance.reference import authentication, clients, directory
from conformance.reference.authentication import Authentication
from conformance.reference.clients import FLOWS, flow_named
from conformance.reference.directory import Members
from conformance.reference.errors import Refusal
from conformance.reference.service import CognitoSpec
from conformance.reference.stored import StoredClient

UNKNOWN, THEIRS, USERS = (
    "unknown-flow-is-refused",
    "administrators-flows-are-theirs",
    "users-flow-is-not-for-administrators",
)
ALLOWED, SRP, ONE = "flow-must-be-allowed", "srp-must-be-allowed", "allowed-flow-signs-in"
NO_PASSWORD, BY_SRP = "client-without-flows-takes-no-password", "client-without-flows-signs-in-by-srp"
ADMIN_SRP, ADMIN_WRONG = "administrator-signs-in-by-srp", "administrator-is-refused-by-srp"
OLDER = "admin-no-srp-auth-signs-in"


def _checking(check: Callable[[Call, str, StoredClient, str], None]) -> Plant:
    """Check a flow in another way: `check(real, operation, client, flow)`."""
    return around(authentication, "check_flow")(check)


@around(Authentication, "initiate_auth")
def unknown_gives_tokens(real: Call, self: CognitoSpec, asked: Members, *rest: Any) -> Any:
    client = self.client(asked)
    user = self.find(client.pool, asked.get("AuthParameters", {}).get("USERNAME", ""))
    known = flow_named(asked["AuthFlow"]) in {flow for flows in FLOWS.values() for flow in flows}
    return real(self, asked, *rest) if known or user is None else self.granted(client, user)


@_checking
def not_authorized(real: Call, operation: str, client: StoredClient, flow: str) -> None:
    if flow not in {known for flows in FLOWS.values() for known in flows}:
        refuse()
    real(operation, client, flow)


_ANY_FLOW = laxer("AuthFlowType", "enum")
mutant("unknown-flow-gives-tokens", "An AuthFlow that is unknown gives tokens without a password.", UNKNOWN)(
    together(_ANY_FLOW, unknown_gives_tokens)
)
mutant("unknown-flow-is-not-authorized", "An unknown AuthFlow is NotAuthorizedException.", UNKNOWN)(
    together(_ANY_FLOW, not_authorized)
)
mutant("initiate-auth-takes-administrators-flows", "InitiateAuth takes the flows of AdminInitiateAuth.", THEIRS)(
    entry(FLOWS, "InitiateAuth", (*FLOWS["InitiateAuth"], "ADMIN_USER_PASSWORD_AUTH"))
)
mutant("admin-initiate-auth-takes-users-flow", "AdminInitiateAuth takes USER_PASSWORD_AUTH.", USERS)(
    entry(FLOWS, "AdminInitiateAuth", (*FLOWS["AdminInitiateAuth"], "USER_PASSWORD_AUTH"))
)


@mutant("foreign-flow-is-not-authorized", "The other operation's flow is NotAuthorizedException.", THEIRS, USERS)
@_checking
def foreign_not_authorized(real: Call, operation: str, client: StoredClient, flow: str) -> None:
    if flow not in FLOWS[operation] and flow in {known for flows in FLOWS.values() for known in flows}:
        refuse()
    real(operation, client, flow)


@mutant("flows-are-not-looked-at", "A client allows every flow.", ALLOWED, SRP, NO_PASSWORD)
@around(clients, "allowed_flows")
def not_looked_at(_: Call, __: StoredClient) -> tuple[str, ...]:
    return tuple(flow for flows in FLOWS.values() for flow in flows)


@mutant("flow-not-allowed-is-not-authorized", "A flow that is not allowed is NotAuthorizedException.", ALLOWED)
@_checking
def not_allowed(real: Call, operation: str, client: StoredClient, flow: str) -> None:
    if flow in FLOWS[operation] and flow not in clients.allowed_flows(client):
        refuse()
    real(operation, client, flow)


@mutant("srp-is-always-allowed", "A client allows USER_SRP_AUTH, whatever it names.", SRP)
@around(clients, "allowed_flows")
def srp_always(real: Call, client: StoredClient) -> tuple[str, ...]:
    return (*real(client), "USER_SRP_AUTH")


@mutant("no-flows-are-all-flows", "A client without ExplicitAuthFlows allows every flow.", NO_PASSWORD)
@around(clients, "allowed_flows")
def all_flows(real: Call, client: StoredClient) -> tuple[str, ...]:
    allowed: tuple[str, ...] = real(client)
    return allowed if client.flows else tuple(flow for flows in FLOWS.values() for flow in flows)


mutant("no-flows-are-none", "A client without ExplicitAuthFlows allows no flow.", BY_SRP)(
    constant(clients, "ALWAYS", ())
)
mutant("no-flows-do-not-refresh", "A client without ExplicitAuthFlows refreshes no tokens.", BY_SRP)(
    constant(clients, "ALWAYS", ("USER_SRP_AUTH",))
)


@mutant("one-flow-is-not-enough", "A client must allow USER_SRP_AUTH for any other flow to work.", ONE)
@around(clients, "allowed_flows")
def one_is_not_enough(real: Call, client: StoredClient) -> tuple[str, ...]:
    allowed: tuple[str, ...] = real(client)
    return allowed if "USER_SRP_AUTH" in allowed else ("REFRESH_TOKEN_AUTH",)


@mutant("only-the-first-flow-counts", "Of ExplicitAuthFlows only the last one counts.", ONE)
@around(clients, "allowed_flows")
def the_last_counts(real: Call, client: StoredClient) -> tuple[str, ...]:
    allowed: tuple[str, ...] = real(client)
    return allowed[-1:] if len(client.flows) == 2 else allowed


mutant("administrators-have-no-srp", "AdminInitiateAuth does not take USER_SRP_AUTH.", ADMIN_SRP)(
    entry(FLOWS, "AdminInitiateAuth", ("ADMIN_USER_PASSWORD_AUTH", "REFRESH_TOKEN_AUTH"))
)


def _proof_by_administrator(change: Callable[[Call, CognitoSpec, Members], Any]) -> Plant:
    """Answer PASSWORD_VERIFIER in another way, where an administrator sends it."""

    @around(CognitoSpec, "admin_respond_to_auth_challenge")
    def plant(real: Call, self: CognitoSpec, asked: Members) -> Any:
        return change(real, self, asked) if asked["ChallengeName"] == "PASSWORD_VERIFIER" else real(self, asked)

    return plant


@mutant("administrators-proof-is-refused", "No proof of SRP is right where an administrator sends it.", ADMIN_SRP)
@_proof_by_administrator
def proof_is_refused(*_: Any) -> None:
    refuse()


@mutant(
    "administrators-proof-is-not-looked-at",
    "An administrator's proof of SRP is not looked at.",
    ADMIN_WRONG,
    also=("srp-signs-in-nobody-else",),
)
@_proof_by_administrator
def proof_is_not_looked_at(real: Call, self: CognitoSpec, asked: Members) -> Any:
    client = self.client(asked)
    user = self.find(client.pool, asked["ChallengeResponses"]["USERNAME"])
    return real(self, asked) if user is None else self.granted(client, user)


@mutant("administrators-wrong-proof-is-nobodys", "A wrong proof is UserNotFoundException.", ADMIN_WRONG)
@_proof_by_administrator
def wrong_proof_is_nobodys(real: Call, self: CognitoSpec, asked: Members) -> Any:
    try:
        return real(self, asked)
    except Refusal:
        return refuse("UserNotFoundException")


mutant("older-name-is-unknown", "ADMIN_NO_SRP_AUTH is not known any more.", OLDER)(
    constant(clients, "OLDER_NAMES", {"REFRESH_TOKEN": "REFRESH_TOKEN_AUTH"})
)


@mutant("older-name-takes-any-password", "ADMIN_NO_SRP_AUTH does not look at the password.", OLDER)
@around(Authentication, "initiate_auth")
def older_takes_any(real: Call, self: CognitoSpec, asked: Members, *rest: Any) -> Any:
    client = self.client(asked)
    user = self.find(client.pool, asked.get("AuthParameters", {}).get("USERNAME", ""))
    older = asked["AuthFlow"] == "ADMIN_NO_SRP_AUTH" and bool(rest) and "ADMIN_NO_SRP_AUTH" in client.flows
    return self.granted(client, user) if older and user else real(self, asked, *rest)


# Secrets

SIGNS_IN, SIGN_IN, CHALLENGE = (
    "secret-hash-signs-in",
    "sign-in-requires-the-secret-hash",
    "challenge-requires-the-secret-hash",
)
SIGN_UP, FORGOT = "sign-up-requires-the-secret-hash", "forgotten-password-requires-the-secret-hash"
CODES = "codes-require-the-secret-hash"
INTERNAL = "challenge-takes-the-hash-of-the-internal-name"


def _created(change: Callable[[Members], Members]) -> Plant:
    """Change the answer to CreateUserPoolClient."""

    @around(CognitoSpec, "create_user_pool_client")
    def plant(real: Call, self: CognitoSpec, asked: Members) -> Members:
        return {"UserPoolClient": change(real(self, asked)["UserPoolClient"])}

    return plant


mutant("secret-is-kept-secret", "CreateUserPoolClient does not tell the secret.", "generated-secret-is-told")(
    _created(lambda made: {name: value for name, value in made.items() if name != "ClientSecret"})
)


@mutant("generate-secret-is-ignored", "GenerateSecret has no effect.", "generated-secret-is-told")
@around(CognitoSpec, "create_user_pool_client")
def generates_none(real: Call, self: CognitoSpec, asked: Members) -> Any:
    return real(self, {**asked, "GenerateSecret": False})


def _asking(check: Callable[..., None]) -> Callable[[object], Plant]:
    """Check the hash of a secret in another way, in one module."""

    def on(owner: object) -> Plant:
        return around(owner, "check_secret_hash")(check)

    return on


@_asking
def asks_nothing(*_: Any) -> None:
    """Take any hash, and none."""


@_asking
def asks_for_any(real: Call, client: StoredClient, given: str | None, *names: str) -> None:
    real(client, clients.secret_hash(client, names[0]) if client.secret and given else given, *names)


@_asking
def refuses_otherwise(real: Call, *given: Any) -> None:
    try:
        real(*given)
    except Refusal as problem:
        raise Refusal("InvalidParameterException", problem.message) from None


for _place, _owner, _claims in (
    ("signing-in", authentication, (SIGN_IN, CHALLENGE)),
    ("sign-up-and-recovery", directory, (SIGN_UP, FORGOT)),
):
    _also = (CODES,) if SIGN_UP in _claims else ()
    mutant(f"no-secret-hash-at-{_place}", "SECRET_HASH is not asked for.", *_claims, also=_also)(asks_nothing(_owner))
    mutant(f"any-secret-hash-at-{_place}", "Any SECRET_HASH will do.", *_claims, also=_also)(asks_for_any(_owner))
    mutant(f"secret-hash-is-a-parameter-at-{_place}", "A missing SECRET_HASH is InvalidParameterException.", *_claims)(
        refuses_otherwise(_owner)
    )


@mutant("no-secret-hash-is-right", "No SECRET_HASH is right.", SIGNS_IN)
@around(authentication, "check_secret_hash")
def none_is_right(real: Call, client: StoredClient, given: str | None, *names: str) -> None:
    if client.secret and given:
        refuse()
    real(client, given, *names)


@mutant("hash-of-another-order", "SECRET_HASH is taken of client and name in the other order.", SIGNS_IN)
@around(clients, "secret_hash")
def another_order(real: Call, client: StoredClient, name: str) -> Any:
    return real(replace(client, id=""), f"{client.id}{name}")


def _answers_by(name_of: Callable[[CognitoSpec, StoredClient, str], str]) -> Plant:
    """At a challenge, want the hash of another name."""

    @around(CognitoSpec, "respond_to_auth_challenge")
    def plant(real: Call, self: CognitoSpec, asked: Members, *rest: Any) -> Any:
        client, responses = self.client(asked), asked.get("ChallengeResponses", {})
        wanted = name_of(self, client, responses.get("USERNAME", ""))
        clients.check_secret_hash(client, responses.get("SECRET_HASH"), wanted)
        return real(self, asked, *rest)

    return plant


@mutant("challenge-wants-the-hash-of-the-typed-name", "At a challenge the alias's hash is wanted.", INTERNAL)
@_answers_by
def of_the_typed_name(self: CognitoSpec, client: StoredClient, name: str) -> str:
    user = self.find(client.pool, name)
    return user.attributes.get("email", name) if user and client.pool.aliases else name


@mutant("challenge-wants-the-hash-of-the-sub", "At a challenge the hash of the sub is wanted.", INTERNAL)
@_answers_by
def of_the_sub(self: CognitoSpec, client: StoredClient, name: str) -> str:
    user = self.find(client.pool, name)
    return self.sub(user) if user and client.pool.aliases else name


# Who exists

HIDDEN, CODE, RESET = (
    "hidden-user-is-refused-like-a-wrong-password",
    "hidden-user-is-sent-a-simulated-code",
    "required-reset-shows-where-users-are-hidden",
)


@mutant("clients-hide-nobody", "PreventUserExistenceErrors has no effect.", HIDDEN, CODE)
@around(CognitoSpec, "create_user_pool_client")
def hide_nobody(real: Call, self: CognitoSpec, asked: Members) -> Any:
    return real(self, {**asked, "PreventUserExistenceErrors": "LEGACY"})


@mutant("hidden-user-signs-in", "A client that hides who exists asks nobody for a new password.", HIDDEN)
@around(CognitoSpec, "sign_in")
def hidden_signs_in(
    real: Call, self: CognitoSpec, operation: str, flow: str, client: StoredClient, user: Any, right: bool
) -> Any:
    return (
        {"ChallengeName": "NEW_PASSWORD_REQUIRED", "Session": "x" * 20}
        if user is None and client.hides_users
        else real(self, operation, flow, client, user, right)
    )


@mutant("hidden-user-gets-no-code", "A client that hides who exists refuses ForgotPassword for nobody.", CODE)
@around(CognitoSpec, "forgot_password")
def no_code(real: Call, self: CognitoSpec, asked: Members) -> Any:
    return real(self, asked) if self.find(self.client(asked).pool, asked["Username"]) else refuse()


@mutant("reset-is-a-parameter-where-users-are-hidden", "RESET_REQUIRED is InvalidParameterException there.", RESET)
@around(CognitoSpec, "sign_in")
def reset_is_a_parameter(
    real: Call, self: CognitoSpec, operation: str, flow: str, client: StoredClient, user: Any, right: bool
) -> Any:
    if client.hides_users and user is not None and user.status == "RESET_REQUIRED":
        refuse("InvalidParameterException", "Invalid input given")
    return real(self, operation, flow, client, user, right)


@mutant("reset-is-forgotten-where-users-are-hidden", "A user in RESET_REQUIRED signs in there.", RESET)
@around(CognitoSpec, "sign_in")
def reset_is_forgotten(
    real: Call, self: CognitoSpec, operation: str, flow: str, client: StoredClient, user: Any, right: bool
) -> Any:
    forgotten = client.hides_users and user is not None and user.status == "RESET_REQUIRED" and right
    return self.granted(client, user) if forgotten else real(self, operation, flow, client, user, right)


LEGACY = "legacy-client-tells-that-there-is-nobody"


def _proven_elsewhere(operation: str) -> Plant:
    """Ask for no hash in one operation."""

    @around(CognitoSpec, operation)
    def plant(real: Call, self: CognitoSpec, asked: Members) -> Any:
        client = self.client(asked)
        given = {"SecretHash": clients.secret_hash(client, asked["Username"])} if client.secret else {}
        return real(self, {**asked, **given})

    return plant


mutant("confirmation-needs-no-secret-hash", "ConfirmSignUp asks for no SecretHash.", CODES)(
    _proven_elsewhere("confirm_sign_up")
)
mutant("password-code-needs-no-secret-hash", "ConfirmForgotPassword asks for no SecretHash.", CODES)(
    _proven_elsewhere("confirm_forgot_password")
)


@mutant("legacy-clients-hide-too", "A client with LEGACY hides who exists.", LEGACY)
@around(CognitoSpec, "create_user_pool_client")
def legacy_hides(real: Call, self: CognitoSpec, asked: Members) -> Any:
    named = asked.get("PreventUserExistenceErrors") == "LEGACY"
    return real(self, {**asked, "PreventUserExistenceErrors": "ENABLED"} if named else asked)


@mutant(
    "legacy-answer-is-not-authorized",
    "A client with LEGACY does not tell nobody from a wrong password.",
    LEGACY,
    also=("unknown-user-does-not-sign-in", "sub-does-not-sign-in", "names-mind-case-at-every-operation"),
)
@around(CognitoSpec, "initiate_auth")
def legacy_not_authorized(real: Call, self: CognitoSpec, asked: Members, *rest: Any) -> Any:
    try:
        return real(self, asked, *rest)
    except Refusal as problem:
        hidden = problem.code == "UserNotFoundException" and len(self.client(asked).flows) == 4
        return refuse() if hidden and asked["AuthFlow"] == "USER_PASSWORD_AUTH" else _raise(problem)


def _raise(problem: Refusal) -> Any:
    raise problem
