"""`cognito-conformance targets`."""

from __future__ import annotations

from collections.abc import Sequence

import click

from conformance.bindings import NAMES, REGISTRY, clients
from conformance.contract import ledger
from conformance.errors import BadInput
from conformance.report.findings import counted
from conformance.target import definition, installed
from conformance.verdict import baseline


@click.command()
@click.option("--install", "names", metavar="NAME", multiple=True, help="Install a target into a cache of the suite's.")
def targets(names: Sequence[str]) -> None:
    """Print what can be judged here, and what is missing."""
    for name in names:
        _install(name)
    if names:
        return
    for name, title in definition.known_targets().items():
        click.echo(f"{name}\n  {title}\n  {_state(name)}; {_baseline(name)}")
        if reason := definition.shipped()[name].get("unverified"):
            click.echo(f"  unverified: {reason}")
    click.echo("any other\n  cognito-conformance run --endpoint-url URL, or run FILE.toml (docs/targets.md)")
    found = clients()
    for name in NAMES:
        click.echo(f"binding {name}: {found.get(name) or f'not installed: {REGISTRY[name].remedy}'}")


def _install(name: str) -> None:
    known = definition.shipped()
    if name not in known:
        raise BadInput(f"unknown target {name!r}: choose one of {', '.join(definition.known_targets())}")
    recipe = known[name].get("install", {})
    table = recipe if isinstance(recipe, dict) else {"command": recipe}
    place = installed.install(definition.installed_as(name), table)
    click.echo(f"{name} is installed in {place}; cognito-conformance run {name} finds it there")


def _state(name: str) -> str:
    try:
        target = definition.resolve(name, None)
    except BadInput as problem:
        return str(problem)
    if target.url is not None:
        return f"expected at {target.url}: {definition.shipped()[name].get('install')}"
    return f"ready, version {target.version}" if target.version else "ready"


def _baseline(name: str) -> str:
    path = definition.baseline_of(name)
    if not path.exists():
        return "no baseline"
    shared = "" if path.stem == name else f", those of {path.stem}"
    return counted(len(baseline.load(path, ledger.load_all()).entries), "known cause") + shared
