"""A user that the run itself locked out is one thing, a user found locked out is another."""

import json
from types import SimpleNamespace

import pytest

from conformance.errors import Inconclusive
from conformance.target.aws.gate import LOCKING_FAILURES, AwsGate
from conformance.target.aws.guard import Permit
from conformance.target.exchange import ARRANGING, Received, Sent

PERMIT = Permit("InitiateAuth", "us-east-1_pool", "ada")
SENT = Sent(ARRANGING, "POST", "https://host/", {"X-Amz-Target": "AWSCognitoIdentityProviderService.InitiateAuth"}, b"")


def refused(message):
    """A refusal with this text."""
    body = {"__type": "NotAuthorizedException", "message": message}
    return Received(400, {}, json.dumps(body).encode())


@pytest.fixture
def gate():
    return AwsGate(SimpleNamespace(), None, None, SimpleNamespace(now=lambda: 0.0))


def fail(gate, times, permit=PERMIT):
    """Have so many wrong passwords been answered."""
    for _ in range(times):
        gate._check_allowance(SENT, refused("Incorrect username or password."), permit)


def test_a_lock_out_that_the_run_brought_about_is_an_answer(gate):
    """After five wrong passwords of the run's own, a lock-out is what a scenario wants to see."""
    fail(gate, LOCKING_FAILURES)

    gate._check_allowance(SENT, refused("Password attempts exceeded"), PERMIT)


def test_any_other_lock_out_is_inconclusive(gate):
    """A lock-out after fewer, or after those of another user, says nothing of the request."""
    fail(gate, LOCKING_FAILURES - 1)
    fail(gate, LOCKING_FAILURES, Permit("InitiateAuth", "us-east-1_pool", "bob"))

    with pytest.raises(Inconclusive, match="locked after too many failed attempts"):
        gate._check_allowance(SENT, refused("Password attempts exceeded"), PERMIT)
