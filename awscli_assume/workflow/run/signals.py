"""Signal handlers for the time of a block."""

from __future__ import annotations

import signal
import threading
from contextlib import contextmanager
from typing import Callable, Iterator, Mapping, Union

# A cancelled job sends the first, a closed terminal the second.
_ENDING = ("SIGTERM", "SIGHUP")

Handler = Union[Callable[[int, object], None], int]


@contextmanager
def ended_as_by_ctrl_c() -> Iterator[None]:
    """Raise KeyboardInterrupt for the signals that end a process, in this block."""
    if threading.current_thread() is not threading.main_thread():
        # Python allows handlers in the main thread only.
        yield
        return
    with handled(dict.fromkeys(_ENDING, _interrupt)):
        yield


@contextmanager
def handled(handlers: Mapping[str, Handler]) -> Iterator[None]:
    """Handle signals, by name, in this block; afterwards they are handled as before.

    A signal that the parent process had us ignore (nohup) stays ignored, and one that the
    platform lacks is skipped.
    """
    before = {
        getattr(signal, name): signal.signal(getattr(signal, name), handler)
        for name, handler in handlers.items()
        if hasattr(signal, name) and signal.getsignal(getattr(signal, name)) != signal.SIG_IGN
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _interrupt(number: int, frame: object) -> None:
    raise KeyboardInterrupt
