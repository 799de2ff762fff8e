"""AWS CLI programs that misbehave in one named way, and the claims that each must be caught by."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from conformance.aws_cli.client import Completed
from conformance.aws_cli.discovery import Program

Run = Callable[[Sequence[str], Mapping[str, str]], Completed]
Behaviour = Callable[[Run, list[str], dict[str, str]], Completed]


@dataclass(frozen=True)
class Mutant:
    """A program that does as `program` does, but for one thing."""

    program: Program
    behave: Behaviour

    def run(self, arguments: Sequence[str], environment: Mapping[str, str], timeout: float) -> Completed:
        """What the mutant leaves."""
        return self.behave(lambda a, e: self.program.run(a, e, timeout), list(arguments), dict(environment))

    def close(self) -> None:
        """The program is another's to close."""


def silent(_run, _arguments, _environment):
    """Does nothing, successfully."""
    return Completed(0, "", "", 0)


def failing(_run, _arguments, _environment):
    """Does nothing, and fails."""
    return Completed(255, "", "\nNo.\n", 0)


def talkative(_run, _arguments, _environment):
    """Prints an empty object, whatever it is asked."""
    return Completed(0, "{}\n", "", 0)


def without(*options: str) -> Behaviour:
    """Takes no notice of options that begin so."""
    return changed(lambda arguments: [a for a in arguments if not a.startswith(options)])


def changed(change: Callable[[list[str]], Sequence[str]]) -> Behaviour:
    """Runs with other arguments."""
    return lambda run, arguments, environment: run(change(arguments), environment)


def replaced(pattern: str, by: str) -> Behaviour:
    """Runs with something else in the place of part of an argument."""
    return changed(lambda arguments: [re.sub(pattern, by, a, flags=re.DOTALL) for a in arguments])


def left(change: Callable[[Completed], Completed]) -> Behaviour:
    """Runs as it should, and leaves something else."""
    return lambda run, arguments, environment: change(run(arguments, environment))


def printing(text: str) -> Behaviour:
    """Prints that instead."""
    return left(lambda done: replace(done, stdout=text))


def refusing(option: str) -> Behaviour:
    """Refuses a command with that argument."""
    return lambda run, a, e: Completed(255, "", "\nNo.\n", 0) if option in a else run(a, e)


def twice(run, arguments, environment):
    """Sends everything twice."""
    run(arguments, environment)
    return run(arguments, environment)


def other_key(run, arguments, environment):
    """Signs with a key of its own."""
    return run(arguments, environment | {"AWS_SECRET_ACCESS_KEY": "another"})


def first_of_both(arguments: list[str]) -> list[str]:
    """The first of --permanent and --no-permanent only."""
    both = [a for a in arguments if a in ("--permanent", "--no-permanent")]
    return [a for a in arguments if a not in both[1:]]


def json_wins(arguments: list[str]) -> list[str]:
    """No option for which the JSON has a value."""
    if "--cli-input-json" not in arguments:
        return arguments
    return [a for a in arguments if not a.startswith(("--user", "--password", "--permanent", "--no-permanent"))]


def complete(arguments: list[str]) -> list[str]:
    """With what is missing made up."""
    made_up = ["--user-pool-id=us-east-1_Made", "--username=made", "--password=Made-up-1!"]
    given = " ".join(arguments)
    return [*arguments, *(option for option in made_up if option.partition("=")[0] not in given)]


def stripped(arguments: list[str]) -> list[str]:
    """With files read, and white space taken off their text."""
    return [re.sub("file://(.*)", lambda m: Path(m[1]).read_text("utf-8").strip(), a) for a in arguments]


def one_member_less(arguments: list[str]) -> list[str]:
    """With the first member of the JSON left out."""
    where = arguments.index("--cli-input-json") + 1 if "--cli-input-json" in arguments else None
    if where is None or not arguments[where].startswith("{"):
        return arguments
    try:
        members = json.loads(arguments[where])
    except ValueError:
        return arguments
    return [*arguments[:where], json.dumps(dict(list(members.items())[1:])), *arguments[where + 1 :]]


def sends_for_a_skeleton(run, arguments, environment):
    """Sends the request, and then shows the skeleton."""
    if "--generate-cli-skeleton" in arguments:
        run(arguments[: arguments.index("--generate-cli-skeleton")] + arguments[-1:], environment)
    return run(arguments, environment)


def skeletons_validate_nothing(run, arguments, environment):
    """Shows the output for anything."""
    return Completed(0, "", "", 0) if "output" in arguments else run(arguments, environment)


def no_sleep(run, arguments, environment):
    """Takes 0 for a time that is over at once."""
    return (
        Completed(255, "", "timeout", 0)
        if any(a.endswith("timeout=0") for a in arguments)
        else run(arguments, environment)
    )


def bundle_of_the_environment(run, arguments, environment):
    """Prefers the environment's certificates to those of the option."""
    preferred = "AWS_CA_BUNDLE" in environment
    return run([a for a in arguments if not (preferred and a.startswith("--ca-bundle"))], environment)


def region_of_the_environment(run, arguments, environment):
    """Prefers the environment's Region to that of the option."""
    preferred = "AWS_DEFAULT_REGION" in environment
    return run([a for a in arguments if not (preferred and a.startswith("--region"))], environment)


def plain_http(run, arguments, environment):
    """Speaks HTTP with the service."""
    here = any(a.startswith("--endpoint-url") for a in arguments)
    url = "--endpoint-url=http://cognito-idp.us-east-1.amazonaws.com"
    return run([*arguments, *([] if here else [url])], environment)


def version_sends(run, arguments, environment):
    """Sends the request, and then prints the version."""
    run([a for a in arguments if a != "--version"], environment)
    return run(arguments, environment)


ZERO = left(lambda done: replace(done, exit_code=0))
ONE = left(lambda done: replace(done, exit_code=1 if done.exit_code else 0))
SUCCESS_IS_ONE = left(lambda done: replace(done, exit_code=done.exit_code or 1))
SAYS_LITTLE = left(lambda done: replace(done, stderr="error\n" if done.exit_code else done.stderr))

# What each is called, what it does, and the claims that must each be broken by it.
MUTANTS: dict[str, tuple[Behaviour, tuple[str, ...]]] = {
    "sends everything twice": (twice, ("cli-command-sends-the-operation", "cli-no-paginate")),
    "signs with another key": (other_key, ("cli-signs-the-request",)),
    "makes up what is missing": (changed(complete), ("cli-requires-its-three-options",)),
    "lower-cases the pool": (replaced(r"(?<=--user-pool-id=eu-west-1_)Ab9", "ab9"), ("cli-user-pool-id",)),
    "drops letters that are not ASCII": (replaced("[^\x00-\x7f]", ""), ("cli-username", "cli-password")),
    "cuts the password": (replaced("(?<=x{256})x+", ""), ("cli-password",)),
    "knows no option without an equals sign": (refusing("--username"), ("cli-option-values-may-stand-apart",)),
    "strips what it reads from a file": (changed(stripped), ("cli-password-reads-a-file",)),
    "ignores --permanent": (without("--permanent"), ("cli-permanent",)),
    "ignores --no-permanent": (without("--no-permanent"), ("cli-no-permanent",)),
    "is permanent by itself": (
        changed(lambda a: [*a, "--permanent"] if "--username=alice" in a else a),
        ("cli-permanent-may-be-left-out", "cli-command-sends-the-operation"),
    ),
    "takes the first of both": (changed(first_of_both), ("cli-the-later-of-both-wins",)),
    "loses a member of the JSON": (
        changed(one_member_less),
        ("cli-input-json", "cli-input-json-takes-the-skeleton", "cli-input-json-takes-every-skeleton"),
    ),
    "reads no JSON from files": (replaced("^file://.*json$", "{}"), ("cli-input-json-reads-a-file",)),
    "prefers the JSON to the command line": (changed(json_wins), ("cli-options-override-the-json",)),
    "ends with 0 whatever happens": (
        ZERO,
        (
            "cli-input-json-is-checked",
            "cli-read-timeout",
            "cli-connect-timeout",
            "cli-output",
            "cli-query",
            "cli-color",
            "cli-verifies-certificates",
            "cli-requires-its-three-options",
        ),
    ),
    "ends with 1 on every error": (
        ONE,
        (
            "cli-exit-code-of-syntax",
            "cli-exit-code-of-an-unknown-command",
            "cli-exit-code-of-a-parameter",
            "cli-exit-code-of-the-configuration",
            "cli-exit-code-of-a-service-error",
            "cli-exit-code-of-transport",
            "cli-skeleton-output-validates",
        ),
    ),
    "ends with 1 on success": (SUCCESS_IS_ONE, ("cli-exit-code-of-success",)),
    "says only error": (
        SAYS_LITTLE,
        ("cli-error-names-error-and-operation", "cli-read-timeout", "cli-connect-timeout"),
    ),
    "prints the answer": (printing("{}\n"), ("cli-prints-nothing", "cli-query", "cli-output")),
    "sends for a skeleton": (sends_for_a_skeleton, ("cli-skeleton-sends-nothing",)),
    "shows a member less": (
        left(
            lambda done: replace(
                done, stdout=re.sub(r'    "Password": "",\n|^Password:.*\n', "", done.stdout, flags=re.M)
            )
        ),
        ("cli-skeleton-shows-the-input", "cli-input-json-takes-the-skeleton", "cli-skeleton-yaml-input"),
    ),
    "shows every value as null": (
        left(lambda done: replace(done, stdout=re.sub(r'": (""|true)', '": null', done.stdout))),
        ("cli-skeleton-shows-the-input", "cli-skeletons-show-every-input"),
    ),
    "checks nothing for an output skeleton": (skeletons_validate_nothing, ("cli-skeleton-output-validates",)),
    "invents an output": (
        printing('{"Password": "Password"}\n'),
        ("cli-skeleton-output-shows-the-output", "cli-skeletons-show-every-output"),
    ),
    "logs to stdout": (
        lambda run, a, e: replace(run(a, e), stdout="DEBUG\n") if "--debug" in a else run(a, e),
        ("cli-debug",),
    ),
    "logs nothing": (without("--debug"), ("cli-debug", "cli-debug-shows-the-password")),
    "drops the path of the URL": (replaced("(--endpoint-url=http://[^/]*)/.*", r"\1"), ("cli-endpoint-url",)),
    "speaks HTTP with the service": (plain_http, ("cli-uses-tls",)),
    "trusts everybody": (changed(lambda a: [*a, "--no-verify-ssl"]), ("cli-verifies-certificates",)),
    "ignores --no-verify-ssl": (without("--no-verify-ssl"), ("cli-no-verify-ssl",)),
    "prefers the environment's bundle": (bundle_of_the_environment, ("cli-ca-bundle",)),
    "knows no --no-paginate": (refusing("--no-paginate"), ("cli-no-paginate",)),
    "knows no style but JSON": (without("--output"), ("cli-output", "cli-output-yaml")),
    "ignores --query": (without("--query"), ("cli-query", "cli-output")),
    "ignores --profile": (without("--profile"), ("cli-profile",)),
    "prefers the environment's Region": (region_of_the_environment, ("cli-region",)),
    "sends with --version": (version_sends, ("cli-version",)),
    "ignores --color": (without("--color"), ("cli-color",)),
    "always signs": (without("--no-sign"), ("cli-no-sign-request", "cli-no-sign-request-needs-no-credentials")),
    "takes 0 for no time": (no_sleep, ("cli-read-timeout-zero-waits", "cli-connect-timeout-zero-waits")),
    "ignores --v2-debug": (without("--v2-debug"), ("cli-v2-debug",)),
    "hides an option in its help": (
        left(lambda done: replace(done, stdout=done.stdout.replace(r"[\-\-query <value>]", ""))),
        ("cli-help-shows-every-option",),
    ),
    "ignores --cli-input-yaml": (replaced("^UserPoolId: .*|^file://.*yaml$", "{}"), ("cli-input-yaml",)),
    "knows no --no-cli-pager": (refusing("--no-cli-pager"), ("cli-no-cli-pager",)),
    "takes any binary format": (without("--cli-binary-format"), ("cli-binary-format",)),
    "always prompts": (without("--no-cli-auto-prompt"), ("cli-no-cli-auto-prompt",)),
}
