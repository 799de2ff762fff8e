"""The help page of an AWS CLI program, as the source that it would hand to groff."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

_GROFF = "#!/bin/sh\nexec cat\n"


def environment(folder: Path) -> Mapping[str, str]:
    """The variables with which `aws ... help` prints its page's source; `folder` takes a groff that does nothing."""
    stand_in = folder / "groff"
    stand_in.write_text(_GROFF, encoding="utf-8")
    stand_in.chmod(0o755)
    return {"PATH": f"{folder}:/usr/bin:/bin", "PAGER": "cat", "MANPAGER": "cat", "AWS_PAGER": "cat"}


def synopsis(page: str) -> tuple[str, ...]:
    """The options that the synopsis of a page's source shows, in order; none where there is no synopsis."""
    plain = page.replace(r"\-", "-")
    found = re.search(r"(?ms)^\.SH SYNOPSIS$(.*?)^\.SH ", plain)
    return tuple(dict.fromkeys(re.findall(r"--[a-z0-9][\w-]*", found[1]))) if found else ()
