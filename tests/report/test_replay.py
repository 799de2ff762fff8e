"""What a finding prints works in a shell as it is printed, whatever the values."""

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from conformance.report.replay import again, ways
from conformance.target.client import Cognito, ServiceError
from conformance.target.definition import INVENTED, REGION, Endpoint
from conformance.target.pools import Pools
from conformance.verdict.journal import HIDDEN, REF, Exchange, Journal
from conformance.verdict.results import Result
from conformance.verdict.verdicts import Kind, Verdict

VALUES = ["--'\"$HOME`id`\\!", "a b\tc;|&<>*?[x]{y}~#", "--password=x", "ünï-✓", "-n", "%s\\n"]
ENVIRONMENT = {
    "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    "HOME": "/nonexistent",
    "LC_ALL": "C.UTF-8",
}


def of(*steps):
    """A result with this exchange."""
    return Result(
        "test_x[sdk]",
        "x",
        "test_x",
        "sdk",
        "",
        "page",
        Verdict.DIVERGES,
        kind=Kind.STRICT,
        expected="a",
        observed="b",
        exchange=steps,
    )


def bash(lines):
    """What bash prints for these lines."""
    done = subprocess.run(
        ["bash", "-c", "\n".join(lines)], env=ENVIRONMENT, capture_output=True, text=True, timeout=120, check=False
    )
    return done.stdout + done.stderr


def call(operation, gives=None, **members):
    """A step."""
    return Exchange(operation, "HTTP 200", operation=operation, members=members, gives=gives or {})


def recorded(url, password):
    """The exchange of making a user and signing in with `password`, as the suite writes it down."""
    service = Cognito(Endpoint(url, REGION, INVENTED))
    pools = Pools(service)
    user = pools.get(policy={"MinimumLength": 6}).user("FORCE_CHANGE_PASSWORD", password="Temp0rary!")
    service.journal.begin()
    known = pools.known(user.pool.id, user.pool.client_id)
    members = {"UserPoolId": known.id, "Username": user.login, "Password": password}
    try:
        service.call("AdminSetUserPassword", **members, Permanent=True)
        found = known.find(user.login, user.login, password)
        found.sign_in(password)
    except ServiceError:
        pass
    steps = service.journal.steps
    pools.delete()
    return steps


def test_a_pool_of_an_earlier_scenario_is_made_again(moto):
    """What made the pool and its client stands before the steps of the scenario, with its policy."""
    operations = [step.operation for step in recorded(moto, "Right-0ne!")]

    assert operations[:3] == ["CreateUserPool", "CreateUserPoolClient", "AdminSetUserPassword"]


@pytest.mark.parametrize("way", ["aws", "curl"])
def test_the_commands_work_as_printed(moto, way):
    """In bash the printed commands make the pool, make the calls and delete the pool."""
    needed = {"aws": "aws", "curl": "jq"}[way]
    if shutil.which(needed, path=ENVIRONMENT["PATH"]) is None:
        pytest.skip(f"{needed} is not installed")
    steps = list(recorded(moto, "Right-0ne!"))
    create = call("AdminCreateUser", UserPoolId={REF: "POOL"}, Username=steps[2].members["Username"], UserAttributes=[])
    printed = bash(ways(of(*steps[:2], create, *steps[2:]), moto)[way])

    assert "AccessToken" in printed
    assert "error" not in printed.lower().replace("errors", "")


def test_the_python_is_python(moto):
    """The lines for boto3 compile."""
    lines = ways(of(*recorded(moto, "Right-0ne!")), moto)["sdk"]

    ast.parse("\n".join(lines))
    assert lines[-1] == "call('delete_user_pool', UserPoolId=POOL)"


@pytest.mark.parametrize("value", VALUES)
def test_any_value_reaches_the_command_as_one_argument(value):
    """Quotes, blanks, dashes, dollars and backquotes in a value are the value's own."""
    lines = [
        'aws() { for word in "$@"; do printf "%s\\0" "$word"; done; }',
        'curl() { aws "$@"; }',
        *(
            line
            for line in ways(of(call("SignUp", Username=value, ValidationData=[{"Name": value}])), "http://h")["aws"]
        ),
    ]
    words = bash(lines).split("\0")

    assert f"--username={value}" in words


@pytest.mark.parametrize("value", VALUES)
def test_any_value_reaches_curl_as_json(value):
    """The body that curl is given holds the value, and what an earlier answer gave."""
    pytest.importorskip("json")
    steps = [call("SignUp", Username=value, ClientId={REF: "CLIENT"})]
    lines = ["CLIENT=abc", 'curl() { printf "%s\\0" "$@"; }', *ways(of(*steps), "http://h")["curl"]]
    bodies = [word for word in bash(lines).split("\0") if word.startswith("{")]

    assert [ast.literal_eval(body) for body in bodies] == [{"Username": value, "ClientId": "abc"}]


def test_what_no_client_sends_is_shown_with_curl_only():
    """Raw bytes are curl's; the others say so."""
    raw = Exchange(
        "POST x",
        "HTTP 200",
        judged=True,
        request={"method": "PUT", "headers": {"X-A": "it's"}, "body": ["{", {REF: "POOL"}, "}"], "signed": True},
    )
    found = ways(of(raw), "http://h")

    assert any(line.startswith('curl -sS -i -X PUT "${SIGNED[@]}"') for line in found["curl"])
    assert "'{'\"$POOL\"'}'" in found["curl"][-1]
    assert "# no AWS CLI command sends this request: see curl" in found["aws"]


@pytest.mark.parametrize("members", [{"Username": "u"}, {"Username": "u", "UserPoolId": "p", "Password": ""}])
def test_what_the_aws_cli_refuses_is_shown_with_curl(members):
    """A request without a member that the command requires, or with an empty one, is left to curl and boto3."""
    found = ways(of(call("AdminSetUserPassword", **members)), "http://h")

    assert "# the AWS CLI sends no AdminSetUserPassword with just these members: see curl" in found["aws"]
    assert any(line.startswith("call AdminSetUserPassword") for line in found["curl"])


def test_no_secret_is_in_what_is_sent_again():
    """Tokens and sessions are names, and what is not known is hidden."""
    journal = Journal(["my-secret-key"])
    journal.record("x", "y", "InitiateAuth", {"ClientId": "c"}, {"Session": "s3cret-session"})
    journal.record("x", "y", "RespondToAuthChallenge", {"Session": "s3cret-session", "SecretHash": "h4sh"}, {})
    journal.record("x", "y", "ChangePassword", {"AccessToken": "another", "Other": "with my-secret-key"}, {})
    text = repr(journal.steps)

    assert [secret for secret in ("s3cret", "h4sh", "another", "my-secret-key") if secret in text] == []
    assert {REF: "SESSION"} in journal.steps[1].members.values()
    assert journal.steps[1].members["SecretHash"] == HIDDEN


def test_the_command_of_one_result_has_one_expression_and_no_baseline():
    """What chose the results of the run, and its baseline, give way to the one result."""
    command = "cognito-conformance run moto --bindings sdk --baseline none -kpolicy"

    assert again(command, "test_x[sdk]") == (
        "cognito-conformance run moto --bindings sdk --baseline none -k 'test_x[sdk]'"
    )
