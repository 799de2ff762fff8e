"""The lifecycle as users test it today: boto3 by hand, a pool for each test. A peer for benchmarks/performance.py."""

import os

import boto3
import pytest


@pytest.fixture
def cognito():
    """A client of the endpoint in $ENDPOINT."""
    keys = {"aws_access_key_id": "key", "aws_secret_access_key": "secret"}
    return boto3.client("cognito-idp", endpoint_url=os.environ["ENDPOINT"], region_name="us-east-1", **keys)


@pytest.fixture
def pool(cognito):
    """A pool and its client."""
    pool = cognito.create_user_pool(PoolName="by-hand")["UserPool"]["Id"]
    flows = ["ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
    made = cognito.create_user_pool_client(UserPoolId=pool, ClientName="by-hand", ExplicitAuthFlows=flows)
    yield pool, made["UserPoolClient"]["ClientId"]
    cognito.delete_user_pool(UserPoolId=pool)


@pytest.fixture
def user(cognito, pool):
    """A user who was just made."""
    address = "success+by-hand@simulator.amazonses.com"
    cognito.admin_create_user(UserPoolId=pool[0], Username=address, MessageAction="SUPPRESS")
    return address


def status(cognito, pool, user):
    """UserStatus of a user."""
    return cognito.admin_get_user(UserPoolId=pool[0], Username=user)["UserStatus"]


@pytest.mark.parametrize(("permanent", "expected"), [(True, "CONFIRMED"), (False, "FORCE_CHANGE_PASSWORD")])
@pytest.mark.parametrize("password", ["Passw0rd!", "An0ther-one!", "L0ng-passw0rd-of-many-characters!"])
def test_status(cognito, pool, user, password, permanent, expected):
    """A permanent password confirms, a temporary one asks for another."""
    cognito.admin_set_user_password(UserPoolId=pool[0], Username=user, Password=password, Permanent=permanent)

    assert status(cognito, pool, user) == expected


@pytest.mark.parametrize("password", ["Passw0rd!", "An0ther-one!", "L0ng-passw0rd-of-many-characters!"])
def test_sign_in(cognito, pool, user, password):
    """A permanent password signs in."""
    cognito.admin_set_user_password(UserPoolId=pool[0], Username=user, Password=password, Permanent=True)
    answer = cognito.admin_initiate_auth(
        UserPoolId=pool[0],
        ClientId=pool[1],
        AuthFlow="ADMIN_USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": user, "PASSWORD": password},
    )

    assert "AccessToken" in answer["AuthenticationResult"]


@pytest.mark.parametrize("password", ["short", "no-upper-1!", "NO-LOWER-1!", "No-number!", "NoSymbol1"])
def test_policy(cognito, pool, user, password):
    """A password that breaks the policy is refused."""
    with pytest.raises(cognito.exceptions.InvalidPasswordException):
        cognito.admin_set_user_password(UserPoolId=pool[0], Username=user, Password=password, Permanent=True)
