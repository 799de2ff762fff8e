"""Where a client finds credentials, and which host it asks for them: files, profiles, roles, processes, containers."""

import json
import tempfile
from pathlib import Path

import botocore.session

from conformance.gate.observers.client import observed
from conformance.gate.observers.client.observed import Observed, call
from conformance.gate.observers.loopback import Server, answer, sends
from conformance.gate.observers.transport.connections import USER

ENVIRONMENT = {"AWS_ACCESS_KEY_ID": "AKIDENVIRONMENT", "AWS_SECRET_ACCESS_KEY": "environment-secret"}
SHARED = """[default]
aws_access_key_id = AKIDSHARED
aws_secret_access_key = shared-secret
[other]
aws_access_key_id = AKIDOTHER
aws_secret_access_key = other-secret
aws_session_token = other-token
"""
CONFIG = """[default]
region = us-east-1
[profile configured]
aws_access_key_id = AKIDCONFIGURED
aws_secret_access_key = configured-secret
[profile role]
role_arn = arn:aws:iam::123456789012:role/tester
source_profile = other
role_session_name = session
[profile role-legacy]
role_arn = arn:aws:iam::123456789012:role/tester
source_profile = other
sts_regional_endpoints = legacy
[profile role-regional]
role_arn = arn:aws:iam::123456789012:role/tester
source_profile = other
sts_regional_endpoints = regional
[profile role-elsewhere]
role_arn = arn:aws:iam::123456789012:role/tester
source_profile = other
[profile role-of-environment]
role_arn = arn:aws:iam::123456789012:role/tester
credential_source = Environment
[profile process]
credential_process = cat {home}/process.json
[profile sso]
sso_start_url = https://example.com/start
sso_region = us-east-1
sso_account_id = 123456789012
sso_role_name = tester
"""
PROCESS = {"Version": 1, "AccessKeyId": "AKIDPROCESS", "SecretAccessKey": "process-secret", "SessionToken": "token"}
CONTAINER = {
    "AccessKeyId": "AKIDCONTAINER",
    "SecretAccessKey": "container-secret",
    "Token": "container-token",
    "Expiration": "2099-01-01T00:00:00Z",
}
ASSUMED = """<{0}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><{0}Result><Credentials>
<AccessKeyId>AKIDASSUMED</AccessKeyId><SecretAccessKey>assumed-secret</SecretAccessKey>
<SessionToken>assumed-token</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration>
</Credentials></{0}Result></{0}Response>"""


def credentials():
    """Each fact, as (part, value)."""
    with tempfile.TemporaryDirectory(prefix="cognito-conformance-") as home:
        files = {"shared": SHARED, "config": CONFIG.format(home=home), "process.json": json.dumps(PROCESS)}
        for name, text in {**files, "token": "web-identity-token"}.items():
            (Path(home) / name).write_text(text)
        yield from _providers()
        for name, environment in _cases(home).items():
            found, hosts = _found(environment)
            yield f"{name}/found", found
            if hosts:
                yield f"{name}/host", hosts
        with Server(sends(answer(json.dumps(CONTAINER).encode()))) as server:
            found, _ = _found({"AWS_CONTAINER_CREDENTIALS_FULL_URI": f"{server.url}/credentials"})
            yield "container/found", found
            yield "container/host", [request.line for request in server.requests]


def _providers():
    """The sources that are asked, by botocore's names for them."""
    resolver = botocore.session.get_session().get_component("credential_provider")
    for provider in resolver.providers:
        yield f"provider/{provider.METHOD}", getattr(provider, "CANONICAL_NAME", None) or provider.METHOD


def _cases(home):
    shared = {"AWS_SHARED_CREDENTIALS_FILE": f"{home}/shared"}
    config = {**shared, "AWS_CONFIG_FILE": f"{home}/config"}
    role = {"AWS_ROLE_ARN": "arn:aws:iam::123456789012:role/tester", "AWS_WEB_IDENTITY_TOKEN_FILE": f"{home}/token"}
    return {
        "none": {},
        "environment": ENVIRONMENT,
        "environment-with-token": {**ENVIRONMENT, "AWS_SESSION_TOKEN": "environment-token"},
        "environment-with-old-token": {**ENVIRONMENT, "AWS_SECURITY_TOKEN": "old-token"},
        "environment-before-files": {**config, **ENVIRONMENT},
        "environment-in-half": {"AWS_ACCESS_KEY_ID": "AKIDENVIRONMENT"},
        "shared-file": shared,
        "shared-file-missing": {"AWS_SHARED_CREDENTIALS_FILE": f"{home}/missing"},
        "profile-of-shared-file": {**shared, "AWS_PROFILE": "other"},
        "profile-of-config-file": {**config, "AWS_PROFILE": "configured"},
        "profile-before-environment": {**config, **ENVIRONMENT, "AWS_PROFILE": "other"},
        "profile-by-default": {**config, "AWS_DEFAULT_PROFILE": "other"},
        "profile-unknown": {**config, "AWS_PROFILE": "nobody"},
        "role": {**config, "AWS_PROFILE": "role"},
        "role-legacy": {**config, "AWS_PROFILE": "role-legacy"},
        "role-regional": {**config, "AWS_PROFILE": "role-regional"},
        "role-elsewhere": {**config, "AWS_PROFILE": "role-elsewhere", "AWS_DEFAULT_REGION": "eu-central-2"},
        "role-of-environment": {**config, **ENVIRONMENT, "AWS_PROFILE": "role-of-environment"},
        "web-identity": role,
        "web-identity-elsewhere": {**role, "AWS_DEFAULT_REGION": "eu-central-2"},
        "process": {**config, "AWS_PROFILE": "process"},
        "sso-not-signed-in": {**config, "AWS_PROFILE": "sso"},
    }


def _found(environment):
    """The key and token that sign a call, or what is raised instead; and the hosts that STS requests went to."""
    hosts = []

    def assume(request, **_):
        hosts.append(request.url)
        action = "AssumeRoleWithWebIdentity" if b"WebIdentity" in _bytes(request.body) else "AssumeRole"
        return observed.answer(200, ASSUMED.format(action).encode(), {"Content-Type": "text/xml"})

    with observed.surroundings({"AWS_DEFAULT_REGION": "us-east-1", **environment}):
        session = botocore.session.get_session()
        session.register_component("data_loader", observed._LOADER)
        session.get_component("event_emitter").register_first("before-send.sts", assume)
        made = []
        seen = observed.outcome(lambda: made.append(observed._client(session, "cognito-idp")) or {})
        if made:
            client = Observed(made[0])
            seen = observed.outcome(call(client.client, "AdminGetUser", USER))
            if client.requests:
                headers = client.requests[0].headers
                signed = observed.text(headers.get("Authorization", "")).partition("Credential=")[2].partition("/")[0]
                return {"found": signed, "token": observed.text(headers.get("X-Amz-Security-Token"))}, hosts
    return {name: value for name, value in seen.items() if name != "text"}, hosts


def _bytes(body):
    if isinstance(body, dict):
        body = str(body)
    return body.encode() if isinstance(body, str) else body or b""
