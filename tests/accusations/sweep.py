"""What the shipped baselines accuse, beside what requests by hand show.

    python -m tests.accusations.sweep [TARGET...] [a run's FILE.json]

Exit code 0: each accused claim has a proof, and what the proof saw is what the baseline says; 1: not so."""

from __future__ import annotations

import json
import sys
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from conformance.contract.ledger import load_all
from conformance.target.definition import resolve
from conformance.verdict import baseline
from conformance.verdict.baseline import Symptom
from tests.accusations.proofs import PROOFS, Breach, World
from tests.accusations.raw import Raw

TARGETS = ("moto", "moto-iam", "ministack", "ministack-auth", "cognito-local", "localemu", "localemu-iam")


@dataclass(frozen=True)
class Accusation:
    """A claim that a baseline says is broken, where, and what was observed."""

    claim: str
    case: str | None
    observed: str


def accusations(target: str) -> list[Accusation]:
    """What the report of a run says, result by result, or what the shipped baseline of a target says."""
    if target.endswith(".json"):
        results = json.loads(Path(target).read_text(encoding="utf-8"))["results"]
        found = (one for one in results if one["verdict"] == "diverges")
        accused = (Accusation(one["claim"], one["parameters"] or None, one["observed"]) for one in found)
        return list(dict.fromkeys(accused))
    return _of_baseline(target)


def _of_baseline(target: str) -> list[Accusation]:
    """What the shipped baseline of a target says, a claim's parameters one by one where it names them."""
    known = baseline.load(baseline.path_of(target), load_all())
    return [
        Accusation(claim, case, symptom.observed)
        for entry in known.entries
        for symptom in entry.shows
        for claim, case in _cases(symptom)
    ]


def _cases(symptom: Symptom) -> Iterator[tuple[str, str | None]]:
    for claim, parameters in symptom.claims.items():
        yield from ((claim, case) for case in parameters or (None,))


@dataclass(frozen=True)
class Swept:
    """What one target was seen to break, and what went wrong while it was looked at."""

    breaches: Sequence[Breach]
    faults: Sequence[str]

    def proof(self, accused: Accusation) -> Breach | None:
        """The breach that shows an accusation to be true."""
        return next(
            (
                breach
                for breach in self.breaches
                if (breach.claim, breach.observed) == (accused.claim, accused.observed)
                and (accused.case is None or breach.case is None or f"{accused.case}-".startswith(f"{breach.case}-"))
            ),
            None,
        )


def sweep(target: str, accused: Sequence[Accusation]) -> Swept:
    """Send the requests of every proof that the accusations need, to a target that is started for it."""
    needed = list(dict.fromkeys(PROOFS[one.claim] for one in accused if one.claim in PROOFS))
    # Time that has passed is not taken back: last the proof that lets it.
    needed.sort(key=lambda proof: proof.__name__ == "nothing_expires")
    breaches: list[Breach] = []
    faults = []
    found = resolve(target, None)
    with found.running() as endpoint:
        known = endpoint.credentials
        control = f"{endpoint.url}{found.control}" if found.control else None
        for proof in needed:
            world = World(Raw(endpoint.url, known.access_key, known.secret_key, known.token), endpoint.clock, control)
            try:
                breaches += proof(world)
            except Exception as error:  # a fault of one proof must not hide what the others show
                where = traceback.extract_tb(error.__traceback__)[-1]
                faults.append(f"{proof.__name__}, line {where.lineno}: {type(error).__name__}: {error}")
    return Swept(breaches, faults)


def main(targets: Sequence[str]) -> int:
    """Print a line for each accusation: proved by what, or not."""
    wrong = 0
    for target in targets:
        accused = accusations(target)
        name = json.loads(Path(target).read_text(encoding="utf-8"))["target"]["name"] if ".json" in target else target
        found = sweep(name, accused)
        proved = [(one, found.proof(one)) for one in accused]
        for one, breach in proved:
            name = f"{one.claim}{f' [{one.case}]' if one.case else ''}: {one.observed}"
            print(f"{target}: {name}\n    {breach.evidence if breach else 'NOT PROVED'}")
        missing = [one for one, breach in proved if breach is None]
        claims = {one.claim for one in accused}
        print(f"{target}: {len(accused) - len(missing)} of {len(accused)} accusations of {len(claims)} claims proved")
        for fault in found.faults:
            print(f"{target}: {fault}")
        wrong += len(missing) + len(found.faults)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or TARGETS))
