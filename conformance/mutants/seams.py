"""The seams of the reference: where faults of more than one group are planted."""

from __future__ import annotations

import json
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


def renamed(f: Any, code: str) -> Any:
    """What `f` does, its refusals under another name."""

    def call(*arguments: Any) -> Any:
        try:
            return f(*arguments)
        except Refusal as problem:
            raise Refusal(code, problem.message) from None

    return call


def at_sign_in(change: Any) -> Plant:
    """Give `change(flow, user, right)`, the real outcome after it, a say; it may return an answer or None."""

    def make(f: Any) -> Any:
        def call(self: Service, operation: str, flow: str, client: Any, user: Any, right: bool) -> Any:
            instead = change(self, flow, client, user, right) if user is not None else None
            return f(self, operation, flow, client, user, right) if instead is None else instead

        return call

    return around(Service, "sign_in", make)


def also_signs_in(passwords_of: Any) -> Plant:
    """Let other passwords than the one in force sign in too, in every flow."""

    def initiate(f: Any) -> Any:
        def call(self: Service, asked: Any, *rest: Any) -> Any:
            typed = asked.get("AuthParameters", {})
            user = self.find(self.client(asked).pool, typed.get("USERNAME", ""))
            if user is not None and typed.get("PASSWORD") in passwords_of(user):
                asked = {**asked, "AuthParameters": {**typed, "PASSWORD": user.password}}
            return f(self, asked, *rest)

        return call

    return around(Service, "initiate_auth", initiate)


def pattern_of(shape: str, pattern: str | None) -> Plant:
    """Hold a shape to another pattern, or to none."""
    return around(
        shapes,
        "broken_constraints",
        lambda f: (
            lambda s, value: (
                (
                    b
                    for b in f(s, value)
                    if "pattern" not in b or (pattern is not None and not shapes.matches(pattern, value))
                )
                if s.name == shape
                else f(s, value)
            )
        ),
    )


def stricter(member: str, holds: Any) -> Plant:
    """Ask more of a member of AdminSetUserPassword; other operations take what they took."""
    return around(
        shapes,
        "violated",
        lambda f: (
            lambda shape, value, path: [
                *f(shape, value, path),
                *(
                    [f"{member} must be otherwise"]
                    if shape.name == f"{SET}Request" and not holds(value.get(member, "x"))
                    else []
                ),
            ]
        ),
    )


def laxer(shape: str, words: str) -> Plant:
    """Drop what a shape is asked with these words."""
    return around(
        shapes,
        "broken_constraints",
        lambda f: lambda s, value: [b for b in f(s, value) if s.name != shape or words not in b],
    )


def accepted(change: Any) -> Plant:
    """Change the answer to AdminSetUserPassword where it was accepted: `change(answer)`."""

    def make(f: Any) -> Any:
        def call(service: Service, request: callers.Request) -> Answer:
            answer: Answer = f(service, request)
            mine = request.headers.get("x-amz-target", "").endswith(f".{SET}")
            return change(answer) if mine and answer.status == 200 else answer

        return call

    return around(face, "answer", make)


def refused(change: Any, only: str = "") -> Plant:
    """Change the answer to AdminSetUserPassword where it was refused: `change(answer, document, request)`."""

    def make(f: Any) -> Any:
        def call(service: Service, request: callers.Request) -> Answer:
            answer: Answer = f(service, request)
            mine = request.headers.get("x-amz-target", "").endswith(f".{SET}")
            if not mine or answer.status == 200:
                return answer
            document = json.loads(answer.body)
            return change(answer, document, request) if only in document["__type"] else answer

        return call

    return around(face, "answer", make)


def changed(answer: Answer, *, status: int | None = None, body: Any = None, headers: Any = None) -> Answer:
    """An answer with something else in it; a header that is empty is taken out."""
    given = body if isinstance(body, bytes) else None if body is None else json.dumps(body).encode()
    kept = {**answer.headers, **(headers or {})}
    return Answer(
        status or answer.status, answer.body if given is None else given, {k: v for k, v in kept.items() if v}
    )
