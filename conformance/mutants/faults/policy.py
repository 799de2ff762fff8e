"""Faults in the policy: each rule off, always on, at a wrong boundary, or not for everybody."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from conformance.contract.transitions import Row
from conformance.mutants.consequences import HISTORY, POLICY
from conformance.mutants.mutant import (
    SET,
    Call,
    Plant,
    around,
    constant,
    entry,
    laxer,
    members_to_set,
    setting,
    stricter,
    together,
)
from conformance.mutants.mutant import (
    mutant as fault,
)
from conformance.reference import http, validation
from conformance.reference import password_policy as passwords
from conformance.reference.password_policy import RULES
from conformance.reference.service import CognitoSpec
from conformance.reference.stored import StoredPool, StoredUser
from conformance.verdict.reply import HttpRequest

# All of these ask the policy.
mutant = partial(fault, also=POLICY)

Policy = Mapping[str, Any]
Holds = Callable[[str, Policy], bool]

DEFAULT, ENFORCED, ENOUGH = "default-policy-applies", "minimum-length-is-enforced", "minimum-length-is-enough"
LEADING, TRAILING, EMPTY = "leading-space-is-refused", "trailing-space-is-refused", "empty-password-is-refused"
MOST, OVER = "password-may-have-256-characters", "password-over-256-characters-is-refused"
FIRST = "parameters-are-checked-before-the-policy"
BUT_EMPTY = r"(?s)(\S.*\S)?"

# Sentences on the text that states the pattern.
WORDED = ("password-pattern-message", "several-violations-are-counted", FIRST)

COUNTED: dict[str, Callable[[str], bool]] = {
    "uppercase": lambda password: any(c.isupper() for c in password),
    "lowercase": lambda password: any(c.islower() for c in password),
    "symbols": lambda password: any(not c.isalnum() for c in password),
}


def _rule(name: str, holds: Holds) -> Plant:
    """Let another condition decide a rule of the policy."""
    return entry(RULES, name, (holds, RULES[name][1]))


def _by_default(member: str, value: object) -> Plant:
    """Give pools that do not say so another value."""

    @around(passwords, "policy_of")
    def plant(real: Call, configured: Policy) -> Policy:
        return {**real(configured), member: configured.get(member, value)}

    return plant


def _for_class(name: str, word: str) -> None:
    """The faults in one of the four classes of characters."""
    member, real = f"Require{word}", RULES[name][0]

    def always(password: str, policy: Policy) -> bool:
        return real(password, {**policy, member: True})

    def with_another(password: str, policy: Policy) -> bool:
        required = any(value for rule, value in policy.items() if rule.startswith("Require"))
        return real(password, {**policy, member: required})

    def of_any_script(password: str, policy: Policy) -> bool:
        return not policy[member] or COUNTED[name](password)

    required = f"{name}-{'are' if name.endswith('s') else 'is'}-required"
    mutant(f"{name}-rule-off", f"{member} has no effect.", required)(_rule(name, lambda *_: True))
    mutant(f"{name}-always-required", f"{member} counts as true, whatever the pool says.", f"{name}-may-be-unrequired")(
        _rule(name, always)
    )
    mutant(
        f"{name}-required-with-another",
        f"{member} counts as true where another class is required.",
        f"{name}-may-be-unrequired",
    )(_rule(name, with_another))
    mutant(f"{name}-rule-by-default-off", f"A pool without a policy does not ask for {name}.", DEFAULT)(
        _by_default(member, False)
    )
    if name in COUNTED:
        mutant(
            f"{name}-of-any-script",
            f"Characters beyond Basic Latin count as {name}.",
            "other-characters-count-for-nothing",
        )(_rule(name, of_any_script))


for _name in ("uppercase", "lowercase", "numbers", "symbols"):
    _for_class(_name, _name.capitalize())

LENGTHS: dict[str, tuple[str, Holds, str]] = {
    "minimum-one-less": (
        "One character less than MinimumLength will do.",
        lambda p, q: len(p) >= q["MinimumLength"] - 1,
        ENFORCED,
    ),
    "minimum-never-above-12": (
        "A MinimumLength above 12 counts as 12.",
        lambda p, q: len(p) >= min(q["MinimumLength"], 12),
        ENFORCED,
    ),
    "minimum-in-bytes": ("MinimumLength counts bytes.", lambda p, q: len(p.encode()) >= q["MinimumLength"], ENFORCED),
    "minimum-off": ("MinimumLength has no effect.", lambda p, q: True, ENFORCED),
    "minimum-always-6": ("MinimumLength counts as 6.", lambda p, q: len(p) >= 6, ENFORCED),
    "minimum-one-more": ("MinimumLength itself is too short.", lambda p, q: len(p) > q["MinimumLength"], ENOUGH),
    "minimum-at-least-8": (
        "A MinimumLength under 8 counts as 8.",
        lambda p, q: len(p) >= max(8, q["MinimumLength"]),
        ENOUGH,
    ),
    "minimum-in-ascii": (
        "MinimumLength counts ASCII characters only.",
        lambda p, q: len(p.encode("ascii", "ignore")) >= q["MinimumLength"],
        ENOUGH,
    ),
}
for _name, (_intent, _holds, _claim) in LENGTHS.items():
    _also = ("length-is-reported-first",) if _claim == ENFORCED else ()
    mutant(_name, _intent, _claim, also=(*POLICY, *_also))(_rule("length", _holds))
mutant("only-99-characters", "A password may have less than 99 characters only.", ENOUGH, MOST)(
    stricter("Password", lambda password: len(password) < 99)
)
mutant("no-default-length", "A pool without a policy asks for 6 characters.", DEFAULT)(_by_default("MinimumLength", 6))


def _exempt(status: str) -> Plant:
    """Set a password that leads to this status whatever the policy says."""

    @setting
    def plant(
        real: Call, self: CognitoSpec, pool: StoredPool, user: StoredUser, operation: str, password: str, row: Row
    ) -> None:
        if (operation, row.to) == (SET, status):
            self.store(pool, user, password)
            self.move(pool, user, row)
        else:
            real(self, pool, user, operation, password, row)

    return plant


for _word, _status in (("temporary", "FORCE_CHANGE_PASSWORD"), ("permanent", "CONFIRMED")):
    mutant(
        f"policy-exempts-{_word}",
        f"A {_word} password is not held to the policy.",
        "uppercase-is-required",
        "lowercase-is-required",
        "numbers-are-required",
        ENFORCED,
        "symbols-are-required",
        also=(*POLICY, *HISTORY),
    )(_exempt(_status))

for _name, _missing in (
    ("equals-plus-hyphen", "=+-"),
    ("backslash", "\\"),
    ("backtick", "`"),
    ("hyphen", "-"),
    ("quotation-mark", '"'),
):
    mutant(
        f"symbol-{_name}-does-not-count",
        f"Of the listed symbols {_missing} does not count.",
        "every-listed-symbol-counts",
    )(constant(passwords, "SYMBOLS", passwords.SYMBOLS - set(_missing)))
mutant("space-is-no-symbol", "A space inside counts for nothing.", "inner-space-counts-as-a-symbol")(
    constant(passwords, "SYMBOLS", passwords.SYMBOLS - {" "})
)
mutant(
    "spaces-are-refused",
    "No space may stand in a password, as the model's pattern can be read.",
    "inner-spaces-are-allowed",
    "inner-space-counts-as-a-symbol",
    also=(*POLICY, *WORDED),
)(entry(validation.PATTERNS, "PasswordType", r"\S[\S]+"))
_symbols = RULES["symbols"][0]
mutant("spaces-are-weak", "A password with a space breaks the policy.", "inner-spaces-are-allowed")(
    _rule("symbols", lambda password, policy: " " not in password and _symbols(password, policy))
)


def _characters_below(bound: str) -> Plant:
    return stricter("Password", lambda password: max(password, default="") < bound)


for _name, _intent, _bound in (
    ("passwords-of-ascii-only", "A password may have ASCII characters only.", "\x80"),
    ("passwords-of-latin-1-only", "A password may have Latin-1 characters only.", "\u0100"),
    ("passwords-within-16-bits", "A password may have no character beyond 16 bits.", "\U00010000"),
):
    mutant(_name, _intent, "other-characters-are-allowed")(_characters_below(_bound))

for _name, _intent, _pattern, _claims in (
    ("edges-unchecked", "White space may stand at the edges.", r"(?s)..+", (LEADING, TRAILING)),
    ("leading-space-allowed", "White space may stand in front.", r"(?s).+\S", (LEADING,)),
    ("trailing-space-allowed", "White space may stand at the end.", r"(?s)\S.+", (TRAILING,)),
    ("only-spaces-are-white", "A tab at the edge is not white space.", r"(?s)[^ ].*[^ ]", (LEADING, TRAILING)),
    (
        "one-character-allowed",
        "A single character gets as far as the policy.",
        r"(?s)\S(.*\S)?",
        ("one-character-password-is-refused",),
    ),
    (
        "one-sign-allowed",
        "A single character gets as far as the policy if it is a sign.",
        r"(?s)\S.*\S|[^\w\s]",
        ("one-character-password-is-refused",),
    ),
    ("empty-password-allowed", "An empty password is accepted by the pattern.", BUT_EMPTY, (EMPTY,)),
):
    mutant(_name, _intent, *_claims, also=(*POLICY, *WORDED))(entry(validation.PATTERNS, "PasswordType", _pattern))


@around(passwords, "check_policy")
def _but_empty(real: Call, operation: str, password: str, policy: Policy) -> None:
    if password:
        real(operation, password, policy)


mutant("empty-password-clears", "An empty password takes the password away.", EMPTY, also=(*POLICY, *WORDED))(
    together(entry(validation.PATTERNS, "PasswordType", BUT_EMPTY), _but_empty)
)
mutant("passwords-up-to-255", "A password may have 255 characters only.", MOST)(
    stricter("Password", lambda password: len(password) < 256)
)
mutant("passwords-counted-in-bytes", "A password may have 256 bytes.", MOST)(
    stricter("Password", lambda password: len(password.encode("utf-8", "surrogatepass")) <= 256)
)
mutant(
    "password-length-unchecked",
    "A password may be as long as you like.",
    OVER,
    also=(*POLICY, FIRST, "constraints-come-before-lookups"),
)(laxer("PasswordType", "less than or equal"))
mutant(
    "password-too-long-is-policy",
    "A password of 257 characters is InvalidPasswordException.",
    OVER,
    FIRST,
    also=(*POLICY, "constraints-come-before-lookups"),
)(
    together(
        laxer("PasswordType", "less than or equal"),
        _rule("length", lambda p, q: q["MinimumLength"] <= len(p) <= 256),
    )
)


@mutant(
    "policy-before-parameters",
    "The policy is asked before the constraints of the request.",
    FIRST,
    also=(LEADING, TRAILING, EMPTY, OVER, "one-character-password-is-refused"),
)
@around(http, "execute")
def policy_first(real: Call, service: CognitoSpec, request: HttpRequest) -> Any:
    members = members_to_set(request)
    pool, password = service.pools.get(str(members.get("UserPoolId"))), members.get("Password")
    if pool is not None and isinstance(password, str):
        passwords.check_policy(SET, password, pool.policy)
    return real(service, request)
