"""Write temporary credentials to target profiles, and remove them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Callable, Optional, Sequence, cast

from awscli_assume.errors import ForeignProfile
from awscli_assume.host import ConfigProvider, SharedCredentialProvider, profile_to_section
from awscli_assume.host.protocols import FrozenCredentials, Profile
from awscli_assume.model.credentials import PrincipalCredentials, format_time
from awscli_assume.profiles.files import ProfileFiles, Sections, merged_profiles
from awscli_assume.profiles.ownership import check_ours
from awscli_assume.profiles.record import BLOCK, Record, read_record
from awscli_assume.profiles.state import (
    AUTO_REFRESH,
    CREDENTIAL_PROCESS,
    EXPIRY_KEY,
    PRINCIPAL_ARN_KEY,
    PRINCIPAL_ID_KEY,
    REPLACED,
    UNKNOWN,
    VALID,
    WRITTEN_KEY_KEY,
    ProfileState,
    check_unchanged,
)
from awscli_assume.profiles.writer.scratch_file import Value
from awscli_assume.profiles.writer.store import (
    FileEdit,
    apply_edits,
    check_usable,
    is_null,
    try_edits,
)
from awscli_assume.profiles.writer.verify import Refused, SectionEdit

KEYS = ("aws_access_key_id", "aws_secret_access_key", "aws_session_token")
# botocore reads the older name of the session token first, and takes the account of credentials
# from beside them (credentials.py, SharedCredentialProvider, all versions).
TOKEN_KEY, ACCOUNT_KEY = "aws_security_token", "aws_account_id"
MARKS = (EXPIRY_KEY, PRINCIPAL_ARN_KEY, PRINCIPAL_ID_KEY, WRITTEN_KEY_KEY)


@dataclass(frozen=True)
class Target:
    """A target profile and what it is going to hold.

    ``region`` None leaves the profile's region as it is, or removes it with
    ``removes_region``. ``process`` is the
    credential_process of a profile that refreshes by itself; it gets no keys.
    ``expires`` stands in for the expiry where a dry run can't know it. ``cached_as`` is the
    record of a session that was narrowed for a coding agent, and differs from the profile's.
    """

    name: str
    credentials: PrincipalCredentials
    record: Record
    region: Optional[str]
    process: Optional[str] = None
    expires: Optional[str] = None
    removes_region: bool = False
    cached_as: Optional[Record] = None


def state_of(target: Target, before: Optional[Profile], now: datetime) -> ProfileState:
    """Return the state of a target profile once it is written."""
    found = target.credentials
    known = UNKNOWN if found.expiration is None else VALID
    return ProfileState(
        name=target.name,
        record=target.record,
        state=known if target.process is None else AUTO_REFRESH,
        seconds_left=found.seconds_left(now),
        expiration=found.expiration,
        principal_arn=found.assumed_role_arn,
        principal_id=found.assumed_role_id,
        region=target.region or (None if target.removes_region else (before or {}).get("region")),
    )


def check_usable_files(files: ProfileFiles, has_keys: bool = True) -> None:
    """Raise UnusableFile where a file could not be written, by its looks alone.

    Without keys, the credentials file may be the null device.
    """
    for path in (files.config, files.credentials):
        if has_keys or not is_null(path):
            check_usable(path)


def check_writable(files: ProfileFiles, targets: Sequence[Target] = ()) -> None:
    """Raise the error that writing the targets would end with, before STS is called.

    Everything is done but the replacement of the files. ``targets`` have placeholders for the
    credentials.
    """
    try_edits(target_edits(files, targets), lambda before: _check(before, targets))


def target_edits(files: ProfileFiles, targets: Sequence[Target]) -> list[FileEdit]:
    """Return the edits that write target profiles.

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
    apply_edits(
        target_edits(files, targets),
        lambda before: _check(before, targets),
        verify=lambda after: _verify(after, targets),
    )


def write_each(
    files: ProfileFiles, targets: Sequence[Target], existing: Sequence[ProfileState]
) -> Refused:
    """Write those target profiles that can be written, and return why the others can't.

    ``existing`` are the states that the decision to write was made on, for nobody
    named the profiles. Raises ChangedProfile, ForeignProfile and UnusableFile for
    what is wrong with a file as a whole; the files are then as they were.
    """
    refused: Refused = {}

    def check(before: Sequence[Sections]) -> None:
        left = [target for target in targets if target.name not in refused]
        _check(before, left, [state for state in existing if state.name not in refused])

    def verify(after: Sequence[Sections]) -> None:
        _verify(after, [target for target in targets if target.name not in refused])

    apply_edits(target_edits(files, targets), check, refused, verify)
    return refused


def _check(
    before: Sequence[Sections], targets: Sequence[Target], existing: Sequence[ProfileState] = ()
) -> None:
    config, credentials = before
    found = merged_profiles(config, credentials, [target.name for target in targets])
    in_config = merged_profiles(config, {}, [target.name for target in targets])
    for target in targets:
        check_ours(target.name, found[target.name])
        if target.process is not None:
            # These are removed, too, and keys of the credentials file may hide them.
            check_ours(target.name, in_config[target.name])
    _check_states(config, credentials, existing)


def _check_states(config: Sections, credentials: Sections, states: Sequence[ProfileState]) -> None:
    """Raise ChangedProfile for a profile that is no longer as its state says."""
    found = merged_profiles(config, credentials, [state.name for state in states])
    for state in states:
        check_unchanged(state, found[state.name])


def _verify(after: Sequence[Sections], targets: Sequence[Target]) -> None:
    """Raise ForeignProfile where a target is not read as what was written."""
    config, credentials = after
    in_config = merged_profiles(config, {}, [target.name for target in targets])
    for target in targets:
        keys = target.credentials
        written = (keys.access_key_id, keys.session_token) if target.process is None else None
        settings = {"region": target.region, CREDENTIAL_PROCESS: target.process}
        check_not_shadowed(
            in_config[target.name],
            credentials,
            target.name,
            written,
            {key: value for key, value in settings.items() if value is not None},
        )


def check_not_shadowed(
    in_config: Profile,
    credentials: Sections,
    name: str,
    written: Optional[tuple[str, Optional[str]]],
    settings: Profile,
) -> None:
    """Raise ForeignProfile where a profile is read as something else than what was written.

    The CLI's own providers read the sections; nothing is called, and the environment plays no
    role. ``in_config`` is the profile as the config file has it. ``written`` are access key and
    session token, None for a profile that must have no keys; ``settings`` are
    other values that the profile must have, such as its region.
    """
    profile = {**in_config, **credentials.get(name, {})}
    found = _read_keys(in_config, credentials, name)
    shadowed = [key for key, value in settings.items() if profile.get(key) != value]
    if (None if found is None else (found.access_key, found.token)) != written:
        shadowed.insert(0, "the access key or the session token")
    if shadowed:
        raise ForeignProfile(
            f"Other keys of the profile '{name}' take precedence over {' and '.join(shadowed)} "
            "that aws assume writes. Nothing was written. Remove them, or write to another "
            "profile: --update-profile NAME"
        )


def _read_keys(
    in_config: Profile, credentials: Sections, name: str
) -> Optional[FrozenCredentials]:
    merged = {"profiles": {name: in_config}}
    in_credentials = SharedCredentialProvider("", name, lambda path: credentials).load()
    found = in_credentials or ConfigProvider("", name, lambda path: merged).load()
    return None if found is None else cast(FrozenCredentials, found.get_frozen_credentials())


def region_to_write(
    profile: Optional[Profile], explicit: Optional[str], derived: Optional[str]
) -> Optional[str]:
    """Return the region to write: ``--region``, else that of the request (``derived``).

    None leaves a region that somebody else has set in the target. One that we wrote was
    that of another role, so it gives way.
    """
    is_foreign = (profile or {}).get("region") is not None and not has_our_region(profile)
    return None if explicit is None and is_foreign else explicit or derived


def has_our_region(profile: Optional[Profile]) -> bool:
    """Return whether we wrote the region that a profile has."""
    record, region = read_record(profile), (profile or {}).get("region")
    return region is not None and record is not None and record.region == region


def _config_edit(target: Target) -> SectionEdit:
    values: list[tuple[str, Value]] = []
    if target.region is not None:
        values.append(("region", target.region))
    if target.process is not None:
        values.append((CREDENTIAL_PROCESS, target.process))
    values.append((BLOCK, target.record.to_block()))
    # check_ours has let pass only one of our own.
    removals = [TOKEN_KEY]
    if target.process is None:
        # check_ours has let pass only one of our own.
        removals.append(CREDENTIAL_PROCESS)
    else:
        # Without keys in the credentials file, those of this one would be read, and the account
        # be taken for that of the program's credentials.
        removals += [*KEYS, ACCOUNT_KEY]
    removals += ["region"] if target.removes_region else []
    return SectionEdit(profile_to_section(target.name), values, removals, profile=target.name)


def _credentials_edit(target: Target) -> SectionEdit:
    found = target.credentials
    # This file takes precedence over the config file.
    removals = [TOKEN_KEY, ACCOUNT_KEY, CREDENTIAL_PROCESS, BLOCK]
    if target.region is not None:
        removals.append("region")
    if target.process is not None:
        return SectionEdit(target.name, removals=(*KEYS, *MARKS, *removals))
    values = [
        ("aws_access_key_id", found.access_key_id),
        ("aws_secret_access_key", found.secret_access_key),
        ("aws_session_token", found.session_token),
        (PRINCIPAL_ARN_KEY, found.assumed_role_arn),
        (PRINCIPAL_ID_KEY, found.assumed_role_id),
        (WRITTEN_KEY_KEY, found.access_key_id),
    ]
    expires = target.expires or (format_time(found.expiration) if found.expiration else None)
    if expires is None:
        # The one of the credentials before would be taken for theirs.
        return SectionEdit(target.name, values, removals=(EXPIRY_KEY, *removals))
    values.insert(len(KEYS), (EXPIRY_KEY, expires))
    return SectionEdit(target.name, values, removals)


def clear_edits(files: ProfileFiles, states: Sequence[ProfileState]) -> list[FileEdit]:
    """Return the edits that remove what we wrote, and only that.

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


def expire_targets(files: ProfileFiles, states: Sequence[ProfileState], at: datetime) -> None:
    """Set the time at which the sessions of profiles expire. The keys stay.

    Raises ChangedProfile and UnusableFile; the files are then as they were.
    """

    # The config file has no edit, and is read for the check.
    names = [state.name for state in states]
    records = [SectionEdit(profile_to_section(name), profile=name) for name in names]
    expired = [SectionEdit(name, [(EXPIRY_KEY, format_time(at))]) for name in names]
    apply_edits(
        [FileEdit(files.config, records), FileEdit(files.credentials, expired)],
        lambda found: _check_states(found[0], found[1], states),
    )


def clear_targets(
    files: ProfileFiles,
    states: Sequence[ProfileState],
    others: Sequence[FileEdit] = (),
    check_others: Callable[[Sections], None] = lambda config: None,
) -> None:
    """Remove what we wrote to profiles, and make ``others`` in the same replacements.

    ``check_others`` gets the sections of the config file under the lock. Raises ChangedProfile
    and UnusableFile; the files are then as they were.
    """

    def check(before: Sequence[Sections]) -> None:
        credentials, config = before[:2]
        _check_states(config, credentials, states)
        check_others(config)

    apply_edits([*clear_edits(files, states), *others], check)
