"""Times the gate's lanes: `python benchmarks/sdk_gate.py [FROM TO]`, by default boto3==1.43.125 and boto3==1.44.8.

Releases are fetched first and not counted, so that only the first run needs the package index. The pull-request lane is
what examples/sdk-gate.yml runs, the transport included: an earlier pull request observed the old version, and none the
new one. The other lanes are its parts.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from conformance.gate import releases

GATE = [sys.executable, "-P", "-m", "conformance.gate"]
CLI = ["--from", "awscli==1.46.2", "--to", "awscli==1.46.3", "--scenarios", "none"]


def lane(title: str, arguments: list[str]) -> None:
    """Run the gate and print how long it took, wall clock and processor time of all its processes."""
    before, start = os.times(), time.monotonic()
    done = subprocess.run([*GATE, *arguments], capture_output=True, text=True, check=False)
    seconds, after = time.monotonic() - start, os.times()
    spent = after.children_user + after.children_system - before.children_user - before.children_system
    last_line = (done.stdout or done.stderr).strip().splitlines()[-1:]
    print(f"{title:<52} {seconds:6.1f} s, {spent:6.1f} s of processors  exit code {done.returncode}: {last_line[0]}")


def main() -> None:
    """Warm a cache of its own, then time each lane."""
    old, new = sys.argv[1:3] if len(sys.argv) > 2 else ("boto3==1.43.125", "boto3==1.44.8")
    same, pair = ["--from", old, "--to", old], ["--from", old, "--to", new]
    with tempfile.TemporaryDirectory(prefix="cognito-conformance-") as cache:
        os.environ[releases.VARIABLE] = cache
        lane("(fetching, first time only)", [*pair, "--scenarios", "none"])
        shutil.rmtree(Path(cache) / "observations")
        lane("nothing observed before, no scenarios", [*pair, "--scenarios", "none"])
        shutil.rmtree(Path(cache) / "observations")
        lane("(observing the old version)", [*same, "--scenarios", "none"])
        lane("pull request: new version and scenarios", pair)
        lane("the same again", pair)
        lane("(fetching, first time only)", CLI)
        shutil.rmtree(Path(cache) / "observations")
        lane("AWS CLI v1: model, surface, behaviour", CLI)
    print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
