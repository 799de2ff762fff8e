"""Expiry in two runs: the first sets users up and keeps them in a file, a later one judges them."""

import json
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
import urllib3

from conformance.errors import BadInput
from conformance.target.client import client
from conformance.target.deferred import StateFile, Waiting
from conformance.target.definition import INVENTED, REGION, Endpoint, resolve
from tests.secrets import SECRETS

EXPIRY = ("-k", "test_expiry", "--tier", "wording")
USER = Waiting("test_it[sdk]", "2026-11-25T10:00+00:00", "eu_1", "client", "ada", "ada@example.com")


@pytest.fixture
def reference():
    """The URL of a reference of this test's own."""
    with resolve("reference", None).running() as endpoint:
        yield endpoint.url


def pools(url):
    """The ids of the pools at a reference."""
    answer = client(Endpoint(url, REGION, INVENTED)).list_user_pools(MaxResults=60)
    return {pool["Id"] for pool in answer["UserPools"]}


def two_days_later(url, file):
    """Let two days pass in the pools of the file, and let whoever waits there be due."""
    due = datetime.now(UTC).isoformat(timespec="minutes")
    lines = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    for line in lines[1:]:
        line["armed"]["due"] = due
        members = {"UserPoolId": line["armed"]["pool"], "AheadSeconds": timedelta(days=2).total_seconds()}
        assert urllib3.request("POST", f"{url}/-/clock", body=json.dumps(members)).status == 200
    file.write_text("".join(f"{json.dumps(line)}\n" for line in lines), "utf-8")


@pytest.mark.parametrize("workers", ["0", "2"])
def test_what_the_first_run_sets_up_a_later_one_judges(run, reference, tmp_path, workers):
    """Each result that takes two days conforms in the later run, which leaves neither file nor pool."""
    file = tmp_path / "state.jsonl"
    first = run("--endpoint-url", reference, "--state", str(file), "-n", workers, *EXPIRY)
    armed = StateFile(file, reference).waiting()

    assert first.exit_code == 3, "nothing was judged"
    assert re.search(r"14 results wait in \S*state\.jsonl: give it again from 20\S+ \S+ UTC on", first.stdout)
    assert len(armed) == 14
    assert {first.verdicts()[name] for name in armed} == {"skipped"}
    assert SECRETS.search(file.read_text("utf-8")) is None

    two_days_later(reference, file)
    later = run("--endpoint-url", reference, "--state", str(file), "-n", workers, *EXPIRY)

    assert {later.verdicts()[name] for name in armed} == {"conforms"}
    assert set(later.counts()) == {"conforms", "skipped"}
    assert not file.exists()
    assert pools(reference) == set()


def test_who_is_not_due_goes_on_waiting(run, reference, tmp_path):
    """A run before the day says until when to wait, and sets nobody up again."""
    file = tmp_path / "state.jsonl"
    chosen = ("--endpoint-url", reference, "--state", str(file), "-k", "test_used_account_does_not_expire")
    run(*chosen)
    before = file.read_text("utf-8")
    again = run(*chosen)

    assert file.read_text("utf-8") == before
    assert "to be judged from 20" in again.report["results"][0]["reason"]


def test_a_target_that_does_not_expire_passwords_is_found_out(run, reference, tmp_path):
    """Where two days have passed and the temporary password still signs in, that is a divergence, found once."""
    file = tmp_path / "state.jsonl"
    chosen = ("--endpoint-url", reference, "--state", str(file), "-k", "test_expired_temporary_password_is_refused")
    run(*chosen)
    file.write_text(re.sub(r'"due": "[^"]+"', '"due": "2026-01-01T00:00+00:00"', file.read_text("utf-8")), "utf-8")
    later = run(*chosen)

    assert later.counts().keys() == {"diverges"}
    assert not file.exists()
    assert pools(reference) == set()


def test_a_target_that_forgot_who_waits_is_not_accused(run, reference, tmp_path):
    """Where the pool of an earlier run is gone, as after a restart, the result is blocked, and can be set up again."""
    file = tmp_path / "state.jsonl"
    chosen = ("--endpoint-url", reference, "--state", str(file), "-k", "test_expired_temporary_password_is_refused")
    run(*chosen)
    two_days_later(reference, file)
    for pool in pools(reference):
        client(Endpoint(reference, REGION, INVENTED)).delete_user_pool(UserPoolId=pool)
    later = run(*chosen)

    assert later.counts().keys() == {"blocked"}
    assert "an earlier run set up no longer exists" in later.report["results"][0]["reason"]
    assert not file.exists()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[]\n", "is not a file of users who wait"),
        ("{\n", "is not a file of users who wait"),
        ("", "is not a file of users who wait"),
        ('{"format": 1, "url": "http://127.0.0.1:1"}\n{"arm', "is not a file of users who wait"),
        ('{"format": 1, "url": "http://127.0.0.1:1"}\n{"armed": {"foo": 1}}\n', "line 2: this is not a file of users"),
        ('{"format": 1, "url": "http://127.0.0.1:1"}\n5\n', "line 2: this is not a file of users who wait"),
        ('{"format": 2, "url": "http://127.0.0.1:1"}\n', "has format 2: this version reads format 1"),
        ('{"format": 1, "url": "http://127.0.0.1:2"}\n', "is of http://127.0.0.1:2, not of http://127.0.0.1:1"),
    ],
    ids=["a-list", "no-json", "empty", "cut", "another-user", "a-number", "another-format", "another-endpoint"],
)
def test_a_file_that_is_none_is_refused(tmp_path, text, said):
    """A file of another endpoint, of another format or of something else is reported, and left as it is."""
    file = tmp_path / "state.jsonl"
    file.write_text(text, "utf-8")

    with pytest.raises(BadInput, match=said):
        StateFile(file, "http://127.0.0.1:1").check()
    assert file.read_text("utf-8") == text


def test_a_target_that_ends_with_the_run_keeps_nobody(run, tmp_path):
    """--state is refused for what the suite starts by itself."""
    done = run("--state", str(tmp_path / "state.jsonl"))

    assert done.exit_code == 2
    assert "this one ends with the run" in done.stderr


def test_a_pool_is_finished_when_nobody_in_it_waits(tmp_path):
    """Only then is it deleted, and only when it is deleted does the file go."""
    state = StateFile(tmp_path / "state.jsonl", "http://127.0.0.1:1")
    state.arm(USER)
    assert (state.finished(), state.waiting()) == (set(), {USER.result: USER})

    state.judged(USER.result)
    state.close()
    assert (state.finished(), state.waiting()) == ({USER.pool}, {})

    state.deleted(USER.pool)
    state.close()
    assert not state.path.exists()


def test_two_workers_begin_one_file(tmp_path):
    """However many processes write the first line at once, the file begins once, and nobody is lost."""
    file = tmp_path / "state.jsonl"
    with ThreadPoolExecutor(8) as several:
        for number in range(8):
            user = Waiting(str(number), "2026-11-25T10:00+00:00", "pool", "client", "ada", "ada")
            several.submit(StateFile(file, "http://127.0.0.1:1").arm, user)

    state = StateFile(file, "http://127.0.0.1:1")
    state.check()
    assert sorted(state.waiting()) == [str(number) for number in range(8)]
