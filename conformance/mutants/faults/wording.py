"""Faults in wording: each text otherwise."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from conformance.mutants.mutant import Mutant, Plant, around, constant, entry, mutant
from conformance.reference import errors, validation
from conformance.reference import password_policy as passwords
from conformance.reference.errors import Refusal
from conformance.reference.password_policy import RULES
from conformance.reference.service import CognitoSpec


def wording() -> Iterator[Mutant]:
    """Each text otherwise."""
    rule = "policy-message-names-the-rule"
    yield mutant(
        "policy-prefix-of-sign-up",
        "The prefix is that of SignUp.",
        constant(passwords, "PREFIX", passwords.PREFIXES["SignUp"]),
        rule,
    )
    for name in RULES:
        yield mutant(
            f"{name}-text-is-general", f"The text on {name} does not name it.", _text(name, "Password is weak"), rule
        )
    yield mutant(
        "length-is-reported-last",
        "Length is the last rule that is looked at.",
        around(passwords, "check_policy", _length_last),
        "length-is-reported-first",
    )
    yield mutant(
        "no-user-without-a-full-stop",
        "No full stop ends the text on an unknown user.",
        constant(errors, "NO_USER", "User does not exist"),
        "unknown-user-message",
    )
    yield mutant(
        "no-pool-without-its-id",
        "The text on an unknown pool does not name it.",
        around(CognitoSpec, "pool", _retold),
        "unknown-pool-message",
    )
    yield mutant(
        "constraint-names-in-capitals",
        "The text on a constraint spells members as requests do.",
        _clause("'userPoolId'", "'UserPoolId'"),
        "missing-member-message",
        "malformed-pool-id-message",
    )
    yield mutant(
        "constraint-must-not-be-empty",
        "The text on a missing member says empty.",
        _clause("not be null", "not be empty"),
        "missing-member-message",
    )
    yield mutant(
        "pool-id-is-masked",
        "The text on a malformed id does not quote it.",
        around(
            validation,
            "violated",
            lambda f, *given: (
                re.sub("Value '.*' at 'userPoolId'", "Value at 'userPoolId'", c, flags=re.DOTALL) for c in f(*given)
            ),
        ),
        "malformed-pool-id-message",
    )
    yield mutant(
        "password-pattern-of-the-model",
        "The text states the pattern that the model publishes.",
        _clause(r"^[\S]+.*[\S]+$", r"[\S]+"),
        "password-pattern-message",
    )
    yield mutant(
        "username-constraint-is-general",
        "The text on a malformed name does not state the constraint.",
        _clause("Value at 'username' failed to satisfy constraint: Member must", "Value at 'username' must"),
        "constraint-messages-mask-the-username",
    )
    for name, intent, pattern, instead in (
        ("count-is-one", "The message counts one violation, however many it lists.", r"^\d+ v", "1 v"),
        ("count-in-the-singular", "Several violations are an error.", "errors detected", "error detected"),
        ("first-is-listed", "Of several violations the message lists the first.", r"; .*", ""),
        ("follow-a-comma", "A comma parts the violations.", "; ", ", "),
        ("are-listed-twice", "Each violation is listed twice.", r": (.*)", r": \1; \1"),
    ):
        yield mutant(f"violations-{name}", intent, _violations(pattern, instead), "several-violations-are-counted")


def _violations(pattern: str, instead: str) -> Plant:
    def parse(f: Any, *given: Any) -> Any:
        try:
            return f(*given)
        except Refusal as problem:
            told = problem.message and re.sub(pattern, instead, problem.message, count=1)
            raise Refusal(problem.code, told) from None

    return around(validation, "parse", parse)


def _text(name: str, text: str) -> Plant:
    return entry(RULES, name, (RULES[name][0], text))


def _clause(old: str, new: str) -> Plant:
    return around(validation, "violated", lambda f, *given: (clause.replace(old, new) for clause in f(*given)))


def _length_last(f: Any, operation: str, password: str, policy: Any) -> None:
    f(operation, password + "\u0101" * 99, policy)
    f(operation, password, policy)


def _retold(f: Any, self: CognitoSpec, asked: Any) -> Any:
    try:
        return f(self, asked)
    except Refusal as problem:
        raise Refusal(problem.code, "User pool does not exist.") from None
