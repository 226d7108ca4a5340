"""Join the sections and keys that an INI file has twice, which stop every ``aws`` command.

Two ``aws configure set`` at once leave such files: one appends a section while the other has
truncated the file. The AWS CLI's parser then refuses the whole file.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field
from typing import Optional

from awscli_assume.files.ini import Line, read_lines
from awscli_assume.files.masking import is_secret
from awscli_assume.files.replace import Snapshot, private_copy, put_in_place


@dataclass(frozen=True)
class Finding:
    """A line of a file, from 1, and what is wrong there."""

    line: int
    reason: str


@dataclass(frozen=True)
class Repair:
    """A text without duplicates, what was joined, and the conflicts that only the user can decide.

    With conflicts, the text is unchanged.
    """

    text: str
    joined: tuple[Finding, ...] = ()
    conflicts: tuple[Finding, ...] = ()


@dataclass
class _Entry:
    """The lines of an option, or a header, comment or broken line without a key."""

    number: int
    lines: list[Line]

    @property
    def key(self) -> Optional[str]:
        return self.lines[0].key

    @property
    def values(self) -> list[str]:
        return [line.value for line in self.lines if line.key]

    @property
    def is_block(self) -> bool:
        return not self.values[0] and all("=" in value for value in self.values[1:])


@dataclass
class _Section:
    name: Optional[str]
    number: int
    entries: list[_Entry] = field(default_factory=list)

    @property
    def is_one_key(self) -> bool:
        return [bool(entry.key) for entry in self.entries] == [False, True]

    def find(self, key: str) -> Optional[_Entry]:
        return next((entry for entry in self.entries if entry.key == key), None)


def join_duplicates(text: str, is_recent: bool = False) -> Repair:
    """Join duplicate sections and keys where the first one is; the later value of a key wins.

    The keys of two nested blocks are joined in the same way. Two different secrets are a conflict,
    unless the file was written a moment ago (``is_recent``) and the later section has that key
    alone: that is one ``aws configure set``, which was to replace the value.
    """
    # The last line may move up.
    first, joined, conflicts = _join(
        _parse(text if text.endswith("\n") else f"{text}\n"), is_recent
    )
    if conflicts or not joined:
        return Repair(text, tuple(joined), tuple(conflicts))
    after = "".join(line.text for one in first for entry in one.entries for line in entry.lines)
    if [_values(section) for section in _parse(after)] != [_values(one) for one in first]:
        # An indented line would continue the value that is now above it.
        reason = f"{joined[0].reason}, and their lines are indented differently"
        conflicts.append(Finding(joined[0].line, reason))
        return Repair(text, tuple(joined), tuple(conflicts))
    return Repair(after, tuple(joined))


def _join(
    sections: list[_Section], is_recent: bool
) -> tuple[list[_Section], list[Finding], list[Finding]]:
    first: dict[Optional[str], _Section] = {}
    joined: list[Finding] = []
    conflicts: list[Finding] = []
    for section in sections:
        target = first.setdefault(section.name, _Section(section.name, section.number))
        entries = section.entries
        if target.number != section.number:
            reason = f"section [{section.name}] is also in line {target.number}"
            joined.append(Finding(section.number, reason))
            entries = entries[1:]
        for entry in entries:
            earlier = target.find(entry.key) if entry.key else None
            if earlier is None:
                target.entries.append(entry)
                continue
            reason = f"[{section.name}] has {entry.key} also in line {earlier.number}"
            if earlier.values != entry.values:
                reason += ", with another value"
                if is_secret(entry.key or "") and not (is_recent and section.is_one_key):
                    conflicts.append(Finding(entry.number, reason))
                    continue
            joined.append(Finding(entry.number, reason))
            earlier.lines = _joined(earlier, entry)
    return list(first.values()), joined, conflicts


def replace_with_backup(path: str, before: Snapshot, after: bytes) -> Optional[str]:
    """Replace a file that exists, and return the path of a backup beside it, of mode 0600.

    None where another program has changed the file meanwhile. ``path`` has its links resolved,
    and the caller holds the file's lock. Raises OSError and ReplaceError.
    """
    name = backup = f"{path}.before-repair-{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}"
    number = 1
    while os.path.lexists(backup):
        number += 1
        backup = f"{name}-{number}"
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    with open(os.open(backup, flags, 0o600), "wb") as file:
        file.write(before.content)
        os.fsync(file.fileno())
    is_replaced = False
    try:
        with private_copy(path, after) as copy:
            is_replaced = put_in_place(copy, path, before)
    finally:
        if not is_replaced:
            os.unlink(backup)
    return backup if is_replaced else None


def _joined(earlier: _Entry, later: _Entry) -> list[Line]:
    if not (earlier.is_block and later.is_block):
        return later.lines
    new = {_nested_key(line) for line in later.lines[1:]}
    return [line for line in earlier.lines if _nested_key(line) not in new] + later.lines[1:]


def _nested_key(line: Line) -> Optional[str]:
    return line.value.partition("=")[0].strip() if line.is_continuation else None


def _values(section: _Section) -> tuple[Optional[str], dict[Optional[str], list[str]]]:
    return section.name, {entry.key: entry.values for entry in section.entries if entry.key}


def _parse(text: str) -> list[_Section]:
    sections = [_Section(None, 0)]
    for number, line in enumerate(read_lines(text), 1):
        if line.is_header:
            sections.append(_Section(line.section, number))
        entries = sections[-1].entries
        if line.is_continuation:
            # Comments inside of a value stay there.
            start = max(i for i, entry in enumerate(entries) if entry.key)
            entries[start].lines += [one for entry in entries[start + 1 :] for one in entry.lines]
            entries[start].lines.append(line)
            del entries[start + 1 :]
        else:
            entries.append(_Entry(number, [line]))
    return sections
