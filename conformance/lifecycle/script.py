"""A walk as AWS CLI commands for a shell."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Mapping
from typing import Any

from conformance.lifecycle.steps import FEDERATE, POOL, RECEIVE, REMEMBER, Call


def script(calls: tuple[Call, ...], url: str) -> tuple[str, ...]:
    """AWS CLI commands, for a shell, that make a pool and these calls."""
    lines = [
        f"URL={shlex.quote(url)} NAME=success+walker@simulator.amazonses.com",
        "POOL=$(aws cognito-idp create-user-pool --pool-name walk --query UserPool.Id --output text "
        '--endpoint-url "$URL")',
        'CLIENT=$(aws cognito-idp create-user-pool-client --user-pool-id "$POOL" --client-name walk '
        "--explicit-auth-flows ALLOW_USER_PASSWORD_AUTH ALLOW_ADMIN_USER_PASSWORD_AUTH ALLOW_USER_SRP_AUTH "
        'ALLOW_REFRESH_TOKEN_AUTH --query UserPoolClient.ClientId --output text --endpoint-url "$URL")',
    ]
    calls = _needed(calls)
    used = " ".join(json.dumps(dict(call.parameters)) for call in calls)
    for call in calls:
        if call.operation == REMEMBER:
            lines += [f'{name}="${old}"' for name, old in call.gives.items() if f'"${name}"' in used]
        elif call.operation == RECEIVE:
            lines += [f'read -rp "The code that was sent: " {name}' for name in call.gives if f'"${name}"' in used]
        elif call.operation == FEDERATE:
            lines.append('read -rp "A user of $POOL who came from a provider: " NAME')
            lines.append('PROVIDER="${NAME%%_*}" SUBJECT="${NAME#*_}"')
        elif call.flow is not None:
            lines.append(
                f"# {call.flow} with {call.parameters['AuthParameters']['PASSWORD']}: no AWS CLI command does SRP"
            )
        else:
            lines.append(_command(call, used))
    lines.append(f"{_cli('AdminGetUser', POOL)} --query '[UserStatus, Enabled]'")
    return tuple(lines)


def _needed(calls: tuple[Call, ...]) -> tuple[Call, ...]:
    """The calls without the checks that gave nothing to a later one."""
    kept: list[Call] = []
    wanted: set[str] = set()
    for number, call in enumerate(reversed(calls)):
        available = wanted & set(call.gives)
        if call.check and number and not available:
            continue
        kept.append(call)
        wanted -= available
        if call.operation == REMEMBER:
            wanted |= {call.gives[name] for name in available}
        text = json.dumps(dict(call.parameters))
        wanted |= set(re.findall(r'"\$([A-Z_]+)"', text)) - {"POOL", "CLIENT", "NAME"}
    return tuple(reversed(kept))


def _command(call: Call, used: str) -> str:
    line = _cli(call.operation, call.parameters)
    wanted = [name for name in call.gives if f'"${name}"' in used or f'"$REVOKED_{name}"' in used]
    if not wanted:
        return line
    query = f"[{', '.join(call.gives[name] for name in wanted)}]"
    return f"read -r {' '.join(wanted)} < <({line} --query '{query}' --output text)"


def _cli(operation: str, parameters: Mapping[str, Any]) -> str:
    words = ["aws", "cognito-idp", _dashed(operation)]
    for name, value in parameters.items():
        if isinstance(value, bool):
            words.append(f"--{'' if value else 'no-'}{_dashed(name)}")
        else:
            words += [f"--{_dashed(name)}", _value(value)]
    return " ".join([*words, '--endpoint-url "$URL"'])


def _value(value: Any) -> str:
    if isinstance(value, str):
        return f'"{value}"' if value.startswith("$") else shlex.quote(value)
    if isinstance(value, Mapping):
        return " ".join([",".join(f"{name}={_value(inner)}" for name, inner in value.items())])
    return " ".join(_value(item) for item in value)


def _dashed(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", name).lower()
