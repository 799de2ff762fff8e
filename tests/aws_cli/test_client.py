"""The forked AWS CLI does what the true one does, and lets nothing through from call to call."""

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec
from pathlib import Path

import pytest

from conformance.aws_cli.client import (
    AwsCli,
    AwsCliEnded,
    AwsCliMissing,
    AwsCliTimeout,
    clean_environment,
    run_subprocess,
)

# Not importorskip: it would import awscli into this process.
pytestmark = pytest.mark.skipif(not find_spec("awscli"), reason="pip install 'cognito-conformance[cli]'")

OPERATION = ["cognito-idp", "admin-set-user-password"]
CALL = [*OPERATION, "--user-pool-id", "us-east-1_Example", "--username", "alice", "--password", "Perm4nent!"]
TIMEOUT = 60.0

has_proc = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc, to see processes")


@dataclass
class Endpoint:
    """An HTTP server on the loopback that keeps what it is sent; the path of its URL says how it answers."""

    url: str
    requests: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    arrived: threading.Event = field(default_factory=threading.Event)
    closing: threading.Event = field(default_factory=threading.Event)
    twenty: threading.Barrier = field(default_factory=lambda: threading.Barrier(20))

    @property
    def silent(self) -> list[str]:
        """A call that ends only when it is killed."""
        return [*CALL, "--endpoint-url", f"{self.url}/silent", "--cli-read-timeout", "0"]

    def respond(self, path: str) -> tuple[int, bytes]:
        if path == "/silent":
            self.closing.wait()
        if path == "/twenty-at-once":
            self.twenty.wait(TIMEOUT)
        if path == "/user-not-found":
            return 400, '{"__type": "UserNotFoundException", "message": "No Zoë."}'.encode()
        return 200, b"{}"


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            endpoint.requests.append((dict(self.headers), body))
            endpoint.arrived.set()
            status, answer = endpoint.respond(self.path)
            with contextlib.suppress(ConnectionError):
                self.send_response(status)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        request_queue_size = 20

    with Server(("127.0.0.1", 0), Handler) as server:
        endpoint = Endpoint(f"http://127.0.0.1:{server.server_port}")
        threading.Thread(target=server.serve_forever, args=[0.01]).start()
        yield endpoint
        endpoint.closing.set()
        server.shutdown()


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    home = tmp_path / "home"
    home.mkdir()
    keys = {"access_key_id": "AKIDEXAMPLE", "secret_access_key": "secret"}
    return clean_environment(home, **keys, region="us-east-1") | {"AWS_MAX_ATTEMPTS": "1"}


@pytest.fixture(scope="module")
def aws() -> Iterator[AwsCli]:
    with AwsCli() as aws:
        yield aws


# Each with the exit code of AWS CLI v1: two that fail alike, but not as they should, do not agree.
SAMPLE = {
    "success": (0, [*CALL, "--endpoint-url", "{url}"]),
    "success that prints": (0, [*CALL, "--endpoint-url", "{url}", "--query", '`"Zoë"`']),
    "service error": (255, [*CALL, "--endpoint-url", "{url}/user-not-found"]),
    "missing option": (2, [*OPERATION, "--user-pool-id", "us-east-1_Example", "--username", "alice"]),
    "unknown option": (255, [*CALL, "--bogus", "1"]),
    "unknown profile": (255, [*CALL, "--profile", "nobody"]),
    "invalid parameter": (255, [*CALL, "--username", ""]),
    "input skeleton": (0, [*OPERATION, "--generate-cli-skeleton", "input"]),
    "output skeleton": (0, [*CALL, "--generate-cli-skeleton", "output"]),
    "refused connection": (255, [*CALL, "--endpoint-url", "http://127.0.0.1:1"]),
    "version": (0, ["--version"]),
    "nothing": (2, []),
}


@pytest.mark.parametrize(("exit_code", "arguments"), SAMPLE.values(), ids=SAMPLE)
def test_a_forked_call_ends_as_the_true_one(exit_code, arguments, aws, environment, endpoint):
    """Exit code, stdout, stderr and the request sent are those of `aws` in a process of its own."""
    arguments = [argument.replace("{url}", endpoint.url) for argument in arguments]

    forked = aws.run(arguments, environment, TIMEOUT)
    sent = [essence(request) for request in endpoint.requests]
    endpoint.requests.clear()
    true = run_subprocess(arguments, environment, TIMEOUT)

    assert forked.exit_code == true.exit_code == exit_code
    assert forked.stdout == true.stdout
    assert forked.stderr == true.stderr
    assert sent == [essence(request) for request in endpoint.requests]


def essence(request: tuple[dict[str, str], bytes]) -> tuple[dict[str, str], list[str], bytes]:
    """A request without what differs between two runs of one program: date, signature, id, feature order."""
    headers, body = request
    differs = {"X-Amz-Date", "Authorization", "amz-sdk-invocation-id", "User-Agent"}
    features = sorted(re.split("[ ,/]", headers["User-Agent"]))
    return {name: value for name, value in headers.items() if name not in differs}, features, body


def test_a_region_is_forgotten(aws, environment, endpoint):
    """A call with --region leaves the next call in the region of its environment."""
    here = [*CALL, "--endpoint-url", endpoint.url]
    aws.run([*here, "--region", "eu-west-1"], environment, TIMEOUT)
    aws.run(here, environment, TIMEOUT)
    aws.run(here, environment | {"AWS_DEFAULT_REGION": "sa-east-1"}, TIMEOUT)

    scopes = [headers["Authorization"].split("/")[2] for headers, _ in endpoint.requests]
    assert scopes == ["eu-west-1", "us-east-1", "sa-east-1"]


def test_an_unsigned_call_is_forgotten(aws, environment, endpoint):
    """A call with --no-sign-request leaves the next call signed."""
    here = [*CALL, "--endpoint-url", endpoint.url]
    aws.run([*here, "--no-sign-request"], environment, TIMEOUT)
    aws.run(here, environment, TIMEOUT)

    assert ["Authorization" in headers for headers, _ in endpoint.requests] == [False, True]


def test_a_skeleton_is_forgotten(aws, environment):
    """A call that asks for a skeleton, which needs no other option, leaves them required in the next call."""
    aws.run([*OPERATION, "--generate-cli-skeleton", "input"], environment, TIMEOUT)
    after = aws.run(OPERATION, environment, TIMEOUT)

    assert after.exit_code == 2
    assert "the following arguments are required: --user-pool-id, --username, --password" in after.stderr


@pytest.fixture
def other_model(tmp_path: Path) -> str:
    """A directory for AWS_DATA_PATH with a model in which the service has another name."""
    extras = tmp_path / "models/cognito-idp/2016-04-18/service-2.sdk-extras.json"
    extras.parent.mkdir(parents=True)
    extras.write_text('{"version": 1.0, "merge": {"metadata": {"targetPrefix": "Other"}}}', encoding="utf-8")
    return str(tmp_path / "models")


def services(endpoint: Endpoint) -> list[str]:
    """The service that each request was for."""
    return [headers["X-Amz-Target"].split(".")[0] for headers, _ in endpoint.requests]


def test_a_call_may_bring_its_own_model(aws, environment, endpoint, other_model):
    """AWS_DATA_PATH of a call holds for that call alone, although the process has read the model before."""
    here = [*CALL, "--endpoint-url", endpoint.url]
    other = environment | {"AWS_DATA_PATH": other_model}
    aws.run(here, other, TIMEOUT)
    run_subprocess(here, other, TIMEOUT)
    aws.run(here, environment, TIMEOUT)

    assert services(endpoint) == ["Other", "Other", "AWSCognitoIdentityProviderService"]


def test_the_environment_of_the_suite_stays_out(monkeypatch, environment, endpoint, other_model):
    """What is set around the suite, here a model and a dead proxy, changes no call."""
    monkeypatch.setenv("AWS_DATA_PATH", other_model)
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    with AwsCli() as aws:
        done = aws.run([*CALL, "--endpoint-url", endpoint.url], environment, TIMEOUT)

    assert (done.exit_code, done.stderr) == (0, "")
    assert services(endpoint) == ["AWSCognitoIdentityProviderService"]


def test_twenty_calls_at_once_get_their_own_answers(aws, environment, endpoint):
    """Twenty threads call an endpoint that waits for all of them; each gets the answer to its own call."""

    def call(number: int) -> tuple[int, str]:
        arguments = [*CALL, "--endpoint-url", f"{endpoint.url}/twenty-at-once", "--query", f"`{number}`"]
        done = aws.run(arguments, environment, TIMEOUT)
        return done.exit_code, done.stdout.strip()

    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(call, range(20)))

    assert answers == [(0, str(number)) for number in range(20)]
    assert len(endpoint.requests) == 20


def test_a_silent_endpoint_is_a_timeout(aws, environment, endpoint):
    """A call that does not end in its time is killed and raises AwsCliTimeout, and the next call works."""
    with pytest.raises(AwsCliTimeout, match="`aws cognito-idp admin-set-user-password` did not end"):
        aws.run(endpoint.silent, environment, timeout=2)

    assert aws.run([*CALL, "--endpoint-url", endpoint.url], environment, TIMEOUT).exit_code == 0


def test_a_silent_endpoint_is_a_timeout_of_a_subprocess_too(environment, endpoint):
    """The true `aws` that does not end in its time raises AwsCliTimeout as well."""
    with pytest.raises(AwsCliTimeout):
        run_subprocess(endpoint.silent, environment, timeout=2)


@pytest.mark.parametrize("text", ["Nul\0-1aA!", "Surr\ud800gate-1!"])
def test_an_argument_that_no_process_can_be_given_is_refused(text, aws, environment):
    """What exec would refuse is refused before a fork can take it, as an argument and in the environment."""
    with pytest.raises(ValueError):
        aws.run([*CALL, "--password", text], environment, TIMEOUT)
    with pytest.raises(ValueError):
        aws.run(CALL, environment | {"NAME": text}, TIMEOUT)


def test_no_temporary_file_has_a_name(monkeypatch, environment, endpoint, tmp_path):
    """What a call prints is never in a file that somebody would have to remove, not even while it runs."""
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    with AwsCli() as aws, ThreadPoolExecutor() as pool:
        call = pool.submit(aws.run, endpoint.silent, environment, TIMEOUT)
        assert endpoint.arrived.wait(TIMEOUT)
        during = list(temporary.iterdir())
        aws.close()
        assert isinstance(call.exception(), AwsCliEnded)

    assert during == []
    assert list(temporary.iterdir()) == []


def test_a_closed_client_says_so(environment):
    """After close, a call raises AwsCliEnded."""
    with AwsCli() as aws:
        assert aws.version.startswith("aws-cli/1.")
    with pytest.raises(AwsCliEnded, match="it was closed"):
        aws.run(["--version"], environment, TIMEOUT)


@has_proc
def test_a_call_in_flight_does_not_wait_for_a_dead_process(environment, endpoint):
    """When the process is killed, calls in flight raise AwsCliEnded, and so do later ones."""
    with AwsCli() as aws, ThreadPoolExecutor() as pool:
        before = children(os.getpid())
        assert aws.version
        (process,) = children(os.getpid()) - before
        call = pool.submit(aws.run, endpoint.silent, environment, TIMEOUT)
        assert endpoint.arrived.wait(TIMEOUT)
        (orphan,) = children(process)
        os.kill(process, signal.SIGKILL)
        try:
            assert isinstance(call.exception(TIMEOUT), AwsCliEnded)
            with pytest.raises(AwsCliEnded, match="exit code -9"):
                aws.run(["--version"], environment, TIMEOUT)
        finally:
            os.kill(orphan, signal.SIGKILL)


@has_proc
def test_what_a_call_has_started_is_killed_with_it(environment, tmp_path):
    """A program that a call has started, here for its credentials, ends when the call is killed."""
    pid_file = tmp_path / "pid"
    program = tmp_path / "credentials.sh"
    program.write_text(f"echo $$ > {pid_file}~; mv {pid_file}~ {pid_file}; exec sleep 600", encoding="utf-8")
    config = tmp_path / "config"
    config.write_text(f"[profile slow]\ncredential_process = sh {program}\n", encoding="utf-8")
    slow = environment | {"AWS_CONFIG_FILE": str(config)}
    with AwsCli() as aws, ThreadPoolExecutor() as pool:
        call = pool.submit(aws.run, [*CALL, "--profile", "slow"], slow, TIMEOUT)
        wait_until(pid_file.exists)
        pid = int(pid_file.read_text(encoding="utf-8"))
        assert runs(pid)
        aws.close()
        assert isinstance(call.exception(), AwsCliEnded)

    wait_until(lambda: not runs(pid))


OWNER = """
import json, sys
from conformance.aws_cli.client import AwsCli

arguments, environment = json.loads(sys.argv[1])
with AwsCli() as aws:
    aws.run(arguments, environment, timeout=600)
"""


@has_proc
def test_nothing_outlives_a_killed_owner(environment, endpoint):
    """When the process that uses AwsCli is killed, the CLI process and the call in flight end too."""
    request = json.dumps([endpoint.silent, environment])
    with subprocess.Popen(
        [sys.executable, "-c", OWNER, request], env=environment | {"PYTHONPATH": os.pathsep.join(sys.path)}
    ) as owner:
        assert endpoint.arrived.wait(TIMEOUT)
        (process,) = children(owner.pid)
        (call,) = children(process)
        assert runs(process)
        assert runs(call)
        owner.kill()

    wait_until(lambda: not runs(process))
    wait_until(lambda: not runs(call))


def wait_until(condition: Callable[[], bool]) -> None:
    """Return when the condition holds; fail when it never comes to hold."""
    give_up = time.monotonic() + TIMEOUT
    while not condition():
        assert time.monotonic() < give_up
        time.sleep(0.01)


def children(parent: int) -> set[int]:
    """The processes with this parent, by /proc/*/stat (proc(5): pid, name in parentheses, state, parent)."""
    found = set()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            if int(stat.read_text().rpartition(")")[2].split()[1]) == parent:
                found.add(int(stat.parent.name))
    return found


def runs(pid: int) -> bool:
    """Whether the process exists and is not a zombie: in a container, nobody may reap what lost its parent."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_a_missing_aws_cli_is_named_with_its_remedy(monkeypatch, environment, tmp_path):
    """Where awscli cannot be imported, AwsCliMissing says why and what to install."""
    broken = tmp_path / "awscli"
    broken.mkdir()
    (broken / "__init__.py").write_text('raise ImportError("no AWS CLI here")', encoding="utf-8")
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    remedy = re.escape("(no AWS CLI here): pip install 'cognito-conformance[cli]'")

    with AwsCli() as aws, pytest.raises(AwsCliMissing, match=remedy):
        aws.run(["--version"], environment, TIMEOUT)


def test_boto3_and_the_aws_cli_never_meet():
    """The CLI process loads awscli's own botocore and no boto3; the client's side loads none of these."""
    process = loaded_by("from conformance.aws_cli import fork_server; fork_server.warm_up()")
    client = loaded_by("from conformance.aws_cli import client")

    assert "boto3" not in process
    assert "awscli" in Path(process["botocore"]).parts
    assert not {"awscli", "botocore", "boto3"} & client.keys()


def loaded_by(code: str) -> dict[str, str]:
    """The modules that this code loads in a new interpreter, each with its file."""
    code += "; import json, sys"
    code += "; print(json.dumps({n: str(getattr(m, '__file__', '')) for n, m in sys.modules.items()}))"
    environment = {"PYTHONPATH": os.pathsep.join(sys.path), "AWS_EC2_METADATA_DISABLED": "true"}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, check=True)
    loaded: dict[str, str] = json.loads(done.stdout)
    return loaded
