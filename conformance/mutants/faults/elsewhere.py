"""Faults at the operations around AdminSetUserPassword: passwords, attributes, names, what is kept, forms, lock-out."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from botocore import xform_name

from conformance.contract.transitions import Row
from conformance.mutants.consequences import of_rows
from conformance.mutants.mutant import Call, Plant, around, changed, constant, low, mutant, refuse
from conformance.reference import attributes, authentication, errors, http
from conformance.reference import password_policy as passwords
from conformance.reference.authentication import Authentication
from conformance.reference.directory import Directory, Members
from conformance.reference.errors import Refusal
from conformance.reference.http import HttpAnswer
from conformance.reference.service import CognitoSpec
from conformance.reference.stored import StoredPool, StoredUser
from conformance.verdict.reply import HttpRequest

# Passwords

POLICY = {
    "SignUp": "sign-up-is-held-to-the-policy",
    "AdminCreateUser": "temporary-password-is-held-to-the-policy",
    "ChangePassword": "changed-password-is-held-to-the-policy",
    "ConfirmForgotPassword": "forgotten-password-is-held-to-the-policy",
}
CHANGED = "changed-policy-holds-from-the-next-call"


def _unchecked(operation: str) -> Plant:
    @around(passwords, "check_policy")
    def plant(real: Call, asked: str, *rest: Any) -> None:
        if asked != operation:
            real(asked, *rest)

    return plant


def _otherwise(operation: str) -> Plant:
    @around(passwords, "check_policy")
    def plant(real: Call, asked: str, *rest: Any) -> None:
        try:
            real(asked, *rest)
        except Refusal as problem:
            code = "InvalidParameterException" if asked == operation else problem.code
            raise Refusal(code, problem.message) from None

    return plant


for _operation, _claim in POLICY.items():
    _name = low(xform_name(_operation)).replace("_", "-")
    mutant(f"{_name}-ignores-the-policy", f"{_operation} does not ask the policy.", _claim)(_unchecked(_operation))
    mutant(f"{_name}-renames-a-weak-password", f"{_operation} calls it an invalid parameter.", _claim)(
        _otherwise(_operation)
    )

HISTORY = {
    ("ChangePassword",): "changed-password-is-held-to-the-history",
    ("ConfirmForgotPassword",): "forgotten-password-is-held-to-the-history",
    ("RespondToAuthChallenge", "AdminRespondToAuthChallenge"): "challenge-answer-is-held-to-the-history",
}


def _forgetting(operations: tuple[str, ...]) -> Plant:
    """Set a password by these operations whatever came before."""

    @around(CognitoSpec, "set_password")
    def plant(
        real: Call, self: CognitoSpec, pool: StoredPool, user: StoredUser, operation: str, password: str, row: Row
    ) -> None:
        if operation in operations:
            user.passwords = [known for known in user.passwords if known != password]
        real(self, pool, user, operation, password, row)

    return plant


def _as_weak(operations: tuple[str, ...]) -> Plant:
    """Refuse an earlier password by these operations as one that breaks the policy."""

    @around(CognitoSpec, "set_password")
    def plant(real: Call, self: CognitoSpec, pool: StoredPool, user: StoredUser, operation: str, *rest: Any) -> None:
        try:
            real(self, pool, user, operation, *rest)
        except Refusal as problem:
            used = operation in operations and problem.message == errors.USED_BEFORE
            raise Refusal("InvalidPasswordException" if used else problem.code, problem.message) from None

    return plant


for _operations, _claim in HISTORY.items():
    _name = low(xform_name(_operations[0])).replace("_", "-")
    mutant(f"{_name}-ignores-the-history", f"{_operations[0]} takes earlier passwords.", _claim)(
        _forgetting(_operations)
    )
    mutant(f"{_name}-renames-an-earlier-password", f"{_operations[0]} calls it a weak one.", _claim)(
        _as_weak(_operations)
    )


def _made_all_the_same(operation: str, password: str) -> Plant:
    """Refuse a user for the password, and make the user."""

    @around(CognitoSpec, xform_name(operation))
    def plant(real: Call, self: CognitoSpec, asked: Members) -> Any:
        try:
            return real(self, asked)
        except Refusal as problem:
            if problem.code == "InvalidPasswordException":
                real(self, {**asked, password: "Made-all-the-same-1!"})
            raise

    return plant


for _operation, _password, _claim in (
    ("SignUp", "Password", "refused-sign-up-leaves-no-user"),
    ("AdminCreateUser", "TemporaryPassword", "refused-creation-leaves-no-user"),
):
    _name = low(xform_name(_operation)).replace("_", "-")
    mutant(f"refused-{_name}-makes-the-user", f"{_operation} refuses the password and makes the user.", _claim)(
        _made_all_the_same(_operation, _password)
    )


def _made_without_a_password(operation: str) -> Plant:
    """Refuse a user for the password, and leave one who has none."""

    @around(CognitoSpec, xform_name(operation))
    def plant(real: Call, self: CognitoSpec, asked: Members) -> Any:
        try:
            return real(self, asked)
        except Refusal as problem:
            if problem.code == "InvalidPasswordException":
                pool = self.client(asked).pool if "ClientId" in asked else self.pool(asked)
                user = self.made(pool, asked["Username"], asked, "UNCONFIRMED")
                pool.users[user.username] = user
            raise

    return plant


for _operation, _claim in (
    ("SignUp", "refused-sign-up-leaves-no-user"),
    ("AdminCreateUser", "refused-creation-leaves-no-user"),
):
    _name = low(xform_name(_operation)).replace("_", "-")
    mutant(f"refused-{_name}-leaves-a-shell", f"{_operation} refuses the password and leaves a user.", _claim)(
        _made_without_a_password(_operation)
    )


@mutant("changed-policy-is-stored-elsewhere", "UpdateUserPool changes no policy.", CHANGED)
@around(CognitoSpec, "update_user_pool")
def changes_no_policy(*_: Any) -> Members:
    return {}


@mutant("changed-policy-is-for-new-users", "UpdateUserPool's policy holds for users who are made later.", CHANGED)
@around(CognitoSpec, "update_user_pool")
def only_for_new_users(real: Call, self: CognitoSpec, asked: Members) -> Any:
    pool = self.pool(asked)
    before = pool.policy
    answer = real(self, asked)
    pool.policy = {**pool.policy, "MinimumLength": before["MinimumLength"]}
    return answer


RENEWS = "resend-renews-the-validity"


def _resent(change: Callable[[Call, CognitoSpec, Members, StoredUser], Any]) -> Plant:
    """Do something else for RESEND."""

    @around(CognitoSpec, "admin_create_user")
    def plant(real: Call, self: CognitoSpec, asked: Members) -> Any:
        user = self.find(self.pool(asked), asked["Username"])
        resent = asked.get("MessageAction") == "RESEND" and user is not None
        return change(real, self, asked, user) if resent and user else real(self, asked)

    return plant


@mutant("resend-keeps-the-clock", "RESEND gives a new password, and its validity runs on.", RENEWS)
@_resent
def keeps_the_clock(real: Call, self: CognitoSpec, asked: Members, user: StoredUser) -> Any:
    since = user.since
    answer = real(self, asked)
    user.since = since
    return answer


@mutant("resend-keeps-the-password", "RESEND renews the validity of the first password.", RENEWS)
@_resent
def keeps_the_password(real: Call, self: CognitoSpec, asked: Members, user: StoredUser) -> Any:
    password = user.password
    answer = real(self, asked)
    user.password = password
    return answer


@mutant("resend-does-nothing", "RESEND is accepted; password and validity stay.", RENEWS)
@_resent
def does_nothing(real: Call, self: CognitoSpec, asked: Members, user: StoredUser) -> Any:
    password, since = user.password, user.since
    answer = real(self, asked)
    user.password, user.since = password, since
    return answer


# Attributes at the challenge

LISTS, NEEDED = "challenge-lists-the-missing-attributes", "missing-attributes-must-be-given"
STORES, AGAIN = "answer-stores-the-given-attributes", "given-attribute-cannot-be-given-again"


@mutant("challenge-lists-no-missing-attributes", "requiredAttributes is always empty.", LISTS)
@around(Authentication, "challenged")
def lists_none(real: Call, *given: Any) -> Any:
    answer = real(*given)
    return {**answer, "ChallengeParameters": {**answer["ChallengeParameters"], "requiredAttributes": "[]"}}


@mutant("challenge-lists-every-required-attribute", "requiredAttributes has those that the user has, too.", LISTS)
@around(Authentication, "challenged")
def lists_all(real: Call, self: CognitoSpec, client: Any, user: StoredUser) -> Any:
    answer = real(self, client, user)
    every = json.dumps([f"userAttributes.{name}" for name in client.pool.required])
    return {**answer, "ChallengeParameters": {**answer["ChallengeParameters"], "requiredAttributes": every}}


@mutant("missing-attributes-may-stay-missing", "An answer need not give what is required.", NEEDED)
@around(attributes, "check_answered")
def may_stay_missing(_: Call, __: StoredPool, user: StoredUser, given: Members) -> None:
    for name in given:
        if name in user.attributes:
            refuse()


@mutant("missing-attribute-is-not-authorized", "A missing attribute is NotAuthorizedException.", NEEDED)
@around(attributes, "check_answered")
def missing_not_authorized(real: Call, *given: Any) -> None:
    try:
        real(*given)
    except Refusal:
        refuse()


@mutant("given-attributes-are-lost", "The attributes of an answer are not stored.", STORES)
@around(Authentication, "answer_challenge")
def are_lost(real: Call, self: CognitoSpec, operation: str, client: Any, session: str, given: Members) -> Any:
    user = self.find(client.pool, given["USERNAME"])
    before = dict(user.attributes) if user else {}
    answer = real(self, operation, client, session, given)
    if user:
        user.attributes = before
    return answer


@mutant("only-required-attributes-are-stored", "Other attributes of an answer are not stored.", STORES)
@around(attributes, "answered")
def only_required(real: Call, responses: Members) -> Any:
    return {name: value for name, value in real(responses).items() if name != "nickname"}


@mutant("given-attribute-is-changed", "An answer may change what the user has.", AGAIN)
@around(attributes, "check_answered")
def is_changed(real: Call, pool: StoredPool, user: StoredUser, given: Members) -> None:
    real(pool, user, {name: value for name, value in given.items() if name not in user.attributes})


@mutant("given-attribute-is-a-parameter", "What the user has already is InvalidParameterException.", AGAIN)
@around(attributes, "check_answered")
def is_a_parameter(real: Call, *given: Any) -> None:
    try:
        real(*given)
    except Refusal as problem:
        raise Refusal("InvalidParameterException", problem.message) from None


# Names

IGNORES, MINDS = "names-ignore-case-at-every-operation", "names-mind-case-at-every-operation"
TAKEN, ANOTHER = "username-in-another-case-is-taken", "username-in-another-case-is-another"
ALIAS, SUB = "alias-reaches-the-user-at-every-operation", "sub-reaches-the-user-at-every-operation"
NAMED = ("AdminGetUser", "AdminUpdateUserAttributes", "AdminDisableUser", "AdminInitiateAuth", "ForgotPassword")


def _by_username(operation: str, unless: Callable[[StoredPool], bool]) -> Plant:
    """Find users by the username as it is written, in one operation."""

    @around(CognitoSpec, xform_name(operation))
    def plant(real: Call, self: CognitoSpec, asked: Members) -> Any:
        pool = self.client(asked).pool if "ClientId" in asked else self.pool(asked)
        name = asked.get("Username") or asked.get("AuthParameters", {}).get("USERNAME", "")
        if not unless(pool) and name not in pool.users:
            refuse("UserNotFoundException", errors.NO_USER)
        return real(self, asked)

    return plant


for _operation in NAMED:
    _name = low(xform_name(_operation)).replace("_", "-")
    mutant(f"{_name}-minds-the-case", f"{_operation} compares names as they are written.", IGNORES)(
        _by_username(_operation, lambda pool: pool.case_sensitive)
    )
    mutant(f"{_name}-knows-no-alias", f"{_operation} takes no alias.", ALIAS)(
        _by_username(_operation, lambda pool: not pool.aliases)
    )
    if _operation in NAMED[:3]:
        mutant(f"{_name}-knows-no-sub", f"{_operation} takes no sub.", SUB, also=(IGNORES,))(
            _by_username(_operation, lambda pool: bool(pool.aliases) or not pool.case_sensitive)
        )


@mutant(
    "names-are-folded-everywhere",
    "The case of a name does not matter in any pool.",
    MINDS,
    ANOTHER,
    also=("usernames-are-case-sensitive",),
)
@around(Directory, "folded")
def folded_everywhere(_: Call, __: Directory, ___: StoredPool, name: str) -> str:
    return name.lower()


@mutant("names-are-folded-for-administrators", "AdminGetUser takes a name in any case.", MINDS)
@around(CognitoSpec, "admin_get_user")
def folded_for_administrators(real: Call, self: CognitoSpec, asked: Members) -> Any:
    pool = self.pool(asked)
    meant = next((name for name in pool.users if name.lower() == asked["Username"].lower()), asked["Username"])
    return real(self, {**asked, "Username": meant})


def _made(operation: str, *, case_sensitive: bool) -> Plant:
    """Make a user as if the pool minded the case of names, or as if it did not, whatever it is set to."""

    @around(CognitoSpec, xform_name(operation))
    def plant(real: Call, self: CognitoSpec, asked: Members) -> Any:
        pool = self.client(asked).pool if "ClientId" in asked else self.pool(asked)
        before, pool.case_sensitive = pool.case_sensitive, case_sensitive
        try:
            return real(self, asked)
        finally:
            pool.case_sensitive = before

    return plant


for _operation in ("AdminCreateUser", "SignUp"):
    _name = low(xform_name(_operation)).replace("_", "-")
    mutant(f"{_name}-makes-a-second", f"{_operation} takes a taken name in another case.", TAKEN)(
        _made(_operation, case_sensitive=True)
    )
    mutant(f"{_name}-makes-no-other", f"{_operation} refuses a taken name in another case.", ANOTHER)(
        _made(_operation, case_sensitive=False)
    )


@mutant("sub-signs-in", "A user signs in by the sub.", "sub-does-not-sign-in")
@around(Directory, "find_by_login")
def sub_signs_in(_: Call, self: Directory, pool: StoredPool, name: str) -> StoredUser | None:
    return self.find(pool, name)


@mutant("sub-is-not-authorized", "A sign-in by the sub is NotAuthorizedException.", "sub-does-not-sign-in")
@around(Authentication, "initiate_auth")
def sub_not_authorized(real: Call, self: CognitoSpec, asked: Members, *rest: Any) -> Any:
    name = asked.get("AuthParameters", {}).get("USERNAME", "")
    users = self.client(asked).pool.users.values()
    if any(name == user.attributes["sub"] != user.username for user in users):
        refuse()
    return real(self, asked, *rest)


SHARED, OWNED, MOVED = (
    "address-may-be-shared-where-it-is-no-alias",
    "taken-alias-is-refused",
    "forced-alias-moves-to-the-new-user",
)


# All walkers have one address.
MADE = ("created-user-must-change-the-password",)


def _addresses(pool: StoredPool) -> set[str]:
    return {user.attributes["email"] for user in pool.users.values() if "email" in user.attributes}


@mutant("address-is-of-one-user", "No two users of a pool may have one address.", SHARED, also=MADE)
@around(CognitoSpec, "admin_create_user")
def of_one_user(real: Call, self: CognitoSpec, asked: Members) -> Any:
    taken = attributes.given(asked).get("email") in _addresses(self.pool(asked))
    if taken and not self.pool(asked).aliases and asked.get("MessageAction") != "RESEND":
        refuse("UsernameExistsException", "User account already exists")
    return real(self, asked)


@mutant(
    "shared-address-is-refused-but-made",
    "A second user of an address is made, and the call refused.",
    SHARED,
    also=(*MADE, "reset-needs-a-verified-contact"),
)
@around(CognitoSpec, "admin_create_user")
def refused_but_made(real: Call, self: CognitoSpec, asked: Members) -> Any:
    taken = attributes.given(asked).get("email") in _addresses(self.pool(asked))
    answer = real(self, asked)
    if taken and not self.pool(asked).aliases and asked.get("MessageAction") != "RESEND":
        refuse("UsernameExistsException", "User account already exists")
    return answer


@mutant("alias-is-anybodys", "AdminCreateUser gives a taken alias to another user, too.", OWNED, MOVED)
@around(Directory, "claim_aliases")
def anybodys_alias(*_: Any) -> None:
    """Take nothing away, and refuse nothing."""


@mutant("alias-is-always-forced", "AdminCreateUser takes a taken alias away unasked.", OWNED)
@around(Directory, "claim_aliases")
def always_forced(real: Call, self: Directory, pool: StoredPool, user: StoredUser, _: bool) -> None:
    real(self, pool, user, True)


@mutant("alias-is-never-forced", "ForceAliasCreation has no effect.", MOVED)
@around(Directory, "claim_aliases")
def never_forced(real: Call, self: Directory, pool: StoredPool, user: StoredUser, _: bool) -> None:
    real(self, pool, user, False)


# Lock-out

LOCKS, BOTH, ENDS = "five-wrong-passwords-lock-out", "lock-out-holds-for-both-operations", "lock-out-ends"
MESSAGE = "lock-out-message"

mutant("nobody-is-locked-out", "No number of wrong passwords locks a user out.", LOCKS, BOTH)(
    constant(Authentication, "check_lock", lambda *_: None)
)
mutant("lock-out-takes-twenty-failures", "Twenty wrong passwords lock a user out.", LOCKS, BOTH)(
    constant(authentication, "FAILURES", 20)
)


@mutant("lock-out-is-of-one-operation", "Each operation counts the wrong passwords that it saw.", BOTH)
@around(CognitoSpec, "sign_in")
def of_one_operation(
    real: Call, self: CognitoSpec, operation: str, flow: str, client: Any, user: StoredUser | None, right: bool
) -> Any:
    if user is not None and getattr(user, "failed_at", operation) != operation:
        user.failures = 0
    if user is not None and not right:
        user.failed_at = operation  # type: ignore[attr-defined]
    return real(self, operation, flow, client, user, right)


@mutant("lock-out-is-for-ever", "Who was locked out stays so.", ENDS)
@around(Authentication, "check_lock")
def for_ever(_: Call, __: CognitoSpec, ___: StoredPool, user: StoredUser) -> None:
    if user.failures >= authentication.FAILURES:
        refuse("NotAuthorizedException", errors.LOCKED)


@mutant("lock-out-disables", "Who was locked out is disabled.", ENDS, also=(MESSAGE,))
@around(Authentication, "check_lock")
def disables(_: Call, __: CognitoSpec, ___: StoredPool, user: StoredUser) -> None:
    if user.failures >= authentication.FAILURES:
        user.enabled = False


mutant("lock-out-says-incorrect", "A lock-out reads like a wrong password.", MESSAGE)(
    constant(errors, "LOCKED", errors.WRONG_PASSWORD)
)
mutant("lock-out-says-attempt-limit", "A lock-out has another text.", MESSAGE)(
    constant(errors, "LOCKED", "Attempt limit exceeded, please try after some time.")
)

# What is kept

ATTRIBUTES, GROUPS, DATE = (
    "every-operation-keeps-the-attributes",
    "every-operation-keeps-the-groups",
    "every-operation-keeps-the-creation-date",
)


def _after(operation: str, change: Callable[[StoredUser], None]) -> Plant:
    """Change something else about the user once an operation has done its work."""

    @around(CognitoSpec, xform_name(operation))
    def plant(real: Call, self: CognitoSpec, asked: Members, *rest: Any) -> Any:
        if "AccessToken" in asked:
            user: StoredUser | None = self.bearer(asked["AccessToken"]).user
        else:
            pool = self.client(asked).pool if "ClientId" in asked else self.pool(asked)
            named = {**asked.get("AuthParameters", {}), **asked.get("ChallengeResponses", {})}
            user = self.find(pool, asked.get("Username") or named.get("USERNAME", ""))
        answer = real(self, asked, *rest)
        if user is not None:
            change(user)
        return answer

    return plant


def _unverify(user: StoredUser) -> None:
    user.attributes.pop("email_verified", None)


def _rename(user: StoredUser) -> None:
    user.attributes["name"] = "Somebody"


def _put_out(user: StoredUser) -> None:
    user.groups.clear()


def _put_in(user: StoredUser) -> None:
    user.groups.append("everybody")


def _create_anew(user: StoredUser) -> None:
    user.created += 60


for _operation, _change, _intent, _claim in (
    ("AdminResetUserPassword", _unverify, "takes the verified flag from the address", ATTRIBUTES),
    ("ChangePassword", _rename, "renames the user", ATTRIBUTES),
    ("AdminConfirmSignUp", _unverify, "takes the verified flag from the address", ATTRIBUTES),
    ("AdminDisableUser", _put_out, "puts the user out of all groups", GROUPS),
    ("AdminRespondToAuthChallenge", _put_in, "puts the user into a group", GROUPS),
    ("AdminEnableUser", _create_anew, "renews the date of the user's creation", DATE),
    ("ForgotPassword", _create_anew, "renews the date of the user's creation", DATE),
):
    _name = low(xform_name(_operation)).replace("_", "-")
    mutant(f"{_name}-{_change.__name__.strip('_').replace('_', '-')}", f"{_operation} {_intent}.", _claim)(
        _after(_operation, _change)
    )

# Forms

SHAPE = "answers-keep-their-shape"


def _written(operation: str, change: Callable[[dict[str, Any]], object]) -> Plant:
    """Change the body of an answer that was accepted."""

    @around(http, "answer")
    def plant(real: Call, service: CognitoSpec, request: HttpRequest) -> HttpAnswer:
        answer: HttpAnswer = real(service, request)
        asked = request.headers.get("x-amz-target", "").endswith(f".{operation}")
        return changed(answer, body=change(json.loads(answer.body))) if asked and answer.status == 200 else answer

    return plant


def _dates_as_text(body: dict[str, Any]) -> dict[str, Any]:
    return {**body, "UserCreateDate": "2026-11-25T00:00:00Z"}


def _enabled_as_text(body: dict[str, Any]) -> dict[str, Any]:
    return {"Users": [{**user, "Enabled": "true"} for user in body["Users"]]}


for _operation, _fault, _written_so, _intent in (
    ("AdminGetUser", "has-a-date-of-text", _dates_as_text, "writes a date as text"),
    ("GetUser", "lacks-the-username", lambda body: {**body, "Username": None}, "leaves out Username"),
    ("ListUsers", "enables-in-words", _enabled_as_text, "writes a boolean as text"),
    ("SignUp", "confirms-in-words", lambda body: {**body, "UserConfirmed": "false"}, "writes a boolean as text"),
    (
        "RespondToAuthChallenge",
        "lasts-for-a-text",
        lambda body: {
            **body,
            **({"AuthenticationResult": {**body["AuthenticationResult"], "ExpiresIn": "3600"}}
               if "AuthenticationResult" in body else {}),
        },
        "writes a number as text",
    ),
):  # fmt: skip
    _name = low(xform_name(_operation)).replace("_", "-")
    mutant(f"{_name}-{_fault}", f"The answer of {_operation} {_intent}.", SHAPE)(_written(_operation, _written_so))

UNTOUCHED = "refused-creation-changes-nobody"


def _refused_creation(change: Callable[[CognitoSpec, StoredPool, StoredUser, Members], None]) -> Plant:
    """Change the user whose name is taken, and refuse the creation."""

    @around(CognitoSpec, "admin_create_user")
    def plant(real: Call, self: CognitoSpec, asked: Members) -> Any:
        pool = self.pool(asked)
        user = self.find(pool, asked["Username"])
        if user is not None and asked.get("MessageAction") != "RESEND":
            change(self, pool, user, asked)
        return real(self, asked)

    return plant


@mutant("refused-creation-sets-the-attributes", "A taken name is refused, and its user gets the attributes.", UNTOUCHED)
@_refused_creation
def sets_the_attributes(_: CognitoSpec, __: StoredPool, user: StoredUser, asked: Members) -> None:
    user.attributes |= attributes.given(asked)


@mutant(
    "refused-creation-sets-the-password",
    "A taken name is refused, and its user gets the password.",
    UNTOUCHED,
    also=(
        "existing-username-is-not-created-again",
        *of_rows("InitiateAuth"),
        *of_rows("AdminInitiateAuth"),
    ),
)
@_refused_creation
def sets_the_password(self: CognitoSpec, pool: StoredPool, user: StoredUser, asked: Members) -> None:
    self.store(pool, user, asked["TemporaryPassword"])
