"""Callers with other policies: sessions of a second role, asked for through the guard."""

from __future__ import annotations

import json
from urllib.parse import urlencode

import pytest

from conformance.errors import BadInput
from conformance.target.aws import evidence, roles
from conformance.target.aws.gate import AwsGate
from conformance.target.aws.guard import Guard, SecondRole, Tripped
from conformance.target.aws.limiter import CountedTime
from conformance.target.aws.runledger import RunLedger
from conformance.target.exchange import ARRANGING, Sent
from tests.target.aws.conftest import ACCOUNT, REGION, called, staged, verdicts, without_aws
from tests.target.aws.test_guard import HOST, MOST, RUN, Socket

ROLE = SecondRole(f"arn:aws:iam::{ACCOUNT}:role/ConformanceSecond", REGION)
PERMISSIONS = ("-k", "test_permissions", "--second-role", ROLE.arn)
POLICY = json.dumps({"Statement": [{"Effect": "Allow", "Action": "sts:GetCallerIdentity", "Resource": "*"}]})
FORM = {**ROLE.form(RUN), "Policy": POLICY}


def asked(form, *, role=ROLE, **changes):
    """What reached the socket of a request to STS with this form."""
    socket, ledger = Socket(), RunLedger(RUN)
    gate = AwsGate(Guard(HOST, ledger, MOST, role), ledger, socket, CountedTime())
    body = form if isinstance(form, bytes) else urlencode(form).encode()
    sent = Sent(
        **{"sender": ARRANGING, "method": "POST", "url": f"https://{ROLE.host}/", "headers": {}, "body": body} | changes
    )
    gate.send(sent)
    return socket.sent


def test_a_session_of_the_second_role_is_asked_for():
    """A request for a short session of the named role, with a policy, reaches STS."""
    assert len(asked(FORM)) == 1


REFUSED = {
    "another role": (FORM | {"RoleArn": f"arn:aws:iam::{ACCOUNT}:role/Admin"}, {}),
    "a longer session": (FORM | {"DurationSeconds": "43200"}, {}),
    "no policy": (ROLE.form(RUN), {}),
    "an empty policy": (FORM | {"Policy": "{}"}, {}),
    "a policy of the account": (FORM | {"PolicyArns.member.1.arn": "arn:aws:iam::aws:policy/AdministratorAccess"}, {}),
    "two roles": (urlencode(FORM).encode() + b"&RoleArn=arn%3Aaws%3Aiam%3A%3A210987654321%3Arole%2Fx", {}),
    "something else of STS": (FORM | {"Action": "GetFederationToken"}, {}),
    "by a binding": (FORM, {"sender": "wire"}),
    "without TLS": (FORM, {"url": f"http://{ROLE.host}/"}),
    "in another Region": (FORM, {"url": "https://sts.us-east-1.amazonaws.com/"}),
    "where no role was named": (FORM, {"role": None}),
}


@pytest.mark.parametrize(("form", "changes"), REFUSED.values(), ids=REFUSED)
def test_nothing_else_reaches_sts(form, changes):
    """A request to STS for anything but a narrowed session of the named role raises, and reaches no socket."""
    with pytest.raises(Tripped):
        asked(form, **changes)


@pytest.mark.parametrize(
    ("arn", "said"),
    [
        ("ConformanceSecond", "is not the ARN of a role"),
        (f"arn:aws:iam::{ACCOUNT}:user/ada", "is not the ARN of a role"),
        ("arn:aws:iam::210987654321:role/ConformanceSecond", "is a role of account …4321"),
    ],
)
def test_what_is_no_role_of_the_account_is_refused(arn, said):
    """--second-role is the ARN of a role of the account that is judged."""
    with pytest.raises(BadInput, match=said):
        roles.second_role(arn, ACCOUNT, REGION)


@pytest.fixture(scope="module")
def judged(tmp_path_factory, planned):
    """A recorded run of the claims on permissions, its place, and what the stand-in gave."""
    place = tmp_path_factory.mktemp("permissions")
    plan = planned(*PERMISSIONS)
    with staged(place) as stage:
        files = [f"--{name}={place / 'report'}.{name}" for name in ("json", "html", "junit")]
        done = stage.call("run", "aws", "--plan", str(plan), *PERMISSIONS, *files, f"--record={place / 'evidence'}")
        assert done.returncode == 0, done.stdout + done.stderr
        yield place, plan, stage.service, done


def test_policies_are_judged_by_sessions(judged):
    """With a second role every claim on permissions conforms, each caller being a session; nothing is left."""
    place, plan, service, _ = judged

    assert set(verdicts(place / "report.json").values()) == {"conforms"}
    assert 0 < service.log.sessions <= json.loads(plan.read_text("utf-8"))["by_operation"]["AssumeRole"]
    assert service.account.pools == {}


def test_no_artefact_holds_credentials_of_a_session(judged):
    """No key, secret or token of the caller or a session, nor the account, is in a report, output or evidence."""
    place, _, service, done = judged
    sessions = [caller for caller in service.account.callers.values() if caller.token]
    secrets = {value for one in sessions for value in (one.access_key, one.secret_key, one.token)}
    secrets |= {ACCOUNT, *service.keys, *service.keys.values(), *(f"stand-in-token-{n}" for n in range(9))}
    files = [*place.glob("report.*"), *(place / "evidence").iterdir()]
    texts = [path.read_text("utf-8") for path in files]

    assert sessions
    assert [secret for secret in secrets if any(secret in text for text in (*texts, done.stdout, done.stderr))] == []


def test_a_replay_of_sessions_has_the_verdicts_of_the_run(judged, tmp_path):
    """Evidence on permissions replays to the same verdicts, and says nothing of the role."""
    place, file = judged[0], tmp_path / "replayed.json"

    done = called(
        ["run", f"replay:{place / 'evidence'}", "-k", "test_permissions", f"--json={file}"], without_aws(), tmp_path
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert verdicts(file) == verdicts(place / "report.json")
    assert not any("ConformanceSecond" in path.read_text("utf-8") for path in evidence.files(place / "evidence"))


def test_the_policy_allows_the_second_role_and_no_other(planned):
    """The policy of a plan with a second role has sts:AssumeRole on that role; without one it has none."""
    statements = json.loads(planned(*PERMISSIONS).read_text("utf-8"))["policy"]["Statement"]
    without = json.loads(planned("-k", "smoke").read_text("utf-8"))["policy"]["Statement"]

    assert [one["Resource"] for one in statements if one["Action"] == ["sts:AssumeRole"]] == [ROLE.arn]
    assert "AssumeRole" not in json.dumps(without)


@pytest.mark.slow
def test_without_a_second_role_permissions_are_skipped(stage, planned, tmp_path):
    """Without --second-role the claims on permissions are skipped, and the reason names the option."""
    chosen, file = ("-k", "test_permissions"), tmp_path / "r.json"

    stage.call("run", "aws", "--plan", str(planned(*chosen)), *chosen, f"--json={file}")

    results = json.loads(file.read_text("utf-8"))["results"]
    assert {result["verdict"] for result in results} == {"skipped"}
    assert {"--second-role" in result["reason"] for result in results} == {True}


def test_a_role_that_may_not_do_what_is_judged_accuses_nobody(tmp_path, planned):
    """A role whose own policy does not allow the operation blocks the claims."""
    with staged(tmp_path, second_role_may=("cognito-idp:AdminGetUser",)) as stage:
        done = stage.call(
            "run", "aws", "--plan", str(planned(*PERMISSIONS)), *PERMISSIONS, f"--json={tmp_path / 'r.json'}"
        )

    assert set(verdicts(tmp_path / "r.json").values()) == {"blocked"}
    assert "let its policy allow it" in done.stdout + (tmp_path / "r.json").read_text("utf-8")


def test_a_role_that_cannot_be_assumed_is_refused_before_anything_is_sent(tmp_path, planned):
    """Where STS gives no session of the role, the exit code is 2, and Cognito is asked nothing."""
    with staged(tmp_path, second_role="arn:aws:iam::{account}:role/Another") as stage:
        done = stage.call("run", "aws", "--plan", str(planned(*PERMISSIONS)), *PERMISSIONS)

    assert done.returncode == 2, done.stdout + done.stderr
    assert "--second-role: sts assume-role answered AccessDenied" in done.stderr
    assert stage.service.log.operations == []
