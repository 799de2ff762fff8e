"""The plain client's signature is the one that botocore makes."""

from datetime import UTC, datetime

import pytest
from botocore.awsrequest import AWSRequest
from botocore.credentials import ReadOnlyCredentials

from conformance.bindings.wire import Wire
from conformance.target.definition import Endpoint
from conformance.target.signature import signed
from conformance.verdict.journal import Journal

HEADERS = {
    "X-Amz-Target": "AWSCognitoIdentityProviderService.AdminGetUser",
    "Content-Type": "application/x-amz-json-1.1",
}
KEY = ReadOnlyCredentials("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", None)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:5000/",
        "http://[::1]:5000/",
        "http://localhost:80/",
        "https://localhost:443/",
        "http://localhost:443/",
        "http://LocalHost/",
        "https://cognito-idp.eu-west-1.amazonaws.com/",
        "http://localhost:5000/a%20path//of/../its own/",
    ],
)
@pytest.mark.parametrize("token", [None, "a+session/token=="])
@pytest.mark.parametrize(
    "body", [b"", b"{}", '{"Password": "\u00e4\U0001f511"}'.encode()], ids=["nothing", "empty", "signs"]
)
def test_a_request_is_signed_as_botocore_signs_it(url, token, body):
    """Whatever the place, the session and the body are, both make the same signature of the same moment."""
    credentials = KEY._replace(token=token)
    ours = signed(credentials, "eu-west-1", url, HEADERS, body)
    moment = datetime.strptime(ours["X-Amz-Date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    request = AWSRequest(method="POST", url=url, headers=HEADERS, data=body)
    Wire(Endpoint("http://127.0.0.1", "eu-west-1", credentials), Journal()).sign_at(moment)(request)

    assert ours == dict(request.headers.items())
