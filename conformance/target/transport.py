"""The transport of the suite's own clients, and what keeps botocore's within the same bounds."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import urllib3
from botocore.exceptions import (
    ConnectionClosedError,
    ConnectionError,
    ConnectTimeoutError,
    EndpointConnectionError,
    HTTPClientError,
    IncompleteReadError,
    ReadTimeoutError,
    SSLError,
)
from botocore.httpsession import get_cert_path
from botocore.utils import is_valid_endpoint_url, is_valid_ipv6_endpoint_url

from conformance.errors import ConnectionClosed, Inconclusive
from conformance.target.exchange import Received, Sent
from conformance.target.retries import READ_SECONDS, in_time, timeout, watched

if TYPE_CHECKING:
    from conformance.target.definition import Endpoint

# No answer of Cognito comes near: the longest is a page of 60 users.
BODY_BYTES = 10_000_000
_CHUNK = 65_536
# A name that botocore takes, in place of one that it does not.
_STAND_IN = "endpoint.invalid"


def whole(answer: Any) -> bytes:
    """The body of an answer of urllib3, none of which is read yet.

    Raises Inconclusive where it has more than BODY_BYTES, or is cut off; its connection is closed then, as after any
    fault. No request is made again that was answered in part: the service has done what it asks."""
    body = bytearray()
    answer.enforce_content_length = True  # botocore asks for the opposite, and takes a part for the whole
    try:
        for chunk in answer.stream(_CHUNK):
            body += chunk
            if len(body) > BODY_BYTES:
                raise Inconclusive(f"an answer of more than {BODY_BYTES // 1_000_000} MB")
    except urllib3.exceptions.ProtocolError:
        answer.close()
        promised = answer.headers.get("Content-Length")
        where = f" after {len(body)} of {promised} bytes" if promised else ", or its chunks are malformed"
        raise Inconclusive(f"the answer was cut off{where}") from None
    except BaseException:
        answer.close()
        raise
    return bytes(body)


class Transport:
    """Sends what a client of the suite's own asks an endpoint: through its gate, or on kept connections, by no proxy.

    The certificates to trust are the endpoint's, else those of AWS_CA_BUNDLE, or certifi's; `read_seconds` is how long
    the endpoint may be silent."""

    def __init__(self, endpoint: Endpoint, read_seconds: float = READ_SECONDS) -> None:
        self._endpoint = endpoint
        authorities = endpoint.ca_bundle or os.environ.get("AWS_CA_BUNDLE") or get_cert_path(True)
        http = urllib3.PoolManager(maxsize=32, retries=False, timeout=timeout(read_seconds), ca_certs=authorities)
        self._pool = watched(http).connection_from_url(endpoint.url)

    def send(self, operation: str, sent: Sent, seconds: float | None = None) -> Received:
        """The whole answer to a request, which is sent once, within `seconds` (retries.EXCHANGE_SECONDS).

        A gate sends in its own way, and has time limits of its own. Raises Inconclusive where no answer came,
        ConnectionClosed where the connection was closed in its place."""
        if self._endpoint.gate is not None:
            return self._endpoint.gate.send(sent)
        try:
            return in_time(operation, lambda: self._answer(sent), seconds)
        except urllib3.exceptions.HTTPError as fault:
            raise transport_fault(operation, as_of_botocore(fault, self._endpoint.url)) from None

    def _answer(self, sent: Sent) -> Received:
        answer = self._pool.urlopen(
            sent.method,
            urlsplit(sent.url).path or "/",
            body=sent.body,
            headers=sent.headers,
            redirect=False,
            assert_same_host=False,
            preload_content=False,
            decode_content=False,  # as botocore has it
        )
        return Received(answer.status, {name.lower(): value for name, value in answer.headers.items()}, whole(answer))


def as_of_botocore(fault: urllib3.exceptions.HTTPError, url: str) -> Exception:
    """A fault of urllib3 as botocore words it, which is how a user of boto3 knows it."""
    kind: type[Any]
    match fault:
        case urllib3.exceptions.SSLError():
            kind = SSLError
        case urllib3.exceptions.NewConnectionError():
            kind = EndpointConnectionError
        case urllib3.exceptions.ConnectTimeoutError():
            kind = ConnectTimeoutError
        case urllib3.exceptions.ReadTimeoutError():
            kind = ReadTimeoutError
        case urllib3.exceptions.ProtocolError():
            kind = ConnectionClosedError
        case _:
            kind = HTTPClientError
    worded: Exception = kind(endpoint_url=url, error=fault)
    return worded


# What botocore raises where there was no answer.
TRANSPORT_FAULTS = (ConnectionError, HTTPClientError, IncompleteReadError)


def transport_fault(operation: str, fault: Exception) -> Inconclusive:
    """What one of TRANSPORT_FAULTS is to the suite."""
    kind = ConnectionClosed if isinstance(fault, ConnectionClosedError) else Inconclusive
    return kind(f"{operation}: {fault}")


class BoundedSession:
    """botocore's HTTP session, reading no more of an answer than `whole` does."""

    def __init__(self, session: Any) -> None:
        self._session = session

    def send(self, request: Any) -> Any:
        """The answer, with its body read."""
        request.stream_output = True  # the body is left to us
        response = self._session.send(request)
        try:
            response._content = whole(response.raw)
        except urllib3.exceptions.HTTPError as fault:
            raise as_of_botocore(fault, request.url) from None
        return response

    def close(self) -> None:
        """Close its connections."""
        self._session.close()


def acceptable(url: str) -> str:
    """The URL, with another host where botocore does not take its own, such as `my_service` of Docker Compose."""
    if is_valid_endpoint_url(url) or is_valid_ipv6_endpoint_url(url):
        return url
    parts = urlsplit(url)
    port = f":{parts.port}" if parts.port is not None else ""
    return parts._replace(netloc=f"{_STAND_IN}{port}").geturl()


def addressed(client: Any, url: str) -> None:
    """Let a client that was made for `acceptable(url)` send to `url`: the host is put right before it is signed."""
    stand_in = acceptable(url)
    if stand_in != url:
        client.meta.events.register_first("request-created", _redirect(stand_in, url))


def _redirect(before: str, after: str) -> Callable[..., None]:
    def put_right(request: Any, **_: Any) -> None:
        request.url = request.url.replace(before, after, 1)

    return put_right
