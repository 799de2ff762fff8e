"""Every option of `cognito-conformance run`, once: the command line and pytest both read this table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

BINDINGS = "sdk,wire"
TIERS = ("documented", "observed", "wording")
# So many walks take about two seconds at an embedded target, and these visit every row of the table there.
EXAMPLES = 30
SEED = 2


@dataclass(frozen=True)
class Option:
    """An option: `type` makes its value of a word; `file` says that a report is written there.

    `own` is False for what pytest has itself, under the name `pytest` or under the same."""

    name: str
    help: str
    metavar: str | None = None
    default: Any = None
    type: Callable[[str], Any] = str
    file: bool = False
    own: bool = True

    @property
    def dest(self) -> str:
        """The name of its value, "endpoint_url" for --endpoint-url."""
        return {"-n": "workers", "-k": "expression"}.get(self.name, self.name.lstrip("-").replace("-", "_"))


OPTIONS = (
    Option("--endpoint-url", "judge the endpoint at this URL", "URL"),
    Option("--bindings", "how to call: some of sdk,wire,cli,cli2", "NAMES", BINDINGS),
    Option("--tier", f"what to gate on: {', '.join(TIERS)}", "TIER", TIERS[0]),
    Option("--baseline", "known divergences (default: the target's own)", "FILE|none"),
    Option("--stateful-examples", "take so many random walks through the lifecycle", "N", EXAMPLES, int),
    Option("--seed", "which walks those are", "N", SEED, int),
    Option("--state", "set up now what expires, keep it in FILE, judge it when FILE is given again", "FILE", type=Path),
    Option("-n", "run in so many processes at once", "WORKERS", "0", own=False),
    Option("-k", "only what matches: claim, topic, scenario, id; and, or, not", "EXPR", own=False),
    Option("--shard", "judge a share of the claims, the I-th of N; merge puts the results together", "I/N"),
    Option("--fail-on", "which kinds of divergence turn the exit code (default: all of them)", "KINDS"),
    Option("--json", "write the results as JSON", "FILE", type=Path, file=True),
    Option("--junit", "write the results as JUnit XML, grouped by claim", "FILE", type=Path, file=True),
    Option("--html", "write the report as one HTML page", "FILE", type=Path, file=True),
)
# Of `run aws` alone: pytest has none of them, since AWS is judged by the command only (docs/aws.md).
AWS_OPTIONS = (
    Option("--account", "target aws: the number of the account", "ID"),
    Option("--region", "target aws: the Region", "R"),
    Option("--plan", "target aws: the file that `plan aws --json FILE` wrote", "FILE", type=Path),
    Option("--messages", "target aws: let so many messages go out, to the mailbox simulator", "N", 0, int),
    Option("--second-role", "target aws: judge IAM policies by sessions of this role", "ARN"),
    Option("--record", "target aws: write what was seen into DIR, a file for each claim", "DIR", type=Path),
    Option("--resume", "target aws: go on with an interrupted run", "RUNID"),
    Option("--alongside", "target aws: judge although another run may be going on", default=False, type=bool),
    Option("--no-alias-check", "target aws: judge whatever the account's alias is", default=False, type=bool),
    Option("--stand-in", "target aws: judge a running stand-in instead, by its file", "FILE", type=Path),
)
# The target is an argument of `run`, and an option of pytest, whose arguments are files.
TARGET = Option("--target", "what to judge: a name, or a target file (default: moto)", "TARGET")


def words(values: Mapping[str, Any]) -> list[str]:
    """The options of pytest that ask for these values, by `dest`; those that are None or the default are left out.

    Paths are made absolute."""
    found = []
    for option in (TARGET, *OPTIONS):
        value = values.get(option.dest)
        if value is not None and value != option.default:
            shown = value.absolute() if isinstance(value, Path) else value
            found.append(f"{option.name}={shown}" if option.name.startswith("--") else f"{option.name}{shown}")
    return found
