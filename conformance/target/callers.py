"""Callers with policies, made through the IAM API of an emulator that looks at them."""

from __future__ import annotations

import contextlib
import json
import os
import uuid
from collections.abc import Sequence
from typing import Any, Protocol

import botocore.session
from botocore.config import Config
from botocore.credentials import ReadOnlyCredentials
from botocore.exceptions import BotoCoreError, ClientError

from conformance.errors import Inconclusive
from conformance.process import signals

# The caller's own AWS configuration has no say.
_NO_FILES = {
    "profile": (None, None, None, None),
    "config_file": (None, None, os.devnull, None),
    "credentials_file": (None, None, os.devnull, None),
}


Statements = Sequence[tuple[str, str, str]]


class Callers(Protocol):
    """What makes callers with policies at an endpoint."""

    def caller(self, statements: Statements) -> ReadOnlyCredentials:
        """The key of a new caller whose policy has these statements: effect, action, resource.

        Raises Inconclusive where none can be made."""


class IamCallers:
    """The IAM users of an emulator's account. The first one may do everything, and makes the others and removes them.

    Raises Inconclusive where IAM does not make that one."""

    def __init__(self, url: str, region: str, owner: ReadOnlyCredentials) -> None:
        self._made: dict[str, str] = {}
        self._owner = self._iam = _client(url, region, owner)
        # moto lets in only as many requests as this takes before it looks at policies.
        self.administrator = self.caller([("Allow", "*", "*")])
        self._iam = _client(url, region, self.administrator)

    def caller(self, statements: Statements) -> ReadOnlyCredentials:
        """The key of a new IAM user whose policy has these statements: effect, action, resource.

        Raises Inconclusive where IAM does not make it."""
        name = f"cognito-conformance-{uuid.uuid4().hex[:12]}"
        rules = [{"Effect": effect, "Action": action, "Resource": place} for effect, action, place in statements]
        policy = json.dumps({"Version": "2012-10-17", "Statement": rules})
        with signals.held():
            try:
                self._iam.create_user(UserName=name)
                self._made[name] = ""
                if rules:
                    self._iam.put_user_policy(UserName=name, PolicyName="policy", PolicyDocument=policy)
                made = self._iam.create_access_key(UserName=name)["AccessKey"]
                self._made[name] = made["AccessKeyId"]
            except (BotoCoreError, ClientError, LookupError) as fault:
                raise Inconclusive(f"no IAM user could be made: {fault}") from None
        return ReadOnlyCredentials(made["AccessKeyId"], made["SecretAccessKey"], None)

    def remove(self) -> None:
        """Delete the users, with their policies and keys, the newest first; the administrator with the owner's key.

        moto no longer lets that key in, and ends with the run."""
        while self._made:
            name, key = self._made.popitem()
            iam = self._iam if self._made else self._owner
            with contextlib.suppress(BotoCoreError, ClientError):
                for policy in iam.list_user_policies(UserName=name)["PolicyNames"]:
                    iam.delete_user_policy(UserName=name, PolicyName=policy)
                if key:
                    iam.delete_access_key(UserName=name, AccessKeyId=key)
                iam.delete_user(UserName=name)


def _client(url: str, region: str, credentials: ReadOnlyCredentials) -> Any:
    session = botocore.session.Session(session_vars=_NO_FILES)
    session.set_credentials(credentials.access_key, credentials.secret_key, credentials.token)
    config = Config(retries={"mode": "standard"}, proxies={})
    return session.create_client("iam", region_name=region, endpoint_url=url, config=config)
