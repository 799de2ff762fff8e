"""The files that a command is to write."""

from __future__ import annotations

from pathlib import Path

from conformance.verdicts import BadInput


def check(*paths: Path | None) -> None:
    """Check before a long run that each report can be written, leaving no empty file behind.

    Raises BadInput otherwise."""
    for path in filter(None, paths):
        existed = path.exists()
        try:
            with path.open("a", encoding="utf-8"):
                pass
        except OSError as error:
            raise BadInput(
                f"{path} cannot be written ({error.strerror}): name a file in a directory that exists"
            ) from None
        if not existed:
            path.unlink()
