"""Faults in finding the pool that is named."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.mutants.mutant import Mutant, around, laxer, mutant, pattern_of, renamed
from conformance.reference.service import CognitoSpec


def pools() -> Iterator[Mutant]:
    """The pool that is named."""
    unknown, malformed = "unknown-pool-is-not-found", "malformed-pool-id-is-refused"
    for name, code in (
        ("a-missing-user", "UserNotFoundException"),
        ("a-bad-parameter", "InvalidParameterException"),
        ("a-missing-permission", "NotAuthorizedException"),
    ):
        yield mutant(
            f"unknown-pool-is-{name}",
            f"An id that no pool has is {code}.",
            around(CognitoSpec, "pool", renamed(code)),
            unknown,
            "error-body-names-the-error",
        )
    yield mutant(
        "unknown-pool-is-any-pool",
        "Where no pool has the id, whichever pool has the user is taken.",
        around(
            CognitoSpec,
            "pool",
            lambda f, self, asked: (
                f(self, asked)
                if asked["UserPoolId"] in self.pools
                else next(
                    (p for p in self.pools.values() if "Username" in asked and self.find(p, asked["Username"])),
                    None,
                )
                or f(self, asked)
            ),
        ),
        unknown,
    )
    yield mutant(
        "pool-by-prefix",
        "An id that begins with a pool's reaches that pool.",
        around(
            CognitoSpec,
            "pool",
            lambda f, self, asked: (
                next((p for i, p in self.pools.items() if asked["UserPoolId"].startswith(i)), None) or f(self, asked)
            ),
        ),
        unknown,
    )
    for name, intent, pattern in (
        ("pool-pattern-unchecked", "A malformed id is one that no pool has.", None),
        ("pool-pattern-searched", "An id needs but to contain the pattern.", r"(?s).*[\w-]+_[0-9a-zA-Z]+.*"),
        ("pool-may-end-in-a-line-feed", "A line feed may end an id, as where $ is used.", r"[\w-]+_[0-9a-zA-Z]+\n?"),
        ("pool-pattern-of-unicode", "Any letter may stand in an id.", r"[\p{L}\p{N}_-]+_[\p{L}\p{N}]+"),
        ("pool-needs-no-key", "Nothing need follow the underscore.", r"[\w-]+_[0-9a-zA-Z]*"),
        ("pool-needs-no-region", "Nothing need precede the underscore.", r"[\w-]*_[0-9a-zA-Z]+"),
        ("pool-is-trimmed", "Space around an id does not count.", r"\s*[\w-]+_[0-9a-zA-Z]+\s*"),
    ):
        yield mutant(name, intent, pattern_of("UserPoolIdType", pattern), malformed)
    yield mutant(
        "pool-length-unchecked",
        "An id may be as long as you like.",
        laxer("UserPoolIdType", "less than or equal"),
        "pool-id-over-55-characters-is-refused",
    )
