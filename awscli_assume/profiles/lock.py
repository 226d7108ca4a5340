"""A lock between our processes: ``<file>.lock`` beside the file, locked with flock.

Other tools use the same name and call (aws-runas, okta-awscli). The kernel releases the lock
when its process ends, however it ends.
"""

from __future__ import annotations

import os
import shlex
import sys
import time
from contextlib import ExitStack, contextmanager
from typing import Callable, Iterable, Iterator

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
        # A lock that is a link would create what the link leads to.
        no_link = getattr(os, "O_NOFOLLOW", 0)
        descriptor = os.open(lock_path, os.O_RDWR | os.O_CREAT | no_link, 0o600)
    except OSError as error:
        if os.path.islink(lock_path):
            raise UnusableFile(
                f"The lock {lock_path} is a link to {os.readlink(lock_path)}, and must be a file. "
                f"Nothing was written. Try: rm {shlex.quote(lock_path)}"
            ) from error
        raise UnusableFile(
            f"Cannot open the lock {lock_path}: {error.strerror}. Nothing was written. "
            f"Try: ls -ld {shlex.quote(os.path.dirname(path))}"
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


def _try_lock(descriptor: int) -> bool:
    if sys.platform == "win32":
        import msvcrt

        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
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
