"""What the guard lets through to AWS, and that nothing else reaches the socket."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conformance.errors import Inconclusive, WouldSend
from conformance.target.aws.gate import AwsGate
from conformance.target.aws.guard import NOBODYS_KEYS, RUN_TAG, TAG, UNTIL_TAG, Ceilings, Guard, Tripped
from conformance.target.aws.limiter import CountedTime
from conformance.target.aws.operations import OPERATIONS
from conformance.target.aws.runledger import RunLedger
from conformance.target.exchange import ARRANGING, Received, Sent
from conformance.target.mailbox import simulated

HOST = "cognito-idp.eu-west-1.amazonaws.com"
RUN = "20261125T0134Z-0a1b2c"
OURS, THEIRS = "eu-west-1_Ours12345", "eu-west-1_Theirs123"
CLIENT = "0123456789abcdefghijklmnop"
NAME = f"cognito-conformance-{RUN}-01"
TAGS = {TAG: "1", RUN_TAG: RUN, UNTIL_TAG: "2026-11-25T08:34Z"}
POOL = {"PoolName": NAME, "UserPoolTags": TAGS, "UserPoolTier": "LITE"}
USER = {"UserPoolId": OURS, "Username": "ada"}
MOST = Ceilings(calls=100, users=10, pools=3, messages=0, minutes=10, throttles=5)


class Socket:
    """What would be sent, and the answer to it."""

    def __init__(self, *answers: Received) -> None:
        self.sent: list[Sent] = []
        self.answers = list(answers)

    def __call__(self, sent: Sent) -> Received:
        self.sent.append(sent)
        return self.answers.pop(0) if self.answers else Received(200, {}, b"{}")


def request(operation: str, members: Any, *, sender: str = ARRANGING, **changes: Any) -> Sent:
    """A request for an operation; `changes` are members of Sent."""
    headers = {"X-Amz-Target": f"AWSCognitoIdentityProviderService.{operation}"}
    body = members if isinstance(members, bytes) else json.dumps(members).encode()
    return Sent(
        **{"sender": sender, "method": "POST", "url": f"https://{HOST}/", "headers": headers, "body": body} | changes
    )


def gate(socket: Socket, most: Ceilings = MOST) -> AwsGate:
    """A gate in front of a socket, of a run that has one pool and one app client."""
    ledger = RunLedger(RUN)
    ledger.pools[OURS] = NAME
    ledger.clients[CLIENT] = OURS
    return AwsGate(Guard(HOST, ledger, most), ledger, socket, CountedTime())


SENT = {
    "a pool with name, tags and tier": ("CreateUserPool", POOL),
    "a pool with a policy": ("CreateUserPool", POOL | {"Policies": {"PasswordPolicy": {"MinimumLength": 8}}}),
    "another policy for our pool": (
        "UpdateUserPool",
        {"UserPoolId": OURS, "UserPoolTags": TAGS, "UserPoolTier": "LITE"},
    ),
    "a user who gets no message": (
        "AdminCreateUser",
        USER | {"MessageAction": "SUPPRESS", "UserAttributes": [{"Name": "email", "Value": simulated("ada")}]},
    ),
    "a sign-up": ("SignUp", {"ClientId": CLIENT, "Username": simulated("ada"), "Password": "Passw0rd!"}),
    "a look at a user": ("AdminGetUser", USER),
    "a pool that nobody has": ("AdminSetUserPassword", USER | {"UserPoolId": f"eu-west-1_{NOBODYS_KEYS[0]}"}),
    "an id that is malformed": ("AdminSetUserPassword", USER | {"UserPoolId": "no-pool-id"}),
    "deleting our pool": ("DeleteUserPool", {"UserPoolId": OURS}),
    "a reset of somebody without an address": ("AdminResetUserPassword", USER),
}
REFUSED = {
    "an operation that is on no list": ("AdminDeleteUserAttributes", USER),
    "buying capacity": ("UpdateProvisionedLimit", {}),
    "a pool of somebody else": ("AdminSetUserPassword", USER | {"UserPoolId": THEIRS}),
    "a pool of somebody else, escaped": (
        "AdminSetUserPassword",
        json.dumps(USER).replace(OURS, THEIRS.replace("_", "\\u005f")).encode(),
    ),
    "a pool of somebody else, named twice": (
        "AdminGetUser",
        f'{{"UserPoolId": "{THEIRS}", "UserPoolId": "{OURS}", "Username": "ada"}}'.encode(),
    ),
    "deleting a pool of somebody else": ("DeleteUserPool", {"UserPoolId": THEIRS}),
    "deleting a pool that nobody has": ("DeleteUserPool", {"UserPoolId": f"eu-west-1_{NOBODYS_KEYS[0]}"}),
    "looking at a pool of somebody else": ("DescribeUserPool", {"UserPoolId": THEIRS}),
    "an app client of somebody else": ("SignUp", {"ClientId": "z" * 26, "Username": "ada", "Password": "Passw0rd!"}),
    "a pool without tags": ("CreateUserPool", {"PoolName": NAME, "UserPoolTier": "LITE"}),
    "a pool with tags of another run": ("CreateUserPool", POOL | {"UserPoolTags": TAGS | {RUN_TAG: "another"}}),
    "a pool without a tier": ("CreateUserPool", {"PoolName": NAME, "UserPoolTags": TAGS}),
    "a pool of the dearest tier": ("CreateUserPool", POOL | {"UserPoolTier": "PLUS"}),
    "a pool of another name": ("CreateUserPool", POOL | {"PoolName": "users"}),
    "a pool with a Lambda function": ("CreateUserPool", POOL | {"LambdaConfig": {"PreSignUp": "arn:aws:lambda:x"}}),
    "a pool that sends SMS": ("CreateUserPool", POOL | {"SmsConfiguration": {"SnsCallerArn": "arn:aws:iam::x"}}),
    "a pool that sends through SES": ("CreateUserPool", POOL | {"EmailConfiguration": {"SourceArn": "arn:aws:ses:x"}}),
    "a pool with MFA": ("CreateUserPool", POOL | {"MfaConfiguration": "ON"}),
    "a pool that is protected": ("CreateUserPool", POOL | {"DeletionProtection": "ACTIVE"}),
    "another policy for a pool of somebody else": (
        "UpdateUserPool",
        {"UserPoolId": THEIRS, "UserPoolTags": TAGS, "UserPoolTier": "LITE"},
    ),
    "another policy without the tags, which would be gone": (
        "UpdateUserPool",
        {"UserPoolId": OURS, "UserPoolTier": "LITE"},
    ),
    "another policy and the dearest tier": (
        "UpdateUserPool",
        {"UserPoolId": OURS, "UserPoolTags": TAGS, "UserPoolTier": "PLUS"},
    ),
    "a Lambda function for our pool": (
        "UpdateUserPool",
        {"UserPoolId": OURS, "UserPoolTags": TAGS, "UserPoolTier": "LITE", "LambdaConfig": {}},
    ),
    "a client of a web page": (
        "CreateUserPoolClient",
        {"UserPoolId": OURS, "ClientName": "web", "CallbackURLs": ["https://example.com"]},
    ),
    "a group with a role": ("CreateGroup", {"UserPoolId": OURS, "GroupName": "g", "RoleArn": "arn:aws:iam::1:role/r"}),
    "a user who gets a message": ("AdminCreateUser", USER),
    "a user who gets a message by SMS": (
        "AdminCreateUser",
        USER | {"MessageAction": "SUPPRESS", "DesiredDeliveryMediums": ["SMS"]},
    ),
    "an address that is somebody's": (
        "AdminUpdateUserAttributes",
        USER | {"UserAttributes": [{"Name": "email", "Value": "ada@example.com"}]},
    ),
    "a name that is somebody's address": ("AdminGetUser", USER | {"Username": "ada@example.com"}),
    "a number that is somebody's": (
        "AdminUpdateUserAttributes",
        USER | {"UserAttributes": [{"Name": "phone_number", "Value": "+4930123456"}]},
    ),
    "metadata for a Lambda function": (
        "SignUp",
        {"ClientId": CLIENT, "Username": "ada", "Password": "x", "ClientMetadata": {}},
    ),
    "a sign-in that sends a code": (
        "InitiateAuth",
        {"ClientId": CLIENT, "AuthFlow": "USER_AUTH", "AuthParameters": {}},
    ),
    "an answer to a code": ("RespondToAuthChallenge", {"ClientId": CLIENT, "ChallengeName": "SMS_MFA"}),
    "another user's token": ("GetUser", {"AccessToken": "eyJhbGciOi.eyJzdWIi.c2ln"}),
    "a body that is not JSON": ("AdminGetUser", b"{"),
}
ELSEWHERE = {
    "another host": {"url": "https://cognito-idp.us-east-1.amazonaws.com/"},
    "a host that looks like it": {"url": f"https://{HOST}.example.com/"},
    "a port": {"url": f"https://{HOST}:8443/"},
    "credentials in the URL": {"url": f"https://somebody@{HOST}/"},
    "no TLS": {"url": f"http://{HOST}/"},
    "another path": {"url": f"https://{HOST}/oauth2/token"},
    "a query": {"url": f"https://{HOST}/?Action=DeleteUserPool"},
    "another method": {"method": "DELETE"},
    "a Host header": {
        "headers": {"X-Amz-Target": "AWSCognitoIdentityProviderService.AdminGetUser", "host": "example.com"}
    },
    "another service": {"headers": {"X-Amz-Target": "AWSCognitoIdentityService.AdminGetUser"}},
}


@pytest.mark.parametrize(("operation", "members"), SENT.values(), ids=SENT)
def test_what_the_suite_needs_is_sent(operation, members):
    """A request within the rules reaches the socket as it is."""
    socket = Socket()

    gate(socket).send(request(operation, members))

    assert [sent.operation for sent in socket.sent] == [operation]


@pytest.mark.parametrize(("operation", "members"), REFUSED.values(), ids=REFUSED)
def test_what_could_hurt_is_not_sent(operation, members):
    """A request outside of the rules raises, and reaches no socket."""
    socket = Socket()

    with pytest.raises(Tripped):
        gate(socket).send(request(operation, members))

    assert socket.sent == []


@pytest.mark.parametrize("changes", ELSEWHERE.values(), ids=ELSEWHERE)
def test_nothing_is_sent_elsewhere(changes):
    """A request to another host, path or service, by another method or without TLS reaches no socket."""
    socket = Socket()

    with pytest.raises(Tripped):
        gate(socket).send(request("AdminGetUser", USER, **changes))

    assert socket.sent == []


@pytest.mark.parametrize("sender", ["sdk", "wire", "cli"])
@pytest.mark.parametrize("operation", sorted(set(OPERATIONS) - {"AdminSetUserPassword"}))
def test_a_binding_sends_only_the_operation_under_test(sender, operation):
    """Whatever a binding sends besides AdminSetUserPassword reaches no socket."""
    socket = Socket()

    with pytest.raises(Tripped):
        gate(socket).send(request(operation, USER, sender=sender))

    assert socket.sent == []


@pytest.mark.parametrize("body", [f'{{"UserPoolId": "{THEIRS}"'.encode(), f"[{THEIRS!r}]".encode(), THEIRS.encode()])
def test_a_body_that_is_cut_off_names_nobodys_pool(body):
    """A malformed body, which the wire binding may send, holds no id of somebody else's pool."""
    socket = Socket()

    with pytest.raises(Tripped):
        gate(socket).send(request("AdminSetUserPassword", body, sender="wire"))

    assert socket.sent == []


_words = st.sampled_from([OURS, THEIRS, "ada", "ada@example.com", simulated("ada"), "+4930123456", "+15550100", "x"])
_values = st.recursive(
    st.none() | st.booleans() | st.integers() | _words | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_words | st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
_names = st.sampled_from(
    ["UserPoolId", "Username", "Password", "ClientId", "UserAttributes", "MessageAction", "PoolName"]
)
_operations = st.sampled_from([*OPERATIONS, "UpdateUserPool", "AdminDeleteUserAttributes", "TagResource"])
_senders = st.sampled_from([ARRANGING, "sdk", "wire", "cli"])


@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(_operations, st.dictionaries(_names, _values, max_size=5), _senders, st.booleans())
def test_no_request_at_random_reaches_anybody_else(operation, members, sender, cut):
    """Of requests at random, none that reaches the socket names a foreign pool or address, or is on no list."""
    socket = Socket()
    body = json.dumps(members).encode()

    try:
        gate(socket).send(request(operation, body[:-1] if cut else body, sender=sender))
    except (Tripped, WouldSend, Inconclusive):
        assert socket.sent == []

    for sent in socket.sent:
        text = sent.body.decode()
        assert THEIRS not in text
        assert "ada@example.com" not in text
        assert sent.operation in OPERATIONS
        if sent.operation == "AdminCreateUser":
            assert sent.members["MessageAction"] in ("SUPPRESS", "RESEND")
        assert sent.operation != "CreateUserPool"  # at random there is no request with all the marks


# Messages


VERIFIED = USER | {"UserAttributes": [{"Name": "email", "Value": simulated("ada")}]}
SENDING = {
    "AdminResetUserPassword": USER,
    "ForgotPassword": {"ClientId": CLIENT, "Username": "ADA"},
    "AdminCreateUser": USER | {"MessageAction": "RESEND"},
}


@pytest.mark.parametrize(("operation", "members"), SENDING.items(), ids=SENDING)
def test_what_sends_a_message_needs_consent(operation, members):
    """A request that sends a message to a user with a contact raises WouldSend, unless messages are allowed."""
    socket = Socket()
    passage = gate(socket)
    passage.send(request("AdminUpdateUserAttributes", VERIFIED))

    with pytest.raises(WouldSend, match="would send a message"):
        passage.send(request(operation, members))

    assert [sent.operation for sent in socket.sent] == ["AdminUpdateUserAttributes"]


def test_messages_are_counted_before_they_are_sent():
    """With --messages 1 one goes out, and the next raises."""
    socket = Socket(Received(200, {}, b"{}"), Received(400, {}, b'{"__type": "InvalidParameterException"}'))
    passage = gate(socket, Ceilings(100, 10, 3, messages=1, minutes=10, throttles=5))
    passage.send(request("AdminUpdateUserAttributes", VERIFIED))
    passage.send(request("AdminResetUserPassword", USER))

    with pytest.raises(WouldSend, match="--messages 1 are used up"):
        passage.send(request("AdminResetUserPassword", USER))

    assert len(socket.sent) == 2


# Ceilings


@pytest.mark.parametrize(
    ("members", "most", "what"),
    [
        (("AdminGetUser", USER), Ceilings(2, 9, 9, 0, 9, 9), "requests"),
        (("AdminCreateUser", USER | {"MessageAction": "SUPPRESS"}), Ceilings(9, 2, 9, 0, 9, 9), "users"),
        (("CreateUserPool", POOL), Ceilings(9, 9, 2, 0, 9, 9), "user pools"),
    ],
    ids=["requests", "users", "pools"],
)
def test_a_ceiling_stops_the_run(members, most, what):
    """What needs more than its plan allows is not sent, nor is anything else after it but what cleans up."""
    socket = Socket()
    passage = gate(socket, most)
    passage.send(request(*members))
    passage.send(request(*members))

    with pytest.raises(Inconclusive, match=what):
        passage.send(request(*members))
    with pytest.raises(Inconclusive, match="stopped"):
        passage.send(request("AdminGetUser", USER))
    passage.send(request("DeleteUserPool", {"UserPoolId": OURS}))

    assert [sent.operation for sent in socket.sent] == [members[0], members[0], "DeleteUserPool"]


def test_a_run_has_so_many_minutes():
    """Once its minutes are over, nothing is sent but what cleans up."""
    socket, ledger = Socket(), RunLedger(RUN)
    ledger.pools[OURS] = NAME
    passage = AwsGate(Guard(HOST, ledger, MOST), ledger, socket, CountedTime(), minutes=-1)

    with pytest.raises(Inconclusive, match="longer than its plan allows"):
        passage.send(request("AdminGetUser", USER))
    passage.send(request("DeleteUserPool", {"UserPoolId": OURS}))

    assert [sent.operation for sent in socket.sent] == ["DeleteUserPool"]


# Repeating

TOO_FAST = Received(400, {}, b'{"__type": "TooManyRequestsException"}')
FAULT = Received(500, {}, b'{"__type": "InternalErrorException"}')
LIMIT = Received(400, {}, b'{"__type": "LimitExceededException"}')


def test_throttling_is_waited_out():
    """A throttled request is sent again, with pauses that grow."""
    socket = Socket(TOO_FAST, TOO_FAST)
    passage = gate(socket)

    received = passage.send(request("AdminGetUser", USER))

    assert received.status == 200
    assert len(socket.sent) == 3
    assert passage._time.now() > 3


def test_throttling_has_a_budget():
    """Past the budget of throttled requests the run is stopped."""
    socket = Socket(*[TOO_FAST] * 10)
    passage = gate(socket)

    with pytest.raises(Inconclusive, match="more than 5 requests were throttled"):
        passage.send(request("AdminGetUser", USER))


def test_a_used_up_allowance_is_not_asked_again():
    """LimitExceededException raises at once: each repeat would count too."""
    socket = Socket(LIMIT)

    with pytest.raises(Inconclusive, match="an allowance is used up"):
        gate(socket).send(request("ChangePassword", {"AccessToken": "t"}))

    assert len(socket.sent) == 1


@pytest.mark.parametrize(
    ("operation", "members", "sender", "times"),
    [
        ("AdminGetUser", USER, ARRANGING, 2),
        ("AdminSetUserPassword", USER, ARRANGING, 2),
        ("AdminSetUserPassword", USER, "sdk", 1),
        ("AdminSetUserPassword", USER, "wire", 1),
        ("SignUp", {"ClientId": CLIENT, "Username": "ada", "Password": "Passw0rd!"}, ARRANGING, 1),
        ("CreateUserPool", POOL, ARRANGING, 1),
        ("ChangePassword", {"AccessToken": "t"}, ARRANGING, 1),
    ],
)
def test_after_a_fault_only_what_is_safe_is_sent_again(operation, members, sender, times):
    """After a server fault, whose request may have been carried out, the request under test is never repeated."""
    socket = Socket(FAULT)
    passage = gate(socket)

    if times == 1:
        with pytest.raises(Inconclusive):
            passage.send(request(operation, members, sender=sender))
    else:
        assert passage.send(request(operation, members, sender=sender)).status == 200

    assert len(socket.sent) == times
