"""Signing in: with a password, sent or proven, with a refresh token, and by answering a challenge."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping

from conformance.reference import attributes, errors, srp
from conformance.reference.clients import check_flow, check_secret_hash, flow_named
from conformance.reference.directory import Directory, Members
from conformance.reference.errors import Refusal
from conformance.reference.iam import Caller
from conformance.reference.sessions import Sessions
from conformance.reference.stored import StoredClient, StoredPool, StoredUser

DAY = 86400.0
# Failures that lock a user out, and for how long: 1 s, 2 s, 4 s and so on (developer guide, lock-out behaviour).
FAILURES, LONGEST_LOCK = 5, 900.0
IDLE = 900.0


class Authentication(Directory):
    """The operations that give tokens."""

    def __init__(self, callers: Mapping[str, Caller]) -> None:
        super().__init__(callers)
        self.sessions = Sessions()

    def initiate_auth(self, request: Members, operation: str = "InitiateAuth") -> Members:
        """Sign in with a password, sent or (SRP) proven, or with a refresh token."""
        client = self.client(request)
        flow = flow_named(request["AuthFlow"])
        check_flow(operation, client, flow)
        parameters = request.get("AuthParameters", {})
        if flow == "REFRESH_TOKEN_AUTH":
            return self.refresh(client, parameters)
        name = required(parameters, "USERNAME")
        check_secret_hash(client, parameters.get("SECRET_HASH"), name)
        user = self.find_by_login(client.pool, name)
        if flow == "USER_SRP_AUTH":
            return self.begin_srp(client, user, name, required(parameters, "SRP_A"))
        password = required(parameters, "PASSWORD")
        return self.sign_in(operation, flow, client, user, user is not None and user.password == password)

    def admin_initiate_auth(self, request: Members) -> Members:
        """As initiate_auth, for an administrator."""
        self.client_of(self.pool(request), request)
        return self.initiate_auth(request, "AdminInitiateAuth")

    def refresh(self, client: StoredClient, parameters: Mapping[str, str]) -> Members:
        """New tokens for a refresh token of the same client."""
        grant = self.bearer(required(parameters, "REFRESH_TOKEN"), "refresh")
        if grant.client is not client:
            raise Refusal("NotAuthorizedException", errors.INVALID_REFRESH)
        check_secret_hash(client, parameters.get("SECRET_HASH"), grant.user.username, self.sub(grant.user))
        return {"AuthenticationResult": self.tokens.issue(client, grant.user, grant.origin), "ChallengeParameters": {}}

    def begin_srp(self, client: StoredClient, user: StoredUser | None, name: str, srp_a: str) -> Members:
        """The server's values; with them the client proves that it knows the password."""
        if user is None and not client.hides_users:
            raise Refusal("UserNotFoundException", errors.NO_USER)
        known_as = user.username if user else name
        # For nobody's name, and for a user without a password, values that no password fits.
        password = (user.password if user else None) or secrets.token_hex(16)
        try:
            exchange = srp.begin(client.pool.key, known_as, password, srp_a)
        except ValueError:
            raise Refusal("InvalidParameterException", "SRP_A is not a value for SRP.") from None
        if user is not None:
            self.sessions.begin(client, user, exchange)
        parameters = {
            "USER_ID_FOR_SRP": known_as,
            "USERNAME": known_as,
            "SALT": exchange.salt,
            "SRP_B": f"{exchange.big_b:x}",
            "SECRET_BLOCK": exchange.secret_block,
        }
        return {"ChallengeName": "PASSWORD_VERIFIER", "ChallengeParameters": parameters}

    def respond_to_auth_challenge(self, request: Members, operation: str = "RespondToAuthChallenge") -> Members:
        """Answer a challenge: with the proof of SRP, or with the new password that was required."""
        client, responses = self.client(request), request.get("ChallengeResponses", {})
        check_secret_hash(client, responses.get("SECRET_HASH"), required(responses, "USERNAME"))
        if request["ChallengeName"] == "PASSWORD_VERIFIER":
            return self.finish_srp(client, responses)
        return self.answer_challenge(operation, client, request.get("Session", ""), responses)

    def admin_respond_to_auth_challenge(self, request: Members) -> Members:
        """As respond_to_auth_challenge, for an administrator."""
        self.client_of(self.pool(request), request)
        return self.respond_to_auth_challenge(request, "AdminRespondToAuthChallenge")

    def finish_srp(self, client: StoredClient, responses: Members) -> Members:
        """Sign in whoever proves to know the password."""
        user = self.find(client.pool, responses["USERNAME"])
        exchange = self.sessions.finish(required(responses, "PASSWORD_CLAIM_SECRET_BLOCK"), client, user)
        proof = required(responses, "TIMESTAMP"), required(responses, "PASSWORD_CLAIM_SIGNATURE")
        right = user is not None and srp.proven(exchange, client.pool.key, user.username, *proof)
        return self.sign_in("InitiateAuth", "USER_SRP_AUTH", client, user, right)

    def answer_challenge(self, operation: str, client: StoredClient, session: str, responses: Members) -> Members:
        """Set the password that the user chose, and sign the user in."""
        user = self.find(client.pool, responses["USERNAME"])
        opened = self.sessions.find(session, client, user)
        user = opened.user
        if not user.enabled:
            raise Refusal("NotAuthorizedException", errors.DISABLED)
        chosen = required(responses, "NEW_PASSWORD")
        answered = attributes.answered(responses)
        attributes.check_answered(client.pool, user, answered)
        row = self.row(operation, "NEW_PASSWORD_REQUIRED", user)
        self.set_password(client.pool, user, operation, chosen, row)
        user.attributes |= answered
        opened.used = True
        return self.granted(client, user)

    def sign_in(self, operation: str, flow: str, client: StoredClient, user: StoredUser | None, right: bool) -> Members:
        """Tokens, a challenge or a refusal: what comes of a right or a wrong password."""
        pool, when = client.pool, f"{flow}, {'right' if right else 'wrong'} password"
        if user is None and not client.hides_users:
            self.row(operation, when, None)
        if user is None:
            raise Refusal("NotAuthorizedException", errors.WRONG_PASSWORD)
        self.check_lock(pool, user)
        if not user.enabled:
            raise Refusal("NotAuthorizedException", errors.DISABLED)
        if not right:
            user.failures, user.failed = user.failures + 1, pool.now
        row = self.row(operation, when, user)
        user.failures = 0
        match row.answer:
            case "tokens":
                return self.granted(client, user)
            case "NEW_PASSWORD_REQUIRED":
                self.check_expiry(pool, user)
                return self.challenged(client, user)
        raise Refusal("NotAuthorizedException", errors.WRONG_PASSWORD)

    def check_lock(self, pool: StoredPool, user: StoredUser) -> None:
        """Raise Refusal while too many wrong passwords keep the user out."""
        idle = pool.now - user.failed
        if idle > IDLE:
            user.failures = 0
        if user.failures >= FAILURES and idle < min(2.0 ** (user.failures - FAILURES), LONGEST_LOCK):
            raise Refusal("NotAuthorizedException", errors.LOCKED)

    def check_expiry(self, pool: StoredPool, user: StoredUser) -> None:
        """Raise Refusal where the temporary password is older than the pool lets it become."""
        if pool.now - user.since > pool.policy["TemporaryPasswordValidityDays"] * DAY:
            raise Refusal("NotAuthorizedException", errors.EXPIRED_PASSWORD)

    def challenged(self, client: StoredClient, user: StoredUser) -> Members:
        """The challenge to choose a new password."""
        shown = {name: value for name, value in user.attributes.items() if name != "sub"}
        lacking = [f"{attributes.PREFIX}{name}" for name in attributes.lacking(client.pool, user)]
        parameters = {
            "USER_ID_FOR_SRP": user.username,
            "requiredAttributes": json.dumps(lacking),
            "userAttributes": json.dumps(shown),
        }
        session = self.sessions.open(client, user)
        return {"ChallengeName": "NEW_PASSWORD_REQUIRED", "Session": session, "ChallengeParameters": parameters}

    def granted(self, client: StoredClient, user: StoredUser) -> Members:
        """Tokens that are valid until they expire or are revoked."""
        return {"AuthenticationResult": self.tokens.issue(client, user), "ChallengeParameters": {}}


def required(parameters: Mapping[str, str], name: str) -> str:
    """A parameter that must be there.

    Raises Refusal where it is missing or empty."""
    if not parameters.get(name):
        raise Refusal("InvalidParameterException", f"Missing required parameter {name}")
    return parameters[name]
