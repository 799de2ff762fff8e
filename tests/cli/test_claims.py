"""`claims`: the ledger, and all that is known of one claim."""

import json

from click.testing import CliRunner

from conformance.cli import main
from conformance.contract import ledger


def printed(*words):
    """What the command prints."""
    done = CliRunner().invoke(main, ["claims", *words])
    assert done.exit_code == 0, done.output
    return done.output


def test_one_claim_is_shown_with_all_that_is_known_of_it():
    """Wording, provenance, each source, the scenario with its file, and the mutants that it must notice."""
    claim = ledger.load_all().claim("works-on-any-user")
    text = " ".join(printed(claim.id).split())

    for part in (claim.text, claim.provenance, *claim.sources, "test_works_on_any_user", "cognito/test_status.py"):
        assert part in text, part
    assert "mutants" in text


def test_a_topic_is_shown_alone():
    """With --topic there are the claims of that topic, as text and as JSON."""
    book = ledger.load_all()
    mine = [claim.id for claim in book.claims.values() if claim.topic == "storage"]

    assert [claim["id"] for claim in json.loads(printed("--topic", "storage", "--json"))] == mine
    assert [name for name in mine if name not in printed("--topic", "storage")] == []
