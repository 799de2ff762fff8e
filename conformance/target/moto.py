"""moto's server on a free loopback port; prints its URL as one JSON line and serves until standard input closes."""

from __future__ import annotations

import json
import logging
import os
import sys
from collections.abc import Callable
from io import BytesIO
from threading import Thread
from typing import Any


def serve(server: Any) -> None:
    """Say where, and serve until the parent closes our standard input or dies, which is the same to us."""
    Thread(target=server.serve_forever, daemon=True).start()
    print(json.dumps({"url": f"http://127.0.0.1:{server.server_port}"}), flush=True)
    sys.stdin.read()
    os._exit(0)


def made() -> Any:
    """moto as its own `moto_server` command serves it, in half the time; `moto-server` is that command, as it is.

    What moto does over and over again to no effect is done once, and no answer differs (moto 5.2.5)."""
    # moto keeps its own account of who calls; nothing of the caller's configuration has a say in the verdicts.
    for name in [name for name in os.environ if name.startswith(("AWS_", "MOTO_"))]:
        del os.environ[name]
    logging.getLogger("werkzeug").setLevel(logging.CRITICAL)
    from joserfc import jwk
    from moto import backends
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
    from werkzeug.serving import make_server

    # For each request it lists its own directory, a quarter of all that it does for one (moto/backends.py).
    modules = frozenset(backends.list_of_moto_modules())
    backends.list_of_moto_modules = lambda: modules
    # For each pool it takes the same private key apart, a tenth of a second (moto/cognitoidp/models.py).
    keys: Any = jwk.RSAKey
    keys.import_key = _once(keys.import_key)

    class Handler(MotoRequestHandler):
        """Keeps connections: werkzeug closes each, as it cannot know that a request was read to its end."""

        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def run_wsgi(self) -> None:
            connection = self.rfile
            self.rfile = BytesIO(connection.read(int(self.headers.get("Content-Length") or 0)))
            super().run_wsgi()
            self.rfile = connection

        def send_header(self, keyword: str, value: str) -> None:
            if keyword != "Connection":
                super().send_header(keyword, value)

    application = DomainDispatcherApplication(create_backend_app)
    return make_server("127.0.0.1", 0, application, threaded=True, request_handler=Handler)


def _once(make: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """`make`, called once for each argument that differs."""
    made: dict[str, Any] = {}

    def remembered(value: Any) -> Any:
        key = repr(value)
        if key not in made:
            made[key] = make(value)
        return made[key]

    return remembered


if __name__ == "__main__":
    serve(made())
