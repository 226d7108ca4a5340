"""Replace a file by a private copy beside it: nobody reads half of it, and a crash loses nothing.

The copy is on the disk before it takes the file's place, and the folder afterwards. Mode, owner,
extended attributes and access lists stay the file's own. docs/security.md says why.
"""

from __future__ import annotations

import errno
import os
import secrets
import shlex
import shutil
import stat
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Iterator, Optional, Union

# Of the copies that the profile writer makes, and removes after a killed process.
PREFIX = ".{}.assume-"

Identity = Optional[tuple[int, ...]]
# Windows has no such flag, and no such links.
_NO_LINK = getattr(os, "O_NOFOLLOW", 0)


class ReplaceError(Exception):
    """A write in place could not start or did not complete; the text names file and backup."""


@dataclass(frozen=True)
class Snapshot:
    """A file's bytes, and what changes with each write to it; None for a missing file."""

    content: bytes
    identity: Identity


class PrivateCopy:
    """A private file beside another one, open from its creation until it takes that one's place.

    In a folder that others may write, a name can lead to another file at any time. So the file
    is written, given its attributes and flushed by its descriptor, and never opened again.
    """

    def __init__(self, path: str) -> None:
        folder, self._name = os.path.split(path)
        self.path = path
        self.content = b""
        # None where the system opens no folders (Windows).
        self._folder: Optional[int] = None
        if os.open in os.supports_dir_fd:
            self._folder = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | _NO_LINK | getattr(os, "O_BINARY", 0)
        try:
            self.descriptor = os.open(self._name_here, flags, 0o600, dir_fd=self._folder)
        except BaseException:
            self._close_folder()
            raise

    def write(self, content: bytes) -> None:
        """Replace the content of the copy."""
        self.content = content
        os.lseek(self.descriptor, 0, os.SEEK_SET)
        os.ftruncate(self.descriptor, 0)
        with open(self.descriptor, "wb", closefd=False) as file:
            file.write(content)

    def take_attributes(self, path: str) -> bool:
        """Take over mode, owner and attributes of a file; return False where a copy can't.

        That is a file with more than one name (hard links), or with an owner or a group that
        this user may not give a file.
        """
        wanted = os.stat(path)
        if wanted.st_nlink > 1:
            return False
        has_descriptors = os.utime in os.supports_fd
        copy = self.descriptor if has_descriptors else self.path
        # copystat copies access lists and labels on Linux, as extended attributes. It also
        # copies the times, which have to be of now.
        shutil.copystat(path, copy)  # type: ignore[arg-type]
        os.utime(copy)
        found = os.fstat(self.descriptor)
        has_owner = (wanted.st_uid, wanted.st_gid) == (found.st_uid, found.st_gid)
        if hasattr(os, "fchown") and not has_owner:
            try:
                os.fchown(self.descriptor, wanted.st_uid, wanted.st_gid)
            except PermissionError:
                return False
            os.fchmod(self.descriptor, stat.S_IMODE(wanted.st_mode))
        return True

    def move_to(self, path: str) -> None:
        """Rename the copy. Raises ReplaceError where its name leads to another file."""
        if self._folder is None:
            # Windows renames no open file.
            self.close()
            os.replace(self.path, path)
            return
        named = os.stat(self._name, dir_fd=self._folder, follow_symlinks=False)
        if not os.path.samestat(named, os.fstat(self.descriptor)):
            folder = os.path.dirname(path)
            raise ReplaceError(
                f"Another user replaced {self.path} while it was written. {path} was not changed. "
                f"Let nobody else write the folder: chmod go-w {shlex.quote(folder)}"
            )
        name = os.path.basename(path)
        os.replace(self._name, name, src_dir_fd=self._folder, dst_dir_fd=self._folder)

    def remove(self) -> None:
        """Close the copy and remove its name, unless it was renamed."""
        self.close()
        with suppress(FileNotFoundError):
            os.unlink(self._name_here, dir_fd=self._folder)
        self._close_folder()

    def close(self) -> None:
        """Close the descriptor, unless it is closed."""
        if self.descriptor >= 0:
            os.close(self.descriptor)
            self.descriptor = -1

    @property
    def _name_here(self) -> str:
        return self.path if self._folder is None else self._name

    def _close_folder(self) -> None:
        if self._folder is not None:
            os.close(self._folder)


def identity_of(file: Union[str, int]) -> Identity:
    """Return what changes with each write to a file, or None where there is no file.

    ``file`` is a path or a descriptor.
    """
    try:
        found = os.stat(file)
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


@contextmanager
def private_copy(path: str, content: bytes = b"", prefix: str = PREFIX) -> Iterator[PrivateCopy]:
    """Return a copy of mode 0600 beside the file, removed at the end.

    ``prefix`` is the copy's name, with ``{}`` for the file's name.
    """
    folder, name = os.path.split(path)
    copy = PrivateCopy(os.path.join(folder, prefix.format(name) + secrets.token_hex(8)))
    try:
        copy.write(content)
        yield copy
    finally:
        copy.remove()


def sweep_copies(path: str) -> None:
    """Remove the copies that a killed process left beside a file.

    The caller holds the file's lock, so no running process uses them.
    """
    folder, name = os.path.split(path)
    for entry in os.listdir(folder):
        if entry.startswith(PREFIX.format(name)):
            with suppress(OSError):
                os.unlink(os.path.join(folder, entry))


def put_in_place(copy: PrivateCopy, path: str, snapshot: Snapshot) -> bool:
    """Replace a file by its copy; return False if the file has changed since the snapshot.

    ``path`` has its links resolved. Where a rename is impossible (a file that is bind-mounted
    into a container: EBUSY) or would lose a hard link, the owner or the group, the file is
    written in place, with a backup beside it meanwhile.
    Raises OSError, and ReplaceError where the write in place fails.
    """
    if identity_of(path) != snapshot.identity:
        return False
    is_replaceable = snapshot.identity is None or copy.take_attributes(path)
    os.fsync(copy.descriptor)
    if identity_of(path) != snapshot.identity:
        return False
    if is_replaceable:
        try:
            copy.move_to(path)
        except OSError as error:
            if error.errno not in (errno.EBUSY, errno.EXDEV):
                raise
            is_replaceable = False
    if not is_replaceable and not _write_in_place(path, copy.content, snapshot):
        return False
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


def _write_in_place(path: str, content: bytes, snapshot: Snapshot) -> bool:
    with open(os.open(path, os.O_RDWR | _NO_LINK | getattr(os, "O_BINARY", 0)), "rb+") as file:
        if identity_of(file.fileno()) != snapshot.identity:
            return False
        backup = _make_backup(path, snapshot.content)
        try:
            file.write(content)
            file.truncate()
            file.flush()
            os.fsync(file.fileno())
        except OSError as error:
            raise ReplaceError(
                f"Cannot write {path} in place: {error.strerror}. Its previous content is in "
                f"{backup}"
            ) from error
    os.unlink(backup)
    return True


def _make_backup(path: str, content: bytes) -> str:
    backup = f"{path}.assume-backup"
    try:
        descriptor = os.open(backup, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NO_LINK, 0o600)
    except FileExistsError:
        raise ReplaceError(
            f"{backup} exists: an earlier run ended while it wrote {path}. Compare the two files, "
            f"keep the right content as {path}, and remove the backup"
        ) from None
    with open(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return backup
