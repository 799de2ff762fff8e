"""Reports as a run writes them, made of a few results."""

from conformance.contract import files
from conformance.report.document import figures
from conformance.verdict.causes import causes, with_causes
from conformance.verdict.journal import Exchange
from conformance.verdict.results import Result
from conformance.verdict.verdicts import Kind, Verdict

STEP = Exchange(
    "AdminSetUserPassword {}",
    "HTTP 200 {}",
    judged=True,
    operation="AdminSetUserPassword",
    members={"Username": "u", "Password": "p", "Permanent": True},
)


def result(claim, name="a", verdict=Verdict.CONFORMS, **more):
    """A result of a claim."""
    if verdict == Verdict.DIVERGES:
        fields = {"kind": Kind.PERMISSIVE, "expected": "reply: X", "observed": "reply: accepted", "exchange": (STEP,)}
        more = {**fields, "operation": "AdminSetUserPassword", **more}
    scenario = f"test_{claim.replace('-', '_')}"
    return Result(f"{scenario}[sdk-{name}]", claim, scenario, "sdk", name, "page", verdict, **more)


RESULTS = (
    result("permanent-password-signs-in"),
    result("temporary-password-is-challenged", verdict=Verdict.DIVERGES),
    result("works-on-any-user", verdict=Verdict.DIVERGES, known=True, observed="reply: 500", kind=Kind.CRASH),
    result("last-call-wins", verdict=Verdict.BLOCKED, reason="something is in the way", blocked_by="CreateUserPool"),
)


def report(*results, **summary):
    """A report with these results, as `run --json` writes it."""
    found = causes(results)
    document = {
        "format": 2,
        "suite": {
            "name": "cognito-conformance",
            "version": "1",
            "operation": "AdminSetUserPassword",
            "python": "3",
            "ledger": "abc",
        },
        "target": {"name": "moto", "version": "5", "url": None},
        "clients": {"sdk": "boto3 1"},
        "started": "2026-01-01T00:00:00+00:00",
        "seconds": 1.5,
        "clock": "stands still",
        "command": "cognito-conformance run moto",
        "instruments": [],
        "summary": {
            "tier": "documented",
            "bindings": ["sdk"],
            "walks": {"examples": 30, "seed": 2},
            "shard": None,
            "baseline": None,
            "fail_on": [str(kind) for kind in Kind],
            **figures(list(results)),
            "stale": [],
            "exit_code": 0,
            **summary,
        },
        "causes": [{**cause.as_json(), "reasons": []} for cause in found],
        "results": [one.as_json() for one in with_causes(results, found)],
    }
    assert files.fault(document, "results") is None
    return document
