"""A folder of private files, and a cache of JSON documents in one.

Files have mode 0600 and the folder 0700, whatever the umask. A file is replaced by a rename, so
a reader sees the old content or the new. Nothing is flushed to the disk: what a power cut empties
is read as missing, and made again.

A folder or a file that is a link, belongs to another user or can be changed by one is refused: the
credentials in it may be another user's.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import secrets
import shlex
import stat
from typing import Iterator, Mapping, Optional

# Not through a link, and not waiting for the writer of a FIFO.
_FLAGS = sum(getattr(os, name, 0) for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_BINARY"))


def digest(text: str) -> str:
    """Return a file name for any text that does not reveal it: its SHA-256 in hexadecimal."""
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


def is_private(found: os.stat_result) -> bool:
    """Return whether a file belongs to this user, and nobody else may read or change it."""
    return found.st_uid == os.geteuid() and not found.st_mode & 0o077


def _not_private(path: str, found: os.stat_result) -> OSError:
    reason = (
        f"it belongs to user {found.st_uid}"
        if found.st_uid != os.geteuid()
        else f"other users have access to it (mode {stat.S_IMODE(found.st_mode):o})"
    )
    new = shlex.quote(f"{path}.untrusted")
    return OSError(errno.EPERM, f"{reason}. Move it away: mv {shlex.quote(path)} {new}", path)


class PrivateFolder:
    """A folder for its owner alone. Its methods raise OSError."""

    def __init__(self, path: str) -> None:
        self.path = os.path.abspath(path)

    def file(self, name: str) -> str:
        """Return the absolute path of a file, which may not exist."""
        return os.path.join(self.path, name)

    def create(self) -> None:
        """Create the folder, unless it exists."""
        os.makedirs(self.path, mode=0o700, exist_ok=True)
        with self._opened():
            pass

    def is_writable(self) -> bool:
        """Return whether files can be stored here; creates the folder."""
        with contextlib.suppress(OSError):
            self.create()
            return os.access(self.path, os.W_OK | os.X_OK)
        return False

    def read(self, name: str) -> bytes:
        """Return the content of a file."""
        with self._opened() as folder:
            path = self.file(name) if folder is None else name
            with open(os.open(path, os.O_RDONLY | _FLAGS, dir_fd=folder), "rb") as file:
                found = os.fstat(file.fileno())
                if folder is not None and not (stat.S_ISREG(found.st_mode) and is_private(found)):
                    raise _not_private(self.file(name), found)
                return file.read()

    def write(self, name: str, content: bytes) -> None:
        """Create or replace a file, and the folder where it is missing."""
        os.makedirs(self.path, mode=0o700, exist_ok=True)
        with self._opened() as folder:
            staged = f"{name}.{secrets.token_hex(8)}"
            path = self.file if folder is None else str
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _FLAGS
            try:
                with open(os.open(path(staged), flags, 0o600, dir_fd=folder), "wb") as file:
                    file.write(content)
                os.replace(path(staged), path(name), src_dir_fd=folder, dst_dir_fd=folder)
            except BaseException:
                with contextlib.suppress(FileNotFoundError):
                    os.unlink(path(staged), dir_fd=folder)
                raise

    @contextlib.contextmanager
    def _opened(self) -> Iterator[Optional[int]]:
        """Open the folder and yield its descriptor, which has been checked; None on Windows."""
        if os.open not in os.supports_dir_fd:
            yield None
            return
        descriptor = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY | _FLAGS)
        try:
            found = os.fstat(descriptor)
            if found.st_uid != os.geteuid() or found.st_mode & 0o022:
                raise _not_private(self.path, found)
            if not is_private(found):
                # Others could only list it.
                os.fchmod(descriptor, 0o700)
            yield descriptor
        finally:
            os.close(descriptor)

    def remove(self, name: str) -> None:
        """Remove a file, unless it is missing."""
        with contextlib.suppress(FileNotFoundError, NotADirectoryError), self._opened() as folder:
            os.unlink(self.file(name) if folder is None else name, dir_fd=folder)

    def names(self, prefix: str) -> list[str]:
        """Return the names of the files that begin with a prefix; none in a missing folder."""
        with contextlib.suppress(OSError), self._opened() as folder:
            found = os.listdir(self.path if folder is None else folder)
            return sorted(name for name in found if name.startswith(prefix))
        return []

    def sweep(self, oldest: float, prefix: str = "") -> None:
        """Remove the files that were last written before a time in Unix seconds.

        Locks stay, because another process may hold one.
        """
        os.makedirs(self.path, mode=0o700, exist_ok=True)
        with self._opened() as folder:
            for name in os.listdir(self.path if folder is None else folder):
                path = self.file(name) if folder is None else name
                if not name.startswith(prefix) or name.endswith(".lock"):
                    continue
                with contextlib.suppress(FileNotFoundError):
                    found = os.stat(path, dir_fd=folder, follow_symlinks=False)
                    if found.st_mtime < oldest:
                        os.unlink(path, dir_fd=folder)


class JsonCache:
    """JSON objects by file name. A cache that can't be read or written is an empty one."""

    def __init__(self, path: str) -> None:
        self.folder = PrivateFolder(path)

    def load(self, name: str) -> dict[str, object]:
        """Return an object; an empty one where the file is missing or damaged."""
        try:
            found = json.loads(self.folder.read(name).decode())
        except (OSError, ValueError, RecursionError):
            return {}
        return found if isinstance(found, dict) else {}

    def store(self, name: str, values: Mapping[str, object]) -> None:
        """Write an object, where the folder can be written."""
        with contextlib.suppress(OSError):
            self.folder.write(name, json.dumps(values).encode())

    def remove(self, name: str) -> None:
        """Remove an object, unless it is missing."""
        with contextlib.suppress(OSError):
            self.folder.remove(name)

    def sweep(self, oldest: float, prefix: str = "") -> None:
        """Remove the files that were last written before a time in Unix seconds; no locks."""
        with contextlib.suppress(OSError):
            self.folder.sweep(oldest, prefix)
