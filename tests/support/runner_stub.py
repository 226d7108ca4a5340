"""The token endpoint of a GitHub Actions runner, on loopback.

Shape: GitHub Docs, "OpenID Connect reference": a GET with a bearer token and the
audience in the query; the response is JSON with the token in ``value``.
"""

from __future__ import annotations

import contextlib
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

BEARER = "RunnerBearer" * 6
TOKEN = "eyJhbGciOiJSUzI1NiJ9.R2l0SHViVG9rZW4." + "GitHubToken" * 8


class RunnerStub:
    """A server on loopback that responds with ``status``, ``body`` and ``location``."""

    def __init__(self) -> None:
        self.paths: list[str] = []
        self.bearers: list[str] = []
        self.status = 200
        self.body: bytes = json.dumps({"count": 1, "value": TOKEN}).encode()
        self.location = ""
        stub = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                stub.paths.append(self.path)
                stub.bearers.append(self.headers.get("Authorization", ""))
                self.send_response(stub.status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(stub.body)))
                if stub.location:
                    self.send_header("Location", stub.location)
                self.end_headers()
                with contextlib.suppress(ConnectionError):
                    # The client may close the connection early.
                    self.wfile.write(stub.body)

            def log_message(self, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        port = self._server.server_address[1]
        self.url = f"http://127.0.0.1:{port}/token?api-version=2.0"

    @property
    def variables(self) -> dict[str, str]:
        """The two variables of a job with ``id-token: write``."""
        return {"ACTIONS_ID_TOKEN_REQUEST_URL": self.url, "ACTIONS_ID_TOKEN_REQUEST_TOKEN": BEARER}

    def __enter__(self) -> RunnerStub:
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._server.shutdown()
        self._server.server_close()
