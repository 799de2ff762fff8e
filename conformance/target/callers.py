"""Callers with policies, made through the IAM API of an emulator that looks at them."""

from __future__ import annotations

import json
import os
import uuid
from collections.abc import Sequence
from typing import Any, Protocol

import botocore.session
from botocore.config import Config
from botocore.credentials import ReadOnlyCredentials
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from conformance.errors import Inconclusive
from conformance.process import signals
from conformance.target.notes import PREFIX, Notes
from conformance.target.transport import acceptable, addressed

# What becomes of a request to an endpoint that has no IAM, or refuses it.
IAM_FAULTS = (BotoCoreError, ClientError, LookupError, ResponseParserError)

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

    `made` has the names of those that are there. Raises Inconclusive where IAM does not make the first."""

    def __init__(self, url: str, region: str, owner: ReadOnlyCredentials, notes: Notes) -> None:
        self.made: list[str] = []
        self._notes = notes
        self._owner = self._iam = iam_client(url, region, owner)
        try:
            # moto lets in only as many requests as this takes before it looks at policies.
            self.administrator = self.caller([("Allow", "*", "*")])
        except BaseException:
            self.remove()
            raise
        self._iam = iam_client(url, region, self.administrator)

    def caller(self, statements: Statements) -> ReadOnlyCredentials:
        """The key of a new IAM user whose policy has these statements: effect, action, resource.

        Raises Inconclusive where IAM does not make it."""
        name = f"{PREFIX}{uuid.uuid4().hex[:12]}"
        rules = [{"Effect": effect, "Action": action, "Resource": place} for effect, action, place in statements]
        policy = json.dumps({"Version": "2012-10-17", "Statement": rules})
        with signals.held():
            self._notes.planned(name)
            try:
                self._iam.create_user(UserName=name)
                self.made.append(name)
                if rules:
                    self._iam.put_user_policy(UserName=name, PolicyName="policy", PolicyDocument=policy)
                made = self._iam.create_access_key(UserName=name)["AccessKey"]
            except IAM_FAULTS as fault:
                if isinstance(fault, ClientError) and name not in self.made:
                    self._notes.forget(name)
                raise Inconclusive(f"no IAM user could be made: {fault}") from None
        return ReadOnlyCredentials(made["AccessKeyId"], made["SecretAccessKey"], None)

    def delete(self, name: str) -> bool:
        """Delete a user that another run made; tells whether it is gone."""
        return delete_user(self._iam, name)

    def remove(self) -> None:
        """Delete the users, with their policies and keys, the newest first; the administrator with the owner's key.

        moto no longer lets that key in, and ends with the run."""
        while self.made:
            name = self.made.pop()
            if delete_user(self._iam if self.made else self._owner, name):
                self._notes.forget(name)


def delete_user(iam: Any, name: str) -> bool:
    """Delete an IAM user with its policies and keys; tells whether it is gone."""
    try:
        for policy in iam.list_user_policies(UserName=name)["PolicyNames"]:
            iam.delete_user_policy(UserName=name, PolicyName=policy)
        for key in iam.list_access_keys(UserName=name)["AccessKeyMetadata"]:
            iam.delete_access_key(UserName=name, AccessKeyId=key["AccessKeyId"])
        iam.delete_user(UserName=name)
    except IAM_FAULTS as fault:
        return isinstance(fault, iam.exceptions.NoSuchEntityException)
    return True


def iam_client(url: str, region: str, credentials: ReadOnlyCredentials) -> Any:
    """A boto3 client of IAM at an endpoint; its calls raise IAM_FAULTS."""
    session = botocore.session.Session(session_vars=_NO_FILES)
    session.set_credentials(credentials.access_key, credentials.secret_key, credentials.token)
    config = Config(retries={"mode": "standard"}, proxies={})
    client = session.create_client("iam", region_name=region, endpoint_url=acceptable(url), config=config)
    addressed(client, url)
    return client
