"""Run moto's own tests that passed on AWS against the reference, but for those of MFA, which is outside.

usage: python -m tests.clients.moto_aws_verified CHECKOUT   (of getmoto/moto; its tests need pyotp and freezegun)

The exit code is pytest's. Nothing reaches AWS: every other service is sent to a port that nobody listens on.
"""

import os
import subprocess
import sys
import threading

from conformance.reference import http
from conformance.target.definition import INVENTED

TESTS = "tests/test_cognitoidp/test_cognitoidp.py"
NOWHERE = "http://127.0.0.1:9"


def main(checkout: str) -> int:
    """Run the tests of a checkout; returns the exit code of pytest."""
    server = http.server()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("AWS_")},
        "MOTO_TEST_ALLOW_AWS_REQUEST": "true",
        "AWS_ENDPOINT_URL": NOWHERE,
        "AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER": server.url,
        "AWS_DEFAULT_REGION": "us-west-2",
        "AWS_ACCESS_KEY_ID": str(INVENTED.access_key),
        "AWS_SECRET_ACCESS_KEY": str(INVENTED.secret_key),
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    chosen = ["-m", "aws_verified", "-k", "not mfa", "-o", "addopts=", "-p", "no:cacheprovider"]
    command = [sys.executable, "-m", "pytest", *chosen, TESTS]
    return subprocess.run(command, cwd=checkout, env=environment, check=False).returncode


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1]))
