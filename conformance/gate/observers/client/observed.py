"""A client whose requests are answered in this process, and what came of its calls."""

import contextlib
import functools
import json
import os

import botocore
import botocore.exceptions as faults
import botocore.session
from botocore.awsrequest import AWSResponse
from botocore.parsers import ResponseParserError

from conformance.gate.observers.client.frozen import CLOCK

SERVICE = "cognito-idp"
REGION = "us-east-1"
CREDENTIALS = ("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")


class _Raw:
    """A body as urllib3 would hand it over."""

    def __init__(self, content):
        self._content = content

    def stream(self, *_, **__):
        yield self._content

    def read(self, *_, **__):
        content, self._content = self._content, b""
        return content


def answer(status, body=b"", headers=None):
    """An HTTP answer; a dict is sent as JSON."""
    content = json.dumps(body).encode() if isinstance(body, dict) else body
    sent = {"Content-Type": "application/x-amz-json-1.1", **(headers or {})}
    made = AWSResponse(f"https://{SERVICE}.{REGION}.amazonaws.com/", status, sent, _Raw(content))
    made._content = content
    return made


def error(code, status=400, message="no", **headers):
    """An error as the service writes it."""
    return lambda: answer(status, {"__type": code, "message": message}, headers)


def accepted():
    """What the service answers where it accepts."""
    return answer(200, b"{}")


class Observed:
    """A client whose requests are answered here and kept in `requests`."""

    def __init__(self, client, reply=accepted):
        self.client = client
        self.reply = reply
        self.requests = []
        client.meta.events.register_first("before-send", self._answer)

    def _answer(self, request, **_):
        self.requests.append(request)
        made = self.reply()
        if isinstance(made, Exception):
            raise made
        return made


_LOADER = botocore.session.get_session().get_component("data_loader")
_BOTO3 = None


def through_boto3():
    """Make all clients of boto3 from now on, and return boto3."""
    global _BOTO3
    import boto3

    _BOTO3 = boto3
    return boto3


def make(region=REGION, *, token=None, config=None, keys=CREDENTIALS, environment=None, service=SERVICE, **options):
    """A client that shares nothing with the others that could show; the clock starts anew with it."""
    CLOCK.restart()
    if environment is None:
        return _client(_session(keys, token), service, region_name=region, config=config, **options)
    with surroundings(environment):
        return _client(_new_session(keys, token), service, region_name=region, config=config, **options)


def _client(session, service, **options):
    if _BOTO3 is None:
        return session.create_client(service, **options)
    return _BOTO3.session.Session(botocore_session=session).client(service, **options)


def _new_session(keys, token):
    session = botocore.session.get_session()
    session.register_component("data_loader", _LOADER)  # the models are read once for all
    if keys:
        session.set_credentials(*keys, token)
    return session


# Half the cost of a client is its session, which knows nothing of the clients that it made.
_session = functools.cache(_new_session)


@contextlib.contextmanager
def surroundings(environment):
    """These environment variables, for as long as the block lasts."""
    before = dict(os.environ)
    os.environ.update(environment)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def outcome(call):
    """What came of a call: the members it returned, or the class and text of what it raised."""
    try:
        returned = call()
    except faults.ClientError as raised:
        response = raised.response
        return {
            "raised": type(raised).__name__,
            "code": response.get("Error", {}).get("Code"),
            "message": response.get("Error", {}).get("Message"),
            "status": response.get("ResponseMetadata", {}).get("HTTPStatusCode"),
            "members": sorted(name for name in response if name not in ("Error", "ResponseMetadata")),
        }
    except (faults.BotoCoreError, ResponseParserError) as raised:
        return {"raised": type(raised).__name__, "text": str(raised)[:300]}
    except Exception as raised:  # a crash of the client is a fact about it
        return {"crashed": type(raised).__name__, "text": str(raised)[:300]}
    return {"returned": {name: value for name, value in returned.items() if name != "ResponseMetadata"}}


def call(client, operation, parameters):
    """The call of an AWS operation, by AWS's name for it."""
    methods = {name: method for method, name in client.meta.method_to_api_mapping.items()}
    return lambda: getattr(client, methods[operation])(**parameters)


def text(value):
    return value.decode("utf-8", "backslashreplace") if isinstance(value, bytes) else value


def guarded(observe):
    """The facts of a layer; a crash of the client where no layer expects one is a fact too, named `observer`."""
    try:
        yield from observe()
    except Exception as problem:
        yield "observer", {"crashed": type(problem).__name__, "text": str(problem)[:300]}
