"""An HTTP server on this machine: a bounded number of threads, one request per connection."""

from __future__ import annotations

import selectors
import socket
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from typing import Callable, Sequence

from awscli_assume.outputs.loopback.request import (
    Request,
    RequestError,
    check_request,
    read_away,
    read_request,
)

ADDRESS = "127.0.0.1"
# Connections that wait for a slot. The kernel may allow fewer (macOS: 128); other clients
# try again.
_BACKLOG = 512
# The pause after the machine had no free thread or file descriptor.
_PAUSE_SECONDS = 0.05


def _nothing() -> None:
    pass


@dataclass(frozen=True)
class Response:
    """The bytes of a response, and what to call when they are sent."""

    data: bytes
    sent: Callable[[], None] = _nothing


class LoopbackServer:
    """Serve requests in a ``with`` block, with the responses of ``respond``.

    ``respond`` is called for each valid GET, with the port of its client, by several threads at
    once. It may raise RequestError, for which ``refuse`` returns the response. ``address``
    (host:port) is known inside the block. A request has ``deadline_seconds`` to arrive, and its
    response the same time to be sent. At most ``slots`` requests are handled at a time, and
    others wait.

    ``socketserver`` would wake up several times a second to look for a shutdown, and has
    no limit for its threads.
    """

    def __init__(
        self,
        respond: Callable[[Request, int], Response],
        refuse: Callable[[RequestError], bytes],
        *,
        deadline_seconds: float = 5.0,
        slots: int = 64,
    ) -> None:
        self.address = ""
        self._respond = respond
        self._refuse = refuse
        self._deadline_seconds = deadline_seconds
        self._slots = threading.Semaphore(slots)
        self._stopping = threading.Event()
        self._open: set[socket.socket] = set()
        self._open_lock = threading.Lock()

    def __enter__(self) -> LoopbackServer:
        listener = _listen()
        self.address = f"{ADDRESS}:{listener.getsockname()[1]}"
        self._bell, bell = socket.socketpair()
        # Daemon threads, so that a slow client does not keep the CLI from ending.
        self._thread = threading.Thread(target=self._serve, args=(listener, bell), daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._stopping.set()
        # The thread waits for a slot or for a connection. The closed pair wakes it up.
        self._bell.close()
        self._slots.release()
        self._thread.join(1)
        with self._open_lock:
            for connection in self._open:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)

    def _serve(self, listener: socket.socket, bell: socket.socket) -> None:
        with listener, bell, selectors.DefaultSelector() as selector:
            selector.register(listener, selectors.EVENT_READ)
            selector.register(bell, selectors.EVENT_READ)
            while True:
                self._slots.acquire()
                if not self._stopping.is_set():
                    selector.select()
                if self._stopping.is_set():
                    return
                try:
                    self._accept(listener)
                except (OSError, RuntimeError):
                    # The client disconnected, or the machine has no resources left.
                    self._slots.release()
                    self._stopping.wait(_PAUSE_SECONDS)

    def _accept(self, listener: socket.socket) -> None:
        connection, _ = listener.accept()
        with self._open_lock:
            self._open.add(connection)
        try:
            threading.Thread(target=self._attend, args=(connection,), daemon=True).start()
        except RuntimeError:
            self._forget(connection)
            raise

    def _attend(self, connection: socket.socket) -> None:
        try:
            # An OSError means that the client disconnected.
            with suppress(OSError):
                self._answer(connection)
        finally:
            self._forget(connection)
            self._slots.release()

    def _forget(self, connection: socket.socket) -> None:
        with self._open_lock:
            self._open.discard(connection)
            connection.close()

    def _answer(self, connection: socket.socket) -> None:
        deadline = time.monotonic() + self._deadline_seconds
        try:
            request = read_request(connection, deadline)
            check_request(request, self.address)
            response = self._respond(request, connection.getpeername()[1])
        except RequestError as error:
            connection.settimeout(self._deadline_seconds)
            connection.sendall(self._refuse(error))
            connection.shutdown(socket.SHUT_WR)
            with suppress(RequestError):
                read_away(connection, deadline)
        else:
            connection.settimeout(self._deadline_seconds)
            connection.sendall(response.data)
            response.sent()


def _listen() -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        # Otherwise another process could take over the port on Windows.
        exclusive = getattr(socket, "SO_EXCLUSIVEADDRUSE", None)
        if exclusive is not None:
            listener.setsockopt(socket.SOL_SOCKET, exclusive, 1)
        listener.bind((ADDRESS, 0))
        listener.listen(_BACKLOG)
        # A client may disconnect before it is accepted.
        listener.setblocking(False)
    except BaseException:
        listener.close()
        raise
    return listener


def encode(status: HTTPStatus, headers: Sequence[str], body: bytes) -> bytes:
    """Return the bytes of a response that no cache keeps."""
    lines = [
        f"HTTP/1.1 {status.value} {status.phrase}",
        *headers,
        f"Content-Length: {len(body)}",
        "Cache-Control: no-store",
        "Connection: close",
    ]
    if status is HTTPStatus.METHOD_NOT_ALLOWED:
        lines.append("Allow: GET")
    return "\r\n".join([*lines, "", ""]).encode() + body
