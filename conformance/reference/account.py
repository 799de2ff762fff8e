"""The reference as an AWS account has it: pool ids of a Region, tags, tiers, pages of pools, and who calls."""

from __future__ import annotations

import json
import secrets
import string
import time
from collections.abc import Mapping
from typing import Any

from conformance.reference import sts
from conformance.reference.directory import Members
from conformance.reference.errors import Refusal
from conformance.reference.http import answer
from conformance.reference.iam import Caller
from conformance.reference.service import CognitoSpec
from conformance.target.exchange import Received, Sent
from conformance.verdict.reply import HttpRequest

_LETTERS = string.ascii_letters + string.digits
PAGE = 60


class AccountSpec(CognitoSpec):
    """One Region of an account; `about` has of each pool what only an account shows."""

    def __init__(self, callers: Mapping[str, Caller], region: str) -> None:
        super().__init__(callers)
        self.region = region
        self.about: dict[str, dict[str, Any]] = {}

    def create_user_pool(self, request: Members) -> Members:
        """A pool with tags and a tier; only from Essentials on it remembers passwords."""
        tier = request.get("UserPoolTier", "ESSENTIALS")
        if tier == "LITE" and request.get("Policies", {}).get("PasswordPolicy", {}).get("PasswordHistorySize"):
            raise Refusal("FeatureUnavailableInTierException", "Password history is not available in this tier.")
        made = self.pools[super().create_user_pool(request)["UserPool"]["Id"]]
        del self.pools[made.id]
        made.id = f"{self.region}_{''.join(secrets.choice(_LETTERS) for _ in range(9))}"
        self.pools[made.id] = made
        self.about[made.id] = {
            "UserPoolTags": request.get("UserPoolTags", {}),
            "UserPoolTier": tier,
            "CreationDate": time.time(),
        }
        return self.describe_user_pool({"UserPoolId": made.id})

    def update_user_pool(self, request: Members) -> Members:
        """Another password policy; every setting that is not sent is reset, tags and tier among them."""
        pool = self.pool(request)
        self.about[pool.id]["UserPoolTags"] = request.get("UserPoolTags", {})
        self.about[pool.id]["UserPoolTier"] = request.get("UserPoolTier", "ESSENTIALS")
        return super().update_user_pool(request)

    def describe_user_pool(self, request: Members) -> Members:
        """A pool with its tags."""
        pool = self.pool(request)
        return {"UserPool": {"Id": pool.id, "Name": pool.name, **self.about[pool.id]}}

    def list_user_pools(self, request: Members) -> Members:
        """A page of the pools, without their tags."""
        first = int(request.get("NextToken", 0))
        last = first + min(int(request.get("MaxResults", PAGE)), PAGE)
        pools = [
            {"Id": pool.id, "Name": pool.name, "CreationDate": self.about[pool.id]["CreationDate"]}
            for pool in self.pools.values()
        ]
        return {"UserPools": pools[first:last], **({"NextToken": str(last)} if last < len(pools) else {})}


def answered(account: AccountSpec, sent: Sent) -> Received:
    """What an account answers, without a network. Every role in it may do everything."""
    headers = {name.lower(): value for name, value in sent.headers.items()} | {"host": sent.host}
    request = HttpRequest(sent.method, "/", headers, sent.body, tls=True)
    at_sts = sent.host.startswith("sts.")
    reply = sts.assume_role(account, request, lambda _: sts.EVERYTHING) if at_sts else answer(account, request)
    return Received(reply.status, {name.lower(): value for name, value in reply.headers.items()}, reply.body)


def foreign_pool(account: AccountSpec, name: str, tags: Mapping[str, str]) -> str:
    """The id of a new pool that somebody else made."""
    made = account.call("CreateUserPool", {"PoolName": name, "UserPoolTags": dict(tags)})
    return str(json.loads(json.dumps(made))["UserPool"]["Id"])
