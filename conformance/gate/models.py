"""Compares two service models from the operations down; input and output have rules of their own.

A model is what observers/model.py prints for a service. Facts are named by where they are met:
`model/cognito-idp/AdminSetUserPassword/input/Password/min`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from conformance.gate import contract
from conformance.gate.rules import Fact, RuleHit

Model = Mapping[str, Any]

_SERVICE_RULES = {
    "protocol": "protocol-changed",
    "jsonVersion": "json-version-changed",
    "targetPrefix": "target-prefix-changed",
    "signingName": "signing-name-changed",
    "endpointPrefix": "endpoint-prefix-changed",
    "serviceId": "service-id-changed",
}
_KINDS = ("union", "document", "streaming", "eventstream", "event", "eventpayload", "requiresLength")
_COSMETIC = (
    "sensitive",
    "deprecated",
    "deprecatedMessage",
    "deprecatedSince",
    "box",
    "wrapper",
    "synthetic",
    "internal",
)
_LOCATION = (
    "location",
    "locationName",
    "queryName",
    "flattened",
    "xmlAttribute",
    "xmlNamespace",
    "timestampFormat",
    "jsonvalue",
    "hostLabel",
    "resultWrapper",
)
_ERROR_TRAITS = ("error", "fault", "retryable", "exception")
_STRUCTURAL = ("type", "members", "required", "member", "key", "value", "enum", "min", "max", "pattern", "payload")
_OPERATION_PARTS = ("http", "auth", "input", "output", "errors")
_COSMETIC_OPERATION = (
    "deprecated",
    "deprecatedMessage",
    "deprecatedSince",
    "documentationUrl",
    "alias",
    "idempotent",
    "readonly",
)
_SAME_NUMBER = ({"integer", "long"}, {"float", "double"})


def compare(service: str, old: Model | None, new: Model | None) -> Iterator[RuleHit]:
    """Yield what differs, each difference once for each operation that meets it."""
    for finding in _compare(old, new):
        fact = Fact("model", f"{service}/{finding.fact.part}", finding.fact.operation)
        yield RuleHit(finding.rule, fact, finding.before, finding.after)


def _compare(old: Model | None, new: Model | None) -> Iterator[RuleHit]:
    if old is None or new is None:
        there = old or new or {"operations": {}}
        rule = "operation-added" if old is None else "operation-removed"
        for name in sorted(there["operations"]):
            yield _finding(rule, name, old and name, new and name, name)
        return
    yield from _metadata(old["metadata"], new["metadata"])
    for name in sorted(old["operations"].keys() | new["operations"].keys()):
        before, after = old["operations"].get(name), new["operations"].get(name)
        if before is None or after is None:
            rule = "operation-added" if before is None else "operation-removed"
            yield _finding(rule, name, before and name, after and name, name)
        else:
            yield from _Operation(name, old, new).compare(before, after)
    yield from _exceptions(old, new)
    yield from _paginators(old, new)
    yield from _waiters(old["waiters"], new["waiters"])
    if old["endpoint_rules"] != new["endpoint_rules"]:
        yield _finding("endpoint-rules-changed", "endpoint-rules", old["endpoint_rules"], new["endpoint_rules"])
    before, after = old["documentation"], new["documentation"]
    reworded = sorted(path for path in before.keys() | after.keys() if before.get(path) != after.get(path))
    if reworded:
        paths = [path.removeprefix("operation ") for path in reworded]
        yield _finding("documentation-changed", "documentation", None, paths)


def _finding(rule: str, part: str, before: Any, after: Any, operation: str = "") -> RuleHit:
    return RuleHit(rule, Fact("model", part, operation), before, after)


def _metadata(old: Model, new: Model) -> Iterator[RuleHit]:
    for key in sorted(old.keys() | new.keys()):
        if old.get(key) != new.get(key) and key != "auth":
            yield _finding(_SERVICE_RULES.get(key, "service-trait-changed"), key, old.get(key), new.get(key))


def _exceptions(old: Model, new: Model) -> Iterator[RuleHit]:
    before, after = _raised_by(old), _raised_by(new)
    # botocore makes a class of each exception shape, whether an operation lists it or not.
    for name in sorted(before.keys() - after.keys()):
        if name not in new["shapes"]:
            near = contract.nearest(before[name])
            yield _finding("exception-removed", f"exceptions/{name}", name, None, near)
    for name in sorted(after.keys() - before.keys()):
        if name not in old["shapes"]:
            near = contract.nearest(after[name])
            yield _finding("exception-added", f"exceptions/{name}", None, name, near)
    for name in sorted(before.keys() & after.keys()):
        was, is_ = (
            {key: model["shapes"][name][key] for key in _ERROR_TRAITS if key in model["shapes"][name]}
            for model in (old, new)
        )
        if was != is_:
            near = contract.nearest(before[name] | after[name])
            yield _finding("error-traits-changed", f"exceptions/{name}/traits", was, is_, near)


def _raised_by(model: Model) -> dict[str, set[str]]:
    """The exceptions of a service, and the operations that list each."""
    found: dict[str, set[str]] = {}
    for operation, body in model["operations"].items():
        for error in body.get("errors", ()):
            found.setdefault(error["shape"], set()).add(operation)
    return found


def _paginators(old: Model, new: Model) -> Iterator[RuleHit]:
    # Those of an operation that comes or goes do so with it.
    for name in sorted(old["operations"].keys() & new["operations"].keys()):
        before, after = old["paginators"].get(name), new["paginators"].get(name)
        if before != after:
            yield _finding(_came_or_went("paginator", before, after), f"paginators/{name}", before, after, name)


def _waiters(old: Model, new: Model) -> Iterator[RuleHit]:
    for name in sorted(old.keys() | new.keys()):
        before, after = old.get(name), new.get(name)
        if before != after:
            operation = (before or after or {}).get("operation", "")
            yield _finding(_came_or_went("waiter", before, after), f"waiters/{name}", before, after, operation)


def _came_or_went(kind: str, before: Any, after: Any) -> str:
    return f"{kind}-{'added' if before is None else 'removed' if after is None else 'changed'}"


class _Operation:
    """One operation in two models."""

    def __init__(self, name: str, old: Model, new: Model) -> None:
        self.name = name
        self.old, self.new = old["shapes"], new["shapes"]
        self.seen: set[tuple[str, str, str]] = set()

    def found(self, rule: str, part: str, before: Any, after: Any) -> RuleHit:
        """A finding of this operation."""
        return _finding(rule, f"{self.name}/{part}", before, after, self.name)

    def compare(self, before: Model, after: Model) -> Iterator[RuleHit]:
        """Yield what differs in the operation and in all that it takes, gives and raises."""
        if before.get("http") != after.get("http"):
            yield self.found("http-changed", "http", before.get("http"), after.get("http"))
        if before["auth"] != after["auth"]:
            rule = "auth-dropped" if after["auth"] == "none" else "auth-required"
            yield self.found(rule, "auth", before["auth"], after["auth"])
        for key in sorted(before.keys() | after.keys()):
            if key not in _OPERATION_PARTS and before.get(key) != after.get(key):
                rule = "cosmetic-trait-changed" if key in _COSMETIC_OPERATION else "operation-trait-changed"
                yield self.found(rule, key, before.get(key), after.get(key))
        for direction in ("input", "output"):
            yield from self._end(direction, before.get(direction), after.get(direction))
        raised, raises = ({error["shape"] for error in side.get("errors", ())} for side in (before, after))
        for name in sorted(raised - raises):
            yield self.found("error-removed", f"errors/{name}", name, None)
        for name in sorted(raises - raised):
            yield self.found("error-added", f"errors/{name}", None, name)
        for name in sorted(raised & raises):
            yield from self._shapes(f"errors/{name}", "output", name, name)

    def _end(self, direction: str, before: Model | None, after: Model | None) -> Iterator[RuleHit]:
        if before and after:
            for key in sorted((before.keys() | after.keys()) - {"shape"}):
                if before.get(key) != after.get(key):
                    yield self.found("member-location-changed", f"{direction}/{key}", before.get(key), after.get(key))
            yield from self._shapes(direction, direction, before["shape"], after["shape"])
        elif before or after:
            empty: Model = {"type": "structure", "members": {}}
            old, new = (self.old[before["shape"]] if before else empty), (self.new[after["shape"]] if after else empty)
            yield from self._structure(direction, direction, old, new)

    def _shapes(self, path: str, direction: str, before: str, after: str) -> Iterator[RuleHit]:
        if (direction, before, after) in self.seen:
            return
        self.seen.add((direction, before, after))
        old, new = self.old[before], self.new[after]
        if old["type"] != new["type"]:
            same = {old["type"], new["type"]} in _SAME_NUMBER
            yield self.found(
                "number-width-changed" if same else "type-changed", f"{path}/type", old["type"], new["type"]
            )
            return
        yield from self._traits(path, old, new)
        for constraint in (_minimum, _maximum, _pattern, _values):
            for rule, part, was, is_ in constraint(direction, old, new):
                yield self.found(rule, f"{path}/{part}", was, is_)
        if old["type"] == "structure":
            yield from self._structure(path, direction, old, new)
        for part in ("member", "key", "value"):
            if part in old and part in new:
                yield from self._member(f"{path}/{part}", old[part], new[part])
                yield from self._shapes(f"{path}/{part}", direction, old[part]["shape"], new[part]["shape"])

    def _traits(self, path: str, old: Model, new: Model) -> Iterator[RuleHit]:
        for key in sorted((old.keys() | new.keys()) - set(_STRUCTURAL) - set(_ERROR_TRAITS)):
            if old.get(key) != new.get(key):
                yield self.found(_trait_rule(key), f"{path}/{key}", old.get(key), new.get(key))
        if old.get("payload") != new.get("payload"):
            yield self.found("shape-kind-changed", f"{path}/payload", old.get("payload"), new.get("payload"))

    def _structure(self, path: str, direction: str, old: Model, new: Model) -> Iterator[RuleHit]:
        had, has = old.get("members", {}), new.get("members", {})
        required, requires = set(old.get("required", ())), set(new.get("required", ()))
        for name in sorted(had.keys() | has.keys()):
            before, after, here = had.get(name), has.get(name), f"{path}/{name}"
            if after is None:
                yield self.found(f"{direction}-member-removed", here, name, None)
            elif before is None:
                must = direction == "input" and name in requires
                yield self.found(f"{direction}-member-added{'-required' if must else ''}", here, None, name)
            else:
                was, is_ = name in required, name in requires
                if was != is_:
                    kind = "required" if is_ else "optional"
                    yield self.found(f"{direction}-member-{kind}", f"{here}/required", was, is_)
                yield from self._member(here, before, after)
                yield from self._shapes(here, direction, before["shape"], after["shape"])

    def _member(self, path: str, before: Model, after: Model) -> Iterator[RuleHit]:
        for key in sorted((before.keys() | after.keys()) - {"shape"}):
            if before.get(key) != after.get(key):
                yield self.found(_trait_rule(key), f"{path}/{key}", before.get(key), after.get(key))


# A constraint that differs: the rule, which constraint, and its values.
_Difference = tuple[str, str, Any, Any]


def _minimum(direction: str, old: Model, new: Model) -> Iterator[_Difference]:
    # A string, list or map of no minimum has the minimum 0.
    none = 0 if old["type"] in ("string", "list", "map", "blob") else None
    before, after = old.get("min", none), new.get("min", none)
    if before != after:
        raised = before is None or (after is not None and float(after) > float(before))
        if direction == "input":
            yield "input-min-raised" if raised else "input-min-lowered", "min", before, after
        else:
            yield "output-range-narrowed" if raised else "output-range-widened", "min", before, after


def _maximum(direction: str, old: Model, new: Model) -> Iterator[_Difference]:
    before, after = old.get("max"), new.get("max")
    if before != after:
        raised = after is None or (before is not None and float(after) > float(before))
        if direction == "input":
            yield "input-max-raised" if raised else "input-max-lowered", "max", before, after
        else:
            yield "output-range-widened" if raised else "output-range-narrowed", "max", before, after


def _pattern(direction: str, old: Model, new: Model) -> Iterator[_Difference]:
    before, after = old.get("pattern"), new.get("pattern")
    if before != after:
        if direction == "input":
            yield "input-pattern-removed" if after is None else "input-pattern-changed", "pattern", before, after
        else:
            yield "output-range-narrowed" if before is None else "output-range-widened", "pattern", before, after


def _values(direction: str, old: Model, new: Model) -> Iterator[_Difference]:
    before, after = set(old.get("enum", ())), set(new.get("enum", ()))
    if "enum" in old and "enum" in new:
        for value in sorted(before - after):
            yield f"{direction}-enum-value-removed", f"enum/{value}", value, None
        for value in sorted(after - before):
            yield f"{direction}-enum-value-added", f"enum/{value}", None, value
    elif "enum" in new:  # its first list of values: it could have any before
        rule = "input-pattern-changed" if direction == "input" else "output-range-narrowed"
        yield rule, "enum", None, sorted(after)
    elif "enum" in old:
        rule = "input-pattern-removed" if direction == "input" else "output-range-widened"
        yield rule, "enum", sorted(before), None


def _trait_rule(key: str) -> str:
    if key in _KINDS or key == "sparse":
        return "shape-kind-changed"
    if key in _COSMETIC:
        return "cosmetic-trait-changed"
    if key in _LOCATION:
        return "member-location-changed"
    return "idempotency-token-changed" if key == "idempotencyToken" else "shape-trait-changed"
