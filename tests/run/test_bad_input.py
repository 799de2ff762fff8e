"""Bad input gets one clear line, the right exit code, no traceback and no verdict."""

import gzip
import ssl
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
import trustme
from click.testing import CliRunner

from conformance.cli import main
from conformance.target import client, retries, transport
from tests import servers
from tests.forked import complaints


@pytest.fixture(autouse=True)
def _no_configuration(monkeypatch, tmp_path):
    """Nothing of the AWS configuration of whoever runs the tests."""
    for name in ("AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))


def refused(*arguments):
    """The exit code and the one line of a command that ends before anything is judged."""
    done = CliRunner().invoke(main, arguments)
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    assert "Traceback" not in done.output
    assert "diverges" not in done.output
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1, done.stderr
    return done.exit_code, lines[0]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["run", "mota"], "unknown target 'mota': choose one of moto"),
        (["run", "--bindings", "sdk,soap"], "choose some of sdk,wire,cli"),
        (["run", "--bindings", ""], "choose some of sdk,wire,cli"),
        (["run", "--tier", "rumoured"], "choose one of documented, observed, wording"),
        (["run", "--baseline", "/no/such/file.toml"], "/no/such/file.toml cannot be read: No such file or directory"),
        (["run", "--json", "/no/such/directory/file.json"], "cannot be written"),
        (["run", "--junit", "/no/such/directory/file.xml"], "cannot be written"),
        (["run", "-n", "several"], "give a number of processes, or auto"),
        (["run", "--endpoint-url", "localhost:4566"], "write http://HOST:PORT or https://HOST"),
        (["run", "--endpoint-url", "http://"], "write http://HOST:PORT or https://HOST"),
        (["run", "--endpoint-url", "http://[::1"], "write http://HOST:PORT or https://HOST"),
        (["run", "--endpoint-url", "http://127.0.0.1:port"], "write http://HOST:PORT or https://HOST"),
        (["run", "--endpoint-url", "http://me:secret@127.0.0.1"], "credentials come from the AWS chain"),
        (["run", "--endpoint-url", "https://cognito-idp.us-east-1.amazonaws.com"], "is AWS itself"),
        (["run", "--endpoint-url", "https://COGNITO-IDP.us-east-1.AmazonAWS.com./"], "is AWS itself"),
        (["run", "--endpoint-url", "https://cognito-idp.cn-north-1.amazonaws.com.cn"], "is AWS itself"),
        (["run", "--endpoint-url", "https://cognito-idp.us-east-1.api.aws"], "is AWS itself"),
        (["claims", "temporay-password-forces-change"], "did you mean 'temporary-password-forces-change'?"),
        (["baseline", "update", "--endpoint-url", "http://127.0.0.1:1"], "name the baseline to mend"),
        (["baseline", "check", "/no/such/file.toml"], "cannot be read"),
        (["run", "--endpoint-url", ""], "write http://HOST:PORT or https://HOST"),
        (["run", "--endpoint-url", "ftp://127.0.0.1"], "write http://HOST:PORT or https://HOST"),
        (["run", "--endpoint-url", "http://exa mple:1/"], "a host has letters, digits, dots"),
        (["run", "--endpoint-url", "http://ü.example.invalid:80"], "a host has letters, digits, dots"),
        (["run", "--endpoint-url", "http://127.0.0.1:99999"], "write http://HOST:PORT or https://HOST"),
        (["run", "--endpoint-url", "http://127.0.0.1/?a=1"], "scheme, host, port and path only"),
        (["run", "--endpoint-url", "http://my_service:1", "--bindings", "cli"], "the AWS CLI does not take the host"),
        (["run", "--baseline", "/"], "cannot be read: Is a directory"),
        (["run", "--json", "-"], "name a file, or /dev/stdout"),
        (["run", "--json", "/tmp/one", "--html", "/tmp/./one"], "is asked for twice"),
        (["run", "--stateful-examples", "0"], "at least one walk"),
        (["run", "--state", "/tmp/state.jsonl"], "this one ends with the run"),
        (["run", "--fail-on", "everything"], "choose some of"),
        (["run", "-n", "-1"], "give a number of processes, or auto"),
        (["run", "-n", "²"], "give a number of processes, or auto"),
        (["run", "-n", "9999"], "processors, give at most"),
        (["run", "-k", "("], "is malformed"),
        (["run", "-k", "status and"], "is malformed"),
        (["run", "no-such-file.toml"], "no-such-file.toml cannot be read"),
        (["run", "--nope"], "No such option '--nope'"),
        (["run", "--seed", "x"], "'x' is not a valid integer"),
        (["run", "moto", "ministack"], "unexpected extra argument"),
        (["run", "--baseline"], "requires an argument"),
        (["claims", "--state", "odd"], "'odd' is not one of"),
        (["targets", "--install", "mota"], "unknown target 'mota'"),
        (["targets", "--install", "moto"], "cannot be installed for you: pip install"),
        (["mutants", "-n", "x"], "'x' is not a valid integer"),
        (["mutants", "-k", "no-such-mutant"], "no-such-mutant"),
        (["rum"], "No such command 'rum'"),
        (["--nope"], "No such option '--nope'"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_bad_input_is_refused_before_anything_starts(arguments, said):
    """The line says what was wrong and what to do, and the exit code is 2."""
    code, line = refused(*arguments)

    assert code == 2
    assert said in line


def test_an_output_that_cannot_be_written_is_refused(tmp_path):
    """A report that could not be written is noticed before the run, not after it."""
    code, line = refused("run", "--junit", str(tmp_path))

    assert code == 2
    assert "Is a directory" in line


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({"AWS_PROFILE": "nobody"}, "nobody"),
        ({"AWS_ACCESS_KEY_ID": "only-half"}, "AWS_SECRET_ACCESS_KEY"),
        ({"AWS_DEFAULT_REGION": "no region"}, "'no region'"),
        ({"AWS_DEFAULTS_MODE": "odd"}, "invalid defaults mode: odd"),
    ],
    ids=["profile", "half-a-key", "region", "defaults-mode"],
)
def test_an_unusable_aws_configuration_is_refused(monkeypatch, variables, said):
    """What neither the credentials nor a client can be made of is reported, and nothing is sent."""
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    code, line = refused("run", "--endpoint-url", servers.unused_url())

    assert code == 2
    assert said in line


@pytest.mark.parametrize("option", ["--json", "--junit", "--html"])
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full, which is always full")
def test_a_full_disk_is_told(run, option):
    """A report that cannot be written after all is reported in one line, whichever it is."""
    done = run("-k", "test_list_users_shows_the_same_status", option, "/dev/full")

    assert (done.exit_code, complaints(done.stderr).count("\n")) == (2, 1)
    assert "cannot be written: " in done.stderr
    assert "No space left on device" in done.stderr


def _flood():
    return servers.always(servers.Answer(200, b" " * 2_000))


def _compressed():
    body = gzip.compress(b" " * 2_000_000)
    return servers.always(servers.Answer(200, body, headers=(("Content-Encoding", "gzip"),)))


def _nested():
    return servers.always(servers.Answer(200, b"[" * 900))


def _many_headers():
    return servers.always(servers.Answer(200, b"{}", headers=tuple((f"X-{n}", "a") for n in range(300))))


def _another_list():
    return servers.always(servers.Answer(200, b'["UserPools"]'))


@contextmanager
def _tls():
    """An HTTPS listener with a certificate that nobody trusts."""

    class Handler(BaseHTTPRequestHandler):
        """Never gets as far as a request."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    server.handle_error = lambda *_: None  # that the handshake fails is the point
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"https://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def _silent():
    return servers.hanging()


def _endless():
    return servers.trickling()


@contextmanager
def _unused():
    yield servers.unused_url()


@pytest.mark.parametrize(
    ("endpoint", "said"),
    [
        (_unused, "Could not connect"),
        (_silent, "Read timeout"),
        (_endless, "no complete answer within 0.4 s"),
        (lambda: servers.closing(), "Connection was closed"),
        (lambda: servers.cutting_off(), "cannot be judged: the answer was cut off after 15 of 5000 bytes;"),
        (lambda: servers.cutting_off(b"Transfer-Encoding: chunked", b"f\r\n{"), "the answer was cut off, or"),
        (lambda: servers.always(servers.HTML), "without UserPools"),
        (lambda: servers.always(servers.GARBAGE), "not AWS JSON"),
        (lambda: servers.always(servers.REDIRECT), "it answers 302"),
        (lambda: servers.always(servers.FAULT), "it answers 500"),
        (lambda: servers.always(servers.NOTHING), "without UserPools"),
        (_tls, "SSL validation failed"),
        (_flood, "an answer of more than"),
        (_compressed, "an answer of more than"),
        (_nested, "without UserPools"),
        (_many_headers, "Connection was closed"),
        (_another_list, "not AWS JSON"),
        (lambda: servers.always(servers.Answer(403, b"<h1>no</h1>", "text/html")), "it answers 403"),
        (lambda: servers.always(servers.Answer(404, b"")), "it answers 404"),
        (lambda: servers.always(servers.Answer(200, b"", "text/\x1b[31m")), "without UserPools"),
    ],
    ids=[
        "unreachable",
        "hangs",
        "trickles",
        "closes",
        "cuts-off",
        "cuts-off-a-chunk",
        "html",
        "garbage",
        "redirects",
        "500",
        "nothing",
        "untrusted-tls",
        "flood",
        "compressed-flood",
        "nested",
        "many-headers",
        "another-list",
        "403",
        "404",
        "escape-sequence",
    ],
)
def test_an_endpoint_that_is_none_is_inconclusive(monkeypatch, endpoint, said):
    """The line says what the endpoint did instead of answering, and the exit code is 3."""
    if endpoint in (_silent, _endless):
        monkeypatch.setattr(client, "FIRST_ANSWER_SECONDS", 0.3)
    if endpoint is _endless:
        monkeypatch.setattr(retries, "EXCHANGE_SECONDS", 0.4)
    if endpoint in (_flood, _compressed):
        monkeypatch.setattr(transport, "BODY_BYTES", 1_000)
    with endpoint() as url:
        done = CliRunner().invoke(main, ["run", "--endpoint-url", url])

    assert done.exit_code == 3
    assert "\x1b" not in done.stderr
    assert said in done.stderr
    assert done.stderr.count("\n") == 1
    assert "diverges" not in done.output


def test_an_unknown_claim_in_k_is_refused(run):
    """A word of -k that is in no id is reported, with the nearest claim, even beside one that is."""
    done = run("-k", "works-on-any-user or temporay-password-forces-change")

    assert done.exit_code == 2
    assert "'temporay-password-forces-change' is in no claim" in done.stderr
    assert "did you mean 'temporary-password-forces-change'?" in done.stderr
    assert done.report is None


@pytest.mark.parametrize("workers", ["0", "2"])
def test_a_k_that_chooses_nothing_is_refused(run, workers):
    """Known words that exclude each other choose nothing, which is not a success."""
    done = run("-k", "works-on-any-user and not works-on-any-user", "-n", workers)

    assert done.exit_code == 2
    assert "chooses no scenario" in done.stderr


def test_a_malformed_k_is_refused(run):
    """An expression that pytest cannot read is reported in one line."""
    done = run("-k", "works-on-any-user and")

    assert done.exit_code == 2
    assert len(done.stderr.strip().splitlines()) == 1


def test_an_operation_that_never_answers_is_not_waited_for_in_every_scenario(run, moto):
    """Where an operation that everything needs drops every request, that is found out once, not by each scenario."""
    seen = []

    def tamper(target, _body):
        dropped = target.endswith(".AdminInitiateAuth")
        seen.extend([target] * dropped)
        return servers.DROPPED if dropped else None

    with servers.before(moto, tamper) as url:
        done = run("--endpoint-url", url, "-k", "test_isolation")

    assert done.exit_code == 3
    assert set(done.counts()) == {"inconclusive"}
    assert "AdminInitiateAuth: Connection was closed" in done.stdout
    assert len(seen) <= 20, "each request is made twice where the connection was closed, in ten scenarios at most"


def test_an_endpoint_that_dies_in_the_middle_is_inconclusive(run, moto):
    """When the endpoint stops answering, what is left is inconclusive and nothing is accused."""
    seen = []

    def tamper(target, _body):
        seen.append(target)
        return servers.DROPPED if len(seen) > 60 else None

    with servers.before(moto, tamper) as url:
        done = run("--endpoint-url", url, "-k", "test_status")

    assert set(done.counts()) == {"conforms", "inconclusive"}
    assert done.exit_code == 3
    assert len(seen) < 100, "nothing more is sent to an endpoint that is known to be gone"
