"""The state of a profile that we wrote: valid, expired, replaced by others …"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Iterable, Mapping, Optional

from awscli_assume.errors import ChangedProfile, UnexpectedAnswer
from awscli_assume.host import build_profile_map
from awscli_assume.host.protocols import Profile
from awscli_assume.model.arns import find_arn, role_of_session
from awscli_assume.model.credentials import parse_time
from awscli_assume.profiles.cache.process_cache import ProcessCache
from awscli_assume.profiles.cache.process_command import cache_path_of, is_ours, missing_program
from awscli_assume.profiles.record import Record, read_record

# What Starship reads and saml2aws writes; `awsume --clean` trips over the other
# name in use, `expiration`. The second name is saml2aws's, too.
EXPIRY_KEY = "x_security_token_expires"
PRINCIPAL_ARN_KEY = "x_principal_arn"
PRINCIPAL_ID_KEY = "x_principal_id"
# The access key that we wrote, to recognize keys that another tool has set since.
WRITTEN_KEY_KEY = "x_principal_access_key_id"

VALID, EXPIRING, EXPIRED = "valid", "expiring", "expired"
# A copy of a source that does not say when its credentials end.
UNKNOWN = "unknown"
REPLACED, MISSING = "replaced", "missing"
AUTO_REFRESH = "auto-refresh"
CREDENTIAL_PROCESS = "credential_process"
# What a profile is said to be once we have cleared it.
CLEARED = "cleared"
EXPIRING_SECONDS = 900


@dataclass(frozen=True)
class ProfileState:
    """A profile of ours: its record, who it is, until when, and what has become of its keys.

    ``state`` is valid, expiring (less than 15 minutes), expired, replaced (other
    keys than ours, or no mark that says whose), missing (no keys, or no expiry),
    unknown (a copy, whose source does not say when its credentials end) or
    auto-refresh (our credential_process prints them; the state is that of its cache).
    ``seconds_left`` is never negative, and 0 for keys that are not ours.
    ``has_program`` is whether its credential_process is ours, ``cache_path`` the file
    that this one names, ``missing_program`` the program that it runs and that is gone;
    ``source_identity`` is set by ``with_source_identities`` only;
    ``basis`` is what the files say of it, to see later whether that has changed.
    """

    name: str
    record: Record
    state: str
    seconds_left: int
    expiration: Optional[datetime] = None
    principal_arn: Optional[str] = None
    principal_id: Optional[str] = None
    region: Optional[str] = None
    source_identity: Optional[str] = field(default=None, compare=False)
    has_program: bool = False
    cache_path: Optional[str] = None
    missing_program: Optional[str] = None
    basis: tuple[object, ...] = field(default=(), repr=False, compare=False)

    @property
    def role_arn(self) -> Optional[str]:
        """The role's ARN; of a copy that of its session, without a path, or None."""
        return self.record.role_arn or role_of_session(self.principal_arn)

    @property
    def account_id(self) -> Optional[str]:
        """The account of the role, or of whom a copy is; None where that is not known."""
        arn = find_arn(self.record.role_arn or self.principal_arn)
        if arn is None and self.record.identity_center is not None:
            return self.record.identity_center.account_id
        return arn.account_id if arn else None

    def satisfies(self, wanted: Record, least: int, region: Optional[str]) -> bool:
        """Return whether the profile has what a record asks for, for more than ``least`` seconds.

        ``region`` is that of ``--region``, which the profile must have.
        """
        return (
            self.seconds_left > least
            and wanted.matches(self.record)
            and region in (None, self.region)
            and self.principal_arn is not None
            and self.missing_program is None
        )


def inspect(name: str, profile: Optional[Profile], now: datetime) -> Optional[ProfileState]:
    """Return the state of a profile (both files merged), or None where it is not ours."""
    record = read_record(profile)
    if profile is None or record is None:
        return None
    if record.auto_refresh:
        return _state_of_cache(name, profile, record, now)
    expiration = expiration_of(profile.get(EXPIRY_KEY))
    left = 0 if expiration is None else max(0, int((expiration - now).total_seconds()))
    state = _state(profile, record, expiration, left)
    return ProfileState(
        name=name,
        record=record,
        state=state,
        seconds_left=left if state in (VALID, EXPIRING) else 0,
        expiration=expiration,
        principal_arn=profile.get(PRINCIPAL_ARN_KEY),
        principal_id=profile.get(PRINCIPAL_ID_KEY),
        region=profile.get("region"),
        basis=_basis(profile),
    )


def _state_of_cache(name: str, profile: Profile, record: Record, now: datetime) -> ProfileState:
    """Return the state of a self-renewing profile."""
    process = profile.get(CREDENTIAL_PROCESS)
    # Keys in the credentials file beat the program (credentials.py, all versions).
    has_program = process is not None and is_ours(process)
    cache = ProcessCache(name, record.to_block())
    named = cache_path_of(process) if process is not None and has_program else None
    # A record that was changed by hand: the program answers what it was before.
    is_other = named is not None and named != cache.path
    is_replaced = "aws_access_key_id" in profile or (process and not has_program) or is_other
    state = REPLACED if is_replaced else AUTO_REFRESH if process else MISSING
    found = cache.load() if state == AUTO_REFRESH else None
    left = 0 if found is None else max(0, int((found.expiration - now).total_seconds()))
    return ProfileState(
        name=name,
        record=record,
        state=state,
        seconds_left=left,
        expiration=found.expiration if found else None,
        principal_arn=found.assumed_role_arn if found else None,
        principal_id=found.assumed_role_id if found else None,
        region=profile.get("region"),
        has_program=has_program,
        cache_path=named,
        missing_program=missing_program(process) if process is not None else None,
        basis=_basis(profile),
    )


def _basis(profile: Profile) -> tuple[object, ...]:
    keys = (EXPIRY_KEY, "aws_access_key_id", "region", CREDENTIAL_PROCESS)
    return (read_record(profile), *(profile.get(key) for key in keys))


def check_unchanged(state: ProfileState, profile: Profile) -> None:
    """Raise ChangedProfile where a profile is no longer what a decision was made on.

    ``profile`` is what both files say under the lock. The session read them when
    the command began, and somebody may have set keys of their own since.
    """
    if _basis(profile) != state.basis:
        raise ChangedProfile(
            f"The profile '{state.name}' was changed by something else while this command ran; "
            "nothing was written. Look at it and run the command again: aws assume list"
        )


def inspect_all(profiles: Mapping[str, Profile], now: datetime) -> list[ProfileState]:
    """Return the states of all profiles that are ours, by name."""
    states = (
        inspect(name, profiles[name], now)
        for name in sorted(profiles)
        if not _is_config_section(name, profiles)
    )
    return [state for state in states if state is not None]


def with_source_identities(states: Iterable[ProfileState]) -> list[ProfileState]:
    """Return states with ``source_identity``; they are those of all profiles that are ours."""
    found = {state.name: state for state in states}
    return [replace(one, source_identity=_source_identity(one, found)) for one in found.values()]


def _source_identity(state: ProfileState, states: Mapping[str, ProfileState]) -> Optional[str]:
    """Return the source identity of a session: its own, or that of the session it came from."""
    one, seen = state, {state.name}
    while one.record.source_identity is None:
        name = one.record.source_profile
        if name is None or name in seen or name not in states:
            return None
        seen.add(name)
        one = states[name]
    return one.record.source_identity


def _is_config_section(name: str, profiles: Mapping[str, Profile]) -> bool:
    """Return whether a name is a section of the config file, which is the credentials file, too.

    Then the session has a profile called "profile x" besides x.
    """
    (own,) = build_profile_map({name: {}})["profiles"] or (name,)
    return own != name and own in profiles and read_record(profiles[own]) is not None


def _state(profile: Profile, record: Record, expiration: Optional[datetime], left: int) -> str:
    key_id = profile.get("aws_access_key_id")
    if key_id is None:
        return MISSING
    # A tool that wrote the section anew has left no mark of ours: its keys are its own.
    # The CLI reads the older name of the token first.
    if key_id != profile.get(WRITTEN_KEY_KEY) or "aws_security_token" in profile:
        return REPLACED
    if expiration is None:
        return UNKNOWN if record.is_copy else MISSING
    if left <= 0:
        return EXPIRED
    return EXPIRING if left < EXPIRING_SECONDS else VALID


def expiration_of(text: Optional[str]) -> Optional[datetime]:
    """Return the time of an expiry key, or None where it is missing or no time."""
    try:
        return parse_time(text)
    except UnexpectedAnswer:
        return None


def expiration_beside(profile: Profile, access_key_id: str) -> Optional[datetime]:
    """Return the expiry that a profile has beside its keys; None if it belongs to other keys.

    Our mark says to which access key it belongs; saml2aws and users write the time only.
    """
    if profile.get(WRITTEN_KEY_KEY, access_key_id) != access_key_id:
        return None
    return expiration_of(profile.get(EXPIRY_KEY))
