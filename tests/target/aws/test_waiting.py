"""Expiry at AWS in two runs (--state): the first sets users up in a pool that is kept, the second judges them."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from conformance.target.aws.gate import KEPT_DAYS
from conformance.target.aws.guard import UNTIL_TAG
from conformance.target.aws.plan import _hash
from conformance.target.deferred import StateFile
from tests.target.aws.conftest import ACCOUNT, REGION, called, names, staged, verdicts

CHOSEN = ("-k", "test_used_account_does_not_expire", "--bindings", "sdk")
DAYS = 2


class TwoRuns:
    """A stand-in, and a file of users who wait there; plans are made once for as many who wait and are due."""

    def __init__(self, stage, place, chosen=CHOSEN, plans=None):
        self.stage, self.place, self.file = stage, place, place / "state.jsonl"
        self.options = (*chosen, "--state", str(self.file))
        self.plans = {} if plans is None else plans

    def plan(self, *options):
        """The file of a plan, made now."""
        file = self.place / "plan.json"
        words = ["plan", "aws", "--account", ACCOUNT, "--region", REGION, *self.options, *options, f"--json={file}"]
        done = called(words, self.stage.environment, self.place)
        assert done.returncode == 0, done.stdout + done.stderr
        return file

    def planned(self):
        """The file of a plan for this many who wait and are due."""
        users = StateFile(self.file, f"AWS account …{ACCOUNT[-4:]}, {REGION}").waiting().values()
        key = len(users), sum(user.ready for user in users)
        if key not in self.plans:
            self.plans[key] = self.plan().read_bytes()
        file = self.place / f"{key}.json"
        file.write_bytes(self.plans[key])
        return file

    def run(self, *options, plan=None):
        """A run under a plan, by default one that was made for it."""
        plan = plan or self.planned()
        return self.stage.call("run", "aws", "--plan", str(plan), *self.options, *options, f"--json={self.report}")

    @property
    def report(self):
        return self.place / "report.json"

    def two_days_pass(self):
        """Let whoever waits be due, and their pools be two days on."""
        due = datetime.now(UTC).isoformat(timespec="minutes")
        lines = [json.loads(line) for line in self.file.read_text("utf-8").splitlines()]
        for line in lines[1:]:
            line["armed"]["due"] = due
            ahead = timedelta(days=DAYS).total_seconds()
            self.stage.service.account.control("clock", {"UserPoolId": line["armed"]["pool"], "AheadSeconds": ahead})
        self.file.write_text("".join(f"{json.dumps(line)}\n" for line in lines), "utf-8")

    @property
    def tags(self):
        """The tags of the one pool that is there."""
        account = self.stage.service.account
        (pool,) = account.pools
        return account.about[pool]["UserPoolTags"]


@pytest.fixture(scope="module")
def plans():
    """The plans that were made, by how many waited and how many of them were due."""
    return {}


@pytest.fixture
def two(stage, tmp_path, plans):
    return TwoRuns(stage, tmp_path, plans=plans)


@pytest.fixture(scope="module")
def _armed(tmp_path_factory, plans):
    place = tmp_path_factory.mktemp("armed")
    with staged(place) as stage:
        two = TwoRuns(stage, place, plans=plans)
        two.run()
        yield two, two.file.read_text("utf-8")


@pytest.fixture
def armed(_armed):
    """After a first run; the file and the pool's tags are put back."""
    two, text = _armed
    two.file.write_text(text, "utf-8")
    tags = dict(two.tags)
    yield two
    two.tags.update(tags)


def test_the_first_run_keeps_one_pool_and_the_second_judges(two):
    """What two days decide conforms in the second run, within both plans, without a message; nothing is left."""
    account, log = two.stage.service.account, two.stage.service.log
    first = json.loads(two.planned().read_text("utf-8"))
    done = two.run()
    kept, asked = len(account.pools), len(log.operations)
    two.two_days_pass()
    second = json.loads(two.planned().read_text("utf-8"))
    again = two.run()

    assert done.returncode == 3
    assert "1 user pool kept, in which users wait" in done.stdout
    assert again.returncode == 0, again.stdout + again.stderr
    assert set(verdicts(two.report).values()) == {"conforms"}
    assert (kept, len(account.pools)) == (1, 0)
    assert log.messages == 0
    assert not two.file.exists()
    assert (first["pools_kept"], second["pools_kept"]) == (1, 0)
    assert second["selection"]["state"] == {"waiting": 1, "due": 1}
    assert second["users"] == first["users"] - 1
    assert second["by_operation"]["DeleteUserPool"] == second["pools"] + 1
    assert asked <= first["calls"]
    assert len(log.operations) - asked <= second["calls"]


def test_a_kept_pool_says_until_when_it_stays(armed):
    """The tag of a pool in which users wait lies some days after they are due, where other pools have hours."""
    wanted = datetime.now(UTC) + timedelta(days=DAYS + KEPT_DAYS)

    until = datetime.strptime(armed.tags[UNTIL_TAG], "%Y-%m-%dT%H:%MZ").replace(tzinfo=UTC)

    assert abs(until - wanted) < timedelta(hours=1)


def test_sweep_leaves_a_kept_pool_until_its_day_is_over(armed):
    """`sweep` says that users wait in a pool, and lists it once its day is over, file or no file."""
    waiting = armed.stage.call("sweep")
    armed.tags[UNTIL_TAG] = "2020-01-01T07:00Z"
    over = armed.stage.call("sweep")

    assert "users wait in it for a second run" in waiting.stdout
    assert "no user pool was left" in waiting.stdout
    assert "give --yes-delete 1 to delete" in over.stdout


def test_sweep_on_another_machine_leaves_a_kept_pool(armed):
    """Without the ledger the tag alone keeps `sweep` from a pool in which users wait."""
    environment = {**armed.stage.environment, "XDG_STATE_HOME": str(armed.place / "elsewhere")}

    done = called(armed.stage.words("sweep"), environment, armed.place)

    assert "no user pool was left" in done.stdout


def test_a_run_that_judges_nobody_yet_keeps_the_pool(armed):
    """A run before the day judges nobody, sets nobody up again, and leaves users and pool alone."""
    before = armed.file.read_text("utf-8")
    done = armed.run()

    assert done.returncode == 3
    assert set(verdicts(armed.report).values()) == {"skipped"}
    assert armed.file.read_text("utf-8") == before
    assert len(armed.stage.service.account.pools) == 1


def test_a_plan_of_another_day_does_not_fit(armed):
    """A plan that was made before the users were due is refused after it."""
    early = armed.planned()
    armed.two_days_pass()
    asked = len(armed.stage.service.log.operations)
    done = armed.run(plan=early)

    assert done.returncode == 2
    assert "1 users wait, 0 of them due" in done.stderr
    assert len(armed.stage.service.log.operations) == asked


def test_a_second_run_stops_at_its_ceilings(armed):
    """The ceilings of the second plan hold: what needs more stops the run, and the user goes on waiting."""
    armed.two_days_pass()
    plan = armed.planned()
    document = json.loads(plan.read_text("utf-8"))
    document["ceilings"]["calls"] = 10
    _rewrite(plan, document)

    done = armed.run(plan=plan)

    assert done.returncode == 3, done.stdout + done.stderr
    assert "it needs more than the 10 requests of its plan" in armed.report.read_text("utf-8") + done.stdout
    assert len(armed.stage.service.account.pools) == 1
    assert armed.file.exists()


def _rewrite(plan, document):
    """Write a plan with a hash that fits, as whoever knows how might."""
    without = {name: value for name, value in document.items() if name != "hash"}
    plan.write_text(json.dumps({**without, "hash": _hash(without)}), "utf-8")


@pytest.mark.parametrize("member", ["pool", "client"])
def test_a_file_that_names_somebody_elses_pool_is_refused(armed, member):
    """A pool or app client that no run of this machine kept is refused before anything is sent, plan or no plan."""
    plan = armed.planned()
    lines = [json.loads(line) for line in armed.file.read_text("utf-8").splitlines()]
    lines[1]["armed"][member] = {"pool": f"{REGION}_Theirs123", "client": "0123456789abcdefghijklmnop"}[member]
    armed.file.write_text("".join(f"{json.dumps(line)}\n" for line in lines), "utf-8")
    asked = len(armed.stage.service.log.operations)

    done = armed.run(plan=plan)

    assert done.returncode == 2, done.stdout + done.stderr
    assert "which no run of this machine kept" in done.stderr
    assert len(armed.stage.service.log.operations) == asked


def test_a_pool_that_somebody_changed_is_not_judged(armed):
    """A kept pool whose tags are others by now is somebody's: the second run is refused, and leaves it alone."""
    armed.two_days_pass()
    armed.tags.clear()

    done = armed.run()

    assert done.returncode == 2
    assert "has another name or other tags" in done.stderr
    assert len(armed.stage.service.account.pools) == 1


def test_what_one_run_records_is_not_two(two, planned):
    """--record and --state together are refused."""
    done = two.run("--record", str(two.place / "evidence"), plan=planned("-k", "smoke"))

    assert done.returncode == 2
    assert "leave one of them out" in done.stderr


@pytest.mark.slow
def test_faults_change_nothing_in_two_runs(tmp_path):
    """With every fault at once the second run has the verdicts of one without, and leaves nothing."""
    with staged(tmp_path, faults=("throttling", "delays", "lost-answers", "resets", "server-errors")) as stage:
        two = TwoRuns(stage, tmp_path, ("-k", "test_expiry", "--tier", "wording"))
        two.run()
        two.two_days_pass()
        again = two.run()

        assert again.returncode == 0, again.stdout + again.stderr
        assert set(verdicts(two.report).values()) == {"conforms", "skipped"}
        assert names(stage.service.account.pools.values()) == []
