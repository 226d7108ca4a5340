"""The content of a file after edits, made on a scratch file and read back.

The CLI's own ConfigFileWriter sets the values, as a series of ``aws configure set`` calls would.
It gets the section and the header after it, not the whole file; the differential test shows that
this makes no difference.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import partial
from typing import Mapping, Optional, Sequence

from awscli_assume.errors import UnusableFile
from awscli_assume.files.ini import without_empty_sections, without_keys
from awscli_assume.host import build_profile_map
from awscli_assume.profiles.files import Sections
from awscli_assume.profiles.writer.scratch_file import ScratchFile
from awscli_assume.profiles.writer.sections import SectionedText
from awscli_assume.profiles.writer.verify import (
    Refused,
    SectionEdit,
    damage_error,
    matches_edit,
    parse_together,
    read_as,
)

# From this many edits on, a file that can't be cut is read back once for all of them.
MANY = 20


@dataclass(frozen=True)
class Edited:
    """The content after the edits, and the edited sections before and after them."""

    content: bytes
    before: Sections = field(default_factory=dict)
    after: Sections = field(default_factory=dict)


@dataclass(frozen=True)
class _Change:
    """A piece after an edit, not yet read back; ``own`` are the sections of the edit's profile."""

    edit: SectionEdit
    place: int
    own: Sequence[str]
    after: bytes


def edit_content(
    scratch_file: ScratchFile,
    content: bytes,
    edits: Sequence[SectionEdit],
    refused: Optional[Refused] = None,
) -> Edited:
    """Return the content after the edits. Raises UnusableFile for an edit that would do damage.

    With ``refused``, the error is added to it by profile instead, and the section stays as it is.
    """
    editor = _Editor(scratch_file, content, edits)
    before = editor.all_sections()
    editor.make(edits, before)
    if editor.errors and refused is None:
        raise next(iter(editor.errors.values()))
    if refused is not None:
        refused.update(editor.errors)
    return Edited(editor.text.join(), before, editor.all_sections())


class _Editor:
    """The pieces of a file with their sections, and the errors of edits that would do damage.

    ``sections`` are by the number of the piece. A small file is one piece for all edits.
    """

    def __init__(
        self, scratch_file: ScratchFile, content: bytes, edits: Sequence[SectionEdit]
    ) -> None:
        names = {name for edit in edits for name in (edit.section, edit.profile) if name}
        self.scratch_file = scratch_file
        self.text = SectionedText(content, names)
        self.sections = self._read(edits)
        self.errors: Refused = {}

    def all_sections(self) -> Sections:
        """Return the sections of all pieces that are edited."""
        return {name: values for one in self.sections.values() for name, values in one.items()}

    def make(self, edits: Sequence[SectionEdit], before: Sections) -> None:
        """Make the edits; ``before`` are the sections before any of them."""
        text = self.text
        new = self._new_sections(before, edits)
        existing = [edit for edit in edits if edit.section not in new]
        if text.is_whole and len(existing) >= MANY:
            existing = list(self._remove_together(existing))
        if text.is_whole or len({edit.section for edit in existing}) < len(existing):
            for edit in existing:
                self._edit_pieces([edit])
        else:
            self._edit_pieces(existing)
        self._append([edit for edit in new.values() if edit.values])

    def _read(self, edits: Sequence[SectionEdit]) -> dict[int, Sections]:
        """Return the sections of the pieces that are edited, by piece."""
        text = self.text
        found = {text.find(edit.section): edit.section for edit in edits}
        names = {place: found[place] for place in sorted(p for p in found if p is not None)}
        if not text.is_whole:
            together = parse_together(
                self.scratch_file, {n: text.pieces[place] for place, n in names.items()}
            )
            if together is not None:
                return {place: together[name] for place, name in names.items()}
        return {
            place: self.scratch_file.parse(text.pieces[place], partial(text.lines_before, place))
            for place in names
        }

    def _add_damage(self, edit: SectionEdit, piece: bytes, lines_before: int = 0) -> None:
        self.errors[edit.owner] = damage_error(self.scratch_file, edit, piece, lines_before)

    def _edit_pieces(self, edits: Sequence[SectionEdit]) -> None:
        """Make one edit a piece and read the pieces back; a damaged piece stays as it was."""
        text = self.text
        changes = []
        for edit in edits:
            place = text.find(edit.section) or 0
            own = read_as(edit, self.sections[place])
            try:
                piece = self._edit_piece(edit, place, next(iter(own), edit.section))
            except UnusableFile as error:
                self.errors[edit.owner] = error
                continue
            if piece is None:
                self._add_damage(edit, text.pieces[place], text.lines_before(place))
            else:
                changes.append(_Change(edit, place, own, piece))
        found = self._read_back(changes)
        for change in changes:
            edit, place = change.edit, change.place
            after = found[place]
            if after is not None and matches_edit(edit, change.own, self.sections[place], after):
                text.pieces[place], self.sections[place] = change.after, after
            else:
                self._add_damage(edit, text.pieces[place], text.lines_before(place))

    def _read_back(self, changes: Sequence[_Change]) -> dict[int, Optional[Sections]]:
        """Return the sections of changed pieces, by piece; None for one that can't be parsed."""
        found: dict[int, Optional[Sections]] = {
            one.place: self.sections[one.place] for one in changes
        }
        changed = [one for one in changes if one.after != self.text.pieces[one.place]]
        changed.sort(key=lambda one: one.place)
        together = None
        if len(changed) > 1:
            pieces = {one.edit.section: one.after for one in changed}
            together = parse_together(self.scratch_file, pieces)
        for one in changed:
            found[one.place] = (
                together[one.edit.section]
                if together is not None
                else self.scratch_file.parse_or_none(one.after)
            )
        return found

    def _remove_together(self, edits: Sequence[SectionEdit]) -> Sequence[SectionEdit]:
        """Make the edits that only remove keys, and return the others.

        The file can't be cut, so it is read back once for all edits. If the result is not the
        expected one, all edits are returned.
        """
        before = self.sections[0]
        keys = {
            edit.section: set(edit.removals) & set(before[edit.section])
            for edit in edits
            if not edit.values and edit.section in before
        }
        piece = self.scratch_file.change_text(
            self.text.pieces[0],
            lambda found: without_empty_sections(without_keys(found, keys), keys),
        )
        expected = {
            name: {key: value for key, value in values.items() if key not in keys.get(name, ())}
            for name, values in before.items()
        }
        found = self.scratch_file.parse_or_none(piece)
        # A section that still has a comment is kept.
        rest = {
            name: values for name, values in expected.items() if values or name in (found or ())
        }
        if found is None or found != rest or not set(expected) - set(rest) <= set(keys):
            return edits
        self.text.pieces[0], self.sections[0] = piece, found
        return [edit for edit in edits if edit.section not in keys]

    def _new_sections(
        self, before: Sections, edits: Sequence[SectionEdit]
    ) -> dict[str, SectionEdit]:
        """Return the edits of sections that the file lacks, by section.

        In a file that can't be cut, each edit of an existing section parses the whole file. Only
        for many edits is it faster to find the new sections first.
        """
        text = self.text
        if not text.is_whole:
            return {edit.section: edit for edit in edits if text.find(edit.section) is None}
        if len(edits) < MANY:
            return {}
        read = {
            profile for name in before for profile in build_profile_map({name: {}})["profiles"]
        }
        content = text.join()
        return {
            edit.section: edit
            for edit in edits
            if edit.section not in before
            and edit.profile not in read
            and b"[%s]" % edit.section.encode() not in content
        }

    def _append(self, edits: Sequence[SectionEdit]) -> None:
        """Add new sections at the end, and read them back together."""
        text, written = self.text, dict[str, bytes]()
        for edit in edits:
            try:
                # All values in one call: a call for each would leave the same bytes.
                written[edit.section] = self.scratch_file.set_values(
                    b"", edit.section, [edit.values]
                )
            except UnusableFile as error:
                self.errors[edit.owner] = error
        edits = [edit for edit in edits if edit.section in written]
        together = parse_together(self.scratch_file, written) if len(written) > 1 else None
        first = len(text.pieces)
        for edit in edits:
            piece = written[edit.section]
            found = together[edit.section] if together else self.scratch_file.parse_or_none(piece)
            if found is None or not matches_edit(edit, [], {}, found):
                self._add_damage(edit, piece)
                continue
            self.sections[len(text.pieces)] = found
            text.append(piece)
        if text.is_whole and not self._reads_back():
            for place in range(first, len(text.pieces)):
                del self.sections[place]
            del text.pieces[first:]
            for edit in edits:
                self._add_damage(edit, text.join())

    def _reads_back(self) -> bool:
        """Return whether the joined pieces of a file are read like the single pieces."""
        if len(self.text.pieces) == 1:
            return True
        return self.scratch_file.parse_or_none(self.text.join()) == self.all_sections()

    def _edit_piece(self, edit: SectionEdit, place: int, header: str) -> Optional[bytes]:
        """Return a piece after the edit, or None where the writer did not find the section."""
        piece, before = self.text.pieces[place], self.sections[place]
        current = before.get(header, {})
        # A block or a line that is right already stays where it is.
        values = [
            (key, value)
            for key, value in edit.values
            if current.get(key) != value
            or not (
                isinstance(value, Mapping) or (len(before) == 1 and has_line(piece, key, value))
            )
        ]
        # The writer can only add to a nested block, not remove a key from it.
        blocks = [key for key, value in values if isinstance(value, Mapping)]
        removals = {header: {key for key in (*blocks, *edit.removals) if key in current}}
        change = self.scratch_file.change_text
        if removals[header]:
            piece = change(piece, lambda text: without_keys(text, removals))
        if edit.removals and not edit.values:
            piece = change(piece, lambda text: without_empty_sections(text, removals))
        if values:
            # Existing keys are set where they are, in one call or one by one.
            at_once = all(
                isinstance(v, str) and isinstance(current.get(k), str) for k, v in values
            )
            groups = [values] if at_once else [[value] for value in values]
            # The next section's header has to follow: the writer puts a new key elsewhere when
            # its section is the last one of the file.
            ending = self.text.following_header(place)
            written = self.scratch_file.set_values(piece + ending, edit.section, groups)
            if not written.endswith(ending):
                return None
            piece = written[: len(written) - len(ending)]
        return piece


def has_line(piece: bytes, key: str, value: object) -> bool:
    """Return whether a section has the very line that the writer would write.

    The writer changes the first line that begins with the key, also a nested one (2.38.5,
    writer.py), so there must be no other; and it rewrites every carriage return.
    """
    if not isinstance(value, str) or not (key + value).isascii() or b"\r" in piece:
        return False
    name = re.escape(key.encode())
    lines = re.findall(rb"\n[\s:=]*" + name + rb"\s*[:=]", piece)
    return len(lines) == 1 and f"\n{key} = {value}\n".encode() in piece
