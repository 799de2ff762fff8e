"""Clients with defects that no model shows are not safe: patched for real, each seen at the layer that meets it."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from conformance.gate import comparison
from conformance.gate.clients import Client
from conformance.gate.comparison import Advice, PairComparison
from conformance.gate.observation import SERVICE, Observation
from tests.gate import sites
from tests.gate.conftest import CLIENT, MODEL, TRANSPORT, Patched, alike


@dataclass(frozen=True)
class Defect:
    """Code for the end of a module of botocore; the layer, rule and fact that show it."""

    module: str
    code: str
    layer: str
    rule: str
    fact: str


# Ten at once, as they were found together in one botocore that used to be called safe.
TEN = {
    "certificates-are-not-verified": Defect(
        "httpsession.py",
        """
_settings = URLLib3Session._setup_ssl_cert
def _unverified(self, connection, url, verify):
    _settings(self, connection, url, False)
URLLib3Session._setup_ssl_cert = _unverified
""",
        "transport",
        "fault-accepted",
        "transport/fault/tls/untrusted",
    ),
    "the-session-token-is-dropped": Defect(
        "credentials.py",
        "\nEnvProvider.TOKENS = []\n",
        "credentials",
        "credentials-changed",
        "credentials/environment-with-token/found",
    ),
    "the-shared-file-is-ignored": Defect(
        "credentials.py",
        "\nSharedCredentialProvider.load = lambda self: None\n",
        "credentials",
        "credentials-lost",
        "credentials/shared-file/found",
    ),
    "proxies-are-ignored": Defect(
        "endpoint.py",
        "\nEndpointCreator._get_proxies = lambda self, url: {}\n",
        "transport",
        "transport-wire-changed",
        "transport/ok/proxy/HTTPS_PROXY",
    ),
    "the-password-is-logged": Defect(
        "endpoint.py",
        """
_send = Endpoint._send_request
def _logged(self, request_dict, operation_model):
    logger.warning("sending %s", request_dict["body"])
    return _send(self, request_dict, operation_model)
Endpoint._send_request = _logged
""",
        "python-surface",
        "secret-logged",
        "python/secrets/call",
    ),
    "paginators-end-after-one-page": Defect(
        "paginate.py",
        "\nPageIterator._get_next_token = lambda self, parsed: {}\n",
        "python-surface",
        "pages-changed",
        "python/pages/ListUsers/all",
    ),
    "the-request-id-is-gone": Defect(
        "parsers.py",
        """
_parse = ResponseParser.parse
def _without_id(self, response, shape):
    parsed = _parse(self, response, shape)
    if isinstance(parsed, dict):
        parsed.get("ResponseMetadata", {}).pop("RequestId", None)
    return parsed
ResponseParser.parse = _without_id
""",
        "python-surface",
        "metadata-lost",
        "python/metadata/success",
    ),
    "errors-have-another-text": Defect(
        "exceptions.py",
        '\nClientError.MSG_TEMPLATE = "{operation_name} failed with {error_code}{retry_info}: {error_message}"\n',
        "python-surface",
        "error-text-changed",
        "python/error-text/UserNotFoundException",
    ),
    "an-event-is-renamed": Defect(
        "hooks.py",
        """
_emit = HierarchicalEmitter._emit
def _renamed(self, event_name, *arguments, **options):
    return _emit(self, event_name.replace("provide-client-params", "provide-parameters"), *arguments, **options)
HierarchicalEmitter._emit = _renamed
""",
        "python-surface",
        "event-lost",
        "python/events/provide-client-params",
    ),
    "the-pool-keeps-one-connection": Defect(
        "httpsession.py",
        """
_manager = URLLib3Session._get_pool_manager_kwargs
def _one(self, **extra):
    return {**_manager(self, **extra), "maxsize": 1}
URLLib3Session._get_pool_manager_kwargs = _one
""",
        "transport",
        "transport-wire-changed",
        "transport/ok/three-at-once",
    ),
}
FIVE = {
    "bodies-are-read-as-latin-1": Defect(
        "parsers.py",
        """
_read = BaseJSONParser._parse_body_as_json
def _latin(self, body):
    return _read(self, body.decode("latin-1").encode() if body else body)
BaseJSONParser._parse_body_as_json = _latin
""",
        "client",
        "answer-read-otherwise",
        "answers/success/AdminInitiateAuth",
    ),
    "lists-are-always-empty": Defect(
        "parsers.py",
        "\nResponseParser._handle_list = lambda self, shape, node: []\n",
        "client",
        "answer-read-otherwise",
        "answers/success/ListUsers",
    ),
    "time-outs-are-not-handed-on": Defect(
        "httpsession.py",
        """
_session = URLLib3Session.__init__
def _patient(self, *arguments, **options):
    _session(self, *arguments, **{**options, "timeout": None})
URLLib3Session.__init__ = _patient
""",
        "transport",
        "fault-accepted",
        "transport/fault/silent",
    ),
    "exceptions-cannot-be-named": Defect(
        "errorfactory.py",
        """
_make = ClientExceptionsFactory._create_client_exceptions
def _nameless(self, service_model):
    return BaseClientExceptions(_make(self, service_model)._code_to_exception)
ClientExceptionsFactory._create_client_exceptions = _nameless
""",
        "python-surface",
        "exception-unreachable",
        "python/exceptions/client.exceptions.UserNotFoundException",
    ),
    "each-call-warns": Defect(
        "endpoint.py",
        """
import warnings as _warnings
_make_request = Endpoint.make_request
def _warns(self, *arguments, **options):
    _warnings.warn("this will go", DeprecationWarning, stacklevel=2)
    return _make_request(self, *arguments, **options)
Endpoint.make_request = _warns
""",
        "python-surface",
        "warning-added",
        "python/warnings/call",
    ),
}
DEFECTS = {**TEN, **FIVE}


def _compared(
    installed: tuple[Client, Observation], patched: Patched, name: str, defects: dict[str, Defect]
) -> PairComparison:
    code: dict[str, str] = {}
    for defect in defects.values():
        code[defect.module] = code.get(defect.module, "") + defect.code
    client, seen = patched(name, [MODEL, CLIENT, TRANSPORT], {}, code)
    return comparison.judge((installed[0], alike(installed[1], seen)), (client, seen))


@pytest.fixture(scope="module")
def ten(installed: tuple[Client, Observation], patched: Patched) -> PairComparison:
    """The installed botocore beside one with ten defects."""
    return _compared(installed, patched, "ten", TEN)


@pytest.fixture(scope="module")
def five(installed: tuple[Client, Observation], patched: Patched) -> PairComparison:
    """The installed botocore beside one with five others."""
    return _compared(installed, patched, "five", FIVE)


@pytest.mark.parametrize("name", DEFECTS)
def test_a_patched_client_is_not_safe(ten: PairComparison, five: PairComparison, name: str) -> None:
    """A defect that no model shows holds the merge by itself, at the layer where callers meet it."""
    defect = DEFECTS[name]
    found = ten if name in TEN else five
    [change] = [one for one in found.changes if str(one.finding.fact) == defect.fact]

    assert (change.rule.id, change.rule.layer) == (defect.rule, defect.layer)
    assert change.asks("caller") != Advice.SAFE


def test_a_client_with_ten_defects_is_breaking(ten: PairComparison) -> None:
    """All ten are named; the model says nothing."""
    assert ten.verdict("caller") == Advice.BREAKING
    assert not [change for change in ten.changes if change.rule.layer == "model"]
    assert {defect.rule for defect in TEN.values()} <= {group[0].rule.id for group in ten.causes("caller")}


@pytest.mark.slow
def test_a_model_with_other_words_is_safe(installed: tuple[Client, Observation], patched: Patched) -> None:
    """A botocore whose documentation is reworded differs in words only, in its model and in what it does.

    That the model says so is tested in test_models.py too."""

    def reword(model: sites.Model) -> None:
        for operation in model["operations"].values():
            operation["documentation"] = "reworded"

    client, seen = patched("reworded", [MODEL, CLIENT], {SERVICE: sites.changed(reword)})
    found = comparison.judge((installed[0], alike(installed[1], seen)), (client, seen))

    assert len(seen.facts) > 1000
    assert {change.rule.id for change in found.changes} == {"documentation-changed"}
    assert (found.verdict("caller"), found.verdict("emulator")) == ("safe", "safe")
