"""Client releases: found by pip, verified and unpacked by `installer`, kept in a cache, never installed.

The cache is `$COGNITO_CONFORMANCE_CACHE`, else `cognito-conformance` in the user's cache directory:

    wheels/botocore-1.44.0-py3-none-any.whl     as downloaded
    wheels/botocore-1.44.0-py3-none-any.sha256  the hash that the index announced, checked again at each use
    trees/botocore-1.44.0-<hash>/               unpacked: the files of RECORD, no others, checked at each use
    choices/urllib3_<1.27,>=1.25.4              the wheel that was chosen for a requirement that leaves a choice
    observations/, bytecode/                    see observation.py
    lock                                        held by whoever puts a tree in the place of a damaged one

Several gates may share a cache: a file appears there whole, by renaming.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from email.parser import HeaderParser
from pathlib import Path, PurePosixPath
from typing import Any

import platformdirs
from installer.exceptions import InstallerError
from installer.records import RecordEntry, parse_record_file
from installer.sources import WheelFile
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name, parse_wheel_filename
from packaging.version import Version

from conformance.errors import BadInput, Inconclusive
from conformance.process.workplace import lock_alone

VARIABLE = "COGNITO_CONFORMANCE_CACHE"
_SECONDS = 600


@dataclass(frozen=True)
class Tree:
    """An unpacked wheel that can stand on PYTHONPATH."""

    name: str
    version: str
    path: Path
    sha256: str

    @property
    def metadata(self) -> Path:
        """Its METADATA."""
        [found] = self.path.glob("*.dist-info/METADATA")
        return found

    def requirements(self) -> Iterator[Requirement]:
        """What it needs besides itself, on this Python, without extras."""
        return requirements(self.metadata)


def headers(metadata: Path) -> Message:
    """The headers of a distribution's METADATA."""
    return HeaderParser().parsestr(metadata.read_text(encoding="utf-8", errors="replace"), headersonly=True)


def requirements(metadata: Path, extra: str = "") -> Iterator[Requirement]:
    """The requirements in a distribution's METADATA that apply to this Python."""
    for line in headers(metadata).get_all("Requires-Dist") or []:
        try:
            requirement = Requirement(line)
        except InvalidRequirement as problem:
            raise BadInput(f"{metadata.parent.name} has an unreadable requirement: {problem}") from None
        if requirement.marker is None or requirement.marker.evaluate({"extra": extra}):
            yield requirement


def cache() -> Path:
    """The directory that keeps what was fetched."""
    chosen = os.environ.get(VARIABLE)
    return Path(chosen) if chosen else platformdirs.user_cache_path("cognito-conformance")


def tree(requirement: str) -> Tree:
    """Return the wheel that pip chooses for a requirement (`botocore==1.44.0`, `urllib3<1.27`), unpacked and verified.

    Raises BadInput for a release that does not exist, was yanked or is broken; Inconclusive if the index fails."""
    return _unpacked(_cached(requirement) or _fetch(requirement))


def newest(requirement: str) -> Tree:
    """Return the newest release that the index has now. Raises Inconclusive if the index cannot say."""
    found = _ask(requirement)
    if isinstance(found, str):
        raise Inconclusive(f"the package index cannot say which {requirement} is the newest: {found}")
    metadata = found["metadata"]
    return tree(f"{metadata['name']}=={metadata['version']}")


def local(wheel: Path) -> Tree:
    """A wheel file of the caller's own, unpacked and verified."""
    try:
        parse_wheel_filename(wheel.name)
    except ValueError:
        raise BadInput(f"{wheel} is not a wheel: its name is not NAME-VERSION-...whl") from None
    if not wheel.is_file():
        raise BadInput(f"there is no file {wheel}")
    return _unpacked(wheel)


def directory(name: str) -> Path:
    """A directory of the cache, made if need be."""
    place = cache() / name
    try:
        place.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise _unusable(problem) from None
    return place


def _unusable(problem: OSError) -> BadInput:
    return BadInput(f"the cache {cache()} cannot be used ({problem.strerror}): set {VARIABLE} to a writable directory")


def _wheels_of(name: str) -> Iterator[tuple[Version, Path]]:
    for path in (cache() / "wheels").glob("*.whl"):
        try:
            found, version, _, _ = parse_wheel_filename(path.name)
        except ValueError:
            continue  # not ours
        if found == canonicalize_name(name):
            yield version, path


def _choice(requirement: str) -> Path:
    return cache() / "choices" / re.sub(r"[^\w.=<>!~,-]", "_", requirement)


def _cached(requirement: str) -> Path | None:
    parsed = Requirement(requirement)
    pinned = [clause for clause in parsed.specifier if clause.operator in ("==", "===")]
    if pinned:
        exact = [path for version, path in _wheels_of(parsed.name) if parsed.specifier.contains(version, True)]
        candidate = exact[0] if exact else None
    else:
        choice = _choice(requirement)
        candidate = cache() / "wheels" / choice.read_text("utf-8") if choice.is_file() else None
    if candidate is None or not candidate.is_file():
        return None
    recorded = candidate.with_suffix(".sha256")
    intact = recorded.is_file() and recorded.read_text("utf-8", "replace") == _sha256(candidate)
    return candidate if intact else None  # an interrupted or damaged download is fetched again


def _pip(*arguments: str) -> subprocess.CompletedProcess[str]:
    # From an empty directory, and without what stands there on the path: a pip.py of the caller's is not run.
    with tempfile.TemporaryDirectory(prefix="cognito-conformance-") as nowhere:
        try:
            return subprocess.run(
                [sys.executable, "-P", "-m", "pip", *arguments, "--no-deps", "--only-binary=:all:", "--no-input"],
                cwd=nowhere,
                env={**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_RETRIES": "1", "PIP_PROGRESS_BAR": "off"},
                capture_output=True,
                text=True,
                errors="replace",
                stdin=subprocess.DEVNULL,
                timeout=_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise Inconclusive(f"the package index did not answer in {_SECONDS} s: {arguments[-1]}") from None


def _ask(requirement: str, *options: str) -> dict[str, Any] | str:
    """pip's report on the release that it would install, or the last line that it wrote instead."""
    done = _pip("install", "--dry-run", "--ignore-installed", "--quiet", "--report", "-", *options, requirement)
    try:
        report = json.loads(done.stdout)
    except ValueError:
        report = {}
    if done.returncode == 0 and report.get("install"):
        entry: dict[str, Any] = report["install"][0]
        # pip before 23.3 has no "is_yanked", and only warns.
        return {"is_yanked": "yanked version" in done.stderr, **entry}
    lines = [line.removeprefix("ERROR: ") for line in done.stderr.splitlines() if line.strip()] or ["pip said nothing"]
    if "No module named pip" in lines[-1]:
        raise BadInput("the gate fetches releases with pip, which this Python lacks: run python -m ensurepip")
    return lines[-1][:300]


def _fetch(requirement: str) -> Path:
    found = _ask(requirement)
    if isinstance(found, str):
        raise _refusal(requirement, found)
    if found["is_yanked"]:
        raise BadInput(f"{requirement} was yanked from the package index: take another version")
    try:
        with tempfile.TemporaryDirectory(dir=directory("wheels"), prefix="fetch-") as empty:
            metadata = found["metadata"]
            done = _pip("download", "--quiet", f"--dest={empty}", f"{metadata['name']}=={metadata['version']}")
            fetched = list(Path(empty).glob("*.whl"))
            announced = found["download_info"].get("archive_info", {}).get("hashes", {}).get("sha256")
            if done.returncode or len(fetched) != 1 or announced not in (None, _sha256(fetched[0])):
                last = [line for line in done.stderr.splitlines() if line.strip()][-1:] or [
                    "another file than announced"
                ]
                raise Inconclusive(f"the package index did not send {requirement} whole: {last[0][:300]}")
            kept = directory("wheels") / fetched[0].name
            write(kept.with_suffix(".sha256"), _sha256(fetched[0]))
            fetched[0].replace(kept)
        directory("choices")
        write(_choice(requirement), kept.name)
    except OSError as problem:
        raise _unusable(problem) from None
    return kept


def write(place: Path, text: str) -> None:
    """Put a whole file into the cache, or none."""
    with tempfile.NamedTemporaryFile("w", dir=place.parent, prefix="write-", delete=False, encoding="utf-8") as file:
        file.write(text)
    Path(file.name).replace(place)


def _refusal(requirement: str, complaint: str) -> BadInput | Inconclusive:
    """Tell a release that is not there from an index that fails, by asking it for what it should have."""
    name = Requirement(requirement).name
    anything = _ask(name)
    if isinstance(anything, str):
        return Inconclusive(f"the package index cannot be reached, and the cache has no {requirement}: {anything}")
    elsewhere = _ask(requirement, "--ignore-requires-python")
    if not isinstance(elsewhere, str):
        needs = elsewhere["metadata"].get("requires_python") or "of another version"
        here = ".".join(map(str, sys.version_info[:3]))
        return BadInput(f"{requirement} needs Python {needs}, and the gate runs on {here}")
    [*pinned] = (clause.version for clause in Requirement(requirement).specifier if clause.operator == "==")
    nearest = _ask(f"{name}<={pinned[0]}") if pinned else complaint
    if not isinstance(nearest, str) or not pinned:
        return BadInput(f"{requirement} is not a release: the newest in the package index is {_version(anything)}")
    return Inconclusive(f"the package index does not send {requirement}: {complaint}")


def _version(report: dict[str, Any]) -> str:
    return str(report["metadata"]["version"])


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _unpacked(wheel: Path) -> Tree:
    name, version, _, _ = parse_wheel_filename(wheel.name)
    digest = _sha256(wheel)
    place = cache() / "trees" / f"{name}-{version}-{digest[:16]}"
    for _ in range(3):  # where there are no locks, another gate may heal the same tree at this moment
        problem = _damage(place)
        if problem is None:
            return Tree(str(name), str(version), place, digest)
        try:
            with tempfile.TemporaryDirectory(dir=directory("trees"), prefix="unpack-") as scratch:
                fresh = Path(scratch) / "fresh"
                _unpack(wheel, fresh)
                _replace(place, fresh, Path(scratch) / "damaged")
        except OSError as unusable:
            raise _unusable(unusable) from None
    raise BadInput(f"{wheel.name} is broken: {problem}")


def _replace(place: Path, fresh: Path, damaged: Path) -> None:
    """Put a fresh tree in the place of a damaged one, unless another gate has healed that, and may be reading it."""
    with (cache() / "lock").open("a") as lock:
        lock_alone(lock)
        if _damage(place) is None:
            return
        if place.exists():
            _rename(place, damaged)
        _rename(fresh, place)


def _rename(old: Path, new: Path) -> None:
    try:
        old.rename(new)
    except OSError:
        if not (old.parent.is_dir() and os.access(old.parent, os.W_OK)):
            raise
        # Otherwise another gate was faster; what it left is checked next.


def _unpack(wheel: Path, place: Path) -> None:
    """Write the files of a wheel that its RECORD lists. Raises BadInput if it holds any other, or a changed one."""
    try:
        with WheelFile.open(wheel) as source:
            source.validate_record()
            if "METADATA" not in source.dist_info_filenames:
                raise BadInput(f"{wheel.name} is broken: it has no METADATA")
            for (path, _, _), stream, _ in source.get_contents():
                if PurePosixPath(path).is_absolute() or ".." in PurePosixPath(path).parts:
                    raise BadInput(f"{wheel.name} is broken: {path} lies outside")
                target = place / path
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(stream.read())
    except source_errors as problem:
        first = getattr(problem, "issues", None) or [problem]
        text = str(first[0]).replace(f"{wheel}, ", "").replace(str(wheel), wheel.name)
        raise BadInput(f"{wheel.name} is broken: {text}") from None


# What installer and zipfile raise for a file that is not the wheel that it seems to be.
source_errors = (
    InstallerError,
    zipfile.BadZipFile,
    EOFError,
    KeyError,
    ValueError,
    AssertionError,
    NotImplementedError,
    RuntimeError,
)


def _damage(place: Path) -> str | None:
    """How an unpacked wheel differs from its own list of files, or None."""
    records = list(place.glob("*.dist-info/RECORD"))
    if len(records) != 1:
        return "it has no RECORD of its files"
    found = {str(path.relative_to(place)) for path in place.rglob("*") if not path.is_dir()}
    try:
        listed = [RecordEntry.from_elements(*row) for row in parse_record_file(_lines(records[0]))]
        for entry in listed:
            if entry.hash_ is None:
                continue
            with (place / entry.path).open("rb") as file:
                if not entry.validate_stream(file):
                    return f"{entry.path} is not what its RECORD says"
    except FileNotFoundError as missing:
        return f"{missing.filename} is missing"
    except (*source_errors, OSError) as problem:
        return str(problem)
    unlisted = sorted(found - {entry.path for entry in listed})
    return f"its RECORD does not list {unlisted[0]}" if unlisted else None


def _lines(record: Path) -> list[str]:
    return record.read_text(encoding="utf-8").splitlines()
