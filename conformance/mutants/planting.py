"""How a fault is planted: a method, a table row or a constant of the reference replaced, in a process of its own."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from typing import Any

from conformance import transitions
from conformance.reference.process import server
from conformance.transitions import Row, Table

FORK = multiprocessing.get_context("fork")

Plant = Callable[[], None]


@dataclass(frozen=True)
class Mutant:
    """A single fault: what it is, how it is planted, the claims that must catch it, the bindings that cannot see it."""

    name: str
    intent: str
    plant: Plant
    claims: tuple[str, ...]
    hidden_by: tuple[str, ...] = ()


def mutant(name: str, intent: str, plant: Plant, *claims: str, hidden_by: tuple[str, ...] = ()) -> Mutant:
    """A mutant, in the order in which one reads it."""
    return Mutant(name, intent, plant, claims, hidden_by)


def around(owner: Any, name: str, call: Callable[..., Any]) -> Plant:
    """Replace the function `owner.name` by `call`, which is given that function before its arguments."""

    def plant() -> None:
        real = getattr(owner, name)
        setattr(owner, name, lambda *given: call(real, *given))

    return plant


def constant(owner: Any, name: str, value: object) -> Plant:
    """Give `owner.name` another value."""
    return lambda: setattr(owner, name, value)


def entry(mapping: Any, key: object, value: object) -> Plant:
    """Give a table another value for `key`."""
    return lambda: mapping.__setitem__(key, value)


def both(*plants: Plant) -> Plant:
    """Several replacements that are one fault."""

    def plant() -> None:
        for one in plants:
            one()

    return plant


def rows(operation: str, when: str | Iterable[str], start: str | Iterable[str], **changes: Any) -> Plant:
    """Change these rows of the table of transitions."""
    conditions = {when} if isinstance(when, str) else set(when)
    starts = {start} if isinstance(start, str) else set(start)

    def changed(row: Row) -> Row:
        meant = row.operation == operation and row.when in conditions and row.start in starts
        return replace(row, **changes) if meant and row.claim else row

    def plant() -> None:
        table = transitions.load()
        broken = Table(tuple(changed(row) for row in table.rows), table.statuses, table.retired)
        if broken == table:
            raise LookupError(f"the table has no such row: {operation}, {when}, {start}")
        setattr(transitions, "load", lambda: broken)  # noqa: B010 - mypy takes no function for another

    return plant


@contextmanager
def serving(plant: Plant) -> Iterator[str]:
    """The URL of a reference with this fault, in a process that is killed at the end."""
    ours, theirs = FORK.Pipe(duplex=False)
    process = FORK.Process(target=_serve, args=(plant, theirs), daemon=True)
    process.start()
    theirs.close()
    try:
        yield ours.recv()
    finally:
        process.kill()
        process.join()


def _serve(plant: Plant, pipe: Connection) -> None:
    plant()
    running = server()
    pipe.send(running.url)
    running.serve_forever()
