"""The requests that are in order: of the operation at a target, and of its command at a recorder."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.aws_cli.command_line import CommandLine, Done
from conformance.aws_cli.recorder import Recorder
from conformance.errors import Blocked
from conformance.target.pools import Pool, User
from conformance.verdict.observed import NEW_PASSWORD_REQUIRED, TOKENS

_PASSWORDS = ("New-Passw0rd!", "Other-Passw0rd!", "Third-Passw0rd!")

ADA = {"name": "Ada", "email": "success+ada@simulator.amazonses.com"}

# Of a pool with every alias, and of one whose users sign up with an address or a number.
WITH_ALIASES = {"AliasAttributes": ["email", "phone_number", "preferred_username"]}
BY_CONTACT = {"UsernameAttributes": ["email", "phone_number"]}
# Of a pool in which a name in another case is the same name, and an alias too.
IGNORING_CASE = {
    "AliasAttributes": ["email", "preferred_username"],
    "UsernameConfiguration": {"CaseSensitive": False},
}
# Of one in which it is another name, as it is by default.
MINDING_CASE = {"UsernameConfiguration": {"CaseSensitive": True}}

# A permanent password and a temporary one, each with what a sign-in with it leads to.
either_way = pytest.mark.parametrize(
    ("permanent", "outcome"), [(True, TOKENS), (False, NEW_PASSWORD_REQUIRED)], ids=["permanent", "temporary"]
)


def user_before(pool: Pool, permanent: bool, **more: Any) -> User:
    """A user for a request whose outcome does not depend on the status: best in the one that it leads to."""
    return pool.user("CONFIRMED" if permanent else "FORCE_CHANGE_PASSWORD", either=True, **more)


def new_password_of(*users: User) -> str:
    """A password that none of these users has; there are two of them at most."""
    return next(password for password in _PASSWORDS if password not in [user.password for user in users])


def new_passwords_of(user: User) -> tuple[str, str]:
    """Two passwords that the user does not have."""
    first, second, *_ = [password for password in _PASSWORDS if password != user.password]
    return first, second


def member(pool: Pool, start: str = "CONFIRMED") -> User:
    """A user with the attributes ADA and in a group of their own, or any other who was made so."""

    def join(user: User) -> None:
        group = f"group-of-{user.login.partition('@')[0]}"
        pool.service.arrange("CreateGroup", UserPoolId=pool.id, GroupName=group)
        user.arrange("AdminAddUserToGroup", GroupName=group)

    return ada(pool, start, alike="Ada, in a group", prepare=join)


def namesakes(pool: Pool, elsewhere: Pool, start: str = "CONFIRMED") -> tuple[User, User]:
    """Two users of one name in two pools, both in this status; any other two who were made so will do."""
    user = pool.user(start, alike="a namesake elsewhere")
    return user, elsewhere.user(start, username=user.login, alike=f"the namesake of {user.login}")


def ada(pool: Pool, start: str = "CONFIRMED", *, verified: str = "true", **more: Any) -> User:
    """A user with the attributes ADA, whose address is `verified` or not; any other who was made so will do."""
    alike = {"alike": f"Ada, verified {verified}", **more}
    return pool.user(start, attributes={**ADA, "email_verified": verified}, **alike)


# The command with nothing but its required options, and the members that they stand for.
REQUIRED = ("--user-pool-id=us-east-1_Example", "--username=alice", "--password=Perm4nent!")
SENT = {"UserPoolId": "us-east-1_Example", "Username": "alice", "Password": "Perm4nent!"}


def members_for(user: User, **others: Any) -> dict[str, Any]:
    """The members of a request that gives the user `new_password_of` them for good; `others` replace them."""
    named = {"UserPoolId": user.pool.id, "Username": user.username}
    return {**named, "Password": new_password_of(user), "Permanent": True, **others}


def requires_sent(aws: CommandLine, recorder: Recorder, *options: str, **surroundings: Any) -> Done:
    """Block the scenario unless the command with these options (REQUIRED, if none) is sent, with the members SENT.

    What the recorder holds is forgotten first."""
    recorder.begin()
    done = aws(*(options or REQUIRED), **surroundings)
    if done.exit_code != 0 or recorder.bodies != [SENT]:
        raise Blocked(f"the command put right ended with exit code {done.exit_code} and sent {recorder.bodies}", "aws")
    return done
