"""E-mail addresses that reach nobody: AWS's mailbox simulator takes what is sent to them, and drops it."""

from __future__ import annotations

import re

# https://docs.aws.amazon.com/ses/latest/DeveloperGuide/mailbox-simulator.html; what follows the plus sign is free.
DOMAIN = "simulator.amazonses.com"
_ADDRESS = re.compile(r"[^=\s\"'`<>@,;:\\(){}\[\]]+@[\w-]+(?:\.[\w-]+)+")
_SIMULATED = re.compile(rf"success(?:\+[\w.+-]+)?@{re.escape(DOMAIN)}", re.IGNORECASE)


def simulated(label: str) -> str:
    """The address of the simulator with this label, which only letters, digits and `+-._` may make up."""
    return f"success+{label}@{DOMAIN}"


def reaching_somebody(text: str) -> list[str]:
    """What looks like an e-mail address in `text` and is not one of the simulator."""
    return [found for found in _ADDRESS.findall(text) if not _SIMULATED.fullmatch(found)]
