"""Lets this process, and every Python that it starts, connect to the loopback only: no test can reach AWS.

Python imports a module of this name when it starts, where it lies on PYTHONPATH (tests/conftest.py puts it there).
"""

import ipaddress
import os
import sys


def _refuse_what_leaves_this_machine(event, arguments):
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) else None  # a path, or nothing: a socket of this machine
    elif event == "socket.getaddrinfo":
        host = arguments[0]
    else:
        return
    if host is not None and not _loopback(host):
        raise PermissionError(f"the tests connect to this machine only, not to {host}")


def _loopback(host):
    name = host.decode("ascii", "replace") if isinstance(host, bytes) else str(host)
    try:
        return name in ("", "localhost") or ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


if os.environ.get("COGNITO_CONFORMANCE_LOOPBACK") != str(os.getpid()):
    os.environ["COGNITO_CONFORMANCE_LOOPBACK"] = str(os.getpid())
    sys.addaudithook(_refuse_what_leaves_this_machine)
