"""The mark of a profile that ``aws assume profiles`` or ``each`` wrote: the role that it is for.

The mark is the nested block ``provisioned =`` of the profile in the config file. Its keys have
dashes, like those of our record (record.py). A profile that gets its credentials from IAM Identity
Center or names a role has no record, so every command uses it like a profile that the user wrote.
Only ``profiles``, ``each``, ``list``, ``refresh`` and ``clear`` read the mark.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Mapping, Optional

from awscli_assume.host.protocols import Profile
from awscli_assume.profiles.cache.process_command import is_ours
from awscli_assume.profiles.record import BLOCK as RECORD
from awscli_assume.profiles.record import Record
from awscli_assume.profiles.state import CREDENTIAL_PROCESS, REPLACED, ProfileState

BLOCK = "provisioned"
SSO, AUTO_REFRESH, ROLE = KINDS = ("sso", "auto-refresh", "role")
_AS, _REGION = "as", "target-region"
_SSO_KEYS = _SESSION, _ACCOUNT, _ROLE_NAME = ("sso-session", "sso-account-id", "sso-role-name")
_ROLE_ARN, _SOURCE = "role-arn", "source-profile"
_KEYS = {
    SSO: ("sso_session", "sso_start_url", "sso_region", "sso_account_id", "sso_role_name"),
    AUTO_REFRESH: (CREDENTIAL_PROCESS,),
    ROLE: ("role_arn", "source_profile"),
}
# The keys that give a profile its credentials, in either file.
SOURCES = (
    *_KEYS[SSO],
    *_KEYS[ROLE],
    CREDENTIAL_PROCESS,
    "credential_source",
    "web_identity_token_file",
    "login_session",
    "aws_access_key_id",
    "aws_secret_access_key",
    "aws_session_token",
)
# The keys of a profile with a role beside role_arn and source_profile that each may write.
ROLE_OPTIONS = ("role_session_name", "duration_seconds", "external_id", "mfa_serial")


@dataclass(frozen=True)
class Mark:
    """The role that a profile is for: a role of an SSO session, or an IAM role in its account.

    ``sso_session`` is the name of an ``[sso-session]`` section, or a start URL; it is empty if
    ``each`` wrote the profile. Only the kind ROLE has ``role_arn``, ``source_profile`` and
    ``options``, the other keys of its request. ``region`` is the one that we wrote.
    """

    kind: str
    sso_session: str
    account_id: str
    role_name: str
    role_arn: Optional[str] = None
    source_profile: Optional[str] = None
    region: Optional[str] = None
    options: tuple[tuple[str, str], ...] = ()

    def is_for(self, other: Mark) -> bool:
        """Return whether two marks are for the same role, however the credentials are obtained."""
        return self._role == other._role

    @property
    def _role(self) -> tuple[object, ...]:
        return (self.sso_session, self.account_id, self.role_name, self.role_arn)

    def to_block(self) -> dict[str, str]:
        """Return the keys and values of the block."""
        values = {
            _AS: self.kind,
            _SESSION: self.sso_session or None,
            _ACCOUNT: self.account_id,
            _ROLE_NAME: self.role_name if self.role_arn is None else None,
            _ROLE_ARN: self.role_arn,
            _SOURCE: self.source_profile,
            _REGION: self.region,
            **{key.replace("_", "-"): value for key, value in self.options},
        }
        return {name: value for name, value in values.items() if value is not None}


def read_mark(profile: Optional[Profile]) -> Optional[Mark]:
    """Return the mark of a profile, or None if it is missing or unreadable."""
    block = (profile or {}).get(BLOCK)
    if not isinstance(block, Mapping) or block.get(_AS) not in KINDS:
        return None
    role_arn = block.get(_ROLE_ARN) if block[_AS] == ROLE else None
    role_name = role_arn.partition(":role/")[2] if role_arn else block.get(_ROLE_NAME)
    if not ((block.get(_SESSION) or role_arn) and block.get(_ACCOUNT) and role_name):
        return None
    options = tuple(
        (key, block[key.replace("_", "-")])
        for key in ROLE_OPTIONS
        if role_arn and key.replace("_", "-") in block
    )
    return Mark(
        block[_AS],
        block.get(_SESSION, ""),
        block[_ACCOUNT],
        role_name,
        role_arn,
        block.get(_SOURCE),
        block.get(_REGION),
        options,
    )


def marked_profiles(profiles: Mapping[str, Profile]) -> dict[str, Mark]:
    """Return the marks of all profiles that have one, by name."""
    found = {}
    for name, profile in profiles.items():
        mark = read_mark(profile)
        # If both files are the same, "profile NAME" is a profile, too.
        section_of = name[len("profile ") :] if name.startswith("profile ") else None
        if mark is not None and read_mark(profiles.get(section_of or "")) is None:
            found[name] = mark
    return found


def role_states(profiles: Mapping[str, Profile]) -> list[ProfileState]:
    """Return the states of the profiles that ``each`` wrote to name a role, by name."""
    return [
        role_state(name, mark, ROLE if is_intact(profiles[name], mark) else REPLACED)
        for name, mark in sorted(marked_profiles(profiles).items())
        if mark.kind == ROLE and not mark.sso_session
    ]


def role_state(name: str, mark: Mark, state: str = ROLE) -> ProfileState:
    """Return the state of a profile that names a role, and so never expires."""
    record = Record(mark.role_arn, "", mark.source_profile, mark.region)
    return ProfileState(name, record, state, 0, region=mark.region)


def is_intact(profile: Profile, mark: Mark) -> bool:
    """Return whether a profile's credentials still come from what we wrote, and nothing else."""
    keys = {key for key in SOURCES if key in profile}
    return keys == set(written_keys(profile, mark)) & set(SOURCES) and bool(keys)


def written_keys(profile: Profile, mark: Mark) -> tuple[str, ...]:
    """Return the keys of a profile that still have the values that we wrote, without the mark."""
    expected = {
        "sso_session": mark.sso_session,
        "sso_start_url": mark.sso_session,
        "sso_account_id": mark.account_id,
        "sso_role_name": mark.role_name,
        "role_arn": mark.role_arn,
        "source_profile": mark.source_profile,
        **dict(mark.options),
    }
    names = (*_KEYS[mark.kind], *dict(mark.options))
    keys = [key for key in names if key in profile and profile[key] == expected.get(key)]
    if "sso_start_url" in keys and "sso_region" in profile:
        keys.append("sso_region")
    if mark.kind == AUTO_REFRESH and _has_record(profile, mark):
        keys += [CREDENTIAL_PROCESS, RECORD]
    if mark.region is not None and profile.get("region") == mark.region:
        keys.append("region")
    return tuple(keys)


def basis(profile: Profile) -> tuple[object, ...]:
    """Return the values that an edit depends on, to detect later changes of the profile."""
    return tuple(profile.get(key) for key in (*SOURCES, RECORD, BLOCK))


def _has_record(profile: Profile, mark: Mark) -> bool:
    """Return whether a profile still renews credentials for the role of its mark."""
    record, process = profile.get(RECORD), profile.get(CREDENTIAL_PROCESS)
    if not isinstance(record, Mapping) or process is None:
        return False
    values = (mark.sso_session, mark.account_id, mark.role_name)
    is_same = tuple(record.get(name) for name in _SSO_KEYS) == values
    return is_same and "role-arn" not in record and is_ours(str(process))
