"""Every rule of the model layer is met by a model that is changed for real, read through botocore's own loader."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from conformance.gate import comparison, models
from conformance.gate.clients import Client
from conformance.gate.observation import SERVICE, Observation
from conformance.gate.rules import MODEL, RULES
from tests.gate import sites
from tests.gate.conftest import MODEL as MODEL_OBSERVER
from tests.gate.conftest import Patched

Model = dict[str, Any]
OPERATION = "AdminSetUserPassword"
REQUEST = "AdminSetUserPasswordRequest"
# A string, a list and a number that only one operation takes or gives, so that a change has one place.
INPUT, OUTPUT = "ListUsersRequest", "ListUsersResponse"


@dataclass(frozen=True)
class Mutant:
    """A change of the model, the rule that must name it, and part of the fact that must be named."""

    change: Callable[[Model], object]
    rule: str
    fact: str = ""
    files: dict[str, Model] = field(default_factory=dict)
    alone: bool = False


def _shape(name: str, **traits: Any) -> Callable[[Model], object]:
    return lambda m: m["shapes"][name].update(traits)


def _own(owner: str, member: str, **traits: Any) -> Callable[[Model], object]:
    """Give one member a shape of its own with these traits."""

    def change(m: Model) -> None:
        reference = m["shapes"][owner]["members"][member]
        m["shapes"]["Mutant"] = {**m["shapes"][reference["shape"]], **traits}
        reference["shape"] = "Mutant"

    return change


def _member(owner: str, name: str, **traits: Any) -> Callable[[Model], object]:
    return lambda m: m["shapes"][owner]["members"].setdefault(name, {"shape": "StringType"}).update(traits)


def _operation(name: str, **parts: Any) -> Callable[[Model], object]:
    return lambda m: m["operations"][name].update(parts)


def _metadata(**parts: Any) -> Callable[[Model], object]:
    return lambda m: m["metadata"].update(parts)


def _both(*changes: Callable[[Model], object]) -> Callable[[Model], object]:
    return lambda m: [change(m) for change in changes]


def _required(owner: str, *names: str) -> Callable[[Model], object]:
    return lambda m: m["shapes"][owner].update(required=[*names])


def _nothing(_: Model) -> None:
    """Leave the service model alone: another file is changed."""


def _reword(m: Model) -> None:
    for shape in m["shapes"].values():
        for member in shape.get("members", {}).values():
            member["documentation"] = "reworded"
    for operation in m["operations"].values():
        operation["documentation"] = "reworded"


def _rename(m: Model) -> None:
    m["shapes"]["Renamed"] = m["shapes"].pop("PasswordType")
    for shape in m["shapes"].values():
        for member in shape.get("members", {}).values():
            if member["shape"] == "PasswordType":
                member["shape"] = "Renamed"


def _reorder(m: Model) -> None:
    m["shapes"][REQUEST]["members"] = dict(reversed(m["shapes"][REQUEST]["members"].items()))


def _unlist_everywhere(name: str) -> Callable[[Model], object]:
    def change(m: Model) -> None:
        for operation in m["operations"].values():
            operation["errors"] = [error for error in operation.get("errors", []) if error["shape"] != name]
        m["shapes"].pop(name)

    return change


ERRORS = sites.model()["operations"][OPERATION]["errors"]
NEW_ERROR = {"type": "structure", "members": {"message": {"shape": "MessageType"}}, "exception": True}
PAGES = sites.model("paginators-1")
WAITER = {"delay": 1, "operation": "AdminGetUser", "maxAttempts": 2, "acceptors": []}

MUTANTS = {
    "operation-removed": Mutant(lambda m: m["operations"].pop(OPERATION), "operation-removed", OPERATION),
    "operation-added": Mutant(
        lambda m: m["operations"].update(Brew={**m["operations"][OPERATION], "name": "Brew"}), "operation-added", "Brew"
    ),
    "input-member-removed": Mutant(
        lambda m: m["shapes"][REQUEST]["members"].pop("Permanent"), "input-member-removed", "input/Permanent"
    ),
    "input-member-added": Mutant(_member(REQUEST, "New"), "input-member-added", "input/New"),
    "input-member-added-required": Mutant(
        _both(_member(REQUEST, "New"), _required(REQUEST, "UserPoolId", "Username", "Password", "New")),
        "input-member-added-required",
        "input/New",
    ),
    "input-member-required": Mutant(
        _required(REQUEST, "UserPoolId", "Username", "Password", "Permanent"), "input-member-required", "Permanent"
    ),
    "input-member-optional": Mutant(_required(REQUEST, "UserPoolId", "Username"), "input-member-optional", "Password"),
    "output-member-removed": Mutant(
        lambda m: m["shapes"][OUTPUT]["members"].pop("Users"), "output-member-removed", "output/Users"
    ),
    "output-member-added": Mutant(_member(OUTPUT, "New"), "output-member-added", "output/New"),
    "output-member-optional": Mutant(
        _required("AdminGetUserResponse"), "output-member-optional", "AdminGetUser/output/Username"
    ),
    "output-member-required": Mutant(_required(OUTPUT, "Users"), "output-member-required", "ListUsers/output/Users"),
    "input-min-raised": Mutant(_own(REQUEST, "Password", min=8), "input-min-raised", "input/Password/min"),
    "input-min-added-to-number": Mutant(_own(INPUT, "Limit", min=5), "input-min-raised", "input/Limit/min"),
    "input-min-lowered": Mutant(_own(REQUEST, "Username", min=0), "input-min-lowered", "input/Username/min"),
    "input-max-lowered": Mutant(_own(REQUEST, "Password", max=16), "input-max-lowered", "input/Password/max"),
    "input-max-raised": Mutant(_own(REQUEST, "Password", max=512), "input-max-raised", "input/Password/max"),
    "input-pattern-changed": Mutant(
        _own(REQUEST, "Password", pattern="[a-z]+"), "input-pattern-changed", "Password/pattern"
    ),
    "input-pattern-removed": Mutant(
        lambda m: m["shapes"]["PasswordType"].pop("pattern"), "input-pattern-removed", "Password/pattern"
    ),
    "input-enum-value-removed": Mutant(
        lambda m: m["shapes"]["MessageActionType"]["enum"].remove("RESEND"), "input-enum-value-removed", "enum/RESEND"
    ),
    "input-enum-value-added": Mutant(
        lambda m: m["shapes"]["MessageActionType"]["enum"].append("SING"), "input-enum-value-added", "enum/SING"
    ),
    "output-enum-value-added": Mutant(
        lambda m: m["shapes"]["UserStatusType"]["enum"].append("ASLEEP"), "output-enum-value-added", "enum/ASLEEP"
    ),
    "output-enum-value-removed": Mutant(
        lambda m: m["shapes"]["UserStatusType"]["enum"].remove("CONFIRMED"), "output-enum-value-removed", "CONFIRMED"
    ),
    "output-range-widened": Mutant(
        _own("AdminGetUserResponse", "Username", max=999), "output-range-widened", "output/Username/max"
    ),
    "output-range-narrowed": Mutant(
        _own("AdminGetUserResponse", "Username", max=9), "output-range-narrowed", "output/Username/max"
    ),
    "type-changed": Mutant(_own(REQUEST, "Permanent", type="string"), "type-changed", "input/Permanent/type"),
    "number-width-changed": Mutant(_own(INPUT, "Limit", type="long"), "number-width-changed", "input/Limit/type"),
    "union": Mutant(_shape(REQUEST, union=True), "shape-kind-changed", "input/union"),
    "document": Mutant(_shape(REQUEST, document=True), "shape-kind-changed", "input/document"),
    "payload": Mutant(_shape(REQUEST, payload="Password"), "shape-kind-changed", "input/payload"),
    "location": Mutant(
        _member(REQUEST, "Password", location="header"), "member-location-changed", "input/Password/location"
    ),
    "location-name": Mutant(
        _member(REQUEST, "Password", locationName="pw"), "member-location-changed", "Password/locationName"
    ),
    "idempotency-token": Mutant(
        _member(REQUEST, "Username", idempotencyToken=True), "idempotency-token-changed", "Username/idempotencyToken"
    ),
    "sensitive": Mutant(_own(REQUEST, "Username", sensitive=False), "cosmetic-trait-changed", "Username/sensitive"),
    "deprecated": Mutant(
        _member(REQUEST, "Username", deprecated=True), "cosmetic-trait-changed", "Username/deprecated"
    ),
    "unknown-trait": Mutant(_own(REQUEST, "Username", brandNew=1), "shape-trait-changed", "Username/brandNew"),
    "error-added": Mutant(
        _operation(OPERATION, errors=[*ERRORS, {"shape": "LimitExceededException"}]),
        "error-added",
        f"{OPERATION}/errors/LimitExceededException",
    ),
    "error-removed": Mutant(
        _operation(OPERATION, errors=ERRORS[:-1]), "error-removed", f"{OPERATION}/errors/{ERRORS[-1]['shape']}"
    ),
    "exception-added": Mutant(
        _both(
            lambda m: m["shapes"].update(NewException=NEW_ERROR),
            _operation(OPERATION, errors=[*ERRORS, {"shape": "NewException"}]),
        ),
        "exception-added",
        "exceptions/NewException",
    ),
    "exception-removed": Mutant(
        _unlist_everywhere("PasswordHistoryPolicyViolationException"),
        "exception-removed",
        "exceptions/PasswordHistoryPolicyViolationException",
    ),
    "error-status": Mutant(
        _shape("UserNotFoundException", error={"httpStatusCode": 404}), "error-traits-changed", "UserNotFoundException"
    ),
    "error-retryable": Mutant(
        _shape("TooManyRequestsException", retryable={"throttling": True}),
        "error-traits-changed",
        "TooManyRequestsException",
    ),
    "error-fault": Mutant(
        _shape("InternalErrorException", fault=False), "error-traits-changed", "InternalErrorException"
    ),
    "protocol": Mutant(_metadata(protocol="query", protocols=["query"]), "protocol-changed", "protocol"),
    "json-version": Mutant(_metadata(jsonVersion="1.0"), "json-version-changed", "jsonVersion"),
    "target-prefix": Mutant(_metadata(targetPrefix="Other"), "target-prefix-changed", "targetPrefix"),
    "signing-name": Mutant(_metadata(signingName="other"), "signing-name-changed", "signingName"),
    "endpoint-prefix": Mutant(
        _metadata(endpointPrefix="other", signingName="cognito-idp"), "endpoint-prefix-changed", "endpointPrefix"
    ),
    "service-id": Mutant(_metadata(serviceId="Other"), "service-id-changed", "serviceId"),
    "api-version": Mutant(_metadata(apiVersion="2017-01-01"), "service-trait-changed", "apiVersion"),
    "path": Mutant(_operation(OPERATION, http={"method": "POST", "requestUri": "/v2"}), "http-changed", "http"),
    "no-auth": Mutant(_operation(OPERATION, authtype="none"), "auth-dropped", f"{OPERATION}/auth"),
    "auth-required": Mutant(
        lambda m: [m["operations"]["SignUp"].pop(key, None) for key in ("auth", "authtype")],
        "auth-required",
        "SignUp/auth",
    ),
    "host-prefix": Mutant(
        _operation(OPERATION, endpoint={"hostPrefix": "pw."}), "operation-trait-changed", f"{OPERATION}/endpoint"
    ),
    "paginator-added": Mutant(
        _nothing,
        "paginator-added",
        "paginators/ListDevices",
        {"paginators-1": {"pagination": {**PAGES["pagination"], "ListDevices": PAGES["pagination"]["ListUsers"]}}},
    ),
    "paginator-removed": Mutant(
        _nothing,
        "paginator-removed",
        "paginators/ListUsers",
        {"paginators-1": {"pagination": {k: v for k, v in PAGES["pagination"].items() if k != "ListUsers"}}},
    ),
    "paginator-changed": Mutant(
        _nothing,
        "paginator-changed",
        "paginators/ListUsers",
        {"paginators-1": {"pagination": {**PAGES["pagination"], "ListUsers": {"result_key": "Other"}}}},
    ),
    "waiter-added": Mutant(
        _nothing, "waiter-added", "waiters/UserExists", {"waiters-2": {"version": 2, "waiters": {"UserExists": WAITER}}}
    ),
    "endpoint-rules": Mutant(
        _nothing, "endpoint-rules-changed", "endpoint-rules", {"endpoint-rule-set-1": {"version": "1.0", "rules": []}}
    ),
    "documentation": Mutant(_reword, "documentation-changed", "documentation", alone=True),
}
# Nothing that anyone can observe: not one finding beyond the words.
SILENT = {
    "renamed-shape": _rename,
    "reordered-members": _reorder,
    "cbor-as-well": _metadata(protocols=["json", "smithy-rpc-v2-cbor"]),
    "no-auth-said-twice": _operation("SignUp", auth=["smithy.api#noAuth"], authtype="none"),
    "minimum-of-zero": _shape("PasswordType", min=0),
    "trailing-newline": _nothing,
}


@pytest.fixture(scope="module")
def read(patched: Patched) -> Mapping[str, Any]:
    """Every mutant as its own service of one botocore, read by one observer through botocore's loader."""
    services = {"original": sites.changed(_nothing)}
    services |= {name: {**sites.changed(mutant.change), **mutant.files} for name, mutant in MUTANTS.items()}
    services |= {name: sites.changed(change) for name, change in SILENT.items()}
    for files in services.values():  # most of each model is documentation, and only one mutant is about that
        _shorten(files["service-2"])
    return patched("mutants", [MODEL_OBSERVER], services)[1].models


def _shorten(value: Any) -> None:
    if isinstance(value, dict):
        for name, inner in value.items():
            if name == "documentation" and isinstance(inner, str):
                value[name] = inner[:8]
            else:
                _shorten(inner)
    elif isinstance(value, list):
        for inner in value:
            _shorten(inner)


@pytest.mark.parametrize("name", MUTANTS)
def test_a_changed_model_is_named_by_its_rule(read: Mapping[str, Any], name: str) -> None:
    """A change of the model is found, under its own rule, at the place where callers meet it."""
    mutant = MUTANTS[name]
    findings = list(models.compare(SERVICE, read["original"], read[name]))

    assert [f for f in findings if f.rule == mutant.rule and mutant.fact in str(f.fact)], findings
    assert not mutant.alone or {finding.rule for finding in findings} == {mutant.rule}


@pytest.mark.parametrize("name", SILENT)
def test_what_nobody_can_observe_is_no_change(read: Mapping[str, Any], name: str) -> None:
    """A renamed shape, an order, a trait that changes no derived value: nothing is found."""
    assert not list(models.compare(SERVICE, read["original"], read[name]))


def test_a_service_that_goes_loses_its_operations(read: Mapping[str, Any]) -> None:
    """A version without the service is one without any of its operations."""
    rules = {f.rule for f in models.compare(SERVICE, read["original"], None)}

    assert rules == {"operation-removed"}


@pytest.mark.parametrize("gone", ["waiter-added", "waiter-changed"])
def test_a_waiter_that_goes_or_changes_is_named(read: Mapping[str, Any], gone: str) -> None:
    """Waiters are compared in both directions, and by content."""
    new, old = read["original"], read["waiter-added"]
    if gone == "waiter-changed":
        new = {**old, "waiters": {"UserExists": {**WAITER, "delay": 9}}}
    rule = "waiter-removed" if gone == "waiter-added" else gone

    assert [f.rule for f in models.compare(SERVICE, old, new)] == [rule]


def test_every_rule_of_the_model_layer_has_a_mutant() -> None:
    """No rule of the model layer is without a model that meets it; those of the contract have tests of their own."""
    met = {mutant.rule for mutant in MUTANTS.values()}
    met |= {"waiter-removed", "waiter-changed"}

    assert {rule.id for rule in RULES.values() if rule.layer == MODEL and not rule.id.startswith("contract-")} == met


def _verdicts(read: Mapping[str, Any], name: str) -> tuple[str, str]:
    sides = [Observation(models={SERVICE: read[side]}) for side in ("original", name)]
    old, new = Client("botocore", "1"), Client("botocore", "2")
    found = comparison.judge((old, sides[0]), (new, sides[1]))
    return str(found.verdict("caller")), str(found.verdict("emulator"))


@pytest.mark.parametrize(
    ("name", "verdicts"),
    [
        ("input-member-removed", ("breaking", "breaking")),  # the contract has it
        ("input-min-raised", ("breaking", "breaking")),
        ("protocol", ("breaking", "breaking")),
        ("target-prefix", ("breaking", "breaking")),
        ("output-member-removed", ("breaking", "safe")),
        ("input-member-added-required", ("breaking", "breaking")),
        ("error-status", ("review", "breaking")),
        ("input-min-lowered", ("safe", "review")),
        ("error-added", ("safe", "review")),
        ("operation-added", ("safe", "safe")),
        ("documentation", ("safe", "safe")),
    ],
)
def test_the_verdict_follows_the_worst_change(read: Mapping[str, Any], name: str, verdicts: tuple[str, str]) -> None:
    """The same change may break the one audience and not touch the other."""
    assert _verdicts(read, name) == verdicts


def test_a_broken_promise_names_its_clause(read: Mapping[str, Any]) -> None:
    """A change against the pinned contract is judged by it, whatever its rule says on its own."""
    sides = [Observation(models={SERVICE: read[side]}) for side in ("original", "target-prefix")]
    found = comparison.judge((Client("botocore", "1"), sides[0]), (Client("botocore", "2"), sides[1]))

    assert [c.clause for c in found.changes if c.rule.id == "contract-broken"] == ["target"]
