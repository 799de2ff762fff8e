"""What the AWS CLI makes of the options that every one of its commands takes; the verdict is on the program."""

import pytest

from conformance.aws_cli.recorder import CannedAnswer, unreachable
from conformance.scenarios.requests import REQUIRED, SENT, requires_sent
from conformance.target.definition import INVENTED

pytestmark = pytest.mark.bindings("cli", "cli2")

# The operation answers nothing that could be printed, so a constant is.
CONSTANT = "--query={Key: `value`}"
TABLES = {"coloured": r".*\x1b\[.*value.*", "plain": r"[^\x1b]*value[^\x1b]*"}


@pytest.mark.claim("cli-debug")
def test_cli_debug(aws, recorder):
    """`--debug` fills stderr, and changes neither stdout nor the request."""
    plain = aws(*REQUIRED, CONSTANT)
    debugged = aws(*REQUIRED, CONSTANT, "--debug")

    assert debugged.exit_code == 0
    assert debugged.stdout == str(plain.stdout)
    assert plain.stderr == ""
    assert debugged.mentions("DEBUG") == "DEBUG"
    assert recorder.bodies == [SENT, SENT]


@pytest.mark.claim("cli-debug-shows-the-password")
def test_cli_debug_shows_the_password(aws, recorder):
    """`--debug` writes the password in clear to stderr: a log of it is a secret."""
    done = aws(*REQUIRED, "--debug")

    assert done.exit_code == 0
    assert done.mentions("Perm4nent!") == "Perm4nent!"
    assert recorder.bodies == [SENT]


@pytest.mark.claim("cli-endpoint-url")
@pytest.mark.parametrize("path", ["", "/some/path"], ids=["host", "path"])
def test_cli_endpoint_url(aws, recorder, path):
    """The request arrives at the host, the port and the path of the URL."""
    done = aws(*REQUIRED, endpoint_url=f"{recorder.url}{path}")

    assert done.exit_code == 0
    assert recorder.sent("paths", lambda request: request.path) == [path or "/"]
    assert recorder.bodies == [SENT]


@pytest.mark.claim("cli-uses-tls")
def test_cli_uses_tls(aws, recorder):
    """Without --endpoint-url the request goes to the service's host on port 443, encrypted."""
    proxy = {"HTTPS_PROXY": recorder.url, "HTTP_PROXY": recorder.url}
    done = aws(*REQUIRED, f"--ca-bundle={recorder.authority}", endpoint_url="", environment=proxy)

    assert done.exit_code == 0
    arrived = recorder.sent("requests to the proxy", lambda request: f"{request.method} {request.path} {request.tls}")
    assert arrived == ["CONNECT cognito-idp.us-east-1.amazonaws.com:443 False", "POST / True"]
    assert recorder.operations == ["", "AdminSetUserPassword"]


@pytest.mark.claim("cli-verifies-certificates")
def test_cli_verifies_certificates(aws, recorder):
    """A certificate of an unknown authority ends the command before anything is sent; of a known one it is sent."""
    refused = aws(*REQUIRED, endpoint_url=recorder.tls_url)

    assert refused.exit_code == aws.exit_codes["transport"]
    assert recorder.operations == []
    requires_sent(aws, recorder, *REQUIRED, f"--ca-bundle={recorder.authority}", endpoint_url=recorder.tls_url)


@pytest.mark.claim("cli-no-verify-ssl")
def test_cli_no_verify_ssl(aws, recorder):
    """`--no-verify-ssl` sends the request, encrypted, to an endpoint that nobody vouches for."""
    done = aws(*REQUIRED, "--no-verify-ssl", endpoint_url=recorder.tls_url)

    assert done.exit_code == 0
    assert recorder.sent("TLS", lambda request: request.tls) == [True]
    assert recorder.bodies == [SENT]


@pytest.mark.claim("cli-ca-bundle")
@pytest.mark.parametrize("over", ["nothing", "environment", "configuration"])
def test_cli_ca_bundle(aws, recorder, over):
    """The bundle of --ca-bundle counts, also where the environment or the configuration name another."""
    other = aws.file("empty.pem", "")
    environment = {
        "nothing": {},
        "environment": {"AWS_CA_BUNDLE": other},
        "configuration": {"AWS_CONFIG_FILE": aws.file("config", f"[default]\nca_bundle = {other}\n")},
    }[over]
    done = aws(*REQUIRED, f"--ca-bundle={recorder.authority}", endpoint_url=recorder.tls_url, environment=environment)

    assert done.exit_code == 0
    assert recorder.sent("TLS", lambda request: request.tls) == [True]
    assert recorder.bodies == [SENT]


@pytest.mark.claim("cli-no-paginate")
def test_cli_no_paginate(aws, recorder):
    """`--no-paginate` leaves the request as it is."""
    done = aws(*REQUIRED, "--no-paginate")

    assert done.exit_code == 0
    assert recorder.bodies == [SENT]


@pytest.mark.claim("cli-output")
@pytest.mark.parametrize(
    ("style", "printed"),
    [("json", r'\{\s*"Key": "value"\s*\}'), ("text", "value"), ("table", r"[-|\s]+.*Key.*\|\s+value\s+\|[-\s|+]+")],
    ids=["json", "text", "table"],
)
def test_cli_output(aws, recorder, style, printed):
    """The three styles print in their own form; another style is a usage error and sends nothing."""
    done = aws(*REQUIRED, CONSTANT, f"--output={style}")

    assert done.exit_code == 0
    assert done.printed(printed, style) == style
    assert recorder.bodies == [SENT]
    assert aws(*REQUIRED, "--output=xml").exit_code == aws.exit_codes["syntax"]
    assert recorder.operations == ["AdminSetUserPassword"]


@pytest.mark.claim("cli-output-yaml")
@pytest.mark.bindings("cli2")
@pytest.mark.parametrize(
    ("style", "printed"), [("yaml", "Key: value\n"), ("yaml-stream", "- Key: value\n")], ids=["yaml", "yaml-stream"]
)
def test_cli_output_yaml(aws, recorder, style, printed):
    """The styles yaml and yaml-stream print YAML."""
    done = aws(*REQUIRED, CONSTANT, f"--output={style}")

    assert done.exit_code == 0
    assert done.stdout == printed
    assert recorder.bodies == [SENT]


@pytest.mark.claim("cli-query")
@pytest.mark.parametrize(
    ("expression", "printed"),
    [("Nothing", "null\n"), ("`1`", "1\n"), ("length(`[1, 2]`)", "2\n")],
    ids=["member", "constant", "function"],
)
def test_cli_query(aws, recorder, expression, printed):
    """What JMESPath makes of the empty answer is printed; an expression that is none is refused."""
    done = aws(*REQUIRED, f"--query={expression}")

    assert done.exit_code == 0
    assert done.stdout == printed
    assert aws(*REQUIRED, "--query=[[[").exit_code == aws.exit_codes["parameter"]
    assert recorder.operations == ["AdminSetUserPassword"]


@pytest.mark.claim("cli-profile")
@pytest.mark.parametrize("over", ["default", "environment"])
def test_cli_profile(aws, recorder, over):
    """The request is signed with the keys and for the Region of the profile, not with those of another profile."""
    credentials = "[default]\naws_access_key_id = d\naws_secret_access_key = d\n"
    credentials += "[other]\naws_access_key_id = other-key-id\naws_secret_access_key = other-secret-key\n"
    environment = {
        "AWS_SHARED_CREDENTIALS_FILE": aws.file("credentials", credentials),
        "AWS_CONFIG_FILE": aws.file("config", "[profile other]\nregion = ap-southeast-2\n"),
        "AWS_PROFILE": "default" if over == "environment" else None,
        "AWS_DEFAULT_REGION": None,
        "AWS_ACCESS_KEY_ID": None,
        "AWS_SECRET_ACCESS_KEY": None,
    }
    done = aws(*REQUIRED, "--profile=other", environment=environment)

    assert done.exit_code == 0
    assert recorder.scopes == [("other-key-id", "ap-southeast-2", "cognito-idp")]


@pytest.mark.claim("cli-region")
@pytest.mark.parametrize("over", ["environment", "configuration"])
def test_cli_region(aws, recorder, over):
    """The request is signed for the Region of --region, whatever the environment or the configuration say."""
    environment = {
        "environment": {"AWS_DEFAULT_REGION": "us-west-2", "AWS_REGION": "us-west-2"},
        "configuration": {
            "AWS_DEFAULT_REGION": None,
            "AWS_CONFIG_FILE": aws.file("config", "[default]\nregion = us-west-2\n"),
        },
    }[over]
    done = aws(*REQUIRED, "--region=sa-east-1", environment=environment)

    assert done.exit_code == 0
    assert recorder.scopes == [(INVENTED.access_key, "sa-east-1", "cognito-idp")]


@pytest.mark.claim("cli-version")
@pytest.mark.parametrize("inside", [False, True], ids=["alone", "in-the-command"])
def test_cli_version(aws, recorder, inside):
    """`--version` prints name and version on stdout, and nothing is sent, also where it stands in the command."""
    done = aws(*REQUIRED, "--version") if inside else aws.run("--version")

    assert done.exit_code == 0
    assert done.printed(r"aws-cli/\d+\.\d+\.\d+ [^\n]*", "name and version") == "name and version"
    assert recorder.operations == []


@pytest.mark.claim("cli-color")
@pytest.mark.parametrize(
    ("colour", "form"),
    [("on", "coloured"), ("off", "plain"), ("auto", "plain")],
    ids=["on", "off", "auto"],
)
def test_cli_color(aws, recorder, colour, form):
    """A table is coloured with `on` and not with `off`, nor with `auto` off a terminal; another value is refused."""
    done = aws(*REQUIRED, CONSTANT, "--output=table", f"--color={colour}")

    assert done.exit_code == 0
    assert done.printed({"coloured": r".*\x1b\[.*value.*", "plain": r"[^\x1b]*value[^\x1b]*"}[form], form) == form
    assert aws(*REQUIRED, "--color=blue").exit_code == aws.exit_codes["syntax"]
    assert recorder.bodies == [SENT]


@pytest.mark.claim("cli-no-sign-request")
def test_cli_no_sign_request(aws, recorder):
    """`--no-sign-request` sends the request without Authorization."""
    done = aws(*REQUIRED, "--no-sign-request")

    assert done.exit_code == 0
    assert recorder.headers("authorization") == [None]
    assert recorder.bodies == [SENT]


@pytest.mark.claim("cli-no-sign-request-needs-no-credentials")
def test_cli_no_sign_request_needs_no_credentials(aws, recorder):
    """Where there are no credentials the command is refused, and sent with --no-sign-request."""
    none = {"AWS_ACCESS_KEY_ID": None, "AWS_SECRET_ACCESS_KEY": None}
    refused = aws(*REQUIRED, environment=none)

    assert refused.exit_code == aws.exit_codes["configuration"]
    assert recorder.operations == []
    assert aws(*REQUIRED, "--no-sign-request", environment=none).exit_code == 0
    assert recorder.bodies == [SENT]


@pytest.mark.claim("cli-read-timeout")
def test_cli_read_timeout(aws, recorder):
    """An endpoint that keeps silent for longer ends the command; one that answers in time does not."""
    recorder.answer = CannedAnswer(delay=20)
    done = aws(*REQUIRED, "--cli-read-timeout=1")

    assert done.exit_code == aws.exit_codes["transport"]
    assert done.mentions("Read timeout") == "Read timeout"
    requires_sent(aws, recorder, *REQUIRED, "--cli-read-timeout=20")


@pytest.mark.claim("cli-read-timeout-zero-waits")
def test_cli_read_timeout_zero_waits(aws, recorder):
    """An endpoint that takes longer than another limit would allow gets its time with 0."""
    recorder.answer = CannedAnswer(delay=1.3)
    done = aws(*REQUIRED, "--cli-read-timeout=0")

    assert done.exit_code == 0
    assert recorder.bodies == [SENT]
    assert aws(*REQUIRED, "--cli-read-timeout=1").exit_code == aws.exit_codes["transport"]


@pytest.mark.claim("cli-connect-timeout")
def test_cli_connect_timeout(aws, recorder):
    """An endpoint to which no connection comes about ends the command; one that can be reached does not."""
    with unreachable() as url:
        done = aws(*REQUIRED, "--cli-connect-timeout=1", endpoint_url=url)

    assert done.exit_code == aws.exit_codes["transport"]
    assert done.mentions("Connect timeout") == "Connect timeout"
    requires_sent(aws, recorder, *REQUIRED, "--cli-connect-timeout=1")


@pytest.mark.claim("cli-connect-timeout-zero-waits")
def test_cli_connect_timeout_zero_waits(aws, recorder):
    """An endpoint that takes connections only after a while is reached with 0."""
    with unreachable(0.5) as url:
        done = aws(*REQUIRED, "--cli-connect-timeout=0", endpoint_url=url)

    assert done.exit_code == 0
    requires_sent(aws, recorder, *REQUIRED, "--cli-connect-timeout=0")


@pytest.mark.claim("cli-binary-format")
@pytest.mark.bindings("cli2")
@pytest.mark.parametrize("format_", ["base64", "raw-in-base64-out"])
def test_cli_binary_format(aws, recorder, format_):
    """Text arrives as it is in either format; another format is a usage error and sends nothing."""
    done = aws(*REQUIRED, f"--cli-binary-format={format_}")

    assert done.exit_code == 0
    assert recorder.bodies == [SENT]
    assert aws(*REQUIRED, "--cli-binary-format=hex").exit_code == aws.exit_codes["syntax"]
    assert recorder.operations == ["AdminSetUserPassword"]


@pytest.mark.claim("cli-no-cli-pager")
@pytest.mark.bindings("cli2")
def test_cli_no_cli_pager(aws, recorder):
    """`--no-cli-pager` leaves the request and what is printed as they are."""
    done = aws(*REQUIRED, CONSTANT, "--output=text", "--no-cli-pager")

    assert done.exit_code == 0
    assert done.stdout == "value\n"
    assert recorder.bodies == [SENT]


@pytest.mark.claim("cli-no-cli-auto-prompt")
@pytest.mark.bindings("cli2")
def test_cli_no_cli_auto_prompt(aws, recorder):
    """With the prompt asked for by the environment, --no-cli-auto-prompt sends the request without asking."""
    done = aws(*REQUIRED, "--no-cli-auto-prompt", environment={"AWS_CLI_AUTO_PROMPT": "on"})

    assert done.exit_code == 0
    assert recorder.bodies == [SENT]


@pytest.mark.claim("cli-v2-debug")
@pytest.mark.bindings("cli")
def test_cli_v2_debug(aws, recorder):
    """`--v2-debug` warns on stderr of what v2 does differently, and the request is sent all the same."""
    path = aws.file("password", "Perm4nent!")
    done = aws(
        *REQUIRED[:2], f"--password=file://{path}", "--v2-debug", environment={"AWS_DEFAULT_REGION": "us-east-1"}
    )

    assert done.exit_code == 0
    assert recorder.bodies == [SENT]
    assert done.mentions("AWS CLI v2") == "AWS CLI v2"
