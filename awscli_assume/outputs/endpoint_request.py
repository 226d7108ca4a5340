"""What the credentials endpoint takes for a request: read within bounds, then checked.

A head of the standard library's ``http.server`` would be read without a limit in time, and
parsed as mail is: with folded lines, bare line feeds and HTTP/0.9, and the headers that it
can't read left out in silence. To take that back is longer than this strict reader, which
knows one method, no body and one request a connection.
"""

from __future__ import annotations

import hmac
import re
import socket
import time
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Sequence

# Request line and headers together; an SDK sends less than 1 KiB.
HEAD_MOST = 8192
# What is read away after a refusal before the connection is closed on the client.
_REST_MOST = 65536
_PIECE = 4096
# RFC 9110, 5.6.2 (token) and 5.5 (field value).
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_REQUEST_LINE = re.compile(rf"({_TOKEN.pattern}) ([\x21-\x7e]+) HTTP/1\.[01]")
_NOT_A_VALUE = re.compile(r"[^\t\x20-\x7e\x80-\xff]")


class Refusal(Exception):
    """An answer other than credentials: its status, a code and one sentence, without secrets."""

    def __init__(self, status: HTTPStatus, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


@dataclass(frozen=True)
class Request:
    """The head of one request; header names in lower case, ``more`` where bytes came after it."""

    method: str
    target: str
    headers: Sequence[tuple[str, str]] = field(repr=False)
    more: bool

    def values(self, name: str) -> list[str]:
        """Return every value of a header, in order."""
        return [value for key, value in self.headers if key == name]


def read_request(connection: socket.socket, deadline: float) -> Request:
    """Read the head of a request; ``deadline`` is a time of ``time.monotonic``.

    Raises Refusal where the head is too large, too slow, or none.
    """
    data = b""
    while b"\r\n\r\n" not in data:
        if len(data) >= HEAD_MOST:
            raise Refusal(
                HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
                "RequestTooLarge",
                f"The request line and the headers are larger than {HEAD_MOST} bytes",
            )
        piece = _receive(connection, HEAD_MOST - len(data), deadline)
        if not piece:
            raise _malformed("the request ends before its headers do")
        data += piece
    head, _, rest = data.partition(b"\r\n\r\n")
    # One character for each byte, as RFC 9110 reads what is not ASCII.
    line, *fields = head.decode("latin-1").split("\r\n")
    found = _REQUEST_LINE.fullmatch(line)
    if found is None:
        raise _malformed("the request line is not one of HTTP/1.1")
    return Request(found[1], found[2], [_header(one) for one in fields], bool(rest))


def check_request(request: Request, address: str, path: str, token: str) -> None:
    """Raise Refusal unless this is a GET of ``path`` at ``address`` (host:port) with the token."""
    names = ([address], [address.replace("127.0.0.1", "localhost")])
    if request.values("host") not in names or "://" in request.target:
        # A page of a browser whose domain was made to resolve to this machine
        # (DNS rebinding) sends that domain here.
        raise _forbidden("This endpoint answers to its own address only")
    if request.values("origin"):
        raise _forbidden("This endpoint does not answer to web pages")
    if request.method != "GET":
        raise Refusal(HTTPStatus.METHOD_NOT_ALLOWED, "MethodNotAllowed", "Send GET")
    lengths = request.values("content-length")
    if request.more or lengths not in ([], ["0"]) or request.values("transfer-encoding"):
        raise _malformed("one GET without a body is all that a connection takes")
    # The same answer without a token as with a wrong one. 403: a 401 has to
    # name an authentication scheme, and there is none.
    tokens = [value.encode("latin-1") for value in request.values("authorization")]
    if len(tokens) != 1 or not hmac.compare_digest(tokens[0], token.encode()):
        raise _forbidden("The Authorization header is not AWS_CONTAINER_AUTHORIZATION_TOKEN")
    if request.target != path:
        raise Refusal(HTTPStatus.NOT_FOUND, "NotFound", f"There is {path} here and nothing else")


def read_away(connection: socket.socket, deadline: float) -> None:
    """Read and forget what a refused client still sends, until it ends or a bound is reached.

    A socket closed with bytes unread resets the connection, and the client
    would lose the answer.
    """
    left = _REST_MOST
    while left > 0:
        piece = _receive(connection, _PIECE, deadline)
        if not piece:
            return
        left -= len(piece)


def _receive(connection: socket.socket, most: int, deadline: float) -> bytes:
    # The socket's own limit is one for each read: a byte a second would never reach it.
    left = deadline - time.monotonic()
    if left > 0:
        connection.settimeout(left)
        try:
            return connection.recv(most)
        except socket.timeout:
            pass
    raise Refusal(HTTPStatus.REQUEST_TIMEOUT, "RequestTimeout", "The request came too slowly")


def _header(line: str) -> tuple[str, str]:
    name, colon, value = line.partition(":")
    if not colon or not _TOKEN.fullmatch(name) or _NOT_A_VALUE.search(value):
        raise _malformed("a header is not one of HTTP/1.1")
    return name.lower(), value.strip(" \t")


def _malformed(reason: str) -> Refusal:
    return Refusal(HTTPStatus.BAD_REQUEST, "BadRequest", f"Malformed request: {reason}")


def _forbidden(message: str) -> Refusal:
    return Refusal(HTTPStatus.FORBIDDEN, "AccessDenied", message)
