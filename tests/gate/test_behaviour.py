"""A client that does something else with the same model is found out: patched for real, observed in its own process."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from conformance.errors import BadInput, Inconclusive
from conformance.gate import clients, comparison, facts, observation, suite
from conformance.gate.clients import Client
from conformance.gate.observation import SERVICE, Observation
from conformance.gate.rules import CLI, CLIENT, CREDENTIALS, PYTHON, RULES, SUITE, SURFACE, TRANSPORT, Fact
from tests.gate import sites
from tests.gate.conftest import CLIENT as CLIENT_OBSERVER
from tests.gate.conftest import MODEL as MODEL_OBSERVER
from tests.gate.conftest import Patched, alike

# Appended to modules of botocore: each a change that no model shows. The comment names the rule.
PATCHED = {
    "serialize.py": """
_serialize = JSONSerializer.serialize_to_request
def _patched(self, parameters, operation_model):
    made = _serialize(self, parameters, operation_model)
    made["body"] = made["body"] + b" "  # request-changed, and with it signature-changed
    made["headers"]["X-New"] = "1"  # header-changed
    return made
JSONSerializer.serialize_to_request = _patched
""",
    "endpoint.py": "\nDEFAULT_TIMEOUT = 30\n",  # default-changed
    "configprovider.py": """
BOTOCORE_DEFAUT_SESSION_VARIABLES["retry_mode"] = ("retry_mode", "AWS_RETRY_MODE", "legacy", None)  # retry-mode-changed
""",
    "retries/standard.py": "\nDEFAULT_MAX_ATTEMPTS = 4\n",  # retry-attempts-changed, retry-pauses-changed
    "errorfactory.py": """
_from_code = BaseClientExceptions.from_code
def _patched(self, code):
    return ClientError if code == "NotAuthorizedException" else _from_code(self, code)  # error-class-lost
BaseClientExceptions.from_code = _patched
""",
    "parsers.py": """
_error = BaseJSONParser._do_error_parse
def _patched(self, response, shape):
    parsed = _error(self, response, shape)
    if parsed["Error"]["Code"] == "UserNotFoundException":
        parsed["Error"]["Message"] = "NO"  # error-read-otherwise
    return parsed
BaseJSONParser._do_error_parse = _patched
_success = JSONParser._do_parse
def _patched_success(self, response, shape):
    if b"hotel" in response["body"]:
        raise ResponseParserError("no JSON")  # answer-refused
    return {**_success(self, response, shape), "New": 1}  # answer-read-otherwise
JSONParser._do_parse = _patched_success
""",
    "validate.py": """
_validate = ParamValidator.validate
def _patched(self, params, shape):
    report = _validate(self, params, shape)
    report._errors = [error for error in report._errors if error[0] != "invalid length"]  # validation-loosened
    if isinstance(params.get("Password"), str) and len(params["Password"]) > 256:
        report._report("password", "too long")  # validation-tightened
    for error in report._errors:
        error[2].update(name=error[1] + "?") if len(error) > 2 and isinstance(error[2], dict) else None
    return report
ParamValidator.validate = _patched
_generate = ValidationErrors.generate_report
ValidationErrors.generate_report = lambda self: _generate_safely(self)
def _generate_safely(self):
    return "Refused: " + "; ".join(str(error[0]) for error in self._errors)  # validation-worded-otherwise
""",
}
EXPECTED = {
    "request-changed": "wire/permanent/body",
    "signature-changed": "wire/permanent/header/Authorization",
    "header-changed": "wire/permanent/header/X-New",
    "default-changed": "defaults/connect_timeout",
    "retry-mode-changed": "defaults/retries",
    "retry-attempts-changed": "retries/standard/InternalErrorException-500/attempts",
    "retry-pauses-changed": "retries/standard/InternalErrorException-500/delays",
    "retry-header-changed": "retries/standard/InternalErrorException-500/header",
    "error-class-lost": "answers/code/NotAuthorizedException",
    "error-read-otherwise": "answers/code/UserNotFoundException",
    "answer-refused": "answers/success/html",
    "answer-read-otherwise": "answers/success/empty-object",
    "validation-loosened": "validation/empty-Username",
    "validation-tightened": "validation/long-Password",
    "validation-worded-otherwise": "validation/missing-Password",
    "sample-target-changed": "samples/AdminSetUserPassword",
    "endpoint-changed": "endpoints/eu-west-1/plain",
    "sample-refused": "samples/AdminGetUser",
    "request-not-sent": "wire/long/sent",
}


def _elsewhere() -> dict[str, Any]:
    text = re.sub(r"cognito-idp\.\{Region\}", "cognito-idp.elsewhere.{Region}", str(sites._read("endpoint-rule-set-1")))
    return dict(json.loads(text))


def _another_target() -> dict[str, Any]:
    model = sites.model()
    model["metadata"]["targetPrefix"] = "Other"
    # A member that must hold itself: no request is long enough.
    model["shapes"]["AdminGetUserRequest"]["members"]["Username"]["shape"] = "Endless"
    model["shapes"]["Endless"] = {"type": "structure", "members": {"Next": {"shape": "Endless"}}, "required": ["Next"]}
    return model


@pytest.fixture(scope="module")
def sides(installed: tuple[Client, Observation], patched: Patched) -> tuple[Observation, Observation]:
    """The installed botocore and the patched one, observed."""
    files = {"service-2": _another_target(), "endpoint-rule-set-1": _elsewhere()}
    _, new = patched("patched", [CLIENT_OBSERVER, MODEL_OBSERVER], {SERVICE: files}, PATCHED)
    return alike(installed[1], new), new


@pytest.mark.parametrize("rule", EXPECTED)
def test_another_behaviour_is_named_by_its_rule(sides: tuple[Observation, Observation], rule: str) -> None:
    """What a patched client does differently is found at the fact that shows it, under its rule."""
    found = facts.compare(sides[0].facts, sides[1].facts).findings

    assert (rule, EXPECTED[rule]) in {(finding.rule, str(finding.fact)) for finding in found}


def test_a_patched_client_breaks_the_contract(sides: tuple[Observation, Observation]) -> None:
    """Body, signature and target on the wire are pinned: the contract is broken whatever the model says."""
    found = comparison.judge((Client("botocore", "1"), sides[0]), (Client("botocore", "2"), sides[1]))

    assert found.verdict("caller") == "breaking"
    assert {"request-body", "request-signature", "request-target", "target"} <= {
        c.clause for c in found.changes if c.clause
    }


def test_the_installed_client_keeps_the_contract(sides: tuple[Observation, Observation]) -> None:
    """Compared with itself a version is safe, breaks no clause, and nothing changed."""
    client = Client("botocore", "1")

    assert comparison.judge((client, sides[0]), (client, sides[0])).changes == ()


def test_an_observation_is_the_same_in_a_hostile_environment(
    installed: tuple[Client, Observation], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """AWS_* variables, proxies, the user's own models and whatever else is set reach no observer."""
    home = tmp_path / ".aws" / "models" / SERVICE / "2099-01-01"
    home.mkdir(parents=True)
    (home / "service-2.json").write_text("{}")
    before = observation.environment(installed[0], "/home")
    hostile = {"HOME": tmp_path, "AWS_DATA_PATH": tmp_path / ".aws" / "models", "AWS_RETRY_MODE": "legacy"}
    hostile |= {"AWS_PROFILE": "nope", "AWS_ENDPOINT_URL": "http://127.0.0.1:9", "HTTPS_PROXY": "http://127.0.0.1:9"}
    hostile |= {"PYTHONSTARTUP": "/nonexistent", "PYTHONPATH": tmp_path, "SSL_CERT_FILE": "/nonexistent"}
    for name, value in hostile.items():
        monkeypatch.setenv(name, str(value))

    assert observation.environment(installed[0], "/home") == before
    assert observation.run(installed[0], MODEL_OBSERVER, [SERVICE])["services"] == installed[1].models


def test_what_differs_at_every_call_is_ignored_by_name() -> None:
    """The user agent and the invocation id are counted, and do not count as a change."""
    agent, number = Fact("wire", "x/header/User-Agent"), Fact("wire", "x/header/amz-sdk-invocation-id")
    old = {agent: "a", number: "1", Fact("wire", "x/url"): "u"}
    compared = facts.compare(old, {**old, agent: "b", number: "2"})

    assert compared.findings == []
    assert compared.ignored == Counter({"user-agent": 1, "invocation-id": 1})


RAISED = {"raised": "ClientError", "code": "X", "message": "no", "status": 400, "members": []}
OPTION = {"required": False, "type": "string", "nargs": None, "choices": None, "group": None, "positional": False}


# The rules that no single patch shows well: fact, before, after.
def _raised(name: str) -> dict[str, Any]:
    return {"outcome": {"raised": name}, "attempts": 1}


HELP = Fact("help", "x")
OK = {"outcome": {"returned": {}}, "attempts": 1}
FOUND = {"found": "AKID", "token": "token"}
CHANGES = {
    "error-class-gained": ("answers", "code/X", RAISED, {**RAISED, "raised": "X", "members": ["message"]}),
    "error-members-added": ("answers", "code/X", RAISED, {**RAISED, "members": ["reasonCode"]}),
    "probe-crashed": ("answers", "success/null", {"returned": {}}, {"crashed": "AttributeError", "text": "…"}),
    "retry-outcome-changed": ("retries", "default/tls/raised", "SSLError", "Exception"),
    "setting-added": ("defaults", "new", "not a setting", True),
    "sample-changed": ("samples", "SignUp", {"target": "a", "body": "{}"}, {"target": "a", "body": "{ }"}),
    "fact-changed": ("unheard-of", "fact", 1, 2),
    "option-removed": ("option", "admin-set-user-password/--password", OPTION, None),
    "option-added": ("option", "global/--new", None, OPTION),
    "option-required": ("option", "admin-set-user-password/--permanent", OPTION, {**OPTION, "required": True}),
    "option-changed": ("option", "admin-set-user-password/--password", OPTION, {**OPTION, "type": "blob"}),
    "command-removed": ("command", "cognito-idp/sign-up", True, None),
    "command-added": ("command", "cognito-idp/brew", None, True),
    "skeleton-changed": ("skeleton", "sign-up", {"Username": ""}, {"User": ""}),
    "skeleton-grew": ("skeleton", "sign-up", {"Username": ""}, {"Username": "", "New": ""}),
    "help-changed": ("help", "admin-set-user-password", ["sets", "a", "password"], ["sets", "passwords"]),
    "cli-exit-code-changed": ("cli", "accepted/exit_code", 0, 1),
    "cli-stdout-changed": ("cli", "accepted/stdout", "", "{}"),
    "cli-stderr-changed": ("cli", "accepted/stderr", "", "note"),
    "cli-requests-changed": ("cli", "accepted/requests", [{}], [{}, {}]),
    "transport-error-changed": ("transport", "fault/reset", _raised("A"), _raised("B")),
    "transport-attempts-changed": ("transport", "fault/reset", _raised("A"), {**_raised("A"), "attempts": 2}),
    "transport-wire-changed": ("transport", "ok/proxy", {**OK, "directly": 1}, {**OK, "directly": 0}),
    "transport-accepted": ("transport", "odd/gzip", _raised("A"), OK),
    "transport-refused": ("transport", "ok/whole", OK, _raised("A")),
    "fault-accepted": ("transport", "fault/cut-object", _raised("A"), OK),
    "fault-noticed": ("transport", "fault/cut-object", OK, _raised("A")),
    "credentials-changed": ("credentials", "role/found", FOUND, {**FOUND, "token": None}),
    "credentials-lost": ("credentials", "role/found", FOUND, {"raised": "NoCredentialsError"}),
    "credentials-found": ("credentials", "none/found", {"raised": "NoCredentialsError"}, FOUND),
    "credentials-error-changed": ("credentials", "none/found", {"raised": "A"}, {"raised": "B"}),
    "credentials-host-changed": ("credentials", "role/host", ["https://a/"], ["https://b/"]),
    "provider-added": ("credentials", "provider/login", None, "login"),
    "provider-removed": ("credentials", "provider/env", "env", None),
    "name-removed": ("python", "names/client.close", True, None),
    "name-added": ("python", "names/client.open", None, True),
    "exception-unreachable": ("python", "exceptions/client.exceptions.X", ["X", "Exception"], "raises AttributeError"),
    "metadata-lost": ("python", "metadata/success", {"RequestId": "1", "HTTPStatusCode": 200}, {"HTTPStatusCode": 200}),
    "metadata-changed": ("python", "metadata/success", {"RetryAttempts": 0}, {"RetryAttempts": 1}),
    "error-text-changed": ("python", "error-text/X", "An error occurred (X)", "X"),
    "event-lost": ("python", "events/before-send", {"event": "a"}, None),
    "event-added": ("python", "events/new", None, {"event": "a"}),
    "event-changed": ("python", "events/before-send", {"event": "a"}, {"event": "b"}),
    "pages-changed": ("python", "pages/ListUsers/all", {"pages": [[1], [2]]}, {"pages": [[1]]}),
    "waiter-outcome-changed": ("python", "waiters/failure", {"ended": None}, {"ended": "raises WaiterError"}),
    "warning-added": ("python", "warnings/call", [], ["DeprecationWarning: old"]),
    "warning-removed": ("python", "warnings/call", ["DeprecationWarning: old"], []),
    "secret-logged": ("python", "secrets/call", [], ["WARNING botocore: the password"]),
    "secret-unlogged": ("python", "secrets/call", ["WARNING botocore: the password"], []),
    "log-changed": ("python", "logs/call", [], ["WARNING botocore"]),
    "import-slower": ("python", "importing/seconds", 0.1, 0.3),
    "import-heavier": ("python", "importing/modules", 100, 300),
}


@pytest.mark.parametrize("rule", CHANGES)
def test_a_fact_that_differs_falls_under_its_rule(rule: str) -> None:
    """A fact that is there, gone or another on one side is reported under the one rule made for it."""
    layer, part, before, after = CHANGES[rule]
    old, new = ({Fact(layer, part): value} if value is not None else {} for value in (before, after))
    [found] = facts.compare(old, new).findings

    assert found.rule == rule


def test_the_words_of_the_help_are_counted_and_not_quoted() -> None:
    """A reworded help page is a number of words: the text is AWS's own."""
    [found] = facts.compare({HELP: ["sets", "a", "password"]}, {HELP: ["sets", "passwords"]}).findings

    assert (found.before, found.after) == ("2 words that are gone", "1 words that are new")


def test_every_rule_of_behaviour_is_met() -> None:
    """No rule of the client, CLI and scenario layers is without something that meets it."""
    flipped = {"scenario-flipped", "scenario-healed", "scenario-undecided"}
    layers = (CLIENT, TRANSPORT, CREDENTIALS, PYTHON, SURFACE, CLI, SUITE)
    named = {rule.id for rule in RULES.values() if rule.layer in layers}

    assert named == EXPECTED.keys() | CHANGES.keys() | flipped


def test_a_verdict_that_flips_is_told_by_the_id_of_its_result() -> None:
    """conforms -> diverges breaks, the way back is another behaviour, and what is undecided says so."""
    old = {"a": "conforms", "b": "diverges", "c": "conforms", "d": "conforms"}
    new = {"a": "diverges", "b": "conforms", "c": "inconclusive", "d": "conforms"}

    assert suite.compared(old, new) == 3
    assert [(f.rule, str(f.fact)) for f in suite.compare(old, new)] == [
        ("scenario-flipped", "scenarios/a"),
        ("scenario-healed", "scenarios/b"),
        ("scenario-undecided", "scenarios/c"),
    ]


@pytest.mark.parametrize(
    ("target", "expression", "line"),
    [("nosuchtarget", None, "nosuchtarget"), ("reference", "nosuchscenario", "nosuchscenario")],
)
def test_scenarios_that_cannot_run_are_bad_input(target: str, expression: str | None, line: str) -> None:
    """An unknown target or an expression that matches nothing is not silence."""
    with pytest.raises(BadInput, match=line):
        suite.judge([clients.resolve("boto3==installed", "")], target, expression)


def test_a_client_under_which_the_scenarios_do_not_start_is_inconclusive(tmp_path: Path) -> None:
    """The new version crashes on import: there is no verdict."""
    place = sites.site(tmp_path, {}, {"session.py": "\nraise RuntimeError('no such luck')\n"})

    with pytest.raises(Inconclusive, match=r"botocore patched: the scenarios do not run"):
        suite.judge([Client("botocore", "patched", (place,))], "reference", "test_permanent_password_confirms")


DROPS_PERMANENT = """
_serialize = JSONSerializer.serialize_to_request
def _patched(self, parameters, operation_model):
    return _serialize(self, {k: v for k, v in parameters.items() if k != "Permanent"}, operation_model)
JSONSerializer.serialize_to_request = _patched
"""


def test_the_scenarios_run_under_the_client_that_is_named(tmp_path: Path) -> None:
    """A client that drops Permanent from what it sends diverges in the scenario on permanent passwords."""
    client = Client("botocore", "patched", (sites.site(tmp_path, {}, {"serialize.py": DROPS_PERMANENT}),))
    [verdicts] = suite.judge([client], "reference", "test_permanent_password_confirms")

    assert verdicts
    assert set(verdicts.values()) == {"diverges"}


@pytest.mark.slow
def test_a_scenario_flips_between_two_clients(tmp_path: Path) -> None:
    """Both run against one moto; what differs is named by the id of its result."""
    pytest.importorskip("moto")
    client = Client("botocore", "patched", (sites.site(tmp_path, {}, {"serialize.py": DROPS_PERMANENT}),))
    pair = clients.resolve("boto3==installed", ""), client
    flips = list(suite.compare(*suite.judge(pair, "moto", "test_permanent_password_confirms")))

    assert flips
    assert {flip.rule for flip in flips} == {"scenario-flipped"}
    assert all("test_permanent_password_confirms" in str(flip.fact) for flip in flips)
