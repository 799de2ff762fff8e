"""Client releases as wheels: fetched from the package index once, verified each time, unpacked, never installed.

The cache is `$COGNITO_CONFORMANCE_CACHE`, else `cognito-conformance` in the user's cache directory:

    wheels/botocore-1.44.0-py3-none-any.whl     as downloaded; pip has checked its hash against the index
    wheels/botocore-1.44.0-py3-none-any.sha256  its hash, checked again at each use
    trees/botocore-1.44.0-<hash>/               unpacked; each file is checked against RECORD at each use
    choices/urllib3_<1.27,>=1.25.4              which wheel was chosen for a requirement that leaves a choice
"""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from email.parser import HeaderParser
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name, parse_wheel_filename
from packaging.version import Version

from conformance.errors import BadInput, Inconclusive

VARIABLE = "COGNITO_CONFORMANCE_CACHE"
_UNREACHABLE = re.compile(
    r"connection|timed out|timeout|Temporary failure|Name or service|unreachable|ProxyError|Max retries|SSLError|Errno",
    re.I,
)
_FETCH_SECONDS = 600


@dataclass(frozen=True)
class Tree:
    """An unpacked wheel that can stand on PYTHONPATH."""

    name: str
    version: str
    path: Path
    sha256: str

    def requirements(self) -> Iterator[Requirement]:
        """What it needs besides itself, on this Python, without extras."""
        [metadata] = self.path.glob("*.dist-info/METADATA")
        return requirements(metadata)


def requirements(metadata: Path) -> Iterator[Requirement]:
    """What a distribution's METADATA says that it needs, on this Python, without extras."""
    headers = HeaderParser().parsestr(metadata.read_text(encoding="utf-8"), headersonly=True)
    for line in headers.get_all("Requires-Dist") or []:
        requirement = Requirement(line)
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
            yield requirement


def cache() -> Path:
    """The directory that keeps what was fetched."""
    if chosen := os.environ.get(VARIABLE):
        return Path(chosen)
    home = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(home) / "cognito-conformance"


def tree(requirement: str) -> Tree:
    """The wheel that pip chooses for a requirement (`botocore==1.44.0`, `urllib3<1.27`), unpacked and verified.

    Raises BadInput for a release that does not exist, was yanked, or is broken; Inconclusive where the index cannot be
    reached and the cache does not have it."""
    wheel = _cached(requirement) or _fetch(requirement)
    return _unpacked(wheel)


def newest(name: str) -> tuple[Tree, str | None]:
    """The newest release, and a note where only the cache could be asked which that is."""
    try:
        return _unpacked(_fetch(name)), None
    except Inconclusive:
        found = sorted((version, path) for version, path in _wheels_of(name))
        if not found:
            raise
        return _unpacked(found[-1][1]), f"the index cannot be reached: {name} {found[-1][0]} is the newest in the cache"


def local(wheel: Path) -> Tree:
    """A wheel file of the caller's own, unpacked and verified."""
    try:
        parse_wheel_filename(wheel.name)
    except ValueError:
        raise BadInput(f"{wheel} is no wheel: its name is not NAME-VERSION-...whl") from None
    if not wheel.is_file():
        raise BadInput(f"there is no file {wheel}")
    return _unpacked(wheel)


def _directory(name: str) -> Path:
    directory = cache() / name
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise BadInput(f"the cache {cache()} cannot be used ({problem.strerror}): set {VARIABLE}") from None
    return directory


def _wheels_of(name: str) -> Iterator[tuple[Version, Path]]:
    for path in _directory("wheels").glob("*.whl"):
        found, version, _, _ = parse_wheel_filename(path.name)
        if found == canonicalize_name(name):
            yield version, path


def _choice(requirement: str) -> Path:
    return _directory("choices") / re.sub(r"[^\w.=<>!~,-]", "_", requirement)


def _cached(requirement: str) -> Path | None:
    parsed = Requirement(requirement)
    pins = [clause for clause in parsed.specifier if clause.operator == "=="]
    if pins:
        exact = [
            path for version, path in _wheels_of(parsed.name) if parsed.specifier.contains(version, prereleases=True)
        ]
        candidate = exact[0] if exact else None
    else:
        choice = _choice(requirement)
        candidate = _directory("wheels") / choice.read_text() if choice.exists() else None
    if candidate is None or not candidate.exists():
        return None
    recorded = candidate.with_suffix(".sha256")
    if not recorded.exists() or recorded.read_text() != _sha256(candidate):
        candidate.unlink()  # an interrupted or damaged download: fetched again
        return None
    return candidate


def _fetch(requirement: str) -> Path:
    command = [sys.executable, "-m", "pip", "download", requirement, "--no-deps", "--only-binary=:all:", "--no-input"]
    with tempfile.TemporaryDirectory(dir=_directory("wheels"), prefix="fetch-") as empty:
        command += ["--disable-pip-version-check", "--retries=1", "--progress-bar=off", f"--dest={empty}"]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=_FETCH_SECONDS, check=False)
        except subprocess.TimeoutExpired:
            raise Inconclusive(f"{requirement}: the package index did not send it in {_FETCH_SECONDS} s") from None
        said = f"{done.stdout}\n{done.stderr}"
        if "No module named pip" in said:
            raise BadInput("the gate fetches releases with pip, which this Python lacks: run python -m ensurepip")
        if done.returncode:
            raise _refusal(requirement, said)
        yanked = re.search(r"yanked version.*?Reason for being yanked: ([^\n]*)", said, re.S)
        if yanked:
            raise BadInput(
                f"{requirement} was yanked from the package index: {yanked[1].strip() or 'without a reason'}"
            )
        [fetched] = Path(empty).glob("*.whl")
        kept = _directory("wheels") / fetched.name
        kept.with_suffix(".sha256").write_text(_sha256(fetched))
        fetched.replace(kept)
    _choice(requirement).write_text(kept.name)
    return kept


def _refusal(requirement: str, said: str) -> Exception:
    errors = [line.removeprefix("ERROR: ") for line in said.splitlines() if line.startswith("ERROR: ")]
    versions = re.search(r"\(from versions: (.*?)\)", said)
    listed = [] if versions is None or versions[1] == "none" else versions[1].split(", ")
    if listed:
        return BadInput(f"{requirement} is no release: the newest in the package index is {listed[-1]}")
    trouble = [line for line in said.splitlines() if line.startswith("WARNING") and _UNREACHABLE.search(line)]
    if trouble or (not errors and _UNREACHABLE.search(said)):
        return Inconclusive(f"the package index cannot be reached, and the cache has no {requirement} ({cache()})")
    if "hash" in said.lower() and "match" in said.lower():
        return BadInput(f"{requirement}: what the package index sent does not have the hash that it announced")
    return BadInput(f"{requirement} cannot be fetched: {errors[-1] if errors else said.strip()[-200:]}")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _unpacked(wheel: Path) -> Tree:
    name, version, _, _ = parse_wheel_filename(wheel.name)
    digest = _sha256(wheel)
    place = _directory("trees") / f"{name}-{version}-{digest[:16]}"
    if place.exists() and (problem := _damage(place)):
        shutil.rmtree(place)
    if not place.exists():
        with tempfile.TemporaryDirectory(dir=place.parent, prefix="unpack-") as scratch:
            fresh = Path(scratch) / "tree"
            try:
                with zipfile.ZipFile(wheel) as archive:
                    archive.extractall(fresh)
            except (zipfile.BadZipFile, OSError, EOFError) as broken:
                raise BadInput(f"{wheel.name} is broken: {broken}") from None
            if problem := _damage(fresh):
                raise BadInput(f"{wheel.name} is broken: {problem}")
            try:
                fresh.rename(place)
            except OSError:
                if not place.exists():  # else another run was faster
                    raise
    return Tree(str(name), str(version), place, digest)


def _damage(place: Path) -> str | None:
    """What differs from the wheel's own list of its files, or None."""
    records = list(place.glob("*.dist-info/RECORD"))
    if len(records) != 1:
        return "it has no RECORD of its files"
    for path, digest, _ in csv.reader(io.StringIO(records[0].read_text(encoding="utf-8"))):
        if not digest:
            continue
        algorithm, _, expected = digest.partition("=")
        file = place / path
        if not file.is_file():
            return f"{path} is missing"
        found = hashlib.new(algorithm, file.read_bytes()).digest()
        if base64.urlsafe_b64encode(found).rstrip(b"=").decode() != expected:
            return f"{path} is not what its RECORD says"
    return None


def check(requirement: str) -> Requirement:
    """A requirement as it was written on the command line. Raises BadInput."""
    try:
        return Requirement(requirement)
    except InvalidRequirement:
        raise BadInput(f"{requirement!r} is no requirement: write boto3==1.44.0") from None
