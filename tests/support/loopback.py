"""HTTP servers on loopback that record their requests in a journal."""

from __future__ import annotations

import contextlib
import threading
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Mapping, Optional
from urllib.parse import parse_qsl, urlsplit


def in_hours(hours: float) -> datetime:
    """Return a time from now, in whole seconds."""
    return (datetime.now(timezone.utc) + timedelta(hours=hours)).replace(microsecond=0)


def rfc3339(moment: datetime) -> str:
    """Return a time in the format of AWS's files and APIs."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass(frozen=True)
class Keys:
    """Credentials that a stub returns, and their name in the journal."""

    name: str
    id: str
    secret: str = field(repr=False)
    token: str = field(default="", repr=False)


@dataclass(frozen=True)
class Call:
    """One call: the operation, all of its parameters, and the keys or token that it came with."""

    operation: str
    parameters: Mapping[str, str]
    by: Optional[str] = None


@dataclass
class Journal:
    """The calls of all servers in order; ``names`` maps access key ids to the names of keys."""

    calls: list[Call] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)

    def add(self, operation: str, parameters: Mapping[str, str], by: Optional[str] = None) -> None:
        """Record one call."""
        self.calls.append(Call(operation, dict(parameters), by))


@dataclass(frozen=True)
class Request:
    """An HTTP request."""

    method: str
    path: str
    headers: Any
    body: bytes

    @property
    def query(self) -> dict[str, str]:
        """The parameters of the query string."""
        return dict(parse_qsl(urlsplit(self.path).query, True))


Reply = tuple[int, str, bytes]


class Loopback:
    """A server that runs inside a ``with`` statement; a subclass defines its replies.

    ``seconds_ahead`` sets its clock ahead of the clock of this machine. With the protocol
    HTTP/1.1, connections stay open.
    """

    protocol = "HTTP/1.0"

    def __init__(self, journal: Optional[Journal] = None) -> None:
        self.journal = Journal() if journal is None else journal
        self.seconds_ahead = 0
        loopback = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = self.protocol
            # One packet for each reply: two would wait for an acknowledgment of the first.
            wbufsize = -1

            def _serve(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                body = self.rfile.read(length)
                request = Request(self.command, self.path, self.headers, body)
                status, kind, content = loopback.reply(request)
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(content)))
                # A client that was killed meanwhile reads no reply.
                with contextlib.suppress(ConnectionError):
                    self.end_headers()
                    self.wfile.write(content)
                    self.wfile.flush()

            do_GET = do_POST = do_PUT = do_CONNECT = _serve

            def date_time_string(self, timestamp: Optional[float] = None) -> str:
                return super().date_time_string(time.time() + loopback.seconds_ahead)

            def log_message(self, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def reply(self, request: Request) -> Reply:
        """Return status, content type and content."""
        raise NotImplementedError

    def __enter__(self) -> Any:
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._server.shutdown()
        self._server.server_close()
