"""Temporary credentials, read out of what STS answered."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any, Mapping, Optional, Union

from awscli_assume.errors import InvalidConfiguration, UnexpectedAnswer

# Anything that could end a line of an INI file, or hide in a terminal.
_UNPRINTABLE = re.compile(r"[^\x21-\x7e]")


@dataclass(frozen=True)
class SessionCredentials:
    """Temporary credentials of any kind.

    ``expiration`` is an aware time in UTC, None where it is not known.
    """

    access_key_id: str
    secret_access_key: str = field(repr=False)
    session_token: str = field(repr=False)
    expiration: Optional[datetime]


@dataclass(frozen=True)
class PrincipalCredentials(SessionCredentials):
    """Temporary credentials, and whose they are.

    Of a copy of a source's own, ``assumed_role_arn`` and ``assumed_role_id`` are
    what GetCallerIdentity says, which may be a user's.
    """

    assumed_role_arn: str
    assumed_role_id: str

    def seconds_left(self, now: datetime) -> int:
        """Return how many seconds are left, 0 where it is not known when they end."""
        return int((self.expiration - now).total_seconds()) if self.expiration else 0

    @property
    def is_role_session(self) -> bool:
        """Return whether they are a role's, so that a role on them is role chaining."""
        return self.assumed_role_arn.split(":")[5].startswith("assumed-role/")


@dataclass(frozen=True)
class TemporaryCredentials(PrincipalCredentials):
    """What AssumeRole hands out: a role's, with an end."""

    expiration: datetime

    @property
    def account_id(self) -> str:
        """The account that the role belongs to."""
        return self.assumed_role_arn.split(":")[4]


def read_answer(answer: Any, now: datetime) -> TemporaryCredentials:
    """Return the credentials in an AssumeRole response of botocore.

    ``now`` is aware. Raises UnexpectedAnswer when it is not what STS sends: the
    message names the field and keeps every value to itself.
    """
    credentials = _section(answer, "Credentials")
    user = _section(answer, "AssumedRoleUser")
    values = TemporaryCredentials(
        access_key_id=_text(credentials, "AccessKeyId"),
        secret_access_key=_text(credentials, "SecretAccessKey"),
        session_token=_text(credentials, "SessionToken"),
        expiration=parse_time(credentials.get("Expiration")),
        assumed_role_arn=_text(user, "Arn"),
        assumed_role_id=_text(user, "AssumedRoleId"),
    )
    if not re.fullmatch(r"arn:[a-z-]+:sts::\d{12}:assumed-role/.+", values.assumed_role_arn):
        raise _unexpected("the field Arn is not that of an assumed role")
    if values.expiration <= now:
        raise _unexpected(
            f"the credentials in it have expired at {format_time(values.expiration)}, and here it "
            f"is {format_time(now)}; check the clock of this machine"
        )
    return values


def read_mfa_session(answer: Any, now: datetime) -> SessionCredentials:
    """Return the credentials in a GetSessionToken response of botocore.

    ``now`` is aware. Raises UnexpectedAnswer as ``read_answer`` does.
    """
    credentials = _section(answer, "Credentials")
    values = SessionCredentials(
        access_key_id=_text(credentials, "AccessKeyId"),
        secret_access_key=_text(credentials, "SecretAccessKey"),
        session_token=_text(credentials, "SessionToken"),
        expiration=parse_time(credentials.get("Expiration")),
    )
    if values.expiration is None or values.expiration <= now:
        raise _unexpected("the credentials in it have expired; check the clock of this machine")
    return values


def read_session(
    access_key_id: str, secret_access_key: str, session_token: str, expiration: Any
) -> SessionCredentials:
    """Return temporary credentials that a source handed out; they may have no known end.

    Raises InvalidConfiguration: the message names the field and no value.
    """
    values = {
        "access key id": access_key_id,
        "secret access key": secret_access_key,
        "session token": session_token,
    }
    for name, value in values.items():
        if not value or _UNPRINTABLE.search(value):
            raise InvalidConfiguration(
                f"The source's {name} holds characters that no credential has. Look at where it "
                "comes from: aws configure list"
            )
    found = None if expiration is None else parse_time(expiration)
    return SessionCredentials(access_key_id, secret_access_key, session_token, found)


def read_copy(
    found: SessionCredentials,
    expiration: Optional[datetime],
    arn: Optional[str],
    user_id: Optional[str],
) -> PrincipalCredentials:
    """Return a source's own credentials as those of the principal that STS named.

    Raises UnexpectedAnswer: both go into a file, one line each.
    """
    for value in (arn, user_id):
        if not value or _UNPRINTABLE.search(value):
            raise UnexpectedAnswer(
                "The answer to GetCallerIdentity is not one of STS. Nothing was written. Check "
                "what stands between here and STS: --endpoint-url, AWS_ENDPOINT_URL, a proxy"
            )
    return PrincipalCredentials(
        found.access_key_id,
        found.secret_access_key,
        found.session_token,
        expiration,
        str(arn),
        str(user_id),
    )


def parse_time(value: Union[str, datetime, None]) -> datetime:
    """Return an aware UTC time of STS's ``Expiration``.

    The CLI hands it out as a string, ``…Z`` on version 1 and ``…+00:00`` on
    version 2; plain botocore as a datetime. Raises UnexpectedAnswer.
    """
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value.replace("Z", "+00:00"))
        except ValueError:
            value = None
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise _unexpected("the field Expiration is missing or no time")
    try:
        return value.astimezone(timezone.utc)
    except OverflowError:
        raise _unexpected("the field Expiration is outside of the calendar") from None


def format_time(moment: datetime) -> str:
    """Return RFC 3339 in UTC with whole seconds: ``2026-11-23T10:00:00Z``."""
    return moment.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def _section(answer: Any, name: str) -> Mapping[str, Any]:
    section = answer.get(name) if isinstance(answer, Mapping) else None
    if not isinstance(section, Mapping):
        raise _unexpected(f"it has no {name}")
    return section


def _text(section: Mapping[str, Any], name: str) -> str:
    value = section.get(name)
    if not isinstance(value, str) or not value:
        raise _unexpected(f"the field {name} is missing")
    if _UNPRINTABLE.search(value):
        raise _unexpected(f"the field {name} holds characters that no credential has")
    return value


def _unexpected(reason: str) -> UnexpectedAnswer:
    return UnexpectedAnswer(
        f"The answer to AssumeRole is not one of STS: {reason}. Nothing was written. "
        "Check what stands between here and STS: --endpoint-url, AWS_ENDPOINT_URL, a proxy"
    )
