"""Callers with policies, made through the IAM API of an emulator that looks at them."""

from __future__ import annotations

import json
import os
import uuid
from collections.abc import Sequence
from typing import Protocol

import botocore.session
from botocore.config import Config
from botocore.credentials import ReadOnlyCredentials
from botocore.exceptions import BotoCoreError, ClientError

from conformance.errors import Inconclusive

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
    """The IAM users of an emulator's account, made with the key of somebody who may do everything there."""

    def __init__(self, url: str, region: str, owner: ReadOnlyCredentials) -> None:
        session = botocore.session.Session(session_vars=_NO_FILES)
        session.set_credentials(owner.access_key, owner.secret_key, owner.token)
        config = Config(retries={"mode": "standard"}, proxies={})
        self._iam = session.create_client("iam", region_name=region, endpoint_url=url, config=config)

    def caller(self, statements: Statements) -> ReadOnlyCredentials:
        """The key of a new IAM user whose policy has these statements: effect, action, resource.

        Raises Inconclusive where IAM does not make it."""
        name = f"cognito-conformance-{uuid.uuid4().hex[:12]}"
        rules = [{"Effect": effect, "Action": action, "Resource": place} for effect, action, place in statements]
        policy = json.dumps({"Version": "2012-10-17", "Statement": rules})
        try:
            self._iam.create_user(UserName=name)
            if rules:
                self._iam.put_user_policy(UserName=name, PolicyName="policy", PolicyDocument=policy)
            made = self._iam.create_access_key(UserName=name)["AccessKey"]
        except (BotoCoreError, ClientError, LookupError) as fault:
            raise Inconclusive(f"no IAM user could be made: {fault}") from None
        return ReadOnlyCredentials(made["AccessKeyId"], made["SecretAccessKey"], None)

    def administrator(self) -> ReadOnlyCredentials:
        """The key of a new IAM user who may do everything."""
        return self.caller([("Allow", "*", "*")])
