"""Take out of target profiles what we wrote, and only that."""

from __future__ import annotations

from typing import Sequence

from awscli_assume.host import profile_to_section
from awscli_assume.profiles.files import ProfileFiles, Sections, merged_profiles
from awscli_assume.profiles.record import BLOCK
from awscli_assume.profiles.state import (
    CREDENTIAL_PROCESS,
    REPLACED,
    ProfileState,
    check_unchanged,
)
from awscli_assume.profiles.target import KEYS, MARKS
from awscli_assume.profiles.writer.store import FileEdit, apply_edits
from awscli_assume.profiles.writer.verify import SectionEdit


def clear_edits(files: ProfileFiles, states: Sequence[ProfileState]) -> list[FileEdit]:
    """Return the edits that take out what we wrote, and only that.

    The credentials file comes first, the config file with our record last: a
    run that ends in between leaves a record, which the next one finds.
    """
    credentials = []
    config = []
    for state in states:
        # Keys that somebody else has set are theirs.
        keys = () if state.state == REPLACED else KEYS
        process = (CREDENTIAL_PROCESS,) if state.has_program else ()
        credentials.append(SectionEdit(state.name, removals=(*keys, *MARKS)))
        region = ("region",) if state.record.region in (state.region,) and state.region else ()
        config.append(
            SectionEdit(
                profile_to_section(state.name),
                removals=(*region, *process, BLOCK),
                profile=state.name,
            )
        )
    return [FileEdit(files.credentials, credentials), FileEdit(files.config, config)]


def clear_targets(files: ProfileFiles, states: Sequence[ProfileState]) -> None:
    """Take out what we wrote to profiles.

    Raises ChangedProfile and UnusableFile; the files are then as they were.
    """

    def check(before: Sequence[Sections]) -> None:
        credentials, config = before
        found = merged_profiles(config, credentials, [state.name for state in states])
        for state in states:
            check_unchanged(state, found[state.name])

    apply_edits(clear_edits(files, states), check)
