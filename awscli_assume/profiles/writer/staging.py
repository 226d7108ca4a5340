"""A private copy beside a file, and putting it in the file's place.

Each step is there because something was lost without it: docs/security.md.
"""

from __future__ import annotations

import errno
import os
import shutil
import stat
import tempfile
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Callable, Iterator, Optional

from awscli_assume.errors import UnusableFile

# A writer that takes no lock (`aws configure set`) truncates the file and then
# fills it: measured at up to 20 ms apart under load.
QUIET_SECONDS = 0.02
EMPTY_SECONDS = 1.0
_GIVE_UP_SECONDS = 10.0


@dataclass(frozen=True)
class Snapshot:
    """A file's bytes, and what tells whether it is still the same; None where it is missing."""

    content: bytes
    identity: Optional[tuple[int, ...]]


def check_usable(path: str) -> None:
    """Raise UnusableFile where a file can't be read, or is not there to be written.

    A FIFO would hang the CLI, and a rename would replace a read-only file.
    """
    try:
        mode = os.stat(path).st_mode
    except FileNotFoundError:
        return
    except OSError as error:
        raise UnusableFile(f"Can't use {path}: {error.strerror}. Try: ls -l {path}") from error
    if not stat.S_ISREG(mode):
        raise UnusableFile(f"{path} is not a regular file, and the AWS CLI needs one there")
    if not mode & stat.S_IWUSR or not os.access(path, os.R_OK | os.W_OK):
        raise UnusableFile(f"{path} is read-only; nothing was written. Try: chmod u+rw {path}")


def make_folder(path: str) -> None:
    """Create the folder of a file for its owner alone (the umask would decide otherwise)."""
    folder = os.path.dirname(path)
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)
    except OSError as error:
        raise UnusableFile(f"Can't create the folder {folder}: {error.strerror}") from error


def identity_of(path: str) -> Optional[tuple[int, ...]]:
    """Return what changes with each write to a file, or None where there is no file."""
    try:
        found = os.stat(path)
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


def read_when_quiet(
    path: str,
    clock: Callable[[], float] = time.time,
    sleep: Callable[[float], None] = time.sleep,
) -> Snapshot:
    """Return a file's content once nobody seems to be in the middle of writing it."""
    started = clock()
    while True:
        identity = identity_of(path)
        if identity is None:
            return Snapshot(b"", None)
        with open(path, "rb") as file:
            content = file.read()
        now = clock()
        unchanged = identity == identity_of(path)
        age = abs(now - identity[3] / 1e9)
        settled = age >= (QUIET_SECONDS if content else EMPTY_SECONDS)
        if unchanged and (settled or (not content and now - started >= EMPTY_SECONDS)):
            return Snapshot(content, identity)
        if now - started > _GIVE_UP_SECONDS:
            raise UnusableFile(
                f"{path} is being written all the time by something else; nothing was written. "
                "Run the command again when that has ended"
            )
        sleep(QUIET_SECONDS / 4)


def sweep_copies(path: str) -> None:
    """Remove the copies that a killed process left beside a file.

    The caller holds the file's lock, so they can be nobody's.
    """
    folder, name = os.path.split(path)
    for found in os.listdir(folder):
        if found.startswith(_copy_prefix(name)):
            with suppress(OSError):
                os.unlink(os.path.join(folder, found))


@contextmanager
def private_copy(path: str, content: bytes) -> Iterator[str]:
    """Return the path of a copy of mode 0600 beside the file, gone at the end."""
    folder, name = os.path.split(path)
    descriptor, copy = tempfile.mkstemp(prefix=_copy_prefix(name), dir=folder)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        yield copy
    finally:
        with suppress(FileNotFoundError):
            os.unlink(copy)


def _copy_prefix(name: str) -> str:
    return f".{name}.assume-"


def put_in_place(copy: str, path: str, snapshot: Snapshot) -> bool:
    """Replace a file by its copy, on disk before it returns; False if the file has changed.

    Mode, owner, extended attributes and access lists stay the file's own. Where
    a rename is impossible (a file bind-mounted into a container answers EBUSY)
    the file is written in place, with a backup beside it meanwhile.
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
    _sync_folder(os.path.dirname(path))
    return True


def _copy_attributes(path: str, copy: str) -> None:
    # copystat takes access lists and labels along on Linux, as extended
    # attributes, and also the times, which have to be of now.
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
        raise UnusableFile(
            f"{backup} is there: an earlier run ended while it wrote {path}. Compare the two, "
            "put the right one in place, and remove the backup"
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
        raise UnusableFile(
            f"Can't write {path} in place: {error.strerror}. What it held is in {backup}"
        ) from error
    os.unlink(backup)


def _sync_folder(folder: str) -> None:
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
