"""Which scenario judges which claim, read from the scenarios' source without running it."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from conformance.bindings import NAMES
from conformance.lifecycle.steps import driven

# `-k smoke`: one pool, three users, fewer than sixty requests. For the first look at a service that costs money.
SMOKE = (
    "test_permanent_password_confirms[wire-FORCE_CHANGE_PASSWORD]",
    "test_new_password_confirms_the_user[sdk-RespondToAuthChallenge]",
)

SCENARIOS = Path(__file__).resolve().parent.parent / "scenarios"


@dataclass(frozen=True)
class Scenario:
    """A scenario: its name, its file, the claim that it cites and the bindings that can express it.

    One that judges the rows of the table of transitions cites theirs: `claim` is empty."""

    name: str
    file: str
    line: int
    claim: str
    bindings: tuple[str, ...]
    docstring: str


@cache
def scenarios() -> tuple[Scenario, ...]:
    """Every scenario of the suite, by file and line."""
    return tuple(
        scenario
        for path in sorted(SCENARIOS.glob("*/test_*.py"))
        for scenario in _of(path.relative_to(SCENARIOS).as_posix(), path.read_text("utf-8"))
    )


def of_claim(claim: str) -> tuple[Scenario, ...]:
    """The scenarios that judge a claim."""
    walked = claim in {row.claim for row in driven()}
    return tuple(s for s in scenarios() if s.claim == claim or (walked and not s.claim))


def _of(file: str, source: str) -> Iterator[Scenario]:
    module = ast.parse(source)
    shared = _marks(s.value for s in module.body if isinstance(s, ast.Assign) and _names(s) == ["pytestmark"])
    for statement in module.body:
        if isinstance(statement, ast.FunctionDef) and statement.name.startswith("test_"):
            marks = shared | _marks(statement.decorator_list)
            yield Scenario(
                statement.name,
                file,
                statement.lineno,
                " ".join(marks.get("claim", ())),
                marks.get("bindings", NAMES),
                ast.get_docstring(statement) or "",
            )


def _names(assignment: ast.Assign) -> list[str]:
    return [target.id for target in assignment.targets if isinstance(target, ast.Name)]


def _marks(expressions: Iterable[ast.expr]) -> dict[str, tuple[str, ...]]:
    """`pytest.mark.NAME("a", "b")` as {NAME: ("a", "b")}."""
    return {
        call.func.attr: tuple(str(argument.value) for argument in call.args if isinstance(argument, ast.Constant))
        for call in expressions
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)
    }
