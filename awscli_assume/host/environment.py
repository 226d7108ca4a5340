"""Streams, variables, clock and terminal of a command in one object, replaced whole in tests."""

from __future__ import annotations

import errno
import getpass
import os
import socket
import subprocess
import sys
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timezone
from io import UnsupportedOperation
from typing import Callable, ContextManager, Iterator, Mapping, Optional, Sequence, TextIO


def login_name() -> str:
    """Return the login name, as ``whoami`` does, or the user ID if there is none."""
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        # A container's user id without an entry in the password file.
        return str(os.getuid()) if hasattr(os, "getuid") else "user"


def has_terminal() -> bool:
    """Return whether there is a terminal to ask on, whatever stdin and stdout are."""
    if os.name == "nt":
        return sys.stdin is not None and sys.stdin.isatty()
    try:
        os.close(os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY))
    except OSError:
        return False
    return True


@dataclass(frozen=True)
class Terminal:
    """The terminal of a user, even if stdin or stdout is redirected."""

    input: TextIO
    output: TextIO

    def columns(self) -> int:
        """Return the width, or 80 if it is not known."""
        try:
            return os.get_terminal_size(self.output.fileno()).columns or 80
        except (OSError, ValueError):
            return 80


@contextmanager
def open_terminal() -> Iterator[Terminal]:
    """Open the terminal. Raises OSError if there is none."""
    names = ("CONIN$", "CONOUT$") if os.name == "nt" else ("/dev/tty", "/dev/tty")
    # A character that the terminal's encoding lacks must not stop the command.
    with open(names[0], errors="replace") as source, open(names[1], "w", errors="replace") as out:
        yield Terminal(source, out)


def ask(question: str) -> str:
    """Ask on the terminal, never on stdout, without showing what is typed. Raises EOFError."""
    return getpass.getpass(question).strip()


def run_on_terminal(words: Sequence[str], variables: Mapping[str, str]) -> int:
    """Run a command with its stdout on our stderr, and return its exit code."""
    # Python shows a stream that is closed (2>&-) as None.
    out = sys.stderr if sys.stderr is not None else subprocess.DEVNULL
    return subprocess.call(list(words), env=dict(variables), stdout=out)  # noqa: S603 - our own aws


def _probe(stream: TextIO) -> Optional[str]:
    """Return why nothing can be written to a stream, or None if that is not known yet."""
    try:
        # A device without space (/dev/full) refuses even an empty write.
        os.write(stream.fileno(), b"")
    except ValueError:
        # A stream in memory has no descriptor.
        return None
    except OSError as error:
        return None if isinstance(error, UnsupportedOperation) else error.strerror or str(error)
    return None


def _encodable(text: str, stream: TextIO) -> str:
    """Return a text with escapes for what the encoding of a stream lacks."""
    encoding = getattr(stream, "encoding", None) or "utf-8"
    return text.encode(encoding, "backslashreplace").decode(encoding)


def _write_bytes(stream: TextIO, data: bytes) -> None:
    """Write bytes to a stream of text. A stream in memory has no bytes below it."""
    below = getattr(stream, "buffer", None)
    if below is None:
        stream.write(data.decode("utf-8", "backslashreplace"))
    else:
        stream.flush()
        below.write(data)


def _discard(stream: TextIO) -> None:
    """Send the rest of a stream nowhere: Python would fail on it again when it ends."""
    with suppress(OSError, ValueError):
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, stream.fileno())
        os.close(null)


@dataclass(frozen=True)
class Environment:
    """Streams, variables, clock, terminal and names. Times are aware.

    ``printable`` makes foreign text in messages harmless, and ``lost`` has
    the reason if some output could not be written to stdout.
    """

    variables: Mapping[str, str] = field(default_factory=lambda: os.environ, repr=False)
    out: Optional[TextIO] = None
    err: Optional[TextIO] = None
    now: Callable[[], datetime] = lambda: datetime.now(timezone.utc)
    has_terminal: Callable[[], bool] = has_terminal
    open_terminal: Callable[[], ContextManager[Terminal]] = open_terminal
    ask: Callable[[str], str] = ask
    run_on_terminal: Callable[[Sequence[str], Mapping[str, str]], int] = run_on_terminal
    login_name: Callable[[], str] = login_name
    host_name: Callable[[], str] = socket.gethostname
    printable: Callable[[str], str] = str
    lost: list[str] = field(default_factory=list, repr=False, compare=False)
    input: Optional[TextIO] = None

    @property
    def stdin(self) -> Optional[TextIO]:
        """The stream of the input; None if it is closed (<&-)."""
        return self.input if self.input is not None else sys.stdin

    @property
    def stdout(self) -> Optional[TextIO]:
        """The stream of the output; None if it is closed (>&-)."""
        return self.out if self.out is not None else sys.stdout

    @property
    def stderr(self) -> Optional[TextIO]:
        """The stream of the messages; None if it is closed (2>&-)."""
        return self.err if self.err is not None else sys.stderr

    def unwritable(self) -> Optional[str]:
        """Return why stdout can't be written, or None; messages to a full stderr are dropped."""
        if self.err is None and sys.stderr is not None and _probe(sys.stderr) is not None:
            _discard(sys.stderr)
        if self.stdout is None:
            return "it is closed"
        return _probe(self.stdout)

    def write(self, text: str) -> None:
        """Write a text to stdout, and report it on stderr if that fails."""
        self._write(lambda stream: stream.write(_encodable(text, stream)))

    def write_bytes(self, data: bytes) -> bool:
        """Write bytes to stdout as they are; return False if nobody reads them anymore."""
        return self._write(lambda stream: _write_bytes(stream, data))

    def _write(self, write: Callable[[TextIO], object]) -> bool:
        stream = self.stdout
        try:
            if stream is None:
                raise OSError(errno.EBADF, "it is closed")
            write(stream)
            stream.flush()
        except OSError as error:
            if stream is not None:
                _discard(stream)
            # A reader that needs no more, as in `| head -1`, is no failure.
            if not isinstance(error, BrokenPipeError):
                self.lost.append(error.strerror or str(error))
                self.notify(f"aws: [ERROR]: Cannot write to stdout: {self.lost[-1]}\n")
            return False
        return True

    def notify(self, text: str) -> None:
        """Write a text to stderr, unless it is empty or stderr can't be written."""
        stream = self.stderr
        if text and stream is not None:
            try:
                stream.write(_encodable(self.printable(text), stream))
                stream.flush()
            except OSError:
                _discard(stream)

    def notify_bytes(self, data: bytes) -> None:
        """Write bytes to stderr as they are, unless stderr can't be written."""
        stream = self.stderr
        if stream is not None:
            try:
                _write_bytes(stream, data)
                stream.flush()
            except OSError:
                _discard(stream)
