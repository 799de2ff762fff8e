"""A command that cannot go on ends quietly, and with an exit code that is not a verdict."""

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from click.testing import CliRunner

from conformance.cli import main
from conformance.console import Terminal, named, printable
from conformance.contract import ledger
from tests.forked import complaints, inherited

pytestmark = pytest.mark.usefixtures("heard")

RUN = "run -k test_list_users_shows_the_same_status"
COMMANDS = {
    "run": ["run", "--json=report.json", "-k", "test_list_users_shows_the_same_status"],
    "run, two workers": ["run", "--json=report.json", "-n2", "-k", "test_list_users_shows_the_same_status"],
    "claims": ["claims"],
    "mutants": ["mutants", "-k", "target-by-prefix"],
    "help": ["--help"],
    "sdk-gate": ["sdk-gate", "--help"],
}
COMPARED = ["sdk-gate", "--from=installed", "--to=installed", "--scenarios=none"]


def command(arguments, place, **streams):
    """`cognito-conformance` with these arguments, started in a process and a session of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "conformance", *arguments],
        cwd=place,
        env=inherited(),
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        **streams,
    )


@pytest.mark.parametrize(
    "arguments",
    [*COMMANDS.values(), pytest.param(COMPARED, marks=pytest.mark.slow)],
    ids=[*COMMANDS, "sdk-gate, compared"],
)
def test_a_closed_pipe_ends_a_command_quietly(tmp_path, arguments):
    """Where nobody reads its output a command says nothing more, and ends as a program that SIGPIPE has ended."""
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as unheard, command(arguments, tmp_path, stdout=unheard) as started:
        _, complaint = started.communicate()

    assert (started.returncode, complaint) == (141, "")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("workers", ["0", "2"])
def test_an_interrupted_run_leaves_no_report(tmp_path, workers):
    """Control-C ends a run with a line, no report on the part that was judged, and the exit code of an interruption."""
    arguments = ["run", "-n", workers, "-k", "test_status or test_sign_in", "--json=report.json", "--html=page.html"]
    with command(arguments, tmp_path, stdout=subprocess.DEVNULL) as started:
        while "% judged" not in started.stderr.readline():
            pass
        os.killpg(started.pid, signal.SIGINT)
        _, complaint = started.communicate()

    assert (started.returncode, complaints(complaint)) == (130, "cognito-conformance: interrupted\n")
    assert list(tmp_path.iterdir()) == []


def test_a_stream_of_another_encoding_gets_escapes(tmp_path):
    """Where the terminal knows no Unicode, signs are escaped, and verdict and exit code stay what they are."""
    done = shell(f"PYTHONIOENCODING=ascii $CONFORMANCE {RUN} -v", tmp_path)

    assert (done.returncode, complaints(done.stderr)) == (0, "")
    assert r"\u2713 ListUsers and AdminGetUser show the same status" in done.stdout


def test_progress_is_no_part_of_the_report(run):
    """Standard output has the report alone; how far a run is goes to standard error."""
    done = run("-k", "test_list_users_shows_the_same_status")

    assert "% judged" not in done.stdout
    assert done.stderr.startswith("0 % judged (0 of 4)\n")


def shell(line, place):
    """What comes of a line of the shell in which $CONFORMANCE stands for the command."""
    program = f"{sys.executable} -m conformance"
    return subprocess.run(
        ["sh", "-c", line],
        cwd=place,
        env={**inherited(), "CONFORMANCE": program, "TMPDIR": str(place)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("line", "code", "complaint"),
    [
        ("$CONFORMANCE claims > /dev/full", 2, "standard output cannot be written: No space left on device"),
        (f"$CONFORMANCE {RUN} > /dev/full", 2, "standard output cannot be written: No space left on device"),
        ("$CONFORMANCE claims >&-", 0, None),
        (f"$CONFORMANCE {RUN} >&- 2>&- <&-", 0, None),
        (f"$CONFORMANCE {RUN} 2> /dev/full", 0, None),
        ("mkdir gone && cd gone && rmdir ../gone && $CONFORMANCE claims", 2, "the working directory cannot be used"),
        (f"mkfifo pipe && $CONFORMANCE {RUN} --json pipe; code=$?; rm pipe; exit $code", 2, "pipe cannot be written"),
    ],
    ids=["full", "full-run", "closed", "closed-run", "full-of-notices", "no-directory", "unread-pipe"],
)
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full, which is always full")
def test_a_stream_or_a_directory_that_cannot_be_used(tmp_path, line, code, complaint):
    """There is one line and exit code 2; a closed stream is one that nobody wants, and the verdict stands."""
    done = shell(line, tmp_path)

    assert done.returncode == code, done.stderr
    assert complaints(done.stderr).count("\n") == (complaint is not None)
    assert (complaint or "") in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_an_unexpected_exception_is_our_own_fault(monkeypatch, tmp_path):
    """It ends with 4 and one line, which names the file that has the traceback."""

    def broken():
        raise ZeroDivisionError("one\nof\x1b[31m two")

    monkeypatch.setattr(ledger, "load_all", broken)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    done = CliRunner().invoke(main, ["claims"])
    (file,) = tmp_path.glob("fault-of-cognito-conformance-*.txt")

    assert done.exit_code == 4
    assert done.stderr == (
        f"cognito-conformance: the suite itself failed: ZeroDivisionError: one; please report this, with {file}\n"
    )
    assert "raise ZeroDivisionError" in file.read_text("utf-8")


@pytest.mark.parametrize(
    ("foreign", "shown"),
    [
        ("\x1b[2J", "\\x1b[2J"),
        ("\u202egnp.exe", "\\u202egnp.exe"),
        ("\x9b31m", "\\x9b31m"),
        ("zero\u200bwidth", "zero\\u200bwidth"),
        ("\ud800", "\\ud800"),
        ("\ufffe", "\\ufffe"),
        ("back\rspace\x08", "back\\rspace\\x08"),
        ("two\nlines\tapart", "two\nlines\tapart"),
        ("Zoë 日本 🙂", "Zoë 日本 🙂"),
    ],
)
def test_foreign_text_is_harmless(foreign, shown):
    """What moves a cursor, hides or turns text is escaped; letters of any script stay."""
    assert printable(foreign) == shown


def test_no_line_of_a_file_ends_with_blanks(capsys):
    """Tables are filled with blanks on a terminal alone."""
    Terminal().print(named({"a": "short", "b": "a longer value"}))

    assert capsys.readouterr().out == "a  short\nb  a longer value\n"
