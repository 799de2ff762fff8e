"""No test can reach another machine, AWS least of all."""

import socket
import subprocess
import sys

import boto3
import pytest
from botocore.exceptions import BotoCoreError

# TEST-NET-1 of RFC 5737: an address that nobody has.
NOBODY = "192.0.2.1"


def test_a_connection_to_another_machine_is_refused():
    """Connecting to an address that is not of this machine raises before a packet is sent."""
    with socket.socket() as connection, pytest.raises(PermissionError, match="this machine only"):
        connection.connect((NOBODY, 443))


def test_the_name_of_another_machine_is_not_looked_up():
    """Not even its name is asked for."""
    with pytest.raises(PermissionError, match="this machine only"):
        socket.getaddrinfo("cognito-idp.us-east-1.amazonaws.com", 443)


def test_boto3_cannot_reach_aws():
    """A client of the real endpoint gets no connection."""
    client = boto3.client("sts", region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b")

    with pytest.raises((BotoCoreError, PermissionError)):
        client.get_caller_identity()


def test_a_process_that_a_test_starts_cannot_either():
    """A Python that a test starts is held to the same."""
    code = f"import socket; socket.create_connection(('{NOBODY}', 443), 1)"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert "this machine only" in done.stderr


def test_this_machine_can_be_reached():
    """A loopback address is let through."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        socket.create_connection(listener.getsockname(), 5).close()
