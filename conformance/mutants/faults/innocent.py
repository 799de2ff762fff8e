"""What a service may do, or what no claim forbids: nothing here may be accused of anything."""

from __future__ import annotations

from typing import Any

from conformance.mutants.mutant import Call, Plant, around, constant, innocent, refuse, renamed, setting
from conformance.reference import authentication
from conformance.reference.directory import Members
from conformance.reference.service import CognitoSpec
from conformance.reference.stored import StoredPool, StoredUser


def _in_pages(size: int, *, filtered_first: bool) -> Plant:
    """List users in pages of at most so many, and apply the filter to all users first, or to each page."""

    @around(CognitoSpec, "list_users")
    def plant(real: Call, self: CognitoSpec, asked: Members) -> Members:
        unfiltered = {name: value for name, value in asked.items() if name != "Filter"}
        every = real(self, asked if filtered_first else unfiltered)["Users"]
        start = int(asked.get("PaginationToken", "0"))
        end = start + min(asked.get("Limit", size), size)
        page = every[start:end]
        if not filtered_first:
            wanted = [user["Username"] for user in real(self, asked)["Users"]]
            page = [user for user in page if user["Username"] in wanted]
        return {"Users": page, **({"PaginationToken": str(end)} if end < len(every) else {})}

    return plant


innocent("list-users-in-pages-of-two", "ListUsers gives two users a page.")(_in_pages(2, filtered_first=True))
innocent("list-users-filters-after-paging", "ListUsers filters each page, so that some have no user.")(
    _in_pages(2, filtered_first=False)
)


@innocent("admin-get-user-shows-no-attributes", "AdminGetUser leaves UserAttributes out, which its model allows.")
@around(CognitoSpec, "admin_get_user")
def shows_no_attributes(real: Call, self: CognitoSpec, asked: Members) -> Members:
    return {name: value for name, value in real(self, asked).items() if name != "UserAttributes"}


@innocent("list-users-ignores-the-filter", "ListUsers gives all users, whatever the filter says.")
@around(CognitoSpec, "list_users")
def ignores_the_filter(real: Call, self: CognitoSpec, asked: Members) -> Any:
    return real(self, {name: value for name, value in asked.items() if name != "Filter"})


@innocent("code-survives-a-new-password", "A code that was sent still works once an administrator sets a password.")
@around(CognitoSpec, "admin_set_user_password")
def code_survives(real: Call, self: CognitoSpec, asked: Members) -> Any:
    user = self.find(self.pool(asked), asked["Username"])
    code = user.code if user else ""
    answer = real(self, asked)
    if user is not None:
        user.code = code
    return answer


@innocent("lock-out-survives-a-new-password", "A user who is locked out stays out when a password is set.")
@around(CognitoSpec, "store")
def lock_survives(real: Call, self: CognitoSpec, pool: StoredPool, user: StoredUser, password: str) -> None:
    failures = user.failures
    real(self, pool, user, password)
    user.failures = failures


innocent("every-lock-out-lasts-a-second", "A second lock-out lasts no longer than the first one.")(
    constant(authentication, "LONGEST_LOCK", 1.0)
)


@innocent("refused-while-disabled", "No password can be set for a user who is disabled.")
@setting
def refused_while_disabled(real: Call, self: CognitoSpec, pool: StoredPool, user: StoredUser, *rest: Any) -> None:
    if not user.enabled:
        refuse()
    real(self, pool, user, *rest)


innocent("expired-is-another-error", "An expired password is PasswordResetRequiredException, as no source forbids.")(
    around(CognitoSpec, "check_expiry")(renamed("PasswordResetRequiredException"))
)
