"""The AWS CLI goes through the gate as every other client does."""

import pytest

from conformance.bindings.cli import Cli
from conformance.target.aws.guard import Tripped
from conformance.target.definition import INVENTED, Endpoint
from conformance.verdict.journal import Journal
from tests.target.aws.test_guard import HOST, OURS, THEIRS, TOO_FAST, Socket, gate


@pytest.fixture(scope="module")
def started():
    """The binding in front of a gate, and what goes through that."""
    socket = Socket()
    binding = Cli(Endpoint(f"https://{HOST}", "eu-west-1", INVENTED, gate=gate(socket)), Journal())
    yield binding, socket
    binding.close()


@pytest.fixture
def cli(started):
    """The same, and nothing sent yet."""
    started[1].sent.clear()
    return started


def test_the_cli_sends_through_the_gate(cli):
    """What the AWS CLI sends is sent by the gate to its own host, and the answer is the CLI's."""
    binding, socket = cli

    reply = binding.admin_set_user_password(UserPoolId=OURS, Username="ada", Password="Passw0rd!")

    assert reply.ok
    assert [(sent.sender, sent.url) for sent in socket.sent] == [("cli", f"https://{HOST}/")]


def test_the_cli_cannot_reach_a_foreign_pool(cli):
    """A request for somebody else's pool raises, and reaches no socket."""
    binding, socket = cli

    with pytest.raises(Tripped):
        binding.admin_set_user_password(UserPoolId=THEIRS, Username="ada", Password="Passw0rd!")

    assert socket.sent == []


def test_the_gate_and_not_the_cli_waits_out_throttling(cli):
    """A throttled request is sent again by the gate; the CLI tries once."""
    binding, socket = cli
    socket.answers.append(TOO_FAST)

    assert binding.admin_set_user_password(UserPoolId=OURS, Username="ada", Password="Passw0rd!").ok
    assert len(socket.sent) == 2
