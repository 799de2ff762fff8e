"""The socket: TLS to one host, without proxy, redirect or retry; or to a stand-in on the loopback in its place."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import urllib3
from botocore.httpsession import get_cert_path

from conformance.errors import BadInput, Inconclusive
from conformance.target.exchange import Received, Sent
from conformance.target.retries import timeout, watched_pool


@dataclass(frozen=True)
class StandIn:
    """A service on the loopback that plays AWS: its port, the certificate authority that vouches for its host names.

    `pace` makes the waits of a run shorter."""

    port: int
    authority: Path
    pace: float = 1.0

    @classmethod
    def read(cls, path: Path) -> StandIn:
        """What the stand-in wrote to its file.

        Raises BadInput where that is something else."""
        try:
            notes = json.loads(path.read_text(encoding="utf-8"))
            return cls(int(notes["port"]), path.parent / notes["authority"], float(notes.get("pace", 1)))
        except (OSError, ValueError, LookupError, TypeError):
            raise BadInput(f"--stand-in {path} does not describe a running stand-in (see docs/aws.md)") from None


class Network:
    """Sends to the host that a request names; with a stand-in every connection goes to the loopback instead."""

    def __init__(self, stand_in: StandIn | None = None) -> None:
        self._stand_in = stand_in
        self._pools: dict[str, urllib3.HTTPSConnectionPool] = {}

    def __call__(self, sent: Sent) -> Received:
        """The answer to a request.

        Raises Inconclusive where none came; whether the request was carried out is not known then."""
        host = urlsplit(sent.url).hostname or ""
        path = urlsplit(sent.url).path or "/"
        headers = {name: value for name, value in sent.headers.items() if name.lower() != "host"}
        try:
            answer = self._pool(host).request(
                sent.method,
                path,
                body=sent.body,
                headers={**headers, "Host": host},
                redirect=False,
                assert_same_host=False,
            )
        except urllib3.exceptions.HTTPError as fault:
            raise Inconclusive(f"{sent.operation or host}: {fault}") from None
        return Received(answer.status, {name.lower(): value for name, value in answer.headers.items()}, answer.data)

    def close(self) -> None:
        """Close every connection."""
        for pool in self._pools.values():
            pool.close()

    def _pool(self, host: str) -> urllib3.HTTPSConnectionPool:
        if host not in self._pools:
            place = self._stand_in
            self._pools[host] = watched_pool(urllib3.HTTPSConnectionPool)(
                "127.0.0.1" if place else host,
                place.port if place else 443,
                maxsize=32,
                retries=False,
                timeout=timeout(),
                ca_certs=str(place.authority) if place else get_cert_path(True),
                server_hostname=host,
                assert_hostname=host,
            )
        return self._pools[host]
