"""Users that are kept by one scenario and lent to the next."""

import pytest

from conformance.mutants.mutant import serving
from conformance.scenarios.requests import member, namesakes
from conformance.target.client import Cognito
from conformance.target.definition import INVENTED, REGION, Endpoint
from conformance.target.kept_users import KeptUsers
from conformance.target.pools import Pools
from conformance.verdict.observed import TOKENS

PASSWORD = "Permanent-1!"


@pytest.fixture(scope="module")
def service():
    """A plain client of the reference."""
    with serving(lambda: None) as url:
        yield Cognito(Endpoint(url, REGION, INVENTED))


class Scenarios:
    """Scenarios of one worker, one after the other."""

    def __init__(self, service):
        self.service = service
        self.kept = KeptUsers()
        self.pools = Pools(service, kept=self.kept)

    def begin(self, *spelled, lending=True):
        """Begin a scenario that spells these words."""
        self.service.journal.begin()
        self.kept.begin(spelled, lending=lending)

    def end(self):
        """End it: it conformed."""
        self.kept.end(self.service.journal.exchanges)

    def left(self, *steps, **configuration):
        """A user that a scenario left behind after these steps."""
        self.begin()
        user = self.pools.get(**configuration).user()
        for step in steps:
            step(user)
        self.end()
        return user

    def distrusted(self, accused=False):
        """Whether the scenario is to be judged again."""
        return self.kept.distrusted(accused, self.service.journal.exchanges)


@pytest.fixture
def scenarios(service):
    """A worker that has run nothing yet."""
    made = Scenarios(service)
    yield made
    made.pools.delete()


def sets(password, permanent=True):
    """The step that gives a user a password."""
    return lambda user: user.arrange("AdminSetUserPassword", Password=password, Permanent=permanent)


def signs_in(password=PASSWORD):
    """The step that shows whether a password is in force."""
    return lambda user: user.sign_in(password)


def test_a_user_in_a_known_state_is_lent(scenarios):
    """The user whose password a sign-in showed is lent in the status that it led to, and costs no request."""
    before = scenarios.left(sets(PASSWORD), signs_in())

    scenarios.begin("Temp0rary!")
    user = scenarios.pools.get().user()

    assert (user.login, user.password) == (before.login, PASSWORD)
    assert scenarios.service.journal.exchanges == []
    assert user.sign_in(PASSWORD) == TOKENS


def test_each_user_is_lent_to_one_scenario_at_a_time(scenarios):
    """Whoever asks for two users gets two."""
    scenarios.left(sets(PASSWORD), signs_in())

    scenarios.begin()
    first, second = scenarios.pools.get().user(), scenarios.pools.get().user()

    assert first.login != second.login


DOUBTFUL = {
    "attributes": (lambda user: user.give(name="Ada"), sets(PASSWORD), signs_in()),
    "disabled": (lambda user: user.arrange("AdminDisableUser"), lambda user: user.enable(), sets(PASSWORD), signs_in()),
    "signed-out": (lambda user: user.arrange("AdminUserGlobalSignOut"), sets(PASSWORD), signs_in()),
    "failures": (sets(PASSWORD), signs_in(), *[signs_in("Wrong-0ne!")] * 3),
    "another-user": (lambda user: user.pool.user(username="ada"), sets(PASSWORD), signs_in()),
}


@pytest.mark.parametrize("steps", DOUBTFUL.values(), ids=DOUBTFUL)
def test_a_user_in_doubt_is_not_kept(scenarios, steps):
    """A user who may have changed in more than password and status is lent to nobody."""
    before = scenarios.left(*steps)

    scenarios.begin()

    assert scenarios.pools.get().user().login != before.login


@pytest.mark.parametrize(("permanent", "lent"), [(True, True), (False, False)], ids=["tokens", "challenge"])
def test_tokens_end_a_row_of_failures(scenarios, permanent, lent):
    """Users are locked out by failures in a row: those before a sign-in that gave tokens do not count any more."""
    before = scenarios.left(*[signs_in("Wrong-0ne!")] * 3, sets(PASSWORD, permanent), signs_in())

    scenarios.begin()

    assert (scenarios.pools.get().user().login == before.login) == lent


UNSHOWN = {
    "no-sign-in-since": (signs_in("Old-Passw0rd!"), sets(PASSWORD)),
    "password-changed-since": (signs_in("Old-Passw0rd!"), sets(PASSWORD), signs_in(), sets("Permanent-2!")),
}


@pytest.mark.parametrize("steps", UNSHOWN.values(), ids=UNSHOWN)
def test_a_user_whose_password_was_not_shown_is_given_one(scenarios, steps):
    """The user is lent with a password that a sign-in has shown since."""
    before = scenarios.left(*steps)

    scenarios.begin()
    user = scenarios.pools.get().user()

    assert user.login == before.login
    assert user.password not in (PASSWORD, "Permanent-2!", "Old-Passw0rd!")
    assert user.sign_in(user.password) == TOKENS


def test_every_user_of_a_scenario_is_kept(scenarios):
    """Two users of one scenario are both lent afterwards."""
    scenarios.begin()
    before = {user.login for user in (scenarios.pools.get().user(), scenarios.pools.get().user())}
    scenarios.end()

    scenarios.begin()

    assert {scenarios.pools.get().user().login for _ in range(2)} == before


@pytest.mark.parametrize("start", ["RESET_REQUIRED", "disabled"])
def test_a_kept_user_is_brought_to_a_status_of_the_administrator(scenarios, start):
    """A user who was reset or disabled, and set a password, can be reset or disabled again."""
    scenarios.begin()
    before = scenarios.pools.get().user(start)
    sets(PASSWORD)(before)
    before.enable()
    before.sign_in(PASSWORD)
    scenarios.end()

    scenarios.begin()
    user = scenarios.pools.get().user(start)

    assert user.login == before.login
    assert (user.status, user.flags["Enabled"]) == (
        ("CONFIRMED", "False") if start == "disabled" else ("RESET_REQUIRED", "True")
    )


def test_users_made_alike_are_lent_for_each_other(scenarios):
    """Whoever asks for a user with attributes and in a group may have one who was made so for another scenario."""
    scenarios.begin()
    before = member(scenarios.pools.get())
    before.sign_in(before.password)
    scenarios.end()

    scenarios.begin()
    user = member(scenarios.pools.get())

    assert user.login == before.login
    assert (user.attributes["name"], len(user.groups)) == ("Ada", 1)


def test_no_user_is_kept_of_a_pool_that_remembers_passwords(scenarios):
    """With a password history, what a user had before counts."""
    history = {"policy": {"PasswordHistorySize": 1}}
    before = scenarios.left(sets(PASSWORD), signs_in(), **history)

    scenarios.begin()

    assert scenarios.pools.get(**history).user().login != before.login


def test_a_scenario_is_not_lent_the_password_that_it_spells(scenarios):
    """A user who has it already is given another one before; that the scenario sets it means something then."""
    before = scenarios.left(sets(PASSWORD), signs_in())

    scenarios.begin(PASSWORD)
    user = scenarios.pools.get().user()

    assert user.login == before.login
    assert user.password != PASSWORD
    assert user.sign_in(PASSWORD) == "NotAuthorizedException"


@pytest.mark.parametrize("permanent", [True, False], ids=["confirmed", "invited"])
def test_either_status_will_do(scenarios, permanent):
    """A scenario to which it is the same is lent a user who is confirmed, or must change the password, as they are."""
    before = scenarios.left(sets(PASSWORD, permanent), signs_in())

    scenarios.begin()
    user = scenarios.pools.get().user("FORCE_CHANGE_PASSWORD" if permanent else "CONFIRMED", either=True)
    noted = user.before()

    assert (user.login, scenarios.service.journal.exchanges) == (before.login, [])
    assert noted(user.state).status == ("CONFIRMED" if permanent else "FORCE_CHANGE_PASSWORD")


def test_a_user_is_brought_to_another_status(scenarios):
    """A user who must change the password is confirmed before a scenario has them that asks for a confirmed one."""
    before = scenarios.left(sets(PASSWORD, permanent=False), signs_in())

    scenarios.begin()
    user = scenarios.pools.get().user("CONFIRMED")

    assert user.login == before.login
    assert user.status == "CONFIRMED"


@pytest.mark.parametrize("how", ["fresh", "with a name", "with attributes", "after an accusation"])
def test_whoever_needs_a_new_user_has_one(scenarios, how):
    """A scenario about new users asks for one; one that is judged again has no others."""
    before = scenarios.left(sets(PASSWORD), signs_in())
    scenarios.begin(lending=how != "after an accusation")
    asked = {
        "fresh": {"fresh": True},
        "with a name": {"username": "ada"},
        "with attributes": {"attributes": {"name": "A"}},
    }

    assert scenarios.pools.get().user(**asked.get(how, {})).login != before.login


def test_an_accusation_with_a_lent_user_does_not_count(scenarios):
    """It is judged again; an accusation with a new user counts, and so does a scenario that conforms."""
    scenarios.begin()
    scenarios.pools.get().user()
    assert not scenarios.distrusted(accused=True)
    scenarios.left(sets(PASSWORD), signs_in())

    scenarios.begin()
    scenarios.pools.get().user()

    assert scenarios.distrusted(accused=True)
    assert not scenarios.distrusted()


def _asked(scenarios):
    """The operations that were called since the scenario began."""
    return [exchange.operation for exchange in scenarios.service.journal.exchanges]


def test_a_password_that_nobody_vouches_for_is_tried(scenarios):
    """The scenario never signed in: before the next has the user, a sign-in is made."""
    scenarios.begin()
    before = scenarios.pools.get().user()
    scenarios.end()

    scenarios.begin()
    user = scenarios.pools.get().user()

    assert (user.login, user.password) == (before.login, before.password)
    assert _asked(scenarios) == ["AdminInitiateAuth"]


def test_a_password_that_the_scenario_spells_is_not_tried(scenarios):
    """The user is given another one at once."""
    before = scenarios.left(lambda user: user.status)

    scenarios.begin(before.password)
    user = scenarios.pools.get().user()

    assert user.login == before.login
    assert _asked(scenarios) == ["AdminSetUserPassword", "AdminInitiateAuth"]


def test_users_of_one_name_in_two_pools_are_lent_together(scenarios):
    """Each is lent in the pool that the user is in."""
    scenarios.begin()
    before = namesakes(scenarios.pools.get(), scenarios.pools.get(policy=None))
    for user in before:
        user.sign_in(user.password)
    scenarios.end()

    scenarios.begin()
    users = namesakes(scenarios.pools.get(), scenarios.pools.get(policy=None))

    assert [(user.pool.id, user.login) for user in users] == [(user.pool.id, user.login) for user in before]
    assert _asked(scenarios) == []


@pytest.mark.parametrize("second", ["diverges", "conforms"])
def test_a_lent_user_is_kept_if_a_new_one_gave_cause_to_say_the_same(scenarios, second):
    """The scenario that accused a target with a lent user shows by its second judgement whether it was the user."""
    before = scenarios.left(sets(PASSWORD), signs_in())
    scenarios.begin()
    scenarios.pools.get().user()
    scenarios.kept.set_aside(scenarios.service.journal.exchanges, "diverges")
    scenarios.begin(lending=False)
    another = scenarios.pools.get().user()
    scenarios.kept.end(scenarios.service.journal.exchanges, second)

    scenarios.begin()
    lent = {scenarios.pools.get().user().login for _ in range(2)}

    assert another.login in lent
    assert (before.login in lent) == (second == "diverges")


def test_an_answer_that_a_new_user_had_as_well_counts(scenarios):
    """That the answer was the wrong one counts with a lent user, once a new user had the same."""
    said = [("test_it", "reply: InvalidParameterException", "reply: accepted")]
    other = [("test_it", "reply: InvalidParameterException", "reply: 500")]
    scenarios.begin()
    for _ in range(3):
        scenarios.pools.get().user()
    scenarios.end()

    def accuses(said, lending=True):
        scenarios.begin(lending=lending)
        scenarios.pools.get().user()
        return scenarios.kept.distrusted(True, scenarios.service.journal.exchanges, said)

    assert accuses(said)
    assert not accuses(said, lending=False)
    assert not accuses(said)
    assert accuses(other)


def test_a_scenario_borrows_again_once_it_conformed():
    """A scenario that was judged twice has new users until it conforms."""
    kept = KeptUsers()

    kept.never_again("test_it")
    assert not kept.may_borrow("test_it")

    kept.lend_again("test_it")
    assert kept.may_borrow("test_it")


def test_setting_the_password_that_a_lent_user_had_does_not_count(scenarios):
    """The scenario would conform where nothing was set."""
    scenarios.left(sets(PASSWORD), signs_in())
    scenarios.begin()
    user = scenarios.pools.get().user()

    sets(PASSWORD)(user)

    assert scenarios.distrusted()
