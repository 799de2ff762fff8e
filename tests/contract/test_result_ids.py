"""The ids of results are for ever: baselines, reports and links name them."""

import re

import pytest

from tests.contract.result_ids import PUBLISHED, collected, of_the_client, published


@pytest.fixture(scope="module")
def ids() -> set[str]:
    """Every result id of the catalogue."""
    return collected()


def test_result_ids_are_for_ever(ids):
    """Every id ever published is still a result's, unless its line says why it was retired."""
    lost = sorted({name for name, in_use in published().items() if in_use} - ids)
    back = sorted({name for name, in_use in published().items() if not in_use} & ids)

    assert lost == [], "baselines and reports name these ids: keep them, or end their lines with '  # retired: REASON'"
    assert back == [], f"these ids are in use: {PUBLISHED.name} says that they are retired"


def test_every_result_id_is_published(ids):
    """Every id is in the list, except those of the operations that the installed botocore happens to know."""
    new = sorted(ids - of_the_client() - set(published()))

    assert new == [], "run python -m tests.contract.result_ids"


def test_what_follows_from_the_client_is_stated_by_rule(ids):
    """The rows that depend on the installed botocore are exactly three scenarios, both programs and its operations."""
    assert sorted(of_the_client() - ids) == []


def test_result_ids_are_words(ids):
    """No id holds a value as Python spells it: True, False, None, or an object at its address."""
    odd = [name for name in sorted(ids) if re.search(r"[\[-](True|False|None)\b|0x|[^!-~]", name)]

    assert odd == []


def test_the_list_is_sorted_and_names_each_id_once():
    """The list is sorted, so that two branches that add to it seldom meet."""
    lines = [line for line in PUBLISHED.read_text("utf-8").splitlines() if not line.startswith("#")]

    assert lines == sorted(set(lines))
