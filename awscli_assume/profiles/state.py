"""What has become of a profile that we wrote."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Mapping, Optional

from awscli_assume.errors import ChangedProfile, UnexpectedAnswer
from awscli_assume.model.credentials import parse_time
from awscli_assume.profiles.record import Record, read_record

# What Starship reads and saml2aws writes; `awsume --clean` trips over the other
# name in use, `expiration`. The second name is saml2aws's, too.
EXPIRY_KEY = "x_security_token_expires"
PRINCIPAL_ARN_KEY = "x_principal_arn"
PRINCIPAL_ID_KEY = "x_principal_id"
# Which access key we wrote: tells whether somebody has set other keys since.
WRITTEN_KEY_KEY = "x_principal_access_key_id"

VALID, EXPIRING, EXPIRED = "valid", "expiring", "expired"
REPLACED, MISSING = "replaced", "missing"
# What a profile is said to be once we have cleared it.
CLEARED = "cleared"
EXPIRING_SECONDS = 900


@dataclass(frozen=True)
class ProfileState:
    """A profile of ours: its record, who it is, until when, and what has become of its keys.

    ``state`` is valid, expiring (less than 15 minutes), expired, replaced (other
    keys than ours, or no mark that says whose) or missing (no keys, or no expiry).
    ``seconds_left`` is never negative, and 0 for keys that are not ours.
    """

    name: str
    record: Record
    state: str
    seconds_left: int
    expiration: Optional[datetime] = None
    principal_arn: Optional[str] = None
    principal_id: Optional[str] = None
    region: Optional[str] = None
    key_id: Optional[str] = field(default=None, repr=False, compare=False)


def inspect(
    name: str, profile: Optional[Mapping[str, Any]], now: datetime
) -> Optional[ProfileState]:
    """Answer the state of a profile (both files merged), or None where it is not ours."""
    record = read_record(profile)
    if profile is None or record is None:
        return None
    expiration = _expiration(profile.get(EXPIRY_KEY))
    left = 0 if expiration is None else max(0, int((expiration - now).total_seconds()))
    state = _state(profile, expiration, left)
    return ProfileState(
        name=name,
        record=record,
        state=state,
        seconds_left=left if state in (VALID, EXPIRING) else 0,
        expiration=expiration,
        principal_arn=profile.get(PRINCIPAL_ARN_KEY),
        principal_id=profile.get(PRINCIPAL_ID_KEY),
        region=profile.get("region"),
        key_id=profile.get("aws_access_key_id"),
    )


def check_unchanged(state: ProfileState, profile: Mapping[str, Any]) -> None:
    """Raise ChangedProfile where a profile is no longer what a decision was made on.

    ``profile`` is what both files say under the lock. The session read them when
    the command began, and somebody may have set keys of their own since.
    """
    found = (
        read_record(profile),
        _expiration(profile.get(EXPIRY_KEY)),
        profile.get("aws_access_key_id"),
        profile.get("region"),
    )
    if found != (state.record, state.expiration, state.key_id, state.region):
        raise ChangedProfile(
            f"The profile '{state.name}' was changed by something else while this command ran; "
            "nothing was written. Look at it and run the command again: aws assume list"
        )


def inspect_all(profiles: Mapping[str, Mapping[str, Any]], now: datetime) -> list[ProfileState]:
    """Answer the states of all profiles that are ours, by name."""
    states = (inspect(name, profiles[name], now) for name in sorted(profiles))
    return [state for state in states if state is not None]


def _state(profile: Mapping[str, Any], expiration: Optional[datetime], left: int) -> str:
    key_id = profile.get("aws_access_key_id")
    if key_id is None:
        return MISSING
    # A tool that wrote the section anew has left no mark of ours: its keys are its own.
    if key_id != profile.get(WRITTEN_KEY_KEY):
        return REPLACED
    if expiration is None:
        return MISSING
    if left <= 0:
        return EXPIRED
    return EXPIRING if left < EXPIRING_SECONDS else VALID


def _expiration(text: Any) -> Optional[datetime]:
    try:
        return parse_time(text)
    except UnexpectedAnswer:
        return None
