"""Faults in wording: each text is another."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from conformance.mutants.mutant import Call, Plant, around, constant, entry, mutant
from conformance.reference import errors, validation
from conformance.reference import password_policy as passwords
from conformance.reference.errors import Refusal
from conformance.reference.password_policy import RULES
from conformance.reference.service import CognitoSpec

RULE = "policy-message-names-the-rule"
MISSING, POOL_ID = "missing-member-message", "malformed-pool-id-message"
PATTERN, MASKED = "password-pattern-message", "constraint-messages-mask-the-username"

mutant("policy-prefix-of-sign-up", "The prefix is that of SignUp.", RULE)(
    constant(passwords, "PREFIX", passwords.PREFIXES["SignUp"])
)
for _name, (_holds, _) in RULES.items():
    _first = ("length-is-reported-first",) if _name == "length" else ()
    mutant(f"{_name}-text-is-general", f"The text on {_name} does not name it.", RULE, also=_first)(
        entry(RULES, _name, (_holds, "Password is weak"))
    )


@mutant("length-is-reported-last", "Length is the last rule that is looked at.", "length-is-reported-first")
@around(passwords, "check_policy")
def length_last(real: Call, operation: str, password: str, policy: Any) -> None:
    real(operation, password + "\u0101" * 99, policy)
    real(operation, password, policy)


@mutant("every-broken-rule-is-reported", "The text lists each rule that is broken.", "length-is-reported-first")
@around(passwords, "check_policy")
def every_rule(_: Call, operation: str, password: str, policy: Any) -> None:
    texts = [text for holds, text in passwords.RULES.values() if not holds(password, policy)]
    if texts:
        prefix = passwords.PREFIXES.get(operation, passwords.PREFIX)
        raise Refusal("InvalidPasswordException", prefix + ", ".join(texts))


mutant("no-user-of-a-client", "The text on an unknown user is that of a hidden one.", "unknown-user-message")(
    constant(errors, "NO_USER", "Username/client id combination not found.")
)
mutant("no-user-without-a-full-stop", "No full stop ends the text on an unknown user.", "unknown-user-message")(
    constant(errors, "NO_USER", "User does not exist")
)


def _reworded(owner: object, name: str, reword: Callable[[str], str]) -> Plant:
    """Refuse with another text whatever this function refuses."""

    @around(owner, name)
    def plant(real: Call, *given: Any) -> Any:
        try:
            return real(*given)
        except Refusal as problem:
            raise Refusal(problem.code, problem.message and reword(problem.message)) from None

    return plant


mutant("no-pool-without-its-id", "The text on an unknown pool does not name it.", "unknown-pool-message")(
    _reworded(CognitoSpec, "pool", lambda _: "User pool does not exist.")
)
mutant("no-pool-but-a-client", "The text on an unknown pool speaks of a client.", "unknown-pool-message")(
    _reworded(CognitoSpec, "pool", lambda text: text.replace("User pool ", "User pool client "))
)


def _clause(pattern: str, instead: str) -> Plant:
    """Replace what matches in each clause on a constraint."""

    @around(validation, "violated")
    def plant(real: Call, *given: Any) -> Iterator[str]:
        for clause in real(*given):
            yield re.sub(pattern, lambda _: instead, clause, flags=re.DOTALL)

    return plant


for _name, _intent, _pattern, _instead, _claims in (
    (
        "constraint-names-in-capitals",
        "The text on a constraint spells members as requests do.",
        "'userPoolId'",
        "'UserPoolId'",
        (MISSING, POOL_ID),
    ),
    (
        "constraint-must-not-be-empty",
        "The text on a missing member says empty.",
        "not be null",
        "not be empty",
        (MISSING,),
    ),
    (
        "pool-id-is-masked",
        "The text on a malformed id does not quote it.",
        "Value '.*' at 'userPoolId'",
        "Value at 'userPoolId'",
        (POOL_ID,),
    ),
    (
        "password-pattern-of-the-model",
        "The text states the pattern that the model publishes.",
        re.escape(r"^[\S]+.*[\S]+$"),
        r"[\S]+",
        (PATTERN,),
    ),
    (
        "username-constraint-is-general",
        "The text on a malformed name does not state the constraint.",
        "Value at 'username' failed to satisfy constraint: Member must",
        "Value at 'username' must",
        (MASKED,),
    ),
):
    mutant(_name, _intent, *_claims)(_clause(_pattern, _instead))


def _violations(pattern: str, instead: str) -> Plant:
    """Replace the first match in the text on all constraints together."""
    return _reworded(validation, "parse", lambda text: re.sub(pattern, instead, text, count=1))


for _name, _intent, _pattern, _instead in (
    ("count-is-one", "The message counts one violation, however many it lists.", r"^\d+ v", "1 v"),
    ("count-in-the-singular", "Several violations are an error.", "errors detected", "error detected"),
    ("first-is-listed", "Of several violations the message lists the first.", r"; .*", ""),
    ("follow-a-comma", "A comma parts the violations.", "; ", ", "),
    ("are-listed-twice", "Of several violations each is listed twice.", r"(errors detected): (.*)", r"\1: \2; \2"),
):
    mutant(f"violations-{_name}", _intent, "several-violations-are-counted")(_violations(_pattern, _instead))
