"""Ctrl-C and the signals that end a process, while commands run."""

from __future__ import annotations

from contextlib import contextmanager
from typing import Callable, Iterator

from awscli_assume.workflow.run.signals import handled

_NAMES = ("SIGINT", "SIGTERM", "SIGHUP")


class Interrupts:
    """Stops a run at the first signal, by ``stop``, and raises KeyboardInterrupt.

    An exception at any moment would lose a result, or the count of the tasks that run. So it
    waits for the end of ``deferred``, which ``stop`` brings about. The second signal doesn't wait.
    """

    def __init__(self, stop: Callable[[], None]) -> None:
        self._stop = stop
        self._is_deferred = False
        self._count = 0

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
        if self._count:
            raise KeyboardInterrupt

    @contextmanager
    def allowed(self) -> Iterator[None]:
        """Raise KeyboardInterrupt at once in this block, which may wait for the user."""
        before, self._is_deferred = self._is_deferred, False
        try:
            if self._count:
                raise KeyboardInterrupt
            yield
        finally:
            self._is_deferred = before

    def _interrupt(self, number: int, frame: object) -> None:
        self._count += 1
        self._stop()
        if not self._is_deferred or self._count > 1:
            raise KeyboardInterrupt
