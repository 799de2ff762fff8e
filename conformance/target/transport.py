"""What keeps botocore's transport within bounds: how long an answer may be, and which host names it takes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import urllib3
from botocore.exceptions import HTTPClientError, ReadTimeoutError
from botocore.utils import is_valid_endpoint_url, is_valid_ipv6_endpoint_url

from conformance.errors import Inconclusive

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
        except urllib3.exceptions.ReadTimeoutError as fault:
            raise ReadTimeoutError(endpoint_url=request.url, error=fault) from None
        except urllib3.exceptions.HTTPError as fault:
            raise HTTPClientError(error=fault) from None
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
