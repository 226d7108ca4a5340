"""Signals that are handled for a while, and those that end a command in the midst of a job."""

from __future__ import annotations

import signal
import threading
from contextlib import contextmanager
from typing import Any, Iterator, Mapping

# What a job is cancelled by, and what a terminal sends that is closed.
_ENDING = ("SIGTERM", "SIGHUP")


@contextmanager
def ended_as_by_ctrl_c() -> Iterator[None]:
    """Make KeyboardInterrupt of the signals that end a process; afterwards they do as before."""
    if threading.current_thread() is not threading.main_thread():
        # Python allows handlers in the main thread only.
        yield
        return
    with handled(dict.fromkeys(_ENDING, _interrupt)):
        yield


@contextmanager
def handled(handlers: Mapping[str, Any]) -> Iterator[None]:
    """Handle signals, by name, in this block; afterwards they do as before.

    One that whoever started us has us ignore (nohup) stays so, and so does one that
    the platform lacks.
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


def _interrupt(number: int, frame: Any) -> None:
    raise KeyboardInterrupt
