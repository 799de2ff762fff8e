"""The operations; which status leads where is read from schemas/transitions.toml."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable

from botocore import xform_name

from conformance.reference import attributes
from conformance.reference import password_policy as passwords
from conformance.reference.authentication import Authentication
from conformance.reference.directory import Members
from conformance.reference.errors import Refusal, by_status
from conformance.reference.iam import Caller, Statement
from conformance.reference.stored import StoredClient, StoredPool, StoredUser

REGION = "us-east-1"
# How long a code is good for (developer guide, quotas).
SIGN_UP_CODE_HOURS, CODE_HOURS = 24, 1

# How the table says what Permanent is.
PERMANENT = {True: "Permanent=true", False: "Permanent=false", None: "Permanent omitted"}


class CognitoSpec(Authentication):
    """The operations, each a method that takes the checked members and returns those of the answer.

    The last of three layers: Directory finds and changes users, Authentication gives tokens. Each operation raises
    Refusal for what the documentation refuses."""

    def call(self, operation: str, members: Members) -> Members:
        """Carry out an operation, one at a time.

        Raises Refusal; AttributeError for what no scenario needs, and so is not here."""
        with self._lock:
            method: Callable[[Members], Members] = getattr(self, xform_name(operation))
            return method(members)

    def control(self, verb: str, members: Members) -> Members:
        """What AWS has other services for: IAM users, identity providers, mail; and a clock that can be moved."""
        with self._lock:
            match verb:
                case "caller":
                    statements = [(s["Effect"], tuple(s["Action"]), tuple(s["Resource"])) for s in members["Statement"]]
                    policy = [Statement(*statement) for statement in statements]
                    self.callers[members["AccessKeyId"]] = Caller(
                        members["AccessKeyId"], members["SecretAccessKey"], policy
                    )
                case "clock":
                    self.pools[members["UserPoolId"]].ahead = float(members["AheadSeconds"])
                case "federated-user":
                    pool = self.pools[members["UserPoolId"]]
                    pool.users[members["Username"]] = self.made(pool, members["Username"], members, "EXTERNAL_PROVIDER")
                case "code":
                    user = self.user(self.pools[members["UserPoolId"]], members["Username"])
                    return {"Code": user.code or user.sign_up_code}
            return {}

    # Pools and clients

    def create_user_pool(self, request: Members) -> Members:
        """A pool with policy, schema, aliases and case sensitivity."""
        pool = StoredPool(
            f"{REGION}_{secrets.token_hex(5)}",
            request["PoolName"],
            passwords.policy_of(request.get("Policies", {}).get("PasswordPolicy", {})),
            tuple(request.get("AliasAttributes", ())),
            tuple(request.get("UsernameAttributes", ())),
            request.get("UsernameConfiguration", {}).get("CaseSensitive", True),
            attributes.required_by(request.get("Schema", [])),
            tuple(request.get("AutoVerifiedAttributes", ())),
        )
        self.pools[pool.id] = pool
        return {"UserPool": {"Id": pool.id, "Name": pool.name}}

    def update_user_pool(self, request: Members) -> Members:
        """Another password policy; of the other settings no scenario asks."""
        self.pool(request).policy = passwords.policy_of(request.get("Policies", {}).get("PasswordPolicy", {}))
        return {}

    def list_user_pools(self, _: Members) -> Members:
        """The pools by id and name."""
        return {"UserPools": [{"Id": pool.id, "Name": pool.name} for pool in self.pools.values()]}

    def delete_user_pool(self, request: Members) -> Members:
        """Delete a pool and all that belongs to it."""
        pool = self.pool(request)
        del self.pools[pool.id]
        self.clients = {name: client for name, client in self.clients.items() if client.pool is not pool}
        return {}

    def create_user_pool_client(self, request: Members) -> Members:
        """A client that allows the flows it names; with a secret if it asks for one."""
        client = StoredClient(
            secrets.token_hex(13),
            request["ClientName"],
            self.pool(request),
            tuple(request.get("ExplicitAuthFlows", ())),
            request.get("PreventUserExistenceErrors") == "ENABLED",
            secrets.token_hex(26) if request.get("GenerateSecret") else "",
            request.get("AuthSessionValidity", 3),
            request.get("AccessTokenValidity", 1),
            request.get("EnableTokenRevocation", True),
        )
        self.clients[client.id] = client
        return {"UserPoolClient": client.described}

    def describe_user_pool_client(self, request: Members) -> Members:
        """A client as it was made."""
        return {"UserPoolClient": self.client_of(self.pool(request), request).described}

    def create_group(self, request: Members) -> Members:
        """A group is its name: no scenario asks for more."""
        return {"Group": {"GroupName": request["GroupName"], "UserPoolId": self.pool(request).id}}

    # Users, as an administrator sees them

    def admin_create_user(self, request: Members) -> Members:
        """A user with a temporary password, or (RESEND) a new one for a user who never signed in."""
        pool, found = self.pool(request), self.find(self.pool(request), request["Username"])
        password = "TemporaryPassword" if "TemporaryPassword" in request else "no TemporaryPassword"
        when = "MessageAction=RESEND" if request.get("MessageAction") == "RESEND" else password
        row = self.row("AdminCreateUser", when, found)
        temporary = request.get("TemporaryPassword", f"Aa1!{secrets.token_hex(8)}")
        passwords.check_policy("AdminCreateUser", temporary, pool.policy)
        user = found or self.made(pool, request["Username"], request)
        if found is None:
            self.claim_aliases(pool, user, request.get("ForceAliasCreation", False))
        self.store(pool, user, temporary)
        self.move(pool, user, row)
        pool.users[user.username] = user
        return {"User": {**self.shown(user), "Attributes": user.listed}}

    def admin_get_user(self, request: Members) -> Members:
        """All that is known of a user but the password."""
        user = self.user(self.pool(request), request["Username"])
        return {**self.shown(user), "UserAttributes": user.listed}

    def list_users(self, request: Members) -> Members:
        """The users of a pool, or those with one attribute as the filter says."""
        pool = self.pool(request)
        wanted = re.fullmatch(r'(\w+) *= *"(.*)"', request.get("Filter", ""))
        users = list(pool.users.values())
        if wanted:
            users = [u for u in users if {"username": u.username, **u.attributes}.get(wanted[1]) == wanted[2]]
        return {"Users": [{**self.shown(user), "Attributes": user.listed} for user in users]}

    def admin_set_user_password(self, request: Members) -> Members:
        """Set a password, permanent or temporary, whatever the status was."""
        pool = self.pool(request)
        user = self.user(pool, request["Username"])
        row = self.row("AdminSetUserPassword", PERMANENT[request.get("Permanent")], user)
        self.set_password(pool, user, "AdminSetUserPassword", request["Password"], row)
        return {}

    def admin_reset_user_password(self, request: Members) -> Members:
        """Have the user choose another password, with a code."""
        pool = self.pool(request)
        user = self.user(pool, request["Username"])
        self.move(pool, user, self.row("AdminResetUserPassword", contact(user), user))
        user.code, user.code_sent = new_code(), pool.now
        return {}

    def admin_update_user_attributes(self, request: Members) -> Members:
        """Change attributes."""
        pool = self.pool(request)
        user = self.user(pool, request["Username"])
        user.attributes |= attributes.given(request)
        user.modified = pool.now
        return {}

    def admin_add_user_to_group(self, request: Members) -> Members:
        """Put a user into a group."""
        self.user(self.pool(request), request["Username"]).groups.append(request["GroupName"])
        return {}

    def admin_list_groups_for_user(self, request: Members) -> Members:
        """The groups that a user is in."""
        user = self.user(self.pool(request), request["Username"])
        return {"Groups": [{"GroupName": name} for name in user.groups]}

    def admin_disable_user(self, request: Members) -> Members:
        """Keep a user out; tokens end."""
        user = self.user(self.pool(request), request["Username"])
        user.enabled = False
        self.revoke(user)
        return {}

    def admin_enable_user(self, request: Members) -> Members:
        """Let a user in again."""
        self.user(self.pool(request), request["Username"]).enabled = True
        return {}

    def admin_delete_user(self, request: Members) -> Members:
        """Delete a user."""
        pool = self.pool(request)
        user = self.user(pool, request["Username"])
        del pool.users[user.username]
        self.revoke(user)
        return {}

    def admin_user_global_sign_out(self, request: Members) -> Members:
        """End a user's tokens."""
        self.revoke(self.user(self.pool(request), request["Username"]))
        return {}

    def admin_set_user_mfa_preference(self, request: Members) -> Members:
        """Nothing: no user has a second factor that could be turned off."""
        self.user(self.pool(request), request["Username"])
        return {}

    def admin_link_provider_for_user(self, request: Members) -> Members:
        """Refuse an external identity that has signed up; of what becomes of another no scenario asks."""
        source = request["SourceUser"]
        name = f"{source.get('ProviderName')}_{source.get('ProviderAttributeValue')}"
        self.row("AdminLinkProviderForUser", "as the source", self.pool(request).users.get(name))
        return {}

    # Sign-up, and codes that are sent to the user

    def sign_up(self, request: Members) -> Members:
        """A user who has yet to confirm."""
        client = self.client_proven(request)
        found = self.find(client.pool, request["Username"])
        row = self.row("SignUp", "", found)
        passwords.check_policy("SignUp", request["Password"], client.pool.policy)
        attributes.check_sign_up(client.pool, attributes.given(request))
        user = self.made(client.pool, request["Username"], request)
        self.store(client.pool, user, request["Password"])
        self.move(client.pool, user, row)
        user.sign_up_code, user.sign_up_code_sent = new_code(), client.pool.now
        client.pool.users[user.username] = user
        sent = [name for name in client.pool.auto_verified if name in user.attributes]
        details = {"CodeDeliveryDetails": attributes.delivery(user.attributes, sent[0])} if sent else {}
        return {"UserConfirmed": False, "UserSub": user.attributes["sub"], **details}

    def admin_confirm_sign_up(self, request: Members) -> Members:
        """Confirm a user without a code."""
        pool = self.pool(request)
        user = self.user(pool, request["Username"])
        self.move(pool, user, self.row("AdminConfirmSignUp", "", user))
        return {}

    def confirm_sign_up(self, request: Members) -> Members:
        """Confirm a user who knows the code."""
        pool = self.client_proven(request).pool
        user = self.user(pool, request["Username"])
        row = self.row("ConfirmSignUp", code(user.sign_up_code, request), user)
        check_age(pool, user.sign_up_code_sent, SIGN_UP_CODE_HOURS)
        self.move(pool, user, row)
        return {}

    def forgot_password(self, request: Members) -> Members:
        """Send a code; the password stays in force."""
        client = self.client_proven(request)
        user = self.find(client.pool, request["Username"])
        if user is None and client.hides_users:
            return {"CodeDeliveryDetails": attributes.delivery({"email": request["Username"]}, "email")}
        self.row("ForgotPassword", contact(user), user)
        assert user is not None
        user.code, user.code_sent = new_code(), client.pool.now
        return {"CodeDeliveryDetails": attributes.delivery(user.attributes, attributes.contacts(user)[0])}

    def confirm_forgot_password(self, request: Members) -> Members:
        """A new password for a user who knows the code."""
        pool = self.client_proven(request).pool
        user = self.user(pool, request["Username"])
        row = self.row("ConfirmForgotPassword", code(user.code, request), user)
        check_age(pool, user.code_sent, CODE_HOURS)
        self.set_password(pool, user, "ConfirmForgotPassword", request["Password"], row)
        return {}

    # What the user's own token authorizes

    def change_password(self, request: Members) -> Members:
        """A new password for a user who knows the one in force."""
        grant = self.bearer(request["AccessToken"])
        pool, user = grant.client.pool, grant.user
        previous = "right" if user.password == request.get("PreviousPassword") else "wrong"
        row = self.row("ChangePassword", f"{previous} previous password", user)
        self.set_password(pool, user, "ChangePassword", request["ProposedPassword"], row)
        return {}

    def update_user_attributes(self, request: Members) -> Members:
        """Change the user's own attributes."""
        grant = self.bearer(request["AccessToken"])
        grant.user.attributes |= attributes.given(request)
        grant.user.modified = grant.client.pool.now
        return {}

    def get_user(self, request: Members) -> Members:
        """The user as the user may see it."""
        user = self.bearer(request["AccessToken"]).user
        return {"Username": user.username, "UserAttributes": user.listed}

    def revoke_token(self, request: Members) -> Members:
        """End what came from a sign-in, by its refresh token; one that is over already does no harm."""
        client = self.client(request)
        if not client.revocable:
            raise Refusal("UnsupportedOperationException", "Token revocation is not enabled for this client.")
        grant = self.tokens.find(request["Token"], "refresh")
        if grant is not None and grant.client is client:
            self.tokens.revoke_origin(grant.origin)
        return {}


def contact(user: StoredUser | None) -> str:
    """Whether a code could be sent to the user, in the words of the table."""
    return "verified contact" if user is None or attributes.contacts(user) else "no verified contact"


def new_code() -> str:
    """A code as it is sent to users."""
    return f"{secrets.randbelow(10**6):06d}"


def check_age(pool: StoredPool, sent: float, hours: int) -> None:
    """Raise Refusal for a code that was sent longer ago."""
    if pool.now - sent > hours * 3600:
        raise by_status("", "ExpiredCodeException", "", "")


def code(sent: str, request: Members) -> str:
    """What of the code that came with a request, in the words of the table."""
    if not sent:
        return "no code was sent"
    return "right code" if request["ConfirmationCode"] == sent else "wrong code"
