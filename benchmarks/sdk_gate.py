"""Times the gate's lanes: `python benchmarks/sdk_gate.py [FROM TO]`, by default boto3==1.43.125 and boto3==1.44.5.

Releases are fetched first and not counted, so that only the first run needs the package index. The pull-request lane is
what the workflow runs; the others are its parts, and what a nightly run adds.
"""

import os
import subprocess
import sys
import time

GATE = [sys.executable, "-P", "-m", "conformance.gate"]
LANES = {
    "model and client layers, cognito-idp": ["--scenarios", "none"],
    "pull request: the same and the scenarios": [],
    "model layer of the whole of botocore": ["--scenarios", "none", "--all-services"],
}
CLI = ["--from", "awscli==1.46.2", "--to", "awscli==1.46.3", "--scenarios", "none"]


def lane(title: str, arguments: list[str]) -> None:
    """Run the gate and print how long it took, wall clock and processor time of all its processes."""
    before, start = os.times(), time.monotonic()
    done = subprocess.run([*GATE, *arguments], capture_output=True, text=True, check=False)
    seconds, after = time.monotonic() - start, os.times()
    spent = after.children_user + after.children_system - before.children_user - before.children_system
    said = (done.stdout or done.stderr).strip().splitlines()[-1:]
    print(f"{title:<42} {seconds:6.1f} s, {spent:6.1f} s of processors  exit code {done.returncode}: {said[0]}")


def main() -> None:
    """Warm the cache, then time each lane."""
    old, new = sys.argv[1:3] if len(sys.argv) > 2 else ("boto3==1.43.125", "boto3==1.44.5")
    pair = ["--from", old, "--to", new]
    lane("(fetching, first time only)", [*pair, "--scenarios", "none"])
    for title, arguments in LANES.items():
        lane(title, [*pair, *arguments])
    lane("(fetching, first time only)", CLI)
    lane("AWS CLI v1: model, surface, behaviour", CLI)
    print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
