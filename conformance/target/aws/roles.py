"""Callers with policies at AWS: sessions of a role that the user names, each narrowed by a session policy.

Nothing is made in IAM, and nothing is left behind: https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies.html
("Session policies"). What a session may do is what its policy and that of the role both allow.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from botocore.credentials import ReadOnlyCredentials

from conformance.errors import BadInput, Blocked, Inconclusive
from conformance.target.aws import identity
from conformance.target.aws.gate import EXPIRED, AwsGate
from conformance.target.aws.guard import SecondRole
from conformance.target.aws.operations import UNDER_TEST
from conformance.target.aws.runledger import hidden
from conformance.target.callers import Statements
from conformance.target.client import Cognito, ServiceError
from conformance.target.definition import Endpoint
from conformance.target.exchange import Received
from conformance.target.mailbox import simulated

_ARN = re.compile(r"arn:aws:iam::(\d{12}):role/[\w+=,.@/-]+")
# A session policy cannot be empty; this is allowed to everybody, with or without a policy.
_NOTHING = (("Allow", "sts:GetCallerIdentity", "*"),)
_EVERYTHING = (("Allow", f"cognito-idp:{UNDER_TEST}", "*"),)


def second_role(arn: str, account: str, region: str) -> SecondRole:
    """The role of --second-role.

    Raises BadInput where it is none, or of another account."""
    found = _ARN.fullmatch(arn)
    if found is None:
        raise BadInput(f"--second-role {arn!r} is not the ARN of a role, such as arn:aws:iam::{account}:role/NAME")
    if found[1] != account:
        raise BadInput(f"--second-role is a role of account {hidden(found[1])}, not of {hidden(account)}")
    return SecondRole(arn, region)


@dataclass
class RoleCallers:
    """The sessions of a role, asked for through the gate and signed by `given`."""

    gate: AwsGate
    given: Any
    role: SecondRole
    _proved: bool = False

    def caller(self, statements: Statements) -> ReadOnlyCredentials:
        """The credentials of a new session that may do what these statements say: effect, action, resource.

        Raises Inconclusive where there is none, Blocked where the role itself may not do what is judged."""
        if not self._proved:
            self._prove()
        return self._session(statements)

    def check(self) -> None:
        """Raise BadInput where the role cannot be assumed."""
        try:
            self._session(())
        except Inconclusive as refused:
            raise BadInput(
                f"--second-role: {refused}; the caller needs sts:AssumeRole (plan --policy), and the role must trust it"
            ) from None

    def _session(self, statements: Statements) -> ReadOnlyCredentials:
        rules = [
            {"Effect": effect, "Action": action, "Resource": place} for effect, action, place in statements or _NOTHING
        ]
        policy = json.dumps({"Version": "2012-10-17", "Statement": rules})
        form = urlencode({**self.role.form(self.gate.ledger.run_id), "Policy": policy})
        answer = self._asked(form)
        if answer.status != 200 and identity.error_in(answer) in EXPIRED and self.gate.renew():
            answer = self._asked(form)
        if answer.status != 200:
            raise Inconclusive(f"sts assume-role answered {identity.error_in(answer)}")
        found = identity.members(answer)
        try:
            return ReadOnlyCredentials(found["AccessKeyId"], found["SecretAccessKey"], found["SessionToken"])
        except KeyError as missing:
            raise Inconclusive(f"sts assume-role answered without {missing}") from None

    def _asked(self, form: str) -> Received:
        url = f"https://{self.role.host}/"
        return self.gate.send(identity.signed_query(self.given, "sts", self.role.region, url, form))

    def _prove(self) -> None:
        """Raise Blocked unless the role itself may call the operation under test in a pool of this run.

        The user whose password is to be set does not exist: whoever may call is given UserNotFoundException."""
        ledger = self.gate.ledger
        pool = next(pool for pool in reversed(ledger.pools) if pool not in ledger.gone)
        members = {"UserPoolId": pool, "Username": simulated("nobody"), "Password": "Pr0be-it!", "Permanent": True}
        host, session = f"https://{self.gate.guard.host}", self._session(_EVERYTHING)
        answer = Cognito(Endpoint(host, self.role.region, session, gate=self.gate)).answer(UNDER_TEST, members)
        error = answer.code if isinstance(answer, ServiceError) else ""
        if error != "UserNotFoundException":
            raise Blocked(
                f"the role of --second-role may not call {UNDER_TEST} in this run's pools ({error}): let its policy "
                "allow it (docs/aws.md)",
                UNDER_TEST,
            )
        self._proved = True
