"""Targets: what their files say, how the suite starts them, and how it moves their clocks."""

import fcntl
import json
import os
import shlex
import signal
import sys
from pathlib import Path

import pytest
import urllib3
from botocore.credentials import ReadOnlyCredentials
from click.testing import CliRunner

from conformance.cli import main
from conformance.errors import BadInput, Blocked, Inconclusive
from conformance.process import workplace
from conformance.run.settings import Settings
from conformance.target import clock, definition, installed
from conformance.target.clock import libfaketime
from conformance.target.definition import resolve
from tests import servers

HEALTH = str(Path(__file__).parent / "health.py")


def written(tmp_path, text):
    """A target file with this text."""
    file = tmp_path / "mine.toml"
    file.write_text(text, encoding="utf-8")
    return str(file)


def started(tmp_path, *command):
    """A target that such a command starts."""
    words = ", ".join(json.dumps(word) for word in command)
    recipe = f'title = "mine"\n[start]\ncommand = [{words}]\nready = "/health"\n'
    more = '[start.environment]\nPLACE = "{directory}:{port}"\n[start.files]\n"deep/config.json" = "{}"\n'
    return resolve(written(tmp_path, recipe + more), None)


def alive(pid):
    """Whether a process runs, which one that has only to be reaped does not."""
    status = Path(f"/proc/{pid}/stat")
    return status.exists() and status.read_text().rpartition(")")[2].split()[0] != "Z"


def test_an_emulator_is_started_as_its_file_says(tmp_path, monkeypatch):
    """It has its port, its directory and its files, tells its version, and knows nothing of the caller's AWS keys."""
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "mine")
    with started(tmp_path, sys.executable, HEALTH, "{port}").running() as endpoint:
        said = urllib3.request("GET", endpoint.url).json()

    assert endpoint.version == "9.9"
    assert said["files"] == {"deep/config.json": "{}"}
    assert said["environment"]["PLACE"] == f"{said['directory']}:{endpoint.url.rpartition(':')[2]}"
    assert [name for name in said["environment"] if name.startswith("AWS_")] == []


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="processes are looked up in /proc")
def test_an_emulator_ends_with_all_that_it_started(tmp_path):
    """When the target is no longer needed, its processes and its directory are gone."""
    with started(tmp_path, sys.executable, HEALTH, "{port}").running() as endpoint:
        said = urllib3.request("GET", endpoint.url).json()
        assert all(alive(pid) for pid in said["processes"])

    assert servers.wait_for(lambda: not any(alive(pid) for pid in said["processes"]))
    assert servers.wait_for(lambda: not Path(said["directory"]).exists())


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="processes are looked up in /proc")
def test_a_target_that_nobody_waited_for_ends_too(tmp_path):
    """It starts before anybody waits for it, and ends with the block: no scenario may have been chosen after all."""
    note = tmp_path / "pid"
    text = f"import os, pathlib, time; pathlib.Path({str(note)!r}).write_text(str(os.getpid())); time.sleep(600)"
    with started(tmp_path, sys.executable, "-c", text).begun():
        assert servers.wait_for(lambda: note.exists() and note.read_text() != "")
        pid = int(note.read_text())
        assert alive(pid)

    assert servers.wait_for(lambda: not alive(pid))


def test_an_emulator_that_does_not_start_is_inconclusive(tmp_path):
    """The last line that it wrote says why."""
    broken = started(tmp_path, sys.executable, "-c", "raise SystemExit('no room')")

    with pytest.raises(Inconclusive, match="mine did not start: no room"), broken.running():
        pass


@pytest.fixture
def command(monkeypatch, tmp_path):
    """The directory of a command, as `cognito-conformance` makes one."""
    monkeypatch.setattr(workplace.tempfile, "tempdir", str(tmp_path))
    with workplace.workplace() as directory:
        yield directory


def test_an_emulator_that_dies_is_mentioned(tmp_path, command):
    """When it ends before it is asked to, there is a line on it for the end of the command."""
    with started(tmp_path, sys.executable, HEALTH, "{port}").running() as endpoint:
        os.kill(urllib3.request("GET", endpoint.url).json()["processes"][0], signal.SIGKILL)
        assert servers.wait_for(lambda: workplace.notes() != [])

    assert workplace.notes()[0].endswith("died during the run (exit code -9)")
    assert command.exists()


def test_an_emulator_that_ignores_sigterm_is_killed(tmp_path, command):
    """It gets SIGKILL in the end, and there is a line on that."""
    deaf = (
        "import runpy, signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); runpy.run_path({!r}, run_name='__main__')"
    )
    with started(tmp_path, sys.executable, "-c", deaf.format(HEALTH), "{port}").running() as endpoint:
        pid = urllib3.request("GET", endpoint.url).json()["processes"][0]

    assert servers.wait_for(lambda: not alive(pid))
    assert "did not end within 5 s of SIGTERM and was killed" in workplace.notes()[0]
    assert command.exists()


KEYS = 'access_key_id = "mine"\nsecret_access_key = "hidden"'


def test_a_target_file_says_who_signs_and_for_which_region(tmp_path):
    """Credentials and Region of the file go before the AWS chain; no representation shows the key."""
    text = f'title = "mine"\nurl = "http://127.0.0.1:1"\nregion = "eu-west-3"\n[credentials]\n{KEYS}'
    target = resolve(written(tmp_path, text), None)
    with target.running() as endpoint:
        assert (endpoint.region, endpoint.credentials) == ("eu-west-3", ReadOnlyCredentials("mine", "hidden", None))

    assert "hidden" not in repr(target) + repr(endpoint)


def test_a_target_may_write_its_credentials_at_its_start(tmp_path):
    """The file names a credentials file of the AWS CLI, and certificates, with a pattern for what differs."""
    place = tmp_path / "9297"
    place.mkdir()
    (place / "emulator_credentials").write_text("[default]\naws_access_key_id = new\naws_secret_access_key = key\n")
    (place / "ca.pem").write_text("")
    text = f"""title = "mine"\nurl = "https://127.0.0.1:1"\nca_bundle = "{tmp_path}/*/ca.pem"
    [credentials]\nfile = "{tmp_path}/*/*creden*"\n"""
    with resolve(written(tmp_path, text), None).running() as endpoint:
        assert endpoint.credentials == ReadOnlyCredentials("new", "key", None)
        assert endpoint.ca_bundle == str(place / "ca.pem")

    (place / "emulator_credentials").write_text("nothing")
    with pytest.raises(Inconclusive, match="cannot be read"), resolve(written(tmp_path, text), None).running():
        pass
    (place / "ca.pem").unlink()
    (place / "emulator_credentials").unlink()
    with pytest.raises(Inconclusive, match="which the target makes at its start"):
        resolve(written(tmp_path, text), None).running().__enter__()


def test_what_a_file_declares_off_is_skipped_for_its_reason(run, tmp_path):
    """A topic or a claim in the table `without` is not judged, and the result says why."""
    text = """title = "mine"
    [start]\nmodule = "conformance.reference"
    [without]\nstatus = "it has none"\nworks-on-any-user = "not yet"\n"""
    done = run(written(tmp_path, text), "-k", "test_list_users_shows_the_same_status or works-on-any-user")

    assert done.counts().keys() == {"skipped"}
    assert {
        result["reason"].removeprefix("declared off in the target's file: ") for result in done.report["results"]
    } == {
        "it has none",
        "not yet",
    }


def test_a_program_in_the_cache_goes_before_one_on_path(tmp_path, monkeypatch):
    """What `targets --install` put there is used, with the version of its package."""
    monkeypatch.setattr(installed.platformdirs, "user_cache_path", lambda _: tmp_path)
    package = installed.cache("mine") / "node_modules" / "mine"
    package.mkdir(parents=True)
    (package / "package.json").write_text('{"version": "7.1"}')
    program = package / "sh"
    program.write_text("#!/bin/sh")
    program.chmod(0o755)
    (package.parent / ".bin").mkdir()
    (package.parent / ".bin" / "sh").symlink_to(program)

    found = installed.program("mine", "sh")

    assert found == package.parent / ".bin" / "sh"
    assert installed.version(found, None) == "7.1"
    assert installed.program("other", "sh") != found
    assert installed.program("other", "no-such-program") is None


def test_an_installation_that_fails_is_bad_input(tmp_path, monkeypatch):
    """The last line of the installer says why, whatever advice it adds."""
    monkeypatch.setattr(installed.platformdirs, "user_cache_path", lambda _: tmp_path)
    monkeypatch.setattr(installed.venv, "create", lambda *_, **__: None)
    with pytest.raises(BadInput, match=r"target mine cannot be installed: .*bin/python: No such file"):
        installed.install("mine", {"pip": ["mine==1"], "command": "pip install mine"})
    says = "echo npm error 404 Not Found; echo npm error A complete log of this run can be found in: x; exit 1"
    with pytest.raises(BadInput, match=r"target mine cannot be installed: npm error 404 Not Found$"):
        installed._run("mine", ["sh", "-c", says])


@pytest.fixture
def install(tmp_path, monkeypatch):
    """A function that installs the target `mine` by npm, which writes a text into a file, or fails without a text."""
    monkeypatch.setattr(installed.platformdirs, "user_cache_path", lambda _: tmp_path)

    def call(text):
        def npm(name, command):
            place = Path(command[command.index("--prefix") + 1])
            with (place.parent / "lock").open() as lock, pytest.raises(BlockingIOError):
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            (place / "bin").mkdir()
            if text is None:
                raise BadInput(f"target {name} cannot be installed: no network")
            (place / "bin" / "mine").write_text(text)
            (place / "bin" / "mine").chmod(0o755)

        monkeypatch.setattr(installed, "_run", npm)
        return installed.install("mine", {"npm": {"mine": "1"}})

    return call


def test_what_was_installed_stays_until_the_next_is_whole(install, tmp_path):
    """An installation that fails changes nothing, one that works replaces the copy, and never do two run at once."""
    install("first")
    with pytest.raises(BadInput, match="no network"):
        install(None)
    assert installed.program("mine", "mine").read_text() == "first"

    place = install("second")

    assert installed.program("mine", "mine") == place / "bin" / "mine"
    assert (place / "bin" / "mine").read_text() == "second"
    assert len(list(tmp_path.rglob("copy-*"))) == 1


def test_a_copy_of_an_earlier_version_is_replaced(install):
    """A directory, as the suite once installed into it, gives way; what a killed installation left is removed."""
    old = installed.cache("mine")
    for left in (old / "bin", old.with_name(".mine") / "copy-killed"):
        left.mkdir(parents=True)
        (left / "mine").write_text("old")

    assert (install("new") / "bin" / "mine").read_text() == "new"
    assert not (old.with_name(".mine") / "copy-killed").exists()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("title = 'mine'\nunverified = ''", "'' should be non-empty"),
        ("title = 'mine'\nonly = []", "should be non-empty"),
        ("title = 'mine'\n[credentials]\naccess_key_id = 'a'", "is not valid under any of the given schemas"),
        ("\ufefftitle = 'mine'", "names no endpoint"),
        ("title = ", "is not TOML"),
        ("url = 'http://127.0.0.1:1'", "'title' is a required property"),
        ("title = 'mine'\nclock = true", "'clock' was unexpected"),
        ("title = 'mine'", "names no endpoint: give it a url, a table \\[start\\], or use --endpoint-url"),
        ("title = 'mine'\nurl = 'localhost:1'", "write http://HOST:PORT"),
        ("title = 'mine'\nurl = 'https://cognito-idp.us-east-1.amazonaws.com'", "is AWS itself"),
        (
            "title = 'mine'\ninstall = 'brew install it'\n[start]\ncommand = ['no-such-program']\nready = '/'",
            "there is no no-such-program on PATH: run brew install it",
        ),
        ("title = 'mine'\n[start]\ncommand = ['no-such-program']\nready = '/'", "there is no no-such-program on PATH$"),
    ],
    ids=[
        "unverified",
        "only",
        "half-a-key",
        "byte-order-mark",
        "no-toml",
        "no-title",
        "unknown-key",
        "nothing-to-judge",
        "no-url",
        "aws",
        "not-installed",
        "no-remedy",
    ],
)
def test_a_target_file_that_cannot_be_used_is_refused(tmp_path, text, said):
    """One line says what is wrong with the file."""
    with pytest.raises(BadInput, match=said):
        resolve(written(tmp_path, text), None)


def test_a_missing_target_file_is_refused():
    """A path at which there is no file is reported."""
    with pytest.raises(BadInput, match=r"no-such\.toml cannot be read: No such file"):
        resolve("no-such.toml", None)


def test_a_target_file_names_an_endpoint(tmp_path):
    """Its url is judged under the file's name, --endpoint-url goes before, and the command line can say it again."""
    file = written(tmp_path, "title = 'mine'\nurl = 'http://127.0.0.1:1/'\ncontrol = '/-/'")

    target = resolve(file, None)

    assert (target.name, target.url, target.control, target.argument) == ("mine", "http://127.0.0.1:1", "/-/", file)
    assert resolve(file, "http://127.0.0.1:2").url == "http://127.0.0.1:2"


def test_a_file_of_ones_own_has_no_shipped_baseline(tmp_path):
    """What is known of the moto that is shipped says nothing of another target whose file has that name."""
    file = tmp_path / "two words" / "moto.toml"
    file.parent.mkdir()
    file.write_text('title = "another"\n[start]\nmodule = "conformance.target.moto"\n', encoding="utf-8")
    checked = Settings.of({"target": str(file)})

    assert checked.baseline.path is None
    assert shlex.split(checked.arguments)[0] == str(file)
    assert Settings.of({"target": "moto"}).baseline.path is not None


@pytest.mark.parametrize("name", sorted(definition.known_targets()))
def test_every_shipped_target_is_started_or_says_how_to_install_it(name):
    """Where the suite cannot start a target, it names what installs it; what nobody has run here says why."""
    listed = CliRunner().invoke(main, ["targets"]).stdout
    state = listed.partition(f"{name}\n")[2].splitlines()[1]
    document = definition.shipped()[name]

    assert state.strip().startswith(("ready", "expected at http://127.0.0.1:", f"target {name} is not installed"))
    assert "ready" in state or ": run " in state or str(document["install"]) in state
    assert ("unverified" in document) == (name in ("aws-emulator", "fakecloud", "floci", "localstack"))


AGED = "title = 'aged'\nfaketime = true\n[start]\nmodule = '{module}'\n"
needs_faketime = pytest.mark.skipif(libfaketime() is None, reason="libfaketime is not installed (package faketime)")


@needs_faketime
def test_libfaketime_moves_a_clock(run, tmp_path):
    """A service that keeps the clock's promises conforms under libfaketime, in each claim about expiry."""
    done = run(written(tmp_path, AGED.format(module="tests.target.dateless")), "-k", "expiry", "--tier", "wording")

    assert done.counts().keys() == {"conforms"}, done.stdout


@needs_faketime
def test_a_service_that_looks_at_the_date_of_signatures_is_not_accused(run, tmp_path):
    """Where requests of now are refused once the clock is moved, expiry is blocked, and the clock is put back."""
    file = written(tmp_path, AGED.format(module="conformance.reference"))
    done = run(file, "-k", "expiry or permanent-password-confirms", "--tier", "wording")

    of_today = {id for id in done.verdicts() if id.startswith("test_permanent_password_confirms")}
    assert {id for id, verdict in done.verdicts().items() if verdict == "conforms"} >= of_today != set()
    assert done.counts().keys() == {"blocked", "conforms"}, done.stdout


def test_a_clock_that_does_not_follow_accuses_nobody(tmp_path, monkeypatch):
    """Where libfaketime has no effect, what takes time is blocked, and the clock is put back."""
    monkeypatch.setattr(clock, "_FOLLOWS_SECONDS", 0.1)
    file = tmp_path / "clock"
    file.write_text("+60")

    with servers.always(servers.NOTHING) as url, pytest.raises(Blocked, match="shows another time"):
        clock.Faketime(url, file).after(None, 2)

    assert file.read_text() == "+60"


def test_targets_that_are_one_program_share_what_is_installed_and_may_share_a_baseline():
    """ministack-auth is ministack started in another way; moto-server is moto."""
    assert definition.installed_as("ministack-auth") == definition.installed_as("ministack") == "ministack"
    assert definition.installed_as("mine") == "mine"
    assert definition.baseline_of("moto-server") == definition.baseline_of("moto")
