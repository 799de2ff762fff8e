"""Faults in authorization: who may call."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from conformance.mutants.mutant import SET, Call, Plant, around, changed, constant, mutant, refused, renamed
from conformance.reference import http, iam, validation
from conformance.reference.errors import Refusal
from conformance.reference.http import HttpAnswer
from conformance.reference.iam import Caller
from conformance.reference.service import CognitoSpec
from conformance.verdict.reply import HttpRequest

ROOT = Caller("root", "root")
TOKEN = ("access-token-does-not-authorize",)
# What else a signature that is not the right one stands for.
SIGNATURE = ("wrong-signature-is-named", "altered-body-is-refused", "expired-date-is-refused")
Callers = Mapping[str, Caller]


def _anybody(lets_in: Callable[[HttpRequest, Callers], bool]) -> Plant:
    """Take whoever sends such a request for somebody who may do everything."""

    @around(iam, "authenticate")
    def plant(real: Call, request: HttpRequest, callers: Callers) -> Any:
        return ROOT if lets_in(request, callers) else real(request, callers)

    return plant


def _authorization(request: HttpRequest) -> str:
    return request.headers.get("authorization", "")


@mutant(
    "unsigned-is-allowed",
    "A request without a signature is anybody's.",
    "unsigned-request-is-refused",
    "access-token-does-not-authorize",
)
@_anybody
def unsigned(request: HttpRequest, _: Callers) -> bool:
    return not _authorization(request)


@mutant("bearer-is-allowed", "A bearer token is as good as a signature.", "access-token-does-not-authorize")
@_anybody
def bearer(request: HttpRequest, _: Callers) -> bool:
    return _authorization(request).startswith("Bearer")


@mutant("access-token-is-allowed", "A member AccessToken is as good as a signature.", "access-token-does-not-authorize")
@_anybody
def access_token(request: HttpRequest, _: Callers) -> bool:
    return b'"AccessToken"' in request.body


@mutant(
    "unknown-key-is-allowed",
    "A key that nobody has is somebody's.",
    "unknown-access-key-is-refused",
    "unknown-access-key-is-named",
)
@_anybody
def unknown_key(request: HttpRequest, callers: Callers) -> bool:
    given = _authorization(request)
    return "AWS4" in given and not any(key in given for key in callers)


@mutant(
    "signature-is-not-compared",
    "The signature is not looked at.",
    "wrong-signature-is-refused",
    "wrong-signature-is-named",
    "altered-body-is-refused",
)
@around(iam, "signature_of")
def any_signature(_: Call, request: HttpRequest, *__: Any) -> str:
    return _authorization(request).rpartition("=")[2]


@mutant(
    "signature-is-compared-in-part",
    "The last digit of the signature is not looked at.",
    "wrong-signature-is-refused",
    "wrong-signature-is-named",
)
@around(iam, "signature_of")
def signature_in_part(real: Call, request: HttpRequest, *rest: Any) -> str:
    wanted, given = str(real(request, *rest)), _authorization(request).rpartition("=")[2]
    return given if wanted[:-1] == given[:-1] else wanted


mutant("date-is-not-checked", "A signature never grows old.", "expired-date-is-refused")(
    constant(iam, "check_date", lambda _: None)
)
mutant("window-of-a-day", "A signature is good for a day.", "expired-date-is-refused")(
    constant(iam, "WINDOW", timedelta(days=1))
)
mutant("wrong-signature-is-access-denied", "A wrong signature is AccessDeniedException.", "wrong-signature-is-named")(
    around(iam, "authenticate")(renamed("AccessDeniedException", "InvalidSignatureException"))
)
mutant(
    "unknown-key-is-a-wrong-signature",
    "A key that nobody has is InvalidSignatureException.",
    "unknown-access-key-is-named",
)(around(iam, "authenticate")(renamed("InvalidSignatureException", "UnrecognizedClientException")))


def _as_a_fault(answer: HttpAnswer, _: Any, __: HttpRequest) -> HttpAnswer:
    return changed(answer, status=500, body=b"Internal Server Error", headers={"Content-Type": "text/plain"})


def _too_late(code: str) -> Plant:
    """Carry the request out before it is refused with this error."""

    @around(http, "authenticated")
    def plant(real: Call, service: CognitoSpec, request: HttpRequest, operation: Any) -> Any:
        try:
            return real(service, request, operation)
        except Refusal as problem:
            if problem.code == code and operation.name == SET:
                service.call(operation.name, validation.parse(operation, request.body))
            raise

    return plant


for _name, _code, _claims, _named in (
    ("unsigned", "MissingAuthenticationTokenException", ("unsigned-request-is-refused",), TOKEN),
    (
        "wrong-signature",
        "InvalidSignatureException",
        ("wrong-signature-is-refused", "altered-body-is-refused"),
        SIGNATURE,
    ),
    (
        "unknown-key",
        "UnrecognizedClientException",
        ("unknown-access-key-is-refused",),
        ("unknown-access-key-is-named",),
    ),
):
    mutant(f"{_name}-is-a-fault", f"{_code} is answered with a plain HTTP 500.", *_claims, also=_named)(
        refused(_as_a_fault, _code)
    )
    mutant(
        f"{_name}-is-refused-too-late",
        f"{_code} is answered after the request was carried out.",
        *_claims,
        also=_named,
    )(_too_late(_code))
