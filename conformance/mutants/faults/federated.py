"""Faults in what a federated user gets, or can do with the password."""

from __future__ import annotations

from collections.abc import Callable

from conformance.contract.transitions import Row
from conformance.mutants.mutant import SET, Call, Plant, around, at_sign_in, low, mutant, refuse, rows, setting
from conformance.reference import errors
from conformance.reference.directory import Members
from conformance.reference.service import CognitoSpec
from conformance.reference.stored import StoredClient, StoredPool, StoredUser

PERMANENT, EXTERNAL = "Permanent=true", "EXTERNAL_PROVIDER"
GETS, CONFIRMED = "federated-user-may-get-a-password", "federated-user-becomes-confirmed"
SIGNS_IN, NAMED = "federated-user-signs-in-with-the-password", "federated-username-names-the-user"
CHANGES, UPDATES = "federated-user-changes-the-password", "federated-user-updates-attributes"


def _came(user: StoredUser) -> bool:
    """Whether a user came from a provider, whatever the status is by now."""
    return user.username.startswith("provider_")


mutant(
    "federated-users-get-no-password", "No password can be set for a federated user.", GETS, also=(CONFIRMED, NAMED)
)(rows(SET, PERMANENT, EXTERNAL, error="NotAuthorizedException"))
for _to in (EXTERNAL, "FORCE_CHANGE_PASSWORD"):
    mutant(
        f"status-wrong-permanent-from-external-provider-{low(_to)}",
        f"A federated user who is given a permanent password is in status {_to}.",
        CONFIRMED,
        also=(SIGNS_IN, CHANGES, UPDATES) if _to == EXTERNAL else (SIGNS_IN,),
    )(rows(SET, PERMANENT, EXTERNAL, to=_to))


@mutant(
    "federated-password-is-not-stored",
    "A federated user's status changes, and no password is stored.",
    SIGNS_IN,
    also=(GETS, CHANGES, UPDATES),
)
@setting
def not_stored(
    real: Call, self: CognitoSpec, pool: StoredPool, user: StoredUser, operation: str, password: str, row: Row
) -> None:
    if user.status == EXTERNAL:
        self.move(pool, user, row)
    else:
        real(self, pool, user, operation, password, row)


@mutant(
    "federated-users-sign-in-at-the-provider-only",
    "InitiateAuth refuses whoever came from a provider.",
    SIGNS_IN,
)
@at_sign_in
def at_the_provider_only(_: CognitoSpec, flow: str, __: StoredClient, user: StoredUser, ___: bool) -> Members | None:
    return refuse() if _came(user) and flow != "ADMIN_USER_PASSWORD_AUTH" else None


def _by_token(operation: str, instead: Callable[[], Members]) -> Plant:
    """Replace what a federated user's own token authorizes."""

    @around(CognitoSpec, operation)
    def plant(real: Call, self: CognitoSpec, asked: Members) -> Members:
        user = self.bearer(asked["AccessToken"]).user
        answer: Members = instead() if _came(user) else real(self, asked)
        return answer

    return plant


for _operation, _claim in (("change_password", CHANGES), ("update_user_attributes", UPDATES)):
    _name = f"federated-{low(_operation)}"
    _words = _operation.title().replace("_", "")
    mutant(f"{_name}-refused", f"{_words} is refused for a federated user.", _claim)(_by_token(_operation, refuse))
    mutant(f"{_name}-ignored", f"{_words} does nothing for a federated user.", _claim)(_by_token(_operation, dict))


@mutant(
    "federated-username-is-the-subject",
    "A federated user is reached by the subject, without the provider.",
    NAMED,
    GETS,
)
@around(CognitoSpec, "admin_set_user_password")
def by_the_subject(real: Call, self: CognitoSpec, asked: Members) -> Members:
    answer: Members = real(self, {**asked, "Username": asked["Username"].removeprefix("provider_")})
    return answer


@mutant(
    "federated-users-go-by-their-address",
    "A federated user is reached by the address.",
    "email-does-not-name-a-federated-user",
)
@around(CognitoSpec, "names")
def by_their_address(real: Call, self: CognitoSpec, pool: StoredPool, user: StoredUser) -> list[str]:
    addresses = [user.attributes[name] for name in pool.username_attributes if name in user.attributes]
    return [*real(self, pool, user), *addresses]


@mutant("federated-users-are-set-by-sub", "AdminSetUserPassword reaches a federated user by sub only.", NAMED, GETS)
@around(CognitoSpec, "admin_set_user_password")
def by_sub_only(real: Call, self: CognitoSpec, asked: Members) -> Members:
    user = self.find(self.pool(asked), asked["Username"])
    if user is not None and _came(user) and asked["Username"] == user.username:
        refuse("UserNotFoundException", errors.NO_USER)
    answer: Members = real(self, asked)
    return answer


@mutant(
    "federated-address-is-a-bad-parameter",
    "A federated user's address is InvalidParameterException.",
    "email-does-not-name-a-federated-user",
)
@around(CognitoSpec, "admin_set_user_password")
def address_is_bad(real: Call, self: CognitoSpec, asked: Members) -> Members:
    users = self.pool(asked).users.values()
    if any(_came(user) and user.attributes.get("email") == asked["Username"] for user in users):
        refuse("InvalidParameterException", "Username should be a user of this pool.")
    answer: Members = real(self, asked)
    return answer


mutant(
    "federated-identities-are-merged", "An identity that has signed in before is linked.", "linked-source-must-be-new"
)(rows("AdminLinkProviderForUser", "as the source", EXTERNAL, error=None))
