"""Faults in what a request must hold."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from conformance.mutants.mutant import SET, Mutant, Plant, around, asks_to_set, mutant, renamed
from conformance.reference import http, validation


def inputs() -> Iterator[Mutant]:
    """What a request must hold."""
    missing, malformed = "missing-member-is-refused", "malformed-json-is-refused"
    no_object = "non-object-body-is-refused"

    yield mutant(
        "missing-is-serialization",
        "A violated constraint is SerializationException.",
        _parse_renamed("InvalidParameterException", "SerializationException"),
        missing,
        "empty-member-is-refused",
        "malformed-pool-id-is-refused",
    )
    yield mutant(
        "constraints-are-validation",
        "A violated constraint is ValidationException.",
        _parse_renamed("InvalidParameterException", "ValidationException"),
        missing,
        "null-member-is-refused",
        "error-body-names-the-error",
    )
    yield mutant(
        "malformed-is-a-parameter",
        "A body that is no JSON is InvalidParameterException.",
        _parse_renamed("SerializationException", "InvalidParameterException"),
        malformed,
    )
    yield mutant(
        "malformed-is-a-fault",
        "A body that is no JSON is InternalErrorException.",
        _parse_renamed("SerializationException", "InternalErrorException"),
        malformed,
        "wrongly-typed-member-is-refused",
        no_object,
    )
    for name, intent, instead, claim in (
        ("empty-body-is-empty-object", "An empty body counts as {}.", lambda b: b or b"{}", malformed),
        ("trailing-comma-is-allowed", "A comma may end an object.", lambda b: b.replace(b",}", b"}"), malformed),
        (
            "truncated-body-is-completed",
            "A missing brace is put in.",
            lambda b: b if b.endswith(b"}") or not b.startswith(b"{") else b + b"}",
            malformed,
        ),
        (
            "body-is-unpacked",
            "The first object of an array is taken.",
            lambda b: b[1:-1] if b.startswith(b"[{") else b,
            no_object,
        ),
        (
            "body-is-parsed-twice",
            "JSON in a JSON string is taken.",
            lambda b: json.loads(b).encode() if b.startswith(b'"{') else b,
            no_object,
        ),
    ):
        yield mutant(name, intent, _read(instead), claim)
    yield mutant(
        "no-object-is-accepted",
        "A body that is no object is accepted and ignored.",
        _ignored(lambda b: b[:1] not in (b"{", b"") and _is_json(b)),
        no_object,
    )
    for member, name in (("UserPoolId", "pool"), ("Username", "username"), ("Password", "password")):
        yield mutant(
            f"missing-{name}-is-accepted",
            f"A request without {member} is accepted and ignored.",
            _ignored(lambda b, m=member: _lacks(b, m)),
            missing,
            "null-member-is-refused",
        )
    yield mutant(
        "null-is-a-text",
        "null for a required member is accepted and ignored.",
        _ignored(lambda b: b": null" in b),
        "null-member-is-refused",
    )
    for shape, name in (("UserPoolIdType", "pool"), ("UsernameType", "username")):
        yield mutant(
            f"empty-{name}-is-looked-up",
            f"An empty {name} is looked up like any other.",
            around(
                validation,
                "broken_constraints",
                lambda f, s, value, n=shape: () if s.name == n and not value else f(s, value),
            ),
            "empty-member-is-refused",
        )
    for name, intent, change in (
        (
            "numbers-become-texts",
            "A number is taken as a text.",
            lambda s, v: str(v) if s.type_name == "string" and type(v) is int else v,
        ),
        (
            "booleans-become-texts",
            "A boolean is taken as a text.",
            lambda s, v: str(v).lower() if s.type_name == "string" and type(v) is bool else v,
        ),
        (
            "numbers-become-booleans",
            "1 is taken as true.",
            lambda s, v: bool(v) if s.type_name == "boolean" and type(v) is int else v,
        ),
        (
            "arrays-are-unpacked",
            "The one element of an array is taken.",
            lambda s, v: v[0] if s.type_name in ("string", "boolean") and isinstance(v, list) and v else v,
        ),
        (
            "objects-are-unpacked",
            "The value of an object is taken.",
            lambda s, v: v.get("value") if s.type_name in ("string", "boolean") and isinstance(v, dict) else v,
        ),
        (
            "wrong-permanent-is-ignored",
            "A Permanent of another type counts as left out.",
            lambda s, v: False if s.type_name == "boolean" and not isinstance(v, bool) else v,
        ),
    ):
        yield mutant(name, intent, _lenient(change), "wrongly-typed-member-is-refused")
    for name, intent, read in (
        ("texts-are-no-flags", "A flag written as text is refused.", lambda f, s, v: f(s, 0 if _text(s, v) else v)),
        ("any-text-sets-the-flag", "Any text counts as true.", lambda f, s, v: f(s, True if _text(s, v) else v)),
        ("no-text-sets-the-flag", "Any text counts as false.", lambda f, s, v: f(s, False if _text(s, v) else v)),
    ):
        yield mutant(name, intent, around(validation, "typed", read), "permanent-may-be-a-string")
    for name, intent, value in (
        ("null-flag-is-absent", "Null for a flag counts as false.", False),
        ("null-flag-is-set", "Null for a flag counts as true.", True),
    ):
        yield mutant(
            name,
            intent,
            _lenient(lambda s, v, as_if=value: as_if if s.type_name == "boolean" and v is None else v),
            "null-permanent-is-refused",
        )


def _text(shape: Any, value: Any) -> bool:
    return shape.type_name == "boolean" and isinstance(value, str)


def _lenient(change: Any) -> Plant:
    """Read the body in a way of one's own, before the types are looked at."""
    return around(validation, "typed", lambda f, shape, value: f(shape, change(shape, value)))


def _read(change: Any) -> Plant:
    """Read another body than the one that came."""
    return around(
        validation, "parse", lambda f, operation, body: f(operation, change(body) if operation.name == SET else body)
    )


def _ignored(meant: Any) -> Plant:
    """Accept and ignore the bodies that are meant."""
    return around(http, "execute", lambda f, service, r: {} if asks_to_set(r) and meant(r.body) else f(service, r))


def _parse_renamed(old: str, new: str) -> Plant:
    def parse(f: Any, operation: Any, body: bytes) -> Any:
        return renamed(new, old)(f, operation, body) if operation.name == SET else f(operation, body)

    return around(validation, "parse", parse)


def _is_json(body: bytes) -> bool:
    try:
        json.loads(body)
    except ValueError:
        return False
    return True


def _lacks(body: bytes, member: str) -> bool:
    return _is_json(body) and isinstance(json.loads(body), dict) and json.loads(body).get(member) is None
