"""Pairs of real releases, whose differences are known: asked by name, as they come from the package index."""

from __future__ import annotations

import pytest

from conformance.errors import Inconclusive
from conformance.gate import clients
from tests.gate.conftest import Gate

pytestmark = pytest.mark.network

# What must be named, as rule and part of a fact.
CAUGHT = [
    ("boto3", "1.43.112", "1.43.117", "breaking", "fault-accepted", "transport/fault/cut-json"),
    ("boto3", "1.43.52", "1.43.57", "breaking", "transport-refused", "transport/ok/tls/AWS_CA_BUNDLE-is-empty"),
    ("botocore", "1.31.61", "1.31.63", "review", "requirement-changed", "install/botocore/requires/urllib3"),
    ("botocore", "1.42.97", "1.43.0", "review", "python-floor-raised", "install/botocore/requires-python"),
    ("botocore", "1.39.17", "1.40.0", "review", "credentials-host-changed", "credentials/role/host"),
    ("botocore", "1.40.76", "1.41.0", "safe", "provider-added", "credentials/provider/login"),
    ("awscli", "1.45.64", "1.46.3", "review", "vendored-part-added", "install/vendored/awscli/botocore"),
    ("boto3", "1.43.125", "1.44.0", "review", "retry-mode-changed", "defaults/retries"),
    ("botocore", "1.34.154", "1.34.155", "safe", "error-added", "PasswordHistoryPolicyViolationException"),
    ("boto3", "1.42.10", "1.43.9", "review", "python-floor-raised", "install/boto3/requires-python"),
]
QUIET = [
    ("1.43.47", "1.43.52"),
    ("1.43.57", "1.43.62"),
    ("1.43.62", "1.43.67"),
    ("1.43.67", "1.43.72"),
    ("1.43.72", "1.43.76"),
    ("1.43.77", "1.43.82"),
    ("1.43.82", "1.43.87"),
    ("1.43.87", "1.43.92"),
    ("1.43.92", "1.43.97"),
    ("1.43.97", "1.43.102"),
    ("1.43.102", "1.43.107"),
    ("1.43.107", "1.43.112"),
    ("1.43.117", "1.43.122"),
    ("1.43.122", "1.43.127"),
    ("1.44.0", "1.44.5"),
    ("1.44.5", "1.44.8"),
]


@pytest.fixture(autouse=True)
def reachable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let pip reach its index, which the other tests may not."""
    monkeypatch.delenv("PYTHONPATH", raising=False)


def _fetch(*specs: str) -> None:
    try:
        for spec in specs:
            clients.resolve(spec, spec)
    except Inconclusive as reason:
        pytest.skip(str(reason))


@pytest.mark.parametrize(("package", "old", "new", "verdict", "rule", "fact"), CAUGHT)
def test_what_is_known_to_have_changed_is_named(
    gate: Gate, package: str, old: str, new: str, verdict: str, rule: str, fact: str
) -> None:
    """The verdict, and the fact that shows why; what holds nothing is a warning in the headline."""
    pair = f"{package}=={old}", f"{package}=={new}"
    _fetch(*pair)
    done = gate("--from", pair[0], "--to", pair[1], "--scenarios", "none")

    assert done.verdict() == verdict, done.stdout
    assert done.exit_code == (verdict != "safe")
    assert [change for change in done.changes(rule=rule) if fact in change["fact"]]
    if verdict == "safe":
        assert rule in done.warnings()
        assert f": safe, {len(done.warnings())} warning" in done.stdout.splitlines()[-1]


@pytest.mark.parametrize(("old", "new"), QUIET)
def test_a_quiet_week_is_safe(gate: Gate, old: str, new: str) -> None:
    """A weekly bump that breaks nobody asks nobody to look."""
    pair = f"boto3=={old}", f"boto3=={new}"
    _fetch(*pair)
    done = gate("--from", pair[0], "--to", pair[1], "--scenarios", "none")

    assert (done.exit_code, done.verdict()) == (0, "safe"), done.stdout


def test_the_new_default_retry_mode_is_one_cause(gate: Gate) -> None:
    """boto3 1.44.0 changes some 200 facts, and one thing is to be looked at."""
    pair = "boto3==1.43.125", "boto3==1.44.0"
    _fetch(*pair)
    done = gate("--from", pair[0], "--to", pair[1], "--scenarios", "none")

    assert done.causes() == ["retry-mode-changed"]
    [throttled] = done.changes(fact="retries/default/TooManyRequestsException/attempts")
    assert (throttled["before"], throttled["after"]) == (1, 3)
    assert not done.changes(caller="break")


def test_a_year_breaks_no_caller_of_the_lifecycle(gate: Gate) -> None:
    """1.42.10 -> 1.43.9: a minimum of RevokeToken rose, which --service-wide alone asks about."""
    pair = "boto3==1.42.10", "boto3==1.43.9"
    _fetch(*pair)
    done = gate("--from", pair[0], "--to", pair[1], "--scenarios", "none")

    assert not [change for change in done.changes(caller="break") if change["scope"] != "service"]
    assert "breaking" not in done.stdout


def test_two_runs_of_a_pair_differ_in_their_header_only(gate: Gate, tmp_path: object) -> None:
    """Observed twice, from an empty cache each time: the same bytes but for the header."""
    pair = "boto3==1.44.5", "boto3==1.44.8"
    reports = []
    for cache in ("one", "other"):
        done = gate("--from", pair[0], "--to", pair[1], COGNITO_CONFORMANCE_CACHE=f"{tmp_path}/{cache}")
        if done.exit_code == 3:
            pytest.skip(done.stderr)
        assert done.report is not None
        assert done.report["pairs"][0]["looked_at"]["scenarios"] > 100
        done.report.pop("header")
        reports.append((done.markdown, done.report))

    assert reports[0] == reports[1]
