"""The user has the password that was sent, and exactly that one."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from conformance.scenarios.preconditions import unchallenged
from conformance.scenarios.requests import new_password_of, new_passwords_of
from conformance.target.sign_in import FLOWS
from conformance.verdict.observed import ACCEPTED, NEW_PASSWORD_REQUIRED, NOT_REFUSED, REFUSED, TOKENS, Count

# The password that is sent, and one that differs from it in just the way a careless store would lose.
NEARLY = {
    "lower-case-first": ("Correct-Horse-1", "correct-Horse-1"),
    "upper-case-last": ("Correct-Horse-1a", "Correct-Horse-1A"),
    "one-character-more": ("Correct-Horse-1", "Correct-Horse-12"),
    "one-character-less": ("Correct-Horse-12", "Correct-Horse-1"),
    "full-stop-at-the-end": ("Correct-Horse-1.", "Correct-Horse-1"),
    "slash-at-the-end": ("Correct-Horse-1/", "Correct-Horse-1"),
    "two-inner-spaces": ("Correct  Horse-1", "Correct Horse-1"),
    "73rd-character": ("Aa1!" + "x" * 68 + "y", "Aa1!" + "x" * 68 + "z"),  # where bcrypt stops reading
    "129th-character": ("Aa1!" + "x" * 124 + "y", "Aa1!" + "x" * 124 + "z"),
    "256th-character": ("Aa1!" + "x" * 251 + "y", "Aa1!" + "x" * 251 + "z"),
    "umlaut": ("Pässword-1", "Password-1"),
    "sharp-s": ("Straße-Nr-1", "Strasse-Nr-1"),
    "cyrillic-a": ("Pаssword-1", "Password-1"),  # noqa: RUF001 - the look-alike is the point
    "emoji": ("Pass-word-1😀", "Pass-word-1"),
    "percent": ("Per%41cent-1", "PerAcent-1"),
    "plus": ("Plus+sign-1", "Plus sign-1"),
    "backslash": ("Back\\nslash-1", "Backnslash-1"),
    "quote": ('Double"quote-1', "Doublequote-1"),
}


@pytest.mark.claim("password-is-stored-exactly")
@pytest.mark.parametrize(("password", "nearly"), NEARLY.values(), ids=NEARLY)
def test_password_is_stored_exactly(admin_set_user_password, user, password, nearly):
    """The password signs in, and one that differs in a single place does not."""
    admin_set_user_password(user, Password=password, Permanent=True).requires_success()

    assert user.sign_in(nearly) == REFUSED
    assert unchallenged(user.sign_in(password)) == TOKENS


@pytest.mark.claim("repeating-the-call-is-harmless")
@pytest.mark.parametrize(
    ("permanent", "status", "outcome"),
    [(True, "CONFIRMED", TOKENS), (False, "FORCE_CHANGE_PASSWORD", NEW_PASSWORD_REQUIRED)],
    ids=["permanent", "temporary"],
)
def test_repeating_the_call_is_harmless(admin_set_user_password, user, permanent, status, outcome):
    """The same call once more is accepted and changes nothing."""
    password = new_password_of(user)
    admin_set_user_password(user, Password=password, Permanent=permanent).requires_success()

    reply = admin_set_user_password(user, Password=password, Permanent=permanent)

    assert reply == ACCEPTED
    assert user.status == status
    assert user.sign_in(password) == outcome


@pytest.mark.claim("last-call-wins")
@pytest.mark.parametrize("flow", FLOWS)
@pytest.mark.parametrize(
    ("first", "second", "status", "outcome"),
    [
        (True, True, "CONFIRMED", TOKENS),
        (True, False, "FORCE_CHANGE_PASSWORD", NEW_PASSWORD_REQUIRED),
        (False, True, "CONFIRMED", TOKENS),
        (False, False, "FORCE_CHANGE_PASSWORD", NEW_PASSWORD_REQUIRED),
    ],
    ids=["permanent-permanent", "permanent-temporary", "temporary-permanent", "temporary-temporary"],
)
def test_last_call_wins(admin_set_user_password, user, first, second, status, outcome, flow):
    """Of two passwords that are set one after the other, the second decides who signs in, and the status."""
    password, another = new_passwords_of(user)
    admin_set_user_password(user, Password=password, Permanent=first).requires_success()

    admin_set_user_password(user, Password=another, Permanent=second).requires_success()

    assert user.sign_in(password, flow) == REFUSED
    assert user.sign_in(another, flow) == outcome
    assert user.status == status


@pytest.mark.claim("parallel-calls-leave-one-password")
def test_parallel_calls_leave_one_password(admin_set_user_password, pool):
    """After 20 calls at the same time exactly one of the passwords that were accepted is the user's."""
    user = pool.user()
    # Four passwords, five calls each: to find out which of more had won would end in Cognito's lock-out.
    passwords = [f"Parallel-{number}!" for number in range(4)]

    with ThreadPoolExecutor(20) as threads:
        replies = list(
            threads.map(
                lambda password: admin_set_user_password(user, Password=password, Permanent=True), passwords * 5
            )
        )
    if ACCEPTED not in replies:
        replies[0].requires_success("one of the calls")

    signed_in = [password for password in passwords if user.sign_in(password) == NOT_REFUSED]
    assert Count(len(signed_in), noun="passwords that sign in") == 1
    user.requires(user.password, REFUSED)
