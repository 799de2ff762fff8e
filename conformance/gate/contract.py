"""The pinned contract: what must hold for any version, whatever the version before it did.

schemas/contract.toml holds the clauses; a clause names a fact and what must hold of it. What the models promise is told
as facts too: `promise/AdminSetUserPassword/required`.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import regex
from jsonschema import Draft202012Validator, ValidationError, validators

from conformance.contract.files import SCHEMAS
from conformance.errors import BadInput
from conformance.gate.observation import SERVICE, Observation
from conformance.gate.rules import Finding

FILE = SCHEMAS / "contract.toml"
_SCHEMA = SCHEMAS / "contract.schema.json"
_MISSING = object()


@dataclass(frozen=True)
class Clause:
    """What must hold of a fact: that it equals a value, includes values, is one of some, or fits a JSON Schema."""

    id: str
    fact: str
    holds: str
    value: Any
    why: str

    def broken_by(self, seen: Any) -> bool:
        """Whether an observed value breaks the clause."""
        if self.holds == "equals":
            return bool(seen != self.value)
        if self.holds == "includes":
            return not isinstance(seen, list) or not set(self.value) <= set(seen)
        if self.holds == "one_of":
            return seen not in self.value
        return not isinstance(seen, str) or not _fits(seen, self.value)


def load(path: Path = FILE) -> list[Clause]:
    """The clauses. Raises BadInput for a contract that breaks its own schema."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as problem:
        raise BadInput(f"contract {path}: {problem}") from None
    for broken in Draft202012Validator(json.loads(_SCHEMA.read_text(encoding="utf-8"))).iter_errors(document):
        raise BadInput(f"contract {path}: {broken.json_path}: {broken.message}")
    clauses = []
    for entry in document["clause"]:
        [holds] = entry.keys() & {"equals", "includes", "one_of", "fits"}
        clauses.append(Clause(entry["id"], entry["fact"], holds, entry[holds], entry["why"]))
    return clauses


def judge(clauses: list[Clause], old: Observation, new: Observation) -> Iterator[tuple[Clause, Finding]]:
    """The clauses that the new side breaks, told apart by whether the old side broke them too.

    A clause about something that was not looked at (a command line option, where the client is an SDK) says nothing."""
    sides = [{**side.facts, **promises(side.models.get(SERVICE))} for side in (old, new)]
    looked_at = {fact.split("/")[0] for side in sides for fact in side}
    for clause in clauses:
        if clause.fact.split("/")[0] not in looked_at:
            continue
        before, after = (side.get(clause.fact, _MISSING) for side in sides)
        if clause.broken_by(after):
            rule = "contract-broken-before" if clause.broken_by(before) else "contract-broken"
            shown = (None if value is _MISSING else value for value in (before, after))
            yield clause, Finding(rule, clause.fact, *shown)


def promises(model: Mapping[str, Any] | None) -> dict[str, Any]:
    """What a service model promises of each operation, as flat facts."""
    if model is None:
        return {}
    metadata, shapes = model["metadata"], model["shapes"]
    told: dict[str, Any] = {f"promise/service/{name}": value for name, value in metadata.items()}
    for name, operation in model["operations"].items():
        asked, given = (
            shapes[operation[end]["shape"]] if operation.get(end) else {"members": {}} for end in ("input", "output")
        )
        told |= {
            f"promise/{name}/members": sorted(asked["members"]),
            f"promise/{name}/required": sorted(asked.get("required", ())),
            f"promise/{name}/answers": sorted(given["members"]),
            f"promise/{name}/errors": sorted(error["shape"] for error in operation.get("errors", ())),
            f"promise/{name}/auth": operation["auth"],
            f"promise/{name}/target": f"{metadata['targetPrefix']}.{name}",
        }
        for member, reference in asked["members"].items():
            shape = shapes[reference["shape"]]
            told[f"promise/{name}/{member}/type"] = shape["type"]
            told[f"promise/{name}/{member}/min"] = shape.get("min", 0)
    return told


def _pattern(_: Any, pattern: str, instance: object, __: Any) -> Iterator[ValidationError]:
    # Python's re cannot read \p{L}, and its $ matches before a final newline.
    if isinstance(instance, str) and not regex.fullmatch(pattern, instance):
        yield ValidationError(f"{instance!r} does not match {pattern!r}")


_Validator = validators.extend(Draft202012Validator, {"pattern": _pattern})  # type: ignore[no-untyped-call]


@cache
def _validator(name: str) -> Any:
    schema = json.loads((SCHEMAS / name).read_text(encoding="utf-8"))
    return _Validator(schema)


def _fits(text: str, schema: str) -> bool:
    try:
        document = json.loads(text)
    except ValueError:
        return False
    return bool(_validator(schema).is_valid(document))
