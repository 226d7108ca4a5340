"""Signals that end a command in the midst of something that has to be tidied up."""

from __future__ import annotations

import signal
import threading
from contextlib import contextmanager
from typing import Any, Iterator

# What a job is cancelled by, and what a terminal sends that is closed.
_ENDING = ("SIGTERM", "SIGHUP")


@contextmanager
def ended_as_by_ctrl_c() -> Iterator[None]:
    """Make KeyboardInterrupt of the signals that end a process; afterwards they do as before.

    One that is ignored (nohup) stays so.
    """
    if threading.current_thread() is not threading.main_thread():
        # Python allows handlers in the main thread only.
        yield
        return
    before = {
        getattr(signal, name): signal.signal(getattr(signal, name), _interrupt)
        for name in _ENDING
        if hasattr(signal, name) and signal.getsignal(getattr(signal, name)) != signal.SIG_IGN
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _interrupt(number: int, frame: Any) -> None:
    raise KeyboardInterrupt
