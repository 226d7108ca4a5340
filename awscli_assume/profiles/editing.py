"""What a file would hold after an edit, found out on a private copy and read back.

What is set is set by the CLI's own ConfigFileWriter, key by key, as a series of
``aws configure set`` would. It is given the section and what ends it, not the
whole file; that this makes no difference is held by the differential test.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Mapping, Optional, Sequence

from awscli_assume.errors import UnusableFile
from awscli_assume.host import build_profile_map
from awscli_assume.profiles.files import Sections
from awscli_assume.profiles.lines import without_empty_section, without_keys
from awscli_assume.profiles.sections import SectionedText
from awscli_assume.profiles.suspects import find_suspect
from awscli_assume.profiles.workbench import Value, Workbench

# What can't be edited without damage, by the profile that it is of.
Refused = dict[str, UnusableFile]


@dataclass(frozen=True)
class SectionEdit:
    """Keys to set in one section, in order, and keys to remove; a mapping is a nested block.

    ``profile`` is the profile that the section has to be read back as in the
    config file, None in the credentials file. A section that nothing is left in
    after a removal goes too.
    """

    section: str
    values: Sequence[tuple[str, Value]] = ()
    removals: Sequence[str] = ()
    profile: Optional[str] = None

    @property
    def owner(self) -> str:
        """The profile that the section is of, in either file."""
        return self.profile or self.section


@dataclass(frozen=True)
class Edited:
    """The content after the edits, and the sections concerned as they were before."""

    content: bytes
    before: Sections = field(default_factory=dict)


def edit_content(
    bench: Workbench,
    content: bytes,
    edits: Sequence[SectionEdit],
    refused: Optional[Refused] = None,
) -> Edited:
    """Answer the content after the edits. Raises UnusableFile for what would do damage.

    With ``refused`` that is put there by profile instead, and its section stays.
    """
    names = {name for edit in edits for name in (edit.section, edit.profile) if name}
    text = SectionedText(content, names)
    # By piece, as they are before any edit: a small file is one piece for all edits.
    sections: dict[int, Sections] = {}
    places = {text.find(edit.section) for edit in edits}
    for number in (place for place in places if place is not None):
        sections[number] = bench.parse(
            text.pieces[number],
            lambda number=number: text.lines_before(number),  # type: ignore[misc]
        )
    before = {name: values for piece in sections.values() for name, values in piece.items()}
    for edit in edits:
        try:
            _edit_section(bench, text, sections, edit)
        except UnusableFile as error:
            if refused is None:
                raise
            refused[edit.owner] = error
    return Edited(text.join(), before)


def _edit_section(
    bench: Workbench, text: SectionedText, sections: dict[int, Sections], edit: SectionEdit
) -> None:
    place = text.find(edit.section)
    if place is not None:
        piece, was = text.pieces[place], sections[place]
        header = next(iter(_read_as(edit, was)), edit.section)
        now = _edit_piece(bench, piece, text.following_header(place), edit, header, was)
        found = None if now is None else _read_back(bench, was, now, edit)
        if now is None or found is None:
            raise _damage(bench, edit, piece, text.lines_before(place))
        text.pieces[place] = now
        sections[place] = found
    elif edit.values:
        text.append(bench.set_values(b"", edit.section, [[value] for value in edit.values]))


def _edit_piece(
    bench: Workbench,
    piece: bytes,
    ending: bytes,
    edit: SectionEdit,
    header: str,
    was: Sections,
) -> Optional[bytes]:
    """Answer the piece after the edit, or None where the writer did not find the section."""
    there = was.get(header, {})
    # A block that says what it should stays where it is.
    values = [(k, v) for k, v in edit.values if not isinstance(v, Mapping) or there.get(k) != v]
    # The writer can only add to a nested block, not take a key out of it.
    blocks = [key for key, value in values if isinstance(value, Mapping)]
    removals = {key for key in (*blocks, *edit.removals) if key in there}
    if removals:
        piece = bench.change_text(piece, lambda text: without_keys(text, header, removals))
    if edit.removals:
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


def _read_back(
    bench: Workbench, was: Sections, now: bytes, edit: SectionEdit
) -> Optional[Sections]:
    """Answer the sections of a piece if they are as they were but for the edit, else None."""
    try:
        found: Sections = bench.parse(now)
    except UnusableFile:
        return None
    before, after = _read_as(edit, was), _read_as(edit, found)
    wanted: dict[str, Any] = {
        key: value
        for name in before
        for key, value in was[name].items()
        if key not in edit.removals
    }
    for key, value in edit.values:
        wanted[key] = dict(value) if isinstance(value, Mapping) else value
    neighbours = {name: was[name] for name in was if name not in before}
    is_as_meant = (
        max(len(before), len(after)) <= 1
        and {key: value for name in after for key, value in found[name].items()} == wanted
        and {name: found[name] for name in found if name not in after} == neighbours
    )
    return found if is_as_meant else None


def _read_as(edit: SectionEdit, sections: Sections) -> list[str]:
    """Answer the sections that are read as the profile of the edit; more than one is ambiguous."""
    if edit.profile is None:
        return [name for name in sections if name == edit.section]
    return [name for name in sections if edit.profile in build_profile_map({name: {}})["profiles"]]


def _damage(bench: Workbench, edit: SectionEdit, piece: bytes, lines_before: int) -> UnusableFile:
    keys = {key for key, _ in edit.values} | set(edit.removals)
    lines = piece.decode("utf-8", "replace").split("\n")

    def is_ours(header: str) -> bool:
        return header == edit.section or bool(_read_as(edit, {header: {}}))

    found = find_suspect(lines, edit.section, keys, is_ours)
    place = f" (line {found[0] + lines_before}: {found[1]})" if found else ""
    return UnusableFile(
        f"The AWS CLI's own writer would damage {bench.shown_as}: section [{edit.section}] or a "
        f"neighbour is written in a way that it does not follow{place}. "
        "The file is as it was. Write that section as the CLI does, or choose another profile "
        "with --update-profile NAME"
    )
