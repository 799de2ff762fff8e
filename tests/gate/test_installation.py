"""What installing a version changes is read from its files, without running it."""

from __future__ import annotations

from pathlib import Path

import pytest

from conformance.gate import clients, installation, releases
from conformance.gate.clients import Client
from conformance.gate.rules import INSTALL, RULES, SOURCE, RuleHit
from tests.gate.index import wheel

SIX = "botocore/vendored/six/__init__.py"
FILES = {
    "botocore/__init__.py": "__version__ = '1'\n",
    "botocore/endpoint.py": '"""Sends."""\nTIMEOUT = 60\n\n\ndef send():\n    """Send."""\n    return 1\n',
    "botocore/vendored/__init__.py": "",
    SIX: "",
    "botocore/old.py": "",
}
METADATA = """Requires-Python: >=3.9
Requires-Dist: jmespath>=1
Requires-Dist: urllib3<1.27,>=1.25.4
Requires-Dist: tomli; python_version < "3"
Provides-Extra: crt
Requires-Dist: awscrt==0.20; extra == "crt"
"""
ENTRY_POINTS = "[console_scripts]\nbc = botocore:main\n"


def _client(
    place: Path, version: str, files: dict[str, str], metadata: str, entry_points: str = ENTRY_POINTS
) -> Client:
    # Without its dependencies: nothing is fetched.
    file = place / f"botocore-{version}-py3-none-any.whl"
    file.write_bytes(wheel("botocore", version, files, metadata=metadata, entry_points=entry_points))
    tree = releases.local(file)
    home = {"botocore": clients.Home(tree.path, tree.metadata)}
    return Client("botocore", version, (tree.path,), (("botocore", version),), home, released=True)


def _found(
    place: Path, files: dict[str, str] | None = None, metadata: str = METADATA, points: str = ENTRY_POINTS
) -> list[RuleHit]:
    old = _client(place, "1.0.0", FILES, METADATA)
    return list(installation.compare(old, _client(place, "1.1.0", files or FILES, metadata, points)))


EXPECTED = {
    "python-floor-raised": ("install/botocore/requires-python", METADATA.replace(">=3.9", ">=3.10")),
    "python-range-widened": ("install/botocore/requires-python", METADATA.replace(">=3.9", ">=3.8")),
    "requirement-added": ("install/botocore/requires/other", f"{METADATA}Requires-Dist: other\n"),
    "requirement-changed": ("install/botocore/requires/urllib3", METADATA.replace("<1.27", "<2.1")),
    "requirement-removed": (
        "install/botocore/requires/urllib3",
        METADATA.replace("Requires-Dist: urllib3<1.27,>=1.25.4\n", ""),
    ),
    "own-requirement-changed": ("install/botocore/requires/s3transfer", f"{METADATA}Requires-Dist: s3transfer>=2\n"),
    "extra-changed": ("install/botocore/extra/crt", METADATA.replace("awscrt==0.20", "awscrt==0.21")),
}


@pytest.mark.parametrize("rule", [rule for rule in EXPECTED if rule != "own-requirement-changed"])
def test_another_metadata_is_named_by_its_rule(tmp_path: Path, rule: str) -> None:
    """One change of the metadata is one finding."""
    fact, metadata = EXPECTED[rule]

    assert [(found.rule, str(found.fact)) for found in _found(tmp_path, metadata=metadata)] == [(rule, fact)]


def test_the_botocore_of_its_day_is_no_news(tmp_path: Path) -> None:
    """Each boto3 asks for another botocore: that is kept apart from another urllib3."""
    old = _client(tmp_path, "1.0.0", FILES, f"{METADATA}Requires-Dist: s3transfer>=1\n")
    new = _client(tmp_path, "1.1.0", FILES, f"{METADATA}Requires-Dist: s3transfer>=2\n")

    assert [found.rule for found in installation.compare(old, new)] == ["own-requirement-changed"]


@pytest.mark.parametrize(
    ("rule", "points"),
    [("entry-point-removed", ""), ("entry-point-added", f"{ENTRY_POINTS}new = botocore:new\n")],
)
def test_a_command_that_comes_or_goes_is_named(tmp_path: Path, rule: str, points: str) -> None:
    """So is any other entry point."""
    [found] = _found(tmp_path, points=points)

    assert found.rule == rule


@pytest.mark.parametrize(
    ("rule", "fact", "change"),
    [
        ("vendored-part-added", "install/vendored/botocore/vendored/requests", {"botocore/vendored/requests/a.py": ""}),
        ("module-added", "install/module/botocore/new.py", {"botocore/new.py": ""}),
        ("module-removed", "install/module/botocore/old.py", {"botocore/old.py": None}),
        (
            "vendored-part-removed",
            "install/vendored/botocore/vendored/six",
            {"botocore/vendored/six/__init__.py": None},
        ),
    ],
)
def test_a_part_that_comes_or_goes_is_named(
    tmp_path: Path, rule: str, fact: str, change: dict[str, str | None]
) -> None:
    """A module, or a copy of another package."""
    files = {path: text for path, text in {**FILES, **change}.items() if text is not None}

    assert [(found.rule, str(found.fact)) for found in _found(tmp_path, files)] == [(rule, fact)]


def test_changed_source_on_the_path_of_a_request_is_named(tmp_path: Path) -> None:
    """Another body of endpoint.py is a warning with a link; a name that it loses is named."""
    changed = {**FILES, "botocore/endpoint.py": "WAIT = 60\n\n\ndef send():\n    return 2\n"}
    found = _found(tmp_path, changed)
    pair = _client(tmp_path, "1.0.0", FILES, METADATA), _client(tmp_path, "1.1.0", changed, METADATA)

    assert {(one.rule, str(one.fact)) for one in found} == {
        ("source-changed", "source/botocore/endpoint.py"),
        ("module-name-removed", "install/module/botocore/endpoint.py/TIMEOUT"),
        ("module-name-added", "install/module/botocore/endpoint.py/WAIT"),
    }
    assert list(installation.links(*pair)) == ["https://github.com/boto/botocore/compare/1.0.0...1.1.0"]


def test_words_of_comments_and_docstrings_are_no_change(tmp_path: Path) -> None:
    """Nor is the version that a package says of itself."""
    reworded = FILES["botocore/endpoint.py"].replace("Send.", "Sends a request.") + "# a comment\n"
    files = {**FILES, "botocore/endpoint.py": reworded, "botocore/__init__.py": "__version__ = '2'\n"}

    assert _found(tmp_path, files) == []


def test_a_copy_of_botocore_inside_the_cli_takes_its_place(tmp_path: Path) -> None:
    """Its modules are compared with those of the package that the older AWS CLI needs."""
    both, inside = tmp_path / "both", tmp_path / "inside"
    for place in (both / "awscli", both / "botocore", inside / "awscli", inside / "awscli" / "botocore"):
        place.mkdir(parents=True)
        (place / "__init__.py").touch()
    (both / "botocore" / "endpoint.py").write_text("TIMEOUT = 60\n")
    (inside / "awscli" / "botocore" / "endpoint.py").write_text("TIMEOUT = 30\n")
    old = Client("awscli", "1.45", homes={name: clients.Home(both) for name in ("awscli", "botocore")})
    new = Client("awscli", "1.46", homes={"awscli": clients.Home(inside)})

    assert {(one.rule, str(one.fact)) for one in installation.compare(old, new)} == {
        ("vendored-part-added", "install/vendored/awscli/botocore"),
        ("source-changed", "source/botocore/endpoint.py"),
    }


def test_every_rule_of_installing_is_met() -> None:
    """No rule of these layers is without something that meets it."""
    met = EXPECTED.keys() | {"entry-point-removed", "entry-point-added", "source-changed"}
    met |= {"vendored-part-added", "vendored-part-removed", "module-added", "module-removed"}
    met |= {"module-name-added", "module-name-removed"}

    assert {rule.id for rule in RULES.values() if rule.layer in (INSTALL, SOURCE)} == met
