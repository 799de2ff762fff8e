"""Faults in what a request must hold."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from conformance.mutants.planting import Mutant, Plant, around, mutant
from conformance.mutants.seams import SET
from conformance.reference import face, shapes
from conformance.reference.refusal import Refusal


def inputs() -> Iterator[Mutant]:
    """What a request must hold."""
    missing = "missing-member-is-refused"

    def renaming(old: str, new: str) -> Plant:
        return around(
            shapes,
            "parse",
            lambda f: lambda operation, body: _renaming(f, operation, body, old, new),
        )

    yield mutant(
        "missing-is-serialization",
        "A violated constraint is SerializationException.",
        renaming("InvalidParameterException", "SerializationException"),
        missing,
        "empty-member-is-refused",
        "malformed-pool-id-is-refused",
    )
    yield mutant(
        "constraints-are-validation",
        "A violated constraint is ValidationException.",
        renaming("InvalidParameterException", "ValidationException"),
        missing,
        "null-member-is-refused",
        "error-body-names-the-error",
    )
    yield mutant(
        "malformed-is-a-parameter",
        "A body that is no JSON is InvalidParameterException.",
        renaming("SerializationException", "InvalidParameterException"),
        "malformed-json-is-refused",
    )
    yield mutant(
        "malformed-is-a-fault",
        "A body that is no JSON is InternalErrorException.",
        renaming("SerializationException", "InternalErrorException"),
        "malformed-json-is-refused",
        "wrongly-typed-member-is-refused",
        "non-object-body-is-refused",
    )
    yield mutant(
        "empty-body-is-empty-object",
        "An empty body counts as {}.",
        _document(lambda body: body or b"{}"),
        "malformed-json-is-refused",
    )
    yield mutant(
        "trailing-comma-is-allowed",
        "A comma may end an object.",
        _document(lambda body: body.replace(b",}", b"}")),
        "malformed-json-is-refused",
    )
    yield mutant(
        "truncated-body-is-completed",
        "A missing brace is put in.",
        _document(lambda body: body if body.endswith(b"}") or not body.startswith(b"{") else body + b"}"),
        "malformed-json-is-refused",
    )
    yield mutant(
        "body-is-unpacked",
        "The first object of an array is taken.",
        _document(lambda body: body[1:-1] if body.startswith(b"[{") else body),
        "non-object-body-is-refused",
    )
    yield mutant(
        "body-is-parsed-twice",
        "JSON in a JSON string is taken.",
        _document(lambda body: json.loads(body) and json.loads(body).encode() if body.startswith(b'"{') else body),
        "non-object-body-is-refused",
    )
    yield mutant(
        "no-object-is-accepted",
        "A body that is no object is accepted and ignored.",
        around(
            face,
            "execute",
            lambda f: (
                lambda service, request: (
                    {}
                    if SET in request.headers.get("x-amz-target", "")
                    and request.body[:1] not in (b"{", b"")
                    and _is_json(request.body)
                    else f(service, request)
                )
            ),
        ),
        "non-object-body-is-refused",
    )
    for member, name in (("UserPoolId", "pool"), ("Username", "username"), ("Password", "password")):
        yield mutant(
            f"missing-{name}-is-accepted",
            f"A request without {member} is accepted and ignored.",
            around(
                face,
                "execute",
                lambda f, m=member: (
                    lambda service, request: (
                        {}
                        if SET in request.headers.get("x-amz-target", "") and _lacks(request.body, m)
                        else f(service, request)
                    )
                ),
            ),
            missing,
            "null-member-is-refused",
        )
    yield mutant(
        "null-is-a-text",
        "null for a required member is accepted and ignored.",
        around(
            face,
            "execute",
            lambda f: (
                lambda service, request: (
                    {}
                    if SET in request.headers.get("x-amz-target", "") and b": null" in request.body
                    else f(service, request)
                )
            ),
        ),
        "null-member-is-refused",
    )
    for shape, name in (("UserPoolIdType", "pool"), ("UsernameType", "username")):
        yield mutant(
            f"empty-{name}-is-looked-up",
            f"An empty {name} is looked up like any other.",
            around(
                shapes,
                "broken_constraints",
                lambda f, n=shape: lambda s, value: () if s.name == n and not value else f(s, value),
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
            "texts-become-booleans",
            "The text true is taken as a boolean.",
            lambda s, v: v == "true" if s.type_name == "boolean" and isinstance(v, str) else v,
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


def _lenient(change: Any) -> Plant:
    """Read the body in a way of one's own, before the types are looked at."""
    return around(shapes, "typed", lambda f: lambda shape, value: f(shape, change(shape, value)))


def _document(change: Any) -> Plant:
    return around(
        shapes, "parse", lambda f: lambda operation, body: f(operation, change(body) if operation.name == SET else body)
    )


def _renaming(f: Any, operation: Any, body: bytes, old: str, new: str) -> Any:
    try:
        return f(operation, body)
    except Refusal as problem:
        if operation.name == SET and problem.code == old:
            raise Refusal(new, problem.message) from None
        raise


def _is_json(body: bytes) -> bool:
    try:
        json.loads(body)
    except ValueError:
        return False
    return True


def _lacks(body: bytes, member: str) -> bool:
    return _is_json(body) and isinstance(json.loads(body), dict) and json.loads(body).get(member) is None
