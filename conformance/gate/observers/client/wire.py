"""Bytes and headers of requests, and what decides them."""

import botocore
from botocore.config import Config

from conformance.gate.observers.client.cases import LIFECYCLE, VALID, WIRE
from conformance.gate.observers.client.frozen import CLOCK
from conformance.gate.observers.client.observed import Observed, call, make, outcome, text


def sent_by(observed, call_):
    """The facts of the one request that a call sends, or what became of the call instead."""
    CLOCK.restart()
    observed.requests.clear()
    result = outcome(call_)
    if not observed.requests:
        return {"sent": result}
    request = observed.requests[0]
    seen = {"url": request.url, "method": request.method, "body": text(request.body), "sent": result}
    for name, value in request.headers.items():
        seen[f"header/{name}"] = text(value)
    return seen


def wire():
    """Each request, as (name, its parts, operation)."""
    observed = Observed(make())
    with_token = Observed(make(token="session-token"))
    unsigned = Observed(make(config=Config(signature_version=botocore.UNSIGNED)))
    for name, parameters in WIRE.items():
        yield name, sent_by(observed, call(observed.client, "AdminSetUserPassword", parameters))
    for name, other in (("session-token", with_token), ("unsigned", unsigned)):
        yield name, sent_by(other, call(other.client, "AdminSetUserPassword", VALID))
    for operation, parameters in LIFECYCLE.items():
        if operation in observed.client.meta.method_to_api_mapping.values():
            yield operation, sent_by(observed, call(observed.client, operation, parameters)), operation
