"""Client versions made for the tests of the gate: the installed botocore, changed in one named way or more."""

from __future__ import annotations

import copy
import gzip
import importlib.util
import json
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

Model = dict[str, Any]
SERVICE = "cognito-idp"
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
    return copy.deepcopy(json.loads(_read(name)))


def site(place: Path, services: Mapping[str, Mapping[str, Model]], code: Mapping[str, str] | None = None) -> Path:
    """A directory for PYTHONPATH that holds the installed botocore, with these files and this code appended.

    `services` is service -> file -> content; all else is linked, not copied."""
    package = place / "botocore"
    (package / "data").mkdir(parents=True)
    for entry in botocore().iterdir():
        if entry.name not in ("data", "__pycache__", *(name.partition("/")[0] for name in code or {})):
            (package / entry.name).symlink_to(entry)
    for name, added in (code or {}).items():
        top = name.partition("/")[0]
        if "/" in name and not (package / top).exists():
            (package / top).mkdir()
            for entry in (botocore() / top).iterdir():
                if entry.name != "__pycache__":
                    (package / top / entry.name).symlink_to(entry)
        (package / name).unlink(missing_ok=True)
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


Change = Callable[[Model], None]


def changed(change: Change) -> dict[str, Model]:
    """The model files after a change of the service model."""
    mutated = model()
    change(mutated)
    return {"service-2": mutated}
