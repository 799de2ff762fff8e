"""The answer to an accepted request."""

import pytest

from conformance.scenarios.requests import either_way, new_password_of

# What the AWS CLI prints is a claim about the program: cli-prints-nothing.
pytestmark = pytest.mark.bindings("sdk", "wire")


@pytest.mark.claim("output-is-empty")
@either_way
def test_output_is_empty(admin_set_user_password, user, permanent, outcome):
    """The answer holds nothing but an empty JSON object."""
    password = new_password_of(user)
    reply = admin_set_user_password(user, Password=password, Permanent=permanent)
    user.requires(password, outcome)

    reply.requires_success()
    assert reply.document == {}


@pytest.mark.claim("success-is-http-200")
@either_way
def test_success_is_http_200(admin_set_user_password, user, permanent, outcome):
    """The answer to a request that set the password has HTTP status 200."""
    password = new_password_of(user)
    reply = admin_set_user_password(user, Password=password, Permanent=permanent)
    user.requires(password, outcome)

    reply.requires_success()
    assert reply.http_status == 200


@pytest.mark.claim("success-content-type-is-amz-json")
@either_way
def test_success_content_type_is_amz_json(admin_set_user_password, user, permanent, outcome):
    """The answer is of the content type application/x-amz-json-1.1; a charset may follow."""
    password = new_password_of(user)
    reply = admin_set_user_password(user, Password=password, Permanent=permanent)
    user.requires(password, outcome)

    reply.requires_success()
    assert reply.media_type == "application/x-amz-json-1.1"


@pytest.mark.claim("success-has-a-request-id")
@either_way
def test_success_has_a_request_id(admin_set_user_password, user, permanent, outcome):
    """The answer has an x-amzn-requestid header, and in it a UUID."""
    password = new_password_of(user)
    reply = admin_set_user_password(user, Password=password, Permanent=permanent)
    user.requires(password, outcome)

    reply.requires_success()
    assert reply.request_id == "a UUID"
