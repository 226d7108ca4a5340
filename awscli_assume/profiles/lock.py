"""A lock between our processes: ``<file>.lock`` beside the file, locked with flock.

Other tools use the same name and call (aws-runas, okta-awscli). The kernel releases the lock
when its process ends, however it ends.
"""

from __future__ import annotations

import os
import time
from contextlib import ExitStack, contextmanager
from typing import Any, Callable, Iterable, Iterator

from awscli_assume.errors import UnusableFile

WAIT_SECONDS = 30.0
_PAUSE_SECONDS = 0.02


@contextmanager
def files_locked(
    paths: Iterable[str],
    wait: float = WAIT_SECONDS,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[None]:
    """Hold the lock of each file, taken in the order of their names to avoid deadlocks.

    Raises UnusableFile when another process holds a lock for longer than ``wait`` seconds.
    """
    with ExitStack() as stack:
        for path in sorted(set(paths)):
            stack.enter_context(_file_locked(path, clock() + wait, clock, sleep))
        yield


@contextmanager
def _file_locked(
    path: str, deadline: float, clock: Callable[[], float], sleep: Callable[[float], None]
) -> Iterator[None]:
    lock_path = f"{path}.lock"
    try:
        descriptor = os.open(lock_path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise UnusableFile(
            f"Cannot open the lock {lock_path}: {error.strerror}. Nothing was written. "
            f"Try: ls -ld {os.path.dirname(path)}"
        ) from error
    try:
        while not _try_lock(descriptor):
            if clock() > deadline:
                raise UnusableFile(
                    f"Another aws assume holds the lock {lock_path} for too long. Nothing was "
                    "written. Run the command again when the other one has ended"
                )
            sleep(_PAUSE_SECONDS)
        yield
    finally:
        os.close(descriptor)


def _try_lock_posix(descriptor: int) -> bool:
    import fcntl

    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as error:
        raise UnusableFile(
            f"This file system does not support locks ({error.strerror}), which aws assume needs "
            "to write. Move the files to another file system, and set AWS_CONFIG_FILE and "
            "AWS_SHARED_CREDENTIALS_FILE to their paths"
        ) from error
    return True


def _try_lock_windows(descriptor: int) -> bool:
    import msvcrt

    windows: Any = msvcrt
    try:
        windows.locking(descriptor, windows.LK_NBLCK, 1)
    except OSError:
        return False
    return True


_try_lock = _try_lock_windows if os.name == "nt" else _try_lock_posix
