"""What Python code relies on besides calls: names, exception classes, events, pages, waiters, warnings, log records."""

import contextlib
import logging
import warnings

import botocore.session
import botocore.waiter
from botocore.config import Config

from conformance.gate.observers.client import observed
from conformance.gate.observers.client.cases import LIFECYCLE, POOL, VALID
from conformance.gate.observers.client.observed import Observed, accepted, answer, call, error, make

ERRORS = ("UserNotFoundException", "InvalidPasswordException", "TooManyRequestsException", "NotAuthorizedException")
# The events that handlers are written for, without the service's and the operation's name.
EVENTS = (
    "provide-client-params",
    "before-parameter-build",
    "before-endpoint-resolution",
    "before-call",
    "request-created",
    "choose-signer",
    "before-sign",
    "before-send",
    "response-received",
    "needs-retry",
    "after-call",
)
ONCE = {"mode": "standard", "total_max_attempts": 1}
SECRETS = {
    "password": VALID["Password"],
    "secret key": observed.CREDENTIALS[1],
    "session token": "session-token-5c1e",
    "access token": "access-token-77ab",
}


def facts():
    """Each fact, as (part, value)."""
    for observe in (_names, _exceptions, _metadata, _events, _pages, _waiters, _said):
        yield from observed.guarded(observe)


def _names():
    client = make()
    operations = set(client.meta.method_to_api_mapping)
    looked_at = {
        "client": client,
        "client.meta": client.meta,
        "botocore.session.Session": botocore.session.Session,
        "botocore.config.Config": Config,
        "botocore.exceptions": observed.faults,
    }
    if observed._BOTO3 is not None:
        looked_at |= {"boto3": observed._BOTO3, "boto3.session.Session": observed._BOTO3.session.Session}
    for owner, value in looked_at.items():
        for name in dir(value):
            if not name.startswith("_") and name not in operations:
                yield f"names/{owner}.{name}", True


def _exceptions():
    observed_client = Observed(make(config=Config(retries=ONCE)))
    client = observed_client.client
    for name in ("ClientError", *ERRORS):
        try:
            bases = [base.__name__ for base in getattr(client.exceptions, name).__mro__]
            yield f"exceptions/client.exceptions.{name}", bases[: bases.index("Exception") + 1]
        except Exception as problem:
            yield f"exceptions/client.exceptions.{name}", f"raises {type(problem).__name__}"
    operation = call(client, "AdminSetUserPassword", VALID)
    for name in ERRORS:
        observed_client.reply = error(name)
        try:
            operation()
        except Exception as raised:
            yield f"error-text/{name}", str(raised)[:200]
            yield f"error-text/{name}/attributes", sorted(key for key in vars(raised) if not key.startswith("_"))


def _metadata():
    headers = {"x-amzn-requestid": "a1b2c3", "X-Other": "1"}
    seen = Observed(make(config=Config(retries=ONCE)), lambda: answer(200, b"{}", headers))
    operation = call(seen.client, "AdminSetUserPassword", VALID)
    with contextlib.suppress(Exception):  # other layers report what it raises
        yield "metadata/success", operation().get("ResponseMetadata", {})
    seen.reply = lambda: answer(400, {"__type": "UserNotFoundException", "message": "no"}, headers)
    try:
        operation()
    except Exception as raised:
        yield "metadata/error", getattr(raised, "response", {}).get("ResponseMetadata", {})


def _events():
    called = {}
    client = make()

    def handler(known):
        def keep(event_name=None, **arguments):
            called.setdefault(known, {"event": event_name, "arguments": sorted(arguments)})

        return keep

    for event in EVENTS:
        client.meta.events.register(f"{event}.cognito-identity-provider", handler(event))
    seen = Observed(client)
    observed.outcome(call(seen.client, "AdminSetUserPassword", VALID))
    for event, value in called.items():
        yield f"events/{event}", value
    # Through a session, as those register who patch every client; and under the name of the service that came first.
    session = botocore.session.get_session()
    session.register_component("data_loader", observed._LOADER)
    made = []
    session.register("creating-client-class.cognito-identity-provider", lambda **names: made.append(sorted(names)))
    session.register("before-call.cognito-idp", lambda **_: made.append("before-call"))
    session.set_credentials(*observed.CREDENTIALS)
    through = Observed(session.create_client("cognito-idp", region_name="us-east-1"))
    observed.outcome(call(through.client, "AdminSetUserPassword", VALID))
    yield "events/through-a-session", made


def _pages():
    pages = [
        {"Users": [{"Username": "alice"}, {"Username": "bob"}], "PaginationToken": "two"},
        {"Users": [{"Username": "carol"}], "PaginationToken": "three"},
        {"Users": []},
    ]
    for name, chosen in {"all": {}, "limited": {"MaxItems": 1}, "page-size": {"PageSize": 1}}.items():
        replies = iter(pages)
        seen = Observed(make(), lambda replies=replies: answer(200, next(replies)))
        try:
            paginator = seen.client.get_paginator("list_users")
            found = [page.get("Users") for page in paginator.paginate(UserPoolId=POOL, PaginationConfig=chosen)]
        except Exception as problem:
            found = f"raises {type(problem).__name__}"
        sent = [observed.text(request.body) for request in seen.requests]
        yield f"pages/ListUsers/{name}", {"pages": found, "requests": sent}


def _waiters():
    yield "waiters/names", sorted(make().waiter_names)
    acceptors = [
        {"matcher": "path", "argument": "UserStatus", "expected": "CONFIRMED", "state": "success"},
        {"matcher": "error", "expected": "UserNotFoundException", "state": "retry"},
        {"matcher": "path", "argument": "UserStatus", "expected": "ARCHIVED", "state": "failure"},
    ]
    confirmed = {"delay": 1, "operation": "AdminGetUser", "maxAttempts": 3, "acceptors": acceptors}
    model = botocore.waiter.WaiterModel({"version": 2, "waiters": {"Confirmed": confirmed}})

    def is_in(status):
        return lambda: answer(200, {"Username": "alice", "UserStatus": status})

    replies = {
        "success": [error("UserNotFoundException"), is_in("UNCONFIRMED"), is_in("CONFIRMED")],
        "failure": [is_in("ARCHIVED")],
        "too-long": [is_in("UNCONFIRMED")] * 3,
        "error": [error("NotAuthorizedException")],
    }
    for name, made in replies.items():
        left = list(made)
        seen = Observed(make(), lambda left=left: left.pop(0)())
        waiter = botocore.waiter.create_waiter_with_client("Confirmed", model, seen.client)
        try:
            ended = waiter.wait(**LIFECYCLE["AdminGetUser"])
        except Exception as problem:
            ended = f"raises {type(problem).__name__}"
        yield f"waiters/{name}", {"ended": ended, "requests": len(seen.requests)}


class _Records(logging.Handler):
    """Keeps what is logged, formatted."""

    def __init__(self):
        super().__init__(logging.INFO)
        self.kept = []

    def emit(self, record):
        message = record.getMessage()
        if record.exc_info:
            message += logging.Formatter().formatException(record.exc_info)
        self.kept.append((record.levelname, record.name, message))


def _said():
    """Warnings and log records at creation, call, sign-in and failure."""
    signed_in = {"AuthenticationResult": {"AccessToken": SECRETS["access token"], "ExpiresIn": 3600}}
    situations = {
        "call": ("AdminSetUserPassword", accepted),
        "sign-in": ("AdminInitiateAuth", lambda: answer(200, signed_in)),
        "error": ("AdminSetUserPassword", error("InvalidPasswordException")),
        "retries": ("AdminSetUserPassword", error("InternalErrorException", 500)),
        "broken-answer": ("AdminInitiateAuth", lambda: answer(200, b'{"AccessToken": "access-token-77ab"')),
    }
    root = logging.getLogger()
    before = root.level
    records = _Records()
    root.addHandler(records)
    root.setLevel(logging.INFO)
    try:
        with warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always")
            client = make(token=SECRETS["session token"])
        yield from _heard("creation", warned, records)
        for name, (operation, reply) in situations.items():
            records.kept.clear()
            seen = Observed(client, reply)
            with warnings.catch_warnings(record=True) as warned:
                warnings.simplefilter("always")
                observed.outcome(call(client, operation, LIFECYCLE[operation]))
            seen.client.meta.events.unregister("before-send", seen._answer)
            yield from _heard(name, warned, records)
    finally:
        root.removeHandler(records)
        root.setLevel(before)


def _heard(situation, warned, records):
    yield f"warnings/{situation}", sorted({f"{one.category.__name__}: {str(one.message)[:120]}" for one in warned})
    kept = [
        f"{level} {name}: the {secret}"
        for level, name, message in records.kept
        for secret, value in SECRETS.items()
        if value in message
    ]
    yield f"secrets/{situation}", sorted(set(kept))
    loud = {f"{level} {name}" for level, name, _ in records.kept if level not in ("INFO", "DEBUG")}
    yield f"logs/{situation}", sorted(loud)
