"""Who the source credentials belong to, remembered per access key id."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any, MutableMapping, Optional

from awscli_assume.host import JSONFileCache, cache_folder


@dataclass(frozen=True)
class Caller:
    """Account and partition of a principal, and its ARN where STS has named it."""

    partition: str
    account_id: str
    arn: Optional[str] = None

    @classmethod
    def from_arn(cls, arn: str) -> Caller:
        """Answer the caller of GetCallerIdentity's ``Arn``. Raises ValueError."""
        marker, partition, _, _, account_id, _ = arn.split(":", 5)
        if marker != "arn" or not (account_id.isdigit() and len(account_id) == 12):
            raise ValueError(arn)
        return cls(partition, account_id, arn)

    @property
    def is_role_session(self) -> bool:
        """Tell whether the caller is itself an assumed role (role chaining)."""
        return self.arn is not None and ":assumed-role/" in self.arn


class CallerMemory:
    """Callers by access key id, for an access key never changes its owner.

    Stored in the CLI's cache folder, one file of mode 0600 a key, named by a
    digest of the access key id. It holds an ARN, no credential.
    """

    def __init__(self, cache: Optional[MutableMapping[str, Any]] = None) -> None:
        self._cache = cache if cache is not None else JSONFileCache(cache_folder("assume-callers"))

    def recall(self, access_key_id: str) -> Optional[Caller]:
        """Answer what is known of the owner of an access key."""
        try:
            return Caller.from_arn(self._cache[_digest(access_key_id)]["Arn"])
        except (KeyError, ValueError, TypeError, AttributeError):
            return None

    def remember(self, access_key_id: str, caller: Caller) -> None:
        """Store the owner of an access key; where that can't be, do without."""
        try:
            self._cache[_digest(access_key_id)] = {"Arn": caller.arn}
        except OSError:
            pass


def _digest(access_key_id: str) -> str:
    return hashlib.sha256(access_key_id.encode()).hexdigest()
