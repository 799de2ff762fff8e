"""Prints how long importing a client takes, how much it loads, and what it warns of, as one canonical JSON line.

Run as a file, with the client to observe in front on PYTHONPATH: `python importing.py [boto3]`. Each import is in a
process of its own; the processor's time counts, not the clock.
"""

import json
import os
import subprocess
import sys

_IMPORT = """
import sys, time, warnings
before, started = set(sys.modules), time.process_time()
with warnings.catch_warnings(record=True) as warned:
    warnings.simplefilter("always")
    __import__(sys.argv[1])
    __import__(sys.argv[2])
print(time.process_time() - started)
print(len(set(sys.modules) - before))
print(*sorted({f"{w.category.__name__}: {str(w.message)[:120]}" for w in warned}), sep="\\n")
"""


def importing(package):
    """Each fact, as (part, value)."""
    measured = []
    for _ in range(2):  # the first may compile
        done = subprocess.run(
            [sys.executable, "-P", "-s", "-c", _IMPORT, package, "botocore.session"],
            env=dict(os.environ),
            capture_output=True,
            text=True,
            check=True,
        )
        seconds, modules, *warned = done.stdout.splitlines()
        measured.append(float(seconds))
    yield "importing/seconds", min(measured)
    yield "importing/modules", int(modules)
    yield "warnings/import", [line for line in warned if line]


def main():
    """Print {"facts": [["python", "importing/modules", "", 356], ...]}."""
    package = "boto3" if "boto3" in sys.argv[1:] else "botocore"
    rows = [["python", part, "", value] for part, value in importing(package)]
    sys.stdout.write(f"{json.dumps({'facts': rows}, sort_keys=True)}\n")


if __name__ == "__main__":
    main()
