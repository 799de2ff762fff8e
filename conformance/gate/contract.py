"""The pinned contract: what must hold for any version, whatever the version before it did.

schemas/contract.toml holds the clauses; a clause names a fact and what must hold of it. What the models promise is
facts too: `promise/AdminSetUserPassword/required`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import regex
from jsonschema import Draft202012Validator, ValidationError, validators

from conformance.contract import files
from conformance.contract.files import SCHEMAS
from conformance.errors import BadInput
from conformance.gate.observation import SERVICE, Observation
from conformance.gate.rules import Fact, RuleHit

FILE = SCHEMAS / "contract.toml"
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
    clauses = []
    for entry in _document(path)["clause"]:
        [holds] = entry.keys() & {"equals", "includes", "one_of", "fits"}
        clauses.append(Clause(entry["id"], entry["fact"], holds, entry[holds], entry["why"]))
    return clauses


def operation() -> str:
    """The operation under test, as the contract names it."""
    return str(_document()["operation"])


def lifecycle() -> frozenset[str]:
    """The operations that make, move and observe a user, as the contract names them."""
    return frozenset(_document()["lifecycle"])


def nearest(operations: Iterable[str]) -> str:
    """Of these operations, the one that is nearest to the operation under test."""
    return min(operations, key=lambda name: (name != operation(), name not in lifecycle(), name))


@cache
def _document(path: Path = FILE) -> dict[str, Any]:
    document = files.toml("contract", path)
    broken = files.fault(document, "contract")
    if broken is not None:
        raise BadInput(f"contract {path}: {broken.json_path}: {broken.message}")
    return document


def judge(clauses: list[Clause], old: Observation, new: Observation) -> Iterator[tuple[Clause, RuleHit]]:
    """Yield the clauses that the new version breaks; those that the old version broke too get their own rule.

    A clause about something that was not looked at (a command line option, if the client is an SDK) says nothing."""
    was, is_ = ({**side.facts, **promises(side.models.get(SERVICE))} for side in (old, new))
    facts = {str(fact): fact for fact in (*was, *is_)}
    layers = {fact.layer for fact in facts.values()}
    for clause in clauses:
        layer, _, part = clause.fact.partition("/")
        if layer not in layers:
            continue
        fact = facts.get(clause.fact) or Fact(layer, part)
        before, after = was.get(fact, _MISSING), is_.get(fact, _MISSING)
        if clause.broken_by(after):
            rule = "contract-broken-before" if clause.broken_by(before) else "contract-broken"
            shown = (None if value is _MISSING else value for value in (before, after))
            yield clause, RuleHit(rule, fact, *shown)


def promises(model: Mapping[str, Any] | None) -> dict[Fact, Any]:
    """What a service model promises of each operation, as flat facts."""
    if model is None:
        return {}
    metadata, shapes = model["metadata"], model["shapes"]
    promised = {Fact("promise", f"service/{name}"): value for name, value in metadata.items()}
    for name, body in model["operations"].items():
        taken, reply = (shapes[body[end]["shape"]] if body.get(end) else {"members": {}} for end in ("input", "output"))
        parts = {
            "members": sorted(taken["members"]),
            "required": sorted(taken.get("required", ())),
            "answers": sorted(reply["members"]),
            "errors": sorted(error["shape"] for error in body.get("errors", ())),
            "auth": body["auth"],
            "target": f"{metadata['targetPrefix']}.{name}",
        }
        for member, reference in taken["members"].items():
            shape = shapes[reference["shape"]]
            parts |= {f"{member}/type": shape["type"], f"{member}/min": shape.get("min", 0)}
        promised |= {Fact("promise", f"{name}/{part}", name): value for part, value in parts.items()}
    return promised


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
