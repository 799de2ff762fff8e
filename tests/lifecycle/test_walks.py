"""The lifecycle's ledgers and table belong together, and the walks accuse nobody wrongly."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from conformance.contract import ledger, transitions
from conformance.lifecycle.script import script
from conformance.lifecycle.steps import (
    CONTROLLED_PATHS,
    CONTROLLED_STEPS,
    FEDERATED,
    PATHS,
    STEPS,
    driven,
    driven_by_requests,
    step,
)
from conformance.lifecycle.walker import Walker
from conformance.lifecycle.walks import Walks
from conformance.run import catalogue
from conformance.target.client import Cognito
from conformance.target.control import Control
from conformance.target.definition import INVENTED, REGION, Endpoint, resolve
from conformance.target.pools import Pools
from tests.servers import DROPPED, FAULT, NOTHING, before, error, throttled_twice

ROWS = transitions.load().rows
BOOK = ledger.load_all()
CITED = {row.claim for row in ROWS}
OWN = {name: claim for name, claim in BOOK.claims.items() if name not in ledger.load().claims}
WALKS = ("-k", "test_lifecycle", "--tier", "wording")
FEW = (*WALKS, "--stateful-examples", "2")  # what they leave out is walked to directly


@pytest.fixture(scope="module")
def walked(run, moto):
    """The walks at a moto, made once for every test that only reads what came of them."""
    return run("--endpoint-url", moto, *WALKS)


def only(operation, answer):
    """Answers one operation with `answer`."""
    asked = f"AWSCognitoIdentityProviderService.{operation}"
    return lambda target, _body: answer if target == asked else None


def test_every_row_cites_a_claim_and_its_provenance():
    """A row's claim is in a ledger, has the row's provenance, and is one that its operation's ledger may have."""
    cited = [row for row in ROWS if row.claim]

    assert [row for row in cited if row.claim not in BOOK.claims] == []
    assert [row for row in cited if BOOK.claims[row.claim].provenance != row.provenance] == []


def test_what_speaks_against_a_claim_is_accepted():
    """A claim that rows cite names a contradiction exactly where its rows allow another outcome."""
    allowing = {row.claim for row in ROWS if row.also} & set(OWN)

    assert allowing == {name for name, claim in OWN.items() if claim.contradicted_by and name in CITED}


def test_every_operation_of_the_lifecycle_has_a_ledger():
    """Each operation in the table has a ledger."""
    named = {ledger.load(operation).operation for operation in ledger.operations()}

    assert {row.operation for row in ROWS} - named == set()


def test_the_walks_judge_exactly_the_testable_claims():
    """A testable claim of the lifecycle has a row that a walk can visit, or a scenario of its own, and never both."""
    testable = {name for name, claim in OWN.items() if claim.state == "testable"}
    walked = {row.claim for row in driven()} & set(OWN)
    own_scenario = {scenario.claim for scenario in catalogue.scenarios()} & set(OWN)

    assert testable == walked | own_scenario
    assert walked & own_scenario == set()
    assert [row.id for row in driven() if BOOK.claims[row.claim].state != "testable"] == []


def test_a_row_has_an_id_of_its_own():
    """Results and baselines name a row by its id, which selects it with -k."""
    ids = [row.id for row in ROWS]

    assert len(set(ids)) == len(ids)
    assert [name for name in ids if not re.fullmatch(r"[\w-]+", name)] == []


def test_steps_and_paths_are_the_tables():
    """Every step is a condition of the table, and every path leads where it says by rows of it."""
    conditions = {(row.operation, row.when) for row in ROWS}

    assert [s for s in (*STEPS, *CONTROLLED_STEPS) if (s.operation, s.when) not in conditions] == []
    for (status, enabled), path in (*PATHS.items(), *CONTROLLED_PATHS.items()):
        reached, on = transitions.NONE, True
        for operation, when in path:
            arrived = "EXTERNAL_PROVIDER" if step(operation, when) is FEDERATED else None
            reached = arrived or transitions.load().find(operation, when, reached).to or reached
            on = on and operation != "AdminDisableUser"
        assert (reached, on) == (status, enabled)


def test_the_reference_agrees_with_every_row(run):
    """Every row can be met: the walks visit all of them at the reference, and all conform."""
    done = run("reference", *WALKS)

    assert set(done.counts()) == {"conforms"}
    assert done.exit_code == 0


def test_a_target_without_a_control_path_is_asked_for_no_code(walked):
    """What takes a code or a federated user is skipped, with the reason, and each other row is judged."""
    skipped = {r["id"]: r["reason"] for r in walked.report["results"] if r["verdict"] == "skipped"}
    beyond = {f"test_transition[sdk-{row.id}]" for row in set(driven()) - set(driven_by_requests())}

    assert set(skipped) == beyond
    assert all("control path" in reason for reason in skipped.values())


def test_the_walks_are_the_same_for_a_seed(run, moto):
    """The same seed gives the same verdicts and observations with one worker and with two, and is in the report."""

    def said(done):
        return {(r["id"], r["verdict"], r["kind"], r["observed"], r["reason"]) for r in done.report["results"]}

    chosen = ["--endpoint-url", moto, *WALKS, "--seed", "7", "--stateful-examples", "4"]
    alone, shared = run(*chosen), run(*chosen, "-n", "2")

    assert said(alone) == said(shared)
    assert alone.report["summary"]["walks"] == {"examples": 4, "seed": 7}
    assert "4 with seed 7" in alone.stdout


def test_a_disagreement_is_shown_by_the_commands_that_it_prints(run, moto, tmp_path):
    """Without a hint the walks find that moto confirms a user by force; the AWS CLI commands they print show it."""
    row = "AdminConfirmSignUp-FORCE_CHANGE_PASSWORD"
    done = run("--endpoint-url", moto, "--tier", "observed", "-k", f"test_transition[sdk-{row}]")
    (result,) = done.report["results"]
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    keys = {"AWS_ACCESS_KEY_ID": INVENTED.access_key, "AWS_SECRET_ACCESS_KEY": INVENTED.secret_key}
    shell = subprocess.run(
        ["bash", "-euc", "\n".join(result["script"])],
        env={"PATH": path, "HOME": str(tmp_path), "AWS_DEFAULT_REGION": REGION, **keys},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert (result["verdict"], result["observed"]) == ("diverges", "reply: accepted")
    assert [line.split()[2] for line in result["script"] if line.startswith("aws ")] == [
        "admin-create-user",
        "admin-confirm-sign-up",
        "admin-get-user",
    ]
    assert shell.returncode == 0, shell.stderr
    assert shell.stdout.split()[-3:] == ['"CONFIRMED",', "true", "]"]


def test_a_few_walks_come_by_every_row(run, moto, walked):
    """Where chance leaves rows out, the walks go straight there: one walk sees what thirty do."""
    one = run("--endpoint-url", moto, *WALKS, "--stateful-examples", "1")

    assert {name for name, verdict in one.verdicts().items() if verdict == "blocked"} == set()
    assert one.verdicts() == walked.verdicts()


def test_a_row_that_cannot_be_reached_names_what_is_missing(run, moto):
    """Where no user can come to RESET_REQUIRED, each row from there is blocked by the operation that leads there."""
    with before(moto, only("AdminResetUserPassword", error("NotImplemented", 501))) as url:
        done = run("--endpoint-url", url, *FEW)
    blocked = {r["id"]: r["blocked_by"] for r in done.report["results"] if r["verdict"] == "blocked"}

    assert "test_transition[sdk-InitiateAuth-USER_PASSWORD_AUTH-right-password-RESET_REQUIRED]" in blocked
    assert set(blocked.values()) == {"AdminResetUserPassword"}
    assert all("RESET_REQUIRED" in name for name in blocked)


def test_a_known_disagreement_hides_no_other(run, moto):
    """A service that forgets to reset diverges in that row, and the walks still visit most of the others."""
    with before(moto, only("AdminResetUserPassword", NOTHING)) as url:
        done = run("--endpoint-url", url, *FEW)
    wrong = {r["id"]: r["observed"] for r in done.report["results"] if r["verdict"] == "diverges"}

    assert wrong["test_transition[sdk-AdminResetUserPassword-verified-contact-CONFIRMED]"] == "status: CONFIRMED"
    assert "test_transition[sdk-AdminConfirmSignUp-FORCE_CHANGE_PASSWORD]" in wrong
    assert done.counts().get("skipped", 0) < len(done.report["results"]) / 4


def test_a_password_that_is_not_in_force_is_the_operations_fault(run, moto):
    """Where ChangePassword changes nothing its own row diverges, by the sign-in that fails, and none of signing in."""
    with before(moto, only("ChangePassword", NOTHING)) as url:
        done = run("--endpoint-url", url, "-k", "test_lifecycle", "--stateful-examples", "2")
    wrong = {r["id"]: (r["expected"], r["observed"]) for r in done.report["results"] if r["verdict"] == "diverges"}

    assert wrong["test_transition[sdk-ChangePassword-right-previous-password-CONFIRMED]"] == (
        "sign-in: tokens",
        "sign-in: NotAuthorizedException",
    )
    assert not any("InitiateAuth" in name and "right-password-CONFIRMED" in name for name in wrong)


@pytest.mark.parametrize(
    ("operation", "answer", "verdict"),
    [
        ("AdminDisableUser", error("NotImplemented", 501), "unsupported"),
        ("AdminDisableUser", FAULT, "diverges"),
    ],
    ids=["not-implemented", "fault"],
)
def test_an_operation_that_fails_is_judged_by_itself(run, moto, operation, answer, verdict):
    """An operation that the target does not implement is unsupported, one that crashes diverges; others are judged."""
    with before(moto, only(operation, answer)) as url:
        done = run("--endpoint-url", url, *FEW)
    rows = {r["verdict"] for r in done.report["results"] if r["id"].split("-")[1] == operation}

    assert rows - {"skipped"} == {verdict}
    assert done.counts()["conforms"] > 0


def test_a_target_that_shows_no_status_is_not_accused(run, moto):
    """Where AdminGetUser fails nothing can be seen: the run ends at once, and says so."""
    with before(moto, only("AdminGetUser", error("InternalErrorException", 500))) as url:
        done = run("--endpoint-url", url, *FEW)

    assert done.exit_code == 3
    assert "cannot be judged: AdminGetUser answered InternalErrorException" in done.stderr


def test_a_connection_that_breaks_is_inconclusive(run, moto):
    """A transport fault on the way says nothing about any row: exit code 3."""
    with before(moto, only("AdminDeleteUser", DROPPED)) as url:
        done = run("--endpoint-url", url, *FEW)

    assert set(done.counts()) == {"inconclusive"}
    assert done.exit_code == 3


@pytest.mark.slow
def test_throttling_changes_no_verdict_of_the_walks(run, moto):
    """A service that throttles each request twice gets the verdicts that it gets unthrottled."""
    with before(moto, throttled_twice()) as url:
        throttled = run("--endpoint-url", url, *FEW)
    free = run("--endpoint-url", moto, *FEW)

    assert throttled.verdicts() == free.verdicts()


@pytest.fixture(scope="module")
def pool(moto):
    """A pool at moto."""
    pools = Pools(Cognito(Endpoint(moto, REGION, INVENTED)))
    yield pools.get(apart="walks")
    pools.delete()


def test_a_disagreement_is_shrunk_to_what_it_needs(pool):
    """Steps that have no part in a disagreement are left out, and those that have stay."""
    walker = Walker(pool)
    for name in [
        *PATHS["UNCONFIRMED", True],
        ("AdminDeleteUser", ""),
        ("AdminCreateUser", "MessageAction=SUPPRESS"),
        ("InitiateAuth", "USER_PASSWORD_AUTH, wrong password"),
        ("AdminConfirmSignUp", ""),
    ]:
        walker.take(step(*name))
    found = next(v for v in walker.visits if not v.agrees and v.row.operation == "AdminConfirmSignUp")
    shortest = Walks(pool, 1, 1).shortest(found)

    assert [s.operation for s in shortest.steps] == ["AdminCreateUser", "AdminConfirmSignUp"]
    assert (shortest.row, shortest.outcome, shortest.status) == (found.row, found.outcome, found.status)


def test_the_commands_leave_out_what_only_looked(pool):
    """Sign-ins that only checked the password are not printed, but those whose token is used later are."""
    walker = Walker(pool)
    for name in [*PATHS["CONFIRMED", True], ("AdminUserGlobalSignOut", ""), ("ChangePassword", "revoked token")]:
        walker.take(step(*name))
    visit = next(v for v in walker.visits if v.row.operation == "ChangePassword")
    lines = script(visit.calls, "http://localhost:5000")

    assert [re.search(r"cognito-idp ([\w-]+)", line)[1] for line in lines if "cognito-idp" in line][2:] == [
        "admin-create-user",
        "admin-set-user-password",
        "admin-initiate-auth",
        "admin-user-global-sign-out",
        "change-password",
        "admin-get-user",
    ]
    assert 'REVOKED_TOKEN="$TOKEN"' in lines


@pytest.fixture(scope="module")
def controlled():
    """A pool at the reference, and the control path there."""
    target = resolve("reference", None)
    with target.running() as endpoint:
        pools = Pools(Cognito(endpoint))
        yield pools.get(apart="walks"), Control(endpoint, target.control)
        pools.delete()


def _commands(lines):
    return [re.search(r"cognito-idp ([\w-]+)", line)[1] for line in lines if "cognito-idp" in line][2:]


def test_the_commands_ask_for_the_code(controlled):
    """A code is nowhere in the commands: who runs them is asked for it, where a later command needs it."""
    pool, control = controlled
    walker = Walker(pool, control)
    for name in [("SignUp", ""), ("ConfirmSignUp", "right code")]:
        walker.take(step(*name))
    visit = next(v for v in walker.visits if v.row.operation == "ConfirmSignUp")
    lines = script(visit.calls, "http://localhost:5000")

    assert visit.agrees
    assert _commands(lines) == ["sign-up", "confirm-sign-up", "admin-get-user"]
    assert 'read -rp "The code that was sent: " SIGN_UP_CODE' in lines
    assert control.code(pool, walker.user.name) not in "\n".join(lines)


def test_the_commands_ask_for_a_federated_user(controlled):
    """The commands for a federated user take one by name; another user is made only where one is needed."""
    pool, control = controlled
    found = {}
    for last in [("AdminDeleteUser", ""), ("AdminLinkProviderForUser", "as the source")]:
        walker = Walker(pool, control)
        walker.take(FEDERATED)
        walker.take(step(*last))
        (visit,) = walker.visits
        assert visit.agrees
        found[last[0]] = script(visit.calls, "http://localhost:5000")

    assert _commands(found["AdminDeleteUser"]) == ["admin-delete-user", "admin-get-user"]
    assert 'read -rp "A user of $POOL who came from a provider: " NAME' in found["AdminDeleteUser"]
    assert _commands(found["AdminLinkProviderForUser"]) == [
        "admin-create-user",
        "admin-link-provider-for-user",
        "admin-get-user",
    ]


def test_a_flow_that_is_not_implemented_says_nothing_of_the_others(run, moto):
    """Where the target refuses USER_SRP_AUTH as unsupported, the rows of the other flows are judged all the same."""

    def tamper(_target, body):
        return error("Unsupported") if b'"USER_SRP_AUTH"' in body else None

    with before(moto, tamper) as url:
        verdicts = run("--endpoint-url", url, "-k", "test_transition and InitiateAuth").verdicts()

    srp = {verdict for name, verdict in verdicts.items() if "USER_SRP_AUTH" in name}
    others = {verdict for name, verdict in verdicts.items() if "USER_PASSWORD_AUTH" in name}
    assert srp == {"unsupported"}
    assert "conforms" in others
    assert "unsupported" not in others
