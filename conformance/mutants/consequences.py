"""What follows from a broad fault: the claims whose own sentence it breaks besides those that must kill it.

Where a fault changes what is said (an error's name, a kind of call refused), the sentences that say it are broken, and
are found by their words. The others are listed.
"""

from __future__ import annotations

from conformance.contract import ledger, transitions


def saying(*words: str, anywhere: bool = False) -> tuple[str, ...]:
    """The testable claims on AdminSetUserPassword, or on any operation, whose sentence has one of these words."""
    claims = (ledger.load_all() if anywhere else ledger.load()).claims.values()
    return tuple(c.id for c in claims if c.state == "testable" and any(word in c.text for word in words))


def of_topic(*topics: str) -> tuple[str, ...]:
    """The testable claims of these topics."""
    return tuple(c.id for c in ledger.load_all().claims.values() if c.state == "testable" and c.topic in topics)


def of_operation(name: str) -> tuple[str, ...]:
    """The testable claims in the ledger of an operation, which is named as its file is."""
    return tuple(c.id for c in ledger.load(name).claims.values() if c.state == "testable")


def of_rows(operation: str, flow: str = "") -> tuple[str, ...]:
    """The testable claims of an operation's rows in the table of transitions, or of its rows with one flow."""
    testable = {claim.id for claim in ledger.load_all().claims.values() if claim.state == "testable"}
    rows = (row for row in transitions.load().rows if row.operation == operation and row.when.startswith(flow))
    return tuple(dict.fromkeys(str(row.claim) for row in rows if row.claim in testable))


# Sentences that say that a call is accepted: broken wherever the operation refuses what it should take.
ACCEPTED = (
    "omitted-permanent-is-temporary",
    "works-on-any-user",
    "permanent-may-be-a-string",
    "permission-suffices",
    "administrator-revives-an-expired-user",
    "minimum-length-is-enough",
    "uppercase-may-be-unrequired",
    "lowercase-may-be-unrequired",
    "numbers-may-be-unrequired",
    "symbols-may-be-unrequired",
    "every-listed-symbol-counts",
    "inner-space-counts-as-a-symbol",
    "inner-spaces-are-allowed",
    "other-characters-are-allowed",
    "password-may-have-256-characters",
    "username-names-the-user",
    "email-alias-names-the-user",
    "phone-alias-names-the-user",
    "preferred-username-alias-names-the-user",
    "sub-names-the-user",
    "email-username-attribute-names-the-user",
    "phone-username-attribute-names-the-user",
    "usernames-ignore-case-when-configured",
    "aliases-ignore-case-when-configured",
    "username-within-the-pattern-is-accepted",
    "username-may-have-128-characters",
    "repeating-the-call-is-harmless",
    "older-passwords-may-return",
    "history-is-off-by-default",
    "federated-user-may-get-a-password",
    "federated-username-names-the-user",
)

# Sentences that say that a weak password is refused, and with which error.
WEAK = (*saying("InvalidPasswordException"), "default-policy-applies", "other-characters-count-for-nothing")

HISTORY = ("password-history-is-enforced", "history-includes-the-current-password")

# Sentences on what the password that was set does at a sign-in.
IN_FORCE = (
    "permanent-password-signs-in",
    "temporary-password-is-challenged",
    "permanent-password-replaces-the-old",
    "temporary-password-replaces-the-old",
    "wrong-password-is-refused",
    "password-is-stored-exactly",
    "last-call-wins",
    "parallel-calls-leave-one-password",
    "repeating-the-call-is-harmless",
    "works-on-any-user",
    "permanent-may-be-a-string",
    "password-may-have-256-characters",
    "administrator-revives-an-expired-user",
    "federated-user-signs-in-with-the-password",
    "federated-user-changes-the-password",
    "federated-user-updates-attributes",
)

# Sentences on the status that a call of AdminSetUserPassword leads to, the rows of the table included.
STATUS = (
    "temporary-password-forces-change",
    "permanent-password-confirms",
    "omitted-permanent-is-temporary",
    "last-call-wins",
    "list-users-shows-the-same-status",
    "repeating-the-call-is-harmless",
    "federated-user-becomes-confirmed",
)

# Sentences that say that a wrong or an older password is refused.
KEPT_OUT = (
    "wrong-password-is-refused",
    "wrong-password-does-not-sign-in",
    "user-with-a-wrong-password-is-not-signed-in",
    "wrong-password-while-a-reset-is-required",
    "wrong-password-for-administrators-while-a-reset-is-required",
    "administrator-is-refused-by-srp",
    "admin-no-srp-auth-signs-in",
    "permanent-password-replaces-the-old",
    "temporary-password-replaces-the-old",
    "challenge-answer-replaces-the-temporary-password",
    "challenge-answer-keeps-the-old-password-out",
    "password-is-stored-exactly",
    "last-call-wins",
    "parallel-calls-leave-one-password",
    "five-wrong-passwords-lock-out",
    "lock-out-holds-for-both-operations",
    "resend-renews-the-validity",
)

# Sentences that say that the right password is let in, or asked for another one.
LET_IN = (
    "permanent-password-signs-in",
    "temporary-password-is-challenged",
    "confirmed-user-signs-in",
    "confirmed-user-is-signed-in",
    "forced-change-is-a-challenge",
    "forced-change-is-a-challenge-for-administrators",
    "federated-user-signs-in-with-the-password",
    "srp-answer-takes-the-name-of-the-challenge",
    "allowed-flow-signs-in",
    "client-without-flows-signs-in-by-srp",
    "administrator-signs-in-by-srp",
    "admin-no-srp-auth-signs-in",
    "secret-hash-signs-in",
    "lock-out-ends",
    "names-ignore-case-at-every-operation",
    "alias-reaches-the-user-at-every-operation",
    "resend-renews-the-validity",
    "password-may-have-256-characters",
    "password-is-stored-exactly",
    "last-call-wins",
    "parallel-calls-leave-one-password",
    "administrator-revives-an-expired-user",
    "used-account-does-not-expire",
)

# Sentences that a rule of the policy decides: every operation that takes a password asks it.
POLICY = (
    *WEAK,
    *saying("InvalidPasswordException", anywhere=True),
    *ACCEPTED,
    "changed-policy-holds-from-the-next-call",
)
