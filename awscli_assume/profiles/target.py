"""Write temporary credentials to target profiles, and take them out again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Mapping, Optional, Sequence

from awscli_assume.host import profile_to_section
from awscli_assume.model.credentials import TemporaryCredentials, format_time
from awscli_assume.profiles.files import ProfileFiles, Sections, merged_profiles
from awscli_assume.profiles.ownership import check_ours
from awscli_assume.profiles.reading_back import Refused, SectionEdit
from awscli_assume.profiles.record import BLOCK, Record, read_record
from awscli_assume.profiles.staging import check_usable
from awscli_assume.profiles.state import (
    EXPIRY_KEY,
    PRINCIPAL_ARN_KEY,
    PRINCIPAL_ID_KEY,
    REPLACED,
    VALID,
    WRITTEN_KEY_KEY,
    ProfileState,
    check_unchanged,
)
from awscli_assume.profiles.store import FileEdit, apply_edits
from awscli_assume.profiles.workbench import Value

_MARKS = (EXPIRY_KEY, PRINCIPAL_ARN_KEY, PRINCIPAL_ID_KEY, WRITTEN_KEY_KEY)
_KEYS = ("aws_access_key_id", "aws_secret_access_key", "aws_session_token")


@dataclass(frozen=True)
class Target:
    """A target profile and what it is going to hold.

    ``region`` None leaves the profile's region as it is.
    """

    name: str
    credentials: TemporaryCredentials
    record: Record
    region: Optional[str]


def state_of(target: Target, before: Optional[Mapping[str, Any]], now: datetime) -> ProfileState:
    """Answer the state of a target profile once it is written."""
    found = target.credentials
    return ProfileState(
        name=target.name,
        record=target.record,
        state=VALID,
        seconds_left=int((found.expiration - now).total_seconds()),
        expiration=found.expiration,
        principal_arn=found.assumed_role_arn,
        principal_id=found.assumed_role_id,
        region=target.region or (before or {}).get("region"),
    )


def check_writable(files: ProfileFiles) -> None:
    """Raise UnusableFile where a file could not be written, before anything is asked of STS."""
    for path in (files.config, files.credentials):
        check_usable(path)


def target_edits(files: ProfileFiles, targets: Sequence[Target]) -> list[FileEdit]:
    """Answer the edits that write target profiles.

    The config file comes first, the credentials file last: that is the commit.
    """
    return [
        FileEdit(files.config, [_config_edit(target) for target in targets]),
        FileEdit(files.credentials, [_credentials_edit(target) for target in targets]),
    ]


def write_targets(files: ProfileFiles, targets: Sequence[Target]) -> None:
    """Write target profiles, one replace a file.

    Raises ForeignProfile and UnusableFile; the files are then as they were.
    """
    apply_edits(target_edits(files, targets), lambda before: _check(before, targets))


def write_each(
    files: ProfileFiles, targets: Sequence[Target], held: Sequence[ProfileState]
) -> Refused:
    """Write those target profiles that can be written, and answer why the others can't.

    ``held`` are the states that the decision to write was made on, for nobody
    named the profiles. Raises ChangedProfile, ForeignProfile and UnusableFile for
    what is wrong with a file as a whole; the files are then as they were.
    """
    refused: Refused = {}

    def check(before: Sequence[Sections]) -> None:
        left = [target for target in targets if target.name not in refused]
        _check(before, left, [state for state in held if state.name not in refused])

    apply_edits(target_edits(files, targets), check, refused)
    return refused


def _check(
    before: Sequence[Sections], targets: Sequence[Target], held: Sequence[ProfileState] = ()
) -> None:
    config, credentials = before
    found = merged_profiles(config, credentials, [target.name for target in targets])
    for target in targets:
        check_ours(target.name, found[target.name])
    for state in held:
        check_unchanged(state, found[state.name])


def clear_edits(files: ProfileFiles, states: Sequence[ProfileState]) -> list[FileEdit]:
    """Answer the edits that take out what we wrote, and only that.

    The credentials file comes first, the config file with our record last: a
    run that ends in between leaves a record, which the next one finds.
    """
    credentials = []
    config = []
    for state in states:
        # Keys that somebody else has set are theirs.
        keys = () if state.state == REPLACED else _KEYS
        credentials.append(SectionEdit(state.name, removals=(*keys, *_MARKS)))
        region = ("region",) if state.record.region in (state.region,) and state.region else ()
        config.append(
            SectionEdit(
                profile_to_section(state.name), removals=(*region, BLOCK), profile=state.name
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


def region_to_write(
    profile: Optional[Mapping[str, Any]], explicit: Optional[str], source: Optional[str]
) -> Optional[str]:
    """Answer the region to write: ``--region``, else what the target has, else the source's.

    None leaves the target's region as it is, for it is not ours: a region that
    we wrote earlier is written again, so that the record keeps saying so.
    """
    if explicit is not None:
        return explicit
    existing: Optional[str] = (profile or {}).get("region")
    record = read_record(profile)
    if existing is None:
        return source
    return existing if record is not None and record.region == existing else None


def _config_edit(target: Target) -> SectionEdit:
    values: list[tuple[str, Value]] = []
    if target.region is not None:
        values.append(("region", target.region))
    values.append((BLOCK, target.record.to_block()))
    return SectionEdit(profile_to_section(target.name), values, profile=target.name)


def _credentials_edit(target: Target) -> SectionEdit:
    found = target.credentials
    values = [
        ("aws_access_key_id", found.access_key_id),
        ("aws_secret_access_key", found.secret_access_key),
        ("aws_session_token", found.session_token),
        (EXPIRY_KEY, format_time(found.expiration)),
        (PRINCIPAL_ARN_KEY, found.assumed_role_arn),
        (PRINCIPAL_ID_KEY, found.assumed_role_id),
        (WRITTEN_KEY_KEY, found.access_key_id),
    ]
    return SectionEdit(target.name, values)
