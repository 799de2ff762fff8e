"""`evidence review DIR`: what recorded evidence would change in the ledger, for a person to commit."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import click

from conformance.console import Terminal
from conformance.contract import ledger
from conformance.errors import BadInput
from conformance.target.aws import evidence


@click.group("evidence")
def command() -> None:
    """Look at what a run recorded (run aws --record DIR)."""


@command.command()
@click.argument("directory", type=click.Path(path_type=Path))
def review(directory: Path) -> None:
    """Print the rows of the ledger that the evidence in DIRECTORY would change. Nothing is written."""
    if not directory.is_dir():
        raise BadInput(f"{directory} is not a directory of evidence: name the one of --record")
    console = Terminal()
    claims = ledger.load_all().claims
    shown = 0
    for path in evidence.files(directory):
        head, lines = evidence.read(path)
        claim = claims.get(head["claim"])
        if claim is None:
            console.print(f"{path.name}: the ledger has no claim {head['claim']!r}", soft_wrap=True)
            continue
        found = Counter(line["verdict"] for line in lines if "result" in line)
        judged = found["conforms"] + found["diverges"]
        if not judged or (found["diverges"] == 0 and claim.provenance != "inferred"):
            continue
        shown += 1
        origin = "a stand-in, which proves nothing" if head.get("stand_in") else "AWS"
        where = f"{origin}, {head['region']}, {head['recorded']}"
        digest = json.loads(path.read_text(encoding="utf-8").splitlines()[-1])["sha256"][:16]
        console.print(f"[[claim]] {claim.id}: {claim.text}", soft_wrap=True, markup=False)
        console.print(f"  {found['conforms']} results conform, {found['diverges']} diverge ({where})", soft_wrap=True)
        if found["diverges"]:
            console.print(f'  provenance = "{claim.provenance}"', markup=False)
            console.print(
                f'+ contradicted_by = "observed at {where}: {path.name} sha256 {digest}"', soft_wrap=True, markup=False
            )
        else:
            console.print('- provenance = "inferred"', markup=False)
            console.print('+ provenance = "observed"', markup=False)
            console.print(f'+ source_note = "{where}: {path.name} sha256 {digest}"', soft_wrap=True, markup=False)
    console.print(
        f"{shown} rows would change; edit schemas/ by hand, and commit the evidence beside it", soft_wrap=True
    )
