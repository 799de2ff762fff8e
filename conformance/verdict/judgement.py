"""From a failed assertion to a divergence: its kind, what was documented and what was seen."""

from __future__ import annotations

from dataclasses import dataclass

from conformance.verdict.journal import Journal
from conformance.verdict.observed import Observed
from conformance.verdict.verdicts import Kind


@dataclass(frozen=True)
class Comparison:
    """The comparison that failed, as pytest's assertion rewriting hands it over."""

    operator: str
    left: object
    right: object


@dataclass(frozen=True)
class Divergence:
    """What a failed assertion says about the target.

    `operation` is the one whose answer broke the claim, `flow` the sign-in flow where there was one."""

    kind: Kind
    expected: str
    observed: str
    operation: str = "AdminSetUserPassword"
    flow: str | None = None


def judge(comparison: Comparison | None, journal: Journal, wording: bool = False) -> Divergence:
    """The divergence behind a failed assertion.

    Its kind follows from the type of the value that was seen (left of the operator). Without a comparison,
    `assert reply.ok` or `assert not reply.ok` failed, and the last reply tells which. `wording`: the claim is about a
    text, so a value of no type of its own is wording.
    """
    if comparison is None:
        return _of_reply(journal)
    left, right = comparison.left, comparison.right
    if comparison.operator == "not in":
        return Divergence(Kind.LEAK, "an answer without it", f"the answer contains {_shown(left, journal)}")
    if isinstance(left, Observed):
        kind, noun = left.kind_beside(right), f"{left.noun}: "
    else:
        kind, noun = Kind.WORDING if wording else Kind.SHAPE, ""
    relation = {"==": "", "in": "one of ", "!=": "anything but "}.get(comparison.operator, f"{comparison.operator} ")
    return Divergence(kind, f"{noun}{relation}{_shown(right, journal)}", f"{noun}{_shown(left, journal)}")


def _of_reply(journal: Journal) -> Divergence:
    reply = journal.reply
    if reply is None:
        return Divergence(Kind.SHAPE, "the assertion to hold", "it does not")
    if reply.crashed:
        return Divergence(Kind.CRASH, "an answer of the service", journal.anonymous(f"reply: {reply.outcome}"))
    if reply.ok:
        return Divergence(Kind.PERMISSIVE, "reply: a refusal", "reply: accepted")
    return Divergence(Kind.STRICT, "reply: accepted", journal.anonymous(f"reply: {reply.outcome}"))


def _shown(value: object, journal: Journal) -> str:
    """A value as a reader wants it, the same in every run."""
    match value:
        case None:
            text = "missing"
        case set() | frozenset():
            text = " or ".join(sorted(str(item) for item in value))
        case list() | tuple():
            text = ", ".join(str(item) for item in value)
        case _:
            text = str(value)
    return journal.anonymous(text) or "nothing"
