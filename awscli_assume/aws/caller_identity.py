"""Who the source credentials belong to: GetCallerIdentity, cached by access key ID."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from typing import Any, Mapping, Optional

from awscli_assume.aws.redaction import credentials_redacted
from awscli_assume.aws.sts.errors import error_hints_added, unexpected_response
from awscli_assume.files.private_folder import JsonCache, digest
from awscli_assume.host import cache_folder
from awscli_assume.host.protocols import StsClient
from awscli_assume.model.accounts import ACCOUNT_ID
from awscli_assume.model.arns import find_arn, iam_arn, parse_arn

LOG = logging.getLogger("awscli.assume.caller_identity")
_TEMPORARY = "session-"
# GetSessionToken for an IAM user: 36 hours (AWS STS API reference).
_SESSION_SECONDS_MAX = 36 * 3600


@dataclass(frozen=True)
class Caller:
    """Account and partition of a principal; ARN and user ID only where STS has returned them."""

    partition: str
    account_id: str
    arn: Optional[str] = None
    user_id: Optional[str] = None

    @classmethod
    def from_arn(cls, arn: str, user_id: Optional[str] = None) -> Caller:
        """Return the caller of GetCallerIdentity's ``Arn`` and ``UserId``. Raises ValueError."""
        found = parse_arn(arn)
        if not ACCOUNT_ID.fullmatch(found.account_id):
            raise ValueError(arn)
        return cls(found.partition, found.account_id, arn, user_id)

    @property
    def is_role_session(self) -> bool:
        """Return whether the caller is itself an assumed role (role chaining)."""
        return self.role_name is not None

    @property
    def role_name(self) -> Optional[str]:
        """The name of the assumed role, None for other principals."""
        arn = find_arn(self.arn)
        return None if arn is None else arn.assumed_role_name

    @property
    def account_arn(self) -> str:
        """The ARN that a trust policy uses for every principal of the caller's account."""
        return iam_arn(self.partition, self.account_id, "root")

    def is_named_by(self, arn: str) -> bool:
        """Return whether an ARN in a trust policy is that of the caller, its role or account."""
        if arn in (self.arn, self.account_arn):
            return True
        # A role name is unique in its account. IAM itself checks the path.
        roles = iam_arn(self.partition, self.account_id, "role/")
        return arn.startswith(roles) and arn.rpartition("/")[2] == self.role_name


@dataclass(frozen=True)
class Identity:
    """A GetCallerIdentity response; ``server_time`` is aware, None without a Date header."""

    arn: str
    user_id: str
    caller: Caller
    server_time: Optional[datetime]


def get_caller_identity(client: StsClient) -> Identity:
    """Call GetCallerIdentity.

    Raises botocore's exceptions with a hint added, and UnexpectedAnswer.
    """
    LOG.debug("Calling GetCallerIdentity")
    with credentials_redacted(), error_hints_added():
        try:
            response = client.get_caller_identity()
            caller = Caller.from_arn(response["Arn"], response.get("UserId"))
        except (KeyError, ValueError, TypeError, AttributeError):
            raise unexpected_response("GetCallerIdentity") from None
    return Identity(str(caller.arn), str(caller.user_id or ""), caller, server_time(response))


def server_time(response: Optional[Mapping[str, Any]]) -> Optional[datetime]:
    """Return the Date header of a response, or of a ClientError's, as an aware time."""
    headers = ((response or {}).get("ResponseMetadata") or {}).get("HTTPHeaders") or {}
    try:
        time = parsedate_to_datetime(headers.get("date", ""))
    except (ValueError, TypeError, IndexError, AttributeError):
        return None
    return time if time.tzinfo is not None else time.replace(tzinfo=timezone.utc)


class CallerCache:
    """Callers by access key ID: an access key never changes its owner.

    Each key has a file of mode 0600 in the CLI's cache folder. Its name is a digest of
    the access key ID. It holds an ARN and no credentials. The files of temporary keys
    are deleted once such a key must have expired.
    """

    def __init__(self, folder: Optional[str] = None) -> None:
        self._cache = JsonCache(folder or cache_folder("assume-callers"))

    def load(self, access_key_id: str) -> Optional[Caller]:
        """Return the owner of an access key, None if it is not cached."""
        try:
            return Caller.from_arn(str(self._cache.load(_file_name(access_key_id)).get("Arn")))
        except ValueError:
            return None

    def store(self, access_key_id: str, caller: Caller, now: datetime) -> None:
        """Store the owner of an access key. A file that can't be written is no error."""
        self._cache.store(_file_name(access_key_id), {"Arn": caller.arn})
        self._cache.sweep(now.timestamp() - _SESSION_SECONDS_MAX, prefix=_TEMPORARY)

    def get(self, client: StsClient, access_key_id: str, now: datetime) -> Caller:
        """Return the owner of an access key from the cache, else from GetCallerIdentity."""
        caller = self.load(access_key_id)
        if caller is None:
            caller = get_caller_identity(client).caller
            self.store(access_key_id, caller, now)
        return caller


def _file_name(access_key_id: str) -> str:
    name = digest(access_key_id) + ".json"
    # AKIA: an IAM user's long-lived key (IAM User Guide, "IAM identifiers").
    return name if access_key_id.startswith("AKIA") else _TEMPORARY + name
