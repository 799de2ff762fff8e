"""The exchanges of one scenario, redacted as they are written down: what was sent, what came back."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from conformance.console import printable
from conformance.verdict.reply import Reply

HIDDEN = "<hidden>"
_SECRET_MEMBERS = re.compile(
    r"token|^session$|signature|secret|authorization|^srp_|^salt$|^credentials?$|access.?key|^confirmationcode$"
    r"|^userpools$",  # a list of pools has those of others
    re.IGNORECASE,
)
_SECRET_TEXT = re.compile(
    r"eyJ[\w-]+\.[\w-]+\.?[\w-]*"  # a JSON web token
    r"|(?:AKIA|ASIA)[A-Z0-9]{16}"  # an access key id
    r"|Signature=[0-9a-fA-F]+|Credential=[^,\s\"]+"  # an Authorization header
)
_UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
_LONGEST = 2000
# What is shorter is a word that an emulator takes for a key, such as `x`; hidden, it would tear holes in names.
_SHORTEST = 8


# Members of answers that later requests use, and what a script calls them.
_GIVEN = {
    "UserPool.Id": "POOL",
    "UserPoolClient.ClientId": "CLIENT",
    "Session": "SESSION",
    "AuthenticationResult.AccessToken": "ACCESS_TOKEN",
    "AuthenticationResult.RefreshToken": "REFRESH_TOKEN",
    "AuthenticationResult.IdToken": "ID_TOKEN",
    "User.Username": "USERNAME",
    "UserSub": "SUB",
}
_FOUNDATIONS = ("CreateUserPool", "CreateUserPoolClient")
REF = "$ref"


@dataclass(frozen=True)
class Exchange:
    """One request and its answer, as text that is safe to publish; a note has nothing received.

    `judged` where it is the operation under test, `later` how many days the clock is ahead. `headers` came back. To
    send the same again: `operation` and `members`, in which {REF: NAME} stands for what an earlier answer gave, and
    `gives`, the members of the answer that are needed later, by name. `request` is what was sent where no SDK would
    send it: method, headers, body, and whether the signature is the ordinary one."""

    sent: str
    received: str
    judged: bool = False
    later: float = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    operation: str | None = None
    members: Mapping[str, Any] = field(default_factory=dict)
    gives: Mapping[str, str] = field(default_factory=dict)
    request: Mapping[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """The exchange without what is empty."""
        always = {"sent": self.sent, "received": self.received, "judged": self.judged}
        rest = ("later", "headers", "operation", "members", "gives", "request")
        return always | {name: value for name in rest if (value := getattr(self, name))}


class Journal:
    """What one scenario sent and received.

    `secrets` are values to hide wherever they appear: the credentials in use. `names` maps what differs from run to run
    (user names, pool ids) to a word for it, so that an observation reads the same every time. `private` does so for
    names that are not ours, in everything that is written down. `script` is for a shell: what shows the same by hand,
    where the scenario knows.
    """

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self.exchanges: list[Exchange] = []
        self.names: dict[str, str] = {}
        self.private: dict[str, str] = {}
        self.script: tuple[str, ...] = ()
        self.later: float = 0
        self._references: dict[str, str] = {}
        self._literals: set[str] = set()
        # Pools and clients outlive the scenario that made them: value -> the exchange that gave it, and its name.
        self._foundations: dict[str, tuple[Exchange, str]] = {}
        self._secrets: list[str] = []
        self.hide(secrets)

    def hide(self, secrets: Iterable[str | None]) -> None:
        """Hide these values too, wherever they appear from now on."""
        known = self._secrets
        known += [secret for secret in secrets if secret and len(secret) >= _SHORTEST and secret not in known]

    def begin(self) -> None:
        """Forget the exchanges and names of the scenario before."""
        self.exchanges, self.names, self.script = [], {}, ()
        self.later, self._references, self._literals = 0, {}, set()

    def record(
        self,
        sent: str,
        received: str,
        operation: str | None = None,
        members: Mapping[str, Any] | None = None,
        answer: Mapping[str, Any] | None = None,
    ) -> None:
        """Write down an exchange that the plain client made."""
        exchange = Exchange(
            self.redact(sent),
            self.redact(received),
            later=self.later,
            operation=operation,
            members=self._referring(members or {}),
            gives=self._given(answer or {}),
        )
        self.exchanges.append(exchange)
        if operation in _FOUNDATIONS:
            for name in exchange.gives:
                self._foundations[next(v for v, n in self._references.items() if n == name)] = exchange, name

    def note(self, text: str) -> None:
        """Write down what happened besides requests."""
        self.exchanges.append(Exchange(self.redact(text), "", later=self.later))

    def days_pass(self, days: float, by: str) -> None:
        """Write down that the target's clock is so many days ahead, and mark what follows."""
        self.later = round(days, 3)
        self.note(f"the clock is {self.later:g} days ahead: {by}")

    def _given(self, answer: Mapping[str, Any]) -> dict[str, str]:
        """What an answer gives to later requests: name -> member."""
        gives = {}
        for path, noun in _GIVEN.items():
            value: Any = answer
            for step in path.split("."):
                value = value.get(step) if isinstance(value, Mapping) else None
            if isinstance(value, str) and value and value not in self._references and value not in self._literals:
                name = self._fresh(noun)
                self._references[value] = name
                gives[name] = path
        return gives

    def _fresh(self, noun: str) -> str:
        taken = set(self._references.values())
        numbered = (noun if number == 1 else f"{noun}_{number}" for number in range(1, len(taken) + 2))
        return next(name for name in numbered if name not in taken)

    def _referring(self, value: Any, name: str = "") -> Any:
        """The members of a request as they may be written down, with names for what earlier answers gave."""
        if isinstance(value, Mapping):
            return {key: self._referring(inner, str(key)) for key, inner in value.items()}
        if isinstance(value, (list, tuple)):
            return [self._referring(inner, name) for inner in value]
        if isinstance(value, str) and (value in self._references or value in self._foundations):
            if value not in self._references:
                self._references[value] = self._fresh(self._foundations[value][1].partition("_")[0])
            return {REF: self._references[value]}
        if isinstance(value, str) and name.lower() == "authorization":
            scheme, _, rest = value.partition(" ")
            return self._clean(f"{scheme} {rest}" if scheme.startswith("AWS4-") else f"{scheme} {HIDDEN}")
        if value and _is_secret(name):
            return HIDDEN
        if isinstance(value, str) and name == "body":
            return self._pieces(value)
        if isinstance(value, str):
            self._literals.add(value)
            return self._clean(value)
        return value if isinstance(value, (bool, int, float, type(None))) else str(value)

    def _pieces(self, text: str) -> list[Any]:
        """Bytes that are sent as they are, with names in place of what earlier answers gave."""
        known = sorted({*self._references, *self._foundations}, key=len, reverse=True)
        pieces = re.split(f"({'|'.join(map(re.escape, known))})", text) if known else [text]
        return [self._referring(piece) for piece in pieces if piece]

    @property
    def steps(self) -> tuple[Exchange, ...]:
        """What was sent and received so far, behind what made the pools that were used."""
        return (*self._used_foundations(), *self.exchanges)

    def _used_foundations(self) -> list[Exchange]:
        """The exchanges that made the pools and clients in use, under the names that they have here."""
        used: list[Exchange] = []
        for value, (exchange, former) in self._foundations.items():
            name = self._references.get(value)
            if name is None or any(name in one.gives for one in self.exchanges):
                continue
            members = {key: self._renamed(inner) for key, inner in exchange.members.items()}
            used.append(replace(exchange, members=members, gives={name: exchange.gives[former]}, later=0))
        return used

    def _renamed(self, inner: Any) -> Any:
        """A member of a foundation: a client names the pool that it belongs to."""
        if isinstance(inner, Mapping) and REF in inner:
            pool = next((value for value, (_, name) in self._foundations.items() if name == inner[REF]), "")
            return {REF: self._references.get(pool, inner[REF])}
        return inner

    def record_reply(
        self,
        sent: str,
        reply: Reply,
        members: Mapping[str, Any] | None = None,
        request: Mapping[str, Any] | None = None,
    ) -> Reply:
        """Write down an exchange that a binding made, and return its reply.

        `members` are those of AdminSetUserPassword, `request` what was sent in place of an ordinary request."""
        if reply.exit_code is None:
            body = reply.body.decode(errors="backslashreplace")
            received = f"HTTP {reply.status} {hide_members(body)}"
        else:
            received = f"exit code {reply.exit_code}; stdout {reply.stdout!r}; stderr {reply.stderr!r}"
        self.exchanges.append(
            Exchange(
                self.redact(sent),
                self.redact(received),
                judged=True,
                later=self.later,
                headers={name: self.redact(value) for name, value in reply.headers.items()},
                operation="AdminSetUserPassword" if members is not None else None,
                members=self._referring(members or {}),
                request=self._referring(request or {}),
            )
        )
        return reply

    def redact(self, text: str) -> str:
        """`text` without credentials, tokens and signatures, fit for any file, cut to a readable length."""
        text = self._clean(text)
        return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}… ({len(text)} characters)"

    def _clean(self, text: str) -> str:
        text = printable(text)
        for secret in self._secrets:
            text = text.replace(secret, HIDDEN)
        for name, word in self.private.items():
            text = text.replace(name, word)
        return _SECRET_TEXT.sub(HIDDEN, text)

    def anonymous(self, text: str) -> str:
        """`text` redacted, with the names of this run replaced by words, so that two runs agree."""
        for name in sorted(self.names, key=len, reverse=True):
            text = text.replace(name, self.names[name])
        return _UUID.sub("<uuid>", self.redact(text))


def hide_members(text: str) -> str:
    """A JSON document with the values of secret members hidden; any other text as it is."""
    try:
        document = json.loads(text)
        hidden = _hidden(document)
        return text if hidden == document else _as_text(hidden)
    except ValueError:
        return text
    except RecursionError:
        return "JSON that is nested too deeply"


def describe(operation: str, members: Mapping[str, Any]) -> str:
    """A request in one line, its secret members hidden."""
    return f"{operation} {_as_text(_hidden(members))}"


_as_text = json.JSONEncoder(ensure_ascii=False, default=str).encode


@lru_cache(maxsize=1000)  # a target names its members as it likes
def _is_secret(name: str) -> bool:
    """Whether the value of a member with this name is not to be written down."""
    return _SECRET_MEMBERS.search(name) is not None


def _hidden(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {k: HIDDEN if v and _is_secret(str(k)) else _hidden(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_hidden(item) for item in value]
    return value
