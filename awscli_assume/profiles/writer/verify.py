"""An edit of one section, whether a piece of a file reads as meant after it, and if not, why.

The CLI's own writer, or its parser, does not follow all that a file may hold (seen on 2.38.5 and
1.46.3). Messages show names alone: the value of a key may be a secret.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Callable, Collection, Mapping, Optional, Sequence

from awscli_assume.errors import UnusableFile
from awscli_assume.files.ini import HEADER, OPTION
from awscli_assume.host import build_profile_map
from awscli_assume.profiles.files import Sections
from awscli_assume.profiles.writer.scratch_file import ScratchFile, Value

# The errors of edits that would damage a file, by profile.
Refused = dict[str, UnusableFile]


@dataclass(frozen=True)
class SectionEdit:
    """Keys to set in one section, in order, and keys to remove; a mapping is a nested block.

    ``profile`` is the profile that the section has to be read as in the config file, None in the
    credentials file. A section that is empty after a removal is removed as well.
    """

    section: str
    values: Sequence[tuple[str, Value]] = ()
    removals: Sequence[str] = ()
    profile: Optional[str] = None

    @property
    def owner(self) -> str:
        """The profile that the section belongs to, in either file."""
        return self.profile or self.section

    def joined(self, other: SectionEdit) -> SectionEdit:
        """Return one edit for this and another one of the same section."""
        values = dict((*self.values, *other.values))
        removals = [key for key in (*self.removals, *other.removals) if key not in values]
        return SectionEdit(
            self.section, list(values.items()), removals, self.profile or other.profile
        )


def parse_together(
    scratch_file: ScratchFile, pieces: Mapping[str, bytes]
) -> Optional[dict[str, Sections]]:
    """Parse pieces at once, and return their sections by the one section each should hold.

    The pieces come in the order of the file; an empty one holds no section. None where they do
    not read as that: then each has to be parsed alone.
    """
    expected = [name for name, piece in pieces.items() if piece.strip()]
    found = scratch_file.parse_or_none(b"".join(pieces.values()))
    if found is None or list(found) != expected:
        return None
    return {name: {name: found[name]} if name in found else {} for name in pieces}


def read_as(edit: SectionEdit, sections: Sections) -> list[str]:
    """Return the sections that are read as the profile of the edit; more than one is ambiguous."""
    if edit.profile is None:
        return [name for name in sections if name == edit.section]
    return [name for name in sections if edit.profile in build_profile_map({name: {}})["profiles"]]


def matches_edit(edit: SectionEdit, own: Sequence[str], before: Sections, after: Sections) -> bool:
    """Return whether the edit changed what it should and nothing else.

    ``own`` are the sections that were read as the edit's profile before.
    """
    # The same headers are read as the same profiles.
    own_after = own if list(after) == list(before) else read_as(edit, after)
    expected: dict[str, object] = {
        key: value
        for name in own
        for key, value in before[name].items()
        if key not in edit.removals
    }
    for key, value in edit.values:
        expected[key] = dict(value) if isinstance(value, Mapping) else value
    others = {name: before[name] for name in before if name not in own}
    return (
        max(len(own), len(own_after)) <= 1
        and {k: value for name in own_after for k, value in after[name].items()} == expected
        and {name: after[name] for name in after if name not in own_after} == others
    )


def damage_error(
    scratch_file: ScratchFile, edit: SectionEdit, piece: bytes, lines_before: int
) -> UnusableFile:
    """Return the error for an edit that the writer would do wrong, with the line at fault."""
    keys = {key for key, _ in edit.values} | set(edit.removals)
    lines = piece.decode("utf-8", "replace").split("\n")

    def is_own(header: str) -> bool:
        return header == edit.section or bool(read_as(edit, {header: {}}))

    found = find_unsupported_syntax(lines, edit.section, keys, is_own)
    place = f" (line {found[0] + lines_before}: {found[1]})" if found else ""
    return UnusableFile(
        f"The AWS CLI's own writer would damage {scratch_file.shown_as}: it does not support the "
        f"syntax of section [{edit.section}] or of one next to it{place}. The file was not "
        "changed. Write that section as the AWS CLI does, or choose another profile with "
        "--update-profile NAME"
    )


def find_unsupported_syntax(
    lines: Sequence[str], section: str, keys: Collection[str], is_own: Callable[[str], bool]
) -> Optional[tuple[int, str]]:
    """Return the number of the first line that the writer does not support, from 1, and why.

    ``keys`` are set or removed in ``section``; ``is_own`` returns whether a header is read as
    the profile that is edited.
    """
    inside = False
    seen = False
    continued = False
    for number, line in enumerate(lines, 1):
        header = HEADER.match(line)
        option = OPTION.match(line)
        if header is not None:
            reason = _header_reason(line, header, section, seen, is_own)
            inside = is_own(header["name"])
            seen = seen or inside
            continued = False
        elif inside and option is not None:
            reason = _option_reason(option, keys)
            continued = option["key"] in keys
        else:
            is_rest = continued and line[:1].isspace() and bool(line.strip())
            reason = "it continues the value above it" if inside and is_rest else None
        if reason is not None:
            return number, reason
    return None


def _header_reason(
    line: str, header: re.Match[str], section: str, seen: bool, is_own: Callable[[str], bool]
) -> Optional[str]:
    name = header["name"]
    if name == "DEFAULT":
        return "the values of [DEFAULT] apply to every profile"
    if not is_own(name) and name.strip() != section:
        return None
    if seen:
        return f"{line.strip()} is read as the same profile as a section above it"
    # The writer compares the text between the brackets (writer.py, _matches_section).
    first, _, rest = section.partition(" ")
    if header["indent"] or name not in (section, f'{first} "{rest}"'):
        return line.strip()
    return None


def _option_reason(option: re.Match[str], keys: Collection[str]) -> Optional[str]:
    key = option["key"]
    if key not in keys and key.lower() in keys:
        return f"the key {key} is not in lower case"
    if key in keys and option["indent"]:
        return f"the key {key} is indented, as in a nested block"
    return None
