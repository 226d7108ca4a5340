"""Keys of a target profile that the CLI reads in place of what we write."""

from __future__ import annotations

from typing import Optional, cast

from awscli_assume.errors import ForeignProfile
from awscli_assume.host import ConfigProvider, SharedCredentialProvider
from awscli_assume.host.protocols import FrozenCredentials, Profile
from awscli_assume.profiles.files import Sections

KEYS = ("aws_access_key_id", "aws_secret_access_key", "aws_session_token")
# botocore reads the older name of the session token first, and takes the account of credentials
# from beside them (credentials.py, SharedCredentialProvider, all versions).
TOKEN_KEY, ACCOUNT_KEY = "aws_security_token", "aws_account_id"


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
