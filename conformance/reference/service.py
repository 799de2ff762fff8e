"""Pools, users and the operations on them; which status leads where is read from schemas/transitions.toml."""

from __future__ import annotations

import json
import re
import secrets
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from botocore import xform_name

from conformance.contract import transitions
from conformance.contract.transitions import NONE, Row
from conformance.reference import errors, srp
from conformance.reference import password_policy as passwords
from conformance.reference.errors import Refusal, by_status
from conformance.reference.iam import Caller, Statement

REGION = "us-east-1"
DAY = 86400.0
# Failures that lock a user out, and for how long: 1 s, 2 s, 4 s and so on (developer guide, lock-out behaviour).
FAILURES, LONGEST_LOCK = 5, 900.0
IDLE = 900.0

VERIFIED = ("email_verified", "phone_number_verified")
# How the table says what Permanent is.
PERMANENT = {True: "Permanent=true", False: "Permanent=false", None: "Permanent omitted"}

Members = dict[str, Any]


@dataclass
class StoredUser:
    """A user of one pool; `since` is when the password was set, `passwords` are all that there were, in order."""

    username: str
    attributes: dict[str, str]
    status: str
    created: float
    modified: float
    enabled: bool = True
    password: str | None = None
    since: float = 0.0
    passwords: list[str] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)
    sign_up_code: str = ""
    code: str = ""
    failures: int = 0
    failed: float = 0.0

    @property
    def listed(self) -> list[dict[str, str]]:
        """The attributes as the service lists them."""
        return [{"Name": name, "Value": value} for name, value in self.attributes.items()]


@dataclass
class StoredPool:
    """A user pool; `ahead` is how far its clock was put forward, in seconds."""

    id: str
    name: str
    policy: dict[str, Any]
    aliases: tuple[str, ...]
    username_attributes: tuple[str, ...]
    case_sensitive: bool
    users: dict[str, StoredUser] = field(default_factory=dict)
    ahead: float = 0.0

    @property
    def now(self) -> float:
        """The time in this pool, in seconds since the epoch."""
        return time.time() + self.ahead

    @property
    def key(self) -> str:
        """The id behind the underscore, which SRP counts in."""
        return self.id.partition("_")[2]


@dataclass(frozen=True)
class AppClient:
    """An app client of a pool."""

    id: str
    pool: StoredPool
    hides_users: bool


class CognitoSpec:
    """The operations, each a method that takes the checked members and returns those of the answer.

    Each raises Refusal for what the documentation refuses."""

    def __init__(self, callers: Mapping[str, Caller]) -> None:
        self.callers = dict(callers)
        self.pools: dict[str, StoredPool] = {}
        self.clients: dict[str, AppClient] = {}
        self.challenges: dict[str, tuple[AppClient, StoredUser]] = {}
        self.exchanges: dict[str, tuple[AppClient, StoredUser, srp.SrpExchange]] = {}
        self.tokens: dict[str, tuple[StoredPool, StoredUser]] = {}
        self.table = transitions.load()
        self._lock = threading.Lock()

    def call(self, operation: str, members: Members) -> Members:
        """Carry out an operation, one at a time.

        Raises Refusal; AttributeError for what no scenario needs, and so is not here."""
        with self._lock:
            method: Callable[[Members], Members] = getattr(self, xform_name(operation))
            return method(members)

    def control(self, verb: str, told: Members) -> Members:
        """What AWS has other services for: IAM users, identity providers, mail; and a clock that can be moved."""
        with self._lock:
            match verb:
                case "caller":
                    said = [(s["Effect"], tuple(s["Action"]), tuple(s["Resource"])) for s in told["Statement"]]
                    policy = [Statement(*statement) for statement in said]
                    self.callers[told["AccessKeyId"]] = Caller(told["AccessKeyId"], told["SecretAccessKey"], policy)
                case "clock":
                    self.pools[told["UserPoolId"]].ahead = float(told["AheadSeconds"])
                case "federated-user":
                    pool = self.pools[told["UserPoolId"]]
                    pool.users[told["Username"]] = self.made(pool, told["Username"], told, "EXTERNAL_PROVIDER")
                case "code":
                    user = self.user(self.pools[told["UserPoolId"]], told["Username"])
                    return {"Code": user.code or user.sign_up_code}
            return {}

    # Pools and clients

    def create_user_pool(self, asked: Members) -> Members:
        """A pool with policy, aliases and case sensitivity."""
        pool = StoredPool(
            f"{REGION}_{secrets.token_hex(5)}",
            asked["PoolName"],
            passwords.policy_of(asked.get("Policies", {}).get("PasswordPolicy", {})),
            tuple(asked.get("AliasAttributes", ())),
            tuple(asked.get("UsernameAttributes", ())),
            asked.get("UsernameConfiguration", {}).get("CaseSensitive", True),
        )
        self.pools[pool.id] = pool
        return {"UserPool": {"Id": pool.id, "Name": pool.name}}

    def list_user_pools(self, _: Members) -> Members:
        """The pools by id and name."""
        return {"UserPools": [{"Id": pool.id, "Name": pool.name} for pool in self.pools.values()]}

    def delete_user_pool(self, asked: Members) -> Members:
        """Delete a pool and all that belongs to it."""
        pool = self.pool(asked)
        del self.pools[pool.id]
        self.clients = {name: client for name, client in self.clients.items() if client.pool is not pool}
        return {}

    def create_user_pool_client(self, asked: Members) -> Members:
        """A client without a secret."""
        hides_users = asked.get("PreventUserExistenceErrors") == "ENABLED"
        client = AppClient(secrets.token_hex(13), self.pool(asked), hides_users)
        self.clients[client.id] = client
        return {"UserPoolClient": {"ClientId": client.id, "UserPoolId": client.pool.id}}

    def create_group(self, asked: Members) -> Members:
        """A group is its name: no scenario asks for more."""
        return {"Group": {"GroupName": asked["GroupName"], "UserPoolId": self.pool(asked).id}}

    # Users, as an administrator sees them

    def admin_create_user(self, asked: Members) -> Members:
        """A user with a temporary password, or (RESEND) a new one for a user who never signed in."""
        pool, found = self.pool(asked), self.find(self.pool(asked), asked["Username"])
        given = "TemporaryPassword" if "TemporaryPassword" in asked else "no TemporaryPassword"
        when = "MessageAction=RESEND" if asked.get("MessageAction") == "RESEND" else given
        row = self.row("AdminCreateUser", when, found)
        temporary = asked.get("TemporaryPassword", f"Aa1!{secrets.token_hex(8)}")
        passwords.check_policy("AdminCreateUser", temporary, pool.policy)
        user = found or self.made(pool, asked["Username"], asked)
        self.store(pool, user, temporary)
        self.move(pool, user, row)
        pool.users[user.username] = user
        return {"User": {**self.shown(user), "Attributes": user.listed}}

    def admin_get_user(self, asked: Members) -> Members:
        """All that is known of a user but the password."""
        user = self.user(self.pool(asked), asked["Username"])
        return {**self.shown(user), "UserAttributes": user.listed}

    def list_users(self, asked: Members) -> Members:
        """The users of a pool, or those with one attribute as the filter says."""
        pool = self.pool(asked)
        wanted = re.fullmatch(r'(\w+) *= *"(.*)"', asked.get("Filter", ""))
        users = list(pool.users.values())
        if wanted:
            users = [u for u in users if {"username": u.username, **u.attributes}.get(wanted[1]) == wanted[2]]
        return {"Users": [{**self.shown(user), "Attributes": user.listed} for user in users]}

    def admin_set_user_password(self, asked: Members) -> Members:
        """Set a password, permanent or temporary, whatever the status was."""
        pool = self.pool(asked)
        user = self.user(pool, asked["Username"])
        row = self.row("AdminSetUserPassword", PERMANENT[asked.get("Permanent")], user)
        self.set_password(pool, user, "AdminSetUserPassword", asked["Password"], row)
        return {}

    def admin_reset_user_password(self, asked: Members) -> Members:
        """Have the user choose another password, with a code."""
        pool = self.pool(asked)
        user = self.user(pool, asked["Username"])
        self.move(pool, user, self.row("AdminResetUserPassword", contact(user), user))
        user.code = new_code()
        return {}

    def admin_update_user_attributes(self, asked: Members) -> Members:
        """Change attributes."""
        pool = self.pool(asked)
        user = self.user(pool, asked["Username"])
        user.attributes |= attributes_of(asked)
        user.modified = pool.now
        return {}

    def admin_add_user_to_group(self, asked: Members) -> Members:
        """Put a user into a group."""
        self.user(self.pool(asked), asked["Username"]).groups.append(asked["GroupName"])
        return {}

    def admin_list_groups_for_user(self, asked: Members) -> Members:
        """The groups that a user is in."""
        user = self.user(self.pool(asked), asked["Username"])
        return {"Groups": [{"GroupName": name} for name in user.groups]}

    def admin_disable_user(self, asked: Members) -> Members:
        """Keep a user out; tokens end."""
        user = self.user(self.pool(asked), asked["Username"])
        user.enabled = False
        self.revoke(user)
        return {}

    def admin_enable_user(self, asked: Members) -> Members:
        """Let a user in again."""
        self.user(self.pool(asked), asked["Username"]).enabled = True
        return {}

    def admin_delete_user(self, asked: Members) -> Members:
        """Delete a user."""
        pool = self.pool(asked)
        user = self.user(pool, asked["Username"])
        del pool.users[user.username]
        self.revoke(user)
        return {}

    def admin_user_global_sign_out(self, asked: Members) -> Members:
        """End a user's tokens."""
        self.revoke(self.user(self.pool(asked), asked["Username"]))
        return {}

    def admin_link_provider_for_user(self, asked: Members) -> Members:
        """Refuse an external identity that has signed up; of what becomes of another no scenario asks."""
        source = asked["SourceUser"]
        name = f"{source.get('ProviderName')}_{source.get('ProviderAttributeValue')}"
        self.row("AdminLinkProviderForUser", "as the source", self.pool(asked).users.get(name))
        return {}

    # Sign-up, and codes that are sent to the user

    def sign_up(self, asked: Members) -> Members:
        """A user who has yet to confirm."""
        client = self.client(asked)
        found = self.find(client.pool, asked["Username"])
        row = self.row("SignUp", "", found)
        passwords.check_policy("SignUp", asked["Password"], client.pool.policy)
        user = self.made(client.pool, asked["Username"], asked)
        self.store(client.pool, user, asked["Password"])
        self.move(client.pool, user, row)
        user.sign_up_code = new_code()
        client.pool.users[user.username] = user
        return {"UserConfirmed": False, "UserSub": user.attributes["sub"]}

    def admin_confirm_sign_up(self, asked: Members) -> Members:
        """Confirm a user without a code."""
        pool = self.pool(asked)
        user = self.user(pool, asked["Username"])
        self.move(pool, user, self.row("AdminConfirmSignUp", "", user))
        return {}

    def confirm_sign_up(self, asked: Members) -> Members:
        """Confirm a user who knows the code."""
        pool = self.client(asked).pool
        user = self.user(pool, asked["Username"])
        self.move(pool, user, self.row("ConfirmSignUp", code(user.sign_up_code, asked), user))
        return {}

    def forgot_password(self, asked: Members) -> Members:
        """Send a code; the password stays in force."""
        client = self.client(asked)
        user = self.find(client.pool, asked["Username"])
        if user is not None or not client.hides_users:
            self.row("ForgotPassword", contact(user), user)
        if user is not None:
            user.code = new_code()
        return {"CodeDeliveryDetails": {"Destination": "n***@e***", "DeliveryMedium": "EMAIL"}}

    def confirm_forgot_password(self, asked: Members) -> Members:
        """A new password for a user who knows the code."""
        pool = self.client(asked).pool
        user = self.user(pool, asked["Username"])
        row = self.row("ConfirmForgotPassword", code(user.code, asked), user)
        self.set_password(pool, user, "ConfirmForgotPassword", asked["Password"], row)
        return {}

    # What the user's own token authorizes

    def change_password(self, asked: Members) -> Members:
        """A new password for a user who knows the one in force."""
        pool, user = self.bearer(asked["AccessToken"])
        previous = "right" if user.password == asked.get("PreviousPassword") else "wrong"
        row = self.row("ChangePassword", f"{previous} previous password", user)
        self.set_password(pool, user, "ChangePassword", asked["ProposedPassword"], row)
        return {}

    def update_user_attributes(self, asked: Members) -> Members:
        """Change the user's own attributes."""
        pool, user = self.bearer(asked["AccessToken"])
        user.attributes |= attributes_of(asked)
        user.modified = pool.now
        return {}

    # Signing in

    def initiate_auth(self, asked: Members, operation: str = "InitiateAuth") -> Members:
        """Sign in with a password, sent or (SRP) proven, or with a refresh token."""
        client, flow = self.client(asked), asked["AuthFlow"]
        parameters = asked.get("AuthParameters", {})
        if flow == "REFRESH_TOKEN_AUTH":
            return self.granted(*self.bearer(required(parameters, "REFRESH_TOKEN"), errors.REFRESH_REVOKED))
        name = required(parameters, "USERNAME")
        user = self.find(client.pool, name)
        if flow == "USER_SRP_AUTH":
            return self.begin_srp(client, user, name, required(parameters, "SRP_A"))
        password = required(parameters, "PASSWORD")
        return self.sign_in(operation, flow, client, user, user is not None and user.password == password)

    def admin_initiate_auth(self, asked: Members) -> Members:
        """As initiate_auth, for an administrator."""
        self.pool(asked)
        return self.initiate_auth(asked, "AdminInitiateAuth")

    def begin_srp(self, client: AppClient, user: StoredUser | None, name: str, srp_a: str) -> Members:
        """The server's values, by which the client proves that it knows the password."""
        if user is None and not client.hides_users:
            raise Refusal("UserNotFoundException", errors.NO_USER)
        known_as = user.username if user else name
        # For nobody's name, and for a user without a password, values that no password fits.
        password = (user.password if user else None) or secrets.token_hex(16)
        try:
            exchange = srp.begin(client.pool.key, known_as, password, srp_a)
        except ValueError:
            raise Refusal("InvalidParameterException", "SRP_A is no value for SRP.") from None
        if user is not None:
            self.exchanges[exchange.secret_block] = (client, user, exchange)
        parameters = {
            "USER_ID_FOR_SRP": known_as,
            "USERNAME": known_as,
            "SALT": exchange.salt,
            "SRP_B": f"{exchange.big_b:x}",
            "SECRET_BLOCK": exchange.secret_block,
        }
        return {"ChallengeName": "PASSWORD_VERIFIER", "ChallengeParameters": parameters}

    def respond_to_auth_challenge(self, asked: Members, operation: str = "RespondToAuthChallenge") -> Members:
        """Answer a challenge: with the proof of SRP, or with the new password that was required."""
        client, responses = self.client(asked), asked.get("ChallengeResponses", {})
        if asked["ChallengeName"] == "PASSWORD_VERIFIER":
            return self.finish_srp(responses)
        return self.answer_challenge(operation, client, asked.get("Session", ""), responses)

    def admin_respond_to_auth_challenge(self, asked: Members) -> Members:
        """As respond_to_auth_challenge, for an administrator."""
        self.pool(asked)
        return self.respond_to_auth_challenge(asked, "AdminRespondToAuthChallenge")

    def finish_srp(self, responses: Members) -> Members:
        """Sign in whoever proves to know the password."""
        begun = self.exchanges.pop(required(responses, "PASSWORD_CLAIM_SECRET_BLOCK"), None)
        if begun is None:
            raise Refusal("NotAuthorizedException", errors.WRONG_PASSWORD)
        client, user, exchange = begun
        proof = responses["TIMESTAMP"], responses["PASSWORD_CLAIM_SIGNATURE"]
        right = srp.proven(exchange, client.pool.key, user.username, *proof)
        return self.sign_in("InitiateAuth", "USER_SRP_AUTH", client, user, right)

    def answer_challenge(self, operation: str, client: AppClient, session: str, responses: Members) -> Members:
        """Set the password that the user chose, and sign the user in."""
        holder, user = self.challenges.get(session, (None, None))
        if holder is not client or user is None or self.find(client.pool, required(responses, "USERNAME")) is not user:
            raise Refusal("NotAuthorizedException", errors.NO_SESSION)
        chosen = required(responses, "NEW_PASSWORD")
        row = self.row(operation, "NEW_PASSWORD_REQUIRED", user)
        self.set_password(client.pool, user, operation, chosen, row)
        del self.challenges[session]
        return self.granted(client.pool, user)

    def sign_in(self, operation: str, flow: str, client: AppClient, user: StoredUser | None, right: bool) -> Members:
        """Tokens, a challenge or a refusal: what comes of a right or a wrong password."""
        pool, when = client.pool, f"{flow}, {'right' if right else 'wrong'} password"
        if user is None and not client.hides_users:
            self.row(operation, when, None)
        if user is None:
            raise Refusal("NotAuthorizedException", errors.WRONG_PASSWORD)
        self.check_lock(pool, user)
        if not user.enabled:
            raise Refusal("NotAuthorizedException", errors.DISABLED)
        if not right:
            user.failures, user.failed = user.failures + 1, pool.now
        row = self.row(operation, when, user)
        user.failures = 0
        match row.answer:
            case "tokens":
                return self.granted(pool, user)
            case "NEW_PASSWORD_REQUIRED":
                self.check_expiry(pool, user)
                return self.challenged(client, user)
        raise Refusal("NotAuthorizedException", errors.WRONG_PASSWORD)

    def check_lock(self, pool: StoredPool, user: StoredUser) -> None:
        """Raise Refusal while too many wrong passwords keep the user out."""
        idle = pool.now - user.failed
        if idle > IDLE:
            user.failures = 0
        if user.failures >= FAILURES and idle < min(2.0 ** (user.failures - FAILURES), LONGEST_LOCK):
            raise Refusal("NotAuthorizedException", errors.LOCKED)

    def check_expiry(self, pool: StoredPool, user: StoredUser) -> None:
        """Raise Refusal where the temporary password is older than the pool lets it become."""
        if pool.now - user.since > pool.policy["TemporaryPasswordValidityDays"] * DAY:
            raise Refusal("NotAuthorizedException", errors.EXPIRED_PASSWORD)

    def challenged(self, client: AppClient, user: StoredUser) -> Members:
        """The challenge to choose a new password."""
        session = secrets.token_urlsafe(32)
        self.challenges[session] = (client, user)
        shown = {name: value for name, value in user.attributes.items() if name != "sub"}
        parameters = {
            "USER_ID_FOR_SRP": user.username,
            "requiredAttributes": "[]",
            "userAttributes": json.dumps(shown),
        }
        return {"ChallengeName": "NEW_PASSWORD_REQUIRED", "Session": session, "ChallengeParameters": parameters}

    def granted(self, pool: StoredPool, user: StoredUser) -> Members:
        """Tokens that are valid until they are revoked."""
        tokens = {name: secrets.token_urlsafe(32) for name in ("AccessToken", "IdToken", "RefreshToken")}
        self.tokens |= dict.fromkeys(tokens.values(), (pool, user))
        return {"AuthenticationResult": {**tokens, "ExpiresIn": 3600, "TokenType": "Bearer"}, "ChallengeParameters": {}}

    # What the operations share

    def pool(self, asked: Members) -> StoredPool:
        """The pool that is named."""
        if asked["UserPoolId"] not in self.pools:
            raise Refusal("ResourceNotFoundException", f"User pool {asked['UserPoolId']} does not exist.")
        return self.pools[asked["UserPoolId"]]

    def client(self, asked: Members) -> AppClient:
        """The client that is named."""
        if asked["ClientId"] not in self.clients:
            raise Refusal("ResourceNotFoundException", f"User pool client {asked['ClientId']} does not exist.")
        return self.clients[asked["ClientId"]]

    def user(self, pool: StoredPool, name: str) -> StoredUser:
        """The user whom a name reaches."""
        user = self.find(pool, name)
        if user is None:
            raise Refusal("UserNotFoundException", errors.NO_USER)
        return user

    def find(self, pool: StoredPool, name: str) -> StoredUser | None:
        """The user whom a name reaches: by username, by what the pool lets stand for it, or by sub."""
        wanted = self.folded(pool, name)
        for user in pool.users.values():
            if wanted in {self.folded(pool, other) for other in self.names(pool, user)} or name == self.sub(user):
                return user
        return None

    def names(self, pool: StoredPool, user: StoredUser) -> list[str]:
        """The names that a user goes by in a pool; a federated user has one only."""
        if user.status == "EXTERNAL_PROVIDER":
            return [user.username]
        by_attribute = [name for name in pool.username_attributes if name in user.attributes]
        by_alias = [name for name in pool.aliases if self.is_alias(user, name)]
        return [user.username, *(user.attributes[name] for name in (*by_attribute, *by_alias))]

    def is_alias(self, user: StoredUser, attribute: str) -> bool:
        """Whether an attribute stands for the user: an address or a number only once it is verified."""
        verified = attribute == "preferred_username" or user.attributes.get(f"{attribute}_verified") == "true"
        return attribute in user.attributes and verified

    def sub(self, user: StoredUser) -> str:
        """The `sub`, which reaches every user."""
        return user.attributes["sub"]

    def folded(self, pool: StoredPool, name: str) -> str:
        """A name as it is compared."""
        return name if pool.case_sensitive else name.lower()

    def made(self, pool: StoredPool, name: str, asked: Members, status: str = NONE) -> StoredUser:
        """A new user; where an attribute is the username, its value is no name but an attribute."""
        sub, now = str(uuid.uuid4()), pool.now
        attributes = {"sub": sub, **attributes_of(asked)}
        username = name
        if pool.username_attributes and status != "EXTERNAL_PROVIDER":
            email = "@" in name and "email" in pool.username_attributes
            attributes.setdefault("email" if email else "phone_number", name)
            username = sub
        return StoredUser(username, attributes, status, now, now)

    def shown(self, user: StoredUser) -> Members:
        """A user as administrators see one, without the attributes."""
        return {
            "Username": user.username,
            "UserStatus": user.status,
            "Enabled": user.enabled,
            "UserCreateDate": user.created,
            "UserLastModifiedDate": user.modified,
        }

    def row(self, operation: str, when: str, user: StoredUser | None) -> Row:
        """What the table says of this operation for a user of this status, or for nobody.

        Raises Refusal where it says an error. Of what it does not know, a disabled user is as an enabled one."""
        start = user.status if user else NONE
        row = self.table.find(operation, when, start, user.enabled if user else True)
        if row.claim is None:
            row = self.table.find(operation, when, start)
        if row.error and user and not row.enabled:
            raise Refusal(row.error, errors.DISABLED)
        if row.error:
            raise by_status(operation, row.error, user.username if user else "", start)
        return row

    def move(self, pool: StoredPool, user: StoredUser, row: Row) -> None:
        """Give a user the status that the table says; where it says none, the user keeps theirs. A code is used up."""
        user.status = row.to or user.status
        user.modified, user.code = pool.now, ""

    def set_password(self, pool: StoredPool, user: StoredUser, operation: str, password: str, row: Row) -> None:
        """Check a new password, store it, and move the user on; nothing has changed where a check refuses."""
        passwords.check_policy(operation, password, pool.policy)
        passwords.check_history(password, user.passwords, pool.policy["PasswordHistorySize"])
        self.store(pool, user, password)
        self.move(pool, user, row)

    def store(self, pool: StoredPool, user: StoredUser, password: str) -> None:
        """Make it the user's password, as it is; from now on the clock of a temporary one runs."""
        user.password, user.since = password, pool.now
        user.passwords.append(password)
        user.failures = 0

    def bearer(self, token: str, revoked: str = errors.REVOKED) -> tuple[StoredPool, StoredUser]:
        """The user whose token it is."""
        if token not in self.tokens:
            raise Refusal("NotAuthorizedException", revoked)
        pool, user = self.tokens[token]
        if user.status == "RESET_REQUIRED":
            raise by_status("GetUser", "PasswordResetRequiredException", user.username, user.status)
        return pool, user

    def revoke(self, user: StoredUser) -> None:
        """End a user's tokens."""
        self.tokens = {token: held for token, held in self.tokens.items() if held[1] is not user}


def contact(user: StoredUser | None) -> str:
    """Whether a code could be sent to the user, in the words of the table."""
    verified = user is None or "true" in {user.attributes.get(name) for name in VERIFIED}
    return "verified contact" if verified else "no verified contact"


def attributes_of(asked: Members) -> dict[str, str]:
    """The attributes that a request gives."""
    return {attribute["Name"]: attribute.get("Value", "") for attribute in asked.get("UserAttributes", ())}


def required(parameters: Mapping[str, str], name: str) -> str:
    """A parameter that must be there.

    Raises Refusal where it is missing or empty."""
    if not parameters.get(name):
        raise Refusal("InvalidParameterException", f"Missing required parameter {name}")
    return parameters[name]


def new_code() -> str:
    """A code as it is sent to users."""
    return f"{secrets.randbelow(10**6):06d}"


def code(sent: str, asked: Members) -> str:
    """What of the code that came with a request, in the words of the table."""
    if not sent:
        return "no code was sent"
    return "right code" if asked["ConfirmationCode"] == sent else "wrong code"
