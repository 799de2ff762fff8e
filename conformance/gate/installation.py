"""What a client version installs, compared without running it: requirements, entry points, modules, source.

Requirements are read for the Python that the gate runs on."""

from __future__ import annotations

import ast
import configparser
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

from conformance.gate import releases
from conformance.gate.clients import PACKAGES, Client, Home
from conformance.gate.rules import Fact, RuleHit

_OWN = {*PACKAGES, "s3transfer"}
# Modules that a request to the service passes through, as paths below the package.
_REQUEST_PATH = {
    "boto3": ("session.py",),
    "botocore": (
        "args.py",
        "auth.py",
        "awsrequest.py",
        "client.py",
        "configprovider.py",
        "credentials.py",
        "endpoint.py",
        "handlers.py",
        "httpsession.py",
        "parsers.py",
        "retries/",
        "retryhandler.py",
        "serialize.py",
        "signers.py",
        "tokens.py",
    ),
    "awscli": (
        "arguments.py",
        "argparser.py",
        "argprocess.py",
        "clidriver.py",
        "customizations/cognito",
        "errorhandler.py",
        "formatter.py",
        "handlers.py",
        "paramfile.py",
        "shorthand.py",
    ),
}
_PYTHONS = [Version(f"3.{minor}") for minor in range(6, 20)]
_REPOSITORIES = {
    "boto3": "boto/boto3",
    "botocore": "boto/botocore",
    "awscli": "aws/aws-cli",
    "aws-cli-v2": "aws/aws-cli",
}


@dataclass
class _Code:
    """The modules of a client: package/path.py -> file; `vendored` are copies of other packages inside it."""

    files: dict[str, Path] = field(default_factory=dict)
    vendored: set[str] = field(default_factory=set)


def compare(old: Client, new: Client) -> Iterator[RuleHit]:
    """Yield what installing the new version changes beside the old."""
    for name in sorted(old.homes.keys() & new.homes.keys() & _OWN):
        before, after = old.homes[name].metadata, new.homes[name].metadata
        if before is not None and after is not None:
            yield from _metadata(name, before, after)
    yield from _code(_modules(old), _modules(new), {*old.homes} & {*new.homes})


def links(old: Client, new: Client) -> Iterator[str]:
    """Addresses that show the difference between two releases."""
    before, after = dict(old.parts), dict(new.parts)
    for name, repository in _REPOSITORIES.items():
        was, is_ = (before.get(name), after.get(name)) if name != old.package else (old.version, new.version)
        if was and is_ and was != is_ and old.released and new.released:
            yield f"https://github.com/{repository}/compare/{was}...{is_}"


def _metadata(name: str, old: Path, new: Path) -> Iterator[RuleHit]:
    before, after = releases.headers(old), releases.headers(new)
    was, is_ = before.get("Requires-Python"), after.get("Requires-Python")
    if was != is_:
        lost = _supported(was) - _supported(is_)
        rule = "python-floor-raised" if lost else "python-range-widened"
        yield RuleHit(rule, _fact(f"{name}/requires-python"), was, is_)
    yield from _requirements(name, old, new)
    extras = sorted({*(before.get_all("Provides-Extra") or []), *(after.get_all("Provides-Extra") or [])})
    for extra in extras:
        asked, asks = ({**_needs(side, extra)} for side in (old, new))
        for needed, version in _needs(old).items():
            asked.pop(needed, version)
        for needed in _needs(new):
            asks.pop(needed, None)
        if asked != asks:
            yield RuleHit("extra-changed", _fact(f"{name}/extra/{extra}"), asked or None, asks or None)
    commands, commanded = _entry_points(old.parent), _entry_points(new.parent)
    for command in sorted(commands.keys() | commanded.keys()):
        was, is_ = commands.get(command), commanded.get(command)
        if was != is_:
            rule = "entry-point-removed" if is_ is None else "entry-point-added"
            yield RuleHit(rule, _fact(f"{name}/entry-point/{command}"), was, is_)


def _fact(part: str) -> Fact:
    return Fact("install", part)


def _supported(specifier: str | None) -> set[Version]:
    try:
        return set(SpecifierSet(specifier or "").filter(_PYTHONS))
    except InvalidSpecifier:
        return set(_PYTHONS)


def _requirements(name: str, old: Path, new: Path) -> Iterator[RuleHit]:
    needed, needs = _needs(old), _needs(new)
    for package in sorted(needed.keys() | needs.keys()):
        before, after = needed.get(package), needs.get(package)
        if before == after:
            continue
        rule = "requirement-added" if before is None else "requirement-removed" if after is None else None
        rule = rule or ("own-requirement-changed" if package in _OWN else "requirement-changed")
        yield RuleHit(rule, _fact(f"{name}/requires/{package}"), before, after)


def _needs(metadata: Path, extra: str = "") -> dict[str, str]:
    needed: dict[str, list[str]] = {}
    for requirement in releases.requirements(metadata, extra):
        clauses = sorted(str(clause) for clause in requirement.specifier)
        needed.setdefault(str(canonicalize_name(requirement.name)), []).append(",".join(clauses) or "any version")
    return {name: " and ".join(sorted(specifiers)) for name, specifiers in needed.items()}


def _entry_points(information: Path) -> dict[str, str]:
    file = information / "entry_points.txt"
    parser = configparser.ConfigParser(interpolation=None, delimiters=("=",))
    try:
        parser.read_string(file.read_text(encoding="utf-8") if file.is_file() else "")
    except configparser.Error:
        return {"entry_points.txt": "unreadable"}
    found = {f"{group}/{name}": value for group in parser.sections() for name, value in parser[group].items()}
    # Old wheels have scripts instead: data/scripts/aws.
    for data in information.parent.glob(information.name.replace(".dist-info", ".data") + "/scripts/*"):
        found.setdefault(f"console_scripts/{data.name}", "script")
    return found


def _modules(client: Client) -> _Code:
    found = _Code()
    for name, home in client.homes.items():
        if name in _OWN:
            _add_modules(found, name, home)
    return found


def _add_modules(found: _Code, name: str, home: Home) -> None:
    package = home.root / name
    for path in sorted(package.rglob("*.py")):
        inside = path.relative_to(package).parts
        whole = (name, *inside)
        if name == "awscli" and inside[0] in ("botocore", "s3transfer"):
            found.vendored.add(f"awscli/{inside[0]}")
            whole = inside  # the copy takes the place of the package
        if "vendored" in whole[:-2]:
            found.vendored.add("/".join(whole[: whole.index("vendored") + 2]))
        else:
            found.files["/".join(whole)] = path


def _code(old: _Code, new: _Code, both: set[str]) -> Iterator[RuleHit]:
    for part in sorted(one for one in old.vendored ^ new.vendored if one.partition("/")[0] in both):
        gone = part in old.vendored
        rule = "vendored-part-removed" if gone else "vendored-part-added"
        yield RuleHit(rule, _fact(f"vendored/{part}"), "shipped" if gone else None, None if gone else "shipped")
    for path in sorted(old.files.keys() | new.files.keys()):
        before, after = old.files.get(path), new.files.get(path)
        if before is None or after is None:
            # A package that only one side has is reported by its requirement or as vendored.
            if path.partition("/")[0] in both:
                rule, was, is_ = ("module-added", None, path) if before is None else ("module-removed", path, None)
                yield RuleHit(rule, _fact(f"module/{path}"), was, is_)
        elif before != after and before.read_bytes() != after.read_bytes():
            yield from _module(path, before, after)


def _module(path: str, before: Path, after: Path) -> Iterator[RuleHit]:
    was, is_ = _parsed(before), _parsed(after)
    if was is None or is_ is None or ast.dump(was) == ast.dump(is_):
        return  # comments, or words of the documentation
    names, named = _names(was), _names(is_)
    for name in sorted(names - named):
        yield RuleHit("module-name-removed", _fact(f"module/{path}/{name}"), name, None)
    for name in sorted(named - names):
        yield RuleHit("module-name-added", _fact(f"module/{path}/{name}"), None, name)
    package, _, inside = path.partition("/")
    if inside.startswith(_REQUEST_PATH.get(package, ())):
        yield RuleHit("source-changed", Fact("source", path), _mark(was), _mark(is_))


def _parsed(path: Path) -> ast.Module | None:
    """A module without docstrings and without its version."""
    try:
        tree = ast.parse(path.read_bytes())
    except (SyntaxError, ValueError):
        return None
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)) and ast.get_docstring(
            node
        ):
            node.body = node.body[1:]
    tree.body = [node for node in tree.body if "__version__" not in _targets(node)]
    return tree


def _targets(node: ast.stmt) -> set[str]:
    if isinstance(node, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
        return {node.name}
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    return {target.id for target in targets if isinstance(target, ast.Name)}


def _names(tree: ast.Module) -> set[str]:
    """The names that a module defines at its top, those that begin with _ left out."""
    return {name for node in tree.body for name in _targets(node) if not name.startswith("_")}


def _mark(tree: ast.Module) -> str:
    return hashlib.sha256(ast.dump(tree).encode()).hexdigest()[:12]


def looked_at(old: Client, new: Client) -> int:
    """How many modules were compared."""
    return len({*_modules(old).files} | {*_modules(new).files})
