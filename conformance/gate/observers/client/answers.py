"""What is made of answers: returned members, or class, code, message and members of the error."""

import json

from botocore.config import Config

from conformance.gate.observers.client.cases import LIFECYCLE, VALID
from conformance.gate.observers.client.observed import Observed, answer, call, error, make, outcome

HTML = {"Content-Type": "text/html"}
SUCCESSES = {
    "empty-object": (200, b"{}", {}),
    "empty-body": (200, b"", {}),
    "no-content": (204, b"", {}),
    "html": (200, b"<html>hotel network</html>", HTML),
    "broken-json": (200, b'{"a": ', {}),
    "list": (200, b"[]", {}),
    "null": (200, b"null", {}),
    "extra-members": (200, b'{"New": 1}', {}),
    "error-document": (200, b'{"__type": "UserNotFoundException", "message": "no"}', {}),
    "created": (201, b"{}", {}),
    "not-utf-8": (200, b"\xff\xfe", {}),
    "redirect": (302, b"", {"Location": "http://127.0.0.1:9/"}),
}
CODES = (
    "InternalErrorException",
    "InvalidParameterException",
    "InvalidPasswordException",
    "NotAuthorizedException",
    "OperationNotEnabledException",
    "PasswordHistoryPolicyViolationException",
    "ResourceNotFoundException",
    "TooManyRequestsException",
    "UserNotFoundException",
    "AccessDeniedException",
    "LimitExceededException",
    "ThrottlingException",
    "SerializationException",
    "UnknownOperationException",
    "InvalidSignatureException",
    "UnrecognizedClientException",
    "UserNotConfirmedException",
    "PasswordResetRequiredException",
    "ForbiddenException",
    "SomethingNewException",
)
ERRORS = {
    "namespace": (400, b'{"__type": "com.amazonaws.cognito#UserNotFoundException", "message": "no"}', {}),
    "uri-suffix": (400, b'{"__type": "UserNotFoundException:http://internal.amazon.com/x/", "message": "no"}', {}),
    "code-member": (400, b'{"code": "UserNotFoundException", "message": "no"}', {}),
    "capital-message": (400, b'{"__type": "UserNotFoundException", "Message": "no"}', {}),
    "both-messages": (400, b'{"__type": "UserNotFoundException", "message": "a", "Message": "b"}', {}),
    "no-message": (400, b'{"__type": "UserNotFoundException"}', {}),
    "null-message": (400, b'{"__type": "UserNotFoundException", "message": null}', {}),
    "numeric-message": (400, b'{"__type": "UserNotFoundException", "message": 1}', {}),
    "reason-code": (400, b'{"__type": "InvalidParameterException", "message": "no", "reasonCode": "R1"}', {}),
    "extra-member": (400, b'{"__type": "UserNotFoundException", "message": "no", "detail": "x"}', {}),
    "header-only": (400, b"{}", {"x-amzn-errortype": "UserNotFoundException"}),
    "header-and-body": (
        400,
        b'{"__type": "UserNotFoundException", "message": "no"}',
        {"x-amzn-errortype": "NotAuthorizedException"},
    ),
    "query-error": (
        400,
        b'{"__type": "UserNotFoundException", "message": "no"}',
        {"x-amzn-query-error": "Other;Sender"},
    ),
    "empty": (400, b"", {}),
    "html-400": (400, b"<html>no</html>", HTML),
    "html-403": (403, b"<html>no</html>", HTML),
    "html-404": (404, b"<html>no</html>", HTML),
    "broken-json": (400, b'{"__type": ', {}),
    "list": (400, b"[]", {}),
    "null": (400, b"null", {}),
    "not-utf-8": (400, b"\xff\xfe", {}),
    "not-found-404": (404, b'{"__type": "ResourceNotFoundException", "message": "no"}', {}),
    "unauthorized-401": (401, b'{"__type": "NotAuthorizedException", "message": "no"}', {}),
    "too-large-413": (413, b"", {}),
}


def answers():
    """Each answer, as (name, what became of it)."""
    observed = Observed(make(config=Config(retries={"max_attempts": 0})))
    operation = call(observed.client, "AdminSetUserPassword", VALID)
    for name, (status, body, headers) in SUCCESSES.items():
        observed.reply = lambda status=status, body=body, headers=headers: answer(status, body, headers)
        yield f"success/{name}", outcome(operation)
    for name, (status, body, headers) in ERRORS.items():
        observed.reply = lambda status=status, body=body, headers=headers: answer(status, body, headers)
        yield f"error/{name}", outcome(operation)
    for code in CODES:
        observed.reply = error(code)
        yield f"code/{code}", outcome(operation)
    for name, body in READ.items():
        observed.reply = lambda body=body: answer(200, json.dumps(body, ensure_ascii=False).encode())
        seen = outcome(call(observed.client, name, LIFECYCLE[name]))
        yield f"success/{name}", json.loads(json.dumps(seen, default=str)), name


# Answers with lists, maps, times and nested structures.
READ = {
    "AdminGetUser": {"Username": "alice", "UserStatus": "NEW_STATUS", "UserCreateDate": 1.5e9},
    "ListUsers": {
        "Users": [
            {"Username": "alice", "Enabled": True, "Attributes": [{"Name": "email", "Value": "alice@example.com"}]},
            {"Username": "bob", "Enabled": False, "Attributes": []},
        ],
        "PaginationToken": "next",
    },
    "AdminInitiateAuth": {
        "ChallengeName": "NEW_PASSWORD_REQUIRED",
        "ChallengeParameters": {"USER_ID_FOR_SRP": "bj\u00f6rn", "userAttributes": "{}"},
        "Session": "s" * 20,
    },
}
