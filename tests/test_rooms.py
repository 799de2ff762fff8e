"""The package is what its map says: rooms that import one way."""

import ast
import re
from pathlib import Path

import pytest

import conformance

PACKAGE = Path(conformance.__file__).parent
ORDER = re.findall(r"^ {2}(\w+) ", conformance.__doc__, re.MULTILINE)
# The gate loads no client, so it may use only rooms that load none.
GATE_USES = {"errors", "process", "console", "contract", "target", "aws_cli", "gate"}
MODULES = [path for path in PACKAGE.rglob("*.py") if path.name != "__init__.py" or path.parent != PACKAGE]


def _room(path):
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def _imports(path):
    """Every module of the package that a file imports, as "room" or "room.module"."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level:
            yield f"{_room(path)}.{node.module or ''}"
        elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "conformance":
            inner = node.module.removeprefix("conformance").lstrip(".")
            yield from [inner] if inner else [alias.name for alias in node.names]
        elif isinstance(node, ast.Import):
            yield from (
                alias.name.removeprefix("conformance.") for alias in node.names if alias.name.startswith("conformance.")
            )


def test_the_map_names_every_room():
    """The package's docstring lists each room once, and nothing else lies at the top."""
    rooms = {_room(path) for path in MODULES} - {"__main__", "gate"}

    assert sorted(ORDER) == sorted(rooms)


@pytest.mark.parametrize("room", ORDER)
def test_imports_between_rooms_point_one_way(room):
    """A room imports only from itself and from those above it; nothing imports the scenarios."""
    above = set(ORDER[: ORDER.index(room) + 1]) - ({"scenarios"} - {room})
    wrong = {
        f"{path.relative_to(PACKAGE)} imports {name}"
        for path in MODULES
        if _room(path) == room
        for name in _imports(path)
        if name.split(".")[0] not in above
    }

    assert wrong == set()


def test_the_gate_imports_no_room_that_loads_a_client():
    """The gate compares clients that it loads elsewhere; it shares only rooms that need none."""
    used = {name.split(".")[0] for path in MODULES if _room(path) == "gate" for name in _imports(path)}

    assert used <= GATE_USES


@pytest.mark.parametrize("module", ["aws_cli/fork_server.py", "target/moto.py"])
def test_a_process_of_its_own_imports_nothing_of_boto3(module):
    """What runs beside awscli, or is started for every worker, imports no other module of the suite."""
    assert set(_imports(PACKAGE / module)) <= {"contract.files"}


def test_a_class_name_means_one_thing():
    """No two classes of the package share a name."""
    names = [
        node.name
        for path in MODULES
        if "observers" not in path.parts  # scripts that run alone, beside some client version
        for node in ast.parse(path.read_text("utf-8")).body
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
    ]

    assert sorted({name for name in names if names.count(name) > 1}) == []
