"""Editions of the documentation: what each says, sentence by sentence, and the fingerprints of its sentences.

The content of an edition is section -> its sentences, in order. None is stored: they are read when asked for.
"""

import hashlib
import html
import os
import re
import subprocess
import sys
from pathlib import Path

from botocore.loaders import Loader

Content = dict[str, tuple[str, ...]]

_ROOT = Path(__file__).resolve().parents[2]
_OPTION_HEADING = r"^(--[\w-]+(?: \| --[\w-]+)* \(\w+\)) "


def fingerprint(sentence: str) -> str:
    """Give the 12 hex digits that stand for a sentence, however it is hyphenated, spaced, quoted or cased."""
    letters = "".join(character for character in sentence.lower() if character.isalnum())
    return hashlib.sha256(letters.encode()).hexdigest()[:12]


def fingerprints(content: Content) -> dict[str, str]:
    """Give fingerprint -> sentence for all that an edition says."""
    return {fingerprint(sentence): sentence for section in content.values() for sentence in section}


def sentences(text: str) -> tuple[str, ...]:
    """Split text into sentences.

    A blank line ends one too, and so does an option's heading, `--name (type)`.
    """
    found: list[str] = []
    for paragraph in re.split(r"\n\s*\n", text):
        line = re.sub(_OPTION_HEADING, r"\1\n", " ".join(paragraph.split()))
        found += re.split(r"\n|(?<=[.!?]) (?=[A-Z])", line)
    return tuple(sentence for sentence in found if re.search(r"\w", sentence))


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
    """Read what the installed botocore says of AdminSetUserPassword: the operation, its input, its output."""
    model = Loader().load_service_model("cognito-idp", "service-2")
    operation = model["operations"]["AdminSetUserPassword"]
    texts = {"description": [operation["documentation"]]}
    for section in ("input", "output"):
        members = model["shapes"][operation[section]["shape"]]["members"]
        texts[section] = [member.get("documentation", "") for member in members.values()]
    return {section: sentences("\n\n".join(map(_plain, said))) for section, said in texts.items()}


def _synopsis(body: str) -> tuple[str, ...]:
    # A bracket is all that says that an option may be left out, and a fingerprint drops brackets.
    entries = filter(None, map(str.strip, body.splitlines()))
    return tuple(entry.replace("[", "optional: ").rstrip("]") for entry in entries)


def _plain(documentation: str) -> str:
    inline = re.sub(r"</?(?:a|b|i|code)\b[^>]*>", "", documentation)
    return html.unescape(re.sub(r"<[^>]+>", "\n\n", inline))
