"""Answers are judged by their bodies, not by their status alone."""

import pytest

from conformance.verdict.observed import Outcome
from conformance.verdict.reply import of_http

JSON = {"Content-Type": "application/x-amz-json-1.1"}


@pytest.mark.parametrize("status", [200, 201, 204])
@pytest.mark.parametrize("body", [b"{}", b""], ids=["object", "nothing"])
def test_an_empty_structure_is_accepted(status, body):
    """HTTP 200 with an empty object, or with nothing, is a success; that another 2xx should be 200 is its own claim."""
    reply = of_http("wire", status, JSON, body)

    assert reply.ok
    assert reply.http_status == status


@pytest.mark.parametrize("body", [b"<html></html>", b"[]", b"null", b"{", b"\xff"])
def test_a_200_that_is_no_aws_json_is_no_success(body):
    """An HTTP 200 whose body is not a JSON object is a crash, whatever an SDK makes of it."""
    reply = of_http("wire", 200, JSON, body)

    assert not reply.ok
    assert reply.crashed


def test_a_200_that_carries_an_error_is_no_success():
    """An error document under HTTP 200 is that error."""
    reply = of_http("wire", 200, JSON, b'{"__type": "UserNotFoundException"}')

    assert reply.error == "UserNotFoundException"


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({}, b'{"__type": "InvalidPasswordException", "message": "no"}'),
        ({}, b'{"__type": "com.amazonaws.cognito#InvalidPasswordException", "Message": "no"}'),
        ({"x-amzn-ErrorType": "InvalidPasswordException:"}, b'{"message": "no"}'),
        ({"x-amzn-errortype": "InvalidPasswordException:http://internal.amazon.com/"}, b'{"message": "no"}'),
    ],
    ids=["short", "qualified", "header", "header-with-address"],
)
def test_an_error_has_its_short_name(headers, body):
    """The name is taken from `__type`, else from the header, without namespace and without what follows a colon."""
    reply = of_http("wire", 400, headers, body)

    assert (reply.error, reply.message) == ("InvalidPasswordException", "no")


@pytest.mark.parametrize("status", [500, 502, 503])
def test_a_server_fault_is_a_crash(status):
    """A 5xx is a crash, with an error's name or without."""
    assert of_http("wire", status, {}, b"oops").crashed
    assert of_http("wire", status, JSON, b'{"__type": "InternalErrorException"}').crashed


@pytest.mark.parametrize(
    ("seen", "wanted", "kind"),
    [
        ("tokens", "NotAuthorizedException", "permissive"),
        ("NEW_PASSWORD_REQUIRED", "NotAuthorizedException", "permissive"),
        ("tokens", "NEW_PASSWORD_REQUIRED", "permissive"),
        ("NotAuthorizedException", "tokens", "strict"),
        ("NotAuthorizedException", "NEW_PASSWORD_REQUIRED", "strict"),
        ("NEW_PASSWORD_REQUIRED", "tokens", "strict"),
        ("UserNotFoundException", "NotAuthorizedException", "wrong-error"),
        ("accepted", {"InvalidParameterException", "SerializationException"}, "permissive"),
        ("500", "InvalidParameterException", "crash"),
        ("InternalErrorException", "accepted", "crash"),
    ],
)
def test_the_kind_follows_from_what_came_instead(seen, wanted, kind):
    """More than documented is permissive, less is strict, another refusal a wrong error, a server fault a crash."""
    assert Outcome(seen).kind_beside(wanted) == kind
