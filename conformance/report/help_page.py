"""What the installed client says of the operation, sentence by sentence, and which claim each sentence is.

The text is AWS's: it is read when asked for and is not in this repository; the ledger has fingerprints of it."""

from __future__ import annotations

import hashlib
import html
import re
from collections.abc import Iterator
from dataclasses import dataclass

from botocore.loaders import Loader

from conformance.contract.ledger import Ledger

_OPTION_HEADING = r"^(--[\w-]+(?: \| --[\w-]+)* \(\w+\)) "


@dataclass(frozen=True)
class Sentence:
    """A sentence and the ids of the claims that it makes; `aside` where it promises nothing."""

    text: str
    claims: tuple[str, ...]
    aside: bool


@dataclass(frozen=True)
class Part:
    """A part of the page: its heading, its sentences."""

    heading: str
    sentences: tuple[Sentence, ...]


def fingerprint(sentence: str) -> str:
    """Give the 12 hex digits that stand for a sentence, however it is hyphenated, spaced, quoted or cased."""
    letters = "".join(character for character in sentence.lower() if character.isalnum())
    return hashlib.sha256(letters.encode()).hexdigest()[:12]


def sentences(text: str) -> tuple[str, ...]:
    """Split text into sentences.

    A blank line ends one too, and so does an option's heading, `--name (type)`."""
    found: list[str] = []
    for paragraph in re.split(r"\n\s*\n", text):
        line = re.sub(_OPTION_HEADING, r"\1\n", " ".join(paragraph.split()))
        found += re.split(r"\n|(?<=[.!?]) (?=[A-Z])", line)
    return tuple(sentence for sentence in found if re.search(r"\w", sentence))


def plain(documentation: str) -> str:
    """The text of a service model's documentation, without its markup; what is not inline ends a paragraph."""
    inline = re.sub(r"</?(?:a|b|i|code)\b[^>]*>", "", documentation)
    return html.unescape(re.sub(r"<[^>]+>", "\n\n", inline))


def of_botocore() -> dict[str, str]:
    """What the installed botocore says of AdminSetUserPassword: heading -> text, each member under its own name."""
    model = Loader().load_service_model("cognito-idp", "service-2")
    operation = model["operations"]["AdminSetUserPassword"]
    texts = {"Description": plain(operation["documentation"])}
    for section in ("input", "output"):
        members = model["shapes"][operation[section]["shape"]]["members"]
        texts |= {name: plain(member.get("documentation", "")) for name, member in members.items()}
    return texts


def parts(ledger: Ledger) -> Iterator[Part]:
    """The page, each sentence with the claims that the ledger says it makes, in any edition."""
    claims: dict[str, list[str]] = {}
    for claim in ledger.claims.values():
        for prints in claim.sentences.values():
            for one in prints:
                claims.setdefault(one, []).append(claim.id)
    asides = {one for aside in ledger.asides.values() for prints in aside.sentences.values() for one in prints}
    for heading, text in of_botocore().items():
        found = [(sentence, fingerprint(sentence)) for sentence in sentences(text)]
        said = tuple(
            Sentence(sentence, tuple(dict.fromkeys(claims.get(one, ()))), one in asides) for sentence, one in found
        )
        if said:
            yield Part(heading, said)
