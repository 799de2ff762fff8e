"""What the AWS CLI prints for --generate-cli-skeleton, and whether it takes it back; the verdict is on the program."""

import json
import re

import pytest
from botocore import xform_name
from botocore.loaders import Loader
from botocore.model import ServiceModel
from jsonschema import Draft202012Validator

from conformance.aws_cli.skeletons import filled
from conformance.contract.files import SCHEMAS
from conformance.contract.model_schema import types_only
from conformance.errors import Blocked
from conformance.scenarios.requests import REQUIRED, SENT, requires_sent
from conformance.verdict.observed import Arrived, Stream

pytestmark = pytest.mark.bindings("cli", "cli2")

MEMBERS = ["Password", "Permanent", "UserPoolId", "Username"]
MODEL = ServiceModel(Loader().load_service_model("cognito-idp", "service-2"), "cognito-idp")
SKELETON = json.loads((SCHEMAS / "admin-set-user-password.skeleton.schema.json").read_text("utf-8"))
each_operation = pytest.mark.parametrize("operation", MODEL.operation_names)


@pytest.mark.claim("cli-skeleton-sends-nothing")
@pytest.mark.parametrize("value", [(), ("input",), ("output",)], ids=["no-value", "input", "output"])
def test_cli_skeleton_sends_nothing(aws, recorder, value):
    """A complete command with --generate-cli-skeleton sends nothing; without it, it is sent."""
    done = aws(*REQUIRED, "--generate-cli-skeleton", *value)

    assert done.exit_code == 0
    assert recorder.operations == []
    assert done.stderr == ""
    requires_sent(aws, recorder)


@pytest.mark.claim("cli-skeleton-shows-the-input")
@pytest.mark.parametrize("value", [(), ("input",)], ids=["no-value", "input"])
@pytest.mark.parametrize("options", [(), REQUIRED], ids=["alone", "complete"])
def test_cli_skeleton_shows_the_input(aws, recorder, value, options):
    """The skeleton is a JSON object of the four members, each of its type, with or without the required options."""
    done = aws(*options, "--generate-cli-skeleton", *value)

    assert done.exit_code == 0
    assert _faults(done.stdout, SKELETON) == []
    assert Arrived(sorted(_object(done.stdout)), "members of the skeleton") == MEMBERS
    assert recorder.operations == []


@pytest.mark.claim("cli-input-json-takes-the-skeleton")
@pytest.mark.parametrize("place", ["inline", "file"])
def test_cli_input_json_takes_the_skeleton(aws, recorder, place):
    """The skeleton with its values replaced is sent, member by member."""
    skeleton = aws("--generate-cli-skeleton", "input")
    members = {name: SENT.get(name, False) for name in _object(skeleton.stdout)}
    text = json.dumps(members)
    done = aws("--cli-input-json", text if place == "inline" else f"file://{aws.file('filled.json', text)}")

    assert done.exit_code == 0
    assert recorder.bodies == [SENT | {"Permanent": False}]


@pytest.mark.claim("cli-skeleton-output-validates")
@pytest.mark.parametrize(
    ("arguments", "class_"),
    [
        (REQUIRED[:2], "syntax"),
        (("--user-pool-id=us-east-1_Example", "--username=", "--password=Perm4nent!"), "parameter"),
        (("--cli-input-json", json.dumps(SENT | {"Colour": "blue"})), "parameter"),
        (("--cli-input-json", json.dumps(SENT | {"Permanent": "true"})), "parameter"),
    ],
    ids=["missing-option", "empty-username", "unknown-member", "string-for-boolean"],
)
def test_cli_skeleton_output_validates(aws, recorder, arguments, class_):
    """What the command would refuse by itself it refuses with `output` too; proper arguments pass."""
    refused = aws(*arguments, "--generate-cli-skeleton", "output")

    assert refused.exit_code == aws.exit_codes[class_]
    assert recorder.operations == []
    if aws(*REQUIRED, "--generate-cli-skeleton", "output").exit_code != 0:
        raise Blocked("a sound command prints no sample either", "cli-skeleton-output-shows-the-output")
    requires_sent(aws, recorder)


@pytest.mark.claim("cli-skeleton-output-shows-the-output")
@pytest.mark.parametrize("style", ["json", "text", "table"])
def test_cli_skeleton_output_shows_the_output(aws, recorder, style):
    """The sample of the empty output is an empty object or nothing at all, in each style; no member is invented."""
    done = aws(*REQUIRED, "--generate-cli-skeleton", "output", f"--output={style}")

    assert done.exit_code == 0
    assert Stream(done.stdout.strip() or "{}") == "{}"
    assert recorder.operations == []
    sample = aws(*REQUIRED, "--generate-cli-skeleton", "output", "--query=`sample`", "--output=json")
    assert sample.stdout == '"sample"\n'


@pytest.mark.claim("cli-skeleton-yaml-input")
@pytest.mark.bindings("cli2")
def test_cli_skeleton_yaml_input(aws, recorder):
    """The skeleton is a YAML mapping of the four members, which --cli-input-yaml takes once it is filled in."""
    skeleton = aws("--generate-cli-skeleton", "yaml-input")
    names = re.findall(r"(?m)^(\w+):", skeleton.stdout)
    filled_in = "".join(f"{name}: {json.dumps(SENT.get(name, False))}\n" for name in names)
    sent_before = recorder.operations
    done = aws("--cli-input-yaml", filled_in or "{}")

    assert skeleton.exit_code == 0
    assert Arrived(sorted(names), "members of the skeleton") == MEMBERS
    assert sent_before == []
    assert done.exit_code == 0
    assert recorder.bodies == [SENT | {"Permanent": False}]


@pytest.mark.claim("cli-skeletons-show-every-input")
@each_operation
def test_cli_skeletons_show_every_input(aws, recorder, operation):
    """The input skeleton is JSON of the operation's members, each of its type."""
    shape = MODEL.operation_model(operation).input_shape
    done = _run(aws, operation, "--generate-cli-skeleton", "input")

    assert done.exit_code == 0
    assert _faults(done.stdout, types_only(shape, operation)) == []
    assert Arrived(["any"] * bool(_object(done.stdout)), "members of the skeleton") == ["any"] * bool(shape.members)
    assert recorder.operations == []


@pytest.mark.claim("cli-input-json-takes-every-skeleton")
@each_operation
def test_cli_input_json_takes_every_skeleton(aws, recorder, operation):
    """The input skeleton, filled with values that the model accepts, is sent with all its members."""
    members = _filled_skeleton(aws, operation)
    done = _run(aws, operation, "--cli-input-json", json.dumps(members))

    assert done.exit_code == 0
    assert recorder.operations == [operation]
    assert recorder.sent("members sent", lambda request: sorted(request.members)) == [sorted(members)]


@pytest.mark.claim("cli-skeletons-show-every-output")
@each_operation
def test_cli_skeletons_show_every_output(aws, recorder, operation):
    """The output skeleton of a proper command is JSON of the operation's output; of an empty one, the empty object."""
    members = _filled_skeleton(aws, operation)
    shape = MODEL.operation_model(operation).output_shape
    # The empty object is printed as nothing, but as an object where it is a part of something.
    options = ("--cli-input-json", json.dumps(members), "--generate-cli-skeleton", "output", "--query={Output: @}")
    done = _run(aws, operation, *options)

    assert done.exit_code == 0
    assert _faults(json.dumps(_object(done.stdout).get("Output")), types_only(shape, operation)) == []
    assert recorder.operations == []


def _run(aws, operation, *options):
    command = xform_name(operation, "-")
    done = aws.run("cognito-idp", command, *options, f"--endpoint-url={aws.endpoint_url}")
    if done.exit_code == aws.exit_codes["syntax"] and "valid choices are" in done.stderr:
        pytest.skip(f"this program is older than {command}")
    return done


def _filled_skeleton(aws, operation):
    skeleton = _run(aws, operation, "--generate-cli-skeleton", "input")
    return filled(_object(skeleton.stdout), MODEL.operation_model(operation).input_shape)


def _object(text):
    """The members that a skeleton shows; none where it is not a JSON object."""
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _faults(text, schema):
    """Where a text is not what the schema describes, in words that are the same in every run."""
    try:
        document = json.loads(text)
    except ValueError:
        return Arrived(["not JSON"], "faults of the skeleton")
    faults = Draft202012Validator(schema).iter_errors(document)
    return Arrived(sorted(f"{fault.json_path}: {fault.message}" for fault in faults), "faults of the skeleton")
