"""moto as the suite starts it, which writes down what it is asked and answers: `python -m benchmarks.recorded_moto`.

A JSON line for each request goes to the file that the variable RECORDED names: `target` (the header X-Amz-Target),
`body`, `status` and `answer`."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable
from io import BytesIO
from pathlib import Path
from typing import Any

from conformance.target import moto

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def recording(application: Application, file: Path) -> Application:
    """The application, of which each exchange is appended to the file."""

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        body = environ["wsgi.input"].read()
        environ["wsgi.input"] = BytesIO(body)
        status: list[str] = []

        def start(line: str, *rest: Any) -> Any:
            status.append(line)
            return start_response(line, *rest)

        reply = b"".join(application(environ, start))
        seen = {
            "target": environ.get("HTTP_X_AMZ_TARGET", ""),
            "body": body.decode(errors="surrogateescape"),
            "status": int(status[0].split()[0]),
            "answer": reply.decode(errors="surrogateescape"),
        }
        with file.open("a", encoding="ascii") as lines:
            lines.write(json.dumps(seen) + "\n")
        return [reply]

    return answer


if __name__ == "__main__":
    server = moto.made()
    server.app = recording(server.app, Path(os.environ["RECORDED"]))
    moto.serve(server)
