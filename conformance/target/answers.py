"""What is wrong with the form of the answers that the plain client meets: each is held to the service model."""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterator, Mapping
from typing import Any

from botocore.model import OperationModel
from jsonschema import Draft202012Validator, ValidationError

from conformance.contract import model_schema

NOT_JSON = "the body is not a JSON object"


class Answers:
    """The operations that answered with HTTP 200, and what their answers broke of the model."""

    def __init__(self) -> None:
        self._broken: dict[str, set[str]] = {}
        self._schemas: dict[str, Any] = {}
        # What the answers of a form break: a run has thousands of answers, and few forms.
        self._known: dict[tuple[str, Hashable], set[str]] = {}

    def weigh(self, operation_model: OperationModel, response_dict: Mapping[str, Any]) -> None:
        """Compare an answer, as botocore has it before it parses it, with its shape."""
        if response_dict["status_code"] != 200:
            return
        broken = self._broken.setdefault(operation_model.name, set())
        broken |= self._violations(operation_model, response_dict["body"])

    def of(self, operation: str) -> list[str]:
        """What the answers of an operation broke so far, sorted.

        Raises LookupError where none was met."""
        return sorted(self._broken[operation])

    def _violations(self, operation: OperationModel, body: bytes) -> set[str]:
        try:
            document = json.loads(body) if body else {}
            form = operation.name, _form(document)
        except (ValueError, RecursionError):
            return {NOT_JSON}
        if not isinstance(document, dict):
            return {NOT_JSON}
        if form not in self._known:
            self._known[form] = set(self._errors(operation, document))
        return self._known[form]

    def _errors(self, operation: OperationModel, document: dict[str, Any]) -> Iterator[str]:
        if operation.name not in self._schemas:
            schema = model_schema.answer(operation.output_shape, operation.name)
            self._schemas[operation.name] = Draft202012Validator(schema)
        for error in self._schemas[operation.name].iter_errors(_without_nulls(document)):
            yield _described(error)


def _form(value: Any) -> Hashable:
    """All that `model_schema.answer` looks at in a document: which members there are, and their types."""
    match value:
        case dict():
            return "object", tuple((name, _form(member)) for name, member in value.items() if member is not None)
        case list():
            return "array", frozenset(map(_form, value))
        case float():
            return "float", value.is_integer()
    return type(value).__name__


def _described(error: ValidationError) -> str:
    """What is wrong and where, without the value: it may be a token."""
    place = "".join("[]" if isinstance(step, int) else f".{step}" for step in error.absolute_path).lstrip(".")
    match error.validator:
        case "required":
            missing = sorted(set(error.validator_value) - set(error.instance))  # type: ignore[arg-type]
            return f"{f'{place}.' if place else ''}{missing[0]} is missing"
        case "type":
            return f"{place or 'the answer'} has the type {type(error.instance).__name__}, not {error.validator_value}"
    return f"{place} breaks {error.validator} {error.validator_value}"


def _without_nulls(value: Any) -> Any:
    """A document without its null members: to the protocol they are absent."""
    match value:
        case dict():
            return {name: _without_nulls(member) for name, member in value.items() if member is not None}
        case list():
            return [_without_nulls(item) for item in value]
    return value
