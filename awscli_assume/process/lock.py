"""The lock of a renewal: the kernel's, which dies with its owner. Runs on Python 3.6.

When a renewal failed, its time and exit code are left in the lock's file, so
that those who waited for it do not all try again.
"""

import contextlib
import os
import sys
from typing import Optional, Tuple


def open_lock(path: str) -> Optional[int]:
    """Open the file of a lock, for its owner alone; None where it can't be written."""
    try:
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError:
        return None


def try_lock(lock: int) -> bool:
    """Take the lock if nobody has it; it is given back by closing the file."""
    if sys.platform == "win32":
        import msvcrt

        try:
            msvcrt.locking(lock, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
    import fcntl

    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        # No locks on this file system: two may renew at once, which harms nobody.
        return True
    return True


def read_failure(lock: int) -> Tuple[float, int]:
    """Return when the last renewal failed (Unix seconds) and its exit code, zeros for never."""
    os.lseek(lock, 0, os.SEEK_SET)
    try:
        when, code = os.read(lock, 64).split()
        return float(when), int(code)
    except ValueError:
        return 0.0, 0


def write_failure(lock: int, when: float, code: int) -> None:
    """Leave a failure for those who wait, unless the disk is full."""
    with contextlib.suppress(OSError):
        os.lseek(lock, 0, os.SEEK_SET)
        os.ftruncate(lock, 0)
        os.write(lock, b"%f %d" % (when, code))
