"""The AWS CLI as a client: patched for real, observed in its own process, and what it does on real sockets."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

import pytest

from conformance.gate import comparison, facts, observation
from conformance.gate.clients import Client
from conformance.gate.observation import Observation
from conformance.gate.observers.cli_transport import CONNECTIONS
from conformance.gate.rules import Fact
from tests.gate.conftest import alone

TRUE = ("accepted", "missing-password", "UserNotFoundException")
REFUSED = "InvalidPasswordException"


def _observed(client: Client, *cases: str) -> Observation:
    with observation.certificates() as certificates:
        does = observation.remembered(client, "cli.py", [str(certificates), *cases])
        return observation.merged([does, observation.remembered(client, "surface.py", [])])


@pytest.fixture(scope="session")
def seen(installed_cli: Client, cache: Path) -> Observation:
    """What the installed AWS CLI has, and does in some cases and on real sockets."""
    with alone(cache, "cli"):
        return _observed(installed_cli, *TRUE, REFUSED, *CONNECTIONS)


def _patched(place: Path, patches: dict[str, str]) -> Client:
    origin = find_spec("awscli")
    assert origin is not None
    assert origin.origin is not None
    home, package = Path(origin.origin).parent, place / "awscli"
    package.mkdir()
    for entry in home.iterdir():
        if entry.name not in ("__pycache__", *patches):
            (package / entry.name).symlink_to(entry)
    for name, added in patches.items():
        (package / name).write_text((home / name).read_text("utf-8") + added, "utf-8")
    return Client("awscli", "patched", (place,))


def test_a_patched_command_line_is_found_out(installed_cli: Client, seen: Observation, tmp_path: Path) -> None:
    """An AWS CLI with other exit codes and a new option is reported and breaks the contract."""
    client = _patched(
        tmp_path,
        {
            "errorhandler.py": "\nCLIENT_ERROR_RC = 1\nClientErrorHandler.RC = 1\n",
            "clidriver.py": """
_table = CLIDriver._build_argument_table
def _patched(self):
    table = _table(self)
    table["new"] = CustomArgument("new")
    return table
CLIDriver._build_argument_table = _patched
_main = main
def main():
    return 1 if _main() == 255 else 0
""",
        },
    )
    new = _observed(client, REFUSED)
    old = Observation(facts={fact: seen.facts[fact] for fact in seen.facts if fact in new.facts})
    found = {(f.rule, str(f.fact)) for f in facts.compare(old.facts, new.facts).findings}

    assert ("cli-exit-code-changed", f"cli/{REFUSED}/exit_code") in found
    assert ("option-added", "option/global/--new") in found
    assert not [fact for rule, fact in found if rule == "cli-requests-changed"]
    broken = comparison.judge((installed_cli, old), (client, new))
    assert "cli-refused" in {change.clause for change in broken.changes}


def test_forked_and_true_command_lines_agree(seen: Observation) -> None:
    """The calls that the observer forks end as true subprocesses do: same exit code, streams and requests."""
    named = {str(fact): value for fact, value in seen.facts.items()}
    pairs = {fact: fact.replace("-true/", "/") for fact in named if "-true/" in fact}

    assert len(pairs) == 4 * len(TRUE)
    assert {fact: named[fact] for fact in pairs} == {fact: named[forked] for fact, forked in pairs.items()}


@pytest.mark.parametrize("name", CONNECTIONS)
def test_a_fault_of_the_network_is_an_error_of_the_command(seen: Observation, name: str) -> None:
    """A call over a broken connection ends with 255 and a line, a good one with 0."""
    code, stderr = (seen.facts[Fact("cli", f"{name}/{part}")] for part in ("exit_code", "stderr"))

    # From 1.43.57 of its botocore on, an empty bundle is refused.
    assert code in ((0, 255) if name.endswith("is-empty") else (255,) if name.startswith("fault/") else (0,))
    assert code == 0 or stderr.strip()


def _requests(seen: Observation, names: Sequence[str]) -> list[tuple[int, int]]:
    sent = [seen.facts[Fact("cli", f"{name}/requests")] for name in names]
    return [(one["attempts"], len(one["by-proxy"])) for one in sent]


def test_what_was_on_the_wire_is_counted(seen: Observation) -> None:
    """A silent server is asked once, a redirect is not followed, and a proxy is asked for what is not exempt."""
    named = ("fault/silent", "fault/redirect-302", "ok/proxy", "ok/proxy-for-https", "ok/no-proxy", "fault/refused")

    assert _requests(seen, named) == [(1, 0), (1, 0), (0, 1), (1, 1), (1, 0), (0, 0)]


def test_a_command_line_that_takes_a_cut_answer_is_breaking(installed_cli: Client, seen: Observation) -> None:
    """What ended with 255 on a broken connection and ends with 0 now holds the merge."""
    fact = Fact("cli", "fault/cut/exit_code")
    found = comparison.judge(
        (installed_cli, seen),
        (installed_cli, Observation(facts={**seen.facts, fact: 0})),
    )

    assert found.verdict("caller") == "breaking"
    assert [str(change.finding.fact) for [change] in found.causes("caller")] == [str(fact)]
