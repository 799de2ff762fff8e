"""What a pool asks of a password: policy and history."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from conformance.reference.errors import USED_BEFORE, Refusal

# The characters of the developer guide; a space counts where it is neither first nor last, which the pattern sees to.
SYMBOLS = frozenset("^$*.[]{}()?\"!@#%&/\\,><':;|_~`=+- ")

DEFAULTS: Mapping[str, Any] = {
    "MinimumLength": 8,
    "RequireUppercase": True,
    "RequireLowercase": True,
    "RequireNumbers": True,
    "RequireSymbols": True,
    "TemporaryPasswordValidityDays": 7,
    "PasswordHistorySize": 0,
}

Rule = tuple[Callable[[str, Mapping[str, Any]], bool], str]

# In the order in which they are reported; each holds, or its text says why not. Letters and digits are ASCII's.
RULES: dict[str, Rule] = {
    "length": (lambda password, policy: len(password) >= policy["MinimumLength"], "Password not long enough"),
    "lowercase": (
        lambda password, policy: not policy["RequireLowercase"] or any("a" <= c <= "z" for c in password),
        "Password must have lowercase characters",
    ),
    "uppercase": (
        lambda password, policy: not policy["RequireUppercase"] or any("A" <= c <= "Z" for c in password),
        "Password must have uppercase characters",
    ),
    "numbers": (
        lambda password, policy: not policy["RequireNumbers"] or any("0" <= c <= "9" for c in password),
        "Password must have numeric characters",
    ),
    "symbols": (
        lambda password, policy: not policy["RequireSymbols"] or any(c in SYMBOLS for c in password),
        "Password must have symbol characters",
    ),
}

PREFIXES = {
    "SignUp": "Password did not conform with policy: ",
    "ChangePassword": "Password did not conform with policy: ",
    "AdminCreateUser": "Password did not conform with password policy: ",
}
PREFIX = "Password does not conform to policy: "


def policy_of(configured: Mapping[str, Any]) -> dict[str, Any]:
    """The policy of a pool, with the default where nothing is said; zero days of validity say nothing."""
    named = {name: value for name, value in configured.items() if (name, value) != ("TemporaryPasswordValidityDays", 0)}
    return {**DEFAULTS, **named}


def check_policy(operation: str, password: str, policy: Mapping[str, Any]) -> None:
    """Raise Refusal (InvalidPasswordException) for the first rule that does not hold."""
    for holds, text in RULES.values():
        if not holds(password, policy):
            raise Refusal("InvalidPasswordException", PREFIXES.get(operation, PREFIX) + text)


def check_history(password: str, before: Sequence[str], size: int) -> None:
    """Raise Refusal where `password` is among the last `size` ones, the current one included."""
    if size and password in before[-size:]:
        raise Refusal("PasswordHistoryPolicyViolationException", USED_BEFORE)
