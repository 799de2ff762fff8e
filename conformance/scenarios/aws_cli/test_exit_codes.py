"""The exit code of the AWS CLI for each class of error, as its return-codes topic has them; the program is judged."""

import json

import pytest

from conformance.aws_cli.recorder import CannedAnswer
from conformance.scenarios.requests import REQUIRED, SENT, requires_sent

pytestmark = pytest.mark.bindings("cli", "cli2")

ERRORS = [
    "InternalErrorException",
    "InvalidParameterException",
    "InvalidPasswordException",
    "NotAuthorizedException",
    "OperationNotEnabledException",
    "PasswordHistoryPolicyViolationException",
    "ResourceNotFoundException",
    "TooManyRequestsException",
    "UserNotFoundException",
]


@pytest.mark.claim("cli-exit-code-of-success")
def test_cli_exit_code_of_success(aws, recorder):
    """A request that is answered with HTTP 200 ends with exit code 0."""
    done = aws(*REQUIRED)

    assert done.exit_code == 0
    assert recorder.bodies == [SENT]


@pytest.mark.claim("cli-exit-code-of-syntax")
@pytest.mark.parametrize(
    "arguments",
    [
        REQUIRED[:2],
        (*REQUIRED, "--output=xml"),
        (*REQUIRED, "--colour=on"),
        (*REQUIRED, "stray"),
        ("--user-pool-id=us-east-1_Example", "--user=alice", "--password=Perm4nent!"),
        (*REQUIRED[:2], "--password"),
        (*REQUIRED, "--generate-cli-skeleton", "neither"),
    ],
    ids=[
        "missing-option",
        "bad-choice",
        "unknown-option",
        "stray-word",
        "ambiguous-prefix",
        "no-value",
        "bad-skeleton",
    ],
)
def test_cli_exit_code_of_syntax(aws, recorder, arguments):
    """A command line that cannot be parsed ends with the code of that class, and sends nothing; mended it is sent."""
    refused = aws(*arguments)

    assert refused.exit_code == aws.exit_codes["syntax"]
    assert recorder.operations == []
    requires_sent(aws, recorder)


@pytest.mark.claim("cli-exit-code-of-an-unknown-command")
@pytest.mark.parametrize(
    "words", [("cognito-idp", "admin-set-user-pasword"), ("cognito-pid",), ()], ids=["operation", "service", "nothing"]
)
def test_cli_exit_code_of_an_unknown_command(aws, recorder, words):
    """A service or an operation that the program does not have is an error of syntax."""
    refused = aws.run(*words, *(REQUIRED if words else ()))

    assert refused.exit_code == aws.exit_codes["syntax"]
    requires_sent(aws, recorder)


@pytest.mark.claim("cli-exit-code-of-a-parameter")
@pytest.mark.parametrize(
    "arguments",
    [
        ("--user-pool-id=us-east-1_Example", "--username=", "--password=Perm4nent!"),
        ("--user-pool-id=", "--username=alice", "--password=Perm4nent!"),
        ("--cli-input-json", "{"),
        ("--cli-input-json", json.dumps(SENT | {"Colour": "blue"})),
        (*REQUIRED, "--query=[[["),
        (*REQUIRED[:2], "--password=file:///nonexistent/password"),
    ],
    ids=["empty-username", "empty-pool", "bad-json", "unknown-member", "bad-query", "no-such-file"],
)
def test_cli_exit_code_of_a_parameter(aws, recorder, arguments):
    """A value that the program refuses by itself ends with the code of that class."""
    refused = aws(*arguments)

    assert refused.exit_code == aws.exit_codes["parameter"]
    assert refused.error == "none"
    requires_sent(aws, recorder)


@pytest.mark.claim("cli-exit-code-of-the-configuration")
@pytest.mark.parametrize(
    ("options", "environment"),
    [
        ((), {"AWS_ACCESS_KEY_ID": None, "AWS_SECRET_ACCESS_KEY": None}),
        ((), {"AWS_DEFAULT_REGION": None}),
        (("--profile=nobody",), {}),
    ],
    ids=["no-credentials", "no-region", "unknown-profile"],
)
def test_cli_exit_code_of_the_configuration(aws, recorder, options, environment):
    """Credentials, a Region or a profile that are missing end with the code of that class, and nothing is sent."""
    refused = aws(*REQUIRED, *options, environment=environment)

    assert refused.exit_code == aws.exit_codes["configuration"]
    assert recorder.operations == []
    requires_sent(aws, recorder)


@pytest.mark.claim("cli-exit-code-of-a-service-error")
@pytest.mark.parametrize("name", ERRORS)
def test_cli_exit_code_of_a_service_error(aws, recorder, name):
    """An error of the service ends with the code of that class."""
    recorder.answer = CannedAnswer.error(name, status=500 if name == "InternalErrorException" else 400)
    done = aws(*REQUIRED)

    assert done.exit_code == aws.exit_codes["service"]
    assert done.error == f"{name} of AdminSetUserPassword"


@pytest.mark.claim("cli-exit-code-of-transport")
@pytest.mark.parametrize("fault", ["refused", "silent", "certificate"])
def test_cli_exit_code_of_transport(aws, recorder, fault):
    """An endpoint that cannot be reached, is silent or cannot be trusted ends with the catch-all code."""
    recorder.answer = CannedAnswer(delay=20 if fault == "silent" else 0)
    url = {"refused": "http://127.0.0.1:1", "silent": recorder.url, "certificate": recorder.tls_url}[fault]
    done = aws(*REQUIRED, "--cli-read-timeout=1", endpoint_url=url)

    assert done.exit_code == aws.exit_codes["transport"]
    assert done.error == "none"
    requires_sent(aws, recorder)
