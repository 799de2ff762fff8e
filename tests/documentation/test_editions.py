"""Every sentence of every edition is accounted for, and an edition reads the same however it is rendered."""

import contextlib
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

import pytest

from conformance.contract import ledger
from tests.documentation import editions
from tests.documentation.editions import Content

OLD_CLI = ledger.load().editions["2023-12"].awscli

needs_cli = pytest.mark.skipif(find_spec("awscli") is None, reason="no AWS CLI v1 here: pip install awscli")

RST = """
=========
Greetings
=========

Says ``HELLO`` to the named guest. Works on any day of the year-long season.


.. note::

  See `The book of greetings <https://example.com/book>`__ .

  * `Chapter one <https://example.com/1>`_

========
Synopsis
========

::

    greet
  --name <value>
  [--loud | --no-loud]

=======
Options
=======

``--name`` (string)

  Who is greeted.

``--loud`` | ``--no-loud`` (boolean)
Raises the voice. Off, unless asked for.

======
Output
======

None"""

PAGE = """GREET()                                                          GREET()

NAME
       greet -

GREETINGS
       Says  HELLO  to  the  named  guest. Works on any day of the year-
       long sea-
       son.

       NOTE:
          See The book of greetings .

          o Chapter one

SYNOPSIS
            greet
          --name <value>
          [--loud | --no-loud]

OPTIONS
       -\b--\b-n\bna\bam\bme\be (string)
          Who is greeted.

       --loud | --no-loud (boolean) Raises the voice. Off,  unless  asked
       for.

OUTPUT
       None

                                                                 GREET()
"""


def test_a_fingerprint_ignores_layout() -> None:
    """A sentence has one fingerprint, however it is cased, hyphenated, spaced or marked up."""
    assert editions.fingerprint("Says HELLO to the guest.") == editions.fingerprint("says  `hello` to the gu- est .")


def test_a_fingerprint_notices_a_word() -> None:
    """A sentence with another word has another fingerprint."""
    assert editions.fingerprint("Says hello to the guest.") != editions.fingerprint("Says hello to a guest.")


def test_a_fingerprint_is_twelve_hex_digits_of_sha256() -> None:
    """A fingerprint begins the sha256 of the letters and digits."""
    assert editions.fingerprint("a-B c") == "ba7816bf8f01"  # of "abc", FIPS 180-2 appendix B.1


def test_sentences_end_where_the_next_begins() -> None:
    """Text falls into its sentences, its paragraphs and the headings of options."""
    text = "Is it on\nor OFF ? See a.b for v1.2. It is.\n \nMore\n\n--loud (boolean) Raises the voice."

    assert editions.sentences(text) == (
        "Is it on or OFF ?",
        "See a.b for v1.2.",
        "It is.",
        "More",
        "--loud (boolean)",
        "Raises the voice.",
    )


def test_an_edition_has_the_sentences_of_each_section() -> None:
    """What the AWS CLI renders from is read section by section, entry by entry."""
    assert editions.of_rst(RST) == {
        "greetings": (
            "Says HELLO to the named guest.",
            "Works on any day of the year-long season.",
            "See The book of greetings .",
            "Chapter one",
        ),
        "synopsis": ("greet", "--name <value>", "optional: --loud | --no-loud"),
        "options": (
            "--name (string)",
            "Who is greeted.",
            "--loud | --no-loud (boolean)",
            "Raises the voice.",
            "Off, unless asked for.",
        ),
        "output": ("None",),
    }


def test_the_rendered_page_says_the_same() -> None:
    """A help page, justified, hyphenated and overstruck, has the fingerprints of the text that it was rendered from."""
    page, source = editions.of_help_page(PAGE), editions.of_rst(RST)

    assert {section: [*map(editions.fingerprint, said)] for section, said in page.items()} == {
        section: [*map(editions.fingerprint, said)] for section, said in source.items()
    }


def test_an_option_that_becomes_optional_is_noticed() -> None:
    """A bracket in the synopsis counts, although it is neither letter nor digit."""
    changed = RST.replace("  --name <value>", "  [--name <value>]")

    assert editions.fingerprints(editions.of_rst(changed)) != editions.fingerprints(editions.of_rst(RST))


def test_the_help_process_is_safe_to_import() -> None:
    """Nothing of the module that prints the AWS CLI's help brings boto3 or botocore into its process."""
    code = "import tests.documentation.help_process, sys; print(*{'awscli', 'boto3', 'botocore'} & set(sys.modules))"
    process = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)

    assert process.stdout == "\n"


def test_a_missing_cli_is_told(tmp_path: Path) -> None:
    """Without an AWS CLI its help ends with what to install."""
    (tmp_path / "awscli.py").write_text("raise ImportError")

    with pytest.raises(subprocess.CalledProcessError) as raised:
        editions.of_aws_cli(tmp_path)

    assert "pip install awscli" in raised.value.stderr


@needs_cli
def test_the_help_does_not_depend_on_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """A profile that does not exist leaves the help as it is."""
    expected = editions.of_aws_cli()
    monkeypatch.setenv("AWS_PROFILE", "nobody")

    assert editions.of_aws_cli() == expected


@dataclass(frozen=True)
class Reading:
    """What a program says of an edition of the documentation."""

    edition: str
    program: str
    content: Content

    @property
    def new(self) -> str:
        """The sentences that the ledger does not stand for, and what to do about them; empty if there are none."""
        known = ledger.load().accounted(self.edition)
        found = editions.fingerprints(self.content)
        lines = [f'sentences.{self.edition} = ["{key}"]  # {found[key]}' for key in found if key not in known]
        todo = (
            f"{self.program} says what {ledger.load().file} does not stand for. For each sentence below find the claim "
            "that it rewords, or write a claim or an aside in your own words; add its line there, but not the sentence:"
        )
        return "\n".join([todo, *lines]) if lines else ""

    @property
    def gone(self) -> str:
        """The fingerprints that stand for nothing, and what to do about them; empty if there are none."""
        found = editions.fingerprints(self.content)
        known = ledger.load().accounted(self.edition)
        lines = [f'sentences.{self.edition} = ["{key}"]  # {known[key]}' for key in known if key not in found]
        todo = (
            f"{self.program} no longer says what these lines of {ledger.load().file} stand for. Take them out of the "
            "claims or asides named; a claim that loses its last sentence stays, with a reason if it can't be judged:"
        )
        return "\n".join([todo, *lines]) if lines else ""


def test_a_new_sentence_is_shown() -> None:
    """A sentence that nothing accounts for is printed with the line to add."""
    reading = Reading("2026-11", "botocore 9.9.9", {"description": ("Paints the sky.",)})

    assert reading.new.startswith("botocore 9.9.9 says what admin-set-user-password.toml does not stand for.")
    assert reading.new.endswith('\nsentences.2026-11 = ["d65a06a01191"]  # Paints the sky.')


def test_a_lost_sentence_is_shown() -> None:
    """A fingerprint whose sentence is gone is printed with the claim that carries it."""
    reading = Reading("2023-12", "AWS CLI 9.9.9", {})

    assert '\nsentences.2023-12 = ["f65d4d0b0ba9"]  # works-on-any-user\n' in reading.gone


@pytest.fixture(scope="module")
def old_cli(pytestconfig: pytest.Config) -> Path:
    """The AWS CLI that prints the page of December 2023, installed once to a folder of pytest's cache."""
    assert pytestconfig.cache is not None
    folder = pytestconfig.cache.mkdir("aws-cli")
    site = folder / str(OLD_CLI)
    if not site.is_dir():
        with tempfile.TemporaryDirectory(dir=folder) as temporary:
            half = Path(temporary) / "site"
            pip = [sys.executable, "-m", "pip", "install", "--quiet", "--retries=1", "--timeout=15", f"--target={half}"]
            process = subprocess.run([*pip, f"awscli=={OLD_CLI}"], capture_output=True, check=False, text=True)
            if process.returncode != 0:
                pytest.skip(f"AWS CLI {OLD_CLI} cannot be fetched: {process.stderr.strip().splitlines()[-1]}")
            with contextlib.suppress(OSError):  # another worker was first
                half.rename(site)
    return site


@pytest.fixture(scope="module", params=["2023-12", pytest.param("2026-11-cli", marks=needs_cli), "2026-11"])
def reading(request: pytest.FixtureRequest) -> Reading:
    """An edition, as the program says it that prints it."""
    match request.param:
        case "2023-12":
            return Reading("2023-12", f"AWS CLI {OLD_CLI}", editions.of_aws_cli(request.getfixturevalue("old_cli")))
        case "2026-11-cli":
            return Reading("2026-11-cli", f"AWS CLI {metadata.version('awscli')}", editions.of_aws_cli())
        case _:
            return Reading("2026-11", f"botocore {metadata.version('botocore')}", editions.of_botocore())


@pytest.mark.nightly
def test_every_sentence_is_accounted_for(reading: Reading) -> None:
    """Each sentence of an edition has a claim or an aside that stands for it."""
    assert not reading.new, reading.new


@pytest.mark.nightly
def test_every_fingerprint_has_its_sentence(reading: Reading) -> None:
    """Each fingerprint of an edition is that of a sentence in it."""
    assert not reading.gone, reading.gone
