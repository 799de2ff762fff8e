"""The ledger is valid, says its own words, and forgets no id."""

import json
import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
from botocore.loaders import Loader
from jsonschema import Draft202012Validator

from conformance.contract import ledger
from conformance.contract.files import SCHEMAS
from conformance.contract.ledger import Claim, UnknownClaim

LEDGER = SCHEMAS / "admin-set-user-password.toml"
every_ledger = pytest.mark.parametrize("operation", ledger.operations())
PUBLISHED = Path(__file__).parents[1] / "data" / "claim-ids.txt"


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return tomllib.loads(LEDGER.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def validator() -> Draft202012Validator:
    schema = json.loads((SCHEMAS / "ledger.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def a_claim(**changes: Any) -> dict[str, Any]:
    """A ledger of one claim, valid but for the changes; None takes a key away."""
    claim = {
        "id": "sky-is-blue",
        "topic": "sky",
        "text": "The sky is blue.",
        "provenance": "page",
        "source": ["https://example.com/sky"],
        "confidence": "high",
        "state": "testable",
        "sentences": {"2023-12": ["0123456789ab"]},
    }
    kept = {key: value for key, value in (claim | changes).items() if value is not None}
    editions = {"2023-12": {"title": "The sky's page", "botocore": "1.34.58"}}
    return {"operation": "LookUp", "service": "sky", "editions": editions, "claim": [kept], "aside": []}


@every_ledger
def test_the_ledger_is_valid(operation: str, validator: Draft202012Validator) -> None:
    """Each operation's ledger keeps its schema."""
    document = tomllib.loads((SCHEMAS / f"{operation}.toml").read_text(encoding="utf-8"))
    found = [f"{error.json_path}: {error.message}" for error in validator.iter_errors(document)]

    assert found == []


def test_the_schema_accepts_a_plain_claim(validator: Draft202012Validator) -> None:
    """The claim that the next test spoils is a valid one."""
    assert validator.is_valid(a_claim())


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"id": "Sky_is_blue"}, id="an id that is not kebab-case"),
        pytest.param({"text": "The sky is blue"}, id="a text without an end"),
        pytest.param({"text": "The sky is blue. It is high."}, id="a text of two sentences"),
        pytest.param({"source": []}, id="no source"),
        pytest.param({"source": ["somewhere"]}, id="a source that nobody can follow"),
        pytest.param({"sentences": None}, id="a statement of the page that is on no page"),
        pytest.param({"sentences": {"2023-12": ["The sky is blue."]}}, id="a sentence in place of its fingerprint"),
        pytest.param({"state": "pending"}, id="pending without a reason"),
        pytest.param({"state": "untestable"}, id="untestable without a reason"),
        pytest.param({"reason": "It is too high."}, id="testable with a reason not to test"),
        pytest.param({"provenance": "inferred"}, id="our own reasoning, to be judged by"),
        pytest.param({"wording": True}, id="a documented wording"),
        pytest.param({"source": ["gh-index:1"]}, id="documented where nobody can look"),
        pytest.param({"source": ["gh-index:1"], "provenance": "observed"}, id="no address and no note of it"),
        pytest.param({"colour": "blue"}, id="an unknown key"),
    ],
)
def test_the_schema_refuses(changes: dict[str, Any], validator: Draft202012Validator) -> None:
    """A claim with one fault is refused by the schema."""
    assert not validator.is_valid(a_claim(**changes))


def test_ids_are_unique() -> None:
    """No two claims or asides of all ledgers share an id."""
    books = [ledger.load(operation) for operation in ledger.operations()]
    ids = Counter(name for book in books for name in (*book.claims, *book.asides))

    assert [name for name, count in ids.items() if count > 1] == []


def test_ids_are_for_ever() -> None:
    """Every id ever published is still a claim, and every claim's id is on the list of those published."""
    published = PUBLISHED.read_text(encoding="utf-8").split()
    ids = ledger.load_all().claims

    lost = sorted(set(published) - set(ids))
    assert lost == [], "results, baselines and links name these ids: keep them, as untestable if need be"
    new = sorted(set(ids) - set(published))
    assert new == [], f"add these ids to {PUBLISHED.name}"
    assert published == sorted(published), f"sort {PUBLISHED.name}"


def test_each_topic_stands_together() -> None:
    """The claims of a topic follow one another."""
    blocks = [topic for topic, _ in groupby(claim.topic for claim in ledger.load().claims.values())]

    assert [topic for topic, count in Counter(blocks).items() if count > 1] == []


def test_every_edition_that_is_named_is_declared(document: dict[str, Any]) -> None:
    """Sentences belong to editions that the ledger declares."""
    named = {edition for entry in document["claim"] + document["aside"] for edition in entry.get("sentences", {})}

    assert named == set(document["editions"])


def test_each_claim_says_something_of_its_own() -> None:
    """No two claims have the same text."""
    texts = Counter(claim.text for claim in ledger.load_all().claims.values())

    assert [text for text, count in texts.items() if count > 1] == []


@every_ledger
def test_the_words_are_our_own(operation: str) -> None:
    """No ledger repeats eight words in a row of what botocore says about the service."""
    document = tomllib.loads((SCHEMAS / f"{operation}.toml").read_text(encoding="utf-8"))
    theirs = their_runs()
    ours = {
        f"{entry['id']}: {' '.join(run)}"
        for entry in document["claim"] + document.get("aside", [])
        for key, text in entry.items()
        if isinstance(text, str) and key != "id"
        for run in runs(text)
        if run in theirs
    }

    assert sorted(ours) == []


@cache
def their_runs() -> frozenset[tuple[str, ...]]:
    """Every eight consecutive words of the service model's documentation."""
    model = Loader().load_service_model("cognito-idp", "service-2")
    return frozenset(run for text in documentation(model) for run in runs(text))


def documentation(node: Any) -> Iterator[str]:
    """Every text of documentation in a service model."""
    children = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, child in children:
        if key == "documentation" and isinstance(child, str):
            yield re.sub(r"<[^>]+>", "", child)
        else:
            yield from documentation(child)


def runs(text: str) -> set[tuple[str, ...]]:
    """Every eight consecutive words of a text."""
    words = re.findall(r"[\w']+", text.lower())
    return set(zip(*(words[start:] for start in range(8)), strict=False))


@pytest.mark.parametrize(
    ("provenance", "wording", "tier"),
    [
        ("page", False, "documented"),
        ("model", False, "documented"),
        ("reference", False, "documented"),
        ("observed", False, "observed"),
        ("observed", True, "wording"),
        ("inferred", False, "none"),
    ],
)
def test_the_tier_follows_the_provenance(provenance: str, wording: bool, tier: str) -> None:
    """What is documented is gated on first, what is observed later, the exact text of a message last."""
    claim = Claim("sky-is-blue", "sky", "The sky is blue.", provenance, (), "high", "testable", wording=wording)

    assert claim.tier == tier


def test_a_leak_is_gated_on_by_every_run() -> None:
    """Wherever a claim on a leak is known from, the default tier has it."""
    leaks = [claim for claim in ledger.load_all().claims.values() if claim.kind == "leak"]

    assert leaks
    assert {claim.tier for claim in leaks} == {"documented"}


def test_a_misspelt_id_names_the_nearest() -> None:
    """Asking for a claim that does not exist tells which one may be meant."""
    with pytest.raises(UnknownClaim) as raised:
        ledger.load().claim("temporay-password-is-challenged")

    assert str(raised.value) == (
        "'temporay-password-is-challenged' is not a claim in admin-set-user-password.toml; "
        "did you mean 'temporary-password-is-challenged'?"
    )


def test_an_id_like_no_other_gets_no_guess() -> None:
    """Asking for something far from every claim tells only that it is none."""
    with pytest.raises(UnknownClaim, match=r"^'zzz' is not a claim in admin-set-user-password\.toml$"):
        ledger.load().claim("zzz")


def test_a_claim_is_found_by_its_id() -> None:
    """Every claim is found by the id that it carries."""
    book = ledger.load()

    assert all(book.claim(name).id == name for name in book.claims)
