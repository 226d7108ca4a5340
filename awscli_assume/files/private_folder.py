"""A folder of private files, and a cache of JSON documents in one.

Files have mode 0600 and the folder 0700, whatever the umask. A file is replaced by a rename, so
a reader sees the old content or the new. Nothing is flushed to the disk: what a power cut empties
is read as missing, and made again.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
from typing import Mapping


def digest(text: str) -> str:
    """Return a file name for any text that does not reveal it: its SHA-256 in hexadecimal."""
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


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

    def is_writable(self) -> bool:
        """Return whether files can be stored here; creates the folder."""
        with contextlib.suppress(OSError):
            self.create()
        return os.access(self.path, os.W_OK | os.X_OK)

    def read(self, name: str) -> bytes:
        """Return the content of a file."""
        with open(self.file(name), "rb") as file:
            return file.read()

    def write(self, name: str, content: bytes) -> None:
        """Create or replace a file, and the folder where it is missing."""
        self.create()
        descriptor, staged = tempfile.mkstemp(prefix=f"{name}.", dir=self.path)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
            os.replace(staged, self.file(name))
        except BaseException:
            os.unlink(staged)
            raise

    def remove(self, name: str) -> None:
        """Remove a file, unless it is missing."""
        with contextlib.suppress(FileNotFoundError, NotADirectoryError):
            os.unlink(self.file(name))

    def sweep(self, oldest: float, prefix: str = "") -> None:
        """Remove the files that were last written before a time in Unix seconds.

        Locks stay, because another process may hold one.
        """
        for entry in os.scandir(self.path):
            is_ours = entry.name.startswith(prefix) and not entry.name.endswith(".lock")
            if is_ours and entry.stat().st_mtime < oldest:
                os.unlink(entry.path)


class JsonCache:
    """JSON objects by file name. A cache that can't be read or written is an empty one."""

    def __init__(self, path: str) -> None:
        self.folder = PrivateFolder(path)

    def load(self, name: str) -> dict[str, object]:
        """Return an object; an empty one where the file is missing or damaged."""
        try:
            found = json.loads(self.folder.read(name).decode())
        except (OSError, ValueError):
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
