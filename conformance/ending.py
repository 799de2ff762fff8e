"""How a command ends where it cannot go on: quietly or with one line, and with an exit code that is no verdict."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

from conformance.verdicts import BadInput, Inconclusive

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
