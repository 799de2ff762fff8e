"""The reference on a free loopback port; prints its URL as one JSON line and serves until standard input closes."""

from __future__ import annotations

import json
import os
import sys
import threading

from conformance.reference.http import server


def main() -> None:
    """Serve until the parent closes our standard input or dies, which is the same to us."""
    serving = server()
    threading.Thread(target=serving.serve_forever, daemon=True).start()
    print(json.dumps({"url": serving.url}), flush=True)
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    main()
