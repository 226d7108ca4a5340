"""The content of a file after edits, made on a scratch file and read back.

The CLI's own ConfigFileWriter sets the values, as a series of ``aws configure set`` calls would.
It gets the section and the header after it, not the whole file; the differential test shows that
this makes no difference.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Mapping, Optional, Sequence

from awscli_assume.errors import UnusableFile
from awscli_assume.files.ini import (
    without_empty_section,
    without_empty_sections,
    without_keys,
    without_keys_of,
)
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
    names = {name for edit in edits for name in (edit.section, edit.profile) if name}
    text = SectionedText(content, names)
    # By piece, before any edit. A small file is one piece for all edits.
    sections = _read(scratch_file, text, edits)
    before = {name: values for piece in sections.values() for name, values in piece.items()}
    errors: Refused = {}
    new = _new_sections(text, before, edits)
    existing = [edit for edit in edits if edit.section not in new]
    if text.is_whole and len(existing) >= MANY:
        existing = list(_remove_together(scratch_file, text, sections, existing))
    if text.is_whole or len({edit.section for edit in existing}) < len(existing):
        for edit in existing:
            _edit_pieces(scratch_file, text, sections, [edit], errors)
    else:
        _edit_pieces(scratch_file, text, sections, existing, errors)
    _append(scratch_file, text, sections, [edit for edit in new.values() if edit.values], errors)
    if errors and refused is None:
        raise next(iter(errors.values()))
    if refused is not None:
        refused.update(errors)
    after = {name: values for piece in sections.values() for name, values in piece.items()}
    return Edited(text.join(), before, after)


def _read(
    scratch_file: ScratchFile, text: SectionedText, edits: Sequence[SectionEdit]
) -> dict[int, Sections]:
    """Return the sections of the pieces that are edited, by piece."""
    found = {text.find(edit.section): edit.section for edit in edits}
    names = {place: found[place] for place in sorted(p for p in found if p is not None)}
    if not text.is_whole:
        together = parse_together(
            scratch_file, {n: text.pieces[place] for place, n in names.items()}
        )
        if together is not None:
            return {place: together[name] for place, name in names.items()}
    return {
        place: scratch_file.parse(
            text.pieces[place],
            lambda place=place: text.lines_before(place),  # type: ignore[misc]
        )
        for place in names
    }


def _edit_pieces(
    scratch_file: ScratchFile,
    text: SectionedText,
    sections: dict[int, Sections],
    edits: Sequence[SectionEdit],
    errors: Refused,
) -> None:
    """Make one edit a piece and read the pieces back; a damaged piece stays as it was."""

    def add_damage(edit: SectionEdit, place: int) -> None:
        errors[edit.owner] = damage_error(
            scratch_file, edit, text.pieces[place], text.lines_before(place)
        )

    changes = []
    for edit in edits:
        place = text.find(edit.section) or 0
        before = sections[place]
        own = read_as(edit, before)
        header = next(iter(own), edit.section)
        ending = text.following_header(place)
        try:
            piece = _edit_piece(scratch_file, text.pieces[place], ending, edit, header, before)
        except UnusableFile as error:
            errors[edit.owner] = error
            continue
        if piece is None:
            add_damage(edit, place)
        else:
            changes.append(_Change(edit, place, own, piece))
    found = _read_back(scratch_file, text, sections, changes)
    for change in changes:
        edit, place = change.edit, change.place
        after = found[place]
        if after is not None and matches_edit(edit, change.own, sections[place], after):
            text.pieces[place], sections[place] = change.after, after
        else:
            add_damage(edit, place)


def _read_back(
    scratch_file: ScratchFile,
    text: SectionedText,
    sections: Mapping[int, Sections],
    changes: Sequence[_Change],
) -> dict[int, Optional[Sections]]:
    """Return the sections of changed pieces, by piece; None for one that can't be parsed."""
    found: dict[int, Optional[Sections]] = {one.place: sections[one.place] for one in changes}
    changed = [one for one in changes if one.after != text.pieces[one.place]]
    changed.sort(key=lambda one: one.place)
    together = None
    if len(changed) > 1:
        together = parse_together(scratch_file, {one.edit.section: one.after for one in changed})
    for one in changed:
        found[one.place] = (
            together[one.edit.section]
            if together is not None
            else scratch_file.parse_or_none(one.after)
        )
    return found


def _remove_together(
    scratch_file: ScratchFile,
    text: SectionedText,
    sections: dict[int, Sections],
    edits: Sequence[SectionEdit],
) -> Sequence[SectionEdit]:
    """Make the edits that only remove keys, and return the others.

    The file can't be cut, so it is read back once for all edits. If the result is not the
    expected one, all edits are returned.
    """
    before = sections[0]
    keys = {
        edit.section: set(edit.removals) & set(before[edit.section])
        for edit in edits
        if not edit.values and edit.section in before
    }
    piece = scratch_file.change_text(text.pieces[0], lambda found: without_keys_of(found, keys))
    piece = scratch_file.change_text(piece, lambda found: without_empty_sections(found, keys))
    expected = {
        name: {key: value for key, value in values.items() if key not in keys.get(name, ())}
        for name, values in before.items()
    }
    found = scratch_file.parse_or_none(piece)
    # A section that still has a comment is kept.
    rest = {name: values for name, values in expected.items() if values or name in (found or ())}
    if found is None or found != rest or not set(expected) - set(rest) <= set(keys):
        return edits
    text.pieces[0], sections[0] = piece, found
    return [edit for edit in edits if edit.section not in keys]


def _new_sections(
    text: SectionedText, before: Sections, edits: Sequence[SectionEdit]
) -> dict[str, SectionEdit]:
    """Return the edits of sections that the file lacks, by section.

    In a file that can't be cut, each edit of an existing section parses the whole file. Only for
    many edits is it faster to find the new sections first.
    """
    if not text.is_whole:
        return {edit.section: edit for edit in edits if text.find(edit.section) is None}
    if len(edits) < MANY:
        return {}
    read = {profile for name in before for profile in build_profile_map({name: {}})["profiles"]}
    content = text.join()
    return {
        edit.section: edit
        for edit in edits
        if edit.section not in before
        and edit.profile not in read
        and b"[%s]" % edit.section.encode() not in content
    }


def _append(
    scratch_file: ScratchFile,
    text: SectionedText,
    sections: dict[int, Sections],
    edits: Sequence[SectionEdit],
    errors: Refused,
) -> None:
    """Add new sections at the end, and read them back together."""
    written: dict[str, bytes] = {}
    for edit in edits:
        try:
            # All values in one call: a call for each would leave the same bytes.
            written[edit.section] = scratch_file.set_values(b"", edit.section, [edit.values])
        except UnusableFile as error:
            errors[edit.owner] = error
    edits = [edit for edit in edits if edit.section in written]
    together = parse_together(scratch_file, written) if len(written) > 1 else None
    first = len(text.pieces)
    for edit in edits:
        piece = written[edit.section]
        found = together[edit.section] if together else scratch_file.parse_or_none(piece)
        if found is None or not matches_edit(edit, [], {}, found):
            errors[edit.owner] = damage_error(scratch_file, edit, piece, 0)
            continue
        sections[len(text.pieces)] = found
        text.append(piece)
    if text.is_whole and not _reads_back(scratch_file, text, sections):
        for place in range(first, len(text.pieces)):
            del sections[place]
        del text.pieces[first:]
        for edit in edits:
            errors[edit.owner] = damage_error(scratch_file, edit, text.join(), 0)


def _reads_back(
    scratch_file: ScratchFile, text: SectionedText, sections: Mapping[int, Sections]
) -> bool:
    """Return whether the joined pieces of a file are read like the single pieces."""
    if len(text.pieces) == 1:
        return True
    expected = {name: values for piece in sections.values() for name, values in piece.items()}
    return scratch_file.parse_or_none(text.join()) == expected


def _edit_piece(
    scratch_file: ScratchFile,
    piece: bytes,
    ending: bytes,
    edit: SectionEdit,
    header: str,
    before: Sections,
) -> Optional[bytes]:
    """Return the piece after the edit, or None where the writer did not find the section."""
    current = before.get(header, {})
    # A block or a line that is right already stays where it is.
    values = [
        (key, value)
        for key, value in edit.values
        if current.get(key) != value
        or not (isinstance(value, Mapping) or (len(before) == 1 and has_line(piece, key, value)))
    ]
    # The writer can only add to a nested block, not remove a key from it.
    blocks = [key for key, value in values if isinstance(value, Mapping)]
    removals = {key for key in (*blocks, *edit.removals) if key in current}
    if removals:
        piece = scratch_file.change_text(piece, lambda text: without_keys(text, header, removals))
    if edit.removals and not edit.values:
        piece = scratch_file.change_text(piece, lambda text: without_empty_section(text, header))
    if values:
        # Existing keys are set where they are, in one call or one by one.
        at_once = all(isinstance(v, str) and isinstance(current.get(k), str) for k, v in values)
        groups = [values] if at_once else [[value] for value in values]
        # The next section's header has to follow: the writer puts a new key elsewhere when its
        # section is the last one of the file.
        written = scratch_file.set_values(piece + ending, edit.section, groups)
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
