"""The changes that an edit would make, as a diff with masked secrets. Nothing is written."""

from __future__ import annotations

import os
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Iterator, Optional, Sequence

from awscli_assume.files.masking import NEW, masked_diff
from awscli_assume.files.replace import private_copy
from awscli_assume.model.arns import Role, session_arn
from awscli_assume.model.credentials import TemporaryCredentials
from awscli_assume.profiles.writer.edit import edit_content
from awscli_assume.profiles.writer.scratch_file import ScratchFile, scratch_path
from awscli_assume.profiles.writer.store import FileEdit, by_file, check_usable, read_when_quiet
from awscli_assume.profiles.writer.verify import Refused


@dataclass(frozen=True)
class FileDiff:
    """A file, and the lines of a unified diff; no lines where nothing would change."""

    path: str
    lines: tuple[str, ...]


def preview(edits: Sequence[FileEdit], refused: Optional[Refused] = None) -> list[FileDiff]:
    """Return what the edits would change. Raises UnusableFile as the edits themselves would.

    With ``refused``, the errors of profiles that would be skipped are added to it.
    """
    new_errors: Optional[Refused] = None if refused is None else {}
    diffs = [_diff(edit.without(refused or ()), new_errors) for edit in by_file(edits)]
    if not new_errors or refused is None:
        return diffs
    refused.update(new_errors)
    return preview(edits, refused)


def _diff(edit: FileEdit, refused: Optional[Refused]) -> FileDiff:
    if edit.is_void:
        return FileDiff(edit.path, ())
    check_usable(edit.path)
    content = read_when_quiet(edit.path).content
    with _scratch_file(edit.path) as scratch_file:
        after = edit_content(scratch_file, content, edit.sections, refused).content
    lines = masked_diff(edit.path, content, after)
    return FileDiff(edit.path, lines)


def unknown_credentials(
    role: Role, session_name: str, expiration: datetime
) -> TemporaryCredentials:
    """Return placeholders for the credentials that STS would return."""
    arn = session_arn(role.completed("aws", "ACCOUNT"), session_name)
    return TemporaryCredentials(NEW, NEW, NEW, expiration, arn, NEW)


@contextmanager
def _scratch_file(path: str) -> Iterator[ScratchFile]:
    if os.path.isdir(os.path.dirname(path)):
        with private_copy(path) as copy, scratch_path(copy) as scratch:
            yield ScratchFile(scratch, path)
    else:
        with tempfile.TemporaryDirectory() as folder:
            yield ScratchFile(os.path.join(folder, "copy"), path)
