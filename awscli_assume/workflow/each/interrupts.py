"""Ctrl-C and the signals that end a process, while commands run."""

from __future__ import annotations

from contextlib import contextmanager
from typing import Callable, Iterator

from awscli_assume.workflow.run.signals import handled

_NAMES = ("SIGINT", "SIGTERM", "SIGHUP")


class Interrupts:
    """Stops a run at the first signal, by ``stop`` and KeyboardInterrupt in the main thread.

    A result is stored as a whole: the exception waits for the end of ``deferred``.
    """

    def __init__(self, stop: Callable[[], None]) -> None:
        self._stop = stop
        self._is_deferred = False
        self._is_waiting = False
        self.happened = False

    @contextmanager
    def handled(self) -> Iterator[None]:
        """Handle the signals in this block."""
        with handled(dict.fromkeys(_NAMES, self._interrupt)):
            yield

    @contextmanager
    def deferred(self) -> Iterator[None]:
        """Raise KeyboardInterrupt after this block, not in it."""
        self._is_deferred = True
        try:
            yield
        finally:
            self._is_deferred = False
        if self._is_waiting:
            self._is_waiting = False
            raise KeyboardInterrupt

    def _interrupt(self, number: int, frame: object) -> None:
        self.happened = True
        self._stop()
        if self._is_deferred:
            self._is_waiting = True
        else:
            raise KeyboardInterrupt
