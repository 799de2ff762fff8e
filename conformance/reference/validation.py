"""What a request must hold, by botocore's model: the types first, then required members and constraints."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

import botocore.session
import regex
from botocore.model import OperationModel, ServiceModel

from conformance.contract.model_schema import anchored
from conformance.reference.errors import Refusal

# The live pattern, which the model does not publish: white space may stand inside (claim password-pattern-message).
PATTERNS = {"PasswordType": r"^[\S]+.*[\S]+$"}
TRUE = ("true", "yes")  # https://github.com/floci-io/floci/pull/2869
WRONG_TYPE = "Unexpected field type"
TYPES: dict[str, type | tuple[type, ...]] = {
    "string": str,
    "boolean": bool,
    "integer": int,
    "long": int,
    "double": (int, float),
    "float": (int, float),
    "timestamp": (int, float),
    "list": list,
    "map": dict,
    "structure": dict,
}


@cache
def model() -> ServiceModel:
    """The service model that the installed botocore brings."""
    return botocore.session.Session().get_service_model("cognito-idp")


def parse(operation: OperationModel, body: bytes) -> dict[str, Any]:
    """The members of a request, checked; unknown members are left out, and null is as good as absent, but for a flag.

    Raises Refusal: SerializationException for the form, InvalidParameterException for the content."""
    try:
        document = json.loads(body)
    except ValueError:
        raise Refusal("SerializationException") from None
    shape = operation.input_shape
    members: dict[str, Any] = typed(shape, document)
    violations = list(violated(shape, members, ""))
    if violations:
        plural = "" if len(violations) == 1 else "s"
        found = f"{len(violations)} validation error{plural} detected: {'; '.join(violations)}"
        raise Refusal("InvalidParameterException", found)
    return members


def typed(shape: Any, value: Any) -> Any:
    """`value` with the members that the model knows.

    Raises Refusal (SerializationException) where a type is wrong."""
    wanted: Any = TYPES.get(shape.type_name, object)
    if shape.type_name == "boolean" and isinstance(value, str):
        return value.lower() in TRUE
    if not isinstance(value, wanted) or (isinstance(value, bool) and wanted is not bool):
        raise Refusal("SerializationException", WRONG_TYPE)
    match shape.type_name:
        case "structure":
            known = [(name, inner) for name, inner in shape.members.items() if name in value]
            return {n: typed(inner, value[n]) for n, inner in known if value[n] is not None or is_flag(inner)}
        case "list":
            return [typed(shape.member, item) for item in value if item is not None]
        case "map":
            return {key: typed(shape.value, item) for key, item in value.items() if item is not None}
    return value


def is_flag(shape: Any) -> bool:
    """Whether null is refused where this shape stands: a boolean is there or is not."""
    return bool(shape.type_name == "boolean")


def violated(shape: Any, value: Any, path: str) -> Iterator[str]:
    """A clause for each constraint that `value` does not satisfy."""
    match shape.type_name:
        case "structure":
            for name, inner in shape.members.items():
                place = f"{path}.{name}" if path else name[0].lower() + name[1:]
                if name in value:
                    yield from violated(inner, value[name], place)
                elif name in shape.required_members:
                    yield f"Value null at '{place}' failed to satisfy constraint: Member must not be null"
        case "list":
            for number, item in enumerate(value, 1):
                yield from violated(shape.member, item, f"{path}.{number}.member")
        case "string":
            shown = "Value" if shape.metadata.get("sensitive") else f"Value '{value}'"
            for broken in broken_constraints(shape, value):
                yield f"{shown} at '{path}' failed to satisfy constraint: Member must {broken}"


def broken_constraints(shape: Any, value: str) -> Iterator[str]:
    """What is asked of a text, and does not hold."""
    limits = shape.metadata
    if len(value) > limits.get("max", len(value)):
        yield f"have length less than or equal to {limits['max']}"
    if len(value) < limits.get("min", 0):
        yield f"have length greater than or equal to {limits['min']}"
    if shape.enum and value not in shape.enum:
        yield f"satisfy enum value set: [{', '.join(shape.enum)}]"
    pattern = PATTERNS.get(shape.name) or limits.get("pattern")
    if pattern and not matches(pattern, value):
        yield f"satisfy regular expression pattern: {pattern}"


def matches(pattern: str, value: str) -> bool:
    """Whether Java's `matches` would say so."""
    return _compiled(pattern).fullmatch(value) is not None


@cache
def _compiled(pattern: str) -> regex.Pattern[str]:
    return regex.compile(anchored(pattern))
