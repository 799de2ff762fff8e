"""Whatever stands behind an endpoint, no e-mail address that the suite writes reaches anybody."""

from pathlib import Path

import pytest

import conformance
from conformance.contract.files import FIXTURES, SCHEMAS
from conformance.target.mailbox import reaching_somebody, simulated

PACKAGE = Path(conformance.__file__).parent
# The observers of the SDK gate talk to nothing but a recorder.
SOURCES = [
    path
    for place in (PACKAGE, FIXTURES, SCHEMAS)
    for path in sorted(place.rglob("*"))
    if path.suffix in (".py", ".toml", ".json") and "gate" not in path.parts
]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_every_address_in_the_package_is_one_of_the_simulator(path):
    """No module, table or schema contains an e-mail address that could be somebody's."""
    assert reaching_somebody(path.read_text("utf-8")) == []


@pytest.mark.parametrize("label", ["ada", "user-0a1b2c3d4e5f", "ada+tag-0000001"])
def test_an_address_of_the_simulator_reaches_nobody(label):
    """An address that `simulated` makes is one of the simulator, in any case of its letters."""
    assert reaching_somebody(simulated(label)) == []
    assert reaching_somebody(simulated(label).upper()) == []


@pytest.mark.parametrize(
    "address",
    [
        "ada@example.com",
        "success@simulator.amazonses.com.example.com",
        "success@simulator.amazonses.example",
        "bounce@simulator.amazonses.com",
        "complaint@simulator.amazonses.com",
        "ada+success@simulator.amazonses.com",
        "ada@example.com,success@simulator.amazonses.com",
    ],
)
def test_any_other_address_is_found(address):
    """What would bounce, or reach somebody, is found."""
    assert reaching_somebody(f'{{"Value": "{address}"}}') != []
