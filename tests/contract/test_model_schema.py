"""The JSON Schemas derived from botocore's shapes say what the model says, and skeletons filled in keep them."""

import json

import botocore.session
import jsonschema
import pytest
import regex
from botocore.model import DenormalizedStructureBuilder
from botocore.utils import ArgumentGenerator
from botocore.validate import ParamValidator
from jsonschema import Draft202012Validator

from conformance.aws_cli import skeletons
from conformance.contract import model_schema
from conformance.contract.files import SCHEMAS
from conformance.reference import validation as reference

SESSION = botocore.session.Session()
OPERATION = "AdminSetUserPassword"


def _pattern(_validator, pattern, instance, _schema):
    # Python's re knows no \p; a pattern that is only Java's is not judged.
    try:
        compiled = regex.compile(pattern)
    except regex.error:
        return
    if isinstance(instance, str) and not compiled.search(instance):
        yield jsonschema.ValidationError(f"{instance!r} does not match {pattern!r}")


Validator = jsonschema.validators.extend(Draft202012Validator, {"pattern": _pattern})


def shape(**members):
    """A structure with these members, as botocore has it."""
    return DenormalizedStructureBuilder().with_members(members).build_model()


def printed(skeleton):
    """A skeleton as the CLI prints it."""
    return json.loads(json.dumps(skeleton, default=str))


@pytest.mark.parametrize(
    ("part", "derive", "title"),
    [
        ("request", model_schema.strict, "the request"),
        ("response", model_schema.strict, "the response"),
        ("skeleton", model_schema.types_only, "the input skeleton"),
    ],
)
@pytest.mark.nightly
def test_the_reviewed_schema_is_the_derived_one(part, derive, title):
    """The schema in schemas/ is what the installed botocore's model gives; a difference is a change of the contract."""
    operation = SESSION.get_service_model("cognito-idp").operation_model(OPERATION)
    of = operation.output_shape if part == "response" else operation.input_shape
    reviewed = json.loads((SCHEMAS / f"admin-set-user-password.{part}.schema.json").read_text("utf-8"))

    assert derive(of, f"{OPERATION}: {title}") == reviewed


@pytest.mark.parametrize(
    ("password", "valid"),
    [
        ("Perm4nent!", True),
        ("", False),
        ("a b", False),
        ("tab\t", False),
        ("x" * 256, True),
        ("x" * 257, False),
        ("\u00a0", True),
    ],
    ids=["plain", "empty", "space", "tab", "256", "257", "no-break-space"],
)
def test_the_strict_schema_knows_the_password(password, valid):
    """Strictly a Password is 1 to 256 characters without Java's white space, which is ASCII."""
    schema = json.loads((SCHEMAS / "admin-set-user-password.request.schema.json").read_text("utf-8"))
    request = {"UserPoolId": "us-east-1_Example", "Username": "alice", "Password": password}

    assert Validator(schema).is_valid(request) == valid


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ({"UserPoolId": "us-east-1_Example", "Username": "alice"}, "'Password' is a required property"),
        ({"UserPoolId": 1}, "1 is not of type 'string'"),
        ({"Colour": "blue"}, "Additional properties are not allowed ('Colour' was unexpected)"),
        ({"Permanent": "true"}, "'true' is not of type 'boolean'"),
    ],
    ids=["missing", "type", "unknown", "boolean"],
)
def test_a_strict_schema_names_each_fault(value, problem):
    """What botocore or the service would refuse, the strict schema refuses for that reason."""
    schema = json.loads((SCHEMAS / "admin-set-user-password.request.schema.json").read_text("utf-8"))

    assert problem in [fault.message for fault in Validator(schema).iter_errors(value)]


@pytest.mark.parametrize(
    ("pattern", "takes", "refuses"),
    [
        (r"[\S]+", "a\u00a0b", "a b"),
        (r"[\w-]+_[0-9a-zA-Z]+", "us-east-1_Ab", "é_a"),
        (r"[\w-.]+", "a-.", "a/"),
        (r"[\p{L}\p{M}\p{S}\p{N}\p{P}]+", "Zoë+1", "a b"),
        (r"(?s).*", "a\nb", None),
        (r"^\d+$", "12", "12\n"),
    ],
)
def test_patterns_are_those_of_java(pattern, takes, refuses):
    """An anchored pattern takes a whole value, and its classes are ASCII as Java's are."""
    whole = regex.compile(model_schema.anchored(pattern).removesuffix("$") + r"\Z")

    assert whole.search(takes)
    assert refuses is None or not whole.search(refuses)


@pytest.mark.parametrize(
    ("password", "taken"),
    [
        ("a b", True),
        ("\u00a0b", True),
        ("a\u3000", True),
        ("a", False),
        (" b", False),
        ("a ", False),
        ("\tb", False),
        ("a\x0b", False),
        ("a\nb", False),
        ("ab\n", False),
    ],
    ids=ascii,
)
def test_the_live_password_pattern_is_that_of_java(password, taken):
    """White space stands inside a password only, and what is white space beyond ASCII is a character like others."""
    assert reference.matches(reference.PATTERNS["PasswordType"], password) == taken


def test_recursion_is_a_reference():
    """A structure that holds itself is described once and referred to."""
    model = SESSION.get_service_model("dynamodb").operation_model("PutItem").input_shape
    schema = model_schema.strict(model, "PutItem")
    nested = {"L": [{"M": {"a": {"S": "deep"}}}]}

    assert Validator(schema).is_valid({"TableName": "Table", "Item": {"a": nested}})
    assert not Validator(schema).is_valid({"TableName": "Table", "Item": {"a": {"L": [{"M": {"a": {"S": 1}}}]}}})


def test_a_union_is_one_of_its_members():
    """Strictly a union has one member; as a skeleton shows it, it has all."""
    model = SESSION.get_service_model("bedrock-runtime").operation_model("Converse").input_shape
    both = {
        "modelId": "m",
        "messages": [{"role": "user", "content": [{"text": "t", "cachePoint": {"type": "default"}}]}],
    }

    assert not Validator(model_schema.strict(model, "Converse")).is_valid(both)
    assert Validator(model_schema.types_only(model, "Converse")).is_valid(both)
    both["messages"][0]["content"][0].popitem()
    assert Validator(model_schema.strict(model, "Converse")).is_valid(both)


def test_no_shape_is_the_empty_object():
    """An operation without input or output takes the empty object and nothing else."""
    assert Validator(model_schema.strict(None, "None")).is_valid({})
    assert not Validator(model_schema.strict(None, "None")).is_valid({"a": 1})


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ({"type": "string", "min": 20, "max": 22}, "x" * 19 + "a"),
        ({"type": "string", "enum": ["B", "A"]}, "B"),
        ({"type": "integer", "min": 3}, 3),
        ({"type": "string", "pattern": "[0-9]+", "min": 6, "max": 6}, None),
        ({"type": "blob"}, "YWJj"),
        ({"type": "timestamp"}, "1970-01-01T00:00:00"),
        ({"type": "boolean"}, False),
    ],
    ids=["length", "enum", "range", "pattern", "blob", "timestamp", "boolean"],
)
def test_the_filler_fills(member, value):
    """Each kind of member gets a value that the strict schema takes, the same each time."""
    model = shape(One=member)
    one, two = skeletons.filled({"One": None}, model), skeletons.filled({"One": None}, model)

    assert one == two
    assert value is None or one == {"One": value}
    assert list(Validator(model_schema.strict(model, "One")).iter_errors(one)) == []


@pytest.mark.nightly
def test_every_operation_of_cognito_is_filled_strictly():
    """Each filled skeleton of cognito-idp keeps its strict schema, patterns included, and botocore takes it."""
    model = SESSION.get_service_model("cognito-idp")
    faults = {}
    for name in model.operation_names:
        of = model.operation_model(name).input_shape
        members = skeletons.filled(printed(ArgumentGenerator().generate_skeleton(of)), of)
        found = [fault.message for fault in Validator(model_schema.strict(of, name)).iter_errors(members)]
        report = ParamValidator().validate(members, of)
        if found or report.has_errors():
            faults[name] = found or report.generate_report()

    assert faults == {}
    assert len(model.operation_names) >= 141


# Structures that require themselves in a list with at least one item: no value of them ends.
ENDLESS = {"bedrock-agent", "braket", "grafana", "lookoutequipment", "omics", "personalize-events"}


@pytest.mark.filterwarnings("ignore:Possible:FutureWarning")
@pytest.mark.parametrize("part", range(8))
@pytest.mark.nightly
def test_every_service_of_botocore_is_derived(part):
    """For every operation of every service the skeleton keeps the types but for blobs; of each fourth it is filled, and
    botocore and the strict schema take it, but where a pattern is Java's own or too winding to be met."""
    refused = set()
    for service in SESSION.get_available_services()[part::8]:
        model = SESSION.get_service_model(service)
        for number, name in enumerate(model.operation_names):
            of = model.operation_model(name).input_shape
            loose, strict = model_schema.types_only(of, name), model_schema.strict(of, name)
            skeleton = printed(ArgumentGenerator().generate_skeleton(of) if of else {})
            found = {fault.instance for fault in Validator(loose).iter_errors(skeleton)}
            assert found <= {None}, (service, name)
            if number % 4:
                continue
            try:
                members = skeletons.filled(skeleton, of)
            except skeletons.Endless:
                refused.add(service)
                continue
            kinds = {fault.validator for fault in Validator(strict).iter_errors(members)}
            if of and ParamValidator().validate(members, of).has_errors():
                refused.add(service)
            elif kinds - {"pattern"}:
                pytest.fail(f"{service} {name}: {kinds}")

    assert refused <= ENDLESS
