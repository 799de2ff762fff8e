"""docs/evidence.md, from the ledgers: what is known, from where, since when, and what is open.

`python -m tests.documentation.evidence` writes it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path

from conformance.contract import ledger
from conformance.contract.ledger import Claim, Ledger

PAGE = Path(__file__).parents[2] / "docs" / "evidence.md"
BEGIN = "<!-- from here on generated: python -m tests.documentation.evidence -->"

_GITHUB = re.compile(r"https://github\.com/[^/]+/([^/]+)/(?:issues|pull)/(\d+)")
_FILE = re.compile(r"https://github\.com/[^/]+/([^/]+)/blob/[^/]+/.*?([^/]+)$")


def page() -> str:
    """The generated part of the page."""
    books = [ledger.load(operation) for operation in ledger.operations()]
    every = [claim for book in books for claim in book.claims.values()]
    lines = [*_figures(every), *_open(every), *(line for book in books for line in _known(book))]
    return "\n".join(lines) + "\n"


def _figures(every: list[Claim]) -> Iterator[str]:
    yield from ("", "## In figures", "")
    yield from ("| known from | claims | judged | high | medium | low |", "|---|--:|--:|--:|--:|--:|")
    for provenance in ("page", "model", "reference", "observed", "inferred"):
        claims = [claim for claim in every if claim.provenance == provenance]
        judged = sum(claim.state == "testable" for claim in claims)
        by_confidence = [str(sum(c.confidence == level for c in claims)) for level in ("high", "medium", "low")]
        yield f"| {provenance} | {len(claims)} | {judged} | {' | '.join(by_confidence)} |"


def _open(every: list[Claim]) -> Iterator[str]:
    yield from ("", "## Open: what an account could settle", "")
    yield "Nobody has shown these, or sources disagree. A request and its answer, with the month, are all it takes."
    judged = [claim for claim in every if claim.state == "testable"]
    questions = (
        ("Not judged, for want of evidence", [c for c in every if c.state != "testable"]),
        ("Judged, though something speaks against it", [c for c in judged if c.contradicted_by]),
        ("Judged with low confidence", [c for c in judged if c.confidence == "low"]),
    )
    for title, claims in questions:
        yield from ("", f"### {title}", "", "| claim | what it says | why it is open |", "|---|---|---|")
        for claim in claims:
            why = claim.reason or claim.contradicted_by or claim.source_note or claim.reading or "No public source."
            yield f"| `{claim.id}` | {_cell(claim.text)} | {_cell(why)} |"


def _known(book: Ledger) -> Iterator[str]:
    yield from ("", f"## {book.operation}")
    for topic, claims in groupby(book.claims.values(), key=lambda claim: claim.topic):
        yield from ("", f"### {topic}", "", "| claim | what it says | known from | since |", "|---|---|---|---|")
        for claim in claims:
            read = f"<br>*{_cell(claim.reading)}*" if claim.reading else ""
            origin = f"{claim.provenance}, {claim.confidence}: {_links(claim.sources)}"
            yield f"| `{claim.id}` | {_cell(claim.text)}{read} | {origin} | {_since(claim)} |"


def _since(claim: Claim) -> str:
    if claim.sentences:
        first, last = min(claim.sentences), max(claim.sentences)
        return f"page of {first}" if first == last else f"page of {first}, last {last}"
    versions = [source.split()[1] for source in claim.sources if source.startswith("botocore ")]
    return claim.seen or (f"botocore {versions[0]}" if versions else "")


def _links(sources: Iterable[str]) -> str:
    return ", ".join(f"[{_name(source)}]({source})" if source.startswith("https") else source for source in sources)


def _name(address: str) -> str:
    if found := _GITHUB.match(address):
        return f"{found[1]}#{found[2]}"
    if found := _FILE.match(address):
        return f"{found[1]} {found[2]}"
    return address.rstrip("/").rsplit("/", 1)[1].removesuffix(".html")


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def main() -> None:
    """Write the generated part anew."""
    head = PAGE.read_text("utf-8").partition(BEGIN)[0]
    PAGE.write_text(f"{head}{BEGIN}\n{page()}", encoding="utf-8")


if __name__ == "__main__":
    main()
