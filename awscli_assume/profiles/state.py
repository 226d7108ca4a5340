"""What has become of a profile that we wrote."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Mapping, Optional

from awscli_assume.errors import UnexpectedAnswer
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
    keys than ours) or missing (no keys, or no expiry). ``seconds_left`` is never
    negative, and 0 for keys that are not ours.
    """

    name: str
    record: Record
    state: str
    seconds_left: int
    expiration: Optional[datetime] = None
    principal_arn: Optional[str] = None
    principal_id: Optional[str] = None
    region: Optional[str] = None


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
    )


def inspect_all(profiles: Mapping[str, Mapping[str, Any]], now: datetime) -> list[ProfileState]:
    """Answer the states of all profiles that are ours, by name."""
    states = (inspect(name, profiles[name], now) for name in sorted(profiles))
    return [state for state in states if state is not None]


def _state(profile: Mapping[str, Any], expiration: Optional[datetime], left: int) -> str:
    key_id = profile.get("aws_access_key_id")
    if key_id is None or expiration is None:
        return MISSING
    if key_id != profile.get(WRITTEN_KEY_KEY, key_id):
        return REPLACED
    if left <= 0:
        return EXPIRED
    return EXPIRING if left < EXPIRING_SECONDS else VALID


def _expiration(text: Any) -> Optional[datetime]:
    try:
        return parse_time(text)
    except UnexpectedAnswer:
        return None
