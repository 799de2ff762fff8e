"""The ways to call the operation under test: a registry by the names that `--bindings` takes.

A new binding is a module beside this one and an entry in REGISTRY.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from typing import Any, Protocol

from conformance.aws_cli import discovery
from conformance.bindings.cli import Cli
from conformance.bindings.sdk import Sdk
from conformance.bindings.wire import Wire
from conformance.target.definition import Endpoint
from conformance.verdict.journal import Journal
from conformance.verdict.reply import Reply


class Binding(Protocol):
    """A way to call AdminSetUserPassword."""

    name: str

    def admin_set_user_password(self, **members: Any) -> Reply:
        """The target's answer to a request with these members.

        Raises Inconclusive for a transport fault or lasting throttling."""

    def close(self) -> None:
        """End what was started for it."""


@dataclass(frozen=True)
class RegisteredBinding:
    """A binding: how it is made, its client with its version (None where it is not installed), how to install that.

    `program` says that the client is a program, which is found in a process of its own: a slow question."""

    make: Callable[[Endpoint, Journal], Binding]
    client: Callable[[], str | None]
    remedy: str = "pip install cognito-conformance"
    program: bool = False


def _program(name: str) -> RegisteredBinding:
    def client() -> str | None:
        installed = discovery.version(name)
        return f"aws-cli {installed}" if installed else None

    return RegisteredBinding(partial(Cli, name=name), client, discovery.remedy(name), program=True)


REGISTRY: Mapping[str, RegisteredBinding] = {
    "sdk": RegisteredBinding(Sdk, lambda: f"boto3 {version('boto3')}"),
    "wire": RegisteredBinding(Wire, lambda: f"botocore {version('botocore')} signs"),
    **{name: _program(name) for name in discovery.NAMES},
}
NAMES = tuple(REGISTRY)


def clients(names: Iterable[str] = NAMES) -> dict[str, str]:
    """The client behind each of these bindings that is installed, with its version."""
    found = {name: REGISTRY[name].client() for name in names}
    return {name: client for name, client in found.items() if client is not None}
