"""Repair of files in which plain ``aws configure set`` runs have left a section twice."""

from __future__ import annotations

import sys
import time
from typing import Iterable

from awscli_assume.errors import UnusableFile
from awscli_assume.files.repair import join_duplicates, replace_with_backup
from awscli_assume.files.replace import ReplaceError, Snapshot, private_copy
from awscli_assume.profiles.writer.scratch_file import ScratchFile, scratch_path

# The file was readable when this aws started. A user who edits by hand is slower.
_RECENT_SECONDS = 10.0


def repair_files(snapshots: Iterable[tuple[str, Snapshot]]) -> bool:
    """Join duplicate sections and keys, and return whether a file was repaired.

    The caller holds the locks. A backup stays beside the file, and stderr names it. Raises
    UnusableFile where a secret has two values, with the file unchanged.
    """
    repaired = [_repair_file(path, snapshot) for path, snapshot in snapshots]
    return any(repaired)


def _repair_file(path: str, snapshot: Snapshot) -> bool:
    is_recent = snapshot.identity is not None and (
        abs(time.time() - snapshot.identity[3] / 1e9) < _RECENT_SECONDS
    )
    if not snapshot.content or _is_readable(path, snapshot.content):
        return False
    repair = join_duplicates(snapshot.content.decode("utf-8", "surrogateescape"), is_recent)
    if repair.conflicts:
        places = "; ".join(f"line {one.line}: {one.reason}" for one in repair.conflicts)
        raise UnusableFile(
            f"The AWS CLI cannot read {path}, and only you can tell which line is right "
            f"({places}). Nothing was written. Remove the wrong one of these lines, and run the "
            "command again"
        )
    after = repair.text.encode("utf-8", "surrogateescape")
    if not repair.joined or not _is_readable(path, after):
        return False
    try:
        backup = replace_with_backup(path, snapshot, after)
    except ReplaceError as error:
        raise UnusableFile(str(error)) from error
    if backup is not None and sys.stderr is not None:
        places = "; ".join(f"line {one.line}: {one.reason}" for one in repair.joined)
        sys.stderr.write(
            f"aws: [WARNING]: {path} could not be read by the AWS CLI and was repaired "
            f"({places}). The later value of each key was kept. The file as it was before: "
            f"{backup}\n"
        )
    return True


def _is_readable(path: str, content: bytes) -> bool:
    """Return whether the AWS CLI can read a content of a file."""
    with private_copy(path) as copy, scratch_path(copy) as scratch:
        return ScratchFile(scratch, path).parse_or_none(content) is not None
