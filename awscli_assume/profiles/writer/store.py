"""The one writer of the CLI's config and credentials files.

The content of a file is what the CLI's own ConfigFileWriter makes of it. We make sure that it is
never lost, half-written or damaged: every edit is made on a private copy, read back and compared
before the first file is replaced.
"""

from __future__ import annotations

import os
import shlex
import stat
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Callable, Collection, Iterator, Optional, Sequence

from awscli_assume.errors import InvalidConfiguration, UnusableFile
from awscli_assume.files.replace import (
    ReplaceError,
    Snapshot,
    identity_of,
    private_copy,
    put_in_place,
    sweep_copies,
)
from awscli_assume.profiles.files import Sections
from awscli_assume.profiles.lock import files_locked
from awscli_assume.profiles.writer.edit import Edited, edit_content
from awscli_assume.profiles.writer.scratch_file import ScratchFile, scratch_path
from awscli_assume.profiles.writer.verify import Refused, SectionEdit

_ATTEMPTS = 50
# A writer without a lock (`aws configure set`) truncates the file and then fills it: measured at
# up to 20 ms apart under load.
QUIET_SECONDS = 0.02
EMPTY_SECONDS = 1.0
_GIVE_UP_SECONDS = 10.0


@dataclass(frozen=True)
class FileEdit:
    """Edits of sections of one file, which become one replacement of it."""

    path: str
    sections: Sequence[SectionEdit]

    def without(self, profiles: Collection[str]) -> FileEdit:
        """Return the edit without the sections of some profiles."""
        return FileEdit(self.path, [one for one in self.sections if one.owner not in profiles])


@dataclass(frozen=True)
class Staged:
    """A file's new content on a private copy, verified; the file itself is unchanged."""

    path: str
    snapshot: Snapshot
    copy: str
    edited: Edited

    def commit(self) -> bool:
        """Put the copy in the file's place; return False if another program changed the file."""
        if self.edited.content == self.snapshot.content:
            return identity_of(self.path) == self.snapshot.identity
        try:
            return put_in_place(self.copy, self.path, self.snapshot)
        except ReplaceError as error:
            raise UnusableFile(str(error)) from error


def check_usable(path: str) -> None:
    """Raise UnusableFile where a file exists that can't be read and replaced.

    A FIFO would hang the CLI, and a rename would replace a read-only file.
    """
    try:
        mode = os.stat(path).st_mode
    except FileNotFoundError:
        return
    except OSError as error:
        raise UnusableFile(f"Cannot use {path}: {error.strerror}. Try: ls -l {path}") from error
    if not stat.S_ISREG(mode):
        raise UnusableFile(f"{path} is not a regular file, as the AWS CLI needs it")
    if not mode & stat.S_IWUSR or not os.access(path, os.R_OK | os.W_OK):
        raise UnusableFile(f"{path} is read-only. Nothing was written. {_way_out(path)}")


def _way_out(path: str) -> str:
    """Return what to type where a file can't be written."""
    # Windows has no statvfs, and no read-only mounts.
    if hasattr(os, "statvfs") and os.statvfs(path).f_flag & os.ST_RDONLY:
        return (
            "Its file system is read-only, so no profile can be written there. These write none: "
            "aws assume exec ROLE -- COMMAND, aws assume export ROLE"
        )
    return f"Try: chmod u+rw {shlex.quote(path)}"


def read_when_quiet(
    path: str, clock: Callable[[], float] = time.time, sleep: Callable[[float], None] = time.sleep
) -> Snapshot:
    """Return a file's content once no program seems to be in the middle of writing it."""
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
            raise _busy_error(path)
        sleep(QUIET_SECONDS / 4)


def apply_edits(
    edits: Sequence[FileEdit],
    check: Callable[[Sequence[Sections]], None],
    refused: Optional[Refused] = None,
) -> None:
    """Make the edits, one replacement a file, in order: the last one is the commit.

    ``check`` runs under the locks, on the sections of each file before the edits, and raises an
    error for what forbids them. All edits are made on copies and read back before the first file
    is replaced. Raises UnusableFile with the files unchanged; only if the replacement of a later
    file itself fails, an earlier file has its edit already.

    With ``refused``, a profile whose section would be damaged in one of the files is added to it
    with its error and stays unchanged in all files; the other profiles are written.
    """
    paths = [edit.path for edit in edits]
    for path in paths:
        check_usable(path)
        _make_folder(path)
    with files_locked(paths):
        for path in paths:
            sweep_copies(path)
        for _ in range(_ATTEMPTS):
            if _try_all([edit.without(refused or ()) for edit in edits], check, refused):
                return
    raise _busy_error(" or ".join(paths))


def _try_all(
    edits: Sequence[FileEdit],
    check: Callable[[Sequence[Sections]], None],
    refused: Optional[Refused],
) -> bool:
    """Stage all edits, then commit them; return False where they have to be tried again.

    That is where a file has changed meanwhile, or more profiles were refused: their edits must
    be in no file.
    """
    new_errors: Optional[Refused] = None if refused is None else {}
    snapshots: list[tuple[FileEdit, Snapshot]] = []
    try:
        with ExitStack() as stack:
            staged = []
            for edit in edits:
                snapshots.append((edit, read_when_quiet(edit.path)))
                staged.append(stack.enter_context(_staged(*snapshots[-1], new_errors)))
            if new_errors and refused is not None:
                if not _has_changed(snapshots):
                    refused.update(new_errors)
                return False
            check([one.edited.before for one in staged])
            return all(one.commit() for one in staged)
    except InvalidConfiguration:
        # The error may come from a file that another program had half written.
        if _has_changed(snapshots):
            return False
        raise
    except OSError as error:
        raise UnusableFile(
            f"Cannot write {edits[-1].path}: {error.strerror or error}. No credentials were "
            f"written, and every file is intact. Try: df {os.path.dirname(edits[-1].path)}"
        ) from error


def _has_changed(snapshots: Sequence[tuple[FileEdit, Snapshot]]) -> bool:
    return any(identity_of(edit.path) != snapshot.identity for edit, snapshot in snapshots)


@contextmanager
def _staged(edit: FileEdit, snapshot: Snapshot, refused: Optional[Refused]) -> Iterator[Staged]:
    with private_copy(edit.path) as copy, scratch_path(copy) as path:
        scratch_file = ScratchFile(path, edit.path)
        edited = edit_content(scratch_file, snapshot.content, edit.sections, refused)
        with open(copy, "wb") as file:
            file.write(edited.content)
        yield Staged(edit.path, snapshot, copy, edited)


def _make_folder(path: str) -> None:
    folder = os.path.dirname(path)
    try:
        # For its owner alone, whatever the umask.
        os.makedirs(folder, mode=0o700, exist_ok=True)
    except OSError as error:
        raise UnusableFile(f"Cannot create the folder {folder}: {error.strerror}") from error


def _busy_error(what: str) -> UnusableFile:
    return UnusableFile(
        f"Another program keeps writing {what}. Nothing was written. Run the command again when "
        "that program has ended"
    )
