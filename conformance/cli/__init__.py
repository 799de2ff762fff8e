"""The command line: a module for each command."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Any

import click

from conformance.cli.baselines import baseline
from conformance.cli.claims import claims, options
from conformance.cli.run import SuiteFault, run
from conformance.cli.targets import targets
from conformance.console import ending
from conformance.mutants.command import mutants


class CommandGroup(click.Group):
    """The commands, which end as `ending` says, and where the suite itself failed with exit code 4."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            with ending(ctx):
                return super().invoke(ctx)
        except SuiteFault as fault:
            click.echo(f"{fault}\ncognito-conformance: the suite itself failed: please report this", err=True)
            ctx.exit(4)


@click.group(cls=CommandGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="cognito-conformance")
def main() -> None:
    """Judge any endpoint against what Amazon Cognito documents for AdminSetUserPassword."""


@main.command("sdk-gate", add_help_option=False, context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def sdk_gate(arguments: Sequence[str]) -> None:
    """Compare two versions of boto3 or the AWS CLI: what changed, for whom, and may it merge."""
    # This process has loaded boto3; the gate, which compares others, is one that has not.
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, "-P", "-m", "conformance.gate", *arguments])


for command in (run, claims, options, targets, baseline, mutants):
    main.add_command(command)
