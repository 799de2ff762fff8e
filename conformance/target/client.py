"""The plain client that arranges and observes. It is never the binding under test, and never judges."""

from __future__ import annotations

import io
import os
import time
import traceback
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import boto3
import botocore.loaders
import botocore.parsers
import botocore.session
import urllib3
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.config import Config
from botocore.credentials import ReadOnlyCredentials
from botocore.exceptions import BotoCoreError, ParamValidationError
from botocore.model import OperationModel

from conformance.console import printable
from conformance.errors import BadInput, Blocked, Inconclusive
from conformance.target import retries
from conformance.target.answers import Answers
from conformance.target.definition import Endpoint
from conformance.target.exchange import ARRANGING, Gate, Sent, sent_by
from conformance.target.retries import (
    CONNECT_SECONDS,
    READ_SECONDS,
    THROTTLED_ATTEMPTS,
    patiently,
    pauses,
    watched,
)
from conformance.target.signature import signed
from conformance.target.transport import BoundedSession, Transport, acceptable, addressed
from conformance.verdict.journal import Journal, describe
from conformance.verdict.observed import THROTTLED, UNIMPLEMENTED, UNPARSABLE

# How long to wait for a first sign of life.
PATIENCE_SECONDS = 5.0
# For the first of all: an emulator may load the service only then.
FIRST_ANSWER_SECONDS = 30.0
_AGAIN_SECONDS = 0.2

# What a member is in Python, by the model's types; of the others none is asked for.
_TYPES: dict[str, type] = {"string": str, "boolean": bool, "list": list, "structure": dict}

# Where botocore is to look for the caller's configuration: nowhere.
_NO_FILES = {
    "profile": (None, None, None, None),
    "config_file": (None, None, os.devnull, None),
    "credentials_file": (None, None, os.devnull, None),
}


class ServiceError(Exception):
    """The service answered with an error: its name (`code`) and text."""

    def __init__(self, operation: str, code: str, message: str) -> None:
        super().__init__(f"{operation} answered {code}: {message}")
        self.operation = operation
        self.code = code
        self.message = message


def from_the_parser(error: Exception) -> bool:
    """Whether botocore raised this while it read a body: then the answer is not what the model says.

    The parser raises ResponseParserError, or whatever decoding the body came upon; from anywhere else the same
    exception is a fault of the client, or of this suite."""
    frames = traceback.walk_tb(error.__traceback__)
    return any(frame.f_code.co_filename == botocore.parsers.__file__ for frame, _ in frames)


def client(endpoint: Endpoint, *, sender: str = ARRANGING) -> Any:
    """A boto3 client of cognito-idp for `endpoint` that no profile, proxy setting or variable redirects.

    It tries once: botocore's own retries have a quota per client, which would make verdicts depend on order.

    Raises BadInput where a variable or the region is nothing that boto3 can use."""
    held = endpoint.credentials
    if hasattr(held, "get_frozen_credentials"):  # they change: each request asks for them anew
        session, key = _session(), {}
        session._session.register_component("credential_provider", _Given(held))
    else:
        session = _lasting_session(os.environ.get("AWS_DATA_PATH"))
        names = ("aws_access_key_id", "aws_secret_access_key", "aws_session_token")
        key = dict(zip(names, held, strict=False))
    try:
        made = session.client(
            "cognito-idp",
            **key,
            endpoint_url=acceptable(endpoint.url),
            region_name=endpoint.region,
            verify=endpoint.ca_bundle,
            config=Config(
                connect_timeout=CONNECT_SECONDS,
                read_timeout=READ_SECONDS,
                retries={"mode": "standard", "total_max_attempts": 1},
                max_pool_connections=32,
                proxies={},
                use_fips_endpoint=False,
                use_dualstack_endpoint=False,
            ),
        )
    except BotoCoreError as error:
        raise BadInput(f"the AWS configuration cannot be used: {error}") from None
    addressed(made, endpoint.url)
    watched(made._endpoint.http_session._manager)
    made._endpoint.http_session = BoundedSession(made._endpoint.http_session)
    if endpoint.gate is not None:
        made.meta.events.register_first("before-send.cognito-idp", _through(endpoint.gate, sender))
    return made


class _Given:
    """The chain of providers, as botocore knows it, that has these credentials, which may change."""

    def __init__(self, credentials: Any) -> None:
        self._credentials = credentials

    def load_credentials(self) -> Any:
        """The credentials, as an object that botocore asks for them before each request."""
        return self._credentials


def _through(gate: Gate, sender: str) -> Callable[..., AWSResponse]:
    """What botocore asks before it sends: given an answer, it sends nothing itself."""

    def send(request: Any, **_: Any) -> AWSResponse:
        received = gate.send(sent_by(sender, request))
        raw = urllib3.HTTPResponse(io.BytesIO(received.body), received.headers, received.status, preload_content=False)
        return AWSResponse(request.url, received.status, HTTPHeaders.from_dict(dict(received.headers)), raw)

    return send


def _session() -> boto3.session.Session:
    session = botocore.session.Session(session_vars=_NO_FILES)
    session.register_component("data_loader", _loader(session.get_config_variable("data_path")))
    return boto3.session.Session(botocore_session=session)


@cache
def _lasting_session(_data_path: str | None) -> boto3.session.Session:
    """The session of all clients with a key that stays: making one takes longer than making a client.

    AWS_DATA_PATH is the one variable that a session reads only when it is made."""
    return _session()


@cache
def _loader(path: str | None) -> botocore.loaders.Loader:
    """Return the one reader of botocore's models: it keeps what it has read, for every client of this process."""
    return botocore.loaders.create_loader(path)


class Cognito:
    """cognito-idp at an endpoint, called with AWS's own operation and parameter names.

    It validates, serializes and parses with the parts of a boto3 client, and leaves out what is between them (hooks,
    rules for endpoints, retries): that takes longer than the rest of a request."""

    def __init__(self, endpoint: Endpoint, *, read_seconds: float = READ_SECONDS) -> None:
        self.endpoint = endpoint
        self.journal = Journal(endpoint.secrets)
        # Set once a target was seen to refuse the name of its own SRP challenge, and to take the one that was typed.
        self.typed_names_in_srp = False
        made = client(endpoint)
        self.answers = Answers()
        self._service_model = made.meta.service_model
        self._serializer, self._parser = made._serializer, made._response_parser
        self._transport = Transport(endpoint, read_seconds)

    def call(self, operation: str, **parameters: Any) -> dict[str, Any]:
        """The members that the service answered with.

        Raises ServiceError for an error answer, Inconclusive for a transport fault or lasting throttling."""
        sent = describe(operation, parameters)
        answer = self.answer(operation, parameters)
        if isinstance(answer, ServiceError):
            self.journal.record(sent, f"{answer.code}: {answer.message}", operation, parameters)
            if answer.code in THROTTLED:
                raise Inconclusive(f"{operation} was throttled {THROTTLED_ATTEMPTS} times ({answer.code})")
            raise answer
        members = {name: value for name, value in answer.items() if name != "ResponseMetadata"}
        self.journal.record(sent, describe("HTTP 200", members), operation, parameters, members)
        return members

    def answer(
        self, operation: str, parameters: dict[str, Any], seconds: float | None = None
    ) -> dict[str, Any] | ServiceError:
        """What the service answers, an error included, after as many attempts as it is worth.

        Raises Inconclusive for a transport fault, and after `seconds` (EXCHANGE_SECONDS)."""
        if self.endpoint.gate is not None:  # which knows what may be sent again, and has time limits of its own
            return self._ask(operation, parameters)
        return patiently(lambda: self._ask(operation, parameters, seconds), _pauses)

    def _ask(
        self, operation: str, parameters: dict[str, Any], seconds: float | None = None
    ) -> dict[str, Any] | ServiceError:
        model = self._service_model.operation_model(operation)
        try:
            sent = self._request(model, parameters)
        except ParamValidationError as problem:  # such as a Session that the target gave, outside the model
            raise Blocked(f"{operation} cannot be sent with what the target answered: {problem}", operation) from None
        received = self._transport.send(operation, sent, seconds)
        answered = {
            "status_code": received.status,
            "headers": received.headers,
            "body": received.body,
            "context": {"operation_name": operation},
        }
        self.answers.weigh(model, answered)
        try:
            answer: dict[str, Any] = self._parser.parse(answered, model.output_shape)
        except Exception as error:
            if not from_the_parser(error):
                raise
            return ServiceError(operation, UNPARSABLE, str(error)[:200])
        if received.status >= 300:
            return ServiceError(operation, answer["Error"]["Code"], answer["Error"].get("Message", ""))
        return answer

    def _request(self, model: OperationModel, parameters: dict[str, Any]) -> Sent:
        """The request as an SDK sends it: signed, unless the model says that the operation takes no signature."""
        written = self._serializer.serialize_to_request(parameters, model)
        url, headers, body = f"{self.endpoint.url}/", written["headers"], written["body"]
        if model.auth_type != "none":
            credentials = ReadOnlyCredentials(*self.endpoint.credentials)  # at once: they may change meanwhile
            headers = signed(credentials, self.endpoint.region, url, headers, body)
        return Sent(ARRANGING, written["method"], url, headers, body)

    def arrange(self, operation: str, *members: str, **parameters: Any) -> dict[str, Any]:
        """As `call`, for a step that must work before anything can be judged.

        `members` name what the answer must carry, a dot for each level. Raises Blocked where it fails or lacks one."""
        try:
            answer = self.call(operation, **parameters)
        except ServiceError as error:
            missing = f"is not implemented: {error.message or error.code}"
            reason = missing if error.code in UNIMPLEMENTED else f"answered {error.code}: {error.message}"
            raise Blocked(self.journal.anonymous(f"{operation} {reason}"), operation) from None
        output = self._service_model.operation_model(operation).output_shape
        for path in members:
            value: Any = answer
            shape = output
            for name in path.split("."):
                value = value.get(name) if isinstance(value, dict) else None
                shape = shape.members[name]
            if value is None:
                raise Blocked(f"{operation} answered without {path}", operation)
            # botocore's parser looks at timestamps and structures only.
            if not isinstance(value, _TYPES.get(shape.type_name, object)):
                raise Blocked(f"{operation} answered with {path} that is not a {shape.type_name}", operation)
        return answer


def unusable_because(endpoint: Endpoint, seconds: float | None = None) -> str | None:
    """Why the endpoint cannot be judged, or None if it speaks AWS JSON.

    It has `seconds` to answer, PATIENCE_SECONDS by default."""
    patience = seconds or PATIENCE_SECONDS
    service = Cognito(endpoint, read_seconds=patience)
    try:
        answer = service.answer("ListUserPools", {"MaxResults": 1}, max(patience, retries.EXCHANGE_SECONDS))
    except Inconclusive as fault:
        return str(fault)
    if isinstance(answer, ServiceError):
        if answer.code == UNPARSABLE:
            return "it answers something that is not AWS JSON"
        return f"it answers {answer.code}, which Cognito never does" if answer.code.isdigit() else None
    if "UserPools" in answer:
        return None
    kind = answer.get("ResponseMetadata", {}).get("HTTPHeaders", {}).get("content-type", "")
    return f"it answers ListUserPools without UserPools{f', but with {printable(kind)}' if kind else ''}"


def await_service(endpoint: Endpoint, seconds: float) -> None:
    """Wait until ListUserPools is answered: an emulator may load the service only when it is first called.

    Raises Inconclusive where that takes more than `seconds`."""
    deadline = time.monotonic() + seconds
    while (problem := unusable_because(endpoint, max(1.0, deadline - time.monotonic()))) is not None:
        if time.monotonic() > deadline:
            raise Inconclusive(f"{endpoint.url} did not answer within {seconds:g} s of its start: {problem}")
        time.sleep(_AGAIN_SECONDS)


def _pauses(answer: dict[str, Any] | ServiceError) -> Sequence[float]:
    return pauses(answer.code) if isinstance(answer, ServiceError) else ()
