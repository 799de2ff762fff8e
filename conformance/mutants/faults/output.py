"""Faults in the answer to what was accepted."""

from __future__ import annotations

from conformance.aws_cli import discovery
from conformance.mutants.mutant import Plant, accepted, changed, mutant

# The AWS CLI prints what the model knows of an answer, which here is nothing.
mutant("output-has-a-member", "The answer has a member.", "output-is-empty", hidden_by=discovery.NAMES)(
    accepted(lambda answer: changed(answer, body={"UserStatus": "CONFIRMED"}))
)
mutant("output-repeats-the-user", "The answer describes the user.", "output-is-empty", hidden_by=discovery.NAMES)(
    accepted(lambda answer: changed(answer, body={"User": {"Username": "ada"}}))
)
mutant("success-is-201", "Success is HTTP 201.", "success-is-http-200")(
    accepted(lambda answer: changed(answer, status=201))
)
mutant("success-is-204", "Success is HTTP 204.", "success-is-http-200")(
    accepted(lambda answer: changed(answer, status=204, body=b""))
)


def _with_header(name: str, value: str) -> Plant:
    return accepted(lambda answer: changed(answer, headers={name: value}))


for _name, _kind in (
    ("json-1-0", "application/x-amz-json-1.0"),
    ("json", "application/json"),
    ("html", "text/html; charset=utf-8"),
    ("missing", ""),
):
    mutant(
        f"success-type-{_name}", f"Success is of content type {_kind or 'none'}.", "success-content-type-is-amz-json"
    )(_with_header("Content-Type", _kind))
for _name, _id in (("missing", ""), ("no-uuid", "1")):
    mutant(f"success-id-{_name}", f"Success has the request id {_id or 'none'}.", "success-has-a-request-id")(
        _with_header("x-amzn-requestid", _id)
    )
