"""What README and docs print: their pages, the commands in their shell blocks, and README's sample of a run."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
PAGES = [README, *(ROOT / name for name in ("CONTRIBUTING.md", "SECURITY.md")), *sorted((ROOT / "docs").rglob("*.md"))]
# How much of a run README shows: so many causes, so many topics.
_CAUSES = 6
_TOPICS = 2


def commands(page: Path) -> list[str]:
    """The command lines of a page's `sh` and `console` blocks; a line that ends with a backslash goes on."""
    text = page.read_text("utf-8").replace("\\\n", " ")
    shell = [line for block in re.findall(r"```sh\n(.*?)```", text, re.DOTALL) for line in block.splitlines()]
    console = [line for block in re.findall(r"```console\n(.*?)```", text, re.DOTALL) for line in block.splitlines()]
    return [line for line in shell if line] + [line[2:] for line in console if line.startswith("$ ")]


def words(command: str) -> list[str]:
    """The words of a command, without the comment behind it and the file that its output goes to."""
    return shlex.split(command.partition(" > ")[0], comments=True)


def sample() -> str:
    """README's sample of a run."""
    (found,) = re.findall(r"```text\n(target .*?)```", README.read_text("utf-8"), re.DOTALL)
    return str(found)


def abridged(output: str) -> str:
    """The output of a run as README shows it: no progress, the first few causes and topics, and the sums.

    Paths are those that a reader sees who runs it in the checkout."""
    lines = [line.rstrip().replace(f"{ROOT}/", "") for line in output.splitlines() if "% judged" not in line]
    kept = []
    for paragraph in re.split(r"\n{2,}", "\n".join(lines).strip()):
        rows = paragraph.splitlines()
        if rows[0].endswith(" causes") and len(rows) > _CAUSES:
            kept.append([*rows[: _CAUSES + 1], "  …"])
        elif rows[0].startswith("topic "):
            kept.append([*rows[: _TOPICS + 1], "…", rows[-1]])
        elif not rows[0].startswith("Not judged") and "more results with --tier" not in rows[0]:
            kept.append(rows)
    return "\n\n".join("\n".join(rows) for rows in kept) + "\n"


def renew(output: str) -> None:
    """Put another run's output in the place of README's sample."""
    README.write_text(README.read_text("utf-8").replace(sample(), abridged(output)), "utf-8")
