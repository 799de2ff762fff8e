"""The status diagram of the documentation, drawn from the table of transitions."""

from collections.abc import Sequence
from itertools import groupby

from conformance.contract.transitions import NONE, Row, load


def diagram() -> str:
    """The statuses and what leads from one to another, as a Mermaid state diagram; inferred rows are left out."""
    edges: dict[tuple[str, str], list[Row]] = {}
    for row in load().rows:
        if row.asserted and row.enabled and row.to not in (None, row.start):
            edges.setdefault((row.start, str(row.to)), []).append(row)
    lines = [f"    {_node(start)} --> {_node(to)}: {_label(rows)}" for (start, to), rows in edges.items()]
    return "\n".join(["stateDiagram-v2", *lines])


def _node(status: str) -> str:
    return "[*]" if status == NONE else status


def _label(rows: Sequence[Row]) -> str:
    """The operations of an edge, with the conditions where others of the operation do not lead there."""
    words = []
    for operation, group in groupby(rows, key=lambda row: row.operation):
        conditions = [row.when for row in group]
        others = [r for r in load().rows if (r.operation, r.start, r.enabled) == (operation, rows[0].start, True)]
        words.append(operation if len(others) == len(conditions) else f"{operation} ({', '.join(conditions)})")
    return "<br/>".join(words)
