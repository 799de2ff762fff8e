"""The client versions that a repository pins, before and after a change, in whatever format it pins them.

Read are requirements and constraints files (and what they include), pyproject.toml (PEP 621, dependency groups,
Poetry, PDM, uv, Hatch), uv.lock, poetry.lock, pdm.lock, pylock.toml, Pipfile, Pipfile.lock and setup.cfg. A range
beside or below a lock or an exact pin says nothing; a range alone stands for the newest release that it allows now.
A changed line that names a client and cannot be read is bad input, never silence.
"""

from __future__ import annotations

import configparser
import json
import posixpath
import re
import subprocess
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from conformance.errors import BadInput
from conformance.gate import releases

CLIENTS = ("boto3", "botocore", "awscli")
# What runs below a client: another version of it is another client.
COMPANIONS = ("botocore", "s3transfer", "urllib3", "jmespath", "python-dateutil")
_NAMES = {*CLIENTS, *COMPANIONS}
# A client beside something that looks like a version, in a file that is not read.
_MENTION = re.compile(
    rf"(?<![\w./-])({'|'.join(CLIENTS)})(\[[\w,\s-]*\])?[\"']?\s*(===?|~=|>=|<=|!=|[<>=^~:@])\s*[\"'{{]?\s*[\w^~<>=*]",
    re.I,
)
_SEARCHED = (".txt", ".in", ".pip", ".toml", ".ini", ".cfg", ".yml", ".yaml", ".lock")
_SEARCHED_NAMES = re.compile(r"(setup\.py|noxfile\.py|(Docker|Container)file.*|.*\.Dockerfile)", re.I)

Pins = dict[str, set[str]]


@dataclass
class Environment:
    """What one file pins: package -> specifiers ("==1.44.0"); and its lines that name a client and cannot be read."""

    pins: Pins = field(default_factory=dict)
    unreadable: list[str] = field(default_factory=list)

    def add(self, requirement: Requirement) -> None:
        """Add a requirement of a package that matters."""
        name = str(canonicalize_name(requirement.name))
        if name not in _NAMES:
            return
        if requirement.url is not None:
            self.unreadable.append(str(requirement))
        else:
            self.pins.setdefault(name, set()).add(_normal(str(requirement.specifier)))

    def add_line(self, line: str) -> None:
        """Add a requirement as it is written, if its package matters."""
        try:
            self.add(Requirement(line))
        except InvalidRequirement:
            if re.match(rf"\s*({'|'.join(CLIENTS)})\b", line, re.I) or _MENTION.search(line):
                self.unreadable.append(line)


def changes(repository: Path, base: str, head: str) -> tuple[list[tuple[str, str]], list[str]]:
    """The pairs of specs that differ between two revisions, and lines that say what was read.

    Raises BadInput for what cannot be read."""
    old, new = _environments(repository, base), _environments(repository, head)
    _complain(old, new)
    pairs: dict[tuple[str, str], str] = {}
    gone: dict[str, set[str]] = {}
    come: dict[str, set[str]] = {}
    for path in sorted(old.keys() | new.keys()):
        before, after = _specs(old.get(path)), _specs(new.get(path))
        for client in CLIENTS:
            was, is_ = before.get(client, []), after.get(client, [])
            if was and is_:
                for pair in _paired(was, is_):
                    pairs.setdefault(pair, path)
            elif was:
                gone.setdefault(client, set()).update(was)
            elif is_:
                come.setdefault(client, set()).update(is_)
    # A pin that moved from one file to another.
    for client in CLIENTS:
        for pair in _paired(sorted(gone.get(client, ())), sorted(come.get(client, ()))):
            pairs.setdefault(pair, "moved")
    resolved = {(_exact(before), _exact(after)): path for (before, after), path in pairs.items()}
    read = [_said(base, old), _said(head, new)]
    read += [f"{path}: {before} -> {after}" for (before, after), path in resolved.items()]
    read += [f"{', '.join(sorted(come[client]))} is new" for client in CLIENTS if client in come and client not in gone]
    read += [
        f"{', '.join(sorted(gone[client]))} is gone" for client in CLIENTS if client in gone and client not in come
    ]
    return [pair for pair in resolved if pair[0] != pair[1]], read


def against_latest(repository: Path, revision: str) -> tuple[list[tuple[str, str]], list[str]]:
    """The pairs of what a revision pins and the newest release, and lines that say what was read.

    Raises BadInput for what cannot be read, and if nothing is pinned."""
    found = _environments(repository, revision)
    _complain({}, found)
    specs = {spec for environment in found.values() for specs in _specs(environment).values() for spec in specs}
    if not specs:
        raise BadInput(f"no file of {revision} pins {', '.join(CLIENTS[:-1])} or {CLIENTS[-1]}")
    pairs = sorted({(before, _newest(before)) for before in map(_exact, specs)})
    return pairs, [_said(revision, found), *(f"{before} -> {after}" for before, after in pairs)]


def _newest(spec: str) -> str:
    """The newest release of a spec's client, on the same packages of others below it."""
    first, *beside = spec.split(",")
    kept = [pin for pin in beside if pin.partition("==")[0] not in ("botocore", "s3transfer")]
    return ",".join((f"{first.partition('==')[0]}==latest", *kept))


def _said(revision: str, environments: Mapping[str, Environment]) -> str:
    paths = sorted(path for path, environment in environments.items() if environment.pins)
    return f"{revision}: pins read from {', '.join(paths) or 'no file'}"


def _complain(old: Mapping[str, Environment], new: Mapping[str, Environment]) -> None:
    for path in sorted(old.keys() | new.keys()):
        before, after = old.get(path, Environment()).unreadable, new.get(path, Environment()).unreadable
        for line in sorted({*before} ^ {*after}):
            raise BadInput(
                f"{path}: cannot read the version in {line.strip()[:200]!r}: pin the client as name==version"
            )


def _specs(environment: Environment | None) -> dict[str, list[str]]:
    """The clients of an environment, each as specs with the exact versions of what runs below it."""
    if environment is None:
        return {}
    pins = environment.pins
    below = {name: max(exact, key=Version) for name in COMPANIONS if (exact := _exact_pins(pins.get(name, ())))}
    found = {}
    for client in CLIENTS:
        if client == "botocore" and "boto3" in pins:
            continue  # one pair with its boto3
        beside = [f"{name}=={version}" for name, version in sorted(below.items()) if name != client]
        if client in pins:
            found[client] = [",".join((f"{client} {specifier}", *beside)) for specifier in sorted(pins[client])]
    return found


def _exact_pins(specifiers: Iterable[str]) -> list[str]:
    return [specifier.lstrip("=") for specifier in specifiers if _is_exact(specifier)]


def _is_exact(specifier: str) -> bool:
    return specifier.startswith("==") and "*" not in specifier and "," not in specifier


def _exact(spec: str) -> str:
    """A spec as `clients.resolve` takes it: the newest release that a range allows, the version of a pin."""
    first, *beside = spec.split(",") if _is_exact(spec.partition(" ")[2].partition(",")[0]) else [spec]
    client, _, specifier = first.partition(" ")
    if _is_exact(specifier):
        return ",".join((f"{client}=={specifier.lstrip('=')}", *beside))
    return f"{client}=={releases.newest(f'{client}{specifier}').version}"


def _paired(old: list[str], new: list[str]) -> Iterator[tuple[str, str]]:
    left, came = [one for one in old if one not in new], [one for one in new if one not in old]
    if len(left) == len(came):
        yield from zip(left, came, strict=True)
    elif left and came:
        yield from ((before, after) for before in left for after in came)
    elif came and old:
        yield from ((old[0], after) for after in came)


def _normal(specifier: str) -> str:
    try:
        clauses = sorted(str(clause) for clause in SpecifierSet(specifier))
    except InvalidSpecifier:
        clauses = [specifier]
    return ",".join(clauses)


# --- the repository


def _git(repository: Path, *arguments: str, allowed: tuple[int, ...] = (0,)) -> bytes:
    try:
        done = subprocess.run(["git", *arguments], cwd=repository, capture_output=True, check=False)
    except FileNotFoundError:
        raise BadInput("--from-git needs git, which is not on PATH") from None
    if done.returncode not in allowed:
        last = done.stderr.decode("utf-8", "replace").strip().splitlines()[-1:] or ["git failed"]
        raise BadInput(f"git {arguments[0]}: {last[0]} (a shallow clone lacks revisions: fetch-depth: 0)")
    return done.stdout


def _environments(repository: Path, revision: str) -> dict[str, Environment]:
    """What each file of a revision pins."""
    commit = _git(repository, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    name = commit.decode().strip()
    paths = set(_split(_git(repository, "ls-tree", "-r", "-z", "--full-tree", "--name-only", name)))
    # Of a large repository only the files that name a client at all.
    mentions = [argument for client in CLIENTS for argument in ("-e", client)]
    search = ("grep", "-l", "-z", "-I", "-i", "-F", "--full-name", *mentions, name, "--", ":/")
    naming = [one.removeprefix(f"{name}:") for one in _split(_git(repository, *search, allowed=(0, 1)))]

    def text(path: str) -> str | None:
        return _git(repository, "show", f"{name}:{path}").decode("utf-8", "replace") if path in paths else None

    found = {}
    for path in sorted(naming):
        reader = _reader(path)
        content = text(path) if reader is not None else None
        if reader is not None and content is not None:
            found[path] = reader(path, content, text)
    return {path: one for path, one in _without_loose(found) if one.pins or one.unreadable}


def _split(listed: bytes) -> list[str]:
    return [path for path in listed.decode("utf-8", "surrogateescape").split("\0") if path]


def _without_loose(found: Mapping[str, Environment]) -> Iterator[tuple[str, Environment]]:
    """Leave out the ranges of packages that a file beside or above pins exactly."""
    pinned = {
        (posixpath.dirname(path), name)
        for path, environment in found.items()
        for name, specifiers in environment.pins.items()
        if all(map(_is_exact, specifiers))
    }
    for path, environment in found.items():
        above = [posixpath.dirname(path)]
        while above[-1]:
            above.append(posixpath.dirname(above[-1]))
        kept = {
            name: specifiers
            for name, specifiers in environment.pins.items()
            if all(map(_is_exact, specifiers)) or not any((place, name) in pinned for place in above)
        }
        yield path, Environment(kept, environment.unreadable)


Text = Callable[[str], str | None]
Reader = Callable[[str, str, Text], Environment]


def _reader(path: str) -> Reader | None:
    name, low = posixpath.basename(path), path.lower()
    if low.endswith((".txt", ".in", ".pip")) and ("requirement" in low or "constraint" in low):
        return _requirements
    if name in _READERS:
        return _READERS[name]
    if re.fullmatch(r"pylock\..*\.toml", name):
        return _lock
    return _searched if low.endswith(_SEARCHED) or _SEARCHED_NAMES.fullmatch(name) else None


# --- the formats


def _requirements(path: str, content: str, text: Text) -> Environment:
    found = Environment()
    _add_requirements(found, path, content, text, {path})
    return found


def _add_requirements(found: Environment, path: str, content: str, text: Text, seen: set[str]) -> None:
    others = Environment()  # for another Python or platform
    for raw in re.sub(r"\\\r?\n", " ", content).splitlines():
        line = re.sub(r"(^|\s)#.*$", "", raw).strip()
        included = re.match(r"(?:-r|-c|--requirement|--constraint)(?:\s*=\s*|\s*)(\S+)$", line)
        if included:
            target = posixpath.normpath(posixpath.join(posixpath.dirname(path), included[1]))
            inside = text(target)
            if inside is not None and target not in seen:
                _add_requirements(found, target, inside, text, {*seen, target})
        elif line.startswith("-"):
            if re.search(rf"({'|'.join(CLIENTS)})(\.git|@|$)", line):
                found.unreadable.append(line)
        elif line:
            wanted = re.split(r"\s--?\w", line)[0].strip()
            (found if _applies(wanted) else others).add_line(wanted)
    for name in others.pins.keys() - found.pins.keys():
        found.pins[name] = others.pins[name]
    found.unreadable += others.unreadable


def _applies(line: str) -> bool:
    try:
        marker = Requirement(line).marker
    except InvalidRequirement:
        return True
    return marker is None or marker.evaluate({"extra": ""})


def _toml(path: str, content: str) -> dict[str, Any]:
    try:
        return tomllib.loads(content)
    except tomllib.TOMLDecodeError as problem:
        raise BadInput(f"{path} is not TOML: {problem}") from None


def _pyproject(path: str, content: str, _: Text) -> Environment:
    document, found = _toml(path, content), Environment()
    project, tool = document.get("project", {}), document.get("tool", {})
    lines = [*_texts(project.get("dependencies"))]
    groups = [project.get("optional-dependencies"), document.get("dependency-groups")]
    groups.append(tool.get("pdm", {}).get("dev-dependencies"))
    for group in groups:
        lines += [line for part in (group or {}).values() for line in _texts(part)]
    for key in ("dev-dependencies", "constraint-dependencies", "override-dependencies"):
        lines += _texts(tool.get("uv", {}).get(key))
    for environment in tool.get("hatch", {}).get("envs", {}).values():
        lines += [*_texts(environment.get("dependencies")), *_texts(environment.get("extra-dependencies"))]
    for line in lines:
        found.add_line(line)
    poetry = tool.get("poetry", {})
    tables = [poetry.get("dependencies"), poetry.get("dev-dependencies")]
    tables += [group.get("dependencies") for group in poetry.get("group", {}).values()]
    for table in tables:
        _add_table(found, table or {}, _poetry)
    return found


def _texts(value: object) -> list[str]:
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []


def _pipfile(path: str, content: str, _: Text) -> Environment:
    found = Environment()
    for table in _toml(path, content).values():
        if isinstance(table, dict):
            _add_table(found, table, lambda written: written)
    return found


def _add_table(found: Environment, table: Mapping[str, Any], specifier: Callable[[str], str]) -> None:
    """Add NAME = "CONSTRAINT", or NAME = {version = "CONSTRAINT"}, or a list of these."""
    for name, value in table.items():
        if canonicalize_name(name) not in _NAMES:
            continue
        for one in value if isinstance(value, list) else [value]:
            written = str(one.get("version", "?") if isinstance(one, dict) else one)
            try:
                clauses = SpecifierSet(specifier("" if written == "*" else written))
                found.add(Requirement(f"{name}{clauses}"))
            except (InvalidSpecifier, InvalidVersion, InvalidRequirement):
                found.unreadable.append(f"{name} = {json.dumps(one, default=str)}")


def _poetry(written: str) -> str:
    """Poetry's constraint as a specifier: ^1.44 is >=1.44,<2, ~1.44 is >=1.44,<1.45, 1.44.0 is that version."""
    clauses = []
    for raw in filter(None, (part.strip() for part in written.split(","))):
        if raw.startswith("^") or (raw.startswith("~") and not raw.startswith("~=")):
            version = Version(raw[1:].strip())
            parts = list(version.release)
            if raw.startswith("^"):
                place = next((i for i, number in enumerate(parts) if number), len(parts) - 1)
            else:
                place = min(1, len(parts) - 1)
            above = [*parts[:place], parts[place] + 1]
            clauses.append(f">={version},<{'.'.join(map(str, above))}")
        else:
            clauses.append(f"=={raw}" if raw[0].isdigit() else raw.replace(" ", ""))
    return ",".join(clauses)


def _lock(path: str, content: str, _: Text) -> Environment:
    """uv.lock, poetry.lock, pdm.lock and pylock.toml list their packages alike."""
    document, found = _toml(path, content), Environment()
    for package in [*document.get("package", []), *document.get("packages", [])]:
        name = canonicalize_name(str(package.get("name", "")))
        if name not in _NAMES:
            continue
        source = package.get("source", {})
        kinds = {"git", "url", "path", "editable", "directory", "vcs", "archive", "virtual"}
        elsewhere = kinds & {*package, *(source if isinstance(source, dict) else ()), str(source.get("type", ""))}
        if elsewhere or "version" not in package:
            found.unreadable.append(f"{name} {package.get('version', '')} from {source or sorted(elsewhere)}")
        else:
            found.add(Requirement(f"{name}=={package['version']}"))
    return found


def _pipfile_lock(path: str, content: str, _: Text) -> Environment:
    found = Environment()
    try:
        document = json.loads(content)
    except ValueError as problem:
        raise BadInput(f"{path} is not JSON: {problem}") from None
    for section, packages in document.items():
        if section != "_meta":
            _add_table(found, packages, lambda written: written)
    return found


def _setup_cfg(path: str, content: str, _: Text) -> Environment:
    parser, found = configparser.ConfigParser(interpolation=None), Environment()
    try:
        parser.read_string(content)
    except configparser.Error as problem:
        raise BadInput(f"{path} cannot be read: {str(problem).splitlines()[0]}") from None
    texts = [parser.get("options", "install_requires", fallback="")]
    if parser.has_section("options.extras_require"):
        texts += parser["options.extras_require"].values()
    for line in "\n".join(texts).splitlines():
        if line.strip():
            found.add_line(line.strip())
    return found


def _searched(_: str, content: str, __: Text) -> Environment:
    """A file of another format: the lines that seem to pin a client."""
    lines = [line.partition(" #")[0].strip() for line in content.splitlines() if not line.lstrip().startswith("#")]
    return Environment(unreadable=[line for line in lines if _MENTION.search(line)])


_READERS: dict[str, Reader] = {
    "pyproject.toml": _pyproject,
    "uv.lock": _lock,
    "poetry.lock": _lock,
    "pdm.lock": _lock,
    "pylock.toml": _lock,
    "Pipfile": _pipfile,
    "Pipfile.lock": _pipfile_lock,
    "setup.cfg": _setup_cfg,
}
