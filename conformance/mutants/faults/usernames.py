"""Faults in usernames: aliases, sub, case, and the characters of a name."""

from __future__ import annotations

import re
from collections.abc import Callable

import regex

from conformance.mutants.consequences import ACCEPTED, HISTORY, STATUS, WEAK, saying
from conformance.mutants.mutant import (
    Call,
    Plant,
    around,
    constant,
    laxer,
    low,
    mutant,
    pattern_of,
    renamed,
    stricter,
)
from conformance.reference.directory import Members
from conformance.reference.errors import Refusal
from conformance.reference.service import CognitoSpec
from conformance.reference.stored import StoredPool, StoredUser

UNKNOWN, UNVERIFIED = "unknown-user-is-not-found", "unverified-alias-names-nobody"
EMAIL, PHONE = "email-username-attribute-names-the-user", "phone-username-attribute-names-the-user"
SENSITIVE, INSENSITIVE = "usernames-are-case-sensitive", "usernames-ignore-case-when-configured"
ALIAS_CASE = "aliases-ignore-case-when-configured"
NOT_FOUND = (*saying("UserNotFoundException", anywhere=True), UNVERIFIED, SENSITIVE)
# Sentences on the case of a name, whatever the operation.
MINDED = ("names-mind-case-at-every-operation", "username-in-another-case-is-another")
IGNORED = ("names-ignore-case-at-every-operation", "username-in-another-case-is-taken")
# Sentences on aliases, whatever the operation.
ALIASES = (
    ALIAS_CASE,
    UNVERIFIED,
    "alias-reaches-the-user-at-every-operation",
    "taken-alias-is-refused",
    "forced-alias-moves-to-the-new-user",
    "challenge-takes-the-hash-of-the-internal-name",
)
WITHIN, OUTSIDE = "username-within-the-pattern-is-accepted", "username-outside-the-pattern-is-refused"


def _no_alias(attribute: str) -> Plant:
    @around(CognitoSpec, "is_alias")
    def plant(real: Call, self: CognitoSpec, user: StoredUser, name: str) -> bool:
        return name != attribute and bool(real(self, user, name))

    return plant


for _attribute, _claim in (
    ("email", "email-alias-names-the-user"),
    ("phone_number", "phone-alias-names-the-user"),
    ("preferred_username", "preferred-username-alias-names-the-user"),
):
    mutant(f"{low(_attribute)}-is-no-alias", f"{_attribute} stands for nobody.", _claim, also=ALIASES)(
        _no_alias(_attribute)
    )


@mutant(
    "aliases-need-no-verification",
    "An alias counts before it is verified.",
    UNVERIFIED,
    also=("forced-alias-moves-to-the-new-user", "taken-alias-is-refused"),
)
@around(CognitoSpec, "is_alias")
def unverified(_: Call, __: CognitoSpec, user: StoredUser, name: str) -> bool:
    return name in user.attributes


@mutant("aliases-are-case-sensitive", "Aliases are compared as they are written, whatever the pool says.", ALIAS_CASE)
@around(CognitoSpec, "find")
def aliases_as_written(real: Call, self: CognitoSpec, pool: StoredPool, name: str) -> StoredUser | None:
    user: StoredUser | None = real(self, pool, name)
    if user is None or name.lower() == user.username.lower():
        return user
    return user if name in (*self.names(pool, user), user.attributes["sub"]) else None


mutant(
    "sub-names-nobody",
    "The sub reaches nobody.",
    "sub-names-the-user",
    also=("sub-reaches-the-user-at-every-operation",),
)(constant(CognitoSpec, "sub", lambda *_: None))


@mutant(
    "username-attributes-need-verification",
    "The address or number that a user signed up with counts once it is verified.",
    EMAIL,
    PHONE,
)
@around(CognitoSpec, "names")
def need_verification(real: Call, self: CognitoSpec, pool: StoredPool, user: StoredUser) -> list[str]:
    names: list[str] = real(self, pool, user)
    verified = "true" in (user.attributes.get("email_verified"), user.attributes.get("phone_number_verified"))
    return names if verified or not pool.username_attributes else [name for name in names if name == user.username]


def _set_for(change: Callable[[CognitoSpec, Members], str]) -> Plant:
    """Have AdminSetUserPassword look up another name, once the members are checked."""

    @around(CognitoSpec, "admin_set_user_password")
    def plant(real: Call, self: CognitoSpec, asked: Members) -> Members:
        answer: Members = real(self, {**asked, "Username": change(self, asked)})
        return answer

    return plant


NOBODY = "-"
# A constraint that is not looked at is not counted either.
COUNTED = (
    "several-violations-are-counted",
    "constraint-messages-mask-the-username",
    "constraints-come-before-lookups",
)


def _unknown_as(attribute: str) -> Plant:
    def change(self: CognitoSpec, asked: Members) -> str:
        name = str(asked["Username"])
        meant = attribute in self.pool(asked).username_attributes and ("@" in name) == (attribute == "email")
        return NOBODY if meant else name

    return _set_for(change)


for _attribute, _claim in (("email", EMAIL), ("phone_number", PHONE)):
    mutant(
        f"{low(_attribute)}-is-no-username",
        f"In a pool that signs up by {_attribute}, AdminSetUserPassword does not know it.",
        _claim,
    )(_unknown_as(_attribute))

AT_SETTING = (
    "alias-reaches-the-user-at-every-operation",
    "sub-reaches-the-user-at-every-operation",
    "names-ignore-case-at-every-operation",
)


def _not_by(reached: Callable[[StoredUser, str], bool]) -> Plant:
    """Have AdminSetUserPassword alone find nobody by a name that reaches the user in this way."""

    def change(self: CognitoSpec, asked: Members) -> str:
        name = str(asked["Username"])
        user = self.find(self.pool(asked), name)
        return NOBODY if user and name != user.username and reached(user, name) else name

    return _set_for(change)


for _attribute, _claim in (
    ("email", "email-alias-names-the-user"),
    ("phone_number", "phone-alias-names-the-user"),
    ("preferred_username", "preferred-username-alias-names-the-user"),
):
    mutant(
        f"{low(_attribute)}-alias-sets-nothing",
        f"AdminSetUserPassword alone does not take {_attribute} for a name.",
        _claim,
        also=(*ALIASES, *AT_SETTING, EMAIL, PHONE),
    )(_not_by(lambda user, name, of=_attribute: user.attributes.get(of, "").lower() == name.lower()))  # type: ignore[misc]
mutant("sub-sets-nothing", "AdminSetUserPassword alone does not take the sub.", "sub-names-the-user", also=AT_SETTING)(
    _not_by(lambda user, name: user.attributes["sub"] == name)
)
mutant(
    "another-case-sets-nothing",
    "AdminSetUserPassword alone minds the case of a username in every pool.",
    INSENSITIVE,
    also=AT_SETTING,
)(_not_by(lambda user, name: user.username.lower() == name.lower()))
mutant("case-is-always-ignored", "Names are compared without case in every pool.", SENSITIVE, also=MINDED)(
    constant(CognitoSpec, "folded", lambda self, pool, name: name.lower())
)
mutant("case-is-never-ignored", "CaseSensitive false has no effect.", INSENSITIVE, ALIAS_CASE, also=IGNORED)(
    constant(CognitoSpec, "folded", lambda self, pool, name: name)
)


@mutant(
    "first-letter-case-is-ignored", "The case of the first letter of a name does not count.", SENSITIVE, also=MINDED
)
@around(CognitoSpec, "folded")
def first_letter(real: Call, self: CognitoSpec, pool: StoredPool, name: str) -> str:
    return str(real(self, pool, name[:1].lower() + name[1:]))


NARROW: dict[str, tuple[str, Callable[[str], bool]]] = {
    "ascii-names-only": ("A name may have ASCII characters only.", str.isascii),
    "names-within-16-bits": (
        "A name may have no character beyond 16 bits.",
        lambda name: max(name, default="") < "\U00010000",
    ),
    "names-of-word-characters": (
        "A name may have letters, digits and -.@_+ only.",
        lambda name: re.fullmatch(r"[\w.@+-]+", name) is not None,
    ),
    "names-without-marks": ("A name may have no combining characters.", lambda name: not regex.search(r"\p{M}", name)),
    "names-without-symbols": ("A name may have no symbols but +.", lambda name: not regex.search(r"(?!\+)\p{S}", name)),
    "names-without-numbers-beyond-digits": (
        "A name may have no numbers but digits.",
        lambda name: not regex.search(r"[\p{Nl}\p{No}]", name),
    ),
}
for _name, (_intent, _holds) in NARROW.items():
    mutant(_name, _intent, WITHIN)(stricter("Username", _holds))
mutant("names-up-to-127", "A name may have 127 characters only.", "username-may-have-128-characters")(
    stricter("Username", lambda name: len(name) < 128)
)
mutant("names-counted-in-bytes", "A name may have 128 bytes.", "username-may-have-128-characters")(
    stricter("Username", lambda name: len(name.encode("utf-8", "surrogatepass")) <= 128)
)

CHARACTERS = r"\p{L}\p{M}\p{S}\p{N}\p{P}"
for _name, _intent, _pattern in (
    ("name-pattern-unchecked", "A name may have any characters.", None),
    ("name-pattern-searched", "A name needs but one character of the pattern.", rf"(?s).*[{CHARACTERS}]+.*"),
    ("name-may-end-in-a-line-feed", "A line feed may end a name, as where $ is used.", rf"[{CHARACTERS}]+\n?"),
    ("name-may-have-format-characters", "Invisible characters may stand in a name.", rf"[{CHARACTERS}\p{{Cf}}]+"),
    ("name-may-have-spaces", "Spaces may stand in a name.", rf"[{CHARACTERS} ]+"),
    ("name-is-trimmed", "Space around a name does not count.", rf"\s*[{CHARACTERS}]+\s*"),
):
    mutant(_name, _intent, OUTSIDE, also=COUNTED)(pattern_of("UsernameType", _pattern))
mutant(
    "name-length-unchecked",
    "A name may be as long as you like.",
    "username-over-128-characters-is-refused",
    also=COUNTED,
)(laxer("UsernameType", "less than or equal"))
mutant(
    "name-may-have-256-characters",
    "The limit of a name is 256 characters.",
    "username-over-128-characters-is-refused",
    also=COUNTED,
)(laxer("UsernameType", "less than or equal", 256))

mutant(
    "unknown-user-is-hidden",
    "A name that nobody has is NotAuthorizedException, as at a client that hides who exists.",
    UNKNOWN,
    also=("error-body-names-the-error", SENSITIVE, *NOT_FOUND),
)(around(CognitoSpec, "user")(renamed("NotAuthorizedException")))
mutant(
    "unknown-user-is-a-missing-resource",
    "A name that nobody has is ResourceNotFoundException.",
    UNKNOWN,
    also=(UNVERIFIED, *NOT_FOUND),
)(around(CognitoSpec, "user")(renamed("ResourceNotFoundException")))


@mutant("unknown-user-is-accepted", "A name that nobody has is answered with success.", UNKNOWN, also=NOT_FOUND)
@around(CognitoSpec, "admin_set_user_password")
def unknown_accepted(real: Call, self: CognitoSpec, asked: Members) -> Members:
    answer: Members = real(self, asked) if self.find(self.pool(asked), asked["Username"]) else {}
    return answer


@mutant(
    "refused-name-is-set-all-the-same",
    "A name in another case is refused, and its user has the new password.",
    SENSITIVE,
)
@around(CognitoSpec, "admin_set_user_password")
def set_all_the_same(real: Call, self: CognitoSpec, asked: Members) -> Members:
    try:
        answer: Members = real(self, asked)
    except Refusal as problem:
        pool, name = self.pool(asked), asked["Username"].lower()
        for user in pool.users.values():
            if problem.code == "UserNotFoundException" and user.username.lower() == name:
                self.store(pool, user, asked["Password"])
        raise
    return answer


def _also_found(by: Callable[[StoredUser, str], bool]) -> Plant:
    """Find a user by more than names: `by(user, name)`."""

    @around(CognitoSpec, "find")
    def plant(real: Call, self: CognitoSpec, pool: StoredPool, name: str) -> StoredUser | None:
        return real(self, pool, name) or next((user for user in pool.users.values() if by(user, name)), None)

    return plant


mutant("prefix-names-the-user", "The beginning of what is sent is enough of a name.", UNKNOWN)(
    _also_found(lambda user, name: name.startswith(user.username))
)
mutant("suffix-names-the-user", "The end of a name is enough of it.", UNKNOWN)(
    _also_found(lambda user, name: user.username.endswith(name))
)
mutant(
    "address-is-always-an-alias",
    "An address reaches its user in any pool.",
    UNKNOWN,
    UNVERIFIED,
    also=("email-does-not-name-a-federated-user",),
)(_also_found(lambda user, name: user.attributes.get("email") == name))


def _unknown_like(pattern: str) -> Plant:
    return _set_for(lambda _, asked: NOBODY if re.fullmatch(pattern, asked["Username"]) else str(asked["Username"]))


for _kind, _pattern in (
    ("digits", r"\d+"),
    ("a-uuid", r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
    ("an-address", r".+@.+"),
):
    mutant(
        f"a-name-like-{_kind}-is-none",
        f"A name that looks like {_kind.replace('-', ' ')} is not looked up as a name.",
        "username-names-the-user",
        also=(*ACCEPTED, *STATUS, *WEAK, *HISTORY) if _kind == "an-address" else ("sub-names-the-user",),
    )(_unknown_like(_pattern))
