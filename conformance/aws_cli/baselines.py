"""Baselines of the AWS CLI programs: what each version does differently, whatever the target.

One file for each version that was judged, fixtures/baselines/aws-cli-VERSION.toml. A version without one takes the
nearest older of its line; what it does differently shows as new divergences and as stale entries.
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


def load(bindings: Sequence[str], ledger: Ledger) -> tuple[Entry, ...]:
    """The entries for the programs among these bindings that are installed, each about its own binding."""
    return tuple(
        replace(entry, shows=tuple(replace(symptom, bindings=(name,)) for symptom in entry.shows))
        for name in bindings
        for entry in of_program(name, ledger).entries
    )


def of_program(name: str, ledger: Ledger) -> Baseline:
    """The baseline of the program behind a binding, as its file has it; empty where there is neither."""
    version = discovery.version(name) if name in discovery.NAMES else None
    path = nearest(version) if version else None
    return baseline.load(path, ledger) if path else Baseline()


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", version))
