"""The command `cognito-conformance`; signals are handled before anything else is loaded."""

from __future__ import annotations

import os
import sys

from conformance.process import signals


def main() -> None:
    """Run the command line."""
    signals.install()
    try:
        # Libraries look for it while they are loaded.
        os.getcwd()  # noqa: PTH109 - pathlib is what fails then
        from conformance.cli import main as commands
    except OSError as error:
        sys.exit(_complained(f"the working directory cannot be used ({error.strerror}): change to one that exists", 2))
    except KeyboardInterrupt:
        sys.exit(_complained(signals.complaint(), signals.exit_code()))
    commands(prog_name="cognito-conformance")


def _complained(line: str, code: int) -> int:
    print(f"cognito-conformance: {line}", file=sys.stderr)
    return code


if __name__ == "__main__":
    main()
