"""A process that has the AWS CLI loaded and forks a child for each call: `python -m conformance.aws_cli.fork_server`.

It speaks JSON, an object per line. The first line that it writes is one of

    {"ready": true, "version": "aws-cli/1.46.3 Python/3.11.7 ..."}
    {"ready": false, "reason": "No module named 'awscli'"}

Then it answers requests, in the order in which the calls end. `timeout` is in seconds; the exit code of a
child that signal N killed is -N; bytes that are not UTF-8 come as backslash escapes:

    {"id": 1, "arguments": ["cognito-idp", "..."], "environment": {"PATH": "..."}, "timeout": 30}
    {"id": 1, "exit_code": 0, "stdout": "", "stderr": "", "timed_out": false}

When its stdin ends, it kills the calls in flight and exits.

A fork costs a tenth of starting `aws`, and gives each call a copy of the CLI that no other call has used: a
driver used twice remembers the region, `--no-sign-request` and more. The environment of a child is the one in
the request, but two things were settled before: where `~/.aws/models` and `~/.aws/cli/alias` are, when awscli
was loaded, and the encoding of the streams, when Python started. In what a child prints, only `--debug` shows
the difference: the models that were read before are not read again, nor event names translated twice.

In a process that has imported awscli, `import botocore` gives awscli's own copy: nothing imported here may
use boto3.
"""

import functools
import gc
import importlib
import io
import json
import os
import selectors
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout, suppress
from dataclasses import dataclass
from typing import IO, Any, NoReturn

# Sends nothing. "output" rather than "input" because it builds a client, as a call that does send will.
_WARM_UP = (
    "cognito-idp admin-set-user-password --user-pool-id us-east-1_warm --username warm --password Warm-up-1!"
    " --region us-east-1 --no-sign-request --generate-cli-skeleton output"
)


@dataclass(frozen=True)
class ForkedCall:
    """A call in flight: `alive` comes to its end when the child does; `deadline` is in monotonic seconds."""

    id: int
    pid: int
    alive: int
    stdout: IO[bytes]
    stderr: IO[bytes]
    deadline: float

    def kill(self) -> None:
        """Kill the child and whatever it started; its process group is its own until `answer` reaps it."""
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)

    def answer(self) -> dict[str, Any]:
        """Reap the child, which has ended or was killed, and say what came of it."""
        _, status = os.waitpid(self.pid, 0)
        os.close(self.alive)
        return {
            "id": self.id,
            "exit_code": os.waitstatus_to_exitcode(status),
            "stdout": _text(self.stdout),
            "stderr": _text(self.stderr),
        }


def warm_up() -> tuple[Callable[[], int | None], str]:
    """Load the AWS CLI; return its `main` and its version line. Raises ImportError where it is missing."""
    clidriver: Any = importlib.import_module("awscli.clidriver")
    session: Any = importlib.import_module("botocore.session")
    # A loader keeps the models that it has read, so all drivers get the same (for the same AWS_DATA_PATH).
    session.create_loader = functools.cache(session.create_loader)
    _remember_handlers(importlib.import_module("botocore.hooks"))
    driver = clidriver.create_clidriver()
    version = driver.session.user_agent()  # before a call: v2 then adds the command
    # Also for the log handler that a driver leaves behind: it would log every error of a child a second time.
    # In v2 a call starts a thread of awscrt's, which no child has, and the next call waits for its end.
    quieten = clidriver.__dict__.get("disable_crt_logging")
    clidriver.disable_crt_logging = lambda: None
    with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
        driver.main(_WARM_UP.split())
    clidriver.disable_crt_logging = quieten
    return clidriver.main, version


def _remember_handlers(hooks: Any) -> None:
    """Look once at the signatures of 400 handlers and at other names of their events, and not in each driver.

    It is a quarter of a call. An awscli that works otherwise is left alone."""
    if not hasattr(hooks, "accepts_kwargs") or not hasattr(hooks, "EventAliaser"):
        return
    hooks.accepts_kwargs = functools.cache(hooks.accepts_kwargs)
    make = hooks.EventAliaser.__init__
    names: dict[str, str] = {}

    def remember(self: Any, *arguments: Any, **keywords: Any) -> None:
        make(self, *arguments, **keywords)
        self._alias_name_cache = names

    hooks.EventAliaser.__init__ = remember


def serve(main: Callable[[], int | None], requests: int, answers: int) -> None:
    """Fork `main` for each request on the one file descriptor, and write to the other what came of it."""
    calls: list[ForkedCall] = []
    unread = b""
    with selectors.DefaultSelector() as selector:
        selector.register(requests, selectors.EVENT_READ)
        try:
            while True:
                now = time.monotonic()
                wait = min((call.deadline - now for call in calls), default=None)
                ready = {key.fd for key, _ in selector.select(wait)}
                now = time.monotonic()
                for call in list(calls):
                    timed_out = call.alive not in ready
                    if timed_out and now < call.deadline:
                        continue
                    if timed_out:
                        call.kill()
                    calls.remove(call)
                    selector.unregister(call.alive)
                    _write(answers, call.answer() | {"timed_out": timed_out})
                if requests in ready:
                    chunk = os.read(requests, 1 << 16)
                    if not chunk:
                        return
                    *lines, unread = (unread + chunk).split(b"\n")
                    for line in lines:
                        call = _fork(main, json.loads(line), answers)
                        calls.append(call)
                        selector.register(call.alive, selectors.EVENT_READ)
        finally:
            for call in calls:
                call.kill()
                call.answer()


def _fork(main: Callable[[], int | None], request: dict[str, Any], answers: int) -> ForkedCall:
    # Both files have no name, so none is left behind however this ends.
    stdout, stderr = tempfile.TemporaryFile(), tempfile.TemporaryFile()  # noqa: SIM115 - `answer` closes them
    alive, held_by_child = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.close(answers)
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            os.dup2(stdout.fileno(), 1)
            os.dup2(stderr.fileno(), 2)
            os.setpgid(0, 0)
            _child(main, request)
        finally:
            os._exit(1)
    os.close(held_by_child)
    # Here too, since a kill may come before the child gets there. The later of the two may fail: no matter.
    with suppress(OSError):
        os.setpgid(pid, pid)
    return ForkedCall(request["id"], pid, alive, stdout, stderr, time.monotonic() + request["timeout"])


def _child(main: Callable[[], int | None], request: dict[str, Any]) -> NoReturn:
    # awscli has put its own data on this path, and does not load its options without it.
    data_path = os.environ["AWS_DATA_PATH"]
    os.environ.clear()
    os.environ.update(request["environment"])
    os.environ["AWS_DATA_PATH"] = os.pathsep.join(filter(None, (os.environ.get("AWS_DATA_PATH"), data_path)))
    sys.argv = ["aws", *request["arguments"]]
    code: object = 1
    try:
        # As the `aws` script does: usage errors and --version raise SystemExit, all else returns a code.
        sys.exit(main())
    except SystemExit as end:
        code = end.code or 0
    except BaseException:
        traceback.print_exc()
    if not isinstance(code, int):
        print(code, file=sys.stderr)
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code & 0xFF)


def _text(file: IO[bytes]) -> str:
    with file:
        file.seek(0)
        return file.read().decode("utf-8", "backslashreplace")


def _write(answers: int, message: dict[str, Any]) -> None:
    line = json.dumps(message).encode() + b"\n"
    while line:
        line = line[os.write(answers, line) :]


def _run() -> None:
    answers = os.dup(1)
    # What is printed by mistake goes where a person sees it, and not between the answers.
    os.dup2(2, 1)
    try:
        main, version = warm_up()
    except ImportError as missing:
        _write(answers, {"ready": False, "reason": str(missing)})
        return
    # Else a collection in a child would touch, and so copy, every page that it shares with this process.
    gc.freeze()
    with suppress(BrokenPipeError):
        _write(answers, {"ready": True, "version": version})
        serve(main, 0, answers)


if __name__ == "__main__":
    _run()
