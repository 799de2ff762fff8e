"""A service that is broken in one way gets no scenario to conform by accident."""

import pytest

from tests.servers import FAULT, HTML, NOTHING, Answer, always, before, error, throttled_twice

ASKED = "AWSCognitoIdentityProviderService.AdminSetUserPassword"


def _instead(answer: Answer):
    """Answers the operation under test, and what is addressed to no operation at all, with `answer`."""

    def tamper(target, _body):
        known = target.startswith("AWSCognitoIdentityProviderService.") and target.partition(".")[2][:1].isupper()
        return answer if target == ASKED or not known else None

    return tamper


@pytest.mark.parametrize(
    "answer",
    [NOTHING, error("UserNotFoundException"), error("InternalErrorException", 500), FAULT, HTML],
    ids=["nothing", "one-error", "one-fault", "500", "html"],
)
def test_a_service_with_one_answer_conforms_nowhere(run, answer):
    """Where everything is answered alike nothing conforms, nothing diverges, and the exit code is 3."""
    with always(answer) as url:
        done = run("--endpoint-url", url, "--tier", "wording")

    assert done.exit_code == 3
    assert (set(done.counts()) == {"blocked"}) if done.report else "cannot be judged" in done.stderr


# Each answer beside the topics in which it is, somewhere, the documented one; nothing at all is tried on everything.
ONE_ANSWERS = {
    "nothing": (NOTHING, "test_"),
    "html": (HTML, "test_status or test_output or test_dispatch"),
    "password": (error("InvalidPasswordException"), "test_policy or test_errors or test_wording or test_isolation"),
    "parameter": (error("InvalidParameterException"), "test_policy or test_input or test_usernames or test_pools"),
    "user": (error("UserNotFoundException"), "test_usernames or test_errors"),
    "pool": (error("ResourceNotFoundException"), "test_pools or test_errors"),
    "form": (error("SerializationException"), "test_input"),
    "signature": (error("InvalidSignatureException"), "test_authorization or test_dispatch"),
}


@pytest.mark.parametrize(("answer", "chosen"), ONE_ANSWERS.values(), ids=ONE_ANSWERS)
def test_an_operation_with_one_answer_conforms_nowhere(run, moto, answer, chosen):
    """Where only AdminSetUserPassword is answered alike, every scenario that can be set up diverges."""
    with before(moto, _instead(answer)) as url:
        done = run("--endpoint-url", url, "--bindings", "wire", "--tier", "wording", "-k", chosen)

    conforming = [id for id, verdict in done.verdicts().items() if verdict == "conforms"]
    assert conforming == []
    assert done.counts()["diverges"] > 0
    assert done.exit_code == 1


def test_a_server_fault_is_a_crash(run, moto):
    """A deterministic 500 is a crash where the claim is that the call takes effect, and elsewhere blocks."""
    with before(moto, _instead(FAULT)) as url:
        done = run("--endpoint-url", url, "-k", "test_works_on_any_user or test_list_users_shows_the_same_status")

    found = {(result["claim"], result["verdict"], result["kind"]) for result in done.report["results"]}
    assert found == {
        ("works-on-any-user", "diverges", "crash"),
        ("list-users-shows-the-same-status", "blocked", None),
    }
    assert done.exit_code == 1


@pytest.mark.parametrize("name", ["UnknownOperationException", "NotImplemented", "Unsupported"])
def test_an_operation_that_is_not_implemented_is_unsupported(run, moto, name):
    """A target that says it does not implement the operation is not accused of anything."""
    with before(moto, lambda target, _: error(name, 501) if target == ASKED else None) as url:
        done = run("--endpoint-url", url, "-k", "test_status")

    assert set(done.counts()) == {"unsupported"}
    assert done.exit_code == 3


def test_a_flow_that_is_not_implemented_is_blocked(run, moto):
    """A target that says it does not implement a way to sign in is judged by the others, and not accused."""

    def tamper(target, body):
        return error("Unsupported", 500) if target.endswith(".InitiateAuth") and b"USER_SRP_AUTH" in body else None

    with before(moto, tamper) as url:
        done = run("--endpoint-url", url, "-k", "test_permanent_password_signs_in", "--bindings", "wire")
    flows = {
        verdict: {name.split("-")[1] for name, v in done.verdicts().items() if v == verdict}
        for verdict in done.counts()
    }

    assert flows == {
        "conforms": {"ADMIN_USER_PASSWORD_AUTH", "USER_PASSWORD_AUTH"},
        "blocked": {"USER_SRP_AUTH"},
    }


@pytest.mark.slow  # it waits as long as the retries do
def test_throttling_that_passes_changes_no_verdict(run, moto):
    """A service that throttles each request twice gets the verdicts that it gets unthrottled."""
    chosen = ["-k", "test_list_users_shows_the_same_status", "--tier", "wording"]
    with before(moto, throttled_twice()) as url:
        throttled = run("--endpoint-url", url, *chosen)
    free = run("--endpoint-url", moto, *chosen)

    assert throttled.verdicts() == free.verdicts()
    assert set(free.verdicts().values()) == {"conforms"}


def test_throttling_that_lasts_is_inconclusive(run, moto):
    """Throttling that outlasts the retries says nothing about the target: exit code 3."""
    with before(moto, lambda target, _: error("TooManyRequestsException") if target == ASKED else None) as url:
        done = run("--endpoint-url", url, "-k", "test_list_users_shows_the_same_status")

    assert set(done.counts()) == {"inconclusive"}
    assert done.exit_code == 3
