"""Installing the package changes nothing for anybody else's pytest."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from conformance.run.options import OPTIONS, TARGET

# What a project of somebody else may call its own options; several of them are options of `run`.
NAMES = sorted(option.name for option in (TARGET, *OPTIONS) if option.name.startswith("--"))
# Plugins that stand beside an installed copy in many environments; the first has an --html of its own.
PLUGINS = ("pytest-html", "pytest-cov", "pytest-randomly", "pytest-json-report")


@pytest.fixture
def project(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """pytest in the directory of an unrelated project with one test, which has this conftest.py."""
    (tmp_path / "test_sums.py").write_text("def test_sum():\n    assert 1 + 1 == 2\n", encoding="utf-8")

    def call(*arguments: str, conftest: str = "", path: Path | None = None) -> subprocess.CompletedProcess[str]:
        (tmp_path / "conftest.py").write_text(conftest, encoding="utf-8")
        inherited = {
            name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "PYTHONPATH"))
        }
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments]
        environment = inherited | ({"PYTHONPATH": str(path)} if path else {})
        return subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)

    return call


def test_a_project_may_have_any_option_of_ours(project):
    """A conftest that adds options of the same names as those of `run` works, and they are its own."""
    options = "".join(f"    parser.addoption({name!r}, default='theirs')\n" for name in NAMES)
    values = f"    assert {{config.getoption(name) for name in {NAMES!r}}} == {{'theirs'}}\n"
    done = project(conftest=f"def pytest_addoption(parser):\n{options}def pytest_configure(config):\n{values}")

    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 passed" in done.stdout


def test_collecting_elsewhere_loads_nothing_of_ours(project):
    """`pytest --collect-only` in an unrelated project loads neither the package nor boto3."""
    conftest = (
        "import sys\n"
        "def pytest_sessionfinish():\n"
        "    print('loaded:', sorted({'conformance', 'boto3', 'botocore'} & set(sys.modules)))\n"
    )
    done = project("--collect-only", "-s", conftest=conftest)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "loaded: []" in done.stdout


@pytest.mark.network
def test_other_plugins_work_beside_an_installed_copy(project, tmp_path_factory):
    """pytest-html, pytest-cov, pytest-randomly and pytest-json-report run an unrelated project's tests."""
    place = tmp_path_factory.mktemp("plugins")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", f"--target={place}"]
    needed = (*PLUGINS, "pytest-metadata", "coverage", "jinja2", "markupsafe")
    # The package index, as the mark says: what keeps tests on this machine comes by PYTHONPATH.
    reaching = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    subprocess.run([*pip, *needed], check=True, env=reaching)
    done = project("--html=report.html", "--json-report", "--cov=.", path=place)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 passed" in done.stdout
