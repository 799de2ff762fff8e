"""Runs the commands that README and docs print, one after another, and compares what comes out with what is printed.

`python -m tests.documentation.commands [PAGE...] [--whole] [--renew]`

Commands that judge everything are narrowed to two claims, unless --whole is given; then README's sample of a run is
compared too, or, with --renew, written anew. Exit code 1: a command ended differently than its page says.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from conformance.target.definition import resolve
from tests.documentation import printed
from tests.forked import inherited

# What is not run here, and why; the first pattern that is found in a command counts.
NOT_RUN = {
    r"^python3 -m venv|^pip |^uvx|^pre-commit|^\.ci/run": "sets up: .ci/run does it in an environment of its own",
    r"^pytest": "the tests: .ci/run runs them",
    r"^python benchmarks": "takes minutes on a quiet machine",
    r"-git ": "compares revisions of your repository",
    r" run +aws |sweep --account": "takes an AWS account",
    r"--install": "installs from a package registry",
    r"stand_in": "serves until its standard input closes",
}
# What is run with --whole alone.
LONG = {
    r" mutants --precision": "takes 20 minutes",
    r" sdk-gate": "fetches releases from the package index",
}
# The exit codes that the pages announce, where 0 is not the only one.
EXIT_CODES = {
    r" run --endpoint-url (?!.*--baseline)": (0, 1),  # a moto without its baseline: everything it does is new
    r" run mine\.toml| run --shard| run ministack| run cognito-local": (0, 1),
    r" baseline check known\.toml": (2,),  # until reasons are written in the place of the placeholders
    r" diff ": (0, 1),
    r" sdk-gate": (1,),
}
NARROW = "works-on-any-user or missing-member-is-refused"
REPORT = ["run", "moto", "-k", NARROW]


@dataclass(frozen=True)
class Ended:
    """A command that was run."""

    code: int
    output: str


class Complaint(Exception):
    """A command ended differently than its page says."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pages", nargs="*", type=Path, metavar="PAGE")
    parser.add_argument("--whole", action="store_true")
    parser.add_argument("--renew", action="store_true")
    options = parser.parse_args()
    pages = [page.resolve() for page in options.pages] or printed.PAGES
    failures = 0
    with tempfile.TemporaryDirectory() as place, resolve("moto", None).running() as moto:
        directory = Path(place)
        _prepare(directory, moto.url)
        for page in pages:
            for command in printed.commands(page):
                print(f"{page.relative_to(printed.ROOT)}: {command}", flush=True)
                try:
                    print(f"    {_judged(command, directory, moto.url, options)}", flush=True)
                except Complaint as complaint:
                    failures += 1
                    print(f"    {complaint}", flush=True)
    print(f"{failures} commands ended differently than their page says")
    return min(failures, 1)


def _judged(command: str, directory: Path, url: str, options: argparse.Namespace) -> str:
    """Run a command; what there is to say of it. Raises Complaint."""
    left_out = NOT_RUN if options.whole else NOT_RUN | LONG
    if why := next((why for pattern, why in left_out.items() if re.search(pattern, command)), None):
        return f"not run: {why}"
    words = list(_filled_in(command, directory, url))
    if not options.whole:
        words += _narrowing(words)
    ended = _run(words, directory)
    if ended.code == 2 and "is not installed" in ended.output:
        return f"not run: {ended.output.strip().splitlines()[-1]}"
    expected = next((codes for pattern, codes in EXIT_CODES.items() if re.search(pattern, command)), (0,))
    if ended.code not in expected or "Traceback" in ended.output:
        raise Complaint(f"exit code {ended.code}, not {' or '.join(map(str, expected))}:\n{ended.output}")
    if command == "cognito-conformance run" and options.whole:
        if options.renew:
            printed.renew(ended.output)
        elif printed.abridged(ended.output) != printed.sample():
            raise Complaint(f"README shows another output (--renew writes it):\n{printed.abridged(ended.output)}")
    return f"as printed (exit code {ended.code})"


def _prepare(directory: Path, url: str) -> None:
    """Make what a reader has who comes to a page: the directory docs, a target file, and reports of former runs."""
    (directory / "docs").mkdir()
    (directory / "mine.toml").write_text(f'title = "our emulator"\nurl = "{url}"\n', "utf-8")
    for name in ("old.json", "new.json", "report.json"):
        _run(["cognito-conformance", *REPORT, "--json", name], directory)
    _run(["cognito-conformance", *REPORT, "--shard=2/2", "--json=b.json"], directory)


def _filled_in(command: str, directory: Path, url: str) -> Iterator[str]:
    """The words of a command with the endpoint and a result of this machine in the place of the page's."""
    for word in printed.words(command):
        if word == "RESULT-ID":
            report = json.loads((directory / "report.json").read_text("utf-8"))
            yield next(result["id"] for result in report["results"] if result["verdict"] == "diverges")
        else:
            yield re.sub(r"http://(localhost|my_service):4566", url, word)


def _narrowing(words: list[str]) -> list[str]:
    """The options that make a command judge little."""
    match words[1:]:
        case ["run" | "baseline" | "matrix", *rest] if "-k" not in rest and "check" not in rest:
            return ["-k", NARROW]
        case ["mutants", *rest] if "-k" not in rest:
            return ["-k", "setting-enables", "--bindings=sdk"]
        case ["mutants", *_]:
            return ["--bindings=sdk"]
    return []


def _run(words: list[str], directory: Path) -> Ended:
    python = [sys.executable, "-m", "conformance"] if words[0] == "cognito-conformance" else words[:1]
    environment = inherited()
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, [str(printed.ROOT), environment.get("PYTHONPATH")]))
    done = subprocess.run(
        [*python, *words[1:]],
        cwd=directory,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return Ended(done.returncode, done.stdout)


if __name__ == "__main__":
    sys.exit(main())
