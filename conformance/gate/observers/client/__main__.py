"""Prints what a botocore or boto3 does for AdminSetUserPassword and its lifecycle, as one canonical JSON line.

Run as a file, in a process of its own, with the client to observe in front on PYTHONPATH: `python client/__main__.py
[boto3]`. Nothing is sent: `before-send` answers each request. A fact is printed as [layer, part, operation, value];
the operation is "" if AdminSetUserPassword meets the fact like any other.
"""

import json
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[4]))  # the suite itself, last

from conformance.gate.observers.client import frozen

frozen.clean_environment()
frozen.freeze()

import botocore

from conformance.gate.observers.client import observed, python_surface
from conformance.gate.observers.client.answers import answers
from conformance.gate.observers.client.retries import retries
from conformance.gate.observers.client.samples import samples
from conformance.gate.observers.client.settings import defaults, endpoints
from conformance.gate.observers.client.validation import validation
from conformance.gate.observers.client.wire import wire

frozen.freeze_signer()

LAYERS = {
    "wire": wire,
    "answers": answers,
    "validation": validation,
    "retries": retries,
    "defaults": defaults,
    "endpoints": endpoints,
    "samples": samples,
    "python": python_surface.facts,
}
_IN_PARTS = ("wire", "retries")  # each request or failure has several


def main():
    """Print {"versions": {...}, "facts": [["wire", "permanent/body", "", ...], ...]}."""
    versions = {"botocore": botocore.__version__}
    if "boto3" in sys.argv[1:]:
        versions["boto3"] = observed.through_boto3().__version__
    rows = []
    for layer, observe in LAYERS.items():
        for name, seen, *operation in observed.guarded(observe):
            parts = seen.items() if layer in _IN_PARTS and "crashed" not in seen else [(None, seen)]
            rows += [
                [layer, name if part is None else f"{name}/{part}", *(operation or [""]), value]
                for part, value in parts
            ]
    printed = json.dumps({"versions": versions, "facts": rows}, sort_keys=True, default=str)
    sys.stdout.write(f"{printed}\n")


if __name__ == "__main__":
    main()
