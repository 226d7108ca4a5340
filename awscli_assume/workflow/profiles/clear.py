"""Remove the profiles of ``aws assume profiles``, for ``aws assume clear``."""

from __future__ import annotations

from typing import Optional, Sequence

from awscli_assume.host.context import CommandContext
from awscli_assume.model.identity_center import IdentityCenterRole
from awscli_assume.profiles.files import ProfileFiles
from awscli_assume.profiles.provisioned.edits import ProfileEdit, check_unchanged, config_edit
from awscli_assume.profiles.provisioned.mark import ROLE, marked_profiles, read_mark, role_state
from awscli_assume.profiles.record import Record, read_record
from awscli_assume.profiles.state import CLEARED, ProfileState
from awscli_assume.profiles.target import clear_edits, clear_targets
from awscli_assume.profiles.writer.diff import FileDiff, preview


def marked_edits(context: CommandContext, name: Optional[str] = None) -> list[ProfileEdit]:
    """Return the edits that remove all profiles of ``profiles``, or only the named one."""
    profiles = context.session.full_config["profiles"]
    marked = marked_profiles(profiles)
    names = marked if name is None else [name] if name in marked else []
    return [ProfileEdit(one, profiles[one]) for one in names]


def clear_profiles(
    files: ProfileFiles, states: Sequence[ProfileState], edits: Sequence[ProfileEdit]
) -> None:
    """Remove what we wrote to profiles, with one replacement of each file.

    Raises ChangedProfile and UnusableFile; the files are then as they were.
    """
    clear_targets(
        files, states, [config_edit(files, edits)], lambda config: check_unchanged(config, edits)
    )


def preview_clear(
    files: ProfileFiles, states: Sequence[ProfileState], edits: Sequence[ProfileEdit]
) -> list[FileDiff]:
    """Return the changes of ``clear_profiles``."""
    return preview([*clear_edits(files, states), config_edit(files, edits)])


def states_without_record(edits: Sequence[ProfileEdit]) -> list[ProfileState]:
    """Return the cleared states of the profiles without a record."""
    states = []
    for edit in edits:
        mark = read_mark(edit.before)
        if mark is None or read_record(edit.before) is not None:
            continue
        if mark.kind == ROLE:
            states.append(role_state(edit.name, mark, CLEARED))
            continue
        role = IdentityCenterRole(mark.sso_session, mark.account_id, mark.role_name)
        record = Record(None, "", role.profile, identity_center=role)
        states.append(ProfileState(edit.name, record, CLEARED, 0))
    return states
