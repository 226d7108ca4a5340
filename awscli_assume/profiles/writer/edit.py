"""What a file would hold after an edit, found out on a private copy and read back.

What is set is set by the CLI's own ConfigFileWriter, key by key, as a series of
``aws configure set`` would. It is given the section and what ends it, not the
whole file; that this makes no difference is held by the differential test.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Mapping, Optional, Sequence

from awscli_assume.errors import UnusableFile
from awscli_assume.profiles.files import Sections
from awscli_assume.profiles.writer.ini_lines import (
    line_stands,
    without_empty_section,
    without_keys,
)
from awscli_assume.profiles.writer.scratch_file import ScratchFile
from awscli_assume.profiles.writer.sections import SectionedText
from awscli_assume.profiles.writer.verify import (
    Refused,
    SectionEdit,
    damage,
    is_as_meant,
    parse_together,
    read_as,
)


@dataclass(frozen=True)
class Edited:
    """The content after the edits, and the sections concerned as they were before."""

    content: bytes
    before: Sections = field(default_factory=dict)


@dataclass(frozen=True)
class _Change:
    """A piece after an edit, not yet read back; ``ours`` are the sections read as the edit's."""

    edit: SectionEdit
    place: int
    ours: Sequence[str]
    now: bytes


def edit_content(
    bench: ScratchFile,
    content: bytes,
    edits: Sequence[SectionEdit],
    refused: Optional[Refused] = None,
) -> Edited:
    """Return the content after the edits. Raises UnusableFile for what would do damage.

    With ``refused`` that is put there by profile instead, and its section stays.
    """
    names = {name for edit in edits for name in (edit.section, edit.profile) if name}
    text = SectionedText(content, names)
    # By piece, as they are before any edit: a small file is one piece for all edits.
    sections = _read(bench, text, edits)
    before = {name: values for piece in sections.values() for name, values in piece.items()}
    errors: Refused = {}
    there = [edit for edit in edits if text.find(edit.section) is not None]
    if text.is_whole or len({edit.section for edit in there}) < len(there):
        for edit in there:
            _edit_pieces(bench, text, sections, [edit], errors)
    else:
        _edit_pieces(bench, text, sections, there, errors)
    for edit in edits:
        if text.find(edit.section) is None and edit.values:
            _append(bench, text, edit, errors)
    if errors and refused is None:
        raise next(iter(errors.values()))
    if refused is not None:
        refused.update(errors)
    return Edited(text.join(), before)


def _read(
    bench: ScratchFile, text: SectionedText, edits: Sequence[SectionEdit]
) -> dict[int, Sections]:
    """Return the sections of the pieces that are edited, by piece."""
    found = {text.find(edit.section): edit.section for edit in edits}
    names = {place: found[place] for place in sorted(p for p in found if p is not None)}
    if not text.is_whole:
        together = parse_together(bench, {n: text.pieces[place] for place, n in names.items()})
        if together is not None:
            return {place: together[name] for place, name in names.items()}
    return {
        place: bench.parse(
            text.pieces[place],
            lambda place=place: text.lines_before(place),  # type: ignore[misc]
        )
        for place in names
    }


def _edit_pieces(
    bench: ScratchFile,
    text: SectionedText,
    sections: dict[int, Sections],
    edits: Sequence[SectionEdit],
    errors: Refused,
) -> None:
    """Edit a piece each, then read them back; one that is not as meant stays as it was."""
    changes = []
    for edit in edits:
        place = text.find(edit.section) or 0
        was = sections[place]
        ours = read_as(edit, was)
        header = next(iter(ours), edit.section)
        ending = text.following_header(place)
        try:
            now = _edit_piece(bench, text.pieces[place], ending, edit, header, was)
        except UnusableFile as error:
            errors[edit.owner] = error
            continue
        if now is None:
            errors[edit.owner] = damage(bench, edit, text.pieces[place], text.lines_before(place))
        else:
            changes.append(_Change(edit, place, ours, now))
    found = _read_back(bench, text, sections, changes)
    for change in changes:
        edit, place = change.edit, change.place
        after = found[place]
        if after is not None and is_as_meant(edit, change.ours, sections[place], after):
            text.pieces[place], sections[place] = change.now, after
        else:
            errors[edit.owner] = damage(bench, edit, text.pieces[place], text.lines_before(place))


def _read_back(
    bench: ScratchFile,
    text: SectionedText,
    sections: Mapping[int, Sections],
    changes: Sequence[_Change],
) -> dict[int, Optional[Sections]]:
    """Return the sections of changed pieces, by piece; None for one that can't be read."""
    found: dict[int, Optional[Sections]] = {one.place: sections[one.place] for one in changes}
    changed = [one for one in changes if one.now != text.pieces[one.place]]
    changed.sort(key=lambda one: one.place)
    together = None
    if len(changed) > 1:
        together = parse_together(bench, {one.edit.section: one.now for one in changed})
    for one in changed:
        found[one.place] = (
            together[one.edit.section] if together is not None else bench.parse_or_none(one.now)
        )
    return found


def _append(bench: ScratchFile, text: SectionedText, edit: SectionEdit, errors: Refused) -> None:
    try:
        new = bench.set_values(b"", edit.section, [[value] for value in edit.values])
    except UnusableFile as error:
        errors[edit.owner] = error
    else:
        text.append(new)


def _edit_piece(
    bench: ScratchFile,
    piece: bytes,
    ending: bytes,
    edit: SectionEdit,
    header: str,
    was: Sections,
) -> Optional[bytes]:
    """Return the piece after the edit, or None where the writer did not find the section."""
    there = was.get(header, {})
    # A block that says what it should stays where it is, and so does a line.
    values = [
        (key, value)
        for key, value in edit.values
        if there.get(key) != value
        or not (isinstance(value, Mapping) or (len(was) == 1 and line_stands(piece, key, value)))
    ]
    # The writer can only add to a nested block, not take a key out of it.
    blocks = [key for key, value in values if isinstance(value, Mapping)]
    removals = {key for key in (*blocks, *edit.removals) if key in there}
    if removals:
        piece = bench.change_text(piece, lambda text: without_keys(text, header, removals))
    if edit.removals and not edit.values:
        piece = bench.change_text(piece, lambda text: without_empty_section(text, header))
    if values:
        # Keys that are there are set where they stand, in one go or one by one.
        at_once = all(isinstance(v, str) and isinstance(there.get(k), str) for k, v in values)
        groups = [values] if at_once else [[value] for value in values]
        # With the next section's header after it, for the writer puts a new key
        # elsewhere when its section is the last one of the file.
        written = bench.set_values(piece + ending, edit.section, groups)
        if not written.endswith(ending):
            return None
        piece = written[: len(written) - len(ending)]
    return piece
