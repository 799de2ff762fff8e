"""Federated users that a target's file names: each is used up once, and what is used up accuses nobody."""

from __future__ import annotations

import json
import threading

import pytest
import tomlkit

from conformance.errors import BadInput, Blocked
from conformance.mutants import hostile
from conformance.reference import http
from conformance.reference.http import server
from conformance.target.client import Cognito
from conformance.target.control import Control
from conformance.target.definition import INVENTED, REGION, Endpoint, Federated, resolve
from conformance.target.pools import Pool, Pools
from tests.servers import Answer, always

TABLE = {"user_pool_id": "us-east-1_abc", "client_id": "0client", "usernames": ["provider_1", "provider_2"]}


def written(tmp_path, **table):
    """A target file that says this."""
    file = tmp_path / "mine.toml"
    file.write_text(tomlkit.dumps({"title": "mine", "url": "http://127.0.0.1:1", **table}), encoding="utf-8")
    return str(file)


def test_a_file_names_federated_users(tmp_path):
    """The table says pool, client and names; a file without one has none."""
    assert resolve(written(tmp_path), None).federated is None
    assert resolve(written(tmp_path, federated=TABLE), None).federated == Federated(
        "us-east-1_abc", "0client", ("provider_1", "provider_2")
    )


@pytest.mark.parametrize(
    "table",
    [
        "provider_1",
        {**TABLE, "usernames": []},
        {**TABLE, "usernames": "provider_1"},
        {**TABLE, "usernames": ["provider_1", "provider_1"]},
        {**TABLE, "usernames": ["provider_1", 2]},
        {**TABLE, "client_id": 7},
        {**TABLE, "password": "Hidden-1!"},
        {"usernames": ["provider_1"]},
    ],
    ids=["text", "nobody", "one-text", "twice", "a-number", "client", "more", "less"],
)
def test_a_table_with_a_fault_is_bad_input(tmp_path, table):
    """What the table lacks, or has too much, is said in one line that names the file."""
    with pytest.raises(BadInput, match=r"target file .+mine\.toml, federated"):
        resolve(written(tmp_path, federated=table), None)


@pytest.fixture
def judged(run, tmp_path):
    """Prepares a run: a reference in this process, and a target file that names so many federated users there."""
    serving = server()
    threading.Thread(target=serving.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    endpoint = Endpoint(serving.url, REGION, INVENTED)
    pool, control = Pools(Cognito(endpoint)).get(), Control(endpoint, http.CONTROL)

    def call(users, *arguments):
        names = [control.federated_user(pool, "ada@example.com").username for _ in range(users)]
        table = {"user_pool_id": pool.id, "client_id": pool.client_id, "usernames": names}
        chosen = (written(tmp_path, url=serving.url, federated=table), "-k", "test_federated", "--bindings", "wire")
        return lambda: run(*chosen, *arguments)

    yield call
    serving.shutdown()
    serving.server_close()


def test_users_who_were_signed_in_before_the_run_are_judged(judged):
    """Each result takes a user of its own, whichever worker it runs on, and every claim conforms."""
    done = judged(20, "-n", "2")()

    assert done.counts().keys() == {"conforms"}
    assert done.exit_code == 0


def test_users_who_are_used_up_are_passed_over(judged):
    """Where no user is left the rest is skipped, and says so; so is all of it the next time, and no name is shown."""
    again = judged(3)
    first, second = again(), again()

    assert first.counts()["conforms"] == 3
    assert first.counts().keys() == {"conforms", "skipped"}
    assert second.counts().keys() == {"skipped"}
    assert {r["reason"] for r in second.report["results"]} == {
        "every federated user named in the target's file is used up: sign others in through the provider"
    }
    assert "provider_" not in json.dumps([first.report, second.report])


@pytest.mark.parametrize("name", ["mine-nothing", "mine-one-error"])
def test_an_operation_with_one_answer_conforms_nowhere(judged, monkeypatch, name):
    """Where AdminSetUserPassword is answered alike, whatever it is asked, a result diverges or is blocked."""
    monkeypatch.setattr(http, "answer", http.answer)
    hostile.catalogue()[name].plant()
    done = judged(7)()

    counts = done.counts()
    assert set(counts) == {"diverges", "blocked"}
    assert sum(counts.values()) == 7


def test_a_control_path_without_a_verb_blocks():
    """A control path that answers 404 cannot bring a scenario about, and nobody is at fault."""
    with always(Answer(404, b"")) as url:
        endpoint = Endpoint(url, REGION, INVENTED)
        pool, control = Pool(Cognito(endpoint), "us-east-1_abc", "0client"), Control(endpoint, "/-/")
        with pytest.raises(Blocked, match="knows no federated-user"):
            control.federated_user(pool, "ada@example.com")


def test_a_target_without_federated_users_is_not_accused(run, moto):
    """Where there is neither a control path nor a name, every claim is skipped, with the reason."""
    done = run("--endpoint-url", moto, "-k", "test_federated", "--tier", "observed")

    assert set(done.counts()) == {"skipped"}
    assert {"neither" in r["reason"] or "no control path" in r["reason"] for r in done.report["results"]} == {True}
