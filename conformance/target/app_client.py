"""An app client of a pool: its settings, its secret, and the requests that are made through it."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from conformance.errors import Blocked
from conformance.target.client import Cognito, ServiceError
from conformance.target.sign_in import RESPOND, answer_srp, attempt, begin_srp
from conformance.verdict.observed import ACCEPTED, UNIMPLEMENTED, Outcome
from conformance.verdict.reply import SignIn

# The operations that take a signature beside those that take none: beginning a sign-in, answering a challenge.
INITIATE = ("InitiateAuth", "AdminInitiateAuth")
INITIATE_FOR = {RESPOND[0]: INITIATE[0], RESPOND[1]: INITIATE[1]}


@dataclass(frozen=True)
class AppClient:
    """An app client; what is sent through it carries the SECRET_HASH that its secret asks for."""

    service: Cognito = field(repr=False)
    pool_id: str
    id: str
    secret: str = field(default="", repr=False)

    def secret_hash(self, username: str) -> dict[str, str]:
        """The SECRET_HASH of a name, as a parameter; none for a client without a secret."""
        if not self.secret:
            return {}
        digest = hmac.new(self.secret.encode(), f"{username}{self.id}".encode(), hashlib.sha256).digest()
        return {"SECRET_HASH": base64.b64encode(digest).decode()}

    def initiate(self, flow: str, parameters: Mapping[str, str], operation: str = "InitiateAuth") -> SignIn:
        """What comes of beginning a sign-in with exactly these AuthParameters."""
        return self._implemented(
            operation,
            attempt(self.service, operation, flow, **self._named(operation), AuthFlow=flow, AuthParameters=parameters),
        )

    def sign_in(self, username: str, password: str, flow: str) -> SignIn:
        """What comes of signing in with a password, by one of sign_in.FLOWS or ADMIN_NO_SRP_AUTH."""
        if flow == "USER_SRP_AUTH":
            return self.sign_in_by_srp(username, password)
        operation = "AdminInitiateAuth" if flow.startswith("ADMIN_") else "InitiateAuth"
        parameters = {"USERNAME": username, "PASSWORD": password, **self.secret_hash(username)}
        return self.initiate(flow, parameters, operation)

    def sign_in_by_srp(self, username: str, password: str, operation: str = RESPOND[0], **more: str) -> SignIn:
        """What comes of proving a password by USER_SRP_AUTH, the proof sent by `operation`, one of RESPOND.

        `more` are ChallengeResponses in place of the proof's own."""
        srp = begin_srp(self.service, self.pool_id, username, password)
        parameters = {**srp.auth_parameters, **self.secret_hash(username)}
        first = self.initiate("USER_SRP_AUTH", parameters, INITIATE_FOR[operation])
        if first != "PASSWORD_VERIFIER":
            return first
        proof = answer_srp(srp, first, username if self.service.typed_names_in_srp else None)
        return self.respond(first, {**proof, **self.secret_hash(proof["USERNAME"]), **more}, operation)

    def respond(
        self, challenge: SignIn, responses: Mapping[str, str], operation: str = "RespondToAuthChallenge"
    ) -> SignIn:
        """What comes of answering a challenge with exactly these ChallengeResponses."""
        session = {"Session": challenge.session} if challenge.session else {}
        answered = attempt(
            self.service,
            operation,
            challenge.flow,
            **session,
            **self._named(operation),
            ChallengeName=challenge.challenge,
            ChallengeResponses=responses,
        )
        return self._implemented(operation, answered)

    def choose(
        self, challenge: SignIn, username: str, new_password: str, operation: str = RESPOND[0], **more: str
    ) -> SignIn:
        """What comes of answering NEW_PASSWORD_REQUIRED with `new_password` and `more` ChallengeResponses.

        The user is named as the challenge does, by `username` if it does not. Raises Blocked where there is nothing to
        answer, or no session to answer it with, and where the challenge gives another name which is then refused."""
        if challenge != "NEW_PASSWORD_REQUIRED":
            raise Blocked(f"no challenge to answer: the sign-in gave {challenge}", "temporary-password-is-challenged")
        require_session(challenge)
        name = challenge.parameters.get("USER_ID_FOR_SRP", username)
        responses = {"USERNAME": name, "NEW_PASSWORD": new_password, **self.secret_hash(name), **more}
        answered = self.respond(challenge, responses, operation)
        if "USERNAME" not in more:
            require_own_name(challenge, username, answered)
        return answered

    def call(self, operation: str, **parameters: Any) -> Outcome:
        """The outcome of an operation that names the client, such as SignUp."""
        return outcome(self.service, operation, ClientId=self.id, **parameters)

    def _named(self, operation: str) -> dict[str, str]:
        return ({"UserPoolId": self.pool_id} if operation.startswith("Admin") else {}) | {"ClientId": self.id}

    def _implemented(self, operation: str, answered: SignIn) -> SignIn:
        if answered.outcome in UNIMPLEMENTED:
            raise Blocked(f"{operation} is not implemented: {answered.message or answered.outcome}", operation)
        return answered


def require_session(challenge: SignIn) -> None:
    """Block the scenario where a challenge came without a session to answer it with (SessionType of the model)."""
    if not 20 <= len(challenge.session) <= 2048:
        reason = f"the challenge came with a Session of {len(challenge.session)} characters: it cannot be answered"
        raise Blocked(reason, "challenge-carries-a-session")


def require_own_name(challenge: SignIn, username: str, answered: SignIn) -> None:
    """Block the scenario where the challenge gave another name than the user's, and the answer by it was refused."""
    name = challenge.parameters.get("USER_ID_FOR_SRP", username)
    if name != username and answered.refused:
        reason = f"an answer by the USER_ID_FOR_SRP of the challenge, which is not the username, led to {answered}"
        raise Blocked(reason, "challenge-parameters-describe-the-user")


def outcome(service: Cognito, operation: str, **parameters: Any) -> Outcome:
    """What a request ends in: `accepted`, or the name of an error.

    Raises Blocked where the target does not implement the operation."""
    try:
        service.call(operation, **parameters)
    except ServiceError as error:
        if error.code in UNIMPLEMENTED:
            raise Blocked(f"{operation} is not implemented: {error.message or error.code}", operation) from None
        return Outcome(error.code, operation=operation)
    return Outcome(ACCEPTED, operation=operation)
