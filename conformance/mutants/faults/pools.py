"""Faults in finding the pool that is named."""

from __future__ import annotations

from conformance.mutants.consequences import saying
from conformance.mutants.mutant import Call, around, laxer, mutant, pattern_of, renamed
from conformance.reference.directory import Members
from conformance.reference.service import CognitoSpec
from conformance.reference.stored import StoredPool

# A constraint that is not looked at is not counted either.
COUNTED = ("several-violations-are-counted", "malformed-pool-id-message", "constraints-come-before-lookups")
UNKNOWN, MALFORMED = "unknown-pool-is-not-found", "malformed-pool-id-is-refused"
LONG_ID = "pool-id-over-55-characters-is-refused"

for _name, _code in (
    ("a-missing-user", "UserNotFoundException"),
    ("a-bad-parameter", "InvalidParameterException"),
    ("a-missing-permission", "NotAuthorizedException"),
):
    mutant(
        f"unknown-pool-is-{_name}",
        f"An id that no pool has is {_code}.",
        UNKNOWN,
        also=("error-body-names-the-error", *saying("ResourceNotFoundException", anywhere=True)),
    )(around(CognitoSpec, "pool")(renamed(_code)))


@mutant("unknown-pool-is-any-pool", "Where no pool has the id, whichever pool has the user is taken.", UNKNOWN)
@around(CognitoSpec, "pool")
def any_pool(real: Call, self: CognitoSpec, asked: Members) -> StoredPool:
    if asked["UserPoolId"] not in self.pools and "Username" in asked:
        for pool in self.pools.values():
            if self.find(pool, asked["Username"]):
                return pool
    found: StoredPool = real(self, asked)
    return found


@mutant("pool-by-prefix", "An id that begins with a pool's reaches that pool.", UNKNOWN)
@around(CognitoSpec, "pool")
def by_prefix(real: Call, self: CognitoSpec, asked: Members) -> StoredPool:
    named = (pool for pool_id, pool in self.pools.items() if asked["UserPoolId"].startswith(pool_id))
    return next(named, None) or real(self, asked)


for _name, _intent, _pattern in (
    ("pool-pattern-unchecked", "A malformed id is one that no pool has.", None),
    ("pool-pattern-searched", "An id needs but to contain the pattern.", r"(?s).*[\w-]+_[0-9a-zA-Z]+.*"),
    ("pool-may-end-in-a-line-feed", "A line feed may end an id, as where $ is used.", r"[\w-]+_[0-9a-zA-Z]+\n?"),
    ("pool-pattern-of-unicode", "Any letter may stand in an id.", r"[\p{L}\p{N}_-]+_[\p{L}\p{N}]+"),
    ("pool-needs-no-key", "Nothing need follow the underscore.", r"[\w-]+_[0-9a-zA-Z]*"),
    ("pool-needs-no-region", "Nothing need precede the underscore.", r"[\w-]*_[0-9a-zA-Z]+"),
    ("pool-is-trimmed", "Space around an id does not count.", r"\s*[\w-]+_[0-9a-zA-Z]+\s*"),
):
    mutant(_name, _intent, MALFORMED, also=COUNTED)(pattern_of("UserPoolIdType", _pattern))
mutant("pool-length-unchecked", "An id may be as long as you like.", LONG_ID, also=COUNTED)(
    laxer("UserPoolIdType", "less than or equal")
)
mutant("pool-id-may-have-64-characters", "The limit of an id is 64 characters.", LONG_ID, also=COUNTED)(
    laxer("UserPoolIdType", "less than or equal", 64)
)
