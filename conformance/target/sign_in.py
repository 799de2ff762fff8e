"""Signing in, by each flow that knows a password, as real clients do."""

from __future__ import annotations

from typing import Any

from conformance.errors import Blocked
from conformance.target.client import Cognito, ServiceError
from conformance.target.srp import SrpClient
from conformance.verdict.observed import NEITHER, TOKENS, SignInOutcome, Text
from conformance.verdict.reply import SignIn

USER_PASSWORD_AUTH = "USER_PASSWORD_AUTH"
ADMIN_USER_PASSWORD_AUTH = "ADMIN_USER_PASSWORD_AUTH"
USER_SRP_AUTH = "USER_SRP_AUTH"
FLOWS = (USER_PASSWORD_AUTH, ADMIN_USER_PASSWORD_AUTH, USER_SRP_AUTH)

RESPOND = ("RespondToAuthChallenge", "AdminRespondToAuthChallenge")

# The first operation of each flow.
OPERATIONS = {
    USER_PASSWORD_AUTH: "InitiateAuth",
    ADMIN_USER_PASSWORD_AUTH: "AdminInitiateAuth",
    USER_SRP_AUTH: "InitiateAuth",
}


def sign_in(service: Cognito, pool_id: str, client_id: str, username: str, password: str, flow: str) -> SignIn:
    """What comes of signing in with `password` by `flow`.

    An error answer is an outcome. Raises Blocked for a challenge that SRP cannot use, Inconclusive for a transport
    fault."""
    match flow:
        case "USER_PASSWORD_AUTH":
            parameters = {"USERNAME": username, "PASSWORD": password}
            return attempt(service, "InitiateAuth", flow, ClientId=client_id, AuthFlow=flow, AuthParameters=parameters)
        case "ADMIN_USER_PASSWORD_AUTH":
            parameters = {"USERNAME": username, "PASSWORD": password}
            pool = {"UserPoolId": pool_id, "ClientId": client_id}
            return attempt(service, "AdminInitiateAuth", flow, **pool, AuthFlow=flow, AuthParameters=parameters)
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


def prove_password(
    service: Cognito, pool_id: str, client_id: str, username: str, password: str, *, answer_as: str | None = None
) -> SignIn:
    """What comes of USER_SRP_AUTH if its challenge is answered with the name that the challenge gives, or `answer_as`.

    Raises Blocked for a challenge that SRP cannot use."""
    srp = begin_srp(service, pool_id, username, password)
    begun = {"ClientId": client_id, "AuthFlow": USER_SRP_AUTH, "AuthParameters": srp.auth_parameters}
    first = attempt(service, "InitiateAuth", USER_SRP_AUTH, **begun)
    if first != "PASSWORD_VERIFIER":
        return first
    session = {"Session": first.session} if first.session else {}
    return attempt(
        service,
        "RespondToAuthChallenge",
        USER_SRP_AUTH,
        **session,
        ClientId=client_id,
        ChallengeName="PASSWORD_VERIFIER",
        ChallengeResponses=answer_srp(srp, first, answer_as),
    )


def begin_srp(service: Cognito, pool_id: str, username: str, password: str) -> SrpClient:
    """The client's half of SRP; the password behind it is written down."""
    service.journal.note(f"USER_SRP_AUTH is begun for {username} with the password {password}")
    return SrpClient.begin(pool_id, username, password)


def answer_srp(srp: SrpClient, challenge: SignIn, answer_as: str | None = None) -> dict[str, str]:
    """The ChallengeResponses to PASSWORD_VERIFIER, which name the user as the challenge does, or as `answer_as`.

    Raises Blocked for a challenge that SRP cannot use."""
    try:
        return srp.challenge_responses(challenge.parameters, answer_as)
    except (KeyError, ValueError) as fault:
        reason = f"PASSWORD_VERIFIER came with parameters that SRP cannot use ({fault!r})"
        raise Blocked(reason, "InitiateAuth") from None


def _secure_remote_password(service: Cognito, pool_id: str, client_id: str, username: str, password: str) -> SignIn:
    if service.typed_names_in_srp:
        return prove_password(service, pool_id, client_id, username, password, answer_as=username)
    done = prove_password(service, pool_id, client_id, username, password)
    # A target that does not know the name that it gave may know the one that was typed. That it should know its own is
    # the claim srp-answer-takes-the-name-of-the-challenge; here the question is what the password opens.
    if done == "UserNotFoundException" and done.operation == "RespondToAuthChallenge":
        typed = prove_password(service, pool_id, client_id, username, password, answer_as=username)
        service.typed_names_in_srp = typed != "UserNotFoundException"
        return typed
    return done


def attempt(service: Cognito, operation: str, flow: str | None = None, **parameters: Any) -> SignIn:
    """What comes of one request of a sign-in by this flow; an error answer is an outcome."""
    try:
        answer = service.call(operation, **parameters)
    except ServiceError as error:
        return SignIn(SignInOutcome(error.code, operation=operation, flow=flow), Text(error.message, flow=flow))
    challenge = answer.get("ChallengeName") or ""
    tokens = answer.get("AuthenticationResult") or {}
    outcome = TOKENS if tokens.get("AccessToken") else ""
    if challenge:
        outcome = f"{challenge} with {TOKENS}" if outcome else challenge
    return SignIn(
        SignInOutcome(outcome or NEITHER, operation=operation, flow=flow),
        challenge=challenge,
        parameters=answer.get("ChallengeParameters") or {},
        session=answer.get("Session") or "",
        tokens=tokens,
    )
