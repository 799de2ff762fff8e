"""The command line: a module for each command."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Sequence

import click

from conformance.console import CommandGroup

# Command -> where it is. A command is loaded when it is called: only some need boto3 or pytest.
COMMANDS = {
    "run": "conformance.cli.run:run",
    "plan": "conformance.cli.plan:plan",
    "evidence": "conformance.cli.evidence:command",
    "sweep": "conformance.cli.sweep:command",
    "claims": "conformance.cli.claims:claims",
    "options": "conformance.cli.claims:options",
    "targets": "conformance.cli.targets:targets",
    "baseline": "conformance.cli.baselines:baseline",
    "matrix": "conformance.cli.matrix:matrix",
    "diff": "conformance.cli.reports:diff",
    "merge": "conformance.cli.reports:merge",
    "issue": "conformance.cli.reports:issue",
    "mutants": "conformance.mutants.command:mutants",
}


class Commands(CommandGroup):
    """The commands of COMMANDS, and those that are defined here."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Their names, in the order of the table."""
        return [*COMMANDS, *super().list_commands(ctx)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of this name, loaded now; None where there is none."""
        if cmd_name not in COMMANDS:
            return super().get_command(ctx, cmd_name)
        module, _, name = COMMANDS[cmd_name].partition(":")
        command: click.Command = getattr(importlib.import_module(module), name)
        return command


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="cognito-conformance")
def main() -> None:
    """Judge any endpoint against what Amazon Cognito documents for AdminSetUserPassword."""


@main.command("sdk-gate", add_help_option=False, context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@click.pass_context
def sdk_gate(ctx: click.Context, arguments: Sequence[str]) -> None:
    """Compare two versions of boto3 or the AWS CLI: what changed, who is affected, and may it merge."""
    # The gate compares clients: it runs in a process that loads none, and takes over when this command has cleaned up.
    words = [sys.executable, "-P", "-m", "conformance.gate", *arguments]
    ctx.find_root().call_on_close(lambda: os.execv(sys.executable, words))
