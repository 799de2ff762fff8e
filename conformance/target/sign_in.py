"""Signing in, by each flow that knows a password."""

from __future__ import annotations

from typing import Any

from pycognito.aws_srp import AWSSRP

from conformance.errors import Blocked
from conformance.target.client import Cognito, ServiceError
from conformance.verdict.observed import TOKENS, SignInOutcome, Text
from conformance.verdict.reply import SignIn

USER_PASSWORD_AUTH = "USER_PASSWORD_AUTH"
ADMIN_USER_PASSWORD_AUTH = "ADMIN_USER_PASSWORD_AUTH"
USER_SRP_AUTH = "USER_SRP_AUTH"
FLOWS = (USER_PASSWORD_AUTH, ADMIN_USER_PASSWORD_AUTH, USER_SRP_AUTH)

RESPOND = ("RespondToAuthChallenge", "AdminRespondToAuthChallenge")


def sign_in(service: Cognito, pool_id: str, client_id: str, username: str, password: str, flow: str) -> SignIn:
    """What comes of signing in with `password` by `flow`.

    An error answer is an outcome. Raises Blocked for a challenge that SRP cannot use, Inconclusive for a transport
    fault."""
    match flow:
        case "USER_PASSWORD_AUTH":
            parameters = {"USERNAME": username, "PASSWORD": password}
            return attempt(service, "InitiateAuth", ClientId=client_id, AuthFlow=flow, AuthParameters=parameters)
        case "ADMIN_USER_PASSWORD_AUTH":
            parameters = {"USERNAME": username, "PASSWORD": password}
            pool = {"UserPoolId": pool_id, "ClientId": client_id}
            return attempt(service, "AdminInitiateAuth", **pool, AuthFlow=flow, AuthParameters=parameters)
        case "USER_SRP_AUTH":
            return _secure_remote_password(service, pool_id, client_id, username, password)
    raise ValueError(f"{flow} is none of {FLOWS}")


def answer_new_password(
    service: Cognito, pool_id: str, client_id: str, username: str, session: str, new_password: str, operation: str
) -> SignIn:
    """What comes of answering NEW_PASSWORD_REQUIRED by `operation`, one of RESPOND."""
    pool = {"UserPoolId": pool_id} if operation == "AdminRespondToAuthChallenge" else {}
    responses = {"USERNAME": username, "NEW_PASSWORD": new_password}
    return attempt(
        service,
        operation,
        **pool,
        ClientId=client_id,
        ChallengeName="NEW_PASSWORD_REQUIRED",
        Session=session,
        ChallengeResponses=responses,
    )


def _secure_remote_password(service: Cognito, pool_id: str, client_id: str, username: str, password: str) -> SignIn:
    srp, parameters = begin_srp(service, pool_id, client_id, username, password)
    first = attempt(service, "InitiateAuth", ClientId=client_id, AuthFlow=USER_SRP_AUTH, AuthParameters=parameters)
    if first.outcome != "PASSWORD_VERIFIER":
        return first
    session = {"Session": first.session} if first.session else {}
    return attempt(
        service,
        "RespondToAuthChallenge",
        **session,
        ClientId=client_id,
        ChallengeName="PASSWORD_VERIFIER",
        ChallengeResponses=answer_srp(srp, first, username),
    )


def begin_srp(
    service: Cognito, pool_id: str, client_id: str, username: str, password: str
) -> tuple[AWSSRP, dict[str, str]]:
    """The client's half of SRP and the AuthParameters that begin it."""
    # The library is given no client: it computes, and we send, so that every request is written down.
    srp = AWSSRP(username, password, pool_id, client_id, client=service)
    service.journal.note(f"USER_SRP_AUTH is begun for {username} with the password {password}")
    return srp, srp.get_auth_params()


def answer_srp(srp: AWSSRP, challenge: SignIn, username: str) -> dict[str, str]:
    """The ChallengeResponses to PASSWORD_VERIFIER.

    Raises Blocked for a challenge that SRP cannot use."""
    try:
        responses: dict[str, str] = srp.process_challenge(dict(challenge.parameters), {"USERNAME": username})
    except (KeyError, ValueError, IndexError, TypeError) as fault:
        raise Blocked(f"PASSWORD_VERIFIER came with parameters that SRP cannot use ({fault!r})") from None
    return responses


def attempt(service: Cognito, operation: str, **parameters: Any) -> SignIn:
    """What comes of one request of a sign-in; an error answer is an outcome."""
    try:
        answer = service.call(operation, **parameters)
    except ServiceError as error:
        return SignIn(SignInOutcome(error.code), Text(error.message))
    challenge = answer.get("ChallengeName")
    tokens = answer.get("AuthenticationResult") or {}
    # Both at once is a finding, and the tokens are what matters: they are what the challenge was to hold back.
    outcome = TOKENS if tokens.get("AccessToken") else challenge or "neither tokens nor a challenge"
    return SignIn(
        SignInOutcome(outcome),
        parameters=answer.get("ChallengeParameters") or {},
        session=answer.get("Session") or "",
        tokens=tokens,
    )
