"""Sessions of a role, as STS gives them: AssumeRole with a session policy that is looked at."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

from conformance.reference import iam
from conformance.reference.errors import Refusal
from conformance.reference.http import HttpAnswer
from conformance.reference.iam import Caller, Statement
from conformance.reference.service import CognitoSpec
from conformance.verdict.reply import HttpRequest

_XML = "text/xml"
NAMESPACE = "https://sts.amazonaws.com/doc/2011-06-15/"
# What a role may do where nothing else is said.
EVERYTHING = (Statement("Allow", ("*",), ("*",)),)


def action(request: HttpRequest) -> str:
    """What STS is asked for."""
    return _form(request).get("Action", "")


def assume_role(
    service: CognitoSpec, request: HttpRequest, policy_of: Callable[[str], Sequence[Statement] | None]
) -> HttpAnswer:
    """Credentials of a new session of a role, which the service knows from now on.

    `policy_of` has the policy of the role with an ARN, None where there is no such role."""
    form = _form(request)
    try:
        iam.authenticate(request, service.callers)
        if (role := policy_of(form.get("RoleArn", ""))) is None:
            raise Refusal("AccessDenied")
        policy = _statements(form["Policy"]) if "Policy" in form else EVERYTHING
    except Refusal as refusal:
        return error(403 if refusal.code == "AccessDenied" else 400, refusal.code)
    key, secret, token = f"ASSUMED{secrets.token_hex(6)}", secrets.token_hex(20), secrets.token_hex(40)
    service.callers[key] = Caller(key, secret, policy, tuple(role), token)
    until = datetime.now(UTC) + timedelta(seconds=int(form.get("DurationSeconds", 3600)))
    return document(
        f"<AssumeRoleResponse xmlns='{NAMESPACE}'><AssumeRoleResult><Credentials>"
        f"<AccessKeyId>{key}</AccessKeyId><SecretAccessKey>{secret}</SecretAccessKey>"
        f"<SessionToken>{token}</SessionToken><Expiration>{until:%Y-%m-%dT%H:%M:%SZ}</Expiration>"
        "</Credentials></AssumeRoleResult></AssumeRoleResponse>"
    )


def document(text: str) -> HttpAnswer:
    """An answer in XML."""
    return HttpAnswer(200, text.encode(), {"Content-Type": _XML})


def error(status: int, code: str) -> HttpAnswer:
    """A refusal in XML."""
    text = f"<ErrorResponse><Error><Code>{code}</Code><Message>no</Message></Error></ErrorResponse>"
    return HttpAnswer(status, text.encode(), {"Content-Type": _XML})


def _form(request: HttpRequest) -> dict[str, str]:
    return {name: values[-1] for name, values in parse_qs(request.body.decode("utf-8", "replace")).items()}


def _statements(policy: str) -> tuple[Statement, ...]:
    """The statements of a policy.

    Raises Refusal where it is none."""
    try:
        rules = json.loads(policy)["Statement"]
        found = tuple(Statement(rule["Effect"], _several(rule["Action"]), _several(rule["Resource"])) for rule in rules)
    except (ValueError, LookupError, TypeError):
        found = ()
    if not found:
        raise Refusal("MalformedPolicyDocument")
    return found


def _several(value: Any) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)
