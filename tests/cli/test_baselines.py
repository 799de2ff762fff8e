"""`baseline update`, `check` and `prune`: files that people write in are mended, and nothing of theirs is lost."""

import pytest

from conformance.target.definition import resolve
from conformance.verdict.baseline import UNEXPLAINED
from tests.forked import inherited

# moto takes a wrong password over SRP; the reference does not.
CHOSEN = ("-k", "test_wrong_password_is_refused", "--bindings", "sdk", "--tier", "wording")


@pytest.fixture
def command(forked_commands, tmp_path):
    """A function that runs `cognito-conformance baseline` in an empty directory."""
    return lambda *words: forked_commands.run(["baseline", *words], tmp_path, inherited())


def test_a_baseline_is_made_checked_mended_and_pruned(command, moto, run, tmp_path):
    """`update` asks for reasons, `check` insists on them, `update` keeps them, `prune` takes out what is fixed."""
    file = tmp_path / "mine.toml"
    here = ("--endpoint-url", moto, "--baseline", "mine.toml", *CHOSEN)

    made = command("update", *here)
    assert made.returncode == 0, made.stderr
    assert "write a reason for wrong-password-is-refused" in made.stdout
    assert command("check", "mine.toml").returncode == 2

    text = "# Reported upstream.\n" + file.read_text("utf-8").replace(UNEXPLAINED, "it checks no proof of SRP")
    file.write_text(text, "utf-8")
    assert command("check", "mine.toml").returncode == 0
    assert run("--endpoint-url", moto, "--baseline", str(file), *CHOSEN).exit_code == 0
    assert "nothing to change" in command("update", *here).stdout
    assert file.read_text("utf-8") == text

    with resolve("reference", None).running() as endpoint:
        pruned = command("prune", "--endpoint-url", endpoint.url, *here[2:])
    assert pruned.returncode == 0, pruned.stderr
    assert "wrong-password-is-refused" in pruned.stdout
    assert "[[cause]]" not in file.read_text("utf-8")
    assert "# Reported upstream." in file.read_text("utf-8")
