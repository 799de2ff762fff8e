"""One attempt at a scenario, from its first fixture on; another follows if this one is not to count."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest
from _pytest.runner import call_and_report

from conformance.run.run import Run
from conformance.verdict.observed import Outcome, Text
from conformance.verdict.verdicts import Verdict

Reports = list[pytest.TestReport]

# Set on a scenario that is to have new users only.
NEW_USERS = pytest.StashKey[bool]()
# Whoever stands behind these verdicts is not to blame for them.
_NOBODY = (Verdict.SKIPPED, Verdict.INCONCLUSIVE)
# Verdicts of a scenario that came to its end, or did nothing but arrange.
_PLAIN = {Verdict.CONFORMS, Verdict.DIVERGES, Verdict.SKIPPED}
# What a report expects of an answer begins with one of these.
_ANSWER = (f"{Outcome.noun}: ", "header ", f"{Text.noun}: ")


def attempt(item: Any, nextitem: pytest.Item | None, again: Callable[[Reports], bool]) -> tuple[Reports, bool]:
    """Run a scenario; return its reports, which nobody has seen yet, and whether it is to run `again`.

    What it shares with other scenarios is torn down only where no other attempt follows."""
    if not item._request:
        item._initrequest()  # as pytest's own protocol does for whoever runs an item twice
    reports = [call_and_report(item, "setup", log=False)]
    if reports[0].passed:
        reports.append(call_and_report(item, "call", log=False))
    ending = item.session.shouldfail or item.session.shouldstop
    another = not ending and again(reports)
    following = item.parent if another else None if ending else nextitem
    reports.append(call_and_report(item, "teardown", log=False, nextitem=following))
    item._request, item.funcargs = False, None
    return reports, another


def judged(item: pytest.Item, run: Run, reports: Sequence[pytest.TestReport]) -> bool:
    """Whether the verdict counts; if not, the next attempt at the scenario has new users only.

    A scenario that accuses nothing, or nothing but the answer, is believed in what its users were shown to be."""
    found = [document for report in reports if (document := getattr(report, "conformance", None))]
    exchanges = run.journal.exchanges if run.journal else ()
    accusing = [one for one in found if one["verdict"] not in (Verdict.CONFORMS, *_NOBODY) or one["fault"]]
    about_answers = all(map(_about_the_answer, accusing))
    comparable = all(one["verdict"] == Verdict.BLOCKED or _about_the_answer(one) for one in accusing)
    said = [(_function(item), *_accusation(one)) for one in accusing] if comparable else []
    if run.kept_users.distrusted(bool(accusing), exchanges, said):
        if not comparable:
            run.kept_users.never_again(_kind(item))
        if about_answers:
            run.kept_users.set_aside(exchanges, _said(found))
        item.stash[NEW_USERS] = True
        return False
    if not accusing:
        run.kept_users.lend_again(_kind(item))
    verdicts = {document["verdict"] for document in found}
    if run.kept_users.blameless or (about_answers and verdicts <= _PLAIN):
        run.kept_users.end(exchanges, _said(found))
    else:  # what the target did wrong to a user once, it may do again without a trace
        run.kept_users.forget()
    return True


def _accusation(document: Mapping[str, Any]) -> tuple[str, str]:
    """What was expected and observed; of a blocked scenario, what blocks it and why."""
    names = ("blocked_by", "reason") if document["verdict"] == Verdict.BLOCKED else ("expected", "observed")
    return str(document[names[0]]), str(document[names[1]])


def _said(found: Sequence[Mapping[str, Any]]) -> list[tuple[Any, ...]]:
    """All that a scenario says, but for what was sent."""
    return [tuple(one[name] for name in ("verdict", "kind", "expected", "observed", "reason")) for one in found]


def _about_the_answer(document: Mapping[str, Any]) -> bool:
    """Whether the accusation is that the answer to the request under test was the wrong one."""
    return document["operation"] == "AdminSetUserPassword" and str(document["expected"]).startswith(_ANSWER)


def spelled(item: Any) -> set[str]:
    """The words in the parameters and the source of a scenario: no user who has one for a password is lent to it."""
    code = item.function.__code__
    found = [code.co_consts, [item.function.__globals__.get(name) for name in code.co_names]]
    callspec = getattr(item, "callspec", None)
    return set(_words([*found, list(callspec.params.values()) if callspec else []]))


def lending(item: pytest.Item, run: Run) -> bool:
    """Whether a scenario may have users that were kept."""
    return not item.stash.get(NEW_USERS, False) and run.kept_users.may_borrow(_kind(item))


def _kind(item: pytest.Item) -> str:
    """The scenario and the flow that it is run with: where one accuses, the others of its kind are likely to."""
    callspec = getattr(item, "callspec", None)
    return f"{_function(item)} {callspec.params.get('flow', '') if callspec else ''}"


def _function(item: pytest.Item) -> str:
    return item.nodeid.partition("[")[0]


def _words(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        value = [*value, *value.values()]
    if hasattr(value, "co_consts"):
        value = value.co_consts
    return [word for inner in value for word in _words(inner)] if isinstance(value, (list, tuple, set)) else []
