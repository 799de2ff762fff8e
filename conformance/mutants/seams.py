"""The seams of the reference: where faults of more than one group are planted."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

from conformance.mutants.planting import Plant, around
from conformance.reference import callers, face, refusal, shapes
from conformance.reference.face import Answer
from conformance.reference.refusal import Refusal
from conformance.reference.service import Service

SET = "AdminSetUserPassword"
FLOWS = ("USER_PASSWORD_AUTH", "ADMIN_USER_PASSWORD_AUTH", "USER_SRP_AUTH")
RESPOND = ("RespondToAuthChallenge", "AdminRespondToAuthChallenge")
REFUSED = Refusal("NotAuthorizedException", refusal.WRONG_PASSWORD)


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
setting = partial(around, Service, "set_password")


def at_sign_in(change: Any) -> Plant:
    """Give `change(flow, user, right)`, the real outcome after it, a say; it may return an answer or None."""

    def sign_in(f: Any, self: Service, operation: str, flow: str, client: Any, user: Any, right: bool) -> Any:
        instead = change(self, flow, client, user, right) if user is not None else None
        return f(self, operation, flow, client, user, right) if instead is None else instead

    return around(Service, "sign_in", sign_in)


def also_signs_in(passwords_of: Any) -> Plant:
    """Let other passwords than the one in force sign in too, in every flow."""

    def initiate(f: Any, self: Service, asked: Any, *rest: Any) -> Any:
        typed = asked.get("AuthParameters", {})
        user = self.find(self.client(asked).pool, typed.get("USERNAME", ""))
        if user is not None and typed.get("PASSWORD") in passwords_of(user):
            asked = {**asked, "AuthParameters": {**typed, "PASSWORD": user.password}}
        return f(self, asked, *rest)

    return around(Service, "initiate_auth", initiate)


def pattern_of(shape: str, pattern: str | None) -> Plant:
    """Hold a shape to another pattern, or to none."""
    return around(
        shapes,
        "broken_constraints",
        lambda f, s, value: (
            (
                b
                for b in f(s, value)
                if "pattern" not in b or (pattern is not None and not shapes.matches(pattern, value))
            )
            if s.name == shape
            else f(s, value)
        ),
    )


def stricter(member: str, holds: Any) -> Plant:
    """Ask more of a member of AdminSetUserPassword; other operations take what they took."""
    return around(
        shapes,
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
        shapes,
        "broken_constraints",
        lambda f, s, value: [b for b in f(s, value) if s.name != shape or words not in b],
    )


def asks_to_set(request: callers.Request) -> bool:
    """Whether a request asks for AdminSetUserPassword."""
    return request.headers.get("x-amz-target", "").endswith(f".{SET}")


def accepted(change: Any) -> Plant:
    """Change the answer to AdminSetUserPassword where it was accepted: `change(answer)`."""

    def answered(f: Any, service: Service, request: callers.Request) -> Any:
        answer = f(service, request)
        return change(answer) if asks_to_set(request) and answer.status == 200 else answer

    return around(face, "answer", answered)


def refused(change: Any, only: str = "") -> Plant:
    """Change the answer to AdminSetUserPassword where it was refused: `change(answer, document, request)`."""

    def answered(f: Any, service: Service, request: callers.Request) -> Any:
        answer = f(service, request)
        if not asks_to_set(request) or answer.status == 200:
            return answer
        document = json.loads(answer.body)
        return change(answer, document, request) if only in document["__type"] else answer

    return around(face, "answer", answered)


def changed(answer: Answer, *, status: int | None = None, body: Any = None, headers: Any = None) -> Answer:
    """An answer with something else in it; a header that is empty is taken out."""
    given = body if isinstance(body, bytes) else None if body is None else json.dumps(body).encode()
    kept = {**answer.headers, **(headers or {})}
    return Answer(
        status or answer.status, answer.body if given is None else given, {k: v for k, v in kept.items() if v}
    )
