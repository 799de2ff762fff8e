"""What is found wrong with the form of an answer, and what is let pass."""

import json

import pytest

from conformance.contract import model_schema
from conformance.reference import validation
from conformance.target.answers import NOT_JSON, Answers

USER = {"Username": "ada", "UserStatus": "CONFIRMED", "Enabled": True, "UserCreateDate": 1763000000.5}


def broken(operation, body, status=200):
    """What an answer with this body breaks."""
    answers = Answers()
    written = body if isinstance(body, bytes) else json.dumps(body).encode()
    answers.weigh(validation.model().operation_model(operation), {"status_code": status, "body": written})
    return answers.of(operation)


@pytest.mark.parametrize(
    ("operation", "body"),
    [
        pytest.param("AdminGetUser", USER, id="every member as the model has it"),
        pytest.param("AdminGetUser", USER | {"MFAOptions": None}, id="null is absent"),
        pytest.param("AdminGetUser", USER | {"InventedLater": {"a": 1}}, id="a member of a newer service"),
        pytest.param("AdminGetUser", USER | {"UserStatus": "INVENTED_LATER"}, id="a value of a newer service"),
        pytest.param(
            "CreateUserPool",
            {"UserPool": {"SchemaAttributes": [{"Name": "phone_number_verified"}]}},
            id="a name of the service's own that is longer than a request may have",
        ),
        pytest.param("AdminSetUserPassword", {}, id="an empty output"),
        pytest.param("AdminSetUserPassword", b"", id="no body for an empty output"),
    ],
)
def test_a_sound_answer_breaks_nothing(operation, body):
    """What the model says, and what it cannot know yet, is let pass."""
    assert broken(operation, body) == []


@pytest.mark.parametrize(
    ("operation", "body", "fault"),
    [
        ("AdminGetUser", USER | {"Enabled": "true"}, "Enabled has the type str, not boolean"),
        ("AdminGetUser", USER | {"UserCreateDate": "2026-11-25"}, "UserCreateDate has the type str, not number"),
        ("AdminGetUser", {"Enabled": True}, "Username is missing"),
        ("ListUsers", {"Users": [USER, USER | {"Attributes": {}}]}, "Users[].Attributes has the type dict, not array"),
        ("CreateUserPool", {"UserPool": {"Id": 7}}, "UserPool.Id has the type int, not string"),
        ("AdminGetUser", b"<html>", NOT_JSON),
        ("AdminGetUser", [], NOT_JSON),
    ],
)
def test_a_fault_is_told_with_its_place(operation, body, fault):
    """A fault names the member and what the model wants, and not the value."""
    assert broken(operation, body) == [fault]


def test_an_error_answer_is_not_weighed():
    """What was refused has no output to compare."""
    with pytest.raises(KeyError):
        broken("AdminGetUser", {"__type": "UserNotFoundException"}, status=400)


def test_faults_of_several_answers_add_up():
    """Each fault is reported once, however many answers have it."""
    answers = Answers()
    model = validation.model().operation_model("AdminGetUser")
    for body in (USER | {"Enabled": 1}, USER | {"Enabled": 1}, {"Enabled": True}):
        answers.weigh(model, {"status_code": 200, "body": json.dumps(body).encode()})

    assert answers.of("AdminGetUser") == ["Enabled has the type int, not boolean", "Username is missing"]


def test_answers_of_one_form_are_held_to_the_model_each():
    """What an answer broke is remembered by its form, in which a number with a fraction is not an integer."""
    answers = Answers()
    operation = validation.model().operation_model("AdminInitiateAuth")
    for seconds in (3600, 3600.0, 3600.5):
        body = json.dumps({"AuthenticationResult": {"ExpiresIn": seconds}}).encode()
        answers.weigh(operation, {"status_code": 200, "body": body})
    assert answers.of("AdminInitiateAuth") == ["AuthenticationResult.ExpiresIn has the type float, not integer"]


def test_no_answer_is_held_to_more_than_its_form():
    """What is remembered by form is right as long as the schemas of answers look at no value."""
    service = validation.model()
    schemas = [
        json.dumps(model_schema.answer(service.operation_model(name).output_shape, name))
        for name in service.operation_names
    ]
    values = ("enum", "const", "pattern", "format", "uniqueItems", "oneOf", "anyOf", "not", "if", "contains")
    limits = [f"{end}{of}" for end in ("min", "max") for of in ("Length", "Items", "Properties", "imum")]
    assert [word for word in (*values, *limits) if any(f'"{word}":' in schema for schema in schemas)] == []
