"""Which requests may be sent to AWS: deny by default. It decides and counts; it sends nothing.

Every request of every client comes by here before a socket is touched, with its whole bytes. The pools, clients and
tokens that a request names must be this run's own, or such that nobody can have them.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from conformance.errors import Inconclusive, WouldSend
from conformance.target.aws.operations import ASSUME_ROLE, CLEANING, OPERATIONS, UNDER_TEST
from conformance.target.aws.runledger import POOL_NAME, RunLedger
from conformance.target.exchange import ARRANGING, Received, Sent
from conformance.target.mailbox import reaching_somebody

TAG, RUN_TAG, UNTIL_TAG = "cognito-conformance", "cognito-conformance-run", "cognito-conformance-until"
TIERS = ("LITE", "ESSENTIALS")
# What scenarios send in the place of the operation under test, to see that it is not carried out: X-Amz-Target in full.
OTHER_TARGETS = (
    "",
    "AWSCognitoIdentityProviderService.adminsetuserpassword",
    "AWSCognitoIdentityProviderService.AdminSetUserPasswords",
    "AWSCognitoIdentityService.AdminSetUserPassword",
)
_PREFIX = "AWSCognitoIdentityProviderService."
OTHER_METHODS = ("GET", "PUT")
# The keys of pools that nobody has: AWS would have to draw one of these words.
NOBODYS_KEYS = ("NoSuchOne", "NoSuchKey", "NoSuchPool", "000000000")
# An id as AWS gives them: nine letters and digits behind the Region. Others are nobody's.
POOL_ID = re.compile(r"(?<![\w-])([a-z]{2}(?:-[a-z]+)+-\d+)_([0-9a-z]{9})(?![0-9a-z])", re.IGNORECASE)
_PHONE = re.compile(r"\+\d{7,15}")
# 555 is not an area code of the North American plan, so that none of these numbers rings.
_NOBODYS_PHONE = re.compile(r"\+1555\d{4,7}")
_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})")
_SUB = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
_REAL_TOKEN = re.compile(r"eyJ[\w-]+\.[\w-]+")

_POOL_MEMBERS = {
    "PoolName",
    "UserPoolTags",
    "UserPoolTier",
    "Policies",
    "AliasAttributes",
    "UsernameAttributes",
    "UsernameConfiguration",
    "Schema",
}
_CLIENT_MEMBERS = {
    "UserPoolId",
    "ClientName",
    "ExplicitAuthFlows",
    "GenerateSecret",
    "PreventUserExistenceErrors",
    "ReadAttributes",
    "WriteAttributes",
    "EnableTokenRevocation",
    "AuthSessionValidity",
    "AccessTokenValidity",
    "IdTokenValidity",
    "RefreshTokenValidity",
    "TokenValidityUnits",
}
_USER_MEMBERS = {
    "UserPoolId",
    "Username",
    "UserAttributes",
    "TemporaryPassword",
    "MessageAction",
    "DesiredDeliveryMediums",
    "ForceAliasCreation",
}
_SIGN_UP_MEMBERS = {"ClientId", "SecretHash", "Username", "Password", "UserAttributes"}
_GROUP_MEMBERS = {"UserPoolId", "GroupName"}
# UpdateUserPool resets every setting that it does not name; what marks the pool as ours is named again.
_CHANGED_POOL_MEMBERS = {"UserPoolId", "UserPoolTags", "UserPoolTier", "Policies"}
ONLY = {
    "CreateUserPool": _POOL_MEMBERS,
    "UpdateUserPool": _CHANGED_POOL_MEMBERS,
    "CreateUserPoolClient": _CLIENT_MEMBERS,
    "CreateGroup": _GROUP_MEMBERS,
    "AdminCreateUser": _USER_MEMBERS,
    "SignUp": _SIGN_UP_MEMBERS,
    "DeleteUserPool": {"UserPoolId"},
    "DescribeUserPool": {"UserPoolId"},
    "ListUserPools": {"MaxResults", "NextToken"},
}
# What hands a request on to a Lambda function, or to services that cost extra.
_NEVER = {"ClientMetadata", "AnalyticsMetadata", "UserContextData", "ContextData"}
_FLOWS = {
    "USER_PASSWORD_AUTH",
    "ADMIN_USER_PASSWORD_AUTH",
    "ADMIN_NO_SRP_AUTH",
    "USER_SRP_AUTH",
    "REFRESH_TOKEN_AUTH",
    "NO_SUCH_AUTH",  # no flow at all: a scenario asks that it is refused
    "REFRESH_TOKEN",  # there is none, which a scenario asks for to see it refused
}
_CHALLENGES = {"NEW_PASSWORD_REQUIRED", "PASSWORD_VERIFIER"}
# These are about pools of ours and no others.
_IN_A_POOL = ("DeleteUserPool", "DescribeUserPool", "UpdateUserPool", "CreateUserPoolClient", "CreateGroup")
_CONTACTS = ("email", "phone_number")


class Tripped(Exception):
    """A request that must not be sent. The suite makes none: it is a fault of the suite."""


@dataclass(frozen=True)
class Ceilings:
    """What a run may use up; it ends, and cleans up, where it needs more. `minutes` is counted by the gate."""

    calls: int
    users: int
    pools: int
    messages: int
    minutes: float
    throttles: int


@dataclass
class Counts:
    """What a run has used up: requests by operation, users by the tier of their pool, pools, messages, refusals."""

    calls: dict[str, int] = field(default_factory=dict)
    users: dict[str, int] = field(default_factory=dict)
    pools: int = 0
    messages: int = 0
    throttles: int = 0

    @property
    def total(self) -> int:
        """All requests."""
        return sum(self.calls.values())


@dataclass(frozen=True)
class SecondRole:
    """A role that the user names: its sessions, each with a policy of its own, are the callers with other policies."""

    arn: str
    region: str

    @property
    def host(self) -> str:
        """The host of STS that gives its sessions."""
        return f"sts.{self.region}.amazonaws.com"

    def form(self, run_id: str) -> dict[str, str]:
        """What a run asks STS for, but for the policy: a session of the shortest time that there is."""
        return {
            "Action": ASSUME_ROLE,
            "Version": "2011-06-15",
            "RoleArn": self.arn,
            "RoleSessionName": f"cognito-conformance-{run_id}",
            "DurationSeconds": "900",
        }


@dataclass(frozen=True)
class Permit:
    """A request that may be sent: what it counts against. `user` is empty where it is about no single user."""

    operation: str
    pool: str
    user: str
    challenge: str = ""
    message: bool = False


class Guard:
    """Decides for one run at one host; `ledger` has what is the run's own.

    With a `role`, sessions of it may be asked for at STS, and nothing else there."""

    def __init__(
        self, host: str, ledger: RunLedger, ceilings: Ceilings | None = None, role: SecondRole | None = None
    ) -> None:
        self.counts = Counts(**ledger.used)
        self.stopped: str | None = None
        self.host = host
        self._ledger = ledger
        self._ceilings = ceilings
        self._role = role
        self._tiers: dict[str, str] = {}
        # Nobody knows here what contacts an earlier run gave its users.
        self._by_address: set[str] = set(ledger.kept)
        self._reachable: set[tuple[str, str]] = set()
        self._tokens: set[str] = set()
        self._lock = threading.Lock()

    def admit(self, sent: Sent) -> Permit:
        """What the request counts against; it is counted here, before it is sent.

        Raises Tripped for what must never be sent, WouldSend where no message is left, Inconclusive where a ceiling is
        reached."""
        if self._role is not None and sent.host == self._role.host:
            return self._admit_session(sent, self._role)
        self._check_address(sent, self.host)
        operation = self._operation(sent)
        text = _unescaped(sent.body)
        members, strings = _parsed(text)
        self._check_names([text, *strings])
        if sent.sender == ARRANGING:
            if members is None:
                raise Tripped(f"{operation}: a body that is not a JSON object")
            self._check_members(operation, members)
        named = members or {}
        pool = self._pool_of(named)
        permit = Permit(
            operation,
            pool,
            self._user_of(named, pool),
            str(named.get("ChallengeName", "")),
            self._sends_message(operation, named, pool),
        )
        with self._lock:
            self._within_ceilings(permit)
            self._count(permit)
            self.counts.pools += operation == "CreateUserPool"
            if operation in ("AdminCreateUser", "SignUp") and named.get("MessageAction") != "RESEND":
                tier = self._tiers.get(pool, TIERS[-1])
                self.counts.users[tier] = self.counts.users.get(tier, 0) + 1
        return permit

    def again(self, permit: Permit) -> None:
        """Count a request that is about to be sent once more.

        Raises what `admit` does where a ceiling is reached."""
        with self._lock:
            self._within_ceilings(permit)
            self._count(permit)

    def _count(self, permit: Permit) -> None:
        self.counts.calls[permit.operation] = self.counts.calls.get(permit.operation, 0) + 1
        self.counts.messages += permit.message

    def throttled(self) -> None:
        """Count an answer that says "too fast".

        Raises Inconclusive where there were too many."""
        self.counts.throttles += 1
        if self._ceilings and self.counts.throttles > self._ceilings.throttles:
            self.stop(f"more than {self._ceilings.throttles} requests were throttled")

    def stop(self, reason: str) -> None:
        """Let nothing through any more but what cleans up.

        Raises Inconclusive."""
        self.stopped = self.stopped or reason
        raise Inconclusive(f"the run was stopped: {self.stopped}")

    def learn(self, sent: Sent, received: Received) -> None:
        """Learn from an answer what is the run's own, and which users can be reached by a message."""
        asked, answer = sent.members or {}, received.members
        if received.error or received.status != 200:
            return
        match sent.operation:
            case "CreateUserPool":
                pool = str(answer.get("UserPool", {}).get("Id", ""))
                self._tiers[pool] = str(asked["UserPoolTier"])
                if asked.get("UsernameAttributes") or asked.get("AliasAttributes"):
                    self._by_address.add(pool)
            case "CreateUserPoolClient":
                self._ledger.clients[str(answer.get("UserPoolClient", {}).get("ClientId", ""))] = asked["UserPoolId"]
        with self._lock:
            for token in _values(answer.get("AuthenticationResult") or {}):
                self._tokens.add(token)

    # The rules

    def _admit_session(self, sent: Sent, role: SecondRole) -> Permit:
        """As `admit`, for a session of the second role: of that role only, with a policy, and as short as can be."""
        self._check_address(sent, role.host)
        if sent.sender != ARRANGING:
            raise Tripped(f"a request to STS by the binding {sent.sender}")
        fields = parse_qsl(sent.body.decode("utf-8", "backslashreplace"), keep_blank_values=True)
        asked = dict(fields)
        policy = asked.pop("Policy", "")
        if asked != role.form(self._ledger.run_id) or len(fields) != len(asked) + 1:
            raise Tripped("a request to STS other than for a session of the role of --second-role")
        if not _has_statements(policy):  # without one the session may do whatever the role may
            raise Tripped("AssumeRole without a session policy")
        permit = Permit(ASSUME_ROLE, "", "")
        with self._lock:
            self._within_ceilings(permit)
            self._count(permit)
        return permit

    def _check_address(self, sent: Sent, host: str) -> None:
        parts = urlsplit(sent.url)
        if (parts.scheme, parts.netloc, parts.path or "/") != ("https", host, "/") or parts.query:
            raise Tripped(f"a request to {parts.scheme}://{parts.netloc}{parts.path}, not to https://{host}/")
        for name, value in sent.headers.items():
            if name.lower() == "host" and value != host:
                raise Tripped(f"a Host header that says {value}")
        if sent.method != "POST" and (sent.sender == ARRANGING or sent.method not in OTHER_METHODS):
            raise Tripped(f"the method {sent.method}")

    def _operation(self, sent: Sent) -> str:
        target = next((value for name, value in sent.headers.items() if name.lower() == "x-amz-target"), "")
        operation = target.removeprefix(_PREFIX)
        if sent.sender != ARRANGING:
            if target != f"{_PREFIX}{UNDER_TEST}" and target not in OTHER_TARGETS:
                raise Tripped(f"{target} by the binding {sent.sender}")
            return UNDER_TEST
        if target != f"{_PREFIX}{operation}" or operation not in OPERATIONS:
            raise Tripped(f"{target or 'no operation'}, which is not on the list")
        return operation

    def _check_names(self, texts: list[str]) -> None:
        """No text may hold the id of a pool that is not ours, or an address or number that could be somebody's."""
        ours = {pool.lower() for pool in self._ledger.pools}
        for text in texts:
            for found in POOL_ID.finditer(text):
                if found[0].lower() not in ours and found[2] not in NOBODYS_KEYS:
                    raise Tripped(f"the user pool {found[0]}, which this run did not make")
            if somebody := reaching_somebody(text):
                raise Tripped(f"the e-mail address {somebody[0]}, which could be somebody's")
            if _PHONE.fullmatch(text) and not _NOBODYS_PHONE.fullmatch(text):
                raise Tripped(f"the telephone number {text}, which could be somebody's")

    def _check_members(self, operation: str, members: Mapping[str, Any]) -> None:
        if operation == "CreateUserPool" and members.get("AutoVerifiedAttributes"):
            raise WouldSend("would send a message to everybody who signs up")
        allowed = ONLY.get(operation)
        if allowed is not None and not set(members) <= allowed:
            raise Tripped(f"{operation} with {', '.join(sorted(set(members) - allowed))}")
        if hands_on := set(members) & _NEVER:
            raise Tripped(f"{operation} with {', '.join(sorted(hands_on))}")
        pool, client = members.get("UserPoolId"), members.get("ClientId")
        if pool is None and operation in _IN_A_POOL:
            raise Tripped(f"{operation} without a user pool")
        if pool is not None and not (isinstance(pool, str) and pool in self._ledger.pools):
            key = str(pool).rpartition("_")[2]
            if operation in _IN_A_POOL or (key not in NOBODYS_KEYS and POOL_ID.fullmatch(str(pool))):
                raise Tripped(f"{operation} in {pool}, which this run did not make")
        if client is not None and str(client) not in self._ledger.clients and not _nobodys_client(client):
            raise Tripped(f"{operation} through an app client that this run did not make")
        for name in ("AccessToken", "Session"):
            token = members.get(name)
            if name == "AccessToken" and _REAL_TOKEN.match(str(token)) and token not in self._tokens:
                raise Tripped(f"{operation} with a token that this run was not given")
        match operation:
            case "CreateUserPool":
                self._check_name(members)
                self._check_marks(members)
            case "UpdateUserPool":
                self._check_marks(members)
                if members.get("UserPoolTier") != self._tiers.get(str(pool), members.get("UserPoolTier")):
                    raise Tripped("UpdateUserPool with another tier than the pool has")
            case "AdminCreateUser":
                if members.get("MessageAction") not in ("SUPPRESS", "RESEND"):
                    raise Tripped("AdminCreateUser without MessageAction=SUPPRESS sends an invitation")
                if members.get("DesiredDeliveryMediums") not in (None, ["EMAIL"]):
                    raise Tripped("AdminCreateUser with DesiredDeliveryMediums other than EMAIL")
            case "InitiateAuth" | "AdminInitiateAuth":
                if members.get("AuthFlow") not in _FLOWS:
                    raise Tripped(f"{operation} by {members.get('AuthFlow')}, which may send a message")
            case "RespondToAuthChallenge" | "AdminRespondToAuthChallenge":
                if members.get("ChallengeName") not in _CHALLENGES:
                    raise Tripped(f"{operation} to {members.get('ChallengeName')}, which may send a message")

    def _check_name(self, members: Mapping[str, Any]) -> None:
        name = str(members.get("PoolName"))
        marked = POOL_NAME.fullmatch(name)
        if marked is None or marked[1] != self._ledger.run_id:
            raise Tripped(f"a user pool named {name}, which is not a name of this run")

    def _check_marks(self, members: Mapping[str, Any]) -> None:
        tags = members.get("UserPoolTags")
        if not isinstance(tags, Mapping):
            raise Tripped("a user pool without the tags of this run")
        if set(tags) != {TAG, RUN_TAG, UNTIL_TAG} or (tags[TAG], tags[RUN_TAG]) != ("1", self._ledger.run_id):
            raise Tripped("a user pool without the tags of this run")
        if members.get("UserPoolTier") not in TIERS:
            raise Tripped(f"a user pool of the tier {members.get('UserPoolTier')}, which costs more")

    def _sends_message(self, operation: str, members: Mapping[str, Any], pool: str) -> bool:
        """Whether a message may go out, as far as what was sent before tells; a user without a contact gets none."""
        name = str(members.get("Username", "")).lower()
        if self._writes_contact(members):
            self._reachable.add((pool, name))
            if _SUB.fullmatch(name) or not name:  # whoever that is: anybody may be reachable now
                self._by_address.add(pool)
        sends = operation in ("ForgotPassword", "AdminResetUserPassword") or members.get("MessageAction") == "RESEND"
        if not sends:
            return False
        # In these pools, and with a sub, another name may stand for a user who was given a contact.
        somebody = pool in self._by_address or "" in self._by_address or _SUB.fullmatch(name) is not None
        return somebody or (pool, name) in self._reachable

    def _writes_contact(self, members: Mapping[str, Any]) -> bool:
        written = members.get("UserAttributes")
        names = {a.get("Name") for a in written if isinstance(a, Mapping)} if isinstance(written, list) else set()
        return not names.isdisjoint(_CONTACTS)

    def _pool_of(self, members: Mapping[str, Any]) -> str:
        pool = members.get("UserPoolId")
        return str(pool) if pool is not None else self._ledger.clients.get(str(members.get("ClientId")), "")

    def _user_of(self, members: Mapping[str, Any], pool: str) -> str:
        inner: Any = members.get("AuthParameters") or members.get("ChallengeResponses") or {}
        name = members.get("Username") or (inner.get("USERNAME") if isinstance(inner, Mapping) else None)
        return f"{pool}/{name}" if isinstance(name, str) else str(members.get("AccessToken", ""))[-12:]

    def _within_ceilings(self, permit: Permit) -> None:
        if permit.operation in CLEANING:
            return
        if self.stopped is not None:
            raise Inconclusive(f"the run was stopped: {self.stopped}")
        if (most := self._ceilings) is None:
            return
        counts = self.counts
        if permit.message and counts.messages >= most.messages:
            allowed = f"and --messages {most.messages} are used up" if most.messages else "see --messages"
            raise WouldSend(f"would send a message ({allowed})")
        makes_user, makes_pool = permit.operation in ("AdminCreateUser", "SignUp"), permit.operation == "CreateUserPool"
        for what, needed, limit in (
            ("requests", counts.total + 1, most.calls),
            ("users", sum(counts.users.values()) + makes_user, most.users),
            ("user pools", counts.pools + makes_pool, most.pools),
        ):
            if needed > limit:
                self.stop(f"it needs more than the {limit} {what} of its plan")


def _has_statements(policy: str) -> bool:
    try:
        document = json.loads(policy)
    except (ValueError, RecursionError):
        return False
    return isinstance(document, dict) and bool(document.get("Statement"))


def _unescaped(body: bytes) -> str:
    """The bytes as text, in which no escape hides a letter; what is not UTF-8 is read letter by letter."""
    return _ESCAPE.sub(lambda found: chr(int(found[1], 16)), body.decode("utf-8", "backslashreplace"))


def _parsed(text: str) -> tuple[dict[str, Any] | None, list[str]]:
    """The members of a JSON object (None where it is none) and every string in it, also those of repeated members."""
    strings: list[str] = []

    def keep(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        strings.extend(text for _, value in pairs for text in _values(value))
        return dict(pairs)

    try:
        document = json.loads(text, object_pairs_hook=keep)
    except (ValueError, RecursionError):
        return None, []
    return (document, strings) if isinstance(document, dict) else (None, strings)


def _values(value: Any) -> Iterator[str]:
    """The strings in a value; those of an object inside it were kept when that was read."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from _values(item)
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _values(item)


def _nobodys_client(client: object) -> bool:
    # AWS's ids are of 26 letters and digits.
    return not re.fullmatch(r"[0-9a-z]{20,}", str(client))
