"""The changes that an edit would make, as a diff with masked secrets. Nothing is written."""

from __future__ import annotations

import difflib
import os
import re
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Iterator, Optional, Sequence

from awscli_assume.files.ini import indent_of, is_comment, split_lines
from awscli_assume.files.replace import private_copy
from awscli_assume.model.arns import Role, session_arn
from awscli_assume.model.credentials import TemporaryCredentials
from awscli_assume.profiles.writer.edit import edit_content
from awscli_assume.profiles.writer.scratch_file import ScratchFile
from awscli_assume.profiles.writer.store import FileEdit, check_usable, read_when_quiet
from awscli_assume.profiles.writer.verify import Refused

NEW = "(new)"
# A key that is commented out is still a secret.
_SECRET_KEY = re.compile(
    r"^([\s#;]*[^=:\n]*(?:secret|token(?!_expires|[-_]file)|password)[^=:\n]*[=:][ \t]*)(.*)", re.I
)
_KEY_ID = re.compile(r"^([\s#;]*[^=:\n]*access_key_id\s*[=:][ \t]*)(.*)", re.I)


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
    diffs = [_diff(edit.without(refused or ()), new_errors) for edit in edits]
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
    lines = difflib.unified_diff(
        mask(content.decode("utf-8", "replace")),
        mask(after.decode("utf-8", "replace")),
        edit.path,
        edit.path,
        lineterm="",
    )
    return FileDiff(edit.path, tuple(lines))


def unknown_credentials(
    role: Role, session_name: str, expiration: datetime
) -> TemporaryCredentials:
    """Return placeholders for the credentials that STS would return."""
    arn = session_arn(role.completed("aws", "ACCOUNT"), session_name)
    return TemporaryCredentials(NEW, NEW, NEW, expiration, arn, NEW)


def mask(text: str) -> list[str]:
    """Return the lines of an INI file, with secrets masked and access key ids cut to four."""
    lines = []
    # The indent of the secret key whose value the next lines may continue.
    secret_indent = -1
    for line in split_lines(text):
        line = line.rstrip("\r\n")
        indent = indent_of(line)
        secret = _SECRET_KEY.match(line)
        found = secret or _KEY_ID.match(line)
        if secret_indent >= 0 and line.strip() and indent > secret_indent:
            line = " " * indent + "****"
        elif found is not None:
            secret_indent = secret_indent if is_comment(line) else indent
            if found[2] != NEW:
                # Of a secret nothing is shown, of an access key id the last four characters.
                end = found[2][-4:] if secret is None else ""
                line = f"{found[1]}****{end}"
        elif not is_comment(line):
            secret_indent = -1
        lines.append(line)
    return lines


@contextmanager
def _scratch_file(path: str) -> Iterator[ScratchFile]:
    if os.path.isdir(os.path.dirname(path)):
        with private_copy(path) as copy:
            yield ScratchFile(copy, path)
    else:
        with tempfile.TemporaryDirectory() as folder:
            yield ScratchFile(os.path.join(folder, "copy"), path)
