"""Faults in what a request must hold."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from conformance.mutants.consequences import saying
from conformance.mutants.mutant import SET, Call, Plant, around, asks_to_set, members_to_set, mutant, renamed
from conformance.reference import http, validation
from conformance.reference.service import CognitoSpec
from conformance.verdict.reply import HttpRequest

MISSING, NULL, EMPTY = "missing-member-is-refused", "null-member-is-refused", "empty-member-is-refused"
MALFORMED, NO_OBJECT = "malformed-json-is-refused", "non-object-body-is-refused"
WRONG_TYPE = "wrongly-typed-member-is-refused"
TEXT_FLAG, NULL_FLAG = "permanent-may-be-a-string", "null-permanent-is-refused"


def _parse_renamed(old: str, new: str) -> Plant:
    """Give a refusal of the body of AdminSetUserPassword another name."""

    @around(validation, "parse")
    def plant(real: Call, operation: Any, body: bytes) -> Any:
        return renamed(new, old)(real, operation, body) if operation.name == SET else real(operation, body)

    return plant


for _name, _intent, _old, _new, _claims in (
    (
        "missing-is-serialization",
        "A violated constraint is SerializationException.",
        "InvalidParameterException",
        "SerializationException",
        (MISSING, EMPTY, "malformed-pool-id-is-refused"),
    ),
    (
        "constraints-are-validation",
        "A violated constraint is ValidationException.",
        "InvalidParameterException",
        "ValidationException",
        (MISSING,),
    ),
    (
        "malformed-is-a-parameter",
        "A body that is not JSON is InvalidParameterException.",
        "SerializationException",
        "InvalidParameterException",
        (MALFORMED,),
    ),
    (
        "malformed-is-a-fault",
        "A body that is not JSON is InternalErrorException.",
        "SerializationException",
        "InternalErrorException",
        (MALFORMED, WRONG_TYPE, NO_OBJECT),
    ),
):
    mutant(_name, _intent, *_claims, also=saying(_old))(_parse_renamed(_old, _new))


def _read(change: Callable[[bytes], bytes]) -> Plant:
    """Read another body than the one that came."""

    @around(validation, "parse")
    def plant(real: Call, operation: Any, body: bytes) -> Any:
        return real(operation, change(body) if operation.name == SET else body)

    return plant


def _completed(body: bytes) -> bytes:
    return body + b"}" if body.startswith(b"{") and not body.endswith(b"}") else body


READINGS: dict[str, tuple[str, Callable[[bytes], bytes], str]] = {
    "trailing-comma-is-allowed": ("A comma may end an object.", lambda b: b.replace(b",}", b"}"), MALFORMED),
    "truncated-body-is-completed": ("A missing brace is put in.", _completed, MALFORMED),
    "body-is-unpacked": (
        "The first object of an array is taken.",
        lambda b: b[1:-1] if b.startswith(b"[{") else b,
        NO_OBJECT,
    ),
    "body-is-parsed-twice": (
        "JSON in a JSON string is taken.",
        lambda b: json.loads(b).encode() if b.startswith(b'"{') else b,
        NO_OBJECT,
    ),
}
for _name, (_intent, _reading, _claim) in READINGS.items():
    mutant(_name, _intent, _claim)(_read(_reading))


def _is_json(body: bytes) -> bool:
    try:
        json.loads(body)
    except ValueError:
        return False
    return True


def _ignored(meant: Callable[[bytes], bool]) -> Plant:
    """Accept and ignore the bodies that are meant."""

    @around(http, "execute")
    def plant(real: Call, service: CognitoSpec, request: HttpRequest) -> Any:
        return {} if asks_to_set(request) and meant(request.body) else real(service, request)

    return plant


def _lacks(member: str) -> Callable[[bytes], bool]:
    def lacks(body: bytes) -> bool:
        document = json.loads(body) if _is_json(body) else None
        return isinstance(document, dict) and document.get(member) is None

    return lacks


mutant("no-object-is-accepted", "A body that is not an object is accepted and ignored.", NO_OBJECT)(
    _ignored(lambda body: body[:1] not in (b"{", b"") and _is_json(body))
)
for _member, _name in (("UserPoolId", "pool"), ("Username", "username"), ("Password", "password")):
    mutant(f"missing-{_name}-is-accepted", f"A request without {_member} is accepted and ignored.", MISSING, NULL)(
        _ignored(_lacks(_member))
    )
mutant("null-is-a-text", "null for a required member is accepted and ignored.", NULL)(
    _ignored(lambda body: re.search(rb'"(UserPoolId|Username|Password)": null', body) is not None)
)


def _empty_is_looked_up(shape_name: str) -> Plant:
    @around(validation, "broken_constraints")
    def plant(real: Call, shape: Any, value: str) -> list[str]:
        return [] if shape.name == shape_name and not value else list(real(shape, value))

    return plant


for _shape, _name in (("UserPoolIdType", "pool"), ("UsernameType", "username")):
    mutant(f"empty-{_name}-is-looked-up", f"An empty {_name} is looked up like any other.", EMPTY)(
        _empty_is_looked_up(_shape)
    )


def _lenient(change: Callable[[str, Any], Any]) -> Plant:
    """Read a value in another way, before the types are looked at: `change(type, value)`."""

    @around(validation, "typed")
    def plant(real: Call, shape: Any, value: Any) -> Any:
        return real(shape, change(shape.type_name, value))

    return plant


SCALAR = ("string", "boolean")
LENIENCIES: dict[str, tuple[str, Callable[[str, Any], Any]]] = {
    "numbers-become-texts": (
        "A number is taken as a text.",
        lambda wanted, v: str(v) if wanted == "string" and type(v) is int else v,
    ),
    "booleans-become-texts": (
        "A boolean is taken as a text.",
        lambda wanted, v: str(v).lower() if wanted == "string" and type(v) is bool else v,
    ),
    "numbers-become-booleans": (
        "1 is taken as true.",
        lambda wanted, v: bool(v) if wanted == "boolean" and type(v) is int else v,
    ),
    "arrays-are-unpacked": (
        "The one element of an array is taken.",
        lambda wanted, v: v[0] if wanted in SCALAR and isinstance(v, list) and v else v,
    ),
    "objects-are-unpacked": (
        "The value of an object is taken.",
        lambda wanted, v: v.get("value") if wanted in SCALAR and isinstance(v, dict) else v,
    ),
    "wrong-permanent-is-ignored": (
        "A Permanent of another type counts as left out.",
        lambda wanted, v: False if wanted == "boolean" and not isinstance(v, bool) else v,
    ),
}
for _name, (_intent, _leniency) in LENIENCIES.items():
    mutant(_name, _intent, WRONG_TYPE, also=(NULL_FLAG,) if "permanent" in _name else ())(_lenient(_leniency))


def _text_counts_as(value: object) -> Plant:
    return _lenient(lambda wanted, v: value if wanted == "boolean" and isinstance(v, str) else v)


def _null_counts_as(value: bool) -> Plant:
    return _lenient(lambda wanted, v: value if wanted == "boolean" and v is None else v)


# A number is neither a flag nor a text.
mutant("texts-are-no-flags", "A flag written as text is refused.", TEXT_FLAG)(_text_counts_as(0))
mutant("any-text-sets-the-flag", "Any text counts as true.", TEXT_FLAG)(_text_counts_as(True))
mutant("no-text-sets-the-flag", "Any text counts as false.", TEXT_FLAG)(_text_counts_as(False))
mutant("null-flag-is-absent", "Null for a flag counts as false.", NULL_FLAG)(_null_counts_as(False))
mutant("null-flag-is-set", "Null for a flag counts as true.", NULL_FLAG)(_null_counts_as(True))


FIRST = "constraints-come-before-lookups"
# Requests that break a constraint of a name, and so name nobody.
CONSTRAINTS = (
    EMPTY,
    "malformed-pool-id-is-refused",
    "pool-id-over-55-characters-is-refused",
    "username-outside-the-pattern-is-refused",
    "username-over-128-characters-is-refused",
)


def _looked_up_first(look: Callable[[CognitoSpec, dict[str, Any]], None]) -> Plant:
    """Look up what a request names before its constraints are checked."""

    @around(http, "execute")
    def plant(real: Call, service: CognitoSpec, request: HttpRequest) -> Any:
        look(service, members_to_set(request))
        return real(service, request)

    return plant


@mutant("pools-come-before-constraints", "A pool that does not exist is noticed first.", FIRST, also=CONSTRAINTS)
@_looked_up_first
def pool_first(service: CognitoSpec, members: dict[str, Any]) -> None:
    if isinstance(members.get("UserPoolId"), str):
        service.pool(members)


@mutant("users-come-before-constraints", "A user who does not exist is noticed first.", FIRST, also=CONSTRAINTS)
@_looked_up_first
def user_first(service: CognitoSpec, members: dict[str, Any]) -> None:
    pool = service.pools.get(str(members.get("UserPoolId")))
    if pool is not None and isinstance(members.get("Username"), str):
        service.user(pool, members["Username"])
