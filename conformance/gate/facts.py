"""Two sets of observed facts compared: which rule each difference falls under."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from conformance.gate.rules import Fact, RuleHit

Facts = Mapping[Fact, Any]

# Different in every release, or at every call, and nobody's contract: counted, and ignored by name.
NOISE = {
    "user-agent": re.compile(r"^wire/.*/header/User-Agent$"),
    "invocation-id": re.compile(r"^wire/.*/header/amz-sdk-invocation-id$"),
}
# Compared with a threshold, as they differ a little in every run or release.
_MUCH = 2.5


@dataclass
class Compared:
    """The differences, and how many were ignored under which name."""

    findings: list[RuleHit] = field(default_factory=list)
    ignored: Counter[str] = field(default_factory=Counter)


def compare(old: Facts, new: Facts) -> Compared:
    """Compare what two client versions were observed to do."""
    compared = Compared()
    sent = {side_name: _sent(side) for side_name, side in (("old", old), ("new", new))}
    for fact in sorted(old.keys() | new.keys()):
        before, after = old.get(fact), new.get(fact)
        # What the contract reads of the command line's surface is compared option by option.
        if before == after or fact.layer == "promise-cli":
            continue
        noise = next((name for name, pattern in NOISE.items() if pattern.match(str(fact))), None)
        if noise is not None:
            compared.ignored[noise] += 1
        elif fact.layer == "wire" and fact.part != "observer":
            compared.findings += _of_request(fact, before, after, sent["old"], sent["new"])
        else:
            compared.findings += _judged(fact, before, after)
    return compared


def _sent(side: Facts) -> set[str]:
    """The requests of the wire layer that were sent at all."""
    return {fact.part.removesuffix("/url") for fact in side if fact.layer == "wire" and fact.part.endswith("/url")}


def _of_request(fact: Fact, before: Any, after: Any, old: set[str], new: set[str]) -> Iterator[RuleHit]:
    request, _, header = fact.part.partition("/header/")
    request, aspect = (request, "header") if header else request.rsplit("/", 1)
    if request in old and request not in new:
        if aspect == "sent":  # one finding is enough for a request that is gone
            yield RuleHit("request-not-sent", fact, before, after)
    elif request not in old and request in new:
        yield RuleHit("validation-loosened", fact, before, after)
    elif aspect == "sent":
        yield from _judged(fact, before, after)
    elif header:
        named = {"amz-sdk-request": "retry-header-changed", "Authorization": "signature-changed"}
        yield RuleHit(named.get(header, "header-changed"), fact, before, after)
    else:
        yield RuleHit("request-changed", fact, before, after)


def _judged(fact: Fact, before: Any, after: Any) -> Iterator[RuleHit]:
    if fact.layer == "help":
        yield RuleHit("help-changed", fact, *_words(before or [], after or []))
        return
    if fact.part == "observer":  # the old side has none, or there is no verdict
        yield RuleHit("probe-crashed", fact, before, after)
        return
    rule = _RULES[fact.layer](fact.part, before, after) if fact.layer in _RULES else "fact-changed"
    if rule is None:
        return
    if rule.startswith("error-class-"):
        before, after = before["raised"], after["raised"]
    if rule == "import-slower":  # without figures, which differ from run to run
        before, after = "as long as it takes", f"more than {_MUCH} times as long"
    yield RuleHit(rule, fact, before, after)


def _words(before: list[str], after: list[str]) -> tuple[str, str]:
    old, new = Counter(before), Counter(after)
    return f"{(old - new).total()} words that are gone", f"{(new - old).total()} words that are new"


def _crashes(value: Any) -> bool:
    return isinstance(value, dict) and "crashed" in value


def _answer(_: str, before: Any, after: Any) -> str | None:
    if before is None or after is None:
        return "fact-changed"
    if _crashes(before) and _crashes(after):
        return None  # a crash in other words
    if _crashes(after):
        return "probe-crashed"
    if "returned" in before and "returned" not in after:
        return "answer-refused"
    if "raised" in before and "raised" in after:
        known = [{k: value for k, value in side.items() if k not in ("raised", "members")} for side in (before, after)]
        members = set(before.get("members", ())), set(after.get("members", ()))
        if known[0] == known[1]:
            if before["raised"] == after["raised"]:
                return "error-members-added" if members[0] < members[1] else "error-read-otherwise"
            if before["raised"] == "ClientError" and members[0] <= members[1]:
                return "error-class-gained"
            if after["raised"] == "ClientError":
                return "error-class-lost"
        return "error-read-otherwise"
    return "answer-read-otherwise"


def _validation(_: str, before: Any, after: Any) -> str:
    if before == "sent":
        return "validation-tightened"
    if after == "sent":
        return "validation-loosened"
    return "probe-crashed" if _crashes(after) and not _crashes(before) else "validation-worded-otherwise"


def _retries(part: str, *_: Any) -> str:
    return {
        "attempts": "retry-attempts-changed",
        "delays": "retry-pauses-changed",
        "header": "retry-header-changed",
        "raised": "retry-outcome-changed",
    }[part.rpartition("/")[2]]


def _defaults(part: str, before: Any, _: Any) -> str:
    if part == "retries":
        return "retry-mode-changed"
    return "setting-added" if before == "not a setting" else "default-changed"


def _samples(_: str, before: Any, after: Any) -> str:
    if before is None or after is None:
        return "sample-changed"  # the operation came or went: the model says so
    if "body" in before and "body" not in after:
        return "sample-refused"
    return "sample-target-changed" if before.get("target") != after.get("target") else "sample-changed"


def _transport(part: str, before: Any, after: Any) -> str:
    if before is None or after is None:
        return "fact-changed"
    was, is_ = before["outcome"], after["outcome"]
    if was == is_:
        same_wire = _without("attempts", before) == _without("attempts", after)
        return "transport-attempts-changed" if same_wire else "transport-wire-changed"
    if "returned" in was and "returned" in is_:
        return "answer-read-otherwise"
    fault = part.startswith("fault/")
    if "returned" in is_:
        return "fault-accepted" if fault else "transport-accepted"
    if "returned" in was:
        return "fault-noticed" if fault else "transport-refused"
    return "transport-error-changed"


def _without(name: str, value: Mapping[str, Any]) -> dict[str, Any]:
    return {key: one for key, one in value.items() if key != name}


def _credentials(part: str, before: Any, after: Any) -> str | None:
    if part.startswith("provider/"):
        return "provider-added" if before is None else "provider-removed"
    if part.endswith("/host"):
        # If nobody is asked any more, what is found instead says why.
        return "credentials-host-changed" if before and after else None
    if before is None or after is None:
        return "fact-changed"
    if "found" in before and "found" in after:
        return "credentials-changed"
    if "found" in before:
        return "credentials-lost"
    return "credentials-found" if "found" in after else "credentials-error-changed"


def _python(part: str, before: Any, after: Any) -> str | None:
    kind = part.partition("/")[0]
    come, gone = _COME_AND_GO.get(kind, ("fact-changed", "fact-changed"))
    if before is None:
        return come
    if after is None:
        return gone
    if kind == "importing":
        if before <= 0 or after / before < _MUCH:
            return None
        return "import-heavier" if part.endswith("modules") else "import-slower"
    if kind == "warnings":
        return "warning-added" if any(line not in before for line in after) else "warning-removed"
    if kind == "secrets":
        return "secret-logged" if any(line not in before for line in after) else "secret-unlogged"
    if kind == "metadata":
        return "metadata-lost" if set(before) - set(after) else "metadata-changed"
    return _CHANGED.get(kind, "fact-changed")


_COME_AND_GO = {
    "names": ("name-added", "name-removed"),
    "exceptions": ("name-added", "exception-unreachable"),
    "events": ("event-added", "event-lost"),
}
_CHANGED = {
    "exceptions": "exception-unreachable",
    "error-text": "error-text-changed",
    "events": "event-changed",
    "pages": "pages-changed",
    "waiters": "waiter-outcome-changed",
    "logs": "log-changed",
}


def _option(_: str, before: Any, after: Any) -> str:
    if before is None or after is None:
        return "option-added" if before is None else "option-removed"
    if after["required"] and not before["required"]:
        return "option-required"
    return "option-changed"


def _command(_: str, before: Any, __: Any) -> str:
    return "command-added" if before is None else "command-removed"


def _skeleton(_: str, before: Any, after: Any) -> str:
    return "skeleton-grew" if before is None or _within(before, after) else "skeleton-changed"


def _within(before: Any, after: Any) -> bool:
    """Whether all that was in a skeleton is still there."""
    if isinstance(before, dict) and isinstance(after, dict):
        return all(name in after and _within(value, after[name]) for name, value in before.items())
    if isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        return all(_within(*pair) for pair in zip(before, after, strict=True))
    return bool(before == after)


def _cli(part: str, *_: Any) -> str:
    return {
        "exit_code": "cli-exit-code-changed",
        "stdout": "cli-stdout-changed",
        "stderr": "cli-stderr-changed",
        "requests": "cli-requests-changed",
    }[part.rpartition("/")[2]]


# By the layer of the fact: the rule that a difference falls under, or None if it is none.
_RULES: dict[str, Callable[[str, Any, Any], str | None]] = {
    "wire": _answer,
    "answers": _answer,
    "validation": _validation,
    "retries": _retries,
    "defaults": _defaults,
    "endpoints": lambda *_: "endpoint-changed",
    "samples": _samples,
    "transport": _transport,
    "credentials": _credentials,
    "python": _python,
    "option": _option,
    "command": _command,
    "skeleton": _skeleton,
    "cli": _cli,
}
