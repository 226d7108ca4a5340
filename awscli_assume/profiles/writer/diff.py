"""What an edit would change, as a diff with every secret masked; nothing is written."""

from __future__ import annotations

import difflib
import os
import re
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Iterator, Optional, Sequence

from awscli_assume.model.arns import Role, session_arn
from awscli_assume.model.credentials import TemporaryCredentials
from awscli_assume.profiles.writer.edit import edit_content
from awscli_assume.profiles.writer.scratch_file import ScratchFile
from awscli_assume.profiles.writer.staging import check_usable, private_copy, read_when_quiet
from awscli_assume.profiles.writer.store import FileEdit
from awscli_assume.profiles.writer.verify import Refused

NEW = "(new)"
_LINE = re.compile(r"[^\n]*\n|[^\n]+")
# A key that was commented out is as secret as it was before.
_SECRET_KEY = re.compile(
    r"^([\s#;]*[^=:\n]*(?:secret|token(?!_expires|[-_]file)|password)[^=:\n]*[=:][ \t]*)(.*)", re.I
)
_KEY_ID = re.compile(r"^([\s#;]*[^=:\n]*access_key_id\s*[=:][ \t]*)(.*)", re.I)


@dataclass(frozen=True)
class FileDiff:
    """A file, and its lines as a unified diff; no lines where nothing would change."""

    path: str
    lines: tuple[str, ...]


def preview(edits: Sequence[FileEdit], refused: Optional[Refused] = None) -> list[FileDiff]:
    """Return what the edits would change. Raises UnusableFile as the edits themselves would.

    With ``refused`` the profiles that they would leave out are put there.
    """
    found: Optional[Refused] = None if refused is None else {}
    answer = [_diff(edit.without(refused or ()), found) for edit in edits]
    if not found or refused is None:
        return answer
    refused.update(found)
    return preview(edits, refused)


def _diff(edit: FileEdit, refused: Optional[Refused]) -> FileDiff:
    check_usable(edit.path)
    content = read_when_quiet(edit.path).content
    with _bench(edit.path) as bench:
        after = edit_content(bench, content, edit.sections, refused).content
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
    """Return credentials that stand for those which STS would hand out."""
    arn = session_arn(role.completed("aws", "ACCOUNT"), session_name)
    return TemporaryCredentials(NEW, NEW, NEW, expiration, arn, NEW)


def mask(text: str) -> list[str]:
    """Return the lines of an INI file, with secrets masked and access key ids cut to four."""
    lines = []
    below = -1
    for line in _LINE.findall(text):
        line = line.rstrip("\r\n")
        indent = len(line) - len(line.lstrip())
        secret = _SECRET_KEY.match(line)
        key_id = _KEY_ID.match(line)
        found = secret or key_id
        is_note = not line.strip() or line.lstrip().startswith(("#", ";"))
        if below >= 0 and line.strip() and indent > below:
            # The rest of a secret that goes on over several lines.
            line = " " * indent + "****"
        elif found is not None:
            below = below if is_note else indent
            if found.group(2) != NEW:
                # A secret access key is no part of an access key id's line.
                end = found.group(2)[-4:] if secret is None else ""
                line = f"{found.group(1)}****{end}"
        elif not is_note:
            # Blank lines and comments do not end a value (configparser).
            below = -1
        lines.append(line)
    return lines


@contextmanager
def _bench(path: str) -> Iterator[ScratchFile]:
    folder = os.path.dirname(path)
    if os.path.isdir(folder):
        with private_copy(path, b"") as copy:
            yield ScratchFile(copy, path)
    else:
        with tempfile.TemporaryDirectory() as scratch:
            yield ScratchFile(os.path.join(scratch, "copy"), path)
