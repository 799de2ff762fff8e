"""Faults in errors: each wrong in status, body or header, or leaking a value."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from conformance.mutants.consequences import WEAK, of_topic, saying
from conformance.mutants.mutant import Call, around, changed, mutant, refused, renamed
from conformance.reference import password_policy as passwords
from conformance.reference import validation
from conformance.reference.http import HttpAnswer
from conformance.verdict.reply import HttpRequest

HTTP_400, BODY, TEXT = "errors-are-http-400", "error-body-names-the-error", "error-body-has-a-message"
HEADER, TYPE, ID = "error-header-names-the-error", "error-content-type-is-amz-json", "error-has-a-request-id"
LEAK = "errors-never-repeat-the-password"
# Sentences that say what the text is.
WORDING = of_topic("wording")

# Errors of AdminSetUserPassword, each with a status that an HTTP API could well give it.
ERRORS = {
    "unknown-user": ("UserNotFoundException", 404),
    "unknown-pool": ("ResourceNotFoundException", 404),
    "bad-parameter": ("InvalidParameterException", 422),
    "bad-password": ("InvalidPasswordException", 409),
}

Document = dict[str, Any]


def _with_header(answer: HttpAnswer, name: str, value: str) -> HttpAnswer:
    return changed(answer, headers={name: value})


def _repeated(answer: HttpAnswer, document: Document, request: HttpRequest) -> HttpAnswer:
    return changed(answer, body={**document, "request": request.body.decode()})


for _name, (_code, _status) in ERRORS.items():
    for _which, _intent, _change, _claim in (
        (f"is-{_status}", f"is HTTP {_status}", lambda a, d, r, s=_status: changed(a, status=s), HTTP_400),
        ("is-a-fault", "is answered with HTTP 500", lambda a, d, r: changed(a, status=500), HTTP_400),
        ("in-200", "is in an answer of status 200", lambda a, d, r: changed(a, status=200), HTTP_400),
        (
            "has-a-namespace",
            "has a namespace",
            lambda a, d, r: changed(a, body={**d, "__type": f"com.amazon#{d['__type']}"}),
            BODY,
        ),
        ("has-no-message", "has no text", lambda a, d, r: changed(a, body={"__type": d["__type"]}), TEXT),
        ("has-no-header", "has no x-amzn-errortype", lambda a, d, r: _with_header(a, "x-amzn-errortype", ""), HEADER),
        ("is-html", "is of content type text/html", lambda a, d, r: _with_header(a, "Content-Type", "text/html"), TYPE),
        ("has-no-id", "has no request id", lambda a, d, r: _with_header(a, "x-amzn-requestid", ""), ID),
    ):
        # SDKs take what is under HTTP 200 for a success.
        _also = WORDING if _claim == TEXT else saying(_code) if _which == "in-200" else ()
        mutant(f"{_name}-{_which}", f"{_code} {_intent}.", _claim, also=_also)(refused(_change, _code))

mutant(
    "bad-password-is-a-parameter",
    "A password against the policy is InvalidParameterException.",
    "uppercase-is-required",
    also=(BODY, *WEAK, *saying("InvalidPasswordException", anywhere=True)),
)(around(passwords, "check_policy")(renamed("InvalidParameterException")))

for _name, _intent, _change, _claim in (
    (
        "type-only-in-the-header",
        "The body has the name in `code`, not in `__type`.",
        lambda a, d, r: changed(a, body={"code": d["__type"], "message": d.get("message")}),
        BODY,
    ),
    (
        "message-in-capitals",
        "The text is in `Message`.",
        lambda a, d, r: changed(a, body={"__type": d["__type"], "Message": d.get("message")}),
        TEXT,
    ),
    ("message-is-empty", "The text is empty.", lambda a, d, r: changed(a, body={**d, "message": ""}), TEXT),
    (
        "header-names-another-error",
        "x-amzn-errortype is always ValidationException.",
        lambda a, d, r: _with_header(a, "x-amzn-errortype", "ValidationException:"),
        HEADER,
    ),
    (
        "error-id-is-no-uuid",
        "The request id of a refusal is a number.",
        lambda a, d, r: _with_header(a, "x-amzn-requestid", "1"),
        ID,
    ),
    (
        "header-leaks",
        "A header of a refusal has the password.",
        lambda a, d, r: changed(a, headers={"x-debug": r.body.decode("ascii", "ignore")}),
        LEAK,
    ),
    (
        "leaks-in-lower-case",
        "The password is repeated in lower case.",
        lambda a, d, r: changed(a, body={**d, "request": r.body.decode().lower()}),
        LEAK,
    ),
):
    # The walks see what boto3 makes of an error: without __type it has no name.
    _also = WORDING if _claim == TEXT else ("unknown-user-is-not-found",) if _claim == BODY else ()
    mutant(_name, _intent, _claim, also=_also)(refused(_change))

for _name, (_code, _) in ERRORS.items():
    mutant(f"{_name}-leaks", f"{_code} repeats the request.", LEAK)(refused(_repeated, _code))
mutant("serialization-leaks", "A body that cannot be read is repeated.", LEAK)(
    refused(lambda a, d, r: changed(a, body={**d, "message": r.body.decode()}), "Serialization")
)


@mutant(
    "constraint-quotes-the-password",
    "The text on a constraint quotes the password.",
    LEAK,
    "password-pattern-message",
    "constraint-messages-mask-the-username",
)
@around(validation, "violated")
def quotes_the_password(real: Call, shape: Any, value: Any, path: str) -> Iterator[str]:
    for clause in real(shape, value, path):
        yield clause.replace("Value at", f"Value '{value}' at")
