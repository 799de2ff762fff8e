"""Faults in errors: each wrong in status, body or header, or leaking a value."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.mutants.planting import Mutant, around, mutant
from conformance.mutants.seams import changed, refused, renamed
from conformance.reference import password as passwords
from conformance.reference import shapes

ERRORS = {
    "unknown-user": ("UserNotFoundException", 404),
    "unknown-pool": ("ResourceNotFoundException", 404),
    "bad-parameter": ("InvalidParameterException", 422),
    "bad-password": ("InvalidPasswordException", 409),
}


def errors() -> Iterator[Mutant]:
    """Each error wrong in status, body or header, or leaking a value."""
    for name, (code, status) in ERRORS.items():
        yield mutant(
            f"{name}-is-{status}",
            f"{code} is HTTP {status}.",
            refused(lambda a, d, r, s=status: changed(a, status=s), code),
            "errors-are-http-400",
        )
        yield mutant(
            f"{name}-is-a-fault",
            f"{code} is answered with HTTP 500.",
            refused(lambda a, d, r: changed(a, status=500), code),
            "errors-are-http-400",
        )
        yield mutant(
            f"{name}-in-200",
            f"{code} is in an answer of status 200.",
            refused(lambda a, d, r: changed(a, status=200), code),
            "errors-are-http-400",
        )
        yield mutant(
            f"{name}-has-a-namespace",
            f"{code} has a namespace.",
            refused(lambda a, d, r: changed(a, body={**d, "__type": f"com.amazon#{d['__type']}"}), code),
            "error-body-names-the-error",
        )
        yield mutant(
            f"{name}-has-no-message",
            f"{code} has no text.",
            refused(lambda a, d, r: changed(a, body={"__type": d["__type"]}), code),
            "error-body-has-a-message",
        )
        yield mutant(
            f"{name}-has-no-header",
            f"{code} has no x-amzn-errortype.",
            refused(lambda a, d, r: changed(a, headers={"x-amzn-errortype": ""}), code),
            "error-header-names-the-error",
        )
        yield mutant(
            f"{name}-is-html",
            f"{code} is of content type text/html.",
            refused(lambda a, d, r: changed(a, headers={"Content-Type": "text/html"}), code),
            "error-content-type-is-amz-json",
        )
        yield mutant(
            f"{name}-has-no-id",
            f"{code} has no request id.",
            refused(lambda a, d, r: changed(a, headers={"x-amzn-requestid": ""}), code),
            "error-has-a-request-id",
        )
    yield mutant(
        "bad-password-is-a-parameter",
        "A password against the policy is InvalidParameterException.",
        around(passwords, "check_policy", lambda f: renamed(f, "InvalidParameterException")),
        "uppercase-is-required",
        "error-body-names-the-error",
    )
    yield mutant(
        "type-only-in-the-header",
        "The body has the name in `code`, not in `__type`.",
        refused(lambda a, d, r: changed(a, body={"code": d["__type"], "message": d.get("message")})),
        "error-body-names-the-error",
    )
    yield mutant(
        "message-in-capitals",
        "The text is in `Message`.",
        refused(lambda a, d, r: changed(a, body={"__type": d["__type"], "Message": d.get("message")})),
        "error-body-has-a-message",
    )
    yield mutant(
        "message-is-empty",
        "The text is empty.",
        refused(lambda a, d, r: changed(a, body={**d, "message": ""})),
        "error-body-has-a-message",
    )
    yield mutant(
        "header-names-another-error",
        "x-amzn-errortype is always ValidationException.",
        refused(lambda a, d, r: changed(a, headers={"x-amzn-errortype": "ValidationException:"})),
        "error-header-names-the-error",
    )
    yield mutant(
        "error-id-is-no-uuid",
        "The request id of a refusal is a number.",
        refused(lambda a, d, r: changed(a, headers={"x-amzn-requestid": "1"})),
        "error-has-a-request-id",
    )
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
            shapes,
            "violated",
            lambda f: (
                lambda shape, value, path: [c.replace("Value at", f"Value '{value}' at") for c in f(shape, value, path)]
            ),
        ),
        leak,
        "password-pattern-message",
        "constraint-messages-mask-the-username",
    )
