"""Servers on loopback that write down, in one journal, what they were asked and by whom."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Mapping, Optional
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True)
class Keys:
    """Temporary credentials that a stand-in hands out, under the name that the journal has."""

    name: str
    id: str
    secret: str = field(repr=False)
    token: str = field(default="", repr=False)


@dataclass(frozen=True)
class Call:
    """One call: the operation, all of its parameters, and whose keys or token it came with."""

    operation: str
    parameters: Mapping[str, str]
    by: Optional[str] = None


@dataclass
class Journal:
    """The calls of all servers in their order; ``names`` says whose an access key id is."""

    calls: list[Call] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)

    def add(self, operation: str, parameters: Mapping[str, str], by: Optional[str] = None) -> None:
        """Write one call down."""
        self.calls.append(Call(operation, dict(parameters), by))


@dataclass(frozen=True)
class Asked:
    """A request as it came in."""

    method: str
    path: str
    headers: Any
    body: bytes

    @property
    def query(self) -> dict[str, str]:
        """The parameters behind the question mark."""
        return dict(parse_qsl(urlsplit(self.path).query, True))

    @property
    def form(self) -> dict[str, str]:
        """The parameters of a form in the body."""
        return dict(parse_qsl(self.body.decode(), True))


Reply = tuple[int, str, bytes]


class Loopback:
    """A server for the length of a ``with``; a subclass says what it replies."""

    def __init__(self, journal: Journal) -> None:
        self.journal = journal
        loopback = self

        class Handler(BaseHTTPRequestHandler):
            def _serve(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                asked = Asked(self.command, self.path, self.headers, self.rfile.read(length))
                status, kind, content = loopback.reply(asked)
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST = do_PUT = do_CONNECT = _serve

            def log_message(self, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def reply(self, asked: Asked) -> Reply:
        """Return status, content type and content."""
        raise NotImplementedError

    def __enter__(self) -> Any:
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._server.shutdown()
        self._server.server_close()
