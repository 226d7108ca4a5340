"""Write the profiles of ``aws assume profiles`` to the config file, and remove them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Mapping, Optional, Sequence

from awscli_assume.errors import ChangedProfile
from awscli_assume.host import profile_to_section
from awscli_assume.host.protocols import Profile
from awscli_assume.profiles.files import ProfileFiles, Sections, merged_profiles
from awscli_assume.profiles.provisioned.mark import BLOCK, Mark, basis, read_mark, written_keys
from awscli_assume.profiles.writer.scratch_file import Value
from awscli_assume.profiles.writer.store import FileEdit, apply_edits
from awscli_assume.profiles.writer.verify import Refused, SectionEdit


@dataclass(frozen=True)
class ProfileEdit:
    """A change of a profile: its new keys with their mark, or no mark to remove what we wrote.

    ``before`` is the profile as both files have it, empty if it does not exist.
    """

    name: str
    before: Profile
    mark: Optional[Mark] = None
    keys: Mapping[str, Value] = field(default_factory=dict)

    @property
    def section(self) -> SectionEdit:
        """The edit of the config file."""
        values = dict(self.keys)
        if self.mark is not None:
            values[BLOCK] = self.mark.to_block()
        old = read_mark(self.before)
        removals = [] if old is None else [*written_keys(self.before, old), BLOCK]
        removals = [key for key in removals if key not in values]
        section = profile_to_section(self.name)
        return SectionEdit(section, list(values.items()), removals, profile=self.name)

    @property
    def is_void(self) -> bool:
        """Whether there is nothing to change."""
        edit = self.section
        return not edit.removals and all(self.before.get(k) == value for k, value in edit.values)


def config_edit(files: ProfileFiles, edits: Sequence[ProfileEdit]) -> FileEdit:
    """Return the one edit of the config file."""
    return FileEdit(files.config, [edit.section for edit in edits])


def write_profiles(files: ProfileFiles, edits: Sequence[ProfileEdit]) -> Refused:
    """Make the edits with one replace of the config file, and return why some can't be made.

    Raises ChangedProfile and UnusableFile for the file as a whole, which is then as it was.
    """
    refused: Refused = {}
    if not edits:
        return refused

    def check(before: Sequence[Sections]) -> None:
        check_unchanged(before[0], [edit for edit in edits if edit.name not in refused])

    apply_edits([config_edit(files, edits)], check, refused)
    return refused


def check_unchanged(config: Sections, edits: Sequence[ProfileEdit]) -> None:
    """Raise ChangedProfile if a profile has changed since its edit was planned.

    ``config`` are the sections of the config file under the lock.
    """
    found = merged_profiles(config, {}, [edit.name for edit in edits])
    for edit in edits:
        if basis(found[edit.name]) != basis(edit.before):
            raise ChangedProfile(
                f"The profile '{edit.name}' was changed by something else while this command ran; "
                "nothing was written. Run the command again"
            )
