"""Scenarios and ledger belong together, and the package is what its map says."""

import ast
import re
from collections import Counter

import pytest

import conformance
from conformance import catalogue, ledger
from conformance.data import SCENARIOS

PACKAGE = SCENARIOS.parent
TESTABLE = {claim.id for claim in ledger.load().claims.values() if claim.state == "testable"}


def test_scenarios_cite_exactly_the_testable_claims():
    """Every testable claim has a scenario, and no scenario cites anything else."""
    cited = {scenario.claim for scenario in catalogue.scenarios() if scenario.claim}
    book = ledger.load()

    assert sorted(cited - set(book.claims)) == [], "no claims of the ledger"
    assert sorted(cited - TESTABLE) == [], "cited, but the ledger says that they are not judged"
    assert sorted(TESTABLE - cited) == [], "no scenario judges them"


def test_a_scenario_is_named_for_its_claim():
    """The scenario's name is the claim's id, so that either leads to the other."""
    cited = [(s.name, s.claim) for s in catalogue.scenarios() if s.claim]
    odd = {name: claim for name, claim in cited if name != f"test_{claim.replace('-', '_')}"}

    assert odd == {}


def test_one_scenario_takes_its_claims_from_the_table():
    """Only the walks cite no claim of their own: they judge the rows of the table of transitions."""
    assert [scenario.name for scenario in catalogue.scenarios() if not scenario.claim] == ["test_transition"]


def test_scenario_names_are_unique():
    """A name alone says which scenario is meant: ids and baselines rely on it."""
    repeated = [name for name, count in Counter(s.name for s in catalogue.scenarios()).items() if count > 1]

    assert repeated == []


def test_a_scenario_says_what_can_be_observed():
    """Each scenario has a docstring of one sentence."""
    silent = [s.name for s in catalogue.scenarios() if not re.fullmatch(r"[A-Z`].*\.", s.docstring.partition("\n")[0])]

    assert silent == []


def test_no_scenario_knows_its_target_or_sleeps():
    """No scenario names a target or waits."""
    for path in SCENARIOS.glob("test_*.py"):
        source = path.read_text("utf-8")
        assert re.search(r"\b(moto|localstack|ministack|floci|fakecloud)\b", source, re.IGNORECASE) is None, path.name
        assert "sleep" not in source, path.name


def _imports(path):
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("conformance"):
            names = (
                [node.module] if node.module != "conformance" else [f"conformance.{alias.name}" for alias in node.names]
            )
            yield from names
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.startswith("conformance"))


def _map():
    """The modules in the order of the package's map."""
    return re.findall(r"^ {2}(\w+(?:\.\w+)*)(?: |$)", conformance.__doc__, re.MULTILINE)


def test_the_map_names_every_module():
    """The package's docstring lists each module once."""
    modules = {path.stem for path in PACKAGE.glob("*.py") if path.stem not in ("__init__", "__main__")}
    for package in ("bindings", "reference", "mutants", "mutants/faults"):
        parts = [path.stem for path in PACKAGE.glob(f"{package}/*.py") if path.stem != "__init__"]
        modules |= {package.replace("/", "."), *(f"{package}/{part}".replace("/", ".") for part in parts)}

    assert sorted(_map()) == sorted(modules)


def test_imports_point_one_way():
    """A module imports only what stands above it in the map."""
    order = {f"conformance.{name}": number for number, name in enumerate(_map())}
    for name, number in order.items():
        path = PACKAGE / (name.removeprefix("conformance.").replace(".", "/") + ".py")
        path = path if path.exists() else path.with_suffix("") / "__init__.py"
        later = [imported for imported in _imports(path) if order.get(imported, -1) >= number]
        assert later == [], f"{name} imports what stands below it"


@pytest.mark.parametrize("module", ["cli_process", "help_process", "moto_process"])
def test_a_process_of_its_own_imports_nothing_of_boto3(module):
    """What runs beside awscli, or is started for every worker, imports no module of the suite that imports boto3."""
    assert set(_imports(PACKAGE / f"{module}.py")) <= {"conformance.data"}
