"""Each row of the table of transitions, as random walks through the lifecycle see it."""

import pytest

from conformance.lifecycle.steps import driven

every_row = pytest.mark.parametrize(
    "row", [pytest.param(row, id=row.id, marks=pytest.mark.claim(row.claim)) for row in driven()]
)


@pytest.fixture
def binding():
    """The walks call by the plain client, whatever operation is under test elsewhere."""


@pytest.mark.bindings("sdk")
@pytest.mark.usefixtures("binding")
@every_row
def test_transition(row, visit):
    """An operation makes of a user what the table says, whatever came before."""
    seen = visit(row)

    assert seen.outcome == seen.expected_outcome
    assert seen.status == seen.expected_status
