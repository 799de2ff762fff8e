"""Two service models compared from the operations down: a change going in is another thing than the same coming out.

A model is what observers/model.py prints for a service. Facts are named by where they are met:
`model/cognito-idp/AdminSetUserPassword/input/Password/min`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from conformance.gate.rules import Finding

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


def compare(service: str, old: Model | None, new: Model | None) -> Iterator[Finding]:
    """What differs, each difference once for each operation that meets it."""
    root = f"model/{service}"
    if old is None or new is None:
        if old is not new:
            yield Finding("service-added" if old is None else "service-removed", root, old and service, new and service)
        return
    yield from _metadata(root, old["metadata"], new["metadata"])
    operations = old["operations"], new["operations"]
    for name in sorted(operations[0].keys() | operations[1].keys()):
        before, after = operations[0].get(name), operations[1].get(name)
        if before is None or after is None:
            kind = "operation-added" if before is None else "operation-removed"
            yield Finding(kind, f"{root}/{name}", before and name, after and name)
        else:
            yield from _Operation(f"{root}/{name}", old, new).compare(before, after)
    yield from _exceptions(root, old, new)
    yield from _paginators(root, old, new)
    yield from _named(root, "waiter", old["waiters"], new["waiters"])
    if old["endpoint_rules"] != new["endpoint_rules"]:
        yield Finding("endpoint-rules-changed", f"{root}/endpoint-rules", old["endpoint_rules"], new["endpoint_rules"])
    words = old["documentation"], new["documentation"]
    reworded = sorted(path for path in words[0].keys() | words[1].keys() if words[0].get(path) != words[1].get(path))
    if reworded:
        paths = [path.removeprefix("operation ") for path in reworded]
        yield Finding("documentation-changed", f"{root}/documentation", None, paths)


def _metadata(root: str, old: Model, new: Model) -> Iterator[Finding]:
    for key in sorted(old.keys() | new.keys()):
        if old.get(key) != new.get(key) and key != "auth":
            yield Finding(_SERVICE_RULES.get(key, "service-trait-changed"), f"{root}/{key}", old.get(key), new.get(key))


def _exceptions(root: str, old: Model, new: Model) -> Iterator[Finding]:
    def classes(model: Model) -> set[str]:
        return {error["shape"] for operation in model["operations"].values() for error in operation.get("errors", ())}

    before, after = classes(old), classes(new)
    # botocore makes a class of each exception shape, whether an operation lists it or not.
    for name in sorted(before - after):
        if name not in new["shapes"]:
            yield Finding("exception-removed", f"{root}/exceptions/{name}", name, None)
    for name in sorted(after - before):
        if name not in old["shapes"]:
            yield Finding("exception-added", f"{root}/exceptions/{name}", None, name)
    for name in sorted(before & after):
        traits = tuple(
            {key: shapes[name][key] for key in _ERROR_TRAITS if key in shapes[name]}
            for shapes in (old["shapes"], new["shapes"])
        )
        if traits[0] != traits[1]:
            yield Finding("error-traits-changed", f"{root}/exceptions/{name}/traits", *traits)


def _paginators(root: str, old: Model, new: Model) -> Iterator[Finding]:
    known = old["operations"].keys() & new["operations"].keys()
    both = tuple({name: page for name, page in side["paginators"].items() if name in known} for side in (old, new))
    yield from _named(root, "paginator", *both)


def _named(root: str, kind: str, old: Model, new: Model) -> Iterator[Finding]:
    for name in sorted(old.keys() | new.keys()):
        before, after = old.get(name), new.get(name)
        if before != after:
            what = "added" if before is None else "removed" if after is None else "changed"
            yield Finding(f"{kind}-{what}", f"{root}/{kind}s/{name}", before, after)


class _Operation:
    """One operation in two models."""

    def __init__(self, root: str, old: Model, new: Model) -> None:
        self.root = root
        self.old, self.new = old["shapes"], new["shapes"]
        self.seen: set[tuple[str, str, str]] = set()

    def compare(self, before: Model, after: Model) -> Iterator[Finding]:
        """What differs in the operation and in all that it takes, gives and raises."""
        if before.get("http") != after.get("http"):
            yield Finding("http-changed", f"{self.root}/http", before.get("http"), after.get("http"))
        if before["auth"] != after["auth"]:
            rule = "auth-dropped" if after["auth"] == "none" else "auth-required"
            yield Finding(rule, f"{self.root}/auth", before["auth"], after["auth"])
        for key in sorted(before.keys() | after.keys()):
            if key not in _OPERATION_PARTS and before.get(key) != after.get(key):
                rule = "cosmetic-trait-changed" if key in _COSMETIC_OPERATION else "operation-trait-changed"
                yield Finding(rule, f"{self.root}/{key}", before.get(key), after.get(key))
        for direction in ("input", "output"):
            yield from self._end(direction, before.get(direction), after.get(direction))
        errors = tuple({error["shape"] for error in side.get("errors", ())} for side in (before, after))
        for name in sorted(errors[0] - errors[1]):
            yield Finding("error-removed", f"{self.root}/errors/{name}", name, None)
        for name in sorted(errors[1] - errors[0]):
            yield Finding("error-added", f"{self.root}/errors/{name}", None, name)
        for name in sorted(errors[0] & errors[1]):
            yield from self._shapes(f"{self.root}/errors/{name}", "output", name, name)

    def _end(self, direction: str, before: Model | None, after: Model | None) -> Iterator[Finding]:
        path = f"{self.root}/{direction}"
        if before and after:
            for key in sorted((before.keys() | after.keys()) - {"shape"}):
                if before.get(key) != after.get(key):
                    yield Finding("member-location-changed", f"{path}/{key}", before.get(key), after.get(key))
            yield from self._shapes(path, direction, before["shape"], after["shape"])
        elif before or after:
            empty: Model = {"type": "structure", "members": {}}
            old, new = (self.old[before["shape"]] if before else empty), (self.new[after["shape"]] if after else empty)
            yield from self._structure(path, direction, old, new)

    def _shapes(self, path: str, direction: str, before: str, after: str) -> Iterator[Finding]:
        if (direction, before, after) in self.seen:
            return
        self.seen.add((direction, before, after))
        old, new = self.old[before], self.new[after]
        if old["type"] != new["type"]:
            same = {old["type"], new["type"]} in _SAME_NUMBER
            yield Finding("number-width-changed" if same else "type-changed", f"{path}/type", old["type"], new["type"])
            return
        yield from self._traits(path, old, new)
        yield from self._constraints(path, direction, old, new)
        if old["type"] == "structure":
            yield from self._structure(path, direction, old, new)
        for part in ("member", "key", "value"):
            if part in old and part in new:
                yield from self._member(f"{path}/{part}", old[part], new[part])
                yield from self._shapes(f"{path}/{part}", direction, old[part]["shape"], new[part]["shape"])

    def _traits(self, path: str, old: Model, new: Model) -> Iterator[Finding]:
        for key in sorted((old.keys() | new.keys()) - set(_STRUCTURAL) - set(_ERROR_TRAITS)):
            before, after = old.get(key), new.get(key)
            if before != after:
                yield Finding(_trait_rule(key), f"{path}/{key}", before, after)
        if old.get("payload") != new.get("payload"):
            yield Finding("shape-kind-changed", f"{path}/payload", old.get("payload"), new.get("payload"))

    def _constraints(self, path: str, direction: str, old: Model, new: Model) -> Iterator[Finding]:
        sized = old["type"] in ("string", "list", "map", "blob")
        low = tuple(side.get("min", 0 if sized else None) for side in (old, new))
        high = old.get("max"), new.get("max")
        if low[0] != low[1]:
            raised = low[0] is None or (low[1] is not None and float(low[1]) > float(low[0]))
            rule = {
                ("input", True): "input-min-raised",
                ("input", False): "input-min-lowered",
                ("output", True): "output-range-narrowed",
                ("output", False): "output-range-widened",
            }[direction, raised]
            yield Finding(rule, f"{path}/min", *low)
        if high[0] != high[1]:
            raised = high[1] is None or (high[0] is not None and float(high[1]) > float(high[0]))
            rule = {
                ("input", True): "input-max-raised",
                ("input", False): "input-max-lowered",
                ("output", True): "output-range-widened",
                ("output", False): "output-range-narrowed",
            }[direction, raised]
            yield Finding(rule, f"{path}/max", *high)
        pattern = old.get("pattern"), new.get("pattern")
        if pattern[0] != pattern[1]:
            rule = "input-pattern-removed" if pattern[1] is None else "input-pattern-changed"
            if direction == "output":
                rule = "output-range-narrowed" if pattern[0] is None else "output-range-widened"
            yield Finding(rule, f"{path}/pattern", *pattern)
        values = set(old.get("enum", ())), set(new.get("enum", ()))
        if "enum" in old or "enum" in new:
            # A string that gets its first list of values had all values before; one that loses it has all after.
            for value in sorted(values[0] - values[1]):
                if "enum" in new:
                    yield Finding(f"{direction}-enum-value-removed", f"{path}/enum/{value}", value, None)
            for value in sorted(values[1] - values[0]):
                if "enum" in old:
                    yield Finding(f"{direction}-enum-value-added", f"{path}/enum/{value}", None, value)
            if ("enum" in old) != ("enum" in new):
                narrowed = "enum" in new
                rule = (
                    ("input-pattern-changed" if narrowed else "input-pattern-removed")
                    if direction == "input"
                    else ("output-range-narrowed" if narrowed else "output-range-widened")
                )
                yield Finding(rule, f"{path}/enum", sorted(values[0]) or None, sorted(values[1]) or None)

    def _structure(self, path: str, direction: str, old: Model, new: Model) -> Iterator[Finding]:
        members = old.get("members", {}), new.get("members", {})
        required = set(old.get("required", ())), set(new.get("required", ()))
        for name in sorted(members[0].keys() | members[1].keys()):
            before, after, here = members[0].get(name), members[1].get(name), f"{path}/{name}"
            if after is None:
                yield Finding(f"{direction}-member-removed", here, name, None)
            elif before is None:
                must = direction == "input" and name in required[1]
                yield Finding(f"{direction}-member-added{'-required' if must else ''}", here, None, name)
            else:
                if (name in required[0]) != (name in required[1]):
                    kind = "required" if name in required[1] else "optional"
                    yield Finding(
                        f"{direction}-member-{kind}", f"{here}/required", name in required[0], name in required[1]
                    )
                yield from self._member(here, before, after)
                yield from self._shapes(here, direction, before["shape"], after["shape"])

    def _member(self, path: str, before: Model, after: Model) -> Iterator[Finding]:
        for key in sorted((before.keys() | after.keys()) - {"shape"}):
            if before.get(key) != after.get(key):
                yield Finding(_trait_rule(key), f"{path}/{key}", before.get(key), after.get(key))


def _trait_rule(key: str) -> str:
    if key in _KINDS or key == "sparse":
        return "shape-kind-changed"
    if key in _COSMETIC:
        return "cosmetic-trait-changed"
    if key in _LOCATION:
        return "member-location-changed"
    return "idempotency-token-changed" if key == "idempotencyToken" else "shape-trait-changed"
