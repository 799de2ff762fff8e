"""A command that cannot go on ends quietly, and with an exit code that is no verdict."""

import os
import signal
import subprocess
import sys

import pytest

COMMANDS = {
    "run": ["run", "--json=report.json", "-k", "test_list_users_shows_the_same_status"],
    "run, two workers": ["run", "--json=report.json", "-n2", "-k", "test_list_users_shows_the_same_status"],
    "claims": ["claims"],
    "mutants": ["mutants", "-k", "target-by-prefix"],
    "sdk-gate": ["sdk-gate", "--from=installed", "--to=installed", "--scenarios=none"],
}


def command(arguments, place, **streams):
    """`cognito-conformance` with these arguments, started in a process and a session of its own."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "PYTEST_"))}
    return subprocess.Popen(
        [sys.executable, "-m", "conformance", *arguments],
        cwd=place,
        env=inherited,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        **streams,
    )


@pytest.mark.parametrize("arguments", COMMANDS.values(), ids=COMMANDS)
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
    with command(arguments, tmp_path, stdout=subprocess.PIPE) as started:
        while "% judged" not in started.stdout.readline():
            pass
        os.killpg(started.pid, signal.SIGINT)
        _, complaint = started.communicate()

    assert (started.returncode, complaint) == (130, "cognito-conformance: interrupted\n")
    assert list(tmp_path.iterdir()) == []


def test_a_stream_of_another_encoding_gets_escapes(run):
    """Where the terminal knows no Unicode, signs are escaped, and verdict and exit code stay what they are."""
    done = run("-k", "test_list_users_shows_the_same_status", environment={"PYTHONIOENCODING": "ascii"})

    assert (done.exit_code, done.stderr) == (0, "")
    assert r"\u2713 ListUsers and AdminGetUser show the same status" in done.stdout
