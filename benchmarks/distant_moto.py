"""moto as the suite starts it, but as far away as an endpoint over a network is: each answer takes AWAY_SECONDS more.

While it is on its way nobody computes. `python -m benchmarks.distant_moto`."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Any

from benchmarks.recorded_moto import Application
from conformance.target import moto

AWAY_SECONDS = 0.005


def distant(application: Application) -> Application:
    """The application, as far away."""

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        time.sleep(AWAY_SECONDS)
        return application(environ, start_response)

    return answer


if __name__ == "__main__":
    server = moto.made()
    server.app = distant(server.app)
    moto.serve(server)
