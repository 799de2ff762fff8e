"""What the call does to the user's dates."""

import pytest

from conformance.errors import Blocked
from conformance.scenarios.requests import new_password_of
from conformance.verdict.observed import Form
from conformance.verdict.verdicts import Kind


@pytest.mark.claim("last-modified-date-advances")
@pytest.mark.bindings("sdk", "wire")
@pytest.mark.parametrize("permanent", [True, False], ids=["permanent", "temporary"])
def test_last_modified_date_advances(admin_set_user_password, user, permanent):
    """The user's UserLastModifiedDate is later after the call."""
    password = new_password_of(user)
    before = _modified(user)

    admin_set_user_password(user, Password=password, Permanent=permanent).requires_success()

    assert _moved(before, _modified(user)) == "later"


def _modified(user):
    names = {"UserPoolId": user.pool.id, "Username": user.username}
    return user.pool.service.arrange("AdminGetUser", "UserLastModifiedDate", **names)["UserLastModifiedDate"]


def _moved(before, after):
    """How the date moved.

    Raises Blocked for a date in whole seconds that stands still: the second may just not be over."""
    if after == before and not after.microsecond:
        raise Blocked("UserLastModifiedDate is in whole seconds, and the call took less", "AdminGetUser")
    moved = "later" if after > before else "the same" if after == before else "earlier"
    return Form(moved, noun="UserLastModifiedDate", kind=Kind.PERMISSIVE)
