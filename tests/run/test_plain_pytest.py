"""pytest on the scenarios, in this checkout and from an installed copy, says what `run` says."""

import json
import subprocess
import sys
from pathlib import Path

from tests import servers
from tests.forked import inherited

ROOT = Path(__file__).parents[2]
# An endpoint that speaks AWS JSON, and whose pools cannot be made.
EMPTY = servers.Answer(200, b'{"UserPools": []}')


def _pytest(
    *arguments: str, place: Path, path: Path | None = None, environment: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments]
    given = inherited() | (environment or {}) | ({"PYTHONPATH": str(path)} if path else {})
    return subprocess.run(command, cwd=place, env=given, capture_output=True, text=True, check=False)


def test_a_run_that_judges_nothing_is_red():
    """Where `run` ends with 3, since nothing could be judged, plain pytest fails too."""
    with servers.always(EMPTY) as url:
        done = _pytest("conformance/scenarios/cognito/test_status.py", "--endpoint-url", url, place=ROOT)

    assert done.returncode not in (0, 5), done.stdout


def test_a_node_id_and_a_binding_choose_one_result():
    """A node id with -x and --bindings runs what it names."""
    node = "conformance/scenarios/cognito/test_status.py::test_permanent_password_confirms"
    done = _pytest(node, "--target=reference", "--bindings=wire", "-x", place=ROOT)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "passed" in done.stdout


def test_another_order_changes_no_verdict(tmp_path, moto):
    """In an order that is drawn the same results have the same verdicts, kinds and observations."""

    def run(name: str, order: str) -> set[tuple[str, ...]]:
        file = tmp_path / name
        chosen = ["conformance/scenarios", "-k", "test_status or test_sign_in", f"--endpoint-url={moto}"]
        place = {"ORDER": order} if order else {}
        _pytest(*chosen, "-p", "tests.shuffling", f"--json={file}", place=ROOT, environment=place)
        results = json.loads(file.read_text("utf-8"))["results"]
        return {(r["id"], r["verdict"], r["kind"], r["expected"], r["observed"]) for r in results}

    assert run("own.json", "") == run("drawn.json", "3")


def test_an_installed_copy_is_run_by_pyargs(installed, tmp_path):
    """`pytest -p conformance.plugin --pyargs conformance.scenarios...` works away from the checkout."""
    module = "conformance.scenarios.cognito.test_status"
    done = _pytest("-p", "conformance.plugin", "--target=reference", "--pyargs", module, place=tmp_path, path=installed)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "passed" in done.stdout
