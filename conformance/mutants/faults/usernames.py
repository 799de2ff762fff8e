"""Faults in usernames: aliases, sub, case, and the characters of a name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import regex

from conformance.mutants.mutant import Mutant, Plant, around, laxer, low, mutant, pattern_of, renamed, stricter
from conformance.reference.service import CognitoSpec


def usernames() -> Iterator[Mutant]:
    """Aliases, sub, case and the characters of a name."""
    for attribute, claim in (
        ("email", "email-alias-names-the-user"),
        ("phone_number", "phone-alias-names-the-user"),
        ("preferred_username", "preferred-username-alias-names-the-user"),
    ):
        yield mutant(f"{low(attribute)}-is-no-alias", f"{attribute} stands for nobody.", _no_alias(attribute), claim)
    yield mutant(
        "aliases-need-no-verification",
        "An alias counts before it is verified.",
        around(CognitoSpec, "is_alias", lambda _, self, user, name: name in user.attributes),
        "unverified-alias-names-nobody",
    )
    yield mutant(
        "aliases-are-case-sensitive",
        "Aliases are compared as they are written, whatever the pool says.",
        _found(
            lambda f, self, pool, name: (
                (u := f(self, pool, name))
                and (
                    u
                    if name.lower() == u.username.lower() or name in self.names(pool, u) or name == u.attributes["sub"]
                    else None
                )
            )
        ),
        "aliases-ignore-case-when-configured",
    )
    yield mutant(
        "sub-names-nobody",
        "The sub reaches nobody.",
        around(CognitoSpec, "sub", lambda *_: None),
        "sub-names-the-user",
    )
    yield mutant(
        "username-attributes-need-verification",
        "The address or number that a user signed up with counts once it is verified.",
        around(
            CognitoSpec,
            "names",
            lambda f, self, pool, user: [
                n
                for n in f(self, pool, user)
                if n == user.username
                or not pool.username_attributes
                or "true" in (user.attributes.get("email_verified"), user.attributes.get("phone_number_verified"))
            ],
        ),
        "email-username-attribute-names-the-user",
        "phone-username-attribute-names-the-user",
    )
    for attribute, claim in (
        ("email", "email-username-attribute-names-the-user"),
        ("phone_number", "phone-username-attribute-names-the-user"),
    ):
        yield mutant(
            f"{low(attribute)}-is-no-username",
            f"In a pool that signs up by {attribute}, AdminSetUserPassword does not know it.",
            _set_only(
                lambda self, asked, a=attribute: (
                    {**asked, "Username": "-"}
                    if a in self.pool(asked).username_attributes and ("@" in asked["Username"]) == (a == "email")
                    else asked
                )
            ),
            claim,
        )
    yield mutant(
        "case-is-always-ignored",
        "Names are compared without case in every pool.",
        around(CognitoSpec, "folded", lambda _, self, pool, name: name.lower()),
        "usernames-are-case-sensitive",
    )
    yield mutant(
        "case-is-never-ignored",
        "CaseSensitive false has no effect.",
        around(CognitoSpec, "folded", lambda _, self, pool, name: name),
        "usernames-ignore-case-when-configured",
        "aliases-ignore-case-when-configured",
    )
    yield mutant(
        "first-letter-case-is-ignored",
        "The case of the first letter of a name does not count.",
        around(CognitoSpec, "folded", lambda f, self, pool, name: f(self, pool, name[:1].lower() + name[1:])),
        "usernames-are-case-sensitive",
    )
    for name, intent, holds in (
        ("ascii-names-only", "A name may have ASCII characters only.", lambda v: v.isascii()),
        (
            "names-within-16-bits",
            "A name may have no character beyond 16 bits.",
            lambda v: max(v, default="") < "\U00010000",
        ),
        (
            "names-of-word-characters",
            "A name may have letters, digits and -.@_+ only.",
            lambda v: bool(re.fullmatch(r"[\w.@+-]+", v)),
        ),
        ("names-without-marks", "A name may have no combining characters.", lambda v: not regex.search(r"\p{M}", v)),
        ("names-without-symbols", "A name may have no symbols.", lambda v: not regex.search(r"\p{S}", v)),
        (
            "names-without-numbers-beyond-digits",
            "A name may have no numbers but digits.",
            lambda v: not regex.search(r"[\p{Nl}\p{No}]", v),
        ),
    ):
        yield mutant(name, intent, stricter("Username", holds), "username-within-the-pattern-is-accepted")
    yield mutant(
        "names-up-to-127",
        "A name may have 127 characters only.",
        stricter("Username", lambda v: len(v) < 128),
        "username-may-have-128-characters",
    )
    yield mutant(
        "names-counted-in-bytes",
        "A name may have 128 bytes.",
        stricter("Username", lambda v: len(v.encode("utf-8", "surrogatepass")) <= 128),
        "username-may-have-128-characters",
    )
    for name, intent, pattern in (
        ("name-pattern-unchecked", "A name may have any characters.", None),
        (
            "name-pattern-searched",
            "A name needs but one character of the pattern.",
            r"(?s).*[\p{L}\p{M}\p{S}\p{N}\p{P}]+.*",
        ),
        (
            "name-may-end-in-a-line-feed",
            "A line feed may end a name, as where $ is used.",
            r"[\p{L}\p{M}\p{S}\p{N}\p{P}]+\n?",
        ),
        (
            "name-may-have-format-characters",
            "Invisible characters may stand in a name.",
            r"[\p{L}\p{M}\p{S}\p{N}\p{P}\p{Cf}]+",
        ),
        ("name-may-have-spaces", "Spaces may stand in a name.", r"[\p{L}\p{M}\p{S}\p{N}\p{P} ]+"),
        ("name-is-trimmed", "Space around a name does not count.", r"\s*[\p{L}\p{M}\p{S}\p{N}\p{P}]+\s*"),
    ):
        yield mutant(name, intent, pattern_of("UsernameType", pattern), "username-outside-the-pattern-is-refused")
    yield mutant(
        "name-length-unchecked",
        "A name may be as long as you like.",
        laxer("UsernameType", "less than or equal"),
        "username-over-128-characters-is-refused",
    )
    unknown = "unknown-user-is-not-found"
    yield mutant(
        "unknown-user-is-hidden",
        "A name that nobody has is NotAuthorizedException, as clients may be told.",
        around(CognitoSpec, "user", renamed("NotAuthorizedException")),
        unknown,
        "error-body-names-the-error",
        "usernames-are-case-sensitive",
    )
    yield mutant(
        "unknown-user-is-a-missing-resource",
        "A name that nobody has is ResourceNotFoundException.",
        around(
            CognitoSpec,
            "user",
            renamed("ResourceNotFoundException"),
        ),
        unknown,
        "unverified-alias-names-nobody",
    )
    yield mutant(
        "unknown-user-is-accepted",
        "A name that nobody has is answered with success.",
        around(
            CognitoSpec,
            "admin_set_user_password",
            lambda f, self, asked: f(self, asked) if self.find(self.pool(asked), asked["Username"]) else {},
        ),
        unknown,
    )
    yield mutant(
        "prefix-names-the-user",
        "The beginning of what is sent is enough of a name.",
        _found(
            lambda f, self, pool, name: (
                f(self, pool, name) or next((u for u in pool.users.values() if name.startswith(u.username)), None)
            )
        ),
        unknown,
    )
    yield mutant(
        "suffix-names-the-user",
        "The end of a name is enough of it.",
        _found(
            lambda f, self, pool, name: (
                f(self, pool, name) or next((u for u in pool.users.values() if u.username.endswith(name)), None)
            )
        ),
        unknown,
    )
    yield mutant(
        "address-is-always-an-alias",
        "An address reaches its user in any pool.",
        _found(
            lambda f, self, pool, name: (
                f(self, pool, name) or next((u for u in pool.users.values() if u.attributes.get("email") == name), None)
            )
        ),
        unknown,
        "unverified-alias-names-nobody",
    )
    for kind, pattern in (
        ("digits", r"\d+"),
        ("a-uuid", r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
        ("an-address", r".+@.+"),
    ):
        yield mutant(
            f"a-name-like-{kind}-is-none",
            f"A name that looks like {kind.replace('-', ' ')} is not looked up as a name.",
            _set_only(
                lambda self, asked, p=pattern: (
                    {**asked, "Username": "-"} if re.fullmatch(p, asked["Username"]) else asked
                )
            ),
            "username-names-the-user",
        )


def _found(change: Any) -> Plant:
    """Change what `find` finds: `change(find, self, pool, name)`."""
    return around(CognitoSpec, "find", lambda f, self, pool, name: change(f, self, pool, name))


def _no_alias(attribute: str) -> Plant:
    return around(CognitoSpec, "is_alias", lambda f, self, user, name: name != attribute and f(self, user, name))


def _set_only(change: Any) -> Plant:
    """Change the members of AdminSetUserPassword, once they are checked."""
    return around(CognitoSpec, "admin_set_user_password", lambda f, self, asked: f(self, change(self, asked)))
