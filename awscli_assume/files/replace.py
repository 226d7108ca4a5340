"""Replace a file by a private copy beside it: nobody reads half of it, and a crash loses nothing.

The copy is on the disk before it takes the file's place, and the folder afterwards. Mode, owner,
extended attributes and access lists stay the file's own. docs/security.md says why.
"""

from __future__ import annotations

import errno
import os
import shutil
import stat
import tempfile
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Iterator, Optional

# Of the copies that the profile writer makes, and removes after a killed process.
PREFIX = ".{}.assume-"

Identity = Optional[tuple[int, ...]]


class ReplaceError(Exception):
    """A write in place could not start or did not complete; the text names file and backup."""


@dataclass(frozen=True)
class Snapshot:
    """A file's bytes, and what changes with each write to it; None for a missing file."""

    content: bytes
    identity: Identity


def identity_of(path: str) -> Identity:
    """Return what changes with each write to a file, or None where there is no file."""
    try:
        found = os.stat(path)
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


@contextmanager
def private_copy(path: str, content: bytes = b"", prefix: str = PREFIX) -> Iterator[str]:
    """Return the path of a copy of mode 0600 beside the file, removed at the end.

    ``prefix`` is the copy's name, with ``{}`` for the file's name.
    """
    folder, name = os.path.split(path)
    descriptor, copy = tempfile.mkstemp(prefix=prefix.format(name), dir=folder)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        yield copy
    finally:
        with suppress(FileNotFoundError):
            os.unlink(copy)


def sweep_copies(path: str) -> None:
    """Remove the copies that a killed process left beside a file.

    The caller holds the file's lock, so no running process uses them.
    """
    folder, name = os.path.split(path)
    for entry in os.listdir(folder):
        if entry.startswith(PREFIX.format(name)):
            with suppress(OSError):
                os.unlink(os.path.join(folder, entry))


def put_in_place(copy: str, path: str, snapshot: Snapshot) -> bool:
    """Replace a file by its copy; return False if the file has changed since the snapshot.

    ``path`` has its links resolved. Where a rename is impossible (a file that is bind-mounted
    into a container: EBUSY), the file is written in place, with a backup beside it meanwhile.
    Raises OSError, and ReplaceError where the write in place fails.
    """
    if identity_of(path) != snapshot.identity:
        return False
    if snapshot.identity is not None:
        _copy_attributes(path, copy)
    with open(copy, "rb+") as file:
        os.fsync(file.fileno())
    if identity_of(path) != snapshot.identity:
        return False
    try:
        os.replace(copy, path)
    except OSError as error:
        if error.errno not in (errno.EBUSY, errno.EXDEV):
            raise
        _write_in_place(copy, path, snapshot.content)
    sync_folder(os.path.dirname(path))
    return True


def sync_folder(folder: str) -> None:
    """Flush a folder to the disk, where the system can (Windows opens no folders)."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):
            raise
    finally:
        os.close(descriptor)


def _copy_attributes(path: str, copy: str) -> None:
    # copystat copies access lists and labels on Linux, as extended attributes. It also copies
    # the times, which have to be of now.
    shutil.copystat(path, copy)
    os.utime(copy)
    if hasattr(os, "chown"):
        wanted, found = os.stat(path), os.stat(copy)
        if (wanted.st_uid, wanted.st_gid) != (found.st_uid, found.st_gid):
            os.chown(copy, wanted.st_uid, wanted.st_gid)
            os.chmod(copy, stat.S_IMODE(wanted.st_mode))


def _write_in_place(copy: str, path: str, before: bytes) -> None:
    backup = f"{path}.assume-backup"
    try:
        descriptor = os.open(backup, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise ReplaceError(
            f"{backup} exists: an earlier run ended while it wrote {path}. Compare the two files, "
            f"keep the right content as {path}, and remove the backup"
        ) from None
    with open(descriptor, "wb") as file:
        file.write(before)
        os.fsync(file.fileno())
    with open(copy, "rb") as source:
        content = source.read()
    try:
        with open(path, "rb+") as file:
            file.write(content)
            file.truncate()
            os.fsync(file.fileno())
    except OSError as error:
        raise ReplaceError(
            f"Cannot write {path} in place: {error.strerror}. Its previous content is in {backup}"
        ) from error
    os.unlink(backup)
