"""What a repository pins, before and after, in each format: the subcommand in a repository made for the test."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from conformance.errors import BadInput
from conformance.gate import comparison, pins, releases
from conformance.gate.clients import Client
from conformance.gate.comparison import PairComparison
from conformance.gate.observation import Observation
from conformance.gate.rules import Fact, RuleHit
from tests.gate.conftest import Gate, Judged, Repository
from tests.gate.index import Index, Release, fill, wheel

BUMP = ("boto3==1.0.0", "boto3==1.1.0")


def _changes(place: Path) -> list[tuple[str, str]]:
    return pins.changes(place, "HEAD~1", "HEAD")[0]


def _lock(boto3: str, botocore: str, **extra: str) -> str:
    versions = {"boto3": boto3, "botocore": botocore, "requests": "2.0.0", **extra}
    return "version = 1\n" + "".join(f'\n[[package]]\nname = "{n}"\nversion = "{v}"\n' for n, v in versions.items())


def _pipfile_lock(boto3: str) -> str:
    return json.dumps({"_meta": {}, "default": {"boto3": {"version": f"=={boto3}", "hashes": []}}, "develop": {}})


# Format -> its text, where {} stands for the version.
FORMATS = {
    "requirements.txt": "requests==2.0\nboto3=={} \\\n    --hash=sha256:0000  # the SDK\n",
    "requirements-dev.txt": "boto3[crt]=={}\n",
    "requirements/prod.txt": "BOTO3 == {} ; python_version >= '3.8'\n",
    "services/api/requirements.txt": "boto3==={}\n",
    "constraints.txt": "boto3=={}\n",
    "requirements.in": "boto3=={}\n",
    "pyproject.toml": '[project]\nname = "x"\ndependencies = ["boto3=={}"]\n',
    "groups/pyproject.toml": '[dependency-groups]\ntest = ["boto3=={}", {{include-group = "x"}}]\nx = []\n',
    "extras/pyproject.toml": '[project.optional-dependencies]\naws = ["boto3=={}"]\n',
    "poetry/pyproject.toml": '[tool.poetry.dependencies]\npython = "^3.11"\nboto3 = "{}"\n',
    "poetry2/pyproject.toml": '[tool.poetry.group.aws.dependencies]\nboto3 = {{version = "=={}", extras = ["crt"]}}\n',
    "uv/pyproject.toml": '[tool.uv]\nconstraint-dependencies = ["boto3=={}"]\n',
    "Pipfile": '[packages]\nboto3 = "=={}"\n',
    "setup.cfg": "[options]\ninstall_requires =\n    requests\n    boto3=={}\n",
    "pylock.toml": 'lock-version = "1.0"\n[[packages]]\nname = "boto3"\nversion = "{}"\n',
}


LOCKS = ("uv.lock", "poetry.lock", "pdm.lock")


def _small(name: str, version: str, needs: str = "") -> Release:
    metadata = f"Requires-Dist: {needs}\n" if needs else ""
    return Release(name, version, wheel(name, version, {f"{name}/__init__.py": ""}, metadata=metadata))


@pytest.fixture
def judged_pins(gate: Gate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], Judged]:
    """The command in a repository: all of it but for the observing, in whose place each pair asks for review."""
    boto3 = [_small("boto3", version, "botocore>=1.0.0") for version in ("1.0.0", "1.1.0")]
    botocore = [_small("botocore", version, "urllib3>=1") for version in ("0.9.0", "1.0.0", "1.0.1", "1.1.1")]
    fill(tmp_path / "cache", *boto3, *botocore, *(_small("urllib3", version) for version in ("2.1.0", "2.2.0")))
    asks = RuleHit("retry-mode-changed", Fact("defaults", "retries"), {}, {"mode": "standard"})

    def compare(old: Client, new: Client, *_: object) -> PairComparison:
        return comparison.judge((old, Observation()), (new, Observation()), [asks])

    monkeypatch.setattr(comparison, "compare", compare)
    here = {releases.VARIABLE: str(tmp_path / "cache"), "PIP_INDEX_URL": "http://127.0.0.1:9/", "PIP_FIND_LINKS": ""}
    return lambda place: gate("--from-git", "HEAD~1", "--to-git", "HEAD", directory=place, **here)


def _sides(done: Judged) -> list[tuple[dict[str, str], dict[str, str]]]:
    assert done.report is not None, done.stderr
    return [(pair["from"]["parts"], pair["to"]["parts"]) for pair in done.report["pairs"]]


@pytest.mark.parametrize("path", [*FORMATS, "Pipfile.lock"])
def test_a_bumped_pin_is_judged(judged_pins: Callable[[Path], Judged], repository: Repository, path: str) -> None:
    """In each format the command reads both sides, and judges the one pair that the bump is."""
    old_text, new_text = (
        FORMATS[path].format(version) if path in FORMATS else _pipfile_lock(version) for version in ("1.0.0", "1.1.0")
    )
    done = judged_pins(repository({path: old_text}, {path: new_text}))

    [(old, new)] = _sides(done)
    assert (old["boto3"], new["boto3"]) == ("1.0.0", "1.1.0")
    assert (done.exit_code, done.verdict()) == (1, "review")
    assert f"{path}: boto3==1.0.0 -> boto3==1.1.0" in done.markdown


@pytest.mark.parametrize("path", LOCKS)
def test_a_lock_is_one_pair_with_what_it_pins_below(
    judged_pins: Callable[[Path], Judged], repository: Repository, path: str
) -> None:
    """boto3 and botocore of one lock are compared together, with its urllib3."""
    states = _lock("1.0.0", "1.0.1", urllib3="2.1.0"), _lock("1.1.0", "1.1.1", urllib3="2.2.0")
    done = judged_pins(repository(*({path: state} for state in states)))

    assert _sides(done) == [
        (
            {"boto3": "1.0.0", "botocore": "1.0.1", "urllib3": "2.1.0"},
            {"boto3": "1.1.0", "botocore": "1.1.1", "urllib3": "2.2.0"},
        )
    ]
    assert done.exit_code == 1


@pytest.mark.parametrize("path", LOCKS)
def test_a_lock_whose_parts_do_not_fit_is_bad_input(
    judged_pins: Callable[[Path], Judged], repository: Repository, path: str
) -> None:
    """A botocore that the boto3 beside it refuses: one line names both."""
    done = judged_pins(repository({path: _lock("1.0.0", "1.0.1")}, {path: _lock("1.1.0", "0.9.0")}))

    assert done.exit_code == 2
    assert "botocore==0.9.0 does not fit" in done.stderr
    assert "**no verdict**" in done.markdown


def test_a_lock_that_does_not_change_the_client_is_green(
    judged_pins: Callable[[Path], Judged], repository: Repository
) -> None:
    """Another package moves: no pair, and exit code 0."""
    states = (_lock("1.0.0", "1.0.1", attrs=version) for version in ("1", "2"))
    done = judged_pins(repository(*({"uv.lock": state} for state in states)))

    assert (done.exit_code, _sides(done)) == (0, [])
    assert "no client changes its version" in done.markdown


def test_another_urllib3_below_the_same_client_is_a_pair(repository: Repository) -> None:
    """What runs below a client is part of it."""
    states = [{"uv.lock": _lock("1.0.0", "1.0.1", urllib3=version)} for version in ("1.26.0", "2.0.0")]

    assert _changes(repository(*states)) == [
        ("boto3==1.0.0,botocore==1.0.1,urllib3==1.26.0", "boto3==1.0.0,botocore==1.0.1,urllib3==2.0.0")
    ]


def test_included_files_belong_to_the_file_that_includes_them(repository: Repository) -> None:
    """-r and -c are followed, and one bump is one pair."""
    states = [
        {
            "requirements.txt": "-r deps/base.txt\n-c constraints.txt\nboto3\n",
            "deps/base.txt": "requests\n",
            "constraints.txt": f"boto3=={version}\n",
        }
        for version in ("1.0.0", "1.1.0")
    ]

    assert _changes(repository(*states)) == [BUMP]


def test_a_range_beside_a_lock_says_nothing(repository: Repository) -> None:
    """The lock's version is what is installed, whatever the range allows."""
    states = [
        {
            "pyproject.toml": f'[project]\nname = "x"\ndependencies = ["boto3>={low}"]\n',
            "uv.lock": _lock(version, "1.0.1"),
        }
        for low, version in (("0.9", "1.0.0"), ("1.0", "1.1.0"))
    ]

    assert _changes(repository(*states)) == [("boto3==1.0.0,botocore==1.0.1", "boto3==1.1.0,botocore==1.0.1")]


def test_a_pin_that_moves_to_another_format_is_a_pair(repository: Repository) -> None:
    """requirements.txt gives way to uv.lock: the client changes all the same."""
    states = {"requirements.txt": "boto3==1.0.0\n"}, {"uv.lock": _lock("1.1.0", "1.1.1")}

    assert _changes(repository(*states)) == [("boto3==1.0.0", "boto3==1.1.0,botocore==1.1.1")]


def test_two_files_with_two_versions_are_two_pairs(repository: Repository) -> None:
    """Only what changes is compared, in each file by itself."""
    states = [
        {
            "a/requirements.txt": "boto3==1.0.0\n",
            "b/requirements.txt": f"boto3=={b}\n",
            "c/requirements.txt": f"awscli=={c}\n",
        }
        for b, c in (("1.0.1", "1.32.0"), ("1.1.0", "1.33.0"))
    ]

    assert _changes(repository(*states)) == [("boto3==1.0.1", "boto3==1.1.0"), ("awscli==1.32.0", "awscli==1.33.0")]


def test_a_change_of_other_packages_is_no_pair(repository: Repository) -> None:
    """Nothing to compare, and the report says what was read."""
    place = repository(
        {"requirements.txt": "boto3==1.0.0\nrequests==1\n", "README.md": "boto3==0.1"},
        {"requirements.txt": "boto3==1.0.0\nrequests==2\n", "README.md": "boto3==0.2"},
    )
    found, read = pins.changes(place, "HEAD~1", "HEAD")

    assert found == []
    assert "HEAD: pins read from requirements.txt" in read


def test_a_new_pin_has_nothing_to_be_compared_with(repository: Repository) -> None:
    """It is named as new."""
    found, read = pins.changes(repository({}, {"requirements.txt": "boto3==1.0.0\n"}), "HEAD~1", "HEAD")

    assert found == []
    assert any("is new" in line for line in read)


UNREADABLE = {
    "requirements.txt": "boto3 @ https://example.com/boto3-{}-py3-none-any.whl\n",
    "requirements-env.txt": "boto3==${{BOTO3_{}}}\n",
    "editable/requirements.txt": "-e git+https://github.com/boto/boto3.git@{}\n",
    "poetry/pyproject.toml": '[tool.poetry.dependencies]\nboto3 = {{git = "https://example.com/boto3", tag = "{}"}}\n',
    "uv.lock": '[[package]]\nname = "boto3"\nversion = "{}"\nsource = {{ git = "https://github.com/boto/boto3" }}\n',
    "setup.py": "setup(install_requires=['boto3=={}'])\n",
    "environment.yml": "dependencies:\n  - boto3={}\n",
    "Dockerfile": "RUN pip install boto3=={}\n",
    ".github/workflows/test.yml": "      - run: pip install 'awscli=={}'\n",
    "tox.ini": "deps = boto3=={}\n",
}


@pytest.mark.parametrize("path", UNREADABLE)
def test_a_changed_pin_that_cannot_be_read_is_bad_input(
    judged_pins: Callable[[Path], Judged], repository: Repository, path: str
) -> None:
    """A URL, a variable, a fork or a format that is not read: one line names file and line, and nothing is green."""
    done = judged_pins(repository(*({path: UNREADABLE[path].format(version)} for version in ("1.0.0", "1.1.0"))))

    assert done.exit_code == 2
    assert f"{path}: cannot read the version in" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert "**no verdict**" in done.markdown


def test_a_pin_that_cannot_be_read_and_stays_is_no_error(repository: Repository) -> None:
    """Only what changes is judged."""
    states = [
        {"Dockerfile": "RUN pip install awscli==1.32.0\n", "x/requirements.txt": f"boto3=={v}\n"}
        for v in ("1.0.0", "1.1.0")
    ]

    assert _changes(repository(*states)) == [BUMP]


@pytest.mark.parametrize(("path", "text"), [("uv.lock", "[[package"), ("Pipfile.lock", "{"), ("setup.cfg", "boto3\n")])
def test_a_broken_lock_is_bad_input(repository: Repository, path: str, text: str) -> None:
    """One line names the file."""
    with pytest.raises(BadInput, match=path.replace(".", r"\.")):
        _changes(repository({}, {path: f"{text} # boto3"}))


def test_a_revision_that_does_not_exist_is_bad_input(repository: Repository) -> None:
    """As a shallow clone lacks the base."""
    place = repository({"requirements.txt": "boto3==1.0.0\n"})

    with pytest.raises(BadInput, match="fetch-depth"):
        pins.changes(place, "nosuchbranch", "HEAD")


@pytest.mark.parametrize(
    ("written", "specifier"),
    [
        ("^1.44", "<2,>=1.44"),
        ("~1.44.1", "<1.45,>=1.44.1"),
        ("^0.2.3", "<0.3,>=0.2.3"),
        ("1.44.0", "==1.44.0"),
        (">=1.40, <1.45", "<1.45,>=1.40"),
        ("1.44.*", "==1.44.*"),
        ("~1", "<2,>=1"),
    ],
)
def test_poetrys_constraints_are_read_as_poetry_does(written: str, specifier: str) -> None:
    """A caret keeps the first number that is not 0, a tilde the second."""
    assert pins._normal(pins._poetry(written)) == specifier


# --- with an index


def test_a_range_stands_for_the_newest_release_that_it_allows(
    index: Index, repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A raised upper bound lets another release in."""
    for name, value in index.environment.items():
        monkeypatch.setenv(name, value)
    text = '[project]\nname = "x"\ndependencies = ["botocore[crt]>=1,<{}"]\n'
    states = [{"pyproject.toml": text.format(high)} for high in ("1.1", "2")]

    assert _changes(repository(*states)) == [("botocore==1.0.0", "botocore==1.1.0")]


def test_each_night_what_is_pinned_is_compared_with_the_newest(repository: Repository) -> None:
    """Of the repository, not of what the gate itself has installed."""
    place = repository(
        {"requirements.txt": "boto3==1.0.0\n", "x/pyproject.toml": FORMATS["pyproject.toml"].format("1.1.0")}
    )

    assert pins.against_latest(place, "HEAD")[0] == [
        ("boto3==1.0.0", "boto3==latest"),
        ("boto3==1.1.0", "boto3==latest"),
    ]


def test_the_newest_release_runs_on_what_the_lock_has_below(repository: Repository) -> None:
    """On its urllib3, and on the botocore that the release was made with."""
    place = repository({"uv.lock": _lock("1.0.0", "1.0.1", urllib3="2.1.0")})

    assert pins.against_latest(place, "HEAD")[0] == [
        ("boto3==1.0.0,botocore==1.0.1,urllib3==2.1.0", "boto3==latest,urllib3==2.1.0")
    ]


def test_a_repository_that_pins_nothing_is_bad_input(repository: Repository) -> None:
    """A nightly run that compares nothing is not green."""
    with pytest.raises(BadInput, match="pins boto3, botocore or awscli"):
        pins.against_latest(repository({"README.md": "We use boto3.\n"}), "HEAD")
