"""Prints what a botocore or boto3 does on real sockets, and where it finds credentials, as one canonical JSON line.

Run as a file, in a process of its own, with the client to observe in front on PYTHONPATH: `python
transport/__main__.py CERTIFICATES [boto3]`. CERTIFICATES is a directory with ca.pem, good.pem, other-name.pem and
expired.pem. Servers and proxies are threads of this process, on loopback. Pauses between attempts are skipped.
"""

import json
import sys
import time
import warnings
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[4]))  # the suite itself, last

from conformance.gate.observers.client import frozen

frozen.clean_environment()
time.sleep = lambda _: None
warnings.simplefilter("ignore")  # those are observed in client/python_surface.py

import botocore

from conformance.gate.observers.client import observed
from conformance.gate.observers.transport.connections import connections
from conformance.gate.observers.transport.credentials import credentials


def main():
    """Print {"versions": {...}, "facts": [["transport", "fault/reset/outcome", "", ...], ...]}."""
    certificates = Path(sys.argv[1])
    versions = {"botocore": botocore.__version__}
    if "boto3" in sys.argv[2:]:
        versions["boto3"] = observed.through_boto3().__version__
    layers = {"transport": lambda: connections(certificates), "credentials": credentials}
    rows = [[layer, part, "", value] for layer, observe in layers.items() for part, value in observed.guarded(observe)]
    printed = json.dumps({"versions": versions, "facts": rows}, sort_keys=True, default=str)
    sys.stdout.write(f"{printed}\n")


if __name__ == "__main__":
    main()
