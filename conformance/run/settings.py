"""What one run judges: target, bindings, tier and baseline, checked before anything starts."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from conformance import bindings
from conformance.aws_cli import baselines
from conformance.console import check_writable
from conformance.contract import ledger
from conformance.contract.transitions import Row
from conformance.errors import BadInput
from conformance.lifecycle.steps import Step
from conformance.run import catalogue
from conformance.target.client import client
from conformance.target.deferred import StateFile
from conformance.target.definition import INVENTED, REGION, Endpoint, Target, resolve
from conformance.verdict import baseline
from conformance.verdict.baseline import Baseline

TIERS = ("documented", "observed", "wording")
DEFAULT_BINDINGS = "sdk,wire"
# So many walks take about two seconds at an embedded target, and these visit every row of the table there.
EXAMPLES = 30
SEED = 2


@dataclass(frozen=True)
class Settings:
    """What one run judges, and how to ask for the same again (`arguments`).

    Where there are `routes`, the walks go by these steps straight to these rows, instead of at random."""

    target: Target
    bindings: tuple[str, ...]
    tier: str
    baseline: Baseline
    examples: int = EXAMPLES
    seed: int = SEED
    state: StateFile | None = None
    routes: Mapping[Row, Sequence[Step]] | None = None

    @property
    def arguments(self) -> str:
        """The arguments of `cognito-conformance run` that judge the same target, with no baseline."""
        words = [self.target.argument] if self.target.argument else []
        words += ["--endpoint-url", self.target.url] if self.target.url else []
        words += ["--tier", self.tier] if self.tier != TIERS[0] else []
        words += ["--stateful-examples", str(self.examples)] if self.examples != EXAMPLES else []
        words += ["--seed", str(self.seed)] if self.seed != SEED else []
        words += ["--state", str(self.state.path)] if self.state else []
        return shlex.join([*words, "--baseline", "none"])


def check(
    target: str | None = None,
    endpoint_url: str | None = None,
    chosen: str = DEFAULT_BINDINGS,
    tier: str = TIERS[0],
    baseline_name: str | None = None,
    examples: int = EXAMPLES,
    seed: int = SEED,
    state: Path | None = None,
) -> Settings:
    """The settings that these options mean.

    Raises BadInput with the one line that says what was wrong and what to do."""
    names = tuple(dict.fromkeys(name.strip() for name in chosen.split(",") if name.strip()))
    unknown = [name for name in names if name not in bindings.NAMES]
    if unknown or not names:
        raise BadInput(f"--bindings {chosen!r}: choose some of {','.join(bindings.NAMES)}")
    if tier not in TIERS:
        raise BadInput(f"--tier {tier!r}: choose one of {', '.join(TIERS)}")
    if examples < 1:
        raise BadInput(f"--stateful-examples {examples}: at least one walk is to be taken")
    resolved = resolve(target, endpoint_url)
    known = _baseline(resolved, baseline_name)
    if baseline_name != "none":
        # Of a program its own baseline holds, whichever target is judged beside it.
        scenarios = {scenario.name for scenario in catalogue.scenarios()}
        known = Baseline(known.entries + baselines.load(names, ledger.load_all(), scenarios), known.path)
    # What boto3 cannot use of the environment is said now, and not by every scenario.
    client(Endpoint("http://127.0.0.1", REGION, INVENTED))
    return Settings(resolved, names, tier, known, examples, seed, _state(resolved, state))


def _state(target: Target, path: Path | None) -> StateFile | None:
    if path is None:
        return None
    if target.url is None:
        raise BadInput("--state is for an endpoint that lives on, given by --endpoint-url: this one ends with the run")
    check_writable(path)
    state = StateFile(path, target.url)
    state.check()
    return state


def _baseline(target: Target, name: str | None) -> Baseline:
    """The named file, `none`, or what is shipped for a target that is shipped."""
    if name == "none" or (name is None and (target.url is not None or target.argument != target.name)):
        return Baseline()
    path = Path(name) if name is not None else baseline.path_of(target.name)
    if name is None and not path.exists():
        return Baseline()
    return baseline.load(path, ledger.load_all(), {scenario.name for scenario in catalogue.scenarios()})


def within(tier: str, claim_tier: str) -> bool:
    """Whether a run at `tier` gates on a claim of `claim_tier`."""
    return TIERS.index(claim_tier) <= TIERS.index(tier)
