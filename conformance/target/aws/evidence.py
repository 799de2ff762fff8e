"""What a run saw, a file for each claim, without a secret; and a gate that answers from such files.

What is written goes by a list: enumerations, errors, statuses, flags. Everything else becomes a placeholder when it is
written, `<user:1>`, numbered by first appearance within a result, the same value always the same. A replay numbers what
it sends in the same way, finds the request by that, and fills the placeholders of the answer with values of its own.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import secrets
import threading
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from botocore.credentials import ReadOnlyCredentials

from conformance.errors import BadInput, Inconclusive, WouldSend
from conformance.target.aws.gate import USED_UP, marked
from conformance.target.aws.guard import RUN_TAG, UNTIL_TAG
from conformance.target.aws.operations import CLEANING
from conformance.target.aws.runledger import RunLedger, new_run_id
from conformance.target.callers import Statements
from conformance.target.definition import INVENTED, Endpoint, Target
from conformance.target.exchange import Received, Sent, T
from conformance.verdict.observed import THROTTLED

FORMAT = 1
# Members whose values say nothing of anybody; of all others only a placeholder is kept.
PLAIN = {
    "__type",
    "AuthFlow",
    "ChallengeName",
    "MessageAction",
    "UserStatus",
    "TokenType",
    "Name",
    "UserPoolTier",
    "ExplicitAuthFlows",
    "PreventUserExistenceErrors",
    "AliasAttributes",
    "UsernameAttributes",
    "AttributeDataType",
    "AccessToken-unit",
    "DeliveryMedium",
    "AttributeName",
    "requiredAttributes",
    "token_use",
    "REQUIRED",
}
KINDS = {
    "UserPoolId": "pool",
    "Id": "pool",
    "ClientId": "client",
    "Username": "user",
    "USERNAME": "user",
    "USER_ID_FOR_SRP": "user",
    "UserSub": "sub",
    "Password": "password",
    "PASSWORD": "password",
    "TemporaryPassword": "password",
    "NEW_PASSWORD": "password",
    "PreviousPassword": "password",
    "ProposedPassword": "password",
    "AccessToken": "token",
    "IdToken": "token",
    "RefreshToken": "refresh",
    "REFRESH_TOKEN": "refresh",
    "Session": "session",
    "SRP_A": "srp",
    "SRP_B": "srp",
    "SALT": "srp",
    "SECRET_BLOCK": "block",
    "PASSWORD_CLAIM_SECRET_BLOCK": "block",
    "PASSWORD_CLAIM_SIGNATURE": "proof",
    "TIMESTAMP": "proof",
    "SECRET_HASH": "proof",
    "SecretHash": "proof",
    "ClientSecret": "secret",
    "ConfirmationCode": "code",
    "PoolName": "name",
    "ClientName": "name",
    "GroupName": "group",
    RUN_TAG: "run",
    UNTIL_TAG: "until",
    "Destination": "destination",
}
# Random by design: what is proved or hidden by them is not to be compared.
_ANY = {"srp", "proof"}
_TIMES = ("Date",)
_CLAIMS = ("username", "cognito:username", "cognito:groups", "sub", "client_id", "aud", "token_use", "iss")
_HEADERS = ("content-type", "x-amzn-errortype", "x-amzn-errormessage", "x-amzn-requestid")
_MARK = re.compile(r"<([a-z]+):([0-9a-f]+)>")
_UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
# What must not be in any file, whatever it was taken for: the last look before a line is written.
LEAKS = re.compile(
    r"arn:aws[\w-]*:[^\s\"<]+|\d{12}|(?:AKIA|ASIA)[A-Z0-9]{8,}|eyJ[\w-]{6,}"
    r"|[a-z]{2}(?:-[a-z]+)+-\d+_[0-9A-Za-z]{9}|[\w.+-]+@[\w-]+\.\w+"
    r"|[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}",
    re.IGNORECASE,
)
_SHORTEST = 4
# What a value may look like that no list names: an enumeration of the model, or a flag.
_ENUMERATION = re.compile(r"[A-Z][A-Z0-9_]*|true|false")
_POOL_ID = re.compile(r"[a-z0-9-]+_([0-9A-Za-z]{9})")


def current() -> str:
    """The id of the result that is being judged, as pytest names it."""
    return os.environ.get("PYTEST_CURRENT_TEST", "").rpartition(" (")[0].partition("::")[2]


class Names:
    """The placeholders of one result: which value has which, and back."""

    def __init__(self) -> None:
        self._marks: dict[str, str] = {}
        self._values: dict[str, str] = {}
        self._first: float | None = None
        self._lock = threading.RLock()

    def mark(self, kind: str, value: str) -> str:
        """The placeholder of a value."""
        with self._lock:
            if kind in _ANY:
                return f"<{kind}:0>"
            if kind == "password":
                mark = f"<password:{hashlib.sha256(value.encode(errors='surrogatepass')).hexdigest()[:12]}>"
                return self._bind(mark, value)
            if value in self._marks:
                return self._marks[value]
            number = sum(mark.startswith(f"<{kind}:") for mark in self._values) + 1
            return self._bind(f"<{kind}:{number}>", value)

    def value(self, mark: str) -> str:
        """The value of a placeholder; a new one of its kind where it has none."""
        with self._lock:
            kind = mark.strip("<>").partition(":")[0]
            if mark not in self._values:
                self._bind(mark, _invented(kind))
            return self._values[mark]

    def time(self, value: float) -> str:
        """A time as it lies to the first one."""
        with self._lock:
            self._first = value if self._first is None else self._first
            return f"<time:{value - self._first:+.3f}>"

    def text(self, text: str) -> str:
        """A text with the values in it replaced; what still looks like somebody's is hidden."""
        with self._lock:
            for value in sorted(self._marks, key=len, reverse=True):
                if len(value) >= _SHORTEST:
                    text = text.replace(value, self._marks[value])
            return LEAKS.sub("<hidden>", text)

    def filled(self, text: str) -> str:
        """A text with the placeholders in it replaced."""
        return _MARK.sub(lambda found: self.value(found[0]), text)

    def _bind(self, mark: str, value: str) -> str:
        self._values[mark] = value
        self._marks.setdefault(value, mark)
        if mark.startswith("<pool:") and (found := _POOL_ID.fullmatch(value)) is not None:
            self._bind(mark.replace("<pool:", "<poolkey:"), found[1])  # an id that is put together wrongly has it too
        return mark


def _invented(kind: str) -> str:
    match kind:
        case "pool":
            return f"eu-west-1_{secrets.token_hex(5)[:9]}"
        case "client":
            return secrets.token_hex(13)
        case "srp" | "block":
            return secrets.token_hex(128)
        case "code":
            return "000000"
        case _:
            return str(uuid.uuid4())


def written(names: Names, value: Any, member: str = "") -> Any:
    """A value of a request or an answer, as it is written down."""
    if isinstance(value, Mapping):
        meant = {"Value": _attribute(str(value.get("Name", "")))} if "Value" in value else {}
        if "Id" in value:  # a pool, which may be somebody else's where pools are listed
            meant["Name"] = "PoolName"
        return {
            str(names.text(str(name))): written(names, inner, meant.get(str(name), str(name)))
            for name, inner in value.items()
        }
    if isinstance(value, list):
        return [written(names, inner, member) for inner in value]
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, (int, float)):
        return names.time(float(value)) if member.endswith(_TIMES) else value
    if member in PLAIN:
        return names.text(value)
    kind = KINDS.get(member)
    if kind == "token" and (claims := _claims(value)) is not None:
        return {"<token>": names.mark(kind, value), "claims": _kept_claims(names, claims)}
    if kind is not None:
        return names.mark(kind, value)
    if member == "message":
        return names.text(value)
    if member == "userAttributes" and value.startswith("{"):
        inner = {name: written(names, text, _attribute(name)) for name, text in json.loads(value).items()}
        return {"<json>": inner}
    return value if _ENUMERATION.fullmatch(value) else names.mark("value", value)


def _attribute(name: str) -> str:
    aliases = dict.fromkeys(("email", "phone_number", "preferred_username"), "Username")
    return {"sub": "UserSub", **aliases}.get(name, f"attribute {name}")


def _claims(token: str) -> dict[str, Any] | None:
    parts = token.split(".")
    if len(parts) != 3:
        return None
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except ValueError:
        return None
    return claims if isinstance(claims, dict) else None


def _kept_claims(names: Names, claims: Mapping[str, Any]) -> dict[str, Any]:
    kinds = {
        "username": "Username",
        "cognito:username": "Username",
        "cognito:groups": "GroupName",
        "sub": "UserSub",
        "client_id": "ClientId",
        "aud": "ClientId",
    }
    kept = {name: written(names, claims[name], kinds.get(name, name)) for name in _CLAIMS if name in claims}
    if isinstance(claims.get("exp"), int) and isinstance(claims.get("iat"), int):
        kept["lifetime"] = claims["exp"] - claims["iat"]
    return kept


def filled(names: Names, value: Any) -> Any:
    """What was written down, with values in the place of the placeholders."""
    if isinstance(value, Mapping):
        if "<token>" in value:
            return _token(names, str(value["<token>"]), value["claims"])
        if "<json>" in value:
            return json.dumps(filled(names, value["<json>"]))
        return {names.filled(name): filled(names, inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [filled(names, inner) for inner in value]
    if isinstance(value, str):
        time = re.fullmatch(r"<time:([+-][\d.]+)>", value)
        return _STARTED + float(time[1]) if time else names.filled(value)
    return value


_STARTED = float(int(datetime.now(UTC).timestamp()) - 60)


def _token(names: Names, mark: str, claims: Mapping[str, Any]) -> str:
    body = {name: value for name, value in filled(names, dict(claims)).items() if name != "lifetime"}
    body |= {"iat": int(_STARTED), "exp": int(_STARTED) + int(claims.get("lifetime", 3600)), "jti": str(uuid.uuid4())}
    part = base64.urlsafe_b64encode(json.dumps(body).encode()).rstrip(b"=").decode()
    token = f"eyJhbGciOiJub25lIn0.{part}.cmVwbGF5ZWQ"
    names._bind(mark, token)
    return token


def request_of(names: Names, sent: Sent) -> dict[str, Any]:
    """A request as it is written down and found again."""
    target = next((value for name, value in sent.headers.items() if name.lower() == "x-amz-target"), "")
    members = sent.members
    body: Any = written(names, members) if members is not None else f"<bytes:{_digest(names, sent.body)}>"
    return {"sender": sent.sender, "method": sent.method, "target": target, "body": body}


def answer_of(names: Names, received: Received) -> dict[str, Any]:
    """An answer as it is written down."""
    headers = {name: received.headers[name] for name in _HEADERS if name in received.headers}
    if _UUID.fullmatch(headers.get("x-amzn-requestid", "")):
        headers["x-amzn-requestid"] = "<uuid>"
    headers = {name: names.text(value) for name, value in headers.items()}
    try:
        body: Any = {"json": written(names, json.loads(received.body))} if received.body else {"text": ""}
    except (ValueError, RecursionError):
        body = {"text": f"<bytes:{len(received.body)}>"}
    return {"status": received.status, "headers": headers, "body": body}


def _digest(names: Names, body: bytes) -> str:
    return hashlib.sha256(names.text(body.decode("utf-8", "backslashreplace")).encode()).hexdigest()[:16]


@dataclass
class _Result:
    names: Names = field(default_factory=Names)
    exchanges: list[dict[str, Any]] = field(default_factory=list)


class Evidence:
    """Writes down what a run sees: a file for each claim, complete when the run has ended."""

    def __init__(self, directory: Path, about: Mapping[str, Any]) -> None:
        self._directory = directory
        self._about = dict(about)
        self._results: dict[str, _Result] = defaultdict(_Result)
        self._lines: dict[str, list[str]] = defaultdict(list)
        self._lock = threading.Lock()

    def exchange(self, sent: Sent, received: Received, attempt: int) -> None:
        """Write down an answer."""
        if sent.operation in CLEANING and sent.operation != "ListUserPools":
            return
        with self._lock:
            result = self._results[current()]
            asked = request_of(result.names, sent)
            result.exchanges.append({"sent": asked, "received": answer_of(result.names, received), "attempt": attempt})

    def unsent(self, sent: Sent, reason: str) -> None:
        """Write down that a request would have sent a message, and was not sent."""
        with self._lock:
            result = self._results[current()]
            result.exchanges.append({"sent": request_of(result.names, sent), "unsent": reason})

    def begin_again(self, result: str) -> None:
        """Forget what a result saw: it is judged from its beginning."""
        self._results.pop(result, None)

    def end(self, result: Mapping[str, Any]) -> None:
        """Keep what a result saw, with its verdict."""
        with self._lock:
            seen = self._results[result["id"]]
            lines = [{"result": result["id"], "verdict": str(result["verdict"]), "binding": result["binding"]}]
            lines += [{"n": number, **exchange} for number, exchange in enumerate(seen.exchanges, 1)]
            kept = self._lines[result["claim"]]
            kept[:] = [*kept, *(json.dumps(line, ensure_ascii=True) for line in lines)]

    def close(self) -> None:
        """Write the files."""
        self._directory.mkdir(parents=True, exist_ok=True)
        for claim, lines in sorted(self._lines.items()):
            head = {"format": FORMAT, "kind": "evidence", "claim": claim, **self._about}
            text = "".join(f"{line}\n" for line in (json.dumps(head), *lines))
            end = json.dumps({"sha256": hashlib.sha256(text.encode()).hexdigest()})
            (self._directory / f"{claim}.jsonl").write_text(f"{text}{end}\n", encoding="utf-8")


def read(path: Path) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The head of a file of evidence, and its lines.

    Raises BadInput where it is something else, or was changed."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        head, end = json.loads(lines[0]), json.loads(lines[-1])
        digest = hashlib.sha256("".join(lines[:-1]).encode()).hexdigest()
        if head["kind"] != "evidence" or head["format"] != FORMAT:
            raise BadInput(f"{path} is evidence of another format")
        if end["sha256"] != digest:
            raise BadInput(f"{path} was changed after it was recorded: its hash does not fit")
        return head, [json.loads(line) for line in lines[1:-1]]
    except (OSError, ValueError, LookupError, TypeError) as fault:
        raise BadInput(f"{path} is not a file of evidence: {fault!r}") from None


def files(directory: Path) -> list[Path]:
    """The files of evidence in a directory.

    Raises BadInput where there is none."""
    found = sorted(directory.glob("*.jsonl"))
    if not found:
        raise BadInput(f"{directory} holds no evidence: record some with run aws … --record DIR")
    return found


class Replay:
    """A gate that answers from evidence; what was not recorded gets no answer."""

    def __init__(self, directory: Path) -> None:
        self._recorded: dict[str, list[dict[str, Any]]] = {}
        self._names: dict[str, Names] = defaultdict(Names)
        self._ledger = RunLedger(new_run_id())
        self._lock = threading.Lock()
        self.region = "us-east-1"
        self.second_role = False
        for path in files(directory):
            head, lines = read(path)
            self.region = str(head.get("region", self.region))
            self.second_role = self.second_role or bool(head.get("second_role"))
            result = ""
            for line in lines:
                if "result" in line:
                    result = line["result"]
                    self._recorded[result] = []
                else:
                    self._recorded[result].append(line)

    def send(self, sent: Sent) -> Received:
        """The answer that was recorded to this request.

        Raises WouldSend where it was not sent then, Inconclusive where there is none."""
        if sent.operation == "DeleteUserPool":  # nothing was made
            return Received(200, {}, b"{}")
        result = current()
        with self._lock:
            names = self._names[result]
            asked = request_of(names, sent)
            for place, line in enumerate(self._recorded.get(result, [])):
                if line["sent"] == asked:
                    del self._recorded[result][place]
                    if "unsent" in line:
                        raise WouldSend(line["unsent"])
                    if _says_nothing(line["received"]):
                        continue
                    return _answer(names, line["received"], sent.operation)
        raise Inconclusive(f"not recorded: {sent.operation or sent.method}")

    @property
    def lends(self) -> bool:
        """Each result was recorded with its own users."""
        return False

    def marks(self, configuration: Mapping[str, Any], days: int = 0) -> dict[str, Any]:
        """As a run has them."""
        return marked(self._ledger, configuration, days)

    def settled(self, look: Callable[[], T], wanted: object) -> T:
        """What was seen in the end."""
        seen = look()
        while seen != wanted:
            try:
                seen = look()
            except Inconclusive:
                break
        return seen

    def keep(self, pool_id: str) -> None:
        """Nothing is there to be kept."""


def _says_nothing(received: Mapping[str, Any]) -> bool:
    """Whether a run sends the request again after such an answer."""
    kind = (
        (received["body"].get("json") or {}).get("__type", "") if isinstance(received["body"].get("json"), dict) else ""
    )
    return received["status"] >= 500 or str(kind).rpartition("#")[2] in THROTTLED


def _answer(names: Names, recorded: Mapping[str, Any], operation: str) -> Received:
    body = recorded["body"]
    if str(body.get("text", "")).startswith("<bytes:"):
        raise Inconclusive(f"not replayable: {operation} answered something that is not JSON")
    text = json.dumps(filled(names, body["json"])) if "json" in body else ""
    headers = {name: filled(names, value) for name, value in recorded["headers"].items()}
    if headers.get("x-amzn-requestid") == "<uuid>":
        headers["x-amzn-requestid"] = str(uuid.uuid4())
    received = Received(recorded["status"], headers, text.encode())
    if received.error in ("LimitExceededException", "TooManyFailedAttemptsException"):
        raise Inconclusive(f"{operation} answered {received.error}: {USED_UP}")
    return received


class Anybody:
    """Callers of a replay: who signed is not in the files, and is not asked."""

    def caller(self, statements: Statements) -> ReadOnlyCredentials:  # noqa: ARG002 - as other callers have it
        """Credentials that nobody checks."""
        return INVENTED


@dataclass(frozen=True, kw_only=True)
class ReplayTarget(Target):
    """Evidence as a target."""

    directory: Path

    @property
    def where(self) -> str:
        """The directory."""
        return f"evidence in {self.directory}, no network"

    @contextmanager
    def running(self) -> Iterator[Endpoint]:
        """An endpoint whose gate answers from the files."""
        gate = Replay(self.directory)
        callers = Anybody() if gate.second_role else None
        url = f"https://cognito-idp.{gate.region}.amazonaws.com"
        yield Endpoint(url, gate.region, INVENTED, gate=gate, callers=callers)


def replayed(argument: str) -> ReplayTarget:
    """The target `replay:DIR`.

    Raises BadInput where the directory holds no evidence, or evidence that was changed."""
    directory = Path(argument.removeprefix("replay:"))
    for path in files(directory):
        read(path)
    return ReplayTarget("replay", "recorded evidence", argument, directory=directory)
