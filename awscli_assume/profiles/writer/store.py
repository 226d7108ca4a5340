"""The one writer of the CLI's config and credentials files.

The content of a file is what the CLI's own ConfigFileWriter makes of it. We make sure that it is
never lost, half-written or damaged: every edit is made on a private copy, read back and compared
before the first file is replaced.
"""

from __future__ import annotations

import errno
import os
import shlex
import stat
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Callable, Collection, Iterator, Optional, Sequence

from awscli_assume.errors import InvalidConfiguration, UnusableFile
from awscli_assume.files.replace import (
    PrivateCopy,
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
from awscli_assume.profiles.writer.repair import repair_files
from awscli_assume.profiles.writer.scratch_file import ScratchFile, scratch_path
from awscli_assume.profiles.writer.verify import Refused, SectionEdit

_ATTEMPTS = 50
# A writer without a lock (`aws configure set`) truncates the file and then fills it: measured at
# up to 20 ms apart under load.
QUIET_SECONDS = 0.02
EMPTY_SECONDS = 1.0
_GIVE_UP_SECONDS = 10.0
_WITHOUT_FILES = (
    "To use a role without writing files: aws assume exec ROLE -- COMMAND, or aws assume export "
    "ROLE"
)
Check = Callable[[Sequence[Sections]], None]


@dataclass(frozen=True)
class FileEdit:
    """Edits of sections of one file, which become one replacement of it."""

    path: str
    sections: Sequence[SectionEdit]

    @property
    def is_void(self) -> bool:
        """Whether there is nothing to do: only removals from the null device."""
        return is_null(self.path) and not any(section.values for section in self.sections)

    def without(self, profiles: Collection[str]) -> FileEdit:
        """Return the edit without the sections of some profiles."""
        return FileEdit(self.path, [one for one in self.sections if one.owner not in profiles])


def is_null(path: str) -> bool:
    """Return whether a path is the null device."""
    return os.path.realpath(path) == os.path.realpath(os.devnull)


@dataclass(frozen=True)
class Staged:
    """A file's new content on a private copy, verified; the file itself is unchanged."""

    path: str
    snapshot: Snapshot
    copy: Optional[PrivateCopy]
    edited: Edited

    def commit(self) -> bool:
        """Put the copy in the file's place; return False if another program changed the file."""
        if self.copy is None or self.edited.content == self.snapshot.content:
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
        _check_no_dangling_link(path)
        return
    except OSError as error:
        folder = shlex.quote(os.path.dirname(path))
        raise UnusableFile(f"Cannot use {path}: {error.strerror}. Try: ls -ld {folder}") from error
    if not stat.S_ISREG(mode):
        raise UnusableFile(f"{path} is not a regular file, as the AWS CLI needs it")
    try:
        os.close(os.open(path, os.O_RDWR | getattr(os, "O_BINARY", 0)))
        if mode & stat.S_IWUSR:
            return
    except OSError as error:
        if error.errno == errno.EPERM:
            # The mode is not the reason: the file is immutable or append-only.
            raise _error_of(path, error) from error
    if _is_on_read_only_mount(path):
        raise _error_of(path, OSError(errno.EROFS, os.strerror(errno.EROFS)))
    if hasattr(os, "geteuid") and os.stat(path).st_uid not in (os.geteuid(), 0):
        raise _error_of(path, OSError(errno.EACCES, os.strerror(errno.EACCES)))
    raise UnusableFile(
        f"{path} is read-only. Nothing was written. Try: chmod u+rw {shlex.quote(path)}"
    )


def _check_no_dangling_link(path: str) -> None:
    """Raise UnusableFile where a link on the way to a file leads nowhere.

    The target of such a link may be on a volume that is not mounted now: what is written to the
    folder of the mount would be hidden later.
    """
    while not os.path.lexists(path):
        path = os.path.dirname(path)
    if os.path.islink(path):
        raise UnusableFile(
            f"{path} is a link to {os.readlink(path)}, which does not exist. Nothing was written. "
            f"Mount the volume or create the folder that it leads to, or remove the link: "
            f"rm {shlex.quote(path)}"
        )


def _is_on_read_only_mount(path: str) -> bool:
    return hasattr(os, "statvfs") and bool(os.statvfs(path).f_flag & os.ST_RDONLY)


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
    check: Check,
    refused: Optional[Refused] = None,
    verify: Check = lambda after: None,
) -> None:
    """Make the edits, one replacement a file, in order: the last one is the commit.

    ``check`` runs under the locks, on the sections of each file before the edits, and raises an
    error for what forbids them; ``verify`` runs on the sections after the edits. All edits are
    made on copies and read back before the first file is replaced. Raises UnusableFile with the
    files unchanged; only if the replacement of a later file itself fails, an earlier file has
    its edit already.

    With ``refused``, a profile whose section would be damaged in one of the files is added to it
    with its error and stays unchanged in all files; the other profiles are written.
    """
    for edit in edits:
        if not edit.is_void:
            check_usable(edit.path)
            _make_folder(edit.path)
    _run(edits, _Attempt(check, refused, verify))


def try_edits(edits: Sequence[FileEdit], check: Check) -> None:
    """Raise the error that the edits would end with, from real copies that are removed again.

    Creates no file but the locks, and no folder.
    """
    for edit in edits:
        if edit.is_void:
            continue
        check_usable(edit.path)
        folder, name = os.path.split(edit.path)
        while not os.path.isdir(folder):
            folder = os.path.dirname(folder)
        try:
            with private_copy(os.path.join(folder, name)):
                pass
        except OSError as error:
            raise _error_of(edit.path, error) from error
    existing = [edit for edit in edits if os.path.isdir(os.path.dirname(edit.path))]
    # The check needs the sections of all files.
    check = check if len(existing) == len(edits) else lambda before: None
    _run(existing, _Attempt(check, is_dry_run=True))


@dataclass(frozen=True)
class _Attempt:
    """What an attempt to make edits needs besides them."""

    check: Check
    refused: Optional[Refused] = None
    verify: Check = lambda after: None
    is_dry_run: bool = False


def _run(edits: Sequence[FileEdit], attempt: _Attempt) -> None:
    paths = [edit.path for edit in edits if not edit.is_void]
    with files_locked(paths):
        for path in paths:
            sweep_copies(path)
        for _ in range(_ATTEMPTS):
            if _try_all([edit.without(attempt.refused or ()) for edit in edits], attempt):
                return
    raise _busy_error(" or ".join(paths))


def by_file(edits: Sequence[FileEdit]) -> list[FileEdit]:
    """Return one edit a file, for both of the CLI's files may be the same one.

    Edits of the same section, that of the profile default, become one.
    """
    sections: dict[str, dict[str, SectionEdit]] = {}
    for edit in edits:
        own = sections.setdefault(edit.path, {})
        for one in edit.sections:
            own[one.section] = own[one.section].joined(one) if one.section in own else one
    return [FileEdit(path, list(own.values())) for path, own in sections.items()]


def _try_all(edits: Sequence[FileEdit], attempt: _Attempt) -> bool:
    """Stage all edits, then commit them; return False where they have to be tried again.

    That is where a file has changed meanwhile, or more profiles were refused: their edits must
    be in no file.
    """
    refused = attempt.refused
    new_errors: Optional[Refused] = None if refused is None else {}
    snapshots: list[tuple[FileEdit, Snapshot]] = []
    try:
        with ExitStack() as stack:
            staged: dict[str, Staged] = {}
            for edit in by_file(edits):
                snapshots.append((edit, read_when_quiet(edit.path)))
                staged[edit.path] = stack.enter_context(_staged(*snapshots[-1], new_errors))
            if new_errors and refused is not None:
                if not _has_changed(snapshots):
                    refused.update(new_errors)
                return False
            attempt.check([staged[edit.path].edited.before for edit in edits])
            attempt.verify([staged[edit.path].edited.after for edit in edits])
            return attempt.is_dry_run or all(one.commit() for one in staged.values())
    except InvalidConfiguration:
        # The error may come from a file that another program had half written.
        if _has_changed(snapshots) or repair_files((e.path, s) for e, s in snapshots):
            return False
        raise
    except OSError as error:
        raise _error_of(edits[-1].path, error) from error


def _error_of(path: str, error: OSError) -> UnusableFile:
    folder = os.path.dirname(path)
    if error.errno == errno.EROFS:
        advice = f"The file system is read-only. {_WITHOUT_FILES}"
    elif error.errno in (errno.EACCES, errno.EPERM):
        paths = [folder, *([path] if os.path.lexists(path) else [])]
        advice = f"Try: ls -ld {shlex.join(paths)}. {_WITHOUT_FILES}"
    else:
        advice = f"Try: df {shlex.quote(folder)}"
    return UnusableFile(
        f"Cannot write {path}: {error.strerror or error}. No credentials were written, and every "
        f"file is intact. {advice}"
    )


def _has_changed(snapshots: Sequence[tuple[FileEdit, Snapshot]]) -> bool:
    return any(identity_of(edit.path) != snapshot.identity for edit, snapshot in snapshots)


@contextmanager
def _staged(edit: FileEdit, snapshot: Snapshot, refused: Optional[Refused]) -> Iterator[Staged]:
    if edit.is_void:
        yield Staged(edit.path, snapshot, None, Edited(snapshot.content))
        return
    with private_copy(edit.path) as copy:
        if snapshot.identity is not None:
            # What can't be kept is found before a call to STS.
            copy.take_attributes(edit.path)
        with scratch_path(copy) as path:
            scratch_file = ScratchFile(path, edit.path)
            edited = edit_content(scratch_file, snapshot.content, edit.sections, refused)
        copy.write(edited.content)
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
