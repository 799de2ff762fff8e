"""Faults in the policy: each rule off, always on, at a wrong boundary, or not for everybody."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from conformance.mutants.mutant import (
    SET,
    Mutant,
    Plant,
    around,
    both,
    constant,
    entry,
    laxer,
    mutant,
    setting,
    stricter,
)
from conformance.reference import password_policy as passwords
from conformance.reference import validation
from conformance.reference.password_policy import RULES

CLASSES = {"uppercase": "Uppercase", "lowercase": "Lowercase", "numbers": "Numbers", "symbols": "Symbols"}
COUNTED = {
    "uppercase": lambda p: any(c.isupper() for c in p),
    "lowercase": lambda p: any(c.islower() for c in p),
    "symbols": lambda p: any(not c.isalnum() for c in p),
}


def policies() -> Iterator[Mutant]:
    """Each rule off, always on, at a wrong boundary, or not for everybody."""
    for name, word in CLASSES.items():
        holds = RULES[name][0]
        yield mutant(
            f"{name}-rule-off",
            f"Require{word} has no effect.",
            _rule(name, lambda *_: True),
            f"{name}-{'are' if name.endswith('s') else 'is'}-required",
        )
        yield mutant(
            f"{name}-always-required",
            f"Require{word} counts as true, whatever the pool says.",
            _rule(name, lambda p, policy, h=holds, w=word: h(p, {**policy, f"Require{w}": True})),
            f"{name}-may-be-unrequired",
        )
        yield mutant(
            f"{name}-rule-by-default-off",
            f"A pool without a policy does not ask for {name}.",
            around(
                passwords,
                "policy_of",
                lambda f, given, w=word: {**f(given), f"Require{w}": given.get(f"Require{w}", False)},
            ),
            "default-policy-applies",
        )
        if name in COUNTED:
            yield mutant(
                f"{name}-of-any-script",
                f"Characters beyond Basic Latin count as {name}.",
                _rule(name, lambda p, policy, c=COUNTED[name], w=word: not policy[f"Require{w}"] or c(p)),
                "other-characters-count-for-nothing",
            )
    for name, intent, holds in (
        (
            "minimum-one-less",
            "One character less than MinimumLength will do.",
            lambda p, q: len(p) >= q["MinimumLength"] - 1,
        ),
        (
            "minimum-never-above-12",
            "A MinimumLength above 12 counts as 12.",
            lambda p, q: len(p) >= min(q["MinimumLength"], 12),
        ),
        ("minimum-in-bytes", "MinimumLength counts bytes.", lambda p, q: len(p.encode()) >= q["MinimumLength"]),
        ("minimum-off", "MinimumLength has no effect.", lambda p, q: True),
        ("minimum-always-6", "MinimumLength counts as 6.", lambda p, q: len(p) >= 6),
    ):
        yield mutant(name, intent, _rule("length", holds), "minimum-length-is-enforced")
    for name, intent, holds in (
        ("minimum-one-more", "MinimumLength itself is too short.", lambda p, q: len(p) > q["MinimumLength"]),
        (
            "minimum-at-least-8",
            "A MinimumLength under 8 counts as 8.",
            lambda p, q: len(p) >= max(8, q["MinimumLength"]),
        ),
        (
            "minimum-in-ascii",
            "MinimumLength counts ASCII characters only.",
            lambda p, q: len(p.encode("ascii", "ignore")) >= q["MinimumLength"],
        ),
    ):
        yield mutant(name, intent, _rule("length", holds), "minimum-length-is-enough")
    yield mutant(
        "only-99-characters",
        "A password may have less than 99 characters only.",
        stricter("Password", lambda v: len(v) < 99),
        "minimum-length-is-enough",
        "password-may-have-256-characters",
    )
    yield mutant(
        "no-default-length",
        "A pool without a policy asks for 6 characters.",
        around(passwords, "policy_of", lambda f, given: {**f(given), "MinimumLength": given.get("MinimumLength", 6)}),
        "default-policy-applies",
    )
    for word, status in (("temporary", "FORCE_CHANGE_PASSWORD"), ("permanent", "CONFIRMED")):
        yield mutant(
            f"policy-exempts-{word}",
            f"A {word} password is not held to the policy.",
            setting(
                lambda f, self, pool, user, o, password, row, to=status: (
                    (self.store(pool, user, password), self.move(pool, user, row))
                    if (o, row.to) == (SET, to)
                    else f(self, pool, user, o, password, row)
                )
            ),
            "uppercase-is-required",
            "minimum-length-is-enforced",
            "symbols-are-required",
        )
    for name, missing in (
        ("equals-plus-hyphen", "=+-"),
        ("backslash", "\\"),
        ("backtick", "`"),
        ("hyphen", "-"),
        ("quotation-mark", '"'),
    ):
        yield mutant(
            f"symbol-{name}-does-not-count",
            f"Of the listed symbols {missing} does not count.",
            constant(passwords, "SYMBOLS", passwords.SYMBOLS - set(missing)),
            "every-listed-symbol-counts",
        )
    yield mutant(
        "space-is-no-symbol",
        "A space inside counts for nothing.",
        constant(passwords, "SYMBOLS", passwords.SYMBOLS - {" "}),
        "inner-space-counts-as-a-symbol",
    )
    yield mutant(
        "spaces-are-refused",
        "No space may stand in a password, as the model's pattern can be read.",
        entry(validation.PATTERNS, "PasswordType", r"[\S]+"),
        "inner-spaces-are-allowed",
        "inner-space-counts-as-a-symbol",
    )
    for name, intent, bound in (
        ("passwords-of-ascii-only", "A password may have ASCII characters only.", "\x80"),
        ("passwords-of-latin-1-only", "A password may have Latin-1 characters only.", "\u0100"),
        ("passwords-within-16-bits", "A password may have no character beyond 16 bits.", "\U00010000"),
    ):
        yield mutant(
            name,
            intent,
            stricter("Password", lambda v, b=bound: max(v, default="") < b),
            "other-characters-are-allowed",
        )
    for name, intent, pattern, claims in (
        (
            "edges-unchecked",
            "White space may stand at the edges.",
            r"(?s).+",
            ("leading-space-is-refused", "trailing-space-is-refused"),
        ),
        ("leading-space-allowed", "White space may stand in front.", r"(?s).*\S", ("leading-space-is-refused",)),
        ("trailing-space-allowed", "White space may stand at the end.", r"(?s)\S.+", ("trailing-space-is-refused",)),
        (
            "only-spaces-are-white",
            "A tab at the edge is no white space.",
            r"(?s)[^ ].*[^ ]",
            ("leading-space-is-refused", "trailing-space-is-refused"),
        ),
        (
            "one-character-allowed",
            "A single character gets as far as the policy.",
            r"(?s)\S(.*\S)?",
            ("one-character-password-is-refused",),
        ),
        (
            "empty-password-allowed",
            "An empty password is accepted by the pattern.",
            r"(?s)(\S.*\S)?",
            ("empty-password-is-refused",),
        ),
    ):
        yield mutant(name, intent, entry(validation.PATTERNS, "PasswordType", pattern), *claims)
    yield mutant(
        "empty-password-clears",
        "An empty password takes the password away.",
        both(
            entry(validation.PATTERNS, "PasswordType", r"(?s)(\S.*\S)?"),
            around(
                passwords,
                "check_policy",
                lambda f, o, password, policy: f(o, password, policy) if password else None,
            ),
        ),
        "empty-password-is-refused",
    )
    yield mutant(
        "passwords-up-to-255",
        "A password may have 255 characters only.",
        stricter("Password", lambda v: len(v) < 256),
        "password-may-have-256-characters",
    )
    yield mutant(
        "passwords-counted-in-bytes",
        "A password may have 256 bytes.",
        stricter("Password", lambda v: len(v.encode("utf-8", "surrogatepass")) <= 256),
        "password-may-have-256-characters",
    )
    yield mutant(
        "password-length-unchecked",
        "A password may be as long as you like.",
        laxer("PasswordType", "less than or equal"),
        "password-over-256-characters-is-refused",
    )
    yield mutant(
        "password-too-long-is-policy",
        "A password of 257 characters is InvalidPasswordException.",
        both(
            laxer("PasswordType", "less than or equal"),
            _rule("length", lambda p, q: q["MinimumLength"] <= len(p) <= 256),
        ),
        "password-over-256-characters-is-refused",
        "parameters-are-checked-before-the-policy",
    )
    yield mutant(
        "policy-before-parameters",
        "The policy is asked before the constraints of the request.",
        around(
            validation,
            "violated",
            lambda f, shape, members, path: (
                (_policy_first(members), f(shape, members, path))[1]
                if shape.name == "AdminSetUserPasswordRequest"
                else f(shape, members, path)
            ),
        ),
        "parameters-are-checked-before-the-policy",
    )


def _rule(name: str, holds: Any) -> Plant:
    return entry(RULES, name, (holds, RULES[name][1]))


def _policy_first(members: Any) -> None:
    if "Password" in members:
        passwords.check_policy(SET, members["Password"], passwords.DEFAULTS)
