"""What a target profile may be: a name that the files can carry, and nothing of others in it."""

from __future__ import annotations

import re
from typing import Mapping, Optional, Sequence

from awscli_assume.errors import ForeignProfile, InvalidRequest
from awscli_assume.host.protocols import Profile
from awscli_assume.model.request.session_names import PLACEHOLDERS, fit
from awscli_assume.profiles.cache.process_command import is_ours
from awscli_assume.profiles.include_profile import INCLUDE
from awscli_assume.profiles.record import read_record

_KEYS = ("aws_access_key_id", "aws_secret_access_key")
_TOKENS = ("aws_session_token", "aws_security_token")
# Other sources of credentials. botocore reads most of them before the shared credentials
# file (credentials.py, create_credential_resolver), so our keys would be ignored; our keys
# would hide the others.
_OTHER_SOURCES = (
    ("role_arn", "names a role of its own (role_arn)"),
    ("web_identity_token_file", "uses a web identity (web_identity_token_file)"),
    ("login_session", "uses 'aws login' (login_session)"),
    ("credential_process", "has a program that answers credentials (credential_process)"),
)
# Seen on 2.38.5 and 1.46.3: the config file's section name goes through
# shlex, so quotes and backslashes do not come back; a ] ends the section name;
# ConfigFileWriter writes any of them without a word.
_UNREADABLE = re.compile(r"""['"\\\[\]]""")
_MAX_LENGTH = 128
# A template of target profiles, and the word of --update-profile for it.
PROFILE_TEMPLATE, AUTO = "{account}-{role}", "auto"
_FIELD = re.compile(r"\{([^{}]*)\}")
# The profile of children beside an endpoint (exec_profile.py).
RESERVED = "assume-exec"


def check_profile_name(name: str, advice: str = "--update-profile assumed-role") -> str:
    """Return a target profile's name. Raises InvalidRequest for one the files can't carry."""
    if not name or name != name.strip():
        raise InvalidRequest(
            f"Invalid profile name '{name}': it must not be empty, nor begin or end with a blank. "
            f"Try: {advice}"
        )
    if name == "DEFAULT":
        raise InvalidRequest(
            "Invalid profile name 'DEFAULT': what this section of an INI file holds counts for "
            "every other profile. Try: --update-profile default"
        )
    if name == RESERVED:
        raise InvalidRequest(
            f"Invalid profile name '{RESERVED}': the commands of aws assume exec --auto-refresh "
            f"use this profile, and it must have no credentials. Try: {advice}"
        )
    if is_template(name):
        raise InvalidRequest(
            f"Invalid profile name '{name}': braces stand for the template of a name, which is a "
            "setting. Try: --update-profile auto, or aws configure set assume.update_profile "
            f"'{PROFILE_TEMPLATE}'"
        )
    if not name.isprintable() or _UNREADABLE.search(name):
        raise InvalidRequest(
            f"Invalid profile name {name!r}: the CLI can't read back a name with quotes, "
            f"brackets, backslashes or control characters. Try: {advice}"
        )
    if len(name) > _MAX_LENGTH:
        raise InvalidRequest(
            f"Invalid profile name '{name[:20]}…': it has {len(name)} characters, and the most is "
            f"{_MAX_LENGTH}"
        )
    return name


def is_template(name: str) -> bool:
    """Return whether a target's name has to be made from a template."""
    return "{" in name or "}" in name


def check_name_or_template(name: str, advice: str, fields: Sequence[str] = PLACEHOLDERS) -> str:
    """Return the target of a setting. Raises InvalidRequest, also for unknown placeholders."""
    unknown = [f"{{{field}}}" for field in _FIELD.findall(name) if field not in fields]
    if unknown or is_template(_FIELD.sub("", name)):
        raise InvalidRequest(
            f"Invalid template '{name}' of a profile name: {', '.join(unknown) or 'a brace'} is "
            f"no placeholder. There are {{{'} {'.join(fields)}}}. Try: {advice}"
        )
    check_profile_name(_FIELD.sub("x", name), advice)
    return name


def name_from_template(template: str, values: Mapping[str, str]) -> str:
    """Return the target's name, in which a placeholder leaves only characters of session names."""
    return check_profile_name(_FIELD.sub(lambda field: fit(values[field.group(1)]), template))


def is_target(name: str, target: str) -> bool:
    """Return whether a profile is the target, or one that its template may make."""
    fields = {"account": r"\d{12}"}
    parts = _FIELD.split(target)
    pattern = "".join(
        fields.get(part, ".+") if index % 2 else re.escape(part)
        for index, part in enumerate(parts)
    )
    return re.fullmatch(pattern, name) is not None


def check_ours(name: str, profile: Optional[Profile]) -> None:
    """Raise ForeignProfile where a target profile holds what is not ours to replace.

    ``profile`` is the merged content of both files, or None where there is none.
    """
    obstacle = obstacle_of(profile or {})
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


def _is_our_program(profile: Profile) -> bool:
    record = read_record(profile)
    return record is not None and record.auto_refresh and is_ours(profile["credential_process"])


def obstacle_of(profile: Profile) -> Optional[str]:
    """Return what a profile has that is not ours to replace, or None."""
    for key, obstacle in _OTHER_SOURCES:
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
