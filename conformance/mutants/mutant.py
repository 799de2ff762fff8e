"""What a mutant is, and how its fault is planted: a function, a table row or a constant of the reference replaced.

A fault is planted in a process of its own that serves one mutant and ends with it, so nothing is ever put back.
"""

from __future__ import annotations

import json
import math
import multiprocessing
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from typing import Any, NoReturn

from conformance.contract import transitions
from conformance.contract.transitions import Row, Table
from conformance.reference import errors, http, validation
from conformance.reference.directory import Members
from conformance.reference.errors import Refusal
from conformance.reference.http import HttpAnswer, server
from conformance.reference.service import CognitoSpec
from conformance.reference.stored import StoredClient, StoredUser
from conformance.verdict.reply import HttpRequest

FORK = multiprocessing.get_context("fork")

Plant = Callable[[], None]
Call = Callable[..., Any]

SET = "AdminSetUserPassword"


@dataclass(frozen=True)
class Mutant:
    """A single fault: what it is, how it is planted, and what follows.

    `claims` must kill it, with each binding but those of `hidden_by`, which cannot see it. `also` are the other claims
    whose own sentence it breaks: they may diverge. Whatever else diverges accuses falsely. Without `claims` it is
    innocent: odd, but no claim is broken, and none may diverge."""

    name: str
    intent: str
    plant: Plant
    claims: tuple[str, ...]
    also: tuple[str, ...] = ()
    hidden_by: tuple[str, ...] = ()


CATALOGUE: dict[str, Mutant] = {}


def mutant(
    name: str, intent: str, *claims: str, also: Iterable[str] = (), hidden_by: tuple[str, ...] = ()
) -> Callable[[Plant], Plant]:
    """Put a fault into the catalogue; what is decorated plants it.

    Raises ValueError where the name is taken."""

    def decorate(plant: Plant) -> Plant:
        if name in CATALOGUE:
            raise ValueError(f"two mutants are named {name}")
        others = tuple(claim for claim in dict.fromkeys(also) if claim not in claims)
        CATALOGUE[name] = Mutant(name, intent, plant, claims, others, hidden_by)
        return plant

    return decorate


def innocent(name: str, intent: str) -> Callable[[Plant], Plant]:
    """Put an oddity into the catalogue that breaks no claim: the suite must accuse it of nothing."""
    return mutant(name, intent)


def around(owner: object, name: str) -> Callable[[Call], Plant]:
    """Replace the function `owner.name` by the decorated one, which is given the real function first."""

    def decorate(call: Call) -> Plant:
        def plant() -> None:
            real = getattr(owner, name)

            def instead(*given: Any, **named: Any) -> Any:
                return call(real, *given, **named)

            setattr(owner, name, instead)

        return plant

    return decorate


def constant(owner: object, name: str, value: object) -> Plant:
    """Give `owner.name` another value."""

    def plant() -> None:
        setattr(owner, name, value)

    return plant


def entry(mapping: Mapping[str, Any], key: str, value: object) -> Plant:
    """Give a table of the reference another value for `key`."""

    def plant() -> None:
        assert isinstance(mapping, MutableMapping)
        mapping[key] = value

    return plant


def together(*plants: Plant) -> Plant:
    """Several replacements that are one fault."""

    def plant() -> None:
        for one in plants:
            one()

    return plant


def rows(operation: str, when: str | Iterable[str], start: str | Iterable[str], **changes: Any) -> Plant:
    """Change these rows of the table of transitions."""
    conditions = {when} if isinstance(when, str) else set(when)
    starts = {start} if isinstance(start, str) else set(start)

    def changed_row(row: Row) -> Row:
        meant = row.operation == operation and row.when in conditions and row.start in starts
        return replace(row, **changes) if meant and row.claim else row

    def plant() -> None:
        table = transitions.load()
        broken = Table(tuple(changed_row(row) for row in table.rows), table.statuses, table.retired)
        if broken == table:
            raise LookupError(f"the table has no such row: {operation}, {when}, {start}")
        constant(transitions, "load", lambda: broken)()

    return plant


@contextmanager
def serving(plant: Plant) -> Iterator[str]:
    """Serve a reference with this fault, in a process that is killed at the end; yield its URL."""
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


def low(name: str) -> str:
    """A status, a flow or an attribute as it stands in the name of a mutant."""
    return name.lower().replace("_", "-")


def refuse(code: str = "NotAuthorizedException", message: str = errors.WRONG_PASSWORD) -> NoReturn:
    """Refuse what is asked.

    Raises Refusal."""
    raise Refusal(code, message)


def renamed(code: str, only: str = "") -> Call:
    """Do what the real function does, but give its refusals (only those named `only`) another name."""

    def call(real: Call, *given: Any, **named: Any) -> Any:
        try:
            return real(*given, **named)
        except Refusal as problem:
            raise Refusal(code if only in ("", problem.code) else problem.code, problem.message) from None

    return call


# How a password is set, by whichever operation: real, self, pool, user, operation, password, row.
setting = around(CognitoSpec, "set_password")


def at_sign_in(change: Callable[[CognitoSpec, str, StoredClient, StoredUser, bool], Members | None]) -> Plant:
    """Ask `change(self, flow, client, user, right)` first when a user signs in; None leaves it to the service."""

    @around(CognitoSpec, "sign_in")
    def plant(
        real: Call,
        self: CognitoSpec,
        operation: str,
        flow: str,
        client: StoredClient,
        user: StoredUser | None,
        right: bool,
    ) -> Members:
        instead = change(self, flow, client, user, right) if user is not None else None
        answer: Members = real(self, operation, flow, client, user, right) if instead is None else instead
        return answer

    return plant


def also_signs_in(passwords_of: Callable[[StoredUser], Collection[str]]) -> Plant:
    """Let other passwords than the one in force sign in too, in every flow that sends the password."""

    @around(CognitoSpec, "initiate_auth")
    def plant(real: Call, self: CognitoSpec, asked: Members, *rest: Any) -> Any:
        typed = asked.get("AuthParameters", {})
        user = self.find(self.client(asked).pool, typed.get("USERNAME", ""))
        if user is not None and typed.get("PASSWORD") in passwords_of(user):
            asked = {**asked, "AuthParameters": {**typed, "PASSWORD": user.password}}
        return real(self, asked, *rest)

    return plant


def pattern_of(shape_name: str, pattern: str | None) -> Plant:
    """Hold a shape to another pattern, or to none."""

    @around(validation, "broken_constraints")
    def plant(real: Call, shape: Any, value: str) -> list[str]:
        broken = list(real(shape, value))
        if shape.name != shape_name or (pattern is not None and not validation.matches(pattern, value)):
            return broken
        return [constraint for constraint in broken if "pattern" not in constraint]

    return plant


def stricter(member: str, holds: Callable[[str], bool]) -> Plant:
    """Ask more of a member of AdminSetUserPassword where a request is in order; other operations ask what they did."""

    @around(validation, "violated")
    def plant(real: Call, shape: Any, value: Any, path: str) -> list[str]:
        violations = list(real(shape, value, path))
        if shape.name == f"{SET}Request" and not violations and not holds(value.get(member, "x")):
            violations.append(f"{member} must be of another form")
        return violations

    return plant


def laxer(shape_name: str, words: str, bound: float = math.inf) -> Plant:
    """Drop the constraint of a shape that has these words, for values of at most so many characters."""

    @around(validation, "broken_constraints")
    def plant(real: Call, shape: Any, value: str) -> list[str]:
        dropped = shape.name == shape_name and len(value) <= bound
        return [broken for broken in real(shape, value) if not dropped or words not in broken]

    return plant


def asks_to_set(request: HttpRequest) -> bool:
    """Whether a request asks for AdminSetUserPassword."""
    return request.headers.get("x-amz-target", "").endswith(f".{SET}")


def members_to_set(request: HttpRequest) -> dict[str, Any]:
    """The members of a request for AdminSetUserPassword; none of another request, or of one that cannot be read."""
    try:
        members = json.loads(request.body) if asks_to_set(request) else {}
    except ValueError:
        return {}
    return members if isinstance(members, dict) else {}


def accepted(change: Callable[[HttpAnswer], HttpAnswer]) -> Plant:
    """Change the answer to AdminSetUserPassword where it was accepted."""

    @around(http, "answer")
    def plant(real: Call, service: CognitoSpec, request: HttpRequest) -> HttpAnswer:
        answer: HttpAnswer = real(service, request)
        return change(answer) if asks_to_set(request) and answer.status == 200 else answer

    return plant


def refused(change: Callable[[HttpAnswer, dict[str, Any], HttpRequest], HttpAnswer], only: str = "") -> Plant:
    """Change the answer to AdminSetUserPassword where it was refused: `change(answer, document, request)`."""

    @around(http, "answer")
    def plant(real: Call, service: CognitoSpec, request: HttpRequest) -> HttpAnswer:
        answer: HttpAnswer = real(service, request)
        if not asks_to_set(request) or answer.status == 200:
            return answer
        document = json.loads(answer.body)
        return change(answer, document, request) if only in document["__type"] else answer

    return plant


def changed(
    answer: HttpAnswer, *, status: int | None = None, body: object = None, headers: Mapping[str, str] | None = None
) -> HttpAnswer:
    """An answer with something else in it; a header that is empty is taken out."""
    given = body if isinstance(body, bytes) else None if body is None else json.dumps(body).encode()
    kept = {**answer.headers, **(headers or {})}
    return HttpAnswer(
        status or answer.status, answer.body if given is None else given, {k: v for k, v in kept.items() if v}
    )
