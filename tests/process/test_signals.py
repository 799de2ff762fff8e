"""A command that is signalled to end cleans up first, whichever signal it is and whenever it comes."""

import contextlib
import os
import signal
import subprocess
import sys
import threading

import pytest

from conformance.process import signals, workplace
from conformance.target.client import client
from conformance.target.definition import INVENTED, REGION, Endpoint, resolve
from conformance.target.notes import Notes, left_at
from tests import servers
from tests.forked import complaints, inherited

pytestmark = pytest.mark.usefixtures("heard")

LINES = {
    signal.SIGINT: "cognito-conformance: interrupted\n",
    signal.SIGTERM: "cognito-conformance: ended by SIGTERM\n",
    signal.SIGHUP: "cognito-conformance: ended by SIGHUP\n",
}


@pytest.fixture(scope="module")
def reference():
    """The URL of a reference of these tests' own."""
    with resolve("reference", None).running() as endpoint:
        yield endpoint.url


def pools(url):
    """How many pools there are at an endpoint."""
    return len(client(Endpoint(url, REGION, INVENTED)).list_user_pools(MaxResults=60)["UserPools"])


def started(url, place, *arguments):
    """`cognito-conformance run` at an endpoint, in a process group and a temporary directory of its own."""
    chosen = ["--endpoint-url", url, *(arguments or ("-k", "test_status or test_sign_in"))]
    return subprocess.Popen(
        [sys.executable, "-m", "conformance", "run", *chosen],
        cwd=place,
        env={**inherited(), "TMPDIR": str(place)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


@contextlib.contextmanager
def noticing(url, number):
    """An endpoint before `url`, and an event that is set when the request of this number has come, and not answered."""
    seen, come, go_on = [], threading.Event(), threading.Event()

    def tamper(target, _body):
        seen.append(target)
        if len(seen) == number:
            come.set()
            go_on.wait()

    with servers.before(url, tamper) as place:
        try:
            yield place, come, go_on
        finally:
            go_on.set()


def ended(url, place, number, arguments, kill):
    """Exit code and last words of a run that `kill` hits when it has sent so many requests."""
    with noticing(url, number) as (endpoint, come, go_on), started(endpoint, place, *arguments) as running:
        assert come.wait(60), running.communicate()
        kill(running.pid)
        go_on.set()
        _, complaint = running.communicate()
    return running.returncode, complaints(complaint)


def alone(pid):
    """Whether nobody is left of the process group of a command."""
    try:
        os.killpg(pid, 0)
    except ProcessLookupError:
        return True
    return False


# The third request makes the first pool, the fourth its client; then come users and sign-ins.
MOMENTS = (1, 2, 3, 4, 5, 8, 11, 20, 40, 80)
OFTEN = {
    (1, signal.SIGTERM),
    (3, signal.SIGINT),
    (3, signal.SIGTERM),
    (4, signal.SIGHUP),
    (5, signal.SIGINT),
    (11, signal.SIGTERM),
    (40, signal.SIGHUP),
}


@pytest.mark.parametrize(
    ("number", "which"),
    [
        pytest.param(number, which, marks=() if (number, which) in OFTEN else pytest.mark.slow)
        for number in MOMENTS
        for which in LINES
    ],
    ids=lambda value: getattr(value, "name", str(value)),
)
def test_a_signal_lets_a_run_clean_up(reference, tmp_path, number, which):
    """Whenever it comes, there is one line, the shell's exit code, and nothing left at the endpoint or on disk."""
    code, complaint = ended(reference, tmp_path, number, (), lambda pid: os.kill(pid, which))

    assert (code, complaint) == (128 + which, LINES[which])
    assert pools(reference) == 0
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("which", [signal.SIGTERM, signal.SIGHUP], ids=lambda value: value.name)
def test_a_signal_ends_the_workers_too(reference, tmp_path, which):
    """With two workers they delete their pools and end, where only the command itself gets the signal."""
    reached = []

    def kill(pid):
        reached.append(pid)
        os.kill(pid, which)

    code, complaint = ended(reference, tmp_path, 12, ("-n", "2", "-k", "test_status or test_sign_in"), kill)

    assert (code, complaint) == (128 + which, LINES[which])
    assert pools(reference) == 0
    assert list(tmp_path.iterdir()) == []
    assert servers.wait_for(lambda: alone(reached[0]))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="it takes the locks of POSIX to see that a command is dead")
def test_the_next_command_removes_what_a_killed_one_left(reference, tmp_path):
    """After SIGKILL the directory stays, with a note on the pools; the next run at the endpoint deletes both."""
    with noticing(reference, 8) as (place, come, go_on):
        with started(place, tmp_path) as running:
            assert come.wait(60)
            os.killpg(running.pid, signal.SIGKILL)
            go_on.set()
            running.communicate()
        assert pools(reference) > 0
        with started(place, tmp_path, "-k", "test_list_users_shows_the_same_status") as again:
            again.communicate()

    assert pools(reference) == 0
    assert list(tmp_path.iterdir()) == []


def test_a_signal_waits_for_what_must_not_be_interrupted(monkeypatch):
    """Within `held` a signal has its effect only when the block is done."""
    monkeypatch.setattr(signals, "_received", None)
    before = {number: signal.getsignal(number) for number in signals.ENDING}
    done = []

    def noted():
        with signals.held():
            signal.raise_signal(signal.SIGTERM)
            done.append("noted")

    try:
        signals.install()
        with pytest.raises(KeyboardInterrupt):
            noted()
        assert signals.exit_code() == 143
        with pytest.raises(KeyboardInterrupt):
            signals.check()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)

    assert done == ["noted"]


def test_a_directory_outlives_its_command_only_with_pools(monkeypatch, tmp_path):
    """What a command keeps in its directory goes with it; notes on pools stay until those are deleted."""
    monkeypatch.setattr(workplace.tempfile, "tempdir", str(tmp_path))
    with workplace.workplace() as directory:
        (directory / "report").write_text("text")
        notes = Notes(workplace.POOLS, "http://127.0.0.1:1")
        notes.planned("cognito-conformance-1")
        notes.made("cognito-conformance-1", "eu_1")
        Notes(workplace.POOLS, None).made("cognito-conformance-3", "eu_3")
    assert [path.name for path in directory.iterdir() if path.name != "lock"] == ["pools"]

    with workplace.workplace():
        found = left_at(workplace.POOLS, "http://127.0.0.1:1")
        assert [(pool.name, pool.id) for pool in found] == [("cognito-conformance-1", "eu_1")]
        assert left_at(workplace.POOLS, "http://127.0.0.1:2") == []
        found[0].gone()

    assert list(tmp_path.iterdir()) == []


def test_notes_on_an_endpoint_that_never_comes_back_are_dropped(monkeypatch, tmp_path):
    """A fortnight after its last note a killed command's directory goes, whether its pools were deleted or not."""
    monkeypatch.setattr(workplace.tempfile, "tempdir", str(tmp_path))
    with workplace.workplace() as directory:
        Notes(workplace.POOLS, "http://127.0.0.1:1").made("cognito-conformance-1", "eu_1")
    kept = directory.exists()
    os.utime(directory / workplace.POOLS, (0, 0))
    with workplace.workplace():
        pass

    assert kept
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform != "linux", reason="processes are looked up in /proc")
def test_a_process_that_outlives_its_command_is_ended(monkeypatch, tmp_path):
    """Whatever was started under a command, in whatever session, is killed when the command ends."""
    monkeypatch.setattr(workplace.tempfile, "tempdir", str(tmp_path))
    with workplace.workplace():
        left = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)

    assert left.wait(60) == -signal.SIGKILL
