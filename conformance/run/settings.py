"""The settings of one run: target, bindings, tier and baseline, checked before anything starts."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from conformance import bindings
from conformance.aws_cli import baselines
from conformance.console import check_writable
from conformance.contract import ledger
from conformance.errors import BadInput
from conformance.run.options import EXAMPLES, OPTIONS, SEED, TARGET, TIERS, words
from conformance.run.shard import Shard
from conformance.target.client import client
from conformance.target.deferred import StateFile
from conformance.target.definition import INVENTED, REGION, Endpoint, Target, baseline_of, resolve
from conformance.target.transport import acceptable
from conformance.verdict import baseline
from conformance.verdict.baseline import Baseline
from conformance.verdict.verdicts import Kind


@dataclass(frozen=True)
class Settings:
    """What one run judges, and how to ask for the same again (`arguments`)."""

    target: Target
    bindings: tuple[str, ...]
    tier: str
    baseline: Baseline
    examples: int = EXAMPLES
    seed: int = SEED
    state: StateFile | None = None
    fail_on: frozenset[Kind] = frozenset(Kind)
    shard: Shard | None = None

    @property
    def arguments(self) -> str:
        """The arguments of `cognito-conformance run` that judge the same target, with no baseline."""
        named = {
            "endpoint_url": self.target.url,
            "tier": self.tier,
            "stateful_examples": self.examples,
            "seed": self.seed,
            "state": self.state.path if self.state else None,
            "baseline": "none",
        }
        target = [self.target.argument] if self.target.argument else []
        return shlex.join([*target, *(word for name in words(named) for word in name.split("=", 1))])

    @classmethod
    def of(cls, options: Mapping[str, Any], prepared: Target | None = None) -> Settings:
        """The settings that these options mean, by `dest` (run/options.py); what is not named has its default.

        A `prepared` target is judged in place of the one that they name.

        Raises BadInput with the one line that says what was wrong and what to do."""
        value = {option.dest: option.default for option in (TARGET, *OPTIONS)} | dict(options)
        names = tuple(dict.fromkeys(name.strip() for name in value["bindings"].split(",") if name.strip()))
        if not names or not set(names) <= set(bindings.NAMES):
            raise BadInput(f"--bindings {value['bindings']!r}: choose some of {','.join(bindings.NAMES)}")
        if value["tier"] not in TIERS:
            raise BadInput(f"--tier {value['tier']!r}: choose one of {', '.join(TIERS)}")
        if value["stateful_examples"] < 1:
            raise BadInput(f"--stateful-examples {value['stateful_examples']}: at least one walk is to be taken")
        target = prepared or resolve(value["target"], value["endpoint_url"])
        _check_host(target, names)
        return cls(
            target,
            names,
            value["tier"],
            _baseline(target, value["baseline"], names),
            value["stateful_examples"],
            value["seed"],
            _state(target, value["state"]),
            _kinds(value["fail_on"]),
            Shard.of_word(value["shard"]) if value["shard"] is not None else None,
        )


def _check_host(target: Target, names: Sequence[str]) -> None:
    programs = [name for name in names if bindings.REGISTRY[name].program]
    if target.url and programs and acceptable(target.url) != target.url:
        raise BadInput(f"the AWS CLI does not take the host of {target.url}: leave {programs[0]} out of --bindings")


def verify_aws_environment() -> None:
    """Raise BadInput where boto3 cannot use a variable of the environment: said once, and not by every scenario."""
    client(Endpoint("http://127.0.0.1", REGION, INVENTED))


def _state(target: Target, path: Path | None) -> StateFile | None:
    if path is None:
        return None
    if target.lasting is None:
        raise BadInput("--state is for an endpoint that lives on, given by --endpoint-url: this one ends with the run")
    check_writable(path)
    state = StateFile(path, target.lasting)
    state.check()
    return state


def _kinds(words: str | None) -> frozenset[Kind]:
    names = [word.strip() for word in (words or "").split(",") if word.strip()]
    unknown = [name for name in names if name not in set(Kind)]
    if unknown or (words is not None and not names):
        raise BadInput(f"--fail-on {words!r}: choose some of {','.join(Kind)}")
    return frozenset(map(Kind, names)) if names else frozenset(Kind)


def _baseline(target: Target, name: str | None, names: Sequence[str]) -> Baseline:
    """The named file, `none`, or the target's own; with what is known of each AWS CLI."""
    if name == "none":
        return Baseline()
    shipped = target.url is None and target.argument == target.name
    path = Path(name) if name is not None else target.baseline or baseline_of(target.name)
    found = Baseline()
    if name is not None or target.baseline or (shipped and path.exists()):
        found = baseline.load(path, ledger.load_all())
    programs = baselines.load(names, ledger.load_all())
    return Baseline(found.entries + programs, found.path)


def within(tier: str, claim_tier: str) -> bool:
    """Whether a run at `tier` gates on a claim of `claim_tier`."""
    return TIERS.index(claim_tier) <= TIERS.index(tier)
