"""The command line: a module for each command."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

import click

from conformance.cli.baselines import baseline
from conformance.cli.claims import claims, options
from conformance.cli.run import run
from conformance.cli.targets import targets
from conformance.console import CommandGroup
from conformance.mutants.command import mutants


@click.group(cls=CommandGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="cognito-conformance")
def main() -> None:
    """Judge any endpoint against what Amazon Cognito documents for AdminSetUserPassword."""


@main.command("sdk-gate", add_help_option=False, context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@click.pass_context
def sdk_gate(ctx: click.Context, arguments: Sequence[str]) -> None:
    """Compare two versions of boto3 or the AWS CLI: what changed, for whom, and may it merge."""
    # This process has loaded boto3; the gate, which compares others, is one that has not.
    # It takes over when this command has cleaned up.
    words = [sys.executable, "-P", "-m", "conformance.gate", *arguments]
    ctx.find_root().call_on_close(lambda: os.execv(sys.executable, words))


for command in (run, claims, options, targets, baseline, mutants):
    main.add_command(command)
