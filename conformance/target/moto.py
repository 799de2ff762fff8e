"""moto's server on a free loopback port; prints its URL as one JSON line and serves until standard input closes."""

from __future__ import annotations

import json
import logging
import os
import sys


def main() -> None:
    """Serve until the parent closes our standard input or dies, which is the same to us."""
    # moto keeps its own account of who calls; nothing of the caller's configuration has a say in the verdicts.
    for name in [name for name in os.environ if name.startswith(("AWS_", "MOTO_"))]:
        del os.environ[name]
    logging.getLogger("werkzeug").setLevel(logging.CRITICAL)
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    print(json.dumps({"url": f"http://{host}:{port}"}), flush=True)
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    main()
