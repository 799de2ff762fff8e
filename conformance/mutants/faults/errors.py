"""Faults in errors: each wrong in status, body or header, or leaking a value."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from conformance.mutants.mutant import Mutant, around, changed, mutant, refused, renamed
from conformance.reference import password_policy as passwords
from conformance.reference import validation
from conformance.reference.http import HttpAnswer

ERRORS = {
    "unknown-user": ("UserNotFoundException", 404),
    "unknown-pool": ("ResourceNotFoundException", 404),
    "bad-parameter": ("InvalidParameterException", 422),
    "bad-password": ("InvalidPasswordException", 409),
}


def errors() -> Iterator[Mutant]:
    """Each error wrong in status, body or header, or leaking a value."""
    http, body, text = "errors-are-http-400", "error-body-names-the-error", "error-body-has-a-message"
    header, kind, number = "error-header-names-the-error", "error-content-type-is-amz-json", "error-has-a-request-id"
    for name, (code, status) in ERRORS.items():
        for which, intent, change, claim in (
            (f"is-{status}", f"is HTTP {status}", lambda a, d, r, s=status: changed(a, status=s), http),
            ("is-a-fault", "is answered with HTTP 500", lambda a, d, r: changed(a, status=500), http),
            ("in-200", "is in an answer of status 200", lambda a, d, r: changed(a, status=200), http),
            ("has-a-namespace", "has a namespace", lambda a, d, r: _named(a, d, f"com.amazon#{d['__type']}"), body),
            ("has-no-message", "has no text", lambda a, d, r: changed(a, body={"__type": d["__type"]}), text),
            ("has-no-header", "has no x-amzn-errortype", lambda a, d, r: _headed(a, "x-amzn-errortype", ""), header),
            ("is-html", "is of content type text/html", lambda a, d, r: _headed(a, "Content-Type", "text/html"), kind),
            ("has-no-id", "has no request id", lambda a, d, r: _headed(a, "x-amzn-requestid", ""), number),
        ):
            yield mutant(f"{name}-{which}", f"{code} {intent}.", refused(change, code), claim)
    yield mutant(
        "bad-password-is-a-parameter",
        "A password against the policy is InvalidParameterException.",
        around(passwords, "check_policy", renamed("InvalidParameterException")),
        "uppercase-is-required",
        body,
    )
    for name, intent, change, claim in (
        (
            "type-only-in-the-header",
            "The body has the name in `code`, not in `__type`.",
            lambda a, d, r: changed(a, body={"code": d["__type"], "message": d.get("message")}),
            body,
        ),
        (
            "message-in-capitals",
            "The text is in `Message`.",
            lambda a, d, r: changed(a, body={"__type": d["__type"], "Message": d.get("message")}),
            text,
        ),
        ("message-is-empty", "The text is empty.", lambda a, d, r: changed(a, body={**d, "message": ""}), text),
        (
            "header-names-another-error",
            "x-amzn-errortype is always ValidationException.",
            lambda a, d, r: _headed(a, "x-amzn-errortype", "ValidationException:"),
            header,
        ),
        (
            "error-id-is-no-uuid",
            "The request id of a refusal is a number.",
            lambda a, d, r: _headed(a, "x-amzn-requestid", "1"),
            number,
        ),
    ):
        yield mutant(name, intent, refused(change), claim)
    leak = "errors-never-repeat-the-password"
    for name, (code, _) in ERRORS.items():
        yield mutant(
            f"{name}-leaks",
            f"{code} repeats the request.",
            refused(lambda a, d, r: changed(a, body={**d, "request": r.body.decode()}), code),
            leak,
        )
    yield mutant(
        "serialization-leaks",
        "A body that cannot be read is repeated.",
        refused(lambda a, d, r: changed(a, body={**d, "message": r.body.decode()}), "Serialization"),
        leak,
    )
    yield mutant(
        "header-leaks",
        "A header of a refusal has the password.",
        refused(lambda a, d, r: changed(a, headers={"x-debug": r.body.decode("ascii", "ignore")})),
        leak,
    )
    yield mutant(
        "leaks-in-lower-case",
        "The password is repeated in lower case.",
        refused(lambda a, d, r: changed(a, body={**d, "request": r.body.decode().lower()})),
        leak,
    )
    yield mutant(
        "constraint-quotes-the-password",
        "The text on a constraint quotes the password.",
        around(
            validation,
            "violated",
            lambda f, shape, value, path: [c.replace("Value at", f"Value '{value}' at") for c in f(shape, value, path)],
        ),
        leak,
        "password-pattern-message",
        "constraint-messages-mask-the-username",
    )


def _named(answer: HttpAnswer, document: Any, name: str) -> HttpAnswer:
    return changed(answer, body={**document, "__type": name})


def _headed(answer: HttpAnswer, name: str, value: str) -> HttpAnswer:
    return changed(answer, headers={name: value})
