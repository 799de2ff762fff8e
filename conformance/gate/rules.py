"""Every kind of change that the gate tells apart, and how severe it is for whom."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Severity(StrEnum):
    """How a change matters to one audience, the most serious first."""

    BREAK = "break"  # what worked fails
    BEHAVIOUR = "behaviour"  # what worked still works, and does something else
    GAP = "gap"  # there is something new to support
    WARN = "warn"  # may matter to some
    OK = "ok"  # cannot matter
    DOC = "doc-only"  # words only

    @property
    def rank(self) -> int:
        """0 for the most serious."""
        return list(Severity).index(self)


BREAK, BEHAVIOUR, GAP, WARN, OK, DOC = Severity

MODEL, CLIENT, SURFACE, CLI, SUITE = "model", "client", "cli-surface", "cli-behaviour", "scenarios"
LAYERS = (MODEL, CLIENT, SURFACE, CLI, SUITE)


@dataclass(frozen=True)
class Rule:
    """A kind of change."""

    id: str
    layer: str
    caller: Severity
    emulator: Severity
    says: str

    @property
    def bite(self) -> str | None:
        """A line of code or of a terminal that meets it, where there is one.

        {before}, {after}, {call}, {member} and {path} stand for what changed."""
        return _BITES.get(self.id)


@dataclass(frozen=True)
class Finding:
    """A fact that differs: which, under which rule, and its value on both sides (None: it is not there)."""

    rule: str
    fact: str
    before: Any = None
    after: Any = None


_RULES = [
    # The contract comes first: what schemas/contract.toml pins.
    Rule("contract-broken", MODEL, BREAK, BREAK, "a clause of the pinned contract no longer holds"),
    Rule("contract-broken-before", MODEL, WARN, WARN, "a clause of the pinned contract holds on neither side"),
    # Service model.
    Rule("service-removed", MODEL, BREAK, OK, "the service is gone"),
    Rule("service-added", MODEL, OK, GAP, "a service is new"),
    Rule("operation-removed", MODEL, BREAK, OK, "the operation is gone"),
    Rule("operation-added", MODEL, OK, GAP, "an operation is new"),
    Rule("input-member-removed", MODEL, BREAK, OK, "an input member is gone"),
    Rule("input-member-added", MODEL, OK, GAP, "an optional input member is new"),
    Rule("input-member-added-required", MODEL, BREAK, BREAK, "a new input member is required"),
    Rule("input-member-required", MODEL, BREAK, OK, "an input member became required"),
    Rule("input-member-optional", MODEL, OK, GAP, "an input member may be left out"),
    Rule("output-member-removed", MODEL, BREAK, OK, "an output member is gone"),
    Rule("output-member-added", MODEL, OK, GAP, "an output member is new"),
    Rule("output-member-optional", MODEL, WARN, OK, "an output member may be missing"),
    Rule("output-member-required", MODEL, OK, GAP, "an output member is always there"),
    Rule("input-min-raised", MODEL, BREAK, OK, "a minimum is higher, and the client enforces it"),
    Rule(
        "input-min-lowered",
        MODEL,
        BEHAVIOUR,
        GAP,
        "a minimum is lower: the service refuses now",
    ),
    Rule("input-max-lowered", MODEL, WARN, GAP, "a maximum is lower (the service enforces it)"),
    Rule("input-max-raised", MODEL, OK, GAP, "a maximum is higher"),
    Rule("input-pattern-changed", MODEL, WARN, GAP, "a pattern is new or another (the service enforces it)"),
    Rule("input-pattern-removed", MODEL, OK, GAP, "a pattern is gone"),
    Rule("input-enum-value-removed", MODEL, WARN, OK, "a value is gone (the service refuses it)"),
    Rule("input-enum-value-added", MODEL, OK, GAP, "a value is new"),
    Rule("output-enum-value-added", MODEL, WARN, OK, "an answer may hold a value that code does not know"),
    Rule("output-enum-value-removed", MODEL, OK, OK, "a value no longer comes"),
    Rule("output-range-widened", MODEL, WARN, OK, "an answer may be longer, shorter or of another form"),
    Rule("output-range-narrowed", MODEL, OK, WARN, "an answer must keep within narrower bounds"),
    Rule("type-changed", MODEL, BREAK, BREAK, "a type is another"),
    Rule("number-width-changed", MODEL, BREAK, OK, "a number has another width"),
    Rule("shape-kind-changed", MODEL, BREAK, BREAK, "union, document, streaming, sparse or payload is another"),
    Rule("member-location-changed", MODEL, BEHAVIOUR, BREAK, "a member goes elsewhere in the message"),
    Rule("idempotency-token-changed", MODEL, BEHAVIOUR, OK, "the client fills in a token, or no longer does"),
    Rule("cosmetic-trait-changed", MODEL, OK, OK, "sensitive, deprecated or box: nothing observable"),
    Rule("shape-trait-changed", MODEL, BEHAVIOUR, WARN, "another trait of a shape"),
    Rule("error-added", MODEL, WARN, GAP, "the operation can raise another error"),
    Rule("error-removed", MODEL, WARN, OK, "the operation no longer lists an error"),
    Rule("exception-removed", MODEL, BREAK, OK, "an exception class is gone"),
    Rule("exception-added", MODEL, OK, GAP, "an exception class is new"),
    Rule("error-traits-changed", MODEL, BEHAVIOUR, BREAK, "status, fault or retryability of an error is another"),
    Rule("protocol-changed", MODEL, BEHAVIOUR, BREAK, "the protocol that the client resolves is another"),
    Rule("json-version-changed", MODEL, BEHAVIOUR, BREAK, "the content type is another"),
    Rule("target-prefix-changed", MODEL, BEHAVIOUR, BREAK, "X-Amz-Target is another"),
    Rule("signing-name-changed", MODEL, BEHAVIOUR, BREAK, "requests are signed for another service name"),
    Rule("endpoint-prefix-changed", MODEL, BEHAVIOUR, BREAK, "the host name is another"),
    Rule("service-id-changed", MODEL, BREAK, OK, "event names, environment variables and classes are named otherwise"),
    Rule("service-trait-changed", MODEL, BEHAVIOUR, BREAK, "another trait of the service"),
    Rule("http-changed", MODEL, BEHAVIOUR, BREAK, "method, path or status of the operation is another"),
    Rule("auth-required", MODEL, BEHAVIOUR, BREAK, "requests must be signed now, or otherwise"),
    Rule("auth-dropped", MODEL, WARN, GAP, "requests are no longer signed"),
    Rule("operation-trait-changed", MODEL, BEHAVIOUR, WARN, "another trait of the operation"),
    Rule("paginator-added", MODEL, BEHAVIOUR, OK, "the AWS CLI fetches all pages now"),
    Rule("paginator-removed", MODEL, BREAK, OK, "client.get_paginator fails"),
    Rule("paginator-changed", MODEL, BEHAVIOUR, OK, "pages are fetched otherwise"),
    Rule("waiter-added", MODEL, BEHAVIOUR, OK, "a waiter is new"),
    Rule("waiter-removed", MODEL, BREAK, OK, "client.get_waiter fails"),
    Rule("waiter-changed", MODEL, BEHAVIOUR, OK, "a waiter waits otherwise"),
    Rule("endpoint-rules-changed", MODEL, OK, OK, "the endpoint rules differ (where they lead is judged by itself)"),
    Rule("documentation-changed", MODEL, DOC, DOC, "words of the documentation"),
    # Client behaviour.
    Rule("request-changed", CLIENT, BEHAVIOUR, BREAK, "method, URL or body on the wire is another"),
    Rule("header-changed", CLIENT, BEHAVIOUR, BREAK, "a header is another"),
    Rule("signature-changed", CLIENT, BEHAVIOUR, BREAK, "the same request has another signature"),
    Rule("request-not-sent", CLIENT, BREAK, OK, "a call that was sent is refused or crashes in the client"),
    Rule("answer-refused", CLIENT, BREAK, BREAK, "an answer that was taken raises now"),
    Rule("answer-read-otherwise", CLIENT, BEHAVIOUR, BEHAVIOUR, "the same answer gives the caller something else"),
    Rule("error-class-gained", CLIENT, WARN, OK, "an error has a class of its own now"),
    Rule("error-class-lost", CLIENT, BREAK, OK, "an error lost its class"),
    Rule("error-members-added", CLIENT, OK, GAP, "an error tells more"),
    Rule("error-read-otherwise", CLIENT, BEHAVIOUR, BEHAVIOUR, "code, message or members of an error are another"),
    Rule("validation-tightened", CLIENT, BREAK, OK, "the client refuses what it sent"),
    Rule("validation-loosened", CLIENT, BEHAVIOUR, GAP, "the client sends what it refused"),
    Rule("validation-worded-otherwise", CLIENT, WARN, OK, "the client refuses in other words"),
    Rule("retry-mode-changed", CLIENT, BEHAVIOUR, BEHAVIOUR, "the default retry mode is another"),
    Rule("retry-attempts-changed", CLIENT, BEHAVIOUR, BEHAVIOUR, "a failing call is sent more or less often"),
    Rule("retry-pauses-changed", CLIENT, BEHAVIOUR, OK, "the pauses between attempts are others"),
    Rule("retry-outcome-changed", CLIENT, BREAK, OK, "a failing call raises something else"),
    Rule("retry-header-changed", CLIENT, OK, OK, "amz-sdk-request is another"),
    Rule("setting-added", CLIENT, OK, OK, "the client has a new setting"),
    Rule("default-changed", CLIENT, BEHAVIOUR, OK, "a default of the client is another"),
    Rule("endpoint-changed", CLIENT, BEHAVIOUR, OK, "requests go elsewhere"),
    Rule("sample-refused", CLIENT, BREAK, OK, "the client refuses the least request that its own model allows"),
    Rule("sample-changed", CLIENT, OK, OK, "the least request is another (the model says why)"),
    Rule("sample-target-changed", CLIENT, BREAK, BREAK, "X-Amz-Target of an operation is another"),
    Rule("probe-crashed", CLIENT, BREAK, WARN, "the client crashes where it did not"),
    Rule("fact-changed", CLIENT, BEHAVIOUR, WARN, "an observed fact is another"),
    # The surface of the AWS CLI.
    Rule("option-removed", SURFACE, BREAK, OK, "an option is gone"),
    Rule("option-added", SURFACE, OK, OK, "an option is new"),
    Rule("option-required", SURFACE, BREAK, OK, "an option became required"),
    Rule("option-changed", SURFACE, BEHAVIOUR, OK, "type, values or form of an option are others"),
    Rule("command-removed", SURFACE, BREAK, OK, "a command is gone"),
    Rule("command-added", SURFACE, OK, OK, "a command is new"),
    Rule("skeleton-changed", SURFACE, BEHAVIOUR, OK, "--generate-cli-skeleton prints something else"),
    Rule("skeleton-grew", SURFACE, OK, OK, "--generate-cli-skeleton prints more"),
    Rule("help-changed", SURFACE, DOC, DOC, "words of the help page"),
    # What the AWS CLI does.
    Rule("cli-exit-code-changed", CLI, BREAK, OK, "a call ends with another exit code"),
    Rule("cli-stdout-changed", CLI, BEHAVIOUR, OK, "standard output is another"),
    Rule("cli-stderr-changed", CLI, WARN, OK, "standard error is another"),
    Rule("cli-requests-changed", CLI, BEHAVIOUR, BEHAVIOUR, "a command sends more, fewer or other requests"),
    # The scenarios, under both clients.
    Rule("scenario-flipped", SUITE, BREAK, WARN, "a scenario has another verdict under the new client"),
    Rule("scenario-healed", SUITE, BEHAVIOUR, OK, "a scenario that diverged conforms under the new client"),
    Rule("scenario-undecided", SUITE, WARN, OK, "a scenario could be judged under one client only"),
]

RULES = {rule.id: rule for rule in _RULES}

_CALL = "client.admin_set_user_password(UserPoolId=…, Username=…, Password=…)"
_BITES = {
    "contract-broken": _CALL,
    "service-removed": "boto3.client('…')  # UnknownServiceError",
    "operation-removed": "{call}()  # AttributeError",
    "input-member-removed": "{call}({member}=…)  # ParamValidationError",
    "input-member-added-required": "{call}()  # ParamValidationError: {member} is missing",
    "input-member-required": "{call}()  # ParamValidationError: {member} is missing",
    "output-member-removed": "{call}(){path}  # KeyError",
    "output-member-optional": "{call}(){path}  # may be a KeyError",
    "input-min-raised": "{call}({member}=…)  # ParamValidationError",
    "input-min-lowered": "{call}({member}='')  # sent now",
    "type-changed": "{call}({member}=…)  # ParamValidationError",
    "error-added": "except client.exceptions.{after}: …  # new",
    "exception-removed": "except client.exceptions.{before}:  # AttributeError",
    "auth-required": "client = boto3.client(…, config=Config(signature_version=UNSIGNED))  # refused",
    "paginator-removed": "client.get_paginator('…')  # OperationNotPageableError",
    "waiter-removed": "client.get_waiter('…')  # ValueError",
    "request-changed": _CALL,
    "header-changed": _CALL,
    "signature-changed": _CALL,
    "request-not-sent": _CALL,
    "answer-refused": _CALL,
    "answer-read-otherwise": _CALL,
    "error-class-gained": "except client.exceptions.{after}: …  # was only a ClientError",
    "error-class-lost": "except client.exceptions.{before}: …  # no longer reached",
    "error-read-otherwise": "error.response['Error']['Code']",
    "validation-tightened": _CALL,
    "validation-loosened": _CALL,
    "validation-worded-otherwise": _CALL,
    "retry-mode-changed": _CALL,
    "retry-attempts-changed": _CALL,
    "retry-pauses-changed": _CALL,
    "retry-outcome-changed": _CALL,
    "default-changed": "boto3.client('cognito-idp')",
    "endpoint-changed": "boto3.client('cognito-idp', region_name=…)",
    "option-removed": "aws cognito-idp admin-set-user-password …",
    "option-required": "aws cognito-idp admin-set-user-password …",
    "cli-exit-code-changed": "aws cognito-idp admin-set-user-password … || handle $?",
}
