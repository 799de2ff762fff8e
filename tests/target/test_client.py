"""The time and the patience that an endpoint is given."""

import ssl
import time

import pytest
import trustme

from conformance.bindings.sdk import Sdk
from conformance.bindings.wire import Wire
from conformance.errors import Blocked, Inconclusive
from conformance.target import client, retries
from conformance.target.client import Cognito, ServiceError, unusable_because
from conformance.target.control import Control
from conformance.target.definition import INVENTED, REGION, Endpoint
from conformance.verdict.journal import Journal
from tests import servers

MEMBERS = {"UserPoolId": "us-east-1_Example", "Username": "alice", "Password": "Perm4nent!"}
POOLS = servers.Answer(200, b'{"UserPools": []}')
# One for each of the clients that speak to an endpoint.
EXCHANGES = {
    "service": lambda endpoint: Cognito(endpoint).call("AdminSetUserPassword", **MEMBERS),
    "sdk": lambda endpoint: Sdk(endpoint, Journal()).admin_set_user_password(**MEMBERS),
    "wire": lambda endpoint: Wire(endpoint, Journal()).admin_set_user_password(**MEMBERS),
    "control": lambda endpoint: Control(endpoint, "/control/").caller([]),
}


@pytest.mark.parametrize("exchange", EXCHANGES.values(), ids=EXCHANGES)
def test_an_answer_without_an_end_is_inconclusive(monkeypatch, exchange):
    """However steadily bytes come, an answer that is not complete in time says nothing about the target."""
    monkeypatch.setattr(retries, "EXCHANGE_SECONDS", 0.2)
    with servers.trickling() as url, pytest.raises(Inconclusive, match=r"no complete answer within 0\.2 s"):
        exchange(Endpoint(url, REGION, INVENTED))


@pytest.mark.parametrize("head", [b"", b"\r\n\r\n"], ids=["head", "body"])
@pytest.mark.parametrize("exchange", [EXCHANGES["service"], EXCHANGES["sdk"]], ids=["service", "sdk"])
def test_an_answer_without_an_end_over_tls_is_inconclusive(monkeypatch, tmp_path, exchange, head):
    """The limit is that of the whole answer, its head included, and holds for an encrypted one."""
    monkeypatch.setattr(retries, "EXCHANGE_SECONDS", 0.3)
    authority, bundle, context = trustme.CA(), tmp_path / "ca.pem", ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.cert_pem.write_to_path(str(bundle))
    authority.issue_cert("127.0.0.1").configure_cert(context)
    with (
        servers.trickling(context, head) as url,
        pytest.raises(Inconclusive, match=r"no complete answer within 0\.3 s"),
    ):
        exchange(Endpoint(url, REGION, INVENTED, ca_bundle=str(bundle)))


def test_an_answer_in_time_leaves_its_connection(monkeypatch):
    """After an exchange has ended nothing is done to the socket that it came through: the next one has it."""
    with servers.always(POOLS) as url:
        service = Cognito(Endpoint(url, REGION, INVENTED))
        service.call("ListUserPools", MaxResults=1)
        monkeypatch.setattr(retries, "EXCHANGE_SECONDS", 1)
        service.call("ListUserPools", MaxResults=1)
        time.sleep(1.2)
        assert service.call("ListUserPools", MaxResults=1) == {"UserPools": []}


@pytest.mark.parametrize("exchange", EXCHANGES.values(), ids=EXCHANGES)
@pytest.mark.parametrize(
    "answer",
    [(b"Content-Length: 5000", b"{}"), (b"Transfer-Encoding: chunked", b"2\r\n{}\r\n")],
    ids=["length", "chunked"],
)
def test_an_answer_that_is_cut_off_is_inconclusive(exchange, answer):
    """What came of it may look whole: as long as its head promises more, nobody knows what the service said."""
    with servers.cutting_off(*answer) as url, pytest.raises(Inconclusive):
        exchange(Endpoint(url, REGION, INVENTED))


@pytest.mark.parametrize(
    "first",
    [servers.FAULT, servers.error("TooManyRequestsException"), servers.DROPPED],
    ids=["500", "throttled", "drop"],
)
def test_one_fault_at_the_start_leaves_it_usable(first):
    """An endpoint that fails the first request and answers the second can be judged."""
    answers = iter([first, POOLS])
    with servers.serving(lambda *_: next(answers)) as url:
        assert unusable_because(Endpoint(url, REGION, INVENTED)) is None


ODD = [b"[]", b"1", b'"text"', b"[" * 100_000, b"\xff"]


@pytest.mark.parametrize("body", ODD, ids=lambda body: ascii(body[:20]))
@pytest.mark.parametrize("status", [200, 400])
def test_whatever_the_body_is_the_answer_is_one(status, body):
    """An answer that boto3 cannot read is an error of the service, never a fault of the suite."""
    with servers.always(servers.Answer(status, body)) as url:
        endpoint = Endpoint(url, REGION, INVENTED)
        assert unusable_because(endpoint) is not None
        with pytest.raises(ServiceError):
            Cognito(endpoint).call("ListUserPools", MaxResults=1)
        replies = [binding(endpoint, Journal()).admin_set_user_password(**MEMBERS) for binding in (Sdk, Wire)]
        assert [reply.ok for reply in replies] == [False, False]


def test_no_profile_of_the_caller_has_a_say(monkeypatch, tmp_path):
    """The client is the same whatever AWS_PROFILE and the files of the AWS configuration say."""
    file = tmp_path / "config"
    file.write_text("[default]\nparameter_validation = false\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(file))
    monkeypatch.setenv("AWS_PROFILE", "nobody")

    assert client.client(Endpoint("http://127.0.0.1", REGION, INVENTED)).meta.config.parameter_validation


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b'{"UserPool": {"Id": {"of": "what"}}}', "UserPool.Id that is not a string"),
        (b'{"UserPool": {"Id": 7}}', "UserPool.Id that is not a string"),
        (b'{"UserPool": {"Id": null}}', "without UserPool.Id"),
        (b'{"UserPool": {}}', "without UserPool.Id"),
    ],
    ids=["an-object", "a-number", "null", "nothing"],
)
def test_a_member_that_is_not_what_the_model_says_blocks(body, said):
    """Where what sets a scenario up is answered with something else, the target cannot be brought there."""
    with servers.always(servers.Answer(200, body)) as url, pytest.raises(Blocked, match=said):
        Cognito(Endpoint(url, REGION, INVENTED)).arrange("CreateUserPool", "UserPool.Id", PoolName="pool")
