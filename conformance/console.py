"""What every command shares: the terminal, how a command ends, the files that it is to write."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from conformance.errors import BadInput, Inconclusive

# What a shell reports of a program that SIGINT or SIGPIPE has ended.
INTERRUPTED = 130
UNHEARD = 141


@contextmanager
def ending(ctx: click.Context) -> Iterator[None]:
    """End with 2 for bad input, 3 for no answer, and interrupted or unheard as a shell reports it.

    What the streams cannot encode is written as an escape."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        yield
    except BadInput as problem:
        _complain(str(problem))
        ctx.exit(2)
    except Inconclusive as problem:
        _complain(str(problem))
        ctx.exit(3)
    except KeyboardInterrupt:
        _complain("interrupted")
        ctx.exit(INTERRUPTED)
    except BrokenPipeError:
        # Whoever read our output has enough. What is still buffered must go somewhere when the interpreter ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        ctx.exit(UNHEARD)


def _complain(line: str) -> None:
    click.echo(f"cognito-conformance: {' '.join(line.split())}", err=True)


def check_writable(*paths: Path | None) -> None:
    """Check before a long run that each report can be written, leaving no empty file behind.

    Raises BadInput otherwise."""
    for path in filter(None, paths):
        existed = path.exists()
        try:
            with path.open("a", encoding="utf-8"):
                pass
        except OSError as error:
            raise BadInput(
                f"{path} cannot be written ({error.strerror}): name a file in a directory that exists"
            ) from None
        if not existed:
            path.unlink()


class Terminal(Console):
    """A console as wide as the terminal, else 120, that raises BrokenPipeError where nobody reads it any more."""

    def __init__(self, *, stderr: bool = False) -> None:
        stream = sys.stderr if stderr else sys.stdout
        super().__init__(stderr=stderr, highlight=False, width=None if stream.isatty() else 120)

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError


def named(rows: Mapping[str, str]) -> Table:
    """Values beside their names, as at the head of a report."""
    table = Table.grid(padding=(0, 2))
    for name, value in rows.items():
        table.add_row(Text(name, "bold"), Text(value))
    return table


def text_of(renderable: object, width: int = 120) -> str:
    """A renderable as plain text."""
    console = Console(width=width, no_color=True, highlight=False, force_terminal=False)
    with console.capture() as capture:
        console.print(renderable)
    return capture.get()
