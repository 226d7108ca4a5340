"""Read and replace one file, so that a reader sees the old content or the new, never half."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import stat
import tempfile
from pathlib import Path
from typing import Optional

from awscli_assume.install.refusal import Refusal


def read_file(path: Path) -> Optional[bytes]:
    """Return a file's content, None when there is no such file.

    Raises Refusal when it is no ordinary file (a FIFO would wait for ever) or can't be read.
    """
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):
            raise Refusal(f"{path} is not an ordinary file.")
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise Refusal(f"{path} can't be read: {error.strerror}.") from error


def replace_file(path: Path, content: Optional[bytes]) -> None:
    """Give a file another content, None to remove it; a link's target is replaced, not the link.

    A new file is 0600 in 0700 folders; an old one keeps mode, owner and attributes.
    Raises Refusal when it may not be written.
    """
    target = Path(os.path.realpath(path))
    try:
        if content is None:
            target.unlink()
        elif target.exists() and not os.access(target, os.W_OK):
            # A rename needs no permission on the file itself, but 0400 says hands off.
            raise Refusal(f"{path} is read-only. Type: chmod u+w {path}")
        else:
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            _stage_and_rename(target, content)
        _flush_folder(target.parent)
    except OSError as error:
        raise Refusal(f"{path} can't be written: {error.strerror}.") from error


def _stage_and_rename(target: Path, content: bytes) -> None:
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as staged:
            staged.write(content)
            staged.flush()
            os.fsync(staged.fileno())
        if target.exists():
            _keep_attributes(target, name)
        try:
            os.replace(name, target)
        except OSError as error:
            # A single file that is mounted into a container can't be renamed over.
            if error.errno != errno.EBUSY:
                raise
            target.write_bytes(content)
            os.unlink(name)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(name)
        raise


def _keep_attributes(target: Path, name: str) -> None:
    shutil.copystat(target, name)
    os.utime(name)
    if hasattr(os, "chown"):
        was = os.stat(target)
        with contextlib.suppress(OSError):
            os.chown(name, was.st_uid, was.st_gid)


def _flush_folder(folder: Path) -> None:
    # Windows opens no folders; there the rename is all there is.
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
