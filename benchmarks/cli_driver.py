"""Calls per second of the forked AWS CLI and of the true one: `python benchmarks/cli_driver.py [ROUNDS] [cli|cli2]`.

The two take turns at calling an endpoint on the loopback, so that a busy machine slows both.
"""

import statistics
import sys
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from time import monotonic

from conformance.aws_cli import discovery
from conformance.aws_cli.client import AwsCli, Completed, clean_environment, run_subprocess

PARALLEL = 20
TIMEOUT = 120.0


class Endpoint(BaseHTTPRequestHandler):
    """Answers every call with success."""

    def do_POST(self) -> None:
        """Read the request, since closing on unread bytes would reset the connection."""
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_: object) -> None:
        """Keep the terminal for the figures."""


class Server(ThreadingHTTPServer):
    """Takes all parallel calls at once: with the default queue of 5, others wait a second and retry."""

    request_queue_size = PARALLEL


def measure(rounds: int, name: str, url: str, environment: dict[str, str]) -> None:
    """Print what `rounds` rounds took."""
    arguments = ["cognito-idp", "admin-set-user-password", "--user-pool-id", "us-east-1_Example"]
    arguments += ["--username", "alice", "--password", "Perm4nent!", "--endpoint-url", url]
    path = discovery.v2() if name == "cli2" else None
    start = monotonic()
    aws = discovery.start(name)
    if not isinstance(aws, AwsCli):
        sys.exit(f"{path} cannot be imported, so it is never forked")
    with aws, ThreadPoolExecutor(PARALLEL) as pool:
        print(aws.version, f"loaded in {monotonic() - start:.2f} s")
        print(f"{'':<16} {'forked':>7} {'true':>15}")

        def forked(_: int) -> Completed:
            return succeeded(aws.run(arguments, environment, TIMEOUT))

        def true(_: int) -> Completed:
            return succeeded(run_subprocess(arguments, environment, TIMEOUT, path))

        pairs = [(forked(number).seconds, true(number).seconds) for number in range(rounds)]
        fork_seconds, true_seconds = zip(*pairs, strict=True)
        show("one at a time", rounds, sum(fork_seconds), sum(true_seconds))
        fork_median, true_median = statistics.median(fork_seconds), statistics.median(true_seconds)
        print(f"{'median call':<16} {fork_median * 1000:7.1f} ms     {true_median * 1000:7.1f} ms")

        spent = {forked: 0.0, true: 0.0}
        for _ in range(batches := max(1, rounds // PARALLEL)):
            for kind in spent:
                start = monotonic()
                list(pool.map(kind, range(PARALLEL)))
                spent[kind] += monotonic() - start
        show(f"{PARALLEL} at a time", batches * PARALLEL, spent[forked], spent[true])


def succeeded(done: Completed) -> Completed:
    """The same call, unless it failed: how fast a failure is says nothing."""
    if done.exit_code:
        sys.exit(f"a call ended with exit code {done.exit_code}: {done.stderr}")
    return done


def show(what: str, calls: int, fork_seconds: float, true_seconds: float) -> None:
    """Print a line: calls per second forked, calls per second true, ratio."""
    forked, true = calls / fork_seconds, calls / true_seconds
    print(f"{what:<16} {forked:7.1f} calls/s {true:7.1f} calls/s   forked is {forked / true:.1f} x as fast")


def main() -> None:
    """Serve the endpoint and measure."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 40
    name = sys.argv[2] if len(sys.argv) > 2 else "cli"
    with Server(("127.0.0.1", 0), Endpoint) as server, tempfile.TemporaryDirectory() as home:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        keys = {"access_key_id": "AKIDEXAMPLE", "secret_access_key": "secret"}
        environment = clean_environment(Path(home), **keys, region="us-east-1")
        measure(rounds, name, f"http://127.0.0.1:{server.server_port}", environment)
        server.shutdown()


if __name__ == "__main__":
    main()
