"""`cognito-conformance targets`."""

from __future__ import annotations

import click

from conformance.bindings import NAMES, REGISTRY, clients
from conformance.contract import ledger
from conformance.errors import BadInput
from conformance.report.findings import counted
from conformance.target import definition
from conformance.verdict import baseline


@click.command()
def targets() -> None:
    """Print what can be judged here, and what is missing."""
    for name, title in definition.known_targets().items():
        try:
            release = definition.resolve(name, None).version
            state = f"ready, version {release}" if release else "ready"
        except BadInput as problem:
            state = str(problem)
        path = baseline.path_of(name)
        entries = (
            counted(len(baseline.load(path, ledger.load_all()).entries), "known cause")
            if path.exists()
            else "no baseline"
        )
        click.echo(f"{name}\n  {title}\n  {state}; {entries}")
    click.echo("any other\n  cognito-conformance run --endpoint-url URL")
    found = clients()
    for name in NAMES:
        click.echo(f"binding {name}: {found.get(name) or f'not installed: {REGISTRY[name].remedy}'}")
