"""A stand-in for an emulator: whatever it is asked, it tells where it runs and with what."""

import json
import os
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    def do_GET(self):
        """Tell."""
        said = {
            "version": "9.9",
            "directory": str(Path.cwd()),
            "files": {str(path): path.read_text() for path in Path().rglob("*.json")},
            "environment": dict(os.environ),
            "processes": [os.getpid(), child.pid],
        }
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(said).encode())

    def log_message(self, *_):
        """Keep quiet."""


if __name__ == "__main__":
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
