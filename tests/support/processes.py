"""The processes of this machine, and waiting for what another process does."""

from __future__ import annotations

import contextlib
import time
from pathlib import Path
from typing import Callable, Sequence, TypeVar

Value = TypeVar("Value")


def wait_for(condition: Callable[[], Value], seconds: float = 30.0) -> Value:
    """Wait until a condition is true, and return its value; a false one after the time."""
    deadline = time.monotonic() + seconds
    while not (value := condition()) and time.monotonic() < deadline:
        time.sleep(0.05)
    return value


def command_lines() -> Sequence[str]:
    """Return the command line of each process of this machine."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            found.append(path.read_bytes().replace(b"\0", b" ").decode(errors="replace"))
    return found


def is_running(process: int) -> bool:
    """Return whether a process runs. Nobody may have waited for one that has ended."""
    try:
        state = Path(f"/proc/{process}/stat").read_text()
    except OSError:
        return False
    return state.rpartition(") ")[2][0] != "Z"
