"""Baselines of the AWS CLI programs: what each version is known to do otherwise, whichever target is judged beside it.

One file for each version that was judged, fixtures/baselines/aws-cli-VERSION.toml. A version without one takes the
nearest older of its line; what it does otherwise shows as new divergences and as stale entries.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from conformance.aws_cli import discovery
from conformance.contract.ledger import Ledger
from conformance.verdict import baseline
from conformance.verdict.baseline import DIRECTORY, Baseline, Entry

TOPIC = "command-line"


def path_of(version: str) -> Path:
    """Where the baseline of this very version lies, whether there is one or not."""
    return DIRECTORY / f"aws-cli-{version}.toml"


def nearest(version: str) -> Path | None:
    """The baseline that a version takes: its own, or that of the nearest older one of its line (v1, v2)."""
    wanted = _numbers(version)
    known = {_numbers(path.stem.removeprefix("aws-cli-")): path for path in DIRECTORY.glob("aws-cli-*.toml")}
    older = [numbers for numbers in known if numbers[0] == wanted[0] and numbers <= wanted]
    return known[max(older)] if older else None


def load(bindings: Sequence[str], ledger: Ledger, scenarios: set[str]) -> tuple[Entry, ...]:
    """The entries for the programs among these bindings that are installed."""
    entries: list[Entry] = []
    for name in discovery.NAMES:
        version = discovery.version(name) if name in bindings else None
        path = nearest(version) if version else None
        if path is not None:
            entries += [replace(entry, bindings=(name,)) for entry in baseline.load(path, ledger, scenarios).entries]
    return tuple(entries)


def without(whole: Baseline, ledger: Ledger) -> Baseline:
    """What a baseline says of the target."""
    return Baseline(tuple(entry for entry in whole.entries if ledger.claim(entry.claim).topic != TOPIC), whole.path)


def write(whole: Baseline, ledger: Ledger, bindings: Sequence[str]) -> list[Path]:
    """Write what a baseline says of the programs among `bindings`, and return the files."""
    written = []
    for name in discovery.NAMES:
        version = discovery.version(name) if name in bindings else None
        if version is None:
            continue
        entries = [
            replace(entry, bindings=(name,), since=entry.since if _is_version(entry, name) else version)
            for entry in whole.entries
            if ledger.claim(entry.claim).topic == TOPIC and (not entry.bindings or name in entry.bindings)
        ]
        baseline.write(Baseline(tuple(entries)), path_of(version), f"AWS CLI {version}")
        written.append(path_of(version))
    return written


def _is_version(entry: Entry, name: str) -> bool:
    return entry.since.startswith({"cli": "1.", "cli2": "2."}[name])


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", version))
