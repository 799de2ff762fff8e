"""Every kind of change that the gate tells apart, and how severe it is for each audience."""

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


BREAK = Severity.BREAK
BEHAVIOUR = Severity.BEHAVIOUR
GAP = Severity.GAP
WARN = Severity.WARN
OK = Severity.OK
DOC = Severity.DOC

MODEL = "model"
CLIENT = "client"
TRANSPORT = "transport"
CREDENTIALS = "credentials"
PYTHON = "python-surface"
SURFACE = "cli-surface"
CLI = "cli-behaviour"
INSTALL = "install"
SOURCE = "source"
SUITE = "scenarios"

# Changes of these topics have one cause, however many facts show it.
RETRIES = "retries"
PACKAGES = "packages"


@dataclass(frozen=True, order=True)
class Fact:
    """Something that was observed of a client version.

    `operation` is AWS's name of the operation that meets it, or "" if AdminSetUserPassword meets it like any other."""

    layer: str
    part: str
    operation: str = ""

    def __str__(self) -> str:
        """Its name in contract, waivers and reports: "wire/permanent/body"."""
        return f"{self.layer}/{self.part}"


@dataclass(frozen=True)
class RuleHit:
    """A fact that differs: which, under which rule, and its value on both sides (None: it is not there)."""

    rule: str
    fact: Fact
    before: Any = None
    after: Any = None


@dataclass(frozen=True)
class Rule:
    """A kind of change.

    `example` is a line of Python, or of a terminal if it begins with `aws`, that meets the change; {before}, {after},
    {call}, {arguments} and {path} stand for what changed. Rules of one `topic` show one cause."""

    id: str
    layer: str
    caller: Severity
    emulator: Severity
    says: str
    example: str | None = None
    topic: str | None = None


_RULES = [
    # The contract comes first: what schemas/contract.toml pins. Then the service model.
    Rule("contract-broken", MODEL, BREAK, BREAK, "a clause of the pinned contract no longer holds"),
    Rule("contract-broken-before", MODEL, WARN, WARN, "a clause of the pinned contract holds on neither side"),
    Rule("operation-removed", MODEL, BREAK, OK, "the operation is gone", example="{call}()  # AttributeError"),
    Rule("operation-added", MODEL, OK, GAP, "an operation is new"),
    Rule(
        "input-member-removed",
        MODEL,
        BREAK,
        OK,
        "an input member is gone",
        example="{call}({arguments})  # ParamValidationError",
    ),
    Rule("input-member-added", MODEL, OK, GAP, "an optional input member is new"),
    Rule(
        "input-member-added-required",
        MODEL,
        BREAK,
        BREAK,
        "a new input member is required",
        example="{call}()  # ParamValidationError",
    ),
    Rule(
        "input-member-required",
        MODEL,
        BREAK,
        OK,
        "an input member became required",
        example="{call}()  # ParamValidationError",
    ),
    Rule("input-member-optional", MODEL, OK, GAP, "an input member may be left out"),
    Rule("output-member-removed", MODEL, BREAK, OK, "an output member is gone", example="{call}(){path}  # KeyError"),
    Rule("output-member-added", MODEL, OK, GAP, "an output member is new"),
    Rule(
        "output-member-optional",
        MODEL,
        WARN,
        OK,
        "an output member may be missing",
        example="{call}(){path}  # may be a KeyError",
    ),
    Rule("output-member-required", MODEL, OK, GAP, "an output member is always there"),
    Rule(
        "input-min-raised",
        MODEL,
        BREAK,
        OK,
        "a minimum is higher, and the client enforces it",
        example="{call}({arguments})  # ParamValidationError",
    ),
    Rule(
        "input-min-lowered",
        MODEL,
        WARN,
        GAP,
        "a minimum is lower: the service refuses now",
        example="{call}({arguments})  # reaches the service now",
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
    Rule(
        "type-changed", MODEL, BREAK, BREAK, "a type is another", example="{call}({arguments})  # ParamValidationError"
    ),
    Rule("number-width-changed", MODEL, BREAK, OK, "a number has another width"),
    Rule("shape-kind-changed", MODEL, BREAK, BREAK, "union, document, streaming, sparse or payload is another"),
    Rule("member-location-changed", MODEL, BEHAVIOUR, BREAK, "a member goes elsewhere in the message"),
    Rule("idempotency-token-changed", MODEL, BEHAVIOUR, OK, "the client fills in a token, or no longer does"),
    Rule("cosmetic-trait-changed", MODEL, OK, OK, "sensitive, deprecated or box: nothing observable"),
    Rule("shape-trait-changed", MODEL, BEHAVIOUR, WARN, "another trait of a shape"),
    Rule(
        "error-added",
        MODEL,
        WARN,
        GAP,
        "the operation can raise another error",
        example="client.exceptions.{after}  # new",
    ),
    Rule("error-removed", MODEL, WARN, OK, "the operation no longer lists an error"),
    Rule(
        "exception-removed",
        MODEL,
        BREAK,
        OK,
        "an exception class is gone",
        example="client.exceptions.{before}  # AttributeError",
    ),
    Rule("exception-added", MODEL, OK, GAP, "an exception class is new"),
    Rule("error-traits-changed", MODEL, BEHAVIOUR, BREAK, "status, fault or retryability of an error is another"),
    Rule("protocol-changed", MODEL, BEHAVIOUR, BREAK, "the protocol that the client resolves is another"),
    Rule("json-version-changed", MODEL, BEHAVIOUR, BREAK, "the content type is another"),
    Rule("target-prefix-changed", MODEL, BEHAVIOUR, BREAK, "X-Amz-Target is another"),
    Rule("signing-name-changed", MODEL, BEHAVIOUR, BREAK, "requests are signed for another service name"),
    Rule("endpoint-prefix-changed", MODEL, BEHAVIOUR, BREAK, "the host name is another"),
    Rule("service-id-changed", MODEL, BREAK, OK, "event names, environment variables and classes have other names"),
    Rule("service-trait-changed", MODEL, BEHAVIOUR, BREAK, "another trait of the service"),
    Rule("http-changed", MODEL, BEHAVIOUR, BREAK, "method, path or status of the operation is another"),
    Rule("auth-required", MODEL, BEHAVIOUR, BREAK, "requests must be signed now, or in another way"),
    Rule("auth-dropped", MODEL, WARN, GAP, "requests are no longer signed"),
    Rule("operation-trait-changed", MODEL, BEHAVIOUR, WARN, "another trait of the operation"),
    Rule("paginator-added", MODEL, BEHAVIOUR, OK, "the AWS CLI fetches all pages now"),
    Rule("paginator-removed", MODEL, BREAK, OK, "client.get_paginator fails"),
    Rule("paginator-changed", MODEL, BEHAVIOUR, OK, "pages are fetched in another way"),
    Rule("waiter-added", MODEL, BEHAVIOUR, OK, "a waiter is new"),
    Rule("waiter-removed", MODEL, BREAK, OK, "client.get_waiter fails"),
    Rule("waiter-changed", MODEL, BEHAVIOUR, OK, "a waiter waits in another way"),
    Rule("endpoint-rules-changed", MODEL, OK, OK, "the endpoint rules differ (where they lead is judged by itself)"),
    Rule("documentation-changed", MODEL, DOC, DOC, "words of the documentation"),
    # What the client does, answered inside the client.
    Rule("request-changed", CLIENT, BEHAVIOUR, BREAK, "method, URL or body on the wire is another"),
    Rule("header-changed", CLIENT, BEHAVIOUR, BREAK, "a header is another"),
    Rule("signature-changed", CLIENT, BEHAVIOUR, BREAK, "the same request has another signature"),
    Rule("request-not-sent", CLIENT, BREAK, OK, "a call that was sent is refused or crashes in the client"),
    Rule("answer-refused", CLIENT, BREAK, BREAK, "an answer that was taken raises now"),
    Rule("answer-read-otherwise", CLIENT, BEHAVIOUR, BEHAVIOUR, "the same answer gives the caller something else"),
    Rule(
        "error-class-gained",
        CLIENT,
        WARN,
        OK,
        "an error has a class of its own now",
        example="client.exceptions.{after}  # was only a ClientError",
    ),
    Rule(
        "error-class-lost",
        CLIENT,
        BREAK,
        OK,
        "an error lost its class",
        example="client.exceptions.{before}  # no longer reached",
    ),
    Rule("error-members-added", CLIENT, OK, GAP, "an error tells more"),
    Rule("error-read-otherwise", CLIENT, BEHAVIOUR, BEHAVIOUR, "code, message or members of an error are another"),
    Rule("validation-tightened", CLIENT, BREAK, OK, "the client refuses what it sent"),
    Rule("validation-loosened", CLIENT, BEHAVIOUR, GAP, "the client sends what it refused"),
    Rule("validation-worded-otherwise", CLIENT, WARN, OK, "the client refuses in other words"),
    Rule("retry-mode-changed", CLIENT, BEHAVIOUR, BEHAVIOUR, "the default retry mode is another", topic=RETRIES),
    Rule(
        "retry-attempts-changed",
        CLIENT,
        BEHAVIOUR,
        BEHAVIOUR,
        "a failing call is sent more or less often",
        topic=RETRIES,
    ),
    Rule("retry-pauses-changed", CLIENT, BEHAVIOUR, OK, "the pauses between attempts are others", topic=RETRIES),
    Rule("retry-outcome-changed", CLIENT, BREAK, OK, "a failing call raises something else", topic=RETRIES),
    Rule("retry-header-changed", CLIENT, OK, OK, "amz-sdk-request is another", topic=RETRIES),
    Rule("setting-added", CLIENT, OK, OK, "the client has a new setting"),
    Rule("default-changed", CLIENT, BEHAVIOUR, OK, "a default of the client is another"),
    Rule("endpoint-changed", CLIENT, BEHAVIOUR, OK, "requests go elsewhere"),
    Rule("sample-refused", CLIENT, BREAK, OK, "the client refuses the least request that its own model allows"),
    Rule("sample-changed", CLIENT, OK, OK, "the least request is another (the model says why)"),
    Rule("sample-target-changed", CLIENT, BREAK, BREAK, "X-Amz-Target of an operation is another"),
    Rule("probe-crashed", CLIENT, BREAK, WARN, "the client crashes where it did not"),
    Rule("fact-changed", CLIENT, BEHAVIOUR, WARN, "an observed fact is another"),
    # Real sockets.
    Rule("fault-accepted", TRANSPORT, BREAK, WARN, "a broken answer or connection is taken for a good one"),
    Rule("fault-noticed", TRANSPORT, BEHAVIOUR, OK, "a broken answer or connection raises, and did not"),
    Rule("transport-refused", TRANSPORT, BREAK, OK, "a call that worked fails now"),
    Rule("transport-error-changed", TRANSPORT, BEHAVIOUR, OK, "a failing call raises another error"),
    Rule("transport-accepted", TRANSPORT, BEHAVIOUR, OK, "a call that failed works now"),
    Rule(
        "transport-attempts-changed",
        TRANSPORT,
        BEHAVIOUR,
        BEHAVIOUR,
        "a failing call is sent more or less often",
        topic=RETRIES,
    ),
    Rule("transport-wire-changed", TRANSPORT, BEHAVIOUR, WARN, "connections are made, kept or routed in another way"),
    # Where credentials come from.
    Rule("credentials-lost", CREDENTIALS, BREAK, OK, "credentials that were found are not found now"),
    Rule("credentials-changed", CREDENTIALS, BREAK, OK, "other credentials are used"),
    Rule("credentials-found", CREDENTIALS, BEHAVIOUR, OK, "credentials are found where there were none"),
    Rule("credentials-error-changed", CREDENTIALS, BEHAVIOUR, OK, "missing credentials raise another error"),
    Rule("credentials-host-changed", CREDENTIALS, BEHAVIOUR, OK, "credentials are asked of another host"),
    Rule("provider-added", CREDENTIALS, WARN, OK, "credentials can come from one more source"),
    Rule("provider-removed", CREDENTIALS, BREAK, OK, "a source of credentials is gone"),
    # What Python code relies on.
    Rule("name-removed", PYTHON, BREAK, OK, "a public name is gone"),
    Rule("name-added", PYTHON, OK, OK, "a public name is new"),
    Rule("exception-unreachable", PYTHON, BREAK, OK, "an exception class cannot be named on the client"),
    Rule("metadata-lost", PYTHON, BREAK, OK, "ResponseMetadata lost a member"),
    Rule("metadata-changed", PYTHON, WARN, OK, "ResponseMetadata holds something else"),
    Rule("error-text-changed", PYTHON, BEHAVIOUR, OK, "the text of an error is another"),
    Rule("event-lost", PYTHON, BREAK, OK, "handlers of an event are not called"),
    Rule("event-added", PYTHON, OK, OK, "handlers of an event are called"),
    Rule("event-changed", PYTHON, BEHAVIOUR, OK, "an event has another name or other arguments"),
    Rule("pages-changed", PYTHON, BREAK, OK, "a paginator yields other pages"),
    Rule("waiter-outcome-changed", PYTHON, BREAK, OK, "a waiter ends in another way"),
    Rule("warning-added", PYTHON, BEHAVIOUR, OK, "a warning is new (an error under python -W error)"),
    Rule("warning-removed", PYTHON, OK, OK, "a warning is gone"),
    Rule("secret-logged", PYTHON, BREAK, OK, "a secret is logged at INFO or above"),
    Rule("secret-unlogged", PYTHON, OK, OK, "a secret is logged no more"),
    Rule("log-changed", PYTHON, WARN, OK, "other records are logged at WARNING or above"),
    Rule("import-slower", PYTHON, WARN, OK, "importing takes much longer"),
    Rule("import-heavier", PYTHON, WARN, OK, "importing loads many more modules"),
    # What is installed.
    Rule("python-floor-raised", INSTALL, BEHAVIOUR, OK, "some versions of Python are no longer supported"),
    Rule("python-range-widened", INSTALL, OK, OK, "more versions of Python are supported"),
    Rule("requirement-added", INSTALL, BEHAVIOUR, OK, "another package is required", topic=PACKAGES),
    Rule("requirement-changed", INSTALL, BEHAVIOUR, OK, "other versions of a package are required"),
    Rule(
        "requirement-removed",
        INSTALL,
        BEHAVIOUR,
        OK,
        "a package is required no more, and not installed along",
        topic=PACKAGES,
    ),
    Rule("own-requirement-changed", INSTALL, OK, OK, "the release asks for the botocore or s3transfer of its day"),
    Rule("extra-changed", INSTALL, WARN, OK, "an extra asks for something else"),
    Rule("entry-point-removed", INSTALL, BREAK, OK, "a command or plug-in is gone"),
    Rule("entry-point-added", INSTALL, OK, OK, "a command or plug-in is new"),
    Rule("vendored-part-added", INSTALL, BEHAVIOUR, OK, "a copy of another package is shipped inside", topic=PACKAGES),
    Rule(
        "vendored-part-removed",
        INSTALL,
        BEHAVIOUR,
        OK,
        "a copy of another package is no longer shipped inside",
        topic=PACKAGES,
    ),
    Rule("module-removed", INSTALL, WARN, OK, "a module is gone"),
    Rule("module-added", INSTALL, OK, OK, "a module is new"),
    Rule("module-name-removed", INSTALL, WARN, OK, "a module lost a name"),
    Rule("module-name-added", INSTALL, OK, OK, "a module has a new name"),
    # The code that a request passes through.
    Rule("source-changed", SOURCE, WARN, OK, "code on the path of a request is another"),
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
