"""Requests to a server on this machine, parsed within limits and checked.

The standard library's ``http.server`` has no time limit for headers and parses them as
mail: with folded lines, bare line feeds and HTTP/0.9, and without an error for invalid
ones. This strict parser is shorter than a correction: one method, no body and one request
per connection.
"""

from __future__ import annotations

import re
import socket
import time
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Sequence

# Request line and headers together; an SDK sends less than 1 KiB.
HEAD_MAX = 8192
# How much of a refused request is read before the connection is closed.
_REST_MAX = 65536
_PIECE = 4096
# RFC 9110, 5.6.2 (token) and 5.5 (field value).
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_REQUEST_LINE = re.compile(rf"({_TOKEN.pattern}) ([\x21-\x7e]+) HTTP/1\.[01]")
_NOT_A_VALUE = re.compile(r"[^\t\x20-\x7e\x80-\xff]")


class RequestError(Exception):
    """A response without credentials: its status, a code and one sentence without secrets."""

    def __init__(self, status: HTTPStatus, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


@dataclass(frozen=True)
class Request:
    """The head of a request. Header names are in lower case. ``more``: other bytes followed."""

    method: str
    target: str
    headers: Sequence[tuple[str, str]] = field(repr=False)
    more: bool

    def values(self, name: str) -> list[str]:
        """Return every value of a header, in order."""
        return [value for key, value in self.headers if key == name]


def read_request(connection: socket.socket, deadline: float) -> Request:
    """Read the head of a request; ``deadline`` is a time of ``time.monotonic``.

    Raises RequestError if the head is too large, too slow or invalid.
    """
    data = b""
    while b"\r\n\r\n" not in data:
        if len(data) >= HEAD_MAX:
            raise RequestError(
                HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
                "RequestTooLarge",
                f"The request line and the headers are larger than {HEAD_MAX} bytes",
            )
        piece = _receive(connection, HEAD_MAX - len(data), deadline)
        if not piece:
            raise _malformed("the request ends before its headers do")
        data += piece
    head, _, rest = data.partition(b"\r\n\r\n")
    # One character for each byte, because RFC 9110 does not define other characters.
    line, *fields = head.decode("latin-1").split("\r\n")
    found = _REQUEST_LINE.fullmatch(line)
    if found is None:
        raise _malformed("the request line is not one of HTTP/1.1")
    return Request(found[1], found[2], [_header(one) for one in fields], bool(rest))


def check_request(request: Request, address: str) -> None:
    """Raise RequestError unless this is one GET without a body at ``address`` (host:port)."""
    names = ([address], [address.replace("127.0.0.1", "localhost")])
    if request.values("host") not in names or "://" in request.target:
        # A web page whose domain resolves to this machine (DNS rebinding) sends that domain.
        raise forbidden("This endpoint answers to its own address only")
    if request.values("origin"):
        raise forbidden("This endpoint does not answer to web pages")
    if request.method != "GET":
        raise RequestError(HTTPStatus.METHOD_NOT_ALLOWED, "MethodNotAllowed", "Send GET")
    lengths = request.values("content-length")
    if request.more or lengths not in ([], ["0"]) or request.values("transfer-encoding"):
        raise _malformed("a connection takes one GET without a body")


def read_away(connection: socket.socket, deadline: float) -> None:
    """Read the rest of a refused request, within limits.

    Closing a socket with unread bytes resets the connection, and the client would lose the
    response.
    """
    left = _REST_MAX
    while left > 0:
        piece = _receive(connection, _PIECE, deadline)
        if not piece:
            return
        left -= len(piece)


def _receive(connection: socket.socket, most: int, deadline: float) -> bytes:
    # The limit of a socket is per read: one byte per second would never reach it.
    left = deadline - time.monotonic()
    if left > 0:
        connection.settimeout(left)
        try:
            return connection.recv(most)
        except socket.timeout:
            pass
    raise RequestError(HTTPStatus.REQUEST_TIMEOUT, "RequestTimeout", "The request came too slowly")


def _header(line: str) -> tuple[str, str]:
    name, colon, value = line.partition(":")
    if not colon or not _TOKEN.fullmatch(name) or _NOT_A_VALUE.search(value):
        raise _malformed("a header is not one of HTTP/1.1")
    return name.lower(), value.strip(" \t")


def _malformed(reason: str) -> RequestError:
    return RequestError(HTTPStatus.BAD_REQUEST, "BadRequest", f"Malformed request: {reason}")


def forbidden(message: str) -> RequestError:
    """Return the error for a client that may not have the response."""
    return RequestError(HTTPStatus.FORBIDDEN, "AccessDenied", message)
