"""A page on this machine that leads a browser to a URL once.

The browser's command line, which other users can read, then has the address of this page in
place of the URL.
"""

from __future__ import annotations

import hmac
import secrets
import threading
import time
from contextlib import suppress
from http import HTTPStatus
from typing import Callable, Optional

from awscli_assume.outputs.loopback.request import Request, RequestError, forbidden
from awscli_assume.outputs.loopback.server import LoopbackServer, Response, encode

# How long the page waits for the browser.
PAGE_SECONDS = 30.0
# How often the browser is looked at while the page waits.
_STEP_SECONDS = 0.1
# Linux, proc(5): the connections of all users, with the user ID of each end.
_TABLES = ("/proc/net/tcp", "/proc/net/tcp6")
_TEXT = ("Content-Type: text/plain; charset=utf-8", "X-Content-Type-Options: nosniff")


class OneShotPage:
    """Redirect the first GET of ``url`` to ``destination``, in a ``with`` block.

    Requests for other paths, other methods, prefetching and processes of other users get an
    error, and the page stays. ``user_id`` is the user whose browser is expected, None for any.
    """

    def __init__(self, destination: str, user_id: Optional[int] = None) -> None:
        self.url = ""
        self._destination = destination
        self._user_id = user_id
        self._path = f"/{secrets.token_urlsafe(24)}"
        self._claim = threading.Lock()
        self._fetched = threading.Event()
        self._server = LoopbackServer(self._respond, _refuse, slots=16)

    def __enter__(self) -> OneShotPage:
        self._server.__enter__()
        self.url = f"http://{self._server.address}{self._path}"
        return self

    def __exit__(self, *exception: object) -> None:
        self._server.__exit__(*exception)

    def wait(self, check: Callable[[], None], seconds: float) -> bool:
        """Wait until the page was fetched, and return whether it was.

        ``check`` is called again and again, and may raise an error to end the wait.
        """
        deadline = time.monotonic() + seconds
        while not self._fetched.wait(_STEP_SECONDS):
            check()
            if time.monotonic() >= deadline:
                return self._fetched.is_set()
        return True

    def _respond(self, request: Request, peer: int) -> Response:
        if not hmac.compare_digest(request.target.encode("latin-1"), self._path.encode()):
            raise RequestError(HTTPStatus.NOT_FOUND, "NotFound", "There is no such page")
        if self._user_id is not None and _is_other_user(peer, self._port, self._user_id):
            raise forbidden("This page is for another user")
        if request.values("sec-purpose") or request.values("purpose"):
            # The browser fetches ahead, and again when the user opens the page.
            raise RequestError(HTTPStatus.SERVICE_UNAVAILABLE, "Prefetch", "Not in advance")
        if not self._claim.acquire(blocking=False):
            raise RequestError(HTTPStatus.GONE, "Gone", "This page has been used")
        headers = [f"Location: {self._destination}", "Referrer-Policy: no-referrer"]
        return Response(encode(HTTPStatus.SEE_OTHER, headers, b""), self._fetched.set)

    @property
    def _port(self) -> int:
        return int(self._server.address.rpartition(":")[2])


def _refuse(error: RequestError) -> bytes:
    return encode(error.status, _TEXT, f"{error}.\n".encode())


def _is_other_user(peer: int, own: int, user_id: int) -> bool:
    """Return whether the client at a port is a process of another user; False if not known."""
    ports = (f":{peer:04X}", f":{own:04X}")
    for table in _TABLES:
        with suppress(OSError), open(table, encoding="ascii") as lines:
            for line in lines:
                words = line.split()
                if words[1].endswith(ports[0]) and words[2].endswith(ports[1]):
                    # Relays of containers and of WSL run as root.
                    return words[7] not in (str(user_id), "0")
    return False
