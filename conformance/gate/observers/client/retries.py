"""How often and after which pauses a failing call is sent, per retry mode and fault."""

import botocore.exceptions as faults
from botocore.config import Config

from conformance.gate.observers.client.answers import HTML
from conformance.gate.observers.client.cases import VALID
from conformance.gate.observers.client.frozen import CLOCK
from conformance.gate.observers.client.observed import Observed, accepted, answer, call, error, make, outcome, text

MODES = ("default", "legacy", "standard", "adaptive")


def _url():
    return {"endpoint_url": "https://example.com/"}


FAULTS = {
    **{
        code: error(code)
        for code in (
            "TooManyRequestsException",
            "LimitExceededException",
            "ThrottlingException",
            "ThrottledException",
            "Throttling",
            "RequestLimitExceeded",
            "ProvisionedThroughputExceededException",
            "SlowDown",
            "RequestTimeout",
            "UserNotFoundException",
            "NotAuthorizedException",
            "InvalidPasswordException",
            "RequestTimeTooSkewed",
            "ExpiredTokenException",
        )
    },
    "InternalErrorException-500": error("InternalErrorException", 500),
    "InternalErrorException-400": error("InternalErrorException", 400),
    "ServiceUnavailable-503": error("ServiceUnavailableException", 503),
    "empty-500": lambda: answer(500),
    "empty-501": lambda: answer(501),
    "empty-502": lambda: answer(502),
    "html-503": lambda: answer(503, b"<html>down</html>", HTML),
    "empty-504": lambda: answer(504),
    "empty-429": lambda: answer(429),
    "TooManyRequestsException-429": error("TooManyRequestsException", 429),
    "retry-after-header": error("InternalErrorException", 500, **{"Retry-After": "7"}),
    "x-amz-retry-after-header": error("InternalErrorException", 500, **{"x-amz-retry-after": "1500"}),
    "throttled-x-amz-retry-after": error("TooManyRequestsException", 400, **{"x-amz-retry-after": "1500"}),
    "connect-timeout": lambda: faults.ConnectTimeoutError(**_url()),
    "read-timeout": lambda: faults.ReadTimeoutError(**_url()),
    "unreachable": lambda: faults.EndpointConnectionError(error="refused", **_url()),
    "connection-closed": lambda: faults.ConnectionClosedError(**_url()),
    "tls": lambda: faults.SSLError(error="bad certificate", **_url()),
    "proxy": lambda: faults.ProxyConnectionError(proxy_url="http://proxy"),
    "other-http": lambda: faults.HTTPClientError(error="odd"),
}


def _attempts(observed, parameters=VALID):
    CLOCK.restart()
    result = outcome(call(observed.client, "AdminSetUserPassword", parameters))
    sent = [text(request.headers.get("amz-sdk-request")) for request in observed.requests]
    return {
        "attempts": len(observed.requests),
        "delays": CLOCK.slept,
        "header": sent,
        "raised": result.get("raised") or result.get("crashed"),
    }


def retries():
    """Each mode or setting with each fault, as (name, its parts)."""
    for mode in MODES:
        config = None if mode == "default" else Config(retries={"mode": mode})
        for name, fault in FAULTS.items():
            yield f"{mode}/{name}", _attempts(Observed(make(config=config), fault))
    throttled, broken = FAULTS["TooManyRequestsException"], FAULTS["InternalErrorException-500"]
    settings = {
        "max_attempts=0": Config(retries={"max_attempts": 0}),
        "max_attempts=1": Config(retries={"max_attempts": 1}),
        "max_attempts=6": Config(retries={"max_attempts": 6}),
        "total_max_attempts=1": Config(retries={"total_max_attempts": 1}),
        "total_max_attempts=2": Config(retries={"total_max_attempts": 2}),
        "standard,max_attempts=1": Config(retries={"mode": "standard", "max_attempts": 1}),
        "standard,total_max_attempts=6": Config(retries={"mode": "standard", "total_max_attempts": 6}),
    }
    for name, config in settings.items():
        for kind, fault in (("throttled", throttled), ("broken", broken)):
            yield f"config:{name}/{kind}", _attempts(Observed(make(config=config), fault))
    for setting in ({"AWS_MAX_ATTEMPTS": "2"}, {"AWS_RETRY_MODE": "standard"}, {"AWS_RETRY_MODE": "legacy"}):
        name = ",".join(f"{key}={value}" for key, value in setting.items())
        for kind, fault in (("throttled", throttled), ("broken", broken)):
            yield f"environment:{name}/{kind}", _attempts(Observed(make(environment=setting), fault))
    quota = Observed(make(config=Config(retries={"mode": "standard"})), broken)
    for _ in range(70):
        quota.requests.clear()
        last = _attempts(quota)
    yield "standard/quota-after-70-failures", last
    healed = Observed(make(), None)
    replies = [broken, accepted]
    healed.reply = lambda: replies.pop(0)()
    yield "default/healed-by-the-second-attempt", _attempts(healed)
