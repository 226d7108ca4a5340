"""An HTTP endpoint on this machine with temporary credentials for one child process.

Responses are those of AWS SDKs and Tools Reference Guide, "Container credential
provider". The child finds the endpoint by AWS_CONTAINER_CREDENTIALS_FULL_URI and
AWS_CONTAINER_AUTHORIZATION_TOKEN.
"""

from __future__ import annotations

import json
import secrets
import selectors
import socket
import threading
import time
from contextlib import suppress
from http import HTTPStatus
from typing import Callable, Mapping

from awscli_assume import errors
from awscli_assume.host import ClientError
from awscli_assume.model.credentials import TemporaryCredentials, format_time
from awscli_assume.outputs.endpoint_request import (
    RequestError,
    check_request,
    read_away,
    read_request,
)

PATH = "/credentials"
ADDRESS = "127.0.0.1"
# Connections that wait for a slot. The kernel may allow fewer (macOS: 128); other clients
# try again.
_BACKLOG = 512
# The pause after the machine had no free thread or file descriptor.
_PAUSE_SECONDS = 0.05
# Errors whose messages have no secret.
_SAFE_ERRORS = (
    errors.InvalidRequest, errors.InvalidConfiguration, errors.UnexpectedAnswer, ClientError,
)  # fmt: skip


class CredentialsEndpoint:
    """Serve the credentials of ``provide`` to clients with the token, in a ``with`` block.

    ``provide`` is called for each valid request, by several threads at once. The child
    needs ``url``, which is known inside the block, and ``token``. A request has
    ``deadline_seconds`` to arrive, and its response the same time to be sent. At most
    ``slots`` requests are handled at a time, and others wait.

    ``socketserver`` would wake up several times a second to look for a shutdown, and has
    no limit for its threads.
    """

    def __init__(
        self,
        provide: Callable[[], TemporaryCredentials],
        *,
        deadline_seconds: float = 5.0,
        slots: int = 64,
    ) -> None:
        self.url = ""
        self.token = secrets.token_urlsafe(32)
        self._provide = provide
        self._deadline_seconds = deadline_seconds
        self._slots = threading.Semaphore(slots)
        self._stopping = threading.Event()
        self._open: set[socket.socket] = set()
        self._open_lock = threading.Lock()

    def __enter__(self) -> CredentialsEndpoint:
        listener = _listen()
        self._address = f"{ADDRESS}:{listener.getsockname()[1]}"
        self.url = f"http://{self._address}{PATH}"
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
            check_request(request, self._address, PATH, self.token)
            answer = _response(HTTPStatus.OK, self._document())
        except RequestError as error:
            document = {"code": error.code, "message": str(error)}
            connection.settimeout(self._deadline_seconds)
            connection.sendall(_response(error.status, document))
            connection.shutdown(socket.SHUT_WR)
            with suppress(RequestError):
                read_away(connection, deadline)
        else:
            connection.settimeout(self._deadline_seconds)
            connection.sendall(answer)

    def _document(self) -> dict[str, str]:
        try:
            return _document_of(self._provide())
        except Exception as error:
            # Other messages may quote secrets.
            message = f"No credentials are available ({type(error).__name__})"
            if isinstance(error, _SAFE_ERRORS):
                message = ". ".join(line.strip().rstrip(".") for line in str(error).splitlines())
            raise RequestError(
                HTTPStatus.INTERNAL_SERVER_ERROR, "ProviderError", message
            ) from None


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


def _document_of(credentials: TemporaryCredentials) -> dict[str, str]:
    # RoleArn would need the role's path, which AssumeRole does not return.
    return {
        "AccessKeyId": credentials.access_key_id,
        "SecretAccessKey": credentials.secret_access_key,
        "Token": credentials.session_token,
        "Expiration": format_time(credentials.expiration),
        "AccountId": credentials.account_id,
    }


def _response(status: HTTPStatus, document: Mapping[str, str]) -> bytes:
    body = json.dumps(document).encode()
    lines = [
        f"HTTP/1.1 {status.value} {status.phrase}",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
        "Cache-Control: no-store",
        "Connection: close",
    ]
    if status is HTTPStatus.METHOD_NOT_ALLOWED:
        lines.append("Allow: GET")
    return "\r\n".join([*lines, "", ""]).encode() + body
