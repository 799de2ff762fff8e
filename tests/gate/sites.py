"""Client versions made for the tests of the gate: the installed botocore, changed in one named way or more."""

from __future__ import annotations

import gzip
import importlib.util
import json
from collections.abc import Callable, Mapping
from functools import cache
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

from tests.gate.index import Release, wheel

Model = dict[str, Any]
SERVICE = "cognito-idp"
_READ = (SERVICE, "sts", "sso", "sso-oidc", "signin")  # what an observer makes a client of
VERSION = "2016-04-18"


def botocore() -> Path:
    """Where the installed botocore lies, without importing it."""
    found = importlib.util.find_spec("botocore")
    assert found is not None
    assert found.origin is not None
    return Path(found.origin).parent


@cache
def _read(name: str) -> str:
    path = botocore() / "data" / SERVICE / VERSION / f"{name}.json"
    packed = path.with_suffix(".json.gz")
    return gzip.decompress(packed.read_bytes()).decode() if packed.exists() else path.read_text("utf-8")


def model(name: str = "service-2") -> Model:
    """A model file of the installed botocore, to be changed at will."""
    return dict(json.loads(_read(name)))


def site(place: Path, services: Mapping[str, Mapping[str, Model]], code: Mapping[str, str] | None = None) -> Path:
    """A directory for PYTHONPATH that holds the installed botocore, with these files and this code appended.

    `services` is service -> file -> content. All that is not changed is found where it is installed."""
    package = place / "botocore"
    (package / "data").mkdir(parents=True)
    _extend(package, botocore())
    (package / "cacert.pem").symlink_to(botocore() / "cacert.pem")
    for name, added in (code or {}).items():
        if "/" in name:
            _extend((package / name).parent, (botocore() / name).parent)
        (package / name).write_text((botocore() / name).read_text("utf-8") + added, "utf-8")
    for entry in (botocore() / "data").iterdir():
        if entry.name not in services:
            (package / "data" / entry.name).symlink_to(entry)
    for service, files in services.items():
        home = package / "data" / service / VERSION
        home.mkdir(parents=True)
        for file in ("service-2", "paginators-1", "endpoint-rule-set-1"):
            (home / f"{file}.json").write_text(json.dumps(files.get(file) or json.loads(_read(file))), "utf-8")
        for file in files.keys() - {"service-2", "paginators-1", "endpoint-rule-set-1"}:
            (home / f"{file}.json").write_text(json.dumps(files[file]), "utf-8")
    return place


def release(version: str, services: Mapping[str, Mapping[str, Model]]) -> Release:
    """A wheel of the installed botocore, with the data that the gate reads, and these files of its models."""
    home, files = botocore(), dict[str, str | bytes]()
    kept = [*home.rglob("*.py"), home / "cacert.pem", *(home / "data").glob("*.json")]
    kept += [path for name in _READ for path in (home / "data" / name).glob("*/*.json*")]
    for path in sorted(kept):
        if path.is_file() and not path.name.startswith("examples"):
            files[f"botocore/{path.relative_to(home).as_posix()}"] = path.read_bytes()
    for service, changes in services.items():
        for name, content in changes.items():
            place = f"botocore/data/{service}/{VERSION}/{name}.json"
            files.pop(f"{place}.gz", None)
            files[place] = json.dumps(content)
    needs = [f"Requires-Dist: {line}\n" for line in distribution("botocore").requires or [] if "extra" not in line]
    return Release("botocore", version, wheel("botocore", version, files, metadata="".join(needs)))


def _extend(package: Path, installed: Path) -> None:
    """Make a package of what will be put there, and of the modules of another where there is nothing."""
    package.mkdir(exist_ok=True)
    also = f"\n__path__.append({str(installed)!r})\n"
    (package / "__init__.py").write_text((installed / "__init__.py").read_text("utf-8") + also, "utf-8")


Change = Callable[[Model], None]


def changed(change: Change) -> dict[str, Model]:
    """The model files after a change of the service model."""
    mutated = model()
    change(mutated)
    return {"service-2": mutated}
