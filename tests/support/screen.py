"""A terminal that shows what a user sees: a pty with the screen of pyte, a terminal in memory."""

from __future__ import annotations

import fcntl
import struct
import termios
import time
from typing import Callable, Sequence

import pyte

from support.terminal import Terminal

UP, DOWN, PAGE_UP, PAGE_DOWN = "\x1b[A", "\x1b[B", "\x1b[5~", "\x1b[6~"
HOME, END, ENTER, ESCAPE, CTRL_C = "\x1b[H", "\x1b[F", "\r", "\x1b", "\x03"


class Screen(Terminal):
    """A program on a terminal of ``columns`` and ``rows``."""

    def __init__(
        self,
        command: Sequence[str],
        env: dict[str, str],
        folder: str,
        columns: int = 80,
        rows: int = 24,
    ) -> None:
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)
        size = ("stty", f"columns={columns}", f"rows={rows}")
        # The program finds the size when it begins.
        script = f'stty cols {columns} rows {rows}; exec "$@"'
        super().__init__(("/bin/sh", "-c", script, size[0], *command), env, folder)

    def fed(self, chunk: bytes) -> None:
        """Render the output of the program."""
        self._stream.feed(chunk)

    @property
    def lines(self) -> list[str]:
        """The lines of the screen without trailing blanks and trailing empty lines."""
        lines = [line.rstrip() for line in self._screen.display]
        while lines and not lines[-1]:
            lines.pop()
        return lines

    @property
    def text(self) -> str:
        """The lines of the screen."""
        return "\n".join(self.lines)

    @property
    def reversed_lines(self) -> list[int]:
        """The numbers of the lines that have reversed colors."""
        return [
            number
            for number, row in self._screen.buffer.items()
            if any(character.reverse for character in row.values())
        ]

    def resize(self, columns: int, rows: int) -> None:
        """Change the size of the terminal. The program gets SIGWINCH."""
        self._screen.resize(rows, columns)
        size = struct.pack("HHHH", rows, columns, 0, 0)
        fcntl.ioctl(self._descriptor, termios.TIOCSWINSZ, size)

    def wait_until(self, shows: Callable[[Screen], bool], seconds: float = 30) -> None:
        """Wait until the screen shows something."""
        deadline = time.monotonic() + seconds
        while not shows(self):
            if time.monotonic() > deadline or not self._read(0.1):
                raise AssertionError(f"it was not shown, but:\n{self.text}\n({self.seen!r})")

    def wait_for(self, text: str, seconds: float = 30) -> None:
        """Wait until a text is on the screen."""
        self.wait_until(lambda screen: text in screen.text, seconds)
