"""Prints what a botocore or boto3 does for AdminSetUserPassword and its lifecycle, as one canonical JSON line.

Run as a file, in a process of its own, with the client to observe in front on PYTHONPATH: `python client.py [boto3]`.
Nothing is sent: `before-send` answers each request. The clock stands still, sleeping only moves it, and chance always
says a half.
"""

import contextlib
import datetime
import functools
import json
import os
import random
import sys
import threading
import time
import uuid

# What a client on this account may have set says nothing about the version: the gate's environment has none of it, and
# neither has the environment of someone who runs this file by hand.
for _name in [name for name in os.environ if name.startswith("AWS_") or name.lower().endswith("_proxy")]:
    del os.environ[_name]
os.environ["AWS_CONFIG_FILE"] = os.environ["AWS_SHARED_CREDENTIALS_FILE"] = os.devnull
os.environ["AWS_EC2_METADATA_DISABLED"] = "true"

NOW = 1_700_000_000.0  # 2023-11-14T22:13:20Z
SERVICE = "cognito-idp"
REGION = "us-east-1"
POOL = "us-east-1_Example01"
CREDENTIALS = ("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
VALID = {"UserPoolId": POOL, "Username": "alice", "Password": "Perm4nent!", "Permanent": True}
MODES = ("default", "legacy", "standard", "adaptive")


class _Clock:
    """Time as the client sees it; `slept` is what it slept since the last `restart`, in seconds."""

    def __init__(self):
        self.now = NOW
        self.slept = []

    def restart(self):
        self.now = NOW
        self.slept = []

    def time(self):
        return self.now

    def sleep(self, seconds):
        self.now += seconds
        self.slept.append(round(seconds, 3))


CLOCK = _Clock()


class _Datetime(datetime.datetime):
    @classmethod
    def utcnow(cls):
        return datetime.datetime.fromtimestamp(CLOCK.now, datetime.UTC).replace(tzinfo=None)

    @classmethod
    def now(cls, tz=None):
        return datetime.datetime.fromtimestamp(CLOCK.now, tz)


def _frozen_datetime(remove_tzinfo=True):
    now = datetime.datetime.fromtimestamp(CLOCK.now, datetime.UTC)
    return now.replace(tzinfo=None) if remove_tzinfo else now


def freeze():
    """Take clock, sleep and chance away from the client. Before botocore is imported: it binds some of them then."""
    time.time, time.sleep, time.monotonic = CLOCK.time, CLOCK.sleep, CLOCK.time
    random.random = lambda: 0.5
    threading.Condition.wait = lambda _, timeout=None: CLOCK.sleep(timeout or 0)
    uuid.uuid4 = lambda: uuid.UUID("12345678-1234-4234-8234-123456789012")
    datetime.datetime = _Datetime


freeze()

import botocore
import botocore.auth
import botocore.compat
import botocore.endpoint
import botocore.exceptions as faults
import botocore.model
import botocore.session
from botocore.awsrequest import AWSResponse
from botocore.config import Config
from botocore.parsers import ResponseParserError

for _module in (botocore.auth, botocore.compat, botocore.endpoint):
    if hasattr(_module, "get_current_datetime"):
        _module.get_current_datetime = _frozen_datetime


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


# --- wire -------------------------------------------------------------------------------------------------------------

WIRE = {
    "permanent": VALID,
    "temporary": {**VALID, "Permanent": False},
    "permanent-left-out": {name: value for name, value in VALID.items() if name != "Permanent"},
    "reversed": dict(reversed(VALID.items())),
    "non-ascii": {**VALID, "Password": "Pässwörd1!€😀"},
    "escapes": {**VALID, "Password": 'a"b\\c/d\te\n1A!'},
    "control-character": {**VALID, "Password": "Nul\u0000Byte1!"},
    "lone-surrogate": {**VALID, "Password": "Sur\ud800rogate1!"},
    "html": {**VALID, "Password": "<Amp&'Quot>1"},
    "spaces": {**VALID, "Password": "  Sp4ces !  "},
    "long": {**VALID, "Password": "Aa1!" * 64 + "x"},
    "longest-name": {**VALID, "Username": "u" * 129},
    "empty-password": {**VALID, "Password": ""},
    "pool-without-underscore": {**VALID, "UserPoolId": "nounderscore"},
    "username-as-email": {**VALID, "Username": "alice+tag@example.com"},
}

# The operations that make, move and observe a user, with one request each.
LIFECYCLE = {
    "AdminConfirmSignUp": {"UserPoolId": POOL, "Username": "alice"},
    "AdminCreateUser": {
        "UserPoolId": POOL,
        "Username": "alice",
        "TemporaryPassword": "Temp0rary!",
        "MessageAction": "SUPPRESS",
        "UserAttributes": [{"Name": "email", "Value": "alice@example.com"}],
    },
    "AdminDeleteUser": {"UserPoolId": POOL, "Username": "alice"},
    "AdminDisableUser": {"UserPoolId": POOL, "Username": "alice"},
    "AdminEnableUser": {"UserPoolId": POOL, "Username": "alice"},
    "AdminGetUser": {"UserPoolId": POOL, "Username": "alice"},
    "AdminInitiateAuth": {
        "UserPoolId": POOL,
        "ClientId": "client",
        "AuthFlow": "ADMIN_USER_PASSWORD_AUTH",
        "AuthParameters": {"USERNAME": "alice", "PASSWORD": "Perm4nent!"},
    },
    "AdminResetUserPassword": {"UserPoolId": POOL, "Username": "alice"},
    "AdminRespondToAuthChallenge": {
        "UserPoolId": POOL,
        "ClientId": "client",
        "ChallengeName": "NEW_PASSWORD_REQUIRED",
        "ChallengeResponses": {"USERNAME": "alice", "NEW_PASSWORD": "Perm4nent!"},
        "Session": "s" * 20,
    },
    "AdminSetUserPassword": VALID,
    "AdminUserGlobalSignOut": {"UserPoolId": POOL, "Username": "alice"},
    "ChangePassword": {"PreviousPassword": "Old1!old", "ProposedPassword": "Perm4nent!", "AccessToken": "t.t.t"},
    "ConfirmForgotPassword": {
        "ClientId": "client",
        "Username": "alice",
        "ConfirmationCode": "123456",
        "Password": "Perm4nent!",
    },
    "ConfirmSignUp": {"ClientId": "client", "Username": "alice", "ConfirmationCode": "123456"},
    "CreateUserPool": {"PoolName": "pool", "Policies": {"PasswordPolicy": {"MinimumLength": 8}}},
    "CreateUserPoolClient": {"UserPoolId": POOL, "ClientName": "client", "ExplicitAuthFlows": ["ALLOW_USER_SRP_AUTH"]},
    "DeleteUserPool": {"UserPoolId": POOL},
    "DescribeUserPool": {"UserPoolId": POOL},
    "ForgotPassword": {"ClientId": "client", "Username": "alice"},
    "InitiateAuth": {
        "ClientId": "client",
        "AuthFlow": "USER_PASSWORD_AUTH",
        "AuthParameters": {"USERNAME": "alice", "PASSWORD": "Perm4nent!"},
    },
    "ListUsers": {"UserPoolId": POOL, "Filter": 'username = "alice"'},
    "RespondToAuthChallenge": {
        "ClientId": "client",
        "ChallengeName": "NEW_PASSWORD_REQUIRED",
        "ChallengeResponses": {"USERNAME": "alice", "NEW_PASSWORD": "Perm4nent!"},
        "Session": "s" * 20,
    },
    "SignUp": {"ClientId": "client", "Username": "alice", "Password": "Perm4nent!"},
    "UpdateUserPool": {"UserPoolId": POOL, "Policies": {"PasswordPolicy": {"MinimumLength": 12}}},
}


def call(client, operation, parameters):
    """The call of an AWS operation, by AWS's name for it."""
    methods = {name: method for method, name in client.meta.method_to_api_mapping.items()}
    return lambda: getattr(client, methods[operation])(**parameters)


def _text(value):
    return value.decode("utf-8", "backslashreplace") if isinstance(value, bytes) else value


def sent_by(observed, call_):
    """The facts of the one request that a call sends, or what became of the call instead."""
    CLOCK.restart()
    observed.requests.clear()
    result = outcome(call_)
    if not observed.requests:
        return {"sent": result}
    request = observed.requests[0]
    seen = {"url": request.url, "method": request.method, "body": _text(request.body), "sent": result}
    for name, value in request.headers.items():
        seen[f"header/{name}"] = _text(value)
    return seen


def wire():
    """Bytes and headers of requests, and what decides them."""
    observed = Observed(make())
    with_token = Observed(make(token="session-token"))
    unsigned = Observed(make(config=Config(signature_version=botocore.UNSIGNED)))
    for name, parameters in WIRE.items():
        yield name, sent_by(observed, call(observed.client, "AdminSetUserPassword", parameters))
    for name, other in (("session-token", with_token), ("unsigned", unsigned)):
        yield name, sent_by(other, call(other.client, "AdminSetUserPassword", VALID))
    for operation, parameters in LIFECYCLE.items():
        if operation in observed.client.meta.method_to_api_mapping.values():
            yield operation, sent_by(observed, call(observed.client, operation, parameters))


# --- answers ----------------------------------------------------------------------------------------------------------

HTML = {"Content-Type": "text/html"}
SUCCESSES = {
    "empty-object": (200, b"{}", {}),
    "empty-body": (200, b"", {}),
    "no-content": (204, b"", {}),
    "html": (200, b"<html>hotel network</html>", HTML),
    "broken-json": (200, b'{"a": ', {}),
    "list": (200, b"[]", {}),
    "null": (200, b"null", {}),
    "extra-members": (200, b'{"New": 1}', {}),
    "error-document": (200, b'{"__type": "UserNotFoundException", "message": "no"}', {}),
    "created": (201, b"{}", {}),
    "not-utf-8": (200, b"\xff\xfe", {}),
    "redirect": (302, b"", {"Location": "http://127.0.0.1:9/"}),
}
CODES = (
    "InternalErrorException",
    "InvalidParameterException",
    "InvalidPasswordException",
    "NotAuthorizedException",
    "OperationNotEnabledException",
    "PasswordHistoryPolicyViolationException",
    "ResourceNotFoundException",
    "TooManyRequestsException",
    "UserNotFoundException",
    "AccessDeniedException",
    "LimitExceededException",
    "ThrottlingException",
    "SerializationException",
    "UnknownOperationException",
    "InvalidSignatureException",
    "UnrecognizedClientException",
    "UserNotConfirmedException",
    "PasswordResetRequiredException",
    "ForbiddenException",
    "SomethingNewException",
)
ERRORS = {
    "namespace": (400, b'{"__type": "com.amazonaws.cognito#UserNotFoundException", "message": "no"}', {}),
    "uri-suffix": (400, b'{"__type": "UserNotFoundException:http://internal.amazon.com/x/", "message": "no"}', {}),
    "code-member": (400, b'{"code": "UserNotFoundException", "message": "no"}', {}),
    "capital-message": (400, b'{"__type": "UserNotFoundException", "Message": "no"}', {}),
    "both-messages": (400, b'{"__type": "UserNotFoundException", "message": "a", "Message": "b"}', {}),
    "no-message": (400, b'{"__type": "UserNotFoundException"}', {}),
    "null-message": (400, b'{"__type": "UserNotFoundException", "message": null}', {}),
    "numeric-message": (400, b'{"__type": "UserNotFoundException", "message": 1}', {}),
    "reason-code": (400, b'{"__type": "InvalidParameterException", "message": "no", "reasonCode": "R1"}', {}),
    "extra-member": (400, b'{"__type": "UserNotFoundException", "message": "no", "detail": "x"}', {}),
    "header-only": (400, b"{}", {"x-amzn-errortype": "UserNotFoundException"}),
    "header-and-body": (
        400,
        b'{"__type": "UserNotFoundException", "message": "no"}',
        {"x-amzn-errortype": "NotAuthorizedException"},
    ),
    "query-error": (
        400,
        b'{"__type": "UserNotFoundException", "message": "no"}',
        {"x-amzn-query-error": "Other;Sender"},
    ),
    "empty": (400, b"", {}),
    "html-400": (400, b"<html>no</html>", HTML),
    "html-403": (403, b"<html>no</html>", HTML),
    "html-404": (404, b"<html>no</html>", HTML),
    "broken-json": (400, b'{"__type": ', {}),
    "list": (400, b"[]", {}),
    "null": (400, b"null", {}),
    "not-utf-8": (400, b"\xff\xfe", {}),
    "not-found-404": (404, b'{"__type": "ResourceNotFoundException", "message": "no"}', {}),
    "unauthorized-401": (401, b'{"__type": "NotAuthorizedException", "message": "no"}', {}),
    "too-large-413": (413, b"", {}),
}


def answers():
    """What is made of answers: returned members, or class, code, message and members of the error."""
    observed = Observed(make(config=Config(retries={"max_attempts": 0})))
    operation = call(observed.client, "AdminSetUserPassword", VALID)
    for name, (status, body, headers) in SUCCESSES.items():
        observed.reply = lambda status=status, body=body, headers=headers: answer(status, body, headers)
        yield f"success/{name}", outcome(operation)
    for name, (status, body, headers) in ERRORS.items():
        observed.reply = lambda status=status, body=body, headers=headers: answer(status, body, headers)
        yield f"error/{name}", outcome(operation)
    for code in CODES:
        observed.reply = error(code)
        yield f"code/{code}", outcome(operation)
    observed.reply = lambda: answer(200, {"Username": "alice", "UserStatus": "NEW_STATUS", "UserCreateDate": 1.5e9})
    yield (
        "success/AdminGetUser",
        json.loads(json.dumps(outcome(call(observed.client, "AdminGetUser", LIFECYCLE["AdminGetUser"])), default=str)),
    )


# --- validation -------------------------------------------------------------------------------------------------------


def _without(name):
    return {key: value for key, value in VALID.items() if key != name}


VALIDATION = {
    **{f"missing-{name}": _without(name) for name in ("UserPoolId", "Username", "Password")},
    "nothing": {},
    "unknown-member": {**VALID, "ClientMetadata": {"a": "b"}},
    "lower-case-member": {**VALID, "username": "alice"},
    **{f"empty-{name}": {**VALID, name: ""} for name in ("UserPoolId", "Username", "Password")},
    **{f"none-{name}": {**VALID, name: None} for name in VALID},
    **{f"number-{name}": {**VALID, name: 1} for name in VALID},
    **{f"bytes-{name}": {**VALID, name: b"x"} for name in VALID},
    **{f"list-{name}": {**VALID, name: []} for name in VALID},
    "text-Permanent": {**VALID, "Permanent": "true"},
    "short-Password": {**VALID, "Password": "Aa1!"},
    "long-Password": {**VALID, "Password": "Aa1!" * 65},
    "space-in-Password": {**VALID, "Password": "a b"},
    "long-Username": {**VALID, "Username": "u" * 200},
    "long-UserPoolId": {**VALID, "UserPoolId": "us-east-1_" + "a" * 60},
    "malformed-UserPoolId": {**VALID, "UserPoolId": "no underscore"},
}


def validation():
    """Which parameters are refused before anything is sent."""
    observed = Observed(make())
    for name, parameters in VALIDATION.items():
        observed.requests.clear()
        result = outcome(call(observed.client, "AdminSetUserPassword", parameters))
        yield name, "sent" if observed.requests else result


# --- retries ----------------------------------------------------------------------------------------------------------


def _url():
    return {"endpoint_url": "https://example.com/"}


FAULTS = {
    **{
        code: error(code)
        for code in (
            "TooManyRequestsException",
            "LimitExceededException",
            "ThrottlingException",
            "ThrottledException",
            "Throttling",
            "RequestLimitExceeded",
            "ProvisionedThroughputExceededException",
            "SlowDown",
            "RequestTimeout",
            "UserNotFoundException",
            "NotAuthorizedException",
            "InvalidPasswordException",
            "RequestTimeTooSkewed",
            "ExpiredTokenException",
        )
    },
    "InternalErrorException-500": error("InternalErrorException", 500),
    "InternalErrorException-400": error("InternalErrorException", 400),
    "ServiceUnavailable-503": error("ServiceUnavailableException", 503),
    "empty-500": lambda: answer(500),
    "empty-501": lambda: answer(501),
    "empty-502": lambda: answer(502),
    "html-503": lambda: answer(503, b"<html>down</html>", HTML),
    "empty-504": lambda: answer(504),
    "empty-429": lambda: answer(429),
    "TooManyRequestsException-429": error("TooManyRequestsException", 429),
    "retry-after-header": error("InternalErrorException", 500, **{"Retry-After": "7"}),
    "x-amz-retry-after-header": error("InternalErrorException", 500, **{"x-amz-retry-after": "1500"}),
    "throttled-x-amz-retry-after": error("TooManyRequestsException", 400, **{"x-amz-retry-after": "1500"}),
    "connect-timeout": lambda: faults.ConnectTimeoutError(**_url()),
    "read-timeout": lambda: faults.ReadTimeoutError(**_url()),
    "unreachable": lambda: faults.EndpointConnectionError(error="refused", **_url()),
    "connection-closed": lambda: faults.ConnectionClosedError(**_url()),
    "tls": lambda: faults.SSLError(error="bad certificate", **_url()),
    "proxy": lambda: faults.ProxyConnectionError(proxy_url="http://proxy"),
    "other-http": lambda: faults.HTTPClientError(error="odd"),
}


def _attempts(observed, parameters=VALID):
    CLOCK.restart()
    result = outcome(call(observed.client, "AdminSetUserPassword", parameters))
    sent = [_text(request.headers.get("amz-sdk-request")) for request in observed.requests]
    return {
        "attempts": len(observed.requests),
        "delays": CLOCK.slept,
        "header": sent,
        "raised": result.get("raised") or result.get("crashed"),
    }


def retries():
    """How often and after which pauses a failing call is sent, per retry mode and fault."""
    for mode in MODES:
        config = None if mode == "default" else Config(retries={"mode": mode})
        for name, fault in FAULTS.items():
            yield f"{mode}/{name}", _attempts(Observed(make(config=config), fault))
    throttled, broken = FAULTS["TooManyRequestsException"], FAULTS["InternalErrorException-500"]
    settings = {
        "max_attempts=0": Config(retries={"max_attempts": 0}),
        "max_attempts=1": Config(retries={"max_attempts": 1}),
        "max_attempts=6": Config(retries={"max_attempts": 6}),
        "total_max_attempts=1": Config(retries={"total_max_attempts": 1}),
        "total_max_attempts=2": Config(retries={"total_max_attempts": 2}),
        "standard,max_attempts=1": Config(retries={"mode": "standard", "max_attempts": 1}),
        "standard,total_max_attempts=6": Config(retries={"mode": "standard", "total_max_attempts": 6}),
    }
    for name, config in settings.items():
        for kind, fault in (("throttled", throttled), ("broken", broken)):
            yield f"config:{name}/{kind}", _attempts(Observed(make(config=config), fault))
    for setting in ({"AWS_MAX_ATTEMPTS": "2"}, {"AWS_RETRY_MODE": "standard"}, {"AWS_RETRY_MODE": "legacy"}):
        name = ",".join(f"{key}={value}" for key, value in setting.items())
        for kind, fault in (("throttled", throttled), ("broken", broken)):
            yield f"environment:{name}/{kind}", _attempts(Observed(make(environment=setting), fault))
    quota = Observed(make(config=Config(retries={"mode": "standard"})), broken)
    for _ in range(70):
        quota.requests.clear()
        last = _attempts(quota)
    yield "standard/quota-after-70-failures", last
    healed = Observed(make(), None)
    replies = [broken, accepted]
    healed.reply = lambda: replies.pop(0)()
    yield "default/healed-by-the-second-attempt", _attempts(healed)


# --- settings and endpoints -------------------------------------------------------------------------------------------


def defaults():
    """Settings that a client has where nobody chose any."""
    client = make()
    config = client.meta.config
    names = "connect_timeout read_timeout max_pool_connections parameter_validation tcp_keepalive retries"
    names += " user_agent_extra request_min_compression_size_bytes disable_request_compression proxies client_cert"
    names += " inject_host_prefix ignore_configured_endpoint_urls signature_version region_name"
    names += (
        " request_checksum_calculation response_checksum_validation account_id_endpoint_mode sigv4a_signing_region_set"
    )
    for name in names.split():
        yield name, getattr(config, name, "not a setting")
    session = client._endpoint.http_session
    yield "http/timeout", str(getattr(session, "_timeout", None))
    yield "http/verify", getattr(session, "_verify", None)
    yield "service-name", client.meta.service_model.service_name
    yield "paginator/list_users", client.can_paginate("list_users")
    yield "method", client.meta.method_to_api_mapping.get("admin_set_user_password")
    chosen = make(config=Config(connect_timeout=3, read_timeout=4))
    yield "http/chosen-timeout", str(getattr(chosen._endpoint.http_session, "_timeout", None))


REGIONS = (
    "us-east-1",
    "us-west-2",
    "eu-west-1",
    "eu-central-2",
    "ap-southeast-5",
    "us-gov-west-1",
    "cn-north-1",
    "us-iso-east-1",
    "us-isob-east-1",
    "eu-isoe-west-1",
    "us-isof-south-1",
    "eusc-de-east-1",
    "il-central-1",
    "mx-central-1",
    "xx-nowhere-1",
)


def _reached(**options):
    try:
        observed = Observed(make(**options))
    except Exception as problem:
        return {"refused": type(problem).__name__, "text": str(problem)[:200]}
    seen = sent_by(observed, call(observed.client, "AdminSetUserPassword", VALID))
    if "url" not in seen:
        return seen["sent"]
    scope = seen.get("header/Authorization", "")
    return {"url": seen["url"], "scope": scope.partition("Credential=")[2].partition(",")[0].partition("/")[2]}


def endpoints():
    """Where requests go and for whom they are signed: regions, FIPS, dual stack, and the ways to choose an endpoint."""
    for region in REGIONS:
        for fips in (False, True):
            for dual in (False, True):
                kind = "+".join(["fips"] * fips + ["dual-stack"] * dual) or "plain"
                config = Config(use_fips_endpoint=fips, use_dualstack_endpoint=dual)
                yield f"{region}/{kind}", _reached(region=region, config=config)
    custom = "http://127.0.0.1:9/path"
    yield "option/endpoint_url", _reached(endpoint_url=custom)
    yield "option/endpoint_url+fips", _reached(endpoint_url=custom, config=Config(use_fips_endpoint=True))
    yield "option/malformed", _reached(endpoint_url="localhost:9")
    yield "environment/AWS_ENDPOINT_URL", _reached(environment={"AWS_ENDPOINT_URL": custom})
    own = {"AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER": custom}
    yield "environment/AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER", _reached(environment=own)
    ignored = {**own, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"}
    yield "environment/AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", _reached(environment=ignored)
    yield "environment/AWS_USE_FIPS_ENDPOINT", _reached(environment={"AWS_USE_FIPS_ENDPOINT": "true"})
    yield "environment/AWS_USE_DUALSTACK_ENDPOINT", _reached(environment={"AWS_USE_DUALSTACK_ENDPOINT": "true"})
    yield "environment/AWS_DEFAULT_REGION", _reached(region=None, environment={"AWS_DEFAULT_REGION": "eu-west-1"})
    yield "environment/AWS_REGION", _reached(region=None, environment={"AWS_REGION": "eu-west-1"})
    yield "no-region", _reached(region=None)
    yield "bad-region", _reached(region="us east 1")
    yield "no-credentials", _reached(keys=None)


# --- samples of every operation ---------------------------------------------------------------------------------------


def sample(shape, seen=()):
    """A value that the shape's constraints allow: required members only, the least that is enough."""
    if shape.name in seen:
        return {} if shape.type_name == "structure" else [] if shape.type_name == "list" else {}
    inner = (*seen, shape.name)
    least = max(int(shape.metadata.get("min", 0) or 0), 0)
    kind = shape.type_name
    if kind == "structure":
        names = shape.required_members
        if shape.metadata.get("union") or getattr(shape, "is_tagged_union", False):
            names = list(shape.members)[:1]
        return {name: sample(shape.members[name], inner) for name in names}
    if kind == "list":
        return [sample(shape.member, inner)] * least
    if kind == "map":
        return {f"key{number}": sample(shape.value, inner) for number in range(least)}
    if kind == "string":
        return sorted(shape.enum)[0] if getattr(shape, "enum", None) else "s" * max(least, 1)
    if kind == "boolean":
        return True
    if kind in ("integer", "long"):
        return max(least, 1)
    if kind in ("float", "double"):
        return float(max(least, 1))
    return b"blob" if kind == "blob" else 0


def samples():
    """Every operation of the service once, with its required members: whether it is sent, and with which members."""
    observed = Observed(make(), lambda: answer(200, b"{}"))
    model = observed.client.meta.service_model
    for name in sorted(model.operation_names):
        shape = model.operation_model(name).input_shape
        observed.requests.clear()
        parameters = sample(shape) if shape is not None else {}
        result = outcome(call(observed.client, name, parameters))
        refused = "crashed" in result or not observed.requests
        yield (
            name,
            result
            if refused
            else {
                "target": _text(observed.requests[0].headers.get("X-Amz-Target")),
                "body": _text(observed.requests[0].body),
                "signed": "Authorization" in observed.requests[0].headers,
            },
        )


LAYERS = {
    "wire": wire,
    "answers": answers,
    "validation": validation,
    "retries": retries,
    "defaults": defaults,
    "endpoints": endpoints,
    "samples": samples,
}


def main():
    """Print the facts: {"versions": {...}, "facts": {"wire/permanent/body": ...}}."""
    global _BOTO3
    versions = {"botocore": botocore.__version__}
    if "boto3" in sys.argv[1:]:
        import boto3

        _BOTO3 = boto3
        versions["boto3"] = boto3.__version__
    facts = {}
    for layer, observe in LAYERS.items():
        for name, seen in observe():
            if layer in ("wire", "retries") and isinstance(seen, dict):
                for part, value in seen.items():
                    facts[f"{layer}/{name}/{part}"] = value
            else:
                facts[f"{layer}/{name}"] = seen
    printed = json.dumps({"versions": versions, "facts": facts}, sort_keys=True, default=str)
    sys.stdout.write(f"{printed}\n")


if __name__ == "__main__":
    main()
