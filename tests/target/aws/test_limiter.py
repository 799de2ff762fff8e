"""How fast requests are let through, by a clock that moves only when somebody waits."""

import pytest

from conformance.target.aws.limiter import PER_USER, SHARE, CountedTime, Limiter
from conformance.target.aws.operations import OPERATIONS, QUOTAS


def _rate(category, number=1000, **names):
    """How many requests of a category went through in a second, once the first second's worth was gone."""
    time = CountedTime()
    limiter = Limiter(time)
    for _ in range(number):
        limiter.wait(category, names.get("pool", ""), names.get("user", ""), writes=names.get("writes", False))
    return number / time.now()


@pytest.mark.parametrize("category", QUOTAS)
def test_no_category_goes_faster_than_half_its_quota(category):
    """Over a long time a category is asked at most at half its quota."""
    assert _rate(category, 20 * QUOTAS[category]) <= QUOTAS[category] * SHARE * 1.1


@pytest.mark.parametrize("writes", [False, True])
def test_no_user_is_asked_too_often(writes):
    """A single user is asked at most eight times a second, and as often changed."""
    assert _rate("UserRead", 200, user="pool/ada", writes=writes) <= PER_USER * 1.1


def test_a_throttled_category_goes_at_half_speed():
    """After an answer that says "too fast", a category is asked half as often for a minute."""
    time = CountedTime()
    limiter = Limiter(time)
    limiter.slow("UserRead")
    for _ in range(600):
        limiter.wait("UserRead", "", "", writes=False)

    assert 600 / time.now() <= QUOTAS["UserRead"] * SHARE * 0.5 * 1.2


def test_every_operation_has_a_quota():
    """No operation is on the list without a category whose quota is known."""
    assert {facts.category for facts in OPERATIONS.values()} <= set(QUOTAS)
