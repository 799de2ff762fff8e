"""An exchange as commands that send it again: boto3, the AWS CLI, curl."""

from __future__ import annotations

import json
import re
import shlex
import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from conformance.verdict.journal import HIDDEN, REF, Exchange
from conformance.verdict.results import Result

_READS = ("AdminGetUser", "GetUser", "ListUsers", "ListUserPools", "AdminListGroupsForUser")
# Where an endpoint stands that the suite started by itself: nowhere, so the reader's own is asked for.
EXAMPLE = "http://127.0.0.1:5000"
_NO_SRP = "no single command does SRP: run cognito-conformance for this step"
_KEYS = '${AWS_ACCESS_KEY_ID:-test}" AWS_SECRET_ACCESS_KEY="${AWS_SECRET_ACCESS_KEY:-test}'


def ways(result: Result, url: str | None) -> dict[str, tuple[str, ...]]:
    """Lines that show a result again, by the way: `sdk` for Python, `aws` and `curl` for bash.

    Curl needs jq beside it. Empty where nothing was sent."""
    if not any(step.operation or step.request for step in result.exchange):
        return {"aws": result.script} if result.script else {}
    steps = _needed(result.exchange)
    return {
        "sdk": tuple(_python(steps, url or EXAMPLE)),
        "aws": result.script or tuple(_aws(steps, url or EXAMPLE)),
        "curl": tuple(_curl(steps, url or EXAMPLE)),
    }


def again(command: str, result: str) -> str:
    """The command of a run, for one result of it and without its baseline."""
    words = [word for word in shlex.split(command) if not word.startswith(("--baseline=", "--keyword=", "-k"))]
    for option in ("--baseline", "--keyword"):
        while option in words:
            del words[words.index(option) : words.index(option) + 2]
    return shlex.join([*words, "--baseline", "none", "-k", result])


def _needed(exchange: Sequence[Exchange]) -> list[Exchange]:
    """The steps without those that only looked before the call, and of the names those that a later step uses."""
    judged = max((number for number, step in enumerate(exchange) if step.judged), default=0)
    steps: list[Exchange] = []
    used: set[str] = set()
    for number, step in reversed(list(enumerate(exchange))):
        gives = {name: path for name, path in step.gives.items() if name in used}
        if step.operation in _READS and number < judged and not gives:
            continue
        used |= set(_references([step.members, step.request])) | (
            {"POOL"} if step.operation == "CreateUserPool" else set()
        )
        steps.append(Exchange(**{**vars(step), "gives": gives}))
    return steps[::-1]


def _references(value: Any) -> Iterable[str]:
    if isinstance(value, Mapping):
        if REF in value:
            yield value[REF]
        else:
            for inner in value.values():
                yield from _references(inner)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from _references(inner)


def _remark(step: Exchange) -> str | None:
    """What a reader has to know before a step: it cannot be sent by one command, or a secret is missing."""
    if step.operation is None and not step.request:
        return step.sent
    inner = [value for value in step.members.values() if isinstance(value, Mapping)]
    if any(not {"SRP_A", "PASSWORD_CLAIM_SIGNATURE"}.isdisjoint(value) for value in inner):
        return f"{step.operation}: {_NO_SRP}"
    if HIDDEN in json.dumps(step.members):
        return f"{HIDDEN} stands for a secret that is not written down"
    return None


def _sendable(step: Exchange) -> bool:
    return step.operation is not None and _NO_SRP not in (_remark(step) or "")


def _pools(steps: Iterable[Exchange]) -> list[str]:
    return [name for step in steps if step.operation == "CreateUserPool" for name in step.gives]


def _head(url: str) -> list[str]:
    return [
        f"URL={shlex.quote(url)}",
        f'export AWS_ACCESS_KEY_ID="{_KEYS}" AWS_DEFAULT_REGION="${{AWS_DEFAULT_REGION:-us-east-1}}"',
    ]


def _comment(text: str) -> str:
    return "# " + re.sub(r"\s+", " ", text)


_CURL = (
    'SIGNED=(--aws-sigv4 "aws:amz:$AWS_DEFAULT_REGION:cognito-idp"',
    '  --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY")',
    'call() { curl -sS "${@:3}" "${SIGNED[@]}" -H "X-Amz-Target: AWSCognitoIdentityProviderService.$1" \\',
    '  -H \'Content-Type: application/x-amz-json-1.1\' --data-binary "$2" "$URL/"; echo; }',
)


# --- AWS CLI


def _aws(steps: list[Exchange], url: str) -> Iterable[str]:
    yield from _head(url)
    for step in steps:
        remark = _remark(step)
        if remark:
            yield _comment(remark)
        if step.request:
            yield _comment("no AWS CLI command sends this request: see curl")
        elif _sendable(step) and not _plain(step):
            yield _comment(f"the AWS CLI sends no {step.operation} with just these members: see curl")
        elif _sendable(step):
            yield _captured(_command(step), step.gives)
    for pool in _pools(steps):
        yield f'aws cognito-idp delete-user-pool --user-pool-id="${pool}" --endpoint-url="$URL"'


def _plain(step: Exchange) -> bool:
    """Whether the command line sends these members: all that it requires, and of the types that it can express."""
    members = step.members
    if not all(isinstance(value, (str, bool, list, Mapping)) for value in members.values()):
        return False
    needed = ("UserPoolId", "Username", "Password") if step.operation == "AdminSetUserPassword" else ()
    texts = [members.get(name, "") for name in needed]
    return all((isinstance(text, str) and text) or (isinstance(text, Mapping) and REF in text) for text in texts)


def _command(step: Exchange) -> str:
    words = ["aws", "cognito-idp", _dashed(str(step.operation))]
    for name, value in step.members.items():
        if isinstance(value, bool):
            words.append(f"--{'' if value else 'no-'}{_dashed(name)}")
        elif isinstance(value, Mapping) and REF in value:
            words.append(f'--{_dashed(name)}="${value[REF]}"')
        elif isinstance(value, str):
            words.append(f"--{_dashed(name)}={shlex.quote(value)}")
        else:
            words.append(f"--{_dashed(name)}={_json_word(value)}")
    return " ".join([*words, '--endpoint-url="$URL"'])


def _captured(command: str, gives: Mapping[str, str]) -> str:
    if not gives:
        return command
    query = f"[{', '.join(gives.values())}]"
    return f"read -r {' '.join(gives)} < <({command} --query={shlex.quote(query)} --output=text)"


def _dashed(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", name).lower()


# --- curl


def _curl(steps: list[Exchange], url: str) -> Iterable[str]:
    yield from _head(url)
    yield from _CURL
    for step in steps:
        remark = _remark(step)
        if remark:
            yield _comment(remark)
        if step.request:
            yield from _raw(step.request)
        elif _sendable(step):
            call = f"call {step.operation} {_json_word(step.members)}"
            if step.gives:
                yield f"ANSWER=$({call})"
                yield from (f'{name}=$(jq -r .{path} <<< "$ANSWER")' for name, path in step.gives.items())
            else:
                yield call + (" -i" if step.judged else "")
    for pool in _pools(steps):
        yield f'call DeleteUserPool \'{{"UserPoolId": "\'"${pool}"\'"}}\''


def _raw(request: Mapping[str, Any]) -> Iterable[str]:
    """A request that no SDK sends; curl makes the signature anew, or sends none where it was not the ordinary one."""
    headers = {name: value for name, value in request["headers"].items() if isinstance(value, str)}
    left_out = ("authorization", "x-amz-date", "x-amz-security-token", "x-amz-content-sha256", "host", "content-length")
    shown = [f"-H {shlex.quote(f'{name}: {value}')}" for name, value in headers.items() if name.lower() not in left_out]
    signed = ['"${SIGNED[@]}"'] if request["signed"] else []
    if not request["signed"]:
        sent = next((value for name, value in headers.items() if name.lower() == "authorization"), None)
        yield _comment(f"sent with Authorization: {sent}; put one like it here" if sent else "sent without a signature")
    body = [] if request["method"] in ("GET", "HEAD") else [f"--data-binary {_words(request['body'])}"]
    yield " ".join(["curl -sS -i -X", shlex.quote(request["method"]), *signed, *shown, *body, '"$URL/"'])


# --- boto3


def _python(steps: list[Exchange], url: str) -> Iterable[str]:
    yield "import boto3"
    yield "from botocore.config import Config"
    yield "from botocore.exceptions import ClientError"
    yield ""
    yield f"client = boto3.client('cognito-idp', endpoint_url={url!r}, region_name='us-east-1',"
    yield "    aws_access_key_id='test', aws_secret_access_key='test', config=Config(parameter_validation=False))"
    yield ""
    yield "def call(method, **members):"
    yield "    try:"
    yield "        answer = getattr(client, method)(**members)"
    yield "    except ClientError as error:"
    yield "        answer = error.response"
    yield "    print(method, answer)"
    yield "    return answer"
    yield ""
    for step in steps:
        remark = _remark(step)
        if remark:
            yield _comment(remark)
        if step.request:
            yield _comment("boto3 does not send this request: see curl")
        elif _sendable(step):
            members = ", ".join(f"{name}={_literal(value)}" for name, value in step.members.items())
            call = f"call({_dashed(str(step.operation)).replace('-', '_')!r}{', ' if members else ''}{members})"
            yield f"answer = {call}" if step.gives else call
            for name, path in step.gives.items():
                yield f"{name} = answer{''.join(f'[{key!r}]' for key in path.split('.'))}"
    for pool in _pools(steps):
        yield f"call('delete_user_pool', UserPoolId={pool})"


def _literal(value: Any) -> str:
    if isinstance(value, Mapping):
        if REF in value:
            return str(value[REF])
        return "{" + ", ".join(f"{key!r}: {_literal(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(_literal, value))}]"
    return repr(value)


# --- words of a shell


def _words(pieces: Iterable[Any]) -> str:
    """Pieces of a text as one word."""
    return "".join(shlex.quote(one) if isinstance(one, str) else f'"${one[REF]}"' for one in pieces) or "''"


def _json_word(value: Any) -> str:
    """A value as JSON, one word for bash, with $NAMES where it refers to an earlier answer."""
    mark = uuid.uuid4().hex

    def marked(inner: Any) -> Any:
        if isinstance(inner, Mapping):
            return mark + inner[REF] + mark if REF in inner else {key: marked(one) for key, one in inner.items()}
        return [marked(one) for one in inner] if isinstance(inner, (list, tuple)) else inner

    quoted = shlex.quote(json.dumps(marked(value), ensure_ascii=False))
    return re.sub(rf"{mark}(\w+){mark}", _in_quotes, quoted)


def _in_quotes(name: re.Match[str]) -> str:
    """A variable inside of single quotes."""
    return f"'\"${name[1]}\"'"
