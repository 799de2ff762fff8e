"""Who calls, in which account, at what time: what is checked before the first request to Cognito."""

from __future__ import annotations

import os
import tomllib
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import botocore.session
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials, ReadOnlyCredentials
from botocore.exceptions import BotoCoreError

from conformance.errors import BadInput, Inconclusive
from conformance.target.aws.gate import Transport
from conformance.target.aws.runledger import hidden
from conformance.target.exchange import ARRANGING, Received, Sent, sent_by

# An account with one of these in its alias is somebody's living.
DENIED = ("prod", "production", "live", "prd")
SKEW_SECONDS = 60.0
# Variables that send requests elsewhere, or make botocore trust somebody else's answer.
REDIRECTING = (
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "ALL_PROXY",
    "AWS_ENDPOINT_URL",
    "AWS_CA_BUNDLE",
    "AWS_USE_FIPS_ENDPOINT",
    "AWS_USE_DUALSTACK_ENDPOINT",
)
_STS, _IAM = "https://sts.{region}.amazonaws.com/", "https://iam.amazonaws.com/"


class Renewable(Credentials):  # type: ignore[misc]  # botocore is untyped
    """Credentials of the usual AWS chain, asked anew for every request: those of SSO and of roles change.

    To botocore they are credentials that refresh themselves, to others the pair that holds now."""

    def __init__(self, session: Any) -> None:
        self._session = session
        self._found = self._load()

    @property
    def access_key(self) -> str:
        """The access key id of now."""
        return str(self.get_frozen_credentials().access_key)

    @property
    def secret_key(self) -> str:
        """The secret key of now."""
        return str(self.get_frozen_credentials().secret_key)

    @property
    def token(self) -> str | None:
        """The session token of now."""
        token: str | None = self.get_frozen_credentials().token
        return token

    @property
    def account_id(self) -> str | None:
        """None: botocore would put it into a host name."""
        return None

    def __iter__(self) -> Iterator[str | None]:
        return iter(self.get_frozen_credentials())

    def __repr__(self) -> str:
        return "Renewable()"

    def get_frozen_credentials(self) -> ReadOnlyCredentials:
        """The credentials that hold now."""
        try:
            return self._found.get_frozen_credentials()
        except (BotoCoreError, OSError) as error:
            raise Inconclusive(f"the AWS credentials cannot be renewed: {error}") from None

    def renew(self) -> bool:
        """Ask the chain again; whether it has other credentials than before."""
        before = tuple(self._found.get_frozen_credentials())
        self._found = self._load()
        return tuple(self._found.get_frozen_credentials()) != before

    def _load(self) -> Any:
        try:
            found = self._session.get_component("credential_provider").load_credentials()
        except (BotoCoreError, OSError, ValueError) as error:
            raise BadInput(f"the AWS configuration cannot be used: {error}") from None
        if found is None:
            raise BadInput("the AWS chain has no credentials: sign in (aws sso login), or set AWS_PROFILE")
        return found


def credentials() -> Renewable:
    """The credentials of the usual AWS chain, without the instance metadata service."""
    session = botocore.session.Session()
    try:
        session.get_component("credential_provider").remove("iam-role")
        return Renewable(session)
    except (BotoCoreError, OSError) as error:
        raise BadInput(f"the AWS configuration cannot be used: {error}") from None


def check_environment(environment: Mapping[str, str]) -> None:
    """Raise BadInput where a variable or the profile sends requests elsewhere, or the clock is a false one."""
    for name, value in environment.items():
        upper = name.upper()
        if value and (upper in REDIRECTING or upper.startswith("AWS_ENDPOINT_URL_")):
            raise BadInput(f"{name} is set, and may send requests elsewhere: unset it to judge AWS")
        if upper == "LD_PRELOAD" and "faketime" in value:
            raise BadInput(
                "the clock of this process is moved by libfaketime: AWS refuses what is signed at another time"
            )
    if environment.get("PYTEST_XDIST_WORKER"):
        raise BadInput("AWS is judged by one process at a time: leave -n out")
    _check_profile()


def _check_profile() -> None:
    """Raise BadInput where the profile in use names an endpoint, or the services section of it does."""
    session = botocore.session.Session()
    try:
        profile = session.get_scoped_config()
        services = session.full_config.get("services", {}).get(profile.get("services", ""), {})
    except BotoCoreError as error:
        raise BadInput(f"the AWS configuration cannot be used: {error}") from None
    if "endpoint_url" in profile or "endpoint_url" in str(services):
        raise BadInput("the AWS profile names an endpoint_url: use a profile without one to judge AWS")
    for name in ("use_fips_endpoint", "use_dualstack_endpoint", "ca_bundle"):
        if name in profile:
            raise BadInput(f"the AWS profile sets {name}: use a profile without it to judge AWS")


def check_region(region: str) -> None:
    """Raise BadInput where Cognito user pools are not in this Region, or in a partition that is not judged."""
    if "," in region or " " in region:
        raise BadInput(f"--region {region!r}: one Region is judged at a time")
    if region.startswith(("cn-", "us-iso", "eu-iso", "us-gov-", "eusc-")):
        raise BadInput(f"--region {region}: only Regions of the partition aws are judged")
    known = botocore.session.Session().get_available_regions("cognito-idp", "aws")
    if region not in known:
        raise BadInput(f"--region {region!r} is not a Region of Cognito user pools: choose one of {', '.join(known)}")


def check_caller(transport: Transport, given: Renewable, account: str, region: str) -> None:
    """Raise BadInput unless STS says that we are in this account, not as its root, at the time that our clock shows."""
    answer = _query(
        transport, given, "sts", region, _STS.format(region=region), "Action=GetCallerIdentity&Version=2011-06-15"
    )
    if answer.status != 200:
        raise BadInput(f"sts get-caller-identity answered {error_in(answer)}: it is not known which account this is")
    found = members(answer)
    skew = (
        abs((parsedate_to_datetime(answer.headers["date"]) - datetime.now(UTC)).total_seconds())
        if answer.headers.get("date")
        else 0
    )
    if skew > SKEW_SECONDS:
        raise BadInput(
            f"the clock here is {skew:.0f} s off that of AWS: set it right, since every request is signed with the time"
        )
    if found.get("Account") != account:
        raise BadInput(
            f"these credentials are of account {hidden(found.get('Account', '?'))}, not of {hidden(account)}"
        )
    if found.get("Arn", "").endswith(":root"):
        raise BadInput("these are credentials of the account's root user: use a role with the policy of plan --policy")


def check_alias(transport: Transport, given: Renewable, account: str, consent: bool) -> None:
    """Raise BadInput where the account's alias has a word of DENIED in it, or may not be read.

    `consent` is that of the command line; it counts together with one in the user's own file only."""
    agreed = consent and account in _agreed()
    answer = _query(transport, given, "iam", "us-east-1", _IAM, "Action=ListAccountAliases&Version=2010-05-08")
    if answer.status != 200:
        if not agreed:
            raise BadInput(
                f"iam list-account-aliases answered {error_in(answer)}, so this may be a production account: "
                f"allow it (plan --policy), or use --no-alias-check and name the account in {_consents()}"
            )
        return
    aliases = [element.text or "" for element in _xml(answer).iter() if _local(element.tag) == "member"]
    for alias in aliases:
        words = [word for word in DENIED if word in alias.lower()]
        if words and not agreed:
            raise BadInput(
                f"the account's alias has {words[0]!r} in it: use an account that nobody lives on, "
                f"or use --no-alias-check and name the account in {_consents()}"
            )


def _query(transport: Transport, given: Renewable, service: str, region: str, url: str, body: str) -> Received:
    return transport(signed_query(given, service, region, url, body))


def signed_query(given: Iterable[str | None], service: str, region: str, url: str, body: str) -> Sent:
    """A request to a service that takes forms and answers in XML; key, secret and token are `given`."""
    request = AWSRequest("POST", url, {"Content-Type": "application/x-www-form-urlencoded"}, body.encode())
    SigV4Auth(ReadOnlyCredentials(*given), service, region).add_auth(request)
    return sent_by(ARRANGING, request.prepare())


def members(answer: Received) -> dict[str, str]:
    """The elements of an answer in XML that hold text, by name.

    Raises BadInput where it is not XML."""
    return {_local(element.tag): element.text or "" for element in _xml(answer).iter()}


def _xml(answer: Received) -> ElementTree.Element:
    try:
        return ElementTree.fromstring(answer.body)
    except ElementTree.ParseError:
        raise BadInput("AWS answered something that is not XML: is there a proxy in between?") from None


def error_in(answer: Received) -> str:
    """The code of an error in XML, else the status."""
    try:
        codes = [e.text for e in ElementTree.fromstring(answer.body).iter() if _local(e.tag) == "Code"]
    except ElementTree.ParseError:
        codes = []
    return codes[0] or str(answer.status) if codes else str(answer.status)


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def _consents() -> Path:
    home = os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"
    return Path(home, "cognito-conformance", "accounts.toml")


def _agreed() -> list[str]:
    """The accounts that the user's own file names: accounts.toml, `bypass_alias_check = ["123456789012"]`."""
    try:
        return [str(account) for account in tomllib.loads(_consents().read_text("utf-8")).get("bypass_alias_check", [])]
    except FileNotFoundError:
        return []
    except (OSError, ValueError) as fault:
        raise BadInput(f"{_consents()} cannot be read: {fault}") from None
