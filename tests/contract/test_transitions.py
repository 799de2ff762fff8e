"""The table of transitions is valid, complete, and says nothing twice."""

import json
import re
import tomllib
from collections import Counter

import botocore.session
import pytest
from jsonschema import Draft202012Validator

from conformance.contract import transitions
from conformance.contract.files import SCHEMAS
from tests.documentation.diagram import diagram

TABLE = transitions.load()


def test_the_table_keeps_its_schema():
    """The file is what its schema describes."""
    document = tomllib.loads((SCHEMAS / "transitions.toml").read_text(encoding="utf-8"))
    schema = json.loads((SCHEMAS / "transitions.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)

    assert [f"{e.json_path}: {e.message}" for e in Draft202012Validator(schema).iter_errors(document)] == []


def test_every_cell_is_there_once():
    """Each operation under each condition says of each status what becomes of an enabled user, once."""
    cells = Counter((row.operation, row.when, row.start, row.enabled) for row in TABLE.rows)
    wanted = {(row.operation, row.when, start, True) for row in TABLE.rows for start in TABLE.statuses}

    assert [cell for cell, count in cells.items() if count > 1] == []
    assert sorted(wanted - set(cells)) == []


@pytest.mark.nightly
def test_it_speaks_of_the_models_statuses():
    """The statuses and the retired ones together are the service model's, and nothing leads to a retired one."""
    model = botocore.session.Session().get_service_model("cognito-idp")
    members = set(model.shape_for("UserStatusType").enum)

    assert set(TABLE.statuses) - {transitions.NONE} | set(TABLE.retired) == members
    assert {row.to for row in TABLE.rows} & set(TABLE.retired) == set()


@pytest.mark.nightly
def test_errors_are_the_operations_own():
    """Each named error is one that the service model lists for the operation."""
    model = botocore.session.Session().get_service_model("cognito-idp")
    listed = {
        row.operation: {shape.name for shape in model.operation_model(row.operation).error_shapes} for row in TABLE.rows
    }

    assert [row for row in TABLE.rows if row.error and row.error not in listed[row.operation]] == []


@pytest.mark.parametrize(
    ("cell", "outcome", "to"),
    [
        (("AdminSetUserPassword", "Permanent=true", "UNCONFIRMED"), "accepted", "CONFIRMED"),
        (("AdminResetUserPassword", "verified contact", "FORCE_CHANGE_PASSWORD"), "NotAuthorizedException", None),
        (("InitiateAuth", "USER_SRP_AUTH, right password", "FORCE_CHANGE_PASSWORD"), "NEW_PASSWORD_REQUIRED", None),
    ],
)
def test_a_cell_is_found(cell, outcome, to):
    """A cell is found by operation, condition and status; where none is named, the status stays."""
    row = TABLE.find(*cell)

    assert (row.outcome, row.to, row.asserted) == (outcome, to or cell[2], True)


def test_a_cell_without_evidence_asserts_nothing():
    """What the file does not list, or lists as unknown, is not asserted."""
    assert not TABLE.find("AdminDeleteUser", "", "CONFIRMED", enabled=False).asserted
    assert not TABLE.find("SignUp", "", "EXTERNAL_PROVIDER").asserted
    assert not TABLE.find("AdminSetUserPassword", "Permanent=false", "EXTERNAL_PROVIDER").asserted


def test_the_documented_diagram_is_the_tables():
    """The state diagram in docs/lifecycle.md is drawn from the table as it is."""
    readme = (SCHEMAS.parent / "docs" / "lifecycle.md").read_text(encoding="utf-8")
    (drawn,) = re.findall(r"```mermaid\n(.*?)\n```", readme, re.DOTALL)

    assert drawn == diagram(), "put what diagram() gives into docs/lifecycle.md"


def test_the_diagram_draws_every_change_that_has_a_source():
    """A change of status that is only inferred is not drawn, one that has a source is, with its operation."""
    drawn = diagram()

    assert "CONFIRMED --> RESET_REQUIRED: AdminResetUserPassword (verified contact)" in drawn
    assert "EXTERNAL_PROVIDER --> FORCE_CHANGE_PASSWORD" not in drawn
    assert "[*] --> UNCONFIRMED: SignUp" in drawn
