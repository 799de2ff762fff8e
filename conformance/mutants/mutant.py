"""How a fault is planted: a method, a table row or a constant of the reference replaced, in a process of its own."""

from __future__ import annotations

import json
import multiprocessing
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from multiprocessing.connection import Connection
from typing import Any

from conformance.contract import transitions
from conformance.contract.transitions import Row, Table
from conformance.reference import errors, http, validation
from conformance.reference.errors import Refusal
from conformance.reference.http import HttpAnswer, server
from conformance.reference.service import CognitoSpec
from conformance.verdict.reply import HttpRequest

FORK = multiprocessing.get_context("fork")
Plant = Callable[[], None]


@dataclass(frozen=True)
class Mutant:
    """A single fault: what it is, how it is planted, and what follows.

    `claims` must kill it, with each binding but those of `hidden_by`, which cannot see it. `also` are the other claims
    whose own sentence it breaks: they may diverge. Whatever else diverges accuses falsely."""

    name: str
    intent: str
    plant: Plant
    claims: tuple[str, ...]
    also: tuple[str, ...] = ()
    hidden_by: tuple[str, ...] = ()


def mutant(
    name: str, intent: str, plant: Plant, *claims: str, also: tuple[str, ...] = (), hidden_by: tuple[str, ...] = ()
) -> Mutant:
    """A mutant, in the order in which one reads it."""
    return Mutant(name, intent, plant, claims, also, hidden_by)


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


SET = "AdminSetUserPassword"
FLOWS = ("USER_PASSWORD_AUTH", "ADMIN_USER_PASSWORD_AUTH", "USER_SRP_AUTH")
RESPOND = ("RespondToAuthChallenge", "AdminRespondToAuthChallenge")
REFUSED = Refusal("NotAuthorizedException", errors.WRONG_PASSWORD)


def low(name: str) -> str:
    """A status, a flow or an attribute as it stands in the name of a mutant."""
    return name.lower().replace("_", "-")


def refuse(problem: Refusal = REFUSED) -> Any:
    """Raise a refusal, where only an expression can stand."""
    raise problem


def renamed(code: str, only: str = "") -> Any:
    """Do what the real function does, its refusals (only those of this name) under another name."""

    def call(f: Any, *given: Any) -> Any:
        try:
            return f(*given)
        except Refusal as problem:
            raise Refusal(code if only in ("", problem.code) else problem.code, problem.message) from None

    return call


# How a password is set, by whichever operation: f, self, pool, user, operation, password, row.
setting = partial(around, CognitoSpec, "set_password")


def at_sign_in(change: Any) -> Plant:
    """Give `change(flow, user, right)`, the real outcome after it, a say; it may return an answer or None."""

    def sign_in(f: Any, self: CognitoSpec, operation: str, flow: str, client: Any, user: Any, right: bool) -> Any:
        instead = change(self, flow, client, user, right) if user is not None else None
        return f(self, operation, flow, client, user, right) if instead is None else instead

    return around(CognitoSpec, "sign_in", sign_in)


def also_signs_in(passwords_of: Any) -> Plant:
    """Let other passwords than the one in force sign in too, in every flow."""

    def initiate(f: Any, self: CognitoSpec, asked: Any, *rest: Any) -> Any:
        typed = asked.get("AuthParameters", {})
        user = self.find(self.client(asked).pool, typed.get("USERNAME", ""))
        if user is not None and typed.get("PASSWORD") in passwords_of(user):
            asked = {**asked, "AuthParameters": {**typed, "PASSWORD": user.password}}
        return f(self, asked, *rest)

    return around(CognitoSpec, "initiate_auth", initiate)


def pattern_of(shape: str, pattern: str | None) -> Plant:
    """Hold a shape to another pattern, or to none."""
    return around(
        validation,
        "broken_constraints",
        lambda f, s, value: (
            (
                b
                for b in f(s, value)
                if "pattern" not in b or (pattern is not None and not validation.matches(pattern, value))
            )
            if s.name == shape
            else f(s, value)
        ),
    )


def stricter(member: str, holds: Any) -> Plant:
    """Ask more of a member of AdminSetUserPassword; other operations take what they took."""
    return around(
        validation,
        "violated",
        lambda f, shape, value, path: [
            *f(shape, value, path),
            *(
                [f"{member} must be otherwise"]
                if shape.name == f"{SET}Request" and not holds(value.get(member, "x"))
                else []
            ),
        ],
    )


def laxer(shape: str, words: str) -> Plant:
    """Drop what a shape is asked with these words."""
    return around(
        validation,
        "broken_constraints",
        lambda f, s, value: [b for b in f(s, value) if s.name != shape or words not in b],
    )


def asks_to_set(request: HttpRequest) -> bool:
    """Whether a request asks for AdminSetUserPassword."""
    return request.headers.get("x-amz-target", "").endswith(f".{SET}")


def accepted(change: Any) -> Plant:
    """Change the answer to AdminSetUserPassword where it was accepted: `change(answer)`."""

    def answered(f: Any, service: CognitoSpec, request: HttpRequest) -> Any:
        answer = f(service, request)
        return change(answer) if asks_to_set(request) and answer.status == 200 else answer

    return around(http, "answer", answered)


def refused(change: Any, only: str = "") -> Plant:
    """Change the answer to AdminSetUserPassword where it was refused: `change(answer, document, request)`."""

    def answered(f: Any, service: CognitoSpec, request: HttpRequest) -> Any:
        answer = f(service, request)
        if not asks_to_set(request) or answer.status == 200:
            return answer
        document = json.loads(answer.body)
        return change(answer, document, request) if only in document["__type"] else answer

    return around(http, "answer", answered)


def changed(answer: HttpAnswer, *, status: int | None = None, body: Any = None, headers: Any = None) -> HttpAnswer:
    """An answer with something else in it; a header that is empty is taken out."""
    given = body if isinstance(body, bytes) else None if body is None else json.dumps(body).encode()
    kept = {**answer.headers, **(headers or {})}
    return HttpAnswer(
        status or answer.status, answer.body if given is None else given, {k: v for k, v in kept.items() if v}
    )
