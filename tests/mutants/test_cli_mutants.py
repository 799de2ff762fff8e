"""Each claim about the command line is broken by a program that misbehaves, and kept by none that does nothing."""

import importlib.util
import itertools
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest

from conformance.aws_cli import discovery
from conformance.aws_cli.client import AwsCliMissing
from conformance.aws_cli.command_line import CommandLine
from conformance.aws_cli.recorder import Recorder
from conformance.contract import ledger
from conformance.errors import Blocked
from conformance.run import catalogue
from conformance.run.catalogue import SCENARIOS
from conformance.verdict.journal import Journal
from conformance.verdict.verdicts import Verdict
from tests.mutants.cli_mutants import MUTANTS, Mutant, failing, silent, talkative

BINDINGS = set(discovery.NAMES)
CLI_SCENARIOS = [scenario for scenario in catalogue.scenarios() if set(scenario.bindings) <= BINDINGS]
# Of the whole service two operations are enough, one without and one with an output.
FEW = {"operation": ["AdminSetUserPassword", "GetUser"]}


@pytest.fixture(scope="module")
def started():
    """Each program that is installed, started once."""
    made = {}
    for name in discovery.NAMES:
        try:
            made[name] = discovery.start(name)
        except AwsCliMissing:
            continue
    yield made
    for program in made.values():
        program.close()


@pytest.fixture(scope="module")
def recorder():
    """The endpoint of all calls."""
    with Recorder() as made:
        yield made


@cache
def module(file: str) -> ModuleType:
    """A module of scenarios, for their functions."""
    spec = importlib.util.spec_from_file_location(f"mutated_{file.removesuffix('.py')}", SCENARIOS / file)
    assert spec is not None
    assert spec.loader is not None
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


def cases(scenario: catalogue.Scenario) -> list[dict[str, object]]:
    """The arguments of each case of a scenario, as its parametrize marks have them."""
    function = getattr(module(scenario.file), scenario.name)
    axes = []
    for mark in (mark for mark in function.pytestmark if mark.name == "parametrize"):
        names = [name.strip() for name in mark.args[0].split(",")] if isinstance(mark.args[0], str) else mark.args[0]
        values = FEW.get(names[0], mark.args[1])
        axes.append([dict(zip(names, value if len(names) > 1 else [value], strict=True)) for value in values])
    return [{k: v for part in parts for k, v in part.items()} for parts in itertools.product(*axes)]


def verdict(scenario, case, program, name, recorder, home) -> Verdict:
    """The verdict on this program in a case: it conforms, diverges or is blocked."""
    recorder.begin()
    aws = CommandLine(name, program, recorder, Journal(), home)
    try:
        getattr(module(scenario.file), scenario.name)(aws, recorder, **case)
    except AssertionError:
        return Verdict.DIVERGES
    except Blocked:
        return Verdict.BLOCKED
    return Verdict.CONFORMS


def breaks(*arguments) -> bool:
    """Whether a program diverges in a case."""
    return verdict(*arguments) == Verdict.DIVERGES


@pytest.mark.parametrize("behave", [silent, failing, talkative], ids=lambda behave: behave.__name__)
def test_a_program_that_does_nothing_conforms_nowhere(behave, recorder, tmp_path):
    """A program that succeeds, fails or prints whatever it is asked gets no scenario to conform in any case."""
    passed = [
        (scenario.name, case)
        for scenario in CLI_SCENARIOS
        for case in cases(scenario)
        if verdict(scenario, case, Mutant(None, behave), scenario.bindings[0], recorder, tmp_path) == Verdict.CONFORMS
    ]

    assert passed == []


@pytest.mark.parametrize(
    ("name", "claim"), [(name, claim) for name, (_, claims) in MUTANTS.items() for claim in claims]
)
def test_a_mutant_breaks(name, claim, started, recorder, tmp_path):
    """A program that misbehaves so fails a scenario of the claim, which it keeps without."""
    (scenario,) = catalogue.of_claim(claim)
    binding = next((binding for binding in scenario.bindings if binding in started), None)
    if binding is None:
        pytest.skip(discovery.remedy(scenario.bindings[0]))
    mutant = Mutant(started[binding], MUTANTS[name][0])

    broken = next(
        (case for case in cases(scenario) if breaks(scenario, case, mutant, binding, recorder, tmp_path)), None
    )
    assert broken is not None
    assert verdict(scenario, broken, started[binding], binding, recorder, tmp_path) == Verdict.CONFORMS


def test_every_claim_is_broken_by_a_mutant():
    """No claim about the command line that is judged goes without a mutant, and no mutant names another claim."""
    judged = {
        claim.id
        for claim in ledger.load().claims.values()
        if claim.topic == "command-line" and claim.state == "testable"
    }

    assert {claim for _, claims in MUTANTS.values() for claim in claims} == judged
    assert {scenario.claim for scenario in CLI_SCENARIOS} == judged


def test_scenarios_leave_no_file(recorder, started, tmp_path):
    """What a scenario writes lies in the home directory that it is given."""
    (scenario,) = catalogue.of_claim("cli-input-json-reads-a-file")
    before = set(Path.cwd().iterdir())

    assert not breaks(scenario, {}, started["cli"], "cli", recorder, tmp_path)
    assert set(Path.cwd().iterdir()) == before
    assert [path.name for path in tmp_path.iterdir()] == ["input.json"]
