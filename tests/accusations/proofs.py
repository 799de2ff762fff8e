"""Which sentences an endpoint breaks: a function for each cause, which sends the requests and yields what it saw.

Each makes its own pools and users, looks whether what has to work does (`must`, `confirmed`, `admitted`), and then
holds one answer against the sentence of the claim. Nothing of the suite's scenarios, clients or judgement takes part;
of conformance.target only the arithmetic of SRP and the provider that vouches for a federated user."""

from __future__ import annotations

import base64
import html
import json
import re
import time
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from conformance.target.hosted_ui import HostedUi
from conformance.target.srp import SrpClient
from tests.accusations.raw import EVERY_FLOW, NEW, OLD, PREFIX, Answer, App, Raw

BY_PASSWORD = ("USER_PASSWORD_AUTH", "ADMIN_USER_PASSWORD_AUTH")
BOTH = {"RespondToAuthChallenge": False, "AdminRespondToAuthChallenge": True}
FAULTY = ("Short-1", "no-upper-1!", "NO-LOWER-1!", "No-Number!", "NoSymbol1")
INVALID = "InvalidParameterException"
NOT_AUTHORIZED = "NotAuthorizedException"
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.I)


@dataclass(frozen=True)
class Breach:
    """A sentence that was seen broken: `case` is the result's parameters, None where the claim has one behaviour."""

    claim: str
    case: str | None
    observed: str
    evidence: str


@dataclass(frozen=True)
class World:
    """The endpoint, and what lets its time pass: the file that libfaketime reads, or the control path's URL."""

    raw: Raw
    clock: Path | None = None
    control: str | None = None
    ahead: dict[str, float] = field(default_factory=dict)

    def later(self, *pools: str, **units: float) -> None:
        """Let time pass, in these pools at least."""
        seconds = timedelta(**units).total_seconds()
        if self.control:
            for pool in pools:
                self.ahead[pool] = self.ahead.get(pool, 0) + seconds
                self.tell("clock", UserPoolId=pool, AheadSeconds=self.ahead[pool])
            return
        assert self.clock is not None, "the clock of this endpoint cannot be moved"
        ahead = int(self.clock.read_text(encoding="ascii")) + round(seconds)
        new = self.clock.with_suffix(".by-hand")
        new.write_text(f"{ahead:+}", encoding="ascii")
        new.replace(self.clock)
        time.sleep(0.3)

    def tell(self, verb: str, **members: Any) -> None:
        """Ask for something at the control path."""
        with urllib.request.urlopen(f"{self.control}{verb}", json.dumps(members).encode()) as answer:
            assert answer.status == 200, answer


Proof = Callable[[World], Iterator[Breach]]
PROOFS: dict[str, Proof] = {}


def proves(*claims: str) -> Callable[[Proof], Proof]:
    """Enter a function as the proof of these claims."""

    def enter(proof: Proof) -> Proof:
        for claim in claims:
            assert claim not in PROOFS, claim
            PROOFS[claim] = proof
        return proof

    return enter


def held(claim: str, answer: Answer, *kept: str, case: str | None = None, by: str = "reply") -> Iterator[Breach]:
    """A breach, unless the answer is one of those that keep the sentence."""
    seen = answer.signed_in if by == "sign-in" else answer.seen
    if seen not in kept:
        yield Breach(claim, case, f"{by}: {seen}", str(answer))


def refused(claim: str, answer: Answer, case: str | None = None, by: str = "reply") -> Iterator[Breach]:
    """A breach, unless the answer is a refusal: an error of AWS's form with a status from 400 to 499."""
    if not (answer.error and 400 <= answer.status < 500):
        seen = answer.signed_in if by == "sign-in" else answer.seen
        yield Breach(claim, case, f"{by}: {seen}", str(answer))


def _address() -> str:
    return f"success+{uuid.uuid4().hex[:12]}@simulator.amazonses.com"


# Members and bodies.


@proves(
    "empty-member-is-refused",
    "empty-password-is-refused",
    "leading-space-is-refused",
    "malformed-pool-id-is-refused",
    "one-character-password-is-refused",
    "parameters-are-checked-before-the-policy",
    "password-over-256-characters-is-refused",
    "pool-id-over-55-characters-is-refused",
    "trailing-space-is-refused",
    "username-outside-the-pattern-is-refused",
    "username-over-128-characters-is-refused",
    "constraints-come-before-lookups",
    "missing-member-is-refused",
)
def no_constraint_is_checked(world: World) -> Iterator[Breach]:
    """A member outside the model's constraints is looked up, compared with the policy or taken, as it is.

    Cognito answers each such request with InvalidParameterException."""
    raw = world.raw
    pool = raw.pool()
    name = raw.confirmed(pool)
    long = "Aa1!" + "x" * 253
    for claim, case, members in (
        ("empty-member-is-refused", "UserPoolId", {"UserPoolId": ""}),
        ("empty-member-is-refused", "Username", {"Username": ""}),
        ("empty-password-is-refused", None, {"Password": ""}),
        ("leading-space-is-refused", None, {"Password": " Leading-1!"}),
        ("trailing-space-is-refused", None, {"Password": "Trailing-1! "}),
        ("malformed-pool-id-is-refused", None, {"UserPoolId": "no-pool-id"}),
        ("pool-id-over-55-characters-is-refused", None, {"UserPoolId": "us-east-1_" + "a" * 46}),
        ("one-character-password-is-refused", None, {"Password": "a"}),
        ("parameters-are-checked-before-the-policy", None, {"Password": "a" * 257}),
        ("password-over-256-characters-is-refused", None, {"Password": long}),
        ("username-outside-the-pattern-is-refused", None, {"Username": "no such user"}),
        ("username-over-128-characters-is-refused", None, {"Username": "a" * 129}),
        ("constraints-come-before-lookups", "no-user-and-long-password", {"Username": "nobody", "Password": long}),
        ("constraints-come-before-lookups", "no-pool-and-long-password", {"UserPoolId": NOWHERE, "Password": long}),
        ("constraints-come-before-lookups", "no-pool-and-long-name", {"UserPoolId": NOWHERE, "Username": "a" * 129}),
    ):
        yield from held(claim, raw.set(pool, name, **members), INVALID, case=case)
    whole = {"UserPoolId": pool, "Username": name, "Password": NEW, "Permanent": True}
    for member in ("UserPoolId", "Username", "Password"):
        sent = {key: value for key, value in whole.items() if key != member}
        yield from held("missing-member-is-refused", raw.call("AdminSetUserPassword", **sent), INVALID, case=member)
    raw.must("AdminSetUserPassword", **whole)


NOWHERE = "us-east-1_NoSuchOne"


@proves(
    "wrongly-typed-member-is-refused",
    "null-member-is-refused",
    "null-permanent-is-refused",
    "malformed-json-is-refused",
    "non-object-body-is-refused",
)
def no_type_is_checked(world: World) -> Iterator[Breach]:
    """A member of another JSON type is used as it came, or ends as an internal error.

    Cognito answers SerializationException; for a required member that is null any refusal will do."""
    raw = world.raw
    pool = raw.pool()
    name = raw.confirmed(pool)
    whole = {"UserPoolId": pool, "Username": name, "Password": NEW, "Permanent": True}
    for member, right in whole.items():
        for kind, value in {"number": 1, "boolean": True, "array": [right], "object": {"value": right}}.items():
            if (member, kind) != ("Permanent", "boolean"):
                answer = raw.call("AdminSetUserPassword", **{**whole, member: value})
                yield from held(
                    "wrongly-typed-member-is-refused", answer, "SerializationException", case=f"{member}-{kind}"
                )
    for member in ("UserPoolId", "Username", "Password"):
        yield from refused(
            "null-member-is-refused", raw.call("AdminSetUserPassword", **{**whole, member: None}), member
        )
    answer = raw.call("AdminSetUserPassword", **{**whole, "Permanent": None})
    yield from held("null-permanent-is-refused", answer, "SerializationException")
    body = json.dumps(whole).encode()
    for case, malformed in (
        ("truncated", body[:-1]),
        ("trailing-comma", body[:-1] + b",}"),
        ("plain-text", b"a password"),
        ("empty", b""),
    ):
        kept = ("SerializationException", INVALID) if case == "empty" else ("SerializationException",)
        yield from held("malformed-json-is-refused", raw.post("AdminSetUserPassword", malformed), *kept, case=case)
    for odd in (b"[]", b"[" + body + b"]", b'"text"', b"1", b"null"):
        yield from refused("non-object-body-is-refused", raw.post("AdminSetUserPassword", odd))
    raw.must("AdminSetUserPassword", **whole)


@proves("permanent-may-be-a-string")
def text_false_is_true(world: World) -> Iterator[Breach]:
    """Permanent "false" sets a permanent password: its user signs in and is asked for nothing."""
    raw = world.raw
    app = raw.app(raw.pool())
    name = raw.confirmed(app.pool)
    answer = raw.set(app.pool, name, Permanent="false")
    assert answer.seen == "accepted", answer
    signed_in = raw.sign_in(app, name, NEW)
    yield from held("permanent-may-be-a-string", signed_in, "NEW_PASSWORD_REQUIRED", case="text-false", by="sign-in")


# The policy.


@proves(
    "default-policy-applies",
    "lowercase-is-required",
    "minimum-length-is-enforced",
    "numbers-are-required",
    "symbols-are-required",
    "uppercase-is-required",
    "other-characters-count-for-nothing",
    "inner-space-counts-as-a-symbol",
    "minimum-length-is-enough",
    "password-may-have-256-characters",
)
def another_policy_is_applied(world: World) -> Iterator[Breach]:
    """A password that breaks one rule of its pool's policy is accepted, or one that keeps them all is refused."""
    raw = world.raw
    pool = raw.pool()
    name = raw.confirmed(pool)
    for claim, password in (
        ("minimum-length-is-enforced", "Short-1"),
        ("uppercase-is-required", "no-upper-1!"),
        ("lowercase-is-required", "NO-LOWER-1!"),
        ("numbers-are-required", "No-Number!"),
        ("symbols-are-required", "NoSymbol1"),
    ):
        yield from held(claim, raw.set(pool, name, password), "InvalidPasswordException")
    by_default = str(raw.must("CreateUserPool", PoolName="by-default")["UserPool"]["Id"])
    there = raw.confirmed(by_default)
    yield from held("default-policy-applies", raw.set(by_default, there, "no-upper-1!"), "InvalidPasswordException")
    for case, password in OTHER_CHARACTERS.items():
        for permanent in (True, False):
            answer = raw.set(pool, name, password, Permanent=permanent)
            written = f"{'permanent' if permanent else 'temporary'}-{case}"
            yield from held("other-characters-count-for-nothing", answer, "InvalidPasswordException", case=written)
    yield from held("inner-space-counts-as-a-symbol", raw.set(pool, name, "No Symbol1"), "accepted")
    yield from held("password-may-have-256-characters", raw.set(pool, name, "Aa1!" + "x" * 252), "accepted")
    long = raw.pool({"MinimumLength": 99})
    user = {"UserPoolId": long, "Username": "ada", "TemporaryPassword": "Aa1!" + "x" * 95}
    raw.call("AdminCreateUser", MessageAction="SUPPRESS", **user)
    for permanent in (True, False):
        answer = raw.set(long, "ada", user["TemporaryPassword"], Permanent=permanent)
        case = f"{'permanent' if permanent else 'temporary'}-99-of-99"
        yield from held("minimum-length-is-enough", answer, "accepted", case=case)
    raw.must("AdminSetUserPassword", UserPoolId=pool, Username=name, Password=NEW)


OTHER_CHARACTERS = {
    "uppercase-accent": "\u00c9tudiant-1",
    "uppercase-cyrillic": "\u0414avaj-da-1",
    "uppercase-greek": "\u03a9mega-da-1",
    "lowercase-accent": "\u00e9TUDIANT-1",
    "lowercase-greek": "\u03c9MEGA-DA-1",
    "lowercase-sharp-s": "STRA\u00dfE-EN-1",
    "symbol-accent": "NoSymbol1\u00e9",
    "symbol-curly-quote": "NoSymbol1\u2019",
    "symbol-dash": "NoSymbol1\u2013",
    "symbol-euro": "NoSymbol1\u20ac",
    "symbol-pound": "NoSymbol1\u00a3",
    "symbol-section": "NoSymbol1\u00a7",
}


@proves(
    "sign-up-is-held-to-the-policy",
    "temporary-password-is-held-to-the-policy",
    "changed-password-is-held-to-the-policy",
    "challenge-answer-is-held-to-the-policy",
)
def other_operations_know_no_policy(world: World) -> Iterator[Breach]:
    """An operation that takes a password takes one that breaks one rule of the pool's policy."""
    raw = world.raw
    app = raw.app(raw.pool())
    for password in FAULTY:
        answer = raw.call("SignUp", ClientId=app.id, Username=_address(), Password=password)
        yield from held("sign-up-is-held-to-the-policy", answer, "InvalidPasswordException", case=password)
        members = {"UserPoolId": app.pool, "Username": _address(), "MessageAction": "SUPPRESS"}
        answer = raw.call("AdminCreateUser", TemporaryPassword=password, **members)
        yield from held("temporary-password-is-held-to-the-policy", answer, "InvalidPasswordException", case=password)
        token = raw.admitted(app, raw.confirmed(app.pool))["AccessToken"]
        answer = raw.call("ChangePassword", AccessToken=token, PreviousPassword=OLD, ProposedPassword=password)
        yield from held("changed-password-is-held-to-the-policy", answer, "InvalidPasswordException", case=password)
        for operation, admin in BOTH.items():
            name = raw.invited(app.pool)
            answer = raw.choose(app, raw.challenged(app, name), name, password, admin)
            if answer.seen != "UnsupportedOperation" and answer.status != 500:
                yield from held(
                    "challenge-answer-is-held-to-the-policy",
                    answer,
                    "InvalidPasswordException",
                    case=f"{password}-{operation}",
                    by="sign-in",
                )


@proves("password-history-is-enforced", "history-includes-the-current-password")
def no_history_is_kept(world: World) -> Iterator[Breach]:
    """A password that was in force before, or is, is taken in a pool with PasswordHistorySize."""
    raw = world.raw
    pool = raw.pool({"PasswordHistorySize": 2})
    name = raw.confirmed(pool)
    raw.must("AdminSetUserPassword", UserPoolId=pool, Username=name, Password=NEW, Permanent=True)
    used = "PasswordHistoryPolicyViolationException"
    yield from held("password-history-is-enforced", raw.set(pool, name, OLD), used)
    one = raw.pool({"PasswordHistorySize": 1})
    yield from held("history-includes-the-current-password", raw.set(one, raw.confirmed(one), OLD), used)


@proves("changed-password-is-held-to-the-history", "challenge-answer-is-held-to-the-history")
def other_operations_know_no_history(world: World) -> Iterator[Breach]:
    """ChangePassword and the answer to the challenge take a password that was in force before."""
    raw = world.raw
    app = raw.app(raw.pool({"PasswordHistorySize": 3}))
    used = "PasswordHistoryPolicyViolationException"
    name = raw.confirmed(app.pool)
    raw.must(
        "ChangePassword",
        AccessToken=raw.admitted(app, name)["AccessToken"],
        PreviousPassword=OLD,
        ProposedPassword=NEW,
    )
    token = raw.admitted(app, name, NEW)["AccessToken"]
    answer = raw.call("ChangePassword", AccessToken=token, PreviousPassword=NEW, ProposedPassword=OLD)
    yield from held("changed-password-is-held-to-the-history", answer, used)
    for operation, admin in BOTH.items():
        name = raw.confirmed(app.pool)
        raw.must("AdminSetUserPassword", UserPoolId=app.pool, Username=name, Password=NEW, Permanent=False)
        answer = raw.choose(app, raw.challenged(app, name, NEW), name, OLD, admin)
        yield from held("challenge-answer-is-held-to-the-history", answer, used, case=operation, by="sign-in")


# Names.

IGNORING_CASE = {"UsernameConfiguration": {"CaseSensitive": False}}
NICKNAME = [{"Name": "nickname", "Value": "Countess"}]
ADMINISTRATORS: dict[str, dict[str, Any]] = {
    "AdminConfirmSignUp": {},
    "AdminDeleteUser": {},
    "AdminDisableUser": {},
    "AdminEnableUser": {},
    "AdminGetUser": {},
    "AdminResetUserPassword": {},
    "AdminUpdateUserAttributes": {"UserAttributes": NICKNAME},
    "AdminUserGlobalSignOut": {},
}


def _by_name(raw: Raw, app: App, operation: str, name: str) -> Answer:
    """An operation that names its user."""
    if operation.endswith("InitiateAuth"):
        return raw.sign_in(app, name, OLD, BY_PASSWORD[operation.startswith("Admin")])
    if operation == "ForgotPassword":
        return raw.call(operation, ClientId=app.id, Username=name)
    return raw.call(operation, UserPoolId=app.pool, Username=name, **ADMINISTRATORS[operation])


def _users(raw: Raw, app: App, operation: str) -> tuple[str, str]:
    """A user in the status that the operation needs, and another."""
    if operation == "AdminConfirmSignUp":
        return raw.signed_up(app, f"ada-{uuid.uuid4().hex[:8]}"), raw.signed_up(app)
    attributes = ({"email": _address(), "email_verified": "true"} for _ in range(2))
    return raw.confirmed(app.pool, f"ada-{uuid.uuid4().hex[:8]}", **next(attributes)), raw.confirmed(
        app.pool, **next(attributes)
    )


def _reaches(
    raw: Raw, app: App, claim: str, operation: str, other_name: Callable[[str], str], wanted: tuple[str, ...]
) -> Iterator[Breach]:
    """Whether an operation by another name of the user keeps the claim, where it works by the username."""
    name, twin = _users(raw, app, operation)
    if _by_name(raw, app, operation, twin).status != 200:
        return
    answer = _by_name(raw, app, operation, other_name(name))
    by = "sign-in" if operation.endswith("InitiateAuth") else "reply"
    yield from held(claim, answer, *wanted, case=operation, by=by)


@proves(
    "names-ignore-case-at-every-operation", "usernames-ignore-case-when-configured", "username-in-another-case-is-taken"
)
def case_is_never_ignored(world: World) -> Iterator[Breach]:
    """In a pool with CaseSensitive false a name in another case is a stranger's."""
    raw = world.raw
    app = raw.app(raw.pool(**IGNORING_CASE))
    for operation in (*ADMINISTRATORS, "InitiateAuth", "AdminInitiateAuth", "ForgotPassword"):
        yield from _reaches(
            raw, app, "names-ignore-case-at-every-operation", operation, str.upper, ("accepted", "tokens")
        )
    name = raw.confirmed(app.pool, "ada-lovelace")
    yield from held("usernames-ignore-case-when-configured", raw.set(app.pool, name.upper()), "accepted")
    answer = raw.call("AdminCreateUser", UserPoolId=app.pool, Username=name.upper(), MessageAction="SUPPRESS")
    yield from held("username-in-another-case-is-taken", answer, "UsernameExistsException")


@proves("names-mind-case-at-every-operation")
def a_stranger_is_not_authorized(world: World) -> Iterator[Breach]:
    """In a pool that minds case the name in another case is nobody's, and the error is not UserNotFoundException."""
    raw = world.raw
    app = raw.app(raw.pool())
    for operation in (*ADMINISTRATORS, "InitiateAuth", "AdminInitiateAuth"):
        yield from _reaches(
            raw, app, "names-mind-case-at-every-operation", operation, str.upper, ("UserNotFoundException",)
        )


@proves("sub-reaches-the-user-at-every-operation", "sub-names-the-user")
def sub_is_no_name(world: World) -> Iterator[Breach]:
    """In a pool without aliases the user's sub is a stranger's name."""
    raw = world.raw
    app = raw.app(raw.pool())
    for operation in ADMINISTRATORS:
        yield from _reaches(
            raw,
            app,
            "sub-reaches-the-user-at-every-operation",
            operation,
            lambda name: raw.sub(app.pool, name),
            ("accepted",),
        )
    name = raw.confirmed(app.pool)
    yield from held("sub-names-the-user", raw.set(app.pool, raw.sub(app.pool, name)), "accepted")


@proves("sub-does-not-sign-in")
def sub_signs_in(world: World) -> Iterator[Breach]:
    """InitiateAuth takes the sub for a username."""
    raw = world.raw
    app = raw.app(raw.pool())
    name = raw.confirmed(app.pool)
    answer = raw.sign_in(app, raw.sub(app.pool, name))
    yield from held("sub-does-not-sign-in", answer, "UserNotFoundException", by="sign-in")


@proves(
    "alias-reaches-the-user-at-every-operation",
    "email-alias-names-the-user",
    "phone-alias-names-the-user",
    "preferred-username-alias-names-the-user",
    "aliases-ignore-case-when-configured",
    "taken-alias-is-refused",
)
def aliases_are_not_looked_at(world: World) -> Iterator[Breach]:
    """A verified alias is a stranger's name; two users may have it."""
    raw = world.raw
    every = {"AliasAttributes": ["email", "phone_number", "preferred_username"]}
    app = raw.app(raw.pool(**every))

    def email(name: str) -> str:
        listed = raw.user(app.pool, name)["UserAttributes"]
        return next(str(one["Value"]) for one in listed if one["Name"] == "email")

    for operation in (*ADMINISTRATORS, "InitiateAuth", "AdminInitiateAuth", "ForgotPassword"):
        if operation != "AdminConfirmSignUp":
            yield from _reaches(
                raw, app, "alias-reaches-the-user-at-every-operation", operation, email, ("accepted", "tokens")
            )
    for claim, attribute, value in (
        ("email-alias-names-the-user", "email", _address()),
        ("phone-alias-names-the-user", "phone_number", "+12065550123"),
        ("preferred-username-alias-names-the-user", "preferred_username", f"countess-{uuid.uuid4().hex[:8]}"),
    ):
        verified = {} if attribute == "preferred_username" else {f"{attribute}_verified": "true"}
        raw.confirmed(app.pool, **{attribute: value, **verified})
        yield from held(claim, raw.set(app.pool, value), "accepted")
    ignoring = raw.pool(**every, **IGNORING_CASE)
    address = _address()
    raw.confirmed(ignoring, email=address, email_verified="true")
    yield from held("aliases-ignore-case-when-configured", raw.set(ignoring, address.upper()), "accepted")
    again = [{"Name": "email", "Value": address}, {"Name": "email_verified", "Value": "true"}]
    answer = raw.call(
        "AdminCreateUser", UserPoolId=ignoring, Username="second", MessageAction="SUPPRESS", UserAttributes=again
    )
    yield from refused("taken-alias-is-refused", answer)


@proves("forced-alias-moves-to-the-new-user")
def a_forced_alias_stays(world: World) -> Iterator[Breach]:
    """ForceAliasCreation is accepted, and the alias still reaches the user who had it: not the new one's password."""
    raw = world.raw
    app = raw.app(raw.pool(AliasAttributes=["email"]))
    address = _address()
    raw.confirmed(app.pool, email=address, email_verified="true")
    raw.admitted(app, address)
    listed = [{"Name": "email", "Value": address}, {"Name": "email_verified", "Value": "true"}]
    members = {"UserPoolId": app.pool, "MessageAction": "SUPPRESS", "UserAttributes": listed}
    raw.must("AdminCreateUser", Username="bob", TemporaryPassword=NEW, ForceAliasCreation=True, **members)
    raw.challenged(app, "bob", NEW)
    kept = ("NEW_PASSWORD_REQUIRED", "tokens")
    yield from held("forced-alias-moves-to-the-new-user", raw.sign_in(app, address, NEW), *kept, by="sign-in")


@proves("email-does-not-name-a-federated-user")
def an_address_names_a_federated_user(world: World) -> Iterator[Breach]:
    """AdminSetUserPassword by the address of a user who signed in through a provider, in a pool of addresses."""
    raw = world.raw
    pool, address = raw.pool(UsernameAttributes=["email"]), _address()
    if world.control:
        listed = [{"Name": "email", "Value": address}, {"Name": "email_verified", "Value": "true"}]
        world.tell("federated-user", UserPoolId=pool, Username="provider_ada", UserAttributes=listed)
    else:
        _sign_in_through_a_provider(raw, pool, address)
    yield from held("email-does-not-name-a-federated-user", raw.set(pool, address), "UserNotFoundException")


def _sign_in_through_a_provider(raw: Raw, pool: str, address: str) -> None:
    """Make a federated user, with the pages of an endpoint that has some."""
    service = SimpleNamespace(
        arrange=lambda operation, *_, **members: raw.must(operation, **members), journal=SimpleNamespace(names={})
    )
    stand_in: Any = SimpleNamespace(id=pool, service=service, find=lambda *_: None)
    pages = HostedUi(raw.url)
    try:
        pages.federated_user(stand_in, address)
    finally:
        pages.close()


# Who may call, and how.


@proves(
    "access-token-does-not-authorize",
    "altered-body-is-refused",
    "expired-date-is-refused",
    "unknown-access-key-is-named",
    "unknown-access-key-is-refused",
    "unsigned-request-is-refused",
    "wrong-signature-is-named",
    "wrong-signature-is-refused",
)
def no_signature_is_checked(world: World) -> Iterator[Breach]:
    """A request with a signature that nobody gave, or with none, is executed."""
    raw = world.raw
    app = raw.app(raw.pool())
    name = raw.confirmed(app.pool)
    token = raw.admitted(app, name)["AccessToken"]
    operation, members = "AdminSetUserPassword", {"UserPoolId": app.pool, "Username": name, "Password": NEW}
    answers = {
        ("unsigned-request-is-refused", None): raw.post(operation, members, headers={}),
        ("access-token-does-not-authorize", "body"): raw.post(operation, {**members, "AccessToken": token}, headers={}),
        ("access-token-does-not-authorize", "header"): raw.post(
            operation, members, headers={"Authorization": f"Bearer {token}"}
        ),
        ("altered-body-is-refused", None): raw.post(
            operation, members, signed_body=json.dumps({**members, "Password": OLD}).encode()
        ),
        ("expired-date-is-refused", None): raw.post(operation, members, ago=timedelta(hours=1)),
        ("unknown-access-key-is-refused", None): raw.post(operation, members, key="AKIAIOSFODNN7EXAMPLE", secret="x"),
        ("wrong-signature-is-refused", None): raw.post(operation, members, secret="another"),
    }
    for (claim, case), answer in answers.items():
        yield from refused(claim, answer, case)
    named = {
        "unknown-access-key-is-named": (answers["unknown-access-key-is-refused", None], "UnrecognizedClientException"),
        "wrong-signature-is-named": (answers["wrong-signature-is-refused", None], "InvalidSignatureException"),
    }
    for claim, (answer, error) in named.items():
        yield from held(claim, answer, error)


@proves("access-denial-is-named", "permission-suffices")
def policies_are_misread(world: World) -> Iterator[Breach]:
    """A caller without the permission is refused by another name, or one who has it for the pool is refused too.

    A caller who may do it in every pool is served in any case."""
    raw, operation = world.raw, "AdminSetUserPassword"
    app = raw.app(raw.pool())
    members = {"UserPoolId": app.pool, "Username": raw.confirmed(app.pool), "Password": NEW, "Permanent": True}

    def called(action: str, place: str) -> Answer:
        key, secret = _caller(world, action, place)
        return raw.post(operation, members, key=key, secret=secret)

    allowed = called(f"cognito-idp:{operation}", "*")
    if allowed.seen != "accepted":
        raise AssertionError(f"a request that had to be accepted: {allowed}")
    denied = called("cognito-idp:AdminGetUser", "*")
    yield from held("access-denial-is-named", denied, "AccessDeniedException", case="another-action")
    place = f"arn:aws:cognito-idp:*:*:userpool/{app.pool}"
    for case, action in {"named": f"cognito-idp:{operation}", "by-prefix": "cognito-idp:Admin*", "any": "*"}.items():
        yield from held("permission-suffices", called(action, place), "accepted", case=case)


def _caller(world: World, action: str, place: str) -> tuple[str, str]:
    """The key of a new caller who may do this there, and nothing else."""
    name, statement = f"by-hand-{uuid.uuid4().hex[:12]}", {"Effect": "Allow", "Action": action, "Resource": place}
    if world.control:
        policy = [{**statement, "Action": [action], "Resource": [place]}]
        world.tell("caller", AccessKeyId=name, SecretAccessKey="by-hand", Statement=policy)
        return name, "by-hand"
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    world.raw.iam("CreateUser", UserName=name)
    world.raw.iam("PutUserPolicy", UserName=name, PolicyName="by-hand", PolicyDocument=document)
    made = world.raw.iam("CreateAccessKey", UserName=name)
    key, secret = (re.findall(f"<{one}>(.+?)</{one}>", made)[0] for one in ("AccessKeyId", "SecretAccessKey"))
    return key, html.unescape(secret)


@proves("other-method-is-not-executed", "other-target-is-not-executed")
def other_requests_are_executed(world: World) -> Iterator[Breach]:
    """A GET, or a request for another service's operation of the same name, sets the password."""
    raw = world.raw
    app = raw.app(raw.pool())
    for claim, case, how in (
        ("other-method-is-not-executed", "GET", {"method": "GET"}),
        ("other-method-is-not-executed", "PUT", {"method": "PUT"}),
        ("other-target-is-not-executed", "prefix-of-another-service", {"target": "AWSCognitoIdentityService."}),
        ("other-target-is-not-executed", "lower-case-operation", {"target": f"{PREFIX}.adminsetuserpassword"}),
    ):
        if how.get("target", "").endswith("."):
            how = {"target": how["target"] + "AdminSetUserPassword"}
        name = raw.confirmed(app.pool)
        members = {"UserPoolId": app.pool, "Username": name, "Password": NEW, "Permanent": True}
        answer = raw.post("AdminSetUserPassword", members, **how)  # type: ignore[arg-type]
        now = raw.sign_in(app, name)
        if now.signed_in != "tokens" and raw.sign_in(app, name, NEW).signed_in == "tokens":
            yield Breach(claim, case, f"user: the password before gives {now.signed_in}", f"{answer}; then {now}")


# What an answer looks like.


@proves(
    "error-content-type-is-amz-json",
    "error-has-a-request-id",
    "error-header-names-the-error",
    "success-has-a-request-id",
    "policy-message-names-the-rule",
    "length-is-reported-first",
    "unknown-pool-message",
    "unknown-user-message",
)
def answers_have_another_form(world: World) -> Iterator[Breach]:
    """Headers and texts of a refusal that the service would have given other ones."""
    raw = world.raw
    pool = raw.pool()
    name = raw.confirmed(pool)
    answers = {
        "unknown-user": raw.set(pool, "nobody"),
        "unknown-pool": raw.set(f"{pool.partition('_')[0]}_NoSuchOne", name),
        "malformed-pool-id": raw.set("no-pool-id", name),
        "password-against-the-policy": raw.set(pool, name, "no-upper-1!"),
    }
    for case, answer in answers.items():
        if not answer.error:
            continue
        media = answer.headers.get("content-type", "missing").partition(";")[0]
        if media != "application/x-amz-json-1.1":
            yield Breach("error-content-type-is-amz-json", case, f"header content-type: {media}", str(answer.headers))
        if not UUID.fullmatch(answer.headers.get("x-amzn-requestid", "")):
            yield Breach("error-has-a-request-id", case, _request_id(answer), str(answer.headers))
        if answer.headers.get("x-amzn-errortype", "").rstrip(":") != answer.error:
            there = "something else" if "x-amzn-errortype" in answer.headers else "missing"
            yield Breach("error-header-names-the-error", case, f"header x-amzn-errortype: {there}", str(answer.headers))
    accepted = raw.set(pool, name)
    assert accepted.seen == "accepted", accepted
    if not UUID.fullmatch(accepted.headers.get("x-amzn-requestid", "")):
        yield Breach("success-has-a-request-id", None, _request_id(accepted), str(accepted.headers))
    no_pool = f"User pool {pool.partition('_')[0]}_NoSuchOne does not exist."
    yield from _text("unknown-user-message", None, answers["unknown-user"], "User does not exist.")
    yield from _text("unknown-pool-message", None, answers["unknown-pool"], no_pool)
    for case, password, rule in (
        ("length", "Short-1", "Password not long enough"),
        ("uppercase", "no-upper-1!", "Password must have uppercase characters"),
        ("lowercase", "NO-LOWER-1!", "Password must have lowercase characters"),
        ("numbers", "No-Number!", "Password must have numeric characters"),
        ("symbols", "NoSymbol1", "Password must have symbol characters"),
    ):
        answer, prefix = raw.set(pool, name, password), "Password does not conform to policy: "
        if answer.error == "InvalidPasswordException":
            yield from _text("policy-message-names-the-rule", case, answer, f"{prefix}{rule}")
    for case, password in (("no-uppercase", "p@word"), ("no-symbol", "Pass"), ("no-lowercase", "C@1")):
        answer = raw.set(pool, name, password)
        if answer.error == "InvalidPasswordException":
            last = _message(answer).rpartition(": ")[2]
            if last != "Password not long enough":
                yield Breach("length-is-reported-first", case, f"message: {last}", str(answer))


def _request_id(answer: Answer) -> str:
    return f"header x-amzn-requestid: {'something else' if 'x-amzn-requestid' in answer.headers else 'missing'}"


def _message(answer: Answer) -> str:
    return str(answer.json.get("message") or answer.json.get("Message"))


def _text(claim: str, case: str | None, answer: Answer, text: str) -> Iterator[Breach]:
    if _message(answer) != text:
        yield Breach(claim, case, f"message: {_message(answer)}", str(answer))


@proves("last-modified-date-advances")
def the_date_stays(world: World) -> Iterator[Breach]:
    """UserLastModifiedDate is the same a second after the call as before it."""
    raw = world.raw
    pool = raw.pool()
    name = raw.confirmed(pool)
    before = raw.user(pool, name)["UserLastModifiedDate"]
    time.sleep(1.1)
    assert raw.set(pool, name).seen == "accepted"
    after = raw.user(pool, name)["UserLastModifiedDate"]
    if not after > before:
        yield Breach("last-modified-date-advances", None, "UserLastModifiedDate: the same", f"{before} -> {after}")


# Sign-in.


@proves(
    "wrong-password-does-not-sign-in",
    "wrong-password-is-refused",
    "user-with-a-wrong-password-is-not-signed-in",
    "wrong-password-while-a-reset-is-required",
    "wrong-previous-password-is-refused",
)
def a_wrong_password_is_another_error_or_none(world: World) -> Iterator[Breach]:
    """A wrong password signs in, is challenged, or is refused by another error than NotAuthorizedException."""
    raw = world.raw
    app = raw.app(raw.pool())
    users = {"CONFIRMED": raw.confirmed(app.pool), "FORCE_CHANGE_PASSWORD": raw.invited(app.pool)}
    for status, name in users.items():
        word = {"CONFIRMED": "permanent", "FORCE_CHANGE_PASSWORD": "temporary"}[status]
        for flow in ("USER_PASSWORD_AUTH", "USER_SRP_AUTH"):
            answer = raw.sign_in(app, name, "Wrong-0ne!", flow)
            if flow == "USER_SRP_AUTH" and answer.signed_in not in ("tokens", "NEW_PASSWORD_REQUIRED"):
                continue  # a signature of zeros is more wrong than a wrong password's: only a success shows something
            case = f"InitiateAuth-{flow}-wrong-password-{status}"
            yield from held("wrong-password-does-not-sign-in", answer, NOT_AUTHORIZED, case=case, by="sign-in")
            yield from held("wrong-password-is-refused", answer, NOT_AUTHORIZED, case=f"{word}-{flow}", by="sign-in")
    answer = raw.sign_in(app, users["CONFIRMED"], "Wrong-0ne!", "ADMIN_USER_PASSWORD_AUTH")
    yield from held("user-with-a-wrong-password-is-not-signed-in", answer, NOT_AUTHORIZED, by="sign-in")
    token = raw.admitted(app, users["CONFIRMED"])["AccessToken"]
    answer = raw.call("ChangePassword", AccessToken=token, PreviousPassword="Wrong-0ne!", ProposedPassword=NEW)
    yield from held("wrong-previous-password-is-refused", answer, NOT_AUTHORIZED)
    name = _reset(raw, app)
    if name:
        answer = raw.sign_in(app, name, "Wrong-0ne!", "USER_SRP_AUTH")
        if answer.signed_in == "tokens":
            case = "InitiateAuth-USER_SRP_AUTH-wrong-password-RESET_REQUIRED"
            yield Breach("wrong-password-while-a-reset-is-required", case, "sign-in: tokens", str(answer))


def _reset(raw: Raw, app: App) -> str | None:
    """A user in RESET_REQUIRED, where the endpoint has AdminResetUserPassword."""
    name = raw.confirmed(app.pool, email=_address(), email_verified="true")
    answer = raw.call("AdminResetUserPassword", UserPoolId=app.pool, Username=name)
    if answer.seen != "accepted":
        return None
    assert raw.user(app.pool, name)["UserStatus"] == "RESET_REQUIRED"
    return name


@proves(
    "required-reset-comes-before-sign-in",
    "required-reset-comes-before-being-signed-in",
    "required-reset-comes-before-a-change",
    "required-reset-shows-where-users-are-hidden",
)
def a_required_reset_is_overlooked(world: World) -> Iterator[Breach]:
    """The right password of a user in RESET_REQUIRED signs in, or is challenged; a token from before changes it."""
    raw = world.raw
    app = raw.app(raw.pool())
    hiding = raw.app(app.pool, PreventUserExistenceErrors="ENABLED")
    reset = "PasswordResetRequiredException"
    name = _reset(raw, app)
    assert name is not None
    for flow in BY_PASSWORD:
        claim = f"required-reset-comes-before-{'being-signed-in' if flow.startswith('ADMIN') else 'sign-in'}"
        yield from held(claim, raw.sign_in(app, name, flow=flow), reset, by="sign-in")
        claim, answer = "required-reset-shows-where-users-are-hidden", raw.sign_in(hiding, name, flow=flow)
        yield from held(claim, answer, reset, NOT_AUTHORIZED, case=flow, by="sign-in")
    answer = raw.unproved(app, name)
    if answer.signed_in == "tokens":
        yield Breach("required-reset-comes-before-sign-in", None, "sign-in: tokens", str(answer))
    before = raw.confirmed(app.pool, email=_address(), email_verified="true")
    token = raw.admitted(app, before)["AccessToken"]
    raw.must("AdminResetUserPassword", UserPoolId=app.pool, Username=before)
    answer = raw.call("ChangePassword", AccessToken=token, PreviousPassword=OLD, ProposedPassword=NEW)
    yield from held("required-reset-comes-before-a-change", answer, reset)


@proves("unconfirmed-user-does-not-sign-in", "unconfirmed-user-is-not-signed-in")
def an_unconfirmed_user_has_another_error(world: World) -> Iterator[Breach]:
    """A user in UNCONFIRMED signs in, or is refused by another error than UserNotConfirmedException."""
    raw = world.raw
    app = raw.app(raw.pool())
    name = raw.signed_up(app)
    assert raw.user(app.pool, name)["UserStatus"] == "UNCONFIRMED"
    for flow, claim, operation in (
        (BY_PASSWORD[0], "unconfirmed-user-does-not-sign-in", "InitiateAuth"),
        (BY_PASSWORD[1], "unconfirmed-user-is-not-signed-in", "AdminInitiateAuth"),
    ):
        for word, password in (("right", OLD), ("wrong", "Wrong-0ne!")):
            case = f"{operation}-{flow}-{word}-password-UNCONFIRMED"
            answer = raw.sign_in(app, name, password, flow)
            yield from held(claim, answer, "UserNotConfirmedException", case=case, by="sign-in")


@proves("disabled-user-does-not-sign-in", "disabled-user-is-not-signed-in", "disabled-user-stays-signed-out")
def a_disabled_user_signs_in(world: World) -> Iterator[Breach]:
    """A disabled user's password or refresh token gives tokens, or is refused by another error."""
    raw = world.raw
    app = raw.app(raw.pool())
    name = raw.confirmed(app.pool)
    refresh = raw.admitted(app, name)["RefreshToken"]
    raw.must("AdminDisableUser", UserPoolId=app.pool, Username=name)
    assert raw.user(app.pool, name)["Enabled"] is False
    answer = raw.initiate(app, "REFRESH_TOKEN_AUTH", REFRESH_TOKEN=refresh)
    case = "InitiateAuth-REFRESH_TOKEN_AUTH-CONFIRMED-disabled"
    yield from held("disabled-user-does-not-sign-in", answer, NOT_AUTHORIZED, case=case, by="sign-in")
    for flow, claim, operation in (
        (BY_PASSWORD[0], "disabled-user-does-not-sign-in", "InitiateAuth"),
        (BY_PASSWORD[1], "disabled-user-is-not-signed-in", "AdminInitiateAuth"),
    ):
        for word, password in (("right", OLD), ("wrong", "Wrong-0ne!")):
            answer = raw.sign_in(app, name, password, flow)
            case = f"{operation}-{flow}-{word}-password-CONFIRMED-disabled"
            yield from held(claim, answer, NOT_AUTHORIZED, case=case, by="sign-in")
    assert raw.set(app.pool, name).seen == "accepted"
    answer = raw.sign_in(app, name, NEW)
    if answer.signed_in in ("tokens", "NEW_PASSWORD_REQUIRED"):
        observed = f"sign-in: {answer.signed_in}"
        yield Breach("disabled-user-stays-signed-out", "USER_PASSWORD_AUTH", observed, str(answer))


@proves(
    "unknown-user-does-not-sign-in",
    "unknown-user-is-not-signed-in",
    "hidden-user-is-refused-like-a-wrong-password",
    "legacy-client-tells-that-there-is-nobody",
    "hidden-user-is-sent-a-simulated-code",
    "admin-confirmation-needs-a-user",
    "password-code-needs-a-user",
)
def nobody_is_another_error(world: World) -> Iterator[Breach]:
    """The error for a name of nobody gives away what the client hides, or hides what it shows."""
    raw = world.raw
    app = raw.app(raw.pool())
    hiding = raw.app(app.pool, PreventUserExistenceErrors="ENABLED")
    telling = raw.app(app.pool, PreventUserExistenceErrors="LEGACY")
    for flow in (*BY_PASSWORD, "USER_SRP_AUTH"):
        operation = "AdminInitiateAuth" if flow.startswith("ADMIN") else "InitiateAuth"
        answer = raw.sign_in(hiding, "nobody", flow=flow)
        kept = (NOT_AUTHORIZED, "PasswordResetRequiredException")
        yield from held("hidden-user-is-refused-like-a-wrong-password", answer, *kept, case=flow, by="sign-in")
        if flow == "USER_SRP_AUTH":
            continue
        answer = raw.sign_in(telling, "nobody", flow=flow)
        yield from held(
            "legacy-client-tells-that-there-is-nobody", answer, "UserNotFoundException", case=flow, by="sign-in"
        )
        claim = "unknown-user-is-not-signed-in" if flow.startswith("ADMIN") else "unknown-user-does-not-sign-in"
        for word in ("right", "wrong"):
            case = f"{operation}-{flow}-{word}-password-none"
            answer = raw.sign_in(app, "nobody", flow=flow)
            yield from held(claim, answer, "UserNotFoundException", case=case, by="sign-in")
    answer = raw.call("ForgotPassword", ClientId=hiding.id, Username="nobody")
    yield from held("hidden-user-is-sent-a-simulated-code", answer, "accepted")
    answer = raw.call("AdminConfirmSignUp", UserPoolId=app.pool, Username="nobody")
    yield from held("admin-confirmation-needs-a-user", answer, "UserNotFoundException")
    members = {"ClientId": app.id, "Username": "nobody", "Password": NEW, "ConfirmationCode": "123456"}
    answer = raw.call("ConfirmForgotPassword", **members)
    case = "ConfirmForgotPassword-wrong-code-none"
    yield from held("password-code-needs-a-user", answer, "UserNotFoundException", case=case)


@proves("flow-must-be-allowed", "client-without-flows-takes-no-password", "srp-must-be-allowed")
def every_flow_is_open(world: World) -> Iterator[Breach]:
    """A client signs users in by a flow that it does not allow."""
    raw = world.raw
    app = raw.app(raw.pool())
    name = raw.confirmed(app.pool)
    without = raw.app(app.pool, flows=None)
    for flow in BY_PASSWORD:
        assert raw.sign_in(app, name, flow=flow).signed_in == "tokens"
        other = raw.app(app.pool, flows=tuple(one for one in EVERY_FLOW if one != f"ALLOW_{flow}"))
        yield from held("flow-must-be-allowed", raw.sign_in(other, name, flow=flow), INVALID, by="sign-in")
        answer = raw.sign_in(without, name, flow=flow)
        if answer.signed_in == "tokens":
            yield Breach("client-without-flows-takes-no-password", None, "sign-in: tokens", str(answer))
    answer = raw.unproved(raw.app(app.pool, flows=("ALLOW_USER_PASSWORD_AUTH",)), name)
    if answer.signed_in == "tokens":
        yield Breach("srp-must-be-allowed", None, "sign-in: tokens", str(answer))


@proves("administrator-signs-in-by-srp", "srp-answer-takes-the-name-of-the-challenge", "srp-signs-in-nobody-else")
def srp_is_another_protocol(world: World) -> Iterator[Breach]:
    """USER_SRP_AUTH is closed to administrators, takes no USER_ID_FOR_SRP, or lets in whomever the answer names."""
    raw = world.raw
    app = raw.app(raw.pool())
    name, another = raw.confirmed(app.pool), raw.confirmed(app.pool)
    answer = raw.initiate(app, "USER_SRP_AUTH", administrator=True, USERNAME=name, SRP_A="2" * 64)
    yield from held("administrator-signs-in-by-srp", answer, "PASSWORD_VERIFIER", by="sign-in")
    claim = "srp-answer-takes-the-name-of-the-challenge"
    yield from held(claim, _proved(raw, app, name), "tokens", by="sign-in")
    answer = _proved(raw, app, name, USERNAME=another)
    if answer.signed_in == "tokens":
        shown = raw.must("GetUser", AccessToken=answer.tokens["AccessToken"])["Username"]
        if shown == another:
            observed = "whose tokens: the user who was named"
            yield Breach("srp-signs-in-nobody-else", "RespondToAuthChallenge", observed, f"{answer}; GetUser: {shown}")


def _proved(raw: Raw, app: App, name: str, **answer: str) -> Answer:
    """USER_SRP_AUTH with the proof of the right password; USERNAME is USER_ID_FOR_SRP."""
    client = SrpClient.begin(app.pool, name, OLD)
    begun = raw.initiate(app, "USER_SRP_AUTH", **client.auth_parameters)
    if begun.signed_in != "PASSWORD_VERIFIER":
        return begun
    given = client.challenge_responses(begun.json["ChallengeParameters"])
    return raw.respond(app, begun, "PASSWORD_VERIFIER", **{**given, **answer})


@proves("five-wrong-passwords-lock-out", "lock-out-holds-for-both-operations")
def nobody_is_locked_out(world: World) -> Iterator[Breach]:
    """The right password signs in within a second after five wrong ones in a row."""
    raw = world.raw
    app = raw.app(raw.pool())
    for wrong in BY_PASSWORD:
        for right in BY_PASSWORD:
            answer = _after_five_wrong(raw, app, wrong, right)
            claim = "five-wrong-passwords-lock-out" if wrong == right else "lock-out-holds-for-both-operations"
            case = wrong if wrong == right else None
            yield from held(claim, answer, NOT_AUTHORIZED, case=case, by="sign-in")
    # Four by USER_SRP_AUTH, the fifth and the right one by a flow of one request.
    answer = _after_five_wrong(raw, app, "USER_SRP_AUTH", "USER_PASSWORD_AUTH")
    claim = "five-wrong-passwords-lock-out"
    yield from held(claim, answer, NOT_AUTHORIZED, case="USER_SRP_AUTH", by="sign-in")


def _after_five_wrong(raw: Raw, app: App, wrong: str, right: str) -> Answer:
    """The answer to the right password, as soon after the wrong ones as a lock-out lasts at least."""
    for _ in range(10):
        name = raw.confirmed(app.pool)
        for _ in range(4):
            raw.sign_in(app, name, "Wrong-0ne!", wrong)
        began = time.monotonic()
        raw.sign_in(app, name, "Wrong-0ne!", right)
        answer = raw.sign_in(app, name, flow=right)
        if answer.signed_in == NOT_AUTHORIZED or time.monotonic() - began < 0.9:
            return answer
    raise AssertionError("two sign-ins took too long to show anything, ten times")


# The challenge.


@proves("temporary-password-is-challenged", "forced-change-is-a-challenge-for-administrators")
def administrators_are_not_challenged(world: World) -> Iterator[Breach]:
    """AdminInitiateAuth grants tokens for a temporary password."""
    raw = world.raw
    app = raw.app(raw.pool())
    name = raw.confirmed(app.pool)
    assert raw.set(app.pool, name, Permanent=False).seen == "accepted"
    answer = raw.sign_in(app, name, NEW, "ADMIN_USER_PASSWORD_AUTH")
    for claim in ("temporary-password-is-challenged", "forced-change-is-a-challenge-for-administrators"):
        yield from held(claim, answer, "NEW_PASSWORD_REQUIRED", by="sign-in")


@proves("challenge-parameters-describe-the-user", "challenge-omits-sub")
def the_challenge_describes_another(world: World) -> Iterator[Breach]:
    """ChallengeParameters of NEW_PASSWORD_REQUIRED lack what they are to have, or have sub."""
    raw = world.raw
    app = raw.app(raw.pool())
    name = raw.invited(app.pool, None, nickname="Countess")
    for flow in BY_PASSWORD:
        challenge = raw.sign_in(app, name, flow=flow)
        if challenge.signed_in != "NEW_PASSWORD_REQUIRED":
            continue
        parameters = challenge.json.get("ChallengeParameters", {})
        claim = "challenge-parameters-describe-the-user"
        for part in ("USER_ID_FOR_SRP", "requiredAttributes", "userAttributes"):
            if part not in parameters:
                yield Breach(claim, flow, f"{part}: missing", str(challenge))
                break
        if "sub" in json.loads(parameters.get("userAttributes", "{}")):
            yield Breach("challenge-omits-sub", flow, "userAttributes.sub: there", str(challenge))


@proves(
    "challenge-lists-the-missing-attributes",
    "missing-attributes-must-be-given",
    "answer-stores-the-given-attributes",
    "given-attribute-cannot-be-given-again",
)
def attributes_of_the_answer_are_not_read(world: World) -> Iterator[Breach]:
    """The challenge asks for no required attribute; the answer may leave it out, and what it gives is not stored."""
    raw = world.raw
    required = {"AttributeDataType": "String", "Required": True, "Mutable": True}
    app = raw.app(raw.pool(Schema=[{"Name": name, **required} for name in ("name", "email")]))
    own = {"email": _address()}
    challenge = raw.challenged(app, raw.invited(app.pool, None, **own))
    listed = json.loads(challenge.json["ChallengeParameters"].get("requiredAttributes", "[]"))
    if listed != ["userAttributes.name"]:
        words = ", ".join(listed) or "nothing"
        yield Breach("challenge-lists-the-missing-attributes", None, f"requiredAttributes: {words}", str(challenge))
    for operation, admin in BOTH.items():
        name = raw.invited(app.pool, None, **own)
        answer = raw.choose(app, raw.challenged(app, name), name, NEW, admin)
        yield from held("missing-attributes-must-be-given", answer, INVALID, case=operation, by="sign-in")
        for case, attribute in (("required", "name"), ("not-required", "nickname")):
            name = raw.invited(app.pool, None, **own)
            given = {"userAttributes.name": "Ada", f"userAttributes.{attribute}": "Ada"}
            answer = raw.choose(app, raw.challenged(app, name), name, NEW, admin, **given)
            if answer.signed_in == "tokens" and "Ada" not in json.dumps(_attribute(raw, app, name, attribute)):
                observed = f"attribute {attribute}: missing"
                yield Breach("answer-stores-the-given-attributes", f"{case}-{operation}", observed, str(answer))
        name = raw.invited(app.pool, None, **own, name="Ada")
        answer = raw.choose(app, raw.challenged(app, name), name, NEW, admin, **{"userAttributes.email": _address()})
        yield from held("given-attribute-cannot-be-given-again", answer, NOT_AUTHORIZED, case=operation, by="sign-in")


def _attribute(raw: Raw, app: App, name: str, attribute: str) -> list[str]:
    return [str(one["Value"]) for one in raw.user(app.pool, name)["UserAttributes"] if one["Name"] == attribute]


@proves(
    "challenge-session-must-be-valid",
    "session-works-once",
    "session-is-required",
    "session-is-of-one-user",
    "session-is-of-one-pool",
    "disabled-user-answers-no-challenge",
)
def sessions_are_not_kept(world: World) -> Iterator[Breach]:
    """An answer to the challenge is taken with a session that is forged, used, another's, or without one."""
    raw = world.raw
    app, elsewhere = raw.app(raw.pool()), raw.app(raw.pool())
    for operation, admin in BOTH.items():
        name, another = raw.invited(app.pool), raw.invited(app.pool)
        if raw.choose(app, raw.challenged(app, name), name, NEW, admin).signed_in != "tokens":
            continue  # nothing is shown of an operation that is not there
        used = raw.invited(app.pool)
        challenge = raw.challenged(app, used)
        assert raw.choose(app, challenge, used, NEW, admin).signed_in == "tokens"
        answer = raw.choose(app, challenge, used, "Chosen-by-me-2!", admin)
        yield from held("session-works-once", answer, NOT_AUTHORIZED, case=operation, by="sign-in")

        name = raw.invited(app.pool)
        challenge = raw.challenged(app, name)
        pool = {"UserPoolId": app.pool} if admin else {}
        members = {
            "ClientId": app.id,
            "ChallengeName": "NEW_PASSWORD_REQUIRED",
            "ChallengeResponses": {"USERNAME": name, "NEW_PASSWORD": NEW},
            **pool,
        }
        session = str(challenge.json["Session"])
        answer = raw.call(operation.replace("Admin", "") if not admin else operation, Session=session[::-1], **members)
        kept = (NOT_AUTHORIZED, INVALID)
        yield from held("challenge-session-must-be-valid", answer, *kept, case=operation, by="sign-in")
        name = raw.invited(app.pool)
        members["ChallengeResponses"] = {"USERNAME": name, "NEW_PASSWORD": NEW}
        raw.challenged(app, name)
        answer = raw.call(operation, **members)
        if answer.signed_in == "tokens":
            yield Breach("session-is-required", operation, "sign-in: tokens", str(answer))

        name = raw.invited(app.pool)
        challenge = raw.challenged(app, name)
        answer = raw.choose(app, challenge, another, NEW, admin)
        yield from _taken_over(raw, app, another, "session-is-of-one-user", operation, answer)
        namesake = raw.invited(elsewhere.pool, name)
        answer = raw.choose(elsewhere, challenge, namesake, NEW, admin)
        yield from _taken_over(raw, elsewhere, namesake, "session-is-of-one-pool", operation, answer)

        name = raw.invited(app.pool)
        challenge = raw.challenged(app, name)
        raw.must("AdminDisableUser", UserPoolId=app.pool, Username=name)
        answer = raw.choose(app, challenge, name, NEW, admin)
        if answer.signed_in == "tokens":
            yield Breach("disabled-user-answers-no-challenge", operation, "sign-in: tokens", str(answer))


def _taken_over(raw: Raw, app: App, name: str, claim: str, case: str, answer: Answer) -> Iterator[Breach]:
    """A breach if the user's password was replaced."""
    old = raw.sign_in(app, name)
    if old.signed_in != "NEW_PASSWORD_REQUIRED" and raw.sign_in(app, name, NEW).signed_in == "tokens":
        status = raw.user(app.pool, name)["UserStatus"]
        yield Breach(claim, case, f"user: {status}, the password before gives {old.signed_in}", f"{answer}; then {old}")


@proves(
    "sign-in-requires-the-secret-hash",
    "challenge-requires-the-secret-hash",
    "sign-up-requires-the-secret-hash",
    "forgotten-password-requires-the-secret-hash",
)
def no_secret_hash_is_checked(world: World) -> Iterator[Breach]:
    """A client with a secret is served without SECRET_HASH, and with one of another secret."""
    raw = world.raw
    app = raw.app(raw.pool(), GenerateSecret=True)
    assert app.secret, "the client has no secret"
    bare = App(app.pool, app.id)
    for word in ("absent", "wrong"):

        def key(name: str, member: str, word: str = word) -> dict[str, str]:
            return {} if word == "absent" else {member: app.hash(name, "not-the-secret-of-this-client")}

        name = raw.confirmed(app.pool, email=_address(), email_verified="true")
        for flow in BY_PASSWORD:
            assert raw.sign_in(app, name, flow=flow).signed_in == "tokens"
            answer = raw.sign_in(bare, name, flow=flow, **key(name, "SECRET_HASH"))
            claim = "sign-in-requires-the-secret-hash"
            yield from held(claim, answer, NOT_AUTHORIZED, case=f"{word}-{flow}", by="sign-in")
        answer = _srp_without(raw, bare, name, key(name, "SECRET_HASH"))
        if answer.signed_in == "tokens":
            case = f"{word}-USER_SRP_AUTH"
            yield Breach("sign-in-requires-the-secret-hash", case, "sign-in: tokens", str(answer))
        for operation, admin in BOTH.items():
            invited = raw.invited(app.pool)
            challenge = raw.challenged(app, invited)
            answer = raw.choose(bare, challenge, invited, NEW, admin, **key(invited, "SECRET_HASH"))
            claim = "challenge-requires-the-secret-hash"
            yield from held(claim, answer, NOT_AUTHORIZED, case=f"{word}-{operation}", by="sign-in")
        stranger = _address()
        members = {"ClientId": app.id, "Username": stranger, "Password": OLD, **key(stranger, "SecretHash")}
        yield from held("sign-up-requires-the-secret-hash", raw.call("SignUp", **members), NOT_AUTHORIZED)
        answer = raw.call("ForgotPassword", ClientId=app.id, Username=name, **key(name, "SecretHash"))
        yield from held("forgotten-password-requires-the-secret-hash", answer, NOT_AUTHORIZED)


def _srp_without(raw: Raw, app: App, name: str, key: dict[str, str]) -> Answer:
    """USER_SRP_AUTH with the proof of the right password, and with this SECRET_HASH or none."""
    client = SrpClient.begin(app.pool, name, OLD)
    begun = raw.initiate(app, "USER_SRP_AUTH", **client.auth_parameters, **key)
    if begun.signed_in != "PASSWORD_VERIFIER":
        return begun
    given = client.challenge_responses(begun.json["ChallengeParameters"])
    return raw.respond(app, begun, "PASSWORD_VERIFIER", **given, **key)


# Codes, resets and invitations.


@proves("wrong-password-code-is-refused", "password-code-must-have-been-sent")
def codes_are_not_compared(world: World) -> Iterator[Breach]:
    """A code that was not sent sets a password, or is refused by another error."""
    raw = world.raw
    app = raw.app(raw.pool())
    name = raw.confirmed(app.pool, email=_address(), email_verified="true")
    members = {"ClientId": app.id, "Password": NEW, "ConfirmationCode": "000000"}
    answer = raw.call("ConfirmForgotPassword", Username=name, **members)
    yield from held("password-code-must-have-been-sent", answer, "ExpiredCodeException")
    other = raw.confirmed(app.pool, email=_address(), email_verified="true")
    raw.must("ForgotPassword", ClientId=app.id, Username=other)
    answer = raw.call("ConfirmForgotPassword", Username=other, **members)
    yield from held("wrong-password-code-is-refused", answer, "CodeMismatchException")


@proves(
    "administrator-confirms-unconfirmed-users-only",
    "forgotten-password-is-refused-while-a-change-is-forced",
    "disabled-user-cannot-be-reset",
    "reset-is-refused-while-a-change-is-forced",
    "reset-needs-a-verified-contact",
    "resend-is-refused-once-confirmed",
)
def statuses_are_not_looked_at(world: World) -> Iterator[Breach]:
    """An operation is accepted for a user whose status, contacts or Enabled forbid it."""
    raw = world.raw
    app = raw.app(raw.pool())
    pool = {"UserPoolId": app.pool}
    contact = {"email": _address(), "email_verified": "true"}
    answer = raw.call("AdminConfirmSignUp", Username=raw.confirmed(app.pool), **pool)
    yield from held("administrator-confirms-unconfirmed-users-only", answer, NOT_AUTHORIZED)
    forced = raw.invited(app.pool, None, **contact)
    answer = raw.call("ForgotPassword", ClientId=app.id, Username=forced)
    yield from held("forgotten-password-is-refused-while-a-change-is-forced", answer, NOT_AUTHORIZED)
    answer = raw.call("AdminResetUserPassword", Username=forced, **pool)
    yield from held("reset-is-refused-while-a-change-is-forced", answer, NOT_AUTHORIZED)
    answer = raw.call("AdminResetUserPassword", Username=raw.confirmed(app.pool), **pool)
    yield from held("reset-needs-a-verified-contact", answer, INVALID)
    disabled = raw.confirmed(app.pool, None, **contact)
    raw.must("AdminDisableUser", Username=disabled, **pool)
    answer = raw.call("AdminResetUserPassword", Username=disabled, **pool)
    yield from held("disabled-user-cannot-be-reset", answer, NOT_AUTHORIZED)
    again = {"MessageAction": "RESEND", "DesiredDeliveryMediums": ["EMAIL"]}
    answer = raw.call("AdminCreateUser", Username=raw.confirmed(app.pool, None, **contact), **again, **pool)
    yield from held("resend-is-refused-once-confirmed", answer, "UnsupportedUserStateException")


# Tokens.


@proves("only-an-access-token-changes-the-password", "only-an-access-token-shows-the-user")
def every_token_is_an_access_token(world: World) -> Iterator[Breach]:
    """An ID token or a refresh token in the place of the access token does what the access token does."""
    raw = world.raw
    app = raw.app(raw.pool())
    for kind in ("IdToken", "RefreshToken"):
        name = raw.confirmed(app.pool)
        token = raw.admitted(app, name)[kind]
        yield from refused("only-an-access-token-shows-the-user", raw.call("GetUser", AccessToken=token), kind)
        answer = raw.call("ChangePassword", AccessToken=token, PreviousPassword=OLD, ProposedPassword=NEW)
        now = raw.sign_in(app, name)
        if now.signed_in != "tokens":
            observed = f"user: the password before gives {now.signed_in}"
            yield Breach("only-an-access-token-changes-the-password", kind, observed, f"{answer}; then {now}")


@proves("access-token-names-user-and-client", "id-token-names-user-and-client")
def tokens_name_another_sub(world: World) -> Iterator[Breach]:
    """The claim sub of a token is not the sub that AdminGetUser shows of the user."""
    raw = world.raw
    app = raw.app(raw.pool())
    name = raw.confirmed(app.pool)
    sub = raw.sub(app.pool, name)
    for flow in BY_PASSWORD:
        tokens = raw.sign_in(app, name, flow=flow).tokens
        for claim, kind in (
            ("access-token-names-user-and-client", "AccessToken"),
            ("id-token-names-user-and-client", "IdToken"),
        ):
            payload = tokens[kind].split(".")[1]
            seen = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))).get("sub")
            if seen != sub:
                observed = "claim sub: <uuid>, which is not the user's"
                yield Breach(claim, flow, observed, f"AdminGetUser has sub {sub}, {kind} has sub {seen}")


@proves("revoked-refresh-token-does-not-sign-in")
def sign_out_leaves_refresh_tokens(world: World) -> Iterator[Breach]:
    """A refresh token gives tokens after AdminUserGlobalSignOut."""
    raw = world.raw
    app = raw.app(raw.pool())
    name = raw.confirmed(app.pool)
    token = raw.admitted(app, name)["RefreshToken"]
    raw.must("AdminUserGlobalSignOut", UserPoolId=app.pool, Username=name)
    answer = raw.initiate(app, "REFRESH_TOKEN_AUTH", REFRESH_TOKEN=token)
    yield from held("revoked-refresh-token-does-not-sign-in", answer, NOT_AUTHORIZED, by="sign-in")


@proves("refresh-token-is-of-one-client")
def refresh_tokens_are_of_every_client(world: World) -> Iterator[Breach]:
    """A refresh token gives tokens to another client of the pool."""
    raw = world.raw
    app = raw.app(raw.pool())
    token = raw.admitted(app, raw.confirmed(app.pool))["RefreshToken"]
    answer = raw.initiate(raw.app(app.pool), "REFRESH_TOKEN_AUTH", REFRESH_TOKEN=token)
    yield from held("refresh-token-is-of-one-client", answer, NOT_AUTHORIZED, case="another-client", by="sign-in")


@proves("client-sets-the-validity-of-tokens")
def validity_of_tokens_is_not_read(world: World) -> Iterator[Breach]:
    """ExpiresIn is not what AccessTokenValidity says."""
    raw = world.raw
    app = raw.app(raw.pool())
    name = raw.confirmed(app.pool)
    for hours in (1, 2, 24):
        answer = raw.sign_in(raw.app(app.pool, AccessTokenValidity=hours), name)
        seen = answer.tokens.get("ExpiresIn", "missing")
        if seen != hours * 3600:
            yield Breach(
                "client-sets-the-validity-of-tokens", str(hours), f"ExpiresIn: {seen}", f"for {hours} h: {answer}"
            )


@proves(
    "revocation-ends-the-access-tokens-of-the-sign-in",
    "revocation-must-be-enabled",
    "revoked-token-changes-no-password",
)
def revocation_is_not_looked_at(world: World) -> Iterator[Breach]:
    """An access token works after its sign-in was revoked; RevokeToken works at a client that forbids it."""
    raw = world.raw
    app = raw.app(raw.pool())
    tokens = raw.admitted(app, raw.confirmed(app.pool))
    raw.must("GetUser", AccessToken=tokens["AccessToken"])
    raw.must("RevokeToken", ClientId=app.id, Token=tokens["RefreshToken"])
    answer = raw.call("GetUser", AccessToken=tokens["AccessToken"])
    yield from held("revocation-ends-the-access-tokens-of-the-sign-in", answer, NOT_AUTHORIZED)
    without = raw.app(app.pool, EnableTokenRevocation=False)
    token = raw.admitted(without, raw.confirmed(app.pool))["RefreshToken"]
    answer = raw.call("RevokeToken", ClientId=without.id, Token=token)
    yield from held("revocation-must-be-enabled", answer, "UnsupportedOperationException")
    name = raw.confirmed(app.pool)
    token = raw.admitted(app, name)["AccessToken"]
    if raw.call("AdminUserGlobalSignOut", UserPoolId=app.pool, Username=name).seen == "accepted":
        answer = raw.call("ChangePassword", AccessToken=token, PreviousPassword=OLD, ProposedPassword=NEW)
        yield from held("revoked-token-changes-no-password", answer, NOT_AUTHORIZED)


# Time.


@proves(
    "expired-temporary-password-is-refused",
    "pool-sets-the-validity",
    "validity-is-seven-days-by-default",
    "session-expires",
    "expired-session-is-named",
    "access-token-is-valid-for-an-hour",
    "resend-renews-the-validity",
)
def nothing_expires(world: World) -> Iterator[Breach]:
    """A temporary password, a session and an access token are good after their time."""
    raw = world.raw
    by_default = raw.app(raw.pool())
    name = raw.confirmed(by_default.pool)
    token = raw.admitted(by_default, name)["AccessToken"]
    users = {admin: raw.invited(by_default.pool) for admin in BOTH.values()}
    sessions = {admin: raw.challenged(by_default, user) for admin, user in users.items()}
    five = raw.app(by_default.pool, AuthSessionValidity=5)
    of_five = {admin: raw.invited(by_default.pool) for admin in BOTH.values()}
    longer = {admin: raw.challenged(five, user) for admin, user in of_five.items()}
    world.later(by_default.pool, minutes=90)
    answer = raw.call("GetUser", AccessToken=token)
    yield from held("access-token-is-valid-for-an-hour", answer, NOT_AUTHORIZED)
    for operation, admin in BOTH.items():
        answer = raw.choose(by_default, sessions[admin], users[admin], NEW, admin)
        yield from held("expired-session-is-named", answer, NOT_AUTHORIZED, case=operation, by="sign-in")
        answer = raw.choose(five, longer[admin], of_five[admin], NEW, admin)
        if answer.signed_in == "tokens":
            yield Breach("session-expires", operation, "sign-in: tokens", str(answer))
    day = raw.app(raw.pool({"TemporaryPasswordValidityDays": 1}))
    waiting = raw.invited(day.pool, None, email=_address(), email_verified="true")
    seven = raw.invited(by_default.pool)
    renewed = raw.invited(day.pool, None, email=_address(), email_verified="true")
    world.later(day.pool, by_default.pool, hours=17)
    again = {"TemporaryPassword": NEW, "MessageAction": "RESEND", "DesiredDeliveryMediums": ["EMAIL"]}
    resent = raw.call("AdminCreateUser", UserPoolId=day.pool, Username=renewed, **again)
    world.later(day.pool, by_default.pool, hours=15)
    if resent.seen == "accepted":
        answer = raw.sign_in(day, renewed, NEW)
        kept = ("NEW_PASSWORD_REQUIRED", "tokens")
        yield from held("resend-renews-the-validity", answer, *kept, by="sign-in")
    world.later(day.pool, by_default.pool, days=7)
    for flow in (*BY_PASSWORD, "USER_SRP_AUTH"):
        answer = raw.sign_in(day, waiting, flow=flow) if flow in BY_PASSWORD else _proved(raw, day, waiting)
        yield from refused("expired-temporary-password-is-refused", answer, case=flow, by="sign-in")
    yield from refused("pool-sets-the-validity", raw.sign_in(day, waiting), by="sign-in")
    yield from refused("validity-is-seven-days-by-default", raw.sign_in(by_default, seven), by="sign-in")
