"""What a run records holds no secret, and replays to the same verdicts."""

from __future__ import annotations

import json
import re

import pytest

from conformance.contract import files
from conformance.errors import BadInput, Inconclusive
from conformance.target.aws import evidence
from conformance.target.exchange import ARRANGING, Received, Sent
from tests.target.aws.conftest import ACCOUNT, called, staged, verdicts, without_aws

LITTLE, EVERYTHING = ("-k", "dispatch or output or phone_alias"), ()


@pytest.fixture(
    scope="module", params=[LITTLE, pytest.param(EVERYTHING, marks=pytest.mark.slow)], ids=["little", "everything"]
)
def selection(request):
    """What is recorded."""
    return request.param


@pytest.fixture(scope="module")
def recorded(tmp_path_factory, planned, selection):
    """The directory of a recorded run, its report, and every request that the stand-in was sent."""
    place = tmp_path_factory.mktemp("recorded")
    with staged(place) as stage:
        done = stage.call(
            "run",
            "aws",
            "--plan",
            str(planned(*selection)),
            *selection,
            f"--record={place / 'evidence'}",
            f"--json={place / 'report.json'}",
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return place / "evidence", verdicts(place / "report.json"), list(stage.service.log.bodies)


def test_every_file_fits_the_schema(recorded):
    """Each line of each file is what schemas/evidence.schema.json says."""
    for path in evidence.files(recorded[0]):
        for line in path.read_text("utf-8").splitlines():
            assert files.fault(json.loads(line), "evidence") is None, line[:300]


def test_no_file_holds_a_secret(recorded):
    """No password, name, id, address, token, account number or date of the run is in any file."""
    directory, _, bodies = recorded
    text = "".join(path.read_text("utf-8") for path in evidence.files(directory))
    secrets = {ACCOUNT, "STANDINKEY", "stand-in-token"}
    for body in bodies:
        members = _members(body)
        secrets |= {str(members.get(name)) for name in ("UserPoolId", "ClientId", "Username", "Password", "Session")}
    secrets = {secret for secret in secrets if len(secret) > 5}

    found = sorted(secret for secret in secrets if json.dumps(secret)[1:-1] in text)

    assert found == []
    assert evidence.LEAKS.findall(re.sub(r'"sha256": "\w+"', "", text)) == []


def _members(body):
    try:
        document = json.loads(body)
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}


def test_a_replay_has_the_verdicts_of_the_run(recorded, selection, tmp_path):
    """Judged from the files, without a network, every result has the verdict that it had."""
    directory, found, _ = recorded
    file = tmp_path / "replayed.json"

    done = called(["run", f"replay:{directory}", *selection, f"--json={file}"], without_aws(), tmp_path)

    assert done.returncode == 0, done.stdout + done.stderr
    assert verdicts(file) == found


def test_a_review_prints_and_writes_nothing(recorded, tmp_path):
    """`evidence review` says what the ledger would have to change, and leaves it alone."""
    done = called(["evidence", "review", str(recorded[0])], without_aws(), tmp_path)

    assert done.returncode == 0, done.stderr
    assert "would change" in done.stdout


def test_a_changed_file_is_refused(recorded, tmp_path):
    """Evidence in which a verdict was changed by hand no longer has its hash."""
    path = evidence.files(recorded[0])[0]
    changed = tmp_path / path.name
    changed.write_text(path.read_text("utf-8").replace('"conforms"', '"diverges"'), encoding="utf-8")

    with pytest.raises(BadInput, match="its hash does not fit"):
        evidence.read(changed)


def test_a_replay_invents_no_answer(recorded):
    """A request that was not recorded gets no answer."""
    headers = {"X-Amz-Target": "AWSCognitoIdentityProviderService.AdminGetUser"}
    sent = Sent(ARRANGING, "POST", "https://cognito-idp.eu-west-1.amazonaws.com/", headers, b'{"Username": "nobody"}')

    with pytest.raises(Inconclusive, match="not recorded: AdminGetUser"):
        evidence.Replay(recorded[0]).send(sent)


@pytest.mark.parametrize(
    "text",
    [
        "User ada@example.com does not exist",
        "arn:aws:iam::123456789012:user/ada",
        "eu-west-1_aB3dE6gH9",
        "AKIAIOSFODNN7EXAMPLE",
        "eyJhbGciOiJub25lIn0.eyJzdWIi.c2ln",
        "request 123e4567-e89b-12d3-a456-426614174000",
    ],
)
def test_what_looks_like_somebodys_is_hidden(text):
    """An error text that names an address, an account, a pool, a key, a token or an id is written without it."""
    body = json.dumps({"__type": "X", "message": text}).encode()

    written = json.dumps(evidence.answer_of(evidence.Names(), Received(400, {}, body)))

    assert evidence.LEAKS.search(written) is None
