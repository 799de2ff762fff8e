"""Which flows an app client allows, and what it says of users who do not exist."""

import uuid

import pytest

from conformance.scenarios.preconditions import require
from conformance.target.app_client import INITIATE
from conformance.target.mailbox import simulated
from conformance.target.sign_in import FLOWS
from conformance.verdict.observed import ACCEPTED, NO_TOKENS, TOKENS, OneOf

pytestmark = pytest.mark.bindings("sdk")

REFUSED = "InvalidParameterException"
OF_FLOW = {flow: f"ALLOW_{flow}" for flow in FLOWS}
every_flow = pytest.mark.parametrize("flow", FLOWS)
by_password = pytest.mark.parametrize("flow", ["USER_PASSWORD_AUTH", "ADMIN_USER_PASSWORD_AUTH"])


@pytest.fixture(autouse=True)
def binding():
    """The plain client makes every call here."""


def _nobody():
    return simulated(f"nobody-{uuid.uuid4().hex[:12]}")


def _password(user):
    return {"USERNAME": user.login, "PASSWORD": user.password}


@pytest.mark.claim("unknown-flow-is-refused")
@pytest.mark.parametrize("operation", INITIATE)
def test_unknown_flow_is_refused(user, operation):
    """An AuthFlow that the service does not have is refused with InvalidParameterException."""
    answer = user.pool.client.initiate("NO_SUCH_AUTH", _password(user), operation)

    assert answer.outcome == REFUSED


@pytest.mark.claim("administrators-flows-are-theirs")
@pytest.mark.parametrize("flow", ["ADMIN_USER_PASSWORD_AUTH", "ADMIN_NO_SRP_AUTH"])
def test_administrators_flows_are_theirs(user, flow):
    """InitiateAuth by a flow of AdminInitiateAuth is refused with InvalidParameterException."""
    answer = user.pool.client.initiate(flow, _password(user))

    assert answer.outcome == REFUSED
    put_right = user.sign_in(user.password, "ADMIN_USER_PASSWORD_AUTH")
    require("the same flow by AdminInitiateAuth", put_right.outcome, TOKENS, by="confirmed-user-is-signed-in")


@pytest.mark.claim("users-flow-is-not-for-administrators")
def test_users_flow_is_not_for_administrators(user):
    """AdminInitiateAuth by USER_PASSWORD_AUTH is refused with InvalidParameterException."""
    answer = user.pool.client.initiate("USER_PASSWORD_AUTH", _password(user), "AdminInitiateAuth")

    assert answer.outcome == REFUSED
    put_right = user.sign_in(user.password, "USER_PASSWORD_AUTH")
    require("the same flow by InitiateAuth", put_right.outcome, TOKENS, by="confirmed-user-signs-in")


@pytest.mark.claim("flow-must-be-allowed")
@by_password
def test_flow_must_be_allowed(user, flow):
    """A flow that the client's ExplicitAuthFlows do not name is refused with InvalidParameterException."""
    others = [allowed for name, allowed in OF_FLOW.items() if name != flow]
    client = user.pool.new_client(ExplicitAuthFlows=[*others, "ALLOW_REFRESH_TOKEN_AUTH"])

    answer = client.sign_in(user.login, user.password, flow)

    assert answer.outcome == REFUSED
    put_right = user.sign_in(user.password, flow)
    require("the flow at a client that allows it", put_right.outcome, TOKENS, by="confirmed-user-signs-in")


@pytest.mark.claim("srp-must-be-allowed")
def test_srp_must_be_allowed(user):
    """USER_SRP_AUTH grants no tokens at a client whose ExplicitAuthFlows do not name it."""
    client = user.pool.new_client(ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"])

    answer = client.sign_in_by_srp(user.login, user.password)

    assert answer == NO_TOKENS
    put_right = user.sign_in(user.password, "USER_SRP_AUTH")
    require("the flow at a client that allows it", put_right.outcome, TOKENS, by="confirmed-user-signs-in")


@pytest.mark.claim("allowed-flow-signs-in")
@every_flow
def test_allowed_flow_signs_in(user, flow):
    """The one flow that the client's ExplicitAuthFlows name signs the user in."""
    client = user.pool.new_client(ExplicitAuthFlows=[OF_FLOW[flow], "ALLOW_REFRESH_TOKEN_AUTH"])

    answer = client.sign_in(user.login, user.password, flow)

    require("the flow at a client that allows more", user.sign_in(user.password, flow).outcome, TOKENS)
    assert answer.outcome == TOKENS


@pytest.mark.claim("client-without-flows-takes-no-password")
@by_password
def test_client_without_flows_takes_no_password(user, flow):
    """A client without ExplicitAuthFlows grants no tokens for a password that is sent."""
    client = user.pool.new_client()

    answer = client.sign_in(user.login, user.password, flow)

    assert answer == NO_TOKENS
    put_right = user.sign_in(user.password, flow)
    require("the flow at a client that allows it", put_right.outcome, TOKENS, by="confirmed-user-signs-in")


@pytest.mark.claim("client-without-flows-signs-in-by-srp")
def test_client_without_flows_signs_in_by_srp(user):
    """A client without ExplicitAuthFlows signs users in by USER_SRP_AUTH, and refreshes their tokens."""
    client = user.pool.new_client()
    put_right = user.sign_in(user.password, "USER_SRP_AUTH")
    require("the flow at a client that names it", put_right.outcome, TOKENS, by="confirmed-user-signs-in")

    answer = client.sign_in_by_srp(user.login, user.password)

    assert answer.outcome == TOKENS
    token = answer.tokens["RefreshToken"]
    assert client.initiate("REFRESH_TOKEN_AUTH", {"REFRESH_TOKEN": token}).outcome == TOKENS


@pytest.mark.claim("administrator-signs-in-by-srp")
def test_administrator_signs_in_by_srp(user):
    """AdminInitiateAuth takes USER_SRP_AUTH, and the answer to its challenge by an administrator grants tokens."""
    put_right = user.pool.client.sign_in(user.login, user.password, "USER_SRP_AUTH")
    require("the flow by InitiateAuth", put_right.outcome, TOKENS, by="confirmed-user-signs-in")

    answer = user.pool.client.sign_in_by_srp(user.login, user.password, "AdminRespondToAuthChallenge")

    assert answer.outcome == TOKENS


@pytest.mark.claim("administrator-is-refused-by-srp")
def test_administrator_is_refused_by_srp(user):
    """A wrong password by USER_SRP_AUTH at AdminInitiateAuth is refused with NotAuthorizedException."""
    put_right = user.pool.client.sign_in_by_srp(user.login, user.password, "AdminRespondToAuthChallenge")
    require("the right password", put_right.outcome, TOKENS, by="administrator-signs-in-by-srp")

    answer = user.pool.client.sign_in_by_srp(user.login, "Wrong-0ne!", "AdminRespondToAuthChallenge")

    assert answer.outcome == "NotAuthorizedException"


@pytest.mark.claim("admin-no-srp-auth-signs-in")
def test_admin_no_srp_auth_signs_in(user):
    """AdminInitiateAuth takes ADMIN_NO_SRP_AUTH, the older name, at a client that allows it by that name."""
    client = user.pool.new_client(ExplicitAuthFlows=["ADMIN_NO_SRP_AUTH"])
    user.requires(user.password, TOKENS)

    answer = client.sign_in(user.login, user.password, "ADMIN_NO_SRP_AUTH")

    assert answer.outcome == TOKENS
    assert client.sign_in(user.login, "Wrong-0ne!", "ADMIN_NO_SRP_AUTH") == NO_TOKENS


@pytest.fixture
def hiding(pool):
    """A client that does not tell who exists."""
    allowed = [*OF_FLOW.values(), "ALLOW_REFRESH_TOKEN_AUTH"]
    return pool.new_client(ExplicitAuthFlows=allowed, PreventUserExistenceErrors="ENABLED")


@pytest.mark.claim("hidden-user-is-refused-like-a-wrong-password")
@every_flow
def test_hidden_user_is_refused_like_a_wrong_password(user, hiding, flow):
    """A client that hides who exists refuses a name of nobody as it refuses a password that is wrong."""
    right = hiding.sign_in(user.login, user.password, flow)
    require("the right password", right.outcome, TOKENS, by="confirmed-user-signs-in")

    answer = hiding.sign_in(_nobody(), user.password, flow)

    # Some names of nobody are shown as if their reset were required (evidence on ENABLED clients).
    assert answer.outcome == OneOf(("NotAuthorizedException", "PasswordResetRequiredException"))


@pytest.mark.claim("legacy-client-tells-that-there-is-nobody")
@every_flow
def test_legacy_client_tells_that_there_is_nobody(user, flow):
    """A client with PreventUserExistenceErrors LEGACY answers a name of nobody with UserNotFoundException."""
    allowed = [*OF_FLOW.values(), "ALLOW_REFRESH_TOKEN_AUTH"]
    telling = user.pool.new_client(ExplicitAuthFlows=allowed, PreventUserExistenceErrors="LEGACY")
    right = telling.sign_in(user.login, user.password, flow)
    require("the right password", right.outcome, TOKENS, by="confirmed-user-signs-in")

    assert telling.sign_in(_nobody(), user.password, flow).outcome == "UserNotFoundException"


@pytest.mark.claim("hidden-user-is-sent-a-simulated-code")
def test_hidden_user_is_sent_a_simulated_code(hiding):
    """A client that hides who exists accepts ForgotPassword for a name of nobody."""
    assert hiding.call("ForgotPassword", Username=_nobody()) == ACCEPTED


@pytest.mark.claim("required-reset-shows-where-users-are-hidden")
@by_password
def test_required_reset_shows_where_users_are_hidden(pool, hiding, flow):
    """A client that hides who exists refuses the password of a RESET_REQUIRED user by the reset, or as a wrong one."""
    user = pool.user("RESET_REQUIRED")

    answer = hiding.sign_in(user.login, user.password, flow)

    assert answer.outcome == OneOf(("PasswordResetRequiredException", "NotAuthorizedException"))
