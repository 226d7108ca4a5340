"""A line of progress on stderr, for users at a terminal."""

from __future__ import annotations

import contextlib
from typing import TextIO

from awscli_assume.host.environment import Environment
from awscli_assume.outputs.printing import columns_of, cut

_CLEAR = "\r\x1b[K"


class StatusLine:
    """The last line of the terminal. Without a terminal nothing is printed.

    If ``is_shared``, other threads may print messages that do not clear the line. The cursor is at
    its beginning, so that a message replaces it.
    """

    def __init__(self, environment: Environment, *, is_shared: bool = False) -> None:
        stream = environment.stderr
        is_shown = environment.variables.get("TERM") != "dumb"
        self._stream = stream if stream and is_shown and stream.isatty() else None
        self._text = ""
        self._end = "\r" if is_shared else ""

    @property
    def is_shown(self) -> bool:
        """Whether there is a terminal to show it on."""
        return self._stream is not None

    def show(self, text: str) -> None:
        """Replace the line, which has at most the terminal's width."""
        if self._stream is not None and text != self._text:
            self._text = text
            line = cut(text, columns_of(self._stream) - 1, "")
            self._write(self._stream, _CLEAR + line + self._end)

    def clear(self) -> None:
        """Remove the line, so that something else can be printed."""
        if self._stream is not None and self._text:
            self._text = ""
            self._write(self._stream, _CLEAR)

    def _write(self, stream: TextIO, text: str) -> None:
        with contextlib.suppress(OSError):
            stream.write(text)
            stream.flush()


class Progress:
    """A line that says how many are done, until it is removed."""

    def __init__(self, environment: Environment, text: str) -> None:
        self._line = StatusLine(environment)
        self._text = text
        self._percent = -1

    def show(self, done: int, total: int) -> None:
        """Show how many are done, at most once for each percent."""
        percent = done * 100 // max(total, 1)
        if percent != self._percent:
            self._percent = percent
            self._line.show(f"{self._text}: {done} of {total}")

    def count(self, done: int) -> None:
        """Show how many are done if the total is unknown."""
        self._line.show(f"{self._text}: {done}")

    def clear(self) -> None:
        """Remove the line."""
        self._line.clear()
