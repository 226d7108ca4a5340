"""A profile without credentials, for commands that get theirs from an endpoint.

Every SDK asks its profile before it asks an endpoint (AWS SDKs and Tools
Reference Guide, "Standardized credential providers"). So where the default
profile has credentials of its own, the child needs another profile, with the
same settings and none of the credentials.
"""

from __future__ import annotations

from typing import Mapping, Optional

from awscli_assume.errors import ForeignProfile
from awscli_assume.host import profile_to_section
from awscli_assume.host.protocols import Profile
from awscli_assume.profiles.files import ProfileFiles, merged_profile
from awscli_assume.profiles.include_profile import INCLUDE
from awscli_assume.profiles.ownership import RESERVED
from awscli_assume.profiles.provisioned.mark import SOURCES
from awscli_assume.profiles.record import BLOCK as RECORD
from awscli_assume.profiles.settings import BLOCK as SETTINGS
from awscli_assume.profiles.writer.store import FileEdit, apply_edits
from awscli_assume.profiles.writer.verify import SectionEdit

NAME = RESERVED
# Marks the profile as ours, and says in the file what it is.
_MARK = "x_purpose"
_PURPOSE = "settings of [default] for aws assume exec --auto-refresh: no credentials here"
_CREDENTIAL_KEYS = (*SOURCES, "aws_security_token")


def ensure_exec_profile(files: ProfileFiles, profiles: Mapping[str, Profile]) -> Optional[str]:
    """Return the name of a profile without credentials, which is written if it does not exist.

    ``profiles`` are those of the files. None if the default profile has no credentials
    anyway. Raises ForeignProfile if another tool has written a profile of that name.
    """
    default = profiles.get("default", {})
    if not any(_is_credential_key(key) for key in default):
        return None
    before = profiles.get(NAME, {})
    _check_no_credentials(before)
    wanted = {_MARK: _PURPOSE}
    wanted.update(
        (key, value)
        for key, value in default.items()
        if not _is_credential_key(key)
        and key not in (RECORD, SETTINGS, INCLUDE)
        and not key.startswith("x_")
    )
    if before != wanted:
        stale = [key for key in before if key not in wanted]
        edit = SectionEdit(profile_to_section(NAME), list(wanted.items()), stale, profile=NAME)
        # The credentials file, too: keys in it would beat the endpoint.
        edits = [FileEdit(files.config, [edit]), FileEdit(files.credentials, [])]
        apply_edits(
            edits, lambda found: _check_no_credentials(merged_profile(found[0], found[1], NAME))
        )
    return NAME


def _check_no_credentials(profile: Profile) -> None:
    """Raise ForeignProfile if the profile is not ours, or has credentials."""
    if profile and _MARK not in profile:
        raise ForeignProfile(
            f"The profile '{NAME}' is needed for --auto-refresh, and somebody else has written "
            "it. Give it another name in the config file, or leave --auto-refresh out"
        )
    found = [key for key in profile if _is_credential_key(key) or key == RECORD]
    if found:
        raise ForeignProfile(
            f"The profile '{NAME}' has to be without credentials for --auto-refresh, and it has "
            f"{', '.join(sorted(found))}: the command would run as somebody else. Take them out "
            "of ~/.aws/config and ~/.aws/credentials"
        )


def _is_credential_key(key: str) -> bool:
    return key in _CREDENTIAL_KEYS or key.startswith("sso_")
