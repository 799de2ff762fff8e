"""A command line under test: an AWS CLI program in a controlled environment, and the outcome of a call."""

from __future__ import annotations

import re
import shlex
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from conformance.aws_cli import discovery, help
from conformance.aws_cli.client import AwsCliTimeout, clean_environment
from conformance.aws_cli.discovery import Program
from conformance.aws_cli.recorder import Recorder
from conformance.errors import Inconclusive
from conformance.target.definition import INVENTED, REGION
from conformance.verdict.journal import Journal
from conformance.verdict.observed import ExitCode, Stream

OPERATION = ("cognito-idp", "admin-set-user-password")
_TIMEOUT_SECONDS = 60

# https://docs.aws.amazon.com/cli/v1/userguide/cli-usage-returncodes.html and, for v2, .../cli/latest/userguide/...
EXIT_CODES: Mapping[str, Mapping[str, int]] = {
    "cli": {"syntax": 2, "parameter": 255, "configuration": 255, "service": 255, "transport": 255},
    "cli2": {"syntax": 252, "parameter": 252, "configuration": 253, "service": 254, "transport": 255},
}


@dataclass(frozen=True)
class Done:
    """What a call left."""

    exit_code: ExitCode
    stdout: Stream
    stderr: Stream

    @property
    def error(self) -> Stream:
        """Name and operation of the service error on stderr, "Name of Operation"; "none" where it tells of none."""
        found = re.search(r"An error occurred \((.+?)\) when calling the (\w+) operation", self.stderr)
        return Stream(f"{found[1]} of {found[2]}" if found else "none", noun="service error on stderr")

    def printed(self, pattern: str, name: str) -> Stream:
        """`name` where all of stdout matches the pattern, else stdout itself."""
        whole = re.fullmatch(rf"(?s)\s*{pattern}\s*", self.stdout)
        return Stream(name if whole else self.stdout)

    def mentions(self, text: str) -> Stream:
        """The text, where stderr holds it; else "no mention of it"."""
        return Stream(text if text in self.stderr else "no mention of it", noun="stderr")


class CommandLine:
    """`aws cognito-idp admin-set-user-password` with the recorder as its endpoint.

    Nothing of the user's is read: the home directory is empty, the environment is what `clean_environment` gives. A
    failed request is not sent again. `home` is for the files of one scenario."""

    def __init__(self, name: str, program: Program, recorder: Recorder, journal: Journal, home: Path) -> None:
        self.name = name
        self.exit_codes = EXIT_CODES[name]
        self.home = home
        self._program = program
        self._recorder = recorder
        self._journal = journal
        self._environment = clean_environment(
            home,
            access_key_id=str(INVENTED.access_key),
            secret_access_key=str(INVENTED.secret_key),
            region=REGION,
        ) | {"AWS_MAX_ATTEMPTS": "1"}

    @property
    def endpoint_url(self) -> str:
        """Where the recorder listens."""
        return self._recorder.url

    def __call__(
        self, *options: str, endpoint_url: str | None = None, environment: Mapping[str, str | None] | None = None
    ) -> Done:
        """What the command with these options left. `endpoint_url` replaces the recorder's; "" gives no such option.

        A variable that `environment` sets to None is taken out."""
        url = self._recorder.url if endpoint_url is None else endpoint_url
        return self.run(*OPERATION, *options, *([f"--endpoint-url={url}"] if url else []), environment=environment)

    def run(self, *arguments: str, environment: Mapping[str, str | None] | None = None) -> Done:
        """What `aws` with exactly these arguments left.

        Raises Inconclusive where it does not end."""
        wanted = {**self._environment, **(environment or {})}
        kept = {name: value for name, value in wanted.items() if value is not None}
        try:
            done = self._program.run(arguments, kept, _TIMEOUT_SECONDS)
        except AwsCliTimeout as fault:
            raise Inconclusive(str(fault)) from None
        seen = f"exit code {done.exit_code}; stdout {done.stdout!r}; stderr {done.stderr!r}"
        sent = [f"{request.method} {request.path} {request.body.decode()}" for request in self._recorder.requests]
        self._journal.record(shlex.join(["aws", *arguments]), f"{seen}; requests so far: {sent}")
        return Done(ExitCode(done.exit_code), Stream(done.stdout), Stream(done.stderr, noun="stderr"))

    def file(self, name: str, text: str) -> str:
        """The path of a new file with this text."""
        path = self.home / name
        path.write_text(text, encoding="utf-8")
        return str(path)


def help_options(name: str) -> tuple[str, ...]:
    """The options in the synopsis that an installed program prints. Raises AwsCliMissing."""
    program = discovery.start(name)
    try:
        with Recorder() as recorder, tempfile.TemporaryDirectory(prefix="cognito-conformance-") as home:
            aws = CommandLine(name, program, recorder, Journal(), Path(home))
            return help.synopsis(aws.run(*OPERATION, "help", environment=help.environment(Path(home))).stdout)
    finally:
        program.close()
