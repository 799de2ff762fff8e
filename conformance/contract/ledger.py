"""The ledger: every claim about an operation, read from `schemas/`."""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from conformance.contract.files import SCHEMAS, toml
from conformance.errors import BadInput

Sentences = Mapping[str, tuple[str, ...]]

_TIERS = {"page": "documented", "model": "documented", "reference": "documented", "observed": "observed"}


class UnknownClaim(BadInput):
    """An id that the ledger does not have; the text names the nearest one."""


@dataclass(frozen=True)
class Claim:
    """One documented statement, in our words.

    `sentences` is edition -> fingerprints of the sentences that it stands for. `reason` says why it is not judged,
    `reading` what we take an ambiguous source to mean, `contradicted_by` what speaks against it. `seen` is the month of
    the latest source that shows it, where that is known. `kind` is that of every divergence from it, where the claim
    fixes that and not the value that is compared: "leak".
    """

    id: str
    topic: str
    text: str
    provenance: str
    sources: tuple[str, ...]
    confidence: str
    state: str
    reason: str | None = None
    reading: str | None = None
    contradicted_by: str | None = None
    source_note: str | None = None
    seen: str | None = None
    wording: bool = False
    kind: str | None = None
    sentences: Sentences = field(default_factory=dict, hash=False)

    @property
    def tier(self) -> str:
        """The first tier that gates on it: documented, observed or wording; none if it is only inferred.

        A leak is gated on by every run, wherever it is known from."""
        if self.kind == "leak":
            return "documented"
        return "wording" if self.wording else _TIERS.get(self.provenance, "none")


@dataclass(frozen=True)
class Aside:
    """A sentence of the documentation that promises nothing, and what it is about."""

    id: str
    text: str
    sentences: Sentences = field(hash=False)


@dataclass(frozen=True)
class Edition:
    """One edition of the documentation, and releases in which it can be read; no awscli if botocore alone has it."""

    title: str
    botocore: str
    awscli: str | None = None


@dataclass(frozen=True)
class Ledger:
    """All that is known of one operation, in the order of the file."""

    operation: str
    service: str
    file: str
    editions: Mapping[str, Edition]
    claims: Mapping[str, Claim]
    asides: Mapping[str, Aside]

    def claim(self, claim_id: str) -> Claim:
        """Find a claim by its id; raises UnknownClaim."""
        if claim_id not in self.claims:
            nearest = self.nearest(claim_id)
            hint = f"; did you mean {nearest!r}?" if nearest else ""
            raise UnknownClaim(f"{claim_id!r} is not a claim in {self.file}{hint}")
        return self.claims[claim_id]

    def nearest(self, word: str) -> str | None:
        """Give the id that is most like a word, if any is."""
        return next(iter(difflib.get_close_matches(word, self.claims, n=1)), None)

    def accounted(self, edition: str) -> dict[str, str]:
        """Give fingerprint -> id of a claim or an aside that stands for it, for the sentences of an edition."""
        entries: list[Claim | Aside] = [*self.claims.values(), *self.asides.values()]
        return {fingerprint: entry.id for entry in entries for fingerprint in entry.sentences.get(edition, ())}


@cache
def load(operation: str = "admin-set-user-password") -> Ledger:
    """Read an operation's ledger; raises BadInput if it has none."""
    path = SCHEMAS / f"{operation}.toml"
    document = toml("ledger", path)
    claims = [_claim(**row) for row in document["claim"]]
    asides = [Aside(row["id"], row["text"], _sentences(row["sentences"])) for row in document.get("aside", [])]
    return Ledger(
        operation=document["operation"],
        service=document["service"],
        file=path.name,
        editions={name: Edition(**edition) for name, edition in document.get("editions", {}).items()},
        claims={claim.id: claim for claim in claims},
        asides={aside.id: aside for aside in asides},
    )


def operations() -> tuple[str, ...]:
    """The operations that have a ledger, as their files are named."""
    documents = {path.stem: toml("ledger", path) for path in sorted(SCHEMAS.glob("*.toml"))}
    return tuple(name for name, document in documents.items() if "claim" in document)


@cache
def load_all() -> Ledger:
    """Every claim: those of AdminSetUserPassword first, then those of the lifecycle around it."""
    main = load()
    claims = dict(main.claims)
    for operation in operations():
        claims |= load(operation).claims
    return replace(main, file="the ledger", claims=claims)


def _claim(source: list[str], sentences: Mapping[str, list[str]] | None = None, **row: Any) -> Claim:
    row = ({"kind": "wording"} if row.get("wording") else {}) | row
    return Claim(sources=tuple(source), sentences=_sentences(sentences or {}), **row)


def _sentences(found: Mapping[str, list[str]]) -> Sentences:
    return {edition: tuple(fingerprints) for edition, fingerprints in found.items()}
