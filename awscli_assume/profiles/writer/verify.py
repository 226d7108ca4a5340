"""An edit of one section, and whether a piece of a file reads as meant after it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Mapping, Optional, Sequence

from awscli_assume.errors import UnusableFile
from awscli_assume.host import build_profile_map
from awscli_assume.profiles.files import Sections
from awscli_assume.profiles.writer.scratch_file import ScratchFile, Value
from awscli_assume.profiles.writer.unsupported_syntax import find_unsupported_syntax

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


def parse_together(
    bench: ScratchFile, pieces: Mapping[str, bytes]
) -> Optional[dict[str, Sections]]:
    """Return the sections of pieces in one go, by the one section that each has to hold.

    The pieces come in the order of the file; an empty one holds none. None where
    they do not read as that: then each has to be looked at alone.
    """
    expected = [name for name, piece in pieces.items() if piece.strip()]
    try:
        found = bench.parse(b"".join(pieces.values()))
    except UnusableFile:
        return None
    if list(found) != expected:
        return None
    return {name: {name: found[name]} if name in found else {} for name in pieces}


def read_as(edit: SectionEdit, sections: Sections) -> list[str]:
    """Return the sections that are read as the profile of the edit; more than one is ambiguous."""
    if edit.profile is None:
        return [name for name in sections if name == edit.section]
    return [name for name in sections if edit.profile in build_profile_map({name: {}})["profiles"]]


def is_as_meant(edit: SectionEdit, ours: Sequence[str], was: Sections, found: Sections) -> bool:
    """Return whether sections are as they were but for the edit; ``ours`` were read as its own."""
    # The same headers are read as the same profiles.
    after = ours if list(found) == list(was) else read_as(edit, found)
    wanted: dict[str, Any] = {
        key: value for name in ours for key, value in was[name].items() if key not in edit.removals
    }
    for key, value in edit.values:
        wanted[key] = dict(value) if isinstance(value, Mapping) else value
    neighbours = {name: was[name] for name in was if name not in ours}
    return (
        max(len(ours), len(after)) <= 1
        and {key: value for name in after for key, value in found[name].items()} == wanted
        and {name: found[name] for name in found if name not in after} == neighbours
    )


def damage(bench: ScratchFile, edit: SectionEdit, piece: bytes, lines_before: int) -> UnusableFile:
    """Return the error for an edit that the writer does not follow, with the line at fault."""
    keys = {key for key, _ in edit.values} | set(edit.removals)
    lines = piece.decode("utf-8", "replace").split("\n")

    def is_ours(header: str) -> bool:
        return header == edit.section or bool(read_as(edit, {header: {}}))

    found = find_unsupported_syntax(lines, edit.section, keys, is_ours)
    place = f" (line {found[0] + lines_before}: {found[1]})" if found else ""
    return UnusableFile(
        f"The AWS CLI's own writer would damage {bench.shown_as}: section [{edit.section}] or a "
        f"neighbour is written in a way that it does not follow{place}. "
        "The file is as it was. Write that section as the CLI does, or choose another profile "
        "with --update-profile NAME"
    )
