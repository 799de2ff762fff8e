"""README and docs: what they print can be typed, what they link exists, and their words are plain English."""

import re
from pathlib import Path

import click
import pytest

from conformance.cli import main
from conformance.verdict.verdicts import Verdict
from tests.documentation.printed import PAGES, README, ROOT, commands, sample
from tests.documentation.printed import words as printed_words

every_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
# Words of a private dialect; docs/style.md quotes them. "There is no X" and "is no longer" are plain English.
DIALECT = re.compile(
    r"\b(whom|to be had|(?<!-)told|said of|by which|wherefrom|otherwise than|(do|does|done|said) otherwise)\b"
    r"|(?<!there )\b(is|are|was|were|be) no (?!longer\b|such\b|more\b|[\w-]+ (in|on|at|for|by) )[a-z]",
    re.IGNORECASE,
)


@every_page
def test_each_printed_command_is_one(page):
    """Every `cognito-conformance` line in a shell block names a command and options that exist."""
    for line in commands(page):
        if not line.startswith("cognito-conformance "):
            continue
        command, name, words = main, "", printed_words(line)[1:]
        while isinstance(command, click.Group):
            name, *words = words
            command = command.get_command(click.Context(command), name)
            assert command is not None, name
        if name != "sdk-gate":  # takes what follows to another process
            command.make_context(name, words)


@every_page
def test_each_relative_link_leads_somewhere(page):
    """A link to a file of the repository names one that exists."""
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text("utf-8"))

    assert [link for link in links if not (page.parent / link).exists()] == []


def test_the_readme_is_a_page():
    """README has at most 130 lines, and shows at most 40 lines of output."""
    text = README.read_text("utf-8")

    assert len(text.splitlines()) <= 130
    assert len(sample().splitlines()) <= 40


def test_the_readme_names_each_verdict():
    """The README's table has a row for each verdict, in the order of the code."""
    rows = re.findall(r"^\| (\w+) \| ", README.read_text("utf-8"), re.MULTILINE)

    assert [row for row in rows if row in set(Verdict)] == [str(verdict) for verdict in Verdict]


def test_the_words_are_plain_english():
    """No docstring, comment, message or page speaks the private dialect that docs/style.md names."""
    files = [*PAGES, *(ROOT / "conformance").rglob("*.py"), *(ROOT / "conformance").rglob("*.jinja")]
    files += [path for path in (ROOT / "tests").rglob("*.py") if path != Path(__file__)]
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in files
        if path.name not in ("style.md", "evidence.md")  # one quotes the dialect, the other the ledger
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if DIALECT.search(line)
    ]

    assert found == []
