"""The status diagram, drawn from the table of transitions, each edge coloured by the verdicts on its rows."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from conformance.contract.transitions import NONE, Row, load
from conformance.report.findings import tone
from conformance.verdict.results import Result

WIDTH, HEIGHT = 920, 560
NODE_WIDTH, NODE_HEIGHT = 236, 44
# Where each status stands; what is not here stands on the edge of the picture.
_PLACES = {
    "none": (460, 50),
    "UNCONFIRMED": (130, 190),
    "FORCE_CHANGE_PASSWORD": (790, 190),
    "CONFIRMED": (460, 300),
    "RESET_REQUIRED": (220, 490),
    "EXTERNAL_PROVIDER": (700, 490),
}
Point = tuple[float, float]
# How far a line may be bent, in the order in which that is tried.
_BENDS = (40, 70, 110, 160, 220, 300, -60, -120, -200, -300)


@dataclass(frozen=True)
class Edge:
    """What leads from one status to another: its rows, how the target does on them, and how it is drawn."""

    start: str
    to: str
    rows: tuple[Row, ...]
    tone: str
    path: str
    label: Point

    @property
    def id(self) -> str:
        """A name for links."""
        return f"edge-{self.start}-{self.to}"

    @property
    def operations(self) -> tuple[str, ...]:
        """The operations that lead there, each once."""
        return tuple(dict.fromkeys(row.operation for row in self.rows))

    @property
    def claims(self) -> tuple[str, ...]:
        """The claims of its rows."""
        return tuple(dict.fromkeys(row.claim for row in self.rows if row.claim))


def nodes() -> dict[str, Point]:
    """Status -> where the middle of its box is."""
    places = {}
    for number, status in enumerate(load().statuses):
        angle = 2 * math.pi * number / len(load().statuses)
        elsewhere = (WIDTH / 2 + WIDTH / 3 * math.cos(angle), HEIGHT / 2 + HEIGHT / 3 * math.sin(angle))
        places[status] = _PLACES.get(status, elsewhere)
    return places


def edges(results: Iterable[Result]) -> list[Edge]:
    """The edges between different statuses, in the order of the table; what is inferred is left out."""
    by_row: dict[str, list[Result]] = {}
    for result in results:
        if result.scenario == "test_transition":
            by_row.setdefault(result.parameters, []).append(result)
    rows: dict[tuple[str, str], list[Row]] = {}
    for row in load().rows:
        if row.asserted and row.enabled and row.to not in (None, row.start):
            rows.setdefault((row.start, str(row.to)), []).append(row)
    return [_edge(start, to, tuple(found), by_row) for (start, to), found in rows.items()]


def name(status: str) -> str:
    """A status as a reader knows it."""
    return "no user" if status == NONE else status


def _edge(start: str, to: str, rows: tuple[Row, ...], by_row: Mapping[str, list[Result]]) -> Edge:
    judged = [result for row in rows for result in by_row.get(row.id, ())]
    places = nodes()
    others = [place for status, place in places.items() if status not in (start, to)]
    a, c, b = next(
        (curve for bend in _BENDS if _free(curve := _curve(places[start], places[to], bend), others)),
        _curve(places[start], places[to], _BENDS[0]),
    )
    path = f"M{a[0]:.0f} {a[1]:.0f} Q{c[0]:.0f} {c[1]:.0f} {b[0]:.0f} {b[1]:.0f}"
    return Edge(start, to, rows, tone(judged), path, _point((a, c, b), 0.5))


def _curve(start: Point, to: Point, bend: float) -> tuple[Point, Point, Point]:
    """A line bent to the left of its direction, so that the way back is another: where it starts, bends and ends."""
    dx, dy = to[0] - start[0], to[1] - start[1]
    length = math.hypot(dx, dy) or 1
    turn = (start[0] + to[0]) / 2 + bend * dy / length, (start[1] + to[1]) / 2 - bend * dx / length
    return _border(start, turn, 0), turn, _border(to, turn, 7)


def _point(curve: tuple[Point, Point, Point], share: float) -> Point:
    a, c, b = curve
    x, y = ((1 - share) ** 2 * a[i] + 2 * share * (1 - share) * c[i] + share**2 * b[i] for i in (0, 1))
    return x, y


def _free(curve: tuple[Point, Point, Point], others: Iterable[Point]) -> bool:
    """Whether a line passes by every other box, and its number stays in the picture."""
    points = [_point(curve, step / 30) for step in range(31)]
    label = points[15]
    return 20 < label[0] < WIDTH - 20 and all(
        abs(x - middle[0]) > NODE_WIDTH / 2 + 12 or abs(y - middle[1]) > NODE_HEIGHT / 2 + 12
        for middle in others
        for x, y in points
    )


def _border(middle: Point, toward: Point, gap: float) -> Point:
    """Where the line from the middle of a box leaves it, with a gap for the arrow's head."""
    dx, dy = toward[0] - middle[0], toward[1] - middle[1]
    wide, high = NODE_WIDTH / 2 + gap, NODE_HEIGHT / 2 + gap
    scale = min(wide / abs(dx) if dx else math.inf, high / abs(dy) if dy else math.inf)
    return middle[0] + dx * scale, middle[1] + dy * scale
