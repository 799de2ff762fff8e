"""Which parameters are refused before anything is sent."""

from conformance.gate.observers.client.cases import VALID
from conformance.gate.observers.client.observed import Observed, call, make, outcome


def _without(name):
    return {key: value for key, value in VALID.items() if key != name}


VALIDATION = {
    **{f"missing-{name}": _without(name) for name in ("UserPoolId", "Username", "Password")},
    "nothing": {},
    "unknown-member": {**VALID, "ClientMetadata": {"a": "b"}},
    "lower-case-member": {**VALID, "username": "alice"},
    **{f"empty-{name}": {**VALID, name: ""} for name in ("UserPoolId", "Username", "Password")},
    **{f"none-{name}": {**VALID, name: None} for name in VALID},
    **{f"number-{name}": {**VALID, name: 1} for name in VALID},
    **{f"bytes-{name}": {**VALID, name: b"x"} for name in VALID},
    **{f"list-{name}": {**VALID, name: []} for name in VALID},
    "text-Permanent": {**VALID, "Permanent": "true"},
    "short-Password": {**VALID, "Password": "Aa1!"},
    "long-Password": {**VALID, "Password": "Aa1!" * 65},
    "space-in-Password": {**VALID, "Password": "a b"},
    "long-Username": {**VALID, "Username": "u" * 200},
    "long-UserPoolId": {**VALID, "UserPoolId": "us-east-1_" + "a" * 60},
    "malformed-UserPoolId": {**VALID, "UserPoolId": "no underscore"},
}


def validation():
    """Each set of parameters, as (name, "sent" or the refusal)."""
    observed = Observed(make())
    for name, parameters in VALIDATION.items():
        observed.requests.clear()
        result = outcome(call(observed.client, "AdminSetUserPassword", parameters))
        yield name, "sent" if observed.requests else result
