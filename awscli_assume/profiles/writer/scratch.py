"""A file to work on that never is on a disk, where the system has one."""

from __future__ import annotations

import os
from contextlib import contextmanager, suppress
from typing import Iterator


@contextmanager
def scratch_file(copy: str) -> Iterator[str]:
    """Return the path of a file in memory to work on, or of the copy where there is none.

    A file that is truncated and written again is flushed by ext4 when it is
    closed (its auto_da_alloc), which costs 2 ms each of a thousand times. The
    official CLI's Python has no memfd_create (2.38.5).
    """
    descriptor = None
    with suppress(AttributeError, OSError):
        # Without a name: nothing is left when this process is killed.
        descriptor = os.open("/dev/shm", os.O_TMPFILE | os.O_RDWR, 0o600)  # noqa: S108
    try:
        path = f"/proc/self/fd/{descriptor}"
        yield path if descriptor is not None and os.path.isfile(path) else copy
    finally:
        if descriptor is not None:
            os.close(descriptor)
