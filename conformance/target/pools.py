"""User pools and users at the target: how a scenario finds them, and how it sees what became of them."""

from __future__ import annotations

import json
import time
import uuid
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from conformance.errors import Blocked, WouldSend
from conformance.process import signals, workplace
from conformance.target.app_client import AppClient, outcome, require_own_name, require_session
from conformance.target.client import Cognito, ServiceError
from conformance.target.kept_users import KeptUsers
from conformance.target.mailbox import simulated
from conformance.target.notes import PREFIX, Notes
from conformance.target.sign_in import (
    ADMIN_USER_PASSWORD_AUTH,
    FLOWS,
    OPERATIONS,
    answer_new_password,
    prove_password,
    sign_in,
)
from conformance.target.together import POLICY, parameters, together
from conformance.verdict.observed import (
    ACCEPTED,
    MISSING,
    NEW_PASSWORD_REQUIRED,
    REFUSED,
    TOKENS,
    UNIMPLEMENTED,
    AnyRefusal,
    Facts,
    Form,
    Outcome,
    State,
    Status,
)
from conformance.verdict.reply import SignIn

# The statuses that a user can have before the call; a DISABLED user is CONFIRMED and was disabled by an administrator.
STARTS = ("FORCE_CHANGE_PASSWORD", "UNCONFIRMED", "CONFIRMED", "RESET_REQUIRED")
DISABLED = "disabled"

OLD_PASSWORD = "Old-Passw0rd!"
# How long ListUsers has to show what AdminGetUser does.
LISTED_SECONDS = 5.0

# What is special about a user who can be reset: the verified address, which the reset asks for.
_WITH_CONTACT = "with a verified address"

# What a sign-in with the password before leads to, by the status that a user was brought to.
_OPENS = {"CONFIRMED": TOKENS, "FORCE_CHANGE_PASSWORD": NEW_PASSWORD_REQUIRED}

# The claim that speaks of a sign-in with this outcome: what blocks a scenario that needs one.
SUBJECTS: Mapping[str | AnyRefusal, str] = {
    TOKENS: "permanent-password-signs-in",
    NEW_PASSWORD_REQUIRED: "temporary-password-is-challenged",
    REFUSED: "wrong-password-is-refused",
}


@dataclass
class Flows:
    """Which flows can be trusted to show what a password opens.

    `faults` has, for each that cannot, the claim that it breaks (or the operation that is missing) and a sentence;
    `doubts` has the same for one that challenges every password of a user who must change it: it shows who is
    challenged, and cannot show that a password is refused. `looking` is the flow that a scenario uses if it is
    about none, `subject` the claim of the scenario that runs: what a fault breaks is judged by that flow, everything
    else is blocked."""

    faults: dict[str, tuple[str, str]] = field(default_factory=dict)
    doubts: dict[str, tuple[str, str]] = field(default_factory=dict)
    looking: str = ADMIN_USER_PASSWORD_AUTH
    subject: str = ""

    def require(self, flow: str) -> None:
        """Block the scenario if `flow` cannot be trusted, unless that is what the scenario is about."""
        by, reason = self.faults.get(flow, ("", ""))
        if by and by != self.subject:
            raise Blocked(f"{flow} cannot be trusted: {reason}", by)

    def weigh(self, flow: str, seen: SignIn) -> SignIn:
        """What was seen, with the doubt that the flow casts on it: a challenge accuses nobody who should be refused."""
        by, reason = self.doubts.get(flow, ("", ""))
        if by and by != self.subject and seen.challenge:
            return replace(seen, doubt=Blocked(f"{flow} cannot show a refusal: {reason}", by))
        return seen


class Pools:
    """The user pools of one worker; all are deleted at the end."""

    def __init__(self, service: Cognito, flows: Flows | None = None, kept: KeptUsers | None = None) -> None:
        self.flows = flows or Flows()
        self._kept = kept or KeptUsers()
        self._service = service
        self._pools: dict[str, Pool | Blocked] = {}
        # AWS, which has the gate, has a ledger of them (aws/runledger.py).
        lasting = service.endpoint.gate is None and not service.endpoint.ends
        self._notes = Notes(workplace.POOLS, service.endpoint.url if lasting else None)
        self._made: set[str] = set()
        self._reached: dict[str, set[str]] = defaultdict(set)
        self._unsent: dict[str, WouldSend] = {}

    def get(
        self, *, policy: Mapping[str, Any] | None = POLICY, apart: str = "", days: int = 0, **configuration: Any
    ) -> Pool:
        """The pool with this `policy` (None: none is sent) and these parameters of CreateUserPool.

        It may have what others ask for as well (together.py), unless `apart` names it, a second one with the same
        parameters. `days` is how long it is to be there if it is kept. Raises Blocked where the target cannot make
        it."""
        asked = parameters(policy=policy, **configuration)
        wanted = asked if apart else together(asked) or asked
        pool = self._made_once(apart, wanted, days)
        if isinstance(pool, Blocked) and wanted != asked:
            wanted, pool = asked, self._made_once(apart, asked, days)
        if isinstance(pool, Blocked):
            raise Blocked(str(pool), pool.by)
        known = self.known(pool.id, pool.client_id)
        remembers = wanted.get("Policies", {}).get("PasswordPolicy", {}).get("PasswordHistorySize")
        return known if apart or remembers else replace(known, kept=self._kept)

    def _made_once(self, apart: str, configuration: Mapping[str, Any], days: int) -> Pool | Blocked:
        """The pool, or why there is none: a target that cannot make a pool is not asked for every scenario."""
        key = json.dumps([apart, configuration], sort_keys=True)
        if key not in self._pools:
            try:
                self._pools[key] = self._create(configuration, days)
            except Blocked as blocked:
                self._pools[key] = blocked
        return self._pools[key]

    def _create(self, configuration: Mapping[str, Any], days: int) -> Pool:
        gate = self._service.endpoint.gate
        marks = gate.marks(configuration, days) if gate else {"PoolName": f"{PREFIX}{uuid.uuid4().hex[:12]}"}
        name = marks["PoolName"]
        with signals.held():
            self._notes.planned(name)
            pool_id = self._created(name, {**configuration, **marks})
            self._made.add(pool_id)
            self._notes.made(name, pool_id)
        flows = [f"ALLOW_{flow}" for flow in (*FLOWS, "REFRESH_TOKEN_AUTH")]
        made = self._service.arrange(
            "CreateUserPoolClient",
            "UserPoolClient.ClientId",
            UserPoolId=pool_id,
            ClientName=name,
            ExplicitAuthFlows=flows,
        )
        return Pool(self._service, pool_id, made["UserPoolClient"]["ClientId"], self.flows)

    def _created(self, name: str, configuration: Mapping[str, Any]) -> str:
        try:
            made = self._service.arrange("CreateUserPool", "UserPool.Id", **configuration)
        except Blocked:
            self._notes.forget(name)
            raise
        return str(made["UserPool"]["Id"])

    def known(self, pool_id: str, client_id: str) -> Pool:
        """The pool with this id and client, whoever made it; what is observed of it shows neither."""
        self._service.journal.names |= {pool_id: "<pool>", client_id: "<client>"}
        return Pool(self._service, pool_id, client_id, self.flows, reached=self._reached[pool_id], unsent=self._unsent)

    def keep(self, pool: Pool) -> None:
        """Leave a pool for a later run."""
        self._made.discard(pool.id)
        self._notes.forget(pool.id)
        if self._service.endpoint.gate is not None:
            self._service.endpoint.gate.keep(pool.id)

    def delete(self) -> None:
        """Delete every pool that was made and is not kept; one that cannot be deleted does not keep the others."""
        for pool_id in self._made:
            self.discard(pool_id)

    def discard(self, pool_id: str) -> bool:
        """Delete a pool; tells whether it is gone."""
        try:
            self._service.call("DeleteUserPool", UserPoolId=pool_id)
        except ServiceError as error:
            if error.code != "ResourceNotFoundException":
                return False
        except Exception:  # whatever it is: the verdicts are in, and the next pool is to be deleted
            return False
        self._notes.forget(pool_id)
        return True


@dataclass(frozen=True)
class Pool:
    """A user pool with one app client that allows every flow with a password."""

    service: Cognito = field(repr=False)
    id: str
    client_id: str
    flows: Flows = field(default_factory=Flows, repr=False)
    kept: KeptUsers = field(default_factory=KeptUsers, repr=False, compare=False)
    # The starts that AdminGetUser showed once, after the same requests: they are not looked at again.
    reached: set[str] = field(default_factory=set, repr=False, compare=False)
    # The starts that nobody is brought to, since a message would be sent: no user is made for them.
    unsent: dict[str, WouldSend] = field(default_factory=dict, repr=False, compare=False)

    def user(
        self,
        start: str = "CONFIRMED",
        *,
        username: str | None = None,
        attributes: Mapping[str, str] | None = None,
        password: str = OLD_PASSWORD,
        fresh: bool = False,
        either: bool = False,
        alike: str = "",
        prepare: Callable[[User], None] = lambda _: None,
    ) -> User:
        """A user in the status `start`, one of STARTS, or DISABLED: one that was kept, else a new one with `password`.

        The user is new if `fresh`, or if a name or attributes are given; but if it is to be `alike` others that were
        made so, with attributes and whatever `prepare` does for a new user, any of these will do. `either` is for a
        scenario to which CONFIRMED and FORCE_CHANGE_PASSWORD are the same: a new user is invited, which takes the
        fewest requests. AdminSetUserPassword, which is under test, has no part in making one.

        Without `username` it gets a name of its own in the shape of an e-mail address, which every target takes. Raises
        Blocked where the target cannot get a user there."""
        if start in self.unsent:
            raise WouldSend(str(self.unsent[start]))
        named, exchangeable = username is not None, bool(alike) or (username is None and not attributes)
        twin = partial(self.user, attributes=None if named else attributes, password=password, fresh=True)
        if exchangeable and not fresh and (lent := self._lent(start, password, alike, either)):
            lent = replace(lent, _made_at=len(self.service.journal.exchanges), _twin=partial(twin, lent._start))
            return self._in_use(lent, alike)
        start = "FORCE_CHANGE_PASSWORD" if either else start
        user = self._new(start, username, attributes or {}, password)
        prepare(user)
        user = replace(user, _made_at=len(self.service.journal.exchanges), _twin=partial(twin, start))
        return self._in_use(user, alike) if exchangeable else user

    def _new(self, start: str, username: str | None, attributes: Mapping[str, str], password: str) -> User:
        """A user who was just made, and brought to this status."""
        named, username = username is not None, username or simulated(f"user-{uuid.uuid4().hex[:12]}")
        wanted = ("CONFIRMED", False) if start == DISABLED else (start, True)
        if start == "FORCE_CHANGE_PASSWORD":
            seen = self._invited(username, attributes, password)
        else:
            self._signed_up(start, username, attributes, password)
            members = ("Username", "UserStatus", "Enabled")
            if named or start not in self.reached:
                seen = self.service.arrange("AdminGetUser", *members, UserPoolId=self.id, Username=username)
            else:
                seen = dict(zip(members, (username, *wanted), strict=True))
        user = User(self, seen["Username"], username, password, start)
        self._name(user)
        reached = (seen["UserStatus"], seen["Enabled"])
        if reached != wanted:
            raise Blocked(f"a user could not be brought to {start}: AdminGetUser shows {reached[0]}", "AdminGetUser")
        if user.username == username and not named:
            self.reached.add(start)
        return user

    def _invited(self, username: str, attributes: Mapping[str, str], password: str) -> dict[str, Any]:
        """What AdminCreateUser shows of the user that it made."""
        made = self.service.arrange(
            "AdminCreateUser",
            "User.Username",
            "User.UserStatus",
            "User.Enabled",
            UserPoolId=self.id,
            Username=username,
            UserAttributes=_listed(attributes),
            TemporaryPassword=password,
            MessageAction="SUPPRESS",
        )
        return dict(made["User"])

    def _signed_up(self, start: str, username: str, attributes: Mapping[str, str], password: str) -> None:
        """Have a user sign up, and an administrator bring them to this status."""
        arrange, user = self.service.arrange, {"UserPoolId": self.id, "Username": username}
        late = _for_administrators(attributes)
        early = {name: value for name, value in attributes.items() if name not in late}
        signing_up = {"Username": username, "Password": password, "UserAttributes": _listed(early)}
        arrange("SignUp", ClientId=self.client_id, **signing_up)
        if start != "UNCONFIRMED":
            arrange("AdminConfirmSignUp", **user)
        if start == "RESET_REQUIRED":
            # The reset is refused without a verified contact (https://repost.aws/knowledge-center/cognito-forgot-password).
            late = {"email": early.get("email", simulated("nobody")), "email_verified": "true", **late}
        if late:
            arrange("AdminUpdateUserAttributes", **user, UserAttributes=_listed(late))
        if start == "RESET_REQUIRED":
            self._reset(username)
        if start == DISABLED:
            arrange("AdminDisableUser", **user)

    def _lent(self, start: str, password: str, alike: str, either: bool = False) -> User | None:
        """A kept user in this status, or in `either` of those that a password opens; else another is brought there.

        That takes the operation under test: only a scenario that conforms has such a user for good (KeptUsers)."""
        if start in _OPENS:
            statuses = [start, *(status for status in _OPENS if either and status != start)]
            found = ((self.kept.lend(self.id, status, alike), status) for status in statuses)
            lent = next((replace(user, _start=status) for user, status in found if user), None)
            lent = lent or self._mended(statuses, password, alike)
            self._name(lent)
            return lent
        lent = None
        if start == "RESET_REQUIRED":
            lent = self._lent("CONFIRMED", password, alike or _WITH_CONTACT)
            lent = self._brought(lent, "AdminResetUserPassword", start)
        elif start == DISABLED:
            lent = self._brought(self._lent("CONFIRMED", password, alike), "AdminDisableUser", "CONFIRMED")
        return lent and replace(lent, _start=start)

    def _mended(self, statuses: Sequence[str], password: str, alike: str) -> User | None:
        """A kept user whose password or status was another, or not known, and who is in one of these now; None if not.

        The password that was in force last may be so still; else the user is given one."""
        user, worth_trying = self.kept.spare(self.id, alike)
        if user is None:
            return None
        if worth_trying:
            seen = user.sign_in(user.password)
            for status in statuses:
                if seen == _OPENS[status]:
                    return replace(user, _start=status)
        start = statuses[0]
        password = f"{password}-{uuid.uuid4().hex[:8]}"
        if user.call("AdminSetUserPassword", Password=password, Permanent=_OPENS[start] is TOKENS) != ACCEPTED:
            return None
        given = replace(user.with_password(password), _start=start)
        return given if given.sign_in(password) == _OPENS[start] else None

    def _reset(self, username: str) -> None:
        try:
            self.service.arrange("AdminResetUserPassword", UserPoolId=self.id, Username=username)
        except WouldSend as message:
            self.unsent["RESET_REQUIRED"] = message
            raise

    def _brought(self, lent: User | None, operation: str, status: str) -> User | None:
        """The user who was lent, if there is one, after this operation; None where the status is another then."""
        self._name(lent)
        if lent is not None:
            lent.arrange(operation)
        return lent if lent is not None and lent.status == status else None

    def _name(self, user: User | None) -> None:
        if user is not None:
            self.service.journal.names |= {user.login: "<user>", user.username: "<user>"}

    def _in_use(self, user: User, alike: str) -> User:
        if user._start == "RESET_REQUIRED" and not alike:
            alike = _WITH_CONTACT
        self.kept.in_use(user, len(self.service.journal.exchanges), alike, _OPENS.get(user._start, ""))
        return user

    @property
    def client(self) -> AppClient:
        """Its app client."""
        return AppClient(self.service, self.id, self.client_id)

    def new_client(self, **settings: Any) -> AppClient:
        """Another app client, with these parameters of CreateUserPoolClient.

        Raises Blocked where the target cannot make it, or makes one without the secret that was asked for."""
        members = ["UserPoolClient.ClientId"] + ["UserPoolClient.ClientSecret"] * ("GenerateSecret" in settings)
        name = f"cognito-conformance-{uuid.uuid4().hex[:12]}"
        made = self.service.arrange("CreateUserPoolClient", *members, UserPoolId=self.id, ClientName=name, **settings)[
            "UserPoolClient"
        ]
        self.service.journal.names[made["ClientId"]] = "<client>"
        return AppClient(self.service, self.id, made["ClientId"], made.get("ClientSecret", ""))

    def change_policy(self, **policy: Any) -> None:
        """Give the pool another password policy, by UpdateUserPool.

        The operation resets what it is not given, so what marks the pool as the run's own goes with it. Raises Blocked
        where it fails."""
        configuration = parameters(policy=policy)
        gate = self.service.endpoint.gate
        marks = gate.marks(configuration) if gate else {}
        kept = {name: value for name, value in marks.items() if name != "PoolName"}
        self.service.arrange("UpdateUserPool", UserPoolId=self.id, **configuration, **kept)

    def find(self, username: str, login: str, password: str) -> User:
        """A user of this pool that the scenario knows to exist."""
        return User(self, username, login, password)


@dataclass(frozen=True)
class User:
    """A user: `username` in the pool, `login` the name it was made with, `password` the one before the call."""

    pool: Pool = field(repr=False)
    username: str
    login: str
    password: str
    # How the suite made it, where it did: the status, when (counted in exchanges of the scenario), and one like it.
    _start: str = field(default="", repr=False)
    _made_at: int = field(default=-1, repr=False)
    _twin: Callable[[], User] | None = field(default=None, repr=False)

    @property
    def status(self) -> Status:
        """UserStatus, as AdminGetUser shows it."""
        return Status(self._get("UserStatus")["UserStatus"], operation="AdminGetUser")

    @property
    def listed_status(self) -> Status:
        """UserStatus, as ListUsers shows it on one of its pages.

        Behind a gate ListUsers is given time to show what AdminGetUser does: AWS documents that lists follow late.
        Raises Blocked where no page has the user."""
        gate = self.pool.service.endpoint.gate
        shown = self._listed() if gate is None else gate.settled(self._listed, self.status)
        if shown is None:
            raise Blocked("ListUsers does not list the user with a status", "ListUsers")
        return shown

    def _listed(self) -> Status | None:
        wanted: dict[str, Any] = {"UserPoolId": self.pool.id, "Filter": f'username = "{self.username}"'}
        seen: set[str] = set()
        while True:
            answer = self.pool.service.arrange("ListUsers", "Users", **wanted)
            for user in answer["Users"]:
                if user.get("Username") == self.username and "UserStatus" in user:
                    return Status(user["UserStatus"], operation="ListUsers")
            token = str(answer.get("PaginationToken") or "")
            if not token or token in seen:
                return None
            seen.add(token)
            wanted["PaginationToken"] = token

    def listed_as(self, status: str) -> Status:
        """UserStatus, as ListUsers shows it, asked again until it is `status` or LISTED_SECONDS are over.

        ListUsers trails: https://github.com/aws-solutions/performance-dashboard-on-aws/pull/371"""
        end = time.monotonic() + LISTED_SECONDS
        while self.listed_status != status and time.monotonic() < end:
            time.sleep(0.5)
        return self.listed_status

    @property
    def flags(self) -> Facts:
        """Whether the user is enabled, as AdminGetUser shows it."""
        return Facts({"Enabled": str(self._get("Enabled")["Enabled"])}, noun="flags")

    @property
    def attributes(self) -> Facts:
        """The attributes by name, as AdminGetUser shows them."""
        shown = self._get("UserAttributes")["UserAttributes"]
        return Facts({a["Name"]: a.get("Value", "") for a in shown}, noun="attributes")

    def attribute(self, name: str) -> Form:
        """One attribute, as AdminGetUser shows it."""
        return Form(self.attributes.get(name, MISSING), noun=f"attribute {name}", operation="AdminGetUser")

    @property
    def sub(self) -> str:
        """The user's `sub` attribute.

        Raises Blocked where the target shows none."""
        sub = self.attributes.get("sub")
        if not sub:
            raise Blocked("AdminGetUser shows no sub", "AdminGetUser")
        return sub

    @property
    def created(self) -> Facts:
        """UserCreateDate, as AdminGetUser shows it."""
        return Facts({"UserCreateDate": str(self._get("UserCreateDate")["UserCreateDate"])}, noun="dates")

    @property
    def groups(self) -> Facts:
        """The groups that the user is in, as AdminListGroupsForUser shows them."""
        operation = "AdminListGroupsForUser"
        answer = self.pool.service.arrange(operation, "Groups", UserPoolId=self.pool.id, Username=self.username)
        return Facts({group["GroupName"]: "member" for group in answer["Groups"]}, noun="groups", operation=operation)

    def before(self) -> Callable[[State], State]:
        """Note the state that a request is to leave as it is; called with the one afterwards, it gives the one before.

        Of a user who was just made, and asked nothing since, the state is what it was brought to; only where the one
        afterwards is another is it read, of a user who is made the same way."""
        twin, arranged = self._twin, self._arranged
        if twin is None or arranged is None:
            seen = self.state
            return lambda _: seen
        return lambda after: arranged if after == arranged else twin().state

    def watched(self) -> Callable[[], tuple[State, State]]:
        """Note the state, as `before` does; called after a refused request, it gives the state before and after.

        Of a user whose state is known, a sign-in that leads where it led shows that it is the same: it takes the status
        and an enabled user. Only after another is the state looked at in full."""
        known = self._arranged
        state_before = self.before()

        def look() -> tuple[State, State]:
            if known is not None and self.sign_in(self.password) == known.sign_in:
                return known, known
            after = self.state
            return state_before(after), after

        return look

    @property
    def _arranged(self) -> State | None:
        """The state that the user was brought to, if nothing was asked since."""
        opens = _OPENS.get(self._start)
        if opens is None or self._made_at != len(self.pool.service.journal.exchanges):
            return None
        return State(self._start, True, opens)

    @property
    def state(self) -> State:
        """What a refused request must leave as it was."""
        seen = self._get("UserStatus", "Enabled")
        return State(seen["UserStatus"], seen["Enabled"], self.sign_in(self.password).outcome)

    def sign_in(self, password: str, flow: str | None = None) -> SignIn:
        """What comes of signing in with `password` by `flow`, one of FLOWS; without it, by a flow that can be trusted.

        Raises Blocked where the flow cannot be trusted, unless the scenario judges that, or is not implemented."""
        chosen = flow or self.pool.flows.looking
        try:
            self.pool.flows.require(chosen)
        except Blocked:
            self.pool.kept.blameless = True
            raise
        attempt = sign_in(self.pool.service, self.pool.id, self.pool.client_id, self.login, password, chosen)
        self.pool.kept.signed_in(self, password, attempt.outcome, len(self.pool.service.journal.exchanges))
        return self.pool.flows.weigh(chosen, _implemented(chosen, attempt))

    def prove_password(self, password: str) -> SignIn:
        """What comes of USER_SRP_AUTH, its challenge answered with the name that it gives.

        Raises Blocked where the target says that it does not implement the flow."""
        attempt = prove_password(self.pool.service, self.pool.id, self.pool.client_id, self.login, password)
        return _implemented("USER_SRP_AUTH", attempt)

    def requires(self, password: str, documented: str | AnyRefusal, flow: str | None = None) -> None:
        """Block the scenario unless `password` leads to `documented`, of SUBJECTS: that it does is another claim."""
        seen = self.sign_in(password, flow)
        if seen != documented:
            raise Blocked(
                f"a sign-in by {seen.flow} that was to lead to {documented} led to {seen}", SUBJECTS[documented]
            )

    def challenged(self, password: str, flow: str | None = None) -> SignIn:
        """The challenge NEW_PASSWORD_REQUIRED that a temporary password leads to.

        Raises Blocked where it leads elsewhere. That it does not is another claim."""
        seen = self.sign_in(password, flow)
        if seen.challenge != NEW_PASSWORD_REQUIRED:
            raise Blocked(
                f"a sign-in by {seen.flow} that was to lead to the challenge led to {seen}",
                SUBJECTS[NEW_PASSWORD_REQUIRED],
            )
        return seen

    def answer(self, challenge: SignIn, new_password: str, operation: str = "RespondToAuthChallenge") -> SignIn:
        """What comes of answering NEW_PASSWORD_REQUIRED with `new_password` by `operation`, one of sign_in.RESPOND.

        Raises Blocked where there is nothing to answer with, or the target does not implement the operation."""
        require_session(challenge)
        # The answer names the user as the challenge does: with aliases, that is not the name that was typed.
        name = challenge.parameters.get("USER_ID_FOR_SRP", self.username)
        pool = self.pool
        session = challenge.session
        attempt = answer_new_password(pool.service, pool.id, pool.client_id, name, session, new_password, operation)
        require_own_name(challenge, self.username, attempt)
        pool.kept.signed_in(self, new_password, attempt.outcome, len(pool.service.journal.exchanges))
        return _implemented(operation, attempt)

    def arrange(self, operation: str, **parameters: Any) -> None:
        """Have an administrator do something to this user, such as AdminEnableUser.

        Raises Blocked where it fails."""
        self.pool.service.arrange(operation, UserPoolId=self.pool.id, Username=self.username, **parameters)

    def give(self, **attributes: str) -> None:
        """Have an administrator give this user attributes.

        Raises Blocked where it fails."""
        self.arrange("AdminUpdateUserAttributes", UserAttributes=_listed(attributes))

    def verify_email(self) -> str:
        """Have an administrator give this user a verified address of their own, and return it.

        Raises Blocked where it fails."""
        email = simulated(f"contact-{uuid.uuid4().hex[:12]}")
        self.give(email=email, email_verified="true")
        return email

    def call(self, operation: str, **parameters: Any) -> Outcome:
        """The outcome of an administrator's operation on this user, who is named as at sign-in unless given."""
        named = {"UserPoolId": self.pool.id, "Username": self.login, **parameters}
        return outcome(self.pool.service, operation, **named)

    def with_password(self, password: str) -> User:
        """The same user, with this as the password before the call."""
        return replace(self, password=password)

    def enable(self) -> None:
        """Have an administrator enable the user, where the user is disabled. Raises Blocked where it fails."""
        if self.flags["Enabled"] != "True":
            self.arrange("AdminEnableUser")

    def with_token(self, operation: str, session: SignIn, **parameters: Any) -> Outcome:
        """What comes of an operation that the user's own access token authorizes, such as ChangePassword.

        Raises Blocked where there is no token, or the target says that it does not implement the operation."""
        if "AccessToken" not in session.tokens:
            raise Blocked(f"the sign-in led to {session} and not to tokens", SUBJECTS[TOKENS])
        try:
            self.pool.service.call(operation, AccessToken=session.tokens["AccessToken"], **parameters)
        except ServiceError as error:
            if error.code in UNIMPLEMENTED:
                raise Blocked(f"{operation} is not implemented: {error.message or error.code}", operation) from None
            return Outcome(error.code, operation=operation)
        return Outcome(ACCEPTED, operation=operation)

    def _get(self, *members: str) -> dict[str, Any]:
        return self.pool.service.arrange("AdminGetUser", *members, UserPoolId=self.pool.id, Username=self.username)


def _implemented(what: str, attempt: SignIn) -> SignIn:
    if attempt.outcome in UNIMPLEMENTED:
        operation = OPERATIONS.get(what, what)
        raise Blocked(f"{what} is not implemented: {attempt.message or attempt.outcome}", operation)
    return attempt


def _listed(attributes: Mapping[str, str]) -> list[dict[str, str]]:
    """Attributes as requests have them."""
    return [{"Name": name, "Value": value} for name, value in attributes.items()]


def _for_administrators(attributes: Mapping[str, str]) -> dict[str, str]:
    """Those that no user can give at SignUp: a contact with the flag that it is verified, and preferred_username.

    Only a confirmed user can have the latter (user-pool-settings-attributes.md of the developer guide)."""
    verified = [name for name in attributes if name.endswith("_verified")]
    late = [*verified, *(name.removesuffix("_verified") for name in verified), "preferred_username"]
    return {name: value for name, value in attributes.items() if name in late}
