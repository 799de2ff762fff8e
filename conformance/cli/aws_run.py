"""Plugins of a run at AWS: they judge again what got no answer, and keep every result at once."""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Mapping
from pathlib import Path
from typing import Any

import pytest

from conformance.plugin import RUN
from conformance.run import attempts
from conformance.target.aws.evidence import Evidence
from conformance.target.aws.gate import USED_UP
from conformance.verdict.results import Result
from conformance.verdict.verdicts import Verdict

# A scenario is judged so many times at most; each time with users of its own, from its first request on.
ATTEMPTS = 4


class JudgedAgain:
    """Judges a scenario from its beginning where a request of it got no answer: no request is repeated silently."""

    def __init__(self) -> None:
        self.again: dict[str, int] = {}
        self.forgotten: Callable[[str], None] = lambda _: None
        self._failed: list[tuple[pytest.FixtureDef[Any], Any]] = []

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: pytest.FixtureDef[Any], request: Any) -> Generator[None, Any, Any]:
        """Notice the fixtures that fail: pytest keeps a failure as it keeps a value."""
        try:
            return (yield)
        except Exception:
            self._failed.append((fixturedef, request))
            raise

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
        """As pytest's own, as often as it takes."""
        if RUN not in item.config.stash or item.get_closest_marker("claim") is None:
            return None
        item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
        properties = list(item.user_properties)
        for attempt in range(1, ATTEMPTS + 1):
            reports, again = self._judged(item, nextitem, last=attempt == ATTEMPTS)
            if not again:
                break
            if _unanswered(reports):
                self.again[item.name] = attempt
            self.forgotten(item.name)
            item.user_properties[:] = properties
            item.config.stash[RUN].unanswered = 0
        for report in reports:
            item.ihook.pytest_runtest_logreport(report=report)
        item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
        return True

    def _judged(self, item: Any, nextitem: pytest.Item | None, *, last: bool) -> tuple[list[pytest.TestReport], bool]:
        """One attempt, and whether another is to follow."""
        self._failed.clear()
        run = item.config.stash[RUN]
        reports, again = attempts.attempt(
            item,
            nextitem,
            lambda reports: (not last and _unanswered(reports)) or not attempts.judged(item, run, reports),
        )
        if again:
            for definition, request in self._failed:
                definition.finish(request)
        return reports, again


def _unanswered(reports: list[pytest.TestReport]) -> bool:
    """Whether an attempt got no answer, and another may get one."""
    for report in reports:
        found = getattr(report, "conformance", None)
        if found and found["verdict"] == Verdict.INCONCLUSIVE and not found["fault"]:
            reason = str(found["reason"])
            used_up = USED_UP in reason and not reason.startswith("ChangePassword")
            return not used_up and "the run was stopped" not in reason and "stopped answering" not in reason
    return False


class Recording:
    """Hands results to the evidence, which is complete when the run has ended."""

    def __init__(self, evidence: Evidence, again: JudgedAgain) -> None:
        self._evidence = evidence
        again.forgotten = evidence.begin_again

    def pytest_runtest_logreport(self, report: Any) -> None:
        """Keep what a result saw."""
        found: Mapping[str, Any] | None = getattr(report, "conformance", None)
        if found is not None:
            self._evidence.end(found)

    def pytest_sessionfinish(self) -> None:
        """Write the files."""
        self._evidence.close()


class KeptResults:
    """Writes every result down when it is in; a run that goes on begins with them, and judges the rest."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known: dict[str, Result] = {}
        if path.exists():
            for line in path.read_text(encoding="utf-8").splitlines():
                if line.endswith("}"):  # the last one may be torn
                    result = Result.of_json(json.loads(line))
                    self._known[result.id] = result

    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        """Leave out what is known."""
        run = config.stash.get(RUN, None)
        if run is None or not self._known:
            return
        chosen = {item.name for item in items}
        run.results.update({name: result for name, result in self._known.items() if name in chosen})
        items[:] = [item for item in items if item.name not in self._known]

    def pytest_runtest_logreport(self, report: Any) -> None:
        """Keep a result that says something."""
        found: Mapping[str, Any] | None = getattr(report, "conformance", None)
        if found is None or found["verdict"] == Verdict.INCONCLUSIVE:
            return
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(found) + "\n")
