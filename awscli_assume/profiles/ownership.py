"""Whose a profile is: what may be replaced, and what is never touched."""

from __future__ import annotations

from typing import Any, Mapping, Optional

from awscli_assume.errors import ForeignProfile
from awscli_assume.profiles.cache.process_command import is_ours
from awscli_assume.profiles.include_profile import INCLUDE
from awscli_assume.profiles.record import read_record

_KEYS = ("aws_access_key_id", "aws_secret_access_key")
_TOKENS = ("aws_session_token", "aws_security_token")
# Other ways to credentials. botocore asks most of them before the shared
# credentials file (credentials.py, create_credential_resolver), so our keys
# would go unread; the others would be shadowed by our keys for ever.
_OTHER_WAYS = (
    ("role_arn", "names a role of its own (role_arn)"),
    ("web_identity_token_file", "uses a web identity (web_identity_token_file)"),
    ("login_session", "uses 'aws login' (login_session)"),
    ("credential_process", "has a program that answers credentials (credential_process)"),
)


def check_ours(name: str, profile: Optional[Mapping[str, Any]]) -> None:
    """Raise ForeignProfile where a target profile holds what is not ours to replace.

    ``profile`` is the merged content of both files, or None where there is none.
    """
    obstacle = _obstacle(profile or {})
    if obstacle is not None:
        raise ForeignProfile(
            f"The profile '{name}' {obstacle}, and aws assume never overwrites that. "
            "Write to another one: --update-profile NAME"
        )


def check_not_source(name: str, source: Optional[str]) -> None:
    """Raise ForeignProfile where target and source are one profile."""
    if source is not None and name == source:
        raise ForeignProfile(
            f"The profile '{name}' is the source of the credentials, and aws assume never "
            "overwrites that. Write to another one: --update-profile NAME"
        )


def _is_our_program(profile: Mapping[str, Any]) -> bool:
    record = read_record(profile)
    return record is not None and record.auto_refresh and is_ours(profile["credential_process"])


def _obstacle(profile: Mapping[str, Any]) -> Optional[str]:
    for key, obstacle in _OTHER_WAYS:
        if key in profile and not (key == "credential_process" and _is_our_program(profile)):
            return obstacle
    if profile.get(INCLUDE) and read_record(profile) is None:
        return f"inherits from another profile ({INCLUDE})"
    if any(key.startswith("sso_") for key in profile):
        return "uses IAM Identity Center (sso_session, sso_account_id …)"
    if not any(key in profile for key in _KEYS):
        return None
    key_id = str(profile.get("aws_access_key_id", ""))
    # Long-lived keys of users begin with AKIA, temporary ones with ASIA (IAM
    # User Guide, "IAM identifiers"); only temporary ones have a session token.
    if key_id.startswith("AKIA") or not any(profile.get(token) for token in _TOKENS):
        shown = f", ending {key_id[-4:]}" if len(key_id) >= 8 else ""
        return f"holds long-lived credentials (aws_access_key_id{shown})"
    return None
