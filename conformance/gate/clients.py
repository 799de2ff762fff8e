"""Client versions as the command line names them, and where their code lies.

A spec is one of

    boto3==1.44.0  botocore==1.44.0  awscli==1.46.3   a release; the botocore of a boto3 is the one it was released with
    installed  latest                                  of the other side's package, boto3 where that has none
    boto3==installed  boto3==latest                    the same, with the package named
    botocore@PATH                                      a wheel file, or a directory that holds the package (a checkout)
    aws-cli-v2:PATH                                    a directory that holds AWS CLI v2's package `awscli`
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from packaging.requirements import Requirement
from packaging.version import InvalidVersion, Version

from conformance.errors import BadInput
from conformance.gate import wheels

PACKAGES = ("boto3", "botocore", "awscli")
_EXAMPLES = "write boto3==1.44.0, botocore==…, awscli==…, aws-cli-v2:/path, installed or latest"


@dataclass(frozen=True)
class Client:
    """A client version. `path` goes in front of what is installed; `parts` says what was put there."""

    package: str
    version: str
    path: tuple[Path, ...] = ()
    parts: tuple[tuple[str, str], ...] = ()
    note: str | None = None

    @property
    def title(self) -> str:
        """As it stands in a report: "boto3 1.44.0"."""
        return f"{self.package} {self.version}"

    @property
    def is_cli(self) -> bool:
        """Whether it is an AWS CLI."""
        return self.package in ("awscli", "aws-cli-v2")


def package_of(spec: str) -> str | None:
    """The package that a spec names, or None where it leaves that to the other side."""
    if spec.startswith("aws-cli-v2:"):
        return "aws-cli-v2"
    name = spec.partition("==")[0].partition("@")[0].strip()
    return None if name in ("installed", "latest") else name


def resolve(spec: str, other: str) -> Client:
    """The client that `spec` names, where `other` is the other side of the pair.

    Raises BadInput for a spec that names none, Inconclusive where it cannot be had now."""
    spec = spec.strip()
    if spec.startswith("aws-cli-v2:"):
        return _aws_cli_v2(Path(spec.partition(":")[2]))
    if spec in ("installed", "latest"):
        package = package_of(other.strip()) or "boto3"
        spec = f"{package if package in PACKAGES else 'awscli'}=={spec}"
    if "@" in spec:
        package, _, place = (part.strip() for part in spec.partition("@"))
        return _at(_known(package), Path(place))
    package, equals, wanted = (part.strip() for part in spec.partition("=="))
    _known(package)
    if not equals or not wanted:
        raise BadInput(f"{spec!r} names no version: {_EXAMPLES}")
    if wanted == "installed":
        return _installed(package)
    if wanted == "latest":
        tree, note = wheels.newest(package)
        return _with_dependencies(package, tree, note)
    try:
        wanted = str(Version(wanted))
    except InvalidVersion:
        raise BadInput(f"{spec!r}: {wanted!r} is no version: {_EXAMPLES}") from None
    return _with_dependencies(package, wheels.tree(f"{package}=={wanted}"))


def _known(package: str) -> str:
    if package not in PACKAGES:
        raise BadInput(f"{package!r} is no client that the gate knows: {_EXAMPLES}")
    return package


def _installed(package: str) -> Client:
    try:
        return Client(package, version(package), parts=((package, version(package)),))
    except PackageNotFoundError:
        raise BadInput(f"{package} is not installed in {sys.prefix}: name a version") from None


def _with_dependencies(package: str, tree: wheels.Tree, note: str | None = None) -> Client:
    trees = {tree.name: tree}
    _add_dependencies(tree.requirements(), trees)
    parts = tuple(sorted((name, found.version) for name, found in trees.items()))
    return Client(package, tree.version, tuple(found.path for found in trees.values()), parts, note)


def _add_dependencies(needed: Iterable[Requirement], trees: dict[str, wheels.Tree]) -> None:
    """Add what is needed: botocore and s3transfer as released with it, else as installed if that will do."""
    for requirement in needed:
        name = requirement.name.lower()
        if name in trees or (name not in (*PACKAGES, "s3transfer") and _is_installed(requirement)):
            continue
        trees[name] = wheels.tree(_lowest(requirement) if name in (*PACKAGES, "s3transfer") else _plain(requirement))
        _add_dependencies(trees[name].requirements(), trees)


def _is_installed(requirement: Requirement) -> bool:
    try:
        return requirement.specifier.contains(version(requirement.name), prereleases=True)
    except PackageNotFoundError:
        return False


def _lowest(requirement: Requirement) -> str:
    """The requirement with its lower bound for a pin: the release that it was made with, whatever came later."""
    for clause in requirement.specifier:
        if clause.operator in (">=", "=="):
            return f"{requirement.name}=={clause.version}"
    return _plain(requirement)


def _plain(requirement: Requirement) -> str:
    return f"{requirement.name}{','.join(sorted(str(clause) for clause in requirement.specifier))}"


def _at(package: str, place: Path) -> Client:
    if place.suffix == ".whl":
        return _with_dependencies(package, wheels.local(place))
    if not (place / package / "__init__.py").is_file():
        raise BadInput(f"{place} holds no package {package}: name the directory that has {package}/__init__.py")
    return Client(package, _version_in(place / package), (place.resolve(),), ((package, str(place)),))


def _aws_cli_v2(place: Path) -> Client:
    homes = [place, place / "usr/lib/python3/dist-packages", *sorted(place.glob("lib/python3*/site-packages"))]
    for home in homes:
        if (home / "awscli" / "botocore" / "__init__.py").is_file():
            found = _version_in(home / "awscli")
            if not found.startswith("2."):
                raise BadInput(f"{home} holds AWS CLI {found}: name it awscli=={found}")
            trees: dict[str, wheels.Tree] = {}
            for metadata in home.glob(f"awscli-{found}.dist-info/METADATA"):
                _add_dependencies(wheels.requirements(metadata), trees)
            parts = {"aws-cli-v2": str(place), **{name: tree.version for name, tree in trees.items()}}
            path = home.resolve(), *(tree.path for tree in trees.values())
            return Client("aws-cli-v2", found, path, tuple(sorted(parts.items())))
    frozen = any((place / name).exists() for name in ("dist/aws", "v2/current/dist/aws", "aws"))
    problem = "is a frozen bundle, whose modules cannot be imported" if frozen else "holds no package awscli"
    raise BadInput(f"aws-cli-v2:{place} {problem}: name the directory that has awscli/__init__.py")


def _version_in(package: Path) -> str:
    for line in (package / "__init__.py").read_text(encoding="utf-8").splitlines():
        if line.startswith("__version__"):
            return line.partition("=")[2].strip().strip("'\"")
    raise BadInput(f"{package} does not say which version it is")
