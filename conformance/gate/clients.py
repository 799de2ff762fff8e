"""Client versions as the command line names them, and where their code lies.

A spec is one of

    boto3==1.44.0  botocore==1.44.0  awscli==1.46.3   a release; the botocore of a boto3 is the one it was released with
    boto3==1.44.0,botocore==1.44.2,urllib3==2.5.0     the same with other versions of what it needs, as a lock has them
    installed  latest                                  of the other side's package, boto3 if that has none
    boto3==installed  boto3==latest                    the same, with the package named
    botocore@PATH                                      a wheel file, or a directory that holds the package (a checkout)
    aws-cli-v2:PATH                                    a directory that holds AWS CLI v2's package `awscli`
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from conformance.errors import BadInput
from conformance.gate import releases

PACKAGES = ("boto3", "botocore", "awscli")
# Fetched as released with the client, even if another version is installed here.
_OWN = (*PACKAGES, "s3transfer")
_EXAMPLES = "write boto3==1.44.0, botocore==…, awscli==…, aws-cli-v2:/path, installed or latest"


@dataclass(frozen=True)
class Home:
    """Where a distribution's code lies, and its METADATA, which a bare checkout does not have."""

    root: Path
    metadata: Path | None = None


@dataclass(frozen=True)
class Client:
    """A client version. `path` goes in front of what is installed; `parts` says which versions run."""

    package: str
    version: str
    path: tuple[Path, ...] = ()
    parts: tuple[tuple[str, str], ...] = ()
    homes: Mapping[str, Home] = field(default_factory=dict, hash=False, compare=False)
    # Whether it is made of releases only, which never change: what was observed of it holds for ever.
    released: bool = False

    @property
    def title(self) -> str:
        """As it stands in a report: "boto3 1.44.0"."""
        return f"{self.package} {self.version}"

    @property
    def is_cli(self) -> bool:
        """Whether it is an AWS CLI."""
        return self.package in ("awscli", "aws-cli-v2")

    def is_older_than(self, other: Client) -> bool:
        """Whether both are versions of one package, and this is the lower one."""
        try:
            return self.package == other.package and Version(self.version) < Version(other.version)
        except InvalidVersion:
            return False


def package_of(spec: str) -> str | None:
    """The package that a spec names, or None if it leaves that to the other side."""
    if spec.startswith("aws-cli-v2:"):
        return "aws-cli-v2"
    name = spec.partition("==")[0].partition("@")[0].strip()
    return None if name in ("installed", "latest") else name


def resolve(spec: str, other: str) -> Client:
    """Return the client that `spec` names; `other` is the other side of the pair.

    Raises BadInput for a spec that names none, Inconclusive if it cannot be fetched now."""
    spec = spec.strip()
    if spec.startswith("aws-cli-v2:"):
        return _aws_cli_v2(Path(spec.partition(":")[2]))
    if spec in ("installed", "latest"):
        package = package_of(other.strip()) or "boto3"
        spec = f"{package if package in PACKAGES else 'awscli'}=={spec}"
    if "@" in spec:
        package, _, place = (part.strip() for part in spec.partition("@"))
        return _at(_known(package), Path(place))
    first, *others = spec.split(",")
    package, equals, wanted = (part.strip() for part in first.partition("=="))
    _known(package)
    if not equals or not wanted:
        raise BadInput(f"{spec!r} names no version: {_EXAMPLES}")
    if wanted == "installed":
        if others:
            raise BadInput(f"{spec!r}: what is installed runs on what is installed: name an exact version instead")
        return _installed(package)
    pins = {}
    for pin in others:
        name, equals, version = (part.strip() for part in pin.partition("=="))
        if not name or not equals:
            raise BadInput(f"{spec!r}: {pin!r} is not NAME==VERSION")
        pins[str(canonicalize_name(name))] = _exact(spec, version)
    newest = releases.newest(package) if wanted == "latest" else None
    return _released(newest or releases.tree(f"{package}=={_exact(spec, wanted)}"), pins)


def _known(package: str) -> str:
    if package not in PACKAGES:
        raise BadInput(f"{package!r} is not a client that the gate knows: {_EXAMPLES}")
    return package


def _exact(spec: str, wanted: str) -> str:
    try:
        return str(Version(wanted))
    except InvalidVersion:
        raise BadInput(f"{spec!r}: {wanted!r} is not a version: {_EXAMPLES}") from None


def _released(tree: releases.Tree, pins: Mapping[str, str]) -> Client:
    trees = {tree.name: tree}
    beside: dict[str, Distribution] = {}
    _add_dependencies(tree.requirements(), trees, beside, pins)
    parts = _versions(trees, beside)
    homes = {name: Home(found.path, found.metadata) for name, found in trees.items()}
    path = tuple(found.path for found in trees.values())
    return Client(tree.name, tree.version, path, tuple(sorted(parts.items())), homes, released=True)


def _add_dependencies(
    needed: Iterable[Requirement],
    trees: dict[str, releases.Tree],
    beside: dict[str, Distribution],
    pins: Mapping[str, str],
) -> None:
    """Add what is needed: as pinned, as released with the client, or as installed here if that fits."""
    for requirement in needed:
        name = str(canonicalize_name(requirement.name))
        if name in trees or name in beside:
            continue
        there = _installed_for(requirement)
        if name not in pins and name not in _OWN and there is not None:
            beside[name] = there
            _add_dependencies(_needs(there), trees, beside, pins)
            continue
        if name in pins and not requirement.specifier.contains(pins[name], prereleases=True):
            raise BadInput(f"{name}=={pins[name]} does not fit: {', '.join(trees)} needs {requirement}")
        chosen = f"{name}=={pins[name]}" if name in pins else _lowest(requirement) if name in _OWN else None
        trees[name] = releases.tree(chosen or _plain(requirement))
        _add_dependencies(trees[name].requirements(), trees, beside, pins)


def _installed_for(requirement: Requirement) -> Distribution | None:
    try:
        found = distribution(requirement.name)
    except PackageNotFoundError:
        return None
    return found if requirement.specifier.contains(found.version, prereleases=True) else None


def _needs(found: Distribution) -> Iterator[Requirement]:
    for line in found.requires or []:
        requirement = Requirement(line)
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
            yield requirement


def _versions(trees: Mapping[str, releases.Tree], beside: Mapping[str, Distribution]) -> dict[str, str]:
    fetched = {name: tree.version for name, tree in trees.items()}
    return fetched | {name: found.version for name, found in beside.items()}


def _lowest(requirement: Requirement) -> str:
    """The requirement with its lower bound for a pin: the release that it was made with, whatever came later."""
    for clause in requirement.specifier:
        if clause.operator in (">=", "=="):
            return f"{requirement.name}=={clause.version}"
    return _plain(requirement)


def _plain(requirement: Requirement) -> str:
    return f"{requirement.name}{','.join(sorted(str(clause) for clause in requirement.specifier))}"


def _installed(package: str) -> Client:
    try:
        found = distribution(package)
    except PackageNotFoundError:
        raise BadInput(f"{package} is not installed in {sys.prefix}: name a version") from None
    trees: dict[str, Distribution] = {}
    waiting = [found]
    while waiting:
        one = waiting.pop()
        name = str(canonicalize_name(one.name))
        if name not in trees:
            trees[name] = one
            waiting += filter(None, (_installed_for(requirement) for requirement in _needs(one)))
    parts = tuple(sorted((name, one.version) for name, one in trees.items()))
    homes = {name: Home(Path(str(one.locate_file(""))), _metadata(one)) for name, one in trees.items() if name in _OWN}
    return Client(package, found.version, parts=parts, homes=homes)


def _metadata(found: Distribution) -> Path | None:
    files = [file for file in found.files or [] if file.match("*.dist-info/METADATA")]
    return Path(str(files[0].locate())) if files else None


def _at(package: str, place: Path) -> Client:
    if place.suffix == ".whl":
        return _released(releases.local(place), {})
    if not (place / package / "__init__.py").is_file():
        raise BadInput(f"{place} holds no package {package}: name the directory that has {package}/__init__.py")
    place = place.resolve()
    return Client(package, _version_in(place / package), (place,), ((package, str(place)),), {package: Home(place)})


def _aws_cli_v2(place: Path) -> Client:
    homes = [place, place / "usr/lib/python3/dist-packages", *sorted(place.glob("lib/python3*/site-packages"))]
    for home in homes:
        if (home / "awscli" / "botocore" / "__init__.py").is_file():
            found = _version_in(home / "awscli")
            if not found.startswith("2."):
                raise BadInput(f"{home} holds AWS CLI {found}: name it awscli=={found}")
            trees: dict[str, releases.Tree] = {}
            beside: dict[str, Distribution] = {}
            [*metadata] = home.glob(f"awscli-{found}.dist-info/METADATA")
            for file in metadata:
                _add_dependencies(releases.requirements(file), trees, beside, {})
            parts = _versions(trees, beside) | {"aws-cli-v2": str(place)}
            path = home.resolve(), *(tree.path for tree in trees.values())
            own = {"awscli": Home(home.resolve(), metadata[0] if metadata else None)}
            return Client("aws-cli-v2", found, path, tuple(sorted(parts.items())), own)
    frozen = any((place / name).exists() for name in ("dist/aws", "v2/current/dist/aws", "aws"))
    problem = "is a frozen bundle, whose modules cannot be imported" if frozen else "holds no package awscli"
    raise BadInput(f"aws-cli-v2:{place} {problem}: name the directory that has awscli/__init__.py")


def _version_in(package: Path) -> str:
    for line in (package / "__init__.py").read_text(encoding="utf-8").splitlines():
        if line.startswith("__version__"):
            return line.partition("=")[2].strip().strip("'\"")
    raise BadInput(f"{package} does not say which version it is")
