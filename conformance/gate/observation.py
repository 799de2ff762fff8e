"""Running the observers: one process each, one client version each, nothing of the caller's AWS configuration in it.

What a released version was observed to be is kept in the cache, under a name that holds the observers' own code, the
Python, and every package that takes part. How long its import takes is measured anew: it depends on the machine."""

from __future__ import annotations

import datetime
import hashlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import trustme

from conformance.errors import BadInput, Inconclusive
from conformance.gate import releases
from conformance.gate.clients import Client
from conformance.gate.rules import Fact
from conformance.process import workplace

SERVICE = "cognito-idp"
_OBSERVERS = Path(__file__).resolve().parent / "observers"
_SECONDS = 600
# What an interpreter may need; all else, AWS_* and proxies above all, stays outside.
_KEPT = ("PATH", "TMPDIR", "LD_LIBRARY_PATH", "SYSTEMROOT", "COVERAGE_PROCESS_START", workplace.VARIABLE)


@dataclass(frozen=True)
class Observation:
    """What a client version is (`models`: service -> model) and does (`facts`)."""

    versions: Mapping[str, str] = field(default_factory=dict)
    models: Mapping[str, Any] = field(default_factory=dict)
    facts: Mapping[Fact, Any] = field(default_factory=dict)


def observe(clients: Sequence[Client]) -> list[Observation]:
    """Observe these clients at once, so many processes at a time as there are processors.

    Raises Inconclusive if a client crashes."""
    with certificates() as made, ThreadPoolExecutor(os.cpu_count() or 2) as pool:
        jobs = [
            [pool.submit(remembered, client, script, words) for script, words in _scripts(client, made)]
            for client in clients
        ]
        return [merged([job.result() for job in side]) for side in jobs]


def _scripts(client: Client, certificates: Path) -> Iterator[tuple[str, list[str]]]:
    """The observers of a client, and the arguments of each."""
    # The longest first, so that they do not wait for a processor.
    if client.is_cli:
        yield "cli.py", [str(certificates), *(["subprocess"] if client.package == "aws-cli-v2" else [])]
        yield "surface.py", []
        yield "model.py", [SERVICE, "--of-awscli"]
        return
    own = ["boto3"] if client.package == "boto3" else []
    yield "client/__main__.py", own
    yield "transport/__main__.py", [str(certificates), *own]
    yield "model.py", [SERVICE]
    yield "importing.py", own


def merged(printed: Sequence[dict[str, Any]]) -> Observation:
    """What several observers printed of one client."""
    versions: dict[str, str] = {}
    services: dict[str, Any] = {}
    facts: dict[Fact, Any] = {}
    for output in printed:
        versions |= output.get("versions", {})
        services |= output.get("services", {})
        facts |= {Fact(layer, part, operation): value for layer, part, operation, value in output.get("facts", ())}
    return Observation(versions, services, facts)


def remembered(client: Client, script: str, words: Sequence[str]) -> dict[str, Any]:
    """What an observer prints for a client, from the cache if it is a release that was observed before."""
    if not client.released or script == "importing.py":
        return run(client, script, words)
    options = [word for word in words if not Path(word).is_absolute()]
    key = json.dumps([_code(), sys.version, sys.platform, script, options, client.package, client.parts])
    trees = [str(path.name) for path in client.path]
    place = releases.cache() / "observations" / hashlib.sha256(f"{key}{trees}".encode()).hexdigest()
    with suppress(OSError, ValueError):
        found: dict[str, Any] = json.loads(place.read_text(encoding="utf-8"))
        return found
    printed = run(client, script, words)
    with suppress(OSError, BadInput):  # a cache that cannot be written costs time only
        releases.write(releases.directory("observations") / place.name, json.dumps(printed, sort_keys=True))
    return printed


@cache
def _code() -> str:
    files = sorted([*_OBSERVERS.rglob("*.py"), *(_OBSERVERS.parents[1] / "aws_cli").glob("*.py")])
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()


def run(client: Client, script: str, words: Sequence[str]) -> dict[str, Any]:
    """What an observer prints for a client. Raises Inconclusive if it prints nothing usable."""
    with tempfile.TemporaryDirectory(prefix="cognito-conformance-") as home:
        command = [sys.executable, "-P", "-s", str(_OBSERVERS / script), *words]
        try:
            done = subprocess.run(
                command,
                env=environment(client, home),
                cwd=home,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise Inconclusive(f"{client.title}: the observer {script} did not end in {_SECONDS} s") from None
    if done.returncode:
        last = done.stderr.decode("utf-8", "backslashreplace").strip().splitlines()[-1:] or ["it wrote nothing"]
        raise Inconclusive(f"{client.title} cannot be observed: {script} ended with {done.returncode}: {last[0][:300]}")
    try:
        printed: dict[str, Any] = json.loads(done.stdout)
    except ValueError:
        raise Inconclusive(f"{client.title} cannot be observed: {script} printed no JSON") from None
    return printed


def environment(client: Client, home: str) -> dict[str, str]:
    """The whole environment of a process in which `client` is the one that is imported."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return kept | {
        "HOME": home,
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "PYTHONHASHSEED": "0",
        # Byte code that lies in an unpacked wheel is not run: no RECORD lists it.
        "PYTHONPYCACHEPREFIX": str(releases.cache() / "bytecode"),
        "PYTHONPATH": os.pathsep.join(map(str, client.path)),
    }


@contextmanager
def certificates() -> Iterator[Path]:
    """Certificates that nobody but this run trusts, for the servers of the transport observer."""
    with tempfile.TemporaryDirectory(prefix="cognito-conformance-") as place:
        directory, authority = Path(place), trustme.CA()
        authority.cert_pem.write_to_path(str(directory / "ca.pem"))
        long_ago = datetime.datetime(2001, 1, 1)
        made = {
            "good": authority.issue_cert("127.0.0.1"),
            "other-name": authority.issue_cert("example.com"),
            "expired": authority.issue_cert(
                "127.0.0.1", not_before=long_ago, not_after=long_ago + datetime.timedelta(days=1)
            ),
        }
        for name, certificate in made.items():
            certificate.private_key_and_cert_chain_pem.write_to_path(str(directory / f"{name}.pem"))
        yield directory
