"""Temporary credentials, parsed from the responses of STS."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Mapping, Optional, Union

from awscli_assume.errors import InvalidConfiguration, UnexpectedAnswer
from awscli_assume.model.accounts import ACCOUNT_ID
from awscli_assume.model.arns import find_arn, parse_arn

# Characters that could end a line of an INI file, or are invisible in a terminal.
_UNPRINTABLE = re.compile(r"[^\x21-\x7e]")
# AWS STS API reference, "AssumeRole" and "GetSessionToken", DurationSeconds; and what the clock
# of a machine may be slow.
_ROLE_SESSION, _MFA_SESSION = timedelta(seconds=43200), timedelta(seconds=129600)
_SKEW = timedelta(minutes=15)
_NOT_FROM_STS = (
    "Nothing was written. Check what is between this machine and STS: --endpoint-url, "
    "AWS_ENDPOINT_URL, a proxy"
)


@dataclass(frozen=True)
class SessionCredentials:
    """Temporary credentials; ``expiration`` is an aware UTC time, or None if not known."""

    access_key_id: str
    secret_access_key: str = field(repr=False)
    session_token: str = field(repr=False)
    expiration: Optional[datetime]

    def document(self) -> dict[str, str]:
        """Return the credentials by the names that STS has for them."""
        found = {
            "AccessKeyId": self.access_key_id,
            "SecretAccessKey": self.secret_access_key,
            "SessionToken": self.session_token,
        }
        if self.expiration is not None:
            found["Expiration"] = format_time(self.expiration)
        return found


@dataclass(frozen=True)
class PrincipalCredentials(SessionCredentials):
    """Temporary credentials and their principal.

    For a copy of a source's credentials, ``assumed_role_arn`` and ``assumed_role_id`` are
    those of GetCallerIdentity, which may name a user.
    """

    assumed_role_arn: str
    assumed_role_id: str

    def seconds_left(self, now: datetime) -> int:
        """Return how many seconds are left; 0 if the expiration is not known."""
        return int((self.expiration - now).total_seconds()) if self.expiration else 0

    @property
    def is_role_session(self) -> bool:
        """Return whether the principal is a role session (role chaining)."""
        return parse_arn(self.assumed_role_arn).assumed_role_name is not None


@dataclass(frozen=True)
class TemporaryCredentials(PrincipalCredentials):
    """Credentials of a role, which always have an expiration."""

    expiration: datetime

    @property
    def account_id(self) -> str:
        """The account of the role."""
        return parse_arn(self.assumed_role_arn).account_id


@dataclass(frozen=True)
class UsableCredentials:
    """Credentials for a shell or a program, with their region and, if known, their role.

    ``role`` is an ARN, or ``ACCOUNT/NAME`` for IAM Identity Center. ``source`` is the profile
    with which the same command line gets new ones.
    """

    credentials: SessionCredentials
    region: Optional[str]
    role: Optional[str] = None
    source: Optional[str] = None


def read_answer(response: object, now: Optional[datetime]) -> TemporaryCredentials:
    """Return the credentials of an AssumeRole response of botocore.

    ``now`` is aware; None is for a response of a cache, whose time is not checked. Raises
    UnexpectedAnswer, whose message names the field but no value.
    """
    credentials = _section(response, "Credentials")
    user = _section(response, "AssumedRoleUser")
    result = TemporaryCredentials(
        *_keys(credentials),
        expiration=parse_time(credentials.get("Expiration")),
        assumed_role_arn=_text(user, "Arn"),
        assumed_role_id=_text(user, "AssumedRoleId"),
    )
    arn = find_arn(result.assumed_role_arn)
    if arn is None or not arn.assumed_role_name or not ACCOUNT_ID.fullmatch(arn.account_id):
        raise _unexpected("the field Arn is not the ARN of an assumed role")
    _check_expiration(result.expiration, now, _ROLE_SESSION)
    return result


def read_mfa_session(response: object, now: Optional[datetime]) -> SessionCredentials:
    """Return the credentials of a GetSessionToken response. Raises as ``read_answer`` does."""
    credentials = _section(response, "Credentials")
    expiration = parse_time(credentials.get("Expiration"))
    _check_expiration(expiration, now, _MFA_SESSION)
    return SessionCredentials(*_keys(credentials), expiration)


def _check_expiration(expiration: datetime, now: Optional[datetime], longest: timedelta) -> None:
    if now is None:
        return
    if expiration <= now:
        raise _unexpected(
            f"its credentials expired at {format_time(expiration)}, and the time here is "
            f"{format_time(now)}; check the clock of this machine"
        )
    if expiration > now + longest + _SKEW:
        raise _unexpected(
            f"its credentials expire at {format_time(expiration)}, and the time here is "
            f"{format_time(now)}; STS gives {longest.total_seconds():.0f} seconds at most. Check "
            "the clock of this machine"
        )


def read_session(
    access_key_id: str,
    secret_access_key: str,
    session_token: str,
    expiration: Union[str, datetime, None],
) -> SessionCredentials:
    """Return temporary credentials of a source, whose expiration may not be known.

    Raises InvalidConfiguration, whose message names the field but no value.
    """
    values = {
        "access key id": access_key_id,
        "secret access key": secret_access_key,
        "session token": session_token,
    }
    for name, value in values.items():
        if not value or _UNPRINTABLE.search(value):
            raise InvalidConfiguration(
                f"The source's {name} is missing or has characters that no credential has. Look "
                "at where it comes from: aws configure list --profile NAME"
            )
    parsed = None if expiration is None else parse_time(expiration)
    return SessionCredentials(access_key_id, secret_access_key, session_token, parsed)


def read_copy(
    credentials: SessionCredentials,
    expiration: Optional[datetime],
    arn: Optional[str],
    user_id: Optional[str],
) -> PrincipalCredentials:
    """Return a source's credentials with the principal of GetCallerIdentity.

    Raises UnexpectedAnswer unless both can be a line of a file.
    """
    for value in (arn, user_id):
        if not value or _UNPRINTABLE.search(value):
            raise UnexpectedAnswer(
                f"The response to GetCallerIdentity is not one of STS. {_NOT_FROM_STS}"
            )
    return PrincipalCredentials(
        credentials.access_key_id,
        credentials.secret_access_key,
        credentials.session_token,
        expiration,
        str(arn),
        str(user_id),
    )


def as_role_session(credentials: PrincipalCredentials) -> TemporaryCredentials:
    """Return the credentials of a role session with an expiration. Raises UnexpectedAnswer."""
    arn = find_arn(credentials.assumed_role_arn)
    if credentials.expiration is None or arn is None or not arn.assumed_role_name:
        raise UnexpectedAnswer(
            "IAM Identity Center returned credentials without an expiration, or not of a "
            f"role session. {_NOT_FROM_STS}"
        )
    return TemporaryCredentials(
        credentials.access_key_id,
        credentials.secret_access_key,
        credentials.session_token,
        credentials.expiration,
        credentials.assumed_role_arn,
        credentials.assumed_role_id,
    )


def parse_time(value: object) -> datetime:
    """Return an ``Expiration`` of STS as an aware UTC time. Raises UnexpectedAnswer.

    The CLI has it as a string (``…Z`` in version 1, ``…+00:00`` in version 2), botocore as
    a datetime.
    """
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value.replace("Z", "+00:00"))
        except ValueError:
            value = None
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise _unexpected("the field Expiration is missing or not a time")
    try:
        return value.astimezone(timezone.utc)
    except OverflowError:
        raise _unexpected("the field Expiration is outside of the calendar") from None


def format_time(moment: datetime) -> str:
    """Return RFC 3339 in UTC with whole seconds: ``2026-11-23T10:00:00Z``."""
    return moment.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def _section(response: object, name: str) -> Mapping[str, object]:
    section = response.get(name) if isinstance(response, Mapping) else None
    if not isinstance(section, Mapping):
        raise _unexpected(f"it has no {name}")
    return section


def _keys(section: Mapping[str, object]) -> tuple[str, str, str]:
    return (
        _text(section, "AccessKeyId"),
        _text(section, "SecretAccessKey"),
        _text(section, "SessionToken"),
    )


def _text(section: Mapping[str, object], name: str) -> str:
    value = section.get(name)
    if not isinstance(value, str) or not value:
        raise _unexpected(f"the field {name} is missing")
    if _UNPRINTABLE.search(value):
        raise _unexpected(f"the field {name} has characters that no credential has")
    return value


def _unexpected(reason: str) -> UnexpectedAnswer:
    return UnexpectedAnswer(
        f"The response to AssumeRole is not one of STS: {reason}. {_NOT_FROM_STS}"
    )
