"""Clients that nobody here wrote take a user through the lifecycle at the reference.

They are npm packages, pinned in package.json and installed in a cache outside the repository:

    mkdir -p ~/.cache/cognito-conformance/clients && cd ~/.cache/cognito-conformance/clients
    cp .../tests/clients/package.json . && npm install

COGNITO_CONFORMANCE_CLIENTS names another directory. Without Node, or the packages, the tests are skipped.
"""

import json
import os
import shutil
import subprocess
import threading
from pathlib import Path

import pytest

from conformance.reference import http

HERE = Path(__file__).parent
PACKAGES = Path(os.environ.get("COGNITO_CONFORMANCE_CLIENTS", "~/.cache/cognito-conformance/clients")).expanduser()
PINNED = json.loads((HERE / "package.json").read_text("utf-8"))["dependencies"]


@pytest.fixture(scope="module")
def reference():
    """The URL of a reference."""
    server = http.server()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.url
    server.shutdown()
    server.server_close()


def installed(package):
    """The version of a package in the cache; None if it is not there."""
    described = PACKAGES / "node_modules" / package / "package.json"
    return json.loads(described.read_text("utf-8"))["version"] if described.exists() else None


def walked(script, url):
    """What each step of a client gave.

    Skips where Node or a pinned package is missing."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("Node is not installed")
    missing = [f"{name}@{version}" for name, version in PINNED.items() if installed(name) != version]
    if missing:
        pytest.skip(f"{PACKAGES} has no {', '.join(missing)}: install tests/clients/package.json there")
    done = subprocess.run(
        [node, HERE / script, url, PACKAGES], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_amazon_cognito_identity_js_is_served(reference):
    """The library that Amplify grew from signs in by SRP, answers the challenge, and finds its session valid."""
    assert walked("identity_js.cjs", reference) == {
        "temporary password": "NEW_PASSWORD_REQUIRED",
        "wrong password": "NotAuthorizedException",
        "challenge answered": "tokens",
        "permanent password": "tokens",
        "session is valid": True,
        "change of the password": "SUCCESS",
        "refresh": True,
        "user": "ada",
        "password before": "NotAuthorizedException",
        "beyond ASCII": "tokens",
        "temporary again": "NEW_PASSWORD_REQUIRED",
    }


def test_amplify_is_served(reference):
    """Amplify v6 signs in by SRP and by USER_PASSWORD_AUTH, answers the challenge, and changes the password."""
    assert walked("amplify.cjs", reference) == {
        "temporary password": "CONFIRM_SIGN_IN_WITH_NEW_PASSWORD_REQUIRED",
        "challenge answered": "DONE",
        "session": True,
        "change of the password": "DONE",
        "permanent password": "DONE",
        "password before": "NotAuthorizedException",
        "permanent password, sent": "DONE",
    }
