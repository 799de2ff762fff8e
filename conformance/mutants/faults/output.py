"""Faults in the answer to what was accepted."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.aws_cli import discovery
from conformance.mutants.mutant import Mutant, accepted, changed, mutant


def outputs() -> Iterator[Mutant]:
    """The answer to what was accepted."""
    # The AWS CLI prints what the model knows of an answer, which here is nothing.
    empty = "output-is-empty"
    yield mutant(
        "output-has-a-member",
        "The answer has a member.",
        accepted(lambda a: changed(a, body={"UserStatus": "CONFIRMED"})),
        empty,
        hidden_by=discovery.NAMES,
    )
    yield mutant(
        "output-repeats-the-user",
        "The answer describes the user.",
        accepted(lambda a: changed(a, body={"User": {"Username": "ada"}})),
        empty,
        hidden_by=discovery.NAMES,
    )
    for status in (201, 204):
        yield mutant(
            f"success-is-{status}",
            f"Success is HTTP {status}.",
            accepted(lambda a, s=status: changed(a, status=s, body=b"" if s == 204 else None)),
            "success-is-http-200",
        )
    for name, kind in (
        ("json-1-0", "application/x-amz-json-1.0"),
        ("json", "application/json"),
        ("html", "text/html; charset=utf-8"),
        ("missing", ""),
    ):
        yield mutant(
            f"success-type-{name}",
            f"Success is of content type {kind or 'none'}.",
            accepted(lambda a, k=kind: changed(a, headers={"Content-Type": k})),
            "success-content-type-is-amz-json",
        )
    for name, value in (("missing", ""), ("no-uuid", "1")):
        yield mutant(
            f"success-id-{name}",
            f"Success has the request id {value or 'none'}.",
            accepted(lambda a, v=value: changed(a, headers={"x-amzn-requestid": v})),
            "success-has-a-request-id",
        )
