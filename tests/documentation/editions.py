"""Editions of the documentation: what each says, sentence by sentence, and the fingerprints of its sentences.

The content of an edition is section -> its sentences, in order. None is stored: they are read when asked for.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

from conformance.report import help_page
from conformance.report.help_page import fingerprint, sentences

Content = dict[str, tuple[str, ...]]

_ROOT = Path(__file__).resolve().parents[2]


def fingerprints(content: Content) -> dict[str, str]:
    """Give fingerprint -> sentence for all that an edition says."""
    return {fingerprint(sentence): sentence for section in content.values() for sentence in section}


def of_help_page(text: str) -> Content:
    """Read a help page as `aws ... help` renders it, with or without overstrikes."""
    text = re.sub(".\b", "", text)
    text = re.sub(r"(?m)^ *[A-Z-]+\(\).*$|^ *NOTE:$", "", text)
    text = re.sub(r"(?m)^ *[o•] +", "\n", text)
    _, *parts = re.split(r"(?m)^([A-Z][A-Z ]*)$", text)
    page = dict(zip(parts[::2], parts[1::2], strict=True))
    page.pop("NAME", None)
    return {title.lower(): (_synopsis if title == "SYNOPSIS" else sentences)(body) for title, body in page.items()}


def of_rst(text: str) -> Content:
    """Read the reStructuredText from which the AWS CLI renders its help page."""
    text = re.sub(r"(?m)^=+\n(.+)\n=+$", lambda title: title[1].upper(), text)
    text = re.sub(r"(?m)^ *\.\. .*$| *::$", "", text)
    text = re.sub(r"`([^`<]+) <[^`>]+>`_+", r"\1", text)
    return of_help_page(re.sub(r"[`*]", "", text))


def of_aws_cli(site: Path | None = None) -> Content:
    """Read what the installed AWS CLI prints, or the AWS CLI in the folder `site` that pip installed it to.

    Raises subprocess.CalledProcessError if there is none, or if it prints no help.
    """
    path = [str(folder) for folder in (site, _ROOT) if folder]
    process = subprocess.run(
        [sys.executable, "-m", "tests.documentation.help_process"],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(path)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=True,
        encoding="utf-8",
        timeout=60,
    )
    return of_rst(process.stdout)


def of_botocore() -> Content:
    """Read what the installed botocore says of AdminSetUserPassword, member by member."""
    return {heading: sentences(text) for heading, text in help_page.of_botocore().items()}


def _synopsis(body: str) -> tuple[str, ...]:
    # A bracket is all that says that an option may be left out, and a fingerprint drops brackets.
    entries = filter(None, map(str.strip, body.splitlines()))
    return tuple(entry.replace("[", "optional: ").rstrip("]") for entry in entries)
