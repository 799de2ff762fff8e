"""The ids of all results that the suite can have, and the list of those that were published.

`python -m tests.contract.result_ids` adds new ids to the list."""

from __future__ import annotations

from pathlib import Path

import pytest
from botocore.loaders import Loader
from botocore.model import ServiceModel

from conformance.bindings import REGISTRY
from conformance.cli.run import PYTEST, without_pytest_variables

PUBLISHED = Path(__file__).parents[1] / "data" / "result-ids.txt"
# A comment behind an id: the result was withdrawn, and why.
RETIRED = "  # retired: "
# These scenarios have a row for each operation that the installed botocore knows.
OF_EACH_OPERATION = (
    "test_cli_input_json_takes_every_skeleton",
    "test_cli_skeletons_show_every_input",
    "test_cli_skeletons_show_every_output",
)


class _Collected:
    """Keeps the ids of the scenarios that pytest collects."""

    def __init__(self) -> None:
        self.ids: set[str] = set()

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self.ids = {item.name for item in session.items}


def collected() -> set[str]:
    """Every result id of the catalogue, over all bindings and tiers; nothing is run."""
    found = _Collected()
    options = ("--collect-only", f"--bindings={','.join(REGISTRY)}", "--tier=wording", "--target=reference")
    with without_pytest_variables():
        code = pytest.main([*PYTEST, *options], [found])
    assert code == pytest.ExitCode.OK
    return found.ids


def of_the_client() -> set[str]:
    """The ids that follow from the installed botocore's model of the service, and are not in the list."""
    model = ServiceModel(Loader().load_service_model("cognito-idp", "service-2"), "cognito-idp")
    return {
        f"{scenario}[{program}-{operation}]"
        for scenario in OF_EACH_OPERATION
        for program in ("cli", "cli2")
        for operation in model.operation_names
    }


def published() -> dict[str, bool]:
    """Each id of the list, and whether it is still in use."""
    lines = PUBLISHED.read_text("utf-8").splitlines()
    return {line.partition(RETIRED)[0]: RETIRED not in line for line in lines if not line.startswith("#")}


def main() -> None:
    """Add to the list what was collected and is not in it."""
    lines = PUBLISHED.read_text("utf-8").splitlines()
    new = collected() - of_the_client() - set(published())
    heading = [line for line in lines if line.startswith("#")]
    PUBLISHED.write_text("\n".join([*heading, *sorted({*lines[len(heading) :], *new})]) + "\n", "utf-8")
    print(f"{len(new)} ids added to {PUBLISHED}")


if __name__ == "__main__":
    main()
