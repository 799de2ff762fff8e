"""What the AWS CLI sends for its own options: the verdict is on the program, whichever target is judged beside it."""

import json

import pytest

from conformance.aws_cli import help
from conformance.aws_cli.command_line import OPERATION
from conformance.aws_cli.recorder import CannedAnswer
from conformance.contract import options
from conformance.reference.iam import AUTHORIZATION, Caller, signature_of
from conformance.scenarios.requests import REQUIRED, SENT, requires_sent
from conformance.target.definition import INVENTED
from conformance.verdict.observed import Arrived

pytestmark = pytest.mark.bindings("cli", "cli2")

OTHER = {"UserPoolId": "eu-west-1_Other", "Username": "bob", "Password": "0ther-Pw!", "Permanent": False}


@pytest.mark.claim("cli-command-sends-the-operation")
def test_cli_command_sends_the_operation(aws, recorder):
    """One call is one POST of AdminSetUserPassword in AWS JSON 1.1."""
    done = aws(*REQUIRED)

    assert done.exit_code == 0
    assert recorder.sent("request lines", lambda request: f"{request.method} {request.path}") == ["POST /"]
    assert recorder.headers("x-amz-target") == ["AWSCognitoIdentityProviderService.AdminSetUserPassword"]
    assert recorder.headers("content-type") == ["application/x-amz-json-1.1"]
    assert recorder.bodies == [SENT]


@pytest.mark.claim("cli-signs-the-request")
def test_cli_signs_the_request(aws, recorder):
    """The signature is the one that Signature Version 4 gives for the bytes and headers that arrive."""
    done = aws(*REQUIRED)

    assert done.exit_code == 0
    assert recorder.scopes == [(INVENTED.access_key, "us-east-1", "cognito-idp")]
    assert recorder.sent("signatures", _signature) == ["right"]


def _signature(request):
    """Whether the signature is right, by an implementation that shares no code with any AWS CLI."""
    written = AUTHORIZATION.fullmatch(request.headers.get("authorization", ""))
    if written is None:
        return "missing"
    _, scope, names, signature = written.groups()
    right = signature_of(request, Caller(INVENTED.access_key, INVENTED.secret_key), f"{scope}", names)
    return "right" if signature == right else "wrong"


@pytest.mark.claim("cli-requires-its-three-options")
@pytest.mark.parametrize("missing", range(3), ids=["user-pool-id", "username", "password"])
def test_cli_requires_its_three_options(aws, recorder, missing):
    """Without one of the three nothing is sent; with it the request is."""
    refused = aws(*(option for number, option in enumerate(REQUIRED) if number != missing))

    assert refused.exit_code == aws.exit_codes["syntax"]
    assert recorder.operations == []
    requires_sent(aws, recorder)


@pytest.mark.claim("cli-user-pool-id")
@pytest.mark.parametrize("value", ["eu-west-1_Ab9", "no-pool-id"], ids=["another-region", "of-no-form"])
def test_cli_user_pool_id(aws, recorder, value):
    """The value of --user-pool-id arrives as UserPoolId, unchanged."""
    done = aws(f"--user-pool-id={value}", *REQUIRED[1:])

    assert done.exit_code == 0
    assert recorder.bodies == [SENT | {"UserPoolId": value}]


@pytest.mark.claim("cli-username")
@pytest.mark.parametrize(
    "value",
    ["Zoë", "o'brien", "a b", "-dash", "+15550100", "success+user@simulator.amazonses.com", "[1]", "{}"],
    ids=["letters", "quote", "space", "dash", "phone", "mail", "list", "object"],
)
def test_cli_username(aws, recorder, value):
    """The value of --username arrives as Username, unchanged, also where it looks like JSON or an option."""
    done = aws(REQUIRED[0], f"--username={value}", REQUIRED[2])

    assert done.exit_code == 0
    assert recorder.bodies == [SENT | {"Username": value}]


@pytest.mark.claim("cli-password")
@pytest.mark.parametrize(
    "value",
    ["Pässw0rd!", 'quote"1A', "-dash1A!", "$HOME-1a", "Line\nbreak1", "x" * 257, "back\\sl4sh"],
    ids=["letters", "quote", "dash", "dollar", "line-break", "257", "backslash"],
)
def test_cli_password(aws, recorder, value):
    """The value of --password arrives as Password, unchanged, also where the service would refuse it."""
    done = aws(*REQUIRED[:2], f"--password={value}")

    assert done.exit_code == 0
    assert recorder.bodies == [SENT | {"Password": value}]


@pytest.mark.claim("cli-option-values-may-stand-apart")
def test_cli_option_values_may_stand_apart(aws, recorder):
    """An option and its value may be two arguments."""
    done = aws("--user-pool-id", "us-east-1_Example", "--username", "alice", "--password", "Perm4nent!")

    assert done.exit_code == 0
    assert recorder.bodies == [SENT]


@pytest.mark.claim("cli-password-reads-a-file")
def test_cli_password_reads_a_file(aws, recorder):
    """`--password` file://PATH sends what the file holds, its last line break included."""
    path = aws.file("password", "Fr0m-a-file!\n")
    done = aws(*REQUIRED[:2], f"--password=file://{path}")

    assert done.exit_code == 0
    assert recorder.bodies == [SENT | {"Password": "Fr0m-a-file!\n"}]


@pytest.mark.claim("cli-permanent")
def test_cli_permanent(aws, recorder):
    """`--permanent` arrives as Permanent true."""
    done = aws(*REQUIRED, "--permanent")

    assert done.exit_code == 0
    assert recorder.bodies == [SENT | {"Permanent": True}]


@pytest.mark.claim("cli-no-permanent")
def test_cli_no_permanent(aws, recorder):
    """`--no-permanent` arrives as Permanent false."""
    done = aws(*REQUIRED, "--no-permanent")

    assert done.exit_code == 0
    assert recorder.bodies == [SENT | {"Permanent": False}]


@pytest.mark.claim("cli-permanent-may-be-left-out")
def test_cli_permanent_may_be_left_out(aws, recorder):
    """Without either option no Permanent arrives, and the service's default holds."""
    done = aws(*REQUIRED)

    assert done.exit_code == 0
    assert recorder.bodies == [SENT]


@pytest.mark.claim("cli-the-later-of-both-wins")
@pytest.mark.parametrize(
    ("options", "value"),
    [(("--permanent", "--no-permanent"), False), (("--no-permanent", "--permanent"), True)],
    ids=["no-permanent", "permanent"],
)
def test_cli_the_later_of_both_wins(aws, recorder, options, value):
    """Where --permanent and --no-permanent are both given, the later one is sent."""
    done = aws(*REQUIRED, *options)

    assert done.exit_code == 0
    assert recorder.bodies == [SENT | {"Permanent": value}]


@pytest.mark.claim("cli-input-json")
@pytest.mark.parametrize("permanent", [True, False, None], ids=["permanent", "no-permanent", "without"])
def test_cli_input_json(aws, recorder, permanent):
    """The members of the JSON arrive, and no option is needed beside it."""
    members = SENT if permanent is None else SENT | {"Permanent": permanent}
    done = aws("--cli-input-json", json.dumps(members))

    assert done.exit_code == 0
    assert recorder.bodies == [members]


@pytest.mark.claim("cli-input-json-reads-a-file")
def test_cli_input_json_reads_a_file(aws, recorder):
    """`--cli-input-json` file://PATH sends the members of the JSON in that file."""
    path = aws.file("input.json", json.dumps(OTHER))
    done = aws("--cli-input-json", f"file://{path}")

    assert done.exit_code == 0
    assert recorder.bodies == [OTHER]


@pytest.mark.claim("cli-options-override-the-json")
@pytest.mark.parametrize(
    ("option", "member"),
    [
        (REQUIRED[0], {"UserPoolId": "us-east-1_Example"}),
        (REQUIRED[1], {"Username": "alice"}),
        (REQUIRED[2], {"Password": "Perm4nent!"}),
        ("--permanent", {"Permanent": True}),
    ],
    ids=["user-pool-id", "username", "password", "permanent"],
)
def test_cli_options_override_the_json(aws, recorder, option, member):
    """One option takes the place of one member of the JSON; the other members arrive as the JSON has them."""
    done = aws("--cli-input-json", json.dumps(OTHER), option)

    assert done.exit_code == 0
    assert recorder.bodies == [OTHER | member]


@pytest.mark.claim("cli-input-json-is-checked")
@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        json.dumps(SENT | {"Colour": "blue"}),
        json.dumps(SENT | {"Password": 1}),
        json.dumps(SENT | {"Permanent": "true"}),
        json.dumps({"UserPoolId": "us-east-1_Example", "Username": "alice"}),
        json.dumps(SENT | {"Username": ""}),
    ],
    ids=["cut-off", "list", "unknown-member", "number", "string-for-boolean", "missing-member", "empty-username"],
)
def test_cli_input_json_is_checked(aws, recorder, text):
    """JSON that is not an input of the operation ends the command before anything is sent; its proper form is sent."""
    refused = aws("--cli-input-json", text)

    assert refused.exit_code == aws.exit_codes["parameter"]
    assert recorder.operations == []
    requires_sent(aws, recorder, "--cli-input-json", json.dumps(SENT))


@pytest.mark.claim("cli-input-yaml")
@pytest.mark.bindings("cli2")
@pytest.mark.parametrize("place", ["inline", "file"])
def test_cli_input_yaml(aws, recorder, place):
    """The members of the YAML arrive, and an option beside it takes the place of its member."""
    text = "UserPoolId: us-east-1_Example\nUsername: bob\nPassword: 'Perm4nent!'\n"
    done = aws("--cli-input-yaml", text if place == "inline" else f"file://{aws.file('i.yaml', text)}", REQUIRED[1])

    assert done.exit_code == 0
    assert recorder.bodies == [SENT]


@pytest.mark.claim("cli-prints-nothing")
@pytest.mark.parametrize(
    "options", [(), ("--permanent",), ("--no-permanent",)], ids=["plain", "permanent", "no-permanent"]
)
def test_cli_prints_nothing(aws, recorder, options):
    """A request that the endpoint answers with an empty object leaves both streams empty."""
    done = aws(*REQUIRED, *options)

    assert done.exit_code == 0
    assert done.stdout == ""
    assert done.stderr == ""
    assert recorder.operations == ["AdminSetUserPassword"]


@pytest.mark.claim("cli-error-names-error-and-operation")
@pytest.mark.parametrize("name", ["UserNotFoundException", "InvalidPasswordException", "NewException"])
def test_cli_error_names_error_and_operation(aws, recorder, name):
    """An error of the service is printed on stderr, by its name and the operation's; stdout stays empty."""
    recorder.answer = CannedAnswer.error(name)
    done = aws(*REQUIRED)

    assert done.error == f"{name} of AdminSetUserPassword"
    assert done.stdout == ""
    assert recorder.operations == ["AdminSetUserPassword"]


@pytest.mark.claim("cli-help-shows-every-option")
def test_cli_help_shows_every_option(aws, recorder):
    """The synopsis of the help page has the options that the ledger lists for this program, and no others."""
    done = aws.run(*OPERATION, "help", environment=help.environment(aws.home))
    newer = {option.name for option in options.options() if aws.name in option.newer}
    shown = Arrived(sorted(set(help.synopsis(done.stdout)) - newer), "options in the synopsis")

    assert done.exit_code == 0
    assert shown == sorted(option.name for option in options.options() if aws.name in option.shown)
    assert recorder.operations == []
