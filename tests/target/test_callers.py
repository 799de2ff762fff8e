"""IAM users that the suite makes at an emulator are deleted, whatever ends the run."""

import os
import signal

import botocore.session
import pytest
from click.testing import CliRunner

from conformance.cli import main
from conformance.process import workplace
from conformance.target.definition import INVENTED, REGION, resolve


@pytest.fixture(scope="module")
def moto():
    """The URL of a moto where nobody else makes users or pools."""
    with resolve("moto", None).running() as endpoint:
        yield endpoint.url


@pytest.fixture
def target(moto, tmp_path):
    """A moto whose IAM makes callers, by a target file."""
    file = tmp_path / "mine.toml"
    file.write_text(f'title = "mine"\nurl = "{moto}"\niam = true\n')
    return file


@pytest.fixture
def users(moto):
    """The names of the IAM users at the moto."""
    keys = {"aws_access_key_id": INVENTED.access_key, "aws_secret_access_key": INVENTED.secret_key}
    iam = botocore.session.Session().create_client("iam", region_name=REGION, endpoint_url=moto, **keys)
    return lambda: [user["UserName"] for user in iam.list_users()["Users"]]


@pytest.mark.parametrize("end", [KeyboardInterrupt, ZeroDivisionError])
def test_users_are_deleted_whatever_ends_the_run(target, users, end):
    """The administrator and a user with a policy are gone when the block ends, also by Control-C or a fault."""
    made = []

    def use():
        with resolve(str(target), None).running() as endpoint:
            endpoint.callers.caller([("Allow", "cognito-idp:*", "*")])
            made.extend(users())
            raise end

    with pytest.raises(end):
        use()

    assert len(made) == 2
    assert users() == []


def test_a_run_leaves_no_user(run, target, users):
    """moto without its IAM mode looks at no policy: the claims say so, and no user is left."""
    done = run(str(target), "--bindings=wire", "--baseline=none", "-k", "permission-is-required")

    assert done.counts() == {"diverges": 2}
    assert users() == []


@pytest.fixture
def killed(monkeypatch, target, users, tmp_path):
    """Two IAM users of a command that SIGKILL ended, whose temporary directory is `tmp_path`."""
    monkeypatch.setattr(workplace.tempfile, "tempdir", str(tmp_path))
    child = os.fork()
    if child == 0:
        try:
            with workplace.workplace(), resolve(str(target), None).running() as endpoint:
                endpoint.callers.caller([("Allow", "cognito-idp:*", "*")])
                os.kill(os.getpid(), signal.SIGKILL)
        finally:
            os._exit(1)
    os.waitpid(child, 0)
    return users()


posix = pytest.mark.skipif(not hasattr(os, "fork"), reason="it takes the locks of POSIX to see that a command is dead")


@posix
def test_the_next_run_deletes_the_users_that_a_killed_one_left(run, killed, target, users, tmp_path):
    """They are noted, by name and without a key; the next run at the endpoint deletes them with policies and keys."""
    notes = {path.name: path.read_text("utf-8") for path in tmp_path.glob("cognito-conformance-*/users/*")}
    done = run(str(target), "--bindings=wire", "-k", "unknown_user", environment={"TMPDIR": str(tmp_path)})

    assert len(killed) == 2
    assert sorted(notes) == sorted(killed)
    assert "AKIA" not in "".join(notes.values())
    assert "deleted 2 IAM users that an earlier run left" in done.stderr
    assert users() == []
    assert list(tmp_path.glob("cognito-conformance-*")) == []


@posix
def test_sweep_deletes_the_users_that_a_killed_run_left(killed, moto, users):
    """By their names and age, as it does with pools, and only where they are N."""
    sweep = ["sweep", "--endpoint-url", moto]
    young, wrong, swept = (
        CliRunner().invoke(main, [*sweep, *more])
        for more in ([], ["--older-than=0", "--yes-delete=1"], ["--older-than=0", "--yes-delete=2"])
    )

    assert len(killed) == 2
    assert "but 2 made less than 1 h ago" in young.stdout
    assert wrong.exit_code == 2
    assert "2 deleted" in swept.stdout
    assert users() == []
