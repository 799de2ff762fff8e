"""`plan aws` and `run aws`, at a stand-in for AWS: what they do, what they refuse, what they leave."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import boto3
import pytest

from conformance.reference.errors import Refusal
from conformance.reference.http import HttpAnswer, refused
from conformance.reference.stand_in import FAULTS, strangers
from conformance.target.aws.guard import RUN_TAG, TAG, UNTIL_TAG
from conformance.target.aws.operations import OPERATIONS
from conformance.target.aws.plan import MOST_USERS
from conformance.target.client import Cognito
from conformance.target.definition import INVENTED, resolve
from tests.target.aws.conftest import ACCOUNT, called, kill, names, staged, verdicts, without_aws

SMOKE = ("-k", "smoke")
ROOT = Path(__file__).parents[3]
FOREIGN = {
    "cognito-conformance": {},
    "cognito-conformance-": {},
    "cognito-conformance-users": {TAG: "1"},
    "cognito-conformance-0a1b2c3d4e5f": {TAG: "1"},
    "cognito-conformance-20200101T0000Z-0a1b2c": {TAG: "1", RUN_TAG: "20200101T0000Z-0a1b2c"},
    "cognito-conformance-20200101T0000Z-0a1b2c-01": {},
    "cognito-conformance-20200101T0000Z-0a1b2c-02": {TAG: "1"},
    "cognito-conformance-20200101T0000Z-0a1b2c-03": {
        TAG: "1",
        RUN_TAG: "20200101T0000Z-ffffff",
        UNTIL_TAG: "2020-01-01T07:00Z",
    },
    "cognito-conformance-20200101T0000Z-0a1b2c-04": {
        TAG: "1",
        RUN_TAG: "20200101T0000Z-0a1b2c",
        UNTIL_TAG: "2999-01-01T07:00Z",
    },
    "my-cognito-conformance-20200101T0000Z-0a1b2c-05": {
        TAG: "1",
        RUN_TAG: "20200101T0000Z-0a1b2c",
        UNTIL_TAG: "2020-01-01T07:00Z",
    },
}


def test_a_plan_counts_without_calling(planned):
    """A plan of the smoke selection counts one pool, three users, no message and fewer than sixty requests."""
    plan = json.loads(planned(*SMOKE).read_text("utf-8"))

    assert plan["pools"] == 1
    assert plan["users"] == 3
    assert plan["messages"] == 0
    assert plan["calls"] < 60
    assert plan["cost_usd"] <= 0.05
    assert plan["policy"]["Statement"]


@pytest.mark.slow
def test_the_plan_of_the_whole_suite_trips_nothing(planned):
    """Every scenario, at every tier, goes through the gate without a message; the policy names what is signed."""
    plan = json.loads(planned("--tier", "wording").read_text("utf-8"))

    actions = {action for statement in plan["policy"]["Statement"] for action in statement["Action"]}
    assert plan["messages"] == 0
    assert "cognito-idp:AdminSetUserPassword" in actions
    assert not {action for action in actions if "*" in action or "ProvisionedLimit" in action}


def test_a_run_judges_and_leaves_nothing(stage, planned, tmp_path):
    """A run asks for no more than its plan counted, ends with verdicts, deletes its pool, and sends no message."""
    plan = planned(*SMOKE)
    done = stage.call("run", "aws", "--plan", str(plan), *SMOKE, f"--json={tmp_path / 'r.json'}")

    assert done.returncode == 0, done.stdout + done.stderr
    assert set(verdicts(tmp_path / "r.json").values()) == {"conforms"}
    planned_run = json.loads(plan.read_text("utf-8"))
    assert len(stage.service.log.operations) <= planned_run["calls"]
    assert _allowed(planned_run) == _signed(stage)
    assert stage.service.account.pools == {}
    assert stage.service.log.messages == 0
    assert ACCOUNT not in done.stdout


def _allowed(plan):
    """The operations of Cognito that the policy of a plan allows."""
    actions = {action for statement in plan["policy"]["Statement"] for action in statement["Action"]}
    return {action.removeprefix("cognito-idp:") for action in actions if action.startswith("cognito-idp:")}


def _signed(stage):
    """The operations that a stand-in was asked for and that IAM decides on."""
    return {name for name in stage.service.log.operations if name in OPERATIONS and OPERATIONS[name].signed}


def test_messages_go_out_only_as_many_as_were_allowed(stage, planned, tmp_path):
    """With --messages 2 two go out, to the mailbox simulator; what needs more is skipped."""
    chosen = ("-k", "permanent_password_signs_in and RESET_REQUIRED", "--messages", "2")
    plan = planned(*chosen)

    done = stage.call("run", "aws", "--plan", str(plan), *chosen, f"--json={tmp_path / 'r.json'}")

    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads(plan.read_text("utf-8"))["messages"] == 2
    assert stage.service.log.messages == 2
    assert "--messages 2 are used up" in (tmp_path / "r.json").read_text("utf-8")
    assert set(verdicts(tmp_path / "r.json").values()) == {"conforms", "skipped"}


def test_what_cannot_be_deleted_is_said_aloud(stage, planned, monkeypatch):
    """Where a pool cannot be deleted, the exit code is 3, and the output has the command that deletes it by hand."""
    real = stage.service.answer

    def keep(request):
        if request.operation == "DeleteUserPool":
            return refused(Refusal("InvalidParameterException", "The user pool cannot be deleted."))
        return real(request)

    monkeypatch.setattr(stage.service, "answer", keep)

    done = stage.call("run", "aws", "--plan", str(planned(*SMOKE)), *SMOKE)

    (pool,) = stage.service.account.pools
    assert done.returncode == 3, done.stdout + done.stderr
    assert f"NOT DELETED: {pool}" in done.stdout
    assert f"aws cognito-idp delete-user-pool --region eu-west-1 --user-pool-id {pool}" in done.stdout


def test_the_aws_cli_judges_through_the_gate(tmp_path, planned):
    """With --bindings cli a run at a stand-in that throttles has verdicts, within its plan, and leaves nothing."""
    chosen = ("--bindings", "cli", "-k", "permanent-password-confirms and CONFIRMED")
    plan = planned(*chosen)
    with staged(tmp_path, faults=("throttling",)) as stage:
        done = stage.call("run", "aws", "--plan", str(plan), *chosen, f"--json={tmp_path / 'r.json'}")

    results = json.loads((tmp_path / "r.json").read_text("utf-8"))["results"]
    assert done.returncode == 0, done.stdout + done.stderr
    assert {(result["binding"], result["verdict"]) for result in results} == {("cli", "conforms")}
    assert len(stage.service.log.operations) <= json.loads(plan.read_text("utf-8"))["ceilings"]["calls"]
    assert stage.service.account.pools == {}


def _change(path, place, **changes):
    document = json.loads(path.read_text("utf-8")) | changes
    file = place / "changed.json"
    file.write_text(json.dumps(document), encoding="utf-8")
    return str(file)


def _state_of_an_emulator(place):
    file = place / "emulator.jsonl"
    file.write_text('{"format": 1, "url": "http://127.0.0.1:1"}\n', encoding="utf-8")
    return file


MISUSES = {
    "no account": (lambda s, p: s.words("run", "aws", "--plan", p, *SMOKE, account=""), {}, "--account is missing"),
    "no Region": (lambda s, p: s.words("run", "aws", "--plan", p, *SMOKE, region=""), {}, "--region is missing"),
    "a name for the account": (
        lambda s, p: s.words("run", "aws", "--plan", p, *SMOKE, account="sandbox"),
        {},
        "12 digits",
    ),
    "another account": (
        lambda s, p: s.words("run", "aws", "--plan", p, *SMOKE, account="210987654321"),
        {},
        "of another account",
    ),
    "no such Region": (
        lambda s, p: s.words("run", "aws", "--plan", p, *SMOKE, region="eu-west-9"),
        {},
        "is not a Region",
    ),
    "two Regions": (
        lambda s, p: s.words("run", "aws", "--plan", p, *SMOKE, region="eu-west-1,us-east-1"),
        {},
        "one Region",
    ),
    "another Region": (
        lambda s, p: s.words("run", "aws", "--plan", p, *SMOKE, region="us-east-1"),
        {},
        "the plan is of eu-west-1",
    ),
    "China": (lambda s, p: s.words("run", "aws", "--plan", p, *SMOKE, region="cn-north-1"), {}, "partition aws"),
    "GovCloud": (
        lambda s, p: s.words("run", "aws", "--plan", p, *SMOKE, region="us-gov-west-1"),
        {},
        "partition aws",
    ),
    "no plan": (lambda s, _: s.words("run", "aws", *SMOKE), {}, "--plan is missing"),
    "no such plan": (lambda s, _: s.words("run", "aws", "--plan", "no.json", *SMOKE), {}, "cannot be read"),
    "a plan that is none": (
        lambda s, _: s.words("run", "aws", "--plan", str(s.file), *SMOKE),
        {},
        "additional properties|required",
    ),
    "another selection": (lambda s, p: s.words("run", "aws", "--plan", p), {}, "-k"),
    "another tier": (
        lambda s, p: s.words("run", "aws", "--plan", p, *SMOKE, "--tier", "wording"),
        {},
        "--tier",
    ),
    "another seed": (lambda s, p: s.words("run", "aws", "--plan", p, *SMOKE, "--seed", "3"), {}, "--seed"),
    "messages that were not planned": (
        lambda s, p: s.words("run", "aws", "--plan", p, *SMOKE, "--messages", "5"),
        {},
        "--messages",
    ),
    "several workers": (lambda s, p: s.words("run", "aws", "--plan", p, *SMOKE, "-n", "2"), {}, "-n"),
    "an endpoint": (
        lambda s, p: s.words("run", "aws", "--plan", p, *SMOKE, "--endpoint-url", "https://example.com"),
        {},
        "--endpoint-url",
    ),
    "AWS as an endpoint": (
        lambda *_: ["run", "--endpoint-url", "https://cognito-idp.eu-west-1.amazonaws.com"],
        {},
        "AWS itself",
    ),
    "an endpoint by variable": (
        lambda s, p: s.words("run", "aws", "--plan", p, *SMOKE),
        {"AWS_ENDPOINT_URL": "https://example.com"},
        "AWS_ENDPOINT_URL is set",
    ),
    "an endpoint of the service by variable": (
        lambda s, p: s.words("run", "aws", "--plan", p, *SMOKE),
        {"AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER": "https://example.com"},
        "is set",
    ),
    "a proxy": (
        lambda s, p: s.words("run", "aws", "--plan", p, *SMOKE),
        {"https_proxy": "http://127.0.0.1:9"},
        "https_proxy is set",
    ),
    "another certificate authority": (
        lambda s, p: s.words("run", "aws", "--plan", p, *SMOKE),
        {"AWS_CA_BUNDLE": "/tmp/ca.pem"},
        "AWS_CA_BUNDLE is set",
    ),
    "no credentials": (
        lambda s, p: s.words("run", "aws", "--plan", p, *SMOKE),
        {"AWS_CONTAINER_CREDENTIALS_FULL_URI": ""},
        "no credentials",
    ),
    "no stand-in": (
        lambda s, p: [*s.words("run", "aws", "--plan", p, *SMOKE)[:-1], "nowhere.json"],
        {},
        "does not describe a running stand-in",
    ),
    "an unknown run": (
        lambda s, p: s.words("run", "aws", "--plan", p, *SMOKE, "--resume", "yesterday"),
        {},
        "is not the id of a run",
    ),
    "a run of another machine": (
        lambda s, p: s.words("run", "aws", "--plan", p, *SMOKE, "--resume", "20261125T0134Z-0a1b2c"),
        {},
        "no ledger of that run",
    ),
    "a role of another account": (
        lambda s, p: s.words("run", "aws", "--plan", p, *SMOKE, "--second-role", "arn:aws:iam::210987654321:role/A"),
        {},
        "is a role of account …4321",
    ),
    "a second role that was not planned": (
        lambda s, p: s.words("run", "aws", "--plan", p, *SMOKE, "--second-role", f"arn:aws:iam::{ACCOUNT}:role/Admin"),
        {},
        "--second-role",
    ),
    "users of another endpoint who wait": (
        lambda s, p: s.words("run", "aws", "--plan", p, *SMOKE, "--state", str(_state_of_an_emulator(s.place))),
        {},
        "is of http://127.0.0.1:1, not of AWS account …9012",
    ),
    "a file of users that cannot be written": (
        lambda s, p: s.words("run", "aws", "--plan", p, *SMOKE, "--state", "/nowhere/state.jsonl"),
        {},
        "/nowhere",
    ),
    "a plan for an emulator": (lambda _, p: ["run", "moto", "--plan", p], {}, "for the target aws"),
}


@pytest.mark.parametrize(("command", "variables", "said"), MISUSES.values(), ids=MISUSES)
def test_misuse_is_refused_before_anything_is_sent(shared, planned, command, variables, said):
    """A run that is asked for wrongly ends with exit code 2 and one line, and Cognito is asked nothing."""
    asked = len(shared.service.log.operations)
    words = command(shared, str(planned(*SMOKE)))
    environment = {name: value for name, value in {**shared.environment, **variables}.items() if value}

    done = called(words, environment, shared.place)

    assert done.returncode == 2, done.stdout + done.stderr
    assert _matches(said, done.stderr)
    assert len(done.stderr.splitlines()) == 1
    assert len(shared.service.log.operations) == asked


def test_pytest_judges_no_account(shared):
    """`pytest --target=aws` is a usage error: AWS is judged by `run aws`, with a plan."""
    command = [sys.executable, "-m", "pytest", "--target=aws", "--rootdir", str(ROOT), str(ROOT)]

    done = subprocess.run(
        command, env=dict(shared.environment), cwd=shared.place, capture_output=True, text=True, check=False
    )

    assert done.returncode == 4
    assert "not by pytest" in done.stderr


ACCOUNTS = {
    "another account": ({}, {"account": "210987654321"}, "are of account …4321"),
    "the root user": ({"arn": "arn:aws:iam::{account}:root"}, {}, "root user"),
    "a production account": ({"aliases": ("acme-prod",)}, {}, "'prod'"),
    "a live account": ({"aliases": ("acme", "Live-Shop")}, {}, "'live'"),
    "an alias that may not be read": ({"alias_denied": True}, {}, "AccessDenied"),
    "a clock that is off": ({"skew": 90.0}, {}, "off that of AWS"),
}


@pytest.mark.parametrize(("config", "changes", "said"), ACCOUNTS.values(), ids=ACCOUNTS)
def test_the_wrong_account_is_refused_before_anything_is_sent(tmp_path, planned, config, changes, said):
    """Where STS, the alias or the clock speak against it, the exit code is 2, and Cognito is asked nothing."""
    with staged(tmp_path, **config) as stage:
        stage.service.config.account = changes.get("account", ACCOUNT)

        done = stage.call("run", "aws", "--plan", str(planned(*SMOKE)), *SMOKE)

    assert done.returncode == 2, done.stdout + done.stderr
    assert said in done.stderr
    assert stage.service.log.operations == []


PROFILES = {
    "an endpoint": "[default]\nendpoint_url = https://example.com\n",
    "an endpoint of the service": (
        "[default]\nservices = mine\n[services mine]\ncognito_identity_provider =\n  endpoint_url = https://example.com\n"
    ),
    "a certificate authority": "[default]\nca_bundle = /tmp/ca.pem\n",
    "FIPS": "[default]\nuse_fips_endpoint = true\n",
}


@pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES)
def test_a_profile_that_leads_elsewhere_is_refused(shared, planned, tmp_path, profile):
    """A profile that names an endpoint, or another certificate authority, is refused before anything is sent."""
    (tmp_path / "config").write_text(profile, encoding="utf-8")
    command = shared.words("run", "aws", "--plan", str(planned(*SMOKE)), *SMOKE)
    asked = len(shared.service.log.operations)

    done = called(command, {**shared.environment, "AWS_CONFIG_FILE": str(tmp_path / "config")}, tmp_path)

    assert done.returncode == 2, done.stdout + done.stderr
    assert "the AWS profile" in done.stderr
    assert len(shared.service.log.operations) == asked


FAULTY_SCENARIOS = {
    "a scenario that forgets SUPPRESS": ("AdminCreateUser", {"MessageAction": None}, "without MessageAction"),
    "a scenario that names somebody else's pool": (
        "AdminGetUser",
        {"UserPoolId": "eu-west-1_Theirs123"},
        "did not make",
    ),
}


@pytest.mark.parametrize(("operation", "changed", "said"), FAULTY_SCENARIOS.values(), ids=FAULTY_SCENARIOS)
def test_a_faulty_scenario_reaches_nobody(stage, planned, monkeypatch, tmp_path, operation, changed, said):
    """What a scenario must not send is not sent: it is a fault of the suite (exit code 4), and nothing is left."""
    plan, real = planned(*SMOKE), Cognito.call

    def faulty(self, name, **given):
        members = given | (changed if name == operation else {})
        return real(self, name, **{member: value for member, value in members.items() if value is not None})

    monkeypatch.setattr(Cognito, "call", faulty)

    done = stage.call("run", "aws", "--plan", str(plan), *SMOKE, f"--json={tmp_path / 'r.json'}")

    assert done.returncode == 4, done.stdout + done.stderr
    assert said in (tmp_path / "r.json").read_text("utf-8")
    assert operation not in stage.service.log.operations
    assert stage.service.account.pools == {}


def test_more_than_thirty_ways_to_misuse_it_are_refused():
    """The ways that these tests try are counted: of a command, an account, a profile, a scenario; a request besides."""
    ways = (MISUSES, ACCOUNTS, PROFILES, FAULTY_SCENARIOS)

    assert sum(len(each) for each in ways) >= 30


def test_a_redirect_is_not_followed(stage, planned, monkeypatch):
    """Whoever answers with a redirect is not AWS: the run ends with exit code 2, and goes nowhere else."""
    asked = []

    def redirect(request):
        asked.append(request.path)
        return HttpAnswer(302, b"", {"Location": "https://127.0.0.1:9/elsewhere"})

    monkeypatch.setattr(stage.service, "answer", redirect)

    done = stage.call("run", "aws", "--plan", str(planned(*SMOKE)), *SMOKE)

    assert done.returncode == 2
    assert asked == ["/"]


def test_a_changed_plan_is_refused(stage, planned, tmp_path):
    """A plan whose ceilings were raised by hand no longer has its hash."""
    plan = planned(*SMOKE)
    ceilings = json.loads(plan.read_text("utf-8"))["ceilings"] | {"messages": 50}

    done = stage.call("run", "aws", "--plan", _change(plan, tmp_path, ceilings=ceilings), *SMOKE)

    assert done.returncode == 2
    assert "its hash does not fit" in done.stderr
    assert stage.service.log.operations == []


def test_an_alias_check_takes_two_consents_to_leave_out(tmp_path, planned):
    """--no-alias-check counts only together with the account's entry in the user's own file."""
    with staged(tmp_path, aliases=("acme-prod",)) as stage:
        command = ("run", "aws", "--plan", str(planned(*SMOKE)), *SMOKE, "--no-alias-check")
        first = stage.call(*command)
        file = tmp_path / "config" / "cognito-conformance" / "accounts.toml"
        file.parent.mkdir(parents=True)
        file.write_text(f'bypass_alias_check = ["{ACCOUNT}"]\n', encoding="utf-8")
        second = stage.call(*command)

    assert first.returncode == 2
    assert second.returncode == 0, second.stdout + second.stderr


def test_another_run_is_not_disturbed(stage, planned):
    """Where another run's pools are fresh, a run ends with exit code 2; with --alongside it goes on."""
    run = f"{datetime.now(UTC) - timedelta(hours=1):%Y%m%dT%H%MZ}-0a1b2c"
    strangers(stage.service, {f"cognito-conformance-{run}-01": {}})

    refused = stage.call("run", "aws", "--plan", str(planned(*SMOKE)), *SMOKE)
    allowed = stage.call("run", "aws", "--plan", str(planned(*SMOKE)), *SMOKE, "--alongside")

    assert refused.returncode == 2
    assert run in refused.stderr
    assert allowed.returncode == 0
    assert names(stage.service.account.pools.values()) == [f"cognito-conformance-{run}-01"]


# Faults


# Small enough to be judged often, and long enough to meet the faults; MUCH has the flows, the states and the lists.
LITTLE, MUCH = ("-k", "dispatch or output"), ("-k", "status or pools")
some_and_all = pytest.mark.parametrize(
    "selection", [LITTLE, pytest.param((), marks=pytest.mark.slow)], ids=["little", "everything"]
)


@some_and_all
def test_faults_change_no_verdict(tmp_path, planned, selection):
    """With every fault at once a run ends with the verdicts of a run without, within its plan, and leaves nothing."""
    found = {}
    plan = planned(*selection)
    counted = json.loads(plan.read_text("utf-8"))
    assert counted["users"] <= MOST_USERS
    most = counted["ceilings"]["calls"]
    for name, faults in (("none", ()), ("all", FAULTS)):
        place = tmp_path / name
        place.mkdir()
        with staged(place, faults=faults) as stage:
            done = stage.call("run", "aws", "--plan", str(plan), *selection, f"--json={place / 'r.json'}")
            assert done.returncode == 0, done.stdout + done.stderr
            found[name] = verdicts(place / "r.json")
            assert stage.service.account.pools == {}
            assert stage.service.log.messages == 0
            assert len(stage.service.log.operations) <= most
            assert _signed(stage) == _allowed(counted)
    met = FAULTS if selection == () else ("throttling", "lost-answers", "resets", "server-errors", "expiry")
    assert stage.service.log.faults.keys() >= set(met)
    assert found["all"] == found["none"]


# Killed


@pytest.mark.slow
def test_sweep_finds_what_a_killed_run_left(tmp_path, planned):
    """Killed at random moments, a run leaves nothing that `sweep` does not delete; foreign pools stay."""
    moments = random.Random(1)
    with staged(tmp_path) as stage:
        strangers(stage.service, FOREIGN)
        for _ in range(20):
            process = stage.start("run", "aws", "--plan", str(planned(*MUCH)), *MUCH, "--alongside")
            wanted = len(stage.service.log.operations) + moments.randrange(1, 120)
            while len(stage.service.log.operations) < wanted and process.poll() is None:
                time.sleep(0.01)
            kill(process)
        _swept(stage)

        assert names(stage.service.account.pools.values()) == sorted(FOREIGN)


def test_sweep_finds_a_pool_of_which_no_answer_told(tmp_path, planned):
    """Killed between CreateUserPool and its answer, a run leaves a pool that `sweep` deletes."""
    with staged(tmp_path, hang_after_create=True) as stage:
        strangers(stage.service, FOREIGN)
        process = stage.start("run", "aws", "--plan", str(planned(*SMOKE)), *SMOKE)
        while len(stage.service.account.pools) == len(FOREIGN) and process.poll() is None:
            time.sleep(0.01)
        kill(process)
        assert len(stage.service.account.pools) == len(FOREIGN) + 1
        _swept(stage)

        assert names(stage.service.account.pools.values()) == sorted(FOREIGN)


def test_sweep_deletes_nothing_unless_told_how_many(stage):
    """Without --yes-delete, and with a wrong number, `sweep` lists and deletes nothing."""
    run = "20200101T0000Z-0a1b2c"
    tags = {TAG: "1", RUN_TAG: run, UNTIL_TAG: "2020-01-01T07:00Z"}
    strangers(stage.service, {f"cognito-conformance-{run}-01": tags})

    listed, wrong = stage.call("sweep"), stage.call("sweep", "--yes-delete", "2")
    assert len(stage.service.account.pools) == 1
    right = stage.call("sweep", "--yes-delete", "1")

    assert (listed.returncode, wrong.returncode, right.returncode) == (0, 2, 0)
    assert "nothing was deleted" in listed.stdout
    assert stage.service.account.pools == {}


def _swept(stage):
    """Sweep as a user does: look, then delete the number that was listed."""
    listed = stage.call("sweep")
    assert listed.returncode == 0, listed.stdout + listed.stderr
    if "--yes-delete" in listed.stdout:
        number = listed.stdout.rpartition("--yes-delete ")[2].split()[0]
        done = stage.call("sweep", "--yes-delete", number)
        assert done.returncode == 0, done.stdout + done.stderr


def _matches(said, text):
    return any(word.lower() in text.lower() for word in said.split("|"))


@pytest.mark.parametrize(
    "number", [signal.SIGTERM, *(pytest.param(n, marks=pytest.mark.slow) for n in (signal.SIGINT, signal.SIGHUP))]
)
def test_a_run_that_is_ended_leaves_nothing_and_goes_on(stage, planned, tmp_path, number):
    """A signal lets a run delete its pools; with --resume it judges what is left, under the same plan."""
    process = stage.start("run", "aws", "--plan", str(planned(*LITTLE)), *LITTLE)
    while len(stage.service.log.operations) < 80 and process.poll() is None:
        time.sleep(0.01)
    process.send_signal(number)
    process.communicate(timeout=120)
    left = len(stage.service.account.pools)
    run = next(stage.ledgers.glob("*.jsonl")).stem

    file = tmp_path / "r.json"
    again = stage.call("run", "aws", "--plan", str(planned(*LITTLE)), *LITTLE, "--resume", run, f"--json={file}")

    assert process.returncode == 128 + number
    assert left == 0
    assert again.returncode == 0, again.stdout + again.stderr
    assert set(verdicts(file).values()) <= {"conforms", "skipped"}
    assert stage.service.account.pools == {}


@pytest.fixture
def empty():
    """The URL of a service that no other test has left a pool at."""
    with resolve("moto", None).running() as endpoint:
        yield endpoint.url


def test_sweep_at_an_emulator_goes_by_name_and_age(empty, tmp_path):
    """At an endpoint `sweep` lists pools of the suite's names that are old enough, and deletes them if they are N."""
    client = boto3.client(
        "cognito-idp",
        endpoint_url=empty,
        region_name="us-east-1",
        aws_access_key_id=INVENTED.access_key,
        aws_secret_access_key=INVENTED.secret_key,
    )
    foreign = {"cognito-conformance-users", "my-cognito-conformance-0a1b2c3d4e5f"}
    for name in ("cognito-conformance-0a1b2c3d4e5f", *foreign):
        client.create_user_pool(PoolName=name)

    def sweep(*arguments):
        return called(["sweep", "--endpoint-url", empty, *arguments], without_aws(), tmp_path)

    young = sweep()
    listed = sweep("--older-than", "0")
    swept = sweep("--older-than", "0", "--yes-delete", "1")

    assert "no user pool or IAM user was left, but 1 made less than 1 h ago" in young.stdout
    assert "nothing was deleted" in listed.stdout
    assert swept.returncode == 0
    assert {pool["Name"] for pool in client.list_user_pools(MaxResults=60)["UserPools"]} == foreign
