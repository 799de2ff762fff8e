"""JSON Schemas (2020-12) of a model's shapes: `types_only`, as skeletons keep, `strict`, as data must, and `answer`.

The shapes are botocore's. A structure knows its members and no others; a union is, strictly, one of them. A timestamp
is a string or a number, a blob a base64 string, a document anything. Patterns are anchored, as the services apply them,
and their classes are written out, since Java's `\\w` and `\\S` are ASCII where those of others are not.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

Schema = dict[str, Any]
Shape = Any  # botocore.model.Shape; its stubs know no members
DIALECT = "https://json-schema.org/draft/2020-12/schema"

_TYPES: dict[str, Schema] = {
    "string": {"type": "string"},
    "character": {"type": "string"},
    "boolean": {"type": "boolean"},
    "integer": {"type": "integer"},
    "long": {"type": "integer"},
    "float": {"type": "number"},
    "double": {"type": "number"},
    "timestamp": {"type": ["string", "number"]},
    "blob": {"type": "string", "contentEncoding": "base64"},
}
# The keywords for a shape's `min` and `max`. Those of a blob count bytes, which no keyword does.
_LIMITS = {
    "string": ("minLength", "maxLength"),
    "list": ("minItems", "maxItems"),
    "map": ("minProperties", "maxProperties"),
    "integer": ("minimum", "maximum"),
    "long": ("minimum", "maximum"),
    "float": ("minimum", "maximum"),
    "double": ("minimum", "maximum"),
}


def types_only(shape: Shape | None, title: str) -> Schema:
    """The schema that knows members and types: no member is required, no value has limits.

    `shape` None, an operation without input or output, is the empty object."""
    return _derive(shape, title, lambda _: {})


def strict(shape: Shape | None, title: str) -> Schema:
    """The schema with all that the model demands: required members, lengths, ranges, patterns, enumerations."""
    return _derive(shape, title, _constraints)


def answer(shape: Shape | None, title: str) -> Schema:
    """The schema that an answer must keep: the types of its members, and those that the model requires.

    A service may be newer than the model, and gives members that it does not know. Lengths, patterns and enumerations
    are for requests: the service itself names an attribute of 21 characters (phone_number_verified) where the model
    has 20. A timestamp is the number of seconds that the protocol JSON 1.1 writes."""
    opened: Schema = _opened(_derive(shape, title, _required))
    return opened


def _required(shape: Shape) -> Schema:
    return {"required": _constraints(shape)["required"]} if getattr(shape, "required_members", None) else {}


def _opened(schema: Any) -> Any:
    match schema:
        case {"type": ["string", "number"]}:
            return {"type": "number"}
        case dict():
            closed = schema.get("additionalProperties") is False
            return {n: _opened(v) for n, v in schema.items() if not (closed and n == "additionalProperties")}
        case list():
            return [_opened(item) for item in schema]
    return schema


def _derive(shape: Shape | None, title: str, constraints: Callable[[Shape], Schema]) -> Schema:
    head: Schema = {"$schema": DIALECT, "title": title}
    if shape is None:
        return head | {"type": "object", "additionalProperties": False}
    definitions: dict[str, Schema] = {}
    waiting = [shape]

    def refer(to: Shape) -> Schema | bool:
        if to.type_name not in ("structure", "list", "map"):
            return _scalar(to, constraints)
        if is_document(to):
            return True
        if to.name != shape.name and to.name not in definitions:
            definitions[to.name] = {}
            waiting.append(to)
        return {"$ref": "#" if to.name == shape.name else f"#/$defs/{to.name}"}

    bodies = {}
    while waiting:
        next_one = waiting.pop()
        bodies[next_one.name] = _aggregate(next_one, refer) | constraints(next_one)
    top = bodies.pop(shape.name)
    return head | top | ({"$defs": dict(sorted(bodies.items()))} if bodies else {})


def _aggregate(shape: Shape, refer: Callable[[Shape], Schema | bool]) -> Schema:
    match shape.type_name:
        case "list":
            return {"type": "array", "items": refer(shape.member)}
        case "map":
            return {"type": "object", "propertyNames": refer(shape.key), "additionalProperties": refer(shape.value)}
    members = {name: refer(member) for name, member in shape.members.items()}
    return {"type": "object", "properties": members, "additionalProperties": False}


def is_document(shape: Shape) -> bool:
    """Whether a structure holds anything at all: a document, or the events of a stream."""
    return bool(getattr(shape, "is_document_type", False) or getattr(shape, "is_eventstream", False))


def _scalar(shape: Shape, constraints: Callable[[Shape], Schema]) -> Schema | bool:
    if shape.serialization.get("jsonvalue"):
        return True
    return _TYPES[shape.type_name] | constraints(shape)


def _constraints(shape: Shape) -> Schema:
    found: Schema = {}
    for keyword, limit in zip(_LIMITS.get(shape.type_name, ()), ("min", "max"), strict=False):
        if limit in shape.metadata:
            value = float(shape.metadata[limit])
            found[keyword] = int(value) if value.is_integer() else value
    if shape.type_name == "structure":
        if getattr(shape, "is_tagged_union", False):
            found |= {"minProperties": 1, "maxProperties": 1}
        elif shape.required_members:
            found["required"] = [name for name in shape.members if name in shape.required_members]
    if getattr(shape, "enum", None):
        found["enum"] = list(shape.enum)
    if "pattern" in shape.metadata and shape.type_name == "string":
        found["pattern"] = anchored(shape.metadata["pattern"])
    return found


def anchored(pattern: str) -> str:
    """A model's pattern for a whole value, in what ECMA-262 (with `u`), Python's `regex` and Rust's have in common."""
    flag = "s" if pattern.startswith("(?s)") else ""
    return f"^(?{flag}:{_ascii(pattern.removeprefix('(?s)'))})$"


_CLASS = re.compile(r"\\[wdspPSWD]")
_CLASSES = {"w": "0-9A-Za-z_", "d": "0-9", "s": r"\t\n\v\f\r "}


def _ascii(pattern: str) -> str:
    """The pattern with the classes of Java written out. A negated one among others in brackets stays as it is."""
    tokens = re.findall(r"\[\\[SWD]\]|\\[pP]\{[^}]*\}|\\.|.", pattern, re.DOTALL)
    written = ""
    inside = False
    for before, token, after in zip(["", *tokens], tokens, [*tokens[1:], ""], strict=False):
        if token.startswith("[\\"):
            token = f"[^{_CLASSES[token[2].lower()]}]"
        elif token in ("\\S", "\\W", "\\D") and not inside:
            token = f"[^{_CLASSES[token[1].lower()]}]"
        elif token in ("\\w", "\\d", "\\s"):
            token = _CLASSES[token[1]] if inside else f"[{_CLASSES[token[1]]}]"
        elif token == "-" and inside and _CLASS.search(before + after):
            token = r"\-"  # beside a class it is not a range
        elif token in ("[", "]"):
            inside = token == "["
        written += token
    return written
