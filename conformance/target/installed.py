"""The program of a target: where it is, which version it has, and how it is put into the suite's cache."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
import venv
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import metadata
from pathlib import Path
from typing import Any

import platformdirs

from conformance.errors import BadInput
from conformance.process.workplace import lock_alone

_VERSION_SECONDS = 20
# Lines of pip and npm that stand behind the reason of a failure.
_ADVICE = ("[notice]", "complete log of this run")
# What a Python program's interpreter is asked.
_ASK = "import sys; from importlib.metadata import version; print(version(sys.argv[1]))"


def cache(name: str) -> Path:
    """The directory into which a target is installed."""
    return platformdirs.user_cache_path("cognito-conformance") / "targets" / name


def program(name: str, command: str) -> Path | None:
    """The program that starts a target: the one in the cache, beside this Python, or on PATH."""
    own = cache(name)
    places = (own / "bin", own / "node_modules" / ".bin", Path(sys.executable).parent, None)
    found = (shutil.which(command, path=str(place) if place else None) for place in places)
    return next((Path(path) for path in found if path is not None), None)


def version(path: Path, distribution: str | None) -> str | None:
    """The version of a program that npm or pip installed, None where it cannot be found out."""
    for directory in path.resolve().parents:
        if (directory / "package.json").is_file():
            return _of_package(directory / "package.json")
    interpreter = _interpreter(path)
    if distribution is None or interpreter is None:
        return None
    if interpreter == sys.executable:
        return of_distribution(distribution)
    command = [interpreter, "-c", _ASK, distribution]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_VERSION_SECONDS, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()


def of_distribution(name: str) -> str | None:
    """The version of a distribution in this Python, None where it is not installed."""
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _of_package(path: Path) -> str | None:
    try:
        return str(json.loads(path.read_text(encoding="utf-8"))["version"])
    except (OSError, ValueError, LookupError, TypeError):
        return None


def _interpreter(path: Path) -> str | None:
    """The Python that a script names in its first line."""
    with path.open("rb") as file:
        first = file.readline(500)
    words = first.removeprefix(b"#!").decode(errors="replace").split()
    return words[0] if first.startswith(b"#!") and words and "python" in Path(words[0]).name else None


def install(name: str, recipe: Mapping[str, Any]) -> Path:
    """Put the packages of a target into its directory in the cache, in place of what was there.

    What was there stays until all is installed; a second install of the same target waits for the first.
    `recipe` is the table `install` of its file. Raises BadInput where it names none, or where that fails."""
    place = cache(name)
    if "pip" not in recipe and "npm" not in recipe:
        raise BadInput(
            f"target {name} cannot be installed for you: {recipe.get('command', 'its file does not say how')}"
        )
    with _alone(place.with_name(f".{name}")) as copies:
        _remove(copies, besides=place)
        fresh = Path(tempfile.mkdtemp(prefix="copy-", dir=copies))
        try:
            _fill(name, recipe, fresh)
            _link(place, fresh)
        finally:
            _remove(copies, besides=place)
    return place


@contextmanager
def _alone(copies: Path) -> Iterator[Path]:
    """The directory of a target's copies, which nobody else changes meanwhile."""
    try:
        copies.mkdir(parents=True, exist_ok=True)
        lock = (copies / "lock").open("wb")
    except OSError as error:
        raise BadInput(f"{copies} cannot be written: {error.strerror}") from None
    with lock:
        lock_alone(lock)
        yield copies


def _fill(name: str, recipe: Mapping[str, Any], place: Path) -> None:
    if "pip" in recipe:
        venv.create(place, with_pip=True)
        _run(name, [str(place / "bin" / "python"), "-m", "pip", "install", "--quiet", *recipe["pip"]])
    if "npm" in recipe:
        packages = [f"{package}@{release}" for package, release in recipe["npm"].items()]
        _run(name, ["npm", "install", "--no-fund", "--no-audit", "--prefix", str(place), *packages])


def _link(place: Path, copy: Path) -> None:
    """Let `place` lead to a copy: at every moment it leads to one that is whole."""
    if place.is_dir() and not place.is_symlink():  # as versions before 2026-11-25 left it
        shutil.rmtree(place)
    link = copy.parent / "link"
    link.symlink_to(copy, target_is_directory=True)
    link.replace(place)


def _remove(copies: Path, besides: Path) -> None:
    """Remove the copies that `besides` does not lead to, also those of an install that was killed."""
    for copy in copies.glob("copy-*"):
        if copy.resolve() != besides.resolve():
            shutil.rmtree(copy, ignore_errors=True)
    (copies / "link").unlink(missing_ok=True)


def _run(name: str, command: Sequence[str]) -> None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    except OSError as error:
        raise BadInput(f"target {name} cannot be installed: {command[0]}: {error.strerror}") from None
    if done.returncode != 0:
        lines = (done.stderr.strip() or done.stdout.strip()).splitlines()
        reasons = [line for line in lines if line.strip() and not any(advice in line for advice in _ADVICE)]
        raise BadInput(f"target {name} cannot be installed: {(reasons or ['it does not say why'])[-1]}")
