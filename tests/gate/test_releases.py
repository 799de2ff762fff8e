"""Releases of the package index, good ones and bad ones, and a cache that is damaged, shared or read-only."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from conformance.errors import BadInput, Inconclusive
from conformance.gate import clients, releases
from tests.gate.index import Index, Release, fill, indexing, wheel

FINE = {"botocore/__init__.py": "__version__ = '0.0.1'\n"}


def _release(version: str, **odd: object) -> Release:
    metadata = f"Requires-Python: {odd['python']}\n" if "python" in odd else ""
    return Release("botocore", version, wheel("botocore", version, FINE, metadata=metadata), **odd)  # type: ignore[arg-type]


@pytest.fixture
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache that has botocore 0.0.1, and no index."""
    fill(tmp_path / "cache", _release("0.0.1"))
    monkeypatch.setenv(releases.VARIABLE, str(tmp_path / "cache"))
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/")
    return tmp_path / "cache"


@pytest.fixture
def own_index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Index]:
    """pip asks an index of ours and nothing else, and the cache is empty."""
    served = (
        _release("0.0.1"),
        _release("0.0.2", yanked="it ate passwords"),
        _release("0.0.3", lies=True),
        _release("0.0.4", cut=True),
        _release("0.0.5", python=">=9"),
        _release("0.0.6"),
    )
    with indexing(*served) as running:
        for name, value in running.environment.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv(releases.VARIABLE, str(tmp_path / "cache"))
        yield running


@pytest.mark.parametrize(
    ("spec", "line"),
    [
        ("botocore==0.0.99", "botocore==0.0.99 is not a release: the newest in the package index is 0.0.6"),
        ("botocore==0.0.2", "botocore==0.0.2 was yanked from the package index"),
        ("botocore==0.0.5", "botocore==0.0.5 needs Python >=9, and the gate runs on 3"),
    ],
)
@pytest.mark.usefixtures("own_index")
def test_a_release_that_cannot_be_used_is_bad_input(spec: str, line: str) -> None:
    """A version that does not exist, was yanked or is for another Python: one line says which."""
    with pytest.raises(BadInput, match=line):
        clients.resolve(spec, spec)


@pytest.mark.parametrize("spec", ["botocore==0.0.3", "botocore==0.0.4"], ids=["another-hash", "cut-download"])
@pytest.mark.usefixtures("own_index")
def test_a_download_that_is_not_what_was_announced_is_inconclusive(spec: str) -> None:
    """A cut or swapped file is the index's failure, not the user's."""
    with pytest.raises(Inconclusive, match=spec):
        clients.resolve(spec, spec)


@pytest.mark.parametrize("failure", [(403, b""), (200, b"<html>Sign in</html>")], ids=["status", "login-page"])
def test_an_index_that_fails_is_inconclusive(own_index: Index, failure: tuple[int, bytes]) -> None:
    """Whatever it answers instead of the releases: it is not said that there is no such release."""
    own_index.failure = failure

    with pytest.raises(Inconclusive, match="package index"):
        clients.resolve("botocore==0.0.1", "")


def test_the_newest_release_is_never_guessed_from_the_cache(own_index: Index) -> None:
    """`latest` asks the index each time: without it there is no answer, whatever the cache has."""
    assert clients.resolve("botocore==latest", "").version == "0.0.6"
    own_index.failure = (503, b"")

    with pytest.raises(Inconclusive, match="cannot say which botocore is the newest"):
        clients.resolve("latest", "botocore==0.0.6")
    assert clients.resolve("botocore==0.0.6", "").version == "0.0.6"


def test_a_damaged_cache_heals_itself(own_index: Index, tmp_path: Path) -> None:
    """A cut wheel is fetched again; a tree with a changed, missing or added file is unpacked again."""
    [place] = clients.resolve("botocore==0.0.1", "").path
    module = place / "botocore" / "__init__.py"
    for damage in (lambda: module.write_text("changed"), module.unlink, (place / "sitecustomize.py").touch):
        damage()
        [again] = clients.resolve("botocore==0.0.1", "").path
        assert sorted(path.name for path in again.iterdir()) == ["botocore", "botocore-0.0.1.dist-info"]
        assert module.read_text() == FINE["botocore/__init__.py"]
    fetched = sum(path.endswith(".whl") for path in own_index.asked)
    [kept] = (tmp_path / "cache" / "wheels").glob("*.whl")
    kept.write_bytes(kept.read_bytes()[:100])
    (kept.parent / "garbage.whl").touch()

    assert clients.resolve("botocore==0.0.1", "").version == "0.0.1"
    assert sum(path.endswith(".whl") for path in own_index.asked) > fetched


@pytest.mark.usefixtures("own_cache")
def test_a_tree_that_another_gate_has_healed_stays_where_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever found it damaged, and comes second, takes it as it is: the first is reading it already."""
    [place] = clients.resolve("botocore==0.0.1", "").path
    (place / "botocore" / "__init__.py").unlink()
    healed, plainly = [], releases._unpack

    def unpack(wheel: Path, fresh: Path) -> None:
        monkeypatch.setattr(releases, "_unpack", plainly)
        clients.resolve("botocore==0.0.1", "")
        healed.append(place.stat().st_ino)
        plainly(wheel, fresh)

    monkeypatch.setattr(releases, "_unpack", unpack)
    clients.resolve("botocore==0.0.1", "")

    assert healed == [place.stat().st_ino]


@pytest.mark.usefixtures("own_cache")
def test_several_gates_heal_one_tree_at_once() -> None:
    """Each ends with the same whole tree."""
    [place] = clients.resolve("botocore==0.0.1", "").path
    (place / "botocore" / "__init__.py").unlink()
    script = "from conformance.gate import clients; print(*clients.resolve('botocore==0.0.1', '').path)"
    running = [
        subprocess.Popen(
            [sys.executable, "-P", "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for _ in range(3)
    ]
    printed = [process.communicate() for process in running]

    assert [one.strip() for one, _ in printed] == [str(place)] * 3, printed
    assert (place / "botocore" / "__init__.py").is_file()


@pytest.mark.usefixtures("own_index")
def test_a_cache_that_cannot_be_written_is_bad_input(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One line names it and the variable that chooses another."""
    (tmp_path / "file").touch()
    monkeypatch.setenv(releases.VARIABLE, str(tmp_path / "file" / "cache"))

    with pytest.raises(BadInput, match=releases.VARIABLE):
        clients.resolve("botocore==0.0.1", "")


@pytest.mark.usefixtures("own_cache")
def test_a_cache_that_can_only_be_read_serves_what_it_has(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is written if everything is there; what is missing is one line."""
    found = clients.resolve("botocore==0.0.1", "")

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("tempfile.mkdtemp", refuse)
    assert clients.resolve("botocore==0.0.1", "") == found
    (found.path[0] / "botocore" / "__init__.py").unlink()
    with pytest.raises(BadInput, match="Permission denied"):
        clients.resolve("botocore==0.0.1", "")


def test_no_code_of_the_callers_directory_runs(own_index: Index, tmp_path: Path) -> None:
    """A pip.py that lies where the gate is started is not imported."""
    (tmp_path / "pip.py").write_text("open('ran', 'w')\n")
    script = "from conformance.gate import clients; clients.resolve('botocore==0.0.1', '')"
    subprocess.run(
        [sys.executable, "-P", "-c", script], cwd=tmp_path, check=True, env={**os.environ, **own_index.environment}
    )

    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"this is not a zip file", "is broken"),
        (wheel("botocore", "0.0.7", FINE, tampered=True), r"botocore/__init__\.py didn't match RECORD"),
        (
            wheel("botocore", "0.0.7", FINE, unlisted="sitecustomize.py"),
            "sitecustomize.py is not mentioned in RECORD",
        ),
        (wheel("botocore", "0.0.7", {"../outside.py": ""}), "lies outside"),
        (wheel("botocore", "0.0.7", FINE).replace(b"RECORD", b"DROCER"), "RECORD"),
        (wheel("other", "0.0.7", FINE), "is broken"),
    ],
    ids=["not-a-zip", "tampered", "unlisted-file", "outside", "no-record", "another-name"],
)
def test_a_wheel_that_is_not_what_its_record_says_is_bad_input(tmp_path: Path, content: bytes, line: str) -> None:
    """Nothing of it is unpacked."""
    file = tmp_path / "botocore-0.0.7-py3-none-any.whl"
    file.write_bytes(content)

    with pytest.raises(BadInput, match=line):
        clients.resolve(f"botocore@{file}", "")


def test_a_local_wheel_is_a_client_too(tmp_path: Path) -> None:
    """botocore@/path/to/wheel names a build that no index has."""
    file = tmp_path / "botocore-0.0.7-py3-none-any.whl"
    file.write_bytes(wheel("botocore", "0.0.7", FINE))

    assert clients.resolve(f"botocore@{file}", "").title == "botocore 0.0.7"


def test_what_a_lock_pins_below_a_client_is_used(own_cache: Path) -> None:
    """boto3==1,botocore==2 takes that botocore, not the one that the release was made with."""
    asks = "Requires-Dist: botocore>=0.0.1\n"
    boto3 = Release("boto3", "1.0.0", wheel("boto3", "1.0.0", {"boto3/__init__.py": ""}, metadata=asks))
    fill(own_cache, boto3, _release("0.0.2"))

    assert dict(clients.resolve("boto3==1.0.0", "").parts)["botocore"] == "0.0.1"
    assert dict(clients.resolve("boto3==1.0.0,botocore==0.0.2", "").parts)["botocore"] == "0.0.2"


def test_an_aws_cli_v2_is_found_in_a_distributions_tree(tmp_path: Path) -> None:
    """aws-cli-v2:PATH takes an unpacked package of a distribution, and refuses version 1."""
    home = tmp_path / "usr/lib/python3/dist-packages/awscli"
    (home / "botocore").mkdir(parents=True)
    (home / "botocore" / "__init__.py").touch()
    (home / "__init__.py").write_text("__version__ = '2.23.6'\n")

    assert clients.resolve(f"aws-cli-v2:{tmp_path}", "").title == "aws-cli-v2 2.23.6"
    (home / "__init__.py").write_text("__version__ = '1.46.3'\n")
    with pytest.raises(BadInput, match=r"name it awscli==1\.46\.3"):
        clients.resolve(f"aws-cli-v2:{tmp_path}", "")
