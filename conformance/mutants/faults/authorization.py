"""Faults in authorization: who may call."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from conformance.mutants.mutant import SET, Mutant, Plant, around, changed, constant, mutant, refused, renamed
from conformance.reference import http, iam, validation
from conformance.reference.errors import Refusal
from conformance.reference.iam import Caller
from conformance.reference.service import CognitoSpec
from conformance.verdict.reply import HttpRequest


def authorization() -> Iterator[Mutant]:
    """Who may call."""
    signed = "wrong-signature-is-refused"
    root = Caller("root", "root")
    yield mutant(
        "unsigned-is-allowed",
        "A request without a signature is anybody's.",
        around(iam, "authenticate", lambda f, r, known: f(r, known) if "authorization" in r.headers else root),
        "unsigned-request-is-refused",
        "access-token-does-not-authorize",
    )
    yield mutant(
        "bearer-is-allowed",
        "A bearer token is as good as a signature.",
        around(
            iam,
            "authenticate",
            lambda f, r, known: root if r.headers.get("authorization", "").startswith("Bearer") else f(r, known),
        ),
        "access-token-does-not-authorize",
    )
    yield mutant(
        "access-token-is-allowed",
        "A member AccessToken is as good as a signature.",
        around(iam, "authenticate", lambda f, r, known: root if b'"AccessToken"' in r.body else f(r, known)),
        "access-token-does-not-authorize",
    )
    yield mutant(
        "signature-is-not-compared",
        "The signature is not looked at.",
        _unsigned_check(lambda wanted, given: given),
        signed,
        "wrong-signature-is-named",
        "altered-body-is-refused",
    )
    yield mutant(
        "signature-is-compared-in-part",
        "The last digit of the signature is not looked at.",
        _unsigned_check(lambda wanted, given: given if wanted[:-1] == given[:-1] else wanted),
        signed,
        "wrong-signature-is-named",
    )
    yield mutant(
        "body-is-not-signed", "The signature does not cover the body.", _body_not_signed(), "altered-body-is-refused"
    )
    yield mutant(
        "unknown-key-is-allowed",
        "A key that nobody has is somebody's.",
        around(
            iam,
            "authenticate",
            lambda f, r, known: (
                f(r, known)
                if any(key in r.headers.get("authorization", "") for key in known)
                or "AWS4" not in r.headers.get("authorization", "")
                else root
            ),
        ),
        "unknown-access-key-is-refused",
        "unknown-access-key-is-named",
    )
    yield mutant(
        "date-is-not-checked",
        "A signature never grows old.",
        constant(iam, "check_date", lambda _: None),
        "expired-date-is-refused",
    )
    yield mutant(
        "window-of-a-day",
        "A signature is good for a day.",
        constant(iam, "WINDOW", timedelta(days=1)),
        "expired-date-is-refused",
    )
    yield mutant(
        "wrong-signature-is-access-denied",
        "A wrong signature is AccessDeniedException.",
        around(iam, "authenticate", renamed("AccessDeniedException", "InvalidSignatureException")),
        "wrong-signature-is-named",
    )
    yield mutant(
        "unknown-key-is-a-wrong-signature",
        "A key that nobody has is InvalidSignatureException.",
        around(iam, "authenticate", renamed("InvalidSignatureException", "UnrecognizedClientException")),
        "unknown-access-key-is-named",
    )
    for name, code, claim in (
        ("unsigned", "MissingAuthenticationTokenException", "unsigned-request-is-refused"),
        ("wrong-signature", "InvalidSignatureException", signed),
        ("unknown-key", "UnrecognizedClientException", "unknown-access-key-is-refused"),
    ):
        yield mutant(
            f"{name}-is-a-fault",
            f"{code} is answered with HTTP 500.",
            refused(lambda a, d, r: changed(a, status=500), code),
            claim,
        )
        yield mutant(
            f"{name}-is-refused-too-late",
            f"{code} is answered after the request was carried out.",
            around(
                http,
                "authenticated",
                lambda f, service, r, operation, c=code: _too_late(f, service, r, operation, c),
            ),
            claim,
        )


def _too_late(f: Any, service: CognitoSpec, request: Any, operation: Any, code: str) -> Any:
    try:
        return f(service, request, operation)
    except Refusal as problem:
        if problem.code == code and operation.name == SET:
            service.call(operation.name, validation.parse(operation, request.body))
        raise


def _unsigned_check(change: Any) -> Plant:
    return around(
        iam,
        "signature_of",
        lambda f, r, caller, scope, names: change(
            f(r, caller, scope, names), r.headers["authorization"].rpartition("=")[2]
        ),
    )


def _body_not_signed() -> Plant:
    """Take any body: those of this operation are looked up among what the signature could have covered."""

    def signature_of(f: Any, r: Any, *rest: Any) -> Any:
        given = r.headers["authorization"].rpartition("=")[2]
        signed = re.sub(rb'("Password": ")[^"]*', rb"\1Signed-0ne!", r.body)
        other = f(HttpRequest(r.method, r.path, r.headers, signed), *rest)
        return given if other == given else f(r, *rest)

    return around(iam, "signature_of", signature_of)
