"""Targets: what their files say, how the suite starts them, and how it moves their clocks."""

import json
import shlex
import sys
from pathlib import Path

import pytest
import urllib3
from click.testing import CliRunner

from conformance.cli import main
from conformance.errors import BadInput, Blocked, Inconclusive
from conformance.run.settings import Settings
from conformance.target import clock, definition
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


def test_an_emulator_that_does_not_start_is_inconclusive(tmp_path):
    """The last line that it wrote says why."""
    broken = started(tmp_path, sys.executable, "-c", "raise SystemExit('no room')")

    with pytest.raises(Inconclusive, match="mine did not start: no room"), broken.running():
        pass


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("title = ", "is no TOML"),
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
    ids=["no-toml", "no-title", "unknown-key", "nothing-to-judge", "no-url", "aws", "not-installed", "no-remedy"],
)
def test_a_target_file_that_cannot_be_used_is_refused(tmp_path, text, said):
    """One line says what is wrong with the file."""
    with pytest.raises(BadInput, match=said):
        resolve(written(tmp_path, text), None)


def test_a_missing_target_file_is_refused():
    """A path at which there is no file is told."""
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
    told = definition.shipped()[name]

    assert state.strip().startswith(("ready", "expected at http://127.0.0.1:", f"target {name} is not installed"))
    assert "ready" in state or ": run " in state or str(told["install"]) in state
    assert ("unverified" in told) == (name in ("aws-emulator", "fakecloud", "floci", "localstack"))


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

    assert done.counts() == {"blocked": 26, "conforms": 12}, done.stdout


def test_a_clock_that_does_not_follow_accuses_nobody(tmp_path, monkeypatch):
    """Where libfaketime has no effect, what takes time is blocked, and the clock is put back."""
    monkeypatch.setattr(clock, "_FOLLOWS_SECONDS", 0.1)
    file = tmp_path / "clock"
    file.write_text("+60")

    with servers.always(servers.NOTHING) as url, pytest.raises(Blocked, match="shows another time"):
        clock.Faketime(url, file).after(None, 2)

    assert file.read_text() == "+60"
