"""Who the source credentials belong to, remembered per access key id."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Optional

from awscli_assume.files.private_folder import JsonCache, digest
from awscli_assume.host import cache_folder

_TEMPORARY = "session-"
# GetSessionToken for an IAM user: 36 hours (AWS STS API reference).
_LONGEST_SESSION_SECONDS = 36 * 3600


@dataclass(frozen=True)
class Caller:
    """Account and partition of a principal; its ARN and id where STS has just named them."""

    partition: str
    account_id: str
    arn: Optional[str] = None
    user_id: Optional[str] = None

    @classmethod
    def from_arn(cls, arn: str, user_id: Optional[str] = None) -> Caller:
        """Return the caller of GetCallerIdentity's ``Arn`` and ``UserId``. Raises ValueError."""
        marker, partition, _, _, account_id, _ = arn.split(":", 5)
        if marker != "arn" or not (account_id.isdigit() and len(account_id) == 12):
            raise ValueError(arn)
        return cls(partition, account_id, arn, user_id)

    @property
    def is_role_session(self) -> bool:
        """Return whether the caller is itself an assumed role (role chaining)."""
        return self.arn is not None and ":assumed-role/" in self.arn


class CallerCache:
    """Callers by access key id, for an access key never changes its owner.

    Stored in the CLI's cache folder, one file of mode 0600 a key, named by a
    digest of the access key id. It holds an ARN, no credential. What belongs to
    a temporary key is removed once no such key can live.
    """

    def __init__(self, folder: Optional[str] = None) -> None:
        self._cache = JsonCache(folder or cache_folder("assume-callers"))

    def load(self, access_key_id: str) -> Optional[Caller]:
        """Return what is known of the owner of an access key."""
        try:
            return Caller.from_arn(str(self._cache.load(_file_name(access_key_id)).get("Arn")))
        except ValueError:
            return None

    def store(self, access_key_id: str, caller: Caller, now: datetime) -> None:
        """Store the owner of an access key, where the cache can be written."""
        self._cache.store(_file_name(access_key_id), {"Arn": caller.arn})
        self._cache.sweep(now.timestamp() - _LONGEST_SESSION_SECONDS, prefix=_TEMPORARY)


def _file_name(access_key_id: str) -> str:
    name = digest(access_key_id) + ".json"
    # AKIA: an IAM user's long-lived key (IAM User Guide, "IAM identifiers").
    return name if access_key_id.startswith("AKIA") else _TEMPORARY + name
