"""A terminal of its own for a program: a real pty, with a user who reads and types."""

from __future__ import annotations

import os
import pty
import select
import signal
import time
from typing import Optional, Sequence


class Terminal:
    """A program on a pty; ``seen`` is all that it has shown."""

    def __init__(self, command: Sequence[str], env: dict[str, str], folder: str) -> None:
        self.seen = ""
        self._place = 0
        self.pid, self._descriptor = pty.fork()
        if self.pid == 0:
            os.chdir(folder)
            os.execvpe(command[0], list(command), env)

    def type(self, text: str) -> None:
        """Type a text; a control character is what its key sends."""
        os.write(self._descriptor, text.encode())

    def expect(self, text: str, seconds: float = 60) -> None:
        """Wait until a text has been shown, after what was expected last."""
        deadline = time.monotonic() + seconds
        while text not in self.seen[self._place :]:
            if time.monotonic() > deadline or not self._read(0.2):
                raise AssertionError(f"{text!r} was not shown, but: {self.seen!r}")
        self._place = self.seen.index(text, self._place) + len(text)

    def wait_for_job(self, seconds: float = 60) -> None:
        """Wait until a job of the shell is in the foreground: a key reaches it from then on."""
        deadline = time.monotonic() + seconds
        while os.tcgetpgrp(self._descriptor) == self.pid:
            if time.monotonic() > deadline:
                raise AssertionError(f"no job is in the foreground: {self.seen!r}")
            time.sleep(0.02)

    def end(self, seconds: float = 60) -> int:
        """Wait for the program's end and answer its wait status."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            self._read(0.05)
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                while self._read(0):
                    pass
                return status
        os.kill(self.pid, signal.SIGKILL)
        raise AssertionError(f"it goes on and on: {self.seen!r}")

    def _read(self, seconds: float) -> bool:
        """Read what there is; False where the program has let go of the terminal."""
        if not select.select([self._descriptor], [], [], seconds)[0]:
            return seconds > 0
        try:
            chunk = os.read(self._descriptor, 65536)
        except OSError:
            return False
        self.seen += chunk.decode("utf-8", "replace")
        self.fed(chunk)
        return bool(chunk)

    def fed(self, chunk: bytes) -> None:
        """Process the output of the program. A screen renders it."""


def exit_code(status: int) -> Optional[int]:
    """Return the exit code of a wait status, None where a signal ended the program."""
    return os.WEXITSTATUS(status) if os.WIFEXITED(status) else None
