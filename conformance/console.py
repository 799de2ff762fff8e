"""What every command shares: the terminal, how a command ends, the files that it is to write."""

from __future__ import annotations

import io
import os
import re
import sys
import tempfile
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, TextIO, cast

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from conformance.errors import BadInput, Inconclusive, SuiteFault
from conformance.process import signals, workplace

# What a shell reports of a program that SIGPIPE has ended.
UNHEARD = 141

# What moves the cursor, hides text or turns its direction: controls, surrogates, the marks of bidirectional text; and
# the two that are no characters at all.
_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff\ud800-\udfff]"
)


def printable(text: str) -> str:
    """Foreign text with every sign escaped that a terminal, a page or a file would not show as it is.

    Line feeds and tabs stay."""
    return _UNPRINTABLE.sub(lambda sign: ascii(sign[0])[1:-1], text)


class _Complaint(click.ClickException):
    """A usage error in one line."""

    exit_code = 2

    def show(self, file: IO[Any] | None = None) -> None:  # noqa: ARG002 - click's signature
        _complain(self.message)


class Command(click.Command):
    """A command that says in one line what is wrong with its options, and whose help may be read in part."""

    def make_context(self, *arguments: Any, **extra: Any) -> click.Context:
        """As click's, which also prints the help where that is asked for."""
        try:
            return super().make_context(*arguments, **extra)
        except click.exceptions.NoArgsIsHelpError:
            raise
        except click.UsageError as error:
            raise _Complaint(_usage(error)) from None
        except BrokenPipeError:
            _give_up(sys.stdout)
            sys.exit(UNHEARD)


class CommandGroup(Command, click.Group):
    """Commands that end as `ending` says."""

    def invoke(self, ctx: click.Context) -> Any:
        """As click's, ended by `ending`."""
        with ending(ctx):
            return super().invoke(ctx)


@contextmanager
def ending(ctx: click.Context) -> Iterator[None]:
    """End with 2 for bad input, 3 for no answer, 4 for our own fault, and ended by a signal as a shell reports it.

    What the streams cannot encode is written as an escape."""
    _open_streams()
    signals.install()
    try:
        with workplace.workplace():
            try:
                yield
            finally:
                for line in workplace.notes():
                    _complain(f"note: {line}")
            sys.stdout.flush()
    except (click.exceptions.NoArgsIsHelpError, click.exceptions.Exit, click.Abort):
        raise
    except click.UsageError as error:
        raise _Complaint(_usage(error)) from None
    except BadInput as problem:
        _complain(str(problem))
        ctx.exit(2)
    except Inconclusive as problem:
        _complain(str(problem))
        ctx.exit(3)
    except KeyboardInterrupt:
        _complain(signals.complaint())
        ctx.exit(signals.exit_code())
    except BrokenPipeError:
        # Whoever read our output has enough.
        _give_up(sys.stdout)
        ctx.exit(UNHEARD)
    except Exception as fault:  # whatever it is, it is our own and no verdict
        _complain(_report(fault))
        ctx.exit(4)


def _usage(error: click.UsageError) -> str:
    where = error.ctx.command_path if error.ctx else "cognito-conformance"
    return f"{error.format_message().rstrip('.')} (see {where} --help)"


def _open_streams() -> None:
    """Make sure that there are standard streams that take any text, and that report a failure to write."""
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        if getattr(sys, name) is None:  # closed by the caller, who does not want it: also no file is to get its number
            while (descriptor := os.open(os.devnull, os.O_RDWR)) < number:
                pass
            if descriptor != number:
                os.dup2(descriptor, number)
            setattr(sys, name, os.fdopen(number, mode, encoding="utf-8"))
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    if sys.stdout is sys.__stdout__ and isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout = _Output(sys.stdout)
    if sys.stderr is sys.__stderr__ and isinstance(sys.stderr, io.TextIOWrapper):
        sys.stderr = _Output(sys.stderr)


class _Output(io.TextIOWrapper):
    """Standard output, where a failure to write is bad input: the caller chose where it goes. Or standard error, which
    is given up then: there is no place to report it."""

    def __init__(self, stream: io.TextIOWrapper) -> None:
        buffered = bool(stream.line_buffering)
        super().__init__(stream.buffer, encoding=stream.encoding, errors=stream.errors, line_buffering=buffered)

    def write(self, text: str) -> int:
        """Write, or raise BadInput."""
        with _written(self):
            super().write(text)
        return len(text)

    def flush(self) -> None:
        """Flush, or raise BadInput."""
        with _written(self):
            super().flush()


@contextmanager
def _written(stream: TextIO) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if stream is not sys.stderr and isinstance(error, BrokenPipeError):
            raise
        _give_up(stream)
        if stream is sys.stderr:
            return
        raise BadInput(f"standard output cannot be written: {error.strerror}") from None


def _give_up(stream: TextIO) -> None:
    """Send what is still buffered nowhere, so that the interpreter can end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _report(fault: Exception) -> str:
    """One line on a fault of the suite, and where the rest of it is to be read."""
    text = "".join(traceback.format_exception(fault))
    first = printable(str(fault)).strip().splitlines() or [""]
    name = first[-1] if isinstance(fault, SuiteFault) else f"{type(fault).__name__}: {first[0]}"
    try:
        with tempfile.NamedTemporaryFile(
            "w",
            prefix="fault-of-cognito-conformance-",
            suffix=".txt",
            dir=workplace.outside(),
            delete=False,
            encoding="utf-8",
            errors="backslashreplace",
        ) as file:
            file.write(text)
    except OSError:
        return f"the suite itself failed: {name[:500]}"
    return f"the suite itself failed: {name[:500]}; please report this, with {file.name}"


def _complain(line: str) -> None:
    click.echo(f"cognito-conformance: {' '.join(printable(line).split())}", err=True)


def check_writable(*paths: Path | None) -> None:
    """Check before a long run that each report can be written, leaving no empty file behind.

    Raises BadInput otherwise."""
    files = [path for path in paths if path is not None]
    for path in files:
        if path == Path("-"):
            raise BadInput("- is not understood as standard output: name a file, or /dev/stdout")
        if sum(_same(path, other) for other in files) > 1:
            raise BadInput(f"{path} is asked for twice: give each report a file of its own")
        existed = path.exists()
        try:
            # A pipe would wait for its reader.
            os.close(os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_NONBLOCK", 0), 0o666))
        except OSError as error:
            raise BadInput(
                f"{path} cannot be written ({error.strerror}): name a file in a directory that exists"
            ) from None
        if not existed:
            path.unlink()


def _same(one: Path, other: Path) -> bool:
    return one.resolve() == other.resolve() and not one.is_char_device()


def trimmed(text: str) -> str:
    """A text without the blanks at the end of its lines."""
    return re.sub(r" +$", "", text, flags=re.MULTILINE)


class _Trimmed:
    """A stream that leaves out the blanks at the end of lines, with which rich fills tables; it gets whole lines."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        """Write the lines without their last blanks."""
        return self._stream.write(trimmed(text))


class Terminal(Console):
    """A console as wide as the terminal or COLUMNS, else 120.

    Elsewhere than on a terminal no line ends with blanks. It raises BrokenPipeError where nobody reads it any more."""

    def __init__(self, *, stderr: bool = False) -> None:
        stream = sys.stderr if stderr else sys.stdout
        super().__init__(
            file=stream if stream.isatty() else cast(IO[str], _Trimmed(stream)),
            stderr=stderr,
            highlight=False,
            width=None if stream.isatty() or os.environ.get("COLUMNS") else 120,
        )

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
    return trimmed(capture.get())
