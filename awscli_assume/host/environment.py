"""Streams, variables, clock and terminal of a command in one object, replaced whole in tests."""

from __future__ import annotations

import getpass
import os
import socket
import subprocess
import sys
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Callable, Mapping, Optional, Sequence, TextIO


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


def ask(question: str) -> str:
    """Ask on the terminal, never on stdout, without showing what is typed. Raises EOFError."""
    return getpass.getpass(question).strip()


def run_on_terminal(words: Sequence[str], variables: Mapping[str, str]) -> int:
    """Run a command with its stdout on our stderr, and return its exit code."""
    # Python shows a stream that is closed (2>&-) as None.
    out = sys.stderr if sys.stderr is not None else subprocess.DEVNULL
    return subprocess.call(list(words), env=dict(variables), stdout=out)  # noqa: S603 - our own aws


@dataclass(frozen=True)
class Environment:
    """Streams, variables, clock, terminal and names. Times are aware."""

    variables: Mapping[str, str] = field(default_factory=lambda: os.environ, repr=False)
    out: Optional[TextIO] = None
    err: Optional[TextIO] = None
    now: Callable[[], datetime] = lambda: datetime.now(timezone.utc)
    has_terminal: Callable[[], bool] = has_terminal
    ask: Callable[[str], str] = ask
    run_on_terminal: Callable[[Sequence[str], Mapping[str, str]], int] = run_on_terminal
    login_name: Callable[[], str] = login_name
    host_name: Callable[[], str] = socket.gethostname

    def notify(self, text: str) -> None:
        """Write a text to stderr, unless it is empty."""
        stream = self.err if self.err is not None else sys.stderr
        # Python shows a stream that is closed (2>&-) as None.
        if text and stream is not None:
            stream.write(text)
            stream.flush()
