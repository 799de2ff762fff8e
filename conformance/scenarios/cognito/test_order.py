"""Which fault is reported if a request has several."""

import pytest

# One constraint broken and one name that nobody has, in the same request.
BOTH = {
    "no-pool-and-long-password": {"UserPoolId": "us-east-1_NoSuchPool", "Password": "Long-enough-1!" * 20},
    "no-pool-and-long-name": {"UserPoolId": "us-east-1_NoSuchPool", "Username": "n" * 129},
    "no-user-and-long-password": {"Username": "success+nobody@simulator.amazonses.com", "Password": "Long-1!" * 40},
}


@pytest.mark.claim("constraints-come-before-lookups")
@pytest.mark.bindings("sdk", "wire")
@pytest.mark.parametrize("odd", BOTH.values(), ids=BOTH)
def test_constraints_come_before_lookups(refused, user, odd):
    """A request that breaks a constraint and names nobody's pool or user is refused with InvalidParameterException."""
    reply = refused(user, **odd)

    assert reply.error == "InvalidParameterException"
