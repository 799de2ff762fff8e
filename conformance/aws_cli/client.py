"""Calls of the AWS CLI: forked from a process that has it loaded (`AwsCli`), or plain (`run_subprocess`)."""

import importlib.util
import itertools
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

# The `aws` script, wherever it may lie. `python -m awscli` would call itself __main__.py in usage errors.
_AWS = "import sys; sys.argv[0] = 'aws'; from awscli.clidriver import main; sys.exit(main())"

_RUN_SCRIPT = "import runpy, sys; del sys.path[0]; runpy.run_path(sys.argv[1], run_name='__main__')"


@dataclass(frozen=True)
class Completed:
    """What an ended call left: its exit code, both streams as text, and the seconds from asking to answer."""

    exit_code: int
    stdout: str
    stderr: str
    seconds: float


class AwsCliMissing(Exception):
    """The AWS CLI is not installed, or cannot be loaded."""

    def __init__(self, reason: str, remedy: str = "pip install 'cognito-conformance[cli]'") -> None:
        super().__init__(f"the AWS CLI cannot be used ({reason}): {remedy}")


class AwsCliTimeout(Exception):
    """The AWS CLI did not end in the time it was given, and was killed."""

    def __init__(self, arguments: Sequence[str], timeout: float) -> None:
        super().__init__(f"`aws {' '.join(arguments[:2])}` did not end within {timeout:g} s and was killed")


class AwsCliEnded(Exception):
    """The process that runs the AWS CLI has ended, so this call has no answer."""


class AwsCli:
    """The AWS CLI, loaded once in a process of its own (`conformance.aws_cli.fork_server`), forked for each call.

    The process starts with the first call. It ends with `close`, or with the process that started it, however
    that ends. Any number of threads may call `run` at once. A relative path in an argument (`file://x`) is
    taken from the directory in which the first call was made. `python` is another interpreter, 3.9 or later,
    that can import an AWS CLI of its own. Until the first call it has no thread: where only `version` was asked,
    forks of this process can make calls, one fork after the other.
    """

    def __init__(self, python: str | None = None) -> None:
        self._python = python
        self._lock = threading.Lock()
        self._ids = itertools.count()
        self._pending: dict[int, Future[dict[str, Any]]] = {}
        self._process: subprocess.Popen[str] | None = None
        self._reader: threading.Thread | None = None
        self._version = ""
        self._ended = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def version(self) -> str:
        """What `aws --version` prints: "aws-cli/1.46.3 Python/3.11.7 Linux/6.18.44 botocore/1.43.62"."""
        with self._lock:
            self._started()
            return self._version

    def run(self, arguments: Sequence[str], environment: Mapping[str, str], timeout: float) -> Completed:
        """Run `aws` with these arguments and exactly this environment, for at most `timeout` seconds.

        Raises AwsCliMissing, AwsCliTimeout, AwsCliEnded; ValueError for text that no process can be given.
        """
        for text in (*arguments, *environment, *environment.values()):
            # A fork would take what an exec refuses: NUL, and what the file system encoding cannot express.
            if b"\0" in os.fsencode(text):
                raise ValueError(f"a command line or environment cannot hold the NUL character in {text!r}")
        request = {"arguments": list(arguments), "environment": dict(environment), "timeout": timeout}
        started = time.monotonic()
        answer = self._ask(request).result()
        seconds = time.monotonic() - started
        if answer["timed_out"]:
            raise AwsCliTimeout(arguments, timeout)
        return Completed(answer["exit_code"], answer["stdout"], answer["stderr"], seconds)

    def close(self) -> None:
        """End the process and kill the calls still in flight; their threads get AwsCliEnded."""
        with self._lock:
            process = self._process
            self._ended = self._ended or "it was closed"
            if process is not None and process.stdin is not None:
                with suppress(BrokenPipeError):
                    process.stdin.close()
        if process is not None:
            process.wait()
            if self._reader is not None:
                self._reader.join()
            elif process.stdout is not None:
                process.stdout.close()

    def _ask(self, request: dict[str, Any]) -> Future[dict[str, Any]]:
        future: Future[dict[str, Any]] = Future()
        with self._lock:
            process = self._started()
            if self._reader is None:
                self._reader = threading.Thread(target=self._read, args=[process], daemon=True)
                self._reader.start()
            number = next(self._ids)
            self._pending[number] = future
            assert process.stdin is not None
            # When the process has just died, the reader is about to say so to all that are pending.
            with suppress(BrokenPipeError):
                process.stdin.write(json.dumps({"id": number} | request) + "\n")
                process.stdin.flush()
        return future

    def _started(self) -> subprocess.Popen[str]:
        if self._ended:
            raise AwsCliEnded(f"the AWS CLI process has ended: {self._ended}")
        if self._process is None:
            process = subprocess.Popen(
                _process_command(self._python),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                encoding="utf-8",
                env=_process_environment(self._python),
                # An interrupt from the keyboard is for us alone: we close, and it ends with us.
                start_new_session=True,
            )
            assert process.stdout is not None
            hello = json.loads(process.stdout.readline() or "{}")
            if not hello.get("ready"):
                process.communicate()
                if hello:
                    raise AwsCliMissing(hello["reason"])
                raise AwsCliEnded(f"the AWS CLI process did not start: exit code {process.returncode}")
            self._version = hello["version"]
            self._process = process
        return self._process

    def _read(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        with process.stdout as answers:
            # Without the lock: its holder may wait for room in the other pipe, which reading this one makes.
            for line in answers:
                answer = json.loads(line)
                self._pending.pop(answer["id"]).set_result(answer)
        code = process.wait()
        with self._lock:
            self._ended = self._ended or f"exit code {code}"
            for future in self._pending.values():
                future.set_exception(AwsCliEnded(f"the AWS CLI process has ended: {self._ended}"))


def run_subprocess(
    arguments: Sequence[str], environment: Mapping[str, str], timeout: float, program: str | None = None
) -> Completed:
    """Run the true `aws` in a process of its own: ten times slower than `AwsCli.run`, which it serves to check.

    `program` is the path of an executable; without one it is AWS CLI v1 in a new interpreter. Raises AwsCliMissing
    and AwsCliTimeout.
    """
    if program is None and importlib.util.find_spec("awscli") is None:
        raise AwsCliMissing("No module named 'awscli'")
    command = [program] if program else [sys.executable, "-P", "-c", _AWS]
    python_path = {} if program else {"PYTHONPATH": _python_path()}
    started = time.monotonic()
    try:
        done = subprocess.run(
            [*command, *arguments],
            env={**environment, **python_path},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=timeout,
        )
    except subprocess.TimeoutExpired:
        raise AwsCliTimeout(arguments, timeout) from None
    stdout, stderr = (stream.decode("utf-8", "backslashreplace") for stream in (done.stdout, done.stderr))
    return Completed(done.returncode, stdout, stderr, seconds=time.monotonic() - started)


def clean_environment(
    home: Path, *, access_key_id: str, secret_access_key: str, region: str, session_token: str = ""
) -> dict[str, str]:
    """The whole environment of a call: nothing is inherited but PATH, and no file of the user's is read.

    `home` is an empty directory. Without a session token there is no AWS_SESSION_TOKEN.
    """
    environment = {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "AWS_ACCESS_KEY_ID": access_key_id,
        "AWS_SECRET_ACCESS_KEY": secret_access_key,
        "AWS_DEFAULT_REGION": region,
        "AWS_CONFIG_FILE": str(home / "no-config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(home / "no-credentials"),
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_PAGER": "",
    }
    return environment | ({"AWS_SESSION_TOKEN": session_token} if session_token else {})


def _process_command(python: str | None) -> list[str]:
    if python is None:
        return [sys.executable, "-P", "-m", "conformance.aws_cli.fork_server"]
    # By its path: nothing of this suite may be on the path of a foreign interpreter, nor the working directory.
    script = str(Path(__file__).with_name("fork_server.py"))
    return [python, "-c", _RUN_SCRIPT, script]


def _process_environment(python: str | None) -> dict[str, str]:
    # What the interpreter may need (TMPDIR, LD_LIBRARY_PATH) stays; the children see none of it.
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "LC_", "PYTHON"))}
    return kept | {
        "HOME": "/nonexistent",
        "LANG": "C.UTF-8",
        "AWS_EC2_METADATA_DISABLED": "true",
        **({} if python else {"PYTHONPATH": _python_path()}),
    }


def _python_path() -> str:
    # What can be imported here can be imported there, whatever HOME (~/.local) and the working directory are.
    return os.pathsep.join(str(Path(entry).absolute()) for entry in sys.path)
