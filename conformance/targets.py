"""The endpoints that can be judged, and how each is started and stopped."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import botocore.session
from botocore.credentials import Credentials, ReadOnlyCredentials
from botocore.exceptions import BotoCoreError

from conformance.data import FIXTURES
from conformance.verdicts import BadInput, Inconclusive

REGION = "us-east-1"
# Harmless on purpose: neither is a key that AWS issues, and both are hidden from every artefact all the same.
INVENTED = ReadOnlyCredentials("conformance-key-id", "conformance-secret-key", None)
_AWS_DOMAINS = (
    "amazonaws.com",
    "amazonaws.com.cn",
    "amazonaws.eu",
    "api.aws",
    "api.amazonwebservices.com.cn",
    "aws.dev",
)
_START_SECONDS = 60
_PROCESSES = {"moto": "conformance.moto_process", "reference": "conformance.reference.process"}


@dataclass(frozen=True)
class Endpoint:
    """Where requests go and who sends them. The credentials stay out of every representation."""

    url: str
    region: str
    credentials: ReadOnlyCredentials

    def __repr__(self) -> str:
        return f"Endpoint({self.url!r}, {self.region!r})"

    @property
    def secrets(self) -> tuple[str, ...]:
        """The values that no artefact may contain."""
        return tuple(value for value in self.credentials if value)


@dataclass(frozen=True)
class Federated:
    """Users who signed in through a provider before the run; each is used up by one result.

    The client allows the flows with a password."""

    user_pool_id: str
    client_id: str
    usernames: tuple[str, ...]


@dataclass(frozen=True)
class Target:
    """An endpoint under test. `url` is None for one that the suite starts by itself.

    `control` is the path at which it can be told more than Cognito's operations can say, `federated` the users whom it
    has from a provider."""

    name: str
    title: str
    version: str | None = None
    url: str | None = None
    control: str | None = None
    federated: Federated | None = None

    @contextmanager
    def running(self) -> Iterator[Endpoint]:
        """The endpoint, ready for requests until the block ends.

        Raises Inconclusive where an embedded target does not start."""
        if self.url is not None:
            yield Endpoint(self.url, *_identity())
            return
        with _embedded(self.name) as url:
            yield Endpoint(url, REGION, INVENTED)


def resolve(name: str | None, endpoint_url: str | None) -> Target:
    """The target that a command names.

    Raises BadInput for an unknown target, one that is not installed, an endpoint that may not be judged."""
    if endpoint_url is not None:
        _check(endpoint_url)
        label = name or "endpoint"
        said = _files().get(label, {})
        title, url = said.get("title", endpoint_url), endpoint_url.rstrip("/")
        return Target(label, title, None, url, said.get("control"), federated(label, said))
    name = name or "moto"
    if name not in _files():
        known = ", ".join(sorted(known_targets()))
        raise BadInput(f"unknown target {name!r}: choose one of {known}, or give any endpoint with --endpoint-url")
    said = _files()[name]
    if name == "reference":
        return Target(name, said["title"], control=said.get("control"), federated=federated(name, said))
    try:
        return Target(name, said["title"], version("moto"))
    except PackageNotFoundError:
        raise BadInput("target moto is not installed: run pip install 'cognito-conformance[moto]'") from None


def known_targets() -> dict[str, str]:
    """The targets that the suite can start, with a sentence on each."""
    return {name: said["title"] for name, said in _files().items()}


def federated(name: str, said: Mapping[str, Any]) -> Federated | None:
    """The users whom a target's file names under [federated], if it does.

    Raises BadInput where the table is not as it should be."""
    if "federated" not in said:
        return None
    match said["federated"]:
        case {"user_pool_id": str(pool), "client_id": str(client), "usernames": [str(), *_] as names, **more} if (
            not more and all(isinstance(name, str) for name in names) and len(set(names)) == len(names)
        ):
            return Federated(pool, client, tuple(names))
    raise BadInput(
        f"[federated] in the file of target {name!r} holds user_pool_id, client_id, and as usernames the different "
        "names of users in that pool, and nothing else"
    )


@cache
def _files() -> dict[str, dict[str, Any]]:
    """What is known of each target, by its name."""
    paths = sorted((FIXTURES / "targets").glob("*.toml"))
    return {path.stem: tomllib.loads(path.read_text(encoding="utf-8")) for path in paths}


def _check(url: str) -> None:
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").rstrip(".").lower()
        _ = parts.port
    except ValueError:
        host, parts = "", urlsplit("")
    if parts.scheme not in ("http", "https") or not host:
        raise BadInput(f"--endpoint-url {url!r} is no URL of an endpoint: write http://HOST:PORT or https://HOST")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise BadInput("--endpoint-url takes scheme, host, port and path only: credentials come from the AWS chain")
    if any(host == domain or host.endswith(f".{domain}") for domain in _AWS_DOMAINS):
        raise BadInput(f"--endpoint-url {url!r} is AWS itself, which is judged as target aws only (not available yet)")


def _identity() -> tuple[str, ReadOnlyCredentials]:
    """Region and credentials from the usual AWS chain without the instance metadata service, else the invented ones."""
    session = botocore.session.Session()
    try:
        resolver = session.get_component("credential_provider")
        resolver.remove("iam-role")
        found: Credentials | None = session.get_credentials()
        region = session.get_config_variable("region") or REGION
        return region, found.get_frozen_credentials() if found else INVENTED
    except BotoCoreError as error:
        raise BadInput(f"the AWS configuration cannot be used: {error}") from None


@contextmanager
def _embedded(name: str) -> Iterator[str]:
    """A target in a process of its own that ends with this one, whatever happens: it lives as long as its stdin."""
    command = [sys.executable, "-m", _PROCESSES[name]]
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        cwd=Path(__file__).parent.parent,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            line = process.stdout.readline()
            if not line:
                ended = process.wait(_START_SECONDS)
                raise Inconclusive(f"{name} did not start: {' '.join(command)} ended with {ended}")
            yield json.loads(line)["url"]
        finally:
            process.stdin.close()
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
