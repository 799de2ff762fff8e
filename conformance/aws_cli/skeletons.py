"""Fills in an input skeleton: the same members, with values that the model accepts.

It knows lengths, ranges, patterns, enumerations, unions, blobs, timestamps and recursion. What is equal is filled
alike.
"""

from __future__ import annotations

import random
import re
import warnings
from functools import cache
from typing import Any

import regex

from conformance.contract.model_schema import Shape, anchored, is_document

# How often anything is repeated at most, attempt by attempt: nested repetitions multiply.
_REPEATS = (3, 3, 3, 3, 3, 3, 8, 8, 8, 8, 20, 20, 20)
_SECONDS = 1
# A few letters for each Unicode property: the generator knows none.
_PROPERTIES = {"L": "A-Za-z", "M": "", "S": "+", "N": "0-9", "P": "_", "Z": " "}


class Endless(Exception):
    """A required member leads back to its own structure, so that no value ends."""


def filled(skeleton: Any, shape: Shape | None) -> Any:
    """The skeleton of `shape` with values in it. A member that the shape does not know stays as it is."""
    return {} if shape is None else _filled(skeleton, shape, ())


def _filled(value: Any, shape: Shape, above: tuple[str, ...]) -> Any:
    above = (*above, shape.name)
    if shape.serialization.get("jsonvalue") or is_document(shape):
        return value if value is not None else {}
    match shape.type_name:
        case "structure":
            return _structure(value or {}, shape, above)
        case "list":
            return _list(value or [], shape, above)
        case "map":
            return _map(value or {}, shape, above)
    return _scalar(value, shape)


def _structure(value: dict[str, Any], shape: Shape, above: tuple[str, ...]) -> dict[str, Any]:
    if getattr(shape, "is_tagged_union", False):
        return _one_of(value, shape, above)
    missing = [name for name in shape.required_members if name not in value]
    for name in missing:
        if shape.members[name].name in above:
            raise Endless(f"{shape.name}.{name} is required in itself")
    values = {**value, **dict.fromkeys(missing)}
    return {
        name: _filled(member, shape.members[name], above) if name in shape.members else member
        for name, member in values.items()
    }


def _one_of(value: dict[str, Any], shape: Shape, above: tuple[str, ...]) -> dict[str, Any]:
    # The first that does not lead back here; a skeleton shows all.
    for name in sorted(shape.members, key=lambda name: shape.members[name].name in above):
        try:
            return {name: _filled(value.get(name), shape.members[name], above)}
        except (Endless, RecursionError):
            continue
    raise Endless(f"each member of the union {shape.name} leads back to it")


def _list(value: list[Any], shape: Shape, above: tuple[str, ...]) -> list[Any]:
    least = int(shape.metadata.get("min", 0))
    if not value and (not least or shape.member.name in above):
        if least:
            raise Endless(f"{shape.name} holds itself")
        return []
    one = _filled(value[0] if value else None, shape.member, above)
    return [one] * max(least, 1)


def _map(value: dict[str, Any], shape: Shape, above: tuple[str, ...]) -> dict[str, Any]:
    least = int(shape.metadata.get("min", 0))
    if not value and not least:
        return {}
    inner = next(iter(value.values()), None)
    keys = getattr(shape.key, "enum", None) or [_string(shape.key, seed) for seed in range(max(least, 1))]
    return {key: _filled(inner, shape.value, above) for key in list(keys)[: max(least, 1)]}


def _scalar(value: Any, shape: Shape) -> Any:
    match shape.type_name:
        case "boolean":
            return bool(value)
        case "integer" | "long" | "float" | "double":
            low = float(shape.metadata.get("min", min(0.0, float(shape.metadata.get("max", 0)))))
            return int(low) if low.is_integer() else low
        case "timestamp":
            return value if isinstance(value, str) and value else "1970-01-01T00:00:00"
        case "blob":
            return "YWJj" * (1 + int(shape.metadata.get("min", 1)) // 3)
    return _string(shape)


def _string(shape: Shape, seed: int = 0) -> str:
    if getattr(shape, "enum", None):
        return str(shape.enum[0])
    least, most = int(shape.metadata.get("min", 0)), int(shape.metadata.get("max", 1 << 20))
    return specimen(shape.metadata.get("pattern"), max(least, min(1, most)), most, seed)


@cache
def specimen(pattern: str | None, least: int, most: int, seed: int = 0) -> str:
    """A text of that length which the pattern takes; letters only, where none is found."""
    letters = ("x" * least)[:-1] + chr(ord("a") + seed % 26) if least else ""
    if pattern is None:
        return letters
    plain = re.sub(r"\\p\{(\w)\w*\}", lambda match: _PROPERTIES.get(match[1], ""), pattern)
    alike = re.fullmatch(r"\^?(\[(?:\\.|[^\]\\])+\])[+*]\$?", plain)
    if alike:
        plain = f"{alike[1]}{{{least}}}"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)  # of sets that Java reads as Python will one day
            return _specimen(pattern, plain, range(least, most + 1), seed) or letters
    except (re.error, regex.error, LookupError, ValueError, OverflowError, RecursionError, TimeoutError):
        return letters  # a pattern of Java's that Python does not read


def _specimen(pattern: str, plain: str, lengths: range, seed: int) -> str | None:
    import rstr  # only who judges skeletons needs it

    whole = regex.compile(anchored(pattern))
    for number, most_repeated in enumerate(_REPEATS):
        text = rstr.Rstr(random.Random(seed * len(_REPEATS) + number)).xeger(_limited(plain, most_repeated))
        if len(text) in lengths and whole.search(text, timeout=_SECONDS):
            return str(text)
    return None


def _limited(pattern: str, most: int) -> str:
    """The pattern with at most so many repetitions wherever it allows more."""

    def limit(token: re.Match[str]) -> str:
        low = {"*": 0, "+": 1}.get(token[0])
        if token[0].startswith("{"):
            low = int(token[1])
        return token[0] if low is None else f"{{{low},{low + most}}}"

    return re.sub(r"\\.|\[(?:\\.|[^\]\\])*\]|\{(\d+),\d*\}|[*+]", limit, pattern)
