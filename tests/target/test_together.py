"""Pools that several scenarios share."""

import json
import tomllib

import pytest

from conformance.contract.files import FIXTURES
from conformance.errors import Blocked
from conformance.mutants.mutant import serving
from conformance.scenarios.requests import MINDING_CASE
from conformance.target.client import Cognito
from conformance.target.definition import INVENTED, REGION, Endpoint
from conformance.target.pools import Pools
from conformance.target.together import POLICY, parameters, together

ONE_DAY, TWO_REMEMBERED = {"TemporaryPasswordValidityDays": 1}, {"PasswordHistorySize": 2}


@pytest.fixture(scope="module")
def service():
    """A plain client of the reference."""
    with serving(lambda: None) as url:
        yield Cognito(Endpoint(url, REGION, INVENTED))


@pytest.fixture
def pools(service):
    """A worker that has made none yet."""
    service.journal.begin()
    made = Pools(service)
    yield made
    made.delete()


def test_a_shared_pool_has_what_each_asks_for(pools, service):
    """The two get one pool, whose policy is as either of them wants it, and POLICY where they say nothing."""
    assert pools.get(policy=ONE_DAY).id == pools.get(policy=TWO_REMEMBERED).id

    (made,) = [sent for sent in service.journal.exchanges if sent.operation == "CreateUserPool"]
    assert made.members["Policies"] == {"PasswordPolicy": {**POLICY, **ONE_DAY, **TWO_REMEMBERED}}


def test_a_pool_that_is_named_is_shared_with_nobody(pools):
    """Whoever needs a pool for themselves gets one with what they ask for, and nothing else."""
    assert pools.get(policy=ONE_DAY, apart="mine").id != pools.get(policy=ONE_DAY).id


def test_a_target_without_the_one_is_asked_for_the_other(pools, service, monkeypatch):
    """Where no pool can have a history, the scenarios about the validity get theirs, and those about it are blocked."""
    arrange = service.arrange

    def without_history(operation, *members, **sent):
        if "PasswordHistorySize" in json.dumps(sent):
            raise Blocked("CreateUserPool answered InvalidParameterException", operation)
        return arrange(operation, *members, **sent)

    monkeypatch.setattr(service, "arrange", without_history)

    assert pools.get(policy=ONE_DAY).id
    with pytest.raises(Blocked):
        pools.get(policy=TWO_REMEMBERED)


def test_the_policies_of_the_tables_are_found():
    """The shared pools are for policies of fixtures/passwords.toml, to the letter: three of them are among them."""
    policies = tomllib.loads((FIXTURES / "passwords.toml").read_text("utf-8"))["policies"]

    shared = [name for name, policy in policies.items() if together(parameters(policy=policy))]

    assert shared == ["minimum-6-only-uppercase", "only-symbols", "only-length"]


def test_a_pool_is_shared_whatever_else_it_is_for():
    """Not only policies are shared: a pool that minds the case has the policy that asks for a length only."""
    shared = together(parameters(**MINDING_CASE))

    assert shared["UsernameConfiguration"] == {"CaseSensitive": True}
    assert not shared["Policies"]["PasswordPolicy"]["RequireSymbols"]
