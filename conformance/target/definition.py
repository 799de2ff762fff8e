"""The endpoints that can be judged, and how each is started and stopped."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import botocore.session
from botocore.credentials import Credentials, ReadOnlyCredentials
from botocore.exceptions import BotoCoreError

from conformance.contract import files
from conformance.contract.files import FIXTURES
from conformance.errors import BadInput
from conformance.target import starting
from conformance.target.clock import libfaketime, moved_by
from conformance.target.exchange import Gate

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


@dataclass(frozen=True)
class Endpoint:
    """Where requests go and who sends them. The credentials stay out of every representation.

    `version` is what an emulator says of itself; `clock` is the file that moves its time, where there is one.
    Where there is a `gate`, every request goes through it, and through nothing else."""

    url: str
    region: str
    credentials: ReadOnlyCredentials
    version: str | None = None
    clock: Path | None = None
    gate: Gate | None = None

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
    """An endpoint under test. `url` is None for one that the suite starts by itself, as `start` says.

    `argument` is how a command line names it. `control` is the path at which it can be told more than Cognito's
    operations can say, `federated` the users whom it has from a provider; `faketime` says that libfaketime moves its
    clock."""

    name: str
    title: str
    argument: str | None = None
    version: str | None = None
    url: str | None = None
    control: str | None = None
    start: Mapping[str, Any] = field(default_factory=dict)
    faketime: bool = False
    federated: Federated | None = None

    @property
    def where(self) -> str:
        """Its URL, or what it is instead."""
        embedded = "embedded, in a process of its own" if "module" in self.start else "started for this run"
        return self.url or embedded

    @contextmanager
    def running(self) -> Iterator[Endpoint]:
        """The endpoint, ready for requests until the block ends.

        Raises Inconclusive where the suite cannot start it."""
        if self.url is not None:
            yield Endpoint(self.url, *_identity())
            return
        with tempfile.TemporaryDirectory(prefix="cognito-conformance-") as directory:
            library = libfaketime() if self.faketime else None
            clock = Path(directory, "clock") if library else None
            moved = moved_by(clock, library) if clock and library else {}
            if "module" in self.start:
                arguments = [self.start["module"]]
                environment = {**os.environ, **moved}
            else:
                recipe = {**self.start, "environment": {**self.start.get("environment", {}), **moved}}
                arguments = ["conformance.target.emulator", json.dumps(recipe)]
                environment = dict(os.environ)
            root = Path(__file__).resolve().parents[2]
            with starting.serving(self.name, ["-m", *arguments], environment, root) as said:
                yield Endpoint(said["url"], REGION, INVENTED, said.get("version", self.version), clock)


def resolve(name: str | None, endpoint_url: str | None) -> Target:
    """The target that a command names: one that is shipped, the path of a target file, or any name for an endpoint.

    Raises BadInput for an unknown target, one that is not installed, an endpoint that may not be judged."""
    argument = name
    if name is None and endpoint_url is None:
        argument = name = "moto"
    if name == "aws":  # what else it takes, only `run aws` is told
        if endpoint_url is not None:
            raise BadInput("the target aws is found by --region: leave --endpoint-url out")
        return Target("aws", "Amazon Cognito", "aws")
    if name is not None and name.endswith(".toml"):
        said, name = _read(Path(name)), Path(name).stem
    else:
        said = _files().get(name or "endpoint", {})
    if not said and endpoint_url is None:
        known = ", ".join(known_targets())
        raise BadInput(
            f"unknown target {name!r}: choose one of {known}, name a target file (.toml), or give any endpoint with "
            "--endpoint-url"
        )
    url = endpoint_url or said.get("url")
    if url is not None:
        _check(url)
        users = said.get("federated")
        return Target(
            name or "endpoint",
            said.get("title", url),
            argument,
            url=url.rstrip("/"),
            control=said.get("control"),
            federated=Federated(users["user_pool_id"], users["client_id"], tuple(users["usernames"]))
            if users
            else None,
        )
    return _startable(str(name), str(argument), said)


def _startable(name: str, argument: str, said: Mapping[str, Any]) -> Target:
    """A target that the suite starts, which is installed."""
    if "start" not in said:
        raise BadInput(f"{argument} names no endpoint: give it a url, a table [start], or use --endpoint-url")
    remedy = f": run {said['install']}" if "install" in said else ""
    try:
        found = version(said["distribution"]) if "distribution" in said else None
    except PackageNotFoundError:
        raise BadInput(f"target {name} is not installed{remedy}") from None
    command = said["start"].get("command")
    if command is not None and shutil.which(command[0]) is None:
        raise BadInput(f"target {name} is not installed, there is no {command[0]} on PATH{remedy}")
    return Target(
        name, said["title"], argument, found, None, said.get("control"), said["start"], said.get("faketime", False)
    )


def known_targets() -> dict[str, str]:
    """The targets that the suite can start, with a sentence on each, those that come with it first."""
    files = sorted(_files().items(), key=lambda item: ("command" in item[1]["start"], item[0]))
    return {name: said["title"] for name, said in files}


@cache
def _files() -> dict[str, dict[str, Any]]:
    """What is known of each target that is shipped, by its name."""
    return {path.stem: _read(path) for path in sorted((FIXTURES / "targets").glob("*.toml"))}


def _read(path: Path) -> dict[str, Any]:
    """A target file (schemas/target.schema.json).

    Raises BadInput where it cannot be read or is malformed."""
    said = files.toml("target file", path)
    problem = files.fault(said, "target")
    if problem is not None:
        where = ".".join(str(part) for part in problem.absolute_path) or "the file"
        raise BadInput(f"target file {path}, {where}: {problem.message}")
    return said


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
        raise BadInput(f"--endpoint-url {url!r} is AWS itself, which is judged by `run aws` only: see docs/aws.md")


def _identity() -> tuple[str, ReadOnlyCredentials]:
    """Region and credentials from the usual AWS chain without the instance metadata service, else the invented ones."""
    session = botocore.session.Session()
    try:
        resolver = session.get_component("credential_provider")
        resolver.remove("iam-role")
        found: Credentials | None = session.get_credentials()
        region = session.get_config_variable("region") or REGION
        return region, found.get_frozen_credentials() if found else INVENTED
    except (BotoCoreError, OSError) as error:
        raise BadInput(f"the AWS configuration cannot be used: {error}") from None
