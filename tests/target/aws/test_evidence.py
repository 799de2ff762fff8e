"""What a run records holds no secret, and replays to the same verdicts."""

from __future__ import annotations

import json
import re

import pytest

from conformance.contract import files
from conformance.errors import BadInput, Inconclusive
from conformance.reference.stand_in import strangers
from conformance.target.aws import evidence
from conformance.target.exchange import ARRANGING, Received, Sent
from tests.target.aws.conftest import ACCOUNT, REGION, called, staged, verdicts, without_aws

LITTLE, EVERYTHING = ("-k", "dispatch or output or phone_alias or ListUserPools"), ()


@pytest.fixture(
    scope="module", params=[LITTLE, pytest.param(EVERYTHING, marks=pytest.mark.slow)], ids=["little", "everything"]
)
def selection(request):
    """What is recorded."""
    return request.param


@pytest.fixture(scope="module")
def recorded(tmp_path_factory, planned, selection):
    """The directory of a recorded run, its report, and every request and answer of the stand-in."""
    place = tmp_path_factory.mktemp("recorded")
    with staged(place) as stage:
        strangers(stage.service, {"somebodys-pool": {}})
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
        return (
            place / "evidence",
            verdicts(place / "report.json"),
            [*stage.service.log.bodies, *stage.service.log.answers],
        )


def test_every_file_fits_the_schema(recorded):
    """Each line of each file is what schemas/evidence.schema.json says."""
    for path in evidence.files(recorded[0]):
        for line in path.read_text("utf-8").splitlines():
            assert files.fault(json.loads(line), "evidence") is None, line[:300]


def test_no_file_holds_a_secret(recorded):
    """No password, name, id, address, token or account number that was sent or came back is in any file.

    Neither evidence nor report names the pools of others, which are in a list of pools."""
    directory, _, bodies = recorded
    lines = [line for path in evidence.files(directory) for line in path.read_text("utf-8").splitlines()]
    secrets = {ACCOUNT, "STANDINKEY", "stand-in-token"} | {
        value for body in bodies for name, value in _strings(_document(body)) if name in SECRET and len(value) > 5
    }
    keys = {secret.rpartition("_")[2] for secret in secrets if re.fullmatch(rf"{REGION}_\w{{9}}", secret)}
    # Where nothing was sent the ids of results stand, which are those of the repository.
    values = {value for line in lines for _, value in _strings(_document(line)) if '"result"' not in line}

    found = sorted(secret for secret in secrets | keys if any(_shows(value, secret) for value in values))

    assert found == []
    assert len(secrets) > 100
    assert "somebodys-pool" not in "".join(lines) + (directory.parent / "report.json").read_text("utf-8")
    assert evidence.LEAKS.findall(re.sub(r'"sha256": "\w+"', "", "".join(lines))) == []


SECRET = {*evidence.KINDS, "Value", "Token"} - {"Id", evidence.RUN_TAG, evidence.UNTIL_TAG}


def _shows(value, secret):
    """Whether a value has a secret in it; a word, such as `lowercase`, may stand in the text of an error."""
    return secret in value if not secret.isalpha() else secret == value


def _strings(value, name=""):
    """The strings in a document, each with the name of its member."""
    if isinstance(value, dict):
        for member, inner in value.items():
            yield from _strings(inner, member)
    elif isinstance(value, list):
        for inner in value:
            yield from _strings(inner, name)
    elif isinstance(value, str):
        yield name, value


def _document(body):
    try:
        return json.loads(body)
    except ValueError:
        return None


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
        "User: arn:aws:sts::123456789012:assumed-role/Mine/ada is not authorized",
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
