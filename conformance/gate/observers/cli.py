"""Prints what an AWS CLI does for admin-set-user-password (exit code, streams, requests) as one canonical JSON line.

Run as a file, in a process of its own, with the AWS CLI to observe in front on PYTHONPATH: `python cli.py CERTIFICATES
[subprocess] [CASE ...]`. The calls are forked from a process that has the CLI loaded (conformance.aws_cli.client); some
are made as plain subprocesses too, as a check on the forking, and with `subprocess` all are. A service in this process
records the requests: the path of --endpoint-url says which case they belong to. CERTIFICATES is for cli_transport.py,
whose cases have servers of their own. Without a CASE, all are observed.
"""

import json
import re
import sys
import tempfile
import threading
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[3]))  # the suite itself, last
sys.path.insert(0, str(Path(__file__).resolve().parent / "quick"))  # for the processes of the CLI, not for this one

from conformance.aws_cli.client import AwsCli, clean_environment, run_subprocess
from conformance.gate.observers import cli_transport, loopback
from conformance.gate.observers.cli_transport import CONNECTIONS, ONCE

COMMAND = ["cognito-idp", "admin-set-user-password"]
POOL = ["--user-pool-id", "us-east-1_Example01"]
USER = ["--username", "alice"]
PASSWORD = ["--password", "Perm4nent!"]
CALL = [*COMMAND, *POOL, *USER, *PASSWORD]
TIMEOUT = 120  # seconds; nothing sleeps, and a machine may be slow
PARALLEL = 4


@dataclass(frozen=True)
class Case:
    """A call: what is written, what the environment adds, what the service answers (status and body, or bytes)."""

    arguments: list
    answer: tuple = (200, b"{}")
    environment: dict = field(default_factory=dict)


def error(code, status=400):
    """An error as the service writes it."""
    return status, json.dumps({"__type": code, "message": "no"}).encode()


def _given(text):
    return [*COMMAND, "--cli-input-json", text]


_ALL = '{"UserPoolId": "us-east-1_Example01", "Username": "alice", "Password": "Perm4nent!", "Permanent": true}'

CASES = {
    # What is written.
    "accepted": Case(CALL),
    "permanent": Case([*CALL, "--permanent"]),
    "no-permanent": Case([*CALL, "--no-permanent"]),
    "permanent-then-no-permanent": Case([*CALL, "--permanent", "--no-permanent"]),
    "non-ascii": Case([*COMMAND, *POOL, *USER, "--password", "Pässwörd1!€"]),
    "empty-password": Case([*COMMAND, *POOL, *USER, "--password", ""]),
    "dash-password": Case([*COMMAND, *POOL, *USER, "--password", "-Aa1!aaa"]),
    "dash-password-with-equals": Case([*COMMAND, *POOL, *USER, "--password=-Aa1!aaa"]),
    "last-one-wins": Case([*CALL, "--username", "bob"]),
    "prefix-of-an-option": Case([*COMMAND, *POOL, *USER, "--pass", "Perm4nent!"]),
    "ambiguous-prefix": Case([*COMMAND, *PASSWORD, "--user", "alice"]),
    "missing-password": Case([*COMMAND, *POOL, *USER]),
    "missing-everything": Case(COMMAND),
    "unknown-option": Case([*CALL, "--bogus"]),
    "stray-word": Case([*CALL, "stray"]),
    "empty-username": Case([*COMMAND, *POOL, *PASSWORD, "--username", ""]),
    "unknown-command": Case(["cognito-idp", "admin-set-user-passwords"]),
    "version": Case(["--version"]),
    # Input from JSON.
    "input-json": Case(_given(_ALL)),
    "input-json-overridden": Case([*_given(_ALL), "--username", "bob"]),
    "input-json-unknown-member": Case(_given(_ALL.replace("Permanent", "Bogus"))),
    "input-json-wrong-type": Case(_given(_ALL.replace("true", '"yes"'))),
    "input-json-missing-member": Case(_given('{"Username": "alice"}')),
    "input-json-malformed": Case(_given('{"UserPoolId": ')),
    "input-json-null": Case(_given("null")),
    "input-json-list": Case(_given("[]")),
    "input-json-missing-file": Case(_given("file:///nonexistent/input.json")),
    # Skeletons.
    "skeleton-input": Case([*COMMAND, "--generate-cli-skeleton", "input"]),
    "skeleton-plain": Case([*COMMAND, "--generate-cli-skeleton"]),
    "skeleton-output": Case([*CALL, "--generate-cli-skeleton", "output"]),
    "skeleton-unknown": Case([*CALL, "--generate-cli-skeleton", "bogus"]),
    # Output.
    **{f"output-{form}": Case([*CALL, "--output", form]) for form in ("json", "text", "table", "bogus")},
    "query-member": Case([*CALL, "--query", "Foo"]),
    "query-constant": Case([*CALL, "--query", '{Key: `"x"`}']),
    "query-malformed": Case([*CALL, "--query", "[[["]),
    "no-paginate": Case([*CALL, "--no-paginate"]),
    "no-sign-request": Case([*CALL, "--no-sign-request"]),
    "region": Case([*CALL, "--region", "eu-west-1"]),
    "bad-region": Case([*CALL, "--region", "us east 1"]),
    "unknown-profile": Case([*CALL, "--profile", "nope"]),
    "bad-timeout": Case([*CALL, "--cli-read-timeout", "soon"]),
    "no-credentials": Case(CALL, environment={"AWS_ACCESS_KEY_ID": None, "AWS_SECRET_ACCESS_KEY": None}),
    # Errors of the service.
    **{
        code: Case(CALL, error(code))
        for code in (
            "UserNotFoundException",
            "InvalidPasswordException",
            "InvalidParameterException",
            "NotAuthorizedException",
            "ResourceNotFoundException",
            "SomethingNewException",
        )
    },
    "throttled": Case(CALL, error("TooManyRequestsException")),
    "broken": Case(CALL, error("InternalErrorException", 500)),
    "broken-once": Case(CALL, error("InternalErrorException", 500), ONCE),
    "html-error": Case(CALL, (403, b"<html>no</html>")),
    "empty-error": Case(CALL, (400, b"")),
    # Answers that cannot be used.
    "html": Case(CALL, (200, b"<html>hotel network</html>")),
    "broken-json": Case(CALL, (200, b'{"a": ')),
    "empty": Case(CALL, (200, b"")),
    "redirect": Case(CALL, (302, b"")),
    # Connections that break, sent as these bytes; the connection is closed then.
    "cut-answer": Case(CALL, loopback.answer(b"{}", length=50)),
    "cut-answer-once": Case(CALL, loopback.answer(b"{}", length=50), ONCE),
    "closed-before-the-answer": Case(CALL, b"", ONCE),
    "not-http": Case(CALL, b"220 mail.example.com ESMTP\r\n", ONCE),
    "chunked": Case(CALL, loopback.answer(b"2\r\n{}\r\n0\r\n\r\n", Transfer_Encoding="chunked")),
}
# The same as true subprocesses: what the fork saves must not show.
TRUE = ("accepted", "missing-password", "UserNotFoundException")


RECORDED = defaultdict(list)


class Recorder(BaseHTTPRequestHandler):
    """Answers as the case says, and keeps what came."""

    protocol_version = "HTTP/1.1"

    def do_POST(self):
        """Answer a request."""
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        case = self.path.strip("/").split("/")[-1]
        authorization = self.headers.get("Authorization", "")
        credential = re.search(r"Credential=([^,]+)", authorization)
        seen = {
            "method": self.command,
            "target": self.headers.get("X-Amz-Target"),
            "content-type": self.headers.get("Content-Type"),
            "body": _parsed(body),
            # Without the day.
            "scope": re.sub(r"/\d{8}/", "/DAY/", credential[1]) if credential else None,
            "signed": re.search(r"SignedHeaders=([^,]+)", authorization)[1] if authorization else None,
        }
        RECORDED[case].append(seen)
        prepared = CASES[case.removesuffix("-true")].answer
        if isinstance(prepared, bytes):
            self.wfile.write(prepared)
            self.close_connection = True
            return
        status, content = prepared
        self.send_response(status)
        self.send_header("Content-Type", "application/x-amz-json-1.1")
        if status == 302:
            self.send_header("Location", "http://127.0.0.1:9/")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST

    def log_message(self, *_):
        """Keep quiet."""


def _parsed(body):
    try:
        return json.loads(body)
    except ValueError:
        return body.decode("utf-8", "backslashreplace")


def observe(run_one, home, url, certificates, chosen):
    """The facts of the chosen cases, each made by `run_one`."""
    keys = {"access_key_id": "AKIDEXAMPLE", "secret_access_key": "secret"}
    inherited = clean_environment(Path(home), **keys, region="us-east-1")
    scrubbed = [(url.removeprefix("http://"), "HOST"), (home, "HOME")]

    def call(name, run, case):
        environment = {k: v for k, v in {**inherited, **case.environment}.items() if v is not None}
        done = run([*case.arguments, "--endpoint-url", f"{url}/{name}"], environment, TIMEOUT)
        seen = {"exit_code": done.exit_code, "stdout": done.stdout, "stderr": done.stderr}
        for stream in ("stdout", "stderr"):
            for found, shown in scrubbed:
                seen[stream] = seen[stream].replace(found, shown) if found else seen[stream]
            seen[stream] = re.sub(r"(aws-cli|[Pp]ython|[Bb]otocore)/\S+", r"\1/VERSION", seen[stream])
        return name, {**seen, "requests": RECORDED[name]}

    def connect(name):
        def run(more, added):
            return run_one([*CALL, *more], {**inherited, **added}, TIMEOUT)

        return name, cli_transport.observe(name, run, certificates)

    jobs = [partial(call, name, run_one, case) for name, case in CASES.items() if name in chosen]
    jobs += [partial(call, f"{name}-true", run_subprocess, CASES[name]) for name in TRUE if name in chosen]
    jobs += [partial(connect, name) for name in CONNECTIONS if name in chosen]
    with ThreadPoolExecutor(PARALLEL) as pool:
        for name, seen in pool.map(lambda job: job(), jobs):
            for part, value in seen.items():
                if part == "stderr" and name.endswith("-true"):
                    value = value.replace(f"{name}", name.removesuffix("-true"))
                yield ["cli", f"{name}/{part}", "", value]


def main():
    """Print the facts: {"facts": [["cli", "accepted/exit_code", "", 0], ...]}."""
    certificates, *words = sys.argv[1:]
    certificates, everything = Path(certificates), {*CASES, *CONNECTIONS}
    server = ThreadingHTTPServer(("127.0.0.1", 0), Recorder)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}"
    with tempfile.TemporaryDirectory(prefix="cognito-conformance-") as home, AwsCli() as aws:
        # A fork of version 2 lacks the threads that awscrt started in the parent, and waits for them for ever.
        run_one = run_subprocess if "subprocess" in words else aws.run
        facts = list(observe(run_one, home, url, certificates, {*words} & everything or everything))
    server.shutdown()
    server.server_close()
    printed = json.dumps({"facts": facts}, sort_keys=True)
    sys.stdout.write(f"{printed}\n")


if __name__ == "__main__":
    main()
