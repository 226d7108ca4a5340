"""A progress line on stderr, for users at a terminal."""

from __future__ import annotations

import contextlib
from typing import Optional, TextIO

from awscli_assume.host.environment import Environment
from awscli_assume.outputs.printing import columns_of

_CLEAR = "\r\x1b[K"


class Progress:
    """A line that is overwritten and finally removed. Without a terminal nothing is printed."""

    def __init__(self, environment: Environment, text: str) -> None:
        stream = environment.stderr
        is_shown = environment.variables.get("TERM") != "dumb"
        self._stream = stream if stream and is_shown and stream.isatty() else None
        self._text = text
        self._percent = -1

    def show(self, done: int, total: int) -> None:
        """Show how many are done, at most once for each percent."""
        percent = done * 100 // max(total, 1)
        if percent != self._percent:
            self._show(f"{done} of {total}", percent)

    def count(self, done: int) -> None:
        """Show how many are done if the total is unknown."""
        self._show(str(done), 0)

    def clear(self) -> None:
        """Remove the line."""
        if self._percent >= 0:
            self._write(_CLEAR)

    def _show(self, text: str, percent: int) -> None:
        if self._stream is not None:
            self._percent = percent
            line = f"{self._text}: {text}"
            self._write(_CLEAR + line[: columns_of(self._stream) - 1])

    def _write(self, text: str) -> None:
        stream: Optional[TextIO] = self._stream
        with contextlib.suppress(OSError):
            if stream is not None:
                stream.write(text)
                stream.flush()
