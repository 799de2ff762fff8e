"""The exchanges of one scenario, redacted as they are written down: what was sent, what came back."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from conformance.console import printable
from conformance.verdict.reply import Reply

HIDDEN = "<hidden>"
_SECRET_MEMBERS = re.compile(
    r"token|^session$|signature|secret|authorization|^srp_|^salt$|^credentials?$|access.?key|^confirmationcode$",
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


@dataclass(frozen=True)
class Exchange:
    """One request and its answer, as text that is safe to publish; `judged` where it is the operation under test."""

    sent: str
    received: str
    judged: bool = False


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
        self.reply: Reply | None = None
        self.script: tuple[str, ...] = ()
        self._secrets = [secret for secret in secrets if len(secret) >= _SHORTEST]

    def begin(self) -> None:
        """Forget the exchanges and names of the scenario before."""
        self.exchanges, self.names, self.reply, self.script = [], {}, None, ()

    def record(self, sent: str, received: str) -> None:
        """Write down an exchange that the plain client made."""
        self.exchanges.append(Exchange(self.redact(sent), self.redact(received)))

    @property
    def steps(self) -> tuple[Exchange, ...]:
        """What was sent and received so far."""
        return tuple(self.exchanges)

    def record_reply(self, sent: str, reply: Reply) -> Reply:
        """Write down an exchange that a binding made, and return its reply."""
        self.reply = reply
        if reply.exit_code is None:
            body = reply.body.decode(errors="backslashreplace")
            received = f"HTTP {reply.status} {hide_members(body)}"
        else:
            received = f"exit code {reply.exit_code}; stdout {reply.stdout!r}; stderr {reply.stderr!r}"
        self.exchanges.append(Exchange(self.redact(sent), self.redact(received), judged=True))
        return reply

    def redact(self, text: str) -> str:
        """`text` without credentials, tokens and signatures, fit for any file, cut to a readable length."""
        text = printable(text)
        for secret in self._secrets:
            text = text.replace(secret, HIDDEN)
        for name, word in self.private.items():
            text = text.replace(name, word)
        text = _SECRET_TEXT.sub(HIDDEN, text)
        return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}… ({len(text)} characters)"

    def anonymous(self, text: str) -> str:
        """`text` redacted, with the names of this run replaced by words, so that two runs agree."""
        for name in sorted(self.names, key=len, reverse=True):
            text = text.replace(name, self.names[name])
        return _UUID.sub("<uuid>", self.redact(text))


def hide_members(text: str) -> str:
    """A JSON document with the values of secret members hidden; any other text as it is."""
    try:
        return json.dumps(_hidden(json.loads(text)), ensure_ascii=False, default=str)
    except ValueError:
        return text
    except RecursionError:
        return "JSON that is nested too deeply"


def describe(operation: str, members: Mapping[str, Any]) -> str:
    """A request in one line, its secret members hidden."""
    return f"{operation} {json.dumps(_hidden(members), ensure_ascii=False, default=str)}"


def _hidden(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {k: HIDDEN if v and _SECRET_MEMBERS.search(str(k)) else _hidden(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_hidden(item) for item in value]
    return value
