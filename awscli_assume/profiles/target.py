"""Write temporary credentials to a target profile."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Mapping, Optional, Sequence

from awscli_assume.host import profile_to_section
from awscli_assume.model.credentials import TemporaryCredentials, format_time
from awscli_assume.profiles.editing import SectionEdit, Value
from awscli_assume.profiles.files import ProfileFiles, Sections, merged_profile
from awscli_assume.profiles.ownership import check_ours
from awscli_assume.profiles.record import BLOCK, Record, read_record
from awscli_assume.profiles.staging import check_usable
from awscli_assume.profiles.store import FileEdit, apply_edits

# What Starship reads and saml2aws writes; `awsume --clean` trips over the
# other name in use, `expiration`.
EXPIRY_KEY = "x_security_token_expires"


@dataclass(frozen=True)
class Target:
    """A target profile and what it is going to hold.

    ``region`` None leaves the profile's region as it is.
    """

    name: str
    credentials: TemporaryCredentials
    record: Record
    region: Optional[str]


def check_writable(files: ProfileFiles) -> None:
    """Raise UnusableFile where a file could not be written, before anything is asked of STS."""
    for path in (files.config, files.credentials):
        check_usable(path)


def write_target(files: ProfileFiles, target: Target) -> None:
    """Write a target profile: config file first, credentials file last, which is the commit.

    Raises ForeignProfile and UnusableFile; the files are then as they were.
    """

    def check(before: Sequence[Sections]) -> None:
        config, credentials = before
        check_ours(target.name, merged_profile(config, credentials, target.name))

    apply_edits([_config_edit(files, target), _credentials_edit(files, target)], check)


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


def _config_edit(files: ProfileFiles, target: Target) -> FileEdit:
    values: list[tuple[str, Value]] = []
    if target.region is not None:
        values.append(("region", target.region))
    values.append((BLOCK, target.record.to_block()))
    section = profile_to_section(target.name)
    return FileEdit(files.config, [SectionEdit(section, values, profile=target.name)])


def _credentials_edit(files: ProfileFiles, target: Target) -> FileEdit:
    found = target.credentials
    values = [
        ("aws_access_key_id", found.access_key_id),
        ("aws_secret_access_key", found.secret_access_key),
        ("aws_session_token", found.session_token),
        (EXPIRY_KEY, format_time(found.expiration)),
    ]
    return FileEdit(files.credentials, [SectionEdit(target.name, values)])
