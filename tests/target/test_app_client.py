"""What is sent through an app client."""

import pytest

from conformance.errors import Blocked
from conformance.target.app_client import AppClient, outcome
from conformance.target.client import ServiceError


class Refusing:
    """A plain client to which every operation answers with one error, and that keeps what it was asked."""

    def __init__(self, code):
        self.code = code
        self.asked = []

    def call(self, operation, **parameters):
        self.asked.append((operation, parameters))
        raise ServiceError(operation, self.code, "")


def test_a_secret_hash_is_that_of_name_and_client():
    """SECRET_HASH is the HMAC-SHA256 of name and client id under the secret, in Base64."""
    client = AppClient(None, "us-east-1_pool", "client", "secret")

    # printf adaclient | openssl dgst -sha256 -hmac secret -binary | base64
    assert client.secret_hash("ada") == {"SECRET_HASH": "FEW6rzXVdy2RLJp0KqkU9A6/pxQBq5FgsxTWe/Ot+CI="}


def test_without_a_secret_there_is_no_hash():
    """A client without a secret sends no SECRET_HASH."""
    assert AppClient(None, "us-east-1_pool", "client").secret_hash("ada") == {}


def test_an_administrators_flow_names_the_pool():
    """A flow of administrators goes to AdminInitiateAuth with the pool, any other to InitiateAuth without."""
    service = Refusing("NotAuthorizedException")
    client = AppClient(service, "us-east-1_pool", "client", "secret")

    for flow in ("ADMIN_NO_SRP_AUTH", "USER_PASSWORD_AUTH"):
        client.sign_in("ada", "Passw0rd!", flow)

    [(by_admin, first), (by_user, second)] = service.asked
    assert (by_admin, by_user) == ("AdminInitiateAuth", "InitiateAuth")
    assert first["UserPoolId"] == "us-east-1_pool"
    assert "UserPoolId" not in second
    assert first["AuthParameters"] == second["AuthParameters"]
    assert sorted(first["AuthParameters"]) == ["PASSWORD", "SECRET_HASH", "USERNAME"]


@pytest.mark.parametrize("code", ["UnknownOperationException", "NotImplemented"])
def test_a_missing_operation_blocks(code):
    """An operation that the target does not have blocks the scenario, and is named."""
    with pytest.raises(Blocked) as blocked:
        outcome(Refusing(code), "RevokeToken")

    assert blocked.value.by == "RevokeToken"


def test_a_refusal_is_an_outcome():
    """Any other error is what the request ended in."""
    assert outcome(Refusing("UserNotFoundException"), "AdminGetUser") == "UserNotFoundException"
