"""Two sets of observed facts compared: which rule each difference falls under."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from conformance.gate.rules import Finding

Facts = Mapping[str, Any]

# Different in every release, or at every call, and nobody's contract: counted, and ignored by name.
NOISE = {
    "user-agent": re.compile(r"^wire/.*/header/User-Agent$"),
    "invocation-id": re.compile(r"^wire/.*/header/amz-sdk-invocation-id$"),
}


@dataclass
class Compared:
    """The differences, and how many were ignored under which name."""

    findings: list[Finding] = field(default_factory=list)
    ignored: Counter[str] = field(default_factory=Counter)


def compare(old: Facts, new: Facts) -> Compared:
    """Compare what two client versions were observed to do."""
    compared = Compared()
    for fact in sorted(old.keys() | new.keys()):
        before, after = old.get(fact), new.get(fact)
        # What the contract reads of the command line's surface is compared option by option.
        if before == after or fact.startswith("promise-cli/"):
            continue
        noise = next((name for name, pattern in NOISE.items() if pattern.match(fact)), None)
        if noise is not None:
            compared.ignored[noise] += 1
            continue
        compared.findings += _judged(fact, before, after, old, new)
    return compared


def _judged(fact: str, before: Any, after: Any, old: Facts, new: Facts) -> Iterator[Finding]:
    layer, _, rest = fact.partition("/")
    if layer == "help":
        yield Finding("help-changed", fact, *_words(before or [], after or []))
        return
    rule = _RULES[layer](rest, before, after) if layer in _RULES else "fact-changed"
    if layer == "wire":
        url = fact.rpartition("/")[0].partition("/header")[0] + "/url"
        if url in old and url not in new:
            rule = "request-not-sent"
        elif url not in old and url in new:
            rule = "validation-loosened"
        if rule == "request-not-sent" and not fact.endswith("/sent"):
            return  # one finding is enough for a request that is gone
    if rule.startswith("error-class-"):
        before, after = before["raised"], after["raised"]
    yield Finding(rule, fact, before, after)


def _words(before: list[str], after: list[str]) -> tuple[str, str]:
    old, new = Counter(before), Counter(after)
    return f"{(old - new).total()} words that are gone", f"{(new - old).total()} words that are new"


def _crashes(value: Any) -> bool:
    return isinstance(value, dict) and "crashed" in value


def _wire(rest: str, before: Any, after: Any) -> str:
    part = rest.partition("/")[2]
    if part == "sent":
        return _answer(rest, before, after)
    if part == "header/amz-sdk-request":
        return "retry-header-changed"
    if part == "header/Authorization":
        return "signature-changed"
    return "header-changed" if part.startswith("header/") else "request-changed"


def _answer(_: str, before: Any, after: Any) -> str:
    if _crashes(after) and not _crashes(before):
        return "probe-crashed"
    if "returned" in before and "returned" not in after:
        return "answer-refused"
    if "raised" in before and "raised" in after:
        told = [
            {key: value for key, value in side.items() if key not in ("raised", "members")} for side in (before, after)
        ]
        members = set(before.get("members", ())), set(after.get("members", ()))
        if told[0] == told[1]:
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


def _retries(rest: str, *_: Any) -> str:
    return {
        "attempts": "retry-attempts-changed",
        "delays": "retry-pauses-changed",
        "header": "retry-header-changed",
        "raised": "retry-outcome-changed",
    }[rest.rpartition("/")[2]]


def _defaults(rest: str, before: Any, _: Any) -> str:
    if rest == "retries":
        return "retry-mode-changed"
    return "setting-added" if before == "not a setting" else "default-changed"


def _samples(_: str, before: Any, after: Any) -> str:
    if before is None or after is None:
        return "sample-changed"  # the operation came or went: the model says so
    if "body" in before and "body" not in after:
        return "sample-refused"
    return "sample-target-changed" if before.get("target") != after.get("target") else "sample-changed"


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


def _cli(rest: str, *_: Any) -> str:
    return {
        "exit_code": "cli-exit-code-changed",
        "stdout": "cli-stdout-changed",
        "stderr": "cli-stderr-changed",
        "requests": "cli-requests-changed",
    }[rest.rpartition("/")[2]]


_RULES: dict[str, Callable[[str, Any, Any], str]] = {
    "wire": _wire,
    "answers": _answer,
    "validation": _validation,
    "retries": _retries,
    "defaults": _defaults,
    "endpoints": lambda *_: "endpoint-changed",
    "samples": _samples,
    "option": _option,
    "command": _command,
    "skeleton": _skeleton,
    "cli": _cli,
}
