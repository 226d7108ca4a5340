"""The progress line of ``aws assume each``: done, failed, running, rate and time left."""

from __future__ import annotations

import threading
from collections import deque
from typing import Callable, Optional

# Of the last seconds, for the rate of now.
_WINDOW = 20.0
# Seconds between two drawings.
_INTERVAL = 0.2


def status_text(total: int, done: int, failed: int, running: int, rate: Optional[float]) -> str:
    """Return the progress line; ``rate`` is in targets per second, None if it is unknown."""
    parts = [f"{done} of {total} done"]
    if failed:
        parts.append(f"{failed} failed")
    parts.append(f"{running} running")
    if rate:
        parts.append(f"{rate:.1f}/s" if rate >= 0.95 else f"{rate * 60:.1f}/min")
        parts.append(f"{duration_text((total - done) / rate)} left")
    return ", ".join(parts)


def duration_text(seconds: float) -> str:
    """Return a duration as ``8 s``, ``3 min 20 s`` or ``2 h 5 min``."""
    whole = max(int(seconds + 0.5), 0)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min"


class Rate:
    """How many targets end in a second, over the last 20 seconds."""

    def __init__(self, now: float) -> None:
        self._points = deque([(now, 0)])

    def at(self, now: float, done: int) -> Optional[float]:
        """Return the rate after so many are done; None at the beginning."""
        self._points.append((now, done))
        while len(self._points) > 2 and now - self._points[1][0] >= _WINDOW:
            self._points.popleft()
        start, before = self._points[0]
        return (done - before) / (now - start) if now > start and done > before else None


class Ticker:
    """A thread that calls a function a few times in a second, until it is stopped."""

    def __init__(self, tick: Callable[[], None]) -> None:
        self._tick = tick
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="assume-each-status", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self) -> None:
        """Stop the thread and wait for its end."""
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while not self._stopped.wait(_INTERVAL):
            self._tick()
