"""Which scenarios share a pool though they ask for different ones: what they ask for has nothing to do with each other.

A scenario asks for what it needs, and knows nothing of this. A target that cannot make the pool with all of it is asked
for each by itself (pools.py)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

# All four rules are sent, so that no target's default has a say.
POLICY = {
    "MinimumLength": 8,
    "RequireUppercase": True,
    "RequireLowercase": True,
    "RequireNumbers": True,
    "RequireSymbols": True,
}

_NO_RULE = dict.fromkeys((name for name in POLICY if name.startswith("Require")), False)

# What is asked for in each pool: the policy, where it differs from POLICY, and other parameters of CreateUserPool.
#
# How long a temporary password is valid shows days later. Nobody who shares a pool with that waits so long, and nobody
# has a temporary password where it is 0 days, which a target may take literally.
_TOGETHER: tuple[tuple[Mapping[str, Any], ...], ...] = (
    ({"policy": {"TemporaryPasswordValidityDays": 0}}, {"policy": {"PasswordHistorySize": 1}}),
    ({"policy": {"TemporaryPasswordValidityDays": 1}}, {"policy": {"PasswordHistorySize": 2}}),
    (
        {"policy": {"TemporaryPasswordValidityDays": 30}},
        {"policy": {"PasswordHistorySize": 3}},
        {"policy": {**_NO_RULE, "RequireSymbols": True}},
    ),
    (
        {"policy": {"TemporaryPasswordValidityDays": 365}},
        {"policy": {**_NO_RULE, "RequireUppercase": True, "MinimumLength": 6}},
    ),
    (
        {"UsernameConfiguration": {"CaseSensitive": True}},
        {"policy": {"PasswordHistorySize": 0}},
        {"policy": _NO_RULE},
    ),
)


def parameters(*, policy: Mapping[str, Any] | None = POLICY, **others: Any) -> dict[str, Any]:
    """The parameters of CreateUserPool with a policy: POLICY but for what `policy` says, or none where that is None."""
    return others if policy is None else {**others, "Policies": {"PasswordPolicy": {**POLICY, **policy}}}


def together(asked: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters of the pool that has these, and what others ask for; empty where nobody shares it."""
    return _SHARED.get(_key(asked), {})


def _key(asked: Mapping[str, Any]) -> str:
    return json.dumps(asked, sort_keys=True)


def _all_of(pool: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    policy = {name: value for asked in pool for name, value in asked.get("policy", {}).items()}
    return parameters(**{name: value for asked in pool for name, value in asked.items()} | {"policy": policy})


_SHARED = {_key(parameters(**asked)): _all_of(pool) for pool in _TOGETHER for asked in pool}
