"""The one writer of the CLI's two files.

What a file holds is what the CLI's own ConfigFileWriter makes of it. That it is
never lost, never half-written and never damaged is ours: every edit is made on
a private copy, read back and compared, before the first file is replaced.
"""

from __future__ import annotations

import os
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Callable, Collection, Iterator, Optional, Sequence

from awscli_assume.errors import InvalidConfiguration, UnusableFile
from awscli_assume.profiles.files import Sections
from awscli_assume.profiles.lock import files_locked
from awscli_assume.profiles.writer.edit import Edited, edit_content
from awscli_assume.profiles.writer.scratch import scratch_file
from awscli_assume.profiles.writer.scratch_file import ScratchFile
from awscli_assume.profiles.writer.staging import (
    Snapshot,
    check_usable,
    identity_of,
    make_folder,
    private_copy,
    put_in_place,
    read_when_quiet,
    sweep_copies,
)
from awscli_assume.profiles.writer.verify import Refused, SectionEdit

_ATTEMPTS = 50


@dataclass(frozen=True)
class FileEdit:
    """Edits of sections of one file, which become one replace of it."""

    path: str
    sections: Sequence[SectionEdit]

    def without(self, profiles: Collection[str]) -> FileEdit:
        """Return the edit without what is of some profiles."""
        return FileEdit(self.path, [one for one in self.sections if one.owner not in profiles])


@dataclass(frozen=True)
class Staged:
    """A file's new content on a private copy, found good; the file is still untouched."""

    path: str
    snapshot: Snapshot
    copy: str
    edited: Edited

    def commit(self) -> bool:
        """Put the copy in the file's place; False if somebody has changed the file."""
        if self.edited.content == self.snapshot.content:
            return identity_of(self.path) == self.snapshot.identity
        return put_in_place(self.copy, self.path, self.snapshot)


def apply_edits(
    edits: Sequence[FileEdit],
    check: Callable[[Sequence[Sections]], None],
    refused: Optional[Refused] = None,
) -> None:
    """Make the edits, one replace a file, in order: the last one is the commit.

    ``check`` runs under the locks, on the sections of each file as they are
    before the edits, and raises what stands in the way. All edits are made on
    copies and read back before the first file is replaced. Raises UnusableFile
    with the files as they were; only where the very replacing of a later file
    fails, an earlier one has its edit already.

    With ``refused`` a profile whose section would be damaged in one of the files
    is put there with its error and left as it is in all of them; the others go on.
    """
    paths = [edit.path for edit in edits]
    for path in paths:
        check_usable(path)
        make_folder(path)
    with files_locked(paths):
        for path in paths:
            sweep_copies(path)
        for _ in range(_ATTEMPTS):
            if _try_all([edit.without(refused or ()) for edit in edits], check, refused):
                return
    raise UnusableFile(
        f"{' or '.join(paths)} is being written all the time by something else; nothing was "
        "written. Run the command again when that has ended"
    )


def _try_all(
    edits: Sequence[FileEdit],
    check: Callable[[Sequence[Sections]], None],
    refused: Optional[Refused],
) -> bool:
    """Stage all edits, then commit them; False where the files did not keep still.

    Also where there are more refused ones: what is of them must be in no file.
    """
    found: Optional[Refused] = None if refused is None else {}
    snapshots: list[tuple[FileEdit, Snapshot]] = []
    try:
        with ExitStack() as stack:
            staged = []
            for edit in edits:
                snapshots.append((edit, read_when_quiet(edit.path)))
                staged.append(stack.enter_context(_staged(*snapshots[-1], found)))
            if found and refused is not None:
                if not _has_changed(snapshots):
                    refused.update(found)
                return False
            check([one.edited.before for one in staged])
            return all(one.commit() for one in staged)
    except InvalidConfiguration:
        # What was found wrong may be somebody else's half-written file.
        if _has_changed(snapshots):
            return False
        raise
    except OSError as error:
        raise UnusableFile(
            f"Can't write {edits[-1].path}: {error.strerror or error}. No credentials were "
            f"written, and every file is whole. Try: df {os.path.dirname(edits[-1].path)}"
        ) from error


def _has_changed(snapshots: Sequence[tuple[FileEdit, Snapshot]]) -> bool:
    return any(identity_of(edit.path) != snapshot.identity for edit, snapshot in snapshots)


@contextmanager
def _staged(edit: FileEdit, snapshot: Snapshot, refused: Optional[Refused]) -> Iterator[Staged]:
    with private_copy(edit.path, b"") as copy, scratch_file(copy) as scratch:
        bench = ScratchFile(scratch, edit.path)
        edited = edit_content(bench, snapshot.content, edit.sections, refused)
        with open(copy, "wb") as file:
            file.write(edited.content)
        yield Staged(edit.path, snapshot, copy, edited)
