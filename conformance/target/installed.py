"""The program of a target: where it is, which version it has, and how it is put into the suite's cache."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import venv
from collections.abc import Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

import platformdirs

from conformance.errors import BadInput

_VERSION_SECONDS = 20
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
    asked = [interpreter, "-c", _ASK, distribution]
    try:
        done = subprocess.run(asked, capture_output=True, text=True, timeout=_VERSION_SECONDS, check=True)
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

    `recipe` is the table `install` of its file. Raises BadInput where it names none, or where that fails."""
    place = cache(name)
    if "pip" not in recipe and "npm" not in recipe:
        raise BadInput(
            f"target {name} cannot be installed for you: {recipe.get('command', 'its file does not say how')}"
        )
    shutil.rmtree(place, ignore_errors=True)
    if "pip" in recipe:
        venv.create(place, with_pip=True)
        _run(name, [str(place / "bin" / "python"), "-m", "pip", "install", "--quiet", *recipe["pip"]])
    if "npm" in recipe:
        place.mkdir(parents=True, exist_ok=True)
        packages = [f"{package}@{release}" for package, release in recipe["npm"].items()]
        _run(name, ["npm", "install", "--no-fund", "--no-audit", "--prefix", str(place), *packages])
    return place


def _run(name: str, command: Sequence[str]) -> None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    except OSError as error:
        raise BadInput(f"target {name} cannot be installed: {command[0]}: {error.strerror}") from None
    if done.returncode != 0:
        last = (done.stderr.strip() or done.stdout.strip() or "it does not say why").splitlines()[-1]
        raise BadInput(f"target {name} cannot be installed: {last}")
