"""The reference keeps every claim at once, and has what no mock of Cognito has."""

from __future__ import annotations

import json
import urllib.request

import pytest

from conformance.reference.authentication import DAY
from conformance.reference.errors import Refusal
from conformance.reference.iam import Caller, Statement, authorize
from conformance.reference.service import CognitoSpec
from conformance.target.definition import REGION, resolve

FIRST, SECOND, THIRD = "First-0ne!", "Second-0ne!", "Third-0ne!"


def test_every_scenario_conforms_on_the_reference(run):
    """Nothing diverges, is blocked or inconclusive, at tier wording, with two workers."""
    done = run("reference", "--bindings", "sdk,wire", "--tier", "wording", "-n", "2")
    passed_over = [
        r for r in done.report["results"] if r["verdict"] == "skipped" and r["scenario"] != "test_transition"
    ]

    assert done.exit_code == 0, done.stdout[-3000:]
    assert set(done.counts()) <= {"conforms", "skipped"}
    assert passed_over == [], "only the random walks may leave something out"


def test_the_command_line_conforms_on_the_reference(run):
    """So it does through the AWS CLI, shown on a part of the suite that is quick."""
    done = run("reference", "--bindings", "cli", "--tier", "wording", "-k", "test_status or test_output")

    assert done.exit_code == 0, done.stdout[-3000:]
    assert set(done.counts()) == {"conforms"}


class Somebody:
    """A user of a new pool with this password policy, asked by the operations of the service itself."""

    def __init__(self, **policy: int) -> None:
        self.service = CognitoSpec({})
        named = {"PoolName": "pool", "Policies": {"PasswordPolicy": policy}}
        self.pool = self.call("CreateUserPool", **named)["UserPool"]["Id"]
        self.client = self.new_client()

    def new_client(self, **settings):
        """The id of another app client, which takes passwords."""
        named = {"UserPoolId": self.pool, "ClientName": "client", "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH"]}
        return self.call("CreateUserPoolClient", **named, **settings)["UserPoolClient"]["ClientId"]

    def call(self, operation, **members):
        return self.service.call(operation, members)

    def admin(self, operation, **members):
        return self.call(operation, UserPoolId=self.pool, Username="ada", **members)

    def sign_in(self, password):
        """The name of what a sign-in ends in."""
        values = {"USERNAME": "ada", "PASSWORD": password}
        try:
            answer = self.call(
                "InitiateAuth", ClientId=self.client, AuthFlow="USER_PASSWORD_AUTH", AuthParameters=values
            )
        except Refusal as refusal:
            return refusal.message
        return answer.get("ChallengeName", "tokens")

    def later(self, days):
        self.service.control("clock", {"UserPoolId": self.pool, "AheadSeconds": days * DAY})


@pytest.mark.parametrize(
    ("policy", "days"), [({}, 7), ({"TemporaryPasswordValidityDays": 0}, 7), ({"TemporaryPasswordValidityDays": 1}, 1)]
)
def test_a_temporary_password_expires(policy, days):
    """It signs in until its validity has passed, and not after; setting another begins anew."""
    ada = Somebody(**policy)
    ada.admin("AdminCreateUser", TemporaryPassword=FIRST)
    ada.later(days - 0.01)
    before = ada.sign_in(FIRST)
    ada.later(days + 0.01)

    assert before == "NEW_PASSWORD_REQUIRED"
    assert ada.sign_in(FIRST) == "Temporary password has expired and must be reset by an administrator."
    ada.admin("AdminSetUserPassword", Password=SECOND)
    assert ada.sign_in(SECOND) == "NEW_PASSWORD_REQUIRED"


def test_a_permanent_password_does_not_expire():
    """It signs in a year later."""
    ada = Somebody()
    ada.admin("AdminCreateUser", TemporaryPassword=FIRST)
    ada.admin("AdminSetUserPassword", Password=SECOND, Permanent=True)
    ada.later(365)

    assert ada.sign_in(SECOND) == "tokens"


@pytest.mark.parametrize(
    ("size", "refused"), [(0, []), (1, [THIRD]), (2, [SECOND, THIRD]), (3, [FIRST, SECOND, THIRD])]
)
@pytest.mark.parametrize("permanent", [True, False])
def test_the_last_passwords_are_refused(size, refused, permanent):
    """As many as PasswordHistorySize says, the current one included, whether permanent or temporary."""
    ada = Somebody(PasswordHistorySize=size)
    ada.admin("AdminCreateUser", TemporaryPassword=FIRST)
    for password in (SECOND, THIRD):
        ada.admin("AdminSetUserPassword", Password=password, Permanent=True)

    seen = []
    for password in (FIRST, SECOND, THIRD):
        user = ada.service.pools[ada.pool].users["ada"]
        before = list(user.passwords)
        try:
            ada.admin("AdminSetUserPassword", Password=password, Permanent=permanent)
        except Refusal as refusal:
            seen.append((password, refusal.code))
        user.passwords[:] = before
    assert seen == [(password, "PasswordHistoryPolicyViolationException") for password in refused]


def test_five_failures_lock_out():
    """After five wrong passwords the right one is refused, and a quarter of an hour later it is not."""
    ada = Somebody()
    ada.admin("AdminCreateUser", TemporaryPassword=FIRST)
    wrong = {ada.sign_in("Wrong-0ne!") for _ in range(5)}

    assert wrong == {"Incorrect username or password."}
    assert ada.sign_in(FIRST) == "Password attempts exceeded"
    ada.later(0.011)
    assert ada.sign_in(FIRST) == "NEW_PASSWORD_REQUIRED"


def test_a_federated_user_gets_a_password():
    """A permanent password makes the user CONFIRMED and signs in; before, none does, and an address names nobody."""
    ada = Somebody()
    attributes = [{"Name": "email", "Value": "ada@example.com"}, {"Name": "email_verified", "Value": "true"}]
    profile = {"UserPoolId": ada.pool, "Username": "ada", "UserAttributes": attributes}
    ada.service.control("federated-user", profile)
    before = ada.admin("AdminGetUser")["UserStatus"], ada.sign_in(FIRST)
    ada.admin("AdminSetUserPassword", Password=FIRST, Permanent=True)

    assert before == ("EXTERNAL_PROVIDER", "Incorrect username or password.")
    assert ada.admin("AdminGetUser")["UserStatus"] == "CONFIRMED"
    assert ada.sign_in(FIRST) == "tokens"


def test_existence_may_be_hidden():
    """A client with PreventUserExistenceErrors says of nobody what it says of a wrong password."""
    ada = Somebody()
    open_answer = ada.sign_in(FIRST)
    ada.client = ada.new_client(PreventUserExistenceErrors="ENABLED")

    assert (open_answer, ada.sign_in(FIRST)) == ("User does not exist.", "Incorrect username or password.")


ANY, THIS, OTHER = (
    "*",
    f"arn:aws:cognito-idp:{REGION}:*:userpool/{REGION}_this",
    "arn:aws:cognito-idp:*:*:userpool/*_other",
)


@pytest.mark.parametrize(
    ("policy", "allowed"),
    [
        ([], False),
        ([("Allow", "cognito-idp:AdminGetUser", ANY)], False),
        ([("Allow", "cognito-idp:AdminSetUserPassword", OTHER)], False),
        ([("Allow", "cognito-idp:AdminSetUserPassword", THIS)], True),
        ([("Allow", "cognito-idp:Admin*", ANY)], True),
        ([("Allow", "*", ANY), ("Deny", "cognito-idp:AdminSetUserPassword", THIS)], False),
        ([("Allow", "*", ANY), ("Deny", "cognito-idp:AdminSetUserPassword", OTHER)], True),
    ],
    ids=["none", "another-operation", "another-pool", "this-pool", "wildcards", "denied", "denied-elsewhere"],
)
def test_a_policy_is_evaluated(policy, allowed):
    """What no statement allows, and what one denies, is AccessDeniedException."""
    caller = Caller("key", "secret", [Statement(effect, (action,), (resource,)) for effect, action, resource in policy])
    try:
        authorize(caller, "AdminSetUserPassword", REGION, f"{REGION}_this")
        refused = ""
    except Refusal as refusal:
        refused = refusal.code

    assert refused == ("" if allowed else "AccessDeniedException")


def test_the_control_path_adds_callers():
    """A caller that is added over the private path is known from then on, with its policy."""
    statement = {"Effect": "Allow", "Action": ["cognito-idp:List*"], "Resource": ["*"]}
    caller = {"AccessKeyId": "ada", "SecretAccessKey": "secret", "Statement": [statement]}
    with resolve("reference", None).running() as endpoint:
        request = urllib.request.Request(f"{endpoint.url}/-/caller", json.dumps(caller).encode(), method="POST")
        with urllib.request.urlopen(request) as answer:
            assert json.load(answer) == {}
