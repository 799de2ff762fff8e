"""IAM users that the suite makes at an emulator are deleted, whatever ends the run."""

import botocore.session
import pytest

from conformance.target.definition import INVENTED, REGION, resolve


@pytest.fixture
def target(moto, tmp_path):
    """A moto whose IAM makes callers, by a target file."""
    file = tmp_path / "mine.toml"
    file.write_text(f'title = "mine"\nurl = "{moto}"\niam = true\n')
    return file


@pytest.fixture
def users(moto):
    """The names of the IAM users at the moto."""
    keys = {"aws_access_key_id": INVENTED.access_key, "aws_secret_access_key": INVENTED.secret_key}
    iam = botocore.session.Session().create_client("iam", region_name=REGION, endpoint_url=moto, **keys)
    return lambda: [user["UserName"] for user in iam.list_users()["Users"]]


@pytest.mark.parametrize("end", [KeyboardInterrupt, ZeroDivisionError])
def test_users_are_deleted_whatever_ends_the_run(target, users, end):
    """The administrator and a user with a policy are gone when the block ends, also by Control-C or a fault."""
    made = []

    def use():
        with resolve(str(target), None).running() as endpoint:
            endpoint.callers.caller([("Allow", "cognito-idp:*", "*")])
            made.extend(users())
            raise end

    with pytest.raises(end):
        use()

    assert len(made) == 2
    assert users() == []


def test_a_run_leaves_no_user(run, target, users):
    """moto without its IAM mode looks at no policy: the claims say so, and no user is left."""
    done = run(str(target), "--bindings=wire", "--baseline=none", "-k", "permission-is-required")

    assert done.counts() == {"diverges": 2}
    assert users() == []
