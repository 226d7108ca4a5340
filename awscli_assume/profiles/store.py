"""The one writer of the CLI's two files.

What a file holds is what the CLI's own ConfigFileWriter makes of it, key by
key, as a series of ``aws configure set`` would. That it is never lost, never
half-written and never damaged is ours: the writer works on a private copy,
which is read back and compared before it takes the file's place.
"""

from __future__ import annotations

import os
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any, Callable, Iterator, Mapping, Optional, Sequence, Union

from awscli_assume.errors import InvalidConfiguration, UnusableFile
from awscli_assume.host import ConfigFileWriter, build_profile_map
from awscli_assume.profiles.files import Sections, parse
from awscli_assume.profiles.lines import without_keys
from awscli_assume.profiles.lock import files_locked
from awscli_assume.profiles.staging import (
    Snapshot,
    check_usable,
    identity_of,
    make_folder,
    private_copy,
    put_in_place,
    read_when_quiet,
    sweep_copies,
)

Value = Union[str, Mapping[str, str]]
_ATTEMPTS = 50


@dataclass(frozen=True)
class FileEdit:
    """Keys to set in one section of one file, in order; a mapping is a nested block.

    ``profile`` is the profile that the section has to be read back as in the
    config file, None in the credentials file.
    """

    path: str
    section: str
    values: Sequence[tuple[str, Value]]
    profile: Optional[str] = None


@dataclass(frozen=True)
class Staged:
    """An edit made on a private copy, read back and found good; the file is still untouched."""

    edit: FileEdit
    snapshot: Snapshot
    copy: str
    before: Sections

    def commit(self) -> bool:
        """Put the copy in the file's place; False if somebody has changed the file."""
        with open(self.copy, "rb") as file:
            if file.read() == self.snapshot.content:
                return identity_of(self.edit.path) == self.snapshot.identity
        return put_in_place(self.copy, self.edit.path, self.snapshot)


def apply_edits(edits: Sequence[FileEdit], check: Callable[[Sequence[Sections]], None]) -> None:
    """Make the edits, one replace a file, in order: the last one is the commit.

    ``check`` runs under the locks, on the sections of each file as they are
    before the edits, and raises what stands in the way. All edits are made on
    copies and read back before the first file is replaced. Raises UnusableFile,
    and leaves the files as they were.
    """
    paths = [edit.path for edit in edits]
    for path in paths:
        check_usable(path)
        make_folder(path)
    with files_locked(paths):
        for path in paths:
            sweep_copies(path)
        for _ in range(_ATTEMPTS):
            if _try_all(edits, check):
                return
    raise UnusableFile(
        f"{' or '.join(paths)} is being written all the time by something else; nothing was "
        "written. Run the command again when that has ended"
    )


def _try_all(edits: Sequence[FileEdit], check: Callable[[Sequence[Sections]], None]) -> bool:
    """Stage all edits, then commit them; False where the files did not keep still."""
    snapshots: list[tuple[FileEdit, Snapshot]] = []
    try:
        with ExitStack() as stack:
            staged = []
            for edit in edits:
                snapshots.append((edit, read_when_quiet(edit.path)))
                staged.append(stack.enter_context(_staged(*snapshots[-1])))
            check([one.before for one in staged])
            return all(one.commit() for one in staged)
    except InvalidConfiguration:
        # What was found wrong may be somebody else's half-written file.
        if any(identity_of(edit.path) != snapshot.identity for edit, snapshot in snapshots):
            return False
        raise
    except OSError as error:
        raise UnusableFile(
            f"Can't write {edits[-1].path} or its neighbours: {error.strerror or error}. "
            f"Try: df {os.path.dirname(edits[-1].path)}"
        ) from error


@contextmanager
def _staged(edit: FileEdit, snapshot: Snapshot) -> Iterator[Staged]:
    with private_copy(edit.path, snapshot.content) as copy:
        before = parse(copy, edit.path)
        expected = {**before, edit.section: _updated(before.get(edit.section, {}), edit.values)}
        _edit_copy(copy, edit)
        _compare(copy, edit, expected)
        yield Staged(edit, snapshot, copy, before)


def _updated(section: Mapping[str, Any], values: Sequence[tuple[str, Value]]) -> dict[str, Any]:
    return {**section, **{key: dict(v) if isinstance(v, Mapping) else v for key, v in values}}


def _edit_copy(copy: str, edit: FileEdit) -> None:
    try:
        _clear_blocks(copy, edit)
        for key, value in edit.values:
            content = dict(value) if isinstance(value, Mapping) else value
            # The writer empties the dict that it is given.
            ConfigFileWriter().update_config({"__section__": edit.section, key: content}, copy)
    except (ValueError, UnicodeError) as error:
        # The CLI's text for a line break (2.34) holds no value; a UnicodeError
        # would quote the file.
        reason = "it is not text in this locale" if isinstance(error, UnicodeError) else str(error)
        raise UnusableFile(f"Can't write {edit.path}: {reason}. The file is as it was") from None


def _clear_blocks(copy: str, edit: FileEdit) -> None:
    # The writer can only add to a nested block, not take a key out of it.
    blocks = [key for key, value in edit.values if isinstance(value, Mapping)]
    if blocks:
        with open(copy, newline="") as file:
            text = file.read()
        with open(copy, "w", newline="") as file:
            file.write(without_keys(text, edit.section, blocks))


def _compare(copy: str, edit: FileEdit, expected: Mapping[str, Any]) -> None:
    try:
        after: Any = parse(copy, edit.path)
    except UnusableFile:
        after = None
    if after != expected or _is_ambiguous(edit, after):
        raise UnusableFile(
            f"The AWS CLI's own writer would damage {edit.path}: section [{edit.section}] or a "
            f"neighbour is written in a way that it does not follow{_suspect(copy, edit)}. "
            "The file is as it was. Write that section as the CLI does, or choose another profile "
            "with --update-profile NAME"
        )


def _is_ambiguous(edit: FileEdit, sections: Mapping[str, Any]) -> bool:
    """Tell whether two sections of the config file are read as the one profile."""
    if edit.profile is None:
        return False
    candidates = [name for name in sections if edit.profile in name]
    found = [n for n in candidates if edit.profile in build_profile_map({n: {}})["profiles"]]
    return found != [edit.section]


def _suspect(copy: str, edit: FileEdit) -> str:
    """Name the first line that is known to lead the writer astray."""
    with open(copy, encoding="utf-8", errors="replace", newline="") as file:
        lines = file.read().split("\n")
    name = edit.profile or edit.section
    headers = 0
    for number, line in enumerate(lines, 1):
        bare = line.strip()
        is_header = bare.lstrip("\ufeff").startswith("[") and name in bare
        headers += is_header
        if is_header and (headers > 1 or line.rstrip() != f"[{edit.section}]"):
            return f" (line {number}: {bare})"
    return ""
