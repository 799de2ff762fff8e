"""The endpoints that can be judged, and how each is started and stopped."""

from __future__ import annotations

import configparser
import glob
import json
import os
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import botocore.session
from botocore.credentials import Credentials, ReadOnlyCredentials
from botocore.exceptions import BotoCoreError

from conformance.contract import files
from conformance.contract.files import FIXTURES
from conformance.errors import BadInput, Inconclusive
from conformance.process import workplace
from conformance.target import installed, starting
from conformance.target.callers import Callers, IamCallers
from conformance.target.clock import libfaketime, moved_by
from conformance.target.emulator import READY_SECONDS, filled
from conformance.target.exchange import Gate
from conformance.target.notes import Notes
from conformance.verdict.baseline import path_of

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


# Underscores are legal in the names of Docker Compose.
_HOST = re.compile(r"[a-z0-9_]([a-z0-9._-]*[a-z0-9_])?")


@dataclass(frozen=True)
class Endpoint:
    """Where requests go and who sends them. The credentials stay out of every representation.

    `version` is what an emulator says of itself; `clock` is the file that moves its time, where there is one;
    `ca_bundle` the file of the certificates that it is trusted by, `callers` makes callers with policies. `ends`: the
    run started it, and nothing that is made there outlives the run. `account` is the number of the account at AWS.
    Where there is a `gate`, every request goes through it, and through nothing else."""

    url: str
    region: str
    credentials: ReadOnlyCredentials
    version: str | None = None
    clock: Path | None = None
    gate: Gate | None = None
    ca_bundle: str | None = None
    callers: Callers | None = field(default=None, repr=False, compare=False)
    ends: bool = False
    account: str | None = field(default=None, repr=False, compare=False)

    def __repr__(self) -> str:
        return f"Endpoint({self.url!r}, {self.region!r})"

    @property
    def secrets(self) -> tuple[str, ...]:
        """The values that no artefact may contain."""
        return tuple(value for value in (*self.credentials, self.account) if value)


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

    `argument` is how a command line names it. `control` is the path at which it takes more than Cognito's operations,
    `federated` its users from a provider, `without` the reason for each capability, topic or claim that is not judged,
    `only` the topics that are, where it is not all; `faketime` says that libfaketime moves its clock, `iam` that IAM
    makes callers, `hosted_ui` that users can sign in through a provider, `unverified` why nobody has run it here."""

    name: str
    title: str
    argument: str | None = None
    version: str | None = None
    url: str | None = None
    region: str | None = None
    credentials: Mapping[str, str] = field(default_factory=dict, repr=False)
    ca_bundle: str | None = None
    control: str | None = None
    start: Mapping[str, Any] = field(default_factory=dict)
    faketime: bool = False
    iam: bool = False
    hosted_ui: bool = False
    federated: Federated | None = None
    without: Mapping[str, str] = field(default_factory=dict)
    only: tuple[str, ...] = ()
    baseline: Path | None = None
    unverified: str | None = None

    @property
    def where(self) -> str:
        """Its URL, or what it is instead."""
        embedded = "embedded, in a process of its own" if "module" in self.start else "started for this run"
        return self.url or embedded

    @property
    def lasting(self) -> str | None:
        """What it is called in a file of users who wait for a later run; None where it ends with the run."""
        return self.url

    @property
    def seconds(self) -> float:
        """How long it may take from its start to its first answer."""
        return float(self.start.get("seconds", READY_SECONDS))

    @contextmanager
    def running(self) -> Iterator[Endpoint]:
        """The endpoint, ready for requests until the block ends.

        Raises Inconclusive where the suite cannot start it."""
        if self.url is None:
            with self.begun() as endpoint, endpoint() as ready:
                yield ready
            return
        with self._endpoint({"url": self.url}, None) as ready:
            yield ready

    @contextmanager
    def begun(self) -> Iterator[Callable[[], AbstractContextManager[Endpoint]]]:
        """As `running`, for what the suite starts, in two steps: it is starting, and what is yielded waits for it."""
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
            with starting.begun(self.name, ["-m", *arguments], environment, root) as report:
                yield lambda: self._endpoint(report(), clock)

    @contextmanager
    def _endpoint(self, started: Mapping[str, str], clock: Path | None) -> Iterator[Endpoint]:
        """The endpoint of which this is said: its url, and where it was started its port, directory and version."""
        region, credentials = self.region, _own_credentials(self.credentials, started)
        if region is None or credentials is None:
            chain = _identity() if self.url else (REGION, INVENTED)
            region, credentials = region or chain[0], credentials or chain[1]
        notes = Notes(workplace.USERS, self.url)
        callers = IamCallers(started["url"], region, credentials, notes) if self.iam else None
        try:
            yield Endpoint(
                started["url"],
                region,
                callers.administrator if callers else credentials,
                started.get("version", self.version),
                clock,
                ca_bundle=_path(self.ca_bundle, started) if self.ca_bundle else None,
                callers=callers,
                ends=self.url is None,
            )
        finally:
            if callers:
                callers.remove()


def resolve(name: str | None, endpoint_url: str | None) -> Target:
    """The target that a command names: one that is shipped, the path of a target file, or any name for an endpoint.

    Raises BadInput for an unknown target, one that is not installed, an endpoint that may not be judged."""
    if name is None and endpoint_url is None:
        name = "moto"
    if name is not None and name.startswith("replay:"):
        from conformance.target.aws.evidence import replayed  # which is made of what is defined here

        return replayed(name)
    if name == "aws":  # `run aws` alone knows what else it needs
        if endpoint_url is not None:
            raise BadInput("the target aws is found by --region: leave --endpoint-url out")
        return Target("aws", "Amazon Cognito", "aws")
    argument, place = name, None
    if name is not None and name.endswith(".toml"):
        place = Path(name)
        table, name = _read(place), place.stem
    else:
        table = shipped().get(name or "endpoint", {})
    if not table and endpoint_url is None:
        known = ", ".join(known_targets())
        raise BadInput(
            f"unknown target {name!r}: choose one of {known}, name a target file (.toml), or give any endpoint with "
            "--endpoint-url"
        )
    url = table.get("url") if endpoint_url is None else endpoint_url
    if url is not None:
        _check(url)
    users = table.get("federated")
    target = Target(
        name or "endpoint",
        table.get("title", str(url)),
        argument,
        url=url.rstrip("/") if url else None,
        region=table.get("region"),
        credentials=table.get("credentials", {}),
        ca_bundle=table.get("ca_bundle"),
        control=table.get("control"),
        federated=Federated(users["user_pool_id"], users["client_id"], tuple(users["usernames"])) if users else None,
        iam=table.get("iam", False),
        hosted_ui=table.get("hosted_ui", False),
        without=table.get("without", {}),
        only=tuple(table.get("only", ())),
        baseline=place.parent / table["baseline"] if place and "baseline" in table else None,
        unverified=table.get("unverified"),
    )
    return target if url is not None else _startable(target, table)


def _startable(target: Target, table: Mapping[str, Any]) -> Target:
    """The target as the suite starts it.

    Raises BadInput where it is not installed."""
    if "start" not in table:
        raise BadInput(f"{target.argument} names no endpoint: give it a url, a table [start], or use --endpoint-url")
    start = dict(table["start"])
    remedy = _remedy(target, table)
    distribution = table.get("distribution")
    if "module" in start:
        found = installed.of_distribution(distribution) if distribution else None
        if distribution and found is None:
            raise BadInput(f"target {target.name} is not installed{remedy}")
    else:
        program = installed.program(installed_as(target.name), start["command"][0])
        if program is None:
            where = f"there is no {start['command'][0]} on PATH"
            raise BadInput(f"target {target.name} is not installed, {where}{remedy}")
        start["command"] = [str(program), *start["command"][1:]]
        found = installed.version(program, distribution)
    return replace(target, version=found, start=start, faketime=table.get("faketime", False))


def _remedy(target: Target, table: Mapping[str, Any]) -> str:
    recipe = table.get("install", {})
    command = recipe if isinstance(recipe, str) else recipe.get("command")
    if command is None:
        return ""
    ours = not isinstance(recipe, str) and target.argument == target.name and {"pip", "npm"} & recipe.keys()
    return f": run {command}" + (f", or cognito-conformance targets --install {target.name}" if ours else "")


def known_targets() -> dict[str, str]:
    """The targets that the suite can start, with a sentence on each: what comes with it, what was run, the rest."""

    def place(item: tuple[str, dict[str, Any]]) -> tuple[bool, bool, str]:
        return "unverified" in item[1], "command" in item[1].get("start", {}), item[0]

    return {name: table["title"] for name, table in sorted(shipped().items(), key=place)}


@cache
def shipped() -> dict[str, dict[str, Any]]:
    """What the suite's own file says of each target, by its name."""
    return {path.stem: _read(path) for path in sorted((FIXTURES / "targets").glob("*.toml"))}


def installed_as(name: str) -> str:
    """The name under which a target is in the cache: that of the first one with the same recipe."""
    recipe = shipped().get(name, {}).get("install")
    return min((one for one, table in shipped().items() if recipe and table.get("install") == recipe), default=name)


def baseline_of(name: str) -> Path:
    """The file of a shipped target's known divergences, its own or the one that its file names, there or not."""
    shared = shipped().get(name, {}).get("baseline")
    return (FIXTURES / "targets" / shared).resolve() if shared else path_of(name)


def _read(path: Path) -> dict[str, Any]:
    """A target file (schemas/target.schema.json).

    Raises BadInput where it cannot be read or is malformed."""
    table = files.toml("target file", path)
    problem = files.fault(table, "target")
    if problem is not None:
        where = ".".join(str(part) for part in problem.absolute_path) or "the file"
        raise BadInput(f"target file {path}, {where}: {problem.message}")
    return table


def _check(url: str) -> None:
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").rstrip(".").lower()
        _ = parts.port
    except ValueError:
        host, parts = "", urlsplit("")
    if parts.scheme not in ("http", "https") or not host:
        raise BadInput(f"--endpoint-url {url!r} is not the URL of an endpoint: write http://HOST:PORT or https://HOST")
    if not (_HOST.fullmatch(host) or ":" in host):
        raise BadInput(
            f"--endpoint-url {url!r}: a host has letters, digits, dots, hyphens and underscores; write any other as "
            "xn--…"
        )
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


def _own_credentials(credentials: Mapping[str, str], started: Mapping[str, str]) -> ReadOnlyCredentials | None:
    """The credentials that a target's file has, or names a file of; None without them."""
    if "access_key_id" in credentials:
        found = {f"aws_{name}": value for name, value in credentials.items()}
    elif "file" in credentials:
        found = _profile(_path(credentials["file"], started))
    else:
        return None
    return ReadOnlyCredentials(
        found["aws_access_key_id"], found["aws_secret_access_key"], found.get("aws_session_token")
    )


def _profile(path: str) -> dict[str, str]:
    """The first profile of a credentials file of the AWS CLI that has a key."""
    parser = configparser.RawConfigParser()
    try:
        parser.read_string(Path(path).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, configparser.Error):
        raise Inconclusive(f"the credentials file {path} cannot be read") from None
    for section in parser.sections():
        if {"aws_access_key_id", "aws_secret_access_key"} <= set(parser[section]):
            return dict(parser[section])
    raise Inconclusive(f"the credentials file {path} has no key")


def _path(pattern: str, started: Mapping[str, str]) -> str:
    """The file that a target's file names: {port} and {directory} filled in, ~ the home, * any part of a name.

    Raises Inconclusive where there is none."""
    wanted = os.path.expanduser(filled(pattern, started))  # noqa: PTH111 - it may be a pattern
    found = sorted(glob.glob(wanted))  # noqa: PTH207 - Path.glob takes no absolute pattern
    if not found:
        raise Inconclusive(f"there is no file {wanted}, which the target makes at its start")
    return found[0]
